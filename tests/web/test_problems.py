"""One shape for every error: RFC 9457, in the reader's format and language, telling no secrets."""

import logging
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kg.language import LANGUAGES, Language
from kg.namespaces import CANONICAL_BASE as B
from kg.release.publication import Release
from kg.settings import Settings
from kg.web.app import close_app, create_app
from kg.web.problem_types import TYPES

MakeRelease = Callable[[str], Release]

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
SORT = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i ?a"

FAILURES: dict[str, tuple[str, str, dict[str, str], int]] = {
    # type of problem: method, address, parameters, status
    "bad-request": ("GET", "/sparql", {"query": ""}, 400),
    "query-syntax": ("GET", "/sparql", {"query": "SELECT *\n{ ?s foo:p ?o }"}, 400),
    "query-evaluation": ("GET", "/sparql", {"query": "ASK { FILTER(<urn:f>(1)) }"}, 400),
    "query-too-deep": ("GET", "/sparql", {"query": "ASK " + "{" * 2200}, 400),
    "forbidden-operation": ("GET", "/sparql", {"query": "ASK { SERVICE <urn:x> {} }"}, 403),
    "not-found": ("GET", "/nothing", {}, 404),
    "method-not-allowed": ("PATCH", "/sparql", {}, 405),
    "not-acceptable": ("GET", "/sparql", {"query": "ASK {}", "format": "png"}, 406),
    "too-large": ("GET", "/sparql", {"query": "#" * 70_000}, 413),
    "unsupported-media-type": ("POST", "/sparql", {}, 415),
    "query-timeout": ("GET", "/sparql", {"query": ENDLESS, "timeout": "0.2"}, 503),
    "result-too-large": ("GET", "/sparql", {"query": LARGE}, 503),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FAILURES)
def test_every_failure_is_a_problem_document(
    client: FlaskClient, kind: str, language: Language
) -> None:
    method, address, parameters, status = FAILURES[kind]
    response = client.open(
        address, method=method, query_string=parameters, headers={"Accept-Language": language}
    )
    problem = response.get_json(force=True)
    assert response.status_code == problem["status"] == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Content-Language"] == language
    assert response.headers["Cache-Control"] == "no-store"
    assert set(response.headers["Vary"].split(", ")) == {"Accept", "Accept-Language"}
    assert problem["type"] == f"{B}problem/{kind}"
    assert problem["title"] == TYPES[kind].title[language]
    assert problem["detail"]
    assert "Traceback" not in response.text
    assert "/kg/" not in response.text


def test_the_table_is_complete() -> None:
    assert len(FAILURES) >= 12
    assert set(FAILURES) <= set(TYPES)


def test_a_syntax_error_names_place_token_and_prefix(client: FlaskClient) -> None:
    problem = client.get("/sparql", query_string=FAILURES["query-syntax"][2]).get_json(force=True)
    assert (problem["line"], problem["column"], problem["token"]) == (2, 11, "foo:p")
    assert problem["undeclaredPrefixes"] == ["foo"]
    assert "Prefix not found" in problem["parserMessage"]


@pytest.mark.parametrize(
    ("query", "limit", "unit"), [(ENDLESS, 0.5, "s"), (LARGE, 1, "MiB"), ("#" * 70_000, 65536, "B")]
)
def test_a_limit_that_was_reached_is_named(
    client: FlaskClient, query: str, limit: float, unit: str
) -> None:
    asked = {"query": query} | ({"timeout": "0.5"} if query == ENDLESS else {})
    problem = client.get("/sparql", query_string=asked).get_json(force=True)
    assert (problem["limit"], problem["unit"]) == (limit, unit)


def test_memory_that_ran_out_is_named(client: FlaskClient) -> None:
    problem = client.get("/sparql", query_string={"query": SORT}).get_json(force=True)
    assert problem["type"] in (f"{B}problem/query-memory", f"{B}problem/query-timeout")
    assert client.get("/sparql", query_string={"query": "ASK {}"}).status_code == 200


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "application/problem+json"),
        ("*/*", "application/problem+json"),
        ("application/json", "application/problem+json"),
        ("application/sparql-results+json", "application/problem+json"),
        ("text/turtle", "application/problem+json"),
        ("image/png", "application/problem+json"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
    ],
)
def test_the_format_is_what_the_client_likes(
    client: FlaskClient, accept: str | None, expected: str
) -> None:
    response = client.get("/nothing", headers={"Accept": accept} if accept else {})
    assert response.status_code == 404
    assert response.headers["Content-Type"] == expected


def test_plain_text_is_one_member_a_line(client: FlaskClient) -> None:
    response = client.get(
        "/sparql?query=ASK%7B&lang=en", headers={"Accept": "application/json;q=0.1,text/plain"}
    )
    lines = dict(line.split(": ", 1) for line in response.text.splitlines() if ": " in line)
    assert (lines["status"], lines["line"]) == ("400", "1")
    assert lines["title"] == "The query cannot be parsed"


def test_a_page_tells_it_without_markup_of_the_query(client: FlaskClient) -> None:
    query = {"query": "ASK { <script>alert(1)</script> }"}
    accept = {"Accept": "text/html, application/sparql-results+json;q=0.5"}
    response = client.get("/sparql", query_string=query, headers=accept)
    assert response.status_code == 400
    assert response.mimetype == "text/html"
    assert "<script>" not in response.text
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("preference", "expected"), [("fr, en;q=0.5", "en"), ("id-ID", "id"), ("fr", "en")]
)
def test_the_language_is_what_the_reader_prefers(
    client: FlaskClient, preference: str, expected: str
) -> None:
    response = client.get("/nothing", headers={"Accept-Language": preference})
    assert response.headers["Content-Language"] == expected


@pytest.mark.parametrize("slug", TYPES)
def test_the_iri_of_a_type_leads_to_its_meaning(client: FlaskClient, slug: str) -> None:
    for language in LANGUAGES:
        response = client.get(f"/problem/{slug}", headers={"Accept-Language": language})
        assert response.status_code == 200
        assert TYPES[slug].title[language] in response.text


def test_types_are_described_in_both_languages() -> None:
    assert len(TYPES) >= 16
    for kind in TYPES.values():
        assert all((*kind.title, *kind.meaning))
        assert kind.meaning.id != kind.meaning.en


def test_an_unknown_type_is_not_found(client: FlaskClient) -> None:
    assert client.get("/problem/nothing").status_code == 404


@pytest.fixture
def broken(make_release: MakeRelease) -> Iterator[Flask]:
    app = create_app(make_release(""), Settings(query_workers=1))

    @app.get("/broken")
    def view() -> str:
        raise ZeroDivisionError("a secret of /home/somebody")

    yield app
    close_app(app)


def test_the_unexpected_is_logged_and_not_shown(
    broken: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = broken.test_client().get("/broken")
    assert response.status_code == 500
    assert response.get_json(force=True)["type"] == f"{B}problem/internal"
    assert "secret" not in response.text
    assert "ZeroDivisionError" in caplog.text


def test_a_release_that_is_gone_is_503_without_its_path(
    make_release: MakeRelease, caplog: pytest.LogCaptureFixture
) -> None:
    release = make_release("")
    app = create_app(release, Settings(query_workers=1))
    try:
        release.store_path.rename(release.store_path.with_name("moved"))
        response = app.test_client().get("/sparql?query=ASK%7B%7D")
    finally:
        close_app(app)
    assert response.status_code == 503
    assert response.get_json(force=True)["type"] == f"{B}problem/release-unavailable"
    assert str(release.path) not in response.text
    assert str(release.path) in caplog.text

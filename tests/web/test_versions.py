"""Releases stay queryable: pinned requests, Memento as a client walks it, switching, citing."""

import hashlib
import json
import re
import shutil
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kg.errors import StoreError
from kg.iris import rebase
from kg.release.history import History
from kg.release.journal import FILE
from kg.release.publication import Release
from kg.settings import Settings
from kg.store import write_store
from kg.store.errors import PoolBusyError, PoolClosedError
from kg.web.app import close_app, create_app
from kg.web.state import get_shelf

B = "http://data.example/"
AGENCY = "id/agency/polresta-sidoarjo"
DOCUMENT = "/doc/agency/polresta-sidoarjo"
NAMES = ("Sidoarjo City Police Resort", "Sidoarjo Town Police", "Police of Sidoarjo")
DAYS = [datetime(2026, 3, day, 9, 30, 15, 250_000, UTC) for day in (1, 10, 20)]
LABELS = "SELECT ?name { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?name }"
NAME = (
    f"SELECT ?name {{ <{B}{AGENCY}> <http://www.w3.org/2004/02/skos/core#prefLabel> ?name "
    'FILTER (LANG(?name) = "en") }'
)


@dataclass(frozen=True)
class Home:
    """A home with three releases: the agency has another name in each, none in a fourth."""

    history: History
    releases: list[Release]

    @property
    def names(self) -> list[str]:
        return [release.identifier[:16] for release in self.releases]


MakeHome = Callable[..., Home]


@pytest.fixture(scope="session")
def make_home(small_release: Release, tmp_path_factory: pytest.TempPathFactory) -> MakeHome:
    """Return what makes a home: the repository's release, with changes, day by day."""
    text = small_release.content_path.read_text()

    def make(base: str = B) -> Home:
        history = History(tmp_path_factory.mktemp("versions"))
        moved = rebase(text, base)
        contents = [moved.replace(NAMES[0], name) for name in NAMES]
        contents[2] = contents[2].replace("innovation/kuda-sakti", "innovation/kuda-baru")
        manifest = {key: small_release.manifest[key] for key in ("version", "quads", "sources")}
        releases = [
            history.publish(
                "".join(sorted(content.splitlines(keepends=True))).encode(),
                {**manifest, "base": base},
                write_store,
            )
            for content in contents
        ]
        date(history, zip(DAYS, releases, strict=True))
        return Home(history, releases)

    return make


def date(history: History, switches: object) -> None:
    """Let the switches have happened at other times."""
    lines = [
        {"time": moment.isoformat(), "release": release.identifier, "by": "build"}
        for moment, release in switches  # type: ignore[attr-defined]
    ]
    (history.home / FILE).write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.fixture(scope="module")
def past(make_home: MakeHome) -> Home:
    return make_home()


@pytest.fixture
def copy(past: Home, tmp_path: Path) -> Home:
    """Return a copy of the home, to be changed."""
    shutil.copytree(past.history.home, tmp_path / "home", symlinks=True)
    history = History(tmp_path / "home")
    return Home(history, [history.find(name) for name in past.names])


@pytest.fixture(scope="module")
def app(past: Home) -> Iterator[Flask]:
    settings = Settings(query_workers=1, lang="en", older_releases=2)
    app = create_app(past.history.current(), settings, past.history)
    yield app
    close_app(app)


class Client(FlaskClient):
    """Reads every answer to its end and closes it, as a server does."""

    def open(self, *arguments: Any, **more: Any) -> TestResponse:  # noqa: ANN401  as its parent
        return super().open(*arguments, **{"buffered": True, **more})


def reading(app: Flask) -> FlaskClient:
    app.test_client_class = Client
    return app.test_client()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return reading(app)


def sparql(query: str, **more: str) -> str:
    return "/sparql?" + urlencode({"query": query, **more})


def http(moment: datetime) -> str:
    return format_datetime(moment.replace(microsecond=0), usegmt=True)


# Asking for a release by name


def test_documents_queries_and_pages_are_those_of_the_release_that_is_named(
    client: FlaskClient, past: Home
) -> None:
    for release, name in zip(past.releases, NAMES, strict=True):
        for path in (f"{DOCUMENT}.ttl", f"{DOCUMENT}.html", sparql(NAME)):
            sign = "&" if "?" in path else "?"
            for digits in (8, 16, 64):
                got = client.get(f"{path}{sign}release={release.identifier[:digits]}")
                assert got.status_code == 200
                assert name in got.text
                assert got.headers["Data-Release"] == release.identifier
        assert (
            client.get(f"/browse/inov:Agency?release={release.identifier[:8]}").status_code == 200
        )
        assert client.get(f"/ont.ttl?release={release.identifier[:8]}").status_code == 200
    assert NAMES[2] in client.get(f"{DOCUMENT}.ttl?release=current").text
    posted = client.post("/sparql", data={"query": NAME, "release": past.names[0]})
    assert NAMES[0] in posted.text


def test_only_what_is_pinned_by_digits_enough_is_kept_for_good(
    client: FlaskClient, past: Home
) -> None:
    name = past.releases[0].identifier
    for path in (f"{DOCUMENT}.ttl?", sparql(NAME) + "&"):
        for wanted, is_kept in ((name, True), (name[:16], True), (name[:8], False)):
            control = client.get(f"{path}release={wanted}").headers["Cache-Control"]
            assert ("immutable" in control) is is_kept
        assert "immutable" not in client.get(f"{path}release=current").headers["Cache-Control"]
        assert "immutable" not in client.get(path).headers["Cache-Control"]


def test_a_release_that_is_not_there_is_404_and_no_name_400(
    client: FlaskClient, past: Home
) -> None:
    got = client.get(f"{DOCUMENT}.ttl?release={'0' * 16}")
    assert (got.status_code, got.get_json(force=True)["type"]) == (
        404,
        f"{B}problem/release-not-served",
    )
    for wrong in ("", "abc", "x" * 16, f"{past.names[0]}&release={past.names[1]}"):
        got = client.get(f"{DOCUMENT}.ttl?release={wrong}")
        assert (got.status_code, got.get_json(force=True)["parameter"]) == (400, "release")
    twin = past.history.home / "releases" / (past.names[0][:8] + "0" * 8)
    twin.mkdir()
    (twin / "release.json").write_text(
        json.dumps({"identifier": past.names[0][:8] + "0" * 56, "base": B})
    )
    got = client.get(f"{DOCUMENT}.ttl?release={past.names[0][:8]}")
    assert (got.status_code, past.names[0] in got.get_json(force=True)["detail"]) == (400, True)
    (twin / "release.json").unlink()
    twin.rmdir()


def test_what_is_not_in_a_release_says_in_which_it_is(client: FlaskClient, past: Home) -> None:
    for path in ("/doc/innovation/kuda-sakti.ttl", "/id/innovation/kuda-sakti"):
        got = client.get(path)
        problem = got.get_json(force=True)
        assert (got.status_code, problem["type"]) == (404, f"{B}problem/not-in-release")
        assert problem["existsIn"] == [each.identifier for each in past.releases[:2]]
        assert client.get(f"{path}?release={past.names[1]}").status_code in (200, 303)
    nowhere = client.get("/doc/innovation/no-such.ttl").get_json(force=True)
    assert nowhere["type"] == f"{B}problem/not-found"


def test_links_stay_in_the_release_and_the_page_says_that_it_is_old(
    client: FlaskClient, past: Home
) -> None:
    page = client.get(f"{DOCUMENT}.html?release={past.names[0]}&lang=en").text
    links = [unescape(each) for each in re.findall(r'href="(/[^"]*)"', page)]
    inside = [each for each in links if not each.startswith("/static")]
    current = [each for each in inside if f"release={past.names[0]}" not in each]
    assert len(inside) > 30
    assert current == [f"{DOCUMENT}.html?lang=en"]
    assert "older release" in page
    for path in (f"{DOCUMENT}.html", f"{DOCUMENT}.html?release={past.names[2]}"):
        assert "older release" not in client.get(path).text


# Memento (RFC 7089)


def links_of(header: str) -> dict[str, list[tuple[str, str | None]]]:
    found: dict[str, list[tuple[str, str | None]]] = {}
    for target, rest in re.findall(r"<([^>]*)>((?:\s*;\s*[a-z]+=\"[^\"]*\")*)", header):
        parameters = dict(re.findall(r'([a-z]+)="([^"]*)"', rest))
        for relation in parameters["rel"].split():
            found.setdefault(relation, []).append((target, parameters.get("datetime")))
    return found


def local(address: str) -> str:
    return address.removeprefix(B.rstrip("/"))


@pytest.mark.parametrize("path", [f"{DOCUMENT}.ttl", DOCUMENT, sparql(NAME), "/ont.ttl", "/browse"])
def test_a_client_walks_from_an_address_to_its_past(
    client: FlaskClient, past: Home, path: str
) -> None:
    present = client.get(path, headers={"Accept": "*/*"})
    links = links_of(present.headers["Link"])
    assert "Memento-Datetime" not in present.headers
    assert "Accept-Datetime" in present.vary
    assert links["original"] == links["timegate"]
    gate = links["timegate"][0][0]
    timemap = client.get(links["timemap"][0][0])
    assert timemap.headers["Content-Type"] == "application/link-format"
    listed = links_of(timemap.text)
    assert [when for _, when in listed["memento"]] == [http(day) for day in DAYS]
    assert listed["first"] == listed["memento"][:1]
    assert listed["last"] == listed["memento"][-1:]
    assert local(listed["original"][0][0]) == gate
    chosen = zip(DAYS, past.releases, NAMES, listed["memento"], strict=True)
    for day, release, name, (memento, when) in chosen:
        for moment in (day, day + timedelta(days=3)):
            dated = client.get(gate, headers={"Accept-Datetime": http(moment)})
            assert dated.status_code == 200
            assert dated.headers["Memento-Datetime"] == when == http(day)
            assert dated.headers["Data-Release"] == release.identifier
            assert "Accept-Datetime" in dated.vary
        stays = client.get(dated.headers["Content-Location"])
        assert stays.data == dated.data or path == "/browse", "links of pages stay in a release"
        assert stays.headers["Memento-Datetime"] == when
        assert "Accept-Datetime" not in stays.vary
        again = client.get(local(memento), headers={"Accept-Datetime": http(DAYS[0])})
        assert (again.headers["Memento-Datetime"], again.headers["Data-Release"]) == (
            when,
            release.identifier,
        )
        assert path != sparql(NAME) or name in again.text
        assert links_of(again.headers["Link"])["original"][0][0] == gate


def test_dates_before_the_first_and_after_the_last_give_the_ends(client: FlaskClient) -> None:
    for moment, day in (
        (datetime(1999, 1, 1, tzinfo=UTC), DAYS[0]),
        (datetime(2099, 1, 1, tzinfo=UTC), DAYS[2]),
    ):
        got = client.get(f"{DOCUMENT}.ttl", headers={"Accept-Datetime": http(moment)})
        assert got.headers["Memento-Datetime"] == http(day)
    got = client.get(f"{DOCUMENT}.ttl", headers={"Accept-Datetime": "yesterday"})
    assert (got.status_code, got.get_json(force=True)["parameter"]) == (400, "Accept-Datetime")


def test_a_redirect_to_a_document_stays_at_the_date(client: FlaskClient, past: Home) -> None:
    dated = {"Accept-Datetime": http(DAYS[1]), "Accept": "text/turtle"}
    got = client.get(f"/{AGENCY}", headers=dated)
    assert got.status_code == 303
    assert got.headers["Location"] == f"{DOCUMENT}.ttl?release={past.names[1]}"
    assert {"Accept", "Accept-Datetime"} <= set(got.vary)
    assert "Memento-Datetime" not in got.headers
    assert NAMES[1] in client.get(got.headers["Location"]).text


def test_a_timemap_lists_only_releases_that_have_the_thing(client: FlaskClient, past: Home) -> None:
    got = client.get(
        "/timemap/id/innovation/kuda-sakti", headers={"Accept": "application/json"}
    ).get_json()
    assert [each["release"] for each in got["mementos"]["list"]] == [
        each.identifier for each in past.releases[:2]
    ]
    for nothing in ("/timemap/id/innovation/no-such", "/timemap/metrics", "/timemap/timemap/"):
        assert client.get(nothing).status_code == 404
    assert client.get("/timemap/").status_code == 200


def test_a_browser_elsewhere_may_ask_by_date_and_read_the_answer(client: FlaskClient) -> None:
    allowed = client.options("/sparql").headers["Access-Control-Allow-Headers"]
    assert "Accept-Datetime" in allowed.split(", ")
    shown = client.get("/").headers["Access-Control-Expose-Headers"].split(", ")
    assert {"Memento-Datetime", "Repr-Digest", "Data-Release", "Link"} <= set(shown)


def test_a_long_query_is_not_repeated_in_headers(client: FlaskClient) -> None:
    got = client.get(sparql(NAME + " #" + "x" * 2000), headers={"Accept-Datetime": http(DAYS[0])})
    assert got.status_code == 200
    assert "Link" not in got.headers
    assert got.headers["Memento-Datetime"] == http(DAYS[0])


# Hashes, and the same answer each time


def digest_of(headers: object) -> str:
    value = headers["Repr-Digest"]  # type: ignore[index]
    return b64decode(re.fullmatch("sha-256=:(.*):", value)[1]).hex()  # type: ignore[index]


@pytest.mark.parametrize("coding", ["identity", "gzip", "br", "zstd"])
def test_the_digest_is_of_what_is_sent(client: FlaskClient, coding: str) -> None:
    for path in (sparql(LABELS), sparql(LABELS, format="csv"), sparql("ASK {}"), f"{DOCUMENT}.ttl"):
        for _ in range(2):
            got = client.get(path, headers={"Accept-Encoding": coding})
            assert digest_of(got.headers) == hashlib.sha256(got.data).hexdigest()
            head = client.head(path, headers={"Accept-Encoding": coding})
            assert digest_of(head.headers) == digest_of(got.headers)
    posted = client.post("/sparql", data={"query": LABELS}, headers={"Accept-Encoding": coding})
    assert digest_of(posted.headers) == hashlib.sha256(posted.data).hexdigest()


def test_a_pinned_query_gives_the_same_bytes_whichever_pool_and_store_answers(
    past: Home, tmp_path: Path
) -> None:
    """Current or old, in this application or another, over this index or one made anew."""
    release = past.releases[0]
    anew = History(tmp_path)
    copied = anew.publish(release.content_path.read_bytes(), {"base": B}, write_store)
    queries = [LABELS, "SELECT * { ?s ?p ?o } LIMIT 5000", "SELECT DISTINCT ?p { ?s ?p ?o }",
        "SELECT ?p (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?p",
        f"CONSTRUCT WHERE {{ <{B}{AGENCY}> ?p ?o }}"]  # fmt: skip
    found: list[list[bytes]] = []
    for first, history in (
        (past.releases[2], past.history),
        (release, past.history),
        (copied, anew),
    ):
        app = create_app(first, Settings(query_workers=2, answer_cache=0), history)
        client = reading(app)
        for _ in range(2):
            addresses = [sparql(each, release=release.identifier) for each in queries]
            found += [[client.get(each).data for each in addresses]]
        close_app(app)
    assert len(found) == 6
    assert all(len(body) > 200 for body in found[0])
    assert all(each == found[0] for each in found)


# Citing


def test_a_document_can_be_cited(client: FlaskClient, past: Home) -> None:
    page = client.get(f"{DOCUMENT}.html?release={past.names[0]}&lang=en").text
    link = unescape(re.search(r'href="(/cite/[^"]*)"', page)[1])  # type: ignore[index]
    for language, word in (("en", "published on 2026-03-01"), ("id", "diterbitkan 2026-03-01")):
        cited = client.get(link.replace("lang=en", f"lang={language}"))
        assert cited.status_code == 200
        assert word in cited.text
        assert "@misc{inovasi-publik-" in cited.text
        check_permalinks(client, cited.text, past.names[0], 6)
    assert client.get("/cite/ont").status_code == 200
    assert client.get("/cite/doc/agency/no-such").status_code == 404
    assert client.get("/cite/static").status_code == 404


def check_permalinks(client: FlaskClient, page: str, release: str, least: int) -> None:
    link = r'<a href="([^"]*)" type="[^"]*">[^<]*</a></div>'
    found = re.findall(link + r"\s*<div[^>]*>SHA-256 <code>(\w+)", page)
    assert len(found) >= least
    for address, digest in found:
        assert f"release={release}" in address
        got = client.get(unescape(address), headers={"Accept-Encoding": "identity"})
        assert hashlib.sha256(got.data).hexdigest() == digest
        assert "immutable" in got.headers["Cache-Control"]
    assert found[0][1] in page.split("permalinks", maxsplit=1)[0]


def test_a_query_can_be_cited(client: FlaskClient, past: Home) -> None:
    page = client.get("/query?" + urlencode({"query": LABELS})).text
    link = unescape(re.search(r'href="(/cite/sparql[^"]*)"', page)[1])  # type: ignore[index]
    cited = client.get(link)
    assert cited.status_code == 200
    check_permalinks(client, cited.text, past.names[2], 2)
    graph = "/cite/sparql?" + urlencode({"query": "CONSTRUCT WHERE { ?s a ?o }"})
    check_permalinks(client, client.get(graph).text, past.names[2], 2)
    for unfit in ("SELECT (RAND() AS ?n) {}", "SELECT", ""):
        got = client.get("/cite/sparql?" + urlencode({"query": unfit}))
        assert got.status_code == 303
        assert got.headers["Location"].startswith("/query?")


# Switching, step by step


def test_a_request_that_runs_keeps_its_release(copy: Home) -> None:
    app = create_app(copy.history.current(), Settings(query_workers=1), copy.history)
    with app.app_context():
        shelf = get_shelf()
    old = shelf.hold()
    copy.history.rollback(copy.names[0])
    shelf.look()
    assert shelf.current.release == copy.releases[0]
    assert shelf.counts().leaving == 1
    assert old.opened.release == copy.releases[2]
    old.opened.pool.run("ASK {}", solutions="application/sparql-results+json").spool.close()
    shelf.give_back(old)
    shelf.look()
    assert (shelf.counts().open, shelf.counts().leaving) == (1, 0)
    with pytest.raises(PoolClosedError):
        old.opened.pool.run("ASK {}")
    close_app(app)


def test_rapid_switches_do_not_pile_up(copy: Home) -> None:
    app = create_app(copy.history.current(), Settings(query_workers=1), copy.history)
    with app.app_context():
        shelf = get_shelf()
    held = []
    for number in range(8):
        held.append(shelf.hold())
        copy.history.rollback(copy.names[number % 3])
        shelf.look()
        assert shelf.counts().open <= 3
    assert shelf.counts().switches == 2, "further ones wait for what runs"
    for lease in held:
        shelf.give_back(lease)
    shelf.look()
    shelf.look()
    assert shelf.current.release == copy.history.current()
    assert shelf.counts().open == 1
    close_app(app)


def test_older_releases_are_bounded_in_number(client: FlaskClient, app: Flask, past: Home) -> None:
    with app.app_context():
        shelf = get_shelf()
    for name in past.names * 3:
        assert client.get(f"{DOCUMENT}.ttl?release={name}").status_code == 200
        assert shelf.counts().open <= 3
    leases = [shelf.hold(release) for release in past.releases[:2]]
    extra = Release("f" * 64, B, past.releases[0].path, {})
    with pytest.raises(PoolBusyError):
        shelf.hold(extra)
    for lease in leases:
        shelf.give_back(lease)
    lease = shelf.hold(extra)
    assert lease.opened.release == extra
    shelf.give_back(lease)


def test_a_damaged_release_is_not_switched_to(copy: Home) -> None:
    app = create_app(copy.history.current(), Settings(query_workers=1), copy.history)
    with app.app_context():
        shelf = get_shelf()
    copy.releases[0].store_path.rename(copy.releases[0].path / "elsewhere")
    copy.history.rollback(copy.names[0])
    shelf.look()
    assert shelf.current.release == copy.releases[2]
    assert shelf.counts().failures == 1
    client = reading(app)
    assert client.get("/readyz").status_code == 200
    assert client.get(f"/?release={copy.names[0]}").status_code == 503
    with pytest.raises(StoreError):
        shelf.hold(copy.releases[0])
    close_app(app)


def test_without_older_releases_only_the_current_one_is_served(past: Home) -> None:
    app = create_app(past.releases[2], Settings(query_workers=1, older_releases=0), past.history)
    client = reading(app)
    assert client.get(f"{DOCUMENT}.ttl?release={past.names[2]}").status_code == 200
    assert client.get(f"{DOCUMENT}.ttl?release={past.names[0]}").status_code == 404
    got = client.get(f"{DOCUMENT}.ttl", headers={"Accept-Datetime": http(DAYS[0])})
    assert got.headers["Data-Release"] == past.releases[2].identifier
    assert "Memento-Datetime" not in got.headers
    close_app(app)

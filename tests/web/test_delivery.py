"""Answers on their way out of a real server: coded, named, known again, complete."""

import gc
import gzip
import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import brotli
import pytest
from backports import zstd
from flask import Flask
from flask.testing import FlaskClient

from kg.namespaces import CANONICAL_BASE as B
from kg.release.publication import Release
from kg.web import delivery
from kg.web.codings import CODINGS

Serve = Callable[..., AbstractContextManager[tuple[str, object]]]

DECODERS: dict[str | None, Callable[[bytes], bytes]] = {
    None: bytes,
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": zstd.decompress,
}
SELECT = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"
SMALL = "ASK {}"
CONSTRUCT = "CONSTRUCT WHERE { ?s ?p ?o }"
VOLATILE = "SELECT ?s ?p ?o (NOW() AS ?now) { ?s ?p ?o }"
# 400 rows squared: megabytes, more than the cache keeps and more than is coded in memory.
LARGE = f"SELECT ?a ?d {{ ?a <{B}ont#number> ?c . ?d <{B}ont#number> ?f }}"
IMMUTABLE = "public, max-age=31536000, immutable"


class Got(NamedTuple):
    status: int
    headers: Message
    body: bytes

    @property
    def coding(self) -> str | None:
        return self.headers.get("Content-Encoding")

    @property
    def tag(self) -> str:
        return str(self.headers["ETag"])

    def decoded(self) -> bytes:
        return DECODERS[self.coding](self.body)


def fetch(address: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Got:
    """Ask as urllib does; a header's name is written with low lines."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urlopen(Request(address, body, named, method=method), timeout=120) as response:
            return Got(response.status, response.headers, response.read())
    except HTTPError as error:
        with error:
            return Got(error.code, error.headers, error.read())


def url(server: str, query: str, **more: str) -> str:
    return f"{server}/sparql?" + urlencode({"query": query, **more})


@pytest.fixture(scope="module")
def server(serve_release: Serve, release: Release) -> Iterator[str]:
    with serve_release(release, result_limit=32, answer_cache=4, lang="en") as (address, _):
        yield address


@pytest.fixture(scope="module", params=[SELECT, CONSTRUCT, LARGE], ids=["rows", "graph", "large"])
def answer(request: pytest.FixtureRequest, server: str) -> str:
    return url(server, request.param)


# Content codings


@pytest.mark.parametrize("coding", CODINGS)
def test_an_answer_is_the_same_in_every_coding(answer: str, coding: str) -> None:
    plain, coded = fetch(answer), fetch(answer, Accept_Encoding=coding)
    assert (plain.coding, coded.coding) == (None, coding)
    assert coded.decoded() == plain.body
    assert len(coded.body) < len(plain.body) / 4
    for got in (plain, coded):
        assert got.status == 200
        assert int(got.headers["Content-Length"]) == len(got.body)
        assert got.headers["Vary"] == "Accept, Accept-Encoding"
        assert got.headers["Content-Type"] == plain.headers["Content-Type"]


def test_the_large_answer_is_large(server: str) -> None:
    assert len(fetch(url(server, LARGE)).body) > 4 * delivery._IN_MEMORY


def test_curl_reads_what_is_coded(answer: str) -> None:
    arguments = ["curl", "-s", "-i", "--compressed", answer]
    head, _, body = subprocess.run(arguments, capture_output=True, check=True).stdout.partition(
        b"\r\n\r\n"
    )
    assert b"Content-Encoding:" in head
    assert body == fetch(answer).body


@pytest.mark.parametrize(
    "path", ["/", "/about", "/query", "/sparql", "/static/style.css", "/browse"]
)
@pytest.mark.parametrize("coding", CODINGS)
def test_pages_and_documents_are_coded_too(server: str, path: str, coding: str) -> None:
    plain, coded = fetch(server + path), fetch(server + path, Accept_Encoding=coding)
    assert plain.status == coded.status == 200
    assert (plain.coding, coded.coding) == (None, coding)
    assert coded.decoded() == plain.body
    assert coded.tag == plain.tag[:-1] + f'-{coding}"'
    assert "Accept-Encoding" in coded.headers["Vary"]


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("gzip;q=0.5, identity", None),
        ("gzip;q=0", None),
        ("identity", None),
        ("*", "gzip"),
        ("deflate", None),
    ],
)
def test_the_coding_is_what_the_client_likes_best(
    server: str, accepted: str, expected: str | None
) -> None:
    assert fetch(url(server, SELECT), Accept_Encoding=accepted).coding == expected


def test_a_small_answer_is_left_as_it_is_unless_that_is_refused(server: str) -> None:
    left = fetch(url(server, SMALL), Accept_Encoding="gzip, br")
    assert (left.coding, left.status) == (None, 200)
    coded = fetch(url(server, SMALL), Accept_Encoding="gzip, identity;q=0")
    assert coded.coding == "gzip"
    assert coded.decoded() == left.body


@pytest.mark.parametrize("path", ["/sparql?query=ASK%7B%7D", "/about", "/sparql"])
@pytest.mark.parametrize("refusal", ["identity;q=0", "*;q=0", "deflate, *;q=0"])
def test_a_client_that_takes_no_coding_is_told_which_there_are(
    server: str, path: str, refusal: str
) -> None:
    got = fetch(server + path, Accept_Encoding=refusal, Accept="application/json")
    problem = json.loads(got.body)
    assert (got.status, problem["type"]) == (406, f"{B}problem/not-acceptable")
    assert problem["offeredCodings"] == list(CODINGS)


def test_an_error_is_sent_as_it_is(server: str) -> None:
    got = fetch(url(server, "SELECT"), Accept_Encoding="gzip")
    assert got.status == 400
    assert got.coding is None


def test_a_changing_answer_is_coded_and_has_no_tag(server: str) -> None:
    got = fetch(url(server, VOLATILE), Accept_Encoding="br")
    assert (got.coding, got.headers["Cache-Control"]) == ("br", "no-store")
    assert "ETag" not in got.headers
    assert json.loads(got.decoded())["results"]["bindings"]


def test_a_post_is_coded(server: str) -> None:
    body = urlencode({"query": SELECT}).encode()
    got = fetch(f"{server}/sparql", "POST", body, Accept_Encoding="zstd")
    assert (got.coding, got.decoded()) == ("zstd", fetch(url(server, SELECT)).body)


def test_without_room_for_a_coded_file_the_answer_is_sent_as_it_is(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(delivery, "_IN_MEMORY", 0)
    path = "/sparql?" + urlencode({"query": VOLATILE})
    assert client.get(path, headers={"Accept-Encoding": "gzip"}).content_encoding == "gzip"
    monkeypatch.setattr(delivery, "_encode_file", full)
    response = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert response.status_code == 200
    assert "Content-Encoding" not in response.headers
    assert json.loads(response.data)["results"]["bindings"]
    assert int(response.headers["Content-Length"]) == len(response.data)


# Entity tags and conditions


@pytest.mark.parametrize("path", ["/about", "/static/style.css"])
def test_a_page_is_known_again_in_every_coding(server: str, path: str) -> None:
    known_again(server + path)


def test_an_answer_is_known_again_in_every_coding(answer: str) -> None:
    known_again(answer)


def known_again(address: str) -> None:
    """Assert that each coding has a strong tag of its own, and that it gives 304."""
    tags = set()
    for coding in (*CODINGS, "identity"):
        first = fetch(address, Accept_Encoding=coding)
        tags.add(first.tag)
        assert not first.tag.startswith("W/")
        for known in (first.tag, f'"other", {first.tag}', f"W/{first.tag}"):
            again = fetch(address, Accept_Encoding=coding, If_None_Match=known)
            assert (again.status, again.body, again.tag) == (304, b"", first.tag)
            assert again.headers["Vary"] == first.headers["Vary"]
            assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
        assert fetch(address, Accept_Encoding=coding, If_None_Match='"other"').status == 200
    assert len(tags) == len(CODINGS) + 1


def test_a_tag_of_a_coding_that_is_not_taken_is_not_known(server: str) -> None:
    address = url(server, SELECT)
    tag = fetch(address, Accept_Encoding="br").tag
    assert fetch(address, Accept_Encoding="gzip", If_None_Match=tag).status == 200
    assert fetch(address, If_None_Match=tag).coding is None
    # One that has the plain answer need not fetch the coded one.
    plain = fetch(address).tag
    again = fetch(address, Accept_Encoding="gzip", If_None_Match=plain)
    assert (again.status, again.tag) == (304, plain)
    refused = fetch(address, Accept_Encoding="gzip, identity;q=0", If_None_Match=plain)
    assert (refused.status, refused.coding) == (200, "gzip")


OF_THE_MOMENT = {"Date", "Server-Timing", "X-Request-ID"}


def test_head_is_get_without_a_body_in_every_coding(answer: str) -> None:
    for coding in (*CODINGS, "identity"):
        got = fetch(answer, Accept_Encoding=coding)
        head = fetch(answer, "HEAD", Accept_Encoding=coding)
        assert head.body == b""
        ours = {*got.headers} - OF_THE_MOMENT
        assert {*head.headers} - OF_THE_MOMENT == ours
        assert [head.headers[name] for name in ours] == [got.headers[name] for name in ours]


def test_answers_and_documents_say_when_they_changed(server: str, release: Release) -> None:
    published = fetch(url(server, SELECT)).headers["Last-Modified"]
    assert parsedate_to_datetime(published) == release.published
    page = fetch(server + "/about").headers["Last-Modified"]
    assert parsedate_to_datetime(page) >= release.published


@pytest.mark.parametrize("path", [f"/sparql?{urlencode({'query': SELECT})}", "/about", "/sparql"])
@pytest.mark.parametrize("coding", ["gzip", "identity"])
def test_what_has_not_changed_since_is_304(server: str, path: str, coding: str) -> None:
    first = fetch(server + path, Accept_Encoding=coding)
    since = first.headers["Last-Modified"]
    again = fetch(server + path, Accept_Encoding=coding, If_Modified_Since=since)
    assert (again.status, again.body, again.tag) == (304, b"", first.tag)
    before = "Sat, 01 Jan 2000 00:00:00 GMT"
    assert fetch(server + path, If_Modified_Since=before).status == 200
    assert fetch(server + path, If_Modified_Since="yesterday").status == 200
    # A tag says more than a date (RFC 9110, section 13.1.3).
    other = fetch(server + path, If_Modified_Since=since, If_None_Match='"other"')
    assert other.status == 200


def test_a_date_makes_no_answer_of_a_query_that_fails(server: str) -> None:
    later = "Sat, 01 Jan 2050 00:00:00 GMT"
    assert fetch(url(server, "SELECT"), If_Modified_Since=later).status == 400


def test_conditions_are_not_for_post(server: str) -> None:
    body = urlencode({"query": SELECT}).encode()
    tag = fetch(url(server, SELECT)).tag
    assert fetch(f"{server}/sparql", "POST", body, If_None_Match=tag).status == 200


# Requests that are pinned to a release


def test_an_answer_of_the_release_that_is_meant_may_be_kept_for_good(
    server: str, release: Release
) -> None:
    whole = release.identifier
    for named in (whole, whole[:16], whole[:40].upper()):
        got = fetch(url(server, SELECT, release=named))
        assert (got.status, got.headers["Cache-Control"]) == (200, IMMUTABLE)
        again = fetch(url(server, SELECT, release=named), If_None_Match=got.tag)
        assert (again.status, again.headers["Cache-Control"]) == (304, IMMUTABLE)
    assert "max-age=60" in fetch(url(server, SELECT)).headers["Cache-Control"]
    volatile = fetch(url(server, VOLATILE, release=whole))
    assert volatile.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/sparql", "/about", "/id/agency/polresta-sidoarjo"])
def test_another_release_is_404_with_the_one_that_is_served(
    server: str, release: Release, path: str
) -> None:
    other = "0" * 64
    addresses = [f"{server}{path}?release={other}", url(server, SELECT, release=other)]
    for got in map(fetch, addresses):
        problem = json.loads(got.body)
        assert (got.status, problem["type"]) == (404, f"{B}problem/release-not-served")
        assert (problem["served"], problem["requested"]) == (release.identifier, other)
        assert release.identifier in problem["detail"]
        assert got.headers["Cache-Control"] == "no-store"


def test_a_form_may_name_the_release_too(server: str, release: Release) -> None:
    for named, status in ((release.identifier, 200), ("0" * 16, 404)):
        body = urlencode({"query": SELECT, "release": named}).encode()
        assert fetch(f"{server}/sparql", "POST", body).status == status


@pytest.mark.parametrize("named", ["", "0", "a" * 7, "latest", "x" * 64, "a" * 65])
def test_what_names_no_release_is_400(server: str, named: str) -> None:
    got = fetch(url(server, SELECT, release=named))
    assert (got.status, json.loads(got.body)["parameter"]) == (400, "release")


def test_a_redirect_to_a_document_keeps_the_release(server: str, release: Release) -> None:
    address = f"{server}/id/agency/polresta-sidoarjo?release={release.identifier}"
    got = fetch(address, Accept="text/turtle")
    assert (got.status, got.headers["Cache-Control"]) == (200, IMMUTABLE)
    assert release.identifier in fetch(address, Accept="text/html").headers["Data-Release"]
    page = fetch(address, Accept="text/html")
    assert "immutable" not in page.headers["Cache-Control"]


def test_a_large_coded_answer_that_nobody_reads_harms_nobody(server: str) -> None:
    host, _, port = server.removeprefix("http://").partition(":")
    for _ in range(3):
        with socket.create_connection((host, int(port))) as connection:
            path = url("", LARGE)
            connection.sendall(
                f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n".encode()
            )
            connection.recv(10)
    assert fetch(url(server, SMALL)).status == 200


def test_a_release_folder_without_a_manifest_has_a_date(release: Release) -> None:
    assert not (Path(release.path) / "release.json").exists()
    assert release.published.year >= 2020


@pytest.mark.parametrize("headers", [{}, {"Accept-Encoding": "gzip"}])
def test_a_static_file_is_closed_once_it_is_sent(
    app: Flask, headers: dict[str, str], recwarn: pytest.WarningsRecorder
) -> None:
    # Neither read to its end nor closed by hand: the server does both.
    first = app.test_client().get("/static/style.css", headers=headers, buffered=True)
    again = {**headers, "If-None-Match": first.headers["ETag"]}
    assert (
        app.test_client().get("/static/style.css", headers=again, buffered=True).status_code == 304
    )
    del first, again
    gc.collect()
    assert [warning for warning in recwarn if warning.category is ResourceWarning] == []

"""curl, as people type it."""

import shutil
import subprocess

import pytest

pytestmark = pytest.mark.interop

FORM = "Content-Type: application/x-www-form-urlencoded"
DIRECT = "Content-Type: application/sparql-query"


def curl(*arguments: str) -> tuple[int, str, str]:
    """Run curl; return the status, the head and the body of the last answer."""
    if not shutil.which("curl"):
        pytest.fail("curl is missing: apt-get install curl")
    command = ["curl", "--silent", "--show-error", "--include", "--max-time", "20", *arguments]
    output = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    head, _, body = output.partition("\r\n\r\n")
    while body.startswith("HTTP/1.1 "):
        head, _, body = body.partition("\r\n\r\n")
    return int(head.split()[1]), head.lower(), body


def test_a_query_is_sent_in_every_way(endpoint: str, labels: str, names: tuple[str, str]) -> None:
    csv = ("-H", "Accept: text/csv")
    ways = [
        ("--get", "--data-urlencode", f"query={labels}"),
        ("--data-urlencode", f"query={labels}"),
        ("-H", DIRECT, "--data-binary", labels),
        ("-H", f"{DIRECT}; charset=utf-8", "--data-binary", labels),
        ("-H", f"{FORM}; charset=UTF-8", "--data-urlencode", f"query={labels}"),
    ]
    expected = f"label,lang\r\n{names[0]},en\r\n{names[1]},id\r\n"
    for way in ways:
        for more in ((), ("--http1.0",), ("--compressed",)):
            status, head, body = curl(*csv, *way, *more, endpoint)
            assert (status, body) == (200, expected), way
            assert "content-type: text/csv" in head


def test_the_head_is_that_of_the_answer(endpoint: str, labels: str) -> None:
    arguments = ("--get", "--data-urlencode", f"query={labels}", endpoint)
    status, head, body = curl("--head", *arguments)
    assert (status, body) == (200, "")
    _, full, content = curl(*arguments)
    length = f"content-length: {len(content.encode())}"
    for name in ("content-type", "etag", "vary", "access-control-allow-origin", "data-release"):
        (line,) = [line for line in full.splitlines() if line.startswith(f"{name}:")]
        assert line in head
    assert length in head
    assert length in full


def test_an_answer_that_is_known_is_not_sent_again(endpoint: str, labels: str) -> None:
    arguments = ("--get", "--data-urlencode", f"query={labels}", endpoint)
    _, head, _ = curl(*arguments)
    (tag,) = [line.partition(": ")[2] for line in head.splitlines() if line.startswith("etag:")]
    status, _, body = curl("-H", f"If-None-Match: {tag}", *arguments)
    assert (status, body) == (304, "")


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate", "identity"])
def test_a_coding_that_is_asked_for_never_spoils_the_answer(endpoint: str, coding: str) -> None:
    query = ("--get", "--data-urlencode", "query=SELECT * { ?s ?p ?o } LIMIT 500")
    _, _, plain = curl(*query, endpoint)
    status, head, _ = curl("--head", *query, "-H", f"Accept-Encoding: {coding}", endpoint)
    assert status == 200
    if f"content-encoding: {coding}" in head:
        assert "accept-encoding" in head.partition("vary:")[2].splitlines()[0]
    features = subprocess.run(["curl", "--version"], capture_output=True, check=True).stdout
    if {"gzip": b"libz", "br": b"brotli", "zstd": b"zstd"}.get(coding, b"libz") in features:
        found = curl(*query, "--compressed", "-H", f"Accept-Encoding: {coding}", endpoint)
        assert found[2] == plain


def test_errors_are_readable(endpoint: str, endless: str) -> None:
    for arguments, status, words in (
        (("--data-urlencode", "query=ASK {"), 400, "query-syntax"),
        (("--data-urlencode", "query=ASK { SERVICE <http://x/> {} }"), 403, "SERVICE"),
        (("-X", "PUT"), 405, "method-not-allowed"),
        (("-d", "query="), 400, "bad-request"),
        (("-H", "Content-Type: text/plain", "-d", "ASK {}"), 415, "unsupported-media-type"),
        (("--get", "-H", "Accept: image/png", "-d", "query=ASK{}"), 406, "not-acceptable"),
        (("-d", "timeout=0.3", "--data-urlencode", f"query={endless}"), 503, "query-timeout"),
    ):
        found, head, body = curl(*arguments, endpoint)
        assert (found, words in body) == (status, True), arguments
        assert "content-type: application/problem+json" in head or status == 406
        assert "access-control-allow-origin: *" in head


def test_a_thing_is_dereferenced(agency: str) -> None:
    status, head, body = curl("--location", "-H", "Accept: text/turtle", agency)
    assert (status, "prefLabel" in body) == (200, True)
    assert "content-type: text/turtle" in head


def test_the_service_describes_itself(endpoint: str) -> None:
    status, head, body = curl(endpoint)
    assert (status, "sd:Service" in body) == (200, True)
    assert "content-type: text/turtle" in head
    status, head, _ = curl("-X", "OPTIONS", endpoint)
    assert (status, "access-control-allow-methods" in head) == (204, True)

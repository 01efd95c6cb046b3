"""A page of another origin asks the server with ``fetch`` in a real browser."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

pytestmark = pytest.mark.interop

CHROMIUM = Path("/usr/bin/chromium")
DRIVER = Path("/usr/bin/chromedriver")
FETCH = """
const [address, options, done] = arguments;
fetch(address, options).then(async response => done({
  status: response.status, url: response.url, redirected: response.redirected,
  headers: Object.fromEntries(response.headers), body: await response.text(),
})).catch(error => done({ failure: String(error) }));
"""
Fetch = Callable[..., dict[str, Any]]


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>elsewhere</title>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """Serve an empty page on a port of its own, which makes it another origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def fetch(elsewhere: str) -> Iterator[Fetch]:
    """Return what fetches from that page."""
    try:
        selenium = import_module("selenium.webdriver")
    except ImportError:
        pytest.fail("selenium is missing: pip install selenium")
    if not (CHROMIUM.exists() and DRIVER.exists()):
        pytest.fail("a browser is missing: apt-get install chromium chromium-driver")
    options = selenium.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu"):
        options.add_argument(argument)
    from selenium.webdriver.chrome.service import Service

    driver = selenium.Chrome(options=options, service=Service(str(DRIVER)))
    driver.set_script_timeout(120)
    driver.get(elsewhere)

    def run(address: str, **options: object) -> dict[str, Any]:
        found: dict[str, Any] = driver.execute_async_script(FETCH, address, options)
        assert "failure" not in found, found
        return found

    yield run
    driver.quit()


def test_a_query_by_get_with_a_format_of_choice(
    fetch: Fetch, endpoint: str, names: tuple[str, str], labels: str
) -> None:
    address = f"{endpoint}?{urlencode({'query': labels})}"
    found = fetch(address, headers={"Accept": "text/csv"})
    assert found["status"] == 200
    assert found["headers"]["content-type"].startswith("text/csv")
    assert all(name in found["body"] for name in names)


@pytest.mark.parametrize("content_type", ["application/sparql-query", None])
def test_a_query_by_post(
    fetch: Fetch, endpoint: str, labels: str, names: tuple[str, str], content_type: str | None
) -> None:
    """A body of another type than a form makes the browser ask for leave first."""
    form = "application/x-www-form-urlencoded"
    body = labels if content_type else urlencode({"query": labels})
    headers = {"Accept": "application/sparql-results+xml", "Content-Type": content_type or form}
    found = fetch(endpoint, method="POST", body=body, headers=headers)
    assert found["status"] == 200
    assert found["headers"]["content-type"].startswith("application/sparql-results+xml")
    assert all(name in found["body"] for name in names)


def test_headers_that_matter_can_be_read_and_sent(fetch: Fetch, endpoint: str, labels: str) -> None:
    address = f"{endpoint}?{urlencode({'query': labels})}"
    found = fetch(address, cache="no-store")
    assert {"etag", "data-release", "server-timing"} <= found["headers"].keys()
    again = fetch(
        address,
        cache="no-store",
        headers={"If-None-Match": found["headers"]["etag"], "Accept-Language": "en"},
    )
    assert (again["status"], again["body"]) == (304, "")


def test_an_error_can_be_read(fetch: Fetch, endpoint: str, endless: str) -> None:
    headers = {
        "Accept": "application/sparql-results+json",
        "Accept-Language": "en",
        "Content-Type": "application/sparql-query",
    }
    for query, parameters, status, word in (
        ("ASK {", "", 400, "query-syntax"),
        ("ASK { SERVICE <http://127.0.0.1/> {} }", "", 403, "SERVICE"),
        (endless, "?timeout=0.3", 503, "query-timeout"),
    ):
        found = fetch(endpoint + parameters, method="POST", body=query, headers=headers)
        assert found["status"] == status
        assert found["headers"]["content-type"] == "application/problem+json"
        assert word in found["body"]


def test_a_method_that_is_not_served_is_still_readable(fetch: Fetch, endpoint: str) -> None:
    found = fetch(endpoint, method="POST", body="x", headers={"Content-Type": "text/plain"})
    assert (found["status"], "unsupported-media-type" in found["body"]) == (415, True)


def test_a_thing_is_dereferenced_across_its_redirect(
    fetch: Fetch, agency: str, names: tuple[str, str]
) -> None:
    found = fetch(agency, headers={"Accept": "text/turtle"})
    assert (found["status"], found["redirected"]) == (200, True)
    assert found["url"].endswith(".ttl")
    assert all(name in found["body"] for name in names)

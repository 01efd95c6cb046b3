"""A crawler that knows only the host reaches everything, in Turtle and in HTML."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from urllib.parse import urlsplit

import pytest

from kg.namespaces import CANONICAL_BASE
from walker import HTML, RETIRED, TURTLE, Homes, Walker, resources

pytestmark = pytest.mark.crawl

Serve = Callable[..., AbstractContextManager[tuple[str, object]]]

BROWSER = f"{HTML},application/xhtml+xml,*/*;q=0.1"
AGENCY = "agency/pemkot-surabaya"


@pytest.fixture(scope="module")
def closed(homes: Homes, serve_home: Serve, port: int) -> Iterator[str]:
    """Return the address of a server whose release has that address as its base."""
    base = f"http://127.0.0.1:{port}/"
    with serve_home(homes.at(base, RETIRED), port) as (address, _):
        yield address + "/"


@pytest.mark.parametrize("accept", [TURTLE, BROWSER], ids=["turtle", "html"])
def test_everything_is_reached_and_no_link_is_dead(closed: str, accept: str) -> None:
    walk = Walker(closed, closed, accept).walk()
    expected = resources(closed, closed)
    assert len(expected) >= 1600
    assert walk.dead() == []
    assert sorted(expected - walk.reached() - walk.gone()) == []
    names = {urlsplit(url).path.rpartition("/")[2].partition(".")[0] for url in walk.gone()}
    assert names == {"withdrawn-long-ago"}


def test_the_server_maps_its_paths_to_canonical_iris(homes: Homes, serve_home: Serve) -> None:
    with serve_home(homes.at(CANONICAL_BASE)) as (address, _):
        walk = Walker(address, CANONICAL_BASE, TURTLE).walk()
        expected = resources(address, CANONICAL_BASE)
        browser = Walker(address, CANONICAL_BASE, BROWSER)
        page = browser.fetch(f"{address}/doc/{AGENCY}")
        browser.close()
    assert walk.dead() == []
    assert sorted(expected - walk.reached()) == []
    bodies = [visit.body for visit in walk.visits.values() if visit.media_type == TURTLE]
    assert len(bodies) >= 1600
    assert [body for body in bodies if address.encode() in body] == []
    assert f"{CANONICAL_BASE}id/{AGENCY}".encode() in page.body
    # Links lead to the server one is on; what is shown, and what to cite, is canonical.
    assert f'href="{CANONICAL_BASE}id/'.encode() not in page.body
    assert b'href="/id/' in page.body

"""A release of our own data, built for the address at which a real server then serves it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kg.release.build import build
from kg.settings import Settings

if TYPE_CHECKING:
    import subprocess

TOKEN = "0123456789abcdef-antarmuka"  # noqa: S105  made up
Serve = Callable[..., AbstractContextManager[tuple[str, "subprocess.Popen[bytes]"]]]


@pytest.fixture(scope="session")
def address(
    tmp_path_factory: pytest.TempPathFactory, small_data: Path, serve_home: Serve, port: int
) -> Iterator[str]:
    """Serve the release; yield the address, which its IRIs begin with too."""
    home = tmp_path_factory.mktemp("interop")
    base = f"http://127.0.0.1:{port}/"
    build(Settings(home=home, data=small_data, base_iri=base), lambda _step: None)
    settings: dict[str, object] = {"query_timeout": 30.0, "query_memory": 700, "result_limit": 16}
    settings |= {"data": small_data, "write_tokens": f"tests={sha256(TOKEN.encode()).hexdigest()}"}
    with serve_home(home, port=port, **settings) as (address, _):
        yield address


@pytest.fixture(scope="session")
def token() -> str:
    """Return what those who write send."""
    return TOKEN


@pytest.fixture(scope="session")
def endpoint(address: str) -> str:
    return f"{address}/sparql"


@pytest.fixture(scope="session")
def agency(address: str) -> str:
    """Return the IRI of a thing that many facts are about."""
    return f"{address}/id/agency/polresta-sidoarjo"


@pytest.fixture(scope="session")
def labels(agency: str) -> str:
    """Return a query for the two labels of that thing, in order."""
    return (
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
        f"SELECT ?label ?lang {{ <{agency}> skos:prefLabel ?label "
        "BIND(LANG(?label) AS ?lang) } ORDER BY ?lang"
    )


@pytest.fixture(scope="session")
def names(address: str) -> tuple[str, str]:
    """Return those labels, English first."""
    assert address
    return ("Sidoarjo City Police Resort", "Polresta Sidoarjo")


@pytest.fixture(scope="session")
def endless() -> str:
    """Return a query that no time limit is long enough for."""
    return "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture(scope="session")
def folder() -> Path:
    """Return the folder of these tests."""
    return Path(__file__).parent

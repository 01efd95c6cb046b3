"""The headers that real clients send, to the running server: each gets what it can read."""

import tomllib
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

import pytest

pytestmark = pytest.mark.interop

TABLE = Path(__file__).parents[1] / "accept.toml"
CLIENTS = tomllib.loads(TABLE.read_text(encoding="utf-8"))["client"]
MEDIA_TYPES = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
    "trig": "application/trig",
    "nq": "application/n-quads",
    "html": "text/html",
}


class Answer(NamedTuple):
    status: int
    media_type: str
    location: str
    vary: str
    body: bytes


def get(address: str, accept: str | None) -> Answer:
    """Send exactly this header, or none."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=120)
    try:
        headers = {} if accept is None else {"Accept": accept}
        connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        response = connection.getresponse()
        return Answer(
            response.status,
            response.headers.get_content_type(),
            response.getheader("Location", ""),
            response.getheader("Vary", ""),
            response.read(),
        )
    finally:
        connection.close()


def expected(client: dict[str, str], kind: str) -> tuple[int, str | None]:
    suffix = client.get(kind)
    return (200, MEDIA_TYPES[suffix]) if suffix else (406, None)


@pytest.mark.parametrize("client", CLIENTS, ids=[client["name"] for client in CLIENTS])
def test_a_client_gets_what_it_can_read(client: dict[str, str], endpoint: str, agency: str) -> None:
    accept = client.get("accept")
    for kind, query in (
        ("select", "SELECT * { ?s ?p ?o } LIMIT 1"),
        ("construct", "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1"),
    ):
        answer = get(f"{endpoint}?{urlencode({'query': query})}", accept)
        status, media_type = expected(client, kind)
        assert answer.status == status, (kind, answer)
        assert media_type in (None, answer.media_type), kind
        assert "Accept" in answer.vary
        assert answer.body
    for address in (endpoint, agency):
        answer = get(address, accept)
        status, media_type = expected(client, "document")
        if answer.status == 303:
            assert "Accept" in answer.vary
            answer = get(urljoin(address, answer.location), accept)
        assert answer.status == status, (address, answer)
        assert media_type in (None, answer.media_type), address
        assert answer.body


def test_the_table_names_the_clients_that_people_use() -> None:
    names = " ".join(client["name"] for client in CLIENTS)
    wanted = ["Chrome", "Firefox", "Safari", "rapper", "Jena", "RDF4J", "OWL API", "Protégé"]
    wanted += ["YASGUI", "requests", "curl", "SPARQLWrapper", "rdflib", "Comunica", "pandas"]
    for name in wanted:
        assert name in names

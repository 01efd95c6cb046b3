"""The schema.org descriptions that pages carry, by schema.org's own words and the graph's facts."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from rdflib import Graph
from rdflib.namespace import RDF, SDO

from kg.namespaces import CANONICAL_BASE
from kg.release.publication import Release
from kg.store import DEFAULT_GRAPH, ReleaseStore

# rdflib's JSON-LD parser makes graphs of a class that rdflib itself deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning:rdflib")

REQUIRED = {
    "GovernmentOrganization": {"name", "url"},
    "Organization": {"name", "url"},
    "Person": {"name", "url"},
    "Event": {"name", "url"},
    "Place": {"name", "url"},
    "CreativeWork": {"name", "url"},
    "SoftwareApplication": {"name", "url"},
    "GovernmentService": {"name", "url"},
    "NewsArticle": {"name", "publisher", "inLanguage", "url"},
    "DefinedTerm": {"name", "inDefinedTermSet", "termCode"},
    "DefinedTermSet": {"name", "url"},
}
"""What a thing of each type that stands on a page of its own must have."""

NESTED = {"WebPage", "PropertyValue", "OrganizationRole", "Thing"}
"""Types that only stand inside others."""

KINDS = ("agency", "person", "event", "place", "centre", "innovation", "article", "publisher")

SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


@pytest.fixture(scope="module")
def client(small_client: FlaskClient) -> FlaskClient:
    return small_client


@pytest.fixture(scope="module")
def paths(small_release: Release) -> list[str]:
    store = ReleaseStore.open(small_release.store_path)
    things = [
        tuple(str(quad.subject).removeprefix(CANONICAL_BASE + "id/").split("/"))
        for quad in store.quads(None, RDF.type, graph=DEFAULT_GRAPH)
        if quad.subject.startswith(CANONICAL_BASE + "id/")
    ]
    chosen = sorted({f"doc/{'/'.join(parts)}" for parts in things if parts[0] in KINDS})
    return [*chosen, "doc/scheme/agency-type", "doc/scheme/agency-type/polresta"]


def embedded(client: FlaskClient, path: str, language: str = "id") -> dict[str, Any] | None:
    found = SCRIPT.findall(client.get(f"/{path}.html?lang={language}").text)
    assert len(found) <= 1
    return json.loads(found[0]) if found else None


def nodes(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:  # type: ignore[attr-defined]
        if isinstance(inner, dict | list):
            yield from nodes(inner)


def test_every_description_keeps_to_schema_org(client: FlaskClient, paths: list[str]) -> None:
    counts: Counter[str] = Counter()
    for path in paths:
        data = embedded(client, path)
        assert data is not None, path
        kind = data["@type"]
        counts[kind] += 1
        assert data["@context"] == "https://schema.org"
        assert data.keys() >= REQUIRED[kind], path
        for node in nodes(data):
            assert node["@type"] in {*REQUIRED, *NESTED}
            words = {node["@type"], *(key for key in node if not key.startswith("@"))}
            assert {word for word in words if word not in SDO} == set(), path
            for key in ("@id", "url", "license", "propertyID"):
                assert str(node.get(key, "https://")).startswith("https://"), (path, key)
            assert None not in node.values()
            assert "" not in node.values()
            assert [] not in node.values()
    assert counts.keys() >= {*REQUIRED} - {"CreativeWork"}
    assert sum(counts.values()) >= 60


def test_what_is_said_is_what_the_graph_says(client: FlaskClient) -> None:
    data = embedded(client, "doc/innovation/skck-online", "en")
    assert data is not None
    assert data["@type"] == "GovernmentService"
    assert data["provider"]["@id"] == CANONICAL_BASE + "id/agency/polresta-sidoarjo"
    assert data["award"] == "Top Public Service Innovations 2024, Sustainability Group"
    assert data["subjectOf"]["isBasedOn"][0]["@id"] == CANONICAL_BASE + "id/article/000"
    place = embedded(client, "doc/place/35-15")
    assert place is not None
    assert {"35.15", "3515"} <= {code["value"] for code in place["identifier"]}
    event = embedded(client, "doc/event/gebyar-pelayanan-prima-2024", "id")
    assert event is not None
    assert event["startDate"] == "2024-10-08"
    assert event["name"] == "Gebyar Pelayanan Prima 2024"


@pytest.mark.parametrize(
    "path", ["doc/claim/003-018", "doc/graph/conflicts", "doc/question/04-gala-theme"]
)
def test_what_schema_org_has_no_word_for_is_not_described(client: FlaskClient, path: str) -> None:
    assert client.get(f"/{path}.html").status_code == 200
    assert embedded(client, path) is None


def test_a_description_is_json_ld(client: FlaskClient) -> None:
    data = embedded(client, "doc/agency/polresta-sidoarjo")
    assert data is not None
    data["@context"] = {"@vocab": "https://schema.org/"}
    graph = Graph().parse(data=json.dumps(data), format="json-ld")
    assert (None, SDO.award, None) in graph


def test_no_text_ends_the_block_early(client: FlaskClient) -> None:
    text = client.get("/doc/agency/polresta-sidoarjo.html").text
    for block in SCRIPT.findall(text):
        assert "<" not in block
        assert "&" not in block

"""Merged IRIs lead to what took their place; withdrawn ones tell when and why, in every format."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, PROV, SKOS
from small_data import copy_small_data

from kg.namespaces import CANONICAL_BASE
from kg.release.build import build
from kg.settings import Settings
from kg.sparql.formats import DOCUMENTS
from kg.web.app import close_app, create_app

pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning:rdflib")

PARSERS = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml", "nt": "nt"}
ROWS = """\
agency:polres-sidoarjo,merged,agency:polresta-sidoarjo,2026-11-20,,
person:tak-dikenal,withdrawn,,2026-11-21,Orang ini tidak pernah ada.,There never was such a person.
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Return a client of what a copy of the data with two retired IRIs builds."""
    folder = tmp_path_factory.mktemp("retired")
    copy_small_data(folder / "data")
    with (folder / "data/retired.csv").open("a", encoding="utf-8") as file:
        file.write(ROWS)
    settings = Settings(data=folder / "data", home=folder / "home", query_workers=1, lang="en")
    release, verdict = build(settings, lambda _step: None)
    assert verdict.conforms
    app = create_app(release, settings)
    app.testing = True
    yield app.test_client()
    close_app(app)


@pytest.mark.parametrize(
    ("address", "location"),
    [
        ("/id/agency/polres-sidoarjo", "/id/agency/polresta-sidoarjo"),
        ("/id/agency/polres-sidoarjo?lang=en", "/id/agency/polresta-sidoarjo?lang=en"),
        ("/doc/agency/polres-sidoarjo", "/doc/agency/polresta-sidoarjo"),
        ("/doc/agency/polres-sidoarjo.ttl", "/doc/agency/polresta-sidoarjo.ttl"),
        ("/doc/agency/polres-sidoarjo.html?lang=id", "/doc/agency/polresta-sidoarjo.html?lang=id"),
    ],
)
def test_what_was_merged_leads_to_the_survivor(
    client: FlaskClient, address: str, location: str
) -> None:
    response = client.get(address)
    assert (response.status_code, response.headers["Location"]) == (308, location)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get(address, follow_redirects=True).status_code == 200


@pytest.mark.parametrize("offer", DOCUMENTS, ids=lambda offer: offer.suffix)
@pytest.mark.parametrize("kind", ["id", "doc"])
def test_a_tombstone_comes_in_every_format(client: FlaskClient, kind: str, offer: object) -> None:
    media_type = getattr(offer, "media_type", "")
    response = client.get(f"/{kind}/person/tak-dikenal", headers={"Accept": media_type})
    assert (response.status_code, response.mimetype) == (410, media_type)
    assert "Accept" in response.headers["Vary"]
    by_suffix = client.get(f"/doc/person/tak-dikenal.{getattr(offer, 'suffix', '')}")
    assert by_suffix.status_code == 410


@pytest.mark.parametrize("suffix", PARSERS)
def test_a_tombstone_says_when_and_why(client: FlaskClient, suffix: str) -> None:
    graph = Graph().parse(
        # The expanded form of JSON-LD needs no context from elsewhere.
        data=client.get(f"/doc/person/tak-dikenal.{suffix}?_profile=expanded").data,
        format=PARSERS[suffix],
    )
    thing = URIRef(f"{CANONICAL_BASE}id/person/tak-dikenal")
    assert graph.value(thing, OWL.deprecated) == Literal(lexical_or_value=True)
    assert "2026-11-21" in str(graph.value(thing, PROV.invalidatedAtTime))
    assert Literal("There never was such a person.", lang="en") in set(
        graph.objects(thing, SKOS.editorialNote)
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("id", ("IRI ini sudah ditarik", "Orang ini tidak pernah ada.")),
        ("en", ("This IRI was withdrawn", "There never was such a person.")),
    ],
)
def test_a_tombstone_is_a_page_in_both_languages(
    client: FlaskClient, language: str, words: tuple[str, str]
) -> None:
    response = client.get(
        f"/id/person/tak-dikenal?lang={language}", headers={"Accept": "text/html"}
    )
    assert response.status_code == 410
    assert all(word in response.text for word in (*words, "2026-11-21"))
    # There is nothing to cite, and no link that leads nowhere.
    assert "/cite/" not in response.text


def test_what_is_retired_is_listed_and_asked_for(client: FlaskClient) -> None:
    query = "SELECT ?old ?new { ?old <http://purl.org/dc/terms/isReplacedBy> ?new }"
    answer = client.get("/sparql", query_string={"query": query, "format": "csv"})
    assert answer.text.splitlines()[1:] == [
        f"{CANONICAL_BASE}id/agency/polres-sidoarjo,{CANONICAL_BASE}id/agency/polresta-sidoarjo"
    ]
    page = client.get("/browse/inov:RetiredIri", headers={"Accept": "text/html"})
    assert "/id/person/tak-dikenal" in page.text
    assert client.get("/id/person/never-was").status_code == 404


def test_sitemaps_leave_out_what_is_retired(client: FlaskClient) -> None:
    text = client.get("/sitemap/person.xml").text
    assert "tak-dikenal" not in text
    assert "/doc/person/" in text

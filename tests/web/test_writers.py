"""Documents in every RDF format say the same, whatever the literals, and the same way each time."""

import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import RDF, XSD, BNode, Dataset, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import SKOS

from kg.sparql.formats import (
    DOCUMENTS,
    HTML,
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    TRIG,
    TURTLE,
    Format,
)
from kg.store import Quad, Term
from kg.web.writers import write

# rdflib's JSON-LD parser makes graphs of a class that rdflib itself deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning:rdflib")

PREFIXES = {
    "ex": "http://example.org/id/",
    "ont": "http://example.org/ont#",
    "skos": str(SKOS),
    "rdf": str(RDF),
    "xsd": str(XSD),
}
GRAPH_FORMATS = (TURTLE, JSON_LD, RDF_XML, N_TRIPLES)
PARSERS = {TURTLE: "turtle", JSON_LD: "json-ld", RDF_XML: "xml", N_TRIPLES: "nt"}

THING = URIRef("http://example.org/id/zebra-1")
SAYS = URIRef("http://example.org/ont#says")
ODD = URIRef("http://elsewhere.example/terms/odd.name")

VALUES: tuple[Term, ...] = (
    URIRef("http://example.org/id/other"),
    URIRef("http://example.org/id/with.dot"),
    URIRef("http://example.org/id/with/slash"),
    URIRef("http://example.org/id/with#fragment"),
    URIRef("http://example.org/id/"),
    URIRef("urn:uuid:0"),
    BNode("b0"),
    Literal("plain"),
    Literal("say", lang="id"),
    Literal("say", lang="en"),
    Literal('"quotes" and \\ and <tags> & more'),
    Literal("two\nlines\ttab"),
    Literal('ends with a quote"'),
    Literal("é ∑ 🦓"),
    Literal(""),
    Literal("22", datatype=XSD.integer, normalize=False),
    Literal("007", datatype=XSD.integer, normalize=False),
    Literal("-5", datatype=XSD.integer),
    Literal("3.78", datatype=XSD.decimal),
    Literal("3", datatype=XSD.decimal, normalize=False),
    Literal("1e3", datatype=XSD.double, normalize=False),
    Literal("true", datatype=XSD.boolean),
    Literal("1", datatype=XSD.boolean, normalize=False),
    Literal("2024-10-08", datatype=XSD.date),
    Literal("2024", datatype=XSD.gYear, normalize=False),
    Literal("35.15", datatype=URIRef("http://example.org/ont#kode")),
    Literal("http://example.org/x", datatype=XSD.anyURI),
)
QUADS = [
    *(Quad(THING, SAYS, value, None) for value in VALUES),
    Quad(THING, RDF.type, URIRef("http://example.org/ont#Zebra"), None),
    Quad(THING, ODD, Literal("x"), None),
    Quad(THING, SKOS.prefLabel, Literal("Zebra", lang="id"), None),
    Quad(URIRef("http://example.org/id/ant"), SAYS, THING, None),
    Quad(BNode("b0"), SAYS, Literal("inner"), None),
]


@pytest.fixture(autouse=True)
def _keep_lexical_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have rdflib read ``007`` as it is written."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


def triples(quads: list[Quad]) -> Graph:
    graph = Graph()
    for quad in quads:
        graph.add(quad[:3])
    return graph


def parse(body: bytes, media: Format) -> Graph:
    return Graph().parse(data=body, format=PARSERS[media])


@pytest.mark.parametrize("media", GRAPH_FORMATS, ids=lambda media: media.suffix)
def test_what_is_written_reads_back_the_same(media: Format) -> None:
    assert len(VALUES) >= 25
    assert isomorphic(parse(write(QUADS, media, PREFIXES), media), triples(QUADS))


def test_every_format_on_offer_can_be_written() -> None:
    for media in DOCUMENTS:
        if media != HTML:
            assert write(QUADS, media, PREFIXES)


@pytest.mark.parametrize("media", [TRIG, N_QUADS], ids=lambda media: media.suffix)
def test_formats_with_graphs_keep_them(media: Format) -> None:
    name = URIRef("http://example.org/graph/one")
    quads = [Quad(THING, SAYS, Literal("a"), None), Quad(THING, SAYS, Literal("b"), name)]
    parser = {TRIG: "trig", N_QUADS: "nquads"}[media]
    dataset = Dataset().parse(data=write(quads, media, PREFIXES), format=parser)
    assert set(dataset.graph(name)) == {quads[1][:3]}
    assert {row[:3] for row in dataset.quads() if row[3] != name} == {quads[0][:3]}


@pytest.mark.parametrize("media", GRAPH_FORMATS, ids=lambda media: media.suffix)
def test_a_triple_in_two_graphs_is_written_once(media: Format) -> None:
    quads = [
        Quad(THING, SAYS, Literal("a"), graph) for graph in (None, URIRef("http://g.example/"))
    ]
    assert len(parse(write(quads, media, PREFIXES), media)) == 1
    assert write(quads, media, PREFIXES).count(b"says") in (1, 2)


@pytest.mark.parametrize("media", [TURTLE, JSON_LD, RDF_XML], ids=lambda media: media.suffix)
def test_the_thing_comes_first(media: Format) -> None:
    body = write(QUADS, media, PREFIXES).decode()
    names = ("zebra-1", "ant")
    subjects = {
        TURTLE: ["\nex:{}\n", "\nex:{}\n"],
        JSON_LD: ['"@id": "http://example.org/id/{}"'] * 2,
        RDF_XML: ['about="http://example.org/id/{}"'] * 2,
    }[media]
    first, second = (
        body.index(form.format(name)) for form, name in zip(subjects, names, strict=True)
    )
    assert first < second


def test_lines_are_sorted_whatever_the_order_of_the_quads() -> None:
    assert write(QUADS[::-1], N_TRIPLES, PREFIXES) == write(QUADS, N_TRIPLES, PREFIXES)


def test_turtle_is_made_for_readers() -> None:
    body = write(QUADS, TURTLE, PREFIXES).decode()
    assert 'ex:zebra-1\n    a ont:Zebra ;\n    skos:prefLabel "Zebra"@id ;' in body
    assert "@prefix rdf:" in body.partition("\nex:")[0]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t")))
def test_any_text_survives_every_format(text: str) -> None:
    quads = [
        Quad(THING, SAYS, Literal(text), None),
        Quad(THING, SAYS, Literal(text, lang="id"), None),
    ]
    for media in GRAPH_FORMATS:
        assert set(parse(write(quads, media, PREFIXES), media)) == set(triples(quads)), media

"""A description-logic reasoner finds the default graph consistent and every class satisfiable.

HermiT (through owlready2) reads a copy of the graphs. It refuses datatypes that are not in the
OWL 2 datatype map (https://www.w3.org/TR/owl2-syntax/#Datatype_Maps), so that the copy writes days
and years as ``xsd:dateTime`` and texts as ``rdf:PlainLiteral``.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from kg.ingest.corpus import read_corpus
from kg.namespaces import INOV, ORG, read_prefixes
from kg.release.candidate import assemble
from kg.settings import Settings

pytestmark = pytest.mark.reasoning

MAPPED = {
    XSD.gYear: XSD.dateTime,
    XSD.date: XSD.dateTime,
    RDF.langString: RDF.PlainLiteral,
}
OWN_DATATYPES = (INOV.kodeKemendagri, INOV.kodeBPS)
EXAMPLE = "http://example.org/"


def days_as_moments(literal: Literal) -> Literal:
    """Write a year or a day as the moment at which it begins."""
    if literal.datatype == XSD.gYear:
        return Literal(f"{literal}-01-01T00:00:00", datatype=XSD.dateTime)
    if literal.datatype == XSD.date:
        return Literal(f"{literal}T00:00:00", datatype=XSD.dateTime)
    return Literal(str(literal)) if literal.datatype in OWN_DATATYPES else literal


def readable(node: Node) -> Node:
    if isinstance(node, Literal):
        return days_as_moments(node)
    return MAPPED.get(node, node) if isinstance(node, URIRef) else node


def readable_copy(graph: Graph) -> Graph:
    """Return a copy that HermiT accepts; the reserved vocabulary is built into it."""
    copy = Graph()
    for subject, predicate, node in graph:
        if not str(subject).startswith((str(RDF), str(RDFS), str(OWL))):
            copy.add((subject, predicate, readable(node)))
    return copy


@pytest.fixture(scope="module")
def whole_graph() -> Graph:
    """Return the default graph of a release: terms, concepts, things and consolidated facts."""
    settings = Settings()
    corpus = read_corpus(settings.data, read_prefixes(settings.ontology))
    return assemble(settings.ontology, corpus).default


@pytest.fixture(scope="module", autouse=True)
def java() -> None:
    if shutil.which("java") is None:
        pytest.fail("HermiT needs Java 8 or later on the PATH: install a JRE, then run this again")


def reason(graph: Graph, folder: Path) -> list[str]:
    """Return the IRIs of the unsatisfiable classes.

    Raises ``OwlReadyInconsistentOntologyError`` if the graph contradicts itself.
    """
    import owlready2

    file = folder / "graph.nt"
    readable_copy(graph).serialize(file, format="ntriples", encoding="utf-8")
    world = owlready2.World()
    world.get_ontology(file.as_uri()).load()
    owlready2.sync_reasoner_hermit(world, debug=0)
    return [found.iri for found in world.inconsistent_classes() if found is not owlready2.Nothing]


def contradictions() -> Iterator[tuple[str, list[tuple[Node, Node, Node]]]]:
    thing = URIRef(EXAMPLE + "thing")
    other = URIRef(EXAMPLE + "other")
    yield "disjoint classes", [(thing, RDF.type, INOV.Agency), (thing, RDF.type, INOV.Place)]
    yield "domain against class", [(thing, RDF.type, INOV.Place), (thing, INOV.confers, other)]
    yield (
        "range against class",
        [(thing, INOV.recipient, other), (other, RDF.type, INOV.Innovation)],
    )
    yield (
        "two values of a functional property",
        [(thing, INOV.quantity, Literal(1)), (thing, INOV.quantity, Literal(2))],
    )
    yield "wrong datatype", [(thing, INOV.tierSize, Literal("ninety-nine"))]
    yield (
        "alignment against disjointness",
        [
            (thing, RDF.type, INOV.Statement),
            (thing, RDF.type, INOV.DataAsset),
            (INOV.DataAsset, RDFS.subClassOf, URIRef("http://www.w3.org/ns/prov#Entity")),
        ],
    )


CONTRADICTIONS = dict(contradictions())


def test_the_terms_are_consistent_and_every_class_satisfiable(
    terminology_graph: Graph, tmp_path: Path
) -> None:
    assert len(terminology_graph) >= 2500
    assert reason(terminology_graph, tmp_path) == []


def test_the_default_graph_is_consistent_and_every_class_satisfiable(
    whole_graph: Graph, tmp_path: Path
) -> None:
    assert len(whole_graph) >= 4500
    assert reason(whole_graph, tmp_path) == []


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_the_reasoner_finds_a_contradiction(
    terminology_graph: Graph, tmp_path: Path, name: str
) -> None:
    import owlready2

    graph = Graph() + terminology_graph
    for triple in CONTRADICTIONS[name]:
        graph.add(triple)
    with pytest.raises(owlready2.OwlReadyInconsistentOntologyError):
        reason(graph, tmp_path)


def test_the_reasoner_finds_an_unsatisfiable_class(
    terminology_graph: Graph, tmp_path: Path
) -> None:
    impossible = URIRef(EXAMPLE + "Impossible")
    graph = Graph() + terminology_graph
    graph.add((impossible, RDF.type, OWL.Class))
    graph.add((impossible, RDFS.subClassOf, INOV.Agency))
    graph.add((impossible, RDFS.subClassOf, INOV.Tenure))
    assert reason(graph, tmp_path) == [str(impossible)]


def test_the_reasoner_sees_the_alignments(terminology_graph: Graph, tmp_path: Path) -> None:
    """An agency that is also no organization at all cannot be."""
    graph = Graph() + terminology_graph
    outside = URIRef(EXAMPLE + "NoOrganization")
    graph.add((outside, RDF.type, OWL.Class))
    graph.add((outside, OWL.disjointWith, ORG.Organization))
    graph.add((INOV.Agency, RDFS.subClassOf, outside))
    assert str(INOV.Agency) in reason(graph, tmp_path)

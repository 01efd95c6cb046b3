"""The header of the ontology says all that FAIR checkers and readers look for."""

from pathlib import Path

import pytest
from rdflib import DCTERMS, OWL, RDF, SKOS, VANN, XSD, Graph, Literal, URIRef

from kg.language import LANGUAGES
from kg.namespaces import CANONICAL_BASE, INOV

ONTOLOGY = URIRef(CANONICAL_BASE + "ont")
BIBO_STATUS = URIRef("http://purl.org/ontology/bibo/status")

BILINGUAL = (DCTERMS.title, DCTERMS.description, DCTERMS.bibliographicCitation)
DATES = (DCTERMS.created, DCTERMS.issued, DCTERMS.modified)
REFERENCES = (DCTERMS.license, DCTERMS.creator, DCTERMS.publisher, DCTERMS.source, BIBO_STATUS)


def test_there_is_one_ontology_and_it_has_a_version_iri(terminology_graph: Graph) -> None:
    assert list(terminology_graph.subjects(RDF.type, OWL.Ontology)) == [ONTOLOGY]
    version = terminology_graph.value(ONTOLOGY, OWL.versionInfo)
    assert list(terminology_graph.objects(ONTOLOGY, OWL.versionIRI)) == [
        URIRef(f"{ONTOLOGY}/{version}")
    ]


@pytest.mark.parametrize("element", BILINGUAL)
def test_texts_of_the_header_are_bilingual(ontology_graph: Graph, element: URIRef) -> None:
    texts = list(ontology_graph.objects(ONTOLOGY, element))
    assert sorted(str(text.language) for text in texts if isinstance(text, Literal)) == sorted(
        LANGUAGES
    )


@pytest.mark.parametrize("element", DATES)
def test_dates_of_the_header_are_days(ontology_graph: Graph, element: URIRef) -> None:
    (day,) = ontology_graph.objects(ONTOLOGY, element)
    assert isinstance(day, Literal)
    assert day.datatype == XSD.date
    assert not day.ill_typed


@pytest.mark.parametrize("element", REFERENCES)
def test_references_of_the_header_are_iris(ontology_graph: Graph, element: URIRef) -> None:
    values = list(ontology_graph.objects(ONTOLOGY, element))
    assert values
    assert all(isinstance(value, URIRef) for value in values)


def test_the_preferred_namespace_is_that_of_the_terms(ontology_graph: Graph) -> None:
    assert ontology_graph.value(ONTOLOGY, VANN.preferredNamespaceUri) == Literal(str(INOV))
    assert ontology_graph.value(ONTOLOGY, VANN.preferredNamespacePrefix) == Literal("inov")


def test_the_citation_names_the_version(ontology_graph: Graph) -> None:
    version = str(ontology_graph.value(ONTOLOGY, OWL.versionIRI))
    citations = list(ontology_graph.objects(ONTOLOGY, DCTERMS.bibliographicCitation))
    assert citations
    assert all(version in str(citation) for citation in citations)


def test_nothing_is_imported_from_the_network(terminology_graph: Graph) -> None:
    assert (None, OWL.imports, None) not in terminology_graph


def test_the_current_version_is_listed_with_what_it_changed(ontology_folder: Path) -> None:
    graph = Graph().parse(ontology_folder / "ontology.ttl").parse(ontology_folder / "versions.ttl")
    version = graph.value(ONTOLOGY, OWL.versionIRI)
    assert version in set(graph.objects(ONTOLOGY, DCTERMS.hasVersion))
    assert graph.value(version, OWL.versionInfo) == graph.value(ONTOLOGY, OWL.versionInfo)
    notes = graph.objects(version, SKOS.changeNote)
    assert {n.language for n in notes if isinstance(n, Literal)} == set(LANGUAGES)

"""Every term is described in both languages, of one kind, and aligned without equivalence."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from kg.language import LANGUAGES
from kg.namespaces import CANONICAL_BASE, INOV

KINDS = (
    OWL.Class,
    OWL.ObjectProperty,
    OWL.DatatypeProperty,
    OWL.AnnotationProperty,
    RDFS.Datatype,
)
RESERVED = tuple(str(namespace) for namespace in (RDF, RDFS, OWL, XSD))
"""The reserved vocabulary of OWL 2 (https://www.w3.org/TR/owl2-syntax/#IRIs)."""


def declared(graph: Graph, *kinds: URIRef) -> set[URIRef]:
    """Return the IRIs that the graph declares as one of the kinds, all five if none is named."""
    found = {term for kind in kinds or KINDS for term in graph.subjects(RDF.type, kind)}
    return {term for term in found if isinstance(term, URIRef)}


def own(terms: set[URIRef]) -> set[URIRef]:
    return {term for term in terms if term in INOV}


def languages(graph: Graph, term: URIRef, element: URIRef) -> list[str]:
    texts = graph.objects(term, element)
    return sorted(str(text.language) for text in texts if isinstance(text, Literal))


def members(graph: Graph, expression: Node) -> list[Node]:
    """Return the classes or datatypes that an expression is built of; a name stands for itself."""
    union = graph.value(expression, OWL.unionOf)
    return [expression] if union is None else list(Collection(graph, union))


def test_the_ontology_has_the_size_of_its_design(ontology_graph: Graph) -> None:
    assert len(own(declared(ontology_graph, OWL.Class))) >= 40
    assert len(own(declared(ontology_graph, OWL.ObjectProperty, OWL.DatatypeProperty))) >= 130


def test_every_own_term_has_one_label_and_definition_in_each_language(
    ontology_graph: Graph,
) -> None:
    for term in own(declared(ontology_graph)):
        for element in (RDFS.label, SKOS.definition):
            assert languages(ontology_graph, term, element) == sorted(LANGUAGES), term


def test_every_reused_term_has_one_label_in_each_language(terminology_graph: Graph) -> None:
    reused = declared(terminology_graph) - own(declared(terminology_graph))
    assert len(reused) >= 100
    for term in reused:
        assert languages(terminology_graph, term, RDFS.label) == sorted(LANGUAGES), term


def test_definitions_are_kept_for_our_own_terms_only(ontology_folder: Path) -> None:
    texts = (SKOS.definition, RDFS.comment, SKOS.scopeNote)
    files = sorted((ontology_folder / "imports").glob("*.ttl"))
    assert files
    for file in files:
        graph = Graph().parse(file)
        assert not [file.name for text in texts if (None, text, None) in graph]


def test_every_own_term_is_defined_by_the_ontology(ontology_graph: Graph) -> None:
    for term in own(declared(ontology_graph)):
        assert list(ontology_graph.objects(term, RDFS.isDefinedBy)) == [
            URIRef(CANONICAL_BASE + "ont")
        ]


def test_every_declared_term_is_of_one_kind(terminology_graph: Graph) -> None:
    for term in declared(terminology_graph):
        kinds = set(terminology_graph.objects(term, RDF.type)) & set(KINDS)
        assert len(kinds) == 1, (term, kinds)


def test_every_own_property_has_a_domain_and_a_range_or_a_stated_reason(
    ontology_graph: Graph,
) -> None:
    for term in own(declared(ontology_graph, OWL.ObjectProperty, OWL.DatatypeProperty)):
        has_both = all((term, axiom, None) in ontology_graph for axiom in (RDFS.domain, RDFS.range))
        has_reason = languages(ontology_graph, term, SKOS.scopeNote) == sorted(LANGUAGES)
        assert has_both or has_reason, term


def test_domains_and_ranges_name_declared_terms_of_the_right_kind(
    terminology_graph: Graph,
) -> None:
    classes = declared(terminology_graph, OWL.Class)
    for term in own(declared(terminology_graph, OWL.ObjectProperty, OWL.DatatypeProperty)):
        takes_data = (term, RDF.type, OWL.DatatypeProperty) in terminology_graph
        for domain in terminology_graph.objects(term, RDFS.domain):
            assert set(members(terminology_graph, domain)) <= classes, term
        for found in terminology_graph.objects(term, RDFS.range):
            for member in members(terminology_graph, found):
                assert (str(member).startswith(RESERVED)) == takes_data, term
                assert takes_data or member in classes, (term, member)


def test_every_predicate_of_the_ontology_is_declared(terminology_graph: Graph) -> None:
    properties = declared(
        terminology_graph, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty
    )
    used = {p for p in terminology_graph.predicates() if not str(p).startswith(RESERVED)}
    assert len(used) >= 15
    assert used <= properties


def test_annotation_properties_are_never_functional_nor_domained(
    terminology_graph: Graph,
) -> None:
    for term in declared(terminology_graph, OWL.AnnotationProperty):
        assert (term, RDF.type, OWL.FunctionalProperty) not in terminology_graph
        assert (term, RDFS.domain, None) not in terminology_graph


def hierarchy(graph: Graph) -> Iterator[tuple[URIRef, URIRef]]:
    for axiom in (RDFS.subClassOf, RDFS.subPropertyOf):
        for lower, upper in graph.subject_objects(axiom):
            assert isinstance(lower, URIRef)
            assert isinstance(upper, URIRef)
            yield lower, upper


def test_the_hierarchy_joins_terms_of_one_kind(terminology_graph: Graph) -> None:
    pairs = [pair for pair in hierarchy(terminology_graph) if pair[1] != RDFS.label]
    assert len(pairs) >= 90
    for lower, upper in pairs:
        kinds = [
            set(terminology_graph.objects(term, RDF.type)) & set(KINDS) for term in (lower, upper)
        ]
        assert kinds[0] == kinds[1] != set(), (lower, upper)


@pytest.fixture(scope="module")
def alignments(ontology_folder: Path) -> Graph:
    return Graph().parse(ontology_folder / "alignments.ttl")


def test_alignments_are_subclasses_and_subproperties_only(alignments: Graph) -> None:
    assert len(alignments) >= 60
    assert set(alignments.predicates()) == {RDFS.subClassOf, RDFS.subPropertyOf}


def test_alignments_lead_from_our_terms_to_declared_foreign_ones(
    alignments: Graph, terminology_graph: Graph
) -> None:
    for lower, upper in hierarchy(alignments):
        assert lower in INOV
        assert upper not in INOV
        assert upper in declared(terminology_graph)


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.w3.org/ns/org#",
        "http://data.europa.eu/m8g/",
        "https://schema.org/",
        "http://www.w3.org/ns/prov#",
        "http://purl.org/linked-data/cube#",
        "http://www.w3.org/ns/oa#",
        "http://www.w3.org/ns/dcat#",
        "http://www.opengis.net/ont/geosparql#",
        "http://xmlns.com/foaf/0.1/",
    ],
)
def test_each_vocabulary_of_the_design_is_aligned_with(alignments: Graph, namespace: str) -> None:
    assert any(upper in Namespace(namespace) for _, upper in hierarchy(alignments))


def test_nothing_is_declared_equivalent(terminology_graph: Graph) -> None:
    for axiom in (OWL.equivalentClass, OWL.equivalentProperty, OWL.sameAs):
        assert (None, axiom, None) not in terminology_graph


def test_each_import_file_declares_the_terms_of_its_own_vocabulary(
    ontology_folder: Path, terminology_graph: Graph
) -> None:
    for file in sorted((ontology_folder / "imports").glob("*.ttl")):
        subjects = {s for s in Graph().parse(file).subjects() if not isinstance(s, BNode)}
        homes = {terminology_graph.value(subject, RDFS.isDefinedBy) for subject in subjects}
        assert None not in homes, file.name
        for subject in subjects:
            home = terminology_graph.value(subject, RDFS.isDefinedBy)
            assert str(subject).startswith(str(home)), subject

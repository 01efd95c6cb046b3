"""The concept schemes are complete in both languages and well formed.

SKOS reference, sections 4 to 8: https://www.w3.org/TR/skos-reference/
"""

from collections import Counter
from pathlib import Path

import pytest
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, SKOS

from kg.namespaces import CANONICAL_BASE, read_prefixes

ONTOLOGY = Path(__file__).parents[2] / "ontology"
FILES = sorted((ONTOLOGY / "vocabularies").glob("*.ttl"))
SCHEMES = CANONICAL_BASE + "scheme/"
LICENCE = URIRef("https://creativecommons.org/licenses/by/4.0/")

each_scheme = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def parse(file: Path) -> Graph:
    return Graph().parse(file, format="turtle")


def concepts(graph: Graph) -> list[URIRef]:
    nodes = list(graph.subjects(RDF.type, SKOS.Concept))
    assert all(isinstance(node, URIRef) for node in nodes), "a concept without an IRI"
    return sorted(node for node in nodes if isinstance(node, URIRef))


def languages(graph: Graph, node: URIRef, term: URIRef) -> list[str]:
    return sorted(
        text.language or "" for text in graph.objects(node, term) if isinstance(text, Literal)
    )


def test_there_is_a_file_for_every_scheme_prefix() -> None:
    prefixes = read_prefixes(ONTOLOGY)
    expected = {name for name, iri in prefixes.items() if iri == f"{SCHEMES}{name}/"}
    assert {file.stem for file in FILES} == expected
    assert len(FILES) >= 30


@each_scheme
def test_file_holds_one_licensed_scheme_named_like_the_file(file: Path) -> None:
    graph = parse(file)
    scheme = URIRef(SCHEMES + file.stem)
    assert set(graph.subjects(RDF.type, SKOS.ConceptScheme)) == {scheme}
    assert set(graph.subjects()) == {scheme, *concepts(graph)}
    assert set(graph.objects(scheme, DCTERMS.license)) == {LICENCE}


@each_scheme
@pytest.mark.parametrize("term", [SKOS.prefLabel, SKOS.definition], ids=["label", "definition"])
def test_scheme_and_concepts_speak_both_languages(file: Path, term: URIRef) -> None:
    graph = parse(file)
    nodes = [URIRef(SCHEMES + file.stem), *concepts(graph)]
    incomplete = [node for node in nodes if languages(graph, node, term) != ["en", "id"]]
    assert incomplete == []


@each_scheme
def test_notation_is_the_last_segment_of_the_iri(file: Path) -> None:
    graph = parse(file)
    found = {node: list(graph.objects(node, SKOS.notation)) for node in concepts(graph)}
    prefix = f"{SCHEMES}{file.stem}/"
    assert found == {node: [Literal(node.removeprefix(prefix))] for node in found}
    assert found


@each_scheme
def test_concept_is_in_its_scheme_and_either_top_or_below_another(file: Path) -> None:
    graph = parse(file)
    scheme = URIRef(SCHEMES + file.stem)
    for node in concepts(graph):
        assert list(graph.objects(node, SKOS.inScheme)) == [scheme], node
        above = list(graph.objects(node, SKOS.broader))
        tops = list(graph.objects(node, SKOS.topConceptOf))
        assert (len(above), tops) in ((1, []), (0, [scheme])), node
        assert set(above) <= set(concepts(graph)), node


@each_scheme
def test_scheme_lists_exactly_its_top_concepts(file: Path) -> None:
    graph = parse(file)
    listed = set(graph.objects(URIRef(SCHEMES + file.stem), SKOS.hasTopConcept))
    assert listed == set(graph.subjects(SKOS.topConceptOf, None))
    assert listed


@each_scheme
def test_labels_and_definitions_are_unique_within_the_scheme(file: Path) -> None:
    graph = parse(file)
    for term in (SKOS.prefLabel, SKOS.definition):
        texts = Counter(text for node in concepts(graph) for text in graph.objects(node, term))
        assert [text for text, count in texts.items() if count > 1] == []


@each_scheme
def test_hierarchy_has_no_cycle(file: Path) -> None:
    graph = parse(file)
    for node in concepts(graph):
        above = set(graph.transitive_objects(node, SKOS.broader))
        assert node not in {up for step in above for up in graph.objects(step, SKOS.broader)}, node


def test_there_are_enough_concepts_to_have_read_them_all() -> None:
    assert sum(len(concepts(parse(file))) for file in FILES) >= 200

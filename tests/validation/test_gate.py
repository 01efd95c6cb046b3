"""What the gate reports, and that both ways of validating report the same."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rdflib import Dataset, Graph, URIRef
from rdflib.namespace import SH, Namespace

from kg.errors import ShapesError
from kg.language import Text
from kg.store import MemoryStore
from kg.validation import (
    Report,
    Result,
    Shapes,
    load_shapes,
    validate,
    validate_with_pyshacl,
)

EX = Namespace("https://example.org/")
PREFIX = """@prefix ex: <https://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
PEOPLE = """
ex:ani a ex:Person ; ex:hasName "Ani" ; ex:age 40 ; ex:child ex:budi .
ex:budi a ex:Child ; ex:hasNickname "Bud" , "Di" ; ex:age 41 .
ex:Child rdfs:subClassOf ex:Person .
"""


def dataset_of(turtle: str, recorded: str = "") -> Dataset:
    dataset = Dataset()
    for triple in Graph().parse(data=PREFIX + turtle, format="turtle"):
        dataset.default_graph.add(triple)
    for triple in Graph().parse(data=PREFIX + recorded, format="turtle"):
        dataset.graph(EX.register).add(triple)
    return dataset


def both_ways(dataset: Dataset, shapes: Shapes) -> Report:
    """Validate in both ways, which must agree."""
    nquads = dataset.default_graph.serialize(format="nt", encoding="utf-8")
    named = dataset.graph(EX.register).serialize(format="nt", encoding="utf-8")
    store = MemoryStore(nquads + named.replace(b" .\n", f" <{EX.register}> .\n".encode()))
    report = validate(dataset.default_graph, shapes, store.select)
    assert validate_with_pyshacl(dataset, shapes) == report
    return report


RECORDED = 'ex:ani ex:hasName "Ani" . ex:budi ex:hasName "Budi" .'


def test_results_carry_shape_component_focus_path_value_severity_and_message(
    shapes: Shapes,
) -> None:
    assert both_ways(dataset_of(PEOPLE, RECORDED), shapes).results == (
        Result(
            shape=EX.name,
            component=SH.MinCountConstraintComponent,
            focus_node=EX.budi,
            path=EX.hasName,
            severity=SH.Violation,
            message=Text("Nama wajib", "Name required"),
        ),
        Result(
            shape=EX.nickname,
            component=SH.MaxCountConstraintComponent,
            focus_node=EX.budi,
            path=EX.hasNickname,
            severity=SH.Warning,
            message=Text("Terlalu banyak julukan", "Too many nicknames"),
        ),
        Result(
            shape=EX.older,
            component=SH.SPARQLConstraintComponent,
            constraint=EX["older-query"],
            focus_node=EX.ani,
            path=EX.child,
            value=EX.budi,
            severity=SH.Warning,
            message=Text("Anak lebih tua dari orang tuanya", "Child older than its parent"),
        ),
    )


def test_warnings_alone_conform(shapes: Shapes) -> None:
    named = PEOPLE + 'ex:budi ex:hasName "Budi" .'
    report = both_ways(dataset_of(named, RECORDED), shapes)
    assert report.conforms
    assert len(report.warnings) == 2
    assert report.violations == ()


def test_rule_that_names_a_graph_looks_into_named_graphs_only(shapes: Shapes) -> None:
    report = both_ways(dataset_of(PEOPLE, 'ex:ani ex:hasName "Ani" .'), shapes)
    assert [r.focus_node for r in report.results if r.shape == EX.recorded] == [EX.budi]


def test_named_graph_does_not_answer_for_the_view(shapes: Shapes) -> None:
    """A source may state what the consolidated view rejects; the view alone is validated."""
    report = both_ways(dataset_of(PEOPLE, RECORDED), shapes)
    assert [r.focus_node for r in report.violations if r.shape == EX.name] == [EX.budi]


def test_without_named_graphs_a_plain_graph_is_validated_alike(shapes: Shapes) -> None:
    view = Graph().parse(data=PREFIX + PEOPLE, format="turtle")
    store = MemoryStore(view.serialize(format="nt", encoding="utf-8"))
    assert validate_with_pyshacl(view, shapes) == validate(view, shapes, store.select)


def test_validation_leaves_view_and_shapes_as_they_were(shapes: Shapes) -> None:
    view = Graph().parse(data=PREFIX + PEOPLE, format="turtle")
    before = set(view)
    of_shapes = set(shapes.graph)
    validate(view, shapes, MemoryStore(view.serialize(format="nt", encoding="utf-8")).select)
    assert set(view) == before
    assert set(shapes.graph) == of_shapes


TARGETS = [
    ("sh:targetClass ex:Person", {EX.ani, EX.budi}),
    ("sh:targetSubjectsOf ex:child", {EX.ani}),
    ("sh:targetObjectsOf ex:child", {EX.budi}),
    ("sh:targetNode ex:dewi , ex:ani", {EX.dewi, EX.ani}),
    ("sh:targetNode ex:dewi ; sh:targetObjectsOf ex:child", {EX.dewi, EX.budi}),
]


@pytest.mark.parametrize(("target", "focus_nodes"), TARGETS, ids=[t for t, _ in TARGETS])
def test_set_level_rule_has_the_focus_nodes_of_the_standard(
    target: str, focus_nodes: set[URIRef], make_ontology: Callable[[str], Path]
) -> None:
    rule = f"""ex:any a sh:NodeShape ; {target} ; sh:sparql ex:any-query ;
        sh:severity sh:Violation ; sh:message "Ada"@id , "There"@en .
    ex:any-query a sh:SPARQLConstraint ; sh:prefixes <https://w3id.org/inovasi-publik/ont> ;
        sh:select "SELECT $this WHERE {{ FILTER (true) }}" ."""
    shapes = load_shapes(make_ontology(rule))
    report = both_ways(dataset_of(PEOPLE), shapes)
    assert {result.focus_node for result in report.results} == focus_nodes
    assert {result.value for result in report.results} == focus_nodes


REFUSED = [
    "SELECT $this WHERE { $this a ?class MINUS { $this a <urn:x> } }",
    "SELECT $this WHERE { VALUES ?class { <urn:x> } $this a ?class }",
]


@pytest.mark.parametrize("query", REFUSED)
def test_query_that_pyshacl_refuses_is_a_fault_of_the_shapes(
    query: str, make_ontology: Callable[[str], Path]
) -> None:
    rule = f"""ex:any a sh:NodeShape ; sh:targetClass ex:Person ; sh:sparql ex:any-query ;
        sh:severity sh:Violation ; sh:message "Ada"@id , "There"@en .
    ex:any-query a sh:SPARQLConstraint ; sh:prefixes <https://w3id.org/inovasi-publik/ont> ;
        sh:select "{query}" ."""
    shapes = load_shapes(make_ontology(rule))
    with pytest.raises(ShapesError, match="must not contain"):
        validate_with_pyshacl(dataset_of(PEOPLE), shapes)

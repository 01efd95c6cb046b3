"""What pySHACL 0.40.1 does that a reader of the standard would not expect.

The gate is built around these. A test here that fails after an upgrade says which precaution
may go, or which report has changed.
"""

from collections.abc import Iterator
from typing import Any

import pyshacl
import pytest
from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.namespace import SH, Namespace
from rdflib.term import Node

EX = Namespace("https://example.org/")
PREFIXES = """
@prefix ex: <https://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
MESSAGES = 'sh:message "Salah"@id , "Wrong"@en'


def graph(turtle: str) -> Graph:
    return Graph().parse(data=PREFIXES + turtle, format="turtle")


def ask(data: Graph, shapes: str, **options: Any) -> tuple[bool, Graph]:  # noqa: ANN401
    conforms, report, text = pyshacl.validate(data, shacl_graph=graph(shapes), **options)
    assert isinstance(report, Graph), text
    return conforms, report


def results(report: Graph) -> Iterator[tuple[str, ...]]:
    """Yield shape, component and focus node of each result, by their local names."""
    predicates = (SH.sourceShape, SH.sourceConstraintComponent, SH.focusNode)
    for node in report.objects(None, SH.result):
        yield tuple(local(report.value(node, predicate)) for predicate in predicates)


def local(term: Node | None) -> str:
    return str(term).replace("#", "/").rpartition("/")[2].removesuffix("ConstraintComponent")


def query(inside: str = "", outside: str = "") -> str:
    return f"""ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:sparql ex:Q {outside} .
    ex:Q a sh:SPARQLConstraint {inside} ; sh:select "SELECT $this WHERE {{ $this ?p ?o }}" ."""


@pytest.mark.parametrize(
    ("shapes", "languages"),
    [
        (f"ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:class ex:U ; {MESSAGES} .", {"id", "en"}),
        (query(inside="; " + MESSAGES), {None}),
        (query(outside="; " + MESSAGES), {None}),
    ],
    ids=["core constraint", "message at the query", "message at the shape"],
)
def test_message_of_a_query_loses_its_language(shapes: str, languages: set[str | None]) -> None:
    _, report = ask(graph("ex:a a ex:T ."), shapes)
    messages = list(report.objects(None, SH.resultMessage))
    assert len(messages) == 2
    assert {m.language for m in messages if isinstance(m, Literal)} == languages


@pytest.mark.parametrize(
    ("shapes", "severity"),
    [
        (query(inside="; sh:severity sh:Warning"), SH.Violation),
        (query(outside="; sh:severity sh:Warning"), SH.Warning),
    ],
    ids=["severity at the query", "severity at the shape"],
)
def test_severity_of_a_query_is_that_of_its_shape(shapes: str, severity: URIRef) -> None:
    _, report = ask(graph("ex:a a ex:T ."), shapes)
    assert set(report.objects(None, SH.resultSeverity)) == {severity}


@pytest.mark.parametrize("allowed", [True, False])
def test_warnings_are_reported_and_count_unless_allowed(allowed: bool) -> None:  # noqa: FBT001
    shapes = "ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:class ex:U ; sh:severity sh:Warning ."
    conforms, report = ask(graph("ex:a a ex:T ."), shapes, allow_warnings=allowed)
    assert list(results(report)) == [("S", "Class", "a")]
    assert conforms is allowed


def test_shape_that_warns_lets_everything_pass_as_part_of_another() -> None:
    """A member of sh:or must not be a warning: with warnings allowed it always conforms."""
    shapes = """ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:or ( ex:M ) .
    ex:M a sh:NodeShape ; sh:class ex:U ; sh:severity sh:Warning ."""
    _, report = ask(graph("ex:a a ex:T ."), shapes, allow_warnings=True)
    assert list(results(report)) == []


PROPERTY = """ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:property ex:P .
ex:P a sh:PropertyShape ; sh:path ex:p ; sh:not ex:Titled .
ex:Titled a sh:NodeShape ; sh:pattern "^Dr" ."""


def test_focus_nodes_option_hides_values_from_inner_shapes() -> None:
    """Values that are not focus nodes are left out inside sh:not, so that they seem to match."""
    data = graph('ex:a a ex:T ; ex:p "Ani" .')
    assert list(results(ask(data, PROPERTY)[1])) == []
    _, report = ask(data, PROPERTY, focus_nodes=[EX.a])
    assert list(results(report)) == [("P", "Not", "a")]


def test_use_shapes_option_skips_named_property_shapes() -> None:
    data = graph('ex:a a ex:T ; ex:p "Dr Ani" .')
    assert list(results(ask(data, PROPERTY)[1])) == [("P", "Not", "a")]
    _, report = ask(data, PROPERTY, use_shapes=[EX.S], focus_nodes=[EX.a])
    assert ("P", "Not", "a") not in list(results(report))


YEAR = """ex:S a sh:PropertyShape ; sh:targetSubjectsOf ex:year ; sh:path ex:year ;
    sh:datatype xsd:gYear ; sh:pattern "^[0-9]{4}$" ."""


@pytest.mark.parametrize(
    ("value", "components"),
    [
        ('"2024"^^xsd:gYear', set()),
        ('"2024"', {"Datatype"}),
        ('"12024"^^xsd:gYear', {"Pattern"}),
    ],
)
def test_year_needs_datatype_and_pattern(value: str, components: set[str]) -> None:
    _, report = ask(graph(f"ex:a ex:year {value} ."), YEAR)
    assert {component for _, component, _ in results(report)} == components


def test_ill_formed_year_always_fails_the_pattern() -> None:
    """Whether it also fails the datatype depends on what else has been imported."""
    _, report = ask(graph('ex:a ex:year "24-25"^^xsd:gYear .'), YEAR)
    assert ("S", "Pattern", "a") in list(results(report))


@pytest.mark.filterwarnings(r"ignore::DeprecationWarning:rdflib\..*")
def test_dataset_is_validated_as_the_union_of_its_graphs() -> None:
    dataset = Dataset()
    for triple in graph("ex:a a ex:T ."):
        dataset.default_graph.add(triple)
    for triple in graph("ex:a ex:p 1 ."):
        dataset.graph(EX.other).add(triple)
    shapes = """ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:property ex:P .
    ex:P a sh:PropertyShape ; sh:path ex:p ; sh:minCount 1 ."""
    assert ask(dataset, shapes)[0] is True
    assert ask(dataset.default_graph, shapes)[0] is False

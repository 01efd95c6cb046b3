"""Values that cannot be compared: a result each, by pySHACL and by the gate, never an exception."""

from itertools import product

import pytest
from rdflib import RDF, XSD, BNode, Graph, Literal, Namespace
from rdflib.namespace import SH
from rdflib.term import Node

from kg.namespaces import CANONICAL_BASE
from kg.validation import Shapes
from kg.validation.engine import run_pyshacl

EX = Namespace("https://example.org/")
INOVSH = Namespace(f"{CANONICAL_BASE}shapes#")
FOCUS = EX.focus
VALUES: tuple[Node, ...] = (
    Literal(1),
    Literal("1.5", datatype=XSD.decimal),
    Literal("NaN", datatype=XSD.double),
    Literal("INF", datatype=XSD.float),
    Literal("1E400", datatype=XSD.double),
    Literal("9" * 400, datatype=XSD.integer),
    Literal("9" * 5000, datatype=XSD.integer),
    Literal("nine", datatype=XSD.integer),
    Literal("2020", datatype=XSD.gYear),
    Literal("-0001", datatype=XSD.gYear),
    Literal("2020-01-01", datatype=XSD.date),
    Literal("0000-00-00", datatype=XSD.date),
    Literal("2020-01-01T00:00:00", datatype=XSD.dateTime),
    Literal("2020-01-01T00:00:00Z", datatype=XSD.dateTime),
    Literal("12:00:00Z", datatype=XSD.time),
    Literal("P1Y", datatype=XSD.duration),
    Literal("P1D", datatype=XSD.dayTimeDuration),
    Literal("AA", datatype=XSD.hexBinary),
    Literal("<a/>", datatype=RDF.XMLLiteral),
    Literal("x", datatype=EX.unknown),
    Literal(True),  # noqa: FBT003
    Literal("satu", lang="id"),
    Literal("satu"),
    EX.thing,
    BNode("nobody"),
)
CONSTRAINTS = {
    "sh:lessThan ex:other": SH.LessThanConstraintComponent,
    "sh:lessThanOrEquals ex:other": SH.LessThanOrEqualsConstraintComponent,
    "sh:minInclusive 0.5": SH.MinInclusiveConstraintComponent,
    "sh:minExclusive 0": SH.MinExclusiveConstraintComponent,
    "sh:maxInclusive '2020-01-01'^^xsd:date": SH.MaxInclusiveConstraintComponent,
    "sh:maxExclusive 'NaN'^^xsd:double": SH.MaxExclusiveConstraintComponent,
}


def shapes_with(constraint: str) -> Shapes:
    text = f"""
        @prefix ex: <{EX}> .
        @prefix inovsh: <{INOVSH}> .
        @prefix sh: <{SH}> .
        @prefix xsd: <{XSD}> .
        inovsh:S a sh:NodeShape ; sh:targetSubjectsOf ex:one ; sh:property inovsh:P .
        inovsh:P sh:path ex:one ; {constraint} ; sh:severity sh:Violation ;
            sh:message "Salah"@id , "Wrong"@en .
    """
    return Shapes.of(Graph().parse(data=text, format="turtle"))


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_no_two_values_end_the_validation(constraint: str) -> None:
    shapes = shapes_with(constraint)
    data = Graph()
    for number, (one, other) in enumerate(product(VALUES, VALUES)):
        data.add((EX[str(number)], EX.one, one)).add((EX[str(number)], EX.other, other))
    results = list(run_pyshacl(data, shapes.core, shapes))
    assert len(results) > len(VALUES)
    assert {result.component for result in results} == {CONSTRAINTS[constraint]}
    assert all((result.focus_node, EX.one, result.value) in data for result in results)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Literal("NaN", datatype=XSD.double), Literal("1.5", datatype=XSD.decimal)),
        (Literal("2020", datatype=XSD.gYear), Literal("-0001", datatype=XSD.gYear)),
        (Literal("nine", datatype=XSD.integer), Literal(1)),
        (Literal(1), BNode("nobody")),
    ],
)
def test_what_cannot_be_compared_is_a_result_beside_the_others(one: Node, other: Node) -> None:
    shapes = shapes_with("sh:lessThanOrEquals ex:other")
    data = Graph()
    for value in (one, Literal("z")):
        data.add((FOCUS, EX.one, value))
    data.add((FOCUS, EX.other, other))
    found = {result.value for result in run_pyshacl(data, shapes.core, shapes)}
    assert found == {one, Literal("z")}

"""Rewriting a SPARQL-based constraint into one query over all focus nodes."""

import pytest
from rdflib import Graph, URIRef

from kg.errors import ShapesError
from kg.validation import Rule, Targets, set_level_query
from kg.validation.rules import read_rules

TARGETS = Targets(classes=(URIRef("urn:C"),))
JOIN = (
    " { SELECT DISTINCT ?this WHERE {"
    " { ?this a/<http://www.w3.org/2000/01/rdf-schema#subClassOf>* <urn:C> } } }\n"
)


def rewrite(select: str, targets: Targets = TARGETS) -> str:
    return set_level_query(Rule(URIRef("urn:S"), URIRef("urn:Q"), select, targets), {})


@pytest.mark.parametrize(
    "start",
    [
        "SELECT $this WHERE {",
        "SELECT $this {",
        "# a comment with { in it\nSELECT $this WHERE {",
        "SELECT $this ('{' AS ?brace) WHERE {",
        'SELECT $this ("""{""" AS ?brace) WHERE {',
        r"SELECT $this ('\'{' AS ?brace) WHERE {",
        "SELECT $this (<urn:x#'> AS ?quote) WHERE {",
    ],
)
def test_targets_are_joined_at_the_start_of_the_outer_pattern(start: str) -> None:
    assert rewrite(f"{start} $this ?p ?o }}") == f"{start}{JOIN} $this ?p ?o }}"


def test_nothing_behind_the_outer_pattern_is_touched() -> None:
    rest = " $this ?p ?o { SELECT $this WHERE { $this ?q ?r } } } GROUP BY $this"
    assert rewrite("SELECT $this WHERE {" + rest) == "SELECT $this WHERE {" + JOIN + rest


def test_all_kinds_of_target_are_united() -> None:
    targets = Targets(
        nodes=(URIRef("urn:n"), URIRef("urn:m")),
        classes=(URIRef("urn:C"), URIRef("urn:D")),
        subjects_of=(URIRef("urn:p"),),
        objects_of=(URIRef("urn:q"),),
    )
    query = rewrite("SELECT $this WHERE { }", targets)
    assert query.count(" UNION ") == 4
    assert "VALUES ?this { <urn:n> <urn:m> }" in query
    assert "?this <urn:p> ?targetObject" in query
    assert "?targetSubject <urn:q> ?this" in query


def test_only_prefixes_that_the_query_uses_are_declared() -> None:
    rule = Rule(URIRef("urn:S"), URIRef("urn:Q"), "SELECT $this { $this a-b:c ?x }", TARGETS)
    query = set_level_query(rule, {"a-b": "urn:ab#", "b": "urn:b#"})
    assert query.startswith("PREFIX a-b: <urn:ab#>\nSELECT")


@pytest.mark.parametrize(
    ("select", "targets"), [("SELECT $this", TARGETS), ("SELECT $this { }", Targets())]
)
def test_rule_without_pattern_or_target_is_a_fault(select: str, targets: Targets) -> None:
    with pytest.raises(ShapesError, match="urn:S: needs a target"):
        rewrite(select, targets)


@pytest.mark.parametrize(
    ("turtle", "message"),
    [
        ("<urn:S> sh:sparql [ sh:select 'SELECT $this {}' ] .", "must be named"),
        ("<urn:S> sh:sparql <urn:Q> .", "urn:Q has no sh:select"),
    ],
)
def test_constraint_without_name_or_query_is_a_fault(turtle: str, message: str) -> None:
    text = f"@prefix sh: <http://www.w3.org/ns/shacl#> . {turtle}"
    with pytest.raises(ShapesError, match=message):
        list(read_rules(Graph().parse(data=text, format="turtle")))

"""Asking checks again: whatever a query negates, sums or leaves open, no new finding is missed."""

import random

import pytest
from edits import EditableStore, taking_out
from rdflib import RDF, RDFS, BNode, URIRef, Variable

from kg.language import Text
from kg.validation import Changes, Check, Statement, recheck
from kg.validation.patterns import Cause
from kg.validation.query_scopes import scopes_of_query
from kg.validation.restriction import restrict_groups, subselects

P, Q, R = (URIRef(f"urn:{name}") for name in "pqr")
NODES = [URIRef(f"urn:n{number}") for number in range(4)]
OBJECTS = [*NODES, *NODES, BNode("b")]
GRAPHS = (None, None, URIRef("urn:g"), URIRef("urn:h"))
NOTHING = Text("", "")
STEPS = 300

BOUNDS = """{ SELECT DISTINCT ?property ?class WHERE {
  ?property rdfs:range ?upper . ?class rdfs:subClassOf* ?upper } }"""
QUERIES = {
    "one": "?node <urn:p> ?value . ?value <urn:q> ?node",
    "negated": "?node <urn:p> ?value FILTER NOT EXISTS { ?value <urn:q> ?other . ?other a ?kind }",
    "in a graph": "?node <urn:p> ?v FILTER NOT EXISTS { GRAPH ?graph { ?node <urn:p> ?v } }",
    "negated twice": "?node <urn:p> ?value FILTER NOT EXISTS { "
    "?node <urn:q> ?other FILTER NOT EXISTS { ?other <urn:r> ?value } }",
    "exists": "?node a ?kind FILTER EXISTS { ?node <urn:p> ?v . ?v <urn:q> ?w }",
    "not existing": "?node a ?kind FILTER (!EXISTS { ?node <urn:p> ?v } || ?kind = <urn:n1>)",
    "bound": "?node <urn:p> ?v OPTIONAL { ?v <urn:q> ?other } FILTER (!BOUND(?other))",
    "told": "?node <urn:p> ?v BIND (EXISTS { ?v <urn:q> ?w } AS ?is) FILTER (?is = false)",
    "taken away": "?node <urn:p> ?v MINUS { ?node <urn:q> ?v MINUS { ?node <urn:r> ?v } }",
    "either": "{ ?node <urn:p> ?v MINUS { ?node <urn:q> ?w } } UNION { ?node <urn:r> ?v }",
    "counted": "{ SELECT ?node (COUNT(?v) AS ?n) WHERE { ?node <urn:p> ?v "
    "FILTER NOT EXISTS { ?v <urn:q> ?w } } GROUP BY ?node } FILTER (?n = 2)",
    "many": "{ SELECT ?node WHERE { ?node <urn:p> ?v } GROUP BY ?node HAVING (COUNT(?v) = 2) } "
    "?node <urn:q> ?value",
    "counted in a range": "{ SELECT ?node (COUNT(?value) AS ?n) WHERE { ?node ?property ?value . "
    "?property rdfs:range ?range } GROUP BY ?node } FILTER (?n = 2)",
    "of a range": "?node ?property ?value . ?property rdfs:range ?range . ?value ?property ?other "
    "FILTER NOT EXISTS { ?other ?property ?range }",
    "within bounds": f"?property rdfs:range ?range . ?node ?property ?value . "
    f"MINUS {{ ?node ?property ?value . {BOUNDS} ?value a ?class }}",
    "blank": "GRAPH ?graph { ?node ?property ?value } FILTER (isBlank(?node) || isBlank(?value))",
    "of few": "?node a <urn:n1> . { ?node ?p ?value } UNION { GRAPH ?g { ?value ?p ?node } }",
}


def check_of(pattern: str) -> Check:
    query = f"PREFIX rdfs: <{RDFS}> SELECT DISTINCT ?node WHERE {{ {pattern} }}"
    return Check("check", query, NOTHING, NOTHING, NOTHING)


def some_statement(chance: random.Random) -> Statement:
    predicate = chance.choice((P, P, Q, Q, R, RDF.type, RDFS.subClassOf, RDFS.range))
    subject = chance.choice((P, Q) if predicate == RDFS.range else NODES)
    return Statement(subject, predicate, chance.choice(OBJECTS), chance.choice(GRAPHS))


@pytest.mark.parametrize("name", QUERIES)
def test_new_findings_are_found_and_nothing_else(name: str) -> None:
    check, chance = check_of(QUERIES[name]), random.Random(name)  # noqa: S311
    store = EditableStore(some_statement(chance) for _ in range(18))
    before = {row["node"] for row in store.select(check.query)}
    made = 0
    for step in range(STEPS):
        stated = store.statements()
        removed = chance.sample(stated, chance.choice((0, 1, 1, 3)) if len(stated) > 12 else 0)
        added = [some_statement(chance) for _ in range(chance.choice((0, 1, 1, 3)))]
        gone = frozenset(s for s in removed if store.remove(s))
        come = frozenset(s for s in added if store.add(s))
        after = {row["node"] for row in store.select(check.query)}
        with taking_out(step):
            findings = recheck(store.view, [check], Changes(come - gone, gone - come))
        found = {finding.node for finding in findings}
        assert after - before <= found <= after, (step, come, gone)
        made += bool(after - before)
        before = after
    assert made > 3


def test_a_count_may_fall_by_what_a_predicate_is_no_more() -> None:
    check, node, some = check_of(QUERIES["counted in a range"]), NODES[0], NODES[1]
    gone = Statement(P, RDFS.range, some)
    said = [Statement(node, P, some), *(Statement(node, Q, other) for other in NODES[1:3])]
    store = EditableStore([*said, gone, Statement(Q, RDFS.range, some)])
    assert not store.select(check.query)
    store.remove(gone)
    findings = recheck(store.view, [check], Changes(removed=frozenset({gone})))
    assert [finding.node for finding in findings] == [node]


@pytest.mark.parametrize(
    ("name", "causes"),
    [
        ("one", [Cause.ADDED]),
        ("negated", [Cause.ADDED, Cause.REMOVED]),
        ("negated twice", [Cause.ADDED, Cause.REMOVED]),
        ("exists", [Cause.ADDED]),
        ("not existing", [Cause.ADDED, Cause.EITHER]),
        ("bound", [Cause.ADDED, Cause.EITHER]),
        ("told", [Cause.ADDED, Cause.EITHER]),
        ("taken away", [Cause.ADDED, Cause.REMOVED]),
        ("counted", [Cause.EITHER]),
        ("many", [Cause.EITHER]),
    ],
)
def test_what_is_negated_makes_a_finding_when_it_goes(name: str, causes: list[Cause]) -> None:
    read = scopes_of_query(check_of(QUERIES[name]).query, Variable("node"))
    assert list(dict.fromkeys(scope.cause for scope in read.scopes)) == causes


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("MINUS { { SELECT ?p WHERE { ?p a ?c } } }", 1),
        ("{ SELECT ?p WHERE { ?p a ?c } }", 1),
        ("{ SELECT ?c WHERE { ?p a ?c } }", 0),
        ("{ SELECT ?c (COUNT(?p) AS ?n) WHERE { ?p a ?c } GROUP BY ?c }", 0),
        ("OPTIONAL { { SELECT ?p WHERE { ?p a ?c } } }", 0),
        ("FILTER NOT EXISTS { { SELECT ?p WHERE { ?p a ?c } } }", 0),
        ("MINUS { ?node a ?c MINUS { { SELECT ?p WHERE { ?p a ?c } } } }", 0),
        ("{ SELECT ?c WHERE { { SELECT ?p WHERE { ?p a ?c } } } }", 0),
    ],
)
def test_only_what_is_joined_with_the_rest_is_limited(pattern: str, number: int) -> None:
    query = f"SELECT ?node WHERE {{ ?node ?p ?value . {pattern} }}"
    assert len(subselects(query, "?p")) == number
    limited = restrict_groups(query, Variable("node"), NODES, {Variable("p"): [P]})
    assert limited.count("VALUES ?p { <urn:p> }") == number

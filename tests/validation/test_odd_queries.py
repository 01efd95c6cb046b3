"""Rules of every form that a group can have, judged in part and as a whole over small random data.

Values are limited beforehand to those that a change leads to, wherever that can make no
difference: not in a group that is evaluated before it is joined with what is around it.
"""

import random
from collections.abc import Iterator

import pytest
from edits import EditableStore, taking_out
from rdflib import RDF, Literal, URIRef

from kg.validation import Changes, Dependencies, Shapes, Statement, load_shapes, revalidate
from kg.validation.report import Report
from kg.validation.rules import set_level_query
from kg.validation.whole import rule_results

EX = "https://example.org/"
QUERIES = {
    "plain": "$this ex:p ?value . ?value ex:q ?x .",
    "shared": "$this ex:p ?x . ?value ex:p ?x . FILTER ($this != ?value)",
    "optional": "$this ex:p ?value . OPTIONAL { ?value ex:q ?x } FILTER (!BOUND(?x))",
    "optional-value": "$this ex:p ?x . OPTIONAL { ?x ex:q ?value } FILTER (BOUND(?value))",
    "optional-in-group": "$this ex:r ?value . { $this ex:p ?x OPTIONAL { ?x ex:q ?value } }",
    "optional-in-minus": "$this ex:r ?value . MINUS { $this ex:p ?x OPTIONAL { ?x ex:q ?value } }",
    "optional-first": "OPTIONAL { $this ex:p ?value } $this ex:r ?value .",
    "negated-in-optional": """$this ex:r ?value . OPTIONAL { $this ex:p ?x
        FILTER NOT EXISTS { ?x ex:q ?value } } FILTER (!BOUND(?x))""",
    "minus": "$this ex:p ?value . MINUS { ?x ex:q ?value . $this ex:p ?x }",
    "union": "$this ex:r ?value . { $this ex:p ?value } UNION { ?value ex:q $this }",
    "group": "$this ex:r ?x . { ?value ex:p ?x . ?x ex:q ?y }",
    "negated": """$this ex:p ?value . FILTER NOT EXISTS { ?x ex:q ?value .
        FILTER EXISTS { $this ex:r ?x } }""",
    "counted": """$this ex:p ?value . { SELECT $this (COUNT(DISTINCT ?o) AS ?n) WHERE {
        $this ex:p|ex:q ?o } GROUP BY $this } FILTER (?n > 1)""",
    "path": "$this ?path ?value . FILTER (?path = ex:q) ?value ex:p ?x .",
    "graph": """$this ex:in ?graph . GRAPH ?graph { ?value ?path ?x }
        FILTER NOT EXISTS { ?value ex:r ?y FILTER EXISTS { ?y ex:p ?x } }""",
    "graph-of-one": "$this ex:in ?graph . GRAPH ?graph { $this ex:p ?value }",
}


def rule(name: str, where: str) -> str:
    path = "?path" if "?path" in where else ""
    return f"""
ex:{name} a sh:NodeShape ; sh:targetClass ex:C ; sh:sparql ex:{name}-query ;
    sh:severity sh:Violation ; sh:message "Salah"@id , "Wrong"@en .
ex:{name}-query a sh:SPARQLConstraint ; sh:prefixes <https://w3id.org/inovasi-publik/ont> ;
    sh:select \"\"\"SELECT $this {path} ?value WHERE {{ {where} }}\"\"\" .
"""


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Shapes:
    folder = tmp_path_factory.mktemp("odd")
    (folder / "shapes").mkdir()
    prefixes = {
        "ex": EX,
        "sh": "http://www.w3.org/ns/shacl#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
    lines = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes.items())
    declared = f"""<https://w3id.org/inovasi-publik/ont>
        sh:declare [ sh:prefix "ex" ; sh:namespace "{EX}"^^xsd:anyURI ] ."""
    (folder / "prefixes.ttl").write_text(lines + declared, "utf-8")
    text = lines + "".join(rule(name, where) for name, where in QUERIES.items())
    (folder / "shapes" / "odd.ttl").write_text(text, "utf-8")
    return load_shapes(folder)


def whole(store: EditableStore, shapes: Shapes) -> Report:
    return Report.of(
        result
        for rule in shapes.rules
        for result in rule_results(
            rule, shapes, store.select, set_level_query(rule, shapes.prefixes)
        )
    )


def statement(chance: random.Random) -> Statement:
    nodes = [URIRef(f"{EX}n{number}") for number in range(5)]
    graphs = [URIRef(f"{EX}g{number}") for number in range(2)]
    subject = chance.choice(nodes)
    if chance.random() < 0.25:
        return Statement(subject, RDF.type, URIRef(f"{EX}C"))
    if chance.random() < 0.15:
        return Statement(subject, URIRef(f"{EX}in"), chance.choice(graphs))
    value = chance.choice([*nodes, *nodes, Literal("x")])
    graph = chance.choice([None, None, None, *graphs])
    return Statement(subject, URIRef(EX + chance.choice("pqr")), value, graph)


def steps(seed: int, count: int) -> Iterator[tuple[EditableStore, Changes]]:
    chance = random.Random(seed)  # noqa: S311
    store = EditableStore(statement(chance) for _ in range(12))
    yield store, Changes()
    for _ in range(count):
        gone = set(chance.sample(store.statements(), 1)) if chance.random() < 0.6 else set()
        new = {statement(chance) for _ in range(chance.choice((1, 1, 2)))} - gone
        removed = frozenset(s for s in gone if store.remove(s))
        yield store, Changes(frozenset(s for s in new if store.add(s)), removed)


@pytest.mark.parametrize("seed", range(12))
def test_each_form_is_judged_in_part_as_it_is_as_a_whole(seed: int, shapes: Shapes) -> None:
    dependencies = Dependencies.of(shapes)
    assert len(dependencies.rules) == len(QUERIES)
    before, changed = Report(()), 0
    for turn, (store, changes) in enumerate(steps(seed, 40)):
        after = whole(store, shapes)
        if turn:
            with taking_out(turn):
                found = revalidate(store.view, shapes, dependencies, before, changes)
            assert found == after, sorted(changes, key=str)
        changed += before != after
        before = after
    assert changed > 10


def test_a_value_tells_an_answer_unless_it_is_bound_apart(shapes: Shapes) -> None:
    telling = {
        str(name).removeprefix(EX).removesuffix("-query")
        for name, read in Dependencies.of(shapes).rules.items()
        if "value" in map(str, read.keys)
    }
    assert telling == {
        *("plain", "shared", "optional", "group", "negated", "counted", "path"),
        *("negated-in-optional", "graph", "graph-of-one"),
    }

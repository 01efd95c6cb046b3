"""Queries that mean harm, each with the problem types that it may end in."""

from collections.abc import Mapping
from typing import Final

import pytest

DEPTH: Final = 10_000


Kind = tuple[str, frozenset[str]]
"""A hostile query, and the slugs of the problems that are right answers to it."""


def _long(query: str) -> Kind:
    return (query, frozenset({"query-timeout", "query-memory"}))


def _broken(query: str) -> Kind:
    return (query, frozenset({"query-too-deep", "too-large", "query-syntax", "query-crashed"}))


def _heavy(query: str) -> Kind:
    """Return a kind that parser or planner may take in, refuse, or break down on."""
    return (query, frozenset(_long("")[1] | _broken("")[1]))


_PRODUCT: Final = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
_DOUBLING: Final = " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(40))
_REPLACING: Final = " ".join(f"BIND(REPLACE(?x{i}, '.', ?x{i}) AS ?x{i + 1})" for i in range(8))
_VALUES: Final = " ".join(
    f"VALUES ?{name} {{ {' '.join(str(number) for number in range(1000, 3500))} }}"
    for name in "abcd"
)

KINDS: Final[Mapping[str, Kind]] = {
    # evaluation without end
    "product": _long(f"SELECT (COUNT(*) AS ?n) {{ {_PRODUCT} }}"),
    "sorted cross join": _long("SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f LIMIT 10"),
    "path without bounds": _long("SELECT (COUNT(*) AS ?n) { ?a (<urn:p>|!<urn:p>)* ?b }"),
    "regular expression": _long(
        f"SELECT (COUNT(*) AS ?n) {{ {_PRODUCT} "
        "FILTER(REGEX(CONCAT(STR(?c), STR(?f), STR(?i)), '(a*)*(b|c+)*d{9}$')) }"
    ),
    "distinct": _long("SELECT DISTINCT ?a ?c ?d ?f { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a"),
    "grouping": _long(
        "SELECT ?a ?f (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f } GROUP BY ?a ?f ORDER BY ?n"
    ),
    "values": _long(f"SELECT (COUNT(*) AS ?n) {{ {_VALUES} }}"),
    "doubling": _long(f"SELECT (STRLEN(?x40) AS ?n) {{ BIND('abcdefgh' AS ?x0) {_DOUBLING} }}"),
    "replacing": _long(f"SELECT (STRLEN(?x8) AS ?n) {{ BIND('{'a' * 40}' AS ?x0) {_REPLACING} }}"),
    "concatenation": _long(
        "SELECT (GROUP_CONCAT(STR(?c)) AS ?all) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    ),
    "construct": (
        f"CONSTRUCT {{ ?a ?b ?f . ?d ?e ?i }} {{ {_PRODUCT} }}",
        frozenset({"result-too-large", "query-timeout", "query-memory"}),
    ),
    "all rows": (
        f"SELECT * {{ {_PRODUCT} }}",
        frozenset({"result-too-large", "query-timeout", "query-memory"}),
    ),
    # planning without end
    "repeated patterns": _long("SELECT * {" + " ?s ?p ?o ." * 300 + "}"),
    # nesting
    "braces": _broken("ASK " + "{" * DEPTH + "}" * DEPTH),
    "parentheses": _broken("ASK { FILTER(" + "(" * DEPTH + "1" + ")" * DEPTH + ") }"),
    "lists": _broken("ASK { ?s ?p " + "(" * DEPTH + "1" + ")" * DEPTH + " }"),
    "brackets": _broken("ASK { " + "[ <urn:p> " * 4000 + "1" + "]" * 4000 + " }"),
    "open brackets": _broken("ASK { " + "[" * DEPTH + "]" * DEPTH + " }"),
    "quoted triples": _broken("ASK { " + "<<" * DEPTH + " ?s ?p ?o " + ">>" * DEPTH + " }"),
    "triple terms": _broken("ASK { ?s ?p " + "<<( " * DEPTH + " )>>" * DEPTH + " }"),
    "paths": _broken("ASK { ?s " + "(" * DEPTH + "<urn:p>" + ")" * DEPTH + " ?o }"),
    "inverse paths": _broken("ASK { ?s " + "^" * DEPTH + "<urn:p> ?o }"),
    "negations": _broken("ASK { FILTER(" + "!" * DEPTH + "true) }"),
    "open only": _broken("ASK " + "{" * DEPTH),
    # length
    "unions": _heavy("ASK { {}" + "UNION{}" * 9000 + " }"),
    "more unions": _broken("ASK { {}" + " UNION {}" * DEPTH + " }"),
    "sequence": _heavy("ASK { ?s <urn:p>" + "/<>" * DEPTH + " ?o . ?a ?b ?c . ?d ?e ?f }"),
    "sums": _heavy("ASK { FILTER(0 < 1" + "+1" * 3 * DEPTH + ") }"),
    "conjunctions": _heavy("ASK { FILTER(1" + "&&1" * 2 * DEPTH + ") }"),
}


@pytest.fixture(scope="session")
def kinds() -> Mapping[str, Kind]:
    """Return the hostile queries by name."""
    return KINDS

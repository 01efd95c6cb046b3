"""Validation of a whole view that is never held in memory: the engine screens, pySHACL judges."""

from collections.abc import Iterator

from rdflib import Graph
from rdflib.namespace import SH

from kg.validation.engine import run_pyshacl
from kg.validation.lookup import Lookup, Select, View
from kg.validation.neighbourhood import judge_focus_nodes
from kg.validation.report import Report, Result
from kg.validation.rules import Rule, set_level_query
from kg.validation.screen import screen
from kg.validation.shapes import Shapes


def validate_view(view: View, shapes: Shapes) -> Report:
    """Validate a view, at the memory of the focus nodes that may be at fault.

    The engine names those (see ``kg.validation.screen``), and pySHACL judges them, a part at a
    time, each with all that its shapes can see; so the results are pySHACL's own.
    Raises ``ShapesError`` if the shapes cannot be evaluated.
    """
    results = list(core_results(view, shapes, Lookup(view)))
    for rule in shapes.rules:
        results.extend(
            rule_results(rule, shapes, view.select, set_level_query(rule, shapes.prefixes))
        )
    return Report.of(results)


def core_results(view: View, shapes: Shapes, lookup: Lookup) -> Iterator[Result]:
    """Yield the results of all core constraints."""
    if shapes.scopes is None:
        rows = view.select("SELECT ?s ?p ?o WHERE { ?s ?p ?o }")
        data = Graph()
        for row in rows:
            data.add((row["s"], row["p"], row["o"]))
        yield from run_pyshacl(data, shapes.core, shapes)
        return
    pairs = screen(shapes.scopes, shapes.core, view.select)
    yield from judge_focus_nodes(pairs, shapes.scopes, shapes, lookup)


def rule_results(rule: Rule, shapes: Shapes, select: Select, query: str) -> Iterator[Result]:
    """Yield the results of a SPARQL-based constraint, asked by a query that may be a part of it."""
    for solution in select(query):
        yield Result(
            shape=rule.shape,
            component=SH.SPARQLConstraintComponent,
            constraint=rule.constraint,
            focus_node=solution["this"],
            path=solution.get("path"),
            # Of a node shape the value node is the focus node (SHACL, section 5.3.2).
            value=solution.get("value", solution["this"]),
            severity=shapes.severities[rule.shape],
            message=shapes.messages[rule.shape],
        )

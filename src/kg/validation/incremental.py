"""Validation after a change, at the cost of the change: the report that the whole would give."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from rdflib import BNode, URIRef
from rdflib.term import Node, Variable

from kg.validation.affected import EVERYTHING, Tracer
from kg.validation.dependencies import Dependencies
from kg.validation.lookup import Changes, Lookup, View
from kg.validation.neighbourhood import judge_focus_nodes, targeted
from kg.validation.patterns import THIS
from kg.validation.report import Report, Result
from kg.validation.restriction import restrict
from kg.validation.rules import Rule, set_level_query
from kg.validation.screen import screen
from kg.validation.shapes import Shapes
from kg.validation.whole import core_results, rule_results

_AT_ONCE: Final = 2000
MANY: Final = 20_000
"""From so many affected focus nodes on, screening the whole view costs less than judging them."""

_Key = tuple[Node, ...]


def revalidate(
    view: View, shapes: Shapes, dependencies: Dependencies, before: Report, changes: Changes
) -> Report:
    """Return the report on a view, given the one on it before some changes.

    ``view`` is the view after them. The report is the one that ``validate_view`` would give.
    Raises ``ShapesError`` if the shapes cannot be evaluated.
    """
    tracer = Tracer(view, changes)
    lookup = Lookup(view)
    affected = _affected_by_core(tracer, dependencies)
    results: list[Result] = []
    if affected is EVERYTHING:
        results.extend(core_results(view, shapes, lookup))
    else:
        core = shapes.scopes or {}
        declared = {shape: scopes.targets for shape, scopes in core.items()}
        targets = targeted(declared, affected, lookup)
        pairs = screen(core, shapes.core, view.select, targets)
        results.extend(
            r for r in before.results if not r.constraint and r.focus_node not in affected
        )
        results.extend(judge_focus_nodes(pairs, core, shapes, lookup))
    for rule in shapes.rules:
        stale = _affected_by_rule(rule, tracer, dependencies)
        if stale is EVERYTHING:
            query = set_level_query(rule, shapes.prefixes)
            results.extend(rule_results(rule, shapes, view.select, query))
        else:
            earlier = (r for r in before.results if r.constraint == rule.constraint)
            results.extend(r for r in earlier if not _is_stale(r, stale))
            for query in _restricted(rule, stale, shapes, lookup):
                results.extend(rule_results(rule, shapes, view.select, query))
    return Report.of(results)


def _affected_by_core(tracer: Tracer, dependencies: Dependencies) -> set[Node] | None:
    """Return the focus nodes whose results of core constraints may have changed."""
    if dependencies.pooled is None:
        return EVERYTHING
    affected: set[Node] = set()
    for scope in dependencies.pooled:
        rows = tracer.rows((scope,))
        if rows is EVERYTHING:
            return EVERYTHING
        affected.update(row[THIS] for row in rows)
        if len(affected) > MANY:
            return EVERYTHING
    return affected


def _affected_by_rule(
    rule: Rule, tracer: Tracer, dependencies: Dependencies
) -> dict[tuple[Variable, ...], set[_Key]] | None:
    """Return what may have changed, by the variables that tell it: focus nodes, or more exactly."""
    depends = dependencies.rules.get(rule.constraint)
    rows = tracer.rows(depends.scopes, depends.keys) if depends else EVERYTHING
    if depends is None or rows is EVERYTHING or len(rows) > MANY:
        return EVERYTHING
    if any(isinstance(row[THIS], BNode) for row in rows):
        # A query cannot name a blank node.
        return EVERYTHING
    stale: dict[tuple[Variable, ...], set[_Key]] = defaultdict(set)
    for row in rows:
        # The engine writes literals in its own way, so that only IRIs tell results apart.
        names = tuple(n for n in depends.keys if n == THIS or isinstance(row.get(n), URIRef))
        stale[names].add(tuple(row[name] for name in names))
    whole = {key[0] for key in stale.get((THIS,), ())}
    for names, keys in stale.items():
        if names != (THIS,):
            keys -= {key for key in keys if key[0] in whole}
    return stale


def _is_stale(result: Result, stale: dict[tuple[Variable, ...], set[_Key]]) -> bool:
    terms = {
        THIS: result.focus_node,
        Variable("value"): result.value,
        Variable("path"): result.path,
    }
    return any(tuple(terms.get(n) for n in names) in keys for names, keys in stale.items())


def _restricted(
    rule: Rule,
    stale: dict[tuple[Variable, ...], set[_Key]],
    shapes: Shapes,
    lookup: Lookup,
) -> Iterator[str]:
    """Yield the query of a rule, restricted to what may have changed and is a target."""
    nodes = {key[0] for keys in stale.values() for key in keys}
    targets = targeted({rule.shape: rule.targets}, nodes, lookup)[rule.shape] if nodes else set()
    for names, keys in stale.items():
        wanted = sorted(key for key in keys if key[0] in targets)
        for start in range(0, len(wanted), _AT_ONCE):
            yield restrict(rule.select, names, wanted[start : start + _AT_ONCE], shapes.prefixes)

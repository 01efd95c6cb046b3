"""Validation after a change, at the cost of the change: the report that the whole would give."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from rdflib import BNode, URIRef
from rdflib.term import Node, Variable

from kg.validation.affected import EVERYTHING, Tracer
from kg.validation.dependencies import Dependencies
from kg.validation.extract import Extract, held
from kg.validation.lookup import Changes, Lookup, Select, View
from kg.validation.neighbourhood import Membership, judge_focus_nodes
from kg.validation.patterns import THIS, Scope
from kg.validation.query_scopes import QueryScopes
from kg.validation.relations import Names
from kg.validation.report import Report, Result
from kg.validation.restriction import restrict
from kg.validation.rules import Rule, set_level_query
from kg.validation.screen import compiled
from kg.validation.shape_scopes import ShapeScopes
from kg.validation.shapes import Shapes
from kg.validation.whole import core_results, rule_results

_AT_ONCE: Final = 2000
MANY: Final = 20_000
"""From so many affected focus nodes on, screening the whole view costs less than judging them."""

_Stale = dict[Names, set[tuple[Node, ...]]]


def revalidate(
    view: View, shapes: Shapes, dependencies: Dependencies, before: Report, changes: Changes
) -> Report:
    """Return the report on a view, given the one on it before some changes.

    ``view`` is the view after them. The report is the one that ``validate_view`` would give.
    Raises ``ShapesError`` if the shapes cannot be evaluated.
    """
    return Report.of(_Revalidation(view, shapes, dependencies, before, changes).results())


class _Revalidation:
    """One view after some changes, and what is looked up in it for all shapes and rules."""

    def __init__(
        self,
        view: View,
        shapes: Shapes,
        dependencies: Dependencies,
        before: Report,
        changes: Changes,
    ) -> None:
        self.view, self.shapes, self.dependencies = view, shapes, dependencies
        self.earlier: dict[Node | None, list[Result]] = defaultdict(list)
        for result in before.results:
            self.earlier[result.constraint].append(result)
        self.tracer = Tracer(view, changes)
        self.lookup = Lookup(view) if changes.removed else self.tracer.lookup
        self.membership = Membership(self.lookup)
        self.extract = Extract(view, self.lookup)

    def results(self) -> Iterator[Result]:
        """Yield every result that the view has now."""
        affected = _affected_by_core(self.tracer, self.dependencies)
        # All that is to be asked is known before anything is: one extract is for all of it.
        core = None if affected is EVERYTHING else list(self._suspects(affected))
        rules = [(rule, *self._stale(rule)) for rule in self.shapes.rules]
        if affected is EVERYTHING or core is None:
            yield from core_results(self.view, self.shapes, self.lookup)
        else:
            yield from (r for r in self.earlier[None] if r.focus_node not in affected)
            yield from self._judged(core)
        for rule, stale, queries in rules:
            if stale is not EVERYTHING:
                yield from (r for r in self.earlier[rule.constraint] if not _is_stale(r, stale))
            for select, query in queries:
                yield from rule_results(rule, self.shapes, select, query)

    def _suspects(self, affected: set[Node]) -> Iterator[tuple[ShapeScopes, set[Node], Select]]:
        """Yield each shape with its targets among the affected nodes, and who is to be asked."""
        for scopes in (self.shapes.scopes or {}).values():
            nodes = self.membership.targeted(scopes.targets, affected)
            if nodes:
                yield scopes, nodes, self._asked(scopes.scopes, nodes)

    def _judged(self, core: list[tuple[ShapeScopes, set[Node], Select]]) -> Iterator[Result]:
        screen = compiled(self.shapes.core, self.view.select)
        pairs = {
            read.shape: screen.among(read.shape, nodes, select) for read, nodes, select in core
        }
        yield from judge_focus_nodes(pairs, self.shapes.scopes or {}, self.shapes, self.lookup)

    def _stale(self, rule: Rule) -> tuple[_Stale | None, list[tuple[Select, str]]]:
        """Return what a rule may say otherwise now, and the queries that tell what it says."""
        depends = self.dependencies.rules.get(rule.constraint)
        stale = self._affected(rule, depends) if depends else EVERYTHING
        if depends is None or stale is EVERYTHING:
            return stale, [(self.view.select, set_level_query(rule, self.shapes.prefixes))]
        nodes = {key[0] for keys in stale.values() for key in keys}
        nodes = self.membership.targeted(rule.targets, nodes)
        nodes = held(depends.required, nodes, self.lookup)
        return stale, list(self._restricted(rule, depends, stale, nodes))

    def _affected(self, rule: Rule, depends: QueryScopes) -> _Stale | None:
        """Return what may have changed, by what tells it: focus nodes, or more exactly."""
        earlier = {result.focus_node for result in self.earlier[rule.constraint]}

        def may_report(nodes: set[Node]) -> set[Node]:
            return self.membership.targeted(rule.targets, nodes) | (earlier & nodes)

        found = self.tracer.rows(depends.scopes, depends.keys, may_report)
        return EVERYTHING if found is EVERYTHING else _told_apart(found)

    def _restricted(
        self, rule: Rule, depends: QueryScopes, stale: _Stale, nodes: set[Node]
    ) -> Iterator[tuple[Select, str]]:
        """Yield the query of a rule, restricted to what may have changed of some focus nodes."""
        for names, keys in stale.items():
            rows = [key for key in keys if key[0] in nodes]
            given = {name: {row[place] for row in rows} for place, name in enumerate(names)}
            select = self._asked(depends.scopes, given[THIS], given)
            for start in range(0, len(rows), _AT_ONCE):
                some = rows[start : start + _AT_ONCE]
                yield select, restrict(rule.select, names, some, self.shapes.prefixes)

    def _asked(
        self,
        scopes: tuple[Scope, ...],
        nodes: set[Node],
        given: Mapping[Variable, set[Node]] = MappingProxyType({}),
    ) -> Select:
        """Return what answers about some focus nodes; ``given`` are terms for other variables."""
        if nodes and len(nodes) <= _AT_ONCE and self.extract.add(scopes, nodes, given):
            return self.extract.select
        return self.view.select


def _affected_by_core(tracer: Tracer, dependencies: Dependencies) -> set[Node] | None:
    """Return the focus nodes whose results of core constraints may have changed."""
    if dependencies.pooled is None:
        return EVERYTHING
    affected: set[Node] = set()
    for scope in dependencies.pooled:
        nodes = tracer.focus_nodes((scope,))
        if nodes is EVERYTHING:
            return EVERYTHING
        affected |= nodes
        if len(affected) > MANY:
            return EVERYTHING
    return affected


def _told_apart(found: _Stale) -> _Stale | None:
    """Return rows by what tells results apart; none of a focus node that is there as a whole."""
    if sum(map(len, found.values())) > MANY:
        return EVERYTHING
    stale: _Stale = defaultdict(set)
    for names, rows in found.items():
        for row in rows:
            if type(row[0]) is BNode:
                # A query cannot name a blank node.
                return EVERYTHING
            # The engine writes literals in its own way, so that only IRIs tell results apart.
            telling = [n for n, term in enumerate(row) if not n or type(term) is URIRef]
            if len(telling) == len(row):
                stale[names].add(row)
            else:
                stale[tuple(names[n] for n in telling)].add(tuple(row[n] for n in telling))
    whole = {key[0] for key in stale.get((THIS,), ())}
    for names, keys in stale.items():
        if names != (THIS,):
            keys -= {key for key in keys if key[0] in whole}
    return stale


def _is_stale(result: Result, stale: _Stale) -> bool:
    terms = {
        THIS: result.focus_node,
        Variable("value"): result.value,
        Variable("path"): result.path,
    }
    return any(tuple(terms.get(n) for n in names) in keys for names, keys in stale.items())

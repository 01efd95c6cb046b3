"""Whose results a change can alter: from each changed triple back to the focus nodes.

A changed triple that matches a pattern binds its variables; the patterns around it, asked of the
engine for all such bindings at once, bind the rest, as far as the focus node. Asked are the view
as it is now together with what was removed, so that what held before is found as well as what
holds now.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rdflib import Literal, URIRef
from rdflib.term import Node, Variable

from kg.validation.lookup import Changes, Lookup, Statement, View
from kg.validation.patterns import THIS, Closure, Edge, Pattern, Scope, Step, variables_of

Row = Mapping[Variable, Node]

_NARROW: Final = 2

EVERYTHING: Final = None
"""Stands for all focus nodes, where a change does not say which."""


class Tracer:
    """Finds what a set of changes can alter."""

    def __init__(self, view: View, changes: Changes) -> None:
        self._lookup = Lookup(view, changes.removed)
        self._by_predicate: dict[tuple[Node, bool], list[Statement]] = defaultdict(list)
        self._matched: dict[Pattern, list[Row]] = {}
        self._closures: dict[tuple[tuple[Step, ...], bool], dict[Node, set[Node]]] = {}
        for statement in changes:
            self._by_predicate[statement.predicate, statement.graph is not None].append(statement)

    def rows(self, scopes: Iterable[Scope], keys: Iterable[Variable] = ()) -> list[Row] | None:
        """Return bindings, of ``this`` at least, that cover every answer that can have changed.

        The variables of ``keys`` are bound as well where a step from the change leads to them.

        Return ``EVERYTHING`` where a change matches and leads to no focus node in particular.
        """
        found: list[Row] = []
        for scope in scopes:
            for pattern in scope.own:
                if pattern not in self._matched:
                    self._matched[pattern] = list(self._matches(pattern))
                rows = self._matched[pattern]
                if not rows:
                    continue
                rest = [other for other in (*scope.own, *scope.around) if other is not pattern]
                reached = self._reach(rows, rest, set(keys))
                if any(THIS not in row for row in reached):
                    return EVERYTHING
                found.extend(reached)
        return found

    def _matches(self, pattern: Pattern) -> Iterator[Row]:
        named = pattern.graph is not None
        for step in pattern.steps:
            for statement in self._changed(step.predicate, named=named):
                if isinstance(pattern, Edge):
                    row = bind(pattern, step, statement, {})
                    if row is not None:
                        yield row
                else:
                    yield from self._before(pattern, step, statement)

    def _changed(self, predicate: URIRef | None, *, named: bool) -> list[Statement]:
        if predicate is not None:
            return self._by_predicate.get((predicate, named), [])
        return [
            statement
            for (_, in_graph), statements in self._by_predicate.items()
            if in_graph is named
            for statement in statements
        ]

    def _before(self, pattern: Closure, step: Step, statement: Statement) -> Iterator[Row]:
        """Yield what a changed link of a chain can be reached from, the object being left open."""
        link = statement.object if step.inverse else statement.subject
        onward = statement.subject if step.inverse else statement.object
        named = pattern.graph is not None
        if not isinstance(pattern.object, Variable):
            ends = self.closure({onward}, pattern.steps, named=named)[onward]
            if not any(same(pattern.object, end) for end in ends):
                return
        starts = self.closure({link}, _reversed(pattern.steps), named=named)[link]
        for start in starts:
            if isinstance(pattern.subject, Variable):
                yield {pattern.subject: start}
            elif same(start, pattern.subject):
                yield {}

    def _reach(self, rows: list[Row], rest: list[Pattern], keys: set[Variable]) -> list[Row]:
        """Extend rows by the other patterns until each says which focus node it is about.

        What else would have to hold is left to the engine, which tests it sooner than we do.
        """
        while rows and rest:
            bound = set(rows[0])
            if THIS in bound:
                pattern = _leading_to(keys - bound, bound, rest)
            else:
                pattern = self._next(rest, rows)
            if pattern is None:
                break
            rest = [other for other in rest if other is not pattern]
            rows = self._extend(rows, pattern)
        return rows

    def _next(self, rest: list[Pattern], rows: list[Row]) -> Pattern | None:
        """Choose what narrows most: a test, then a step onward, then the narrowest step back."""
        bound = set(rows[0])
        onward: list[Pattern] = []
        back: list[Pattern] = []
        for pattern in rest:
            if _is_filter(pattern, bound):
                return pattern
            if _known(pattern.subject, bound) and isinstance(pattern.subject, Variable):
                onward.append(pattern)
            elif _known(pattern.object, bound) and isinstance(pattern.object, Variable):
                back.append(pattern)
        simple = [p for p in onward if isinstance(p, Edge) and not any(s.inverse for s in p.steps)]
        if simple or onward:
            return (simple or onward)[0]
        if len(back) < 2:
            return back[0] if back else None
        return self._narrowest(back, rows)

    def _narrowest(self, back: list[Pattern], rows: list[Row]) -> Pattern:
        """Choose by how much a step back leads to; a narrow one ends the counting."""
        fans: list[tuple[int, Pattern]] = []
        for pattern in sorted(back, key=lambda pattern: pattern.subject != THIS):
            fans.append((self._fan(pattern, rows), pattern))
            if fans[-1][0] <= _NARROW * len(rows):
                break
        return min(fans, key=lambda fan: fan[0])[1]

    def _fan(self, pattern: Pattern, rows: list[Row]) -> int:
        if pattern.graph is not None:
            return 0
        nodes = {value(pattern.object, row) for row in rows}
        return sum(self._lookup.fan(step, nodes) for step in _reversed(pattern.steps))

    def _extend(self, rows: list[Row], pattern: Pattern) -> list[Row]:
        if isinstance(pattern, Closure):
            return list(self._extend_closure(rows, pattern))
        forward = _known(pattern.subject, set(rows[0]))
        start = pattern.subject if forward else pattern.object
        nodes = {value(start, row) for row in rows}
        extended: dict[frozenset[tuple[Variable, Node]], Row] = {}
        for step in pattern.steps:
            way = step if forward else Step(step.predicate, not step.inverse)
            found = self._lookup.along(way, nodes, named=pattern.graph is not None)
            for row in rows:
                for statement in found[value(start, row)]:
                    more = bind(pattern, step, statement, row)
                    if more is not None:
                        extended[frozenset(more.items())] = more
        return list(extended.values())

    def _extend_closure(self, rows: list[Row], pattern: Closure) -> Iterator[Row]:
        forward = _known(pattern.subject, set(rows[0]))
        start, end = pattern.subject, pattern.object
        steps = pattern.steps
        if not forward:
            start, end, steps = end, start, _reversed(steps)
        nodes = {value(start, row) for row in rows}
        reached = self.closure(nodes, steps, named=pattern.graph is not None)
        for row in rows:
            ends = reached[value(start, row)]
            if isinstance(end, Variable) and end not in row:
                yield from ({**row, end: node} for node in ends)
            elif _is_among(value(end, row), ends):
                yield row

    def closure(
        self, nodes: Iterable[Node], steps: tuple[Step, ...], *, named: bool
    ) -> dict[Node, set[Node]]:
        """Return what can be reached from each node, itself included."""
        known = self._closures.setdefault((steps, named), {})
        missing = [node for node in nodes if node not in known]
        if missing:
            known.update(closure(self._lookup, missing, steps, named=named))
        return known


def closure(
    lookup: Lookup, nodes: Iterable[Node], steps: tuple[Step, ...], *, named: bool = False
) -> dict[Node, set[Node]]:
    """Return what any number of steps lead to from each node, itself included."""
    reached = {node: {node} for node in nodes}
    edge = set(reached)
    direct: dict[Node, set[Node]] = {}
    while edge:
        for node in edge:
            direct[node] = set()
        for step in steps:
            for node, statements in lookup.along(step, edge, named=named).items():
                direct[node] |= {s.subject if step.inverse else s.object for s in statements}
        edge = {target for node in edge for target in direct[node]} - direct.keys()
    for found in reached.values():
        waiting = list(found)
        while waiting:
            for target in direct[waiting.pop()]:
                if target not in found:
                    found.add(target)
                    waiting.append(target)
    return reached


def bind(pattern: Edge, step: Step, statement: Statement, row: Row) -> Row | None:
    """Return a row with what a statement binds, or None where the two do not agree."""
    start, end = statement.subject, statement.object
    if step.inverse:
        start, end = end, start
    more = dict(row)
    if not (_agree(pattern.subject, start, more) and _agree(pattern.object, end, more)):
        return None
    if pattern.name is not None and not _agree(pattern.name, statement.predicate, more):
        return None
    if pattern.graph is not None and statement.graph is not None:
        return more if _agree(pattern.graph, statement.graph, more) else None
    return more


def _agree(term: Node, node: Node, row: dict[Variable, Node]) -> bool:
    if isinstance(term, Variable):
        known = row.setdefault(term, node)
        return known is node or same(known, node)
    return same(term, node)


def same(one: Node, other: Node) -> bool:
    """Say whether two terms may be one: the engine writes numbers and dates in its own way."""
    if one == other:
        return True
    return (
        isinstance(one, Literal)
        and isinstance(other, Literal)
        and one.datatype is not None
        and other.datatype is not None
    )


def _is_among(node: Node, others: set[Node]) -> bool:
    if node in others or not isinstance(node, Literal):
        return node in others
    return any(same(node, other) for other in others)


def value(term: Node, row: Row) -> Node:
    """Return what a variable is bound to, or the term itself."""
    return row[term] if isinstance(term, Variable) else term


def _known(term: Node, bound: set[Variable]) -> bool:
    return not isinstance(term, Variable) or term in bound


def _leading_to(
    wanted: set[Variable], bound: set[Variable], patterns: list[Pattern]
) -> Pattern | None:
    return next(
        (
            pattern
            for pattern in patterns
            if isinstance(pattern, Edge)
            and pattern.object in wanted
            and _known(pattern.subject, bound)
            and not pattern.steps[0].inverse
        ),
        None,
    )


def _is_filter(pattern: Pattern, bound: set[Variable]) -> bool:
    return variables_of((pattern,)) <= bound


def _reversed(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(Step(step.predicate, not step.inverse) for step in steps)

"""Whose results a change can alter: from each changed triple back to the focus nodes.

A changed triple that matches a pattern binds its variables; the patterns around it, asked of the
engine for all such bindings at once, bind the rest, as far as the focus node. Asked are the view
as it is now together with what was removed, so that what held before is found as well as what
holds now.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from rdflib import Literal, URIRef
from rdflib.term import Node, Variable

from kg.validation.lookup import Changes, Lookup, Statement, View
from kg.validation.patterns import THIS, Closure, Edge, Pattern, Scope, Step, variables_of
from kg.validation.relations import Names, Relation, Row, extended, same

_NARROW: Final = 2

EVERYTHING: Final = None
"""Stands for all focus nodes, where a change does not say which."""


class Tracer:
    """Finds what a set of changes can alter."""

    def __init__(self, view: View, changes: Changes) -> None:
        self.lookup = Lookup(view, changes.removed)
        self._by_predicate: dict[tuple[Node, bool], list[Statement]] = defaultdict(list)
        self._matched: dict[Pattern, Relation] = {}
        self._closures: dict[tuple[tuple[Step, ...], bool], dict[Node, set[Node]]] = {}
        # What has changed is looked at from many sides.
        self.lookup.expect(statement.subject for statement in changes)
        for statement in changes:
            self._by_predicate[statement.predicate, statement.graph is not None].append(statement)

    def focus_nodes(self, scopes: Iterable[Scope]) -> set[Node] | None:
        """Return focus nodes that cover every answer that can have changed.

        Return ``EVERYTHING`` where a change matches and leads to no focus node in particular.
        """
        found = self.rows(scopes)
        return EVERYTHING if found is None else {row[0] for rows in found.values() for row in rows}

    def rows(
        self,
        scopes: Iterable[Scope],
        keys: Iterable[Variable] = (),
        among: Callable[[set[Node]], set[Node]] | None = None,
    ) -> dict[Names, set[tuple[Node, ...]]] | None:
        """Return bindings that cover every answer that can have changed, by what they bind.

        That is ``this``, first, and those of ``keys`` that a step from the change leads to.
        ``among`` says of which of some nodes an answer matters. Return ``EVERYTHING`` as
        ``focus_nodes`` does.
        """
        found: dict[Names, set[tuple[Node, ...]]] = defaultdict(set)
        wanted = {*keys, THIS}
        order = (THIS, *(key for key in keys if key != THIS))
        for scope in scopes:
            for pattern in filter(self._may_match, scope.own):
                if pattern not in self._matched:
                    self._matched[pattern] = self._matches(pattern)
                matched = _about(self._matched[pattern], among)
                if not matched.rows:
                    continue
                rest = [other for other in (*scope.own, *scope.around) if other is not pattern]
                reached = _about(self._reach(matched, rest, wanted), among)
                if reached.rows and THIS not in reached.names:
                    return EVERYTHING
                names = tuple(name for name in order if name in reached.names)
                found[names] |= reached.only(names).rows
        return found

    def _may_match(self, pattern: Pattern) -> bool:
        changed, named = self._by_predicate, pattern.graph is not None
        return any(s.predicate is None or (s.predicate, named) in changed for s in pattern.steps)

    def _matches(self, pattern: Pattern) -> Relation:
        named = pattern.graph is not None
        if isinstance(pattern, Edge):
            start = Relation((), {()})
            return extended(
                start,
                pattern,
                lambda step, _: self._changed(step.predicate, named=named),
            )
        names = (pattern.subject,) if isinstance(pattern.subject, Variable) else ()
        rows: set[Row] = {
            (start,) if names else ()
            for step in pattern.steps
            for statement in self._changed(step.predicate, named=named)
            for start in self._before(pattern, step, statement)
        }
        return Relation(names, rows)

    def _changed(self, predicate: URIRef | None, *, named: bool) -> list[Statement]:
        if predicate is not None:
            return self._by_predicate.get((predicate, named), [])
        return [
            statement
            for (_, in_graph), statements in self._by_predicate.items()
            if in_graph is named
            for statement in statements
        ]

    def _before(self, pattern: Closure, step: Step, statement: Statement) -> Iterator[Node]:
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
            if isinstance(pattern.subject, Variable) or same(start, pattern.subject):
                yield start

    def _reach(self, known: Relation, rest: list[Pattern], wanted: set[Variable]) -> Relation:
        """Extend rows by the other patterns until each says which focus node it is about.

        What else would have to hold is left to the engine, which tests it sooner than we do.
        """
        while True:
            known = known.only(_needed(known.names, rest, wanted))
            if not (known.rows and rest):
                return known
            bound = set(known.names)
            if THIS in bound:
                pattern = _leading_to(wanted - bound, bound, rest)
            else:
                pattern = self._next(rest, known)
            if pattern is None:
                return known
            rest = [other for other in rest if other is not pattern]
            known = self._extend(known, pattern)

    def _next(self, rest: list[Pattern], known: Relation) -> Pattern | None:
        """Choose what narrows most: a test, then a step onward, then the narrowest step back."""
        bound = set(known.names)
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
        return self._narrowest(back, known)

    def _narrowest(self, back: list[Pattern], known: Relation) -> Pattern:
        """Choose by how much a step back leads to; a narrow one ends the counting."""
        fans: list[tuple[int, Pattern]] = []
        for pattern in sorted(back, key=lambda p: (self._missing(p, known), p.subject != THIS)):
            fans.append((self._fan(pattern, known), pattern))
            if fans[-1][0] <= _NARROW * len(known.rows):
                break
        return min(fans, key=lambda fan: fan[0])[1]

    def _missing(self, pattern: Pattern, known: Relation) -> bool:
        """Say whether the store would have to count."""
        nodes = known.values(pattern.object)
        steps = _reversed(pattern.steps) if pattern.graph is None else ()
        return any(self.lookup.missing(step, nodes) for step in steps)

    def _fan(self, pattern: Pattern, known: Relation) -> int:
        if pattern.graph is not None:
            return 0
        nodes = known.values(pattern.object)
        return sum(self.lookup.fan(step, nodes) for step in _reversed(pattern.steps))

    def _extend(self, known: Relation, pattern: Pattern) -> Relation:
        if isinstance(pattern, Closure):
            return self._extend_closure(known, pattern)
        forward = _known(pattern.subject, set(known.names))
        start = pattern.subject if forward else pattern.object
        nodes, named = known.values(start), pattern.graph is not None
        found = {}
        for step in pattern.steps:
            way = step if forward else Step(step.predicate, not step.inverse)
            found[step] = self.lookup.along(way, nodes, named=named)
        value = known.getter(start)
        return extended(known, pattern, lambda step, row: found[step][value(row)], start)

    def _extend_closure(self, known: Relation, pattern: Closure) -> Relation:
        forward = _known(pattern.subject, set(known.names))
        start, end = pattern.subject, pattern.object
        steps = pattern.steps
        if not forward:
            start, end, steps = end, start, _reversed(steps)
        nodes, named = known.values(start), pattern.graph is not None
        reached = self.closure(nodes, steps, named=named)
        value = known.getter(start)
        if isinstance(end, Variable) and end not in known.names:
            rows = {(*row, node) for row in known.rows for node in reached[value(row)]}
            return Relation((*known.names, end), rows)
        other = known.getter(end)
        rows = {row for row in known.rows if _is_among(other(row), reached[value(row)])}
        return Relation(known.names, rows)

    def closure(
        self, nodes: Iterable[Node], steps: tuple[Step, ...], *, named: bool
    ) -> dict[Node, set[Node]]:
        """Return what can be reached from each node, itself included."""
        known = self._closures.setdefault((steps, named), {})
        missing = [node for node in nodes if node not in known]
        if missing:
            known.update(closure(self.lookup, missing, steps, named=named))
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


def _about(known: Relation, among: Callable[[set[Node]], set[Node]] | None) -> Relation:
    """Return the rows that are about the right focus nodes, or not yet about one."""
    if among is None or THIS not in known.names:
        return known
    return known.where(THIS, among(known.values(THIS)))


def _is_among(node: Node, others: set[Node]) -> bool:
    if node in others:
        return True
    return type(node) is Literal and any(same(node, other) for other in others)


def _needed(bound: Names, rest: list[Pattern], wanted: set[Variable]) -> Names:
    """Return the variables that a row is asked for again."""
    if THIS in bound:
        # Only keys are still looked for, and these from the subjects before them.
        keys = wanted - set(bound)
        rest = [p for p in rest if isinstance(p, Edge) and p.object in keys]
    needed = wanted | variables_of(rest)
    return tuple(name for name in bound if name in needed)


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

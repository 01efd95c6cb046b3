"""What some queries can read of a view, taken out of it, so that they are asked in memory.

The patterns of a scope are followed from the focus nodes on. What is taken out is everything
that matches one of them wherever those before it hold as well, and it is all that an answer
about these nodes can depend on. Where that cannot be told, or is too much, the queries are to
be asked of the view itself.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from rdflib.namespace import RDF
from rdflib.term import Node, Variable

from kg.validation.lookup import Lookup, Select, Statement, TooManyError, View
from kg.validation.patterns import THIS, Closure, Edge, Pattern, Scope, Step, variables_of
from kg.validation.relations import same

_MOST: Final = 100
"""From so many statements on that lead to or from one node, it is left to the engine."""

_FETCHES: Final = 2, 100
"""What may be fetched for some focus nodes: so many times for each of them, and so many more.

Where it takes more, as from a property to all classes below its range, the engine is faster.
"""

_WITHIN: Final = 2000
"""From so many statements on, a named graph is left to the engine."""

_Reached = dict[Variable, set[Node]]


class Extract:
    """Statements of a view and its named graphs, and what answers queries over them."""

    def __init__(self, view: View, lookup: Lookup) -> None:
        self._view, self._lookup = view, lookup
        self._taken: dict[tuple[Step, bool], set[Node]] = defaultdict(set)
        self._graphs: set[Node] = set()
        self._part: Select | None = None
        self._limit = 0

    def add(
        self,
        scopes: Iterable[Scope],
        nodes: Collection[Node],
        given: Mapping[Variable, Collection[Node]] = MappingProxyType({}),
    ) -> bool:
        """Take out what answers about some focus nodes depend on; say whether that is all here.

        ``given`` are terms that other variables are limited to; see ``QueryScopes.keys``.
        """
        self._part = None
        self._limit = self._lookup.fetched + _FETCHES[0] * len(nodes) + _FETCHES[1]
        reached = {**{name: set(terms) for name, terms in given.items()}, THIS: set(nodes)}
        seen: dict[tuple[Pattern, ...], None] = {}
        try:
            for scope in scopes:
                patterns = (*scope.around, *scope.own)
                if patterns not in seen and not self._walk(patterns, dict(reached)):
                    return False
                seen[patterns] = None
        except TooManyError:
            return False
        return True

    def select(self, query: str) -> Sequence[Mapping[str, Node]]:
        """Answer a query over what was taken out."""
        if self._part is None:
            self._part = self._view.part(set(self._statements()))
        return self._part(query)

    def _statements(self) -> Iterator[Statement]:
        for (step, named), nodes in self._taken.items():
            for found in self._lookup.along(step, nodes, named=named).values():
                yield from found
        for graph in self._graphs:
            yield from self._lookup.within(graph, _WITHIN)

    def _walk(self, patterns: Iterable[Pattern], reached: _Reached) -> bool:
        linked: set[Node] = {THIS}
        rest = list(patterns)
        while rest:
            pattern = min(rest, key=lambda p: _distance(p, reached))
            if _distance(pattern, reached) == _FAR:
                return False
            rest.remove(pattern)
            start = _start(pattern, reached)
            if isinstance(pattern, Edge):
                is_met = self._follow(pattern, start, reached)
            else:
                is_met = self._follow_chains(pattern, start, reached)
            if start in linked:
                if not is_met:
                    # Nothing is so of any focus node, and the rest does not matter. Of what is
                    # not linked with one, as in a subselect that counts, that cannot be said.
                    return True
                linked |= variables_of((pattern,))
        return True

    def _follow(self, pattern: Edge, start: Node, reached: _Reached) -> bool:
        starts = reached[start] if isinstance(start, Variable) else {start}
        met: set[Node] = set()
        more: dict[Variable, set[Node]] = defaultdict(set)
        for step in pattern.steps:
            if start is pattern.graph:
                found = [*self._take_within(step, starts)]
            else:
                found = [*self._take(_way(step, start, pattern), starts, pattern)]
            met |= _bind(pattern, found, more, inverse=step.inverse)
        for name, nodes in more.items():
            reached[name] = reached[name] | nodes if name in reached else nodes
        if isinstance(start, Variable) and start is pattern.subject:
            reached[start] = met & starts
        return bool(met)

    def _follow_chains(self, pattern: Closure, start: Node, reached: _Reached) -> bool:
        steps = [_way(step, start, pattern) for step in pattern.steps]
        ends = set(reached[start] if isinstance(start, Variable) else {start})
        is_met = bool(ends)
        waiting = ends
        while waiting:
            onward = {
                s.subject if step.inverse else s.object
                for step in steps
                for s in self._take(step, waiting, pattern)
            }
            waiting = onward - ends
            ends = ends | waiting
        end = pattern.object if start is pattern.subject else pattern.subject
        if isinstance(end, Variable):
            reached[end] = reached.get(end, set()) | ends
        return is_met

    def _take(self, step: Step, nodes: Collection[Node], pattern: Pattern) -> Iterator[Statement]:
        named = pattern.graph is not None
        if self._lookup.fetched + self._lookup.missing(step, nodes) > self._limit:
            raise TooManyError
        lists = self._lookup.along(step, nodes, named=named, most=_MOST)
        self._taken[step, named].update(nodes)
        for found in lists.values():
            yield from found

    def _take_within(self, step: Step, graphs: set[Node]) -> Iterator[Statement]:
        for graph in graphs - self._graphs:
            # What is in it leads on, as focus nodes do.
            self._limit += _FETCHES[0] * len(self._lookup.within(graph, _WITHIN))
            self._graphs.add(graph)
        for graph in graphs:
            for statement in self._lookup.within(graph, _WITHIN):
                if step.predicate in (None, statement.predicate):
                    yield statement


def _start(pattern: Pattern, reached: _Reached) -> Node:
    """Return the part of a pattern that it is followed from."""
    for term in (pattern.subject, pattern.object):
        if not isinstance(term, Variable) or term in reached:
            return term
    return pattern.graph or THIS


def _way(step: Step, start: Node, pattern: Pattern) -> Step:
    return step if start is pattern.subject else Step(step.predicate, not step.inverse)


def _bind(
    pattern: Edge, found: list[Statement], more: dict[Variable, set[Node]], *, inverse: bool
) -> set[Node]:
    """Let variables reach what statements give them; return what stands for the subject."""
    start, end = (2, 0) if inverse else (0, 2)
    terms = (
        (pattern.subject, start),
        (pattern.object, end),
        (pattern.name, 1),
        (pattern.graph, 3),
    )
    for term, place in terms:
        if term is not None and not isinstance(term, Variable):
            found = [s for s in found if same(term, s[place])]
    for term, place in terms:
        if isinstance(term, Variable):
            more[term] |= {s[place] for s in found}  # type: ignore[misc]
    return {s[start] for s in found}  # type: ignore[misc]


_FAR: Final = 9


def _distance(pattern: Pattern, reached: _Reached) -> int:
    """Return how soon a pattern is to be followed: what is known to lead to little comes first."""
    onward = all(not step.inverse for step in pattern.steps)
    if isinstance(pattern.subject, Variable) and pattern.subject in reached:
        constant = not isinstance(pattern.object, Variable)
        return 1 - constant if onward else 2
    if isinstance(pattern.object, Variable) and pattern.object in reached:
        if any(step.predicate is None for step in pattern.steps):
            return _FAR
        return 5 if any(step.predicate == RDF.type for step in pattern.steps) else 4
    if not isinstance(pattern.subject, Variable):
        return 3
    if not isinstance(pattern.object, Variable):
        return 6
    return 3 if isinstance(pattern, Edge) and pattern.graph in reached else _FAR


def held(required: Iterable[Pattern], nodes: Collection[Node], lookup: Lookup) -> set[Node]:
    """Return the focus nodes for which those patterns hold that lead on from them in one step."""
    kept = set(nodes)
    for pattern in required:
        one_way = all(step.predicate and not step.inverse for step in pattern.steps)
        if not isinstance(pattern, Edge) or pattern.subject != THIS or not one_way:
            continue
        met: set[Node] = set()
        for step in pattern.steps:
            leads = lookup.along(step, kept, named=pattern.graph is not None)
            met |= {node for node, found in leads.items() if _any_matches(pattern.object, found)}
        kept = met
    return kept


def _any_matches(term: Node, statements: list[Statement]) -> bool:
    if not statements or isinstance(term, Variable):
        return bool(statements)
    return any(same(term, statement.object) for statement in statements)

"""Triples around nodes, asked of the store node by node and kept."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple, Protocol, cast

from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from kg.validation.patterns import Step

Select = Callable[[str], Sequence[Mapping[str, Node]]]
"""Answers a SELECT query: one mapping a solution, from the variable's name to an RDF term.

Its default graph is the view; its named graphs are the article graphs and the links graph.
"""

_AT_ONCE: Final = 2000
_FEW: Final = 2
"""So many steps from a node are asked for one by one; then all from or to it is fetched at once."""

_MANY: Final = 100
"""Of a node with so many statements about it, only those along a step are ever fetched."""


class Statement(NamedTuple):
    """A triple of the view (``graph`` is None) or of a named graph."""

    subject: Node
    predicate: URIRef
    object: Node
    graph: Node | None = None


class Matching(Protocol):
    """Finds statements by some of their terms."""

    def __call__(
        self,
        subject: Node | None = None,
        predicate: URIRef | None = None,
        object: Node | None = None,  # noqa: A002  the standard's word
    ) -> Iterator[Statement]:
        """Yield the statements of view and named graphs that match; None matches every term."""


@dataclass(frozen=True)
class View:
    """What is validated, as far as it has to be known.

    ``select`` answers SELECT queries (see ``Select``); a triple may be counted more than once.
    ``matching`` finds statements; blank nodes are known by it, which no query can name.
    ``part`` returns what answers queries over some statements alone, as if there were no others.
    """

    select: Select
    matching: Matching
    part: Callable[[Iterable[Statement]], Select]


@dataclass(frozen=True)
class Changes:
    """What was added to and removed from the view and its named graphs.

    To name more than has changed costs time and nothing else.
    """

    added: frozenset[Statement] = frozenset()
    removed: frozenset[Statement] = frozenset()

    def __len__(self) -> int:
        return len(self.added) + len(self.removed)

    def __iter__(self) -> Iterator[Statement]:
        yield from self.added
        yield from self.removed


class TooManyError(Exception):
    """More statements lead along a step than were to be looked at."""


_Found = tuple[list[Statement], list[Statement]]
"""Statements of the view, and of named graphs."""

_NOTHING: Final[_Found] = [], []


class Lookup:
    """Statements by subject or object and predicate; what ``removed`` holds is still found."""

    def __init__(self, view: View, removed: Iterable[Statement] = ()) -> None:
        self.fetched = 0
        self._view = view
        self._known: dict[Step, dict[Node, _Found]] = defaultdict(dict)
        self._around: dict[tuple[Node, bool], dict[URIRef, _Found] | None] = {}
        self._asked: dict[tuple[Node, bool], int] = defaultdict(int)
        self._counts: dict[str, int] = {}
        self._within: dict[Node, list[Statement]] = {}
        self._gone = tuple(removed)
        self._removed: dict[tuple[Node, bool], list[Statement]] = defaultdict(list)
        for statement in self._gone:
            self._removed[statement.subject, False].append(statement)
            self._removed[statement.object, True].append(statement)

    def expect(self, nodes: Iterable[Node]) -> None:
        """Fetch all from or to these nodes as soon as something of it is asked for."""
        for node in nodes:
            self._asked[node, False] = self._asked[node, True] = _FEW

    def along(
        self,
        step: Step,
        nodes: Collection[Node],
        *,
        named: bool = False,
        most: int | None = None,
    ) -> dict[Node, list[Statement]]:
        """Return the statements that lead along a step from each of the nodes.

        ``named`` asks for those of the named graphs instead of those of the view. Raises
        ``TooManyError`` where more than ``most`` lead from one node.
        """
        known = self._known[step]
        for node in set(nodes).difference(known):
            known[node] = self._find(step, node, most)
        return {node: known[node][named] for node in nodes}

    def within(self, graph: Node, most: int) -> list[Statement]:
        """Return what a named graph states; raises ``TooManyError`` for more than ``most``."""
        if isinstance(graph, BNode):
            # A query cannot name it.
            raise TooManyError
        if graph not in self._within:
            triples = f"GRAPH {graph.n3()} {{ ?s ?p ?o }}"
            query = f"SELECT ?s ?p ?o WHERE {{ {triples} }} LIMIT {most + 1}"
            rows = [] if isinstance(graph, Literal) else self._view.select(query)
            if len(rows) > most:
                raise TooManyError
            found = [Statement(r["s"], cast("URIRef", r["p"]), r["o"], graph) for r in rows]
            gone = (s for s in self._gone if s.graph == graph)
            self._within[graph] = [*found, *gone]
        return self._within[graph]

    def missing(self, step: Step, nodes: Iterable[Node]) -> int:
        """Count the nodes that the store is still to be asked about."""
        unknown = set(nodes).difference(self._known[step])
        return sum(self._at_hand(step, node) is None for node in unknown)

    def fan(self, step: Step, nodes: Collection[Node]) -> int:
        """Count the statements of the view that lead along a step from any of the nodes."""
        at_hand = {node: self._at_hand(step, node) for node in nodes}
        total = sum(len(found[False]) for found in at_hand.values() if found is not None)
        missing = [n for n, found in at_hand.items() if found is None and not isinstance(n, BNode)]
        for start in range(0, len(missing), _AT_ONCE):
            rows = " ".join(node.n3() for node in missing[start : start + _AT_ONCE])
            predicate = step.predicate.n3() if step.predicate else "?p"
            triple = f"?o {predicate} ?k" if step.inverse else f"?k {predicate} ?o"
            query = f"SELECT (COUNT(*) AS ?n) WHERE {{ VALUES ?k {{ {rows} }} {triple} }}"
            total += self._count(query)
        return total

    def _count(self, query: str) -> int:
        if query not in self._counts:
            self._counts[query] = int(str(self._view.select(query)[0]["n"]))
        return self._counts[query]

    def _at_hand(self, step: Step, node: Node) -> _Found | None:
        """Return what the store need not be asked for."""
        known = self._known[step]
        if node not in known and self._around.get((node, step.inverse)) is not None:
            known[node] = self._find(step, node, None)
        return known.get(node)

    def _find(self, step: Step, node: Node, most: int | None) -> _Found:
        """Ask the store once for what view and named graphs hold."""
        found = self._ask(step, node, most)
        gone = self._removed.get((node, step.inverse))
        if not gone:
            return found
        found = [*found[False]], [*found[True]]
        for statement in gone:
            if step.predicate in (None, statement.predicate):
                found[statement.graph is not None].append(statement)
        return found

    def _ask(self, step: Step, node: Node, most: int | None) -> _Found:
        predicate, inverse = step
        if type(node) is Literal and not inverse:
            return _NOTHING
        around = self._known_around(step, node)
        if around is None:
            return _parted(_some(self._fetch(step, node), most))
        if predicate is None:
            return _parted(s for pair in around.values() for found in pair for s in found)
        return around.get(predicate, _NOTHING)

    def _known_around(self, step: Step, node: Node) -> dict[URIRef, _Found] | None:
        key = node, step.inverse
        self._asked[key] += 1
        if step.predicate is not None and self._asked[key] <= _FEW:
            return None
        if key not in self._around:
            self._around[key] = self._fetch_around(node, inverse=step.inverse)
        return self._around[key]

    def _fetch_around(self, node: Node, *, inverse: bool) -> dict[URIRef, _Found] | None:
        """Return all statements from or to a node by their predicates; None if there are many."""
        by_predicate: dict[URIRef, _Found] = defaultdict(lambda: ([], []))
        try:
            for statement in _some(self._fetch(Step(None, inverse), node), _MANY):
                by_predicate[statement.predicate][statement.graph is not None].append(statement)
        except TooManyError:
            return None
        return dict(by_predicate)

    def _fetch(self, step: Step, node: Node) -> Iterator[Statement]:
        self.fetched += 1
        if step.inverse:
            return self._view.matching(predicate=step.predicate, object=node)
        return self._view.matching(node, step.predicate)


def _some(statements: Iterator[Statement], most: int | None) -> Iterable[Statement]:
    if most is None:
        return statements
    found = list(islice(statements, most + 1))
    if len(found) > most:
        raise TooManyError
    return found


def _parted(statements: Iterable[Statement]) -> _Found:
    found: _Found = [], []
    for statement in statements:
        found[statement.graph is not None].append(statement)
    return found

"""What the gate sees of a store: a candidate is judged where it lies.

The view of a store is its default graph together with claims, conflicts, decisions and
classifications (decision 4), read as one graph.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from rdflib import Literal, URIRef
from rdflib.term import Node

from kg.iris import rebase, rebase_term
from kg.namespaces import CANONICAL_BASE, GRAPH
from kg.release.rebased import rebase_quad
from kg.store import DEFAULT_GRAPH, PartStore, Quad
from kg.store.release import GraphChoice, Queryable
from kg.validation import Changes, Select, Statement, View

IN_VIEW: Final = (GRAPH.provenance, GRAPH.conflicts, GRAPH.identity, GRAPH.editorial)
_IN_VIEW: Final = frozenset(IN_VIEW)


class Reading:
    """The quads of a store as a gate sees them, in canonical terms, each asked for once."""

    def __init__(self, store: Queryable, base: str = CANONICAL_BASE) -> None:
        self.store, self.base = store, base
        self._known: dict[tuple[Node | None, URIRef | None, Node | None], list[Quad]] = {}

    def quads(
        self, subject: Node | None, predicate: URIRef | None, value: Node | None
    ) -> Iterator[Quad]:
        """Yield the quads that match; those that were yielded to the end are kept."""
        key = subject, predicate, value
        known = self._known.get(key)
        if known is not None:
            yield from known
            return
        found: list[Quad] = []
        terms = (t if t is None else rebase_term(t, CANONICAL_BASE, self.base) for t in key)
        for quad in self.store.quads(*terms):  # type: ignore[arg-type]
            seen = rebase_quad(quad, self.base, CANONICAL_BASE)
            found.append(seen)
            yield seen
        self._known[key] = found

    def view(self) -> View:
        """Return the view: shapes and results keep the canonical base.

        Queries are rewritten on their way in, terms on their way out.
        """
        names = (URIRef(rebase(name, self.base)) for name in IN_VIEW)
        return self._view((DEFAULT_GRAPH, *names))

    def default_view(self) -> View:
        """Return the default graph alone as a view: what the hygiene checks are asked of."""
        return self._view((DEFAULT_GRAPH,))

    def _view(self, union: tuple[GraphChoice, ...]) -> View:
        in_view = len(union) > 1

        def select(query: str) -> Sequence[Mapping[str, Node]]:
            rows = self.store.select(rebase(query, self.base), union_of=union)
            if self.base == CANONICAL_BASE:
                return rows
            return [
                {name: rebase_term(term, self.base, CANONICAL_BASE) for name, term in row.items()}
                for row in rows
            ]

        def matching(
            subject: Node | None = None,
            predicate: URIRef | None = None,
            object: Node | None = None,  # noqa: A002  the standard's word
        ) -> Iterator[Statement]:
            if isinstance(subject, Literal):
                return
            for quad in self.quads(subject, predicate, object):
                yield from stated(quad, in_view=in_view)

        return View(select, matching, part_of)


def part_of(some: Iterable[Statement]) -> Select:
    """Return what answers queries over some statements alone, the view as its default graph."""
    return PartStore(Quad(*statement) for statement in some).select  # type: ignore[arg-type]


def view_of(store: Queryable, base: str = CANONICAL_BASE) -> View:
    """Return the view of a store whose own IRIs begin with ``base`` (see ``Reading``)."""
    return Reading(store, base).view()


def stated(quad: Quad, *, in_view: bool = True) -> Iterator[Statement]:
    """Yield what a canonical quad states: in the view, in a named graph, or in both."""
    subject, predicate, value, graph = quad
    if graph is None:
        yield Statement(subject, predicate, value)
        return
    if in_view and graph in _IN_VIEW:
        yield Statement(subject, predicate, value)
    yield Statement(subject, predicate, value, graph)


def changes_of(
    added: Iterable[Quad],
    removed: Iterable[Quad],
    base: str = CANONICAL_BASE,
    *,
    in_view: bool = True,
) -> Changes:
    """Return what a gate has to know of the quads that a change adds and removes.

    Without ``in_view`` the default graph stands for itself, as the checks see it.
    """

    def of(quads: Iterable[Quad]) -> frozenset[Statement]:
        seen = (rebase_quad(quad, base, CANONICAL_BASE) for quad in quads)
        return frozenset(s for quad in seen for s in stated(quad, in_view=in_view))

    return Changes(of(added), of(removed))

"""What the gate sees of a store: a candidate is judged where it lies.

The view of a store is its default graph together with claims, conflicts, decisions and
classifications (decision 4), read as one graph.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol

from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from kg.iris import rebase
from kg.namespaces import CANONICAL_BASE, GRAPH
from kg.store import DEFAULT_GRAPH, Quad, Term
from kg.store.release import GraphChoice, Matching
from kg.validation import Changes, Statement, View

IN_VIEW: Final = (GRAPH.provenance, GRAPH.conflicts, GRAPH.identity, GRAPH.editorial)


class Queryable(Matching, Protocol):
    """A store, in memory or on disk."""

    def select(
        self,
        query: str,
        substitutions: Mapping[str, Node] = ...,
        union_of: Sequence[GraphChoice] = ...,
    ) -> list[Mapping[str, Term]]:
        """Answer a SELECT query."""


def _view(store: Queryable, base: str, union: tuple[GraphChoice, ...]) -> View:
    def select(query: str) -> Sequence[Mapping[str, Node]]:
        rows = store.select(rebase(query, base), union_of=union)
        if base == CANONICAL_BASE:
            return rows
        return [{name: canonical(term, base) for name, term in row.items()} for row in rows]

    def touching(node: BNode) -> Iterator[Statement]:
        for quad in (*store.quads(subject=node), *store.quads(object=node)):
            yield from statements(quad, base, in_view=len(union) > 1)

    return View(select, touching)


def default_view_of(store: Queryable, base: str = CANONICAL_BASE) -> View:
    """Return the default graph alone as a view: what the hygiene checks are asked of."""
    return _view(store, base, (DEFAULT_GRAPH,))


def view_of(store: Queryable, base: str = CANONICAL_BASE) -> View:
    """Return the view of a store whose own IRIs begin with ``base``.

    Shapes and results keep the canonical base: queries are rewritten on their way in, terms on
    their way out.
    """
    return _view(store, base, (DEFAULT_GRAPH, *(URIRef(rebase(name, base)) for name in IN_VIEW)))


def statements(
    quad: Quad, base: str = CANONICAL_BASE, *, in_view: bool = True
) -> Iterator[Statement]:
    """Yield what a quad states: in the view, in a named graph, or in both."""
    terms = [term if term is None else canonical(term, base) for term in quad]
    subject, predicate, obj, graph = terms
    if subject is None or not isinstance(predicate, URIRef) or obj is None:
        return
    if graph is None or (in_view and graph in IN_VIEW):
        yield Statement(subject, predicate, obj)
    if graph is not None:
        yield Statement(subject, predicate, obj, graph)


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
    return Changes(
        frozenset(s for quad in added for s in statements(quad, base, in_view=in_view)),
        frozenset(s for quad in removed for s in statements(quad, base, in_view=in_view)),
    )


def canonical(term: Node, base: str) -> Node:
    """Return a term with the canonical base in the place of another."""
    if base == CANONICAL_BASE or isinstance(term, BNode) or base not in str(term):
        return term
    text = str(term).replace(base, CANONICAL_BASE)
    if isinstance(term, Literal):
        return Literal(text, lang=term.language, datatype=term.datatype, normalize=False)
    return URIRef(text)

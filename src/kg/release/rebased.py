"""A release as if it had been built for the canonical base, which all text is written against."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rdflib import BNode, URIRef
from rdflib.term import Node

from kg.iris import rebase, rebase_term
from kg.namespaces import CANONICAL_BASE
from kg.store import ANY_GRAPH, AnyStore, Quad, Term
from kg.store.release import GraphChoice

_Term = TypeVar("_Term", bound=Node)


@dataclass(frozen=True)
class CanonicalDataset:
    """The quads of a store that was built for ``base``, in terms of the canonical base."""

    store: AnyStore
    base: str

    def quads(
        self,
        subject: URIRef | BNode | None = None,
        predicate: URIRef | None = None,
        object: Term | None = None,  # noqa: A002  the standard's word
        graph: GraphChoice = ANY_GRAPH,
    ) -> Iterator[Quad]:
        """Iterate over the quads that match; see ``AnyStore.quads``."""
        if self.base == CANONICAL_BASE:
            return self.store.quads(subject, predicate, object, graph)
        found = self.store.quads(
            subject and self._inward(subject),
            predicate and self._inward(predicate),
            None if object is None else self._inward(object),
            self._inward(graph) if isinstance(graph, URIRef) else graph,
        )
        return (rebase_quad(quad, self.base, CANONICAL_BASE) for quad in found)

    def has(self, triple: tuple[Node, Node, Node], graph: GraphChoice = ANY_GRAPH) -> bool:
        """Say whether a graph holds a triple."""
        subject, predicate, value = map(self._inward, triple)
        where = self._inward(graph) if isinstance(graph, URIRef) else graph
        return self.store.holds(subject, predicate, value, where)  # type: ignore[arg-type]

    def has_any(
        self, subject: Node | None, predicate: URIRef | None = None, value: Node | None = None
    ) -> bool:
        """Say whether some quad matches; None matches every term."""
        return next(self.quads(subject, predicate, value), None) is not None  # type: ignore[arg-type]

    def select(self, query: str) -> Sequence[Mapping[str, Node]]:
        """Run a SELECT query that is written against the canonical base."""
        found = self.store.select(rebase(query, self.base))
        if self.base == CANONICAL_BASE:
            return found
        return [{name: self._outward(term) for name, term in row.items()} for row in found]

    def graph_names(self) -> list[URIRef]:
        """Return the names of the named graphs, sorted."""
        return sorted(self._outward(name) for name in self.store.graph_names())

    def _inward(self, term: _Term) -> _Term:
        return rebase_term(term, CANONICAL_BASE, self.base)

    def _outward(self, term: _Term) -> _Term:
        return rebase_term(term, self.base, CANONICAL_BASE)


def rebase_quad(quad: Quad, old: str, new: str) -> Quad:
    """Replace one base by another in every term of a quad; see ``rebase_term``."""
    if old == new:
        return quad
    subject, predicate, value, graph = quad
    return Quad(
        rebase_term(subject, old, new),
        rebase_term(predicate, old, new),
        rebase_term(value, old, new),
        None if graph is None else rebase_term(graph, old, new),
    )

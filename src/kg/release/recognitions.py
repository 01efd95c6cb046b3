"""Recognitions as coverage counts them: what names no work gives way to what names one.

A recognition that names no innovation may be the very one that another source names the
innovation of, so it does not count where the same recipient has a named one of the same award.
Units count as the agency above them. ``HELD`` and ``RECIPIENTS`` of ``kg.release.quality_queries``
say the same in SPARQL.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

from rdflib import BNode, URIRef
from rdflib.namespace import ORG

from kg.iris import rebase
from kg.namespaces import INOV
from kg.release.statistics import Figures
from kg.store import DEFAULT_GRAPH, Quad, Term
from kg.store.release import Matching


class Touched(NamedTuple):
    """Recognitions, and pairs of an award and an agency, whose counting a change may alter."""

    nodes: Collection[Term]
    pairs: Collection[tuple[Term, Term]]


class Recognitions:
    """Looks up the recognitions of a store's default graph; remembers what it found."""

    def __init__(self, store: Matching, base: str) -> None:
        self._store = store
        self._known: dict[tuple[bool, Term, URIRef], frozenset[Term]] = {}
        names = INOV.confers, INOV.recipient, INOV.recognises, INOV.agencyType
        self.confers, self.recipient, self.recognises, self.kind = (
            URIRef(rebase(str(name), base)) for name in names
        )

    def of(self, node: Term, predicate: URIRef) -> frozenset[Term]:
        """Return what a property leads to from a node."""
        return self._find(node, predicate, inverse=False)

    def pointing(self, node: Term, predicate: URIRef) -> frozenset[Term]:
        """Return what a property leads from to a node."""
        return self._find(node, predicate, inverse=True)

    def _find(self, node: Term, predicate: URIRef, *, inverse: bool) -> frozenset[Term]:
        key = inverse, node, predicate
        if key not in self._known:
            if inverse:
                found = self._store.quads(None, predicate, node, DEFAULT_GRAPH)
                self._known[key] = frozenset(quad.subject for quad in found)
            elif isinstance(node, URIRef | BNode):
                found = self._store.quads(node, predicate, None, DEFAULT_GRAPH)
                self._known[key] = frozenset(quad.object for quad in found)
            else:
                self._known[key] = frozenset()
        return self._known[key]

    def all(self) -> Touched:
        """Return every recognition, and every pair of an award and an agency."""
        found = self._store.quads(None, self.confers, None, DEFAULT_GRAPH)
        return self.with_pairs({quad.subject for quad in found})

    def with_pairs(self, nodes: Collection[Term]) -> Touched:
        """Return recognitions with the pairs of an award and an agency that they make."""
        return Touched(
            nodes,
            {
                (award, agency)
                for node in nodes
                for award in self.of(node, self.confers)
                for recipient in self.of(node, self.recipient)
                for agency in self.agencies(recipient)
            },
        )

    def agencies(self, recipient: Term) -> frozenset[Term]:
        """Return the agencies above a unit; an agency stands for itself."""
        return self.of(recipient, ORG.unitOf) or frozenset((recipient,))

    def recipients(self, agency: Term) -> frozenset[Term]:
        """Return whoever receives an award for an agency: itself, and its units."""
        own = () if self.of(agency, ORG.unitOf) else (agency,)
        return self.pointing(agency, ORG.unitOf).union(own)

    def counts(self, node: Term, award: Term, recipient: Term) -> bool:
        """Say whether a recognition counts among those of an award to a recipient."""
        if self.of(node, self.recognises):
            return True
        return not any(
            award in self.of(other, self.confers) and self.of(other, self.recognises)
            for other in self.pointing(recipient, self.recipient)
        )


def count_recognitions(found: Recognitions, touched: Touched) -> Figures:
    """Count recognitions and agencies of each award by the kinds of their agencies.

    The keys are ``("held", award, kind…)`` and ``("agencies", award, kind…)``, kinds in order.
    """
    figures: Figures = Counter()
    for node in touched.nodes:
        for award in found.of(node, found.confers):
            counted = [x for x in found.of(node, found.recipient) if found.counts(node, award, x)]
            if counted:
                above = {agency for x in counted for agency in found.agencies(x)}
                figures["held", str(award), *_kinds(found, above)] += 1
    for award, agency in touched.pairs:
        if any(
            award in found.of(node, found.confers) and found.counts(node, award, recipient)
            for recipient in found.recipients(agency)
            for node in found.pointing(recipient, found.recipient)
        ):
            figures["agencies", str(award), *_kinds(found, (agency,))] += 1
    return figures


def _kinds(found: Recognitions, agencies: Iterable[Term]) -> list[str]:
    return sorted({str(kind) for agency in agencies for kind in found.of(agency, found.kind)})


def touched_recognitions(quads: Iterable[Quad], sides: Collection[Recognitions]) -> Touched:
    """Return what must be counted anew after a change, looked up before and after it."""
    nodes: set[Term] = set()
    for quad in quads:
        if quad.graph is None:
            for side in sides:
                nodes |= _changed(quad, side)
    nodes |= {
        other
        for side in sides
        for node in nodes
        for recipient in side.of(node, side.recipient)
        for other in side.pointing(recipient, side.recipient)
        if side.of(other, side.confers) & side.of(node, side.confers)
    }
    return Touched(nodes, {pair for side in sides for pair in side.with_pairs(nodes).pairs})


def _changed(quad: Quad, side: Recognitions) -> set[Term]:
    if quad.predicate in (side.confers, side.recipient, side.recognises):
        return {quad.subject}
    recipients: frozenset[Term] = frozenset()
    if quad.predicate == ORG.unitOf:
        recipients = frozenset((quad.subject,))
    elif quad.predicate == side.kind:
        recipients = side.recipients(quad.subject)
    return {node for x in recipients for node in side.pointing(x, side.recipient)}

"""What a batch changes, computed from the batch and from what it touches, never from the whole.

Every function here says of a part of the batch which quads stand in the place of which others.
Together they must lead to exactly the release that a build of all text would make: a test
compares the two, byte by byte, over random sequences of batches.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from rdflib import OWL, RDF, URIRef
from rdflib.namespace import DCTERMS, PROV
from rdflib.term import Node

from kg.ingest.graphs import (
    article_graph_iri,
    article_triples,
    provenance_triples,
    slugs_of,
    source_triples,
)
from kg.ingest.sources import Source
from kg.ingest.things import Thing
from kg.namespaces import CANONICAL_BASE, GRAPH, INOV
from kg.release.catalog import graph_entries
from kg.release.consolidation import held_values
from kg.release.rebased import CanonicalDataset
from kg.store import DEFAULT_GRAPH, Quad

Triple = tuple[Node, Node, Node]

HELD: Final = (
    "ontology",
    "vocabularies",
    "reference",
    "places",
    "geonames",
    "sources",
    "catalog",
)
"""The graphs whose triples all stand in the default graph."""

_HELD: Final = frozenset(str(GRAPH[name]) for name in HELD)
_FOLLOWED: Final = _HELD | {str(GRAPH.identity)}
_NESTING: Final = (INOV.within, INOV.locatedIn)
_ARTICLES: Final = str(article_graph_iri(""))


def in_graph(graph: Iterable[Triple], name: URIRef | None) -> Iterator[Quad]:
    """Yield the triples of a graph as quads."""
    for subject, predicate, value in graph:
        yield Quad(subject, predicate, value, name)  # type: ignore[arg-type]


def source_quads(source: Source) -> set[Quad]:
    """Return all that the named graphs hold because of a source."""
    return {
        *in_graph(article_triples(source), article_graph_iri(source.id)),
        *in_graph(provenance_triples(source), GRAPH.provenance),
        *in_graph(source_triples(source), GRAPH.sources),
    }


def thing_quads(thing: URIRef, stated: Thing, *, with_slug: bool) -> set[Quad]:
    """Return what the reference graph holds because of a thing's description."""
    said = {pair for pair in stated if with_slug or pair[0] != DCTERMS.identifier}
    if with_slug and any(predicate == RDF.type for predicate, _ in stated):
        said |= {(DCTERMS.identifier, slug) for slug in slugs_of(thing)}
    return {Quad(thing, *pair, GRAPH.reference) for pair in said}  # type: ignore[arg-type]


def catalog_quads(names: Iterable[URIRef], dataset: Mapping[str, Any]) -> set[Quad]:
    """Return what the catalogue says of some named graphs."""
    return set(in_graph(graph_entries(names, dataset), GRAPH.catalog))


class DefaultGraph:
    """What becomes of the default graph when named graphs have changed."""

    def __init__(
        self,
        before: CanonicalDataset,
        after: CanonicalDataset,
        old: Sequence[Source],
        new: Sequence[Source],
    ) -> None:
        """Take two releases; the named graphs of the new one are as they are to be already.

        ``old`` and ``new`` are the sources that were replaced or withdrawn, and those that take
        their place.
        """
        self._before, self._after = before, after
        self._old, self._new = old, new
        functional = self._after.quads(None, RDF.type, OWL.FunctionalProperty, GRAPH.ontology)
        self._functional = {quad.subject for quad in functional}
        self._unranked = {
            str(article_graph_iri(source.id))
            for source in new
            if all(claim.rank == "normal" for claim in source.claims)
        }

    def change(self, changed: Iterable[Quad]) -> tuple[set[Quad], set[Quad]]:
        """Return the quads of the default graph that go and those that come.

        ``changed`` are the quads of named graphs that went or came.
        """
        touched: set[Triple] = set()
        edges: set[Triple] = set()
        for quad in changed:
            name = str(quad.graph)
            if name in _FOLLOWED or name.startswith(_ARTICLES):
                touched.add(quad[:3])
                if quad.predicate in _NESTING:
                    edges.add(quad[:3])
        claims = {(claim.triple, claim.rank) for source in self._old for claim in source.claims}
        claims ^= {(claim.triple, claim.rank) for source in self._new for claim in source.claims}
        touched |= {triple for triple, _ in claims}
        groups = {triple[:2] for triple in touched if triple[1] in self._functional}
        groups |= self._groups_within(edges)
        chosen: dict[tuple[Node, Node], set[Node]] = {}
        for subject, predicate in groups:
            claimed = self._claimed(subject, predicate)
            rivals = [(quad.object, self._rank(quad[:3], str(quad.graph))) for quad in claimed]
            chosen[subject, predicate] = held_values(rivals, self._around)
            # What was claimed before and is not any more has changed, and is among them already.
            touched |= {quad[:3] for quad in claimed}
        before = {t for t in touched if self._before.has(t, DEFAULT_GRAPH)}
        after = {t for t in touched if self._is_held(t, chosen)}
        return set(in_graph(before - after, None)), set(in_graph(after - before, None))

    def _is_held(self, triple: Triple, chosen: Mapping[tuple[Node, Node], set[Node]]) -> bool:
        if triple[:2] in chosen and triple[2] in chosen[triple[:2]]:
            return True
        subject, predicate, value = triple
        graphs = {str(q.graph) for q in self._after.quads(subject, predicate, value) if q.graph}  # type: ignore[arg-type]
        if not graphs.isdisjoint(_HELD):
            return True
        if str(GRAPH.identity) in graphs and self._is_retired(subject):
            return True
        if triple[:2] in chosen:
            return False
        articles = (name for name in graphs if name.startswith(_ARTICLES))
        return any(self._rank(triple, name) != "deprecated" for name in articles)

    def _is_retired(self, node: Node) -> bool:
        return self._after.has((node, RDF.type, INOV.RetiredIri), GRAPH.identity)

    def _claimed(self, subject: Node, predicate: Node) -> list[Quad]:
        found = self._after.quads(subject, predicate)  # type: ignore[arg-type]
        return [quad for quad in found if str(quad.graph).startswith(_ARTICLES)]

    def _rank(self, triple: Triple, graph: str) -> str:
        """Return the rank of the claim by which a triple stands in a source's graph."""
        return "normal" if graph in self._unranked else self._ranks.get((triple, graph), "normal")

    @cached_property
    def _ranks(self) -> Mapping[tuple[Triple, str], str]:
        return _ranks(self._after)

    def _around(self, place: Node) -> set[Node]:
        return _closure(
            place,
            lambda inner: (
                quad.object
                for predicate in _NESTING
                for quad in self._after.quads(inner, predicate)  # type: ignore[arg-type]
                if _nests(quad)
            ),
        )

    def _groups_within(self, edges: Iterable[Triple]) -> set[tuple[Node, Node]]:
        """Return subjects and functional properties whose value lies in a place that has moved."""
        groups: set[tuple[Node, Node]] = set()
        for subject, _, _ in edges:
            for place in {subject, *_closure(subject, self._inside)}:
                for side in (self._before, self._after):
                    groups |= {
                        quad[:2]
                        for quad in side.quads(None, None, place)  # type: ignore[arg-type]
                        if quad.predicate in self._functional
                        and str(quad.graph).startswith(_ARTICLES)
                    }
        return groups

    def _inside(self, place: Node) -> Iterator[Node]:
        for side in (self._before, self._after):
            for predicate in _NESTING:
                found = side.quads(None, predicate, place)  # type: ignore[arg-type]
                yield from (quad.subject for quad in found if _nests(quad))


def _nests(quad: Quad) -> bool:
    return quad.graph in (GRAPH.reference, GRAPH.places) or str(quad.graph).startswith(_ARTICLES)


def _closure(start: Node, step: Callable[[Node], Iterable[Node]]) -> set[Node]:
    found: set[Node] = set()
    waiting = [start]
    while waiting:
        for node in step(waiting.pop()):
            if node not in found:
                found.add(node)
                waiting.append(node)
    return found


def _ranks(side: CanonicalDataset) -> dict[tuple[Triple, str], str]:
    """Return the rank of every claim that is not of the normal one, by triple and graph.

    They are few: curators rank where sources disagree.
    """
    ranks: dict[tuple[Triple, str], str] = {}
    for rank in ("deprecated", "preferred"):
        concept = URIRef(f"{CANONICAL_BASE}scheme/claim-rank/{rank}")
        for found in side.quads(None, INOV.claimRank, concept, GRAPH.provenance):
            parts = {
                q.predicate: q.object for q in side.quads(found.subject, graph=GRAPH.provenance)
            }
            triple = (parts[RDF.subject], parts[RDF.predicate], parts[RDF.object])
            source = str(parts[PROV.hadPrimarySource]).rpartition("/")[2]
            ranks[triple, str(article_graph_iri(source))] = rank
    return ranks

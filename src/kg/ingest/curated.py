"""The resolver over everything that curators wrote."""

from collections.abc import Iterator

from rdflib import Graph

from kg.ingest.corpus import Corpus
from kg.ingest.graphs import merge
from kg.ingest.ministries import ministries_graph
from kg.ingest.places import places_graph
from kg.ingest.resolution import CuratedResolver


def resolver_of(corpus: Corpus) -> CuratedResolver:
    """Return a resolver that knows the names, parents, years and decisions of a corpus."""
    return CuratedResolver(_graphs(corpus), corpus.places, corpus.changes, corpus.identities)


def _graphs(corpus: Corpus) -> Iterator[Graph]:
    yield merge((*corpus.things, *corpus.reference))
    yield places_graph(corpus.places, corpus.registers["places"])
    yield ministries_graph(corpus.ministries, corpus.changes)
    claimed = Graph()
    for source in corpus.sources:
        for claim in source.claims:
            if claim.rank != "deprecated":
                claimed.add(claim.triple)
    yield claimed

"""Of what the files of a reading speak: asked for by a few, so made when somebody asks."""

from collections.abc import Callable, Container, Iterable, Iterator
from itertools import chain

from rdflib import Graph, URIRef
from rdflib.term import Node

from kg.ingest.records import TurtleFile
from kg.ingest.registered import Registered
from kg.ingest.sources import Source
from kg.ingest.tables.names import Thing
from kg.iris import mint_iri


def claimed(source: Source) -> Graph:
    """Return what a source claims and nobody has deprecated."""
    graph = Graph()
    for claim in source.claims:
        if claim.rank != "deprecated":
            graph.add(claim.triple)
    return graph


def described_by(
    registers: Registered,
    files: Iterable[TurtleFile],
    generated: Iterable[Thing],
    sources: Iterable[Source],
) -> Iterator[frozenset[Node]]:
    """Yield what has a description of its own: things and areas, and the sources."""
    yield from (frozenset(graph.subjects()) for graph in registers.graphs)
    yield from (file.subjects for file in files)
    yield frozenset(thing.iri for thing in generated)
    yield frozenset(URIRef(mint_iri(source.kind, source.id)) for source in sources)


def mentioned_by(
    files: Iterable[TurtleFile], sources: Iterable[Source]
) -> Iterator[frozenset[Node]]:
    """Yield what files and claims speak of."""
    yield from (file.nodes for file in files)
    yield from (source.nodes for source in sources)


class Spoken(Container[Node]):
    """What some sets have between them; few ever ask, so they are made when somebody does."""

    def __init__(self, *sets: Callable[[], Iterable[frozenset[Node]]]) -> None:
        self._sets = sets

    def sets(self) -> Iterator[frozenset[Node]]:
        """Yield the sets."""
        return chain.from_iterable(made() for made in self._sets)

    def __contains__(self, node: object) -> bool:
        return any(node in nodes for nodes in self.sets())

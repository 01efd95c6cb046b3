"""A candidate release: the named graphs, and the default graph made from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rdflib import OWL, RDF, Graph, URIRef

from kg.ingest.corpus import Corpus
from kg.ingest.graphs import (
    article_graph,
    article_graph_iri,
    conflicts_graph,
    identity_graph,
    merge,
    provenance_graph,
    reference_graph,
    sources_graph,
    things_graph,
)
from kg.ingest.ministries import ministries_graph
from kg.ingest.places import geonames_graph, places_graph
from kg.ingest.records import read_turtle
from kg.namespaces import GRAPH, INOV, PREFIX_FILE
from kg.release.consolidation import consolidate


@dataclass(frozen=True)
class Candidate:
    """A default graph and named graphs that are not published yet."""

    default: Graph
    graphs: Mapping[URIRef, Graph]

    def view(self) -> Graph:
        """Return the one graph that the gate sees.

        It is the default graph with what was said of it: claims, conflicts, decisions and
        classifications. Single sources stay out, for a source may be wrong.
        """
        return union(
            self.default,
            *(self.graphs[GRAPH[name]] for name in ("provenance", "conflicts", "identity")),
            self.graphs[GRAPH.editorial],
        )

    def with_graph(self, name: URIRef, graph: Graph, *, in_default: bool = False) -> "Candidate":
        """Return a candidate with one more named graph."""
        default = union(self.default, graph) if in_default else self.default
        return Candidate(default, {**self.graphs, name: graph})

    def nquads(self) -> bytes:
        """Return all quads as N-Quads, in no particular order."""
        return nquads(self.default, self.graphs)


def assemble(ontology: Path, corpus: Corpus) -> Candidate:
    """Return the candidate that the ontology folder and the corpus make.

    Raises ``RecordError`` with file and line for Turtle that cannot be read.
    """
    vocabularies = vocabularies_graph(ontology)
    reference = union(
        reference_graph((*corpus.things, *corpus.reference)),
        ministries_graph(corpus.ministries, corpus.changes),
        things_graph(corpus.generated),
    )
    places = places_graph(corpus.places, corpus.registers["places"])
    graphs = {
        GRAPH.ontology: ontology_graph(ontology),
        GRAPH.vocabularies: vocabularies,
        GRAPH.shapes: _read(sorted((ontology / "shapes").glob("*.ttl"))),
        GRAPH.reference: reference,
        GRAPH.places: places,
        GRAPH.geonames: geonames_graph(corpus.places, corpus.registers["geonames"]),
        GRAPH.sources: sources_graph(corpus.sources),
        GRAPH.provenance: provenance_graph(corpus.sources),
        GRAPH.conflicts: conflicts_graph(corpus.conflicts),
        GRAPH.identity: identity_graph(
            corpus.identities, corpus.retirements, union(vocabularies, reference, places)
        ),
        GRAPH.editorial: merge(corpus.editorial),
        GRAPH.links: merge(corpus.links),
    }
    claimed = {article_graph_iri(source.id): article_graph(source) for source in corpus.sources}
    held = ("ontology", "vocabularies", "reference", "places", "geonames", "sources")
    parts = [graphs[GRAPH[name]] for name in held]
    default = union(*parts, _retired(graphs[GRAPH.identity]), _consolidated(corpus, graphs))
    return Candidate(default, graphs | claimed)


def _retired(identity: Graph) -> Graph:
    """Return what is said of retired IRIs: the only part of the decisions that is held."""
    graph = Graph()
    for node in identity.subjects(RDF.type, INOV.RetiredIri):
        for triple in identity.triples((node, None, None)):
            graph.add(triple)
    return graph


def ontology_graph(ontology: Path) -> Graph:
    """Return ontology, alignments, reused terms and prefixes as one graph."""
    names = ("ontology.ttl", "alignments.ttl", "versions.ttl", PREFIX_FILE)
    return _read([*(ontology / n for n in names), *sorted((ontology / "imports").glob("*.ttl"))])


def vocabularies_graph(ontology: Path) -> Graph:
    """Return all concept schemes as one graph."""
    return _read(sorted((ontology / "vocabularies").glob("*.ttl")))


def _read(files: Iterable[Path]) -> Graph:
    return union(*(read_turtle(path) for path in files))


def _consolidated(corpus: Corpus, graphs: Mapping[URIRef, Graph]) -> Graph:
    claims = [claim for source in corpus.sources for claim in source.claims]
    places = union(graphs[GRAPH.reference], graphs[GRAPH.places])
    for claim in claims:
        if claim.triple[1] in (INOV.within, INOV.locatedIn):
            places.add(claim.triple)
    functional = set(graphs[GRAPH.ontology].subjects(RDF.type, OWL.FunctionalProperty))
    return consolidate(claims, functional, places)


def union(*graphs: Graph) -> Graph:
    """Return a new graph of all triples; blank nodes keep their identity."""
    whole = Graph()
    for graph in graphs:
        for triple in graph:
            whole.add(triple)
    return whole


def nquads(default: Graph, graphs: Mapping[URIRef, Graph]) -> bytes:
    """Return quads in N-Quads (RDF 1.1 N-Quads), the default graph's without a graph name."""
    lines = [_ntriples(default)]
    for name, graph in graphs.items():
        lines.append(_ntriples(graph).replace(b" .\n", f" <{name}> .\n".encode()))
    return b"".join(lines)


def _ntriples(graph: Graph) -> bytes:
    # N-Triples writes line ends inside literals as \n, so that " ." + LF ends each statement.
    return graph.serialize(format="nt", encoding="utf-8")

"""Where in the curated files a node or a triple was written, so that reports can point there."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from rdflib import OWL, URIRef
from rdflib.namespace import DCTERMS, SKOS
from rdflib.term import Node

from kg.errors import Location
from kg.ingest.corpus import Corpus
from kg.ingest.graphs import claim_iri, position_iri, source_iri, span_iri
from kg.ingest.records import TurtleFile
from kg.ingest.sources import Source
from kg.iris import compress_iri, mint_iri
from kg.namespaces import INOV, SCHEMA

_DESCRIPTION_KEYS: Final[Mapping[Node, str]] = {
    INOV.sha256: "sha256",
    INOV.textLength: "length",
    SKOS.prefLabel: "label",
    SCHEMA.url: "url",
    INOV.publisher: "publisher",
    DCTERMS.issued: "date",
    INOV.accessed: "accessed",
    OWL.versionInfo: "version",
    DCTERMS.license: "licence",
    INOV.depositor: "depositor",
    DCTERMS.dateSubmitted: "date",
}
"""What the description of a source says of it, by the key or column that says it."""


class Locations:
    """An index from nodes and triples to the places where they were written."""

    def __init__(self) -> None:
        self._nodes: dict[Node, list[Location]] = defaultdict(list)
        self._triples: dict[tuple[Node, Node], list[tuple[Node, Location]]] = defaultdict(list)
        self._values: dict[tuple[Node, Node], list[Location]] = defaultdict(list)
        self._mentions: dict[Node, list[Location]] = defaultdict(list)

    @classmethod
    def of_corpus(cls, corpus: Corpus, prefixes: Mapping[str, str]) -> "Locations":
        """Return the index of all curated files."""
        locations = cls()
        for source in corpus.sources:
            locations.add_source(source)
        for node, location in _rows(corpus):
            locations.add_node(node, location)
        for files in (corpus.things, corpus.reference, corpus.editorial, corpus.links):
            for file in files:
                locations.add_turtle(file, prefixes)
        return locations

    def add_node(self, node: Node, location: Location) -> None:
        """Note where a node is described."""
        self._nodes[node].append(location)

    def add_turtle(self, file: TurtleFile, prefixes: Mapping[str, str]) -> None:
        """Note the line on which a Turtle file begins to describe each of its IRIs."""
        for subject, location in _subject_lines(file, prefixes):
            self.add_node(subject, location)

    def add_source(self, source: Source) -> None:
        """Note the rows of a source's claims and of their triples and spans."""
        article = source_iri(source.id, source.kind)
        self.add_node(article, source.location)
        for predicate, key in _DESCRIPTION_KEYS.items():
            place = Location(source.location.file, source.location.row, key)
            self._triples[article, predicate].append((article, place))
        for claim in source.claims:
            subject, predicate, value = claim.triple
            self._triples[subject, predicate].append((value, claim.location))
            self._values[subject, value].append(claim.location)
            for term in (subject, predicate, value):
                self._mentions[term].append(claim.location)
            self.add_node(claim_iri(claim), claim.location)
            for span in claim.spans:
                self.add_node(span_iri(source.id, span), claim.location)
                self.add_node(position_iri(source.id, span), claim.location)

    def find(
        self, node: Node, path: Node | None = None, value: Node | None = None
    ) -> tuple[Location, ...]:
        """Return the most exact places for a result.

        That is where its triple is claimed, else where anything is claimed of the node by that
        path, or that value by any; else where the node is described, else its first mention,
        else where the value is described.
        """
        stated = self._triples.get((node, path), []) if path else []
        exact = [location for stated_value, location in stated if stated_value == value]
        valued = self._values.get((node, value), []) if value and not path else []
        return tuple(
            exact
            or [location for _, location in stated]
            or valued
            or self._nodes.get(node, [])
            or self._mentions.get(node, [])[:1]
            or (self._nodes.get(value, []) if value else [])
        )


def _rows(corpus: Corpus) -> Iterator[tuple[URIRef, Location]]:
    """Yield what rows of tables describe, with the row."""
    for conflict in corpus.conflicts:
        yield URIRef(mint_iri("conflict", conflict.id)), conflict.location
    for decision in corpus.identities:
        yield URIRef(mint_iri("identity", decision.id)), decision.location
    for place in corpus.places:
        for node in filter(None, (place.iri, place.government)):
            yield node, place.location
    yield from ((row.iri, row.location) for row in corpus.retirements)
    yield from ((row.iri, row.location) for row in corpus.ministries)
    yield from ((row.iri, row.location) for row in corpus.changes)
    yield from ((thing.iri, thing.location) for thing in corpus.generated)


def _subject_lines(
    file: TurtleFile, prefixes: Mapping[str, str]
) -> Iterator[tuple[Node, Location]]:
    """Yield each IRI that a Turtle or TriG file describes, and the line where its block begins.

    A block begins at the margin, or indented within a graph of TriG.
    """
    at_margin = _first_words(file.text, r"^(\S+)")
    lines = _first_words(file.text, r"^[ \t]+(\S+)") | at_margin
    for subject in set(file.graph.subjects()):
        if isinstance(subject, URIRef):
            names = (compress_iri(str(subject), prefixes), f"<{subject}>")
            line = next((lines[name] for name in names if name in lines), None)
            yield subject, Location(file.path, line)


def _first_words(text: str, pattern: str) -> dict[str, int]:
    """Return the number of the first line on which each word opens a line."""
    words = reversed(list(re.finditer(pattern, text, re.MULTILINE)))
    return {match[1]: text.count("\n", 0, match.start()) + 1 for match in words}

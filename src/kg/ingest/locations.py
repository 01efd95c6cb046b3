"""Where in the curated files a node or a triple was written, so that reports can point there."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Final, TypeVar

from rdflib import OWL, URIRef
from rdflib.namespace import DCTERMS, SKOS
from rdflib.term import Node

from kg.errors import Location
from kg.ingest.corpus import Corpus
from kg.ingest.descriptions import KINDS
from kg.ingest.graphs import claim_iri, position_iri, source_iri, span_iri
from kg.ingest.records import TurtleFile
from kg.ingest.sources import Source
from kg.iris import compress_iri, mint_iri
from kg.namespaces import CANONICAL_BASE, INOV, SCHEMA

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


_OF_SOURCE: Final = re.compile(
    rf"{re.escape(CANONICAL_BASE)}id/(?:{'|'.join((*KINDS, 'claim', 'span'))})/(?P<slug>[a-z0-9-]+)"
)
"""What is named after its source."""

_Item = TypeVar("_Item")


class _Index:
    """Places by what was written there."""

    def __init__(self) -> None:
        self.nodes: dict[Node, list[Location]] = defaultdict(list)
        self.triples: dict[tuple[Node, Node], list[tuple[Node, Location]]] = defaultdict(list)
        self.values: dict[tuple[Node, Node], list[Location]] = defaultdict(list)
        self.mentions: dict[Node, list[Location]] = defaultdict(list)


class Locations:
    """Where nodes and triples were written; only those files are indexed that tell of them."""

    def __init__(self) -> None:
        self._own = _Index()
        self._sources: list[Source] = []
        self._files: list[tuple[TurtleFile, Mapping[str, str]]] = []
        self._indexed: dict[int, _Index] = {}

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
        self._own.nodes[node].append(location)

    def add_turtle(self, file: TurtleFile, prefixes: Mapping[str, str]) -> None:
        """Note the line on which a Turtle file begins to describe each of its IRIs."""
        self._files.append((file, prefixes))

    def add_source(self, source: Source) -> None:
        """Note the rows of a source's claims and of their triples and spans."""
        self._sources.append(source)

    def find(
        self, node: Node, path: Node | None = None, value: Node | None = None
    ) -> tuple[Location, ...]:
        """Return the most exact places for a result.

        That is where its triple is claimed, else where anything is claimed of the node by that
        path, or that value by any; else where the node is described, else its first mention,
        else where the value is described.
        """
        found = list(self._telling(node, value))
        by_path = [part.triples.get((node, path)) for part in found] if path else []
        stated = _all(by_path)
        exact = [location for stated_value, location in stated if stated_value == value]
        return tuple(
            exact
            or [location for _, location in stated]
            or (
                _all(part.values.get((node, value)) for part in found) if value and not path else []
            )
            or _all(part.nodes.get(node) for part in found)
            or _all(part.mentions.get(node) for part in found)[:1]
            or (_all(part.nodes.get(value) for part in found) if value else [])
        )

    def _telling(self, *nodes: Node | None) -> Iterator[_Index]:
        """Yield the indexes that may tell of some nodes: sources, then rows, then Turtle files."""
        asked = {node for node in nodes if node is not None}
        slugs = [match["slug"] for node in asked if (match := _OF_SOURCE.match(str(node)))]
        for source in self._sources:
            if not source.terms.isdisjoint(asked) or _is_of(source, slugs):
                yield self._index(source, partial(_index_of_source, source))
        yield self._own
        for file, prefixes in self._files:
            if not file.subjects.isdisjoint(asked):
                yield self._index(file, partial(_index_of_file, file, prefixes))

    def _index(self, part: Source | TurtleFile, make: Callable[[], _Index]) -> _Index:
        if id(part) not in self._indexed:
            self._indexed[id(part)] = make()
        return self._indexed[id(part)]


def _all(found: Iterable[list[_Item] | None]) -> list[_Item]:
    return [item for items in found if items for item in items]


def _is_of(source: Source, slugs: Iterable[str]) -> bool:
    """Say whether the slug of a description, a claim or a span begins as a source's do."""
    return any(slug == source.id or slug.startswith(f"{source.id}-") for slug in slugs)


def _index_of_source(source: Source) -> _Index:
    index = _Index()
    article = source_iri(source.id, source.kind)
    index.nodes[article].append(source.location)
    for predicate, key in _DESCRIPTION_KEYS.items():
        place = Location(source.location.file, source.location.row, key)
        index.triples[article, predicate].append((article, place))
    for claim in source.claims:
        subject, predicate, value = claim.triple
        index.triples[subject, predicate].append((value, claim.location))
        index.values[subject, value].append(claim.location)
        for term in (subject, predicate, value):
            index.mentions[term].append(claim.location)
        index.nodes[claim_iri(claim)].append(claim.location)
        for span in claim.spans:
            index.nodes[span_iri(source.id, span)].append(claim.location)
            index.nodes[position_iri(source.id, span)].append(claim.location)
    return index


def _index_of_file(file: TurtleFile, prefixes: Mapping[str, str]) -> _Index:
    index = _Index()
    for subject, location in _subject_lines(file, prefixes):
        index.nodes[subject].append(location)
    return index


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

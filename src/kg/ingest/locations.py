"""Where in the curated files a node or a triple was written, so that reports can point there."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from rdflib import URIRef
from rdflib.term import Node

from kg.errors import Location
from kg.ingest.corpus import Corpus, TurtleFile
from kg.ingest.graphs import claim_iri, position_iri, source_iri, span_iri
from kg.ingest.sources import Source
from kg.iris import compress_iri, mint_iri


class Locations:
    """An index from nodes and triples to places in ``data/``."""

    def __init__(self, corpus: Corpus, prefixes: Mapping[str, str]) -> None:
        self._nodes: dict[Node, list[Location]] = defaultdict(list)
        self._triples: dict[tuple[Node, Node], list[tuple[Node, Location]]] = defaultdict(list)
        self._subjects: dict[Node, list[Location]] = defaultdict(list)
        for source in corpus.sources:
            self._add_source(source)
        for conflict in corpus.conflicts:
            self._nodes[URIRef(mint_iri("conflict", conflict.id))].append(conflict.location)
        for decision in corpus.identities:
            self._nodes[URIRef(mint_iri("identity", decision.id))].append(decision.location)
        for files in (corpus.things, corpus.reference, corpus.editorial, corpus.links):
            for file in files:
                for subject, location in _subject_lines(file, prefixes):
                    self._nodes[subject].append(location)

    def _add_source(self, source: Source) -> None:
        self._nodes[source_iri(source.id)].append(source.location)
        for claim in source.claims:
            subject, predicate, value = claim.triple
            self._triples[subject, predicate].append((value, claim.location))
            self._subjects[subject].append(claim.location)
            self._nodes[claim_iri(claim)].append(claim.location)
            for span in claim.spans:
                self._nodes[span_iri(source.id, span)].append(claim.location)
                self._nodes[position_iri(source.id, span)].append(claim.location)

    def find(
        self, node: Node, path: Node | None = None, value: Node | None = None
    ) -> tuple[Location, ...]:
        """Return the most exact places for a result: its triple, else its path, else its node."""
        stated = self._triples.get((node, path), []) if path else []
        exact = [location for stated_value, location in stated if stated_value == value]
        return tuple(
            exact
            or [location for _, location in stated]
            or self._nodes.get(node, [])
            or self._subjects.get(node, [])[:1]
        )


def _subject_lines(
    file: TurtleFile, prefixes: Mapping[str, str]
) -> Iterator[tuple[Node, Location]]:
    """Yield each IRI that a Turtle file describes with the line on which its block begins."""
    first_words = {
        match[1]: file.text.count("\n", 0, match.start()) + 1
        for match in reversed(list(re.finditer(r"^(\S+)", file.text, re.MULTILINE)))
    }
    for subject in set(file.graph.subjects()):
        if isinstance(subject, URIRef):
            names = (compress_iri(str(subject), prefixes), f"<{subject}>")
            line = next((first_words[name] for name in names if name in first_words), None)
            yield subject, Location(file.path, line)

"""Reading a release by index lookups: quads, labels, and the claims behind a triple.

Values here are rdflib terms and plain records; nothing knows of HTTP or of languages.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rdflib import RDF, RDFS, BNode, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, PROV, SH, SKOS

from kg.namespaces import OA
from kg.store import MemoryStore, Quad, ReleaseStore, Term
from kg.terms import ordered

LABELS: Final = (SKOS.prefLabel, RDFS.label, DCTERMS.title, SH.resultMessage)
"""The properties that name a thing, best first."""

_PLACE: Final = re.compile(r"\$(\w+)")
_IRI: Final = re.compile(r'[^\x00-\x20<>"{}|^`\\]+')


@dataclass(frozen=True)
class Span:
    """A stretch of a source's text: ``start`` and ``end`` in code points, half open."""

    iri: URIRef
    source: URIRef
    locator: str
    start: int
    end: int


@dataclass(frozen=True)
class Claim:
    """One triple as one source asserts it, with where and how."""

    iri: URIRef
    triple: tuple[URIRef, URIRef, Term]
    source: URIRef
    certainty: URIRef | None = None
    rank: URIRef | None = None
    speaker: URIRef | None = None
    elaborates: URIRef | None = None
    spans: tuple[Span, ...] = ()
    notes: tuple[Literal, ...] = ()


class Reader:
    """A release's store, read in the terms of the model.

    ``base`` is the base IRI of the release: its graphs and its ontology are named under it.
    """

    def __init__(self, store: ReleaseStore | MemoryStore, base: str) -> None:
        self.store = store
        self.base = base
        self.inov = Namespace(base + "ont#")
        self.graph = Namespace(base + "graph/")
        # Labels and definitions of schemes and terms are asked for by every page.
        self.labels = lru_cache(maxsize=20_000)(self._labels)
        self.definitions = lru_cache(maxsize=4_000)(self._definitions)

    def select(self, query: str, **terms: URIRef) -> list[Mapping[str, Term]]:
        """Run a query of ours in which ``$name`` stands for a term.

        Raises ``ValueError`` for an IRI that could not be written in a query.
        """
        return self.store.select(_PLACE.sub(lambda match: _written(terms[match[1]]), query))

    def about(self, subject: URIRef | BNode) -> list[Quad]:
        """Return every quad with that subject, in whatever graph."""
        return list(self.store.quads(subject))

    def values(self, subject: URIRef | BNode, predicate: URIRef) -> list[Term]:
        """Return the distinct values of a property in whatever graph, sorted."""
        return ordered({quad.object for quad in self.store.quads(subject, predicate)})

    def things(self, subject: URIRef | BNode, predicate: URIRef) -> list[URIRef]:
        """Return the values of a property that are IRIs, sorted."""
        return [value for value in self.values(subject, predicate) if isinstance(value, URIRef)]

    def subjects(self, predicate: URIRef, value: Term) -> list[URIRef]:
        """Return the distinct IRIs that have a value in whatever graph, sorted."""
        found = {quad.subject for quad in self.store.quads(None, predicate, value)}
        return sorted(subject for subject in found if isinstance(subject, URIRef))

    def is_source_graph(self, graph: URIRef | BNode | None) -> bool:
        """Say whether a graph holds what one source asserts."""
        return graph is not None and graph.startswith(self.graph["article/"])

    def _labels(self, iri: URIRef) -> tuple[Literal, ...]:
        for predicate in LABELS:
            quads = list(self.store.quads(iri, predicate))
            # A source may misname a thing: its word counts only if nobody else names it.
            trusted = [quad for quad in quads if not self.is_source_graph(quad.graph)] or quads
            found = {quad.object for quad in trusted if isinstance(quad.object, Literal)}
            if found:
                return tuple(ordered(found))
        return ()

    def _definitions(self, iri: URIRef) -> tuple[Literal, ...]:
        found = self.values(iri, SKOS.definition) or self.values(iri, RDFS.comment)
        return tuple(value for value in found if isinstance(value, Literal))

    def declared(self) -> list[URIRef]:
        """Return the terms that the ontology or its imports name, sorted."""
        found = {q.subject for q in self.store.quads(None, RDFS.label, graph=self.graph.ontology)}
        return sorted(term for term in found if isinstance(term, URIRef))

    def is_declared(self, term: URIRef) -> bool:
        """Say whether a class or property is on the ontology's page."""
        return any(self.store.quads(term, RDFS.label, graph=self.graph.ontology))

    def claims_about(self, subject: URIRef) -> list[Claim]:
        """Return the claims whose triple has that subject, sorted by IRI."""
        return self.claims(self.subjects(RDF.subject, subject))

    def claims_of(self, triple: tuple[URIRef, URIRef, Term]) -> list[Claim]:
        """Return the claims that assert a triple, sorted by IRI."""
        subject, *rest = triple
        parts = list(zip((RDF.predicate, RDF.object), rest, strict=True))
        return self.claims(
            claim
            for claim in self.subjects(RDF.subject, subject)
            if all(any(self.store.quads(claim, name, term)) for name, term in parts)
        )

    def claims(self, iris: Iterable[URIRef]) -> list[Claim]:
        """Return the claims that some IRIs name; what names no claim is left out."""
        return [claim for iri in iris if (claim := self.claim(iri))]

    def claim(self, iri: URIRef) -> Claim | None:
        """Return the claim that an IRI names, None if it names none."""
        properties: dict[URIRef, list[Term]] = {}
        for quad in self.store.quads(iri, graph=self.graph.provenance):
            properties.setdefault(quad.predicate, []).append(quad.object)
        required = (RDF.subject, RDF.predicate, RDF.object, PROV.hadPrimarySource)
        return self._claim(iri, properties) if properties.keys() >= set(required) else None

    def _claim(self, iri: URIRef, properties: Mapping[URIRef, list[Term]]) -> Claim:
        def things(name: URIRef) -> list[URIRef]:
            return sorted(v for v in properties.get(name, []) if isinstance(v, URIRef))

        def one(name: URIRef) -> URIRef | None:
            return next(iter(things(name)), None)

        notes = properties.get(SKOS.editorialNote, [])
        (subject,), (predicate,) = things(RDF.subject), things(RDF.predicate)
        return Claim(
            iri=iri,
            triple=(subject, predicate, properties[RDF.object][0]),
            source=things(PROV.hadPrimarySource)[0],
            certainty=one(self.inov.certainty),
            rank=one(self.inov.claimRank),
            speaker=one(self.inov.attributedTo),
            elaborates=one(self.inov.elaborates),
            spans=tuple(self._spans(things(self.inov.span))),
            notes=tuple(note for note in ordered(notes) if isinstance(note, Literal)),
        )

    def _spans(self, iris: Iterable[URIRef]) -> Iterator[Span]:
        spans = [span for iri in iris if (span := self.span(iri))]
        yield from sorted(spans, key=lambda span: (span.start, span.end))

    def span(self, iri: URIRef) -> Span | None:
        """Return the span that an IRI names, None if it names none."""
        selectors, sources = self.things(iri, OA.hasSelector), self.things(iri, OA.hasSource)
        if not selectors or not sources:
            return None
        start, end = (self.values(selectors[0], name) for name in (OA.start, OA.end))
        if not start or not end:
            return None
        locator = " ".join(str(value) for value in self.values(iri, self.inov.locator))
        return Span(iri, sources[0], locator, int(str(start[0])), int(str(end[0])))


def _written(iri: URIRef) -> str:
    """Return an IRI as a query writes it (SPARQL 1.1, section 19.8, IRIREF)."""
    if not _IRI.fullmatch(iri):
        raise ValueError(iri)
    return f"<{iri}>"

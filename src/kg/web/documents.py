"""The RDF document about one thing: its description, who says so, names, and itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

from rdflib import RDF, RDFS, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, OWL, PROV, SKOS, VOID

from kg.namespaces import OA
from kg.store import Quad
from kg.web.addresses import document_path
from kg.web.description import Description
from kg.web.reader import Claim, Reader

LICENSE: Final = URIRef("https://creativecommons.org/licenses/by/4.0/")

_RELEASE_DIGITS: Final = 16
"""How much of a release's identifier its IRI shows."""


@dataclass(frozen=True)
class Document:
    """The address of a document, without suffix, in the release's own IRIs; and its pages."""

    iri: URIRef
    next_page: URIRef | None

    @classmethod
    def of(cls, description: Description, base: str) -> "Document":
        """Return the document that holds a description."""
        path = document_path(description.iri.removeprefix(base))
        first = URIRef(base + path)

        def page(number: int) -> URIRef:
            return first if number == 1 else URIRef(f"{first}?page={number}")

        following = page(description.page + 1) if description.more else None
        return cls(page(description.page), following)


def document_quads(reader: Reader, description: Description, release: str) -> list[Quad]:
    """Return everything that the document says, the thing itself first.

    Statements that only single sources make stand in those sources' graphs, so that a format
    without graphs does not assert them; claims stand in the provenance graph. ``release`` is the
    identifier of the release.
    """
    return [
        *_asserted(reader, description),
        *_links(reader, description),
        *_provenance(reader, description),
        *_names(reader, description),
        *_about_itself(reader, description, release),
    ]


def triples_only(reader: Reader, quads: Iterable[Quad]) -> Iterator[Quad]:
    """Leave out what only single sources assert, for formats that cannot say who does."""
    return (quad for quad in quads if not reader.is_source_graph(quad.graph))


def _asserted(reader: Reader, description: Description) -> Iterator[Quad]:
    yield from description.quads
    for member in description.members:
        if not description.iri.startswith(reader.graph):
            yield Quad(member.iri, SKOS.inScheme, description.iri, None)
            yield from (Quad(member.iri, SKOS.broader, node, None) for node in member.broader)


def _links(reader: Reader, description: Description) -> Iterator[Quad]:
    for link in description.inverse:
        for value in link.values:
            if isinstance(value.term, URIRef):
                yield from reader.store.quads(value.term, link.predicate, description.iri)


def _provenance(reader: Reader, description: Description) -> Iterator[Quad]:
    for claim in description.evidence:
        yield from _claim(reader, claim)
        yield from _spans(reader, claim)
    for fact in description.facts:
        for claim in (fact.claim, *fact.details):
            yield from _claim(reader, claim)
    if description.iri in description.claims:
        yield from _spans(reader, description.claims[description.iri])
    for conflict in description.conflicts:
        yield from reader.store.quads(conflict.iri)


def _claim(reader: Reader, claim: Claim) -> Iterator[Quad]:
    yield from reader.store.quads(claim.iri, graph=reader.graph.provenance)


def _spans(reader: Reader, claim: Claim) -> Iterator[Quad]:
    for span in claim.spans:
        yield from reader.store.quads(span.iri)
        for selector in reader.things(span.iri, OA.hasSelector):
            yield from reader.store.quads(selector)


def _names(reader: Reader, description: Description) -> Iterator[Quad]:
    for node, labels in description.labels.items():
        is_term = node.startswith(reader.inov) or not node.startswith(reader.base)
        name = RDFS.label if is_term else SKOS.prefLabel
        if node != description.iri:
            yield from (Quad(node, name, label, None) for label in labels)


def _about_itself(reader: Reader, description: Description, release: str) -> Iterator[Quad]:
    document = Document.of(description, reader.base)
    dataset = URIRef(reader.base + "id/dataset/inovasi")
    version = _release_iri(reader, release)
    yield Quad(document.iri, RDF.type, FOAF.Document, None)
    yield Quad(document.iri, FOAF.primaryTopic, description.iri, None)
    yield Quad(document.iri, VOID.inDataset, dataset, None)
    yield Quad(document.iri, DCTERMS.license, LICENSE, None)
    yield Quad(document.iri, OWL.versionInfo, Literal(release), None)
    if day := published_on(reader, release):
        yield Quad(document.iri, DCTERMS.modified, day, None)
    for whole in (dataset, *((version,) if any(reader.store.quads(version)) else ())):
        yield Quad(document.iri, DCTERMS.isPartOf, whole, None)
        yield from _named(reader, whole)
    for source in description.sources:
        yield Quad(document.iri, PROV.wasDerivedFrom, source, None)
        yield from _named(reader, source)
    if document.next_page:
        yield Quad(document.iri, RDFS.seeAlso, document.next_page, None)
    if description.iri.startswith(reader.graph):
        for member in description.members:
            yield Quad(document.iri, FOAF.topic, member.iri, None)


def _named(reader: Reader, thing: URIRef) -> Iterator[Quad]:
    return (Quad(thing, SKOS.prefLabel, label, None) for label in reader.labels(thing))


def _release_iri(reader: Reader, release: str) -> URIRef:
    return URIRef(f"{reader.base}id/release/{release[:_RELEASE_DIGITS]}")


def published_on(reader: Reader, release: str) -> Literal | None:
    """Return the day of a release as it, else the data set, states it; None if neither does.

    Never the clock nor a file's date: one release gives the same document wherever it is served.
    """
    things = (_release_iri(reader, release), URIRef(reader.base + "id/dataset/inovasi"))
    for thing, term in product(things, (DCTERMS.modified, DCTERMS.issued)):
        for value in reader.values(thing, term)[:1]:
            if isinstance(value, Literal):
                return value
    return None

"""The JSON-LD context that documents refer to, made of the ontology and the prefix map.

JSON-LD 1.1, section 4.1 and 9.15 (https://www.w3.org/TR/json-ld11/#context-definitions). Every
class and property that the ontology declares gets its local name as term, ours before those of
other vocabularies; whoever comes second is written as a compact IRI. Things and concepts are
written as whole IRIs, so that a reader without tools can follow them; the prefixes of their kinds
are no prefixes here, since many of those words (place, unit, goal) are names of properties.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from rdflib import OWL, RDF, RDFS, XSD, URIRef
from rdflib.namespace import DCTERMS, FOAF, SH, SKOS

from kg.iris import compress_iri
from kg.namespaces import SCHEMA
from kg.web.reader import Reader

CLAIMS: Final = "claims"
DOCUMENT: Final = "document"
REVERSED: Final[Mapping[URIRef, str]] = {RDF.subject: CLAIMS, FOAF.primaryTopic: DOCUMENT}
"""Properties that a thing's object shows the other way round, under a name of their own."""

_PREFERENCE: Final = ("inov", "rdf", "skos", "rdfs", "dcterms", "foaf", "prov", "org", "oa", "owl")
"""Whose names come first where two vocabularies use the same word; then by prefix."""

_STRUCTURE: Final[Mapping[URIRef, str | None]] = {
    RDF.subject: "@id",
    RDF.predicate: "@id",
    RDF.object: None,
    RDFS.seeAlso: "@id",
    RDFS.isDefinedBy: "@id",
    RDFS.label: None,
    RDFS.comment: None,
    OWL.versionInfo: None,
}
"""Properties of the languages themselves that documents use, and what their values are."""

_TO_THINGS: Final = frozenset(
    {DCTERMS.creator, DCTERMS.publisher, DCTERMS.license, DCTERMS.source, DCTERMS.conformsTo}
)
_IN_LANGUAGES: Final = frozenset(
    {SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel, SKOS.definition, SKOS.scopeNote}
    | {SKOS.editorialNote, SKOS.changeNote, SKOS.note, RDFS.label, RDFS.comment, SCHEMA.headline}
    | {DCTERMS.title, DCTERMS.description, DCTERMS.rights, SH.resultMessage}
)
_CLASSES: Final = (OWL.Class, RDFS.Class)
_PROPERTIES: Final = (
    OWL.ObjectProperty,
    OWL.DatatypeProperty,
    OWL.AnnotationProperty,
    RDF.Property,
)


@dataclass(frozen=True)
class Term:
    """A property's entry: its name and how its values are written.

    ``coercion`` is ``@id``, a datatype or None; ``by_language`` says that values in languages
    stand in a map, ``many`` that they always stand in an array.
    """

    name: str
    coercion: str | None = None
    by_language: bool = False
    many: bool = False


@dataclass(frozen=True)
class Context:
    """What names stand for. ``iri`` is where the context is published, None if it is not."""

    prefixes: Mapping[str, str]
    classes: Mapping[URIRef, str] = field(default_factory=dict)
    properties: Mapping[URIRef, Term] = field(default_factory=dict)
    iri: str | None = None

    @property
    def reversed(self) -> Mapping[URIRef, str]:
        """The properties with a name for the other direction; none in a context of our own."""
        return REVERSED if self.iri else {}

    def name(self, iri: URIRef) -> str:
        """Return the term of a class, else the compact or the whole IRI."""
        return self.classes.get(iri) or self.compact(iri)

    def compact(self, iri: str) -> str:
        """Return what stands for an IRI where terms may not be used: compact if it can be."""
        # What follows a prefix must not look like the authority of an IRI (section 4.1.5).
        curie = compress_iri(iri, self.prefixes)
        return iri if curie.partition(":")[2].startswith("//") else curie

    def inline(self) -> object:
        """Return what a document says as its ``@context``."""
        return self.iri or dict(self.prefixes)

    def entries(self) -> Mapping[str, object]:
        """Return the context itself: prefixes, classes, properties, reversed properties."""
        entries: dict[str, object] = {"@version": 1.1, **self.prefixes}
        for iri, name in sorted(self.classes.items(), key=lambda item: item[1]):
            entries[name] = self.compact(iri)
        for iri, term in sorted(self.properties.items(), key=lambda item: item[1].name):
            entries[term.name] = self._entry(iri, term)
        for iri, name in self.reversed.items():
            container = {"@container": "@set"} if name == CLAIMS else {}
            entries[name] = {"@reverse": self.compact(iri), "@type": "@id", **container}
        return entries

    def _entry(self, iri: URIRef, term: Term) -> object:
        entry = {"@id": self.compact(iri)}
        if term.coercion:
            coercion = term.coercion
            entry["@type"] = coercion if coercion == "@id" else self.compact(coercion)
        if term.by_language:
            entry["@container"] = "@language"
        elif term.many:
            entry["@container"] = "@set"
        return entry if len(entry) > 1 else entry["@id"]


def published_context(reader: Reader, prefixes: Mapping[str, str]) -> Context:
    """Return the context of a release, whose prefix map is ``prefixes``."""
    names: dict[str, URIRef] = dict.fromkeys(REVERSED.values(), RDF.nil)
    for iri in sorted({*reader.declared(), *_STRUCTURE}, key=_preference(prefixes)):
        local = compress_iri(iri, prefixes).rpartition(":")[2]
        if compress_iri(iri, prefixes) != iri and local.isalnum():
            names.setdefault(local, iri)
    taken = {iri: name for name, iri in names.items()}
    return Context(
        prefixes={name: iri for name, iri in _vocabularies(reader, prefixes) if name not in names},
        classes={iri: taken[iri] for iri in _of_kind(reader, _CLASSES) if iri in taken},
        properties={
            iri: _term(reader, iri, taken[iri])
            for iri in {*_of_kind(reader, _PROPERTIES), *_STRUCTURE}
            if iri in taken
        },
        iri=reader.base + "context.jsonld",
    )


def _preference(prefixes: Mapping[str, str]) -> Callable[[URIRef], tuple[int, str]]:
    order = {name: place for place, name in enumerate(_PREFERENCE)}

    def key(iri: URIRef) -> tuple[int, str]:
        curie = compress_iri(iri, prefixes)
        return order.get(curie.partition(":")[0], len(order)), curie

    return key


def _vocabularies(reader: Reader, prefixes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the prefixes but those of the kinds of things and of the schemes' concepts."""
    of_things = (reader.base + "id/", reader.base + "scheme/")
    for name, iri in prefixes.items():
        if not iri.startswith(of_things):
            yield name, iri


def _of_kind(reader: Reader, kinds: tuple[URIRef, ...]) -> set[URIRef]:
    return {
        iri
        for kind in kinds
        for quad in reader.store.quads(None, RDF.type, kind, graph=reader.graph.ontology)
        if isinstance(iri := quad.subject, URIRef)
    }


def _term(reader: Reader, iri: URIRef, name: str) -> Term:
    kinds, ranges = reader.things(iri, RDF.type), reader.things(iri, RDFS.range)
    by_language = iri in _IN_LANGUAGES or RDF.langString in ranges
    is_single = OWL.FunctionalProperty in kinds or _has_one_value(reader, iri)
    coercion = _STRUCTURE.get(iri)
    if OWL.ObjectProperty in kinds or iri in _TO_THINGS:
        coercion = "@id"
    elif OWL.DatatypeProperty in kinds and len(ranges) == 1 and ranges[0].startswith(str(XSD)):
        coercion = None if ranges[0] == XSD.string else str(ranges[0])
    is_ours = str(iri).startswith((str(reader.inov), str(SKOS)))
    many = coercion is not None and not is_single and is_ours
    return Term(name, None if by_language else coercion, by_language, many)


def _has_one_value(reader: Reader, iri: URIRef) -> bool:
    """Say whether some shape allows a property one value only."""
    return any(
        str(count) == "1"
        for quad in reader.store.quads(None, SH.path, iri)
        if isinstance(quad.subject, URIRef)
        for count in reader.values(quad.subject, SH.maxCount)
    )

"""F-UJI: the FAIRsFAIR metrics, for the dataset and for the ontology."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS, PROV, SKOS

from cards import Card, Check, Item, Outcome, among
from reasons import NO_COMMUNITY, NO_FIGURES, PERSISTENT
from visitor import JSON_LD, RDF_XML, TURTLE, Visitor

_DCAT: Final = "http://www.w3.org/ns/dcat#"
_REGISTERED: Final = (_DCAT, str(PROV), str(SKOS), "http://rdfs.org/ns/void#")
_OPEN: Final = ("application/n-quads", "application/trig", TURTLE, JSON_LD, RDF_XML, "text/csv")
_CORE: Final = ("creator", "name", "@id", "datePublished", "publisher", "@type")


@dataclass(frozen=True)
class _Subject:
    """What the tool looks at: an IRI, what it leads to in RDF, what its page embeds."""

    iri: str
    graph: Graph
    card: Mapping[str, Any]

    def rdf(self, *predicates: URIRef) -> list[str]:
        node = URIRef(self.iri)
        return [str(v) for p in predicates for v in self.graph.objects(node, p)]

    @property
    def files(self) -> list[Mapping[str, Any]]:
        """The files that the page names: parts of a dataset, encodings of a work."""
        return [*self.card.get("distribution", ()), *self.card.get("encoding", ())]


Choose = Callable[[Visitor], _Subject]
Judge = Callable[[Visitor, _Subject], "Outcome | bool"]


def _dataset(visitor: Visitor) -> _Subject:
    return _Subject(visitor.dataset, visitor.about_dataset, visitor.card("/"))


def _ontology(visitor: Visitor) -> _Subject:
    return _Subject(visitor.ontology, visitor.about_ontology, visitor.card(visitor.ontology))


def _tells(*keys: str) -> Judge:
    """Return the judge of what the embedded metadata tell."""
    return lambda _, subject: among((key for key in keys if subject.card.get(key)), keys)


def _names_files(_: Visitor, subject: _Subject) -> bool:
    return bool(subject.files) and all(file.get("contentUrl") for file in subject.files)


def _indexable(_: Visitor, subject: _Subject) -> bool:
    return subject.card.get("@context") == "https://schema.org/" and "@type" in subject.card


def _access(_: Visitor, subject: _Subject) -> Outcome:
    told = {
        "dcterms:accessRights": subject.rdf(DCTERMS.accessRights),
        "isAccessibleForFree": subject.card.get("isAccessibleForFree"),
    }
    return among((name for name, value in told.items() if value), told)


def _metadata_there(visitor: Visitor, subject: _Subject) -> bool:
    return visitor.get(subject.iri, TURTLE).status == 200 and len(subject.graph) > 0


def _data_there(visitor: Visitor, subject: _Subject) -> Outcome:
    urls = [file["contentUrl"] for file in subject.files]
    there = [url for url in urls if visitor.get(url, method="HEAD").status == 200]
    return among(there, urls) if urls else Outcome(0, 1, ("no file",))


def _http_metadata(_: Visitor, subject: _Subject) -> bool:
    return subject.iri.startswith("http")


def _http_data(_: Visitor, subject: _Subject) -> bool:
    files = subject.files
    return bool(files) and all(file["contentUrl"].startswith("http") for file in files)


def _negotiated(visitor: Visitor, subject: _Subject) -> Outcome:
    formats = (TURTLE, RDF_XML, JSON_LD)
    given = [kind for kind in formats if visitor.get(subject.iri, kind).media_type == kind]
    return among(given, formats)


def _registered(_: Visitor, subject: _Subject) -> bool:
    used = {str(p) for p in subject.graph.predicates(URIRef(subject.iri))}
    return any(iri.startswith(_REGISTERED) for iri in used)


def _related(_: Visitor, subject: _Subject) -> bool:
    relations = (
        DCTERMS.source, DCTERMS.conformsTo, DCTERMS.hasVersion, DCTERMS.isVersionOf,
        PROV.wasDerivedFrom, URIRef(f"{_DCAT}hasVersion"),
    )  # fmt: skip
    return any("://" in value for value in subject.rdf(*relations))


def _typed(_: Visitor, subject: _Subject) -> bool:
    return subject.card.get("@type") in {"Dataset", "DefinedTermSet"}


def _delivered(_: Visitor, subject: _Subject) -> Outcome:
    keys = ("encodingFormat", "contentSize")
    files = subject.files
    return among((k for k in keys if files and all(file.get(k) for file in files)), keys)


def _licensed(_: Visitor, subject: _Subject) -> Outcome:
    told = {"dcterms:license": subject.rdf(DCTERMS.license), "license": subject.card.get("license")}
    return among((name for name, value in told.items() if value), told)


def _provenance(_: Visitor, subject: _Subject) -> bool:
    return bool(subject.rdf(DCTERMS.creator)) and bool(subject.rdf(DCTERMS.issued))


def _formal_provenance(_: Visitor, subject: _Subject) -> bool:
    return any(str(node).startswith(str(PROV)) for triple in subject.graph for node in triple)


def _standard(_: Visitor, subject: _Subject) -> bool:
    used = {str(p) for p in subject.graph.predicates(URIRef(subject.iri))}
    return any(iri.startswith((_DCAT, str(DCTERMS))) for iri in used)


def _open_formats(_: Visitor, subject: _Subject) -> bool:
    kinds = {file.get("encodingFormat") for file in subject.files}
    return bool(kinds) and kinds <= set(_OPEN)


_ITEMS: Final[tuple[tuple[str, str, Judge | None], ...]] = (
    ("FsF-F1-01MD-1", "metadata have a unique identifier", _http_metadata),
    ("FsF-F1-01MD-2", "data have a unique identifier", _names_files),
    ("FsF-F1-02MD", "persistent identifiers, registered", None),
    ("FsF-F2-01M-2", "creator, title, identifier, date, publisher, type", _tells(*_CORE)),
    ("FsF-F2-01M-3", "besides: summary, keywords", _tells(*_CORE, "description", "keywords")),
    ("FsF-F3-01M-2", "metadata say where the data are", _names_files),
    ("FsF-F4-01M-1", "metadata that search engines read", _indexable),
    ("FsF-A1-01M-1", "access is stated", _access),
    ("FsF-A1-02MD-1", "metadata are at their identifier", _metadata_there),
    ("FsF-A1-02MD-2", "data are where the metadata say", _data_there),
    ("FsF-A1.1-01MD-1", "metadata over a standard protocol", _http_metadata),
    ("FsF-A1.1-01MD-2", "data over a standard protocol", _http_data),
    ("FsF-A1.2-01MD-1", "a protocol that could authenticate (metadata)", _http_metadata),
    ("FsF-A1.2-01MD-2", "a protocol that could authenticate (data)", _http_data),
    ("FsF-I1-01M-1", "structured metadata in the page", _indexable),
    ("FsF-I1-01M-2", "RDF by content negotiation", _negotiated),
    ("FsF-I2-01M-2", "terms of registered vocabularies", _registered),
    ("FsF-I3-01M-1", "related resources", _related),
    ("FsF-I3-01M-2", "related resources as links", _related),
    ("FsF-R1-01M-1", "type of the resource", _typed),
    ("FsF-R1-01M-2", "format and size of the files", _delivered),
    ("FsF-R1-01M-3", "what is measured", _tells("variableMeasured")),
    ("FsF-R1.1-01M-1", "licence", _licensed),
    ("FsF-R1.2-01M-1", "provenance: who and when", _provenance),
    ("FsF-R1.2-01M-2", "provenance in PROV or PAV", _formal_provenance),
    ("FsF-R1.3-01M-1", "metadata standard of the field", None),
    ("FsF-R1.3-01M-3", "metadata standard of all fields", _standard),
    ("FsF-R1.3-02D-1", "open file formats", _open_formats),
)
_REASONS: Final = {"FsF-F1-02MD": PERSISTENT, "FsF-R1.3-01M-1": NO_COMMUNITY}


def _check(choose: Choose, judge: Judge) -> Check:
    return lambda visitor: judge(visitor, choose(visitor))


def _card(tool: str, choose: Choose, reasons: Mapping[str, Any]) -> Card:
    items = [
        Item(name, asks, reasons[name] if name in reasons else _check(choose, judge or _typed))
        for name, asks, judge in _ITEMS
    ]
    return Card(tool, "https://github.com/pangaea-data-publisher/fuji", items)


DATASET: Final = _card("F-UJI: dataset", _dataset, _REASONS)
ONTOLOGY: Final = _card("F-UJI: ontology", _ontology, {**_REASONS, "FsF-R1-01M-3": NO_FIGURES})

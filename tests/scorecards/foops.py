"""FOOPS!: how findable, accessible, interoperable and reusable an ontology is."""

from collections.abc import Iterable, Mapping
from typing import Final

from rdflib import OWL, RDF, RDFS, Namespace, URIRef
from rdflib.namespace import DC, DCTERMS, FOAF, PROV, SKOS, VANN

from cards import Card, Check, Item, Outcome, among, share
from reasons import DOI, PERSISTENT, REGISTRY
from visitor import HTML, JSON_LD, RDF_XML, TURTLE, Visitor

BIBO: Final = Namespace("http://purl.org/ontology/bibo/")

# The properties by which each element may be told; the first ones of the tool's lists.
_ELEMENTS: Final[Mapping[str, tuple[URIRef, ...]]] = {
    "title": (DCTERMS.title, DC.title),
    "description": (DCTERMS.description, DCTERMS.abstract, RDFS.comment),
    "license": (DCTERMS.license,),
    "version IRI": (OWL.versionIRI,),
    "creator": (DCTERMS.creator, DC.creator, PROV.wasAttributedTo),
    "namespace URI": (VANN.preferredNamespaceUri,),
    "namespace prefix": (VANN.preferredNamespacePrefix,),
    "version info": (OWL.versionInfo,),
    "creation date": (DCTERMS.created, PROV.generatedAtTime),
    "citation": (DCTERMS.bibliographicCitation,),
    "publisher": (DCTERMS.publisher, DC.publisher),
    "logo": (FOAF.logo,),
    "status": (BIBO.status,),
    "source": (DCTERMS.source, DC.source),
    "issued date": (DCTERMS.issued, DCTERMS.dateSubmitted),
}
_KINDS: Final = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
_RDF: Final = (RDF_XML, TURTLE, JSON_LD)


def _values(visitor: Visitor, element: str) -> list[str]:
    subject = URIRef(visitor.ontology)
    found = visitor.about_ontology.objects
    return [str(v) for p in _ELEMENTS[element] for v in found(subject, p)]


def _declares(*elements: str) -> Check:
    return lambda v: among((e for e in elements if _values(v, e)), elements)


def _found(visitor: Visitor, iri: str, accept: str = TURTLE) -> bool:
    answer = visitor.get(iri, accept)
    return answer.status == 200 and answer.media_type == accept


def _version_differs(visitor: Visitor) -> bool:
    versions = _values(visitor, "version IRI")
    return len(versions) == 1 and versions[0] != visitor.ontology


def _version_resolves(visitor: Visitor) -> bool:
    return all(_found(visitor, iri) for iri in _values(visitor, "version IRI"))


def _license_is_address(visitor: Visitor) -> bool:
    """Judge the form; the address is one that others keep, which no test may ask."""
    return all(v.startswith("https://creativecommons.org/") for v in _values(visitor, "license"))


def _same_name(visitor: Visitor) -> bool:
    named = set(visitor.about_ontology.subjects(RDF.type, OWL.Ontology))
    return URIRef(visitor.ontology) in named


def _parses(visitor: Visitor) -> Outcome:
    formats = [accept for accept in _RDF if len(visitor.graph(visitor.ontology, accept)) > 1000]
    return among(formats, _RDF)


def _negotiates(visitor: Visitor) -> Outcome:
    offered = (HTML, *_RDF)
    return among((kind for kind in offered if _found(visitor, visitor.ontology, kind)), offered)


def _reused_metadata(visitor: Visitor) -> bool:
    predicates = {str(p) for p in visitor.about_ontology.predicates(URIRef(visitor.ontology))}
    return any(p.startswith(str(vocabulary)) for p in predicates for vocabulary in (DCTERMS, VANN))


def _terms(visitor: Visitor) -> set[str]:
    graph = visitor.about_ontology
    found = {str(term) for kind in _KINDS for term in graph.subjects(RDF.type, kind)}
    return {term for term in found if term.startswith(f"{visitor.ontology}#")}


def _reused(visitor: Visitor) -> bool:
    graph = visitor.about_ontology
    used = {str(o) for p in (RDFS.subClassOf, RDFS.subPropertyOf) for o in graph.objects(None, p)}
    foreign = {iri for iri in used if "://" in iri and not iri.startswith(visitor.address)}
    return any(not iri.startswith((str(OWL), str(RDFS), str(RDF))) for iri in foreign)


def _documented(properties: Iterable[URIRef]) -> Check:
    def check(visitor: Visitor) -> Outcome:
        graph = visitor.about_ontology
        good = {str(s) for p in properties for s in graph.subjects(p)}
        return share(good, _terms(visitor))

    return check


CARD: Final = Card(
    "FOOPS!",
    "https://github.com/oeg-upm/fair_ontologies",
    (
        Item("PURL1", "a persistent address", PERSISTENT),
        Item("URI1", "the ontology's IRI resolves", lambda v: _found(v, v.ontology)),
        Item("URI2", "its document names it by that IRI", _same_name),
        Item(
            "OM1",
            "title, description, license, version IRI, creator, namespace",
            _declares("title", "description", "license", "version IRI", "creator", "namespace URI"),
        ),
        Item(
            "OM2",
            "prefix, version, creation date, citation",
            _declares("namespace prefix", "version info", "creation date", "citation"),
        ),
        Item(
            "OM3",
            "publisher, logo, status, source, issued",
            _declares("publisher", "logo", "status", "source", "issued date"),
        ),
        Item("OM3 (DOI)", "a DOI", DOI),
        Item("OM4.1", "a license", _declares("license")),
        Item("OM4.2", "which is an address that resolves", _license_is_address),
        Item("OM5.1", "creator, creation date", _declares("creator", "creation date")),
        Item("OM5.2", "publisher, issued", _declares("publisher", "issued date")),
        Item("RDF1", "RDF that parses", _parses),
        Item("VOC1", "metadata in known vocabularies", _reused_metadata),
        Item("VOC2", "imports or extends others", _reused),
        Item("VOC3", "labels for all terms", _documented((RDFS.label, SKOS.prefLabel))),
        Item("VOC4", "definitions of all terms", _documented((SKOS.definition, RDFS.comment))),
        Item("CN1", "HTML and RDF by Accept", _negotiates),
        Item("HTTP1", "an open protocol", lambda v: v.ontology.startswith("http")),
        Item("VER1", "a version IRI that differs", _version_differs),
        Item("VER2", "the version IRI resolves", _version_resolves),
        Item("FIND1", "a prefix is declared", _declares("namespace prefix")),
        Item("FIND2", "the prefix is registered", REGISTRY),
        Item("FIND3", "the ontology is registered", REGISTRY),
        Item("FIND_3_BIS", "registered, should it vanish", REGISTRY),
        Item("DOC1", "documentation in HTML", lambda v: _found(v, v.ontology, HTML)),
    ),
)

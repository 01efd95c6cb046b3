"""The ontology for search engines: schema.org ``DefinedTermSet`` as JSON-LD, embedded in its page.

https://schema.org/DefinedTermSet. What it says is what the ontology says of itself.
"""

from collections.abc import Mapping
from typing import Any, Final

from rdflib import OWL, RDF, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF

from kg.release.catalog import DCAT
from kg.web.presentation import Presenter
from kg.web.publications import current_publication, file_facts
from kg.web.site import Site

_SINGLE: Final[Mapping[str, URIRef]] = {
    "license": DCTERMS.license,
    "datePublished": DCTERMS.issued,
    "dateModified": DCTERMS.modified,
    "version": OWL.versionInfo,
    "image": FOAF.logo,
}


def vocabulary_card(
    site: Site, presenter: Presenter, iri: URIRef, graph: str
) -> Mapping[str, Any] | None:
    """Return an ontology in schema.org's terms; None for what does not say that it is one.

    ``graph`` is the name of its graph, under which the release keeps its file.
    """
    reader = site.reader
    if OWL.Ontology not in reader.values(iri, RDF.type):
        return None
    told: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "DefinedTermSet",
        "@id": str(iri),
        "name": presenter.name(iri).text,
        "url": str(iri),
        "inLanguage": ["id", "en"],
        "isAccessibleForFree": True,
        "creator": _makers(site, presenter, iri, DCTERMS.creator),
        "publisher": _makers(site, presenter, iri, DCTERMS.publisher),
        "keywords": [str(word) for word in reader.values(iri, DCAT.keyword)],
        "encoding": _files(site, presenter, graph),
    }
    descriptions = (v for v in reader.values(iri, DCTERMS.description) if isinstance(v, Literal))
    if description := presenter.pick(descriptions):
        told["description"] = description.text
    for key, predicate in _SINGLE.items():
        if values := reader.values(iri, predicate):
            told[key] = str(values[0])
    return told


def _makers(site: Site, presenter: Presenter, iri: URIRef, role: URIRef) -> list[Mapping[str, str]]:
    return [
        {"@type": "Organization", "@id": str(maker), "name": presenter.name(maker).text}
        for maker in site.reader.things(iri, role)
    ]


def _files(site: Site, presenter: Presenter, graph: str) -> list[Mapping[str, str]]:
    publication = current_publication(site)
    return [
        {
            "@type": "MediaObject",
            "name": dump.title[presenter.language],
            "encodingFormat": dump.media_type,
            "contentUrl": f"{site.release.base}dumps/{publication.name}/{dump.name}",
            **file_facts(dump),
        }
        for dump in publication.files.values()
        if dump.name == f"{graph}.ttl.gz"
    ]

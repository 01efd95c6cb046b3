"""The dataset for search engines: schema.org ``Dataset`` as JSON-LD, embedded in pages.

https://developers.google.com/search/docs/appearance/structured-data/dataset names what it wants.
"""

from collections.abc import Mapping
from typing import Any

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, OWL

from kg.iris import rebase
from kg.release.catalog import CATALOG, DATASET, DCAT, SPATIAL
from kg.web.presentation import Presenter
from kg.web.publications import current_publication, file_facts
from kg.web.site import Site


def dataset_card(site: Site, presenter: Presenter) -> Mapping[str, Any] | None:
    """Return the dataset in schema.org's terms; None if the release does not describe itself."""
    dataset = URIRef(rebase(DATASET, site.release.base))
    title = presenter.pick(_literals(site, dataset, DCTERMS.title))
    description = presenter.pick(_literals(site, dataset, DCTERMS.description))
    if title is None or description is None:
        return None
    base = site.release.base
    names = {literal.value for literal in _literals(site, dataset, DCTERMS.title)}
    card: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": str(dataset),
        "name": title.text,
        "alternateName": sorted(names - {title.text}),
        "description": description.text,
        "url": base,
        "identifier": site.release.identifier,
        "keywords": [str(k) for k in _literals(site, dataset, DCAT.keyword)],
        "inLanguage": ["id", "en"],
        "isAccessibleForFree": True,
        "license": _first(site, dataset, DCTERMS.license),
        "creator": _maker(site, presenter, dataset, DCTERMS.creator),
        "publisher": _maker(site, presenter, dataset, DCTERMS.publisher),
        "version": _first(site, dataset, OWL.versionInfo),
        "datePublished": _first(site, dataset, DCTERMS.issued),
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "name": presenter.name(URIRef(rebase(CATALOG, base))).text,
            "url": rebase(CATALOG, base),
        },
        "variableMeasured": _variables(site, presenter),
    }
    return {**card, **_publication(site, presenter)}


def _publication(site: Site, presenter: Presenter) -> Mapping[str, Any]:
    """Return what only a published release tells: its files, dates, place and time."""
    publication = current_publication(site)
    told: dict[str, Any] = {
        "distribution": [
            {
                "@type": "DataDownload",
                "name": dump.title[presenter.language],
                "encodingFormat": dump.media_type,
                "contentUrl": f"{site.release.base}dumps/{publication.name}/{dump.name}",
                **file_facts(dump),
            }
            for dump in publication.files.values()
            if dump.is_whole
        ]
    }
    if publication.issued:
        told["dateModified"] = publication.issued
    dates = {q.predicate: str(q.object) for q in publication.catalogued}
    if DCAT.startDate in dates:
        told["temporalCoverage"] = f"{dates[DCAT.startDate]}/{dates[DCAT.endDate]}"
    spatial = URIRef(rebase(SPATIAL, site.release.base))
    if spatial in site.reader.things(publication.iri, DCTERMS.spatial):
        told["spatialCoverage"] = {
            "@type": "Place",
            "@id": str(spatial),
            "name": presenter.name(spatial).text,
        }
    return told


def _variables(site: Site, presenter: Presenter) -> list[str]:
    """Return the names of the indicators that figures are given for."""
    inov = site.reader.inov
    rows = site.reader.select("SELECT DISTINCT ?o WHERE { ?s $p ?o }", p=inov.indicator)
    return sorted(presenter.name(URIRef(str(row["o"]))).text for row in rows)


def _maker(
    site: Site, presenter: Presenter, dataset: URIRef, role: URIRef
) -> list[Mapping[str, str]]:
    return [
        {
            "@type": "Organization",
            "@id": str(iri),
            "name": presenter.name(iri).text,
            "url": site.release.base,
        }
        for iri in site.reader.things(dataset, role)
    ]


def _literals(site: Site, subject: URIRef, predicate: URIRef) -> list[Literal]:
    return [v for v in site.reader.values(subject, predicate) if isinstance(v, Literal)]


def _first(site: Site, subject: URIRef, predicate: URIRef) -> str:
    return next((str(value) for value in site.reader.values(subject, predicate)), "")

"""All that a release has an address for: what a sitemap lists and a frozen export writes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from rdflib import URIRef

from kg.iris import compress_iri
from kg.web.addresses import document_path
from kg.web.site import Site

_SUBJECTS: Final = """
SELECT DISTINCT ?thing WHERE {
  { ?thing ?property ?value } UNION { GRAPH ?graph { ?thing ?property ?value } }
  FILTER (isIRI(?thing) && STRSTARTS(STR(?thing), STR($start)))
}"""
_RETIRED: Final = "SELECT ?thing WHERE { ?thing a $kind }"

PAGES: Final = ("", "about", "browse", "query", "quality", "ont", "shapes")
"""The pages that are about no single thing."""


@lru_cache(maxsize=4)
def things(site: Site) -> Mapping[str, Sequence[str]]:
    """Return the paths of all things, schemes, concepts and graphs by kind, sorted.

    Concepts and schemes are of kind ``scheme``, named graphs of kind ``graph``. Retired IRIs are
    not among them.
    """
    base = site.release.base
    found = set(site.graphs)
    for start in ("id/", "scheme/"):
        rows = site.reader.select(_SUBJECTS, start=site.iri(start))
        found |= {URIRef(str(row["thing"]).partition("#")[0]) for row in rows}
    by_kind: dict[str, list[str]] = defaultdict(list)
    for iri in sorted(found - set(retired(site))):
        path = iri.removeprefix(base)
        first, second, *_ = path.split("/")
        by_kind[second if first == "id" else first].append(path)
    return dict(sorted(by_kind.items()))


def retired(site: Site) -> list[URIRef]:
    """Return the IRIs that are used no more, sorted."""
    rows = site.reader.select(_RETIRED, kind=site.reader.inov.RetiredIri)
    return sorted(URIRef(str(row["thing"])) for row in rows)


def page_paths(site: Site) -> list[str]:
    """Return the paths of the pages that are about no single thing, those of classes included."""
    curies = sorted(compress_iri(str(kind), site.prefixes) for kind in site.classes)
    return [*PAGES, *(f"browse/{curie}" for curie in curies)]


def document_paths(site: Site, kind: str) -> list[str]:
    """Return the paths of the documents about the things of a kind, without suffix."""
    return [document_path(path) for path in things(site).get(kind, ())]

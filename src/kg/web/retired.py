"""IRIs that are used no more: 308 to what took their place, or 410 with a tombstone.

RFC 9110, https://www.rfc-editor.org/rfc/rfc9110#section-15.4.9 and #section-15.5.11. The decisions
are rows of ``data/retired.csv``; a release holds them, so that a pinned request meets those of
its release.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from flask import redirect, request
from rdflib import RDF, URIRef
from rdflib.namespace import DCTERMS
from werkzeug.wrappers import Response

from kg.web.addresses import document_path, thing_path
from kg.web.frame import CACHE_CONTROL
from kg.web.site import Site

_DOCUMENT: Final = "doc/"


@dataclass(frozen=True)
class Retired:
    """An IRI that is used no more; ``into`` is the path of what took its place, if anything did."""

    iri: URIRef
    into: str | None


def find_retired(site: Site, path: str) -> Retired | None:
    """Return what became of the thing that a path names, itself or by a document about it.

    None if it is in use, or never was.
    """
    thing = thing_path(path) if path.startswith(_DOCUMENT) else path
    if not site.knows(thing):
        return None
    iri = site.iri(thing)
    if site.reader.inov.RetiredIri not in site.reader.things(iri, RDF.type):
        return None
    successors = site.reader.things(iri, DCTERMS.isReplacedBy)
    return Retired(iri, successors[0].removeprefix(site.release.base) if successors else None)


def lead_on(path: str, into: str, suffix: str | None, query: str) -> Response:
    """Send the client to the survivor: from a thing to the thing, from a document to the same.

    ``query`` is what the new address understands too, with its question mark.
    """
    target = document_path(into) if path.startswith(_DOCUMENT) else into
    ending = f".{suffix}" if suffix else ""
    response = redirect(f"{request.script_root}/{quote(target)}{ending}{query}", 308)
    response.headers["Cache-Control"] = CACHE_CONTROL
    return response

"""Addresses beside the documents: the JSON-LD context, and codes that lead to their things.

``/kode/{register}/{code}`` is for who has a code and no IRI: ``/kode/kemendagri/35.15``. The
register is named by the datatype of the notation, ``inov:kodeKemendagri`` without its *kode*, in
lower case; a concept's plain notation is looked up in its scheme, ``/kode/agency-type/polresta``.
"""

import json
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, make_response, redirect, request
from rdflib import RDF, RDFS, Literal, URIRef
from rdflib.namespace import SKOS
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from kg.sparql.formats import JSON_LD
from kg.web.choice import RELEASE
from kg.web.frame import CACHE_CONTROL, PINNED_CACHE_CONTROL, may_be_kept
from kg.web.site import Site, get_site
from kg.web.wishes import query_of

blueprint = Blueprint("linked", __name__)

_CONTEXT_CACHE_CONTROL: Final = "public, max-age=3600, must-revalidate"
"""A context changes with the ontology only, and a stale one hides its new names."""

_CARRIED: Final = ("lang", "format", "_mediatype", "_profile", RELEASE)
_PREFIX: Final = "kode"


@blueprint.get("/context.jsonld")
@blueprint.get("/context/<version>.jsonld")
def context(version: str | None = None) -> Response:
    """Answer with the context that JSON-LD documents refer to; a version's never changes."""
    site = get_site()
    if version and not site.knows_version(version):
        raise NotFound
    body = site.kept(("context",), lambda: _context(site))
    response = make_response(body)
    response.headers["Content-Type"] = JSON_LD.content_type
    response.headers["Cache-Control"] = PINNED_CACHE_CONTROL if version else _CONTEXT_CACHE_CONTROL
    return may_be_kept(response, site, "context")


def _context(site: Site) -> str:
    entries = {"@context": site.context.entries()}
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"


@blueprint.get("/kode/<register>/<path:code>")
def code(register: str, code: str) -> BaseResponse:
    """Send the client from a code to the IRI of the thing that has it."""
    site = get_site()
    thing = next(_things(site, register, code), None)
    if thing is None:
        raise NotFound
    path = thing.removeprefix(site.release.base)
    location = f"{request.script_root}/{quote(path)}{query_of(_CARRIED)}"
    response = redirect(location, 303)
    response.headers["Cache-Control"] = CACHE_CONTROL
    return response


def _things(site: Site, register: str, code: str) -> Iterator[URIRef]:
    """Yield the things of this release that have a code in a register, sorted by IRI."""
    reader, base = site.reader, site.release.base
    for datatype in _datatypes(site):
        if _register(datatype) == register:
            found = reader.subjects(SKOS.notation, Literal(code, datatype=datatype))
            yield from (thing for thing in found if thing.startswith(base))
    scheme = site.iri(f"scheme/{register}")
    for concept in reader.subjects(SKOS.notation, Literal(code)):
        if scheme in reader.things(concept, SKOS.inScheme):
            yield concept


def _datatypes(site: Site) -> Iterator[URIRef]:
    store, ontology = site.state.store, site.reader.graph.ontology
    for quad in store.quads(None, RDF.type, RDFS.Datatype, graph=ontology):
        if isinstance(quad.subject, URIRef) and quad.subject.startswith(site.reader.inov):
            yield quad.subject


def _register(datatype: URIRef) -> str:
    """Return the name of a register.

    >>> _register(URIRef("http://example.org/ont#kodeKemendagri"))
    'kemendagri'
    """
    return datatype.rpartition("#")[2].removeprefix(_PREFIX).lower()

"""Dereferencing: the way from the IRI of a thing to documents about it.

Cool URIs for the Semantic Web, https://www.w3.org/TR/cooluris/#r303gendocument: a thing answers
303 with a document in the format that suits the client; each format has an address of its own.
A document's address without suffix negotiates and says so with ``Content-Location``.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final
from urllib.parse import quote

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
)
from rdflib import URIRef
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from kg.sparql.formats import DOCUMENTS, HTML, JSON_LD, N_QUADS, TRIG, Format, find_format
from kg.store import Quad
from kg.web.addresses import document_path, split_suffix, thing_path
from kg.web.choice import RELEASE, carried_release
from kg.web.description import Description
from kg.web.documents import LICENSE, document_quads, triples_only
from kg.web.frame import (
    CACHE_CONTROL,
    FROZEN,
    cache_control,
    chosen_language,
    may_be_kept,
    page_language,
    page_of,
    page_presenter,
)
from kg.web.json_ld import Form, write_json_ld
from kg.web.ontology_page import VocabularyPage, ontology_page
from kg.web.presentation import Link, Phrase, Presenter
from kg.web.retired import find_retired, lead_on
from kg.web.schema_org import schema_org
from kg.web.shapes_page import shapes_page
from kg.web.site import Site, get_site
from kg.web.state import get_shelf
from kg.web.thing_page import Download, thing_page
from kg.web.vocabulary_card import vocabulary_card
from kg.web.wishes import PROFILE, query_of, wanted_form, wanted_format
from kg.web.writers import triples, write

blueprint = Blueprint("resources", __name__)

_GRAPHS_ONLY: Final = tuple(offer for offer in DOCUMENTS if offer not in (TRIG, N_QUADS))
"""Formats of a document that speaks of one graph: the ontology, the shapes."""

_CARRIED: Final = ("lang", "page", RELEASE)
"""Parameters of a thing's address that its document understands."""


@blueprint.get("/id/<kind>/<slug>")
@blueprint.get("/scheme/<path:rest>")
@blueprint.get("/graph/<path:rest>")
def thing(**_: str) -> BaseResponse:
    """Send the client from a thing to the document about it that it likes best."""
    site = get_site()
    path = request.path.removeprefix("/")
    if not site.knows(path):
        raise NotFound
    if gone := find_retired(site, path):
        if gone.into:
            return lead_on(path, gone.into, None, query_of(_CARRIED))
        # There is nothing to be sent to: the thing's own address tells of its end.
        return document(_rest(path))
    media = wanted_format(DOCUMENTS)
    form = wanted_form(media)
    query = query_of(_CARRIED, **({PROFILE: form.word} if form else {}))
    root = f"{request.script_root}/"
    location = f"{root}{quote(document_path(path))}.{media.suffix}{query}"
    response = redirect(location, 303)
    response.vary.add("Accept")
    response.headers["Link"] = f'<{root}{quote(document_path(path))}>; rel="describedby"'
    response.headers["Cache-Control"] = CACHE_CONTROL
    return response


@blueprint.get("/doc/<path:rest>")
def document(rest: str) -> BaseResponse:
    """Answer with the document about a thing, in the format of its suffix or of Accept."""
    site = get_site()
    path, suffix = split_suffix(f"doc/{rest}")
    gone = find_retired(site, path)
    if gone and gone.into:
        return lead_on(path, gone.into, suffix, query_of(_CARRIED))
    media = find_format(suffix, DOCUMENTS) if suffix else wanted_format(DOCUMENTS)
    form = wanted_form(media, negotiated=not suffix)
    description = site.describe(thing_path(path), _page_number()) if media else None
    if media is None or description is None or document_path(thing_path(path)) != path:
        raise NotFound
    response = _kept(site, path, media, form, lambda: _thing(site, description, path, media, form))
    _link(response, path, media, DOCUMENTS, description.iri)
    _turn(response, path, media, description)
    if gone:
        response.status_code = 410
    return _finish(site, response, path, media, form)


def _rest(path: str) -> str:
    return document_path(path).removeprefix("doc/")


@blueprint.get("/ont")
@blueprint.get("/ont/<version>")
@blueprint.get("/ont.<suffix>")
def ontology(version: str | None = None, suffix: str | None = None) -> Response:
    """Answer with the ontology, whose terms are fragments of this one document."""
    if version and not get_site().knows_version(version):
        raise NotFound
    return _vocabulary("ont", "ontology", suffix, ontology_page)


@blueprint.get("/shapes")
@blueprint.get("/shapes.<suffix>")
def shapes(suffix: str | None = None) -> Response:
    """Answer with the shapes, which are fragments of this one document."""
    return _vocabulary("shapes", "shapes", suffix, shapes_page)


def _vocabulary(
    path: str, graph: str, suffix: str | None, compose: Callable[[Site, Presenter], VocabularyPage]
) -> Response:
    site = get_site()
    media = find_format(suffix, _GRAPHS_ONLY) if suffix else wanted_format(_GRAPHS_ONLY)
    if media is None:
        raise NotFound
    form = wanted_form(media, negotiated=not suffix)

    def make() -> str | bytes:
        if media != HTML:
            return _rdf(site, site.graph_quads(graph), media, form)
        presenter = page_presenter(site)
        return render_template(
            "ontology.html",
            ontology=compose(site, presenter),
            downloads=_downloads(path, _GRAPHS_ONLY),
            cite=_cite(presenter, path),
            canonical=_canonical(path, media),
            card=vocabulary_card(site, presenter, site.iri(path), graph),
            trail=[Link(Phrase(presenter.words("home")), presenter.links.local(""))],
            shapes_href=presenter.links.local("shapes") if path != "shapes" else None,
        )

    response = _kept(site, path, media, form, make)
    _link(response, path, media, _GRAPHS_ONLY, site.iri(path))
    return _finish(site, response, path, media, form)


def _page_number() -> int:
    number = request.args.get("page", "1")
    if not number.isascii() or not number.isdecimal() or not 0 < int(number[:9]) < 10**8:
        raise NotFound
    return int(number)


def _kept(
    site: Site, path: str, media: Format, form: Form | None, make: Callable[[], str | bytes]
) -> Response:
    """Return a document, made only if it was not made lately.

    A page depends on its language, on whether links hand that on, and on where the server is
    mounted; data depend on none of these.
    """
    number, is_page = request.args.get("page"), media == HTML
    surroundings = _surroundings() if is_page else ()
    body = site.kept((path, media.suffix, form, number, *surroundings), make)
    if is_page:
        return page_of(body)
    response = make_response(body)
    profile = f';profile="{form.value}"' if form else ""
    response.headers["Content-Type"] = media.content_type + profile
    response.headers["Cache-Control"] = cache_control()
    return response


def _surroundings() -> tuple[object, ...]:
    """Return what a page depends on besides its address, the current release among it."""
    chosen = page_language(), chosen_language(), carried_release()
    return *chosen, request.script_root, get_shelf().current.release.identifier


def _thing(
    site: Site, description: Description, path: str, media: Format, form: Form | None
) -> str | bytes:
    if media != HTML:
        quads = document_quads(site.reader, description, site.release.identifier)
        return _rdf(site, quads, media, form, description.iri)
    presenter = page_presenter(site)
    graph = description.iri if description.iri.startswith(site.reader.graph) else None
    question = site.questions.get(path.rpartition("/")[2])
    run = question and presenter.links.local("query", example=question.key)
    withdrawn = find_retired(site, path) is not None
    return render_template(
        "withdrawn.html" if withdrawn else "thing.html",
        thing=thing_page(description, presenter, site.classes),
        schema_org=schema_org(description, presenter, _canonical(path, media)),
        downloads=_downloads(path, DOCUMENTS),
        canonical=_canonical(path, media),
        contents=graph and presenter.links.local("sparql", query=_contents(graph), format="turtle"),
        cite=None if withdrawn else _cite(presenter, path),
        run=run if question and question.iri == description.iri else None,
    )


def _cite(presenter: Presenter, path: str) -> str | None:
    # Who reads a frozen copy has one release before them, and no server to compute hashes.
    if current_app.config[FROZEN]:
        return None
    return presenter.links.local(f"cite/{path}", page=request.args.get("page"))


def _contents(graph: URIRef) -> str:
    return f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {graph.n3()} {{ ?s ?p ?o }} }}"


def _downloads(path: str, offers: Iterable[Format]) -> list[Download]:
    # Data are in both languages: their addresses need no language.
    stem, query = f"{request.script_root}/{quote(path)}", _query_of_twins()
    return [
        Download(offer.label, offer.media_type, f"{stem}.{offer.suffix}{query}")
        for offer in offers
        if offer != HTML
    ]


def _rdf(
    site: Site,
    quads: Sequence[Quad],
    media: Format,
    form: Form | None,
    root: URIRef | None = None,
) -> bytes:
    told = quads if media in (TRIG, N_QUADS) else triples(triples_only(site.reader, quads))
    if media == JSON_LD:
        form = form or Form.COMPACTED
        return write_json_ld(told, site.context, form=form, root=root).encode()
    return write(told, media, site.prefixes)


def _link(
    response: Response, path: str, media: Format, offers: Iterable[Format], thing: URIRef
) -> None:
    """Name the thing, the licence, and the document's address in each format (RFC 8288)."""
    stem, query = f"{request.script_root}/{quote(path)}", _query_of_twins()
    links = {"describes": thing, "canonical": _canonical(path, media), "license": LICENSE}
    entries = [f'<{iri}>; rel="{relation}"' for relation, iri in links.items()]
    entries += [
        f'<{stem}.{offer.suffix}{query}>; rel="alternate"; type="{offer.media_type}"'
        for offer in offers
        if offer != media
    ]
    response.headers["Link"] = ", ".join(entries)


def _query_of_twins() -> str:
    """Return the query by which the same document is found in another format."""
    pinned = carried_release()
    return query_of(("page",), **({RELEASE: pinned} if pinned else {}))


def _canonical(path: str, media: Format) -> str:
    """Return the address of a document, or of a page of it, that all its copies share."""
    return f"{get_site().release.base}{quote(path)}.{media.suffix}{query_of(('page',))}"


def _turn(response: Response, path: str, media: Format, description: Description) -> None:
    """Name the pages before and after (https://www.iana.org/assignments/link-relations/)."""
    number, stem = description.page, f"{request.script_root}/{quote(path)}.{media.suffix}"
    pages = {"prev": number - 1, "next": number + 1 if description.more else 0}
    entries = [
        f'<{stem}{query_of(_CARRIED, page=str(there))}>; rel="{relation}"'
        for relation, there in pages.items()
        if there
    ]
    response.headers["Link"] = ", ".join([response.headers["Link"], *entries])


def _finish(
    site: Site, response: Response, path: str, media: Format, form: Form | None
) -> Response:
    """Say where a negotiated document really is, and answer 304 to a client that has it."""
    query = quote(request.query_string.decode("ascii", "replace"), safe="=&+%")
    if form and PROFILE not in request.args:
        query = f"{query}&{PROFILE}={form.word}".removeprefix("&")
    if not request.path.endswith(f".{media.suffix}"):
        response.vary.add("Accept")
        location = f"{request.script_root}/{quote(path)}.{media.suffix}"
        response.headers["Content-Location"] = f"{location}?{query}" if query else location
    language = response.headers.get("Content-Language", "")
    return may_be_kept(response, site, media.suffix, path, query, language, site.day)

"""What the server says of the dataset as a whole, and the files it can be taken away in.

VoID, section 7.2 (https://www.w3.org/TR/void/#well-known), DCAT 3, and the files of each release
at addresses that never change.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, send_file
from rdflib import URIRef
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from kg.iris import rebase
from kg.release.catalog import CATALOG, DATASET, DCAT
from kg.release.dumps import Dump
from kg.sparql.errors import NotAcceptableError
from kg.sparql.formats import DOCUMENTS, HTML, N_QUADS, TRIG, Format, find_format
from kg.sparql.negotiation import choose_format
from kg.store import Quad
from kg.web.catalog_page import CatalogComposer, catalog_words
from kg.web.dataset_card import dataset_card
from kg.web.frame import (
    CACHE_CONTROL,
    PINNED_CACHE_CONTROL,
    cache_control,
    chosen_language,
    may_be_kept,
    page_language,
    page_of,
    page_presenter,
)
from kg.web.measurements import metric_quads
from kg.web.presentation import Link, Phrase
from kg.web.publications import (
    NAME,
    Publication,
    current_publication,
    find_publication,
    kept_publications,
)
from kg.web.quality_page import quality_page
from kg.web.quality_texts import quality_words
from kg.web.site import Site, get_site
from kg.web.statistics_page import statistics_page
from kg.web.unfinished import made
from kg.web.writers import write

blueprint = Blueprint("catalog", __name__)

_OFFERS: Final = tuple(offer for offer in DOCUMENTS if offer not in (TRIG, N_QUADS))
_DATA: Final = tuple(offer for offer in _OFFERS if offer != HTML)
_PREFIXES: Final = {"spdx": "http://spdx.org/rdf/terms#", "dcat": str(DCAT)}
_GZIP: Final = "application/gzip"


@blueprint.get("/.well-known/void")
@blueprint.get("/void")
@blueprint.get("/void.<suffix>")
def void(suffix: str | None = None) -> BaseResponse:
    """Answer with all that the dataset says of itself; send a reader to the catalogue's page."""
    site = get_site()
    media = _choose(suffix, _OFFERS)
    if media == HTML:
        page = redirect(page_presenter(site).links.local("catalog") + "#figures", 303)
        page.vary.add("Accept")
        return page
    return _data(site, "void", media, lambda: [*_catalog_quads(site), *_publication(site).quads])


@blueprint.get("/void/<name>")
@blueprint.get("/void/<name>.<suffix>")
def partitions(name: str, suffix: str | None = None) -> Response:
    """Answer with what is said of one release, whose partitions are fragments of this document."""
    site = get_site()
    publication = _find(site, name)
    media = _choose(suffix, _OFFERS)
    path = f"void/{name}"
    if media != HTML:
        response = _data(site, path, media, lambda: publication.quads)
        response.headers["Cache-Control"] = PINNED_CACHE_CONTROL
        return response

    def make() -> str:
        presenter = page_presenter(site)
        return render_template(
            "partitions.html",
            c=partial(catalog_words, presenter.language),
            publication=publication,
            statistics=statistics_page(publication, presenter),
            downloads=_downloads(path),
            trail=_trail(site),
        )

    return _page(site, path, make)


@blueprint.get("/catalog")
@blueprint.get("/catalog.<suffix>")
def catalog(suffix: str | None = None) -> Response:
    """Answer with the catalogue: the dataset, its releases, their files, and the endpoint."""
    site = get_site()
    media = _choose(suffix, _OFFERS)
    if media != HTML:
        return _data(
            site, "catalog", media, lambda: [*_catalog_quads(site), *_publication(site).catalogued]
        )

    def make() -> str:
        presenter = page_presenter(site)
        composer = CatalogComposer(site, presenter, _publication(site))
        return render_template(
            "catalog.html",
            c=partial(catalog_words, presenter.language),
            catalog=composer.catalog(),
            about=presenter.links.local("about"),
            quality=presenter.links.local("quality"),
            card=dataset_card(site, presenter),
            downloads=_downloads("catalog"),
            void_downloads=_downloads("void"),
            all_files=presenter.links.local(f"dumps/{_publication(site).name}/"),
            command=composer.command(site.release.base),
            trail=_trail(site),
        )

    return _page(site, "catalog", make)


@blueprint.get("/quality")
@blueprint.get("/quality.<suffix>")
def quality(suffix: str | None = None) -> Response:
    """Answer with how much the release that is served covers, and how good it is."""
    site = get_site()
    return _measured(site, _publication(site), "quality", suffix)


@blueprint.get("/quality/<name>")
@blueprint.get("/quality/<name>.<suffix>")
def measurements(name: str, suffix: str | None = None) -> Response:
    """Answer with what was measured of one release: the fragments of this document."""
    site = get_site()
    publication = _find(site, name)
    if not publication.measured:
        raise NotFound
    return _measured(site, publication, f"quality/{name}", suffix)


def _measured(site: Site, publication: Publication, path: str, suffix: str | None) -> Response:
    media = _choose(suffix, _OFFERS)
    if media != HTML:
        return _data(site, path, media, lambda: [*publication.measured, *metric_quads(site.reader)])

    def make() -> str:
        presenter = page_presenter(site)
        return render_template(
            "quality.html",
            q=partial(quality_words, presenter.language),
            quality=quality_page(publication, presenter),
            metrics=presenter.links.local("scheme/quality-metric"),
            path=path,
            downloads=_downloads(path),
            trail=_trail(site),
        )

    return _page(site, path, make)


@blueprint.get("/dumps/")
@blueprint.get("/dumps/index.<suffix>")
def dumps(suffix: str | None = None) -> Response:
    """List the releases whose files are kept."""
    site = get_site()
    media = _choose(suffix, _OFFERS)
    if media != HTML:
        return _data(site, "dumps/index", media, lambda: _versions(site))

    def make() -> str:
        presenter = page_presenter(site)
        composer = CatalogComposer(site, presenter, _publication(site))
        return render_template(
            "dumps.html",
            c=partial(catalog_words, presenter.language),
            releases=composer.releases(),
            downloads=_downloads("dumps/index"),
            trail=_trail(site),
        )

    return _page(site, "dumps/index", make)


@blueprint.get("/dumps/<name>/")
def release_dumps(name: str) -> BaseResponse:
    """List the files of a release; ``latest`` is the one that is served."""
    site = get_site()
    if name == "latest":
        return _to_latest(site, "")
    return _list(site, _find(site, name), None)


@blueprint.get("/dumps/<name>/<file>")
def dump(name: str, file: str) -> BaseResponse:
    """Send a file of a release; of ``latest``, send the client to the one that is served."""
    site = get_site()
    if name == "latest":
        return _to_latest(site, file)
    publication = _find(site, name)
    stem, _, suffix = file.partition(".")
    if stem == "index" and suffix:
        return _list(site, publication, suffix)
    if file not in publication.files:
        raise NotFound
    return _send(publication, made(publication.release.path, publication.files[file]))


def _list(site: Site, publication: Publication, suffix: str | None) -> Response:
    media = _choose(suffix, _OFFERS)
    path = f"dumps/{publication.name}/index"
    if media != HTML:
        return _data(site, path, media, lambda: publication.distributions)

    def make() -> str:
        presenter = page_presenter(site)
        composer = CatalogComposer(site, presenter, publication)
        return render_template(
            "release_dumps.html",
            c=partial(catalog_words, presenter.language),
            publication=publication,
            groups=composer.groups(),
            sparql=presenter.links.local("sparql"),
            partitions=presenter.links.local(f"void/{publication.name}"),
            command=composer.command(site.release.base),
            downloads=_downloads(path),
            trail=[
                *_trail(site),
                Link(
                    Phrase(catalog_words(presenter.language, "downloads")),
                    presenter.links.local("dumps/"),
                ),
            ],
        )

    return _page(site, path, make)


def _send(publication: Publication, found: Dump) -> Response:
    """Send a file as it lies there, whole or in part: its checksum is of these bytes."""
    media_type = _GZIP if found.is_compressed else found.media_type
    response = send_file(
        publication.folder / found.name,
        mimetype=media_type,
        # What the list of checksums lists makes it known again.
        etag=found.sha256 or f"{publication.name}-sums",
        conditional=True,
        last_modified=publication.release.published,
    )
    if media_type.startswith("text/"):
        response.headers["Content-Type"] = f"{media_type}; charset=utf-8"
    response.headers["Cache-Control"] = f"{PINNED_CACHE_CONTROL}, no-transform"
    return response


def _to_latest(site: Site, file: str) -> BaseResponse:
    publication = _publication(site)
    if not publication.files or (file and file not in publication.files):
        raise NotFound
    response = redirect(f"{request.script_root}/dumps/{publication.name}/{file}", 307)
    response.headers["Cache-Control"] = CACHE_CONTROL
    return response


def _publication(site: Site) -> Publication:
    return current_publication(site)


def _find(site: Site, name: str) -> Publication:
    publication = find_publication(site, name) if NAME.fullmatch(name) else None
    if publication is None or not publication.quads:
        raise NotFound
    return publication


def _catalog_quads(site: Site) -> list[Quad]:
    """Return the catalogue without the example queries, the catalogue itself first."""
    base = site.release.base
    first = (URIRef(rebase(CATALOG, base)), URIRef(rebase(DATASET, base)))
    found = (
        quad._replace(graph=None)
        for quad in site.graph_quads("catalog")
        if not str(quad.subject).startswith(f"{base}id/question/")
    )
    return sorted(found, key=lambda quad: [quad.subject != iri for iri in first])


def _versions(site: Site) -> list[Quad]:
    dataset = URIRef(rebase(DATASET, site.release.base))
    kept = kept_publications(site)
    links = [Quad(dataset, DCAT.hasVersion, item.iri, None) for item in kept]
    return [*links, *(quad for item in kept for quad in item.summary)]


def _choose(suffix: str | None, offers: Sequence[Format]) -> Format:
    """Return the format that the address, ``?format=`` or Accept asks for."""
    name = suffix or request.args.get("format")
    if not name:
        media = choose_format(request.headers.get("Accept"), offers)
    elif suffix:
        media = next((offer for offer in offers if offer.suffix == suffix), None)
        if media is None:
            raise NotFound
    else:
        media = find_format(name, offers)
    if media is None:
        raise NotAcceptableError([offer.media_type for offer in offers])
    return media


def _data(site: Site, path: str, media: Format, tell: Callable[[], Iterable[Quad]]) -> Response:
    body = site.kept(
        ("catalog", path, media.suffix),
        lambda: write(tell(), media, {**_PREFIXES, **site.prefixes}),
    )
    response = make_response(body)
    response.headers["Content-Type"] = media.content_type
    response.headers["Cache-Control"] = cache_control()
    return _finish(site, response, path, media)


def _page(site: Site, path: str, make: Callable[[], str]) -> Response:
    surroundings = (
        page_language(),
        chosen_language(),
        request.script_root,
    )
    return _finish(site, page_of(site.kept(("catalog", path, *surroundings), make)), path, HTML)


def _finish(site: Site, response: Response, path: str, media: Format) -> Response:
    """Say where the answer really is, in which other formats it is, and how it is known again."""
    stem = f"{request.script_root}/{path}"
    response.headers["Link"] = ", ".join(
        [
            f'<{rebase(DATASET, site.release.base)}>; rel="describes"',
            *(
                f'<{stem}.{offer.suffix}>; rel="alternate"; type="{offer.media_type}"'
                for offer in _OFFERS
                if offer != media
            ),
        ]
    )
    if not request.path.endswith(f".{media.suffix}"):
        response.vary.add("Accept")
        response.headers["Content-Location"] = f"{stem}.{media.suffix}"
    query = request.query_string.decode("ascii", "replace")
    language = response.headers.get("Content-Language", "")
    return may_be_kept(response, site, media.suffix, path, query, language)


def _downloads(path: str) -> list[tuple[str, str, str]]:
    stem = f"{request.script_root}/{path}"
    return [(offer.label, offer.media_type, f"{stem}.{offer.suffix}") for offer in _DATA]


def _trail(site: Site) -> list[Link]:
    presenter = page_presenter(site)
    return [
        Link(Phrase(presenter.words("home")), presenter.links.local("")),
        Link(
            Phrase(catalog_words(presenter.language, "catalog")), presenter.links.local("catalog")
        ),
    ]

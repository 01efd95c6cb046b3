"""What machines that walk the site look for: robots.txt, sitemaps, and data at the front door.

RFC 9309, https://www.rfc-editor.org/rfc/rfc9309; https://www.sitemaps.org/protocol.html; for the
languages https://www.w3.org/TR/html401/struct/links.html#adef-hreflang in sitemaps.
"""

from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from flask import Blueprint, Response, make_response, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from kg.language import LANGUAGES
from kg.sparql.formats import GRAPHS, HTML
from kg.sparql.negotiation import choose_format
from kg.web.frame import CACHE_CONTROL, may_be_kept
from kg.web.inventory import document_paths, page_paths, things
from kg.web.site import Site, get_site
from kg.web.thing_page import Download

blueprint = Blueprint("crawlers", __name__)

DATASET: Final = "doc/dataset/inovasi"
"""The path of the document that describes the whole."""

MOST: Final = 50_000
"""How many addresses one sitemap may list."""

_PAGES: Final = "pages"
_SITEMAPS: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML: Final = "http://www.w3.org/1999/xhtml"


def data_instead() -> BaseResponse | None:
    """Return the way to the description of the whole for who asks the front page for RDF.

    None for a browser, and for who takes anything: the front page is a page.
    """
    media = choose_format(request.headers.get("Accept"), (HTML, *GRAPHS))
    if media is None or media == HTML:
        return None
    response = redirect(f"{request.script_root}/{DATASET}.{media.suffix}", 303)
    response.headers["Cache-Control"] = CACHE_CONTROL
    return lead_to_data(response)


def lead_to_data(response: Response | BaseResponse) -> Response | BaseResponse:
    """Name the description of the whole in each format (RFC 8288), and that it is negotiated."""
    descriptions = (DATASET, "void", "catalog")
    entries = [f'<{request.script_root}/{path}>; rel="describedby"' for path in descriptions]
    entries += [
        f'<{item.href}>; rel="alternate"; type="{item.media_type}"' for item in dataset_formats()
    ]
    response.headers["Link"] = ", ".join(entries)
    response.vary.add("Accept")
    return response


def dataset_formats() -> list[Download]:
    """Return the addresses of the description of the whole, one a format."""
    stem = f"{request.script_root}/{DATASET}"
    return [Download(offer.label, offer.media_type, f"{stem}.{offer.suffix}") for offer in GRAPHS]


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Say what not to walk (what runs queries or computes hashes), and where the sitemap is.

    The endpoint's bare address is its description, which crawlers of endpoints look for. Older
    parsers know no ``*`` and take an empty query for none, hence the second rule.
    """
    root = request.script_root
    private = ("/sparql?*", "/sparql?query=", "/query?", "/cite/")
    rules = [f"Disallow: {root}{path}" for path in private]
    lines = ["User-agent: *", *rules, "Allow: /"]
    return _kept("\n".join([*lines, "", f"Sitemap: {request.url_root}sitemap.xml", ""]), "plain")


@blueprint.get("/sitemap.xml")
def sitemap_index() -> Response:
    """List the sitemaps: one a kind of thing, more where there are more than one may hold."""
    site = get_site()

    def make() -> str:
        day = site.state.published.date().isoformat()
        entries = (
            f"<sitemap><loc>{escape(request.url_root)}sitemap/{name}.xml</loc>"
            f"<lastmod>{day}</lastmod></sitemap>"
            for name in _sitemaps(site)
        )
        return _xml("sitemapindex", entries)

    return _kept(site.kept(("sitemap", request.url_root), make), "xml")


@blueprint.get("/sitemap/<name>.xml")
def sitemap(name: str) -> Response:
    """List the pages about things of one kind, in both languages."""
    site = get_site()

    def make() -> str:
        paths = dict(_sitemap_parts(site, name.partition(".")[0])).get(name)
        if not paths:
            raise NotFound
        day = site.state.published.date().isoformat()
        return _xml("urlset", (_entry(path, day) for path in paths))

    return _kept(site.kept(("sitemap", name, request.url_root), make), "xml")


def _sitemaps(site: Site) -> Iterator[str]:
    for kind, paths in {_PAGES: page_paths(site), **things(site)}.items():
        yield from (_part(kind, number) for number in range(1 + (len(paths) - 1) // MOST))


def _sitemap_parts(site: Site, kind: str) -> Iterator[tuple[str, list[str]]]:
    paths = page_paths(site) if kind == _PAGES else document_paths(site, kind)
    for start in range(0, len(paths), MOST):
        yield _part(kind, start // MOST), paths[start : start + MOST]


def _part(kind: str, number: int) -> str:
    return f"{kind}.{number + 1}" if number else kind


def _entry(path: str, day: str) -> str:
    address = f"{request.url_root}{quote(path, safe='/:')}"
    variants = [(language, f"{address}?lang={language}") for language in LANGUAGES]
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{language}" href={quoteattr(href)}/>'
        for language, href in [*variants, ("x-default", address)]
    )
    return f"<url><loc>{escape(address)}</loc><lastmod>{day}</lastmod>{links}</url>"


def _xml(root: str, entries: Iterable[str]) -> str:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<{root} xmlns="{_SITEMAPS}" xmlns:xhtml="{_XHTML}">',
        *entries,
        f"</{root}>",
    ]
    return "\n".join(lines) + "\n"


def _kept(body: str | bytes, kind: str) -> Response:
    response = make_response(body)
    response.mimetype = f"text/{kind}" if kind == "plain" else f"application/{kind}"
    response.headers["Cache-Control"] = CACHE_CONTROL
    return may_be_kept(response, get_site(), request.url)

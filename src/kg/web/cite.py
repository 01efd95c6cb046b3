"""Citing: addresses that stay, each with the hash of what it gives, and a text to copy.

The hashes are those of the answers themselves: each address is asked within this process, as a
client without content codings would ask it.
"""

from collections.abc import Iterator, Sequence
from contextvars import Context
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlencode

from flask import Blueprint, Flask, Response, current_app, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.test import Client
from werkzeug.wrappers import Response as BaseResponse

from kg.sparql.formats import (
    DOCUMENTS,
    HTML,
    N_QUADS,
    RESULTS_CSV,
    RESULTS_JSON,
    TRIG,
    TURTLE,
    Format,
)
from kg.web.addresses import split_suffix, thing_path
from kg.web.choice import RELEASE, SHORT
from kg.web.digest import read_digest
from kg.web.frame import may_be_kept, page, page_presenter
from kg.web.site import Site, get_site
from kg.web.versions import published

blueprint = Blueprint("cite", __name__)

_DATA: Final = tuple(offer for offer in DOCUMENTS if offer != HTML)
_VOCABULARIES: Final = {"ont": "ontology", "shapes": "shapes"}
_ENVIRONMENT: Final = (
    "gunicorn.socket",
    "HTTP_X_FORWARDED_FOR",
    "REMOTE_ADDR",
    "SCRIPT_NAME",
)
"""What the questions of a page share with the request for it: who asks, and whether still."""


@dataclass(frozen=True)
class Item:
    """An address that stays, and the SHA-256 of what it gives, in hexadecimal."""

    label: str
    media_type: str
    address: str
    href: str
    digest: str


@dataclass(frozen=True)
class Cited:
    """What a page of citation shows."""

    title: str
    page: str
    release: str
    identifier: str
    sentence: str
    bibtex: str
    items: Sequence[Item]
    query: str | None = None


class _NotCitedError(Exception):
    """What should be cited is answered by an error, or in another way each time."""


@blueprint.get("/cite/sparql")
def cite_query() -> BaseResponse:
    """Give a query's permalinks with the hash of its result, and a text to cite it.

    One that has no result that stays is left to the page for queries, which says why.
    """
    query = request.args.get("query", "")
    site, presenter = get_site(), page_presenter(get_site())
    given = [(name, value) for name, value in request.args.items(multi=True) if name in _PROTOCOL]
    formats = (TURTLE, N_QUADS) if _is_graph(site, given) else (RESULTS_JSON, RESULTS_CSV)
    try:
        items = list(_items(site, "sparql", given, formats))
    except _NotCitedError:
        return redirect(presenter.links.local("query", query=query), 303)
    title = presenter.words("cite_query")
    return _cited(title, presenter.links.local("query", query=query), items, query)


_PROTOCOL: Final = ("query", "default-graph-uri", "named-graph-uri")


@blueprint.get("/cite/<path:rest>")
def cite_document(rest: str) -> Response:
    """Give a document's permalinks with the hash of each, and a text to cite it."""
    site = get_site()
    presenter = page_presenter(site)
    path = split_suffix(rest).stem if rest.startswith("doc/") else rest
    if path in _VOCABULARIES:
        title, formats = presenter.words(_VOCABULARIES[path]), _DATA
        formats = tuple(offer for offer in formats if offer not in (TRIG, N_QUADS))
    elif path.startswith("doc/") and site.knows(thing_path(path)):
        title, formats = presenter.name(site.iri(thing_path(path))).text, _DATA
    else:
        raise NotFound
    number = request.args.get("page")
    given = [("page", number)] if number else []
    try:
        items = [
            item
            for offer in formats
            for item in _items(site, f"{path}.{offer.suffix}", given, (offer,), named=True)
        ]
    except _NotCitedError:
        raise NotFound from None
    return _cited(title, presenter.links.local(path, page=number), items)


def _is_graph(site: Site, given: Sequence[tuple[str, str]]) -> bool:
    response = _ask(f"/sparql?{urlencode([*given, (RELEASE, site.release.identifier[:SHORT])])}")
    media_type = response[1].get("Content-Type", "").partition(";")[0]
    return response[0] == 200 and media_type == TURTLE.media_type


def _items(
    site: Site,
    path: str,
    given: Sequence[tuple[str, str]],
    formats: Sequence[Format],
    *,
    named: bool = False,
) -> Iterator[Item]:
    for offer in formats:
        chosen = [*given] if named else [*given, ("format", offer.suffix)]
        query = urlencode([*chosen, (RELEASE, site.release.identifier[:SHORT])])
        address = f"{quote(path)}?{query}"
        status, headers = _ask(f"/{address}")
        digest = read_digest(headers)
        if status != 200 or digest is None or headers.get("Cache-Control") == "no-store":
            raise _NotCitedError
        yield Item(
            offer.label,
            offer.media_type,
            site.release.base + address,
            f"{request.script_root}/{address}",
            digest,
        )


def _ask(address: str) -> tuple[int, dict[str, str]]:
    """Return status and headers of an answer of this application."""
    shared = {name: request.environ[name] for name in _ENVIRONMENT if name in request.environ}
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001

    def ask() -> tuple[int, dict[str, str]]:
        with Client(app).head(
            address, headers={"Accept-Encoding": "identity"}, environ_overrides=shared
        ) as response:
            return response.status_code, dict(response.headers)

    # In an empty context: a request within a request would write over what belongs to the outer.
    return Context().run(ask)


def _cited(title: str, at: str, items: Sequence[Item], query: str | None = None) -> Response:
    site = get_site()
    presenter = page_presenter(site)
    release, first = site.release, items[0]
    version = str(release.manifest.get("version", ""))
    name = f"{release.identifier[:SHORT]}{f' ({version})' if version else ''}"
    date = published(release).astimezone(UTC)
    sentence = presenter.words(
        "cite_sentence",
        title=title,
        release=name,
        date=f"{date:%Y-%m-%d}",
        address=first.address,
        digest=first.digest,
    )
    cited = Cited(
        title,
        at,
        name,
        release.identifier,
        sentence,
        _bibtex(title, presenter.words("site_line"), name, date, first),
        items,
        query,
    )
    response = page("cite.html", cited=cited)
    language = response.headers["Content-Language"]
    return may_be_kept(response, site, request.url, language)


def _bibtex(title: str, line: str, release: str, date: datetime, item: Item) -> str:
    key = f"inovasi-publik-{release[:SHORT]}-{item.digest[:8]}"
    return "\n".join(
        [
            f"@misc{{{key},",
            f"  title = {{{{{_escape(title)}}}}},",
            f"  author = {{{{Inovasi Publik: {_escape(line)}}}}},",
            f"  year = {{{date:%Y}}},",
            f"  month = {{{date.month}}},",
            f"  version = {{{release}}},",
            f"  url = {{{item.address}}},",
            f"  note = {{SHA-256 {item.digest}}}",
            "}",
        ]
    )


def _escape(text: str) -> str:
    """Write text so that BibTeX reads it as it is."""
    return "".join(f"\\{each}" if each in "&%$#_{}" else each for each in text)

"""Where an address of the server is found among the files of an export.

A plain file server knows neither ``Accept`` nor ``?lang=``, and an address without suffix is a
folder to it. So each format, language and page has a file of its own, and the address itself is a
folder whose ``index.html`` points to them:

- ``/doc/K/S`` in English, page 2 → ``doc/K/S.page-2.en.html`` (the default language has no ``en``)
- ``/doc/K/S.ttl?page=2`` → ``doc/K/S.page-2.ttl``
- ``/id/K/S`` → the page ``doc/K/S.html``; ``id/K/S/index.html`` is its signpost
- ``/about`` → ``about/index.html``, ``about/index.en.html``
"""

import html
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from kg.language import LANGUAGES, Language
from kg.sparql.formats import DOCUMENTS, HTML
from kg.web.addresses import document_path, split_suffix, thing_path

_SUFFIXES: Final = frozenset(offer.suffix for offer in DOCUMENTS if offer != HTML)
_FILES: Final = _SUFFIXES | {
    "css", "svg", "ico", "png", "js", "xml", "txt", "json", "csv", "zip", "gz", "zst", "bz2", "cff",
}  # fmt: skip
_THINGS: Final = ("id/", "scheme/", "graph/")
_QUERIES: Final = ("query", "sparql")
_LINKS: Final = re.compile(r'(?<=\s)(href|src|action)="([^"]*)"')
_REFERENCE: Final = re.compile(r'(?:<loc>([^<]+)</loc>|href="([^"]+)")')
_CONTEXT: Final = re.compile(r'"@context"\s*:\s*"([^"]+)"')


class Address(NamedTuple):
    """An address of the server, taken apart: no leading slash; ``page`` counts from 1."""

    path: str
    page: int
    language: Language | None
    example: str | None


def read_address(address: str) -> Address:
    """Take an address apart; what an export cannot tell apart (``release``) is left out.

    >>> read_address("/doc/agency/a.ttl?page=2&release=01234567")
    Address(path='doc/agency/a.ttl', page=2, language=None, example=None)
    """
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query))
    page = query.get("page", "1")
    return Address(
        unquote(parts.path).lstrip("/"),
        int(page) if page.isdecimal() else 1,
        next((language for language in LANGUAGES if language == query.get("lang")), None),
        query.get("example"),
    )


def is_data(path: str) -> bool:
    """Say whether a path is that of a file and not of a page.

    >>> is_data("dumps/0123456789abcdef/SHA256SUMS"), is_data("dumps/0123456789abcdef/")
    (True, False)
    """
    if path.endswith("/"):
        return False
    suffix = split_suffix(path).suffix
    return suffix in _FILES or (path.startswith("dumps/") and path.count("/") > 1)


def unit_of(address: str) -> str:
    """Return the address under which everything is written that belongs to another one.

    For a thing, and for its document in any format, that is the document without suffix.

    >>> unit_of("/id/agency/a?lang=en"), unit_of("/doc/agency/a.ttl?page=2")
    ('/doc/agency/a', '/doc/agency/a')
    >>> unit_of("/browse/inov:Claim?page=2&lang=id"), unit_of("/query?example=01-x")
    ('/browse/inov:Claim?page=2', '/query')
    """
    path, page, _, _ = read_address(address)
    if path in _QUERIES:
        return "/query"
    if path.startswith(_THINGS):
        return "/" + document_path(path)
    if path.startswith("doc/"):
        return "/" + _document_stem(path)
    if path.endswith(".html"):
        path = path.removesuffix(".html")
    return f"/{quote(path, safe='/:')}" + (f"?page={page}" if page > 1 else "")


def _document_stem(path: str) -> str:
    stem, suffix = split_suffix(path)
    return stem if suffix in {*_SUFFIXES, "html"} else path


@dataclass(frozen=True)
class Layout:
    """The files of an export whose pages are in ``default`` unless their names say otherwise."""

    default: Language

    def page_file(self, stem: str, page: int, language: Language) -> str:
        """Return the file of a page, whose stem is ``doc/K/S`` or ``about/index``."""
        number = f".page-{page}" if page > 1 else ""
        return f"{stem}{number}{'' if language == self.default else f'.{language}'}.html"

    def file_of(self, address: str, language: Language | None = None) -> str:
        """Return the file that an address leads to, from a page in a language."""
        path, page, chosen, example = read_address(address)
        language = chosen or language or self.default
        if path in _QUERIES:
            path = f"id/question/{example}" if example else "query"
        if path.startswith(_THINGS):
            path = document_path(path)
        if path.startswith("doc/"):
            stem, suffix = split_suffix(path)
            if suffix in _SUFFIXES:
                return f"{stem}{f'.page-{page}' if page > 1 else ''}.{suffix}"
            return self.page_file(_document_stem(path), page, language)
        if is_data(path):
            return path
        path = path.removesuffix(".html").removesuffix("/")
        return self.page_file(f"{path}/index".lstrip("/"), page, language)

    def signposts(self, unit: str) -> list[str]:
        """Return the files at the addresses without suffix that a document has."""
        path = unit.lstrip("/")
        return [f"{path}/index.html", f"{thing_path(path)}/index.html"]


@dataclass
class Rewriting:
    """Turns the links of one body into links between files; notes the units that they lead to.

    ``here`` is the body's own file, ``root`` the absolute address of the server.
    """

    layout: Layout
    here: str
    root: str
    language: Language
    units: set[str]

    def page(self, body: str) -> str:
        """Return a page whose links lead to files, from wherever it is read."""
        return _LINKS.sub(lambda m: f'{m[1]}="{self._link(html.unescape(m[2]))}"', body)

    def sitemap(self, body: str) -> str:
        """Return a sitemap that lists the files' absolute addresses."""

        def rewrite(match: re.Match[str]) -> str:
            given = match[1] or match[2]
            return match[0].replace(given, html.escape(self._absolute(html.unescape(given))))

        return _REFERENCE.sub(rewrite, body)

    def contexts(self, body: str) -> None:
        """Note the contexts of ours that a JSON-LD document names."""
        for address in _CONTEXT.findall(body):
            if address.startswith(self.root):
                self.units.add(unit_of("/" + address.removeprefix(self.root)))

    def _link(self, href: str) -> str:
        if not href.startswith("/") or href.startswith("//"):
            return html.escape(href)
        address, hash_sign, fragment = href.partition("#")
        self.units.add(unit_of(address))
        target = quote(self.layout.file_of(address, self.language), safe="/")
        return html.escape(relative(target, self.here) + hash_sign + fragment)

    def _absolute(self, address: str) -> str:
        if not address.startswith(self.root):
            return address
        local = "/" + address.removeprefix(self.root)
        self.units.add(unit_of(local))
        return self.root + quote(self.layout.file_of(local), safe="/:").removesuffix("index.html")


def relative(target: str, here: str) -> str:
    """Return the link from one file to another.

    >>> relative("doc/a/b.html", "id/a/b/index.html")
    '../../../doc/a/b.html'
    """
    return posixpath.relpath(target, posixpath.dirname(here) or ".")


Fetch = Callable[[str, Language], "Answer"]


class Answer(NamedTuple):
    """What the server answered; ``location`` is empty unless it leads elsewhere."""

    status: int
    media_type: str
    body: bytes
    location: str

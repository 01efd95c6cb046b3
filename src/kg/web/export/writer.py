"""Writes what belongs to one address of the server: its pages, its data, its signposts."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from flask import Flask, render_template

from kg.language import LANGUAGES, Language
from kg.sparql.formats import DOCUMENTS, HTML, JSON_LD
from kg.web.addresses import split_suffix
from kg.web.export.paths import Answer, Layout, Rewriting, is_data, read_address, relative, unit_of
from kg.web.thing_page import Download

_REDIRECTS: Final = (301, 302, 303, 307, 308)
_NEXT: Final = b'rel="next"'
_DATA: Final = tuple(offer for offer in DOCUMENTS if offer != HTML)


@dataclass
class Written:
    """What was written: how much, and where its links lead. ``missing`` are dead links.

    ``moved`` are documents that were merged into others, ``gone`` those that were withdrawn.
    """

    files: int = 0
    size: int = 0
    units: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    moved: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def add(self, other: "Written") -> None:
        """Count what was written elsewhere too."""
        self.files += other.files
        self.size += other.size
        self.units |= other.units
        self.missing |= other.missing
        self.moved |= other.moved
        self.gone |= other.gone


class Writer:
    """Writes units of an application's site into a folder.

    ``root`` is the absolute address that the site will have, with a slash at its end.
    """

    def __init__(self, app: Flask, folder: Path, root: str, default: Language) -> None:
        self.app = app
        self.folder = folder
        self.root = root
        self.layout = Layout(default)
        self.client = app.test_client()
        self.written = Written()

    def write(self, units: Iterable[str]) -> Written:
        """Write some units and return what came of it."""
        self.written = Written()
        for unit in units:
            path = read_address(unit).path
            if unit == "/query":
                self._frozen_query()
            elif path.startswith("doc/"):
                self._document(unit)
            elif is_data(path):
                self._data(unit)
            else:
                self._page(unit)
        return self.written

    def _ask(self, address: str, language: Language) -> Answer:
        headers = {"Accept": HTML.media_type, "Accept-Language": language}
        response = self.client.get(address, headers=headers, base_url=self.root.rstrip("/"))
        location = response.headers.get("Location", "")
        if location.startswith(self.root):
            location = "/" + location.removeprefix(self.root)
        body = response.get_data()
        response.close()
        return Answer(response.status_code, response.mimetype or "", body, location)

    def _put(self, file: str, body: bytes) -> None:
        target = self.folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
        self.written.files += 1
        self.written.size += len(body)

    def _rewriting(self, file: str, language: Language) -> Rewriting:
        return Rewriting(self.layout, file, self.root, language, self.written.units)

    def _data(self, address: str) -> None:
        answer = self._ask(address, self.layout.default)
        file = self.layout.file_of(address)
        if answer.status in _REDIRECTS:
            self._signpost(f"{file}/index.html", answer.location, [])
            return
        if answer.status not in (200, 410):
            self.written.missing.add(address)
            return
        body = answer.body
        if answer.media_type == "application/xml":
            rewriting = self._rewriting(file, self.layout.default)
            body = rewriting.sitemap(body.decode()).encode()
        elif answer.media_type == JSON_LD.media_type:
            self._rewriting(file, self.layout.default).contexts(body[:1000].decode(errors="ignore"))
        self._put(file, body)

    def _page(self, unit: str) -> None:
        for language in LANGUAGES:
            answer = self._ask(self._in(unit, language), language)
            if answer.status in _REDIRECTS:
                self._signpost(self.layout.file_of(unit, language), answer.location, [])
                continue
            if answer.status != 200:
                self.written.missing.add(unit)
                return
            for file in self._page_files(unit, language, answer.body):
                self._put_page(file, answer, language)

    def _page_files(self, unit: str, language: Language, body: bytes) -> Iterator[str]:
        """Yield where a page is written: at its address, and at one with a suffix if it has it."""
        yield self.layout.file_of(unit, language)
        path, page, _, _ = read_address(unit)
        if f'<link rel="canonical" href="{self.root}{quote(path)}.html"'.encode() in body:
            yield self.layout.page_file(path, page, language)

    def _put_page(self, file: str, answer: Answer, language: Language) -> None:
        body = self._rewriting(file, language).page(answer.body.decode())
        self._put(file, body.encode())

    def _in(self, address: str, language: Language) -> str:
        """Return an address that asks for a language, unless it is given without being asked."""
        if language == self.layout.default:
            return address
        return f"{address}{'&' if urlsplit(address).query else '?'}lang={language}"

    def _document(self, unit: str) -> None:
        pages = 0
        for number in self._pages(unit):
            pages = number
            query = f"?page={number}" if number > 1 else ""
            for offer in _DATA:
                self._data(f"{unit}.{offer.suffix}{query}")
        downloads = [
            Download(offer.label, offer.media_type, f"{unit}.{offer.suffix}?page={number}")
            for number in range(1, pages + 1)
            for offer in _DATA
        ]
        if pages:
            for file in self.layout.signposts(unit):
                self._signpost(file, unit, downloads)

    def _pages(self, unit: str) -> Iterator[int]:
        """Write a document's pages in all languages; yield the number of each."""
        number, more = 1, True
        while more:
            query = f"?page={number}" if number > 1 else ""
            for language in LANGUAGES:
                address = f"{unit}.html{query}"
                answer = self._ask(self._in(address, language), language)
                if answer.status == 308:
                    self._moved(unit, answer.location)
                    return
                if answer.status == 410:
                    self.written.gone.add(unit)
                elif answer.status != 200:
                    self.written.missing.add(unit)
                    return
                self._put_page(self.layout.file_of(address, language), answer, language)
                more = _NEXT in answer.body
            yield number
            number += 1

    def _moved(self, unit: str, location: str) -> None:
        survivor = split_suffix(location).stem
        self.written.moved[unit] = survivor
        pages = [self.layout.page_file(unit.lstrip("/"), 1, language) for language in LANGUAGES]
        for file in (*self.layout.signposts(unit), *pages):
            self._signpost(file, survivor, [])

    def _signpost(self, file: str, address: str, downloads: Iterable[Download]) -> None:
        """Write the page that leads from an address without suffix to what is there."""
        if address.startswith("/"):
            self.written.units.add(unit_of(address))

        def link(to: str) -> str:
            return relative(self.layout.file_of(to), file)

        local = [Download(item.label, item.media_type, link(item.href)) for item in downloads]
        with self.app.test_request_context(base_url=self.root.rstrip("/")):
            body = render_template(
                "signpost.html",
                iri=self.root + re.sub(r"/index(\.\w+)?\.html$", "", file),
                target=link(address) if address.startswith("/") else address,
                downloads=local,
                default=self.layout.default,
            )
        self._put(file, body.encode())

    def _frozen_query(self) -> None:
        for language in LANGUAGES:
            address = self._in("/query", language)
            headers = [("Accept-Language", language)]
            with self.app.test_request_context(address, base_url=self.root, headers=headers):
                body = render_template("frozen.html").encode()
            file = self.layout.file_of("/query", language)
            self._put_page(file, Answer(200, HTML.media_type, body, ""), language)
        self._signpost("sparql/index.html", "/query", [])

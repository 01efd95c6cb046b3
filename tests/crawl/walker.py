"""A client that follows its nose: from one address, along links only, until nothing is new."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import local
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit
from urllib.request import Request, urlopen
from zlib import crc32

from rdflib import Literal, URIRef

from kg.iris import rebase
from kg.namespaces import CANONICAL_BASE, read_prefixes
from kg.release.completion import complete_release
from kg.release.publication import Incoming, Release, Releases
from kg.settings import Settings
from kg.store import canonical_nquads, parse_rdf, write_store

TURTLE = "text/turtle"
HTML = "text/html"
GONE = 410
REDIRECTS = (301, 302, 303, 307, 308)

_LINK = re.compile(r"<([^>]*)>([^,<]*)")
_PLAIN_SUFFIXES = (".ttl", ".nt", ".rdf", ".jsonld", ".trig", ".nq")
_AGAIN = ("lang", "release")
_EVERY = 16
"""Of addresses that show the same thing again (pinned to a release, to be cited, in another
language or in another format) every sixteenth is followed: all would be most of the walk."""


@dataclass(frozen=True)
class Visit:
    """One answer; ``links`` are the absolute addresses that it leads to."""

    url: str
    status: int
    media_type: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Walk:
    """What a walk met. ``came_from`` names for each address one that leads there."""

    visits: dict[str, Visit] = field(default_factory=dict)
    came_from: dict[str, str] = field(default_factory=dict)

    def reached(self) -> set[str]:
        return {url for url, visit in self.visits.items() if visit.status in (200, *REDIRECTS)}

    def gone(self) -> set[str]:
        return {url for url, visit in self.visits.items() if visit.status == GONE}

    def dead(self) -> list[tuple[str, int, str]]:
        fine = (200, GONE, *REDIRECTS)
        return [
            (url, visit.status, self.came_from[url])
            for url, visit in sorted(self.visits.items())
            if visit.status not in fine
        ]


class Anchors(HTMLParser):
    """Collects what a page leads to: its links, style sheets, images, scripts and refreshes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "a" | "link" | "area":
                self.found.append((given.get("href", ""), given))
            case "img" | "script" | "source" | "iframe":
                self.found.append((given.get("src", ""), given))
            case "form":
                self.found.append((given.get("action", ""), given))
            case "meta" if given.get("http-equiv", "").lower() == "refresh":
                _, _, target = given.get("content", "").partition("url=")
                self.found.append((target, given))


class Walker:
    """Walks one server. ``base`` is the base of the IRIs in its data, mapped to its address."""

    def __init__(self, address: str, base: str, accept: str) -> None:
        self.address = address.rstrip("/") + "/"
        self.base = base
        self.accept = accept
        self._local = local()
        self._opened: list[HTTPConnection] = []

    def close(self) -> None:
        """End the connections that are still open."""
        for connection in self._opened:
            connection.close()

    def walk(self, start: str = "", threads: int = 4) -> Walk:
        try:
            return self._walk(start, threads)
        finally:
            self.close()

    def _walk(self, start: str, threads: int) -> Walk:
        walk = Walk()
        first = urljoin(self.address, start)
        walk.came_from[first] = ""
        with ThreadPoolExecutor(threads) as pool:
            running: set[Future[tuple[Visit, list[str]]]] = {pool.submit(self._visit, first)}
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for visit, links in (future.result() for future in done):
                    walk.visits[visit.url] = visit
                    for link in links:
                        if link not in walk.came_from:
                            walk.came_from[link] = visit.url
                            running.add(pool.submit(self._visit, link))
        return walk

    def _visit(self, url: str) -> tuple[Visit, list[str]]:
        visit = self.fetch(url)
        links = (self._followed(link) for link in self._links(visit))
        return visit, list(dict.fromkeys(link for link in links if link))

    def fetch(self, url: str) -> Visit:
        parts = urlsplit(url)
        target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        headers = {"Accept": self.accept, "Accept-Language": "en", "User-Agent": "walk"}
        for attempt in (1, 2):
            connection = getattr(self._local, "connection", None)
            if connection is None:
                connection = HTTPConnection(parts.netloc, timeout=60)
                self._local.connection = connection
                self._opened.append(connection)
            try:
                connection.request("GET", target, headers=headers)
                response = connection.getresponse()
                body = response.read()
                break
            except (HTTPException, OSError):
                # A server may end a connection that it had kept open.
                connection.close()
                self._local.connection = None
                if attempt == 2:
                    raise
        told = {name.lower(): value for name, value in response.getheaders()}
        media_type = told.get("content-type", "").partition(";")[0].strip().lower()
        if media_type == "application/octet-stream" and parts.path.endswith(".ttl"):
            # A plain file server may not know Turtle.
            media_type = TURTLE
        return Visit(url, response.status, media_type, told, body)

    def _links(self, visit: Visit) -> Iterator[str]:
        if "location" in visit.headers:
            yield urljoin(visit.url, visit.headers["location"])
        if self.accept.startswith(TURTLE):
            for target, parameters in _LINK.findall(visit.headers.get("link", "")):
                if "type=" not in parameters or TURTLE in parameters:
                    yield urljoin(visit.url, target)
        if visit.status in REDIRECTS:
            return
        if visit.media_type == TURTLE:
            yield from self._turtle_links(visit)
        elif visit.media_type == HTML:
            yield from self._html_links(visit)

    def _turtle_links(self, visit: Visit) -> Iterator[str]:
        seen: set[object] = set()
        for quad in parse_rdf(visit.body.decode(), "ttl", visit.url):
            seen.update(quad[:3])
        for term in seen:
            if isinstance(term, URIRef):
                yield str(term)
            elif isinstance(term, Literal) and term.datatype:
                yield str(term.datatype)

    def _html_links(self, visit: Visit) -> Iterator[str]:
        anchors = Anchors()
        anchors.feed(visit.body.decode())
        for href, attributes in anchors.found:
            # Whoever wants Turtle and is given a page looks where it says that the Turtle is.
            if not self.accept.startswith(TURTLE) or attributes.get("type") == TURTLE:
                yield urljoin(visit.url, href)

    def _followed(self, link: str) -> str | None:
        """Return the address to ask for a link, None if it leads elsewhere or is left out."""
        if link.startswith(self.base):
            link = self.address + link.removeprefix(self.base)
        link = link.partition("#")[0]
        if not link.startswith(self.address):
            return None
        if crc32(link.encode()) % _EVERY == 0:
            return link
        parts = urlsplit(link)
        if parts.path.startswith("/cite/doc/"):
            return None
        if parts.path.endswith(_PLAIN_SUFFIXES) and not self.accept.startswith(TURTLE):
            return None
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        kept = [(name, value) for name, value in pairs if name not in _AGAIN]
        return link if kept == pairs else urlunsplit(parts._replace(query=urlencode(kept)))


_SUBJECTS = """
SELECT DISTINCT ?s WHERE {
  { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } UNION { GRAPH ?s { ?a ?b ?c } }
  FILTER (isIRI(?s) && STRSTARTS(STR(?s), "%s"))
}"""


def ask(address: str, query: str) -> list[Mapping[str, str]]:
    """Return the solutions of a query as the server gives them."""
    request = Request(
        f"{address.rstrip('/')}/sparql",
        data=urlencode({"query": query}).encode(),
        headers={"Accept": "application/sparql-results+json"},
    )
    with urlopen(request, timeout=60) as response:
        bindings = json.load(response)["results"]["bindings"]
    return [{name: value["value"] for name, value in row.items()} for row in bindings]


def resources(address: str, base: str) -> set[str]:
    """Return the address of every subject of the release that is under its base."""
    found = {row["s"].partition("#")[0] for row in ask(address, _SUBJECTS % base)}
    return {address.rstrip("/") + "/" + iri.removeprefix(base) for iri in found}


def resources_of(release: Release) -> set[str]:
    """Return the IRI of every subject and graph of a release that is under its base."""
    subjects: set[str] = set()
    for line in release.content_path.read_text(encoding="utf-8").splitlines():
        names = [line.partition(" ")[0]]
        if line.endswith("> ."):
            names.append(line[:-2].rpartition(" ")[2])
        subjects.update(name[1:-1].partition("#")[0] for name in names if name.startswith("<"))
    return {iri for iri in subjects if iri.startswith(release.base)}


RETIRED = "".join(
    f"<{CANONICAL_BASE}id/agency/{slug}> {predicate} {value} {graph}.\n"
    for slug, rows in {
        "merged-long-ago": [
            (
                "<http://purl.org/dc/terms/isReplacedBy>",
                f"<{CANONICAL_BASE}id/agency/pemkot-surabaya>",
            ),
        ],
        "withdrawn-long-ago": [
            ("<http://www.w3.org/2004/02/skos/core#editorialNote>", '"Recorded in error"@en'),
        ],
    }.items()
    for predicate, value in [
        ("<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", f"<{CANONICAL_BASE}ont#RetiredIri>"),
        ("<http://www.w3.org/2004/02/skos/core#prefLabel>", f'"{slug}"@en'),
        *rows,
    ]
    for graph in ("", f"<{CANONICAL_BASE}graph/identity> ")
)


@dataclass(frozen=True)
class Homes:
    """Makes homes in which the release under test is current, for any base."""

    source: Release
    make_folder: Callable[[str], Path]

    def at(self, base: str, more: str = "") -> Path:
        """Return a home whose release has a base; ``more`` are N-Quads that it holds besides."""
        text = self.source.content_path.read_text(encoding="utf-8") + more
        content = canonical_nquads(rebase(text, base).encode())
        home = self.make_folder("home")
        manifest = {**self.source.manifest, "base": base}
        manifest.pop("identifier", None)
        Releases(home).publish(content, manifest, write_store, _complete)
        return home


def _complete(incoming: Incoming) -> Mapping[str, object]:
    """Give a release what a build gives it: a server leads to its catalogue and its files."""
    return complete_release(incoming, read_prefixes(Settings().ontology), datetime.now(UTC))

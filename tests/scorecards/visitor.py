"""Who judges a server from outside: HTTP alone, and what came in memory while it lasts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from rdflib import Graph, URIRef

HTML: Final = "text/html"
TURTLE: Final = "text/turtle"
RDF_XML: Final = "application/rdf+xml"
JSON_LD: Final = "application/ld+json"
RESULTS: Final = "application/sparql-results+json"

Row = Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers by their names in lower case, media type, body."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]


@dataclass
class Visitor:
    """Asks one server, whose IRIs begin with its address (no slash at the end)."""

    address: str
    kept: dict[tuple[str, str, str], Answer] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        return f"{self.address}/sparql"

    @property
    def ontology(self) -> str:
        return f"{self.address}/ont"

    @property
    def dataset(self) -> str:
        return f"{self.address}/id/dataset/inovasi"

    @property
    def thing(self) -> str:
        """The IRI of a thing that many facts are about."""
        return f"{self.address}/id/agency/polresta-sidoarjo"

    def get(self, url: str, accept: str = "*/*", method: str = "GET") -> Answer:
        """Ask an address, or a path of the server; redirects are followed."""
        url = url if "://" in url else self.address + url
        key = (method, url.partition("#")[0], accept)
        if key not in self.kept:
            self.kept[key] = _ask(key[1], accept, method)
        return self.kept[key]

    def query(self, text: str, accept: str = RESULTS) -> Answer:
        return self.get(f"{self.endpoint}?{urlencode({'query': text})}", accept)

    def rows(self, text: str) -> list[Row]:
        """Return the solutions of a SELECT: the value of each variable that is bound."""
        answer = self.query(text)
        if answer.status != 200:
            return []
        bindings = json.loads(answer.body)["results"]["bindings"]
        return [{name: cell["value"] for name, cell in row.items()} for row in bindings]

    def number(self, text: str) -> int:
        """Return the one number that a query selects."""
        ((value,),) = (row.values() for row in self.rows(text))
        return int(value)

    def ask(self, text: str) -> bool:
        answer = self.query(text)
        return answer.status == 200 and json.loads(answer.body)["boolean"] is True

    def graph(self, url: str, accept: str = TURTLE) -> Graph:
        """Return what an address says in RDF; nothing where it says nothing."""
        answer = self.get(url, accept)
        formats = {TURTLE: "turtle", RDF_XML: "xml", JSON_LD: "json-ld"}
        if answer.status != 200 or answer.media_type not in formats:
            return Graph()
        return Graph().parse(
            data=answer.body, format=formats[answer.media_type], publicID=answer.url
        )

    @cached_property
    def void(self) -> Graph:
        return self.graph("/.well-known/void")

    @cached_property
    def service(self) -> Graph:
        return self.graph("/sparql")

    @cached_property
    def about_ontology(self) -> Graph:
        return self.graph(self.ontology)

    @cached_property
    def about_dataset(self) -> Graph:
        """What the IRI of the dataset leads to, and the release that is current."""
        graph = self.graph(self.dataset)
        for release in graph.objects(
            URIRef(self.dataset), URIRef("http://www.w3.org/ns/dcat#hasCurrentVersion")
        ):
            graph += self.graph(str(release))
        return graph

    def card(self, page: str) -> Mapping[str, Any]:
        """Return the JSON-LD that is embedded in a page."""
        return _embedded(self.get(page, HTML).body.decode())


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.inside = False
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag == "script" and ("type", JSON_LD) in attrs

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.text += data

    def handle_endtag(self, _tag: str) -> None:
        self.inside = False


def _embedded(page: str) -> Mapping[str, Any]:
    reader = _Scripts()
    reader.feed(page)
    card: Mapping[str, Any] = json.loads(reader.text or "{}")
    return card


def _ask(url: str, accept: str, method: str) -> Answer:
    request = Request(url, headers={"Accept": accept}, method=method)
    try:
        response = urlopen(request, timeout=60)
    except HTTPError as error:
        response = error
    with response:
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, response.url, headers, response.read())

"""What all pages and documents of one release share: its reader, names, counts and questions."""

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Final

from rdflib import BNode, URIRef
from rdflib.namespace import OWL

from kg.language import Language
from kg.store import Quad
from kg.web.addresses import Links
from kg.web.context import Context, published_context
from kg.web.description import Description, describe
from kg.web.documents import published_on
from kg.web.presentation import Presenter
from kg.web.reader import Reader
from kg.web.state import State, get_state

_KEY: Final = "kg.site"

_PREFIXES: Final = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT ?prefix ?namespace
WHERE { ?any sh:declare ?entry . ?entry sh:prefix ?prefix ; sh:namespace ?namespace }
ORDER BY ?prefix"""

_QUESTIONS: Final = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX schema: <https://schema.org/>
SELECT ?question ?text
WHERE { ?question a sh:SPARQLExecutable ; sh:select|sh:ask|sh:construct|schema:text ?text }"""

# Decisions on conflicts and identity stand outside the default graph.
_CLASSES: Final = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?class (COUNT(DISTINCT ?thing) AS ?total)
WHERE {
  { ?thing a ?direct } UNION
  { VALUES ?graph { $conflicts $identity } GRAPH ?graph { ?thing a ?direct } }
  ?direct rdfs:subClassOf* ?class .
  FILTER (isIRI(?class) && STRSTARTS(STR(?thing), STR($things)))
}
GROUP BY ?class"""

_DIRECT: Final = """
SELECT DISTINCT ?class
WHERE { ?thing a ?class FILTER (STRSTARTS(STR(?thing), STR($things))) }"""

_INSTANCES: Final = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?thing
WHERE {
  ?direct rdfs:subClassOf* $class .
  { ?thing a ?direct } UNION
  { VALUES ?graph { $conflicts $identity } GRAPH ?graph { ?thing a ?direct } }
  FILTER (STRSTARTS(STR(?thing), STR($things)))
}
ORDER BY ?thing"""


_USES: Final = """
SELECT ?property (COUNT(*) AS ?total) WHERE { ?s ?property ?o } GROUP BY ?property"""

_PATH: Final = re.compile(r"[A-Za-z0-9._~/-]+")
"""The paths that our IRIs have; nothing else is looked up."""

_KEPT: Final = 256
"""How many rendered documents are kept in memory."""


@dataclass(frozen=True)
class Question:
    """A competency question that the release answers; ``query`` is in its own IRIs."""

    iri: URIRef
    number: int
    query: str

    @property
    def key(self) -> str:
        """Return what names the question in the address of the query page."""
        return self.iri.rpartition("/")[2]


class Site:
    """A release as its pages see it. Safe to share between threads."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.release = state.release
        self.reader = Reader(state.store, state.release.base)
        self._bodies: OrderedDict[Hashable, str | bytes] = OrderedDict()
        self._lock = Lock()
        self.describe = lru_cache(maxsize=128)(self._describe)
        self.instances = lru_cache(maxsize=64)(self._instances)

    def _describe(self, path: str, page: int) -> Description | None:
        if not _PATH.fullmatch(path):
            return None
        return describe(self.reader, self.iri(path), page)

    def iri(self, path: str) -> URIRef:
        """Return the IRI in this release for a path of this server."""
        return URIRef(self.release.base + path)

    def knows(self, path: str) -> bool:
        """Say whether a path names a thing, a scheme or a graph of this release."""
        iri, store = self.iri(path), self.state.store
        if not _PATH.fullmatch(path):
            return False
        return any(store.quads(iri)) or any(store.quads(graph=iri))

    @cached_property
    def modified(self) -> datetime:
        """When what is shown last changed: the release, or the code that shows it."""
        newest = max(path.stat().st_mtime for path in _code())
        return max(self.state.published, datetime.fromtimestamp(int(newest), UTC))

    @cached_property
    def fingerprint(self) -> str:
        """What an ETag names besides the address: the release, and the code that shows it."""
        code = sha256(b"".join(path.read_bytes() for path in _code())).hexdigest()
        return f"{self.release.identifier[:16]}-{code[:8]}"

    @cached_property
    def prefixes(self) -> Mapping[str, str]:
        """The prefix map that the release declares, in its own IRIs."""
        rows = self.reader.select(_PREFIXES)
        return {str(row["prefix"]): str(row["namespace"]) for row in rows}

    @cached_property
    def context(self) -> Context:
        """The JSON-LD context that documents of this release refer to."""
        return published_context(self.reader, self.prefixes)

    @cached_property
    def day(self) -> str:
        """The day of the release as its documents state it; empty if it has none."""
        return str(published_on(self.reader, self.release.identifier) or "")

    def is_technical(self, kind: URIRef) -> bool:
        """Say whether a class is one of the catalogue's and not of the subject."""
        spaces = (self.prefixes[name] for name in _TECHNICAL if name in self.prefixes)
        return any(kind.startswith(space) for space in spaces)

    def presenter(self, links: Links, language: Language) -> Presenter:
        """Return who says things in a language."""
        return Presenter(self.reader, links, language)

    @cached_property
    def classes(self) -> Mapping[URIRef, int]:
        """The classes that have instances, with their number, subclasses' instances included.

        Of other vocabularies only those that the data use themselves, not all that are wider.
        """
        rows = self.reader.select(_CLASSES, **self._terms())
        totals = {URIRef(str(row["class"])): int(str(row["total"])) for row in rows}
        direct = {str(row["class"]) for row in self.reader.select(_DIRECT, **self._terms())}
        return {
            iri: total
            for iri, total in totals.items()
            if (iri.startswith(self.reader.inov) or str(iri) in direct) and self.reader.labels(iri)
        }

    def _instances(self, kind: URIRef) -> tuple[URIRef, ...]:
        """Return the instances of a class and its subclasses, by IRI."""
        rows = self.reader.select(_INSTANCES, **{**self._terms(), "class": kind})
        return tuple(URIRef(str(row["thing"])) for row in rows)

    def _terms(self) -> Mapping[str, URIRef]:
        graph = self.reader.graph
        things = self.iri("id/")
        return {"conflicts": graph.conflicts, "identity": graph.identity, "things": things}

    @cached_property
    def uses(self) -> Mapping[URIRef, int]:
        """The properties that the default graph uses, with the number of their triples."""
        rows = self.reader.select(_USES)
        return {URIRef(str(row["property"])): int(str(row["total"])) for row in rows}

    def graph_quads(self, name: str) -> list[Quad]:
        """Return the content of one of our own graphs, in a stable order: the IRIs first."""
        quads = self.state.store.quads(graph=self.reader.graph[name])
        return sorted(quads, key=lambda quad: (isinstance(quad.subject, BNode), *quad[:3]))

    def knows_version(self, version: str) -> bool:
        """Say whether the ontology of this release has a version."""
        iri = self.iri(f"ont/{version}")
        return iri in self.reader.things(self.iri("ont"), OWL.versionIRI)

    def kept(self, key: Hashable, make: Callable[[], str | bytes]) -> str | bytes:
        """Return what was made for a key before, or make it; the oldest is dropped when full."""
        with self._lock:
            if key in self._bodies:
                self._bodies.move_to_end(key)
                return self._bodies[key]
        body = make()
        with self._lock:
            self._bodies[key] = body
            while len(self._bodies) > _KEPT:
                self._bodies.popitem(last=False)
        return body

    @cached_property
    def graphs(self) -> tuple[URIRef, ...]:
        """The named graphs of the release."""
        return tuple(self.state.store.graph_names())

    @cached_property
    def facts(self) -> int:
        """The number of facts: claims that spell out no other."""
        query = (
            "SELECT (COUNT(?claim) AS ?total) WHERE { GRAPH $provenance { ?claim a $kind } "
            "FILTER NOT EXISTS { GRAPH $provenance { ?claim $elaborates ?fact } } }"
        )
        inov, provenance = self.reader.inov, self.reader.graph.provenance
        terms = {"provenance": provenance, "kind": inov.Claim, "elaborates": inov.elaborates}
        return int(str(self.reader.select(query, **terms)[0]["total"]))

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """The competency questions, by key, in the order of their numbers."""
        questions = [
            Question(iri, _number(iri), str(row["text"]))
            for row in self.reader.select(_QUESTIONS)
            if (iri := URIRef(str(row["question"])))
        ]
        ordered = sorted(questions, key=lambda question: question.number)
        return {question.key: question for question in ordered}


_TECHNICAL: Final = ("void", "dcat", "sh", "sd", "qb")
_SHOWN: Final = frozenset({".py", ".html", ".css", ".svg"})


def _code() -> list[Path]:
    folder = Path(__file__).parent
    return sorted(path for path in folder.rglob("*.*") if path.suffix in _SHOWN)


def _number(question: URIRef) -> int:
    number = question.rpartition("/")[2].partition("-")[0]
    return int(number) if number.isdecimal() else 0


def get_site() -> Site:
    """Return the site of the release that the present request is about."""
    state = get_state()
    site = state.views.get(_KEY)
    if not isinstance(site, Site):
        # Two threads may both make one; either serves.
        site = state.views[_KEY] = Site(state)
    return site

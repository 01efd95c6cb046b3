"""The names that curated data give to things, found by key or by likeness."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, NamedTuple

from rapidfuzz import fuzz, process
from rdflib import Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.namespace import FOAF, SKOS

from kg.ingest.memory import Memory
from kg.ingest.names import name_key
from kg.iris import parse_iri
from kg.language import Text
from kg.namespaces import INOV

Certain = Literal["exact", "alias"]

_NAMING: Final[Mapping[URIRef, Certain]] = {
    SKOS.prefLabel: "exact",
    FOAF.name: "exact",
    SKOS.altLabel: "alias",
    SKOS.hiddenLabel: "alias",
    INOV.expandedName: "alias",
}

LIKENESS: Final = 55.0
"""The least score (of 100) of a name that is offered as alike."""


@dataclass(frozen=True)
class Likeness:
    """A thing with a name alike: the name (its key) and how much, of 100."""

    iri: URIRef
    key: str
    score: float


class NameIndex:
    """Names by kind of IRI: ``agency``, ``innovation``, ``person``, ``place``."""

    def __init__(self, graphs: Iterable[Graph], memory: Memory | None = None) -> None:
        self._forms: dict[str, dict[str, dict[URIRef, Certain]]] = defaultdict(dict)
        self._labels: dict[URIRef, dict[str, str]] = defaultdict(dict)
        memory = memory or Memory()
        for graph in graphs:
            for name in memory.of("names", [graph], partial(_names, graph)):
                self._add(name)

    def _add(self, name: "_Name") -> None:
        known = self._forms[name.kind].setdefault(name.key, {})
        if known.get(name.thing) != "exact":
            known[name.thing] = name.how
        if name.language:
            self._labels[name.thing][name.language] = name.text

    def find(self, kind: str, key: str) -> Mapping[URIRef, Certain]:
        """Return the things of a kind that bear exactly this name, and how they bear it."""
        return self._forms[kind].get(key, {})

    def label(self, thing: URIRef) -> Text:
        """Return a thing's label, or its IRI where it has none."""
        labels = self._labels.get(thing, {})
        known = labels.get("id") or labels.get("en") or str(thing)
        return Text(labels.get("id", known), labels.get("en", known))

    def alike(self, kind: str, key: str, limit: int = 8) -> list[Likeness]:
        """Return things of a kind with a name alike, the most alike first, each once."""
        forms = self._forms[kind]
        best: dict[URIRef, Likeness] = {}
        matches = process.extract(
            key, forms.keys(), scorer=fuzz.token_sort_ratio, limit=4 * limit, score_cutoff=LIKENESS
        )
        for form, score, _ in matches:
            for thing in sorted(forms[form]):
                best.setdefault(thing, Likeness(thing, form, round(score, 1)))
        return list(best.values())[:limit]


class _Name(NamedTuple):
    """A name of a thing; ``language`` is empty where it is no label, or one of no language."""

    kind: str
    key: str
    thing: URIRef
    how: Certain
    language: str
    text: str


def _names(graph: Graph) -> list[_Name]:
    return [
        _Name(identity.kind, key, thing, how, _language(predicate, name), str(name))
        for predicate, how in _NAMING.items()
        for thing, name in graph.subject_objects(predicate)
        if isinstance(thing, URIRef) and isinstance(name, RdfLiteral)
        if (identity := parse_iri(str(thing))) and (key := name_key(str(name)))
    ]


def _language(predicate: URIRef, name: RdfLiteral) -> str:
    return name.language or "" if predicate == SKOS.prefLabel else ""

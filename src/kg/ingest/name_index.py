"""The names that curated data give to things, found by key or by likeness."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from rapidfuzz import fuzz, process
from rdflib import Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.namespace import FOAF, SKOS

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

    def __init__(self, graphs: Iterable[Graph]) -> None:
        self._forms: dict[str, dict[str, dict[URIRef, Certain]]] = defaultdict(dict)
        self._labels: dict[URIRef, dict[str, str]] = defaultdict(dict)
        for graph in graphs:
            for predicate, how in _NAMING.items():
                for thing, name in graph.subject_objects(predicate):
                    if isinstance(thing, URIRef) and isinstance(name, RdfLiteral):
                        self._add(thing, name, how, is_label=predicate == SKOS.prefLabel)

    def _add(self, thing: URIRef, name: RdfLiteral, how: Certain, *, is_label: bool) -> None:
        identity = parse_iri(str(thing))
        key = name_key(str(name))
        if identity is None or not key:
            return
        known = self._forms[identity.kind].setdefault(key, {})
        if known.get(thing) != "exact":
            known[thing] = how
        if is_label and name.language:
            self._labels[thing][name.language] = str(name)

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

"""Figures as VoID partitions: by class, by property, and by property within a class."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Final

from rdflib import Literal, Namespace, URIRef
from rdflib.namespace import VOID

from kg.iris import compress_iri
from kg.release.statistics import Figures, Key, Triple

# The terms that editors ask for where the values of a property are literals.
VOID_EXT: Final = Namespace("http://ldf.fi/void-ext#")

_NAME: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def partitions(
    dataset: URIRef,
    figures: Figures,
    examples: Mapping[str, URIRef],
    names: "Names",
) -> Iterator[Triple]:
    """Yield the partitions of a dataset; their IRIs tell the terms.

    ``examples`` names one instance of some of the classes.
    """
    by_kind: dict[str, list[Key]] = defaultdict(list)
    for key, total in sorted(figures.items()):
        if total:
            by_kind[f"{key[0]}/{len(key)}"].append(key)
    for key in by_kind["property/3"]:
        node = names("property", key[1])
        if key[2] == "triples":
            yield dataset, VOID.propertyPartition, node
            yield node, VOID.property, URIRef(key[1])
        yield node, VOID[key[2]], _literal(figures[key])
    for key in by_kind["class/2"]:
        node = names("class", key[1])
        yield dataset, VOID.classPartition, node
        yield node, VOID["class"], URIRef(key[1])
        yield node, VOID.entities, _literal(figures[key])
        if key[1] in examples:
            yield node, VOID.exampleResource, examples[key[1]]
    for key in by_kind["class/3"]:
        node = names("class", *key[1:])
        yield names("class", key[1]), VOID.propertyPartition, node
        yield node, VOID.property, URIRef(key[2])
        yield node, VOID.triples, _literal(figures[key])
    for key in by_kind["object/4"]:
        node = names("class", *key[1:])
        yield names("class", *key[1:3]), VOID.classPartition, node
        yield node, VOID["class"], URIRef(key[3])
        yield node, VOID.triples, _literal(figures[key])
    for key in by_kind["datatype/4"]:
        node = names("class", *key[1:])
        yield names("class", *key[1:3]), VOID_EXT.datatypePartition, node
        yield node, VOID_EXT.datatype, URIRef(key[3])
        yield node, VOID.triples, _literal(figures[key])


@lru_cache(maxsize=1 << 12)
def _literal(number: int) -> Literal:
    return Literal(number)


class Names:
    """Gives partitions their IRIs, which begin with ``start``; remembers those that it gave."""

    def __init__(self, start: URIRef, prefixes: Mapping[str, str]) -> None:
        self._start = start
        self._known: dict[tuple[str, ...], URIRef] = {}
        self._prefixes = prefixes
        self._short: dict[str, str] = {}

    def __call__(self, kind: str, *terms: str) -> URIRef:
        """Return the IRI of the partition by some terms."""
        key = (kind, *terms)
        if key not in self._known:
            name = "--".join((kind, *map(self._shorten, terms)))
            self._known[key] = URIRef(self._start + name)
        return self._known[key]

    def _shorten(self, term: str) -> str:
        if term not in self._short:
            name = compress_iri(term, self._prefixes).replace(":", ".", 1)
            is_plain = name != term.replace(":", ".", 1) and _NAME.issuperset(name)
            self._short[term] = name if is_plain else sha256(term.encode()).hexdigest()[:16]
        return self._short[term]

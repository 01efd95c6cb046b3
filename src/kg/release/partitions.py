"""Figures as VoID partitions: by class, by property, and by property within a class."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

from rdflib import Namespace, URIRef
from rdflib.namespace import VOID

from kg.iris import compress_iri
from kg.release.statistics import Key, Triple

# The terms that editors ask for where the values of a property are literals.
VOID_EXT: Final = Namespace("http://ldf.fi/void-ext#")

_NAME: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")

# Named once: a namespace makes a term anew each time it is asked for one.
_TRIPLES: Final = VOID.triples
_ENTITIES: Final = VOID.entities
_PROPERTY: Final = VOID.property
_CLASS: Final = VOID["class"]
_PROPERTY_PARTITION: Final = VOID.propertyPartition
_CLASS_PARTITION: Final = VOID.classPartition
_EXAMPLE: Final = VOID.exampleResource
_DATATYPE: Final = VOID_EXT.datatype
_DATATYPE_PARTITION: Final = VOID_EXT.datatypePartition
_OF_PROPERTY: Final[Mapping[str, URIRef]] = {
    name: VOID[name] for name in ("triples", "distinctSubjects", "distinctObjects")
}


class Place(NamedTuple):
    """Where a figure is told: the number is the object of a triple."""

    node: URIRef
    predicate: URIRef
    key: Key


def partitions(
    dataset: URIRef,
    keys: Iterable[Key],
    examples: Mapping[str, URIRef],
    names: "Names",
) -> tuple[list[Triple], list[Place]]:
    """Return the partitions of a dataset without numbers, and where those are told.

    ``keys`` are those of figures that are not zero; ``examples`` names one instance of some of
    the classes. The IRIs of partitions tell the terms.
    """
    triples: list[Triple] = []
    places: list[Place] = []
    by_kind: dict[tuple[str, int], list[Key]] = defaultdict(list)
    for key in keys:
        by_kind[key[0], len(key)].append(key)
    for key in by_kind["property", 3]:
        node = names("property", key[1])
        if key[2] == "triples":
            triples.append((dataset, _PROPERTY_PARTITION, node))
            triples.append((node, _PROPERTY, _iri(key[1])))
        places.append(Place(node, _OF_PROPERTY[key[2]], key))
    for key in by_kind["class", 2]:
        node = names("class", key[1])
        triples.append((dataset, _CLASS_PARTITION, node))
        triples.append((node, _CLASS, _iri(key[1])))
        places.append(Place(node, _ENTITIES, key))
        if key[1] in examples:
            triples.append((node, _EXAMPLE, examples[key[1]]))
    for kind, leading, predicate in (
        (("class", 3), _PROPERTY_PARTITION, _PROPERTY),
        (("object", 4), _CLASS_PARTITION, _CLASS),
        (("datatype", 4), _DATATYPE_PARTITION, _DATATYPE),
    ):
        for key in by_kind[kind]:
            node = names("class", *key[1:])
            triples.append((names("class", *key[1:-1]), leading, node))
            triples.append((node, predicate, _iri(key[-1])))
            places.append(Place(node, _TRIPLES, key))
    return triples, places


@lru_cache(maxsize=1 << 12)
def _iri(term: str) -> URIRef:
    return URIRef(term)


class Names:
    """Gives partitions their IRIs, which begin with ``start``; remembers those that it gave."""

    def __init__(self, start: URIRef, prefixes: Mapping[str, str]) -> None:
        self._start = str(start)
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

    def vocabularies(self, keys: Iterable[Key]) -> list[URIRef]:
        """Return the namespaces with a prefix that classes and properties of figures are from."""
        terms = {key[1] for key in keys if key[0] in ("property", "class")}
        namespaces = {term[: max(term.rfind("#"), term.rfind("/")) + 1] for term in terms}
        return sorted(URIRef(iri) for iri in namespaces & set(self._prefixes.values()))

    def _shorten(self, term: str) -> str:
        if term not in self._short:
            name = compress_iri(term, self._prefixes).replace(":", ".", 1)
            is_plain = name != term.replace(":", ".", 1) and _NAME.issuperset(name)
            self._short[term] = name if is_plain else sha256(term.encode()).hexdigest()[:16]
        return self._short[term]

"""Figures as triples, told try by try: only numbers that have changed are told anew."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from rdflib import Literal, URIRef
from rdflib.namespace import VOID

from kg.release.partitions import Names, Place, partitions
from kg.release.statistics import WHOLE, Figures, Key, Triple

_WHOLE: Final[Mapping[str, URIRef]] = {name: VOID[name] for name in WHOLE}
_VOCABULARY: Final = VOID.vocabulary
_OWN: Final[Mapping[str, Key]] = {name: ("of the description", name) for name in WHOLE}


class Change(NamedTuple):
    """By what a try differs from the one before."""

    gone: Collection[Triple]
    come: Collection[Triple]


class Telling:
    """What is told of a release: what lasts from try to try, and figures, in ``triples``."""

    def __init__(self, release: URIRef, own: URIRef, names: Names) -> None:
        """Take the release, and the graph that is told of it."""
        self._release, self._own, self._names = release, own, names
        self._lasting: frozenset[Triple] = frozenset()
        self._examples: Mapping[str, URIRef] = {}
        self._keys: frozenset[Key] | None = None
        self._structure: frozenset[Triple] = frozenset()
        self._plain: frozenset[Triple] = frozenset()
        self._shown: frozenset[Triple] = frozenset()
        self._places: list[Place] = []
        self._pairs: frozenset[tuple[URIRef, URIRef]] = frozenset()
        self._numbers: list[int] = []
        self._is_simple = False
        self.triples: set[Triple] = set()

    def last(self, lasting: Iterable[Triple], examples: Mapping[str, URIRef]) -> None:
        """Take what does not depend on figures; ``examples`` names one instance of some classes."""
        self._lasting = frozenset(lasting)
        if self._keys is None or examples != self._examples:
            self._examples, self._keys = examples, None
            return
        self._plain = self._lasting | self._structure
        self._is_simple = self._is_simple and self._are_apart(self._plain - self._shown)

    def tell(self, figures: Figures, own: Figures) -> Change:
        """Tell figures, none of them zero, and those of the description by itself."""
        is_new = self._keys is None or self._keys != figures.keys()
        if is_new:
            self._arrange(frozenset(figures))
        known = {**figures, **{key: own[name,] for name, key in _OWN.items()}}
        numbers = [known.get(place.key, 0) for place in self._places]
        if is_new or not self._is_simple:
            triples = {*self._plain, *map(_told, self._places, numbers)}
            change = Change(self.triples - triples, triples - self.triples)
        else:
            both = zip(self._places, self._numbers, numbers, strict=True)
            moved = [row for row in both if row[1] != row[2]]
            gone = [_told(place, before) for place, before, _ in moved]
            come = [_told(place, after) for place, _, after in moved]
            if self._shown is not self._plain:
                gone += self._shown - self._plain
                come += self._plain - self._shown
            change = Change(gone, come)
        self._numbers, self._shown = numbers, self._plain
        self.triples.difference_update(change.gone)
        self.triples.update(change.come)
        return change

    def _arrange(self, keys: frozenset[Key]) -> None:
        """Lay out what is told of figures with some keys, whatever the numbers."""
        release, own = self._release, self._own
        triples, places = partitions(release, keys, self._examples, self._names)
        vocabularies = ((release, _VOCABULARY, name) for name in self._names.vocabularies(keys))
        self._keys, self._structure = keys, frozenset((*triples, *vocabularies))
        self._plain = self._lasting | self._structure
        self._places = [Place(release, term, (name,)) for name, term in _WHOLE.items()]
        self._places += (Place(own, _WHOLE[name], key) for name, key in _OWN.items())
        self._places += places
        # Two places that are one would have a number go that the other one still tells.
        self._pairs = frozenset(place[:2] for place in self._places)
        self._is_simple = len(self._pairs) == len(self._places) and self._are_apart(self._plain)

    def _are_apart(self, triples: Iterable[Triple]) -> bool:
        return self._pairs.isdisjoint((s, p) for s, p, _ in triples)


def of_whole(node: URIRef, totals: Figures) -> Iterator[Triple]:
    """Yield the figures of ``WHOLE`` of a graph."""
    for name, term in _WHOLE.items():
        yield node, term, _literal(totals[name,])


def _told(place: Place, number: int) -> Triple:
    return place.node, place.predicate, _literal(number)


@lru_cache(maxsize=1 << 13)
def _literal(number: int) -> Literal:
    return Literal(number)

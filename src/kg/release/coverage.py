"""Held against official: plain arithmetic on figures, of tiers, their parts and their totals."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import Final

from rdflib import URIRef

from kg.store import Term

_PRECISION: Final = Decimal("0.0001")


@dataclass(frozen=True)
class Cover:
    """How many are held of an official number; ``origins`` are what states that number.

    ``by_agency`` says that agencies are counted, not recognitions.
    """

    held: int
    official: Decimal
    origins: tuple[URIRef, ...] = ()
    by_agency: bool = False

    @property
    def share(self) -> Decimal:
        """Return held by official, to four places.

        >>> Cover(2, Decimal(45)).share
        Decimal('0.0444')
        """
        return _rounded(Decimal(self.held) / self.official)


@dataclass(frozen=True)
class TotalCover:
    """The covers of several awards together."""

    official: Decimal
    share: Decimal


def total_cover(awards: Iterable[Collection[Cover]]) -> TotalCover | None:
    """Return the cover of several awards, each by its highest official number; None without any.

    No award counts for more than all of it, so that one that is held twice hides no other.

    >>> total_cover([[Cover(50, Decimal(45))], [Cover(0, Decimal(45)), Cover(0, Decimal(55))], []])
    TotalCover(official=Decimal('100'), share=Decimal('0.4500'))
    """
    best = [max(covers, key=lambda cover: cover.official) for covers in awards if covers]
    official = sum((cover.official for cover in best), Decimal())
    if not official:
        return None
    held = sum((min(Decimal(cover.held), cover.official) for cover in best), Decimal())
    return TotalCover(official, _rounded(held / official))


@dataclass(frozen=True)
class Part:
    """A partial figure of a source: about something, by an indicator, of some kinds of agencies.

    ``whole`` is the observation that it is said to be part of, if it is said.
    """

    about: URIRef
    indicator: URIRef
    graph: URIRef
    observation: URIRef
    kinds: frozenset[Term]
    value: Decimal
    whole: URIRef | None = None

    @property
    def key(self) -> tuple[URIRef, URIRef, URIRef, URIRef]:
        """Return what parts that are added up have in common."""
        nothing = URIRef("")
        if self.whole:
            return nothing, nothing, self.graph, self.whole
        return self.about, self.indicator, self.graph, nothing


@dataclass(frozen=True)
class Added:
    """Partial figures of one source added up; those of a ``whole`` may be about many things."""

    about: URIRef
    indicator: URIRef
    graph: URIRef
    whole: URIRef | None
    value: Decimal
    observations: tuple[URIRef, ...]


def sums_of_parts(parts: Iterable[Part]) -> Iterator[Added]:
    """Yield the sums of what each source breaks a figure down to, two parts at least.

    Parts that a source does not say to be parts are told by their kinds of agencies: of those
    that overlap (regional governments, and cities) the widest counts alone. Where one source
    gives two values for one part the higher one counts.
    """
    ordered = sorted(parts, key=lambda p: (p.key, -len(p.kinds), p.observation, -p.value))
    for (about, indicator, graph, whole), group in groupby(ordered, key=lambda p: p.key):
        seen: set[Term] = set()
        chosen: dict[URIRef, Part] = {}
        for part in group:
            if part.observation not in chosen and (whole or seen.isdisjoint(part.kinds)):
                seen |= part.kinds
                chosen[part.observation] = part
        if len(chosen) > 1:
            value = sum((part.value for part in chosen.values()), Decimal())
            yield Added(about, indicator, graph, whole or None, value, tuple(sorted(chosen)))


def _rounded(share: Decimal) -> Decimal:
    return share.quantize(_PRECISION, ROUND_HALF_UP)

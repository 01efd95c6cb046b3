"""A figure on coverage or quality, before it is told as triples (DQV)."""

from decimal import Decimal
from typing import NamedTuple

from rdflib import URIRef


class Measurement(NamedTuple):
    """A figure: ``metric`` is the metric's notation, ``on`` what it was computed on.

    ``facet`` tells measurements by one metric on one thing apart; ``derived`` are what the value
    was read off: an observation that gives an official number, the graph that holds the links.
    """

    metric: str
    on: URIRef
    value: int | Decimal
    facet: str = ""
    derived: tuple[URIRef, ...] = ()


def written(value: Decimal) -> str:
    """Return a number without needless digits, as it stands in literals and fragments.

    >>> written(Decimal("100.0"))
    '100'
    """
    return f"{value.normalize():f}"

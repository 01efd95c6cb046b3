"""What the project holds to be true: one value per functional property, out of all the claims."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from kg.ingest.sources import Claim
from kg.namespaces import CANONICAL_BASE, INOV

_PRECISIONS: Final = tuple(
    URIRef(f"{CANONICAL_BASE}scheme/date-precision/{notation}")
    for notation in ("day", "year-weekday", "month", "range", "year", "unknown")
)
"""The concepts of scheme date-precision, the finest first."""

Rival = tuple[Node, str]
"""A value that a claim gives, and the rank of that claim."""


def consolidate(claims: Iterable[Claim], functional: Collection[Node], places: Graph) -> Graph:
    """Return the triples that go into the default graph.

    Deprecated claims are left out. Of a functional property the preferred value wins, else the
    most precise one; where neither decides, all stay, and the gate asks for a conflict set.
    ``places`` states ``inov:within`` and ``inov:locatedIn``, by which places nest.
    """
    values: dict[tuple[URIRef, URIRef], list[Rival]] = defaultdict(list)
    for claim in claims:
        values[claim.triple[:2]].append((claim.triple[2], claim.rank))

    def around(place: Node) -> Iterator[Node]:
        return _surroundings(place, places)

    graph = Graph()
    for (subject, predicate), rivals in values.items():
        for value in held_values(rivals, around if predicate in functional else None):
            graph.add((subject, predicate, value))
    return graph


def held_values(
    rivals: Iterable[Rival], around: Callable[[Node], Iterable[Node]] | None
) -> set[Node]:
    """Return those of the values claimed of one subject and predicate that are held.

    ``around`` gives the places that a place lies in if the property is functional; it is None
    for a property that may have many values.
    """
    standing = [(value, rank) for value, rank in rivals if rank != "deprecated"]
    if around is None:
        return {value for value, _ in standing}
    preferred = {value for value, rank in standing if rank == "preferred"}
    values = preferred or {value for value, _ in standing}
    return {
        value for value in values if not any(_refines(other, value, around) for other in values)
    }


def _refines(precise: Node, vague: Node, around: Callable[[Node], Iterable[Node]]) -> bool:
    """Say whether a value says all that another says, and more.

    A date refines its month and its year, a place whatever it lies in; of two precisions of a
    time the finer does.
    """
    if precise in _PRECISIONS and vague in _PRECISIONS:
        return _PRECISIONS.index(precise) < _PRECISIONS.index(vague)
    if isinstance(precise, Literal):
        return str(precise).startswith(f"{vague}-")
    return precise != vague and vague in around(precise)


def _surroundings(place: Node, places: Graph) -> Iterator[Node]:
    """Yield every place that another lies in, nearest first (the place itself included)."""

    def step(inner: Node, graph: Graph) -> Iterator[Node]:
        yield from graph.objects(inner, INOV.within)
        yield from graph.objects(inner, INOV.locatedIn)

    yield from places.transitiveClosure(step, place)

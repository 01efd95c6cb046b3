"""What the project holds to be true: one value per functional property, out of all the claims."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
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


def consolidate(claims: Iterable[Claim], functional: Collection[Node], places: Graph) -> Graph:
    """Return the triples that go into the default graph.

    Deprecated claims are left out. Of a functional property the preferred value wins, else the
    most precise one; where neither decides, all stay, and the gate asks for a conflict set.
    ``places`` states ``inov:within`` and ``inov:locatedIn``, by which places nest.
    """
    values: dict[tuple[URIRef, URIRef], list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.rank != "deprecated":
            values[claim.triple[:2]].append(claim)
    graph = Graph()
    for (subject, predicate), rivals in values.items():
        for claim in _choose(rivals, places) if predicate in functional else rivals:
            graph.add((subject, predicate, claim.triple[2]))
    return graph


def _choose(rivals: list[Claim], places: Graph) -> list[Claim]:
    preferred = [claim for claim in rivals if claim.rank == "preferred"] or rivals
    objects = {claim.triple[2] for claim in preferred}
    return [
        claim
        for claim in preferred
        if not any(_refines(other, claim.triple[2], places) for other in objects)
    ]


def _refines(precise: Node, vague: Node, places: Graph) -> bool:
    """Say whether a value says all that another says, and more.

    A date refines its month and its year, a place whatever it lies in; of two precisions of a
    time the finer does.
    """
    if precise in _PRECISIONS and vague in _PRECISIONS:
        return _PRECISIONS.index(precise) < _PRECISIONS.index(vague)
    if isinstance(precise, Literal):
        return str(precise).startswith(f"{vague}-")
    return precise != vague and vague in _surroundings(precise, places)


def _surroundings(place: Node, places: Graph) -> Iterator[Node]:
    """Yield every place that another lies in, nearest first (the place itself included)."""

    def step(inner: Node, graph: Graph) -> Iterator[Node]:
        yield from graph.objects(inner, INOV.within)
        yield from graph.objects(inner, INOV.locatedIn)

    yield from places.transitiveClosure(step, place)

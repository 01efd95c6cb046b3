"""What each source's parts of a figure add up to, against every figure for the whole.

It rests on observations, tiers and a few vocabularies alone: a change that touches none of what
the queries read (``READ``, ``KINDS``) leaves it as it was.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from rdflib import RDF, URIRef
from rdflib.namespace import SKOS

from kg.iris import rebase
from kg.namespaces import CANONICAL_BASE, INOV
from kg.release.coverage import Added, Part, sums_of_parts
from kg.release.measurement import Measurement, written
from kg.release.quality_queries import OFFICIAL, PARTIAL, POPULATIONS
from kg.store import Quad, Term
from kg.store.release import Queryable

READ: Final = frozenset(
    (
        SKOS.broader,
        SKOS.inScheme,
        SKOS.narrowMatch,
        SKOS.notation,
        INOV.about,
        INOV.indicator,
        INOV.partOfObservation,
        INOV.population,
        INOV.restrictedTo,
        INOV.tierSize,
        INOV.unit,
        INOV.value,
    )
)
"""The properties that the queries read, besides the type."""

KINDS: Final = frozenset((INOV.AwardEdition, INOV.Observation, INOV.Tier))
"""The classes that they ask for."""

_SIZE: Final = f"{CANONICAL_BASE}scheme/indicator/ukuran-tier"


def touches_sums(quads: Iterable[Quad], base: str) -> bool:
    """Say whether quads that come or go can change what parts add up to."""
    read = {rebase(str(name), base) for name in READ}
    kinds = {rebase(str(name), base) for name in KINDS}
    return any(
        str(quad.predicate) in read or (quad.predicate == RDF.type and str(quad.object) in kinds)
        for quad in quads
    )


def measure_sums(store: Queryable, base: str) -> tuple[Measurement, ...]:
    """Return the sums of parts and their differences, each read off its observations."""
    kinds = kinds_of_populations(store, base)
    size = URIRef(rebase(_SIZE, base))
    parts: list[Part] = []
    stated: dict[tuple[URIRef, ...], set[tuple[Decimal, URIRef]]] = {}
    for row in store.select(rebase(OFFICIAL, base)):
        if row["award"] == row["origin"]:
            award = URIRef(str(row["award"]))
            stated.setdefault((award, size), set()).add((Decimal(str(row["official"])), award))
    for row in store.select(rebase(PARTIAL, base)):
        names = "about", "indicator", "observation"
        about, indicator, node = (URIRef(str(row[name])) for name in names)
        value = Decimal(str(row["value"]))
        stated.setdefault((node,), set()).add((value, node))
        whole = URIRef(str(row["whole"])) if "whole" in row else None
        inside = frozenset(kinds.get(row["population"], ())) if "population" in row else None
        if whole or inside:
            graph = URIRef(str(row["graph"]))
            parts.append(Part(about, indicator, graph, node, inside or frozenset(), value, whole))
        elif "wider" not in row:
            stated.setdefault((about, indicator), set()).add((value, node))
    found: list[Measurement] = []
    for added in sums_of_parts(parts):
        key = (added.whole,) if added.whole else (added.about, added.indicator)
        found.extend(_differences(added, stated.get(key, set())))
    return tuple(found)


def kinds_of_populations(store: Queryable, base: str) -> Mapping[Term, set[Term]]:
    """Return the kinds of agencies that each population is made up of."""
    kinds: dict[Term, set[Term]] = {}
    for row in store.select(rebase(POPULATIONS, base)):
        kinds.setdefault(row["population"], set()).add(row["kind"])
    return kinds


def _differences(added: Added, wholes: set[tuple[Decimal, URIRef]]) -> Iterator[Measurement]:
    """Yield the sum of parts, and by how much it differs from each figure for the whole."""
    on = added.whole or added.about
    names = [added.graph] if added.whole else [added.indicator, added.graph]
    facet = "--".join(name.rpartition("/")[2] for name in names)
    origins = (added.graph, *added.observations)
    if wholes:
        yield Measurement("sum-of-parts", on, added.value, facet, origins)
    for value in sorted({value for value, _ in wholes}):
        nodes = tuple(sorted(node for other, node in wholes if other == value))
        which = f"{facet}--{written(value)}"
        yield Measurement("sum-difference", on, added.value - value, which, (added.graph, *nodes))

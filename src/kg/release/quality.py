"""Coverage and quality of a release, as measurements of its content (DQV).

https://www.w3.org/TR/vocab-dqv/: a measurement has a metric, a value and what it was computed on.
It stands in ``graph/quality``; what is measured of the release as a whole is told in
``graph/release`` too, and so in the default graph, the catalogue and VoID. Metrics and dimensions
are vocabularies. A pure function of the content: a few queries (``kg.release.quality_queries``).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from typing import Final

from rdflib import RDF, XSD, Literal, Namespace, URIRef
from rdflib.namespace import PROV, SKOS

from kg.iris import compress_iri, rebase
from kg.namespaces import CANONICAL_BASE, GRAPH
from kg.release.coverage import Added, Cover, Part, sums_of_parts, total_cover
from kg.release.quality_queries import (
    ALL_LABELS,
    CONFLICTS,
    HELD,
    LABELS,
    LINKS,
    OFFICIAL,
    PARTIAL,
    POPULATIONS,
    RECIPIENTS,
    SOURCES,
    TIERS,
    TRIPLES,
)
from kg.release.statistics import Triple
from kg.store import MemoryStore, ReleaseStore, Term

DQV: Final = Namespace("http://www.w3.org/ns/dqv#")
METRIC: Final = Namespace(f"{CANONICAL_BASE}scheme/quality-metric/")

_OPEN: Final = f"{CANONICAL_BASE}scheme/resolution/open"
_AGENCIES: Final = f"{CANONICAL_BASE}scheme/unit/instansi"
_SIZE: Final = f"{CANONICAL_BASE}scheme/indicator/ukuran-tier"
_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


@dataclass(frozen=True)
class Measurement:
    """A figure: ``metric`` is the metric's notation, ``on`` what it was computed on.

    ``facet`` tells measurements by one metric on one thing apart; ``derived`` are what the value
    was read off: an observation that gives an official number, the graph that holds the links.
    """

    metric: str
    on: URIRef
    value: int | Decimal
    facet: str = ""
    derived: tuple[URIRef, ...] = ()


def quality_iri(base: str, name: str) -> URIRef:
    """Return the IRI of the document whose fragments are the measurements of a release.

    ``name`` is the release's, the first digits of its identifier.
    """
    return URIRef(f"{base}quality/{name}")


def measure_quality(
    store: ReleaseStore | MemoryStore, base: str, release: URIRef
) -> list[Measurement]:
    """Measure a store that holds the content of a release; ``release`` is its IRI."""
    gauge = _Gauge(store, base, release)
    return [
        *gauge.coverage(),
        *gauge.corroboration(),
        *gauge.conflicts(),
        *gauge.labels(),
        *gauge.links(),
    ]


def quality_triples(
    measurements: Iterable[Measurement],
    store: ReleaseStore | MemoryStore,
    release: URIRef,
    base: str,
    prefixes: Mapping[str, str],
) -> list[Triple]:
    """Return the measurements as triples, and the release's links to those of it as a whole.

    The latter have the labels of their metrics. ``prefixes`` are in the release's IRIs.
    """
    start = quality_iri(base, release.rpartition("/")[2])
    own = URIRef(rebase(GRAPH.quality, base))
    triples: set[Triple] = {
        (release, DQV.hasQualityMetadata, own),
        (own, RDF.type, DQV.QualityMetadata),
    }
    for measured in measurements:
        metric = URIRef(rebase(METRIC[measured.metric], base))
        parts = [measured.metric, measured.facet]
        if measured.on != release:
            parts.insert(1, _short(measured.on, prefixes))
        node = URIRef(f"{start}#{'--'.join(filter(None, parts))}")
        triples |= {
            (node, RDF.type, DQV.QualityMeasurement),
            (node, DQV.isMeasurementOf, metric),
            (node, DQV.computedOn, measured.on),
            (node, DQV.value, _literal(measured.value)),
            *((node, PROV.wasDerivedFrom, origin) for origin in measured.derived),
        }
        if measured.on == release:
            triples.add((release, DQV.hasQualityMeasurement, node))
            labels = store.quads(metric, SKOS.prefLabel)
            triples |= {(node, SKOS.prefLabel, quad.object) for quad in labels}
    return sorted(triples)


def of_the_whole(triples: Collection[Triple], release: URIRef) -> list[Triple]:
    """Return what is said of the release as a whole, out of all that is measured."""
    told = {o for s, p, o in triples if s == release and p == DQV.hasQualityMeasurement}
    return [triple for triple in triples if triple[0] == release or triple[0] in told]


class _Gauge:
    """Asks a store for what is measured; the rows of each query become measurements."""

    def __init__(self, store: ReleaseStore | MemoryStore, base: str, release: URIRef) -> None:
        self._store, self._base, self._release = store, base, release

    def _ask(self, query: str) -> list[Mapping[str, Term]]:
        return self._store.select(rebase(query, self._base))

    def _iri(self, canonical: str) -> URIRef:
        return URIRef(rebase(canonical, self._base))

    # Coverage

    def coverage(self) -> Iterator[Measurement]:
        """Yield what is held of each award, part and edition, against every official number."""
        held = {_iri(row["award"]): row for row in self._ask(HELD)}
        kinds = self._kinds()
        recipients = self._ask(RECIPIENTS)
        covers: dict[URIRef, list[Cover]] = {award: [] for award in held}
        for row in self._ask(OFFICIAL):
            award, origin = _iri(row["award"]), _iri(row["origin"])
            population = row.get("population")
            inside = kinds.get(population) if population else None
            by_agency = row.get("unit") == self._iri(_AGENCIES)
            official = Decimal(str(row["official"]))
            if not inside and ("whole" in row or "wider" in row):
                continue  # A part that no kind of agency answers to cannot be compared.
            if inside:
                column = "agency" if by_agency else "recognition"
                number = len(
                    {r[column] for r in recipients if r["award"] == award and r["kind"] in inside}
                )
                yield from _part(origin, Cover(number, official, (origin,), by_agency))
                continue
            number = (
                _number(held[award]["agencies" if by_agency else "held"]) if award in held else 0
            )
            covers.setdefault(award, []).append(Cover(number, official, (origin,), by_agency))
        for award, found in covers.items():
            told = held.get(award)
            yield Measurement("recognitions-held", award, _number(told["held"]) if told else 0)
            yield Measurement("agencies-held", award, _number(told["agencies"]) if told else 0)
            for cover in _joined(found):
                yield from _against(award, cover)
        yield from self._editions(held, covers)
        yield from self._sums(kinds, covers)

    def _kinds(self) -> Mapping[Term, set[Term]]:
        """Return the kinds of agencies that each population is made up of."""
        kinds: dict[Term, set[Term]] = {}
        for row in self._ask(POPULATIONS):
            kinds.setdefault(row["population"], set()).add(row["kind"])
        return kinds

    def _editions(
        self,
        held: Mapping[URIRef, Mapping[str, Term]],
        covers: Mapping[URIRef, Collection[Cover]],
    ) -> Iterator[Measurement]:
        """Yield the totals of the editions, and of the release."""
        groups: dict[URIRef, list[URIRef]] = {self._release: list(covers)}
        for row in self._ask(TIERS):
            if row["award"] in covers:
                groups.setdefault(_iri(row["edition"]), []).append(_iri(row["award"]))
        for group, awards in groups.items():
            total = sum(_number(held[award]["held"]) for award in awards if award in held)
            yield Measurement("recognitions-held", group, total)
            cover = total_cover(covers[award] for award in awards)
            if cover:
                yield Measurement("official-number", group, cover.official)
                yield Measurement("share-held", group, cover.share)

    def _sums(
        self, kinds: Mapping[Term, set[Term]], covers: Mapping[URIRef, Collection[Cover]]
    ) -> Iterator[Measurement]:
        """Yield what each source's parts add up to, against every figure for the whole."""
        parts: list[Part] = []
        stated: dict[tuple[URIRef, ...], set[tuple[Decimal, URIRef]]] = {}
        for award, found in covers.items():
            named = {(cover.official, award) for cover in found if award in cover.origins}
            stated[award, self._iri(_SIZE)] = named
        for row in self._ask(PARTIAL):
            about, indicator, node = (_iri(row[n]) for n in ("about", "indicator", "observation"))
            value = Decimal(str(row["value"]))
            stated.setdefault((node,), set()).add((value, node))
            whole = _iri(row["whole"]) if "whole" in row else None
            inside = frozenset(kinds.get(row["population"], ())) if "population" in row else None
            if whole or inside:
                graph = _iri(row["graph"])
                part = Part(about, indicator, graph, node, inside or frozenset(), value, whole)
                parts.append(part)
            elif "wider" not in row:
                stated.setdefault((about, indicator), set()).add((value, node))
        for added in sums_of_parts(parts):
            key = (added.whole,) if added.whole else (added.about, added.indicator)
            yield from _difference(added, stated.get(key, set()))

    # What sources say, and how they agree

    def corroboration(self) -> Iterator[Measurement]:
        """Yield how much of what each source says another one says too."""
        rows = [(_iri(row["source"]), row) for row in self._ask(SOURCES)]
        for on, row in [*rows, (self._release, self._ask(TRIPLES)[0])]:
            claims, also = _number(row["claims"]), _number(row.get("corroborated", Literal(0)))
            yield Measurement("claims", on, claims)
            yield Measurement("claims-corroborated", on, also)
            yield Measurement("claims-single", on, claims - also)

    def conflicts(self) -> Iterator[Measurement]:
        """Yield the conflicts of each kind that are open and settled, and all of them."""
        counts: dict[URIRef, list[int]] = {self._release: [0, 0]}
        for row in self._ask(CONFLICTS):
            is_settled = _iri(row["resolution"]) != self._iri(_OPEN)
            for on in (self._release, _iri(row["kind"])):
                counts.setdefault(on, [0, 0])[int(is_settled)] += _number(row["conflicts"])
        for on, (is_open, settled) in counts.items():
            yield Measurement("conflicts-open", on, is_open)
            yield Measurement("conflicts-settled", on, settled)

    # Names and links

    def labels(self) -> Iterator[Measurement]:
        """Yield how many things of each class have no label in a language."""
        rows = [(_iri(row["class"]), row) for row in self._ask(LABELS)]
        for on, row in [*rows, (self._release, self._ask(ALL_LABELS)[0])]:
            yield Measurement("things", on, _number(row["things"]))
            for language in ("id", "en"):
                missing = row.get(f"missing{language.title()}", Literal(0))
                yield Measurement(f"labels-missing-{language}", on, _number(missing))

    def links(self) -> Iterator[Measurement]:
        """Yield the links to each dataset elsewhere, by the graph that holds them."""
        total = 0
        for row in self._ask(LINKS):
            graph, links = _iri(row["graph"]), _number(row["links"])
            total += links
            facet = graph.rpartition("/")[2]
            yield Measurement("links", _iri(row["host"]), links, facet, (graph,))
        yield Measurement("links", self._release, total)


def _difference(added: Added, wholes: set[tuple[Decimal, URIRef]]) -> Iterator[Measurement]:
    """Yield the sum of parts, and by how much it differs from each figure for the whole."""
    on = added.whole or added.about
    names = [added.graph] if added.whole else [added.indicator, added.graph]
    facet = "--".join(name.rpartition("/")[2] for name in names)
    origins = (added.graph, *added.observations)
    if wholes:
        yield Measurement("sum-of-parts", on, added.value, facet, origins)
    for value in sorted({value for value, _ in wholes}):
        nodes = tuple(sorted(node for other, node in wholes if other == value))
        which = f"{facet}--{_written(value)}"
        difference = added.value - value
        derived = (added.graph, *nodes)
        yield Measurement("sum-difference", on, difference, which, derived)


def _joined(covers: Iterable[Cover]) -> list[Cover]:
    """Return the covers with those of the same number joined, their origins together."""
    joined: dict[tuple[Decimal, bool], Cover] = {}
    for cover in covers:
        key = (cover.official, cover.by_agency)
        origins = {*joined[key].origins, *cover.origins} if key in joined else cover.origins
        joined[key] = replace(cover, origins=tuple(sorted(origins)))
    return [joined[key] for key in sorted(joined)]


def _part(on: URIRef, cover: Cover) -> Iterator[Measurement]:
    """Yield what is held of a part of an award, with its official number."""
    yield Measurement("agencies-held" if cover.by_agency else "recognitions-held", on, cover.held)
    yield from _against(on, cover)


def _against(on: URIRef, cover: Cover) -> Iterator[Measurement]:
    facet = _written(cover.official) + ("--agencies" if cover.by_agency else "")
    yield Measurement("official-number", on, cover.official, facet, cover.origins)
    if cover.official:
        yield Measurement("share-held", on, cover.share, facet, cover.origins)


def _iri(term: Term) -> URIRef:
    return URIRef(str(term))


def _number(term: Term) -> int:
    return int(str(term))


def _written(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _literal(value: int | Decimal) -> Literal:
    if isinstance(value, int):
        return Literal(value)
    return Literal(_written(value), datatype=XSD.decimal, normalize=False)


def _short(iri: URIRef, prefixes: Mapping[str, str]) -> str:
    """Return what names a thing in a fragment: its CURIE with a dot, or a hash of its IRI."""
    curie = compress_iri(iri, prefixes)
    name = curie.replace(":", ".", 1)
    is_plain = curie != iri and _PLAIN.issuperset(name)
    return name if is_plain else sha256(iri.encode()).hexdigest()[:16]

"""Coverage and quality of a release, as measurements of its content (DQV).

https://www.w3.org/TR/vocab-dqv/: a measurement has a metric, a value and what it was computed on.
It stands in ``graph/quality``; what is measured of the release as a whole is told in
``graph/release`` too, and so in the default graph, the catalogue and VoID. Metrics and dimensions
are vocabularies. A pure function of the content: a few queries (``kg.release.quality_queries``),
and what is carried along from release to release (``kg.release.quality_counts``).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from typing import Final

from rdflib import RDF, XSD, Literal, Namespace, URIRef
from rdflib.namespace import PROV, SKOS

from kg.iris import compress_iri, rebase
from kg.namespaces import CANONICAL_BASE, GRAPH
from kg.release.coverage import Cover, total_cover
from kg.release.measurement import Measurement, written
from kg.release.quality_counts import QualityCounts, by_key
from kg.release.quality_queries import CONFLICTS, OFFICIAL, TIERS
from kg.release.quality_sums import kinds_of_populations
from kg.release.statistics import Triple
from kg.store import Term
from kg.store.release import Queryable

DQV: Final = Namespace("http://www.w3.org/ns/dqv#")
_MEASUREMENT, _METRIC_OF, _COMPUTED_ON, _VALUE, _HAS_MEASUREMENT, _HAS_METADATA = (
    DQV[name]
    for name in (
        "QualityMeasurement",
        "isMeasurementOf",
        "computedOn",
        "value",
        "hasQualityMeasurement",
        "hasQualityMetadata",
    )
)
METRIC: Final = Namespace(f"{CANONICAL_BASE}scheme/quality-metric/")

_OPEN: Final = f"{CANONICAL_BASE}scheme/resolution/open"
_AGENCIES: Final = f"{CANONICAL_BASE}scheme/unit/instansi"
_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def quality_iri(base: str, name: str) -> URIRef:
    """Return the IRI of the document whose fragments are the measurements of a release.

    ``name`` is the release's, the first digits of its identifier.
    """
    return URIRef(f"{base}quality/{name}")


def measure_quality(
    store: Queryable, base: str, release: URIRef, counts: QualityCounts
) -> list[Measurement]:
    """Measure a store that holds the content of a release; ``release`` is its IRI.

    ``counts`` is what was counted of that content.
    """
    gauge = _Gauge(store, base, release, counts)
    return [
        *gauge.coverage(),
        *counts.sums,
        *gauge.corroboration(),
        *gauge.conflicts(),
        *gauge.labels(),
        *gauge.links(),
    ]


def quality_triples(
    measurements: Iterable[Measurement],
    store: Queryable,
    release: URIRef,
    base: str,
    prefixes: Mapping[str, str],
) -> list[Triple]:
    """Return the measurements as triples, and the release's links to those of it as a whole.

    The latter have the labels of their metrics. ``prefixes`` are in the release's IRIs.
    """
    own = URIRef(rebase(GRAPH.quality, base))
    triples: list[Triple] = [
        (release, _HAS_METADATA, own),
        (own, RDF.type, DQV.QualityMetadata),
    ]
    tell = _teller(release, base, tuple(prefixes.items()))
    for measured in dict.fromkeys(measurements):
        told = tell(measured)
        triples += told
        if measured.on == release:
            node, _, metric = told[0]
            triples.append((release, _HAS_MEASUREMENT, node))
            labels = store.quads(URIRef(metric), SKOS.prefLabel)
            triples += dict.fromkeys((node, SKOS.prefLabel, quad.object) for quad in labels)
    return triples


class _Teller:
    """Tells measurements as triples; most are the same from release to release."""

    _most: Final = 1 << 14

    def __init__(self, release: URIRef, base: str, prefixes: Mapping[str, str]) -> None:
        self._start = quality_iri(base, release.rpartition("/")[2])
        self._release, self._base, self._prefixes = release, base, prefixes
        self._told: dict[tuple[Measurement, type], tuple[Triple, ...]] = {}

    def __call__(self, measured: Measurement) -> tuple[Triple, ...]:
        """Return the triples, of which the first tells the metric."""
        # Three and three point nought are equal, and two literals.
        key = measured, type(measured.value)
        told = self._told.get(key)
        if told is None:
            if len(self._told) >= self._most:
                self._told.clear()
            told = self._told[key] = tuple(self._tell(measured))
        return told

    def _tell(self, measured: Measurement) -> Iterator[Triple]:
        name = "" if measured.on == self._release else _short(measured.on, self._prefixes)
        parts = filter(None, (measured.metric, name, measured.facet))
        node = URIRef(f"{self._start}#{'--'.join(parts)}")
        yield node, _METRIC_OF, URIRef(rebase(METRIC[measured.metric], self._base))
        yield node, RDF.type, _MEASUREMENT
        yield node, _COMPUTED_ON, measured.on
        yield node, _VALUE, _literal(measured.value)
        yield from ((node, PROV.wasDerivedFrom, origin) for origin in measured.derived)


@lru_cache(maxsize=1)
def _teller(release: URIRef, base: str, prefixes: tuple[tuple[str, str], ...]) -> _Teller:
    return _Teller(release, base, dict(prefixes))


def of_the_whole(triples: Collection[Triple], release: URIRef) -> list[Triple]:
    """Return what is said of the release as a whole, out of all that is measured."""
    # Sets compare terms by hash, which is all that most of them need.
    own, links = {release}, {_HAS_MEASUREMENT}
    told = own.union(o for s, p, o in triples if p in links and s in own)
    return [triple for triple in triples if triple[0] in told]


class _Gauge:
    """Asks a store for what is measured; rows and counts become measurements."""

    def __init__(
        self,
        store: Queryable,
        base: str,
        release: URIRef,
        counts: QualityCounts,
    ) -> None:
        self._store, self._base, self._release = store, base, release
        self._figures = counts.figures
        self._held = {name: self._by_kinds(name) for name in ("held", "agencies")}

    def _by_kinds(self, name: str) -> Mapping[str, Mapping[frozenset[str], int]]:
        """Return what is held of each award, by the kinds of its agencies."""
        found: dict[str, dict[frozenset[str], int]] = {}
        for (award, *kinds), number in by_key(self._figures, name):
            found.setdefault(award, {})[frozenset(kinds)] = number
        return found

    def _ask(self, query: str) -> list[Mapping[str, Term]]:
        return self._store.select(rebase(query, self._base))

    def _iri(self, canonical: str) -> URIRef:
        return URIRef(rebase(canonical, self._base))

    # Coverage

    def _number_held(
        self, award: str, inside: Collection[Term] | None = None, *, by_agency: bool = False
    ) -> int:
        """Return how many recognitions or agencies are held, of all kinds of agencies or some."""
        numbers = self._held["agencies" if by_agency else "held"].get(str(award), {})
        if inside is None:
            return sum(numbers.values())
        names = {str(kind) for kind in inside}
        return sum(number for kinds, number in numbers.items() if kinds & names)

    def coverage(self) -> Iterator[Measurement]:
        """Yield what is held of each award, part and edition, against every official number."""
        populations = kinds_of_populations(self._store, self._base)
        covers: dict[URIRef, list[Cover]] = {URIRef(award): [] for award in self._held["held"]}
        for row in self._ask(OFFICIAL):
            award, origin = _iri(row["award"]), _iri(row["origin"])
            population = row.get("population")
            inside = populations.get(population) if population else None
            by_agency = row.get("unit") == self._iri(_AGENCIES)
            official = Decimal(str(row["official"]))
            if not inside and ("whole" in row or "wider" in row):
                continue  # A part that no kind of agency answers to cannot be compared.
            number = self._number_held(award, inside or None, by_agency=by_agency)
            cover = Cover(number, official, (origin,), by_agency)
            if inside:
                yield from _part(origin, cover)
            else:
                covers.setdefault(award, []).append(cover)
        for award, found in covers.items():
            yield Measurement("recognitions-held", award, self._number_held(award))
            yield Measurement("agencies-held", award, self._number_held(award, by_agency=True))
            for cover in _joined(found):
                yield from _against(award, cover)
        yield from self._editions(covers)

    def _editions(self, covers: Mapping[URIRef, Collection[Cover]]) -> Iterator[Measurement]:
        """Yield the totals of the editions, and of the release."""
        groups: dict[URIRef, list[URIRef]] = {self._release: list(covers)}
        for row in self._ask(TIERS):
            if row["award"] in covers:
                groups.setdefault(_iri(row["edition"]), []).append(_iri(row["award"]))
        for group, awards in groups.items():
            yield Measurement("recognitions-held", group, sum(map(self._number_held, awards)))
            cover = total_cover(covers[award] for award in awards)
            if cover:
                yield Measurement("official-number", group, cover.official)
                yield Measurement("share-held", group, cover.share)

    # What sources say, and how they agree

    def _counted(self, name: str) -> Iterator[tuple[URIRef, tuple[str, ...], int]]:
        """Yield what is counted under a name: on what, by what key, how often."""
        for key, number in by_key(self._figures, name):
            if key:
                yield URIRef(key[-1]), key, number
        yield self._release, (), self._figures[name,]

    def corroboration(self) -> Iterator[Measurement]:
        """Yield how much of what each source says another one says too."""
        for on, key, claims in self._counted("claims"):
            also = self._figures["also", *key]
            yield Measurement("claims", on, claims)
            yield Measurement("claims-corroborated", on, also)
            yield Measurement("claims-single", on, claims - also)

    def conflicts(self) -> Iterator[Measurement]:
        """Yield the conflicts of each kind that are open and settled, and all of them."""
        counts: dict[URIRef, list[int]] = {self._release: [0, 0]}
        for row in self._ask(CONFLICTS):
            is_settled = _iri(row["resolution"]) != self._iri(_OPEN)
            for on in (self._release, _iri(row["kind"])):
                counts.setdefault(on, [0, 0])[int(is_settled)] += int(str(row["conflicts"]))
        for on, (is_open, settled) in counts.items():
            yield Measurement("conflicts-open", on, is_open)
            yield Measurement("conflicts-settled", on, settled)

    # Names and links

    def labels(self) -> Iterator[Measurement]:
        """Yield how many things of each class have no label in a language."""
        for on, key, things in self._counted("things"):
            yield Measurement("things", on, things)
            for language in ("id", "en"):
                missing = self._figures[language, *key]
                yield Measurement(f"labels-missing-{language}", on, missing)

    def links(self) -> Iterator[Measurement]:
        """Yield the links to each dataset elsewhere, by the graph that holds them."""
        total = 0
        for (graph, host), links in by_key(self._figures, "links"):
            total += links
            facet = graph.rpartition("/")[2]
            yield Measurement("links", URIRef(host), links, facet, (URIRef(graph),))
        yield Measurement("links", self._release, total)


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
    facet = written(cover.official) + ("--agencies" if cover.by_agency else "")
    yield Measurement("official-number", on, cover.official, facet, cover.origins)
    if cover.official:
        yield Measurement("share-held", on, cover.share, facet, cover.origins)


def _iri(term: Term) -> URIRef:
    return URIRef(str(term))


def _literal(value: int | Decimal) -> Literal:
    if isinstance(value, int):
        return Literal(value)
    return Literal(written(value), datatype=XSD.decimal, normalize=False)


def _short(iri: URIRef, prefixes: Mapping[str, str]) -> str:
    """Return what names a thing in a fragment: its CURIE with a dot, or a hash of its IRI."""
    curie = compress_iri(iri, prefixes)
    name = curie.replace(":", ".", 1)
    is_plain = curie != iri and _PLAIN.issuperset(name)
    return name if is_plain else sha256(iri.encode()).hexdigest()[:16]

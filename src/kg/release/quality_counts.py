"""What coverage and quality count of a release, carried along to the next one.

A whole release is counted by the published queries (``kg.release.quality_queries``). After a
change only what it touches is looked up, in the release before and in the one after: claims,
labels and recognitions whose count may differ are counted in both, and the difference is what the
change makes. The figures then equal those of counting anew.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

from rdflib import RDF, BNode, Literal, URIRef
from rdflib.namespace import DCTERMS, SKOS

from kg.iris import rebase
from kg.namespaces import INOV
from kg.release.carrying import Exchange
from kg.release.counting import figures_of, host_of, keep, kept, rows_of
from kg.release.measurement import Measurement, written
from kg.release.quality_queries import ALL_LABELS, LABELS, LINKS, SOURCES, TRIPLES
from kg.release.quality_sums import measure_sums, touches_sums
from kg.release.recognitions import Recognitions, count_recognitions, touched_recognitions
from kg.release.statistics import Figures, Triple
from kg.store import DEFAULT_GRAPH, Quad, Term
from kg.store.release import Matching, Queryable

QUALITY: Final = "quality.json"

LINKING: Final = (
    "links",
    "identity",
    "geonames",
    "places",
    "reference",
    "editorial",
    "vocabularies",
)
"""The graphs whose links to other datasets are counted."""


class QualityCounts(NamedTuple):
    """What is counted, and the sums of parts.

    The keys of ``figures``: ``("claims", source)`` and ``("also", source)`` are the claims of a
    source and those that another graph has too, ``("claims",)`` and ``("also",)`` those of all
    sources, each triple once; ``("things", class)``, ``("id", class)`` and ``("en", class)``
    are things and those without a label in a language, without a class each thing once;
    ``("links", graph, host)``; and what ``kg.release.recognitions`` counts.
    """

    figures: Figures
    sums: tuple[Measurement, ...]


def count_quality(store: Queryable, base: str) -> QualityCounts:
    """Count the content of a release."""
    figures: Figures = Counter()
    for query, names, columns in (
        (SOURCES, ("source",), {"claims": "claims", "also": "corroborated"}),
        (TRIPLES, (), {"claims": "claims", "also": "corroborated"}),
        (LABELS, ("class",), {"things": "things", "id": "missingId", "en": "missingEn"}),
        (ALL_LABELS, (), {"things": "things", "id": "missingId", "en": "missingEn"}),
        (LINKS, ("graph", "host"), {"links": "links"}),
    ):
        for row in store.select(rebase(query, base)):
            on = tuple(str(row[name]) for name in names)
            for figure, column in columns.items():
                figures[figure, *on] = int(str(row.get(column, 0)))
    recognitions = Recognitions(store, base)
    figures.update(count_recognitions(recognitions, recognitions.all()))
    return QualityCounts(+figures, measure_sums(store, base))


def carry_quality(
    counts: QualityCounts, change: Exchange, before: Queryable, after: Queryable, base: str
) -> QualityCounts:
    """Return what ``count_quality`` would of ``after``, given what it did of ``before``."""
    figures = Figures(counts.figures)
    quads = [*change.gone, *change.come]
    sides = _Side(before, base), _Side(after, base)
    claims = {triple for side in sides for triple in side.touched_claims(quads)}
    things = {quad.subject for quad in quads if _is_naming(quad)}
    held = touched_recognitions(quads, [side.recognitions for side in sides])
    for sign, side, moved in zip((-1, 1), sides, change, strict=True):
        for count in (
            side.claims(claims),
            side.labels(things),
            side.links(moved),
            count_recognitions(side.recognitions, held),
        ):
            for key, number in count.items():
                figures[key] += sign * number
    sums = measure_sums(after, base) if touches_sums(quads, base) else counts.sums
    return QualityCounts(+figures, sums)


def write_quality(path: Path, identifier: str, counts: QualityCounts) -> None:
    """Keep what was counted of the release of that identifier."""
    document = {
        "figures": rows_of(counts.figures),
        "sums": [
            [m.metric, str(m.on), written(Decimal(m.value)), m.facet, *map(str, m.derived)]
            for m in counts.sums
        ],
    }
    keep(path, identifier, document)


def read_quality(path: Path, identifier: str) -> QualityCounts | None:
    """Return what was counted of a release; None if that is not there or not whole."""
    document = kept(path, identifier)
    if document is None:
        return None
    return QualityCounts(
        figures_of(document["figures"]),
        tuple(
            Measurement(metric, URIRef(on), Decimal(value), facet, tuple(map(URIRef, derived)))
            for metric, on, value, facet, *derived in document["sums"]
        ),
    )


def _is_naming(quad: Quad) -> bool:
    return quad.graph is None and quad.predicate in (RDF.type, SKOS.prefLabel)


class _Side:
    """A store before or after a change, asked for what the change touches."""

    def __init__(self, store: Matching, base: str) -> None:
        self._store, self._base = store, base
        self._articles = f"{base}graph/article/"
        self._asserted_in = URIRef(rebase(str(INOV.assertedIn), base))
        self._sources: dict[Term, list[str]] = {}

    @cached_property
    def recognitions(self) -> Recognitions:
        return Recognitions(self._store, self._base)

    # Claims

    def touched_claims(self, quads: Iterable[Quad]) -> Iterator[Triple]:
        """Yield the triples whose sources may differ: changed ones, and those of a moved graph."""
        for quad in quads:
            if quad.graph is not None and self._is_said(quad.graph):
                yield quad[:3]
            is_move = quad.graph is None and quad.predicate == self._asserted_in
            if is_move and isinstance(quad.object, URIRef):
                yield from (q[:3] for q in self._store.quads(graph=quad.object))

    def claims(self, triples: Iterable[Triple]) -> Figures:
        """Count, of some triples, by how many sources they are said."""
        figures: Figures = Counter()
        for triple in triples:
            graphs = {q.graph for q in self._store.quads(*triple) if q.graph is not None}
            articles = {graph for graph in graphs if graph.startswith(self._articles)}
            said = [(source, graph) for graph in graphs for source in self._asserting(graph)]
            for source, graph in said:
                figures["claims", source] += 1
                figures["also", source] += bool(articles - {graph})
            figures["claims",] += bool(said)
            figures["also",] += len(said) > 1
        return figures

    def _is_said(self, graph: URIRef | BNode) -> bool:
        return graph.startswith(self._articles) or bool(self._asserting(graph))

    def _asserting(self, graph: URIRef | BNode) -> list[str]:
        if graph not in self._sources:
            found = self._store.quads(None, self._asserted_in, graph, DEFAULT_GRAPH)
            self._sources[graph] = [str(quad.subject) for quad in found]
        return self._sources[graph]

    # Labels

    def labels(self, things: Iterable[URIRef | BNode]) -> Figures:
        """Count some things by class, and those that have no label in a language."""
        figures: Figures = Counter()
        spaces = f"{self._base}id/", f"{self._base}scheme/"
        for thing in things:
            name = str(thing) if isinstance(thing, URIRef) else ""
            if not name.startswith(spaces) or name.startswith(f"{self._base}id/release/"):
                continue
            kinds = [o for o in self._values(thing, RDF.type) if isinstance(o, URIRef)]
            labels = self._values(thing, SKOS.prefLabel)
            known = {label.language for label in labels if isinstance(label, Literal)}
            for on in [(), *((str(kind),) for kind in kinds)] if kinds else []:
                figures["things", *on] += 1
                for language in {"id", "en"} - known:
                    figures[language, *on] += 1
        return figures

    def _values(self, thing: URIRef | BNode, predicate: URIRef) -> list[Term]:
        found = self._store.quads(thing, predicate, graph=DEFAULT_GRAPH)
        return [quad.object for quad in found]

    # Links

    def links(self, quads: Iterable[Quad]) -> Figures:
        """Count, of some quads, the links to other datasets."""
        graphs = {f"{self._base}graph/{name}" for name in LINKING}
        figures: Figures = Counter()
        for thing, predicate, target, graph in quads:
            if graph is None or str(graph) not in graphs or predicate in _NO_LINKS:
                continue
            is_own = isinstance(thing, URIRef) and thing.startswith(self._base)
            is_link = isinstance(target, URIRef) and not target.startswith(self._base)
            host = host_of(target) if is_own and is_link else None
            if host:
                figures["links", str(graph), host] += 1
        return figures


_NO_LINKS: Final[Iterable[URIRef]] = (RDF.type, DCTERMS.source, DCTERMS.license)


def by_key(
    figures: Mapping[tuple[str, ...], int], name: str
) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield what is counted under a name, with the rest of its keys, in their order."""
    for key, number in sorted(item for item in figures.items() if item[0][0] == name):
        yield key[1:], number

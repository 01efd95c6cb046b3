"""What was counted of one release, carried along to the next one, which differs little.

Only what a change touches is looked up. What the two releases have in common stands between
them: what went away is what it would add to that, and what came as well.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from operator import itemgetter
from typing import Final, NamedTuple

from rdflib import RDF, BNode, Literal, URIRef

from kg.iris import rebase
from kg.namespaces import INOV
from kg.release.counting import (
    DATE_TYPES,
    NOT_LINKS,
    Counted,
    find_dates,
    find_example,
    host_of,
    is_entity,
)
from kg.release.statistics import Figures, Triple
from kg.release.tables import GRAPHS
from kg.release.tallying import Surroundings, difference, difference_of_whole, measure_triples
from kg.store import (
    ANY_GRAPH,
    DEFAULT_GRAPH,
    AnyStore,
    LabelledStore,
    Quad,
    Term,
)
from kg.store.release import GraphChoice

_TYPE: Final = RDF.type
_FEW: Final = 32
"""Quads that are sooner counted than compared."""


class Exchange(NamedTuple):
    """The quads that one store has and another has not: those that went, and those that came."""

    gone: Collection[Quad]
    come: Collection[Quad]


class Common:
    """A store without some of its quads, all of which it has."""

    def __init__(self, store: AnyStore, without: Iterable[Quad]) -> None:
        self._store = store
        self._without = frozenset(without)
        self._subjects = {quad.subject for quad in self._without}
        self._matching: dict[tuple[int, ...], Counter[object]] = {}

    def holds(
        self,
        subject: URIRef | BNode | None = None,
        predicate: URIRef | None = None,
        object: Term | None = None,  # noqa: A002  the standard's word
        graph: GraphChoice = ANY_GRAPH,
    ) -> bool:
        """Say whether a quad matches and is left: the store has more than were taken out."""
        terms = Quad(subject, predicate, object, None if graph is DEFAULT_GRAPH else graph)  # type: ignore[arg-type]
        given = [position for position in range(3) if terms[position] is not None]
        out = self._taken(*given, *(() if graph is ANY_GRAPH else (3,)), like=terms)
        if out > _FEW:
            # Where many were taken out, one of the first is likely to be another.
            return next(self.quads(subject, predicate, object, graph), None) is not None
        return self._store.holds(subject, predicate, object, graph, out)

    def _taken(self, *given: int, like: Quad) -> int:
        """Count the quads taken out that are like another one in some positions."""
        if not given:
            return len(self._without)
        # Which terms are asked for differs little; what they are does.
        pick = itemgetter(*given)
        counts = self._matching.get(given)
        if counts is None:
            counts = self._matching[given] = Counter(map(pick, self._without))
        return counts[pick(like)]

    def quads(
        self,
        subject: URIRef | BNode | None = None,
        predicate: URIRef | None = None,
        object: Term | None = None,  # noqa: A002  the standard's word
        graph: GraphChoice = ANY_GRAPH,
    ) -> Iterator[Quad]:
        """Yield the quads that match and are left."""
        for quad in self._store.quads(subject, predicate, object, graph):
            if quad.subject not in self._subjects or quad not in self._without:
                yield quad


def exchange(
    removed: Collection[bytes],
    added: Collection[bytes],
    before: AnyStore,
    after: AnyStore,
) -> Exchange:
    """Return by what two stores differ, given the lines by which the contents do.

    A store writes numbers and dates in one way, so that two lines can be one quad; terms of
    other kinds are written in one way in a content too.
    """
    gone = [quad for quad in _quads(removed) if not _is_spelt_otherwise(quad, after)]
    come = [quad for quad in _quads(added) if not _is_spelt_otherwise(quad, before)]
    return Exchange(gone, come)


def carry(counted: Counted, change: Exchange, store: AnyStore, base: str) -> Counted:
    """Return what ``count_content`` would of ``store``, given what it did before a change."""
    common = Common(store, change.come)
    figures = Figures(counted.figures)
    around = Surroundings(common, base)
    figures.subtract(difference(_triples(change.gone), around))
    figures.update(difference(_triples(change.come), around))
    return replace(
        counted,
        figures=+figures,
        graphs=_graphs(counted.graphs, change, common, base),
        links=_links(counted.links, change, common, base),
        examples=_examples(counted.examples, change, store, base),
        dates=_dates(counted.dates, change, store, base),
        tables=_tables(counted.tables, change, store, base),
    )


def _quads(lines: Collection[bytes]) -> list[Quad]:
    return list(LabelledStore(b"".join(lines)).quads())


def _is_spelt_otherwise(quad: Quad, store: AnyStore) -> bool:
    """Say whether a store whose content lacks a line has its quad by another one."""
    if not isinstance(quad.object, Literal) or quad.object.datatype is None:
        return False
    graph = DEFAULT_GRAPH if quad.graph is None else quad.graph
    return store.holds(quad.subject, quad.predicate, quad.object, graph)


def _triples(quads: Iterable[Quad]) -> list[Triple]:
    return [quad[:3] for quad in quads if quad.graph is None]


def _graphs(
    before: Mapping[URIRef, Figures], change: Exchange, common: Common, base: str
) -> Mapping[URIRef, Figures]:
    sides: dict[URIRef, tuple[list[Triple], list[Triple]]] = defaultdict(lambda: ([], []))
    for side, quads in enumerate(change):
        for quad in quads:
            if isinstance(quad.graph, URIRef):
                sides[quad.graph][side].append(quad[:3])
    after = dict(before)
    for name, (gone, come) in sides.items():
        figures = Figures(after.pop(name, Figures()))
        if figures:
            around = Surroundings(common, base, name)
            figures.subtract(difference_of_whole(gone, around))
            figures.update(difference_of_whole(come, around))
        else:
            figures = measure_triples(come, base)
        if figures["triples",]:
            after[name] = figures
    return after


def _links(
    before: Mapping[tuple[str, str], int], change: Exchange, common: Common, base: str
) -> Mapping[tuple[str, str], int]:
    """Count triples, in whatever named graph they stand and however often."""
    after = dict(before)
    for sign, quads in ((-1, change.gone), (1, change.come)):
        for subject, predicate, value in {quad[:3] for quad in quads if quad.graph is not None}:
            if predicate in NOT_LINKS or not is_entity(subject, base):
                continue
            if not isinstance(value, URIRef) or value.startswith(base):
                continue
            host = host_of(value)
            stays = any(q.graph is not None for q in common.quads(subject, predicate, value))
            if host and not stays:
                key = host, str(predicate)
                after[key] = after.get(key, 0) + sign
    return {key: number for key, number in after.items() if number}


def _typed(quads: Iterable[Quad], base: str) -> Iterator[Quad]:
    for quad in quads:
        is_kind = isinstance(quad.object, URIRef) and quad.predicate == _TYPE
        if is_kind and is_entity(quad.subject, base):
            yield quad


def _examples(
    before: Mapping[str, URIRef], change: Exchange, store: AnyStore, base: str
) -> Mapping[str, URIRef]:
    after = dict(before)
    for quad in _typed(change.gone, base):
        name = str(quad.object)
        if quad.graph is None and after.get(name) == quad.subject:
            found = find_example(store, base, URIRef(name))
            if found is None:
                del after[name]
            else:
                after[name] = found
    for quad in _typed(change.come, base):
        if quad.graph is None:
            name, iri = str(quad.object), URIRef(str(quad.subject))
            after[name] = min(after.get(name, iri), iri, key=str)
    return after


def _tables(before: frozenset[str], change: Exchange, store: AnyStore, base: str) -> frozenset[str]:
    graphs = (None, *(URIRef(f"{base}graph/{name}") for name in GRAPHS))
    after = set(before)
    lost = {quad.object for quad in _typed(change.gone, base) if quad.graph in graphs}
    for kind in lost:
        after.discard(str(kind))
        if any(
            is_entity(quad.subject, base)
            for name in graphs
            for quad in store.quads(None, RDF.type, kind, DEFAULT_GRAPH if name is None else name)
        ):
            after.add(str(kind))
    after.update(str(quad.object) for quad in _typed(change.come, base) if quad.graph in graphs)
    return frozenset(after)


def _dates(
    before: tuple[Literal, Literal] | None,
    change: Exchange,
    store: AnyStore,
    base: str,
) -> tuple[Literal, Literal] | None:
    space = rebase(str(INOV), base)

    def told(quads: Iterable[Quad]) -> set[Literal]:
        return {
            quad.object
            for quad in quads
            if quad.graph is None
            and isinstance(quad.object, Literal)
            and quad.object.datatype in DATE_TYPES.values()
            and str(quad.predicate).startswith(space)
        }

    come = told(change.come)
    if before is None or {str(date) for date in before} & {str(d) for d in told(change.gone)}:
        # The first or the last one may be gone: all are looked at.
        return find_dates(store, base) if before or come else None
    ordered = sorted({*before, *come}, key=str)
    return ordered[0], ordered[-1]

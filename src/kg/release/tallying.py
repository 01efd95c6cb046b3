"""What triples add to the figures of a store, and what is left of that as they come and go.

Only what the triples touch is looked up. The figures of a store and what is added make those of
the larger store; taken away, they give those of the smaller one. So a release that differs little
from another need not be counted anew, and what is said of the counts can count itself.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Final, TypeVar

from rdflib import RDF, XSD, BNode, Literal, URIRef

from kg.release.statistics import (
    RDF_LANG_STRING,
    WHOLE,
    Figures,
    Triple,
    is_thing,
    without_counts_of_counts,
)
from kg.store import DEFAULT_GRAPH, Term
from kg.store.release import Countable

_T = TypeVar("_T")
Pattern = tuple[Term | None, Term | None, Term | None]
Exchanged = tuple[Collection[Triple], Collection[Triple]]
"""Triples that go, and triples that come."""

# A name and sets in the place of ``p == RDF.type``: sets compare by hash, and terms that differ
# are never compared character by character in Python.
_TYPE: Final = RDF.type
_TYPES: Final = frozenset((_TYPE,))
_STRING: Final = str(XSD.string)
_MANY: Final = 1 << 18
"""Patterns that are remembered, at most; to tell of a release some 50,000 are asked about."""


class Surroundings:
    """Looks up what a store has around triples that are to be added; remembers what it found."""

    def __init__(
        self,
        store: Countable,
        base: str,
        graph: URIRef | None = None,
        unheard: tuple[str, ...] = (),
    ) -> None:
        """Take a store and which of its graphs is meant: the default graph unless named.

        ``unheard`` are the beginnings of IRIs that the graph is known to have none of.
        """
        self.store = store
        self._graph = DEFAULT_GRAPH if graph is None else graph
        self._unheard = unheard
        self.is_thing = is_thing(base)
        self._absent: set[Term] = set()
        self._unused: set[Term] = set()
        self._known: dict[Pattern, bool] = {}
        self._kinds: dict[Term, frozenset[URIRef]] = {}

    def has(self, s: Term | None, p: Term | None, o: Term | None) -> bool:
        """Say whether the graph has a triple that matches; None matches every term."""
        if s in self._absent or p in self._unused:
            return False
        pattern = (s, p, o)
        known = self._known.get(pattern)
        if known is None:
            is_unheard = self._is_unheard(s) or self._is_unheard(o)
            known = not is_unheard and self.store.holds(_node(s), _iri(p), o, self._graph)
            self._known[pattern] = known
        return known

    def follow(self, store: Countable, changed: Iterable[Triple]) -> bool:
        """Go on with a store whose graph differs by some triples; say if all is as it was found.

        Only what a changed triple matches is looked up anew.
        """
        self.store = store
        if len(self._known) > _MANY:
            # By and by most of it is about what is told no more.
            for memory in (self._known, self._kinds, self._absent, self._unused):
                memory.clear()
            return False
        patterns: dict[Pattern, bool] = {}
        kinds: dict[Term, frozenset[URIRef]] = {}
        for triple in changed:
            self._absent.discard(triple[0])
            self._unused.discard(triple[1])
            for pattern in _patterns(triple):
                if (known := self._known.pop(pattern, None)) is not None:
                    patterns[pattern] = known
            if (found := self._kinds.pop(triple[0], None)) is not None:
                kinds[triple[0]] = found
        as_found = all(self.has(*pattern) == known for pattern, known in patterns.items())
        return as_found and all(self.kinds(node) == found for node, found in kinds.items())

    def _is_unheard(self, term: Term | None) -> bool:
        # rdflib's own takes one beginning alone.
        return isinstance(term, URIRef) and str.startswith(term, self._unheard)

    def look_for(self, triples: Iterable[Triple]) -> None:
        """Note which subjects and properties there are none of: no more is asked about those."""
        subjects, predicates = {s for s, _, _ in triples}, {p for _, p, _ in triples}
        self._absent.update(s for s in subjects if not self.has(s, None, None))
        self._unused.update(p for p in predicates if not self.has(None, p, None))

    def kinds(self, node: Term) -> frozenset[URIRef]:
        """Return the classes that the graph says a node to be of."""
        if isinstance(node, Literal) or node in self._absent or self._is_unheard(node):
            return frozenset()
        kinds = self._kinds.get(node)
        if kinds is None:
            found = (quad.object for quad in self.store.quads(node, _TYPE, graph=self._graph))
            kinds = frozenset(kind for kind in found if isinstance(kind, URIRef))
            self._kinds[node] = kinds
        return kinds

    def about(self, node: Term) -> Iterator[Triple]:
        """Yield the triples of the graph that a node is subject or object of."""
        if node not in self._absent:
            quads = self.store.quads(_node(node), graph=self._graph)
            yield from (quad[:3] for quad in quads)
        if not self._is_unheard(node):
            quads = self.store.quads(object=node, graph=self._graph)
            yield from (quad[:3] for quad in quads)


def _patterns(triple: Triple) -> Iterator[Pattern]:
    """Yield all that a triple matches, but for what every triple does."""
    s, p, o = triple
    yield from ((s, None, None), (None, p, None), (None, None, o))
    yield from ((s, p, None), (s, None, o), (None, p, o), triple)


class Nothing(Surroundings):
    """What is around triples that are in no store."""

    def __init__(self, base: str) -> None:
        self.is_thing = is_thing(base)

    def has(self, s: Term | None, p: Term | None, o: Term | None) -> bool:  # noqa: ARG002
        """Say no."""
        return False


def _node(term: Term | None) -> URIRef | BNode | None:
    return term if isinstance(term, URIRef | BNode) else None


def _iri(term: Term | None) -> URIRef | None:
    return term if isinstance(term, URIRef) else None


def difference(added: Iterable[Triple], around: Surroundings) -> Figures:
    """Return what triples add to the figures of a store that may have some of them already."""
    return Tally(set(added), around).figures


def difference_of_whole(added: Iterable[Triple], around: Surroundings) -> Figures:
    """Return what ``difference`` does, of the figures of ``WHOLE`` alone."""
    triples = set(added)
    around.look_for(triples)
    return Whole([triple for triple in triples if not around.has(*triple)], around).figures


def measure_triples(triples: Iterable[Triple], base: str) -> Figures:
    """Count triples that are in no store: the figures of ``WHOLE`` alone."""
    told = set(triples)
    subjects, predicates, objects = map(set, zip(*told, strict=True)) if told else ((), (), ())
    return Counter(
        {
            ("triples",): len(told),
            ("entities",): sum(map(is_thing(base), subjects)),
            ("distinctSubjects",): len(subjects),
            ("distinctObjects",): len(objects),
            ("properties",): len(predicates),
            ("classes",): len({o for _, p, o in told if p in _TYPES}),
        }
    )


class _Counts(Counter[_T]):
    """How often terms occur in what was added."""

    def turn(self, sign: int, terms: Iterable[_T]) -> Iterator[_T]:
        """Count some more, or less; yield those that there were none of, or are none of now."""
        for term, number in Counter(terms).items():
            before = self.get(term, 0)
            self[term] = after = before + sign * number
            if not before or not after:
                yield term


class Whole:
    """The figures of ``WHOLE`` that triples add to those of a graph which has none of them."""

    def __init__(self, new: Collection[Triple], around: Surroundings) -> None:
        self._around = around
        self._subjects, self._predicates, self._objects, self._kinds = (
            _Counts[Term]() for _ in range(4)
        )
        self.figures: Figures = Counter({(name,): 0 for name in WHOLE})
        self.change((), new)

    def change(self, gone: Collection[Triple], come: Collection[Triple]) -> None:
        """Let some triples go that were added, and others come that are not in the graph."""
        has, figures = self._around.has, self.figures
        for sign, triples in ((-1, gone), (1, come)):
            figures["triples",] += sign * len(triples)
            for subject in self._subjects.turn(sign, (s for s, _, _ in triples)):
                if not has(subject, None, None):
                    figures["distinctSubjects",] += sign
                    figures["entities",] += sign * self._around.is_thing(subject)
            for value in self._objects.turn(sign, (o for _, _, o in triples)):
                figures["distinctObjects",] += sign * (not has(None, None, value))
            for predicate in self._predicates.turn(sign, (p for _, p, _ in triples)):
                figures["properties",] += sign * (not has(None, predicate, None))
            kinds = (o for _, p, o in triples if p in _TYPES)
            for kind in self._kinds.turn(sign, kinds):
                figures["classes",] += sign * (not has(None, _TYPE, kind))


class Tally:
    """All figures that triples add to those of a store that may have some of them already."""

    def __init__(self, triples: Collection[Triple], around: Surroundings) -> None:
        self._around = around
        new = self._missing(triples)
        self._whole = Whole(new, around)
        self._figures: Figures = Counter()
        self._names: dict[Term, str] = {}
        self._of_subjects, self._of_objects = (_Counts[tuple[Term, Term]]() for _ in range(2))
        typed: dict[Term, set[URIRef]] = defaultdict(set)
        for subject, predicate, kind in new:
            if predicate in _TYPES and isinstance(kind, URIRef):
                self._figures["class", self._name(kind)] += 1
                typed[subject].add(kind)
        self._typed = frozenset(typed)
        # What has a class now and had not counts otherwise, wherever it stands already.
        old = {triple for node in typed for triple in around.about(node)}
        self._count(old, _Kinds(around, {}), -1)
        self._kinds = _Kinds(around, typed)
        self._count(old, self._kinds, 1)
        self._turn(new, 1)

    def change(self, gone: Collection[Triple], come: Collection[Triple]) -> None:
        """Let triples go that were added, and others come that were not; none says a class."""
        gone, come = self._missing(gone), self._missing(come)
        self._whole.change(gone, come)
        self._turn(gone, -1)
        self._turn(come, 1)

    def is_about(self, nodes: Iterable[Term]) -> bool:
        """Say whether one of the nodes has a class by what is added."""
        return not self._typed.isdisjoint(nodes)

    @property
    def figures(self) -> Figures:
        """Return what is added; figures that are zero may be among them."""
        figures = Figures(self._figures)
        figures.update(self._whole.figures)
        return figures

    def _missing(self, triples: Collection[Triple]) -> list[Triple]:
        self._around.look_for(triples)
        return [triple for triple in triples if not self._around.has(*triple)]

    def _turn(self, new: Collection[Triple], sign: int) -> None:
        has, figures = self._around.has, self._figures
        for term, number in Counter(p for _, p, _ in new).items():
            figures["property", self._name(term), "triples"] += sign * number
        for subject, predicate in self._of_subjects.turn(sign, ((s, p) for s, p, _ in new)):
            if not has(subject, predicate, None):
                figures["property", self._name(predicate), "distinctSubjects"] += sign
        for predicate, value in self._of_objects.turn(sign, ((p, o) for _, p, o in new)):
            if not has(None, predicate, value):
                figures["property", self._name(predicate), "distinctObjects"] += sign
        self._count(new, self._kinds, sign)

    def _count(self, triples: Iterable[Triple], kinds: "_Kinds", sign: int) -> None:
        """Count the partitions by class: few ways that a triple can count in, many triples."""
        ways = Counter((k, p, kinds.range(o)) for s, p, o in triples if (k := kinds[s]))
        for (classes, predicate, (what, ranges)), number in ways.items():
            for kind in classes:
                start = (kind, self._name(predicate))
                self._figures["class", *start] += sign * number
                for name in ranges:
                    self._figures[what, *start, name] += sign * number

    def _name(self, term: Term) -> str:
        # A key is made of plain strings: one of each, for every conversion has its own hash.
        name = self._names.get(term)
        if name is None:
            name = self._names[term] = str(term)
        return name


class _Kinds(dict[Term, tuple[str, ...]]):
    """The classes of nodes: in the graph, and by what is added."""

    def __init__(self, around: Surroundings, added: dict[Term, set[URIRef]]) -> None:
        super().__init__()
        self._around, self._added = around, added

    def __missing__(self, node: Term) -> tuple[str, ...]:
        kinds = self._around.kinds(node) | self._added.get(node, set())
        found = self[node] = tuple(str(kind) for kind in kinds)
        return found

    def range(self, value: Term) -> tuple[str, tuple[str, ...]]:
        """Return what a triple counts as by its object."""
        if not isinstance(value, Literal):
            return "object", self[value]
        datatype = RDF_LANG_STRING if value.language else value.datatype
        return "datatype", (_STRING if datatype is None else str(datatype),)


class Settling:
    """Tells the figures of a store with triples added that tell its figures, try by try."""

    def __init__(self, before: Figures, around: Surroundings, base: str) -> None:
        """Take the figures of the store without the triples, and what it has around them."""
        self._before, self._around = before, around
        self._tally = Tally((), around)
        self._own = Whole((), Nothing(base))

    def follow(
        self,
        before: Figures,
        store: Countable,
        changed: Collection[Triple],
        told: Collection[Triple],
    ) -> None:
        """Go on with a store that differs by some triples, and its figures; ``told`` is as it was.

        What is added is tallied anew only where that store has other things around it.
        """
        self._before = before
        is_near = self._tally.is_about(node for s, _, o in changed for node in (s, o))
        if not self._around.follow(store, changed) or is_near:
            self._tally = Tally(told, self._around)

    def change(self, change: Exchanged, told: Collection[Triple]) -> None:
        """Let what is told differ from the try before; ``told`` is all of it."""
        gone, come = change
        if any(predicate in _TYPES for side in (gone, come) for _, predicate, _ in side):
            self._tally = Tally(told, self._around)
        else:
            self._tally.change(gone, come)
        self._own.change(gone, come)

    @property
    def figures(self) -> Figures:
        """Return the figures of the store after what is told is added to its default graph."""
        figures = Figures(self._before)
        figures.update(self._tally.figures)
        return without_counts_of_counts(+figures)

    @property
    def own(self) -> Figures:
        """Return the figures of ``WHOLE`` of what is told, by itself."""
        return Figures(self._own.figures)

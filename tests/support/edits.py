"""A store that can be edited at random, and the yardstick: whole-graph pySHACL over it."""

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from types import ModuleType
from typing import Any, Final

import pyoxigraph as ox
import pytest
from rdflib import RDF, RDFS, SKOS, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from kg.release.candidate import Candidate
from kg.release.view import part_of
from kg.store.release import ANY_GRAPH, DEFAULT_GRAPH, AnyStore
from kg.store.terms import to_engine
from kg.validation import Changes, Report, Shapes, Statement, View, extract, lookup, validate

EX = "https://w3id.org/inovasi-publik/id/test/"

WAYS: Final[tuple[dict[tuple[ModuleType, str], Any], ...]] = (
    {},
    {(extract, "_MOST"): 0, (extract, "_FETCHES"): (0, 0), (lookup, "_MANY"): 1},
    {
        (extract, "_MOST"): 10**9,
        (extract, "_FETCHES"): (0, 10**9),
        (lookup, "_FEW"): 0,
        (lookup, "_MANY"): 10**9,
    },
)
"""What is taken out to be asked in memory: what pays (see ``extract``), nothing, and all."""


@contextmanager
def taking_out(turn: int) -> Iterator[None]:
    """Judge in one of the ways, turn by turn; none may make a difference."""
    with pytest.MonkeyPatch.context() as patch:
        for (module, name), limit in WAYS[turn % len(WAYS)].items():
            patch.setattr(module, name, limit)
        yield


class EditableStore(AnyStore):
    """A view as the default graph, with named graphs around it; edits can be taken back."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        super().__init__(ox.Store())
        for statement in statements:
            self.add(statement)

    @property
    def view(self) -> View:
        return View(self.select, self.matching, part_of)

    def matching(
        self,
        subject: Node | None = None,
        predicate: URIRef | None = None,
        object: Node | None = None,  # noqa: A002  the standard's word
    ) -> Iterator[Statement]:
        for quad in self.quads(subject, predicate, object):  # type: ignore[arg-type]
            yield Statement(*quad)

    def add(self, statement: Statement) -> bool:
        quad = _quad(statement)
        present = quad in self._store
        self._store.add(quad)
        return not present

    def remove(self, statement: Statement) -> bool:
        quad = _quad(statement)
        present = quad in self._store
        self._store.remove(quad)
        return present

    def graph(self) -> Graph:
        graph = Graph()
        for quad in self.quads(graph=DEFAULT_GRAPH):
            graph.add(quad[:3])
        return graph

    def statements(self) -> list[Statement]:
        return sorted((Statement(*quad) for quad in self.quads(graph=ANY_GRAPH)), key=str)


def _quad(statement: Statement) -> ox.Quad:
    graph = ox.DefaultGraph() if statement.graph is None else to_engine(statement.graph)
    terms: Any = [*map(to_engine, statement[:3]), graph]
    return ox.Quad(*terms)


def yardstick(store: EditableStore, shapes: Shapes) -> Report:
    """Judge everything: pySHACL over the whole view, every rule over the whole store."""
    return validate(store.graph(), shapes, store.select)


def statements_of(candidate: Candidate) -> Iterator[Statement]:
    """Yield what a gate sees of a candidate."""
    for subject, predicate, value in candidate.view():
        yield Statement(subject, URIRef(str(predicate)), value)
    for name, graph in candidate.graphs.items():
        if "/article/" in name or name.endswith("/links"):
            for subject, predicate, value in graph:
                yield Statement(subject, URIRef(str(predicate)), value, name)


def cutting(statements: list[Statement], seed: int, size: int = 22) -> list[Statement]:
    """Return a small piece of a data set that hangs together: some things and what they name."""
    chance = random.Random(seed)  # noqa: S311
    by_subject: dict[Node, list[Statement]] = {}
    for statement in statements:
        by_subject.setdefault(statement.subject, []).append(statement)
    things = sorted((s for s in by_subject if "/id/" in str(s)), key=str)
    chosen = set(chance.sample(things, size))
    for _ in range(2):
        named = {s.object for node in chosen for s in by_subject.get(node, ())}
        chosen |= {node for node in named if "/inovasi-publik/" in str(node) and node in by_subject}
        chosen = set(islice(sorted(sorted(chosen, key=str), key=lambda _: chance.random()), 90))
    kept = [s for node in sorted(chosen, key=str) for s in by_subject[node]]
    hierarchy = [s for s in statements if s.predicate == RDFS.subClassOf]
    classes = [
        s for s in statements if s.predicate == RDF.type and str(s.object).endswith("owl#Class")
    ]
    return list(dict.fromkeys([*kept, *hierarchy, *classes]))


class Editor:
    """Makes edits at random, good and bad ones, and remembers them."""

    def __init__(self, store: EditableStore, seed: int) -> None:
        self.store = store
        self.chance = random.Random(seed)  # noqa: S311
        self._all = store.statements()
        self._done: list[tuple[bool, Statement]] = []
        self.predicates = sorted({s.predicate for s in self._all})
        self.classes = sorted({s.object for s in self._all if s.predicate == RDF.type}, key=str)

    def batch(self) -> Changes:
        """Make one to six edits and return what they changed."""
        added: set[Statement] = set()
        removed: set[Statement] = set()
        for _ in range(self.chance.choice((1, 1, 1, 2, 3, 6))):
            for is_added, statement in self._edit():
                if is_added and self.store.add(statement):
                    self._done.append((True, statement))
                    removed.discard(statement) if statement in removed else added.add(statement)
                elif not is_added and self.store.remove(statement):
                    self._done.append((False, statement))
                    added.discard(statement) if statement in added else removed.add(statement)
        return Changes(frozenset(added), frozenset(removed))

    def take_back(self) -> None:
        for was_added, statement in reversed(self._done):
            (self.store.remove if was_added else self.store.add)(statement)
        self._done.clear()

    def _edit(self) -> Iterator[tuple[bool, Statement]]:
        yield from getattr(self, f"_{self.chance.choice(KINDS)}")()

    def _any(self) -> Statement:
        return self.chance.choice(self._all)

    def _value(self, like: Statement) -> Node:
        same = [s.object for s in self._all if s.predicate == like.predicate]
        return self.chance.choice(
            (
                self.chance.choice(same),
                self.chance.choice(same),
                self.chance.choice(same),
                self._any().object,
                self._any().subject,
                self.chance.choice(ODD),
            )
        )

    def _delete(self) -> Iterator[tuple[bool, Statement]]:
        yield False, self._any()

    def _insert(self) -> Iterator[tuple[bool, Statement]]:
        like = self._any()
        subject = self._any().subject if self.chance.random() < 0.3 else like.subject
        yield True, like._replace(subject=subject, object=self._value(like))

    def _replace(self) -> Iterator[tuple[bool, Statement]]:
        old = self._any()
        yield False, old
        yield True, old._replace(object=self._value(old))

    def _retype(self) -> Iterator[tuple[bool, Statement]]:
        typed = [s for s in self._all if s.predicate == RDF.type and s.graph is None]
        old = self.chance.choice(typed)
        if self.chance.random() < 0.7:
            yield False, old
        yield True, old._replace(object=self.chance.choice(self.classes))

    def _strip(self) -> Iterator[tuple[bool, Statement]]:
        """Remove all values of a property of a node."""
        one = self._any()
        for s in self._all:
            if s[:2] == one[:2]:
                yield False, s

    def _label(self) -> Iterator[tuple[bool, Statement]]:
        labels = [s for s in self._all if s.predicate in (SKOS.prefLabel, SKOS.altLabel)]
        if not labels:
            return
        old = self.chance.choice(labels)
        yield False, old
        if self.chance.random() < 0.6:
            other = self.chance.choice(labels).object
            yield True, old._replace(object=Literal(str(other), lang=self.chance.choice(LANGS)))

    def _class(self) -> Iterator[tuple[bool, Statement]]:
        """Change the hierarchy of classes."""
        lower, upper = self.chance.choice(self.classes), self.chance.choice(self.classes)
        known = [s for s in self._all if s.predicate == RDFS.subClassOf]
        if self.chance.random() < 0.5 and known:
            yield False, self.chance.choice(known)
        else:
            yield True, Statement(lower, RDFS.subClassOf, upper)

    def _dangle(self) -> Iterator[tuple[bool, Statement]]:
        old = self._any()
        yield True, old._replace(object=URIRef(f"{EX}nothing-{self.chance.randrange(3)}"))

    def _copy(self) -> Iterator[tuple[bool, Statement]]:
        """Describe a new thing as another is described."""
        pattern = self._any().subject
        new: Node = URIRef(f"{EX}new-{self.chance.randrange(4)}")
        if self.chance.random() < 0.15:
            new = BNode(f"b{self.chance.randrange(3)}")
        for s in self._all:
            if s.subject == pattern and self.chance.random() < 0.9:
                yield True, s._replace(subject=new)

    def _forget(self) -> Iterator[tuple[bool, Statement]]:
        """Remove everything about a thing, or everything that names it."""
        node = self._any().subject
        inverse = self.chance.random() < 0.4
        for s in self._all:
            if (s.object if inverse else s.subject) == node:
                yield False, s

    def _move(self) -> Iterator[tuple[bool, Statement]]:
        """Let one source say what another says, or the view what a source says."""
        named = [s for s in self._all if s.graph is not None]
        if named:
            old = self.chance.choice(named)
            if self.chance.random() < 0.5:
                yield False, old
            other = self.chance.choice((None, self.chance.choice(named).graph))
            yield True, old._replace(graph=other)

    def _swap(self) -> Iterator[tuple[bool, Statement]]:
        """Give two things each other's value."""
        one = self._any()
        others = [s for s in self._all if s.predicate == one.predicate and s.graph == one.graph]
        other = self.chance.choice(others)
        yield False, one
        yield False, other
        yield True, one._replace(object=other.object)
        yield True, other._replace(object=one.object)


KINDS = (
    *("delete", "delete", "insert", "insert", "replace", "replace", "retype", "strip"),
    *("label", "class", "dangle", "copy", "forget", "move", "swap"),
)
LANGS = ("id", "en", "su")
ODD: tuple[Node, ...] = (
    Literal("x"),
    Literal("", lang="id"),
    Literal("Dr. Ani", lang="en"),
    Literal("3", datatype=XSD.integer),
    Literal("-4", datatype=XSD.integer),
    Literal("2.5", datatype=XSD.decimal),
    Literal("2024-10-08", datatype=XSD.date),
    Literal("1900-01-01", datatype=XSD.date),
    Literal("2024", datatype=XSD.gYear),
    Literal("24-25", datatype=XSD.gYear),
    Literal("abc", datatype=XSD.integer),
    Literal("a text that goes on " * 20),
    BNode("b0"),
    URIRef(f"{EX}nothing-0"),
    URIRef("https://w3id.org/inovasi-publik/scheme/agency-type/polresta"),
)

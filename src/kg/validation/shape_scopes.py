"""The scopes of SHACL Core shapes (https://www.w3.org/TR/shacl/#core-components)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, RDFS, SH
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.term import Node, Variable

from kg.validation.patterns import (
    THIS,
    Closure,
    Edge,
    Fresh,
    NotLocalError,
    Pattern,
    Scope,
    Step,
    patterns_of_path,
)
from kg.validation.rules import Targets

_IN: Final = SH["in"]
_NOT: Final = SH["not"]
_OR: Final = SH["or"]
_AND: Final = SH["and"]

LISTS: Final = frozenset((_OR, _AND, SH.xone))
PAIRS: Final = frozenset((SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals))
TARGETS: Final = frozenset((SH.targetNode, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf))
_NESTED: Final = frozenset((SH.node, _NOT, SH.qualifiedValueShape))
_OF_VALUES: Final = frozenset(
    (
        *(SH[name] for name in ("datatype", "nodeKind", "minLength", "maxLength", "pattern")),
        *(SH[name] for name in ("flags", "languageIn", "uniqueLang", "hasValue", "minCount")),
        *(SH[name] for name in ("maxCount", "minInclusive", "maxInclusive", "minExclusive")),
        *(SH[name] for name in ("maxExclusive", "qualifiedMinCount", "qualifiedMaxCount")),
        _IN,
    )
)
"""Constraints that look at the value nodes themselves and at nothing beyond them."""

_SAYS_NOTHING: Final = frozenset(
    (
        *(RDF.type, RDFS.label, RDFS.comment, RDFS.isDefinedBy, RDFS.seeAlso),
        *(SH[name] for name in ("path", "name", "description", "order", "group", "message")),
        *(SH[name] for name in ("severity", "deactivated", "defaultValue", "ignoredProperties")),
        SH.qualifiedValueShapesDisjoint,
        *TARGETS,
    )
)


def read_path(node: Node, graph: Graph) -> URIRef | Path:
    """Return a SHACL property path (section 2.3.1); raises ``NotLocalError`` for no such path."""
    if isinstance(node, URIRef):
        return node
    if (node, RDF.first, None) in graph:
        return SequencePath(*(read_path(part, graph) for part in Collection(graph, node)))
    for predicate, obj in graph.predicate_objects(node):
        if predicate == SH.alternativePath:
            return AlternativePath(*(read_path(part, graph) for part in Collection(graph, obj)))
        if predicate == SH.inversePath:
            return InvPath(read_path(obj, graph))
        for repeated, sign in _REPEATED:
            if predicate == repeated:
                return MulPath(read_path(obj, graph), sign)
    raise NotLocalError(str(node))


_REPEATED: Final[tuple[tuple[URIRef, Literal["*", "+", "?"]], ...]] = (
    (SH.zeroOrMorePath, "*"),
    (SH.oneOrMorePath, "+"),
    (SH.zeroOrOnePath, "?"),
)


@dataclass(frozen=True)
class ShapeScopes:
    """What the results of one shape that has targets depend on."""

    shape: Node
    targets: Targets
    scopes: tuple[Scope, ...]


@dataclass
class ShapeReader:
    """Reads the scopes of every shape with targets of a shapes graph."""

    graph: Graph
    _open: list[Node] = field(default_factory=list)
    _fresh: Fresh = field(default_factory=Fresh)

    @cached_property
    def shapes(self) -> tuple[ShapeScopes, ...]:
        """The shapes with targets; raises ``NotLocalError`` if one needs the whole graph."""
        roots = {shape for target in TARGETS for shape in self.graph.subjects(target)}
        return tuple(self._of(shape) for shape in sorted(roots, key=str))

    def _of(self, shape: Node) -> ShapeScopes:
        targets = Targets.of(shape, self.graph)
        scopes = [*target_scopes(targets, self._fresh), *self._read(shape, THIS, ())]
        return ShapeScopes(shape, targets, tuple(dict.fromkeys(scopes)))

    def _read(self, shape: Node, node: Variable, around: tuple[Pattern, ...]) -> Iterator[Scope]:
        """Yield what decides whether the node that a variable stands for conforms."""
        if shape in self._open:
            raise NotLocalError(f"recursion: {shape}")
        self._open.append(shape)
        path = self.graph.value(shape, SH.path)
        values, beyond = node, around
        if path is not None:
            values = self._fresh()
            steps = tuple(patterns_of_path(node, read_path(path, self.graph), values, self._fresh))
            yield Scope(steps, around)
            beyond = (*around, *steps)
        for predicate, obj in sorted(self.graph.predicate_objects(shape), key=str):
            if predicate in PAIRS and isinstance(obj, URIRef):
                yield Scope((Edge(node, (Step(obj),), self._fresh()),), around)
            elif predicate == SH.property and path is not None:
                # Its results are about the values, and belong to a focus node they do not name.
                raise NotLocalError(f"sh:property in a property shape: {shape}")
            else:
                yield from self._constraint(shape, predicate, obj, values, beyond)
        self._open.pop()

    def _constraint(
        self, shape: Node, predicate: Node, obj: Node, values: Variable, around: tuple[Pattern, ...]
    ) -> Iterator[Scope]:
        if predicate in _OF_VALUES or predicate in _SAYS_NOTHING:
            return
        if predicate == SH["class"]:
            yield Scope(member_of(values, obj, self._fresh), around)
        elif predicate == SH.closed:
            yield Scope((Edge(values, (Step(None),), self._fresh()),), around)
        elif predicate in LISTS:
            for member in Collection(self.graph, obj):
                yield from self._read(member, values, around)
        elif predicate in _NESTED or predicate == SH.property:
            yield from self._read(obj, values, around)
            if (shape, SH.qualifiedValueShapesDisjoint, None) in self.graph:
                for sibling in self._siblings(shape):
                    yield from self._read(sibling, values, around)
        else:
            raise NotLocalError(f"{shape} {predicate}")

    def _siblings(self, shape: Node) -> set[Node]:
        return {
            sibling
            for parent in self.graph.subjects(SH.property, shape)
            for part in self.graph.objects(parent, SH.property)
            for sibling in self.graph.objects(part, SH.qualifiedValueShape)
        }


def target_scopes(targets: Targets, fresh: Fresh) -> Iterator[Scope]:
    """Yield what decides whether a node is among the targets."""
    for name in targets.classes:
        yield Scope(member_of(THIS, name, fresh))
    for predicate in targets.subjects_of:
        yield Scope((Edge(THIS, (Step(URIRef(str(predicate))),), fresh()),))
    for predicate in targets.objects_of:
        yield Scope((Edge(fresh(), (Step(URIRef(str(predicate))),), THIS),))


def member_of(node: Variable, name: Node, fresh: Fresh) -> tuple[Pattern, ...]:
    """Return the patterns of a SHACL instance: its type is the class or a subclass of it."""
    stated = fresh()
    return (
        Edge(node, (Step(RDF.type),), stated),
        Closure(stated, (Step(RDFS.subClassOf),), name),
    )

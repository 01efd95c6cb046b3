"""Judging some focus nodes: what their shapes can see of the view, extracted and given to pySHACL.

The targets of the shapes are replaced by the very nodes that are to be judged (``sh:targetNode``),
so that what else is in the extract is context and never a focus node. Every statement that a
shape could read from one of them is in it: the scopes of the shape say which those are.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from rdflib import Graph, URIRef
from rdflib.namespace import RDF, RDFS, SH
from rdflib.term import Node

from kg.validation.affected import closure
from kg.validation.engine import run_pyshacl
from kg.validation.lookup import Lookup, Statement
from kg.validation.patterns import THIS, Edge, Pattern, Step
from kg.validation.report import Result
from kg.validation.rules import Targets
from kg.validation.shape_scopes import ShapeScopes
from kg.validation.shapes import Shapes

_AT_ONCE: Final = 2000
_TYPE: Final = Step(RDF.type)
_SUBCLASS: Final = Step(RDFS.subClassOf)


class Membership:
    """Which nodes are among the targets of shapes; each is looked at once for the same targets."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._classes: dict[Node, set[Node]] = {}
        self._above: dict[Node, set[Node]] = {}
        self._told: dict[Targets, tuple[set[Node], set[Node]]] = {}

    def targeted(self, declared: Targets, nodes: Collection[Node]) -> set[Node]:
        """Return those of the nodes that are among the targets."""
        seen, found = self._told.setdefault(declared, (set(), set()))
        if fresh := set(nodes) - seen:
            found |= self._look(declared, fresh)
            seen |= fresh
        return found.intersection(nodes)

    def _look(self, declared: Targets, nodes: set[Node]) -> set[Node]:
        found = set(declared.nodes).intersection(nodes)
        if declared.classes:
            self._read(nodes)
            wanted = set(declared.classes)
            found |= {node for node in nodes if not wanted.isdisjoint(self._classes[node])}
        for predicates, inverse in ((declared.subjects_of, False), (declared.objects_of, True)):
            for predicate in predicates:
                step = Step(URIRef(str(predicate)), inverse)
                statements = self._lookup.along(step, nodes)
                found |= {node for node in nodes if statements[node]}
        return found

    def _read(self, nodes: Collection[Node]) -> None:
        missing = [node for node in nodes if node not in self._classes]
        types = self._lookup.along(_TYPE, missing)
        stated = {node: {s.object for s in found} for node, found in types.items()}
        fresh = {name for names in stated.values() for name in names} - self._above.keys()
        self._above.update(closure(self._lookup, fresh, (_SUBCLASS,)))
        for node, names in stated.items():
            self._classes[node] = set().union(*(self._above[name] for name in names))


def judge_focus_nodes(
    pairs: Mapping[Node, Collection[Node]],
    scopes: Mapping[Node, ShapeScopes],
    shapes: Shapes,
    lookup: Lookup,
) -> Iterator[Result]:
    """Yield what pySHACL says of nodes as focus nodes of shapes (``pairs``, by shape).

    The results are those that validating the whole view would give for the same pairs.
    """
    for part in _parts(pairs):
        data, asked = Graph(), Graph()
        asked += shapes.untargeted
        for shape, nodes in part.items():
            for triple in neighbourhood(scopes[shape], nodes, lookup):
                data.add(triple)
            for node in nodes:
                asked.add((shape, SH.targetNode, node))
        yield from run_pyshacl(data, asked, shapes)


def _parts(pairs: Mapping[Node, Collection[Node]]) -> Iterator[Mapping[Node, set[Node]]]:
    """Divide pairs by their nodes, so that the memory used does not grow with their number."""
    nodes = sorted({node for found in pairs.values() for node in found}, key=lambda n: n.n3())
    for start in range(0, len(nodes), _AT_ONCE):
        some = set(nodes[start : start + _AT_ONCE])
        part = {shape: some.intersection(found) for shape, found in pairs.items()}
        yield {shape: found for shape, found in part.items() if found}


def neighbourhood(
    scopes: ShapeScopes, nodes: Collection[Node], lookup: Lookup
) -> Iterator[tuple[Node, Node, Node]]:
    """Yield every triple that a shape can read when it is asked of some focus nodes."""
    reached: dict[Node, set[Node]] = {THIS: set(nodes)}
    seen: set[Pattern] = set()
    for scope in scopes.scopes:
        for pattern in (*scope.around, *scope.own):
            if pattern not in seen:
                seen.add(pattern)
                for statement in _walk(pattern, reached, lookup):
                    yield statement[:3]


def _walk(pattern: Pattern, reached: dict[Node, set[Node]], lookup: Lookup) -> Iterable[Statement]:
    forward = pattern.subject in reached
    start, end = pattern.subject, pattern.object
    if not forward:
        start, end = end, start
    steps = [s if forward else Step(s.predicate, not s.inverse) for s in pattern.steps]
    found: list[Statement] = []
    ends = reached.setdefault(end, set())
    waiting = set(reached[start])
    done: set[Node] = set()
    while waiting:
        done |= waiting
        leads: set[Node] = set()
        for step in steps:
            for statements in lookup.along(step, waiting).values():
                found.extend(statements)
                leads |= {s.subject if step.inverse else s.object for s in statements}
        ends |= leads
        waiting = set() if isinstance(pattern, Edge) else leads - done
    if not isinstance(pattern, Edge):
        ends |= reached[start]
    return found

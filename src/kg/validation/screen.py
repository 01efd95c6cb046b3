"""Screening: SHACL Core compiled to queries that name every focus node that may be at fault.

Two expressions are made of each shape: ``may_fail`` is true wherever a node does not conform, and
``may_pass`` wherever it does; each may be true more often, never less. The two differ where
SPARQL cannot say exactly what SHACL says (a lexical form, a regular expression, a comparison),
and change places inside ``sh:not``. What is not known here may do either, so that every target
is named and pySHACL decides.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from rdflib import BNode, Graph, URIRef
from rdflib.collection import Collection as RdfList
from rdflib.namespace import RDFS, SH
from rdflib.term import Node

from kg.validation import screen_values as values
from kg.validation.lookup import Select
from kg.validation.screen_values import FALSE, TRUE, Doubt, all_of, any_of, negated
from kg.validation.shape_scopes import PAIRS, ShapeScopes, read_path

_CLASS: Final = SH["class"]
_NOT: Final = SH["not"]
_SETS: Final = frozenset(
    (
        *(SH.minCount, SH.maxCount, SH.uniqueLang, SH.hasValue, SH.qualifiedValueShape),
        *(SH.qualifiedMinCount, SH.qualifiedMaxCount, SH.qualifiedValueShapesDisjoint, *PAIRS),
    )
)
"""Constraints on the set of values, or on a value and its focus node."""


@dataclass(frozen=True)
class Suspicion:
    """A part of a query: patterns that bind more variables, and an expression over them."""

    patterns: str
    expression: str


@dataclass
class Screen:
    """Compiles the shapes of one shapes graph, for a view whose class hierarchy is known."""

    shapes: Graph
    subclasses: Mapping[Node, set[Node]]
    _number: int = field(default=0)
    _faults: dict[Node, str] = field(default_factory=dict)

    def focus_nodes(self, scopes: ShapeScopes, select: Select) -> set[Node]:
        """Return every focus node of a shape that may have a result, and perhaps others."""
        suspicions = list(self.suspicions(scopes.shape, "?this"))
        # What needs no other patterns is asked in one go over the targets.
        alone = any_of(s.expression for s in suspicions if not s.patterns)
        found: set[Node] = set()
        for target in self._targets(scopes):
            for part in (Suspicion("", alone), *(s for s in suspicions if s.patterns)):
                if part.expression != FALSE:
                    found |= {row["this"] for row in select(_query(target, part))}
        return found

    def among(self, shape: Node, nodes: Collection[Node], select: Select) -> set[Node]:
        """Return those of some targets of a shape that may have a result, and perhaps others."""
        # A query cannot name a blank node.
        found: set[Node] = {node for node in nodes if isinstance(node, BNode)}
        fault = self._faults.get(shape)
        if fault is None:
            fault = self._faults[shape] = self.may_fail(shape, "?this")
        if fault != FALSE and len(found) < len(nodes):
            named = " ".join(node.n3() for node in nodes if node not in found)
            query = _query(f"VALUES ?this {{ {named} }}", Suspicion("", fault))
            found.update(row["this"] for row in select(query))
        return found

    def _targets(self, scopes: ShapeScopes) -> Iterator[str]:
        targets = scopes.targets
        for name in targets.classes:
            yield f"VALUES ?class {{ {self._members(name)} }} ?this a ?class ."
        for other in (
            targets.nodes and f"VALUES ?this {{ {' '.join(n.n3() for n in targets.nodes)} }}",
            *(f"?this {predicate.n3()} ?targetObject ." for predicate in targets.subjects_of),
            *(f"?targetSubject {predicate.n3()} ?this ." for predicate in targets.objects_of),
        ):
            if other:
                yield other

    def _members(self, name: Node, separator: str = " ") -> str:
        names = sorted(n for n in self.subclasses.get(name, {name}) if isinstance(n, URIRef))
        return separator.join(n.n3() for n in names)

    def _new(self) -> str:
        self._number += 1
        return f"?v{self._number}"

    def suspicions(self, shape: Node, node: str) -> Iterator[Suspicion]:
        """Yield what may make a node fail a shape, each as a part of a query of its own."""
        if self._says(shape, SH.deactivated):
            return
        path = self.shapes.value(shape, SH.path)
        if path is None:
            for predicate, obj in self._constraints(shape):
                if predicate == SH.property:
                    yield from self.suspicions(obj, node)
                else:
                    yield Suspicion("", self.may_fail_value(shape, predicate, obj, node))
            return
        way, value = read_path(path, self.shapes).n3(), self._new()
        of_value = any_of(
            self.may_fail_value(shape, predicate, obj, value)
            for predicate, obj in self._constraints(shape)
            if predicate not in _SETS
        )
        if of_value != FALSE:
            yield Suspicion(f"{node} {way} {value} .", of_value)
        for predicate, obj in self._constraints(shape):
            if predicate in _SETS:
                yield self._set(shape, predicate, obj, node, way)

    def may_fail(self, shape: Node, node: str) -> str:
        """Return an expression that is true wherever a node does not conform to a shape."""
        parts = []
        for suspicion in self.suspicions(shape, node):
            inner = f" FILTER({suspicion.expression})" if suspicion.expression != TRUE else ""
            parts.append(
                f"EXISTS {{ {suspicion.patterns}{inner} }}"
                if suspicion.patterns
                else suspicion.expression
            )
        return any_of(parts)

    def may_pass(self, shape: Node, node: str) -> str:
        """Return an expression that is true wherever a node conforms to a shape."""
        severity = self.shapes.value(shape, SH.severity)
        if severity not in (None, SH.Violation) or self._says(shape, SH.deactivated):
            # To pySHACL, whatever only warns conforms when it is part of another shape.
            return TRUE
        path = self.shapes.value(shape, SH.path)
        constraints = list(self._constraints(shape))
        if path is None:
            return all_of(
                self.may_pass(obj, node)
                if predicate == SH.property
                else self.may_pass_value(shape, predicate, obj, node)
                for predicate, obj in constraints
            )
        way, value = read_path(path, self.shapes).n3(), self._new()
        of_value = all_of(
            self.may_pass_value(shape, predicate, obj, value)
            for predicate, obj in constraints
            if predicate not in _SETS
        )
        sets = [
            self._set_may_pass(predicate, obj, node, way)
            for predicate, obj in constraints
            if predicate in _SETS
        ]
        if of_value != TRUE:
            sets.append(f"NOT EXISTS {{ {node} {way} {value} FILTER({negated(of_value)}) }}")
        return all_of(sets)

    def _constraints(self, shape: Node) -> Iterator[tuple[Node, Node]]:
        for predicate, obj in sorted(self.shapes.predicate_objects(shape), key=str):
            if predicate not in values.NO_CONSTRAINTS:
                yield predicate, obj

    def _says(self, shape: Node, predicate: Node) -> bool:
        return str(self.shapes.value(shape, predicate)) == "true"

    def may_fail_value(self, shape: Node, predicate: Node, obj: Node, node: str) -> str:
        """Return where a value node may break one constraint."""
        if predicate == _CLASS:
            return negated(self._is_member(obj, node))
        return (
            self._nested(predicate, obj, node, fails=True)
            or self._plain(shape, predicate, obj, node).fails
        )

    def may_pass_value(self, shape: Node, predicate: Node, obj: Node, node: str) -> str:
        """Return where a value node may meet one constraint."""
        if predicate == _CLASS:
            return self._is_member(obj, node)
        return (
            self._nested(predicate, obj, node, fails=False)
            or self._plain(shape, predicate, obj, node).passes
        )

    def _is_member(self, name: Node, node: str) -> str:
        names = self.subclasses.get(name, {name})
        if len(names) == 1:
            return f"EXISTS {{ {node} a {name.n3()} }}"
        stated = self._new()
        return f"EXISTS {{ {node} a {stated} FILTER({stated} IN ({self._members(name, ', ')})) }}"

    def _nested(self, predicate: Node, obj: Node, node: str, *, fails: bool) -> str | None:
        same: Callable[[Node, str], str] = self.may_fail if fails else self.may_pass
        if predicate in (SH.node, SH.property):
            return same(obj, node)
        if predicate == _NOT:
            return (self.may_pass if fails else self.may_fail)(obj, node)
        if predicate not in (SH["or"], SH["and"], SH.xone):
            return None
        members = list(RdfList(self.shapes, obj))
        parts = [same(member, node) for member in members]
        if predicate == SH.xone and fails:
            passing = [self.may_pass(member, node) for member in members]
            two = (
                all_of((one, other))
                for number, one in enumerate(passing)
                for other in passing[:number]
            )
            return any_of((all_of(parts), *two))
        # All of sh:and must pass, and all of sh:or must fail, for the whole to do so.
        together = fails is (predicate != SH["and"])
        return all_of(parts) if together else any_of(parts)

    def _plain(self, shape: Node, predicate: Node, obj: Node, node: str) -> Doubt:
        return values.doubt(self.shapes, shape, predicate, obj, node)

    def _set(self, shape: Node, predicate: Node, obj: Node, node: str, way: str) -> Suspicion:
        one, other = self._new(), self._new()
        if predicate == SH.minCount:
            return Suspicion("", _no_fewer(f"NOT EXISTS {{ {node} {way} {one} }}", str(obj)))
        if predicate in (SH.maxCount, SH.uniqueLang):
            return _two_values(predicate, str(obj), node, way, (one, other))
        if predicate == SH.hasValue and values.is_exact(obj):
            return Suspicion("", f"NOT EXISTS {{ {node} {way} {obj.n3()} }}")
        if predicate == SH.qualifiedValueShape:
            return Suspicion("", self._qualified(shape, obj, node, way))
        if predicate in (SH.qualifiedMinCount, SH.qualifiedMaxCount):
            return Suspicion("", FALSE)
        return _pair(predicate, obj, node, way, (one, other))

    def _qualified(self, shape: Node, inner: Node, node: str, way: str) -> str:
        if self._says(shape, SH.qualifiedValueShapesDisjoint):
            return TRUE
        least = self.shapes.value(shape, SH.qualifiedMinCount)
        most = self.shapes.value(shape, SH.qualifiedMaxCount)
        value, other = self._new(), self._new()
        parts = []
        if least is not None:
            surely = negated(self.may_fail(inner, value))
            none = f"NOT EXISTS {{ {node} {way} {value} FILTER({surely}) }}"
            parts.append(_no_fewer(none, str(least)))
        if most is not None:
            two = "" if str(most) == "0" else f". {node} {way} {other} "
            differ = "" if str(most) == "0" else f"!sameTerm({value}, {other}) && "
            passes = self.may_pass(inner, value)
            parts.append(f"EXISTS {{ {node} {way} {value} {two}FILTER({differ}{passes}) }}")
        return any_of(parts)

    def _set_may_pass(self, predicate: Node, obj: Node, node: str, way: str) -> str:
        value = self._new()
        if predicate == SH.minCount and str(obj) != "0":
            return f"EXISTS {{ {node} {way} {value} }}"
        if predicate == SH.maxCount and str(obj) == "0":
            return f"NOT EXISTS {{ {node} {way} {value} }}"
        if predicate == SH.hasValue and values.is_exact(obj):
            return f"EXISTS {{ {node} {way} {obj.n3()} }}"
        return TRUE


def _two_values(
    predicate: Node, number: str, node: str, way: str, names: tuple[str, str]
) -> Suspicion:
    """Return where there may be too many values, or two of one language."""
    one, other = names
    two, differ = f"{node} {way} {one} . {node} {way} {other} .", f"!sameTerm({one}, {other})"
    if predicate == SH.uniqueLang:
        same = f"COALESCE(LANG({one}) != '' && LANG({one}) = LANG({other}), false)"
        return Suspicion(two, f"{differ} && {same}") if number == "true" else Suspicion("", FALSE)
    return Suspicion(f"{node} {way} {one} .", TRUE) if number == "0" else Suspicion(two, differ)


def _pair(predicate: Node, obj: Node, node: str, way: str, names: tuple[str, str]) -> Suspicion:
    """Return where the values of two properties may not stand as they should."""
    one, other = names
    if predicate == SH.disjoint:
        return Suspicion(f"{node} {way} {one} . {node} {obj.n3()} {one} .", TRUE)
    if predicate in (SH.lessThan, SH.lessThanOrEquals):
        sign = "<" if predicate == SH.lessThan else "<="
        pair = f"{node} {way} {one} . {node} {obj.n3()} {other} ."
        return Suspicion(pair, negated(values.surely(f"{one} {sign} {other}", one, other)))
    return Suspicion("", TRUE)


def screen(
    scopes: Mapping[Node, ShapeScopes], shapes: Graph, select: Select
) -> dict[Node, set[Node]]:
    """Return, by shape, every focus node that may have a result."""
    compiler = compiled(shapes, select)
    return {shape: compiler.focus_nodes(read, select) for shape, read in scopes.items()}


def compiled(shapes: Graph, select: Select) -> Screen:
    """Return the screen of a shapes graph for the class hierarchy of a view.

    It is kept; the graph is not to be changed any more.
    """
    rows = select(f"SELECT ?s ?o WHERE {{ ?s {RDFS.subClassOf.n3()} ?o }}")
    return _compiled(shapes, frozenset((row["s"], row["o"]) for row in rows))


@lru_cache(maxsize=2)
def _compiled(shapes: Graph, links: frozenset[tuple[Node, Node]]) -> Screen:
    hierarchy = Graph()
    for lower, upper in links:
        hierarchy.add((lower, RDFS.subClassOf, upper))
    subclasses = {
        name: {lower for lower in hierarchy.transitive_subjects(RDFS.subClassOf, name) if lower}
        for name in set(hierarchy.objects())
    }
    return Screen(shapes, subclasses)


def _query(target: str, part: Suspicion) -> str:
    condition = "" if part.expression == TRUE else f"FILTER({part.expression})"
    return f"SELECT DISTINCT ?this WHERE {{ {target} {part.patterns} {condition} }}"


def _no_fewer(none: str, number: str) -> str:
    """Return where there may be fewer than a number of values; two or more are not counted."""
    if number == "0":
        return FALSE
    return none if number == "1" else TRUE

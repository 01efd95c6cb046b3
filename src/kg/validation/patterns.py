"""What an answer can depend on: triple patterns, and which others must hold together with each.

A shape or a query is read as a set of *scopes*. The patterns a scope owns are those of one group;
a triple that is added or removed can change the answer only if it matches a pattern that some
scope owns, and only for focus nodes for which the patterns around it hold as well. Filters and
whatever else narrows an answer are left out: what is found is never too little.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Flag, auto
from itertools import count
from typing import Final, NamedTuple

from rdflib import URIRef
from rdflib.paths import (
    AlternativePath,
    InvPath,
    MulPath,
    NegatedPath,
    Path,
    SequencePath,
)
from rdflib.term import Node, Variable

THIS: Final = Variable("this")


class Step(NamedTuple):
    """One step along a predicate, or against it; None stands for any predicate."""

    predicate: URIRef | None
    inverse: bool = False


@dataclass(frozen=True)
class Edge:
    """A pattern of one triple: any of the steps leads from ``subject`` to ``object``.

    ``name`` is the variable in the predicate's place, if there is one. ``graph`` is None where
    the pattern is asked of the view, else the name or variable of a named graph.
    """

    subject: Node
    steps: tuple[Step, ...]
    object: Node
    graph: Node | None = None
    name: Variable | None = None


@dataclass(frozen=True)
class Closure:
    """Any number of the steps, none included, lead from ``subject`` to ``object``."""

    subject: Node
    steps: tuple[Step, ...]
    object: Node
    graph: Node | None = None


Pattern = Edge | Closure


class Cause(Flag):
    """What may be done to a triple that matches a pattern, so that an answer comes to be."""

    ADDED = auto()
    REMOVED = auto()
    EITHER = ADDED | REMOVED

    def negated(self) -> "Cause":
        """Return the cause of a pattern that stands where there must be no such triple."""
        return self if self is Cause.EITHER else ~self


@dataclass(frozen=True)
class Scope:
    """The patterns of one group (``own``), and those of the groups that enclose it.

    ``cause`` is what brings an answer that was not there; whatever else is done to a triple
    can only take one away.
    """

    own: tuple[Pattern, ...]
    around: tuple[Pattern, ...] = ()
    cause: Cause = Cause.EITHER


class NotLocalError(Exception):
    """What a shape or query depends on cannot be told, so that everything must be judged."""


class Fresh:
    """Gives new variables; their names cannot stand in a query."""

    def __init__(self) -> None:
        self._numbers = count()

    def __call__(self) -> Variable:
        """Return a variable that was not given before."""
        return Variable(f".{next(self._numbers)}")


def patterns_of_path(
    subject: Node, path: Node | Path, obj: Node, fresh: Fresh, graph: Node | None = None
) -> Iterator[Pattern]:
    """Yield patterns that hold wherever a property path leads from one term to another.

    >>> p, q = URIRef("urn:p"), URIRef("urn:q")
    >>> [type(x).__name__ for x in patterns_of_path(THIS, p / (q * "*"), Variable("o"), Fresh())]
    ['Edge', 'Closure']
    """
    match path:
        case Variable():
            yield Edge(subject, (Step(None),), obj, graph, path)
        case URIRef():
            yield Edge(subject, (Step(path),), obj, graph)
        case InvPath():
            yield from patterns_of_path(obj, path.arg, subject, fresh, graph)
        case SequencePath():
            ends = [subject, *(fresh() for _ in path.args[1:]), obj]
            for part, start, end in zip(path.args, ends, ends[1:], strict=False):
                yield from patterns_of_path(start, part, end, fresh, graph)
        case AlternativePath() if all(map(_is_step, path.args)):
            yield Edge(subject, tuple(_steps(path)), obj, graph)
        case AlternativePath() | MulPath():
            # Any walk along the steps that occur: more than the path allows, never less.
            yield Closure(subject, tuple(_steps(path)), obj, graph)
        case NegatedPath():
            yield Edge(subject, (Step(None), Step(None, inverse=True)), obj, graph)
        case _:
            raise NotLocalError(str(path))


def _is_step(path: Node | Path) -> bool:
    inner = path.arg if isinstance(path, InvPath) else path
    return isinstance(inner, URIRef)


def _steps(path: Node | Path, *, inverse: bool = False) -> Iterator[Step]:
    match path:
        case URIRef():
            yield Step(path, inverse)
        case InvPath():
            yield from _steps(path.arg, inverse=not inverse)
        case MulPath():
            yield from _steps(path.path, inverse=inverse)
        case SequencePath() | AlternativePath():
            for part in path.args:
                yield from _steps(part, inverse=inverse)
        case NegatedPath():
            yield from (Step(None), Step(None, inverse=True))
        case _:
            raise NotLocalError(str(path))


def variables_of(patterns: Iterable[Pattern]) -> set[Variable]:
    """Return every variable in some patterns."""
    found: set[Variable] = set()
    for pattern in patterns:
        terms = (pattern.subject, pattern.object, pattern.graph, getattr(pattern, "name", None))
        found |= {term for term in terms if isinstance(term, Variable)}
    return found

"""Rows of terms under variables, joined with statements that a pattern matches."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rdflib import Literal
from rdflib.term import Node, Variable

from kg.validation.lookup import Statement
from kg.validation.patterns import Edge, Step

Names = tuple[Variable, ...]
Row = tuple[Node, ...]

_SUBJECT, _PREDICATE, _OBJECT, _GRAPH = range(4)


@dataclass(frozen=True)
class Relation:
    """Rows without repetition; each has a term for each of the names."""

    names: Names
    rows: set[Row]

    def only(self, names: Names) -> "Relation":
        """Return the rows with some of the variables alone."""
        if names == self.names:
            return self
        places = [self.names.index(name) for name in names]
        return Relation(names, {tuple([row[place] for place in places]) for row in self.rows})

    def getter(self, term: Node) -> Callable[[Row], Node]:
        """Return what gives a row's term for a variable, or the term itself if it is none."""
        if not isinstance(term, Variable):
            return lambda _: term
        place = self.names.index(term)
        return lambda row: row[place]

    def values(self, term: Node) -> set[Node]:
        """Return the terms that all rows have for a variable."""
        value = self.getter(term)
        return {value(row) for row in self.rows}


@dataclass(frozen=True)
class _Join:
    """What a statement binds: ``new`` fields; what it must agree with: row, constant, itself."""

    new: tuple[int, ...]
    of_row: tuple[tuple[int, int], ...]
    of_itself: tuple[tuple[int, int], ...]
    constant: tuple[tuple[int, Node], ...]


def extended(
    known: Relation, pattern: Edge, found: Callable[[Step, Row], Iterable[Statement]]
) -> Relation:
    """Return the rows extended by what the statements found for each step and row bind."""
    names, rows = known.names, set[Row]()
    for step in pattern.steps:
        more, join = _join(known.names, pattern, step)
        names = (*known.names, *more)
        for row in known.rows:
            rows.update(_joined(row, join, found(step, row)))
    return Relation(names, rows)


def _join(names: Names, pattern: Edge, step: Step) -> tuple[Names, _Join]:
    ends = (_OBJECT, _SUBJECT) if step.inverse else (_SUBJECT, _OBJECT)
    terms = [(pattern.subject, ends[0]), (pattern.object, ends[1])]
    if pattern.name is not None:
        terms.append((pattern.name, _PREDICATE))
    if pattern.graph is not None:
        terms.append((pattern.graph, _GRAPH))
    new: dict[Variable, int] = {}
    of_row, of_itself, constant = [], [], []
    for term, place in terms:
        if not isinstance(term, Variable):
            constant.append((place, term))
        elif term in names:
            of_row.append((place, names.index(term)))
        elif term in new:
            of_itself.append((place, new[term]))
        else:
            new[term] = place
    join = _Join(tuple(new.values()), tuple(of_row), tuple(of_itself), tuple(constant))
    return tuple(new), join


def _joined(row: Row, join: _Join, statements: Iterable[Statement]) -> Iterator[Row]:
    new = join.new
    for statement in statements:
        for place, other in join.of_row:
            if not same(row[other], statement[place]):
                break
        else:
            if all(same(term, statement[place]) for place, term in join.constant) and all(
                same(statement[other], statement[place]) for place, other in join.of_itself
            ):
                yield (*row, *[statement[place] for place in new])  # type: ignore[arg-type]


def same(one: Node | None, other: Node | None) -> bool:
    """Say whether two terms may be one: the engine writes numbers and dates in its own way."""
    if one is other or one == other:
        return True
    return (
        isinstance(one, Literal)
        and isinstance(other, Literal)
        and one.datatype is not None
        and other.datatype is not None
    )

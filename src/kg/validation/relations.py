"""Rows of terms under variables, joined with statements that a pattern matches."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

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
        pick = _picker([self.names.index(name) for name in names])
        return Relation(names, set(map(pick, self.rows)))

    def getter(self, term: Node) -> Callable[[Row], Node]:
        """Return what gives a row's term for a variable, or the term itself if it is none."""
        if not isinstance(term, Variable):
            return lambda _: term
        place = self.names.index(term)
        return lambda row: row[place]

    def values(self, term: Node) -> set[Node]:
        """Return the terms that all rows have for a variable."""
        if not isinstance(term, Variable):
            return {term} if self.rows else set()
        return set(map(itemgetter(self.names.index(term)), self.rows))

    def where(self, name: Variable, terms: Container[Node]) -> "Relation":
        """Return the rows that have one of some terms for a variable."""
        place = self.names.index(name)
        return Relation(self.names, {row for row in self.rows if row[place] in terms})


@dataclass(frozen=True)
class _Join:
    """What a statement binds: ``new`` fields; what it must agree with: row, constant, itself."""

    new: Callable[[Row], Row]
    of_row: tuple[tuple[int, int], ...]
    of_itself: tuple[tuple[int, int], ...]
    constant: tuple[tuple[int, Node], ...]

    def rows(self, row: Row, statements: Iterable[Statement]) -> Iterator[Row]:
        """Yield a row extended by each of the statements that agree with it."""
        if self.constant or self.of_row or self.of_itself:
            statements = (s for s in statements if self._agrees(row, s))
        new = self.new
        return (row + new(statement) for statement in statements)  # type: ignore[arg-type]

    def _agrees(self, row: Row, statement: Statement) -> bool:
        for place, other in self.of_row:
            if not same(row[other], statement[place]):
                return False
        for place, term in self.constant:
            if not same(term, statement[place]):
                return False
        return all(same(statement[other], statement[place]) for place, other in self.of_itself)


def extended(
    known: Relation,
    pattern: Edge,
    found: Callable[[Step, Row], Iterable[Statement]],
    start: Node | None = None,
) -> Relation:
    """Return the rows extended by what the statements found for each step and row bind.

    Where they were found by one end of the pattern, ``start``, they agree with that.
    """
    names, rows = known.names, set[Row]()
    for step in pattern.steps:
        more, join = _join(known.names, pattern, step, start)
        names = (*known.names, *more)
        for row in known.rows:
            if statements := found(step, row):
                rows.update(join.rows(row, statements))
    return Relation(names, rows)


def _join(names: Names, pattern: Edge, step: Step, start: Node | None) -> tuple[Names, _Join]:
    ends = (_OBJECT, _SUBJECT) if step.inverse else (_SUBJECT, _OBJECT)
    terms = [(pattern.subject, ends[0]), (pattern.object, ends[1])]
    if start is not None:
        del terms[start is not pattern.subject]
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
    join = _Join(_picker([*new.values()]), tuple(of_row), tuple(of_itself), tuple(constant))
    return tuple(new), join


def _picker(places: Sequence[int]) -> Callable[[Row], Row]:
    """Return what takes some terms of a row, or of a statement."""
    if len(places) > 1:
        return itemgetter(*places)
    # Of a single place, ``itemgetter`` would give the term and not a row.
    return itemgetter(slice(places[0], places[0] + 1)) if places else lambda _: ()


def same(one: Node | None, other: Node | None) -> bool:
    """Say whether two terms may be one: the engine writes numbers and dates in its own way."""
    if one is other or one == other:
        return True
    return (
        type(one) is Literal
        and type(other) is Literal
        and one.datatype is not None
        and other.datatype is not None
    )

"""The scopes of a SELECT query (SPARQL 1.1 Query, section 18.2), from its parse tree."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from rdflib.plugins.sparql.algebra import (
    translatePath,
    translatePName,
    translatePrologue,
    traverse,
)
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node, Variable

from kg.validation.patterns import (
    THIS,
    Cause,
    Closure,
    Edge,
    Fresh,
    NotLocalError,
    Pattern,
    Scope,
    patterns_of_path,
    variables_of,
)

_NOT_EXISTS: Final = "Builtin_NOTEXISTS"
_EXISTS: Final = ("Builtin_EXISTS", _NOT_EXISTS)


@dataclass(frozen=True)
class QueryScopes:
    """What the answer to a query depends on, and the variables by which it can be asked in part.

    The answers of some terms for ``keys`` are those that the query gives where it is limited to
    these terms at its start. The patterns of ``required`` hold wherever there is an answer.
    """

    scopes: tuple[Scope, ...]
    keys: tuple[Variable, ...]
    required: tuple[Pattern, ...] = ()


@dataclass
class _Group:
    """A group graph pattern: what must hold in it, and the groups that are optional or negated.

    ``before`` are the variables that stand before an optional group, None where it is no such.
    """

    graph: Node | None
    names: Mapping[Variable, Variable]
    own: list[Pattern] = field(default_factory=list)
    visible: set[Variable] = field(default_factory=set)
    inner: list["_Group"] = field(default_factory=list)
    isolated: bool = False
    before: set[Variable] | None = None
    cause: Cause = Cause.ADDED

    def scopes(self, around: tuple[Pattern, ...], fresh: Fresh) -> Iterator[Scope]:
        own = tuple(self.own)
        if own:
            yield Scope(own, around, self.cause)
        if self.isolated:
            # A filter in here does not see the variables of the groups outside.
            unseen = variables_of(around) - variables_of(own) - self.visible - {THIS}
            around = tuple(renamed(around, {name: fresh() for name in unseen}))
        for group in self.inner:
            yield from group.scopes((*around, *own), fresh)

    def variables(self) -> set[Variable]:
        return variables_of(self.own).union(*(group.variables() for group in self.inner))

    def apart(self, *, outermost: bool = True) -> set[Variable]:
        """Return the variables of groups that are evaluated before those around are known."""
        found: set[Variable] = set()
        for group in self.inner:
            if group.isolated or (group.before is not None and not outermost):
                found |= group.variables()
                continue
            if group.before is not None:
                found |= group.variables() - group.before
            found |= group.apart(outermost=False)
        return found


def scopes_of_query(query: str, focus: Variable = THIS) -> QueryScopes:
    """Return what the answer to a SELECT query depends on; ``focus`` becomes ``this``.

    Raises ``NotLocalError`` for a query whose answers do not stand each for itself.
    """
    parsed = parseQuery(query)
    prologue = translatePrologue(parsed[0], None)
    named = traverse(parsed[1], visitPost=partial(translatePName, prologue=prologue))
    tree = traverse(named, visitPost=translatePath)
    if tree.limitoffset:
        raise NotLocalError("LIMIT")
    if tree.groupby and focus not in tree.groupby.condition:
        raise NotLocalError("GROUP BY")
    fresh = Fresh()
    whole = _Group(None, {focus: THIS}, cause=_cause_within(tree, Cause.ADDED))
    _read_group(tree.where, whole, fresh)
    projected = [part.var for part in tree.projection or () if part.var]
    # Of a group, some members alone would make another group.
    telling = set() if tree.groupby else variables_of(whole.own) - whole.apart() - {THIS}
    others = [name for name in projected if name in telling]
    return QueryScopes(tuple(whole.scopes((), fresh)), (THIS, *others), tuple(whole.own))


def renamed(patterns: Iterable[Pattern], names: Mapping[Variable, Variable]) -> Iterator[Pattern]:
    """Yield patterns with other variables."""

    def other(term: Any) -> Any:  # noqa: ANN401
        return names.get(term, term) if isinstance(term, Variable) else term

    for pattern in patterns:
        ends = (other(pattern.subject), pattern.steps, other(pattern.object), other(pattern.graph))
        yield Edge(*ends, other(pattern.name)) if isinstance(pattern, Edge) else Closure(*ends)


def _read_group(tree: CompValue, group: _Group, fresh: Fresh) -> None:
    if tree.name == "SubSelect":
        _read_subselect(tree, group, fresh)
        return
    for part in tree.part or ():
        _read_part(part, group, fresh)


def _read_part(part: CompValue, group: _Group, fresh: Fresh) -> None:
    match part.name:
        case "TriplesBlock":
            _read_triples(part.triples, group, fresh)
        case "Filter" | "Bind":
            if part.var:
                group.visible.add(_named(part.var, group))
            _read_condition(part, group, fresh)
        case "InlineData":
            variables = [part.var] if isinstance(part.var, Variable) else list(part.var)
            group.visible |= {_named(variable, group) for variable in variables}
        case "OptionalGraphPattern":
            optional = _inner(group, Cause.EITHER)
            optional.before = variables_of(group.own)
            _read_group(part.graph, optional, fresh)
        case "MinusGraphPattern":
            minus = _inner(group, group.cause.negated(), isolated=True)
            _read_group(part.graph, minus, fresh)
        case "GraphGraphPattern":
            _read_within(part.graph, _named(part.term, group), group, fresh)
        case "GroupOrUnionGraphPattern":
            _read_union(part.graph, group, fresh)
        case _:
            raise NotLocalError(part.name)


def _read_triples(blocks: Iterable[list[Node]], group: _Group, fresh: Fresh) -> None:
    for terms in blocks:
        for start in range(0, len(terms), 3):
            subject, path, obj = (_named(term, group) for term in terms[start : start + 3])
            group.own.extend(patterns_of_path(subject, path, obj, fresh, group.graph))


def _read_union(branches: list[CompValue], group: _Group, fresh: Fresh) -> None:
    if len(branches) == 1:
        _read_within(branches[0], group.graph, group, fresh)
        return
    for branch in branches:
        _read_group(branch, _inner(group, group.cause, isolated=True), fresh)


def _read_within(tree: CompValue, graph: Node | None, group: _Group, fresh: Fresh) -> None:
    inner = _Group(graph, group.names, isolated=True, cause=group.cause)
    _read_group(tree, inner, fresh)
    _take(inner, group)


def _read_subselect(tree: CompValue, group: _Group, fresh: Fresh) -> None:
    if tree.limitoffset:
        raise NotLocalError("LIMIT")
    cause = _cause_within(tree, group.cause)
    inner = _Group(group.graph, group.names, isolated=True, cause=cause)
    if tree.projection:
        shown = {part.var or part.evar for part in tree.projection}
        inner.names = _Hiding(group.names, shown, fresh)
    _read_group(tree.where, inner, fresh)
    _take(inner, group)


def _cause_within(tree: CompValue, cause: Cause) -> Cause:
    """Return the cause of what a SELECT reads: less of it may make another sum or group."""
    is_plain = not (tree.groupby or tree.having or any(part.expr for part in tree.projection or ()))
    return cause if is_plain else Cause.EITHER


def _take(inner: _Group, group: _Group) -> None:
    """Let what must hold in an inner group hold in the outer one; its filters see it alone."""
    group.own.extend(inner.own)
    group.visible |= inner.visible
    group.cause |= inner.cause
    if inner.inner:
        group.inner.append(inner)


class _Hiding(dict[Variable, Variable]):
    """The names within a subselect: what it does not project is a variable of its own."""

    def __init__(
        self, outer: Mapping[Variable, Variable], shown: set[Variable], fresh: Fresh
    ) -> None:
        super().__init__({name: outer.get(name, name) for name in shown})
        self._fresh = fresh

    def get(self, key: Variable, default: Any = None) -> Any:  # noqa: ANN401, ARG002
        return self.setdefault(key, self._fresh()) if key not in self else self[key]


def _inner(group: _Group, cause: Cause, *, isolated: bool = False) -> _Group:
    inner = _Group(group.graph, group.names, isolated=isolated, cause=cause)
    group.inner.append(inner)
    return inner


def _named(term: Any, group: _Group) -> Any:  # noqa: ANN401
    return group.names.get(term, term) if isinstance(term, Variable) else term


def _read_condition(part: CompValue, group: _Group, fresh: Fresh) -> None:
    """Read a FILTER or BIND, whose value may rest on whether some group exists."""
    if part.name == "Filter" and part.expr.name in _EXISTS:
        is_negated = part.expr.name == _NOT_EXISTS
        cause = group.cause.negated() if is_negated else group.cause
        _read_group(part.expr.graph, _inner(group, cause), fresh)
    else:
        _read_exists(part.expr, group, fresh)


def _read_exists(expression: object, group: _Group, fresh: Fresh) -> None:
    """Read the groups of EXISTS and NOT EXISTS wherever they stand in an expression."""
    if isinstance(expression, CompValue):
        if expression.name in _EXISTS:
            _read_group(expression.graph, _inner(group, Cause.EITHER), fresh)
            return
        for key in expression:
            _read_exists(expression[key], group, fresh)
    elif isinstance(expression, Iterable) and not isinstance(expression, str):
        for part in expression:
            _read_exists(part, group, fresh)

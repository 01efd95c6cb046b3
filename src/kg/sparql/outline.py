"""What can be told of a query without parsing it, and the guards that stand before the engine.

Measured on the engine: a few thousand nested brackets break its parser, and it would follow
SERVICE to any address. Its workers survive the first and cannot do the second; a refusal here
is quicker and says what is wrong.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from kg.sparql.errors import ForbiddenOperationError, QueryTooDeepError, QueryTooLongError
from kg.sparql.federation import Allowed, ServiceCall, find_calls
from kg.sparql.lexer import Token, TokenKind, locate, tokenize

QueryForm = Literal["select", "ask", "construct", "describe"]

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 100

_FORMS: Final[tuple[QueryForm, ...]] = ("select", "ask", "construct", "describe")
_UPDATES: Final = frozenset(
    "INSERT DELETE LOAD CLEAR CREATE DROP COPY MOVE ADD WITH".split()  # noqa: SIM905
)
_VOLATILE: Final = frozenset({"RAND", "NOW", "UUID", "STRUUID", "BNODE"})
_OPENING: Final = frozenset({"(", "[", "{", "<<(", "{|"})
_CLOSING: Final = frozenset({")", "]", "}", ")>>", "|}"})
_PREFIX_OPERATORS: Final = frozenset("!+-^")


@dataclass(frozen=True)
class Outline:
    """What the tokens of a query tell.

    ``form`` is None if no query form stands where one must. ``star`` is the offset of the
    asterisk of ``SELECT *``. ``variables`` stand in order of first appearance, without their
    question mark. ``undeclared`` are prefixes used before they are declared. A ``volatile``
    query may give another answer each time. ``calls`` are those of SERVICE, all of them allowed.
    """

    form: QueryForm | None
    star: int | None
    variables: tuple[str, ...]
    undeclared: tuple[str, ...]
    volatile: bool
    calls: tuple[ServiceCall, ...] = ()


def outline_query(query: str, allowed: Allowed | None = None) -> Outline:
    """Return the outline of a query; without a list of endpoints every SERVICE is refused.

    Raises ``QueryTooLongError``, ``QueryTooDeepError`` and ``ForbiddenOperationError`` (for
    SERVICE and for updates) with the place, and what ``find_calls`` raises.
    """
    if len(query.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise QueryTooLongError(MAX_BYTES)
    tokens = list(_guard_depth(query))
    calls = find_calls(query, tokens, allowed)
    declared, body = _read_prologue(tokens)
    form = _read_form(query, body)
    return Outline(
        form=form,
        star=_find_star(body) if form == "select" else None,
        variables=tuple(
            dict.fromkeys(token.text[1:] for token in body if token.kind is TokenKind.VARIABLE)
        ),
        undeclared=tuple(dict.fromkeys(_prefixes(body, declared))),
        volatile=bool(calls) or _is_volatile(form, body),
        calls=calls,
    )


def _guard_depth(query: str) -> Iterator[Token]:
    """Yield the tokens that matter; read no further than to where the query is too deep."""
    depth = run = 0
    for token in tokenize(query):
        kind = token.kind
        if kind is TokenKind.SPACE or kind is TokenKind.COMMENT:
            continue
        if kind is TokenKind.SIGN:
            run = run + 1 if token.text in _PREFIX_OPERATORS else 0
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
            if max(depth, run) > MAX_DEPTH:
                raise QueryTooDeepError(MAX_DEPTH, *locate(query, token.offset))
        else:
            run = 0
        yield token


def _read_prologue(tokens: Sequence[Token]) -> tuple[set[str], Sequence[Token]]:
    """Return the prefixes declared before the query form, and the tokens from it on."""
    declared: set[str] = set()
    for index, token in enumerate(tokens):
        if token.kind is TokenKind.WORD and token.text.upper() not in ("BASE", "PREFIX", "VERSION"):
            return declared, tokens[index:]
        if token.kind is TokenKind.NAME:
            declared.add(token.text.partition(":")[0])
    return declared, ()


def _read_form(query: str, body: Sequence[Token]) -> QueryForm | None:
    if not body:
        return None
    word = body[0].text
    if word.upper() in _UPDATES:
        raise ForbiddenOperationError(word.upper(), *locate(query, body[0].offset))
    return next((form for form in _FORMS if word.lower().startswith(form)), None)


def _find_star(body: Sequence[Token]) -> int | None:
    for token in body[1:3]:
        if token.text == "*":
            return token.offset
        if token.text.upper() not in ("DISTINCT", "REDUCED"):
            return None
    return None


def _prefixes(body: Sequence[Token], declared: set[str]) -> Iterator[str]:
    for token in body:
        if token.kind is TokenKind.NAME:
            prefix = token.text.partition(":")[0]
            if prefix not in declared:
                yield prefix


def _is_volatile(form: QueryForm | None, body: Sequence[Token]) -> bool:
    """Say whether the answer may differ each time; a template's blank nodes are new ones."""
    makes_nodes = form == "construct" and any(
        token.kind is TokenKind.BLANK_NODE or token.text == "[" for token in body
    )
    return makes_nodes or any(
        token.kind is TokenKind.WORD and token.text.upper() in _VOLATILE for token in body
    )

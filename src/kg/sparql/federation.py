"""SERVICE without a connection from the engine: calls found, asked for as text, put back as data.

SPARQL 1.1 Federated Query, https://www.w3.org/TR/sparql11-federated-query/ (section 3): a call's
solutions are those of its group alone, joined with what stands around it. The same holds of an
inline block of data, so a call may be replaced by the solutions that were fetched for it.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from kg.sparql.errors import ForbiddenOperationError, ForbiddenServiceError, TooManyCallsError
from kg.sparql.lexer import Token, TokenKind, locate
from kg.sparql.prologue import read_prologue

MAX_CALLS: Final = 8
"""How often one query may call SERVICE."""

_SERVICE: Final = "SERVICE"
_SILENT: Final = "SILENT"


class Allowed(NamedTuple):
    """Which endpoints may be called, by their exact IRIs; ``base`` resolves relative ones."""

    endpoints: frozenset[str]
    base: str


class ServiceCall(NamedTuple):
    """One ``SERVICE [SILENT] <endpoint> { … }``, from ``start`` up to ``end`` of the query.

    ``group`` is the text of its group with the brackets and without comments, ``prologue`` what
    has to be declared before it. ``name_start`` is where the endpoint's name begins.
    """

    endpoint: str
    is_silent: bool
    group: str
    prologue: str
    start: int
    name_start: int
    end: int
    line: int
    column: int

    def scope_query(self) -> str:
        """Return a query without solutions whose columns are the variables in the call's scope."""
        return f"{self.prologue}SELECT * WHERE {self.group} LIMIT 0"

    def remote_query(self, variables: Sequence[str]) -> str:
        """Return the query for the endpoint; ``variables`` are those in the call's scope."""
        columns = " ".join(f"?{name}" for name in variables) or "*"
        return f"{self.prologue}SELECT {columns} WHERE {self.group}"


def find_service(tokens: Sequence[Token], start: int = 0) -> tuple[int, int] | None:
    """Return the first token from ``start`` on that holds SERVICE, and its place in the query.

    That is also where the engine reads it more readily than the grammar allows: it takes
    ``SERVICEex:a { }``, a syntax error by the grammar, for ``SERVICE ex:a { }``. As a prefix of
    its own ``service:`` is fine: no pattern begins with a name and a brace.
    """
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.text == "{") - (token.text == "}")
        if index < start:
            continue
        before = tokens[index - 1].text.upper() if index else ""
        after = tokens[index + 1].text if index + 1 < len(tokens) else ""
        is_glued = (
            token.kind is TokenKind.NAME
            and _SERVICE in token.text.partition(":")[0].upper()
            and (after == "{" and depth > 0 and before != "GRAPH")
        )
        if is_glued or (token.kind is TokenKind.WORD and _SERVICE in token.text.upper()):
            return index, token.offset + token.text.upper().index(_SERVICE)
    return None


def find_calls(
    query: str, tokens: Sequence[Token], allowed: Allowed | None
) -> tuple[ServiceCall, ...]:
    """Return the calls of a query; ``tokens`` are without white space and comments.

    Without a list every call is refused with ``ForbiddenOperationError``; with one those that
    are not on it, or not understood, with ``ForbiddenServiceError``, and too many with
    ``TooManyCallsError``.
    """
    if _SERVICE not in query.upper():
        # No token can hold what the text does not: nearly all queries need no closer look.
        return ()
    reader = _Reader(query, tokens, allowed) if allowed else None
    calls: list[ServiceCall] = []
    next_token = 0
    while found := find_service(tokens, next_token):
        index, offset = found
        place = locate(query, offset)
        if reader is None:
            raise ForbiddenOperationError(_SERVICE, *place)
        if len(calls) == MAX_CALLS:
            raise TooManyCallsError(MAX_CALLS, *place)
        call, next_token = reader.read_call(index, offset)
        calls.append(call)
    return tuple(calls)


class _Reader:
    """Reads calls off the tokens of one query."""

    def __init__(self, query: str, tokens: Sequence[Token], allowed: Allowed) -> None:
        self._query = query
        self._tokens = tokens
        self._listed = sorted(allowed.endpoints)
        self._prologue = read_prologue(tokens, allowed.base)

    def read_call(self, index: int, offset: int) -> tuple[ServiceCall, int]:
        """Return the call at a token and the token behind it."""
        place = locate(self._query, offset)
        is_silent = self._text(index + 1) == _SILENT
        name = index + 1 + is_silent
        if self._text(index) != _SERVICE or self._text(name + 1) != "{":
            raise ForbiddenServiceError("malformed", *place, allowed=self._listed)
        endpoint = self._read_endpoint(name, place)
        last = self._find_end(name + 1)
        if nested := find_service(self._tokens[: last + 1], name + 1):
            there = locate(self._query, nested[1])
            raise ForbiddenServiceError("nested", *there, allowed=self._listed)
        group = self._tokens[name + 1 : last + 1]
        call = ServiceCall(
            endpoint,
            is_silent,
            _write(group),
            self._prologue.declare(group),
            offset,
            self._tokens[name].offset,
            group[-1].end,
            *place,
        )
        return call, last + 1

    def _text(self, index: int) -> str:
        return self._tokens[index].text.upper() if index < len(self._tokens) else ""

    def _read_endpoint(self, index: int, place: tuple[int, int]) -> str:
        token = self._tokens[index]
        if token.kind is TokenKind.VARIABLE:
            raise ForbiddenServiceError("variable", *place, allowed=self._listed)
        iri = self._prologue.expand(token)
        if iri is None:
            raise ForbiddenServiceError("malformed", *place, allowed=self._listed)
        if iri not in self._listed:
            raise ForbiddenServiceError("unlisted", *place, endpoint=iri, allowed=self._listed)
        return iri

    def _find_end(self, opening: int) -> int:
        """Return the token that closes a group; the last one where none does."""
        depth = 0
        for index in range(opening, len(self._tokens)):
            depth += (self._tokens[index].text == "{") - (self._tokens[index].text == "}")
            if depth == 0:
                return index
        return len(self._tokens) - 1


def _write(tokens: Sequence[Token]) -> str:
    """Return tokens as text: apart where they stood apart, without what stood between them."""
    parts, end = [], tokens[0].offset
    for token in tokens:
        parts += [" " if token.offset > end else "", token.text]
        end = token.end
    return "".join(parts)


def without_calls(query: str, calls: Sequence[ServiceCall]) -> str:
    """Return the query with GRAPH in place of SERVICE, each token where it was.

    The grammar of both is one, and so is their scope: this text is right, or wrong at the same
    place, where the query is, and calls nothing.
    """
    parts, position = [], 0
    for call in calls:
        head = query[call.start : call.name_start]
        # What stands between the words, line breaks and comments among them, may as well go.
        blank = "".join(c if c in "\r\n" else " " for c in head[len(_SERVICE) :])
        parts += [query[position : call.start], "GRAPH  ", blank]
        position = call.name_start
    return "".join([*parts, query[position:]])


def inline(query: str, calls: Sequence[ServiceCall], blocks: Mapping[ServiceCall, str]) -> str:
    """Return the query with a block of data in place of each call."""
    parts, position = [], 0
    for call in calls:
        parts += [query[position : call.start], blocks[call]]
        position = call.end
    return "".join([*parts, query[position:]])

"""A tokenizer for SPARQL: strings, comments, IRIs and names are told apart exactly.

SPARQL 1.1 Query, https://www.w3.org/TR/sparql11-query/#sparqlGrammar (section 19.8), with the
longest match at each place as section 19.8 note 2 wants it, and the triple terms and language
directions of SPARQL 1.2. Never fails: what is no token is of kind ``ERROR``.

In one thing it follows the engine, which knows what may come next: behind an operand a ``<`` is
an operator. By the longest match ``(?a<'x>y')`` would hold an IRI and an open string, which could
hide everything behind them.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Final, NamedTuple


class TokenKind(Enum):
    """What a token is. White space and comments are ``SPACE`` and ``COMMENT``."""

    SPACE = auto()
    COMMENT = auto()
    IRI = auto()
    VARIABLE = auto()
    LANGUAGE = auto()
    BLANK_NODE = auto()
    STRING = auto()
    NUMBER = auto()
    NAME = auto()
    WORD = auto()
    SIGN = auto()
    ERROR = auto()


class Token(NamedTuple):
    """A token; ``offset`` counts code points from the start of the text."""

    kind: TokenKind
    text: str
    offset: int

    @property
    def end(self) -> int:
        """The offset of whatever follows."""
        return self.offset + len(self.text)


class Position(NamedTuple):
    """A place in a text; line and column count from 1, in code points."""

    line: int
    column: int


_LETTER: Final = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME_CHARACTER: Final = _LETTER + r"_0-9\u00b7\u0300-\u036f\u203f\u2040\-"
_ESCAPE: Final = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
# A prefix ends after 255 characters at most, so that "a.a.a…" is read in linear time.
_PREFIX: Final = rf"[{_LETTER}](?:[{_NAME_CHARACTER}.]{{0,253}}[{_NAME_CHARACTER}])?"
_PLX: Final = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_LOCAL: Final = (
    rf"(?:[{_LETTER}_:0-9]|{_PLX})"
    rf"(?:(?:[{_NAME_CHARACTER}.:]|{_PLX})*(?:[{_NAME_CHARACTER}:]|{_PLX}))?"
)

_PATTERNS: Final = (
    (TokenKind.SPACE, r"[ \t\r\n]+"),
    (TokenKind.COMMENT, r"\#[^\r\n]*"),
    (TokenKind.IRI, rf'<(?:[^<>"{{}}|^`\\\x00-\x20]|{_ESCAPE})*>'),
    (TokenKind.VARIABLE, rf"[?$][{_LETTER}_0-9][{_LETTER}_0-9\u00b7\u0300-\u036f\u203f\u2040]*"),
    (TokenKind.LANGUAGE, r"@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[A-Za-z]+)?"),
    (
        TokenKind.BLANK_NODE,
        rf"_:[{_LETTER}_0-9](?:[{_NAME_CHARACTER}.]*[{_NAME_CHARACTER}])?",
    ),
    (TokenKind.STRING, r'"""(?:"{0,2}(?:[^"\\]|\\.))*"""'),
    (TokenKind.STRING, r"'''(?:'{0,2}(?:[^'\\]|\\.))*'''"),
    # An unclosed long string: nothing after it can be told from its content.
    (TokenKind.ERROR, r"""(?:"{3}|'{3}).*"""),
    (TokenKind.STRING, r'"(?:[^"\\\r\n]|\\.)*"'),
    (TokenKind.STRING, r"'(?:[^'\\\r\n]|\\.)*'"),
    (TokenKind.ERROR, r"""["'][^\r\n]*"""),
    (TokenKind.NAME, rf"(?:{_PREFIX})?:(?:{_LOCAL})?"),
    (TokenKind.NUMBER, r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"),
    (TokenKind.WORD, rf"[{_LETTER}_][{_LETTER}_0-9]*"),
    (TokenKind.SIGN, r"<<\(|\)>>|<<|>>|\{\||\|\}|\^\^|&&|\|\||!=|<=|>=|[][(){}.,;*/|^!=<>+?~-]"),
    (TokenKind.ERROR, r"."),
)

_TOKEN: Final = re.compile("|".join(f"({pattern})" for _, pattern in _PATTERNS), re.DOTALL)
# By the number of the group that matches; groups count from 1.
_KINDS: Final = (TokenKind.ERROR, *(kind for kind, _ in _PATTERNS))

_OPENING: Final = frozenset({"(", "[", "{", "<<("})
_CLOSING: Final = frozenset({")", "]", "}", ")>>"})
_OPERANDS: Final = frozenset(
    {
        TokenKind.VARIABLE,
        TokenKind.STRING,
        TokenKind.LANGUAGE,
        TokenKind.NUMBER,
        TokenKind.NAME,
        TokenKind.IRI,
    }
)
_CLAUSES: Final = frozenset({"SELECT", "BY", "HAVING"})
_OTHER_CLAUSES: Final = frozenset({"FROM", "WHERE", "LIMIT", "OFFSET", "VALUES"})


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of a text, white space and comments included; together they are it.

    >>> [token.text for token in tokenize("ASK{?s a<urn:x>}")]
    ['ASK', '{', '?s', ' ', 'a', '<urn:x>', '}']
    """
    place, position = _Place(), 0
    # Each query passes here: what the loop needs is at hand, and a tuple is made as one.
    read, make, pass_by = _TOKEN.match, tuple.__new__, place.pass_by
    while match := read(text, position):
        kind, words = _KINDS[match.lastindex or 1], match[0]
        if words[0] == "<" and place.is_behind_operand():
            kind, words = TokenKind.SIGN, "<=" if words[:2] == "<=" else "<"
        token = make(Token, (kind, words, position))
        if kind is not TokenKind.SPACE and kind is not TokenKind.COMMENT:
            pass_by(token)
        yield token
        position += len(words)


class _Place:
    """Whether a place lies in an expression: which brackets are open, and what stands before."""

    def __init__(self) -> None:
        # For each open bracket, and for the text itself, whether expressions stand in it, and
        # whether it is now at a clause of expressions: SELECT, GROUP BY, HAVING or ORDER BY.
        self._expressions = [False]
        self._clauses = [False]
        self._last = self._last_but_one = Token(TokenKind.SPACE, "", 0)

    def is_behind_operand(self) -> bool:
        """Say whether an operator has to follow, and no operand can."""
        last = self._last
        return self._expressions[-1] and (
            last.kind in _OPERANDS
            or last.text in _CLOSING
            or last.text.lower() in ("true", "false")
        )

    def pass_by(self, token: Token) -> None:
        """Take note of a token that is neither space nor comment."""
        if token.kind is TokenKind.SIGN:
            self._pass_sign(token.text)
        elif token.kind is TokenKind.WORD and not self._expressions[-1]:
            self._pass_word(token.text.upper())
        self._last_but_one, self._last = self._last, token

    def _pass_sign(self, sign: str) -> None:
        if sign in _OPENING:
            is_expression = sign == "(" and self._opens_expression()
            if sign == "{" and self._last.text.upper() != "EXISTS":
                self._clauses[-1] = False
            self._expressions.append(is_expression)
            self._clauses.append(False)
        elif sign in _CLOSING and len(self._clauses) > 1:
            self._expressions.pop()
            self._clauses.pop()

    def _pass_word(self, word: str) -> None:
        if word in _CLAUSES:
            self._clauses[-1] = True
        elif word in _OTHER_CLAUSES:
            self._clauses[-1] = False

    def _opens_expression(self) -> bool:
        """Say whether a parenthesis that opens here is none of a list, a path or a row."""
        if self._expressions[-1] or self._clauses[-1]:
            return True
        last, before = self._last, self._last_but_one.text.upper()
        if last.kind is TokenKind.WORD:
            word = last.text.upper()
            return not (word in ("A", "TRUE", "FALSE") or word.endswith("VALUES"))
        if last.kind is TokenKind.NAME and last.text.upper().startswith("FILTER"):
            # The engine takes FILTERex:f( for FILTER ex:f( where no verb can stand.
            return before in ("{", "}", ".", "FILTER")
        return last.kind in (TokenKind.NAME, TokenKind.IRI) and before.endswith("FILTER")


def locate(text: str, offset: int) -> Position:
    r"""Return line and column of an offset.

    >>> locate("ASK\n{}", 5)
    Position(line=2, column=2)
    """
    before = text[:offset]
    return Position(before.count("\n") + 1, offset - before.rfind("\n"))


def find_token(text: str, line: int, column: int) -> Token | None:
    """Return the token that a parser means by the place where it gave up.

    That is the token at the place or, where it stands behind a token, the one before.
    """
    lines = text.split("\n")
    offset = sum(len(item) + 1 for item in lines[: line - 1]) + column - 1
    before = None
    for token in tokenize(text):
        if token.kind not in (TokenKind.SPACE, TokenKind.COMMENT):
            if token.offset <= offset < token.end:
                return token
            if token.offset > offset:
                break
            before = token
    return before

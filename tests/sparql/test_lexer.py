"""Every text is cut into tokens without loss, and each token is what the grammar says."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.sparql.lexer import Position, TokenKind, find_token, locate, tokenize

SKIPPED = (TokenKind.SPACE, TokenKind.COMMENT)


def kinds(text: str) -> list[tuple[str, str]]:
    return [(t.kind.name, t.text) for t in tokenize(text) if t.kind not in SKIPPED]


TOKENS = [
    ("SERVICE", "WORD"),
    ("GROUP_CONCAT", "WORD"),
    ("?service", "VARIABLE"),
    ("$x9", "VARIABLE"),
    ("?ünïcode_1", "VARIABLE"),
    ("<http://example.org/SERVICE#x?y=1>", "IRI"),
    ("<>", "IRI"),
    ("<\\u0041b>", "IRI"),
    ("service:x", "NAME"),
    (":", "NAME"),
    (":x", "NAME"),
    ("ex:", "NAME"),
    ("ex:a.b-c", "NAME"),
    ("ex:a%20b", "NAME"),
    ("ex:a\\,b", "NAME"),
    ("ex:1:2", "NAME"),
    ("ex-1.2:x", "NAME"),
    ("_:b0.x", "BLANK_NODE"),
    ("@en-GB", "LANGUAGE"),
    ("@en--ltr", "LANGUAGE"),
    ("'a\"b'", "STRING"),
    ('"SERVICE \\" <x>"', "STRING"),
    ('"""a"b""c\nSERVICE"""', "STRING"),
    ("'''it's\\''''", "STRING"),
    ('""', "STRING"),
    ('""""""', "STRING"),
    ('"a\\u0022 b"', "STRING"),
    ("12", "NUMBER"),
    ("1.5e-3", "NUMBER"),
    (".5", "NUMBER"),
    ("^^", "SIGN"),
    ("&&", "SIGN"),
    ("<=", "SIGN"),
    ("<<", "SIGN"),
    ("{|", "SIGN"),
    ("'open", "ERROR"),
    ('"""open\nSERVICE <x> {}', "ERROR"),
    ("\u00a0", "ERROR"),
    ("\\", "ERROR"),
]


@pytest.mark.parametrize(("text", "kind"), TOKENS)
def test_a_token_is_of_one_kind(text: str, kind: str) -> None:
    assert kinds(text) == [(kind, text)]


SEQUENCES = [
    ("ex:a.", "NAME SIGN"),
    ("?x.", "VARIABLE SIGN"),
    ("?a<?b", "VARIABLE SIGN VARIABLE"),
    ("1<2 && 3>2", "NUMBER SIGN NUMBER SIGN NUMBER SIGN NUMBER"),
    ("1<2&&3>2", "NUMBER IRI NUMBER"),  # the longest match, as the grammar wants
    ("FILTER(1<2&&3>2)", "WORD SIGN NUMBER SIGN NUMBER SIGN NUMBER SIGN NUMBER SIGN"),
    ("(?a<'b>c')", "SIGN VARIABLE IRI WORD ERROR"),  # a list, as an object
    ("BIND(?a<'b>c' AS ?d)", "WORD SIGN VARIABLE SIGN STRING WORD VARIABLE SIGN"),
    ("BIND(?a<=<b>AS ?d)", "WORD SIGN VARIABLE SIGN IRI WORD VARIABLE SIGN"),
    ("BIND(?a<<b>AS ?d)", "WORD SIGN VARIABLE SIGN IRI WORD VARIABLE SIGN"),
    ("SELECT(true<'>'AS ?d)", "WORD SIGN WORD SIGN STRING WORD VARIABLE SIGN"),
    ("FILTER ex:f(?a,<'>)", "WORD NAME SIGN VARIABLE SIGN IRI SIGN"),
    ("FILTER ex:f(?a<'>')", "WORD NAME SIGN VARIABLE SIGN STRING SIGN"),
    ("{}FILTERex:f(?a<'>')", "SIGN SIGN NAME SIGN VARIABLE SIGN STRING SIGN"),
    ("ORDER BY ?x (?a<'>')", "WORD WORD VARIABLE SIGN VARIABLE SIGN STRING SIGN"),
    ("HAVING EXISTS{}(1<'>')", "WORD WORD SIGN SIGN SIGN NUMBER SIGN STRING SIGN"),
    ("SELECT*{?s ?p(?a<'>)}", "WORD SIGN SIGN VARIABLE VARIABLE SIGN VARIABLE IRI SIGN SIGN"),
    ("FILTER(EXISTS{?s<'>1})", "WORD SIGN WORD SIGN VARIABLE IRI NUMBER SIGN SIGN"),
    ("VALUES(?a){(1<'>)}", "WORD SIGN VARIABLE SIGN SIGN SIGN NUMBER IRI SIGN SIGN"),
    ("COUNT(DISTINCT<'>)", "WORD SIGN WORD IRI SIGN"),
    ("<urn:a>/<urn:b>*", "IRI SIGN IRI SIGN"),
    ('"x"@en', "STRING LANGUAGE"),
    ('"x"^^<urn:t>', "STRING SIGN IRI"),
    ("SELECT?s{?s a?o}", "WORD VARIABLE SIGN VARIABLE WORD VARIABLE SIGN"),
    ("SERVICE<urn:x>{}", "WORD IRI SIGN SIGN"),
    ("# SERVICE <urn:x>\nASK", "WORD"),
    ("<urn:x#y># not part\n.", "IRI SIGN"),
    ("'a\nb'", "ERROR WORD ERROR"),
    ("S\\u0045RVICE", "WORD ERROR WORD"),
]


@pytest.mark.parametrize(("text", "expected"), SEQUENCES)
def test_tokens_need_no_space_between_them(text: str, expected: str) -> None:
    assert " ".join(kind for kind, _ in kinds(text)) == expected


def test_the_tables_are_complete() -> None:
    assert len(TOKENS) >= 35
    assert len(SEQUENCES) >= 28


SOUP = st.lists(st.sampled_from([text for text, _ in TOKENS] + list(" \n#<>{}()'\"\\.:@?-"))).map(
    "".join
)


@given(st.one_of(st.text(), SOUP))
def test_tokens_together_are_the_text(text: str) -> None:
    tokens = list(tokenize(text))
    assert "".join(token.text for token in tokens) == text
    assert all(text[token.offset : token.end] == token.text for token in tokens)


@given(st.text(alphabet="a\nü'", max_size=40), st.integers(0, 40))
def test_a_place_is_counted_in_lines_and_columns(text: str, offset: int) -> None:
    place = locate(text, min(offset, len(text)))
    lines = text[:offset].split("\n")
    assert place == Position(len(lines), len(lines[-1]) + 1)


@pytest.mark.parametrize(
    ("column", "expected"),
    [(1, "ASK"), (4, "ASK"), (5, "{"), (8, "foo:bar"), (14, "foo:bar"), (15, "foo:bar"), (16, "}")],
)
def test_the_token_at_a_place_or_before_it_is_found(column: int, expected: str) -> None:
    token = find_token("# x\nASK {  foo:bar }", 2, column + 0)
    assert token is not None
    assert token.text == expected


def test_no_token_is_found_in_an_empty_text() -> None:
    assert find_token("  # only a comment", 1, 5) is None


@pytest.mark.parametrize(
    "unit", ["a.", "<a", "''", '"""', "a:", "_:a.", "@a-", "\\u", "1.", "'''a"]
)
def test_long_texts_are_read_in_linear_time(unit: str) -> None:
    text = unit * (64_000 // len(unit))
    # Processor time, which others do not take from: a hundred times what it needs.
    start = time.process_time()
    assert sum(1 for _ in tokenize(text)) > 0
    assert time.process_time() - start < 10

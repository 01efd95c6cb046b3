"""Solutions that another endpoint sent, as a block of inline data.

SPARQL 1.1 Query Results JSON Format, https://www.w3.org/TR/sparql11-results-json/, in;
``VALUES``, https://www.w3.org/TR/sparql11-query/#inline-data, out. What is read was written by a
stranger: nothing of it reaches the query but terms of the right form.
"""

import json
import re
from collections.abc import Mapping, Sequence
from ipaddress import IPv6Address
from typing import Any, Final, NamedTuple, NoReturn

from kg.language import Text
from kg.sparql.errors import UnreadableSolutionsError

# https://www.rfc-editor.org/rfc/rfc3987#section-2.2, as strict as the engine is.
_UCS: Final = (
    "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
    + "".join(f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 14))
    + "\U000e1000-\U000efffd"
)
_PRIVATE: Final = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_CHARACTERS: Final = rf"A-Za-z0-9._~!$&'()*+,;={_UCS}-"
_ENCODED: Final = "%[0-9A-Fa-f]{2}"
_IRI: Final = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:"
    rf"(?://(?:(?:[{_CHARACTERS}:]|{_ENCODED})*@)?"
    rf"(?:\[(?P<ip>[0-9A-Fa-f:.]+)\]|(?:[{_CHARACTERS}]|{_ENCODED})*)(?::[0-9]*)?(?=[/?#]|\Z)"
    r"|(?!//))"
    rf"(?:[{_CHARACTERS}:@/]|{_ENCODED})*"
    rf"(?:\?(?:[{_CHARACTERS}{_PRIVATE}:@/?]|{_ENCODED})*)?"
    rf"(?:\#(?:[{_CHARACTERS}:@/?]|{_ENCODED})*)?"
)
_TAG: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_ESCAPED: Final = re.compile(r'[\x00-\x1f"\\\x7f]')
_DIRECTIONS: Final = ("ltr", "rtl")
_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"


class Block(NamedTuple):
    """A block of inline data and the number of its rows."""

    text: str
    rows: int


def unbound_block(variables: Sequence[str]) -> Block:
    """Return one solution without any value: what a call that may fail silently comes to.

    >>> unbound_block(["a", "b"]).text
    'VALUES (?a ?b) { (UNDEF UNDEF) }'
    """
    return _block(variables, ["UNDEF " * len(variables)])


def read_solutions(content: bytes, variables: Sequence[str], max_rows: int) -> Block:
    """Return the solutions of a result in JSON; a variable that is not bound is ``UNDEF``.

    Raises ``UnreadableSolutionsError`` for what is not such a result, for more than
    ``max_rows`` rows, for variables other than ``variables``, and for blank nodes: they cannot
    stand in a block of data, and an IRI in their place would be a term that nobody sent.
    """
    bindings = _read_bindings(content)
    if len(bindings) > max_rows:
        raise UnreadableSolutionsError(
            "too-many-rows",
            Text(
                "lebih dari {n} baris; persempit polanya", "more than {n} rows; narrow its pattern"
            ).format(n=max_rows),
            limit=max_rows,
            unit="rows",
        )
    return _block(variables, [_row(binding, variables) for binding in bindings])


def _block(variables: Sequence[str], rows: Sequence[str]) -> Block:
    names = " ".join(f"?{name}" for name in variables)
    return Block(
        f"VALUES ({names}) {{ {' '.join(f'({row.strip()})' for row in rows)} }}", len(rows)
    )


def _read_bindings(content: bytes) -> list[Mapping[str, Any]]:
    try:
        # A long integer would take a long time to read, a float does not; neither is of use.
        document = json.loads(content.decode("utf-8"), parse_int=float)
        bindings = document["results"]["bindings"]
    except (ValueError, TypeError, KeyError, RecursionError):
        _refuse()
    if not isinstance(bindings, list) or not all(isinstance(row, dict) for row in bindings):
        _refuse()
    return bindings


def _row(binding: Mapping[str, Any], variables: Sequence[str]) -> str:
    if not binding.keys() <= set(variables):
        _refuse()
    return " ".join(
        _write_term(name, binding[name]) if name in binding else "UNDEF" for name in variables
    )


def _write_term(name: str, term: object) -> str:
    if not isinstance(term, dict) or not all(isinstance(value, str) for value in term.values()):
        _refuse()
    match term:
        case {"type": "uri", "value": iri}:
            return _write_iri(name, iri)
        case {"type": "literal" | "typed-literal", "value": text}:
            return _write_string(text) + _write_suffix(name, term)
        case {"type": "bnode"}:
            raise UnreadableSolutionsError(
                "blank-node",
                Text(
                    "nilai ?{name} berupa simpul kosong, yang tidak dapat dibawa ke sini; pilih "
                    "variabel lain dengan sub-SELECT di dalam SERVICE",
                    "a value of ?{name} is a blank node, which cannot be carried over; leave it "
                    "out with a sub-SELECT inside the SERVICE",
                ).format(name=name),
                variable=name,
            )
    return _refuse()


def _write_iri(name: str, iri: str) -> str:
    match = _IRI.fullmatch(iri)
    if match is None or not _is_address(match["ip"]):
        raise UnreadableSolutionsError(
            "invalid-iri",
            Text(
                "pada ?{name} ada IRI yang tidak sah", "an IRI at ?{name} is not a valid one"
            ).format(name=name),
            variable=name,
        )
    return f"<{iri}>"


def _is_address(text: str | None) -> bool:
    """Say whether what stands in brackets for a host, if anything does, is an address."""
    try:
        return text is None or bool(IPv6Address(text))
    except ValueError:
        return False


def _write_string(text: str) -> str:
    if _SURROGATE.search(text):
        _refuse()
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    return "\\" + character if character in '"\\' else f"\\u{ord(character):04X}"


def _write_suffix(name: str, term: Mapping[str, str]) -> str:
    """Return what follows the string of a literal: a language with its direction, or a type."""
    tag, direction = term.get("xml:lang"), term.get("its:dir")
    if tag:
        if not _TAG.fullmatch(tag) or direction not in (None, *_DIRECTIONS):
            _refuse()
        return f"@{tag}--{direction}" if direction else f"@{tag}"
    datatype = term.get("datatype", _STRING)
    return "" if datatype == _STRING else "^^" + _write_iri(name, datatype)


def _refuse() -> NoReturn:
    raise UnreadableSolutionsError(
        "unreadable",
        Text(
            "jawabannya bukan hasil kueri yang dapat dibaca",
            "its answer is not a result that can be read",
        ),
    )

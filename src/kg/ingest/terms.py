"""The object cell of a claim: one RDF term in the words of Turtle (RDF 1.1 Turtle, section 2)."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from rdflib import Literal, Namespace, URIRef
from rdflib.namespace import XSD

from kg.errors import IriError
from kg.ingest.records import Row
from kg.iris import expand_curie
from kg.language import Text
from kg.namespaces import INOV

_LITERAL: Final = re.compile(
    r'"(?P<lexical>(?:[^"\\]|\\["\\])*)"(?:@(?P<language>[a-z]{2,3})|\^\^(?P<datatype>\S+))?'
)
_NUMBER: Final = re.compile(r"[+-]?\d+(?P<fraction>\.\d+)?")
_CURIE: Final = re.compile(r"[a-z][a-z-]*:[A-Za-z0-9_-]+")

_DATATYPES: Final = (Namespace(str(XSD)), INOV)


class TermError(ValueError):
    """A cell that is not a term; ``message`` says why in two languages."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


def parse_name(text: str, prefixes: Mapping[str, str]) -> URIRef:
    """Return the IRI that a CURIE names.

    Raises ``TermError`` if it is not a CURIE or its prefix is unknown.
    """
    if not _CURIE.fullmatch(text):
        raise TermError(
            Text(
                "Tulis sebagai CURIE, misalnya agency:polresta-sidoarjo",
                "Write a CURIE, such as agency:polresta-sidoarjo",
            )
        )
    try:
        return URIRef(expand_curie(text, prefixes))
    except IriError as error:
        raise TermError(error.message) from None


def parse_term(text: str, prefixes: Mapping[str, str]) -> URIRef | Literal:
    """Return the term that an object cell writes: a CURIE, a literal, a number or a truth value.

    Numbers and typed literals come back in canonical lexical form (XSD 1.1, part 2), so that
    what is published is what the store keeps.

    Raises ``TermError`` for anything else.
    """
    if text in ("true", "false"):
        return Literal(text, datatype=XSD.boolean)
    if number := _NUMBER.fullmatch(text):
        return _typed(text, XSD.decimal if number["fraction"] else XSD.integer)
    if not text.startswith('"'):
        return parse_name(text, prefixes)
    literal = _LITERAL.fullmatch(text)
    if not literal:
        raise TermError(
            Text(
                'Literal rusak; tulis "teks"@id, "teks"@en atau "nilai"^^xsd:date',
                'Broken literal; write "text"@id, "text"@en or "value"^^xsd:date',
            )
        )
    lexical = re.sub(r'\\(["\\])', r"\1", literal["lexical"])
    if literal["datatype"]:
        return _typed(lexical, parse_name(literal["datatype"], prefixes))
    return Literal(lexical, lang=literal["language"])


def _typed(lexical: str, datatype: URIRef) -> Literal:
    if not any(datatype in namespace for namespace in _DATATYPES):
        raise TermError(
            Text("Tipe {datatype} tidak dikenal", "Unknown datatype {datatype}").format(
                datatype=datatype
            )
        )
    literal = Literal(lexical, datatype=datatype, normalize=False)
    if literal.ill_typed:
        raise TermError(
            Text("Nilai tidak sesuai tipe {name}", "The value does not fit the type {name}").format(
                name=datatype.rpartition("#")[2]
            )
        )
    return Literal(_canonical(lexical, datatype), datatype=datatype, normalize=False)


def _canonical(lexical: str, datatype: URIRef) -> str:
    if datatype == XSD.integer:
        return str(int(lexical))
    if datatype == XSD.decimal:
        digits = f"{Decimal(lexical):f}"
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    return lexical


def read_name(row: Row, column: str, prefixes: Mapping[str, str]) -> URIRef:
    """Return the IRI in a cell; raises ``RecordError`` naming the cell."""
    try:
        return parse_name(row.values[column], prefixes)
    except TermError as error:
        raise row.fault(column, error.message) from None


def read_term(row: Row, column: str, prefixes: Mapping[str, str]) -> URIRef | Literal:
    """Return the term in a cell; raises ``RecordError`` naming the cell."""
    try:
        return parse_term(row.values[column], prefixes)
    except TermError as error:
        raise row.fault(column, error.message) from None

"""What may make a single value node fail or pass a constraint, as SPARQL expressions.

No expression made here ends in an error: where SPARQL would raise one, both are true.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from rdflib import RDF, RDFS, XSD, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SH
from rdflib.term import Node

TRUE: Final = "true"
FALSE: Final = "false"

NO_CONSTRAINTS: Final = frozenset(
    (
        *(RDF.type, RDFS.label, RDFS.comment, RDFS.isDefinedBy, RDFS.seeAlso),
        *(SH[name] for name in ("path", "name", "description", "order", "group", "message")),
        *(SH[name] for name in ("severity", "deactivated", "defaultValue", "ignoredProperties")),
        *(SH[name] for name in ("flags", "targetNode", "targetClass", "targetSubjectsOf")),
        SH.targetObjectsOf,
    )
)

_FORMS: Final = {
    XSD.integer: "^[+-]?[0-9]+$",
    XSD.decimal: "^[+-]?[0-9]+([.][0-9]+)?$",
    XSD.boolean: "^(true|false)$",
    XSD.gYear: "^[1-9][0-9]{3}$",
    XSD.date: "^[1-9][0-9]{3}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
    "|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)$",
}
"""Lexical forms that are surely well-formed; there are others, which pySHACL decides on."""

_KINDS: Final = {
    SH.IRI: "isIRI({0})",
    SH.BlankNode: "isBlank({0})",
    SH.Literal: "isLiteral({0})",
    SH.BlankNodeOrIRI: "!isLiteral({0})",
    SH.BlankNodeOrLiteral: "!isIRI({0})",
    SH.IRIOrLiteral: "!isBlank({0})",
}

_BOUNDS: Final = {
    SH.minInclusive: ">=",
    SH.maxInclusive: "<=",
    SH.minExclusive: ">",
    SH.maxExclusive: "<",
}

_ORDINARY: Final = re.compile(
    r"(?:[\w :/@#%~&;,<>=\"'-]|\\[./]|[.^$()|*+]|\?|\[\^?[\w. :~%?/-]+\]"
    r"|\{\d+(?:,\d*)?\})*",
    re.ASCII,
)
"""Regular expressions that mean the same to Python and to the engine."""


class Doubt(NamedTuple):
    """Where a value node may fail, and where it may pass."""

    fails: str
    passes: str


def any_of(expressions: Iterable[str]) -> str:
    """Return the disjunction."""
    parts = list(dict.fromkeys(e for e in expressions if e != FALSE))
    if TRUE in parts:
        return TRUE
    return " || ".join(f"({part})" for part in parts) or FALSE


def all_of(expressions: Iterable[str]) -> str:
    """Return the conjunction."""
    parts = list(dict.fromkeys(e for e in expressions if e != TRUE))
    if FALSE in parts:
        return FALSE
    return " && ".join(f"({part})" for part in parts) or TRUE


def negated(expression: str) -> str:
    """Return the negation."""
    return {TRUE: FALSE, FALSE: TRUE}.get(expression) or f"!({expression})"


def is_exact(term: Node) -> bool:
    """Say whether a term is to the engine what it is to rdflib: no number, no date."""
    return isinstance(term, URIRef) or (isinstance(term, Literal) and term.datatype is None)


def surely(comparison: str, one: str, other: str) -> str:
    """Return where a comparison holds for the engine and for pySHACL: numbers, or days."""
    days = f"DATATYPE({one}) = {XSD.date.n3()} && DATATYPE({other}) = {XSD.date.n3()}"
    kinds = (
        f"(isNumeric({one}) && isNumeric({other})) || ({days} && {_days(one)} && {_days(other)})"
    )
    return f"COALESCE(({kinds}) && {comparison}, false)"


def _days(term: str) -> str:
    return f'REGEX(STR({term}), "{_FORMS[XSD.date]}")'


def doubt(  # noqa: PLR0911
    shapes: Graph, shape: Node, predicate: Node, obj: Node, node: str
) -> Doubt:
    """Return where a value node may break or meet a constraint of its own."""
    if predicate == SH.datatype:
        return _datatype(obj, node)
    if predicate == SH.nodeKind and obj in _KINDS:
        return _exact(_KINDS[URIRef(str(obj))].format(node))
    if predicate in (SH.minLength, SH.maxLength):
        sign = ">=" if predicate == SH.minLength else "<="
        return _exact(f"!isBlank({node}) && STRLEN(STR({node})) {sign} {int(str(obj))}")
    if predicate == SH.pattern:
        return _pattern(str(obj), str(shapes.value(shape, SH.flags) or ""), node)
    if predicate == SH.languageIn:
        tags = ", ".join(f'"{str(tag).lower()}"' for tag in Collection(shapes, obj))
        tagged = f"isLiteral({node}) && LANG({node}) != ''"
        return Doubt(f"COALESCE(LCASE(LANG({node})) NOT IN ({tags}), true)", tagged)
    if predicate == SH["in"]:
        return _in(list(Collection(shapes, obj)), node)
    if predicate == SH.hasValue and is_exact(obj):
        return _exact(f"sameTerm({node}, {obj.n3()})")
    if predicate in _BOUNDS and isinstance(obj, Literal):
        held = surely(f"{node} {_BOUNDS[URIRef(str(predicate))]} {obj.n3()}", node, obj.n3())
        return Doubt(negated(held), TRUE)
    return Doubt(TRUE, TRUE)


def _exact(passes: str) -> Doubt:
    return Doubt(negated(passes), passes)


def _datatype(datatype: Node, node: str) -> Doubt:
    if datatype in (RDFS.Literal, RDFS.Datatype):
        return Doubt(TRUE, TRUE)
    typed = f"COALESCE(DATATYPE({node}) = {datatype.n3()}, false)"
    if datatype in _FORMS:
        form = f'REGEX(STR({node}), "{_FORMS[URIRef(str(datatype))]}")'
        return Doubt(negated(f"{typed} && {form}"), typed)
    checked = str(datatype).startswith(str(XSD)) or datatype in (RDF.HTML, RDF.XMLLiteral)
    if checked and datatype != XSD.string:
        return Doubt(TRUE, typed)
    return _exact(typed)


def _pattern(pattern: str, flags: str, node: str) -> Doubt:
    if flags or not _ORDINARY.fullmatch(pattern):
        return Doubt(TRUE, TRUE)
    matches = f"!isBlank({node}) && REGEX(STR({node}), {Literal(pattern).n3()})"
    # The end of Python's line may stand before a last line feed.
    return Doubt(negated(matches), f"({matches}) || CONTAINS(STR({node}), '\\n')")


def _in(members: list[Node], node: str) -> Doubt:
    listed = any_of(f"sameTerm({node}, {member.n3()})" for member in members if is_exact(member))
    if all(map(is_exact, members)):
        return _exact(listed)
    return Doubt(negated(listed), f"({listed}) || isLiteral({node})")

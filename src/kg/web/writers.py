"""A document in each RDF format: the same bytes for the same quads, its thing first.

The common serialisers sort (or shuffle) subjects, so that the thing a document is about would
stand somewhere in the middle and an ETag could not be strong. Quads are written in the order in
which they are given; N-Triples and N-Quads are sorted.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from html import escape
from itertools import groupby
from typing import Final

from rdflib import RDF, XSD, BNode, Literal, URIRef

from kg.iris import compress_iri
from kg.sparql.formats import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE, Format
from kg.store import Quad, Term
from kg.web.context import Context
from kg.web.json_ld import by_subject, write_json_ld

Prefixes = Mapping[str, str]

_LOCAL: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?")
_BARE: Final = {
    XSD.integer: re.compile(r"0|-?[1-9]\d*"),
    XSD.decimal: re.compile(r"-?\d+\.\d+"),
    XSD.boolean: re.compile(r"true|false"),
}
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"}
_XML_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*$")


def triples(quads: Iterable[Quad]) -> list[Quad]:
    """Return quads without their graphs, each triple once."""
    return list(dict.fromkeys(quad._replace(graph=None) for quad in quads))


def write(quads: Iterable[Quad], media: Format, prefixes: Prefixes) -> bytes:
    """Return quads in a format; formats of one graph leave the names of graphs away."""
    has_graphs = media in (TRIG, N_QUADS)
    distinct = list(dict.fromkeys(quads)) if has_graphs else triples(quads)
    return _WRITERS[media](distinct, prefixes).encode()


def _write_lines(quads: Iterable[Quad], _: Prefixes) -> str:
    lines = (" ".join(_ntriples(term) for term in quad if term is not None) for quad in quads)
    return "".join(sorted(f"{line} .\n" for line in lines))


def _ntriples(term: Term) -> str:
    if not isinstance(term, Literal):
        return f"_:{term}" if isinstance(term, BNode) else f"<{term}>"
    text = "".join(_ESCAPES.get(character, character) for character in term)
    if term.language:
        return f'"{text}"@{term.language}'
    return f'"{text}"' if term.datatype is None else f'"{text}"^^<{term.datatype}>'


def _write_turtle(quads: list[Quad], prefixes: Prefixes) -> str:
    blocks = _turtle_blocks(quads, prefixes)
    return _directives(quads, prefixes) + "\n".join(blocks)


def _write_trig(quads: list[Quad], prefixes: Prefixes) -> str:
    parts = [_directives(quads, prefixes)]
    for name in dict.fromkeys(quad.graph for quad in quads):
        inside = [quad for quad in quads if quad.graph == name]
        blocks = _turtle_blocks(inside, prefixes)
        text = "\n".join(blocks)
        parts.append(text + "\n" if name is None else f"{_turtle(name, prefixes)} {{\n{text}}}\n\n")
    return "".join(parts)


def _turtle_blocks(quads: Iterable[Quad], prefixes: Prefixes) -> list[str]:
    groups = by_subject(quads).items()
    return [_turtle_subject(subject, group, prefixes) for subject, group in groups]


def _directives(quads: Iterable[Quad], prefixes: Prefixes) -> str:
    used = _used(quads, prefixes)
    return "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in used.items()) + "\n"


def _used(quads: Iterable[Quad], prefixes: Prefixes) -> Prefixes:
    terms = {term for quad in quads for term in quad if term is not None}
    datatypes = {term.datatype for term in terms if isinstance(term, Literal) and term.datatype}
    iris = (term for term in terms | datatypes if isinstance(term, URIRef))
    names = {compress_iri(iri, prefixes).partition(":")[0] for iri in iris}
    return {name: iri for name, iri in prefixes.items() if name in names}


def _turtle_subject(subject: Term, quads: Iterable[Quad], prefixes: Prefixes) -> str:
    lines = []
    for predicate, group in groupby(quads, key=lambda quad: quad.predicate):
        verb = "a" if predicate == RDF.type else _turtle(predicate, prefixes)
        objects = " ,\n        ".join(_turtle(quad.object, prefixes) for quad in group)
        lines.append(f"    {verb} {objects}")
    return f"{_turtle(subject, prefixes)}\n" + " ;\n".join(lines) + " .\n"


def _turtle(term: Term, prefixes: Prefixes) -> str:
    if isinstance(term, URIRef):
        prefix, _, local = compress_iri(term, prefixes).partition(":")
        known = prefix in prefixes and _LOCAL.fullmatch(local)
        return f"{prefix}:{local}" if known else term.n3()
    if isinstance(term, BNode) or term.datatype is None:
        return term.n3()
    bare = _BARE.get(term.datatype)
    if bare and bare.fullmatch(term):
        return str(term)
    return f"{Literal(str(term)).n3()}^^{_turtle(term.datatype, prefixes)}"


def _write_json_ld(quads: list[Quad], prefixes: Prefixes) -> str:
    return write_json_ld(quads, Context(_used(quads, prefixes)))


def _write_rdf_xml(quads: list[Quad], prefixes: Prefixes) -> str:
    spaces = {"rdf": str(RDF), **_xml_spaces(quads, prefixes)}
    declared = "".join(f'\n    xmlns:{name}="{escape(iri)}"' for name, iri in spaces.items())
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<rdf:RDF{declared}>"]
    for subject, group in by_subject(quads).items():
        lines.append(f"  <rdf:Description {_xml_node(subject, 'about')}>")
        lines += [f"    {_xml_property(quad, spaces)}" for quad in group]
        lines.append("  </rdf:Description>")
    return "\n".join([*lines, "</rdf:RDF>", ""])


def _xml_spaces(quads: Iterable[Quad], prefixes: Prefixes) -> Prefixes:
    """Return prefix → namespace for the properties; ``ns1`` and so on for those without prefix."""
    predicates = sorted({quad.predicate for quad in quads})
    known = {iri: name for name, iri in prefixes.items()}
    spaces = dict.fromkeys(_xml_space(predicate) for predicate in predicates)
    return {known.get(space, f"ns{n}"): space for n, space in enumerate(spaces, start=1)}


def _xml_space(predicate: URIRef) -> str:
    """Return what stands before the last XML name of an IRI (RDF/XML grammar, section 5.1).

    Raises ``ValueError`` for an IRI that does not end with a name: RDF/XML cannot write it.
    """
    match = _XML_NAME.search(predicate)
    if match is None:
        raise ValueError(predicate)
    return predicate[: match.start()]


def _xml_node(term: Term, attribute: str) -> str:
    if isinstance(term, BNode):
        return f'rdf:nodeID="{term}"'
    return f'rdf:{attribute}="{escape(term)}"'


def _xml_property(quad: Quad, spaces: Prefixes) -> str:
    space, term = _xml_space(quad.predicate), quad.object
    prefix = next(name for name, iri in spaces.items() if iri == space)
    name = f"{prefix}:{quad.predicate.removeprefix(space)}"
    if not isinstance(term, Literal):
        return f"<{name} {_xml_node(term, 'resource')}/>"
    kind = ""
    if term.language:
        kind = f' xml:lang="{escape(term.language)}"'
    elif term.datatype is not None:
        kind = f' rdf:datatype="{escape(term.datatype)}"'
    return f"<{name}{kind}>{escape(term, quote=False)}</{name}>"


_WRITERS: Final[Mapping[Format, Callable[[list[Quad], Prefixes], str]]] = {
    TURTLE: _write_turtle,
    TRIG: _write_trig,
    N_TRIPLES: _write_lines,
    N_QUADS: _write_lines,
    RDF_XML: _write_rdf_xml,
    JSON_LD: _write_json_ld,
}

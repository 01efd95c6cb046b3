"""The things that were brought: one Turtle file a kind of IRI, one block of text a thing.

Blocks are sorted and written in one way only, so that a file can be changed thing by thing
without parsing it, and the same things always make the same text.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from rdflib import RDF, Literal, URIRef
from rdflib.namespace import SKOS
from rdflib.term import Node

from kg.iris import compress_iri, parse_iri
from kg.language import Text
from kg.store import parse_rdf

Thing = frozenset[tuple[URIRef, Node]]
"""What is stated of one thing: its classes and labels, as predicate and object."""

STATED: Final = (RDF.type, SKOS.prefLabel)
"""What may be stated of a thing; everything else is a fact, and facts are claims."""

_CURIE: Final = re.compile(r"[a-z][a-z-]*:[A-Za-z0-9_-]+")
_SUBJECT: Final = re.compile(r"<([^>]*)>")
_ESCAPES: Final = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r"})
_BASE: Final = "https://things.invalid/"


def file_of(thing: URIRef) -> str:
    """Return the path of the file that a thing belongs into.

    >>> file_of(URIRef("https://w3id.org/inovasi-publik/id/agency/x"))
    'things/agency.ttl'
    """
    identity = parse_iri(str(thing))
    return f"things/{identity.kind if identity else 'other'}.ttl"


def read_blocks(text: str) -> dict[URIRef, str]:
    """Return the block of each thing of a file that ``write_blocks`` has written."""
    _, *blocks = text.split("\n\n")
    found = ((_SUBJECT.match(block), block.rstrip("\n")) for block in blocks)
    return {URIRef(match[1]): block for match, block in found if match}


def write_blocks(blocks: Mapping[URIRef, str], prefixes: Mapping[str, str]) -> str:
    """Return the text of a file."""
    used = {name for block in blocks.values() for name in re.findall(r"[ ]([a-z][a-z-]*):", block)}
    lines = [f"@prefix {name}: <{prefixes[name]}> ." for name in sorted(used & prefixes.keys())]
    head = "\n".join(["# Things that were brought: class and labels.", *lines])
    return "\n\n".join([head, *(blocks[thing] for thing in sorted(blocks))]) + "\n"


def write_block(thing: URIRef, stated: Thing, prefixes: Mapping[str, str]) -> str:
    """Return the block of one thing."""
    types = sorted(_term(value, prefixes) for name, value in stated if name == RDF.type)
    labels = sorted(_label(value) for name, value in stated if name == SKOS.prefLabel)
    parts = [f"a {' , '.join(types)}"] if types else []
    if labels:
        parts.append(f"skos:prefLabel {' , '.join(labels)}")
    together = " ;\n    ".join(parts)
    return f"<{thing}> {together} ."


def read_block(block: str, prefixes: Mapping[str, str]) -> Thing:
    """Return what a block states."""
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes.items())
    quads = parse_rdf(f"{head}{block}\n", "ttl", _BASE)
    return frozenset((quad.predicate, quad.object) for quad in quads)


def read_text_of(files: Iterable[str], prefixes: Mapping[str, str]) -> dict[URIRef, Thing]:
    """Return everything that some files state."""
    return {
        thing: read_block(block, prefixes)
        for text in files
        for thing, block in read_blocks(text).items()
    }


def fault_of(subject: Node, predicate: Node, value: Node) -> Text | None:
    """Say why a triple cannot be part of a thing's description, or return None."""
    if not isinstance(subject, URIRef) or parse_iri(str(subject)) is None:
        return Text(
            "Subjek bukan IRI hal dari graf ini (…/id/jenis/slug)",
            "The subject is no IRI of a thing of this graph (…/id/kind/slug)",
        )
    if predicate not in STATED:
        return Text(
            "Hal hanya bertipe dan berlabel di sini; faktanya ditulis sebagai klaim di claims.csv",
            "A thing has only class and labels here; facts are written as claims in claims.csv",
        )
    if isinstance(value, Literal) != (predicate == SKOS.prefLabel):
        return Text("Kelas harus IRI, label harus teks", "A class is an IRI, a label is a text")
    return None


def _label(value: Node) -> str:
    text = str(value).translate(_ESCAPES)
    language = value.language if isinstance(value, Literal) else None
    return f'"{text}"' + (f"@{language}" if language else "")


def _term(value: Node, prefixes: Mapping[str, str]) -> str:
    name = compress_iri(str(value), prefixes)
    return name if _CURIE.fullmatch(name) else f"<{value}>"

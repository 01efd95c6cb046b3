"""The namespaces and the prefix map, read from ``ontology/prefixes.ttl``, their only home."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from rdflib import Graph, Namespace
from rdflib.namespace import SH

CANONICAL_BASE: Final = "https://w3id.org/inovasi-publik/"
"""The base IRI that every text file of the project is written against."""

INOV: Final = Namespace(CANONICAL_BASE + "ont#")
GRAPH: Final = Namespace(CANONICAL_BASE + "graph/")
ORG: Final = Namespace("http://www.w3.org/ns/org#")
OA: Final = Namespace("http://www.w3.org/ns/oa#")
SCHEMA: Final = Namespace("https://schema.org/")

PREFIX_FILE: Final = "prefixes.ttl"


def read_prefixes(ontology: Path) -> Mapping[str, str]:
    """Return prefix → namespace as declared with ``sh:declare`` in the ontology folder.

    Raises ``OSError`` if the file is missing and rdflib's parser error if it is not Turtle.
    """
    graph = Graph().parse(ontology / PREFIX_FILE, format="turtle")
    pairs = (
        (str(graph.value(node, SH.prefix)), str(graph.value(node, SH.namespace)))
        for node in graph.objects(None, SH.declare)
    )
    return MappingProxyType(dict(sorted(pairs)))

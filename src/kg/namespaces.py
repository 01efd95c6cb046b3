"""The namespaces and the prefix map, read from ``ontology/prefixes.ttl``, their only home."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import SH

CANONICAL_BASE: Final = "https://w3id.org/inovasi-publik/"
"""The base IRI that every text file of the project is written against."""


class _Terms(Namespace):
    """A namespace that makes each of its terms once: the same few are asked for all the time."""

    def __getattr__(self, name: str) -> URIRef:
        term = super().__getattr__(name)
        # From now on it is found before this method would be called.
        vars(self)[name] = term
        return term


INOV: Final = _Terms(CANONICAL_BASE + "ont#")
GRAPH: Final = Namespace(CANONICAL_BASE + "graph/")
ORG: Final = _Terms("http://www.w3.org/ns/org#")
OA: Final = Namespace("http://www.w3.org/ns/oa#")
SCHEMA: Final = Namespace("https://schema.org/")

PREFIX_FILE: Final = "prefixes.ttl"


def read_prefixes(ontology: Path) -> Mapping[str, str]:
    """Return prefix → namespace as declared with ``sh:declare`` in the ontology folder.

    Raises ``OSError`` if the file is missing and rdflib's parser error if it is not Turtle.
    """
    return _prefixes((ontology / PREFIX_FILE).read_bytes())


@lru_cache(maxsize=4)
def _prefixes(turtle: bytes) -> Mapping[str, str]:
    graph = Graph().parse(turtle, format="turtle")
    pairs = (
        (str(graph.value(node, SH.prefix)), str(graph.value(node, SH.namespace)))
        for node in graph.objects(None, SH.declare)
    )
    return MappingProxyType(dict(sorted(pairs)))

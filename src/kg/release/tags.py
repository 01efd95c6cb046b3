"""What tells one state of a graph from another, whatever else has changed."""

from hashlib import sha256
from typing import Final

from rdflib import URIRef

from kg.store import ReleaseStore, quad_lines

_DIGITS: Final = 24


def graph_tag(store: ReleaseStore, graph: URIRef) -> str | None:
    """Return a hash over the triples of a named graph; None if it has none."""
    triples = (quad._replace(graph=None) for quad in store.quads(graph=graph))
    lines = sorted(quad_lines(triples))
    return sha256("".join(lines).encode()).hexdigest()[:_DIGITS] if lines else None

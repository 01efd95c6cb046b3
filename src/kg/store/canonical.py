"""Canonical N-Quads: one byte sequence for one dataset.

RDF Dataset Canonicalization, https://www.w3.org/TR/rdf-canon/ (RDFC-1.0, SHA-256).
"""

import pyoxigraph as ox

from kg.errors import StoreError
from kg.language import Text


def canonical_nquads(nquads: bytes) -> bytes:
    """Relabel blank nodes, drop repeated quads, sort by code point, end every line with LF.

    Lexical forms stay as they are written. For our own input only: a crafted clique of blank
    nodes takes exponential time. Raises ``StoreError`` naming the line if it is not N-Quads.
    """
    try:
        dataset = ox.Dataset(ox.parse(nquads, ox.RdfFormat.N_QUADS))
    except SyntaxError as error:
        raise StoreError(
            Text("N-Quads tidak sah: {why}", "Not valid N-Quads: {why}").format(why=error.msg)
        ) from None
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(sorted(f"{quad} .\n" for quad in dataset)).encode()

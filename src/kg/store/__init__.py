"""The stored graph: canonical N-Quads, releases on disk, and queries in killable workers.

The only home of pyoxigraph. rdflib terms go in and come out; an engine term never leaves.
"""

from kg.store.canonical import canonical_nquads
from kg.store.edit import EditableStore, quad_lines, triple_texts
from kg.store.inquiry import Columns
from kg.store.parsing import SYNTAXES, RdfSyntaxError, parse_rdf
from kg.store.pool import RESERVE, Answer, Figures, QueryPool
from kg.store.release import (
    ANY_GRAPH,
    DEFAULT_GRAPH,
    AnyStore,
    LabelledStore,
    MemoryStore,
    PartStore,
    ReleaseStore,
    write_store,
)
from kg.store.terms import Quad, Term

__all__ = [
    "ANY_GRAPH",
    "DEFAULT_GRAPH",
    "RESERVE",
    "SYNTAXES",
    "Answer",
    "AnyStore",
    "Columns",
    "EditableStore",
    "Figures",
    "LabelledStore",
    "MemoryStore",
    "PartStore",
    "Quad",
    "QueryPool",
    "RdfSyntaxError",
    "ReleaseStore",
    "Term",
    "canonical_nquads",
    "parse_rdf",
    "quad_lines",
    "triple_texts",
    "write_store",
]

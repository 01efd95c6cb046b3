"""SPARQL constraints: once over the whole set on the engine, against pySHACL node by node.

Run: ``.venv/bin/python tests/benchmarks/validation.py`` (about two minutes).
"""

from kg.ingest.corpus import read_corpus
from kg.namespaces import read_prefixes
from kg.release.candidate import assemble, nquads
from kg.settings import Settings
from kg.store import MemoryStore
from kg.validation import load_shapes, validate, validate_with_pyshacl
from paired import compare


def main() -> None:
    """Compare both ways over the repository's own data."""
    settings = Settings()
    corpus = read_corpus(settings.data, read_prefixes(settings.ontology))
    candidate = assemble(settings.ontology, corpus)
    view = candidate.view()
    shapes = load_shapes(settings.ontology)
    quads = nquads(view, candidate.graphs)
    compare(
        ("pySHACL alone", "set-level rules"),
        (
            lambda: validate_with_pyshacl(view, shapes),
            lambda: validate(view, shapes, MemoryStore(quads).select),
        ),
        rounds=3,
    )


if __name__ == "__main__":
    main()

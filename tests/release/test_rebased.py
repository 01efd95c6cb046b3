"""A release that was built for another base reads as if it had been built for the canonical one."""

from pathlib import Path

from kg.iris import rebase
from kg.namespaces import CANONICAL_BASE as B
from kg.release.rebased import CanonicalDataset
from kg.store import ReleaseStore, parse_rdf, write_store

LINES = (
    f'<{B}id/agency/x> <{B}ontology#code> "1"^^<{B}ontology#Code> .',
    f'<{B}id/agency/x> <{B}ontology#note> "see {B}id/agency/y"@en <{B}graph/a> .',
    # The base may stand in the middle of an address too, and moves there with all text.
    f"<{B}id/agency/x> <http://p.example/> <https://archive.example/{B}x> <{B}graph/a> .",
    '<http://s.example/> <http://p.example/> "007" .',
)


def test_every_quad_of_a_moved_release_is_found_in_canonical_terms(tmp_path: Path) -> None:
    text = "\n".join((*LINES, ""))
    base = "http://localhost:8000/"
    (tmp_path / "release.nq").write_text(rebase(text, base), encoding="utf-8")
    write_store(tmp_path / "store", tmp_path / "release.nq")
    dataset = CanonicalDataset(ReleaseStore.open(tmp_path / "store"), base)
    quads = parse_rdf(text, "nq", "")
    assert set(dataset.quads()) == set(quads)
    for subject, predicate, value, graph in quads:
        found = dataset.quads(subject, predicate, value, *((graph,) if graph else ()))
        assert [quad.graph for quad in found] == [graph]

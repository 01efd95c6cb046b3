"""Hygiene checks: their header, and what they find."""

from pathlib import Path

import pytest
from rdflib import Graph, URIRef

from kg.errors import RecordError
from kg.language import Text
from kg.store import MemoryStore
from kg.validation import Finding, read_check, run_checks

HEADER = """# Problem: A thing has no label.
# Masalah: Sesuatu tidak berlabel.
# Why: Readers see an IRI.
# Mengapa: Pembaca melihat IRI.
# Fix: Add a label.
# Perbaikan: Tambahkan label.
"""
QUERY = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?node ?detail WHERE {
  ?node a ?detail . FILTER NOT EXISTS { ?node rdfs:label ?label }
}
"""
DATA = """@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<urn:b> a <urn:T> . <urn:a> a <urn:T> , <urn:S> . <urn:c> a <urn:T> ; rdfs:label "c" .
"""


@pytest.fixture
def store() -> MemoryStore:
    graph = Graph().parse(data=DATA, format="turtle")
    return MemoryStore(graph.serialize(format="nt", encoding="utf-8"))


def finding(node: str, detail: str) -> Finding:
    return Finding(
        check="no-label",
        node=URIRef(node),
        detail=detail,
        problem=Text("Sesuatu tidak berlabel.", "A thing has no label."),
        fix=Text("Tambahkan label.", "Add a label."),
    )


def test_each_solution_is_a_finding_in_a_fixed_order(tmp_path: Path, store: MemoryStore) -> None:
    (tmp_path / "no-label.rq").write_text(HEADER + QUERY)
    assert run_checks(store.select, tmp_path) == [
        finding("urn:a", "urn:S"),
        finding("urn:a", "urn:T"),
        finding("urn:b", "urn:T"),
    ]


def test_no_solution_is_a_pass(tmp_path: Path, store: MemoryStore) -> None:
    query = "SELECT ?node WHERE { ?node a <urn:Nothing> }"
    (tmp_path / "none.rq").write_text(HEADER + query)
    assert run_checks(store.select, tmp_path) == []


def test_detail_may_be_missing(tmp_path: Path, store: MemoryStore) -> None:
    (tmp_path / "bare.rq").write_text(HEADER + "SELECT ?node WHERE { ?node a <urn:S> }")
    assert [(f.node, f.detail) for f in run_checks(store.select, tmp_path)] == [
        (URIRef("urn:a"), "")
    ]


def test_header_is_read_in_both_languages(tmp_path: Path) -> None:
    file = tmp_path / "no-label.rq"
    file.write_text(HEADER + QUERY)
    check = read_check(file)
    assert check.name == "no-label"
    assert check.why == Text("Pembaca melihat IRI.", "Readers see an IRI.")


@pytest.mark.parametrize("key", ["Problem", "Masalah", "Why", "Mengapa", "Fix", "Perbaikan"])
def test_missing_line_of_the_header_is_named(key: str, tmp_path: Path) -> None:
    file = tmp_path / "no-label.rq"
    lines = [line for line in HEADER.splitlines() if not line.startswith(f"# {key}:")]
    file.write_text("\n".join(lines) + "\n" + QUERY)
    with pytest.raises(RecordError) as error:
        read_check(file)
    assert str(error.value.location.file) == str(file)
    assert error.value.value == f"# {key}:"

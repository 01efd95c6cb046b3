"""``data/retired.csv``: every fault by row and column, chains led to their end."""

from datetime import date
from pathlib import Path

import pytest
from rdflib import OWL, RDF, Literal, URIRef
from rdflib.namespace import DCTERMS, PROV, SKOS

from kg.errors import InputError
from kg.ingest.retirements import COLUMNS, Retirement, read_retirements, retirements_graph
from kg.language import Text
from kg.namespaces import CANONICAL_BASE, INOV, read_prefixes
from kg.settings import Settings

PREFIXES = read_prefixes(Settings().ontology)
LIVING = URIRef(f"{CANONICAL_BASE}id/agency/polresta-sidoarjo")
DESCRIBED = frozenset({LIVING})
NOTE = "Dicatat dua kali,Recorded twice"


def read(folder: Path, *rows: str) -> tuple[Retirement, ...]:
    path = folder / "retired.csv"
    path.write_text("\n".join([",".join(COLUMNS), *rows, ""]), encoding="utf-8")
    return read_retirements(path, PREFIXES, DESCRIBED, DESCRIBED)


FAULTS = {
    "unknown-status": ("agency:old,moved,,2026-11-21," + NOTE, "status"),
    "into-missing": ("agency:old,merged,,2026-11-21," + NOTE, "into"),
    "into-superfluous": (
        "agency:old,withdrawn,agency:polresta-sidoarjo,2026-11-21," + NOTE,
        "into",
    ),
    "into-does-not-exist": ("agency:old,merged,agency:nobody,2026-11-21," + NOTE, "into"),
    "into-itself": ("agency:old,merged,agency:old,2026-11-21," + NOTE, "into"),
    "still-in-use": ("agency:polresta-sidoarjo,withdrawn,,2026-11-21," + NOTE, "iri"),
    "no-such-day": ("agency:old,withdrawn,,2026-02-30," + NOTE, "date"),
    "date-in-words": ("agency:old,withdrawn,,21 November 2026," + NOTE, "date"),
    "not-of-ours": ("foaf:Person,withdrawn,,2026-11-21," + NOTE, "iri"),
    "not-a-thing": ("agency-type:polresta,withdrawn,,2026-11-21," + NOTE, "iri"),
    "not-a-curie": (f"{CANONICAL_BASE}id/agency/old,withdrawn,,2026-11-21,{NOTE}", "iri"),
    "no-reason": ("agency:old,withdrawn,,2026-11-21,,", "note_id"),
    "half-a-note": ("agency:old,withdrawn,,2026-11-21,Salah,", "note_en"),
}


@pytest.mark.parametrize(("row", "column"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_with_row_and_column(tmp_path: Path, row: str, column: str) -> None:
    good = "agency:first,withdrawn,,2026-11-20," + NOTE
    with pytest.raises(InputError) as caught:
        read(tmp_path, good, row)
    (fault,) = caught.value.faults
    assert (fault.location.row, fault.location.column) == (3, column)
    assert fault.location.file == tmp_path / "retired.csv"


def test_a_second_row_for_an_iri_is_refused(tmp_path: Path) -> None:
    row = "agency:old,withdrawn,,2026-11-21," + NOTE
    with pytest.raises(InputError) as caught:
        read(tmp_path, row, row)
    assert [fault.location.row for fault in caught.value.faults] == [3]


def test_a_circle_and_what_leads_to_something_withdrawn_are_refused(tmp_path: Path) -> None:
    rows = [
        "agency:a,merged,agency:b,2026-11-21,,",
        "agency:b,merged,agency:a,2026-11-21,,",
        "agency:c,merged,agency:d,2026-11-21,,",
        "agency:d,withdrawn,,2026-11-21," + NOTE,
    ]
    with pytest.raises(InputError) as caught:
        read(tmp_path, *rows)
    places = [(fault.location.row, fault.location.column) for fault in caught.value.faults]
    assert places == [(2, "into"), (3, "into"), (4, "into")]


def test_what_was_merged_twice_leads_to_the_last(tmp_path: Path) -> None:
    first, second = read(
        tmp_path,
        "agency:oldest,merged,agency:older,2025-01-02,,",
        "agency:older,merged,agency:polresta-sidoarjo,2026-11-21,,",
    )
    assert first.into == second.into == LIVING
    assert first.date == date(2025, 1, 2)


def test_the_graph_says_what_became_of_each(tmp_path: Path) -> None:
    merged, withdrawn = read(
        tmp_path,
        "agency:old,merged,agency:polresta-sidoarjo,2026-11-21,,",
        "person:nobody,withdrawn,,2026-11-22," + NOTE,
    )
    graph = retirements_graph([merged, withdrawn], lambda _iri: Text("Polresta", "Police"))
    for node in (merged.iri, withdrawn.iri):
        assert (node, RDF.type, INOV.RetiredIri) in graph
        assert graph.value(node, OWL.deprecated) == Literal(lexical_or_value=True)
    assert graph.value(merged.iri, DCTERMS.isReplacedBy) == LIVING
    assert graph.value(withdrawn.iri, DCTERMS.isReplacedBy) is None
    assert str(graph.value(withdrawn.iri, PROV.invalidatedAtTime)) == "2026-11-22T00:00:00Z"
    assert set(graph.objects(withdrawn.iri, SKOS.editorialNote)) == {
        Literal("Dicatat dua kali", lang="id"),
        Literal("Recorded twice", lang="en"),
    }
    assert Literal("agency/old (now Police)", lang="en") in graph.objects(
        merged.iri, SKOS.prefLabel
    )

"""National agencies and the changes between them."""

from pathlib import Path

import pytest
from rdflib import XSD, Literal, URIRef
from rdflib.namespace import DCTERMS

from kg.errors import InputError
from kg.ingest.ministries import (
    CHANGE_COLUMNS,
    MINISTRY_COLUMNS,
    ministries_graph,
    read_changes,
    read_ministries,
)
from kg.iris import mint_iri
from kg.namespaces import ORG
from kg.settings import Settings

REFERENCE = Settings().data / "reference"
MINISTRIES = read_ministries(REFERENCE / "ministries.csv")
AGENCIES = {ministry.iri for ministry in MINISTRIES}
CHANGES = read_changes(REFERENCE / "changes.csv", AGENCIES)


def agency(slug: str) -> URIRef:
    return URIRef(mint_iri("agency", slug))


def test_the_ministries_of_the_period_and_their_changes_are_held() -> None:
    assert len(MINISTRIES) >= 80
    assert len(CHANGES) >= 20
    assert {change.year for change in CHANGES} == {2014, 2017, 2019, 2021, 2024}
    assert len({change.iri for change in CHANGES}) == len(CHANGES)


def test_an_agency_begins_once_and_ends_once() -> None:
    begun = [after for change in CHANGES for after in change.after]
    ended = [before for change in CHANGES for before in change.before]
    assert len(set(begun)) == len(begun)
    assert len(set(ended)) == len(ended)


def test_a_split_leads_both_ways() -> None:
    graph = ministries_graph(MINISTRIES, CHANGES)
    split = URIRef(mint_iri("change", "2024-kementerian-hukum"))
    assert set(graph.objects(split, ORG.resultingOrganization)) == {
        agency("kementerian-hukum"),
        agency("kementerian-ham"),
        agency("kementerian-imigrasi-dan-pemasyarakatan"),
    }
    assert (agency("kementerian-hukum-dan-ham"), ORG.changedBy, split) in graph
    assert (agency("kementerian-ham"), ORG.resultedFrom, split) in graph
    assert (split, DCTERMS.date, Literal("2024", datatype=XSD.gYear)) in graph
    assert (split, DCTERMS.source, None) in graph


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("kemenlaut,biro,Kementerian Laut,Ministry of the Sea,,https://a.id/", "type"),
        ("kemenlaut,kementerian,,,,https://a.id/", "name_id"),
        ("Kemenlaut,kementerian,Kementerian Laut,Ministry of the Sea,,https://a.id/", "id"),
        ("kemenlaut,kementerian,Kementerian Laut,Ministry of the Sea,,a.id", "source"),
    ],
)
def test_a_faulty_agency_is_named_by_row_and_column(tmp_path: Path, row: str, column: str) -> None:
    path = tmp_path / "ministries.csv"
    path.write_text(",".join(MINISTRY_COLUMNS) + f"\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_ministries(path)
    (fault,) = raised.value.faults
    assert (fault.location.row, fault.location.column) == (2, column)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("24,polri,bps,,https://a.id/", "date"),
        ("2024,polri,unknown,,https://a.id/", "after"),
        ("2024,,bps,,https://a.id/", "before"),
        ("2024,polri,bps,,", "source"),
    ],
)
def test_a_faulty_change_is_named_by_row_and_column(tmp_path: Path, row: str, column: str) -> None:
    path = tmp_path / "changes.csv"
    path.write_text(",".join(CHANGE_COLUMNS) + f"\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_changes(path, AGENCIES)
    (fault,) = raised.value.faults
    assert (fault.location.row, fault.location.column) == (2, column)

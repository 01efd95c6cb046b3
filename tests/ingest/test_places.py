"""The register of areas and governments, and what is said of a row that cannot be read."""

from collections import defaultdict
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SKOS

from kg.errors import InputError
from kg.ingest.places import (
    PLACE_COLUMNS,
    PlaceRow,
    geonames_graph,
    government_aliases,
    government_name,
    place_iri,
    places_graph,
    read_places,
)
from kg.ingest.registers import Register, read_registers
from kg.iris import mint_iri
from kg.namespaces import INOV, SCHEMA
from kg.settings import Settings

REFERENCE = Settings().data / "reference"

_TWINS = (
    "Solok Bogor Sukabumi Bandung Tasikmalaya Cirebon Bekasi Banjar Magelang Semarang Pekalongan"
    " Tegal Blitar Kediri Malang Probolinggo Pasuruan Mojokerto Madiun Tangerang Serang Bima"
    " Kupang Gorontalo Jayapura Sorong"
)
TWINS = set(_TWINS.split())
"""The names that are both a kabupaten and a kota."""


@pytest.fixture(scope="module")
def places() -> tuple[PlaceRow, ...]:
    return read_places(REFERENCE / "places.csv")


@pytest.fixture(scope="module")
def register() -> Register:
    return read_registers(REFERENCE / "registers.toml")["places"]


@pytest.fixture(scope="module")
def graph(places: tuple[PlaceRow, ...], register: Register) -> Graph:
    return places_graph(places, register)


def test_all_areas_of_the_register_are_held(places: tuple[PlaceRow, ...]) -> None:
    kinds = [place.kind for place in places]
    assert kinds.count("provinsi") == 38
    assert kinds.count("kabupaten") + kinds.count("kabupaten-administrasi") == 416
    assert kinds.count("kota") + kinds.count("kota-administrasi") == 98
    assert len({place.code for place in places}) == len(places) == 552


def test_twenty_six_names_are_both_a_kabupaten_and_a_kota(places: tuple[PlaceRow, ...]) -> None:
    kinds = defaultdict(set)
    for place in places:
        if place.kind in ("kabupaten", "kota"):
            kinds[place.core].add(place.kind)
    assert {name for name, both in kinds.items() if len(both) == 2} == TWINS
    assert len(TWINS) == 26


def test_every_autonomous_area_has_a_government_of_its_own(places: tuple[PlaceRow, ...]) -> None:
    governments = [place.government for place in places if place.government]
    assert len(set(governments)) == len(governments) == 546
    without = {place.kind for place in places if not place.government}
    assert without == {"kabupaten-administrasi", "kota-administrasi"}


def test_names_of_governments_differ(places: tuple[PlaceRow, ...]) -> None:
    names = [government_name(place) for place in places if place.government]
    assert len({name.id for name in names}) == len({name.en for name in names}) == 546


@pytest.mark.parametrize(
    ("code", "slug", "names"),
    [
        ("35.15", "pemkab-sidoarjo", "Kabupaten Sidoarjo / Government of Sidoarjo Regency"),
        ("35.78", "pemkot-surabaya", "Kota Surabaya / Government of Surabaya City"),
        ("35", "pemprov-jawa-timur", "Provinsi Jawa Timur / Provincial Government of East Java"),
    ],
)
def test_a_government_is_named_by_rule(graph: Graph, code: str, slug: str, names: str) -> None:
    agency = URIRef(mint_iri("agency", slug))
    assert (agency, INOV.jurisdiction, place_iri(code)) in graph
    name, _, english = names.partition(" / ")
    labels = {Literal(f"Pemerintah {name}", "id"), Literal(english, "en")}
    assert set(graph.objects(agency, SKOS.prefLabel)) == labels


def test_a_former_name_is_an_alias_of_the_area_and_of_its_government(
    places: tuple[PlaceRow, ...],
) -> None:
    toba = next(place for place in places if place.code == "12.12")
    assert toba.former_names == ("Toba Samosir",)
    assert {"Pemkab Toba", "Pemkab Toba Samosir", "Pemerintah Kabupaten Toba Samosir"} == set(
        government_aliases(toba)
    )


def test_geonames_and_bps_stand_in_a_graph_of_their_own(
    places: tuple[PlaceRow, ...], graph: Graph
) -> None:
    geonames = geonames_graph(places, read_registers(REFERENCE / "registers.toml")["geonames"])
    surabaya = place_iri("35.78")
    assert (surabaya, SCHEMA.sameAs, URIRef("https://sws.geonames.org/1625820/")) in geonames
    assert (surabaya, SKOS.notation, Literal("3578", datatype=INOV.kodeBPS)) in geonames
    assert (surabaya, SCHEMA.sameAs, None) not in graph
    codes = list(geonames.objects(None, SKOS.notation))
    assert len(codes) == len(set(codes)) >= 500


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("3515,kabupaten,Kabupaten Sidoarjo,Sidoarjo Regency,,,,,", "code"),
        ("35.15,kabupatn,Kabupaten Sidoarjo,Sidoarjo Regency,,,,,", "kind"),
        ("35.15,kabupaten,Sidoarjo,Sidoarjo Regency,,,,,", "name_id"),
        ("35.15,kabupaten,Kabupaten Sidoarjo,,,,,,", "name_en"),
        ("35.15,kabupaten,Kabupaten Sidoarjo,Sidoarjo Regency,35.15,,,,", "bps"),
        ("35.15,kabupaten,Kabupaten Sidoarjo,Sidoarjo Regency,,x,,,", "geonames"),
        ("35.15,kabupaten,Kabupaten Sidoarjo,Sidoarjo Regency,,,,,Pemkab", "government"),
        ("35.15,kota-administrasi,Kota A,A City,,,,,pemkot-a", "government"),
        ("36.01,kabupaten,Kabupaten Pandeglang,Pandeglang Regency,,,,,", "code"),
        ("35,provinsi,Jawa Timur,East Java,,,,,", "code"),
    ],
)
def test_a_faulty_row_is_named_by_row_and_column(tmp_path: Path, row: str, column: str) -> None:
    path = tmp_path / "places.csv"
    lines = (",".join(PLACE_COLUMNS), "35,provinsi,Jawa Timur,East Java,,,,,", row)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_places(path)
    (fault,) = raised.value.faults
    assert (fault.location.file, fault.location.row, fault.location.column) == (path, 3, column)


def test_a_register_without_licence_is_refused(tmp_path: Path) -> None:
    text = (REFERENCE / "registers.toml").read_text(encoding="utf-8")
    path = tmp_path / "registers.toml"
    path.write_text(text.replace("license =", "licence =", 1), encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_registers(path)
    assert [fault.location.column for fault in raised.value.faults] == ["places.license"]

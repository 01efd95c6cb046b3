"""Provinces, regencies and cities with their governments: rows of a register → graphs.

The area and its government are two things: ``place:35-15`` lies in a province and has codes;
``agency:pemkab-sidoarjo`` has it as its jurisdiction and wins awards.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SKOS

from kg.errors import InputError, Location, RecordError
from kg.ingest.entries import add_aliases, concept, describe, read_iri, split
from kg.ingest.records import Row, once, read_all, read_table
from kg.ingest.registers import Register, register_graph
from kg.iris import mint_iri
from kg.language import Text
from kg.namespaces import INOV, SCHEMA

PLACE_COLUMNS: Final = (
    "code",
    "kind",
    "name_id",
    "name_en",
    "bps",
    "geonames",
    "former_names",
    "aliases",
    "government",
)

COUNTRY: Final = URIRef(mint_iri("place", "indonesia"))

_CODE: Final = re.compile(r"\d\d(\.\d\d)?")
_DIGITS: Final[Mapping[str, re.Pattern[str]]] = {
    "bps": re.compile(r"(\d\d(\d\d)?)?"),
    "geonames": re.compile(r"\d*"),
}
_WORDS: Final[Mapping[str, str]] = {"kabupaten": "Kabupaten ", "kota": "Kota ", "provinsi": ""}
"""What opens the Indonesian name of each kind of area."""

_KINDS: Final = (*_WORDS, "kabupaten-administrasi", "kota-administrasi")

_ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "provinsi": ("Pemprov {name}",),
    "kabupaten": ("Pemkab {name}",),
    "kota": ("Pemkot {name}", "Pemko {name}"),
}
_OFFICIAL: Final[Mapping[str, str]] = {
    "provinsi": "Pemerintah Provinsi {name}",
    "kabupaten": "Pemerintah Kabupaten {name}",
    "kota": "Pemerintah Kota {name}",
}
_TYPES: Final[Mapping[str, str]] = {"provinsi": "pemprov", "kabupaten": "pemkab", "kota": "pemkot"}


@dataclass(frozen=True)
class PlaceRow:
    """An area of a register; ``government`` is None where it has no autonomy."""

    code: str
    kind: str
    name: Text
    bps: str
    geonames: str
    former_names: tuple[str, ...]
    aliases: tuple[str, ...]
    government: URIRef | None
    location: Location

    @cached_property
    def iri(self) -> URIRef:
        """The place's IRI: its Kemendagri code with hyphens."""
        return place_iri(self.code)

    @cached_property
    def core(self) -> str:
        """The name without the word for its kind: ``Sidoarjo``."""
        return self.name.id.removeprefix(_WORDS.get(self.kind, ""))

    @cached_property
    def within(self) -> URIRef:
        """The place that holds this one."""
        return place_iri(self.code[:2]) if "." in self.code else COUNTRY


def place_iri(code: str) -> URIRef:
    """Return the IRI of the place with a Kemendagri code (``35.15``)."""
    return URIRef(mint_iri("place", code.replace(".", "-")))


def read_places(path: Path) -> tuple[PlaceRow, ...]:
    """Return the areas of ``places.csv``; raises ``InputError`` with every fault."""
    taken = Text("Kode sudah dipakai", "This code is already used")
    read = once(_read_place, lambda place: place.code, "code", taken)
    places = read_all(read_table(path, PLACE_COLUMNS), read)
    if faults := list(_orphans({place.code: place for place in places})):
        raise InputError(faults)
    return tuple(places)


def _read_place(row: Row) -> PlaceRow:
    cells = row.values
    if not _CODE.fullmatch(cells["code"]):
        raise row.fault("code", Text("Tulis kode seperti 35.15", "Write a code like 35.15"))
    if cells["kind"] not in _KINDS:
        raise row.fault(
            "kind", Text("Jenis: {kinds}", "Kinds: {kinds}").format(kinds=", ".join(_KINDS))
        )
    for column, pattern in _DIGITS.items():
        if not pattern.fullmatch(cells[column]):
            raise row.fault(column, Text("Hanya angka: 3515", "Digits only: 3515"))
    name = row.text("name")
    word = _WORDS.get(cells["kind"], "")
    if name is None or not name.id.startswith(word):
        raise row.fault(
            "name_id", Text("Awali nama dengan '{word}'", "Open the name with '{word}'")
            .format(word=word.strip()),
        )  # fmt: skip
    if cells["government"] and cells["kind"] not in _TYPES:
        raise row.fault(
            "government",
            Text("Wilayah jenis ini tidak otonom", "An area of this kind is not autonomous"),
        )
    slug = cells["government"]
    return PlaceRow(
        code=cells["code"],
        kind=cells["kind"],
        name=name,
        bps=cells["bps"],
        geonames=cells["geonames"],
        former_names=split(cells["former_names"]),
        aliases=split(cells["aliases"]),
        government=read_iri(row, "government", "agency", slug) if slug else None,
        location=row.location,
    )


def _orphans(places: Mapping[str, PlaceRow]) -> Iterator[RecordError]:
    for code, place in places.items():
        if code[:2] not in places:
            yield RecordError(
                Location(place.location.file, place.location.row, "code"),
                Text("Provinsi {code} tidak ada", "There is no province {code}").format(
                    code=code[:2]
                ),
                code,
            )


def places_graph(places: Iterable[PlaceRow], register: Register) -> Graph:
    """Return areas and their governments as the register and the naming rules give them."""
    graph = register_graph(register)
    for place in places:
        _add_place(graph, place, register)
        if place.government:
            _add_government(graph, place.government, place, register)
    return graph


def _add_place(graph: Graph, place: PlaceRow, register: Register) -> None:
    describe(graph, place.iri, INOV.Place, place.name, register.address)
    graph.add((place.iri, INOV.placeType, concept("place-type", place.kind)))
    graph.add((place.iri, INOV.within, place.within))
    graph.add((place.iri, SKOS.notation, Literal(place.code, datatype=INOV.kodeKemendagri)))
    word = _WORDS.get(place.kind, "")
    add_aliases(graph, place.iri, *(word + name for name in place.former_names), *place.aliases)


def _add_government(graph: Graph, agency: URIRef, place: PlaceRow, register: Register) -> None:
    describe(graph, agency, INOV.Agency, government_name(place), register.address)
    graph.add((agency, INOV.agencyType, concept("agency-type", _TYPES[place.kind])))
    graph.add((agency, INOV.govLevel, concept("gov-level", place.kind)))
    graph.add((agency, INOV.jurisdiction, place.iri))
    add_aliases(graph, agency, *government_aliases(place))


def government_name(place: PlaceRow) -> Text:
    """Return the name of an area's government, by rule from the name of the area."""
    english = (
        "Provincial Government of {name}" if place.kind == "provinsi" else "Government of {name}"
    )
    return Text(_OFFICIAL[place.kind].format(name=place.core), english.format(name=place.name.en))


def government_aliases(place: PlaceRow) -> Iterator[str]:
    """Yield the other names of a government: short forms, with former and other names too."""
    for name in (place.core, *place.former_names, *place.aliases):
        for pattern in _ALIASES[place.kind]:
            yield pattern.format(name=name)
        if name != place.core:
            yield _OFFICIAL[place.kind].format(name=name)


def geonames_graph(places: Iterable[PlaceRow], register: Register) -> Graph:
    """Return what GeoNames adds to the areas: its own entries, and the codes of BPS."""
    graph = register_graph(register)
    for place in places:
        if place.geonames:
            entry = URIRef(f"https://sws.geonames.org/{place.geonames}/")
            graph.add((place.iri, SCHEMA.sameAs, entry))
        if place.bps:
            graph.add((place.iri, SKOS.notation, Literal(place.bps, datatype=INOV.kodeBPS)))
    return graph

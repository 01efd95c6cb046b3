"""National agencies, and how one followed another: rows of two tables → a graph.

``ministries.csv`` has a row for each agency under one name; ``changes.csv`` one for each renaming,
split or merger (The Organization Ontology, section on historical information). An agency's years
are those of its changes: nothing is said of the years of one that never changed.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rdflib import XSD, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS

from kg.errors import Location
from kg.ingest.entries import add_aliases, concept, describe, read_iri, split
from kg.ingest.records import Row, once, read_all, read_table
from kg.iris import mint_iri, parse_iri
from kg.language import Text
from kg.namespaces import INOV, ORG

MINISTRY_COLUMNS: Final = ("id", "type", "name_id", "name_en", "aliases", "source")
CHANGE_COLUMNS: Final = ("date", "before", "after", "instrument", "source")

_TYPES: Final = ("kementerian", "kementerian-koordinator", "lembaga")
_DATE: Final = re.compile(r"\d{4}(-\d\d-\d\d)?")
_PAGE: Final = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class MinistryRow:
    """A national agency under one name; ``type`` is a notation of scheme agency-type."""

    iri: URIRef
    type: str
    name: Text
    aliases: tuple[str, ...]
    source: URIRef
    location: Location


@dataclass(frozen=True)
class ChangeRow:
    """Agencies that gave way to others on a date (``2021-04-28``, or its year alone)."""

    date: str
    before: tuple[URIRef, ...]
    after: tuple[URIRef, ...]
    instrument: str
    source: URIRef
    location: Location

    @property
    def iri(self) -> URIRef:
        """The IRI of the change: its year and the first agency that it brought forth."""
        identity = parse_iri(str(self.after[0]))
        return URIRef(mint_iri("change", f"{self.year}-{identity.slug if identity else ''}"))

    @property
    def year(self) -> int:
        """The year of the change."""
        return int(self.date[:4])


def read_ministries(path: Path) -> tuple[MinistryRow, ...]:
    """Return the agencies of ``ministries.csv``; raises ``InputError`` with every fault."""
    taken = Text("Id sudah dipakai", "This id is already used")
    read = once(_read_ministry, lambda agency: agency.iri, "id", taken)
    return tuple(read_all(read_table(path, MINISTRY_COLUMNS), read))


def _read_ministry(row: Row) -> MinistryRow:
    if row.values["type"] not in _TYPES:
        raise row.fault(
            "type", Text("Jenis: {types}", "Types: {types}").format(types=", ".join(_TYPES))
        )
    name = row.text("name")
    if name is None:
        raise row.fault("name_id", Text("Nama wajib", "A name is required"))
    return MinistryRow(
        iri=read_iri(row, "id", "agency", row.values["id"]),
        type=row.values["type"],
        name=name,
        aliases=split(row.values["aliases"]),
        source=_source(row),
        location=row.location,
    )


def read_changes(path: Path, agencies: Collection[URIRef]) -> tuple[ChangeRow, ...]:
    """Return the changes of ``changes.csv``, each between some of these agencies.

    Raises ``InputError`` with every fault.
    """
    rows = read_table(path, CHANGE_COLUMNS)
    return tuple(read_all(rows, lambda row: _read_change(row, agencies)))


def _read_change(row: Row, agencies: Collection[URIRef]) -> ChangeRow:
    if not _DATE.fullmatch(row.values["date"]):
        raise row.fault("date", Text("Tulis 2021 atau 2021-04-28", "Write 2021 or 2021-04-28"))
    return ChangeRow(
        date=row.values["date"],
        before=_agencies(row, "before", agencies),
        after=_agencies(row, "after", agencies),
        instrument=row.values["instrument"],
        source=_source(row),
        location=row.location,
    )


def _agencies(row: Row, column: str, known: Collection[URIRef]) -> tuple[URIRef, ...]:
    found = tuple(read_iri(row, column, "agency", slug) for slug in split(row.values[column]))
    if not found or not all(agency in known for agency in found):
        raise row.fault(column, Text("Tidak ada di ministries.csv", "Not found in ministries.csv"))
    return found


def _source(row: Row) -> URIRef:
    if not _PAGE.fullmatch(row.values["source"]):
        raise row.fault("source", Text("Tulis alamat halaman", "Write the address of a page"))
    return URIRef(row.values["source"])


def ministries_graph(agencies: Iterable[MinistryRow], changes: Iterable[ChangeRow]) -> Graph:
    """Return the agencies with type, level and names, and the changes between them."""
    graph = Graph()
    names: dict[URIRef, Text] = {}
    for agency in agencies:
        names[agency.iri] = agency.name
        describe(graph, agency.iri, INOV.Agency, agency.name, agency.source)
        graph.add((agency.iri, INOV.agencyType, concept("agency-type", agency.type)))
        graph.add((agency.iri, INOV.govLevel, concept("gov-level", "nasional")))
        add_aliases(graph, agency.iri, *agency.aliases)
    for change in changes:
        _add_change(graph, change, names)
    return graph


def _add_change(graph: Graph, change: ChangeRow, names: Mapping[URIRef, Text]) -> None:
    datatype = XSD.date if "-" in change.date else XSD.gYear
    describe(graph, change.iri, ORG.ChangeEvent, _label(change, names), change.source)
    graph.add((change.iri, DCTERMS.date, Literal(change.date, datatype=datatype)))
    if change.instrument:
        graph.add((change.iri, DCTERMS.bibliographicCitation, Literal(change.instrument)))
    for agency in change.before:
        graph.add((change.iri, ORG.originalOrganization, agency))
        graph.add((agency, ORG.changedBy, change.iri))
    for agency in change.after:
        graph.add((change.iri, ORG.resultingOrganization, agency))
        graph.add((agency, ORG.resultedFrom, change.iri))


def _label(change: ChangeRow, names: Mapping[URIRef, Text]) -> Text:
    before, after = (
        Text("; ".join(names[a].id for a in group), "; ".join(names[a].en for a in group))
        for group in (change.before, change.after)
    )
    return Text(
        f"{change.year}: {before.id} menjadi {after.id}",
        f"{change.year}: {before.en} to {after.en}",
    )

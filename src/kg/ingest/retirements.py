"""IRIs that were published once and are used no more: merged into another, or withdrawn."""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from rdflib import OWL, RDF, XSD, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, PROV, SKOS
from rdflib.term import Node

from kg.errors import InputError, Location, RecordError
from kg.ingest.records import Row, read_table
from kg.ingest.terms import read_name
from kg.iris import Identity, parse_iri
from kg.language import LANGUAGES, Text
from kg.namespaces import INOV

COLUMNS: Final = ("iri", "status", "into", "date", "note_id", "note_en")

MERGED: Final = "merged"
WITHDRAWN: Final = "withdrawn"

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Retirement:
    """An IRI that is used no more; ``into`` is the one that took its place, None if none did."""

    iri: URIRef
    into: URIRef | None
    date: date
    note: Text | None
    location: Location

    @property
    def identity(self) -> Identity:
        """Return the kind and the slug of the IRI."""
        identity = parse_iri(str(self.iri))
        if identity is None:
            raise ValueError(self.iri)
        return identity


def read_retirements(
    path: Path, prefixes: Mapping[str, str], described: Container[Node], used: Container[Node]
) -> tuple[Retirement, ...]:
    """Return the rows of ``retired.csv``, each with the IRI that has its place today.

    ``described`` are the IRIs that the data describe, ``used`` those that they mention at all.
    What was merged into an IRI that was merged itself later leads to the last one.

    Raises ``InputError`` with every fault.
    """
    faults: list[RecordError] = []
    rows: dict[URIRef, tuple[Row, Retirement]] = {}
    for row in read_table(path, COLUMNS):
        try:
            if isinstance(row, RecordError):
                raise row
            retirement = _read(row, prefixes)
            if retirement.iri in rows:
                raise row.fault("iri", Text("IRI ini sudah ada", "This IRI is there already"))
            rows[retirement.iri] = (row, retirement)
        except RecordError as error:
            faults.append(error)
    found = []
    for row, retirement in rows.values():
        try:
            if retirement.iri in used:
                raise row.fault("iri", Text("IRI ini masih dipakai", "This IRI is still in use"))
            found.append(_led_to_the_last(row, retirement, rows, described))
        except RecordError as error:
            faults.append(error)
    if faults:
        raise InputError(sorted(faults, key=lambda fault: fault.location.row or 0))
    return tuple(found)


def _read(row: Row, prefixes: Mapping[str, str]) -> Retirement:
    status, into = row.values["status"], row.values["into"]
    if status not in (MERGED, WITHDRAWN):
        raise row.fault("status", Text("Tulis merged atau withdrawn", "Write merged or withdrawn"))
    if status == MERGED and not into:
        raise row.fault("into", Text("IRI pengganti wajib", "The IRI that replaces it is needed"))
    if status == WITHDRAWN and into:
        message = Text("Yang ditarik tidak berpengganti", "What is withdrawn has no replacement")
        raise row.fault("into", message)
    note = row.text("note")
    if status == WITHDRAWN and not note:
        raise row.fault("note_id", Text("Tulis alasan penarikan", "Say why it was withdrawn"))
    return Retirement(
        iri=_our_name(row, "iri", prefixes),
        into=_our_name(row, "into", prefixes) if into else None,
        date=_date(row),
        note=note,
        location=row.location,
    )


def _our_name(row: Row, column: str, prefixes: Mapping[str, str]) -> URIRef:
    iri = read_name(row, column, prefixes)
    if not parse_iri(str(iri)):
        raise row.fault(column, Text("Bukan IRI …/id/jenis/slug", "Not an IRI …/id/kind/slug"))
    return iri


def _date(row: Row) -> date:
    text = row.values["date"]
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    message = Text("Tulis tanggal seperti 2026-11-21", "Write a date such as 2026-11-21")
    raise row.fault("date", message)


def _led_to_the_last(
    row: Row,
    retirement: Retirement,
    rows: Mapping[URIRef, tuple[Row, Retirement]],
    described: Container[Node],
) -> Retirement:
    into, passed = retirement.into, {retirement.iri}
    while into is not None and into in rows:
        if into in passed:
            raise row.fault("into", Text("Penggantian melingkar", "The merges go in a circle"))
        passed.add(into)
        into = rows[into][1].into
        if into is None:
            message = Text("Penggantinya sudah ditarik", "Its replacement was withdrawn")
            raise row.fault("into", message)
    if into is not None and into not in described:
        raise row.fault("into", Text("Tidak ada hal dengan IRI ini", "Nothing has this IRI"))
    return Retirement(retirement.iri, into, retirement.date, retirement.note, retirement.location)


def retirements_graph(retirements: Iterable[Retirement], label: Callable[[URIRef], Text]) -> Graph:
    """Return what is said of retired IRIs; ``label`` names the things that took their places.

    The day is written as its first moment (UTC), for ``prov:invalidatedAtTime`` wants a time.
    """
    graph = Graph()
    for retirement in retirements:
        for predicate, value in _statements(retirement, label):
            graph.add((retirement.iri, predicate, value))
    return graph


def _statements(
    retirement: Retirement, label: Callable[[URIRef], Text]
) -> Iterator[tuple[URIRef, Node]]:
    yield RDF.type, INOV.RetiredIri
    yield DCTERMS.identifier, Literal(retirement.identity.slug)
    yield OWL.deprecated, Literal(lexical_or_value="true", datatype=XSD.boolean)
    moment = f"{retirement.date.isoformat()}T00:00:00Z"
    yield PROV.invalidatedAtTime, Literal(moment, datatype=XSD.dateTime, normalize=False)
    texts = [(SKOS.prefLabel, _label(retirement, label))]
    if retirement.into:
        yield DCTERMS.isReplacedBy, retirement.into
    if retirement.note:
        texts.append((SKOS.editorialNote, retirement.note))
    for predicate, text in texts:
        for language in LANGUAGES:
            yield predicate, Literal(text[language], lang=language)


def _label(retirement: Retirement, label: Callable[[URIRef], Text]) -> Text:
    name = "/".join(retirement.identity)
    if retirement.into is None:
        return Text(f"{name} (ditarik)", f"{name} (withdrawn)")
    successor = label(retirement.into)
    return Text(
        f"{name} (kini {successor.id})",
        f"{name} (now {successor.en})",
    )

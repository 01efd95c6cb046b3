"""One source: what it is, and the claims that were read off it (``data/sources/{id}/``)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rdflib import Literal, URIRef

from kg.errors import InputError, Location, RecordError
from kg.ingest.records import Row, read_table, read_toml
from kg.ingest.terms import read_name, read_term
from kg.language import Text

CLAIM_COLUMNS: Final = (
    "id",
    "subject",
    "predicate",
    "object",
    "certainty",
    "speaker",
    "rank",
    "locator",
    "span",
    "note_id",
    "note_en",
)

_CLAIM_ID = re.compile(r"(?P<fact>\d{3,})(?:\.[1-9]\d*)?")
_LOCATOR = re.compile(r"L[1-9]\d*(?:\.S[1-9]\d*)?")
_SPAN = re.compile(r"(\d+)-(\d+)")
_NOTATION = re.compile(r"[a-z]+(?:-[a-z]+)*")
_SOURCE_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True)
class Span:
    """A stretch of a source's text: code points ``start`` to ``end``, the latter excluded."""

    locator: str
    start: int
    end: int


@dataclass(frozen=True)
class Claim:
    """One triple as one source asserts it, with where, how surely and by whom.

    ``row`` is the id in the table (``018`` or ``018.1``); ``fact`` the id of the row that carries
    the fact (``018``). ``certainty`` and ``rank`` are notations of their concept schemes.
    """

    source: str
    row: str
    fact: str
    triple: tuple[URIRef, URIRef, URIRef | Literal]
    certainty: str
    speaker: URIRef | None
    rank: str
    spans: tuple[Span, ...]
    note: Text | None
    location: Location


@dataclass(frozen=True)
class Source:
    """A source as its folder describes it; ``length`` counts the text's code points."""

    id: str
    kind: str
    file: str
    sha256: str
    length: int
    label: Text
    claims: tuple[Claim, ...]
    location: Location


def read_source(folder: Path, prefixes: Mapping[str, str]) -> Source:
    """Return the source that a folder holds.

    Raises ``InputError`` with every fault of ``source.toml`` and ``claims.csv``.
    """
    description = folder / "source.toml"
    try:
        head = _read_head(description)
    except RecordError as error:
        raise InputError([error]) from None
    outcomes = list(_read_claims(folder / "claims.csv", head["id"], prefixes))
    faults = [outcome for outcome in outcomes if isinstance(outcome, RecordError)]
    claims = tuple(outcome for outcome in outcomes if isinstance(outcome, Claim))
    faults.extend(_id_faults(claims))
    if faults:
        raise InputError(faults)
    return Source(**head, claims=claims, location=Location(description))


def _read_head(path: Path) -> dict[str, Any]:
    table = read_toml(path)
    kinds = {"id": str, "kind": str, "file": str, "sha256": str, "length": int, "label": dict}
    for key, kind in kinds.items():
        if not isinstance(table.get(key), kind):
            raise RecordError(
                Location(path, column=key),
                Text("Kunci ini wajib ({kind})", "This key is required ({kind})").format(
                    kind=kind.__name__
                ),
            )
    if unknown := ", ".join(sorted(table.keys() - kinds)):
        raise RecordError(
            Location(path),
            Text("Kunci tak dikenal: {keys}", "Unknown keys: {keys}").format(keys=unknown),
        )
    if set(table["label"]) != {"id", "en"}:
        raise RecordError(
            Location(path, column="label"),
            Text("Label wajib dalam id dan en", "The label is needed in id and en"),
        )
    if not _SOURCE_ID.fullmatch(table["id"]) or table["id"] != path.parent.name:
        raise RecordError(
            Location(path, column="id"),
            Text("Id harus sama dengan nama foldernya", "The id must be the name of its folder"),
            table["id"],
        )
    return {**table, "label": Text(**table["label"])}


def _read_claims(
    path: Path, source: str, prefixes: Mapping[str, str]
) -> Iterator[Claim | RecordError]:
    for row in read_table(path, CLAIM_COLUMNS):
        if isinstance(row, RecordError):
            yield row
            continue
        try:
            yield _read_claim(row, source, prefixes)
        except RecordError as error:
            yield error


def _read_claim(row: Row, source: str, prefixes: Mapping[str, str]) -> Claim:
    identifier = _match(
        row, "id", _CLAIM_ID, Text("Tulis id seperti 018 atau 018.1", "Write an id as 018 or 018.1")
    )
    return Claim(
        source=source,
        row=row.values["id"],
        fact=identifier["fact"],
        triple=_read_triple(row, prefixes),
        certainty=_notation(row, "certainty"),
        speaker=read_name(row, "speaker", prefixes) if row.values["speaker"] else None,
        rank=_notation(row, "rank") if row.values["rank"] else "normal",
        spans=_read_spans(row),
        note=row.text("note"),
        location=row.location,
    )


def _read_triple(row: Row, prefixes: Mapping[str, str]) -> tuple[URIRef, URIRef, URIRef | Literal]:
    return (
        read_name(row, "subject", prefixes),
        read_name(row, "predicate", prefixes),
        read_term(row, "object", prefixes),
    )


def _notation(row: Row, column: str) -> str:
    return _match(
        row, column, _NOTATION, Text("Tulis notasi konsepnya", "Write the concept's notation")
    )[0]


def _match(row: Row, column: str, pattern: re.Pattern[str], advice: Text) -> re.Match[str]:
    match = pattern.fullmatch(row.values[column])
    if not match:
        raise row.fault(column, advice)
    return match


def _read_spans(row: Row) -> tuple[Span, ...]:
    locators = row.values["locator"].split(";")
    spans = row.values["span"].split(";")
    if not all(_LOCATOR.fullmatch(locator) for locator in locators):
        raise row.fault("locator", Text("Tulis seperti L14.S1", "Write it as L14.S1"))
    bounds = [_SPAN.fullmatch(span) for span in spans]
    if not all(bounds) or len(bounds) != len(locators):
        raise row.fault(
            "span",
            Text(
                "Tulis seperti 580-815, satu untuk setiap lokator, dipisah ';'",
                "Write it as 580-815, one for each locator, separated by ';'",
            ),
        )
    return tuple(
        Span(locator, int(match[1]), int(match[2]))
        for locator, match in zip(locators, bounds, strict=True)
        if match
    )


def _id_faults(claims: tuple[Claim, ...]) -> Iterator[RecordError]:
    """Yield repeated ids, triples claimed twice, and rows whose fact has no row of its own."""
    rows: dict[str, Claim] = {}
    triples: dict[object, Claim] = {}
    facts = {claim.row for claim in claims}
    for claim in claims:
        column = Location(claim.location.file, claim.location.row, "id")
        if (first := rows.setdefault(claim.row, claim)) is not claim:
            yield _repeated(column, claim.row, first)
        elif (first := triples.setdefault(claim.triple, claim)) is not claim:
            yield RecordError(
                Location(claim.location.file, claim.location.row),
                Text(
                    "Tripel yang sama sudah diklaim di baris {row}; gabungkan rentangnya",
                    "Row {row} claims the same triple already; join their spans",
                ).format(row=first.location.row),
            )
        if claim.fact not in facts:
            yield RecordError(
                column,
                Text("Baris fakta '{fact}' tidak ada", "There is no row for fact '{fact}'").format(
                    fact=claim.fact
                ),
                claim.row,
            )


def _repeated(column: Location, row: str, first: Claim) -> RecordError:
    return RecordError(
        column,
        Text(
            "Id sudah dipakai di baris {row}; pakai id lain",
            "Row {row} has this id already; choose another",
        ).format(row=first.location.row),
        row,
    )

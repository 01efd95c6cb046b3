"""One source: what it is, and the claims that were read off it (``data/sources/{id}/``)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from rdflib import Literal, URIRef
from rdflib.term import Node

from kg.errors import InputError, Location, RecordError
from kg.ingest.descriptions import ARTICLE, read_description
from kg.ingest.records import Row, read_table
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
    """A source as its folder, or its row of ``sources.csv``, describes it.

    ``kind`` says which of the fields after ``location`` are filled: an article has the name of
    its text's file, the SHA-256 and the length in code points; a page an address, a publisher,
    and perhaps title, date, language and day of access; a register a version and a licence; a
    deposit a file, a depositor and a date. Dates are as precise as they are known.
    """

    id: str
    kind: str
    label: Text
    claims: tuple[Claim, ...]
    location: Location
    file: str = ""
    sha256: str = ""
    length: int = 0
    url: str = ""
    publisher: URIRef | None = None
    title: str = ""
    date: str = ""
    accessed: str = ""
    language: str = ""
    version: str = ""
    licence: str = ""
    depositor: str = ""

    def with_claims(self, claims: Iterable[Claim]) -> "Source":
        """Return the source with more claims, those it has already left as they are."""
        more = tuple(claims)
        # The same claims stay the same object, for readings are compared.
        return replace(self, claims=join_claims(self.claims, more) if self.claims else more)

    @cached_property
    def rows(self) -> Mapping[str, Claim]:
        """The claims by the ids of their rows."""
        return {claim.row: claim for claim in self.claims}

    @cached_property
    def nodes(self) -> frozenset[Node]:
        """What the claims speak of: their subjects and values."""
        return frozenset(node for claim in self.claims for node in claim.triple[::2])

    @cached_property
    def terms(self) -> frozenset[Node]:
        """All terms of the claims, predicates included."""
        return self.nodes.union(claim.triple[1] for claim in self.claims)


def join_claims(own: tuple[Claim, ...], more: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """Return claims of one source and more of it: of two claims of one triple, the own one.

    What elaborated a claim that gives way elaborates the fact of the one in its place.
    """
    known = {claim.triple: claim for claim in own}
    facts = {claim.row: known[claim.triple].fact for claim in more if claim.triple in known}
    kept = (claim for claim in more if claim.triple not in known)
    if not facts:
        return (*own, *kept)
    return (*own, *(replace(claim, fact=facts.get(claim.fact, claim.fact)) for claim in kept))


def read_source(folder: Path, prefixes: Mapping[str, str]) -> Source:
    """Return the source that a folder holds.

    The claims of a deposit are read by ``kg.ingest.deposits``, those in tables by
    ``kg.ingest.tables``: here they are the rows of ``claims.csv`` alone.

    Raises ``InputError`` with every fault of ``source.toml`` and ``claims.csv``.
    """
    description = folder / "source.toml"
    try:
        head = read_description(description, prefixes)
    except RecordError as error:
        raise InputError([error]) from None
    table = folder / "claims.csv"
    needed = head["kind"] == ARTICLE or table.exists()
    outcomes = list(_read_claims(table, head["id"], head["kind"], prefixes)) if needed else []
    faults = [outcome for outcome in outcomes if isinstance(outcome, RecordError)]
    claims = tuple(outcome for outcome in outcomes if isinstance(outcome, Claim))
    faults.extend(claim_id_faults(claims))
    if faults:
        raise InputError(faults)
    return Source(**head, claims=claims, location=Location(description))


def _read_claims(
    path: Path, source: str, kind: str, prefixes: Mapping[str, str]
) -> Iterator[Claim | RecordError]:
    for row in read_table(path, CLAIM_COLUMNS):
        if isinstance(row, RecordError):
            yield row
            continue
        try:
            yield read_claim(row, source, kind, prefixes)
        except RecordError as error:
            yield error


def read_claim(row: Row, source: str, kind: str, prefixes: Mapping[str, str]) -> Claim:
    """Return the claim that a row states of a source of some kind; raises ``RecordError``."""
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
        spans=_read_spans(row) if kind == ARTICLE else _no_spans(row, kind),
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


def _no_spans(row: Row, kind: str) -> tuple[Span, ...]:
    for column in ("locator", "span"):
        if row.values[column]:
            raise row.fault(
                column,
                Text(
                    "Kosongkan: sumber jenis {kind} tidak punya naskah yang kami simpan",
                    "Leave it empty: of a source of kind {kind} no text is held",
                ).format(kind=kind),
            )
    return ()


def claim_id_faults(claims: tuple[Claim, ...]) -> Iterator[RecordError]:
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

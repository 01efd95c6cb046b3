"""The curators' decisions: which claims conflict, and which names are one thing or two."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from rdflib import URIRef

from kg.errors import Location, RecordError
from kg.ingest.records import Row, once, read_all, read_table
from kg.ingest.sources import Claim, Source
from kg.ingest.terms import read_name
from kg.language import Text

CONFLICT_COLUMNS: Final = (
    "id",
    "kind",
    "resolution",
    "claims",
    "label_id",
    "label_en",
    "note_id",
    "note_en",
)
IDENTITY_COLUMNS: Final = (
    "id",
    "outcome",
    "entity",
    "other",
    "surface_form",
    "evidence",
    "note_id",
    "note_en",
)

_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

ClaimsByRow = Mapping[str, Claim]
"""Claims by ``source/row`` (``003/065``), the way the tables refer to them."""

_Decision = TypeVar("_Decision", "ConflictSet", "IdentityDecision")


class ClaimsOfSources(Mapping[str, Claim]):
    """The claims of some sources; they are sorted by row for those that are asked for."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._sources = {source.id: source for source in sources}

    def __getitem__(self, key: str) -> Claim:
        source, _, row = key.partition("/")
        return self._sources[source].rows[row]

    def __iter__(self) -> Iterator[str]:
        return (f"{name}/{row}" for name, source in self._sources.items() for row in source.rows)

    def __len__(self) -> int:
        return sum(len(source.rows) for source in self._sources.values())


@dataclass(frozen=True)
class ConflictSet:
    """Claims that stand against each other; ``kind`` and ``resolution`` are notations."""

    id: str
    kind: str
    resolution: str
    claims: tuple[Claim, ...]
    label: Text | None
    note: Text | None
    location: Location


@dataclass(frozen=True)
class IdentityDecision:
    """A decision that a surface form names an entity, or that two entities are one or two.

    ``outcome`` is a notation (``sama``, ``berbeda``); ``other`` is None for a surface form.
    """

    id: str
    outcome: str
    entity: URIRef
    other: URIRef | None
    surface_form: str
    evidence: tuple[Claim, ...]
    note: Text | None
    location: Location


def read_conflicts(path: Path, claims: ClaimsByRow) -> tuple[ConflictSet, ...]:
    """Return the conflict sets of ``conflicts.csv``; raises ``InputError`` with every fault."""
    return conflicts_of(read_table(path, CONFLICT_COLUMNS), claims)


def conflicts_of(rows: Iterable[Row | RecordError], claims: ClaimsByRow) -> tuple[ConflictSet, ...]:
    """Return the conflict sets that rows state; raises ``InputError`` with every fault."""

    def read(row: Row) -> ConflictSet:
        return ConflictSet(
            id=row.values["id"],
            kind=row.values["kind"],
            resolution=row.values["resolution"],
            claims=_find_claims(row, "claims", claims),
            label=row.text("label"),
            note=row.text("note"),
            location=row.location,
        )

    return _read_all(rows, read)


def read_identities(
    path: Path, claims: ClaimsByRow | None, prefixes: Mapping[str, str]
) -> tuple[IdentityDecision, ...]:
    """Return the decisions of ``identity.csv``; raises ``InputError`` with every fault.

    Without ``claims``, before they are known, the evidence is left out.
    """
    return identities_of(read_table(path, IDENTITY_COLUMNS), claims, prefixes)


def identities_of(
    rows: Iterable[Row | RecordError], claims: ClaimsByRow | None, prefixes: Mapping[str, str]
) -> tuple[IdentityDecision, ...]:
    """Return the decisions that rows state; raises ``InputError`` with every fault."""

    def read(row: Row) -> IdentityDecision:
        other = row.values["other"]
        return IdentityDecision(
            id=row.values["id"],
            outcome=row.values["outcome"],
            entity=read_name(row, "entity", prefixes),
            other=read_name(row, "other", prefixes) if other else None,
            surface_form=row.values["surface_form"],
            evidence=() if claims is None else _find_claims(row, "evidence", claims),
            note=row.text("note"),
            location=row.location,
        )

    return _read_all(rows, read)


def _read_all(
    rows: Iterable[Row | RecordError], read: Callable[[Row], _Decision]
) -> tuple[_Decision, ...]:
    def read_named(row: Row) -> _Decision:
        if not _ID.fullmatch(row.values["id"]):
            raise row.fault("id", Text("Tulis id seperti x01", "Write an id as x01"))
        return read(row)

    taken = Text("Id sudah dipakai", "This id is already used")
    return tuple(read_all(rows, once(read_named, lambda decision: decision.id, "id", taken)))


def _find_claims(row: Row, column: str, claims: ClaimsByRow) -> tuple[Claim, ...]:
    names = row.values[column].split()
    if missing := ", ".join(name for name in names if name not in claims):
        raise row.fault(
            column,
            Text("Klaim tidak ada: {missing}", "There is no such claim: {missing}").format(
                missing=missing
            ),
        )
    return tuple(claims[name] for name in names)

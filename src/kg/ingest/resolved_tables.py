"""Tables of names: each row with its answer beside it, and the curator's answers as decisions."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from rdflib import URIRef

from kg.errors import InputError, Location, RecordError
from kg.ingest.decisions import IDENTITY_COLUMNS
from kg.ingest.names import name_key
from kg.ingest.records import read_text
from kg.ingest.resolution import Resolution, Resolver
from kg.ingest.terms import TermError, parse_name
from kg.iris import compress_iri, parse_iri
from kg.language import Text

ANSWER_COLUMNS: Final = ("iri", "how", "decision", "candidates", "why_id", "why_en")
"""What stands beside each row: the IRI, how it was found, the curator's cell, the candidates."""

REFUSAL: Final = "not "
"""Before a CURIE in the decision column: the name does not stand for that thing."""


@dataclass(frozen=True)
class NameTable:
    """A table with a header. ``dialect`` is its delimiter; ``rows`` go by number from 2 on."""

    path: Path
    delimiter: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def cell(self, row: Sequence[str], column: str) -> str:
        """Return a cell without the space around it."""
        return row[self.header.index(column)].strip()


@dataclass(frozen=True)
class NameDecision:
    """A curator's answer: a name stands for a thing, or (``outcome`` berbeda) does not."""

    outcome: str
    entity: str
    name: str
    note: Text

    @property
    def id(self) -> str:
        """The decision's id: of what it says, so that saying it twice makes one decision."""
        said = f"{self.outcome} {self.entity} {name_key(self.name)}"
        return "r" + sha256(said.encode()).hexdigest()[:10]


def read_name_table(path: Path, columns: Iterable[str]) -> NameTable:
    """Return a CSV table (``.tsv``: tabs) that has these columns.

    Raises ``InputError`` for a missing column or rows of another length, ``RecordError`` for a
    file that is not text.
    """
    delimiter = "\t" if path.suffix == ".tsv" else ","
    try:
        lines = csv.reader(io.StringIO(read_text(path), newline=""), delimiter=delimiter)
        header, *rows = [tuple(line) for line in lines] or [()]
    except csv.Error as error:
        message = Text("CSV rusak ({error})", "Broken CSV ({error})").format(error=error)
        raise RecordError(Location(path), message) from None
    faults = [
        RecordError(
            Location(path, 1, column), Text("Kolom ini tidak ada", "There is no such column")
        )
        for column in columns
        if column not in header
    ] + [
        RecordError(
            Location(path, number),
            Text("Jumlah kolom lain dari kepalanya", "Not as many columns as the header"),
        )
        for number, row in enumerate(rows, 2)
        if len(row) != len(header)
    ]
    if faults:
        raise InputError(faults)
    return NameTable(path, delimiter, header, tuple(rows))


def resolve_table(
    table: NameTable,
    resolver: Resolver,
    kind: str,
    name: str,
    hints: Mapping[str, str],
) -> list[Resolution]:
    """Return the answer for each row; ``hints`` gives the column of each hint.

    An empty name is an open question without candidates.
    """
    return [
        resolver.resolve(
            kind,
            table.cell(row, name),
            {hint: cell for hint, column in hints.items() if (cell := table.cell(row, column))},
        )
        for row in table.rows
    ]


def render_answers(
    table: NameTable, answers: Sequence[Resolution], prefixes: Mapping[str, str]
) -> str:
    """Return the table as CSV with the answers beside its rows."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=table.delimiter, lineterminator="\n")
    kept = [column for column in table.header if column not in ANSWER_COLUMNS]
    writer.writerow([*kept, *ANSWER_COLUMNS])
    for row, answer in zip(table.rows, answers, strict=True):
        cells = dict(zip(table.header, row, strict=True))
        writer.writerow([*(cells[c] for c in kept), *_answer_cells(answer, prefixes)])
    return out.getvalue()


def _answer_cells(answer: Resolution, prefixes: Mapping[str, str]) -> list[str]:
    if answer.iri is not None:
        return [compress_iri(str(answer.iri), prefixes), answer.how, "", "", "", ""]
    listed = "; ".join(
        f"{compress_iri(str(c.iri), prefixes)} ({c.score:g}, {c.label})" for c in answer.candidates
    )
    first = answer.candidates[0].why if answer.candidates else Text("Tidak dikenal", "Not known")
    return ["", answer.how, "", listed, first.id, first.en]


def count_answers(answers: Iterable[Resolution]) -> Mapping[str, int]:
    """Return how many names were settled in each way, and how many are open."""
    return Counter(answer.how for answer in answers)


def read_decisions(
    table: NameTable, kind: str, name: str, prefixes: Mapping[str, str]
) -> list[NameDecision]:
    """Return the curator's answers from the column ``decision``, each once.

    Raises ``InputError`` with every cell that does not name a thing of the kind.
    """
    faults: list[RecordError] = []
    decisions: dict[str, NameDecision] = {}
    for number, row in enumerate(table.rows, 2):
        cell = table.cell(row, "decision")
        if not cell:
            continue
        curie = cell.removeprefix(REFUSAL)
        iri = _read_curie(curie, prefixes)
        identity = parse_iri(str(iri)) if iri else None
        if identity is None or identity.kind != kind:
            message = Text("Tulis CURIE {kind}:…", "Write a CURIE {kind}:…").format(kind=kind)
            faults.append(RecordError(Location(table.path, number, "decision"), message, cell))
            continue
        decision = NameDecision(
            outcome="berbeda" if cell.startswith(REFUSAL) else "sama",
            entity=curie,
            name=table.cell(row, name),
            note=Text(
                "Diputuskan kurator: {file}, baris {row}.",
                "Decided by a curator: {file}, row {row}.",
            ).format(file=table.path.name, row=number),
        )
        decisions.setdefault(decision.id, decision)
    if faults:
        raise InputError(faults)
    return list(decisions.values())


def _read_curie(curie: str, prefixes: Mapping[str, str]) -> URIRef | None:
    try:
        return parse_name(curie, prefixes)
    except TermError:
        return None


def append_decisions(decisions: Sequence[NameDecision], path: Path) -> int:
    """Add decisions to a file laid out as ``identity.csv``, and return how many were new.

    The file is replaced in one step; where it does not exist it is made.
    """
    text = read_text(path) if path.exists() else ",".join(IDENTITY_COLUMNS) + "\n"
    known = {line.partition(",")[0] for line in text.splitlines()}
    new = [decision for decision in decisions if decision.id not in known]
    if not new:
        return 0
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    for d in new:
        writer.writerow([d.id, d.outcome, d.entity, "", d.name, "", d.note.id, d.note.en])
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.write_text(text + out.getvalue(), encoding="utf-8")
    draft.replace(path)
    return len(new)

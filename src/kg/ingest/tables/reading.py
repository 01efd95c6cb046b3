"""From a file to checked rows: CSV (RFC 4180), TSV and XLSX, every cell looked at on its own."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from kg.errors import Location, RecordError
from kg.ingest.bounded import UNWANTED, check_lines, decode, read_bytes
from kg.ingest.records import Row
from kg.ingest.tables.description import Column, TableKind, fold
from kg.ingest.tables.workbook import MAX_COLUMNS, MAX_ROWS, read_sheet
from kg.language import Text

ENDINGS: Final = (".csv", ".tsv", ".xlsx")
"""How the names of tables end, which tells their syntax."""

MAX_CELL: Final = 2000

# What spreadsheets take for the beginning of a formula; a negative number is none.
_FORMULA: Final = re.compile(r"[=+@\t\r]|-(?![\d.]+\Z)")

Cells = Sequence[str]


def read_rows(path: Path, kind: TableKind) -> Iterator[Row | RecordError]:
    """Yield each row of a table, every column of its kind filled in, or the faults in its place.

    Columns may stand in any order, be headed by their name or their title in either language,
    and be left out unless they are required. Lines whose first cell begins with ``#`` are
    comments. A row with faults is not yielded; nothing follows a fault of the header.
    """
    lines = _lines(path)
    columns: list[Column] | None = None
    broken = False
    for line in lines:
        if isinstance(line, RecordError):
            broken = True
            yield line
            continue
        number, cells = line
        if cells and cells[0].lstrip().startswith("#"):
            continue
        if columns is None:
            outcome = _read_header(Location(path, number), cells, kind)
            if isinstance(outcome, RecordError):
                yield outcome
                return
            columns = outcome
        else:
            yield from _read_row(Location(path, number), cells, columns, kind)
    if columns is None and not broken:
        yield RecordError(
            Location(path), Text("Tabel tanpa kepala kolom", "A table without a header")
        )


def read_header(path: Path) -> tuple[str, ...]:
    """Return the cells of a table's header, ``()`` if there is none to be read."""
    for line in _lines(path):
        if isinstance(line, RecordError):
            return ()
        if line[1] and not line[1][0].lstrip().startswith("#"):
            return tuple(line[1])
    return ()


def find_kind(path: Path, kinds: Mapping[str, TableKind]) -> TableKind:
    """Return the kind of a table, told by its folder or else by its header.

    Raises ``RecordError`` if neither tells.
    """
    if kind := kinds.get(path.resolve().parent.name) or kinds.get(path.stem):
        return kind
    header = read_header(path)
    fitting = [kind for kind in kinds.values() if header and kind.fits(header)]
    if len(fitting) == 1:
        return fitting[0]
    raise RecordError(
        Location(path),
        Text(
            "Jenis tabel tidak dikenali dari kepala kolomnya; sebutkan dengan --kind ({kinds})",
            "The header does not tell the kind of table; say it with --kind ({kinds})",
        ).format(kinds=", ".join(kinds)),
    )


def _lines(path: Path) -> Iterator[tuple[int, Cells] | RecordError]:
    if path.suffix.lower() == ".xlsx":
        yield from read_sheet(path)
    elif path.suffix.lower() in ENDINGS:
        yield from _delimited(path, "\t" if path.suffix.lower() == ".tsv" else ",")
    else:
        yield RecordError(
            Location(path),
            Text("Tabel berakhiran {endings}", "A table's name ends with {endings}").format(
                endings=", ".join(ENDINGS)
            ),
        )


def _delimited(path: Path, delimiter: str) -> Iterator[tuple[int, Cells] | RecordError]:
    try:
        text = decode(path, read_bytes(path))
        check_lines(path, text)
    except RecordError as error:
        yield error
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        for count, cells in enumerate(reader):
            if count > MAX_ROWS or len(cells) > MAX_COLUMNS:
                yield RecordError(
                    Location(path, number),
                    Text(
                        "Lebih dari {rows} baris atau {columns} kolom",
                        "More than {rows} rows or {columns} columns",
                    ).format(rows=MAX_ROWS, columns=MAX_COLUMNS),
                )
                return
            if any(cells):
                yield number, cells
            number = reader.line_num + 1
    except csv.Error as error:
        yield RecordError(
            Location(path, reader.line_num),
            Text("CSV rusak ({error})", "Broken CSV ({error})").format(error=error),
        )


def _read_header(place: Location, cells: Cells, kind: TableKind) -> list[Column] | RecordError:
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    columns = [kind.headers.get(fold(cell)) for cell in cells]
    found = [column for column in columns if column]
    unknown = [cell[:40] for cell, column in zip(cells, columns, strict=True) if not column]
    missing = [column.name for column in kind.columns if column.required and column not in found]
    twice = {column.name for column in found if found.count(column) > 1}
    if unknown or missing or twice:
        return RecordError(
            place,
            Text(
                "Kepala tabel {kind} salah (kurang: {missing}; tak dikenal: {unknown}; "
                "ganda: {twice}); lihat kg template {kind}",
                "The header of table {kind} is wrong (missing: {missing}; unknown: {unknown}; "
                "twice: {twice}); see kg template {kind}",
            ).format(
                kind=kind.name,
                missing=", ".join(missing) or "-",
                unknown=", ".join(unknown) or "-",
                twice=", ".join(sorted(twice)) or "-",
            ),
        )
    return found


def _read_row(
    place: Location, cells: Cells, columns: Sequence[Column], kind: TableKind
) -> Iterator[Row | RecordError]:
    while len(cells) > len(columns) and not cells[-1].strip():
        cells = cells[:-1]
    # A workbook leaves out the empty cells at the end of a row.
    if place.file.suffix.lower() == ".xlsx":
        cells = [*cells, *[""] * (len(columns) - len(cells))]
    if len(cells) != len(columns):
        yield RecordError(
            place,
            Text(
                "Baris ini berisi {found} kolom, seharusnya {expected}",
                "This row has {found} columns where {expected} are expected",
            ).format(found=len(cells), expected=len(columns)),
        )
        return
    given = {column.name: cell.strip() for column, cell in zip(columns, cells, strict=True)}
    row = Row(place, {column.name: given.get(column.name, "") for column in kind.columns})
    faults = list(_cell_faults(row, kind))
    if faults:
        yield from faults
    else:
        yield row


def _cell_faults(row: Row, kind: TableKind) -> Iterator[RecordError]:
    for column in kind.columns:
        text = row.values[column.name]
        problem = _unsafe(text) or column.problem(text)
        if problem:
            yield RecordError(row.at(column.name), problem, text[:80] if text else None)


def _unsafe(text: str) -> Text | None:
    """Say what makes a cell unfit to be kept, whatever its column."""
    if not text:
        return None
    if len(text) > MAX_CELL:
        return Text(
            "Sel lebih dari {limit} karakter", "A cell of more than {limit} characters"
        ).format(limit=MAX_CELL)
    if UNWANTED.search(text):
        return Text(
            "Ada karakter kendali atau pembalik arah tulisan; ketik ulang sel ini",
            "There are control characters, or such as turn the direction; type the cell anew",
        )
    if _FORMULA.match(text):
        return Text(
            "Sel diawali seperti rumus (= + - @); tulis nilainya saja",
            "The cell begins as a formula does (= + - @); write the value alone",
        )
    return None

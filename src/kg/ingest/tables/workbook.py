"""Workbooks (XLSX): read without trusting them, and written as templates.

The only home of ``openpyxl``. A workbook is a zip archive of XML: its sizes, its ratios and its
parts are looked at before anything is unpacked; formulas are never computed, but refused.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from kg.errors import Location, RecordError
from kg.ingest.bounded import read_bytes
from kg.language import Text

MAX_UNPACKED: Final = 48 * 2**20
MAX_RATIO: Final = 250
MAX_PARTS: Final = 1000
MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 100

_OLE: Final = b"\xd0\xcf\x11\xe0"
_FORBIDDEN: Final = re.compile(
    r"vbaproject|macrosheets|externallinks|activex|embeddings|connections\.xml", re.IGNORECASE
)
_DOCTYPE: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)|^\xff\xfe|^\xfe\xff")
# What the library raises for archives and parts that are not what they should be.
_BROKEN: Final = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    SyntaxError,
    RuntimeError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
)

Cells = Sequence[str]


def read_sheet(path: Path) -> Iterator[tuple[int, Cells] | RecordError]:
    """Yield the number and the cells of each row of the first sheet that is not empty.

    Dates come as ISO 8601, whole numbers without a decimal point, truth values as ``true`` and
    ``false``. A cell that holds a formula or an error is a fault, and so is anything that
    makes the workbook unsafe to open; after such a fault of the whole file nothing follows.
    """
    try:
        raw = read_bytes(path)
        _check_archive(path, raw)
    except RecordError as error:
        yield error
        return
    try:
        yield from _rows(path, raw)
    except _BROKEN:
        yield RecordError(
            Location(path),
            Text("Buku kerja XLSX rusak", "The XLSX workbook is damaged"),
        )


def _check_archive(path: Path, raw: bytes) -> None:
    if raw.startswith(_OLE):
        raise _refuse(
            path,
            Text(
                "Ini XLS lama atau berkas bersandi; simpan sebagai XLSX tanpa sandi",
                "This is old XLS or has a password; save it as XLSX without one",
            ),
        )
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            _check_parts(path, archive.infolist())
            for part in archive.infolist():
                if part.filename.endswith((".xml", ".rels")):
                    _check_xml(path, archive, part)
    except _BROKEN:
        raise _refuse(
            path, Text("Bukan buku kerja XLSX yang utuh", "This is no whole XLSX workbook")
        ) from None


def _check_parts(path: Path, parts: Sequence[zipfile.ZipInfo]) -> None:
    total = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or total > MAX_UNPACKED:
        raise _refuse(
            path,
            Text(
                "Isinya lebih dari {limit} MiB setelah dibuka; bagi menjadi beberapa berkas",
                "It has more than {limit} MiB when unpacked; split it into several files",
            ).format(limit=MAX_UNPACKED // 2**20),
        )
    for part in parts:
        if part.file_size > MAX_RATIO * max(part.compress_size, 1024):
            raise _refuse(
                path,
                Text(
                    "Dimampatkan tidak wajar (bom zip): {part}",
                    "Packed beyond reason (a zip bomb): {part}",
                ).format(part=part.filename),
            )
        if _FORBIDDEN.search(part.filename):
            raise _refuse(
                path,
                Text(
                    "Berisi makro, tautan luar atau objek tertanam ({part}); simpan tanpanya",
                    "It holds macros, external links or embedded objects ({part}); "
                    "save it without them",
                ).format(part=part.filename),
            )


def _check_xml(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    # The sizes in the directory may lie; read no more than they promise.
    with archive.open(part) as file:
        content = file.read(part.file_size + 1)
    if _DOCTYPE.search(content) or len(content) > part.file_size:
        raise _refuse(
            path,
            Text(
                "Bagian {part} mendeklarasikan entitas XML; itu tidak diterima",
                "Part {part} declares XML entities, which are not accepted",
            ).format(part=part.filename),
        )


def _refuse(path: Path, message: Text) -> RecordError:
    return RecordError(Location(path), message)


def _rows(path: Path, raw: bytes) -> Iterator[tuple[int, Cells] | RecordError]:
    book = load_workbook(io.BytesIO(raw), read_only=True, data_only=False, keep_links=False)
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            empty = True
            for number, row in enumerate(sheet.iter_rows(max_row=MAX_ROWS + 1), 1):
                if number > MAX_ROWS or len(row) > MAX_COLUMNS:
                    yield _refuse(
                        path,
                        Text(
                            "Lebih dari {rows} baris atau {columns} kolom",
                            "More than {rows} rows or {columns} columns",
                        ).format(rows=MAX_ROWS, columns=MAX_COLUMNS),
                    )
                    return
                cells, faults = _cells(Location(path, number), row)
                yield from faults
                if any(cells) and not faults:
                    empty = False
                    yield number, cells
            if not empty:
                return
    finally:
        book.close()


def _cells(place: Location, row: Sequence[Any]) -> tuple[list[str], list[RecordError]]:
    faults = []
    texts = []
    for cell in row:
        texts.append(_as_text(cell.value))
        if cell.data_type in ("f", "e"):
            column = cell.column_letter if hasattr(cell, "column_letter") else None
            faults.append(
                RecordError(
                    Location(place.file, place.row, column),
                    Text(
                        "Sel berisi rumus atau galat; tulis nilainya saja",
                        "The cell holds a formula or an error; write the value alone",
                    ),
                    texts[-1][:80],
                )
            )
    return texts, faults


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)


def write_workbook(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """Return a workbook of sheets of text, the first row of each in bold."""
    book = Workbook()
    del book[book.sheetnames[0]]
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for column in sheet.columns:
            # Text, so that dates and codes stay as they are typed.
            for cell in column:
                cell.number_format = "@"
            width = max(len(str(cell.value or "")) for cell in column)
            sheet.column_dimensions[column[0].column_letter].width = min(60, width + 2)
        sheet.freeze_panes = "A2"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()

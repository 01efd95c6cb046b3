"""Tables that were brought: kept as normalised CSV, one file for each source and kind of table.

``tables/{kind}/{source}.csv`` holds the rows of one source, ``sources.csv`` a row for each source
that is described by a table. What is brought takes the place of the rows of the same source and
kind.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from kg.errors import Location, RecordError
from kg.ingest.descriptions import SOURCE_ID
from kg.ingest.records import Row, read_all
from kg.ingest.tables.compilation import SOURCES, TableFile
from kg.ingest.tables.description import TableKind
from kg.ingest.tables.reading import find_kind, read_rows
from kg.language import Text

SOURCES_FILE = "sources.csv"

Rows = Mapping[str, tuple[Row, ...]]
"""Rows by the source that they speak for."""


def find_table(path: Path, kinds: Mapping[str, TableKind], kind: str | None = None) -> TableFile:
    """Return a table with its kind; ``kind`` says it where neither folder nor header does.

    Raises ``RecordError`` for a kind that there is not or that cannot be told.
    """
    if kind is None:
        return TableFile(find_kind(path, kinds), path)
    if kind not in kinds:
        raise RecordError(
            Location(path),
            Text("Jenis tabel: {kinds}", "Kinds of tables: {kinds}").format(kinds=", ".join(kinds)),
            kind,
        )
    return TableFile(kinds[kind], path)


def rows_by_source(table: TableFile) -> Rows:
    """Return the rows of a table by source; raises ``InputError`` with every fault of them."""
    column = "id" if table.kind.name == SOURCES else "source"

    def read(row: Row) -> Row:
        if not SOURCE_ID.fullmatch(row.values[column]):
            words = Text("Tulis id sumber seperti h004", "Write the id of a source as h004")
            raise row.fault(column, words)
        return row

    found: dict[str, list[Row]] = defaultdict(list)
    for row in read_all(read_rows(table.path, table.kind), read):
        found[row.values[column]].append(row)
    return {source: tuple(rows) for source, rows in found.items()}


def described_sources(files: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the rows of ``sources.csv`` by id, of texts by path."""
    rows = csv.DictReader(io.StringIO(files.get(SOURCES_FILE, ""), newline=""))
    return {row["id"]: row for row in rows}


def texts_of(source: str, files: Mapping[str, str]) -> str:
    """Return all that tables say for a source, as one text."""
    own = [files[path] for path in sorted(files) if path.endswith(f"/{source}.csv")]
    row = described_sources(files).get(source)
    return "".join([*own, *([",".join(row.values())] if row else [])])


def merge_tables(
    files: Mapping[str, str], tables: Iterable[tuple[TableFile, Rows]], withdrawn: Collection[str]
) -> dict[str, str]:
    """Return texts by path after rows were brought, and sources withdrawn."""
    merged = {
        path: text
        for path, text in files.items()
        if not (path.startswith("tables/") and Path(path).stem in withdrawn)
    }
    described = described_sources(files)
    rows: dict[tuple[TableKind, str], list[Row]] = defaultdict(list)
    for table, found in tables:
        for source, more in found.items():
            rows[table.kind, source].extend(more)
    for (kind, source), brought in rows.items():
        if kind.name == SOURCES:
            described[source] = dict(brought[-1].values)
        else:
            merged[f"tables/{kind.name}/{source}.csv"] = _csv(brought, list(brought[0].values))
    kept = [row for source, row in sorted(described.items()) if source not in withdrawn]
    merged[SOURCES_FILE] = _written(kept, list(kept[0])) if kept else ""
    return merged


def without_tables(
    files: Mapping[str, str], tables: Iterable[tuple[TableFile, Rows]]
) -> dict[str, str]:
    """Return texts by path without the rows that come from some tables."""
    left = dict(files)
    described = described_sources(files)
    for table, rows in tables:
        for source in rows:
            if table.kind.name == SOURCES:
                described.pop(source, None)
            else:
                left.pop(f"tables/{table.kind.name}/{source}.csv", None)
    kept = [row for _, row in sorted(described.items())]
    left[SOURCES_FILE] = _written(kept, list(kept[0])) if kept else ""
    return {path: text for path, text in left.items() if text}


def _csv(rows: Iterable[Row], columns: Sequence[str]) -> str:
    unique = {tuple(row.values[column] for column in columns) for row in rows}
    return _written(
        [dict(zip(columns, cells, strict=True)) for cells in sorted(unique)],
        columns,
    )


def _written(rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()

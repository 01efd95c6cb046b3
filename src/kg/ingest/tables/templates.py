"""Templates and guide sections, written from the descriptions of the kinds of tables."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from kg.ingest.tables.description import Column, TableKind
from kg.ingest.tables.workbook import write_workbook
from kg.language import Language, Text

FORMATS: Final = ("csv", "tsv", "xlsx")

_COMMENT: Final = "# "


def template(kind: TableKind, syntax: str) -> bytes:
    """Return a file to be filled in: the header, and an example row that is a comment.

    ``syntax`` is one of ``FORMATS``; a workbook has a second sheet that explains each column.
    """
    rows = [[column.name for column in kind.columns], _example(kind)]
    if syntax == "xlsx":
        return write_workbook({kind.name: rows, "keterangan-explanation": _explanation(kind)})
    text = io.StringIO()
    csv.writer(text, delimiter="\t" if syntax == "tsv" else ",", lineterminator="\n").writerows(
        rows
    )
    return text.getvalue().encode()


def _example(kind: TableKind) -> list[str]:
    cells = [column.example for column in kind.columns]
    return [_COMMENT + cells[0], *cells[1:]]


def _explanation(kind: TableKind) -> list[Sequence[str]]:
    header = (
        "column",
        "wajib / required",
        "judul",
        "title",
        "keterangan",
        "explanation",
        "nilai / values",
    )
    rows = [
        (
            column.name,
            "ya / yes" if column.required else "",
            *column.title,
            *column.description,
            _values(column),
        )
        for column in kind.columns
    ]
    return [header, *rows]


def _values(column: Column) -> str:
    if column.scheme:
        return ", ".join(sorted(column.notations))
    return ", ".join(f"{kind}:…" for kind in column.kinds)


def guide_section(kind: TableKind, language: Language) -> str:
    """Return what the guide says of a kind of table, as Markdown."""
    return "\n".join(_lines(kind, language)) + "\n"


def _lines(kind: TableKind, language: Language) -> Iterator[str]:
    yield f"### {kind.name}: {kind.title[language]}"
    yield ""
    yield kind.description[language]
    yield ""
    header = Text(
        "| kolom | judul | wajib | isi |\n| --- | --- | --- | --- |",
        "| column | title | required | content |\n| --- | --- | --- | --- |",
    )
    yield header[language]
    for column in kind.columns:
        cells = (
            f"`{column.name}`",
            column.title[language],
            Text("ya", "yes")[language] if column.required else "",
            _content(column, language),
        )
        yield f"| {' | '.join(cells)} |"


def _content(column: Column, language: Language) -> str:
    words = column.description[language]
    if column.scheme:
        values = ", ".join(f"`{notation}`" for notation in sorted(column.notations))
        words += Text(f" Nilai: {values}.", f" Values: {values}.")[language]
    elif column.kinds:
        kinds = ", ".join(f"`{kind}:`" for kind in column.kinds)
        words += Text(f" Nama, atau CURIE {kinds}.", f" A name, or a CURIE {kinds}.")[language]
    if column.example:
        example = column.example.replace("|", "\\|")
        words += Text(f" Contoh: `{example}`.", f" Example: `{example}`.")[language]
    return words

"""A release as tables: one CSV file a class, one row an entity, one column a property.

RFC 4180 with LF, UTF-8; CSV on the Web (https://www.w3.org/TR/tabular-metadata/) says what the
columns are. What single sources assert stays out; of what stands outside the default graph only
claims, conflicts and decisions on identity are here.
"""

import csv
import json
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, TextIO

from kg.release.lines import RDF_TYPE, Abbreviator, Line, by_subject, read_literal

SEPARATOR: Final = "|"
METADATA: Final = "csv-metadata.json"

GRAPHS: Final = ("provenance", "conflicts", "identity")
"""The named graphs whose entities are in the tables, besides those of the default graph."""

_OPEN_FILES: Final = 64
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_TABULAR_TYPES: Final = frozenset(
    ["anyURI", "boolean", "date", "dateTime", "decimal", "gYear", "gYearMonth", "integer", "string"]
)


class Column(NamedTuple):
    """A property, with the language of its values if they have one."""

    predicate: str
    language: str

    def title(self, names: Abbreviator) -> str:
        """Return the heading: a CURIE, with the language after an ``@``."""
        curie = names.curie(self.predicate) or self.predicate
        return f"{curie}@{self.language}" if self.language else curie


class Cell(NamedTuple):
    """A value as the table writes it; ``datatype`` is None for an IRI."""

    text: str
    datatype: str | None


@dataclass
class Values:
    """What is known of the values of a column."""

    datatypes: set[str | None] = field(default_factory=set)
    is_list: bool = False


Columns = dict[str, dict[Column, Values]]
Cells = Mapping[Column, Sequence[Cell]]


class AppendingFiles(AbstractContextManager["AppendingFiles"]):
    """Text files that are written to in turns, of which only some are open at a time."""

    def __init__(self, limit: int = _OPEN_FILES) -> None:
        self._limit = limit
        self._open: OrderedDict[Path, TextIO] = OrderedDict()

    def __getitem__(self, path: Path) -> TextIO:
        """Return a file, opened for appending."""
        if path not in self._open:
            if len(self._open) >= self._limit:
                self._open.popitem(last=False)[1].close()
            self._open[path] = path.open("a", encoding="utf-8", newline="")
        self._open.move_to_end(path)
        return self._open[path]

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close them all."""
        for file in self._open.values():
            file.close()
        self._open.clear()


class Tables:
    """Writes the tables of a release in two passes over its sorted lines."""

    def __init__(self, base: str, names: Abbreviator, folder: Path) -> None:
        self._base = base
        self._names = names
        self._folder = folder
        self._graphs = {None, *(f"<{base}graph/{name}>" for name in GRAPHS)}

    def write(self, first: Iterable[Line], second: Iterable[Line]) -> list[str]:
        """Write a file for each class and the metadata; return the names of all of them.

        ``first`` and ``second`` are the same lines, read twice.
        """
        columns: Columns = defaultdict(dict)
        for kinds, _, cells in self._rows(first):
            for kind in kinds:
                _note(columns[kind], cells)
        ordered = {kind: dict(sorted(columns[kind].items())) for kind in sorted(columns)}
        names = {kind: f"{file_name(kind, self._names)}.csv" for kind in ordered}
        with AppendingFiles() as files:
            for kind, listed in ordered.items():
                titles = [column.title(self._names) for column in listed]
                _write_row(files[self._folder / names[kind]], ["id", *titles])
            for kinds, subject, cells in self._rows(second):
                for kind in kinds:
                    row = [_joined(cells.get(column, ())) for column in ordered[kind]]
                    _write_row(files[self._folder / names[kind]], [subject, *row])
        tables = [self._describe(kind, names[kind], ordered[kind]) for kind in ordered]
        self._write_metadata(tables)
        return [METADATA, *names.values()]

    def _rows(self, lines: Iterable[Line]) -> Iterator[tuple[list[str], str, Cells]]:
        spaces = (f"<{self._base}id/", f"<{self._base}scheme/")
        kept = (line for line in lines if line.graph in self._graphs)
        for subject, group in by_subject(kept):
            if subject.startswith(spaces):
                pairs = dict.fromkeys(line[1:3] for line in group)
                kinds = [value[1:-1] for verb, value in pairs if verb == RDF_TYPE]
                cells: dict[Column, list[Cell]] = defaultdict(list)
                for verb, value in pairs:
                    column, cell = _cell(verb, value)
                    cells[column].append(cell)
                yield kinds, subject[1:-1], cells

    def _describe(
        self, kind: str, name: str, columns: Mapping[Column, Values]
    ) -> Mapping[str, object]:
        described: list[Mapping[str, object]] = [
            {"name": "id", "titles": "id", "datatype": "anyURI", "suppressOutput": True}
        ]
        for number, (column, values) in enumerate(columns.items(), start=1):
            described.append(self._describe_column(f"c{number}", column, values))
        return {
            "url": name,
            "rdfs:comment": kind,
            "tableSchema": {"columns": described, "primaryKey": "id", "aboutUrl": "{+id}"},
        }

    def _describe_column(self, name: str, column: Column, values: Values) -> Mapping[str, object]:
        described: dict[str, object] = {
            "name": name,
            "titles": column.title(self._names),
            "propertyUrl": column.predicate,
        }
        if column.language:
            described["lang"] = column.language
        if values.is_list:
            described["separator"] = SEPARATOR
        if values.datatypes == {None}:
            return {**described, "datatype": "anyURI", "valueUrl": f"{{+{name}}}"}
        first = min(str(datatype).removeprefix(_XSD) for datatype in values.datatypes)
        is_known = len(values.datatypes) == 1 and first in _TABULAR_TYPES
        return {**described, "datatype": first if is_known else "string"}

    def _write_metadata(self, tables: Sequence[Mapping[str, object]]) -> None:
        document = {
            "@context": "http://www.w3.org/ns/csvw",
            "dc:license": {"@id": "https://creativecommons.org/licenses/by/4.0/"},
            "rdfs:comment": _NOTE,
            "dialect": {"lineTerminators": ["\n"], "header": True},
            "tables": list(tables),
        }
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (self._folder / METADATA).write_text(text, encoding="utf-8")


_NOTE: Final = (
    "Several values of a cell are separated by '|'. In a value, a backslash and '|' are "
    "preceded by a backslash."
)


def file_name(kind: str, names: Abbreviator) -> str:
    """Return how the table of a class is called, without its ending."""
    name = names.curie(kind)
    return name.replace(":", "-") if name else kind.rpartition("/")[2].replace("#", "-")


def _note(columns: dict[Column, Values], cells: Cells) -> None:
    for column, values in cells.items():
        noted = columns.setdefault(column, Values())
        noted.is_list |= len(values) > 1
        noted.datatypes.update(cell.datatype for cell in values)


def _cell(verb: str, value: str) -> tuple[Column, Cell]:
    predicate = verb[1:-1]
    if not value.startswith('"'):
        return Column(predicate, ""), Cell(value.strip("<>"), None)
    text, language, datatype = read_literal(value)
    escaped = text.replace("\\", "\\\\").replace(SEPARATOR, "\\" + SEPARATOR)
    return Column(predicate, language or ""), Cell(escaped, datatype or f"{_XSD}string")


def _joined(cells: Iterable[Cell]) -> str:
    return SEPARATOR.join(cell.text for cell in cells)


def _write_row(file: TextIO, row: Iterable[str]) -> None:
    csv.writer(file, lineterminator="\n").writerow(row)

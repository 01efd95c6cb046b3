"""Reading curated files: CSV (RFC 4180), TOML 1.0 and RDF, with the place of every fault."""

import csv
import io
import re
import tomllib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from rdflib import Graph, Literal
from rdflib.term import Node

from kg.errors import InputError, Location, RecordError
from kg.ingest.bounded import check_rdf, decode, read_bytes
from kg.language import Text
from kg.store import SYNTAXES, Quad, RdfSyntaxError, parse_rdf

Read = TypeVar("Read")


@dataclass(frozen=True)
class Row:
    """One row of a table: where it stands, and column name → text."""

    location: Location
    values: Mapping[str, str]

    def at(self, column: str) -> Location:
        """Return the place of one cell."""
        return Location(self.location.file, self.location.row, column)

    def fault(self, column: str, message: Text) -> RecordError:
        """Return (not raise) the error for one cell, its value included."""
        return RecordError(self.at(column), message, self.values[column])

    def text(self, name: str) -> Text | None:
        """Return the pair of cells ``{name}_id`` and ``{name}_en``, or None if both are empty.

        Raises ``RecordError`` if only one of them is filled.
        """
        text = Text(self.values[f"{name}_id"], self.values[f"{name}_en"])
        if bool(text.id) != bool(text.en):
            column = f"{name}_en" if text.id else f"{name}_id"
            raise self.fault(column, Text("Wajib dalam id dan en", "Needed in both id and en"))
        return text if text.id else None


@dataclass(frozen=True)
class TurtleFile:
    """A curated Turtle file and the graph that it states."""

    path: Path
    text: str
    graph: Graph

    @cached_property
    def subjects(self) -> frozenset[Node]:
        """What the file describes."""
        return frozenset(self.graph.subjects())

    @cached_property
    def nodes(self) -> frozenset[Node]:
        """What the file speaks of."""
        return frozenset(node for s, _, o in self.graph for node in (s, o))


def read_text(path: Path) -> str:
    """Return a file's text; it must be UTF-8 without a byte-order mark and end its last line.

    Raises ``RecordError``, as ``kg.ingest.bounded`` does.
    """
    text = decode(path, read_bytes(path))
    if text and not text.endswith("\n"):
        raise RecordError(
            Location(path, text.count("\n") + 1),
            Text(
                "Baris terakhir tidak selesai; apakah berkas terpotong?",
                "The last line is not ended; was the file cut off?",
            ),
        )
    return text


def read_rdf_text(path: Path) -> str:
    """Return the text of an RDF file; XML and JSON end with their last bracket, in any line.

    Raises what ``read_text`` raises.
    """
    if path.suffix in (".rdf", ".jsonld"):
        return decode(path, read_bytes(path))
    return read_text(path)


def read_table(path: Path, columns: Sequence[str]) -> Iterator[Row | RecordError]:
    """Yield each row of a CSV file, or the fault that stands in its place.

    A file whose header is not exactly ``columns`` yields one fault and nothing else.
    """
    try:
        text = read_text(path)
    except RecordError as error:
        yield error
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if header != list(columns):
            yield _header_fault(path, header, columns)
            return
        row_number = reader.line_num + 1
        for cells in reader:
            yield _row(Location(path, row_number), cells, columns)
            row_number = reader.line_num + 1
    except csv.Error as error:
        yield RecordError(
            Location(path, reader.line_num),
            Text("CSV rusak ({error})", "Broken CSV ({error})").format(error=error),
        )


def read_all(rows: Iterable[Row | RecordError], read: Callable[[Row], Read]) -> list[Read]:
    """Return what ``read`` makes of every row.

    Raises ``InputError`` with the faults that stand for rows and those that ``read`` raises.
    """
    faults: list[RecordError] = []
    found: list[Read] = []
    for row in rows:
        try:
            if isinstance(row, RecordError):
                raise row
            found.append(read(row))
        except RecordError as error:
            faults.append(error)
    if faults:
        raise InputError(faults)
    return found


def once(
    read: Callable[[Row], Read], key: Callable[[Read], Hashable], column: str, message: Text
) -> Callable[[Row], Read]:
    """Return ``read``, which then refuses, at ``column``, what has the key of an earlier one."""
    seen: set[Hashable] = set()

    def read_once(row: Row) -> Read:
        found = read(row)
        if key(found) in seen:
            raise row.fault(column, message)
        seen.add(key(found))
        return found

    return read_once


def _header_fault(path: Path, header: Sequence[str], columns: Sequence[str]) -> RecordError:
    missing = ", ".join(c for c in columns if c not in header) or "-"
    unknown = ", ".join(c for c in header if c not in columns) or "-"
    return RecordError(
        Location(path, 1),
        Text(
            "Kepala tabel harus persis '{columns}' (kurang: {missing}; tak dikenal: {unknown})",
            "The header must be exactly '{columns}' (missing: {missing}; unknown: {unknown})",
        ).format(columns=",".join(columns), missing=missing, unknown=unknown),
    )


def _row(location: Location, cells: list[str], columns: Sequence[str]) -> Row | RecordError:
    if len(cells) != len(columns):
        return RecordError(
            location,
            Text(
                "Baris ini berisi {found} kolom, seharusnya {expected}",
                "This row has {found} columns where {expected} are expected",
            ).format(found=len(cells), expected=len(columns)),
        )
    return Row(location, dict(zip(columns, (cell.strip() for cell in cells), strict=True)))


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file.

    Raises ``RecordError`` with the line that the parser names.
    """
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise RecordError(
            Location(path, int(line[1]) if line else None),
            Text("TOML rusak: {error}", "Broken TOML: {error}").format(error=error),
        ) from None


def read_rdf(path: Path) -> list[Quad]:
    """Return the quads of an RDF file, its syntax told by its ending (``.ttl``, ``.trig`` …).

    Raises ``RecordError`` with the line of a syntax fault or of an ill-typed literal.
    """
    syntax = path.suffix.removeprefix(".")
    if syntax not in SYNTAXES:
        raise RecordError(
            Location(path),
            Text(
                "Akhiran berkas tidak dikenal; pakai {endings}",
                "The file's ending is not known; use {endings}",
            ).format(endings=" ".join(f".{name}" for name in SYNTAXES)),
        )
    text = read_rdf_text(path)
    check_rdf(path, text, syntax)
    try:
        quads = parse_rdf(text, syntax, path.resolve().as_uri())
    except RdfSyntaxError as error:
        raise RecordError(Location(path, error.line), error.message) from None
    for quad in quads:
        if isinstance(quad.object, Literal) and quad.object.ill_typed:
            raise _ill_typed(path, text, quad.object)
    return quads


def read_turtle(path: Path) -> Graph:
    """Return the graph that a Turtle file states; raises what ``read_rdf`` raises."""
    graph = Graph()
    for quad in read_rdf(path):
        graph.add((quad.subject, quad.predicate, quad.object))
    return graph


def read_turtle_file(path: Path) -> TurtleFile:
    """Return a Turtle file with the graph that it states; raises what ``read_rdf`` raises."""
    graph = read_turtle(path)
    return TurtleFile(path, read_text(path), graph)


def _ill_typed(path: Path, text: str, literal: Literal) -> RecordError:
    position = text.find(str(literal))
    return RecordError(
        Location(path, None if position < 0 else text.count("\n", 0, position) + 1),
        Text(
            "Nilai tidak sesuai tipe {datatype}", "The value does not fit the type {datatype}"
        ).format(datatype=str(literal.datatype).rpartition("#")[2]),
        str(literal),
    )

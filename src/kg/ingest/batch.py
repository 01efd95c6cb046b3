"""A batch: what one act brings to the graph, read and checked row by row before anything is made.

A *reader* turns one kind of input into part of a batch. Every reader fills the same few fields,
so whatever stands behind them (judging, applying, describing) knows nothing of file formats.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from rdflib import URIRef
from rdflib.term import Node

from kg.errors import InputError, Location, RecordError
from kg.ingest.brought_tables import Rows, find_table, rows_by_source
from kg.ingest.corpus import CONFLICTS, IDENTITIES
from kg.ingest.decisions import CONFLICT_COLUMNS, IDENTITY_COLUMNS
from kg.ingest.descriptions import DEPOSIT
from kg.ingest.overlay import SOURCE_FILES
from kg.ingest.records import Row, read_rdf, read_table, read_text, read_toml
from kg.ingest.sources import CLAIM_COLUMNS, Source, read_source
from kg.ingest.tables.compilation import TableFile
from kg.ingest.tables.description import read_kinds
from kg.ingest.tables.reading import ENDINGS, read_header
from kg.ingest.things import fault_of
from kg.language import Text
from kg.store import SYNTAXES

LARGEST: Final = 256 * 1024 * 1024
"""Bytes of the largest file that is read."""

THINGS: Final = "things.ttl"
DECISIONS: Final = {CONFLICTS: CONFLICT_COLUMNS, IDENTITIES: IDENTITY_COLUMNS}


@dataclass(frozen=True)
class Brought:
    """A source as it is brought: read and checked, and the text that is kept of it."""

    source: Source
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Batch:
    """What is brought in one step.

    ``sources`` replace those of the same id; ``withdrawn`` are ids of sources to be removed;
    ``things`` are triples of classes and labels with the place where each stands; ``decisions``
    are rows for ``conflicts.csv`` and ``identity.csv``; the rows of ``tables`` replace those of
    the same kind and source.
    """

    sources: tuple[Brought, ...] = ()
    withdrawn: frozenset[str] = frozenset()
    things: tuple[tuple[URIRef, URIRef, Node, Location], ...] = ()
    decisions: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    tables: tuple[tuple[TableFile, Rows], ...] = ()

    @property
    def is_derived(self) -> bool:
        """Return whether some claims have to be made from what is brought."""
        return bool(self.tables) or any(b.source.kind == DEPOSIT for b in self.sources)

    @property
    def table_sources(self) -> frozenset[str]:
        """Return the ids of the sources that rows of the tables speak for or describe."""
        return frozenset(source for _, rows in self.tables for source in rows)


Reader = Callable[[Path, Mapping[str, str]], Batch]
"""Reads one path with the prefix map; raises ``RecordError`` or ``InputError``."""


def read_batch(
    paths: Sequence[Path],
    prefixes: Mapping[str, str],
    withdrawn: Iterable[str] = (),
    readers: "Mapping[str, Reader] | None" = None,
) -> Batch:
    """Return the batch that files and folders make: a folder without a source is looked into.

    ``readers`` are more readers by the ending of the file (``xlsx``). Raises ``InputError`` with
    every fault of every file; the batch is then not to be used.
    """
    faults: list[RecordError] = []
    parts = [Batch(withdrawn=frozenset(withdrawn))]
    found: dict[tuple[Reader, Path], None] = {}
    for path in paths:
        try:
            found.update(dict.fromkeys(_readings(path, readers or {})))
        except RecordError as error:
            faults.append(error)
    for read, path in found:
        try:
            parts.append(read(path, prefixes))
        except InputError as error:
            faults.extend(error.faults)
        except RecordError as error:
            faults.append(error)
    faults.extend(_repetitions(parts))
    if faults:
        raise InputError(faults)
    return _joined(parts)


def read_inputs(
    paths: Sequence[Path],
    readers: "Mapping[str, Reader] | None" = None,
    folder: str | None = None,
) -> dict[str, bytes]:
    """Return the files that a batch is made of, as they are, for the quarantine.

    What cannot be read is left out. The keys are relative paths that ``read_batch`` understands
    when the files are written below one folder; ``folder`` names that of single files, which
    tells the kind of a table.
    """
    inputs: dict[str, bytes] = {}
    for path in paths:
        try:
            found = list(_readings(path, readers or {}))
        except RecordError:
            found = []
        for read, place in found:
            if read is _read_source_folder:
                for name in (*_source_files(place), THINGS):
                    _add_input(inputs, place / name, place.name)
            else:
                _add_input(inputs, place, folder or place.parent.name)
    return inputs


def _source_files(folder: Path) -> tuple[str, ...]:
    """Return the names of the files that a source's folder may have; a deposit has one more."""
    try:
        name = read_toml(folder / "source.toml").get("file")
    except RecordError:
        name = None
    is_plain = isinstance(name, str) and Path(name).name == name and name not in SOURCE_FILES
    ending = str(name).rpartition(".")[2]
    return (*SOURCE_FILES, str(name)) if is_plain and ending in SYNTAXES else SOURCE_FILES


def _add_input(inputs: dict[str, bytes], file: Path, folder: str) -> None:
    if file.is_file() and file.stat().st_size <= LARGEST:
        key = f"{folder}/{file.name}"
        while key in inputs and inputs[key] != file.read_bytes():
            key = f"again/{key}"
        inputs[key] = file.read_bytes()


def _readings(path: Path, readers: Mapping[str, Reader]) -> Iterator[tuple[Reader, Path]]:
    """Yield what reads each part of a path."""
    path = path.resolve()
    ending = path.suffix.removeprefix(".")
    if path.is_dir():
        if _is_source(path):
            yield _read_source_folder, path
            return
        children = sorted(child for child in path.iterdir() if not child.name.startswith("."))
        if not children:
            raise RecordError(Location(path), Text("Folder ini kosong", "This folder is empty"))
        for child in children:
            yield from _readings(child, readers)
    elif path.name in SOURCE_FILES and _is_source(path.parent):
        yield _read_source_folder, path.parent
    elif path.name in DECISIONS:
        yield _read_decisions, path
    elif ending in readers:
        yield readers[ending], path
    elif ending in SYNTAXES:
        yield _read_things, path
    else:
        raise RecordError(
            Location(path),
            Text(
                "Bukan folder sumber, tabel keputusan, atau berkas RDF",
                "Neither a source's folder, nor a table of decisions, nor an RDF file",
            ),
        )


def _is_source(folder: Path) -> bool:
    """Say whether a folder is that of a source; ``claims.csv`` may be a table of claims too."""
    claims = folder / "claims.csv"
    return (folder / "source.toml").is_file() or (
        claims.is_file() and read_header(claims) == CLAIM_COLUMNS
    )


def table_readers(ontology: Path, kind: str | None = None) -> dict[str, Reader]:
    """Return what reads tables, by the ending of the file, for ``read_batch``.

    ``ontology`` is the folder that describes the kinds of tables; ``kind`` is that of all of
    them, where neither folder nor header tells.
    """

    def read(path: Path, _prefixes: Mapping[str, str]) -> Batch:
        refuse_large(path)
        table = replace(find_table(path, read_kinds(ontology), kind), stands_in=False)
        return Batch(tables=((table, rows_by_source(table)),))

    return {ending.removeprefix("."): read for ending in ENDINGS}


def _read_source_folder(folder: Path, prefixes: Mapping[str, str]) -> Batch:
    names = _source_files(folder)
    for name in (*names, THINGS):
        refuse_large(folder / name)
    source = read_source(folder, prefixes)
    if source.kind == DEPOSIT and source.file not in names:
        words = Text("Tulis nama berkas RDF di folder ini", "Name an RDF file of this folder")
        raise RecordError(Location(folder / "source.toml", column="file"), words, source.file)
    present = [name for name in names if (folder / name).is_file()]
    if source.kind == "article":
        read_text(folder / "shingles.txt")
    files = {name: (folder / name).read_bytes() for name in present}
    things = folder / THINGS
    described = _read_things(things, prefixes).things if things.is_file() else ()
    return Batch(sources=(Brought(source, files),), things=described)


def _read_things(path: Path, _prefixes: Mapping[str, str]) -> Batch:
    refuse_large(path)
    things, faults = [], []
    for subject, predicate, value, graph in read_rdf(path):
        fault = fault_of(subject, predicate, value) or _graph_fault(graph)
        if fault:
            faults.append(RecordError(Location(path), fault, f"{subject} {predicate}"))
        else:
            things.append((URIRef(subject), predicate, value, Location(path)))
    if faults:
        raise InputError(faults)
    return Batch(things=tuple(things))


def _graph_fault(graph: Node | None) -> Text | None:
    if graph is None:
        return None
    return Text("Hal tidak ditulis dalam graf bernama", "Things are not written into a named graph")


def _read_decisions(path: Path, _prefixes: Mapping[str, str]) -> Batch:
    refuse_large(path)
    rows = list(read_table(path, DECISIONS[path.name]))
    if faults := [row for row in rows if isinstance(row, RecordError)]:
        raise InputError(faults)
    read = tuple(row for row in rows if isinstance(row, Row))
    return Batch(decisions={path.name: read})


def refuse_large(path: Path) -> None:
    """Raise ``RecordError`` for a file of more than ``LARGEST`` bytes."""
    if path.is_file() and path.stat().st_size > LARGEST:
        raise RecordError(
            Location(path),
            Text("Berkas melebihi {n} MiB", "The file is larger than {n} MiB").format(
                n=LARGEST >> 20
            ),
        )


def _repetitions(parts: Sequence[Batch]) -> Iterator[RecordError]:
    places: dict[str, Location] = {}
    withdrawn = {name for part in parts for name in part.withdrawn}
    for part in parts:
        for brought in part.sources:
            name, place = brought.source.id, brought.source.location
            if name in places:
                words = Text("Sumber ini juga dibawa di {o}", "This source is brought in {o} too")
                yield RecordError(place, words.format(o=places[name]), name)
            if name in withdrawn:
                words = Text("Sumber ini sekaligus ditarik", "This source is withdrawn as well")
                yield RecordError(place, words, name)
            places[name] = place
        for table, _ in part.tables:
            for name in sorted(part.table_sources & withdrawn):
                words = Text("Sumber ini sekaligus ditarik", "This source is withdrawn as well")
                yield RecordError(Location(table.path), words, name)


def _joined(parts: Sequence[Batch]) -> Batch:
    decisions: dict[str, tuple[Row, ...]] = {}
    for part in parts:
        for name, rows in part.decisions.items():
            decisions[name] = decisions.get(name, ()) + rows
    return Batch(
        sources=tuple(brought for part in parts for brought in part.sources),
        withdrawn=frozenset(name for part in parts for name in part.withdrawn),
        things=tuple(thing for part in parts for thing in part.things),
        decisions=decisions,
        tables=tuple(table for part in parts for table in part.tables),
    )

"""What a reading remembers of the one before, and what it must look at again."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from kg.errors import InputError
from kg.ingest.corpus import Corpus, read_corpus
from kg.ingest.memory import Memory
from kg.ingest.tables.compilation import _Compilation
from kg.namespaces import read_prefixes
from kg.settings import Settings

SETTINGS = Settings()
PREFIXES = read_prefixes(SETTINGS.ontology)
AWARDS, MORE = "tables/conferrals/evaluasi-lain.csv", "tables/conferrals/iga-2022.csv"
KEPT = {Path(AWARDS).name, Path(MORE).name}
AREAS, DECIDED, CLASHES = "reference/places.csv", "identity.csv", "conflicts.csv"
BARE = ("agency:pemkot-surabaya", "Pemkot Surabaya")

Edit = tuple[str, str, str]
"""A file, what stands there, and what is to stand in its place."""

EDITS: Sequence[Sequence[Edit]] = [
    # A name instead of a CURIE, which the resolver settles.
    [(AWARDS, *BARE), (MORE, *BARE)],
    # An area, and with it a government, is called otherwise; so nobody bears the name.
    [(AREAS, "Kota Surabaya,Surabaya City", "Kota Surapati,Surapati City")],
    # An alias gives the name to another one alone, then to both: nothing is settled.
    [(AREAS, ",pemkot-yogyakarta", ";Surabaya,pemkot-yogyakarta")],
    [(AREAS, "Kota Surapati,Surapati City", "Kota Surabaya,Surabaya City")],
    # A decision says that it is not that other one's, and rows move.
    [
        (DECIDED, "i01,", "x01,berbeda,agency:pemkot-yogyakarta,,Pemkot Surabaya,000/029,,\ni01,"),
        (AWARDS, "\nh064,", "\n# Tinjau lagi.\nh064,"),
        (MORE, "\nh087,", "\n# Hapus: h087,"),
    ],
    # A thing is described otherwise, and a source.
    [("things/press-people.ttl", "person:", "person:x-"), ("sources.csv", ",id,", ",en,")],
]


class Reader:
    """Reads a copy of the data folder again and again with one memory."""

    def __init__(self, data: Path) -> None:
        self.data, self.memory = data, Memory()

    def read(self) -> Corpus:
        self.memory.begin()
        return read_corpus(self.data, PREFIXES, memory=self.memory)

    def edit(self, edits: Sequence[Edit]) -> None:
        for name, old, new in edits:
            path = self.data / name
            text = path.read_text(encoding="utf-8")
            assert old in text, name
            path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """Return a reader of a part of the data: a third of the areas, a fifth of the tables."""
    data = tmp_path / "data"
    shutil.copytree(SETTINGS.data, data)
    for path in data.glob("tables/*/*"):
        if path.parent.name not in ("agencies", "events") and path.name not in KEPT:
            path.unlink()
    for name, kept in ((AREAS, ("c", "13", "34", "35")), (DECIDED, ("id", "i01")), (CLASHES, "i")):
        path = data / name
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if line.startswith(kept)), encoding="utf-8")
    return Reader(data)


def outcome_of(read: Callable[[], Corpus]) -> object:
    """Return all that a reading made, places included, or all its faults in order."""
    try:
        corpus = read()
    except InputError as error:
        return [fault.explain("en") for fault in error.faults]
    files = (*corpus.things, *corpus.reference, *corpus.editorial, *corpus.links)
    told = {**vars(corpus), "files": [(file.path, file.text) for file in files]}
    for name in ("things", "reference", "editorial", "links"):
        del told[name]
    return told


def test_a_reading_is_the_same_with_memory_whatever_was_edited(reader: Reader) -> None:
    reader.read()
    refused = 0
    for edits in EDITS:
        reader.edit(edits)
        whole = outcome_of(lambda: read_corpus(reader.data, PREFIXES))
        assert outcome_of(reader.read) == whole, edits
        refused += isinstance(whole, list)
    assert 0 < refused < len(EDITS)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the files of the rows that are compiled, as they are."""
    files: list[str] = []
    real = _Compilation.stated

    def stated(self: _Compilation, kind: Any, row: Any) -> Any:  # noqa: ANN401
        files.append(row.location.file.name)
        return real(self, kind, row)

    monkeypatch.setattr(_Compilation, "stated", stated)
    return files


def test_what_has_not_changed_is_the_same_object(reader: Reader, compiled: list[str]) -> None:
    before = reader.read()
    made, rows = reader.memory.made, len(compiled)
    after = reader.read()
    assert rows > 500
    assert len(compiled) == rows
    assert reader.memory.made == made
    for one, other in zip(before.sources, after.sources, strict=True):
        assert one is other


def test_only_rows_that_asked_for_a_name_are_compiled_again(
    reader: Reader, compiled: list[str]
) -> None:
    reader.edit(EDITS[0])
    reader.read()
    compiled.clear()
    reader.edit(EDITS[1])
    reader.read()
    # The label of the government stands in those of what it has won, and its slug in none.
    assert 0 < len(compiled) < 200
    assert {Path(AWARDS).name, Path(MORE).name} <= set(compiled)


def test_rows_have_the_places_of_the_file_in_which_they_are_read(reader: Reader) -> None:
    reader.read()
    path = reader.data / AWARDS
    path.rename(path.with_name("renamed.csv"))
    places = {
        claim.location.file.name for source in reader.read().sources for claim in source.claims
    }
    assert "renamed.csv" in places
    assert path.name not in places


def test_a_memory_has_what_the_last_two_readings_made(reader: Reader) -> None:
    reader.read()
    whole = len(reader.memory._now)
    for number in range(3):
        reader.edit([(AWARDS, "h064,", f"# {number}\nh064,")])
        reader.read()
    assert len(reader.memory._now) == whole
    assert len({*reader.memory._now, *reader.memory._last}) < 1.1 * whole


def test_bytes_are_looked_at_and_not_times(tmp_path: Path) -> None:
    memory, path = Memory(), tmp_path / "file"
    made: Mapping[str, list[bytes]] = {"read": []}

    def read() -> bytes:
        made["read"].append(path.read_bytes())
        return path.read_bytes()

    for content, count in ((b"a", 1), (b"a", 1), (b"b", 2)):
        memory.begin()
        path.write_bytes(content)
        assert memory.of_files("read", [path], read) == content
        assert len(made["read"]) == count
    path.unlink()
    with pytest.raises(FileNotFoundError):
        memory.of_files("read", [path], read)


def test_what_changes_while_it_is_read_is_not_remembered(tmp_path: Path) -> None:
    memory, path = Memory(), tmp_path / "file"
    path.write_bytes(b"old")

    def read() -> bytes:
        content = path.read_bytes()
        path.write_bytes(b"new")
        return content

    assert memory.of_files("read", [path], read) == b"old"
    path.write_bytes(b"old")
    assert memory.of_files("read", [path], lambda: b"read anew") == b"read anew"

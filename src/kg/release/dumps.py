"""The files that a release is taken away in: all of it in each syntax, and what has changed.

Made from the sorted content alone, line by line, so that a release need not fit in memory; the
same content and the same predecessor give the same bytes. Nothing here is served that was not
finished.
"""

import gzip
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from kg.language import Text
from kg.release.changes import Change, changes
from kg.release.lines import Abbreviator, Line, read_lines
from kg.release.tables import METADATA, AppendingFiles, Tables, file_name

FOLDER: Final = "dumps"
SUMS: Final = "SHA256SUMS"
CITATION: Final = "CITATION.cff"
QUADS: Final = "release.nq.gz"
ADDED: Final = "added.nq.gz"
REMOVED: Final = "removed.nq.gz"

_WHOLE: Final = (QUADS, "release.trig.gz", "release.jsonld.gz")
_DEFAULT: Final = "default"
_SOURCES: Final = "sources-say.trig.gz"
_LEVEL: Final = 6


class Kind(NamedTuple):
    """What a file is: its media type when decompressed, and its name for people."""

    media_type: str
    title: Text


_KINDS: Final[Mapping[str, Kind]] = {
    QUADS: Kind("application/n-quads", Text("Seluruh rilis, N-Quads", "Whole release, N-Quads")),
    "release.trig.gz": Kind("application/trig", Text("Seluruh rilis, TriG", "Whole release, TriG")),
    "release.jsonld.gz": Kind(
        "application/ld+json", Text("Seluruh rilis, JSON-LD", "Whole release, JSON-LD")
    ),
    _SOURCES: Kind(
        "application/trig",
        Text("Yang dinyatakan tiap sumber, TriG", "What each source asserts, TriG"),
    ),
    ADDED: Kind(
        "application/n-quads",
        Text("Ditambahkan sejak rilis sebelumnya", "Added since the previous release"),
    ),
    REMOVED: Kind(
        "application/n-quads",
        Text("Dihapus sejak rilis sebelumnya", "Removed since the previous release"),
    ),
    METADATA: Kind("application/csvm+json", Text("Keterangan tabel CSV", "Metadata of the tables")),
    CITATION: Kind("application/yaml", Text("Cara mengutip", "How to cite")),
    SUMS: Kind("text/plain", Text("Jumlah periksa SHA-256", "SHA-256 checksums")),
}
_ENDINGS: Final[Mapping[str, Kind]] = {
    ".ttl.gz": Kind("text/turtle", Text("Graf {name}, Turtle", "Graph {name}, Turtle")),
    ".csv": Kind("text/csv", Text("Tabel {name}, CSV", "Table {name}, CSV")),
}


@dataclass(frozen=True)
class Dump:
    """A file of a release: ``size`` in bytes, ``sha256`` in hexadecimal, as it lies there.

    Both are None where they are not told, because the file was not there yet.
    """

    name: str
    size: int | None = None
    sha256: str | None = None

    @property
    def is_compressed(self) -> bool:
        """Say whether the file is compressed by gzip."""
        return self.name.endswith(".gz")

    @property
    def is_whole(self) -> bool:
        """Say whether the file holds the whole release."""
        return self.name.startswith("release.")

    @property
    def media_type(self) -> str:
        """Return the media type of what is in the file, decompressed."""
        return kind_of(self.name).media_type

    @property
    def title(self) -> Text:
        """Return what the file is."""
        return kind_of(self.name).title


def kind_of(name: str) -> Kind:
    """Return what a file of a release is; raises ``KeyError`` for a name that none has."""
    if name in _KINDS:
        return _KINDS[name]
    for ending, kind in _ENDINGS.items():
        if name.endswith(ending):
            return kind._replace(title=kind.title.format(name=name.removesuffix(ending)))
    raise KeyError(name)


@dataclass(frozen=True)
class DumpSource:
    """What the files of a release are made from.

    ``content`` and ``previous`` (of the release before, None if there is none) are sorted N-Quads;
    ``base`` and ``prefixes`` are those of the release; ``citation`` is the text of its citation
    file.
    """

    content: Path
    base: str
    prefixes: Mapping[str, str]
    citation: str
    previous: Path | None = None


def make_dumps(source: DumpSource, folder: Path) -> tuple[Dump, ...]:
    """Write all files of a release into a folder that does not exist yet; return them by name.

    Raises ``OSError`` when there is no room.
    """
    folder.mkdir()
    write_whole(source.content, source.base, source.prefixes, folder)
    previous = source.previous
    changed = None if previous is None else lambda: changes(previous, source.content)
    write_rest(source.citation, changed, folder)
    dumps = measure_dumps(folder)
    (folder / SUMS).write_text(sums_of(dumps), encoding="utf-8")
    return dumps


def write_whole(content: Path, base: str, prefixes: Mapping[str, str], folder: Path) -> None:
    """Write the files whose making takes as long as the content is large."""
    names = Abbreviator(prefixes)
    _compress(folder / QUADS, _read(content))
    with TemporaryDirectory(dir=folder, prefix=".parts-") as parts:
        _write_graphs(_split(content, base, Path(parts)), folder, names, base)
    Tables(base, names, folder).write(_lines(content), _lines(content))


def names_of_whole(
    graphs: Iterable[str], kinds: Iterable[str], base: str, prefixes: Mapping[str, str]
) -> list[str]:
    """Return the names of the files that ``write_whole`` writes.

    ``graphs`` are the named graphs of the content, ``kinds`` the classes of the entities in it.
    """
    names = Abbreviator(prefixes)
    own = (graph for graph in graphs if not graph.startswith(f"{base}graph/article/"))
    tables = (f"{file_name(kind, names)}.csv" for kind in kinds)
    fixed = (*_WHOLE, _SOURCES, f"{_DEFAULT}.ttl.gz", METADATA)
    return sorted({*fixed, *tables, *(f"{_name(graph, base)}.ttl.gz" for graph in own)})


def write_rest(citation: str, changed: Callable[[], Iterable[Change]] | None, folder: Path) -> None:
    """Write the citation, and what has changed since the release before if there is one.

    ``changed`` is asked twice.
    """
    (folder / CITATION).write_text(citation, encoding="utf-8")
    if changed is not None:
        for name, sign in ((ADDED, "+"), (REMOVED, "-")):
            _compress(folder / name, (change.quad for change in changed() if change.sign == sign))


def read_dumps(folder: Path) -> tuple[Dump, ...]:
    """Return the files that a folder's checksums name, without reading them; none if it has none.

    Raises ``OSError`` for a file that is listed but missing.
    """
    sums = folder / SUMS
    if not sums.is_file():
        return ()
    rows = (line.split("  ", 1) for line in sums.read_text(encoding="utf-8").splitlines())
    return tuple(Dump(name, (folder / name).stat().st_size, digest) for digest, name in rows)


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file


def _lines(path: Path) -> Iterator[Line]:
    # Only LF ends a line of N-Quads: a literal may hold other characters that end lines elsewhere.
    with path.open(encoding="utf-8", newline="\n") as file:
        yield from read_lines(file)


def _split(content: Path, base: str, folder: Path) -> Mapping[str | None, Path]:
    """Write each graph's lines to a file of its own, in their order; return the files."""
    paths: dict[str | None, Path] = {None: folder / _DEFAULT}
    paths[None].touch()
    with AppendingFiles() as files, content.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            graph = _graph_of(line, base)
            path = paths.setdefault(graph, folder / f"{len(paths)}")
            files[path].write(line)
    return paths


def _graph_of(line: str, base: str) -> str | None:
    """Return the name of a line's graph, found without reading the terms before it."""
    last = line.rstrip(" .\n").rpartition(" ")[2]
    return last[1:-1] if last.startswith(f"<{base}graph/") and _is_fourth(line) else None


def _is_fourth(line: str) -> bool:
    """Say whether the last IRI of a line names a graph and is not the object."""
    subject_and_predicate = line.split(" ", 2)
    rest = subject_and_predicate[2].removesuffix(" .\n")
    return " " in rest


def _write_graphs(
    parts: Mapping[str | None, Path], folder: Path, names: Abbreviator, base: str
) -> None:
    named = {graph: parts[graph] for graph in sorted(graph for graph in parts if graph)}
    of_sources = {g: path for g, path in named.items() if g.startswith(f"{base}graph/article/")}
    _write_turtle(folder / f"{_DEFAULT}.ttl.gz", parts[None], names)
    for graph, path in named.items():
        if graph not in of_sources:
            _write_turtle(folder / f"{_name(graph, base)}.ttl.gz", path, names)
    _compress_text(folder / _SOURCES, chain(names.header(), _trig(of_sources, names)))
    default = names.turtle_blocks(_lines(parts[None]))
    whole = chain(names.header(), default, _trig(named, names))
    _compress_text(folder / "release.trig.gz", whole)
    _compress_text(folder / "release.jsonld.gz", _json_ld(parts[None], named, names))


def _name(graph: str, base: str) -> str:
    return graph.removeprefix(f"{base}graph/").replace("/", "-")


def _write_turtle(target: Path, part: Path, names: Abbreviator) -> None:
    _compress_text(target, chain(names.header(), names.turtle_blocks(_lines(part))))


def _trig(graphs: Mapping[str, Path], names: Abbreviator) -> Iterator[str]:
    for graph, path in graphs.items():
        yield f"{names.turtle(f'<{graph}>')} {{\n"
        yield from names.turtle_blocks(_lines(path), "  ")
        yield "}\n"


def _json_ld(default: Path, named: Mapping[str, Path], names: Abbreviator) -> Iterator[str]:
    """Yield one JSON-LD document, a node a line (JSON-LD 1.1, section 4.9 for named graphs)."""
    yield '{"@context": {'
    yield ",\n".join(f'"{name}": "{iri}"' for name, iri in names.prefixes.items())
    yield '},\n"@graph": [\n'
    yield from _separated(names.json_nodes(_lines(default)))
    for graph, path in named.items():
        yield f',\n{{"@id": "{names.json_name(f"<{graph}>")}", "@graph": [\n'
        yield from _separated(names.json_nodes(_lines(path)))
        yield "]}"
    yield "]}\n"


def _separated(nodes: Iterable[str]) -> Iterator[str]:
    for number, node in enumerate(nodes):
        yield f",\n{node}" if number else node


@contextmanager
def _compressing(path: Path) -> Iterator[gzip.GzipFile]:
    """Open a file for writing whose bytes depend on what is written alone (RFC 1952)."""
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=raw, mtime=0) as file,
    ):
        yield file


def _compress(path: Path, chunks: Iterable[bytes]) -> None:
    with _compressing(path) as file:
        file.writelines(chunks)


def _compress_text(path: Path, chunks: Iterable[str]) -> None:
    _compress(path, (chunk.encode() for chunk in chunks))


def sums_of(dumps: Iterable[Dump]) -> str:
    """Return the text of the file of checksums."""
    return "".join(f"{dump.sha256}  {dump.name}\n" for dump in dumps)


def measure_dumps(folder: Path) -> tuple[Dump, ...]:
    """Return the files of a folder by name, with sizes and checksums."""
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    dumps = []
    for path in paths:
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        dumps.append(Dump(path.name, path.stat().st_size, digest))
    return tuple(dumps)

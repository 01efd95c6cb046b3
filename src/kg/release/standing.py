"""What a release stands on besides what was brought: the tool, the ontology and the data folder."""

import os
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from io import FileIO
from pathlib import Path
from typing import Final

from kg.ingest.corpus import Corpus
from kg.ingest.records import TurtleFile
from kg.settings import Settings

_TOOL: Final = "inovasi-kg"


def tool_version() -> str:
    """Return name and version of the software, as they stand in provenance."""
    try:
        return f"{_TOOL} {version(_TOOL)}"
    except PackageNotFoundError:
        return _TOOL


def standing(settings: Settings) -> dict[str, str]:
    """Return what tells one standing from another: the tool's version, and hashes of all files.

    While it stays the same, a batch need only be compared with the current release; the times
    of files are not looked at, for a clock may jump and a copy may keep them.
    """
    return {
        "tool": tool_version(),
        "ontology": hash_folder(settings.ontology),
        "shapes": hash_folder(settings.ontology / "shapes"),
        "data": hash_folder(settings.data),
    }


def shared_things(corpus: Corpus, overlay: Path | None) -> list[str]:
    """Return the things that both the data folder and what was brought describe."""

    def is_brought(file: TurtleFile) -> bool:
        return overlay is not None and file.path.is_relative_to(overlay)

    files = (*corpus.things, *corpus.reference)
    brought = {thing for file in files if is_brought(file) for thing in file.subjects}
    here = (file for file in files if not is_brought(file))
    return sorted({str(thing) for file in here for thing in file.subjects & brought})


def hash_folder(folder: Path) -> str:
    """Return what tells one state of a folder from another: names and bytes of all files."""
    digest = sha256()
    for parts, path in sorted(_files(folder)) if folder.is_dir() else ():
        with FileIO(path) as file:
            content = sha256(file.readall()).hexdigest()
        digest.update(f"{'/'.join(parts)}\t{content}\n".encode())
    return digest.hexdigest()


def _files(
    folder: Path | str, above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the names that lead to each file, and its path.

    Before each batch that is done for some hundreds of files: in half the time ``Path`` takes.
    """
    with os.scandir(folder) as entries:
        for entry in entries:
            parts = (*above, entry.name)
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path, parts)
            elif entry.is_file() and not entry.name.startswith("."):
                yield parts, entry.path

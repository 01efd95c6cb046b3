"""Files of a release that are made after the switch: as whole as the others, a little later.

Making them takes as long as the content is large, and a batch is to cost no more than its size.
So ``files.json`` names them before the switch, with all that they are made of besides the
content; that their checksums are there says that they are. What a killed process leaves undone,
the next one does: ``python -m kg.release.later HOME``, the next command, or whoever is asked for
a file.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kg.errors import StoreError
from kg.ingest.overlay import sync_file, sync_folder, write_durably
from kg.release.changes import Change
from kg.release.dumps import (
    FOLDER,
    SUMS,
    Dump,
    DumpSource,
    measure_dumps,
    names_of_whole,
    read_dumps,
    sums_of,
    write_rest,
    write_whole,
)
from kg.release.publication import CONTENT, Releases

TOLD: Final = "files.json"

_MAKING: Final = ".making"
_PATIENCE: Final = 10
"""How much others come first while files are made (``nice``)."""


@dataclass(frozen=True)
class Contents:
    """What the files are named after: the named graphs of the content and its classes."""

    graphs: Iterable[str]
    kinds: Iterable[str]


def begin_dumps(
    source: DumpSource, changed: Sequence[Change] | None, contents: Contents, release: Path
) -> tuple[Dump, ...]:
    """Write the files that cost little, and down which ones are to follow; return all by name.

    ``release`` is the folder of the release. ``changed`` is what has changed since the one
    before, None if there is none. The files may not be on disk yet. Raises ``OSError``.
    """
    folder = release / FOLDER
    folder.mkdir()
    write_rest(source.citation, None if changed is None else lambda: changed, folder)
    names = names_of_whole(contents.graphs, contents.kinds, source.base, source.prefixes)
    files = sorted((*measure_dumps(folder), *map(Dump, names)), key=lambda dump: dump.name)
    document = {
        "base": source.base,
        "prefixes": dict(source.prefixes),
        "files": [[dump.name, dump.size, dump.sha256] for dump in files],
    }
    (release / TOLD).write_text(json.dumps(document, indent=1), encoding="utf-8")
    return tuple(files)


def told_dumps(release: Path) -> tuple[Dump, ...]:
    """Return the files of a release as its publication tells of them, whether made or not."""
    if not (release / TOLD).is_file():
        return read_dumps(release / FOLDER)
    return tuple(Dump(*row) for row in _read(release)["files"])


def is_pending(release: Path) -> bool:
    """Say whether files of a release have yet to be made."""
    return (release / TOLD).is_file() and not (release / FOLDER / SUMS).is_file()


def finish_dumps(release: Path, *, wait: bool = True) -> None:
    """Make the files of a release that are not there; nothing if there are none.

    One process does it at a time; another waits for it, or leaves it alone. The same content
    gives the same bytes, so it does not matter how often it is begun. Raises ``OSError``.
    """
    if not is_pending(release):
        return
    with (release / TOLD).open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        if is_pending(release):
            _finish(release)


def _finish(release: Path) -> None:
    document, folder = _read(release), release / FOLDER
    making = folder / _MAKING
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    write_whole(release / CONTENT, document["base"], document["prefixes"], making)
    for path in sorted(making.iterdir()):
        sync_file(path)
        path.replace(folder / path.name)
    sync_folder(folder)
    # Under another name first: that it is there says that all of them are.
    write_durably(making / SUMS, sums_of(measure_dumps(folder)).encode())
    (making / SUMS).replace(folder / SUMS)
    making.rmdir()
    sync_folder(folder)


def pending(home: Path) -> list[Path]:
    """Return the folders of releases whose files have yet to be made, the one served first."""
    current = Releases(home).current_folder()
    # Told by their files alone: a release that is damaged is in nobody's way.
    folders = [path.parent for path in home.glob(f"releases/*/{TOLD}")]
    found = [path for path in folders if path.name[0] != "." and is_pending(path)]
    return sorted(found, key=lambda path: (path.name != current, path.name))


def finish_all(home: Path) -> None:
    """Make the files of all releases that lack some, but for those that others are making."""
    done: set[Path] = set()
    while waiting := [path for path in pending(home) if path not in done]:
        done.add(waiting[0])
        # It may have been pruned, or removed by another process, since it was seen.
        with suppress(FileNotFoundError):
            finish_dumps(waiting[0], wait=False)


def start_finishing(home: Path) -> "subprocess.Popen[bytes]":
    """Let another process make what files are lacking, whatever becomes of this one."""
    return subprocess.Popen(  # noqa: S603  our own program
        (sys.executable, "-m", "kg.release.later", str(home)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,
    )


class Finisher:
    """Starts the process that makes files, unless the one that it started is still at it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, home: Path) -> None:
        """Let what files are lacking be made; the process looks for more until there are none."""
        if self._process is None or self._process.poll() is not None:
            self._process = start_finishing(home)


def _read(release: Path) -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads((release / TOLD).read_text(encoding="utf-8"))
    return document


if __name__ == "__main__":
    os.nice(_PATIENCE)
    with suppress(OSError, StoreError):
        finish_all(Path(sys.argv[1]))

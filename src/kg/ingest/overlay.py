"""What was brought to a running graph: text of the same layout as ``data/``, version by version.

``{home}/intake/{digest}/`` is one version; it never changes and the manifest of a release names
it, so that switching the release switches the text with it. The folders of the sources are kept
once, in ``{home}/intake/kept/{id}@{digest}/``, and every version points at its own. Copied with
``cp -rL``, a version can be put into ``data/``.
"""

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final

INTAKE: Final = "intake"
_KEPT: Final = "kept"
_DIGITS: Final = 16
_UNFINISHED: Final = ".incoming-"

SOURCE_FILES: Final = ("source.toml", "claims.csv", "shingles.txt")
"""The files of a source's folder that are part of the graph; any other stays with its curator."""


@dataclass(frozen=True)
class Overlay:
    """One version of what was brought.

    ``sources`` gives the name of the kept folder of each source by its id; ``files`` the text of
    every other file by its path (``things/agency.ttl``, ``identity.csv``).
    """

    sources: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str | None:
        """Return what names this version, None if it is empty."""
        if not self.sources and not self.files:
            return None
        entries = [f"{name}\t{kept}\n" for name, kept in self.sources.items()]
        entries += [f"{path}\t{_digest(text.encode())}\n" for path, text in self.files.items()]
        return _digest("".join(sorted(entries)).encode())


def kept_name(identifier: str, files: Mapping[str, bytes]) -> str:
    """Return the name of the folder in which these files of a source are kept."""
    listing = "".join(f"{name}\t{_digest(files[name])}\n" for name in sorted(files))
    return f"{identifier}@{_digest(listing.encode())}"


class Intake:
    """The versions of what was brought, in a home."""

    def __init__(self, home: Path) -> None:
        self.root = home / INTAKE

    def folder(self, digest: str | None) -> Path | None:
        """Return the folder of a version, to be read like ``data/``."""
        return self.root / digest if digest else None

    def read(self, digest: str | None) -> Overlay:
        """Return a version; raises ``OSError`` if it is not there."""
        folder = self.folder(digest)
        if folder is None:
            return Overlay()
        sources = folder / "sources"
        links = sorted(sources.iterdir()) if sources.is_dir() else []
        files = [*folder.glob("*.csv"), *folder.glob("things/*.ttl"), *folder.glob("tables/*/*")]
        return Overlay(
            {link.name: link.readlink().name for link in links},
            {str(path.relative_to(folder)): path.read_text("utf-8") for path in sorted(files)},
        )

    def write(
        self, overlay: Overlay, sources: Mapping[str, Mapping[str, bytes]] = MappingProxyType({})
    ) -> str | None:
        """Write a version, unless it is there already, and return its digest.

        ``sources`` are the files, by id, of those sources that no earlier version may have.
        """
        for identifier, files in sources.items():
            self._write(self.root / _KEPT / kept_name(identifier, files), files, {})
        digest = overlay.digest
        if digest:
            links = {f"sources/{n}": f"../../{_KEPT}/{kept}" for n, kept in overlay.sources.items()}
            texts = {path: text.encode() for path, text in overlay.files.items()}
            self._write(self.root / digest, texts, links)
        return digest

    @contextmanager
    def unfolded(self, overlay: Overlay) -> Iterator[Path]:
        """Give a folder with a version that nothing is ever to be made of, to be read once.

        Its sources must be kept already. The folder is always the same one, so that readings of
        two versions can be compared; so only who may change the release may ask for it.
        """
        folder = self.root / f"{_UNFINISHED}text"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            for path, text in overlay.files.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(text, "utf-8")
            for name, kept in overlay.sources.items():
                (folder / "sources").mkdir(exist_ok=True)
                (folder / "sources" / name).symlink_to(self.root / _KEPT / kept)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def versions(self) -> set[str]:
        """Return the digests of all versions that are kept."""
        if not self.root.is_dir():
            return set()
        return {folder.name for folder in self.root.iterdir() if folder.name != _KEPT}

    def forget(self, digests: Collection[str]) -> None:
        """Remove every version but those named, and what a killed process has left."""
        if not self.root.is_dir():
            return
        for folder in self.root.iterdir():
            if folder.name != _KEPT and folder.name not in digests:
                shutil.rmtree(folder, ignore_errors=True)
        used = {
            link.readlink().name
            for digest in digests
            for link in (self.root / digest / "sources").glob("*")
        }
        for folder in (self.root / _KEPT).glob("*"):
            if folder.name not in used:
                shutil.rmtree(folder, ignore_errors=True)

    def _write(self, folder: Path, files: Mapping[str, bytes], links: Mapping[str, str]) -> None:
        """Make a folder that is either there whole or not at all, even if the power fails."""
        if folder.is_dir():
            return
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _unfinished(self.root) as incoming:
            for path, content in files.items():
                (incoming / path).parent.mkdir(parents=True, exist_ok=True)
                write_durably(incoming / path, content)
            for path, target in links.items():
                (incoming / path).parent.mkdir(parents=True, exist_ok=True)
                (incoming / path).symlink_to(target, target_is_directory=True)
            for inner in {incoming, *((incoming / path).parent for path in (*files, *links))}:
                sync_folder(inner)
            incoming.rename(folder)
        sync_folder(folder.parent)


@contextmanager
def _unfinished(parent: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=parent))
    # mkdtemp makes a private folder; a build may run under another account.
    folder.chmod(0o755)
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def write_durably(path: Path, content: bytes) -> None:
    """Write a file and wait until the disk has it: a rename may reach the disk before it."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_file(path: Path) -> None:
    """Wait until the disk has what was written to a file."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder: syncing a file does not sync its name."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:_DIGITS]

"""Releases on disk: immutable folders, and one link that says which of them is current."""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from kg.errors import StoreError
from kg.language import Text
from kg.release.journal import Cause, Switch, read_switches, write_switch

STORE: Final = "store"
CONTENT: Final = "release.nq"
PUBLICATION: Final = "publication.nq"
MANIFEST: Final = "release.json"

_FOLDER_NAME_LENGTH: Final = 16


@dataclass(frozen=True)
class Release:
    """An immutable release.

    ``identifier`` is the SHA-256 of its sorted N-Quads in hexadecimal, ``base`` the base IRI of
    its own IRIs, ``manifest`` the content of ``release.json``.
    """

    identifier: str
    base: str
    path: Path
    manifest: Mapping[str, Any]

    @property
    def store_path(self) -> Path:
        """Return the folder of the embedded store."""
        return self.path / STORE

    @property
    def content_path(self) -> Path:
        """Return the file of sorted N-Quads that the identifier is the hash of."""
        return self.path / CONTENT

    @property
    def publication_path(self) -> Path:
        """Return the file of what is said of the release, as N-Quads."""
        return self.path / PUBLICATION

    @property
    def published(self) -> datetime:
        """Return when the release was switched to last, in whole seconds."""
        manifest = self.path / MANIFEST
        file = manifest if manifest.is_file() else self.content_path
        return datetime.fromtimestamp(int(file.stat().st_mtime), UTC)


@dataclass(frozen=True)
class Incoming:
    """A release that is being made; ``previous`` is the one before, None if that has another base.

    ``folder`` has the content and the store of it.
    """

    folder: Path
    identifier: str
    base: str
    previous: Release | None


Complete = Callable[[Incoming], Mapping[str, Any]]
"""Adds files to a release that is being made; returns what its manifest tells of them."""


def open_release(folder: Path) -> Release:
    """Return the release in a folder.

    Raises ``StoreError`` if there is none or its manifest cannot be read.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return Release(manifest["identifier"], manifest["base"], folder.resolve(), manifest)
    except (OSError, ValueError, KeyError, TypeError):
        raise StoreError(
            Text(
                "Tidak ada rilis di {folder}; jalankan 'kg build' dahulu",
                "There is no release in {folder}; run 'kg build' first",
            ).format(folder=folder)
        ) from None


class Releases:
    """The releases kept in a folder (``KG_HOME``)."""

    def __init__(self, home: Path) -> None:
        self.home = home

    @property
    def _link(self) -> Path:
        return self.home / "current"

    def current(self) -> Release:
        """Return the release that is served; raises ``StoreError`` if nothing was published."""
        return open_release(self._link)

    def current_folder(self) -> str | None:
        """Return the name of the folder that ``current`` leads to; a look at one link."""
        try:
            return self._link.readlink().name
        except OSError:
            return None

    def publish(
        self,
        content: bytes,
        manifest: Mapping[str, Any],
        write_store: Callable[[Path, Path], None],
        complete: Complete = lambda _incoming: {},
    ) -> Release:
        """Write a release and switch to it in one step; a failure leaves everything as it was.

        ``content`` is the sorted N-Quads; ``write_store(folder, nquads_file)`` makes the store, and
        ``complete`` whatever else the folder holds. A release of the same content is not written
        twice.
        """
        identifier = sha256(content).hexdigest()
        folder = self.home / "releases" / identifier[:_FOLDER_NAME_LENGTH]
        folder.parent.mkdir(parents=True, exist_ok=True)
        with self._alone():
            if not (folder / MANIFEST).is_file():
                with self._incoming() as incoming:
                    (incoming / CONTENT).write_bytes(content)
                    write_store(incoming / STORE, incoming / CONTENT)
                    base = str(manifest["base"])
                    previous = self._previous(base)
                    more = complete(Incoming(incoming, identifier, base, previous))
                    _write_manifest(incoming, {"identifier": identifier, **manifest, **more})
                    incoming.rename(folder)
            self._switch(folder, "build")
        return open_release(folder)

    def _previous(self, base: str) -> Release | None:
        """Return the release that is served now, if its IRIs can be compared."""
        if not (self._link / MANIFEST).is_file():
            return None
        current = self.current()
        return current if current.base == base and current.content_path.is_file() else None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process publish at a time; the lock goes when its holder dies."""
        with (self.home / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Only the holder writes here: what an earlier, killed build left behind can go.
            for leftover in self.home.glob("releases/.[ir]*-*"):
                shutil.rmtree(leftover, ignore_errors=True)
            self._write_down("recovered")
            yield

    @contextmanager
    def _incoming(self) -> Iterator[Path]:
        folder = Path(tempfile.mkdtemp(prefix=".incoming-", dir=self.home / "releases"))
        # mkdtemp makes a private folder; a release may be served by another account.
        folder.chmod(0o755)
        try:
            yield folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _switch(self, folder: Path, by: Cause) -> None:
        if self._link.resolve() != folder.resolve():
            # To those who ask what has changed since, a release that comes back is new.
            (folder / MANIFEST).touch()
        link = self.home / f".current-{os.getpid()}"
        link.unlink(missing_ok=True)
        link.symlink_to(folder.relative_to(self.home), target_is_directory=True)
        link.replace(self._link)
        self._write_down(by)

    def _write_down(self, by: Cause) -> None:
        """Let the log of switches end with the current release, since when it is."""
        try:
            release, since = self.current().identifier, self._link.lstat().st_mtime
        except (StoreError, FileNotFoundError):
            return
        switches = read_switches(self.home)
        if not switches or switches[-1].release != release:
            write_switch(self.home, Switch(datetime.fromtimestamp(since, UTC), release, by))


def _write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    text = json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    with (folder / MANIFEST).open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())

"""Releases on disk: immutable folders, and one link that says which of them is current."""

import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from kg.errors import StoreError
from kg.ingest.overlay import sync_folder, write_durably
from kg.language import Text
from kg.release.journal import Cause, Switch, read_switches, write_switch

STORE: Final = "store"
PLAIN: Final = "plain"
"""The store without what is said of the release: the next one is cloned from it."""

PUBLISHED: Final = "published"
"""In a release in the making: the store that will be ``STORE``, while that is still plain."""

CONTENT: Final = "release.nq"
PUBLICATION: Final = "publication.nq"
MANIFEST: Final = "release.json"

_FOLDER_NAME_LENGTH: Final = 16
_ORIGIN: Final = ("base", "intake", "standing")


def short_name(identifier: str) -> str:
    """Return what names a release's folder and its IRI: the first 16 digits."""
    return identifier[:_FOLDER_NAME_LENGTH]


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
    def plain_path(self) -> Path:
        """Return the folder of the store of the content alone; older releases have none."""
        return self.path / PLAIN

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

    ``folder`` has the content and the store of it; ``manifest`` is what is known by then.
    """

    folder: Path
    identifier: str
    base: str
    previous: Release | None
    manifest: Mapping[str, Any] = field(default_factory=dict)


Complete = Callable[[Incoming], Mapping[str, Any]]
"""Adds files to a release that is being made; returns what its manifest tells of them."""


class ChangedMeanwhileError(StoreError):
    """A release that would undo what was brought while it was built."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Ada kiriman baru selama rilis dibangun; jalankan lagi",
                "Something was brought while the release was built; run it again",
            )
        )


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

    def current_or_none(self) -> Release | None:
        """Return the release that is served, None if nothing was ever published.

        Raises ``StoreError`` if there is one and it is damaged.
        """
        return self.current() if self._link.is_symlink() else None

    def kept(self) -> list[Release]:
        """Return all releases, in no particular order."""
        folders = self.home.glob(f"releases/*/{MANIFEST}")
        return [open_release(path.parent) for path in folders if path.parent.name[0] != "."]

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

        Raises ``ChangedMeanwhileError`` if something was brought that the content lacks.
        """
        identifier = sha256(content).hexdigest()
        with self.making() as incoming:
            current = self.current_or_none()
            if current and current.manifest.get("intake") != manifest.get("intake"):
                raise ChangedMeanwhileError
            if not self.has(identifier):
                write_durably(incoming / CONTENT, content)
                write_store(incoming / STORE, incoming / CONTENT)
            whole = {"identifier": identifier, **manifest}
            return self.adopt(incoming, whole, "build", complete)

    def has(self, identifier: str) -> bool:
        """Say whether a release is kept."""
        return (self._folder(identifier) / MANIFEST).is_file()

    @contextmanager
    def making(self) -> Iterator[Path]:
        """Give an empty folder for a release in the making, while nobody else makes one.

        Whatever stands in it at the end, and was not adopted, is removed.
        """
        with self.alone(), self._incoming() as folder:
            yield folder

    def adopt(
        self,
        incoming: Path,
        manifest: Mapping[str, Any],
        by: Cause,
        complete: Complete = lambda _incoming: {},
    ) -> Release:
        """Let what ``making`` gave, now with content and store, be the current release.

        ``complete`` adds whatever else the folder holds.

        A release of that content may be kept already. It stays what it is and when it was made;
        but if other text has led to it this time, its manifest tells so from now on.
        """
        folder = self._folder(manifest["identifier"])
        if self.has(manifest["identifier"]):
            kept = open_release(folder)
            if any(kept.manifest.get(key) != manifest.get(key) for key in _ORIGIN):
                _write_manifest(folder, manifest)
                os.utime(folder / MANIFEST, (kept.published.timestamp(),) * 2)
        else:
            # A folder without a manifest is none of ours: nothing is ever renamed half.
            shutil.rmtree(folder, ignore_errors=True)
            base, identifier = manifest["base"], manifest["identifier"]
            previous = self._previous(base)
            more = complete(Incoming(incoming, identifier, base, previous, manifest))
            _write_manifest(incoming, {**manifest, **more})
            sync_folder(incoming)
            incoming.rename(folder)
            sync_folder(folder.parent)
        self._switch(folder, by)
        return open_release(folder)

    def _folder(self, identifier: str) -> Path:
        return self.home / "releases" / short_name(identifier)

    def _previous(self, base: str) -> Release | None:
        """Return the release that is served now, if its IRIs can be compared."""
        if not (self._link / MANIFEST).is_file():
            return None
        current = self.current()
        return current if current.base == base and current.content_path.is_file() else None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let one process write at a time; the lock goes when its holder dies."""
        (self.home / "releases").mkdir(parents=True, exist_ok=True)
        with (self.home / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Only the holder writes here: what an earlier, killed build left behind can go.
            for leftover in self.home.glob("releases/.[ir]*-*"):
                shutil.rmtree(leftover, ignore_errors=True)
            for link in self.home.glob(".current-*"):
                link.unlink(missing_ok=True)
            self._write_down("recovered")
            yield

    @contextmanager
    def _incoming(self) -> Iterator[Path]:
        folder = Path(tempfile.mkdtemp(prefix=".incoming-", dir=self.home / "releases"))
        # mkdtemp makes a private folder; a release may be served by another account.
        folder.chmod(0o755)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _switch(self, folder: Path, by: Cause) -> None:
        replaced = self.current_or_none() if self._link.exists() else None
        if replaced and replaced.path != folder.resolve():
            # To those who ask what has changed since, a release that comes back is new, also
            # where the clock has gone back.
            moment = max(time.time(), replaced.published.timestamp() + 1)
            os.utime(folder / MANIFEST, (moment, moment))
        link = self.home / f".current-{os.getpid()}"
        link.unlink(missing_ok=True)
        link.symlink_to(folder.relative_to(self.home), target_is_directory=True)
        link.replace(self._link)
        sync_folder(self.home)
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
    unfinished = folder / f".{MANIFEST}"
    write_durably(unfinished, text.encode())
    unfinished.replace(folder / MANIFEST)

"""What was published before: which releases there are, which was current when, and the way back."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from kg.errors import KgError, StoreError
from kg.language import Text
from kg.release.journal import FILE, Switch, read_switches
from kg.release.publication import MANIFEST, Release, Releases, open_release

CURRENT: Final = "current"
"""What names the current release wherever an identifier may stand."""

LEAST_DIGITS: Final = 8
"""Digits of an identifier that may stand for it, if no other release begins with them."""

_PINS: Final = "pins"
_DIGITS: Final = frozenset("0123456789abcdef")
_FOLDER: Final = "[0-9a-f]" * 16


class UnknownReleaseError(KgError):
    """There is no release of that name; ``wanted`` is what was asked for."""

    http_status = 404

    def __init__(self, wanted: str) -> None:
        self.wanted = wanted
        super().__init__(
            Text(
                "Tidak ada rilis {wanted}; 'kg releases' menyebut yang ada",
                "There is no release {wanted}; 'kg releases' names those there are",
            ).format(wanted=wanted)
        )


class ReleaseNameError(KgError):
    """What should name a release does not: too short, no digits, or the beginning of several."""

    http_status = 400


class NoEarlierReleaseError(KgError):
    """Nothing was current before the current release, or it has been removed."""


class Removed(NamedTuple):
    """A release that was removed, or would be, and the bytes that it takes."""

    release: Release
    size: int


class _Seen(NamedTuple):
    """What a home held when it was looked at; ``marks`` change with it."""

    marks: tuple[object, ...]
    releases: list[Release]
    switches: list[Switch]
    first: Mapping[str, datetime]


class History(Releases):
    """The releases in a folder (``KG_HOME``) with their past.

    What changes something takes the lock under which releases are published. Looking needs none.
    """

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self._known: dict[str, Release] = {}
        self._seen = _Seen((), [], [], {})

    def releases(self) -> list[Release]:
        """Return the releases there are, the one that was published last first."""
        return list(self._look().releases)

    def switches(self) -> list[Switch]:
        """Return every switch in its order, the one that the log does not name yet included.

        In a home without a log the dates of the releases stand for it.
        """
        return list(self._look().switches)

    def first_published(self, release: Release) -> datetime:
        """Return when a release became current for the first time, in whole seconds."""
        found = self._look().first.get(release.identifier, release.published)
        return found.replace(microsecond=0).astimezone(UTC)

    def _look(self) -> "_Seen":
        """Return what there is, read anew if anything has changed since the last time."""
        marks = tuple(_mark(self.home / name) for name in ("releases", FILE, "current"))
        seen = self._seen
        if seen.marks != marks:
            folders = self.home.glob(f"releases/{_FOLDER}")
            found = [release for folder in folders if (release := self._open(folder))]
            switches = self._read_switches(found)
            first = {switch.release: switch.time for switch in reversed(switches)}
            found.sort(key=lambda each: (first[each.identifier], each.path), reverse=True)
            seen = self._seen = _Seen(marks, found, switches, first)
        return seen

    def _open(self, folder: Path) -> Release | None:
        """Return the release in a folder: it never changes, so that reading it once will do."""
        if not (folder / MANIFEST).is_file():
            self._known.pop(folder.name, None)
        elif folder.name not in self._known:
            try:
                self._known[folder.name] = open_release(folder)
            except StoreError:
                return None
        return self._known.get(folder.name)

    def find(self, wanted: str) -> Release:
        """Return the release that an identifier, the beginning of one, or ``current`` names.

        Raises ``UnknownReleaseError`` and ``ReleaseNameError``.
        """
        if wanted == CURRENT:
            return self.current()
        digits = check_name(wanted)
        folders = self.home.glob(f"releases/{digits[:16]}*")
        found = [
            release
            for folder in folders
            if (release := self._open(folder)) and release.identifier.startswith(digits)
        ]
        if len(found) > 1:
            raise ReleaseNameError(
                Text(
                    "Lebih dari satu rilis berawal dengan {wanted}: {names}",
                    "More than one release begins with {wanted}: {names}",
                ).format(wanted=wanted, names=", ".join(sorted(r.identifier[:16] for r in found)))
            )
        if not found:
            raise UnknownReleaseError(wanted)
        return found[0]

    def _read_switches(self, found: Sequence[Release]) -> list[Switch]:
        written = read_switches(self.home)
        known = {switch.release for switch in written}
        now = self.current_folder()
        earlier = [
            Switch(release.published, release.identifier, "recovered")
            for release in found
            # Of the current release the link tells more exactly since when it is.
            if release.identifier not in known and release.path.name != now
        ]
        switches = sorted([*earlier, *written], key=lambda switch: switch.time)
        if unwritten := self._unwritten(switches):
            switches.append(unwritten)
        return switches

    def _unwritten(self, switches: Sequence[Switch]) -> Switch | None:
        try:
            release, since = self.current().identifier, self._link.lstat().st_mtime
        except (StoreError, FileNotFoundError):
            return None
        if switches and switches[-1].release == release:
            return None
        return Switch(datetime.fromtimestamp(since, UTC), release, "recovered")

    def at(self, moment: datetime, allowed: Callable[[Release], bool] = lambda _: True) -> Release:
        """Return the release that was current at a moment (of which whole seconds count).

        Of those that are still there and ``allowed``: where the one that was current has been
        removed, the one before; before the first, the first. Raises ``StoreError`` if there is
        none at all.
        """
        kept = {each.identifier: each for each in self.releases() if allowed(each)}
        switches = [switch for switch in self.switches() if switch.release in kept]
        if not switches:
            return self.current()
        past = [each for each in switches if each.time.replace(microsecond=0) <= moment]
        return kept[past[-1].release if past else switches[0].release]

    def before(self, release: Release) -> Release:
        """Return the release that was current when another was built, if it is still there.

        If not, the one before that one. Raises ``NoEarlierReleaseError``.
        """
        kept = {each.identifier: each for each in self.releases()}
        switches = self.switches()
        wanted = release.identifier
        while built := _built(switches, wanted):
            switches = switches[:built]
            wanted = switches[-1].release
            if wanted in kept and wanted != release.identifier:
                return kept[wanted]
        raise NoEarlierReleaseError(
            Text(
                "Tidak ada rilis sebelum {id} yang masih tersimpan",
                "No release from before {id} is kept",
            ).format(id=release.identifier[:16])
        )

    def rollback(self, wanted: str | None = None) -> Release:
        """Make an earlier release current in one step: one that is named, or the one before.

        Raises what ``find`` and ``before`` raise.
        """
        with self.alone():
            release = self.find(wanted) if wanted else self.before(self.current())
            self._switch(release.path, "rollback")
        return release

    def pinned(self) -> frozenset[str]:
        """Return the identifiers of the releases that are never pruned."""
        return frozenset(path.name for path in self.home.glob(f"{_PINS}/*"))

    def pin(self, wanted: str) -> Release:
        """Let a release never be pruned; raises what ``find`` raises."""
        with self.alone():
            release = self.find(wanted)
            (self.home / _PINS).mkdir(exist_ok=True)
            (self.home / _PINS / release.identifier).touch()
        return release

    def unpin(self, wanted: str) -> Release:
        """Let a release be pruned again; raises what ``find`` raises."""
        with self.alone():
            release = self.find(wanted)
            (self.home / _PINS / release.identifier).unlink(missing_ok=True)
        return release

    def prune(self, keep: int, *, dry_run: bool = False) -> list[Removed]:
        """Remove all but the ``keep`` newest releases, the current one and those pinned.

        Returns what was removed, or with ``dry_run`` what would be, newest first.
        """
        with self.alone():
            spared = {*self.pinned(), self.current().identifier}
            gone = [
                Removed(release, _size(release.path))
                for release in self.releases()[max(0, keep) :]
                if release.identifier not in spared
            ]
            # Oldest first: whoever kills this leaves the newest.
            for release, _ in reversed(() if dry_run else gone):
                # In one step out of everybody's sight; the rest may be done by the next holder.
                hidden = release.path.with_name(f".removed-{release.path.name}")
                release.path.rename(hidden)
                shutil.rmtree(hidden, ignore_errors=True)
        return gone


def check_name(wanted: str) -> str:
    """Return the digits that may name a release; raises ``ReleaseNameError`` for anything else."""
    digits = wanted.lower()
    if not LEAST_DIGITS <= len(digits) <= 64 or not _DIGITS.issuperset(digits):
        raise ReleaseNameError(
            Text(
                "Rilis disebut dengan pengenalnya, sedikitnya {n} digit awalnya, atau 'current': "
                "{wanted}",
                "A release is named by its identifier, at least its first {n} digits, or "
                "'current': {wanted}",
            ).format(n=LEAST_DIGITS, wanted=wanted)
        )
    return digits


def _built(switches: Sequence[Switch], release: str) -> int | None:
    """Return where a release was built last: what stands before it was current until then."""
    places = [i for i, each in enumerate(switches) if each.release == release]
    builds = [i for i in places if switches[i].by != "rollback"]
    return max(builds or places, default=None)


def _mark(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())

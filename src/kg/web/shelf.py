"""The releases that a web process holds open: the current one, and a few older ones on demand.

A request holds the release that it began with until it ends. What nobody holds is closed once it
is not wanted any more, so that memory and processes stay bounded however often the current
release changes and whichever releases are asked for.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Generic, Protocol, TypeVar

from kg.errors import KgError
from kg.release.history import History
from kg.release.publication import Release
from kg.store.errors import PoolBusyError, PoolClosedError

_LOG: Final = logging.getLogger("kg.web")

_LOOK: Final = 0.25
"""Seconds between two looks at which release is current."""

_IDLE: Final = 60.0
"""Seconds after which an older release that nobody asks for is closed."""

_PAUSE: Final = 10.0
"""Seconds before another attempt to open a release that could not be opened."""

_LEAVING: Final = 2
"""Former current releases whose last requests may run on before the next switch."""

_RETRY_AFTER: Final = 5


class Opened(Protocol):
    """A release that is open. ``warm`` returns once it can answer, ``close`` ends it."""

    @property
    def release(self) -> Release:
        """The release."""
        ...

    def warm(self) -> None: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


_Opened = TypeVar("_Opened", bound=Opened)


@dataclass
class Lease(Generic[_Opened]):
    """An open release with the number of requests that hold it."""

    opened: _Opened
    holders: int = 0
    last_held: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Counts:
    """How a shelf fares: releases open, of which former current ones; switches and failures."""

    open: int
    leaving: int
    switches: int
    failures: int


class Shelf(Generic[_Opened]):
    """Open releases of one web process. Safe to share between threads, not across a fork.

    ``open_release(release, small)`` opens one; ``small`` says that it is an older one, which
    shall take little. Up to ``older`` of those are open at a time. Without a ``history`` there is
    nothing but the first release.
    """

    def __init__(
        self,
        release: Release,
        open_release: Callable[[Release, bool], _Opened],
        history: History | None,
        older: int,
    ) -> None:
        self.history = history
        self._open_release = open_release
        self._limit = older
        self._current = Lease(open_release(release, False))  # noqa: FBT003  documented above
        self._older: OrderedDict[str, Lease[_Opened]] = OrderedDict()
        self._leaving: list[Lease[_Opened]] = []
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._following = threading.Lock()
        self._stopped = threading.Event()
        self._watcher: threading.Thread | None = None
        self._retry_at: tuple[str, float] = "", 0.0
        self._switches = self._failures = 0

    @property
    def current(self) -> _Opened:
        """The release that is served when none is named."""
        return self._current.opened

    @property
    def serves_older(self) -> bool:
        """Whether other releases than the current one can be asked for."""
        return self.history is not None and self._limit > 0

    def counts(self) -> Counts:
        """Return how the shelf fares."""
        with self._lock:
            number, leaving = 1 + len(self._older), len(self._leaving)
            return Counts(number + leaving, leaving, self._switches, self._failures)

    def opened(self) -> list[_Opened]:
        """Return everything that is open, the current one first."""
        with self._lock:
            leases = [self._current, *self._older.values(), *self._leaving]
        return [lease.opened for lease in leases]

    def hold(self, release: Release | None = None) -> Lease[_Opened]:
        """Return a release, the current one unless another is meant; to be given back.

        Raises ``StoreError`` if it cannot be opened, and ``PoolBusyError`` if as many older
        releases as may be open are all held.
        """
        if found := self._take(release):
            return found
        with self._opening:
            if release is None or (found := self._take(release)):
                return found or self.hold()
            self._make_room()
            opened = self._open_release(release, True)  # noqa: FBT003  documented above
            with self._lock:
                if not self._stopped.is_set():
                    lease = self._older[release.identifier] = Lease(opened, holders=1)
                    return lease
            opened.close()
            raise PoolClosedError

    def _take(self, release: Release | None) -> Lease[_Opened] | None:
        with self._lock:
            lease = self._current
            if release and release.identifier != lease.opened.release.identifier:
                found = self._older.get(release.identifier)
                if found is None:
                    return None
                self._older.move_to_end(release.identifier)
                lease = found
            lease.holders += 1
            return lease

    def give_back(self, lease: Lease[_Opened]) -> None:
        """Let a release go that was held."""
        with self._lock:
            lease.holders -= 1
            lease.last_held = time.monotonic()

    def _make_room(self) -> None:
        """Close the older release that was held least lately, if there are as many as may be."""
        with self._lock:
            if len(self._older) < self._limit:
                return
            free = next((key for key, each in self._older.items() if not each.holders), None)
            if free is None:
                raise PoolBusyError(_RETRY_AFTER)
            dropped = self._older.pop(free)
        dropped.opened.close()

    def watch(self) -> None:
        """Follow the current release from now on, in a thread."""
        if self.history and self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, name="releases", daemon=True)
            self._watcher.start()

    def _watch(self) -> None:
        while not self._stopped.wait(_LOOK):
            self.look()

    def look(self) -> None:
        """Switch if another release has become current, and close what is not wanted any more."""
        with self._following:
            self._tidy()
            if self.history and len(self._leaving) < _LEAVING:
                with self._reported():
                    self._follow(self.history)

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except PoolClosedError:
            return
        except (KgError, OSError) as error:
            self._failures += 1
            words = error.explain("en") if isinstance(error, KgError) else str(error)
            _LOG.error("cannot switch to the current release: %s", words)

    def _follow(self, history: History) -> None:
        """Open what is current now, and let it take the place of what was."""
        name = history.current_folder()
        failed, until = self._retry_at
        if name in (None, self.current.release.path.name):
            return
        if name == failed and time.monotonic() < until:
            return
        self._retry_at = str(name), time.monotonic() + _PAUSE
        release = history.current()
        opened = self._open_release(release, False)  # noqa: FBT003  documented above
        try:
            # The old one goes on answering until the new one can.
            opened.warm()
        except BaseException:
            opened.close()
            raise
        with self._lock:
            is_late = self._stopped.is_set()
            if not is_late:
                self._leaving.append(self._current)
                self._current = Lease(opened)
                self._switches += 1
        if is_late:
            opened.close()
            return
        self._retry_at = "", 0.0
        fields = {"release": release.identifier, "base": release.base}
        _LOG.info("switched", extra={"fields": fields})
        self._tidy()

    def _tidy(self) -> None:
        """Close former current releases that nobody holds, and older ones that are idle."""
        since = time.monotonic() - _IDLE
        with self._lock:
            done = [lease for lease in self._leaving if not lease.holders]
            self._leaving = [lease for lease in self._leaving if lease.holders]
            for key, lease in list(self._older.items()):
                if not lease.holders and lease.last_held < since:
                    done.append(self._older.pop(key))
        for lease in done:
            lease.opened.close()

    def close(self) -> None:
        """Close everything, whoever holds it."""
        self._stopped.set()
        for opened in self.opened():
            opened.close()
        if self._watcher:
            self._watcher.join(1.0)

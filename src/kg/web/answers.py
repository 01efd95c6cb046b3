"""Answers kept in memory, so that a heavy query asked again costs what a file costs.

An answer is named by all that it depends on, the release among it: nothing here grows stale, and
a release never gets the answer of another. Only complete answers are kept, never an error.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from io import BytesIO
from threading import Event, Lock
from typing import Final, Generic, NamedTuple, TypeVar

from kg.errors import KgError
from kg.store import Answer
from kg.store.errors import QueryCancelledError

Cancelled = Callable[[], bool] | None
Run = Callable[[Cancelled], Answer]
_Value = TypeVar("_Value")

_SHARE: Final = 8
"""One body may take this part of the room: what is larger would drive out too much."""

_OVERHEAD: Final = 512
"""Bytes that an entry takes besides its body."""

_POLL: Final = 0.1
"""Seconds between two looks at whether a client still waits."""


class Statistics(NamedTuple):
    """What the cache has done since it was made, and what it holds.

    ``hits`` were answered from memory, ``misses`` by a run of their own, ``shared`` by the run of
    another who asked the same at the same time. ``bytes`` and ``limit`` are in bytes.
    """

    hits: int
    misses: int
    shared: int
    evictions: int
    entries: int
    bytes: int
    limit: int


class _Shelf(Generic[_Value]):
    """Values by key, the one used least lately dropped first. For one thread at a time."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self.evictions = 0
        self._kept: OrderedDict[Hashable, tuple[_Value, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def has_room(self, size: int) -> bool:
        return size + _OVERHEAD <= self.limit // _SHARE

    def get(self, key: Hashable) -> _Value | None:
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key][0]

    def put(self, key: Hashable, value: _Value, size: int) -> None:
        if key in self._kept or not self.has_room(size):
            return
        self._kept[key] = value, size
        self.size += size + _OVERHEAD
        while self.size > self.limit:
            _, (_, freed) = self._kept.popitem(last=False)
            self.size -= freed + _OVERHEAD
            self.evictions += 1


@dataclass
class _Flight:
    """A run that others may wait for; ``followers`` are those who do.

    It ends with an answer in memory, an error to share, or neither: then each is on its own.
    """

    followers: int = 0
    ended: Event = field(default_factory=Event)
    answer: Answer | None = None
    error: KgError | None = None
    is_too_large: bool = False


class AnswerCache:
    """Answers and coded bodies of up to ``limit`` bytes. Safe to share between threads.

    Up to ``followers`` requests may wait for runs that others began; each holds a thread. With a
    limit of 0 nothing is kept or shared.
    """

    def __init__(self, limit: int, followers: int) -> None:
        self._shelf: _Shelf[Answer | bytes] = _Shelf(limit)
        self._places = followers
        self._flights: dict[Hashable, _Flight] = {}
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def statistics(self) -> Statistics:
        """Return the counts as they are now."""
        with self._lock:
            return Statistics(
                hits=self._counts["hits"],
                misses=self._counts["misses"],
                shared=self._counts["shared"],
                evictions=self._shelf.evictions,
                entries=len(self._shelf),
                bytes=self._shelf.size,
                limit=self._shelf.limit,
            )

    def fetch(self, key: str, limit: float, cancelled: Cancelled, run: Run) -> Answer:
        """Return the answer that ``key`` names: the one that is kept, or what ``run`` gives.

        Who asks for the same with the same time ``limit`` while it runs shares its answer or its
        error. A run is given up when nobody waits for it any more; ``run`` is handed the function
        that says so. Raises what ``run`` raises, and ``QueryCancelledError``.
        """
        while self._shelf.limit:
            with self._lock:
                kept = self._shelf.get(key)
                if isinstance(kept, Answer):
                    self._counts["hits"] += 1
                    return _again(kept)
                flight = self._flights.get((key, limit))
                if flight is None:
                    flight = self._flights[key, limit] = _Flight()
                    self._counts["misses"] += 1
                    follows = False
                elif follows := self._places > 0:
                    flight.followers += 1
                    self._places -= 1
                else:
                    break
            if not follows:
                return self._lead(flight, (key, limit), cancelled, run)
            if answer := self._follow(flight, cancelled):
                return answer
            if flight.is_too_large:
                break
        with self._lock:
            self._counts["misses"] += 1
        return run(cancelled)

    def _lead(
        self, flight: _Flight, key: tuple[str, float], cancelled: Cancelled, run: Run
    ) -> Answer:
        def is_given_up() -> bool:
            return cancelled is not None and cancelled() and not flight.followers

        try:
            answer = run(is_given_up if cancelled else None)
            flight.is_too_large = not self._shelf.has_room(answer.size)
            if flight.is_too_large:
                return answer
            flight.answer = _in_memory(answer)
            with self._lock:
                self._shelf.put(key[0], flight.answer, answer.size)
            return replace(_again(flight.answer), seconds=answer.seconds)
        except KgError as error:
            flight.error = error
            raise
        finally:
            with self._lock:
                del self._flights[key]
            flight.ended.set()

    def _follow(self, flight: _Flight, cancelled: Cancelled) -> Answer | None:
        """Return the answer that a flight ends with, None if it is of no use to others."""
        try:
            while not flight.ended.wait(_POLL if cancelled else None):
                if cancelled and cancelled():
                    raise QueryCancelledError
        finally:
            with self._lock:
                flight.followers -= 1
                self._places += 1
        # A run given up by those who began it says nothing to one who came at that moment.
        if flight.error and not isinstance(flight.error, QueryCancelledError):
            raise flight.error
        if flight.answer is None:
            return None
        with self._lock:
            self._counts["shared"] += 1
        return _again(flight.answer)

    def coded(self, tag: str, coding: str, make: Callable[[], bytes]) -> bytes:
        """Return the body with a strong entity tag in a content coding, made if it is not kept."""
        with self._lock:
            kept = self._shelf.get((tag, coding))
        if isinstance(kept, bytes):
            return kept
        body = make()
        with self._lock:
            self._shelf.put((tag, coding), body, len(body))
        return body


def _in_memory(answer: Answer) -> Answer:
    with answer.spool as spool:
        return replace(answer, spool=BytesIO(spool.read()), seconds=0.0)


def _again(kept: Answer) -> Answer:
    """Return a kept answer with a spool of its own, which shares the bytes."""
    if not isinstance(kept.spool, BytesIO):
        raise TypeError(type(kept.spool))
    return replace(kept, spool=BytesIO(kept.spool.getvalue()))

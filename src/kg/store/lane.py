"""The lane for queries that run long, so that quick ones never wait behind them.

Nobody can tell from its text how long a query will run. So each gets a slice of time first; only
those that are still running then need a place here. What they cost is remembered.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Self

SLICE: Final = 0.1
"""Seconds that a query may run without a place in the lane."""

_PAUSE: Final = 0.1
_REMEMBERED: Final = 4096


class LaneFullError(Exception):
    """All places are taken, and too many queries are waiting for one."""


class StillRunningError(Exception):
    """The slice of a query is over, and there is no place for it now."""


class LongLane:
    """A bounded number of places, and a bounded queue before them. Safe between threads."""

    def __init__(self, places: int, queue: int) -> None:
        self._free = places
        self._queue = queue
        self._waiting = 0
        self._changed = threading.Condition()
        self._costly: OrderedDict[bytes, None] = OrderedDict()

    def visit(self, key: bytes) -> "Visit":
        """Return the visit of the query that ``key`` names; the place is given back at its end."""
        return Visit(self, key)

    def take_now(self) -> bool:
        """Take a place if one is free and nobody waits for it; say whether that was so."""
        with self._changed:
            if not self._free or self._waiting:
                return False
            self._free -= 1
            return True

    def take(self, check: Callable[[], None]) -> None:
        """Wait for a place; ``check`` is called now and then, and raises to end the waiting.

        Raises ``LaneFullError`` at once if the queue is full.
        """
        with self._changed:
            if not self._free and self._waiting >= self._queue:
                raise LaneFullError
            self._waiting += 1
            try:
                while not self._free:
                    check()
                    self._changed.wait(_PAUSE)
                self._free -= 1
            finally:
                self._waiting -= 1

    def give_back(self) -> None:
        """Give a place back."""
        with self._changed:
            self._free += 1
            self._changed.notify()

    def is_costly(self, key: bytes) -> bool:
        """Say whether a query took more than a slice, or a worker, the last time."""
        with self._changed:
            return key in self._costly

    def remember(self, key: bytes, *, is_costly: bool) -> None:
        """Remember what a query cost; the oldest are forgotten."""
        with self._changed:
            self._costly.pop(key, None)
            if is_costly:
                self._costly[key] = None
                if len(self._costly) > _REMEMBERED:
                    self._costly.popitem(last=False)


class Visit:
    """One query on its way past the lane or through it. For one thread."""

    def __init__(self, lane: LongLane, key: bytes) -> None:
        self._lane = lane
        self._key = key
        self._has_place = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._has_place:
            self._lane.give_back()

    def is_costly(self) -> bool:
        """Say whether the query is known to need a place."""
        return self._lane.is_costly(self._key)

    def remember(self, *, is_costly: bool) -> None:
        """Remember what the query cost."""
        self._lane.remember(self._key, is_costly=is_costly)

    def stay(self) -> None:
        """Take a place, if the query has none yet; raises ``StillRunningError`` if none is free."""
        self._has_place = self._has_place or self._lane.take_now()
        if not self._has_place:
            raise StillRunningError

    def enter(self, check: Callable[[], None]) -> None:
        """Wait for a place, as ``LongLane.take`` does."""
        self._lane.take(check)
        self._has_place = True

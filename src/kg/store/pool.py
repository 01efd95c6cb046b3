"""Queries from outside, run in worker processes that can be killed.

The engine cannot be stopped from within, and some queries of four kilobytes break its parser:
so parsing and evaluation happen in processes of their own, never in the web process.
"""

import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Final, Literal, NamedTuple, Self, Unpack

import pyoxigraph as ox

from kg.errors import KgError, StoreError
from kg.language import Text
from kg.store.errors import (
    NotAcceptableKindError,
    NotXmlError,
    PoolBusyError,
    PoolClosedError,
    QueryCancelledError,
    QueryConnectionError,
    QueryCrashedError,
    QueryEvaluationError,
    QueryMemoryError,
    QuerySyntaxError,
    QueryTimeoutError,
    ResultTooLargeError,
)
from kg.store.inquiry import Inquiry, Wishes, build_question
from kg.store.lane import SLICE, LaneFullError, LongLane, StillRunningError, Visit
from kg.store.runner import Runner
from kg.store.template import COPY_LIMIT, Limits, Template
from kg.store.worker import Message

Kind = Literal["select", "ask", "graph"]

_KIBIBYTES_PER_MIB: Final = 1024
RESERVE: Final = 2
"""Workers that no query may keep for long: one at work while the other is being replaced."""

_RETRY_PAUSE: Final = 1.0
"""Seconds before another attempt to start a worker after a failed one."""


class Figures(NamedTuple):
    """How a pool fares: workers by what they do, queries that wait, workers that were killed.

    ``killed`` counts since the pool was made, by reason: ``timeout``, ``cancelled``, ``memory``,
    ``crash``, ``fault``; ``slice`` is a query that outlasted its slice and goes on in the lane;
    ``retired`` had answered, but held too much memory to go on; ``stop`` is
    the end of the pool.
    """

    idle: int
    busy: int
    starting: int
    waiting: int
    killed: Mapping[str, int]


_KILL_REASONS: Final[Mapping[type[BaseException], str]] = {
    StillRunningError: "slice",
    QueryTimeoutError: "timeout",
    QueryCancelledError: "cancelled",
    QueryMemoryError: "memory",
    QueryCrashedError: "crash",
}


@dataclass(frozen=True)
class Answer:
    """A complete result. ``spool`` is at its start, ``size`` bytes long, the caller's to close."""

    kind: Kind
    media_type: str
    spool: BinaryIO
    size: int
    seconds: float


class QueryPool:
    """Worker processes over one release. Safe to share between threads, not across a fork.

    Nothing is started before the first query or ``start``. ``timeout`` is in seconds, ``memory``
    of one worker and ``result_limit`` of one answer in MiB. Up to ``workers`` queries run longer
    than a slice at a time (``kg.store.lane``); ``RESERVE`` more workers are there for quick ones.
    Up to ``queue`` queries wait for a worker, and as many for leave to run long. Stores of up to
    ``copy_limit`` quads are copied into the memory of each worker, which answers with a quarter
    of the processor time. ``prefixes`` shorten Turtle.
    """

    def __init__(  # noqa: PLR0913  the settings of a deployment, each by its name
        self,
        store_folder: Path,
        *,
        workers: int,
        timeout: float,
        memory: int,
        queue: int,
        result_limit: int,
        copy_limit: int = COPY_LIMIT,
        prefixes: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.timeout = timeout
        self._limits = Limits(memory, result_limit, copy_limit, dict(prefixes))
        self._folder = store_folder
        self._size = workers + RESERVE
        self._lane = LongLane(workers, queue)
        self._queue = queue
        self._changed = threading.Condition()
        self._keeper: threading.Thread | None = None
        self._idle: list[Runner] = []
        self._all: set[Runner] = set()
        self._dying: list[Runner] = []
        self._waiting = 0
        self._killed: Counter[str] = Counter()
        self._fault: StoreError | None = None
        self._closed = False

    @property
    def manner(self) -> str:
        """What the bytes of an answer depend on besides release, query and wishes.

        Measured: some rows come from the disk in another order than from memory.
        """
        return f"{ox.__version__} {self._limits.copy}"

    def start(self) -> None:
        """Start the workers, if that has not been done; does not wait for them."""
        with self._changed:
            if self._keeper is None and not self._closed:
                # Workers die with the thread that started them: it has to outlive requests.
                self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)
                self._keeper.start()

    def close(self) -> None:
        """Kill the workers, whatever they are doing, and start no more."""
        with self._changed:
            self._closed = True
            # A worker that is being asked is given up by the thread that asks it.
            for runner in self._all:
                runner.stop()
            self._dying.extend(self._idle)
            self._all.difference_update(self._idle)
            self._idle.clear()
            self._changed.notify_all()
        if self._keeper:
            self._keeper.join()

    def figures(self) -> Figures:
        """Return how the pool fares at this moment."""
        with self._changed:
            idle, alive = len(self._idle), len(self._all)
            starting = 0 if self._closed or not self._keeper else max(0, self._size - alive)
            return Figures(idle, alive - idle, starting, self._waiting, dict(self._killed))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, query: str, **wishes: Unpack[Wishes]) -> Answer:
        """Return the complete answer to a query.

        Raises the errors of ``kg.store.errors``, and ``StoreError`` if no worker can open the
        store.
        """
        limit = min(wishes.get("timeout") or self.timeout, self.timeout)
        start = time.monotonic()
        with ExitStack() as stack:
            spool: BinaryIO = stack.enter_context(tempfile.TemporaryFile())
            inquiry = Inquiry(build_question(query, wishes), spool, limit, wishes.get("cancelled"))
            message = self._answer(inquiry)
            if "error" in message:
                raise self._error(message)
            spool.seek(0)
            stack.pop_all()
        seconds = time.monotonic() - start
        return Answer(message["kind"], message["media_type"], spool, message["size"], seconds)

    def _answer(self, inquiry: Inquiry) -> Message:
        """Ask a worker; a query that is costly goes through the lane."""
        check = partial(self._check, time.monotonic() + self.timeout, inquiry.cancelled)
        with self._lane.visit(inquiry.key()) as visit:
            if not visit.is_costly():
                try:
                    return self._ask(self._take(check), inquiry, visit)
                except StillRunningError:
                    inquiry.spool.seek(0)
                    inquiry.spool.truncate()
            try:
                visit.enter(check)
            except LaneFullError:
                raise self._busy() from None
            return self._ask(self._take(check), inquiry, visit)

    def _ask(self, runner: Runner, inquiry: Inquiry, visit: Visit) -> Message:
        start = time.monotonic()
        try:
            message = runner.ask(*inquiry, slice_over=visit.stay)
        except BaseException as error:
            self._discard(runner, _KILL_REASONS.get(type(error), "fault"))
            visit.remember(is_costly=True)
            if self._closed and isinstance(error, KgError):
                raise PoolClosedError from None
            raise
        visit.remember(is_costly=time.monotonic() - start > SLICE)
        used = message["peak"] / _KIBIBYTES_PER_MIB
        if message.get("error") == "memory" or used > self._limits.memory / 2:
            # What a process once took comes back only with its end.
            self._discard(runner, "memory" if "error" in message else "retired")
        else:
            self._give_back(runner)
        return message

    def _take(self, check: Callable[[], None]) -> Runner:
        """Wait for an idle worker in a queue that is bounded in length and time."""
        self.start()
        with self._changed:
            if not self._idle and self._waiting >= self._queue:
                raise self._busy()
            self._waiting += 1
            try:
                while True:
                    while not self._idle:
                        check()
                        self._changed.wait(0.1)
                    runner = self._idle.pop()
                    if not runner.has_ended():
                        return runner
                    self._discard(runner, "crash")
            finally:
                self._waiting -= 1

    def _check(self, deadline: float, cancelled: Callable[[], bool] | None) -> None:
        if self._fault and not self._all:
            raise self._fault
        if self._closed:
            raise PoolClosedError
        if time.monotonic() > deadline:
            raise self._busy()
        if cancelled and cancelled():
            raise QueryCancelledError

    def _busy(self) -> PoolBusyError:
        return PoolBusyError(retry_after=max(1, round(self.timeout / 2)))

    def _give_back(self, runner: Runner) -> None:
        with self._changed:
            if not self._closed:
                self._idle.append(runner)
                self._changed.notify()
                return
        self._discard(runner, "stop")

    def _discard(self, runner: Runner, reason: str) -> None:
        """Kill a worker; the keeper waits for its end, which may take a while."""
        runner.stop()
        with self._changed:
            self._killed["stop" if self._closed else reason] += 1
            self._all.discard(runner)
            self._dying.append(runner)
            self._changed.notify_all()

    def _keep(self) -> None:
        """Keep the number of workers up until the pool is closed and they are gone."""
        template = None
        while self._await_vacancy():
            try:
                template = template or Template(self._folder, self._limits)
                self._add(Runner(template))
            except (StoreError, OSError) as error:
                if template and not template.is_alive():
                    # It had opened the release, so another will, too.
                    template.end()
                    template = None
                    continue
                self._report(error)
        if template:
            template.end()

    def _await_vacancy(self) -> bool:
        """Say, once there is room for a worker, whether one shall be started.

        The dead are buried when there is nothing more urgent: that takes as long as giving back
        their memory.
        """
        while True:
            with self._changed:
                self._changed.wait_for(self._has_work)
                if not self._closed and len(self._all) < self._size:
                    return True
                dying, self._dying = self._dying, []
                if not dying:
                    return False
            for runner in dying:
                runner.bury()

    def _has_work(self) -> bool:
        vacant = not self._all if self._closed else len(self._all) < self._size
        return vacant or bool(self._dying)

    def _add(self, runner: Runner) -> None:
        with self._changed:
            self._fault = None
            if not self._closed:
                self._all.add(runner)
                self._idle.append(runner)
                self._changed.notify_all()
                return
        runner.bury()

    def _report(self, error: StoreError | OSError) -> None:
        """Let those who wait know, and pause before the next attempt."""
        words = Text(str(error), str(error))
        fault = error if isinstance(error, StoreError) else StoreError(words)
        with self._changed:
            self._fault = fault
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._closed, _RETRY_PAUSE)

    def _error(self, message: Message) -> KgError:
        """Return the error that a worker's message tells of."""
        reasons: Mapping[str, Callable[[], KgError]] = {
            "syntax": lambda: QuerySyntaxError(
                message["line"], message["column"], message["message"]
            ),
            "kind": lambda: NotAcceptableKindError(message["kind"]),
            "size": lambda: ResultTooLargeError(self._limits.result),
            "memory": lambda: QueryMemoryError(self._limits.memory),
            "connection": QueryConnectionError,
            "xml": NotXmlError,
            "spool": lambda: _no_room(message["message"]),
            "evaluation": lambda: QueryEvaluationError(message["message"]),
        }
        return reasons[message["error"]]()


def _no_room(why: str) -> StoreError:
    return StoreError(
        Text(
            "Hasil kueri tidak dapat ditulis ke berkas sementara: {why}",
            "The result of a query cannot be written to a temporary file: {why}",
        ).format(why=why)
    )

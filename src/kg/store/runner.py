"""A query worker as the web process sees it: started, asked, killed at its deadline."""

import os
import select
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, Final

from kg.errors import KgError, StoreError
from kg.language import Text
from kg.store import worker
from kg.store.errors import (
    QueryCancelledError,
    QueryCrashedError,
    QueryMemoryError,
    QueryTimeoutError,
)
from kg.store.lane import SLICE
from kg.store.template import Template

_POLL: Final = 0.1
"""Seconds between two looks at whether the client is still there."""

_START_LIMIT: Final = 30.0
"""Seconds that a worker may take to open a store on disk."""

_OUT_OF_MEMORY: Final = (b"memory allocation of", b"MemoryError", b"out of memory")


class Runner:
    """One worker process. For one thread at a time."""

    def __init__(self, template: Template) -> None:
        """Let the template fork a worker; it dies with the template.

        Raises ``StoreError`` if the worker cannot open the store.
        """
        self._template = template
        self._errors: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115  closed by bury
        self._socket, theirs = socket.socketpair()
        self._socket.settimeout(_START_LIMIT)
        self._code: int | None = None
        self._reaping = threading.Lock()
        self.pid = 0
        try:
            with theirs:
                self.pid = template.fork(theirs, self._errors)
            self._await_readiness()
        except BaseException:
            self.bury()
            raise

    def _await_readiness(self) -> None:
        try:
            message, _ = worker.receive_message(self._socket)
        except (OSError, EOFError):
            message = {"fault": self._last_words().decode(errors="replace")}
        if "fault" in message:
            raise StoreError(
                Text(
                    "Proses kueri tidak dapat membuka rilis: {why}",
                    "A query process cannot open the release: {why}",
                ).format(why=message["fault"])
            )

    def has_ended(self) -> bool:
        """Say whether a worker that is not being asked is of no more use."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(0))

    def ask(
        self,
        question: worker.Message,
        spool: BinaryIO,
        limit: float,
        cancelled: Callable[[], bool] | None = None,
        *,
        slice_over: Callable[[], None] = lambda: None,
    ) -> worker.Message:
        """Return the worker's message about a question; its answer is then in ``spool``.

        ``limit`` is in seconds. ``slice_over`` is called once if the worker takes longer than
        ``SLICE``, and raises if it may not. Raises ``QueryTimeoutError``,
        ``QueryCancelledError``, ``QueryMemoryError`` or ``QueryCrashedError``. After an error
        the worker is of no more use.
        """
        start = time.monotonic()
        self._socket.settimeout(limit)
        try:
            worker.send_message(self._socket, question, [spool.fileno()])
            if not self._wait(start + min(limit, SLICE), cancelled):
                slice_over()
                if not self._wait(start + limit, cancelled):
                    raise QueryTimeoutError(limit)
            message, _ = worker.receive_message(self._socket)
        except (OSError, EOFError):
            raise self._post_mortem() from None
        return message

    def _wait(self, deadline: float, cancelled: Callable[[], bool] | None) -> bool:
        """Say whether the worker has spoken before the deadline."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        while (rest := deadline - time.monotonic()) > 0:
            if poll.poll(1000 * (min(rest, _POLL) if cancelled else rest)):
                return True
            if cancelled and cancelled():
                raise QueryCancelledError
        return False

    def _post_mortem(self) -> KgError:
        """Say why the worker died: out of memory, or for another reason."""
        words = self._last_words()
        out_of_memory = self._code == -signal.SIGKILL or any(
            sign in words for sign in _OUT_OF_MEMORY
        )
        limit = self._template.limits.memory
        return QueryMemoryError(limit) if out_of_memory else QueryCrashedError()

    def _last_words(self) -> bytes:
        self._reap()
        self._errors.seek(0)
        return self._errors.read(1 << 16)

    def _reap(self) -> None:
        """Wait for the end of the process, once: afterwards its number may be another's."""
        with self._reaping:
            if self._code is None:
                try:
                    self._code = self._template.reap(self.pid)
                except StoreError:
                    self._code = -signal.SIGTERM

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        if self._reaping.acquire(blocking=False):
            with suppress(ProcessLookupError):
                if self._code is None:
                    os.kill(self.pid, signal.SIGKILL)
            self._reaping.release()

    def bury(self) -> None:
        """End the process, wait until it is gone, and let go of what it took."""
        if self.pid:
            self.stop()
            self._reap()
        self._socket.close()
        self._errors.close()

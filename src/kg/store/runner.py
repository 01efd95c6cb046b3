"""A query worker as the web process sees it: started, asked, killed at its deadline."""

import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from kg.errors import KgError, StoreError
from kg.language import Text
from kg.store import worker
from kg.store.errors import (
    QueryCancelledError,
    QueryCrashedError,
    QueryMemoryError,
    QueryTimeoutError,
)

_MIB: Final = 1 << 20
_POLL: Final = 0.1
"""Seconds between two looks at whether the client is still there."""

_START_LIMIT: Final = 120.0
"""Seconds that opening a store may take."""

_OUT_OF_MEMORY: Final = (b"memory allocation of", b"MemoryError", b"out of memory")


COPY_LIMIT: Final = 300_000
"""Quads up to which a worker copies the store into its memory: about 150 MiB."""


class Limits(NamedTuple):
    """What a worker may take: ``memory`` and ``result`` in MiB, ``copy`` in quads."""

    memory: int
    result: int
    copy: int
    prefixes: dict[str, str]


class Runner:
    """One worker process. For one thread at a time."""

    def __init__(self, store: Path, limits: Limits) -> None:
        """Start a worker; it dies with the thread that does so.

        Raises ``StoreError`` if the worker cannot open the store.
        """
        self._limits = limits
        self._errors: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115  closed by bury
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own program
                [sys.executable, "-I", str(Path(worker.__file__))],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                cwd="/",
                # One arena: each of glibc's reserves address space, of which little is allowed.
                env={"MALLOC_ARENA_MAX": "1"},
            )
        try:
            self._configure(store)
        except BaseException:
            self.bury()
            raise

    @property
    def pid(self) -> int:
        """The identifier of the process."""
        pid: int = self._process.pid
        return pid

    def _configure(self, store: Path) -> None:
        self._socket.settimeout(_START_LIMIT)
        configuration = {
            "store": str(store.resolve()),
            "memory": self._limits.memory * _MIB,
            "result_limit": self._limits.result * _MIB,
            "copy_limit": self._limits.copy,
            "prefixes": self._limits.prefixes,
            "parent": os.getpid(),
        }
        try:
            worker.send_message(self._socket, configuration)
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

    def ask(
        self,
        question: worker.Message,
        spool: BinaryIO,
        limit: float,
        cancelled: Callable[[], bool] | None = None,
    ) -> worker.Message:
        """Return the worker's message about a question; its answer is then in ``spool``.

        ``limit`` is in seconds. Raises ``QueryTimeoutError``, ``QueryCancelledError``,
        ``QueryMemoryError`` or ``QueryCrashedError``: the worker is then of no more use.
        """
        deadline = time.monotonic() + limit
        self._socket.settimeout(limit)
        try:
            worker.send_message(self._socket, question, [spool.fileno()])
            if not self._wait(deadline, cancelled):
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
        out_of_memory = self._process.returncode == -signal.SIGKILL or any(
            sign in words for sign in _OUT_OF_MEMORY
        )
        return QueryMemoryError(self._limits.memory) if out_of_memory else QueryCrashedError()

    def _last_words(self) -> bytes:
        try:
            self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            return b""
        self._errors.seek(0)
        return self._errors.read(1 << 16)

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()

    def bury(self) -> None:
        """End the process, wait until it is gone, and let go of what it took."""
        self._process.kill()
        self._process.wait()
        self._socket.close()
        self._errors.close()

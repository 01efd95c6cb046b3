"""The process that query workers are forked from, as the web process sees it.

It has opened the release, and copied it into memory if it is small: a worker is there within
milliseconds, whatever the size of the release, and shares that memory.
"""

import os
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from kg.errors import StoreError
from kg.language import Text
from kg.store import worker

_MIB: Final = 1 << 20
_START_LIMIT: Final = 120.0
"""Seconds that opening a store may take."""

COPY_LIMIT: Final = 300_000
"""Quads up to which the store is copied into memory: about 150 MiB."""


class Limits(NamedTuple):
    """What a worker may take: ``memory`` and ``result`` in MiB, ``copy`` in quads."""

    memory: int
    result: int
    copy: int
    prefixes: dict[str, str]


class Template:
    """One template process. Safe to share between threads, not across a fork."""

    def __init__(self, store: Path, limits: Limits) -> None:
        """Start the process; it dies with the thread that does so, and all workers with it.

        Raises ``StoreError`` if it cannot open the store.
        """
        self.limits = limits
        self._lock = threading.Lock()
        self._errors: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115  closed by end
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
        self._socket.settimeout(_START_LIMIT)
        try:
            self._request(_configuration(store, limits))
        except BaseException:
            self.end()
            raise

    def fork(self, connection: socket.socket, errors: BinaryIO) -> int:
        """Start a worker at the other end of a connection; return its process identifier.

        Its last words go to ``errors``. Raises ``StoreError`` if that is impossible.
        """
        message = self._request({"want": "worker"}, [connection.fileno(), errors.fileno()])
        pid: int = message["pid"]
        return pid

    def reap(self, pid: int) -> int:
        """Wait until a worker that was killed or has failed is gone; return its exit code.

        Raises ``StoreError`` if the template itself is gone: then so is the worker.
        """
        code: int = self._request({"want": "end", "pid": pid})["code"]
        return code

    def is_alive(self) -> bool:
        """Say whether the process still runs."""
        return self._process.poll() is None

    def end(self) -> None:
        """End the process, and all workers with it."""
        self._process.kill()
        self._process.wait()
        with self._lock:
            self._socket.close()
            self._errors.close()

    def _request(self, message: worker.Message, files: list[int] | None = None) -> worker.Message:
        with self._lock:
            try:
                worker.send_message(self._socket, message, files or [])
                answer, _ = worker.receive_message(self._socket)
            except (OSError, EOFError):
                answer = {"fault": self._last_words()}
        if "fault" in answer:
            raise StoreError(
                Text(
                    "Proses kueri tidak dapat membuka rilis: {why}",
                    "A query process cannot open the release: {why}",
                ).format(why=answer["fault"])
            )
        return answer

    def _last_words(self) -> str:
        try:
            self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            return ""
        if self._errors.closed:
            return ""
        self._errors.seek(0)
        return self._errors.read(1 << 16).decode(errors="replace")


def _configuration(store: Path, limits: Limits) -> worker.Message:
    return {
        "store": str(store.resolve()),
        "memory": limits.memory * _MIB,
        "result_limit": limits.result * _MIB,
        "copy_limit": limits.copy,
        "prefixes": limits.prefixes,
        "parent": os.getpid(),
    }

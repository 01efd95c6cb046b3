"""The process that writes, as a web process sees it: started when needed, killed at its deadline.

A web process has one, and its requests wait for their turn here; those of several web processes
wait for each other at the lock of the home. To be killed does no harm: a change is made whole
or not at all.
"""

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from kg.errors import KgError
from kg.language import Text

WAITING: Final = 4
"""Writes of one web process that may be under way or wait for their turn."""

_COMMAND: Final = (sys.executable, "-m", "kg.release.scribe")
_OUT_OF_MEMORY: Final = "MemoryError"
_SECRET: Final = "KG_WRITE_TOKENS"  # noqa: S105  the name of a variable
_BLOCK: Final = 1 << 16
_ATTEMPTS: Final = 2


class WriteBusyError(KgError):
    """Others are writing; ``retry_after`` is in seconds. Nothing was done."""

    http_status = 503

    def __init__(self, retry_after: int = 10) -> None:
        self.headers: Mapping[str, str] = {"Retry-After": str(retry_after)}
        super().__init__(
            Text(
                "Penulisan lain sedang berjalan. Tidak ada yang dilakukan; coba lagi setelah "
                "{n} detik",
                "Others are writing. Nothing was done; try again after {n} seconds",
            ).format(n=retry_after)
        )


class WriteTimeoutError(KgError):
    """A write that was stopped at its time limit, whole or not at all."""

    http_status = 503

    def __init__(self, seconds: float) -> None:
        self.headers: Mapping[str, str] = {"Retry-After": str(int(seconds) + 1)}
        super().__init__(
            Text(
                "Penulisan dihentikan pada batas waktu {n} detik. Graf utuh, lama atau baru: "
                "bacalah, lalu ulangi bila perlu",
                "The write was stopped at its time limit of {n} seconds. The graph is whole, the "
                "old or the new one: read it, and repeat the write if need be",
            ).format(n=int(seconds))
        )


class WriteMemoryError(KgError):
    """A write that needs more memory than it may have, which is given in MiB."""

    http_status = 413

    def __init__(self, limit: int) -> None:
        self.members: Mapping[str, object] = {"limit": limit, "unit": "MiB"}
        super().__init__(
            Text(
                "Penulisan ini memerlukan lebih dari {limit} MiB memori (KG_WRITE_MEMORY). Graf "
                "tetap utuh; bagi menjadi beberapa sumber",
                "This write needs more than {limit} MiB of memory (KG_WRITE_MEMORY). The graph is "
                "whole; split it into several sources",
            ).format(limit=limit)
        )


class ScribeCrashedError(KgError):
    """The process that writes has ended in the middle of a write."""

    http_status = 500

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Proses penulis terhenti. Graf utuh, lama atau baru: bacalah sebelum mengulang",
                "The process that writes broke down. The graph is whole, the old or the new one: "
                "read it before you repeat the write",
            )
        )


class _EndedError(Exception):
    """The process ended before it began."""


class Scribe:
    """The one process of a web process that writes. Safe to share between threads."""

    def __init__(self, memory: int) -> None:
        """Start nothing yet; ``memory`` is how many MiB the process may have."""
        self._memory = memory
        self._places = threading.BoundedSemaphore(WAITING)
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, job: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Have a change made, and return what ``kg.release.scribe`` answers.

        Raises ``WriteBusyError``, ``WriteTimeoutError``, ``WriteMemoryError`` and
        ``ScribeCrashedError``.
        """
        deadline = time.monotonic() + seconds
        if not self._places.acquire(blocking=False):
            raise WriteBusyError
        try:
            if not self._turn.acquire(timeout=seconds):
                raise WriteBusyError
            try:
                return self._ask(json.dumps(job).encode() + b"\n", deadline, seconds)
            finally:
                self._turn.release()
        finally:
            self._places.release()

    def _ask(self, line: bytes, deadline: float, seconds: float) -> dict[str, Any]:
        for _ in range(_ATTEMPTS):
            try:
                found: dict[str, Any] = json.loads(self._exchange(self._running(), line, deadline))
            except _EndedError:
                # It had gone for lack of work; a new one has not heard of this yet.
                continue
            except TimeoutError:
                self._kill()
                raise WriteTimeoutError(seconds) from None
            if found.get("error") == _OUT_OF_MEMORY:
                raise WriteMemoryError(self._memory)
            return found
        raise ScribeCrashedError

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self._kill()
            environment = {name: text for name, text in os.environ.items() if name != _SECRET}
            self._process = subprocess.Popen(  # noqa: S603  our own program
                (*_COMMAND, str(self._memory)),
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**environment, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        return self._process

    def _exchange(self, process: "subprocess.Popen[bytes]", line: bytes, deadline: float) -> bytes:
        if process.stdin is None or process.stdout is None:
            raise TypeError(process)
        try:
            process.stdin.write(line)
        except BrokenPipeError:
            self._kill()
            raise _EndedError from None
        answer = b""
        while not answer.endswith(b"\n"):
            left = max(0.0, deadline - time.monotonic())
            if not select.select([process.stdout], [], [], left)[0]:
                raise TimeoutError
            block = os.read(process.stdout.fileno(), _BLOCK)
            if not block:
                code = process.wait()
                self._kill()
                if code == 0 and not answer:
                    raise _EndedError
                if code == -signal.SIGABRT:
                    # So the engine ends where Python would raise MemoryError.
                    raise WriteMemoryError(self._memory)
                raise ScribeCrashedError
            answer += block
        return answer

    def close(self) -> None:
        """End the process, after what it is doing if that ends soon."""
        if self._turn.acquire(timeout=1.0):
            self._kill()
            self._turn.release()

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()

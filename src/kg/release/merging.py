"""The content of a release from that of the one before: a sorted file, and lines to put and drop.

Only the stretches around changed lines are looked at; all else is copied by the kernel, hashed
and brought to disk beside whatever else has to be done: what has to be known first seldom changes
the lines. Whoever waits for the interpreter's lock waits long while others are busy, so it is
given back seldom.
"""

import mmap
import os
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Final, NamedTuple, Self

_BLOCK: Final = 1 << 22
_VECTOR: Final = 512
_NEAR: Final = 1 << 12
_STRETCH: Final = 1 << 25
"""Bytes between two looks at whether to go on. Each look waits for the interpreter's lock."""


@dataclass(frozen=True)
class Merged:
    """What came of a merge: the hash of the file, and what really changed, sorted."""

    identifier: str
    removed: tuple[bytes, ...]
    added: tuple[bytes, ...]


@dataclass(frozen=True)
class _Piece:
    """A stretch of the old file, or lines of our own where ``text`` is not empty."""

    start: int
    end: int
    text: bytes = b""


class Merging:
    """A merge that is begun with the lines that are likely, while it is found out which they are.

    At the end of the ``with`` statement nothing goes on any more. If that ends by an exception,
    the new file is gone.
    """

    def __init__(self, old: Path, new: Path) -> None:
        self._old, self._new = old, new
        self._pool = ThreadPoolExecutor(2)
        self._stop = Event()
        self._lines: tuple[frozenset[bytes], frozenset[bytes]] | None = None
        self._hashed: Future[Merged] | None = None
        self._written: Future[None] | None = None

    def __enter__(self) -> Self:
        """Begin nothing yet."""
        return self

    def begin(self, removed: Collection[bytes], added: Collection[bytes]) -> "Future[Merged]":
        """Merge these lines until ``result`` asks for others; return what will come of it."""
        self._lines = frozenset(removed), frozenset(added)
        plan = self._pool.submit(plan_merge, self._old, *self._lines)
        self._hashed = self._pool.submit(self._hash, plan, self._stop)
        self._written = self._pool.submit(self._write, plan, self._hashed, self._stop)
        return self._hashed

    def _write(self, plan: "Future[Plan]", hashed: "Future[Merged]", stop: Event) -> None:
        # Nobody waits for the file yet, but for the hash they do.
        hashed.result()
        write_merged(self._old, self._new, plan.result(), stop)

    def _hash(self, plan: "Future[Plan]", stop: Event) -> Merged:
        identifier = hash_merged(self._old, plan.result(), stop)
        return Merged(identifier, plan.result().gone, plan.result().come)

    def result(self, removed: Collection[bytes], added: Collection[bytes]) -> Merged:
        """Return what came of merging these lines, by what was begun if it was with them.

        The new file may not be on disk yet: see ``wait``. Raises ``OSError`` if the old one
        cannot be read.
        """
        if self._hashed is None or self._lines != (removed, added):
            self._give_up()
            self._stop = Event()
            self._hashed = self.begin(removed, added)
        return self._hashed.result()

    def wait(self) -> None:
        """Return when the new file is on disk. Raises ``OSError`` if it does not get there."""
        for part in (self._hashed, self._written):
            if part is not None:
                part.result()

    def _give_up(self) -> None:
        """Return when nothing goes on; what comes of it is of no interest."""
        self._stop.set()
        for part in (self._hashed, self._written):
            if part is not None:
                part.exception()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let nothing go on, and leave no file if something is wrong."""
        self._give_up()
        self._pool.shutdown()
        if kind is not None:
            with suppress(OSError):
                self._new.unlink()


class StoppedError(Exception):
    """Nobody wants the file any more that is being written."""


class Plan(NamedTuple):
    """What a new file is made of, in order, and what goes and comes by that, sorted."""

    pieces: tuple[_Piece, ...]
    gone: tuple[bytes, ...]
    come: tuple[bytes, ...]


def plan_merge(old: Path, removed: Collection[bytes], added: Collection[bytes]) -> Plan:
    """Return what the sorted lines of ``old`` without ``removed`` and with ``added`` consist of.

    Lines end with LF. What is to go and is not there, and what is to come and is there already,
    makes no difference. Raises ``OSError``.
    """
    outgoing, incoming = frozenset(removed), frozenset(added)
    pieces: list[_Piece] = []
    gone: list[bytes] = []
    come: list[bytes] = []
    done = 0
    with old.open("rb") as source, _mapped(source.fileno()) as view:
        for line in sorted(outgoing ^ incoming):
            start = _position(view, line, done)
            is_there = view[start : start + len(line)] == line
            if line in outgoing and is_there:
                pieces.append(_Piece(done, start))
                done = start + len(line)
                gone.append(line)
            elif line in incoming and not is_there:
                pieces += _Piece(done, start), _Piece(0, 0, line)
                done = start
                come.append(line)
        pieces.append(_Piece(done, len(view)))
    return Plan(tuple(pieces), tuple(gone), tuple(come))


def write_merged(old: Path, new: Path, plan: Plan, stop: Event) -> None:
    """Write the file that a plan for ``old`` makes, and bring it to disk.

    Raises ``OSError``, and ``StoppedError`` soon after ``stop`` is set.
    """
    with old.open("rb") as source, new.open("wb", buffering=0) as target:
        with _mapped(source.fileno()) as view, memoryview(view) as whole:
            _write(source.fileno(), target.fileno(), whole, plan.pieces, stop)
        os.fsync(target.fileno())
        # Nobody is likely to read the old file again: the memory that it takes is for the next.
        os.posix_fadvise(source.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def hash_merged(old: Path, plan: Plan, stop: Event) -> str:
    """Return the SHA-256 of the file that a plan for ``old`` makes; raises as ``write_merged``."""
    digest = sha256()
    with (
        old.open("rb") as source,
        _mapped(source.fileno()) as view,
        memoryview(view) as whole,
    ):
        for part in _stretches(whole, plan.pieces):
            _go_on(stop)
            digest.update(part)
            del part
    return digest.hexdigest()


def _stretches(whole: memoryview, pieces: Iterable[_Piece]) -> Iterator[bytes | memoryview]:
    """Yield the new file in long stretches: after each the interpreter's lock is waited for."""
    waiting: list[bytes] = []
    for piece in pieces:
        if piece.end - piece.start < _BLOCK:
            waiting.append(piece.text or bytes(whole[piece.start : piece.end]))
            continue
        yield b"".join(waiting)
        waiting.clear()
        for start in range(piece.start, piece.end, _STRETCH):
            yield whole[start : min(start + _STRETCH, piece.end)]
    yield b"".join(waiting)


@contextmanager
def _mapped(file: int) -> "Iterator[mmap.mmap | bytes]":
    """Give the bytes of a file; one that is empty cannot be mapped."""
    if not os.fstat(file).st_size:
        yield b""
        return
    with mmap.mmap(file, 0, access=mmap.ACCESS_READ) as view:
        yield view


def _position(view: "mmap.mmap | bytes", line: bytes, low: int) -> int:
    """Return the offset of the first line from ``low`` on that is not smaller than ``line``.

    It is likely to be near: the step is doubled until it is passed, then halved.
    """
    step, high = _NEAR, len(view)
    while low + step < high:
        start = view.rfind(b"\n", low, low + step) + 1 or low
        end = view.find(b"\n", start) + 1
        if view[start:end] >= line:
            high = start
        else:
            low, step = end, step * 2
    while low < high:
        middle = view.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = view.find(b"\n", middle) + 1
        if view[middle:end] < line:
            low = end
        else:
            high = middle
    return low


def _go_on(stop: Event) -> None:
    if stop.is_set():
        raise StoppedError


def _write(
    source: int, target: int, whole: memoryview, pieces: Iterable[_Piece], stop: Event
) -> None:
    waiting: list[bytes | memoryview] = []
    try:
        for piece in pieces:
            if piece.end - piece.start < _BLOCK:
                # For short stretches a call costs more than the bytes: many go in one.
                waiting.append(piece.text or whole[piece.start : piece.end])
                if len(waiting) == _VECTOR:
                    _write_all(target, waiting)
                continue
            _write_all(target, waiting)
            _copy(source, target, piece, stop)
        _write_all(target, waiting)
        _go_on(stop)
    finally:
        # An exception keeps what was named where it came up, and so the file in memory.
        waiting.clear()


def _write_all(target: int, waiting: list[bytes | memoryview]) -> None:
    if waiting:
        expected = sum(map(len, waiting))
        written = os.writev(target, waiting)
        if written < expected:
            rest = memoryview(b"".join(waiting))[written:]
            while rest:
                rest = rest[os.write(target, rest) :]
        waiting.clear()


def _copy(source: int, target: int, piece: _Piece, stop: Event) -> None:
    start = piece.start
    while start < piece.end:
        _go_on(stop)
        length = min(piece.end - start, _STRETCH)
        copied = os.copy_file_range(source, target, length, offset_src=start)
        if not copied:
            raise OSError("the content of the release is shorter than it was")
        start += copied

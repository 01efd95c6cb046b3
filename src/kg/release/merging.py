"""The content of a release from that of the one before: a sorted file, and lines to put and drop.

Only the stretches around changed lines are looked at; all else is copied by the kernel. The hash
over the whole goes on at the same time, and all of it beside whatever else has to be done: what
has to be known first seldom changes the lines.
"""

import mmap
import os
from collections.abc import Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Final, Self

_BLOCK: Final = 1 << 22
_VECTOR: Final = 512
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
        self._pool = ThreadPoolExecutor(1)
        self._stop = Event()
        self._lines: tuple[frozenset[bytes], frozenset[bytes]] | None = None
        self._merged: Future[Merged] | None = None

    def __enter__(self) -> Self:
        """Begin nothing yet."""
        return self

    def begin(self, removed: Collection[bytes], added: Collection[bytes]) -> None:
        """Merge these lines, as ``merge`` does, until ``result`` asks for others."""
        self._lines = frozenset(removed), frozenset(added)
        self._merged = self._pool.submit(merge, self._old, self._new, *self._lines, self._stop)

    def result(self, removed: Collection[bytes], added: Collection[bytes]) -> Merged:
        """Return what ``merge`` does, by what was begun if it was with these lines.

        Raises ``OSError`` where the merge did.
        """
        if self._merged is not None and self._lines == (removed, added):
            return self._merged.result()
        self._end()
        return merge(self._old, self._new, removed, added)

    def _end(self) -> None:
        """Wait until nothing goes on; what comes of it is of no interest."""
        self._stop.set()
        self._pool.shutdown()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let nothing go on, and leave no file if something is wrong."""
        self._end()
        if kind is not None:
            with suppress(OSError):
                self._new.unlink()


class StoppedError(Exception):
    """Nobody wants the file any more that is being written."""


def merge(
    old: Path,
    new: Path,
    removed: Collection[bytes],
    added: Collection[bytes],
    stop: Event | None = None,
) -> Merged:
    """Write the sorted lines of ``old`` without ``removed`` and with ``added`` to ``new``.

    Lines end with LF. What is to go and is not there, and what is to come and is there already,
    makes no difference. The new file is on disk when this returns. Raises ``OSError``, and
    ``StoppedError`` soon after ``stop`` is set.
    """
    stop = stop or Event()
    with old.open("rb") as source, new.open("wb") as target:
        size = os.fstat(source.fileno()).st_size
        if not size:
            content = b"".join(sorted(set(added) - set(removed)))
            target.write(content)
            return Merged(sha256(content).hexdigest(), (), tuple(sorted(added)))
        with mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as view:
            plan = _Plan(view, set(removed), set(added))
            pieces = list(plan.pieces())
            with memoryview(view) as whole, ThreadPoolExecutor(1) as pool:
                # Copying and hashing both leave the interpreter's lock alone.
                copied = pool.submit(_write, source.fileno(), target.fileno(), whole, pieces, stop)
                identifier = _hash(whole, pieces, stop)
                copied.result()
    return Merged(identifier, tuple(plan.gone), tuple(plan.come))


class _Plan:
    def __init__(self, view: mmap.mmap, removed: set[bytes], added: set[bytes]) -> None:
        self._view = view
        self._removed, self._added = removed, added
        self.gone: list[bytes] = []
        self.come: list[bytes] = []

    def pieces(self) -> Iterator[_Piece]:
        """Yield what the new file is made of, in order."""
        done = 0
        for line in sorted(self._removed ^ self._added):
            start = _position(self._view, line, done)
            is_there = self._view[start : start + len(line)] == line
            if line in self._removed and is_there:
                yield _Piece(done, start)
                done = start + len(line)
                self.gone.append(line)
            elif line in self._added and not is_there:
                yield _Piece(done, start)
                yield _Piece(0, 0, line)
                done = start
                self.come.append(line)
        yield _Piece(done, len(self._view))


def _position(view: mmap.mmap, line: bytes, low: int) -> int:
    """Return the offset of the first line from ``low`` on that is not smaller than ``line``."""
    high = len(view)
    while low < high:
        middle = view.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = view.find(b"\n", middle) + 1
        if view[middle:end] < line:
            low = end
        else:
            high = middle
    return low


def _hash(whole: memoryview, pieces: list[_Piece], stop: Event) -> str:
    digest = sha256()
    for piece in pieces:
        digest.update(piece.text)
        for start in range(piece.start, piece.end, _STRETCH):
            _go_on(stop)
            digest.update(whole[start : min(start + _STRETCH, piece.end)])
    return digest.hexdigest()


def _go_on(stop: Event) -> None:
    if stop.is_set():
        raise StoppedError


def _write(source: int, target: int, whole: memoryview, pieces: list[_Piece], stop: Event) -> None:
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
        os.fsync(target)
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

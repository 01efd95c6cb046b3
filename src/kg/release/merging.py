"""The content of a release from that of the one before: a sorted file, and lines to put and drop.

Only the stretches around changed lines are looked at; all else is copied by the kernel. The hash
over the whole goes on at the same time.
"""

import mmap
import os
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

_BLOCK: Final = 1 << 22
_VECTOR: Final = 512


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


def merge(old: Path, new: Path, removed: Collection[bytes], added: Collection[bytes]) -> Merged:
    """Write the sorted lines of ``old`` without ``removed`` and with ``added`` to ``new``.

    Lines end with LF. What is to go and is not there, and what is to come and is there already,
    makes no difference. The new file is on disk when this returns. Raises ``OSError``.
    """
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
                copied = pool.submit(_write, source.fileno(), target.fileno(), whole, pieces)
                identifier = _hash(whole, pieces)
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


def _hash(whole: memoryview, pieces: list[_Piece]) -> str:
    digest = sha256()
    for piece in pieces:
        digest.update(piece.text or whole[piece.start : piece.end])
    return digest.hexdigest()


def _write(source: int, target: int, whole: memoryview, pieces: list[_Piece]) -> None:
    waiting: list[bytes | memoryview] = []
    for piece in pieces:
        if piece.end - piece.start < _BLOCK:
            # For short stretches a call costs more than the bytes: many go in one.
            waiting.append(piece.text or whole[piece.start : piece.end])
            if len(waiting) == _VECTOR:
                _write_all(target, waiting)
            continue
        _write_all(target, waiting)
        _copy(source, target, piece.start, piece.end)
    _write_all(target, waiting)
    os.fsync(target)


def _write_all(target: int, waiting: list[bytes | memoryview]) -> None:
    if waiting:
        expected = sum(map(len, waiting))
        written = os.writev(target, waiting)
        if written < expected:
            rest = memoryview(b"".join(waiting))[written:]
            while rest:
                rest = rest[os.write(target, rest) :]
        waiting.clear()


def _copy(source: int, target: int, start: int, end: int) -> None:
    while start < end:
        copied = os.copy_file_range(source, target, end - start, offset_src=start)
        if not copied:
            raise OSError("the content of the release is shorter than it was")
        start += copied

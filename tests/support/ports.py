"""Ports for servers that tests start, which nobody else takes between the choice and the start."""

import os
import socket
import tempfile
from collections.abc import Iterator
from fcntl import LOCK_EX, LOCK_NB, flock
from functools import cache
from pathlib import Path
from typing import Final

_FIRST: Final = 10_000
_BLOCK: Final = 100
_BLOCKS: Final = 220
"""All below 32,768, from where on systems give ports to whoever connects."""

_held: list[object] = []


def free_port(number: int = 1) -> int:
    """Return the first of some neighbouring ports of 127.0.0.1 that are free.

    They are of a block that no other process of the tests uses as long as this one lives, so that
    two that run side by side never choose the same.
    """
    for _ in range(_BLOCK):
        ports = [next(_ports()) for _ in range(number)]
        if ports[-1] == ports[0] + number - 1 and all(map(_is_free, ports)):
            return ports[0]
    raise OSError("no free ports")


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


@cache
def _ports() -> Iterator[int]:
    return _round(_block())


def _round(first: int) -> Iterator[int]:
    while True:
        yield from range(first, first + _BLOCK)


def _block() -> int:
    """Return the first port of a block; it is this process's until its end."""
    folder = Path(tempfile.gettempdir()) / f"kg-test-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    for number in range(_BLOCKS):
        file = (folder / str(number)).open("w")
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            file.close()
            continue
        _held.append(file)
        return _FIRST + number * _BLOCK
    raise OSError("no free block of ports")

"""Garbage in cycles, looked for less often while very many objects are made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_MANY: Final = 50_000
"""New objects between two looks. Python's own 700 suit programs that keep little."""


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Let the collector look through all that is kept seldom, and still bound what is garbage.

    What a batch or a build makes is mostly freed by itself; graphs of rdflib are in cycles.
    """
    first, *others = gc.get_threshold()
    # None at all stays none: somebody has turned it off.
    gc.set_threshold(first and max(first, _MANY), *others)
    try:
        yield
    finally:
        gc.set_threshold(first, *others)

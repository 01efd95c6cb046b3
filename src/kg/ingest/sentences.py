"""The sentences of a source's text, numbered and measured, for whoever writes claims about it."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_BREAK: Final = re.compile(r"(?<=[.!?])[\"”)]*\s+(?=[A-Z0-9“\"(])")
_ABBREVIATION: Final = re.compile(r"\b(?:Kombes|Pol|Plt|Pj|Plh|Dr|Ir|Drs|Dra|H|Hj|Prof|No)\.$")


class Sentence(NamedTuple):
    """A sentence by line and number in the line, and its code points (``end`` excluded)."""

    locator: str
    start: int
    end: int


def sentences(text: str) -> Iterator[Sentence]:
    r"""Yield the sentences of a text in order; an abbreviated title ends none.

    >>> [tuple(s) for s in sentences("Pj. Bupati hadir. Selesai.\n\nTamat.")]
    [('L1.S1', 0, 17), ('L1.S2', 18, 26), ('L3.S1', 28, 34)]
    """
    offset = 0
    for number, line in enumerate(text.split("\n"), 1):
        for count, (start, end) in enumerate(_split(line), 1):
            yield Sentence(f"L{number}.S{count}", offset + start, offset + end)
        offset += len(line) + 1


def _split(line: str) -> Iterator[tuple[int, int]]:
    start = 0
    for gap in _BREAK.finditer(line):
        if not _ABBREVIATION.search(line[: gap.start()]):
            yield from _trim(line, start, gap.end())
            start = gap.end()
    yield from _trim(line, start, len(line))


def _trim(line: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    words = line[start:end]
    first = start + len(words) - len(words.lstrip())
    last = start + len(words.rstrip())
    if first < last:
        yield first, last

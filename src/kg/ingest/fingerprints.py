"""Fingerprints of runs of eight words: they tell a copied sentence without keeping the text.

The texts of the articles are not part of the data. What stays of them is one hash for every run
of eight consecutive words, so that anybody can check that no literal repeats such a run.
"""

import re
import unicodedata
from collections.abc import Container, Iterator
from hashlib import sha256
from typing import Final

RUN_LENGTH: Final = 8
"""Words in a run. A shorter common passage is chance or a name, not a copied sentence."""

DIGITS: Final = 16
"""Hexadecimal digits kept of each SHA-256."""

_WORD = re.compile(r"\w+")


def fingerprints(text: str) -> list[str]:
    r"""Return the fingerprint of every run of eight words, in the order of the text.

    Words are what ``\w+`` finds after Unicode NFKC and case folding, so that capitals,
    punctuation and kinds of space make no difference.

    >>> fingerprints("Satu dua tiga empat lima enam tujuh DELAPAN.")
    ['2f2693eade2638e3']
    >>> fingerprints("Satu dua tiga empat lima enam tujuh.")
    []
    """
    return [_fingerprint(run) for run in _runs(text)]


def shared_runs(literal: str, known: Container[str]) -> list[str]:
    """Return the runs of eight words of ``literal`` whose fingerprint is among ``known``.

    >>> known = set(fingerprints("satu dua tiga empat lima enam tujuh delapan sembilan"))
    >>> shared_runs("Nol, satu, dua, tiga, empat, lima, enam, tujuh, delapan", known)
    ['satu dua tiga empat lima enam tujuh delapan']
    """
    return [run for run in _runs(literal) if _fingerprint(run) in known]


def _runs(text: str) -> Iterator[str]:
    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    for start in range(len(words) - RUN_LENGTH + 1):
        yield " ".join(words[start : start + RUN_LENGTH])


def _fingerprint(run: str) -> str:
    return sha256(run.encode()).hexdigest()[:DIGITS]

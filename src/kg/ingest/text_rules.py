"""What the eight-word rule goes by, read without the rest of the corpus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.ingest.records import read_text


@dataclass(frozen=True)
class TextRules:
    """Names that may be repeated, and the runs of eight words of each source that has a text."""

    proper_names: tuple[str, ...]
    fingerprints: Mapping[str, frozenset[str]]


def read_text_rules(roots: Sequence[Path]) -> TextRules:
    """Return what some folders of one layout say; the names stand in the first.

    Raises ``RecordError`` for a file that cannot be read.
    """
    return TextRules(
        proper_names=read_lines(roots[0] / "proper-names.txt"),
        fingerprints={
            path.parent.name: frozenset(read_lines(path))
            for root in roots
            for path in root.glob("sources/*/shingles.txt")
        },
    )


def read_lines(path: Path) -> tuple[str, ...]:
    """Return the lines of a text, without empty ones and comments; raises ``RecordError``."""
    return tuple(line for line in read_text(path).splitlines() if line and line[0] != "#")

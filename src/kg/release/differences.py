"""What changed between two releases, told by the things that changed and by graph."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from kg.release.changes import Sign, changes
from kg.release.lookup import Line, read_line

BLANK: Final = "_:"
"""Stands for all blank nodes: their labels differ from release to release."""

DEFAULT: Final = ""
"""The name of the default graph in what is counted."""


class Difference(NamedTuple):
    """A triple that was added or removed, and the graphs in which it was; terms as written."""

    sign: Sign
    predicate: str
    object: str
    graphs: tuple[str, ...]


@dataclass(frozen=True)
class Entity:
    """What changed of a thing; ``iri`` is ``BLANK`` for blank nodes, whose number is all there is.

    ``added`` and ``removed`` count quads.
    """

    iri: str
    added: int
    removed: int
    differences: tuple[Difference, ...]


class Totals:
    """The quads that were added and removed, by graph; complete once all entities were seen."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[Sign, str]] = Counter()

    def count(self, sign: Sign, graph: str) -> None:
        """Count a quad."""
        self._counts[sign, graph] += 1

    def of(self, sign: Sign, graph: str | None = None) -> int:
        """Return how many quads there were, in a graph or in all."""
        if graph is not None:
            return self._counts[sign, graph]
        return sum(number for (each, _), number in self._counts.items() if each == sign)

    def graphs(self) -> list[str]:
        """Return the graphs that changed, sorted."""
        return sorted({graph for _, graph in self._counts})


def entities(before: Path, after: Path, totals: Totals) -> Iterator[Entity]:
    """Yield what changed, thing by thing in the order of their IRIs, counting by graph.

    One thing at a time is in memory. Blank nodes come last, as one. Raises ``OSError`` for a
    file that cannot be read.
    """
    read = ((change.sign, read_line(change.quad)) for change in changes(before, after))
    for subject, group in groupby(read, lambda each: _subject(each[1])):
        signs: Counter[Sign] = Counter()
        found: dict[tuple[Sign, str, str], list[str]] = {}
        for sign, line in group:
            totals.count(sign, line.graph.strip("<>"))
            signs[sign] += 1
            if subject != BLANK:
                graphs = found.setdefault((sign, line.predicate, line.object), [])
                graphs.append(line.graph.strip("<>"))
        yield Entity(subject, signs["+"], signs["-"], tuple(_differences(found)))


def _subject(line: Line) -> str:
    return BLANK if line.subject.startswith(BLANK) else line.subject[1:-1]


def _differences(found: dict[tuple[Sign, str, str], list[str]]) -> Iterator[Difference]:
    # What was removed stands before what came in its place.
    for sign, predicate, value in sorted(found, key=lambda key: (key[1], key[0] == "+", key[2])):
        yield Difference(sign, predicate, value, tuple(sorted(found[sign, predicate, value])))

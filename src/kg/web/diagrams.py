"""Diagrams of classes: where boxes and lines stand. Sizes are in units of the drawing.

Nothing here knows RDF: names come in as links, boxes and lines go out to a template, which draws
them as SVG.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, Literal

from kg.web.presentation import Link

_ROW: Final = 30
_BOX: Final = 22
_LINE: Final = 17
_INDENT: Final = 26
_GAP: Final = 12
_MARGIN: Final = 8
_LETTER: Final = 7.4
"""The width of a letter at the size of the style sheet, a little more than most have."""


@dataclass(frozen=True)
class Box:
    """A class. ``lines`` are its attributes; ``note`` stands beside it."""

    x: float
    y: float
    width: float
    height: float
    name: Link
    kind: Literal["own", "reused", "focus"]
    lines: Sequence[str] = ()
    note: str = ""


@dataclass(frozen=True)
class Line:
    """A line through some points, with an arrow at its end if it ``points``."""

    points: Sequence[tuple[float, float]]
    points_to: bool = False
    label: Link | None = None
    label_at: tuple[float, float] = (0, 0)

    @property
    def path(self) -> str:
        """Return the path data (SVG 2, section 9.3)."""
        return "M" + " L".join(f"{x:g} {y:g}" for x, y in self.points)


@dataclass(frozen=True)
class Diagram:
    """A drawing of some width and height."""

    width: float
    height: float
    boxes: Sequence[Box]
    lines: Sequence[Line]


@dataclass(frozen=True)
class Branch:
    """A class of a hierarchy and the classes below it."""

    name: Link
    is_own: bool
    note: str
    below: Sequence["Branch"] = ()

    @property
    def size(self) -> int:
        """Count the classes."""
        return 1 + sum(branch.size for branch in self.below)


@dataclass(frozen=True)
class Relation:
    """A property that leads to a class, or comes from one."""

    name: Link
    other: Link


def hierarchy(branches: Iterable[Branch], columns: int = 2) -> Diagram:
    """Return trees of classes, one below the other in columns of about the same height."""
    boxes: list[Box] = []
    lines: list[Line] = []
    x = float(_MARGIN)
    height = 0.0
    for column in _columns(list(branches), columns):
        y = float(_MARGIN)
        first = len(boxes)
        for branch in column:
            y = _grow(branch, x, y, boxes, lines) + _GAP
        x = max(box.x + box.width + len(box.note) * _LETTER for box in boxes[first:]) + _ROW
        height = max(height, y)
    return Diagram(x, height, boxes, lines)


def _columns(branches: list[Branch], columns: int) -> list[list[Branch]]:
    share = sum(branch.size for branch in branches) / columns
    parts: list[list[Branch]] = [[]]
    filled = 0.0
    for branch in branches:
        if filled + branch.size / 2 > share * len(parts) and len(parts) < columns:
            parts.append([])
        parts[-1].append(branch)
        filled += branch.size
    return [part for part in parts if part]


def _grow(branch: Branch, x: float, y: float, boxes: list[Box], lines: list[Line]) -> float:
    """Add a branch whose top left corner is given; return where the next one may begin."""
    kind: Literal["own", "reused"] = "own" if branch.is_own else "reused"
    boxes.append(Box(x, y, _width(branch.name), _BOX, branch.name, kind, note=branch.note))
    below = y + _ROW
    stem = x + _INDENT / 2
    for child in branch.below:
        middle = below + _BOX / 2
        lines.append(Line([(stem, y + _BOX), (stem, middle), (x + _INDENT, middle)]))
        below = _grow(child, x + _INDENT, below, boxes, lines)
    return below


def neighbourhood(
    name: Link,
    attributes: Sequence[str],
    incoming: Sequence[Relation],
    outgoing: Sequence[Relation],
) -> Diagram:
    """Return a class with its attributes, what points to it on its left, what it points to."""
    left, right = _by_class(incoming), _by_class(outgoing)
    # As tall as its neighbours together, so that every line meets it.
    tall = max(_BOX + 6 + _LINE * len(attributes), _tall(left), _tall(right))
    widest = max([len(name.text) + 2, *(len(line) for line in attributes)])
    left_width = max((_width(other) for other in left), default=0.0)
    start = _MARGIN + left_width + _reach(incoming)
    end = start + widest * _LETTER + 2 * _GAP
    sides = (
        _Side(left, start, start - _reach(incoming), points_in=True),
        _Side(right, end, end + _reach(outgoing), points_in=False),
    )
    middle = _MARGIN + tall / 2
    centre = Box(start, _MARGIN, end - start, tall, name, "focus", attributes)
    boxes = [centre, *(box for side in sides for box in side.boxes(middle))]
    width = max(box.x + box.width for box in boxes) + _MARGIN
    lines = [line for side in sides for line in side.lines(middle)]
    return Diagram(width, tall + 2 * _MARGIN, boxes, lines)


@dataclass(frozen=True)
class _Side:
    """The classes on one side of another: ``edge`` is its edge, ``near`` theirs."""

    groups: Mapping[Link, Sequence[Link]]
    edge: float
    near: float
    points_in: bool

    def boxes(self, middle: float) -> Iterator[Box]:
        """Yield the classes, as tall as the properties that they share."""
        y = middle - _tall(self.groups) / 2 + _ROW / 2 - _BOX / 2
        for other, names in self.groups.items():
            width, tall = _width(other), _ROW * len(names)
            x = self.near - width if self.points_in else self.near
            yield Box(x, y, width, tall - _ROW + _BOX, other, "own")
            y += tall

    def lines(self, middle: float) -> Iterator[Line]:
        """Yield a line for each property."""
        y = middle - _tall(self.groups) / 2 + _ROW / 2
        ends = (self.near, self.edge) if self.points_in else (self.edge, self.near)
        for name in chain.from_iterable(self.groups.values()):
            points = [(x, y) for x in ends]
            yield Line(points, points_to=True, label=name, label_at=(sum(ends) / 2, y - 4))
            y += _ROW


def _by_class(relations: Iterable[Relation]) -> Mapping[Link, Sequence[Link]]:
    found: dict[Link, list[Link]] = {}
    for relation in relations:
        found.setdefault(relation.other, []).append(relation.name)
    return found


def _tall(groups: Mapping[Link, Sequence[Link]]) -> float:
    return sum(_ROW * len(names) for names in groups.values())


def _reach(relations: Iterable[Relation]) -> float:
    """Return the room that the names of properties need between two boxes."""
    names = [len(relation.name.text) for relation in relations]
    return max(names) * _LETTER + 2 * _GAP if names else 0


def _width(name: Link) -> float:
    return len(name.text) * _LETTER + 2 * _GAP

"""What is said of a release, as lines: with a name that stands for its own until it is known."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, NamedTuple

from kg.iris import rebase
from kg.namespaces import GRAPH
from kg.release.publication import Release, short_name
from kg.release.statistics import Triple
from kg.store import triple_texts

UNNAMED: Final = "release-unnamed~"
"""Stands for the name of a release: what is said of it under this is much the same of the next."""


class Parts(NamedTuple):
    """What is told in the default graph and in ``graph/release``, and what is measured."""

    told: frozenset[Triple]
    quality: frozenset[Triple]


@dataclass(frozen=True)
class Said:
    """Sorted quads as N-Quads, a line each without its end.

    ``UNNAMED`` stands for the name of the release. ``parts`` are what the lines were made of, and
    with which base, if that is known.
    """

    lines: tuple[str, ...]
    parts: tuple[str, Parts] | None = None

    @classmethod
    def of(cls, parts: Parts, base: str, before: "Said | None" = None) -> "Said":
        """Take what is said; it is sooner written where much of it was said ``before``.

        Raises ``StoreError`` for a term that cannot be stored.
        """
        if before is None or before.parts is None or before.parts[0] != base:
            return cls(tuple(sorted(_lines(parts, base))), (base, parts))
        gone, come = (
            _lines(Parts(one.told - other.told, one.quality - other.quality), base)
            for one, other in ((before.parts[1], parts), (parts, before.parts[1]))
        )
        left = [line for line in before.lines if line not in gone]
        return cls(tuple(sorted([*left, *sorted(come)])), (base, parts))

    @classmethod
    def read(cls, publication: bytes, name: str) -> "Said":
        """Take what ``write`` wrote of a release of that name."""
        return cls(tuple(sorted(publication.decode().replace(name, UNNAMED).split("\n")[:-1])))

    def write(self, name: str) -> bytes:
        """Return the lines of a release of that name, sorted by code point."""
        # Under the name a few may come elsewhere; what is nearly sorted is soon sorted.
        lines = sorted(_name(self.lines, name).split("\n"))
        return ("\n".join(lines) + "\n").encode()

    def change(self, other: "Said", name: str) -> tuple[bytes, bytes]:
        """Return the lines that are in this alone, and those that are in another one alone."""
        mine, others = set(self.lines), set(other.lines)
        return named(mine - others, name), named(others - mine, name)


def _lines(parts: Parts, base: str) -> set[str]:
    own, other = (f" <{rebase(name, base)}> ." for name in (GRAPH.release, GRAPH.quality))
    lines = set[str]()
    for text in triple_texts(parts.told):
        lines |= {f"{text} .", text + own}
    lines.update(text + other for text in triple_texts(parts.quality))
    return lines


def named(lines: Collection[str], name: str) -> bytes:
    """Return lines of what is said of a release of that name, as they come."""
    return f"{_name(lines, name)}\n".encode() if lines else b""


def _name(lines: Collection[str], name: str) -> str:
    return "\n".join(lines).replace(UNNAMED, name)


_last: dict[str, Said] = {}


def remember(identifier: str, said: Said) -> None:
    """Keep what was said of the last release, of which much will be said of the next one."""
    _last.clear()
    _last[identifier] = said


def remembered(identifier: str | None) -> Said | None:
    """Return what was said of a release with that content, if it was the last one."""
    return _last.get(identifier or "")


def said_before(release: Release) -> Said:
    """Return what was said of a release; raises ``OSError``."""
    known = remembered(release.identifier)
    return known or Said.read(release.publication_path.read_bytes(), short_name(release.identifier))

"""What one release has and another has not, quad by quad."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

Sign = Literal["+", "-"]


class Change(NamedTuple):
    """A quad that was added (``+``) or removed (``-``): one line of N-Quads with its LF."""

    sign: Sign
    quad: bytes


def changes(before: Path, after: Path) -> Iterator[Change]:
    """Yield what leads from one release to another, in the order of the quads.

    Both files are sorted N-Quads without repetition, as a release's content is; neither is ever
    in memory as a whole. Raises ``OSError`` for a file that cannot be read.
    """
    with before.open("rb") as old, after.open("rb") as new:
        removed, added = old.readline(), new.readline()
        while removed or added:
            if removed == added:
                removed, added = old.readline(), new.readline()
            elif not added or (removed and removed < added):
                yield Change("-", removed)
                removed = old.readline()
            else:
                yield Change("+", added)
                added = new.readline()

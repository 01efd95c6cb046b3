"""A release in the making: a clone of the current one, and what has been changed in it so far."""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from kg.iris import rebase
from kg.namespaces import GRAPH
from kg.release.rebased import CanonicalDataset
from kg.store import EditableStore, Quad, ReleaseStore, quad_lines


class Draft:
    """The release before (``before``) and the one in the making (``after``).

    Quads go in with the canonical base. ``removed`` and ``added`` are lines of N-Quads with the
    base of the release: what leads from its content to the new one, and perhaps what was there
    or was not there already.
    """

    def __init__(self, before: Path, folder: Path, base: str, plain: Path | None = None) -> None:
        """Clone the store at ``before`` into ``folder``; raises ``StoreError``.

        ``plain`` is the same store without what is said of the release, if there is one; then
        that is cloned, and ``before``.
        """
        self.base = base
        store = ReleaseStore.open(plain or before)
        store.copy_to(folder)
        self.before = CanonicalDataset(store, base)
        self._clone = EditableStore.open(folder)
        self.after = CanonicalDataset(self._clone, base)
        self.removed: set[bytes] = set()
        self.added: set[bytes] = set()

    @cached_property
    def reported(self) -> frozenset[Quad]:
        """What the gate said of the release before."""
        return frozenset(self.before.quads(graph=GRAPH.validation))

    def change(self, old: Iterable[Quad], new: Iterable[Quad]) -> None:
        """Let ``new`` quads stand in the place of ``old`` ones."""
        was, will_be = set(old), set(new)
        before, after = self._lines(was - will_be), self._lines(will_be - was)
        gone, come = before - after, after - before
        self.removed = (self.removed | gone) - come
        self.added = (self.added | come) - gone
        if gone or come:
            self._clone.change(sorted(gone), sorted(come))

    def forget(self, published: bytes) -> None:
        """Take quads out of the new store that are no part of the content.

        Those are the lines of N-Quads that were said of the release before, once it was whole.
        """
        self._clone.change([published], [])

    def copy_to(self, folder: Path) -> None:
        """Copy the new store as it is now to a folder that does not exist yet."""
        self._clone.copy_to(folder)

    def close(self) -> None:
        """Make the new store durable and let go of it; once is enough."""
        self._clone.close()

    def _lines(self, quads: Iterable[Quad]) -> set[bytes]:
        text = rebase("".join(quad_lines(quads)), self.base).encode()
        return set(text.splitlines(keepends=True))

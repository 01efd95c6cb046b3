"""What goes on beside the judging of a change: all that seldom depends on the verdict.

The content is merged, hashed and brought to disk. A store gets what is likely to be said of the
release: a publication differs from the one before in few numbers, and in the name of the release.
What turns out otherwise is changed in the end. None of this needs the interpreter's lock for long.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from kg.release.draft import Draft
from kg.release.merging import Merged, Merging, StoppedError
from kg.release.publication import CONTENT, PUBLISHED, Release, short_name
from kg.release.said import Said, named, said_before
from kg.store import (
    DEFAULT_GRAPH,
    AnyStore,
    EditableStore,
    LabelledStore,
    Quad,
    quad_lines,
)


@dataclass(frozen=True)
class Foretold:
    """A store of a release's content, and of what may come to be said of it."""

    identifier: str
    store: EditableStore
    said: Said

    def settle(self, said: Said, content: AnyStore) -> None:
        """Let the store have what is said of the release indeed.

        ``content`` is a store of the content alone. Raises ``StoreError``.
        """
        name = short_name(self.identifier)
        gone, come = self.said.change(said, name)
        # What the content says stays, whoever else says it no longer. With the name of the
        # release it says nothing: the name is a hash of it.
        others = [line for line in gone.splitlines(keepends=True) if name.encode() not in line]
        stays = (quad for quad in LabelledStore(b"".join(others)).quads() if _has(content, quad))
        self.store.change([gone], [come, *(line.encode() for line in quad_lines(stays))])


def _has(store: AnyStore, quad: Quad) -> bool:
    subject, predicate, value, graph = quad
    return store.holds(subject, predicate, value, DEFAULT_GRAPH if graph is None else graph)


class Beside:
    """What goes on beside the judging of one change.

    At the end of the ``with`` statement nothing goes on any more. If that ends by an exception,
    the new content is gone.
    """

    def __init__(self, current: Release, folder: Path) -> None:
        """Take the release before, and the folder of the one in the making."""
        self._current, self._folder = current, folder
        self._merging = Merging(current.content_path, folder / CONTENT)
        self._pool = ThreadPoolExecutor(2)
        self.draft: Draft | None = None
        self._copied: Future[None] | None = None
        self._foretold: Future[Foretold] | None = None
        self._more: list[Future[object]] = []

    def __enter__(self) -> Self:
        """Begin nothing yet."""
        return self

    def begin(self, draft: Draft, *, is_to_stay: bool) -> None:
        """Begin with the draft as it is now; ``is_to_stay`` unless it is only being tried."""
        self.draft = draft
        merged = self._merging.begin(draft.removed, draft.added)
        if is_to_stay and self._current.plain_path.is_dir():
            self._copied = self._pool.submit(draft.copy_to, self._folder / PUBLISHED)
            self._foretold = self._pool.submit(self._foretell, self._copied, merged)

    def _foretell(self, copied: "Future[None]", merged: "Future[Merged]") -> Foretold:
        copied.result()
        said = said_before(self._current)
        identifier = merged.result().identifier
        store = EditableStore.open(self._folder / PUBLISHED)
        store.load(named(said.lines, short_name(identifier)))
        return Foretold(identifier, store, said)

    def merged(self, draft: Draft) -> Merged:
        """Return what came of merging, again if the draft has changed since it was begun.

        After this the draft may be closed. Raises ``OSError`` and ``StoreError``.
        """
        if self._copied is not None:
            self._copied.result()
        return self._merging.result(draft.removed, draft.added)

    def foretold(self, identifier: str) -> Foretold | None:
        """Return the store in ``PUBLISHED``, once; None if none was begun for this content.

        Raises ``StoreError`` and ``OSError``.
        """
        begun, self._foretold = self._foretold, None
        if begun is None or isinstance(begun.exception(), StoppedError):
            return None
        foretold = begun.result()
        return foretold if foretold.identifier == identifier else None

    def close_draft(self) -> None:
        """Make the store of the new content durable, if it is open; raises ``StoreError``."""
        if self.draft is not None:
            self.draft.close()

    def do(self, act: Callable[[], object]) -> None:
        """Begin with something else that has to be done before the switch."""
        self._more.append(self._pool.submit(act))

    def wait(self) -> None:
        """Return when the new content is on disk, and all else is done.

        Raises ``OSError`` if the content does not get there, and what was raised by the other acts.
        """
        self._merging.wait()
        for more in self._more:
            more.result()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let nothing go on, and leave no content if something is wrong."""
        self._merging.__exit__(kind, error, traceback)
        self._pool.shutdown()
        # With what was foretold in vain goes its store, before the folder that it stands in.
        self._foretold = None

"""What a reading of all text made, kept for the next reading: text changes little between them.

A memory holds values by what they were made of, never by the time of a file: by the bytes of
files and where they stand, or by other values, which are the same objects as long as nothing that
they were made of has changed. So to compare two readings is mostly to compare identities.
"""

from collections.abc import Callable, Hashable, Iterable
from hashlib import file_digest
from pathlib import Path
from typing import Any, TypeVar

_Value = TypeVar("_Value")


class Memory:
    """Values that readings of one ontology have made: those of the last two, which share most.

    ``made`` counts the values that could not be remembered.
    """

    def __init__(self) -> None:
        self.made = 0
        self._last: dict[Hashable, Any] = {}
        self._now: dict[Hashable, Any] = {}

    def begin(self) -> None:
        """Begin another reading; what the one before did not need is forgotten."""
        self._last, self._now = self._now, {}

    def of_files(self, name: str, files: Iterable[Path], make: Callable[[], _Value]) -> _Value:
        """Return what ``make`` makes of files, remembered if names and bytes are the same.

        What ``make`` raises is raised, and not remembered.
        """
        files = tuple(files)
        stand = _digests(files)
        found: _Value | None = self.recall((name, stand))
        if found is None:
            found = make()
            if _digests(files) != stand:
                # Somebody writes to them: what was read may be of neither state.
                return found
        return self.keep((name, stand), found)

    def of(self, name: Hashable, parts: Iterable[object], make: Callable[[], _Value]) -> _Value:
        """Return what ``make`` makes of other values, remembered if they are the same objects."""
        parts = tuple(parts)
        key = (name, *map(id, parts))
        found: tuple[object, _Value] | None = self.recall(key)
        # The parts are kept with it: while they live, nothing else has their identities.
        _, value = self.keep(key, found if found is not None else (parts, make()))
        return value

    def recall(self, key: Hashable) -> Any:  # noqa: ANN401 - as many types as there are keys
        """Return what was kept under a key in this reading or the last one, None if nothing."""
        found = self._now.get(key)
        return self._last.get(key) if found is None else found

    def keep(self, key: Hashable, value: _Value) -> _Value:
        """Keep a value for this reading and the next one."""
        self.made += self.recall(key) is not value
        self._now[key] = value
        return value


def _digests(files: Iterable[Path]) -> tuple[tuple[str, bytes | None], ...]:
    return tuple((str(path), _digest(path)) for path in files)


def _digest(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").digest()
    except OSError:
        return None

"""Files of a release that are asked for before they are made (decision 27)."""

import threading
from pathlib import Path
from typing import Final

from kg.errors import KgError
from kg.language import Text
from kg.release.dumps import FOLDER, SUMS, Dump, read_dumps
from kg.release.later import is_pending, start_finishing

_RETRY_AFTER: Final = 10
starting: Final = threading.Lock()
"""Held while a process makes files that were asked for here."""


class FileNotMadeError(KgError):
    """A file of a release that is being made; nobody need ask another address."""

    http_status = 503

    def __init__(self) -> None:
        self.headers = {"Retry-After": str(_RETRY_AFTER)}
        super().__init__(
            Text(
                "Berkas ini sedang dibuat dari rilisnya; coba lagi setelah {n} detik",
                "This file is being made of its release; try again after {n} seconds",
            ).format(n=_RETRY_AFTER)
        )


def made(release: Path, told: Dump) -> Dump:
    """Return a file of a release with size and checksum, once it is there.

    What is lacking is made from now on, unless somebody does already.
    Raises ``FileNotMadeError`` until then.
    """
    if told.size is not None or (told.name == SUMS and not is_pending(release)):
        return told
    if is_pending(release):
        _make(release.parent.parent)
        raise FileNotMadeError
    return next(dump for dump in read_dumps(release / FOLDER) if dump.name == told.name)


def _make(home: Path) -> None:
    # One process at a time: the next request after it has ended starts another if need be.
    if starting.acquire(blocking=False):

        def wait() -> None:
            try:
                start_finishing(home).wait()
            finally:
                starting.release()

        threading.Thread(target=wait, name="files", daemon=True).start()

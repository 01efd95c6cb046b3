"""Looking things up in a release's sorted N-Quads: a few reads, whatever the size, and no store."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from rdflib.namespace import DCTERMS, RDFS, SKOS

from kg.language import LANGUAGES, Language
from kg.release.publication import CONTENT

PUBLICATION: Final = "publication.nq"
"""What is said of a release once its content is fixed, beside that content if it is there."""

_LABELS: Final = (str(SKOS.prefLabel), str(RDFS.label), str(DCTERMS.title))
_QUAD: Final = re.compile(
    r"(?P<subject><[^>]*>|_:\S+) (?P<predicate><[^>]*>) "
    r'(?P<object><[^>]*>|_:\S+|"(?:[^"\\]|\\.)*"(?:@[\w-]+|\^\^<[^>]*>)?) '
    r"(?:(?P<graph><[^>]*>|_:\S+) )?\.\n?"
)
_LABEL: Final = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@(\w+)[\w-]*)?')


class Line(NamedTuple):
    """A line of N-Quads taken apart; terms as they are written, ``graph`` empty for the default."""

    subject: str
    predicate: str
    object: str
    graph: str


def read_line(line: bytes) -> Line:
    """Take apart a line of canonical N-Quads; raises ``ValueError`` for anything else."""
    match = _QUAD.fullmatch(line.decode())
    if match is None:
        raise ValueError(line)
    return Line(match["subject"], match["predicate"], match["object"], match["graph"] or "")


def lines_about(content: Path, subject: str) -> Iterator[bytes]:
    """Yield the lines of sorted N-Quads whose subject is an IRI; raises ``OSError``."""
    start = f"<{subject}> ".encode()
    with content.open("rb") as file:
        _seek(file, start)
        yield from takewhile(lambda line: line.startswith(start), file)


def _seek(file: BinaryIO, start: bytes) -> None:
    """Go to the first line that is not less than ``start``."""
    # Lines that begin before ``low`` are less, those that begin at ``high`` or later are not.
    low, high = 0, file.seek(0, os.SEEK_END)
    while low < high:
        middle = (low + high) // 2
        file.seek(max(0, middle - 1))
        if middle:
            file.readline()
        place = file.tell()
        if place >= high:
            high = middle
        elif file.readline() < start:
            low = file.tell()
        else:
            high = middle
    file.seek(max(0, low - 1))
    if low:
        file.readline()


def has(release: Path, iri: str) -> bool:
    """Say whether the release in a folder says anything of an IRI; none does that is gone."""
    with suppress(OSError):
        if next(lines_about(release / CONTENT, iri), None):
            return True
        said = (release / PUBLICATION).read_bytes()
        return b"\n" + f"<{iri}> ".encode() in b"\n" + said
    return False


@lru_cache(maxsize=4096)
def label_of(content: Path, iri: str, language: Language) -> str | None:
    """Return what a release calls an IRI, in a language or else in another; None if it does not."""
    found: dict[tuple[int, str], str] = {}
    for line in map(read_line, lines_about(content, iri)):
        match = _LABEL.fullmatch(line.object)
        if match and line.predicate[1:-1] in _LABELS:
            rank = _LABELS.index(line.predicate[1:-1])
            found.setdefault((rank, match[2] or ""), match[1])
    wanted = [language, *LANGUAGES, ""]
    for rank in range(len(_LABELS)):
        for each in wanted:
            if (rank, each) in found:
                return found[rank, each]
    return None

"""How a release is cited: a Citation File Format file, version 1.2.0.

https://github.com/citation-file-format/citation-file-format/blob/1.2.0/schema-guide.md
"""

import json
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

LICENCE: Final = "CC-BY-4.0"

_MESSAGE: Final = (
    "Bila memakai data ini, mohon kutip seperti di bawah. / "
    "If you use these data, please cite them as below."
)


class Citation(NamedTuple):
    """What a citation tells; ``date`` is an ISO date, ``url`` the IRI of the release."""

    title: str
    abstract: str
    authors: Sequence[str]
    keywords: Sequence[str]
    version: str
    date: str
    url: str
    sha256: str


def write_citation(citation: Citation) -> str:
    """Return the text of a ``CITATION.cff``; every string is quoted as JSON does, which YAML is."""
    return "".join(f"{line}\n" for line in _lines(citation))


def _lines(citation: Citation) -> Iterator[str]:
    yield "cff-version: 1.2.0"
    yield f"message: {_quote(_MESSAGE)}"
    yield "type: dataset"
    yield f"title: {_quote(citation.title)}"
    yield f"abstract: {_quote(citation.abstract)}"
    yield "authors:"
    for name in citation.authors:
        yield f"  - name: {_quote(name)}"
    yield f"version: {_quote(citation.version)}"
    yield f"date-released: {citation.date}"
    yield f"license: {LICENCE}"
    yield f"url: {_quote(citation.url)}"
    yield "identifiers:"
    yield "  - type: url"
    yield f"    value: {_quote(citation.url)}"
    yield "    description: The release that is cited"
    yield "  - type: other"
    yield f"    value: {_quote(f'sha256:{citation.sha256}')}"
    yield "    description: SHA-256 of the release's sorted N-Quads"
    yield "keywords:"
    for keyword in citation.keywords:
        yield f"  - {_quote(keyword)}"


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)

"""RDF that is handed in for one source, as files of the layout that a batch is made of.

This is all that a change over HTTP knows of how sources are written down.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rdflib import URIRef

from kg.errors import RecordError
from kg.ingest.bounded import check_rdf
from kg.ingest.overlay import Intake
from kg.language import Text
from kg.namespaces import CANONICAL_BASE
from kg.release.graph_errors import BrokenDocumentError
from kg.release.lookup import read_line
from kg.release.publication import Release
from kg.store import Quad, RdfSyntaxError, parse_rdf, quad_lines

_FILE: Final = "deposit.nt"
_ABOUT: Final = "source.toml"


@dataclass(frozen=True)
class Document:
    """A body as it came: its file, its syntax (a suffix such as ``ttl``) and its media type."""

    file: Path
    syntax: str
    media_type: str


def read_documents(documents: Iterable[Document], graph: str, base: str) -> set[str]:
    """Return the triples of all documents as lines of N-Triples, with the canonical base.

    Relative IRIs are resolved against the IRI of the graph
    (https://www.w3.org/TR/sparql11-http-rdf-update/#indirect-graph-identification); ``base`` is
    that of the release that is served. Raises ``BrokenDocumentError``.
    """
    lines: set[str] = set()
    for document in documents:
        quads = (_without_own(quad, graph) for quad in _parse(document, graph))
        lines.update(line.replace(base, CANONICAL_BASE) for line in quad_lines(quads))
    return lines


def _parse(document: Document, graph: str) -> list[Quad]:
    name = Path(f"body.{document.syntax}")
    try:
        text = document.file.read_bytes().decode()
        check_rdf(name, text, document.syntax)
        return parse_rdf(text, document.syntax, graph)
    except UnicodeDecodeError:
        raise BrokenDocumentError(Text("Isinya bukan UTF-8", "The body is not UTF-8")) from None
    except RecordError as error:
        raise BrokenDocumentError(error.message, {"line": error.location.row}) from None
    except RdfSyntaxError as error:
        place = {"line": error.line, "column": error.column}
        raise BrokenDocumentError(error.message, place) from None


def _without_own(quad: Quad, graph: str) -> Quad:
    """Let what a document says inside the very graph that is written be what it says outside."""
    return quad._replace(graph=None) if quad.graph == URIRef(graph) else quad


def write_folder(place: Path, source: str, lines: Iterable[str], depositor: str, day: str) -> Path:
    """Write the folder of a source of kind *deposit* and return it.

    ``lines`` are N-Triples, or N-Quads where a document has named other graphs; ``day`` is a date.
    """
    folder = place / source
    folder.mkdir()
    whole = sorted(lines)
    has_graphs = any(read_line(line.encode()).graph for line in whole)
    name = "deposit.nq" if has_graphs else _FILE
    label = Text(f"Setoran {source}", f"Deposit {source}")
    entries = {"id": source, "kind": "deposit", "file": name, "depositor": depositor, "date": day}
    head = "".join(f"{key} = {json.dumps(value)}\n" for key, value in entries.items())
    words = f'\n[label]\nid = "{label.id}"\nen = "{label.en}"\n'
    (folder / _ABOUT).write_text(head + words, encoding="utf-8")
    (folder / name).write_text("".join(whole), encoding="utf-8")
    return folder


def deposited(home: Path, release: Release, source: str) -> set[str] | None:
    """Return the lines of N-Triples that were deposited for a source; None if none were."""
    folder = Intake(home).folder(release.manifest.get("intake"))
    if folder is None:
        return None
    about = folder / "sources" / source / _ABOUT
    if not about.is_file() or tomllib.loads(about.read_text("utf-8"))["file"] != _FILE:
        return None
    return set(_lines(about.with_name(_FILE)))


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="\n") as file:
        yield from file

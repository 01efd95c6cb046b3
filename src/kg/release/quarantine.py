"""Batches that were refused, kept with their reports until they are mended or dropped.

``{home}/quarantine/{id}/``: ``input/`` as it came, ``report.ttl``, ``.jsonld`` and ``.nt`` (the
SHACL report), ``report.json`` (the table for people) and ``batch.json`` (who, when, why).
"""

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from rdflib import Graph, Literal
from rdflib.namespace import RDF, SH

from kg.errors import InputError, KgError, RecordError
from kg.ingest.overlay import sync_folder, write_durably
from kg.language import Language, Text
from kg.namespaces import GRAPH
from kg.release.act import Act
from kg.release.verdict import Entry, NonConformanceError, Verdict, in_order

QUARANTINE: Final = "quarantine"
UNREADABLE: Final = "unreadable-input"

REPORTS: Final = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt"}
"""The forms of a SHACL report, by the ending of the file, with rdflib's name for each."""


@dataclass(frozen=True)
class Refused:
    """A batch in quarantine; ``about`` is the content of ``batch.json``."""

    id: str
    folder: Path
    about: Mapping[str, Any]

    @property
    def input(self) -> Path:
        """Return the folder with the files as they came."""
        return self.folder / "input"

    @property
    def withdrawn(self) -> tuple[str, ...]:
        """Return the sources that the batch would withdraw."""
        return tuple(self.about["withdrawn"])

    def report(self, ending: str) -> str:
        """Return the report in a form: ``json`` or one of ``REPORTS``."""
        return (self.folder / f"report.{ending}").read_text("utf-8")

    def table(self, language: Language) -> Iterator[str]:
        """Yield the lines that a curator reads: place, what is wrong, of what, what to do."""
        for entry in json.loads(self.report("json"))["entries"]:
            places = entry["locations"] or [{"file": "-", "row": None, "column": None}]
            row = f":{places[0]['row']}" if places[0]["row"] else ""
            yield f"{places[0]['file']}{row}: {entry['severity']}: {entry['message'][language]}"
            said = (entry["node"], entry["path"], entry["value"])
            yield f"    {' '.join(part for part in said if part)}  ({entry['rule']})"
            if entry["advice"]:
                yield f"    → {entry['advice'][language]}"


class Quarantine:
    """The refused batches of a home."""

    def __init__(self, home: Path) -> None:
        self._root = home / QUARANTINE

    def put(
        self, inputs: Mapping[str, bytes], withdrawn: Iterable[str], act: Act, verdict: Verdict
    ) -> Refused:
        """Keep a batch with its verdict; the same input takes the place of itself.

        Raises ``OSError`` if the disk does not take it.
        """
        gone = sorted(withdrawn)
        identifier = _identifier(inputs, gone)
        about = {
            **act.ended(verdict).as_json(),
            "withdrawn": gone,
            "violations": len(verdict.of("violation")),
        }
        files = {f"input/{name}": body for name, body in inputs.items()}
        files |= {f"report.{e}": _serialised(verdict.report, f) for e, f in REPORTS.items()}
        files["report.json"] = verdict.as_json().encode()
        files["batch.json"] = json.dumps(about, ensure_ascii=False, indent=2).encode()
        self._root.mkdir(parents=True, exist_ok=True)
        incoming = Path(tempfile.mkdtemp(prefix=".incoming-", dir=self._root))
        try:
            for name, body in files.items():
                (incoming / name).parent.mkdir(parents=True, exist_ok=True)
                write_durably(incoming / name, body)
            self.drop(identifier)
            incoming.rename(self._root / identifier)
        finally:
            shutil.rmtree(incoming, ignore_errors=True)
        sync_folder(self._root)
        return self.get(identifier)

    def all(self) -> list[Refused]:
        """Return every batch, the oldest first."""
        found = self._root.glob("*/batch.json")
        refused = [self._open(path.parent) for path in found if path.parent.name[0] != "."]
        return sorted(refused, key=lambda batch: (batch.about["started_at"], batch.id))

    def get(self, identifier: str) -> Refused:
        """Return the batch with an id, or the only one whose id begins so; raises ``KgError``."""
        found = [batch for batch in self.all() if batch.id.startswith(identifier)]
        if len(found) != 1 or not identifier:
            raise _NotOneError(
                Text(
                    "Tidak ada tepat satu kiriman '{id}' dalam karantina",
                    "There is not exactly one batch '{id}' in quarantine",
                ).format(id=identifier)
            )
        return found[0]

    def drop(self, identifier: str) -> None:
        """Remove a batch by its whole id; it is no error if there is none."""
        shutil.rmtree(self._root / identifier, ignore_errors=True)

    def _open(self, folder: Path) -> Refused:
        about = json.loads((folder / "batch.json").read_text("utf-8"))
        return Refused(folder.name, folder, about)


class _NotOneError(KgError):
    http_status = 404


def verdict_of(error: KgError) -> Verdict:
    """Return why a batch was refused as a verdict, also where it could not even be read."""
    if isinstance(error, NonConformanceError):
        return error.verdict
    faults = error.faults if isinstance(error, InputError) else [error]
    entries = (_entry(fault) for fault in faults if isinstance(fault, RecordError))
    report = Graph()
    report.add((GRAPH["validation#report"], RDF.type, SH.ValidationReport))
    report.add((GRAPH["validation#report"], SH.conforms, Literal(False)))  # noqa: FBT003
    return Verdict(in_order(entries), report)


def _entry(fault: RecordError) -> Entry:
    return Entry(
        severity="violation",
        rule=UNREADABLE,
        node=Literal(fault.location.file.name),
        path=None,
        value=fault.value,
        message=fault.message,
        advice=None,
        locations=(fault.location,),
    )


def _identifier(inputs: Mapping[str, bytes], withdrawn: Iterable[str]) -> str:
    entries = [f"{name}\t{sha256(body).hexdigest()}\n" for name, body in sorted(inputs.items())]
    entries += [f"-{name}\n" for name in withdrawn]
    return sha256("".join(entries).encode()).hexdigest()[:12]


def _serialised(report: Graph, form: str) -> bytes:
    return report.serialize(format=form, encoding="utf-8")

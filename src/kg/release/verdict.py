"""The gate's answer: every result with the file and row it comes from, and whether it may pass."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from textwrap import shorten
from typing import Any, Final, Literal

from rdflib import Graph
from rdflib.term import Node

from kg.errors import KgError, Location
from kg.iris import compress_iri
from kg.language import Language, Text, counted

Severity = Literal["violation", "warning", "info"]

_VALUE_WIDTH: Final = 160

_WORDS: Final[Mapping[str, Text]] = {
    "violation": Text("PELANGGARAN", "VIOLATION"),
    "warning": Text("peringatan", "warning"),
    "info": Text("catatan", "note"),
}


@dataclass(frozen=True)
class Entry:
    """One thing that the gate has to say; ``rule`` is a shape's IRI or a check's name."""

    severity: Severity
    rule: str
    node: Node
    path: Node | None
    value: Node | str | None
    message: Text
    advice: Text | None
    locations: tuple[Location, ...]

    def explain(self, language: Language, prefixes: Mapping[str, str]) -> str:
        """Return the lines that a curator reads: place, severity, node and value, what to do."""
        place = str(self.locations[0]) if self.locations else "-"
        subject = " ".join(
            shorten(compress_iri(str(term), prefixes), _VALUE_WIDTH, placeholder=" …")
            for term in (self.node, self.path, self.value)
            if term is not None
        )
        rule = compress_iri(self.rule, prefixes)
        lines = [f"{place}: {_WORDS[self.severity][language]}: {self.message[language]}"]
        lines.append(f"    {subject}  ({rule})")
        if self.advice:
            lines.append(f"    → {self.advice[language]}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """Return plain values, both languages included."""
        return {
            "severity": self.severity,
            "rule": self.rule,
            "node": str(self.node),
            "path": None if self.path is None else str(self.path),
            "value": None if self.value is None else str(self.value),
            "message": self.message._asdict(),
            "advice": self.advice._asdict() if self.advice else None,
            "locations": [
                {"file": str(place.file), "row": place.row, "column": place.column}
                for place in self.locations
            ],
        }


@dataclass(frozen=True)
class Verdict:
    """All entries, violations first, and the standard SHACL report as a graph."""

    entries: tuple[Entry, ...]
    report: Graph

    @property
    def conforms(self) -> bool:
        """Say whether the candidate may be published: it has no violation."""
        return not self.of("violation")

    def of(self, severity: Severity) -> tuple[Entry, ...]:
        """Return the entries of one severity."""
        return tuple(entry for entry in self.entries if entry.severity == severity)

    def explain(self, language: Language, prefixes: Mapping[str, str]) -> str:
        """Return the table for people, its summary last."""
        lines = [entry.explain(language, prefixes) for entry in self.entries]
        summary = Text(
            "{violations} pelanggaran, {warnings} peringatan",
            "{violations} violations, {warnings} warnings",
        ).format(violations=len(self.of("violation")), warnings=len(self.of("warning")))
        return "\n".join([*lines, summary[language]])

    def as_json(self) -> str:
        """Return the same as a JSON text."""
        document = {"conforms": self.conforms, "entries": [e.as_json() for e in self.entries]}
        return json.dumps(document, ensure_ascii=False, indent=2)


class NonConformanceError(KgError):
    """A candidate that the gate refused; ``verdict`` says why."""

    http_status = 422

    def __init__(self, verdict: Verdict) -> None:
        count = counted(
            len(verdict.of("violation")), Text("pelanggaran", "violation"), "violations"
        )
        super().__init__(
            Text(
                f"Rilis tidak dibuat: {count.id}. Rilis yang berlaku tidak berubah.",
                f"No release was made: {count.en}. The current release is unchanged.",
            )
        )
        self.verdict = verdict


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return entries by severity, then by place and rule, so that reports are repeatable."""
    rank = {"violation": 0, "warning": 1, "info": 2}
    return tuple(
        sorted(
            entries,
            key=lambda e: (
                rank[e.severity],
                [(str(p.file), p.row or 0) for p in e.locations],
                e.rule,
                str(e.node),
                str(e.value),
            ),
        )
    )

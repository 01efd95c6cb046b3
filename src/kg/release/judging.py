"""The gate before a change: the one function that says whether it may pass."""

import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rdflib import Literal, URIRef
from rdflib.term import Node

from kg.ingest.batch import Batch
from kg.ingest.fingerprints import fingerprints, shared_runs
from kg.ingest.locations import Locations
from kg.ingest.text_rules import TextRules, read_text_rules
from kg.namespaces import CANONICAL_BASE
from kg.release.draft import Draft
from kg.release.gate import copied_text
from kg.release.judgement import Candidate, Difference, Gate, judge_change
from kg.release.rebased import rebase_quad
from kg.release.standing import hash_folder
from kg.release.verdict import Entry, Verdict, in_order
from kg.settings import Settings
from kg.store import Quad, parse_rdf
from kg.validation import Report, read_report


@dataclass(frozen=True)
class Question:
    """A change that is to be judged.

    ``draft`` holds the releases before and after, and as lines what leads from one to the other;
    ``batch`` is what was brought; ``earlier`` the folder of what was brought before it;
    ``locations`` say where things were written. ``ontology`` is the hash of the ontology folder
    (see ``hash_folder``), where it has just been made.
    """

    draft: Draft
    batch: Batch
    earlier: Path | None
    locations: Locations
    ontology: str | None = None


JudgeChange = Callable[[Question, Settings], Verdict]

_LONG: Final = """
SELECT DISTINCT ?s ?p ?o WHERE {
  { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } }
  FILTER (isLiteral(?o) && isIRI(?s) && STRLEN(STR(?o)) > 14)
}"""
"""Every literal that eight words have room in."""


def judge_draft(question: Question, settings: Settings) -> Verdict:
    """Return the verdict on the release that a change leads to, at the cost of the change.

    Entries and report are those that judging the whole release would give. Raises
    ``ShapesError`` if a shape is at fault.
    """
    draft = question.draft
    opened = _open(settings.ontology, question.ontology)
    difference = Difference(_quads(draft.added), _quads(draft.removed))
    verdict, _ = judge_change(
        Candidate(draft.after.store, draft.base),
        opened.gate,
        opened.report_of(draft.reported),
        difference,
        question.locations,
    )
    copied = _copied_text(question, settings, difference.added)
    return Verdict(in_order((*verdict.entries, *copied)), verdict.report)


@dataclass
class _Opened:
    """A gate, and the last report that was read for it: most batches leave that as it is."""

    gate: Gate
    _reported: frozenset[Quad] = frozenset()
    _report: Report | None = None

    def report_of(self, reported: frozenset[Quad]) -> Report:
        """Return the report that the quads of a graph tell."""
        if self._report is None or reported != self._reported:
            self._report = read_report((quad[:3] for quad in reported), self.gate.shapes)
            self._reported = reported
        return self._report


_opened: dict[tuple[Path, str], _Opened] = {}


def _open(ontology: Path, digest: str | None = None) -> _Opened:
    """Return the gate of an ontology folder, read anew only if a file of it has changed."""
    key = ontology.resolve(), digest or hash_folder(ontology)
    opened = _opened.get(key)
    if opened is None:
        opened = _Opened(Gate.open(ontology))
        _opened.clear()
        if hash_folder(ontology) == key[1]:
            _opened[key] = opened
            # It stays: the collector of garbage need not look through it at every batch.
            gc.collect()
            gc.freeze()
    return opened


def _quads(lines: set[bytes]) -> Sequence[Quad]:
    return parse_rdf(b"".join(sorted(lines)).decode(), "nq", "https://nothing.invalid/")


def _copied_text(question: Question, settings: Settings, added: Sequence[Quad]) -> Iterator[Entry]:
    """Apply the eight-word rule to what is new: new literals, and old ones to new texts."""
    draft, batch = question.draft, question.batch
    earlier = read_text_rules([root for root in (settings.data, question.earlier) if root])
    brought = {
        source.source.id: frozenset(source.files.get("shingles.txt", b"").decode().split("\n"))
        for source in batch.sources
    }
    left = {k: v for k, v in earlier.fingerprints.items() if k not in batch.withdrawn}
    rules = TextRules(earlier.proper_names, {**left, **brought})
    literals: set[tuple[Node, Node, Literal]] = {
        (subject, predicate, value)
        for subject, predicate, value, _ in (
            rebase_quad(quad, draft.base, CANONICAL_BASE) for quad in added
        )
        if isinstance(value, Literal) and isinstance(subject, URIRef)
    }
    names = {run for name in rules.proper_names for run in fingerprints(name)}
    known = frozenset().union(*earlier.fingerprints.values())
    fresh = frozenset().union(*brought.values()) - known - names
    if fresh - {""}:
        literals |= set(_touched(draft, fresh))
    yield from copied_text(literals, rules, question.locations)


def _touched(draft: Draft, fresh: frozenset[str]) -> Iterator[tuple[Node, Node, Literal]]:
    for row in draft.after.select(_LONG):
        value = row["o"]
        if isinstance(value, Literal) and any(shared_runs(str(value), fresh)):
            yield row["s"], row["p"], value


def locations_of(batch: Batch) -> Locations:
    """Return where in the files of a batch a node or a triple was written."""
    locations = Locations()
    for brought in batch.sources:
        locations.add_source(brought.source)
    for thing, _, _, place in batch.things:
        locations.add_node(thing, place)
    return locations

"""The gate: the whole candidate must conform to the shapes and pass the checks."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from kg.ingest.corpus import Corpus
from kg.ingest.fingerprints import fingerprints, shared_runs
from kg.ingest.locations import Locations
from kg.ingest.text_rules import TextRules
from kg.language import Text
from kg.release.candidate import Candidate, nquads
from kg.release.verdict import Entry, Severity, Verdict, in_order
from kg.release.view import view_of
from kg.store import MemoryStore
from kg.terms import ordered
from kg.validation import Finding, Result, Shapes, run_checks, validate_view

_SEVERITIES: Final[Mapping[Node, Severity]] = {
    SH.Violation: "violation",
    SH.Warning: "warning",
    SH.Info: "info",
}

COPIED_TEXT: Final = "copied-text"


def judge(
    candidate: Candidate,
    shapes: Shapes,
    checks: Path,
    corpus: Corpus | TextRules,
    locations: Locations,
) -> Verdict:
    """Return what the shapes, the hygiene checks and the eight-word rule say of a candidate."""
    store = MemoryStore(candidate.nquads())
    report = validate_view(view_of(store), shapes)
    entries = [
        *(from_result(result, locations) for result in report.results),
        *(from_finding(finding, locations) for finding in run_checks(store.select, checks)),
        *copied_text(_literals(candidate), corpus, locations),
    ]
    return Verdict(in_order(entries), report.to_graph())


def judge_view(
    view: Graph, graphs: Mapping[URIRef, Graph], shapes: Shapes, locations: Locations
) -> Verdict:
    """Return what the shapes alone say of a view and the named graphs around it."""
    report = validate_view(view_of(MemoryStore(nquads(view, graphs))), shapes)
    entries = (from_result(result, locations) for result in report.results)
    return Verdict(in_order(entries), report.to_graph())


def from_result(result: Result, locations: Locations) -> Entry:
    """Return what a result says to a curator, with the places it comes from."""
    return Entry(
        severity=_SEVERITIES[result.severity],
        rule=str(result.shape),
        node=result.focus_node,
        path=result.path,
        value=result.value,
        message=result.message,
        advice=None,
        locations=locations.find(result.focus_node, result.path, result.value),
    )


def from_finding(finding: Finding, locations: Locations) -> Entry:
    """Return what a finding says to a curator, with the places it comes from."""
    return Entry(
        severity="violation",
        rule=finding.check,
        node=finding.node,
        path=None,
        value=finding.detail,
        message=finding.problem,
        advice=finding.fix,
        locations=locations.find(finding.node),
    )


def copied_text(
    literals: Iterable[tuple[Node, Node, Literal]],
    corpus: Corpus | TextRules,
    locations: Locations,
) -> Iterator[Entry]:
    """Yield every literal that shares eight words in a row with a source's text.

    Official names and titles may: ``data/proper-names.txt`` lists them.
    """
    names = {run for name in corpus.proper_names for run in fingerprints(name)}
    known = frozenset().union(*corpus.fingerprints.values()) - names
    for subject, predicate, value in ordered(set(literals)):
        for run in shared_runs(str(value), known):
            yield Entry(
                severity="violation",
                rule=COPIED_TEXT,
                node=subject,
                path=predicate,
                value=Literal(run),
                message=Text(
                    "Delapan kata berturut-turut disalin dari naskah sumber",
                    "Eight words in a row are copied from the text of a source",
                ),
                advice=Text(
                    "Tulis dengan kata sendiri, atau daftarkan nama resmi di proper-names.txt",
                    "Use words of your own, or list an official name in proper-names.txt",
                ),
                locations=locations.find(subject, predicate, value),
            )


def _literals(candidate: Candidate) -> Iterable[tuple[Node, Node, Literal]]:
    for graph in (candidate.default, *candidate.graphs.values()):
        for subject, predicate, value in graph:
            if isinstance(value, Literal) and isinstance(subject, URIRef):
                yield subject, predicate, value

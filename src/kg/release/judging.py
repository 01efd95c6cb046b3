"""The gate before a change: the one function that says whether it may pass.

It judges the whole release that would come of the change. Whatever gives the same verdict from
the change alone may take its place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph, URIRef

from kg.ingest.batch import Batch
from kg.ingest.locations import Locations
from kg.ingest.text_rules import TextRules, read_text_rules
from kg.namespaces import GRAPH
from kg.release.candidate import Candidate
from kg.release.draft import Draft
from kg.release.gate import judge
from kg.release.verdict import Verdict
from kg.settings import Settings
from kg.store import DEFAULT_GRAPH
from kg.validation import load_shapes


@dataclass(frozen=True)
class Question:
    """A change that is to be judged.

    ``draft`` holds the releases before and after, and as lines what leads from one to the other;
    ``batch`` is what was brought; ``earlier`` the folder of what was brought before it.
    """

    draft: Draft
    batch: Batch
    earlier: Path | None


JudgeChange = Callable[[Question, Settings], Verdict]


def judge_change(question: Question, settings: Settings) -> Verdict:
    """Return the verdict on the release that a change leads to.

    Its report is that of the whole release, not of the change alone. Raises ``ShapesError`` if
    a shape is at fault.
    """
    names = question.draft.after.graph_names()
    graphs = {name: _graph(question.draft, name) for name in names if name != GRAPH.validation}
    return judge(
        Candidate(_graph(question.draft, None), graphs),
        load_shapes(settings.ontology),
        settings.ontology / "checks",
        _rules(question, settings),
        locations_of(question.batch),
    )


def _rules(question: Question, settings: Settings) -> TextRules:
    rules = read_text_rules([r for r in (settings.data, question.earlier) if r])
    runs = {
        brought.source.id: frozenset(brought.files.get("shingles.txt", b"").decode().split("\n"))
        for brought in question.batch.sources
    }
    left = {k: v for k, v in rules.fingerprints.items() if k not in question.batch.withdrawn}
    return TextRules(rules.proper_names, {**left, **runs})


def locations_of(batch: Batch) -> Locations:
    """Return where in the files of a batch a node or a triple was written."""
    locations = Locations()
    for brought in batch.sources:
        locations.add_source(brought.source)
    for thing, _, _, place in batch.things:
        locations.add_node(thing, place)
    return locations


def _graph(draft: Draft, name: URIRef | None) -> Graph:
    graph = Graph()
    for quad in draft.after.quads(graph=name or DEFAULT_GRAPH):
        graph.add(quad[:3])
    return graph

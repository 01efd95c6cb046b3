"""Judging a change: the verdict on the whole candidate, at the cost of what has changed in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from kg.ingest.locations import Locations
from kg.namespaces import CANONICAL_BASE
from kg.release.gate import from_finding, from_result
from kg.release.verdict import Verdict, in_order
from kg.release.view import Reading, changes_of
from kg.store import Quad
from kg.store.release import Queryable
from kg.validation import (
    Check,
    Dependencies,
    Report,
    Shapes,
    load_shapes,
    prepare,
    read_check,
    recheck,
    revalidate,
)


@dataclass(frozen=True)
class Gate:
    """Shapes and checks, read once for any number of judgements.

    Shapes, checks and reports name things by the canonical base, whatever base a store has.
    """

    shapes: Shapes
    dependencies: Dependencies
    checks: tuple[Check, ...]

    @classmethod
    def open(cls, ontology: Path) -> "Gate":
        """Read the shapes and checks of an ontology folder (about two seconds).

        Raises ``ShapesError`` or ``RecordError`` if one of them is at fault.
        """
        shapes = load_shapes(ontology)
        files = sorted((ontology / "checks").glob("*.rq"))
        checks = tuple(map(read_check, files))
        prepare(checks)
        return cls(shapes, Dependencies.of(shapes), checks)


class Candidate(NamedTuple):
    """A store that holds a candidate after a change; its own IRIs begin with ``base``."""

    store: Queryable
    base: str = CANONICAL_BASE


class Difference(NamedTuple):
    """The quads of all graphs that a change added and removed, as they are in the store."""

    added: Sequence[Quad] = ()
    removed: Sequence[Quad] = ()


def judge_change(
    candidate: Candidate,
    gate: Gate,
    before: Report,
    difference: Difference,
    locations: Locations | None = None,
) -> tuple[Verdict, Report]:
    """Return the verdict on a candidate, at the cost of what has changed in it.

    ``candidate`` is a store with default graph and named graphs. ``before`` is the report on it
    before the change: the second value that this function returned for it, or what
    ``kg.validation.read_report`` reads from ``graph/validation`` of a release that was made with
    the same shapes (with canonical IRIs: see ``kg.iris.rebase_term``). ``difference`` may
    leave out ``graph/validation`` itself. To name more than has changed is harmless, to name
    less is not. What stood in the candidate before must have passed the checks, as every
    release has.

    The verdict has the entries that judging the whole would give, save the eight-word rule,
    which looks at texts and not at the graph; ``locations`` says in which file and row things
    were written. The second value is the report to go on from, with canonical IRIs. A shape or
    query that cannot be judged in part is judged whole. Raises ``ShapesError``.
    """
    store, base = candidate
    changes = changes_of(*difference, base)
    plain = changes_of(*difference, base, in_view=False)
    places = locations or Locations()
    reading = Reading(store, base)
    report = revalidate(reading.view(), gate.shapes, gate.dependencies, before, changes)
    findings = recheck(reading.default_view(), gate.checks, plain)
    entries = (
        *(from_result(result, places) for result in report.results),
        *(from_finding(finding, places) for finding in findings),
    )
    return Verdict(in_order(entries), report.to_graph()), report

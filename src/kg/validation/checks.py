"""Hygiene checks: queries over a release that return faults, so that no solution means a pass.

A check is a file ``ontology/checks/{name}.rq`` that opens with comment lines in two languages::

    # Problem: …    # Masalah: …
    # Why: …        # Mengapa: …
    # Fix: …        # Perbaikan: …
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from rdflib import BNode, URIRef
from rdflib.term import Node, Variable

from kg.errors import Location, RecordError
from kg.language import Text
from kg.validation.affected import EVERYTHING, Tracer
from kg.validation.extract import Extract, held
from kg.validation.lookup import Changes, Lookup, Select, View
from kg.validation.patterns import NotLocalError
from kg.validation.query_scopes import QueryScopes, scopes_of_query
from kg.validation.restriction import restrict_groups

_NODE: Final = Variable("node")
_AT_ONCE: Final = 2000

_HEADER: Final = re.compile(r"^#\s*(?P<key>[A-Z][a-z]+):\s*(?P<wording>.*\S)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Check:
    """One check: its name, what a solution means, why that is a fault, and how to mend it."""

    name: str
    query: str
    problem: Text
    why: Text
    fix: Text


@dataclass(frozen=True)
class Finding:
    """One solution of a check: the node at fault and, in a few words or an IRI, what about it."""

    check: str
    node: Node
    detail: str
    problem: Text
    fix: Text


def read_check(file: Path) -> Check:
    """Read one check; raises ``RecordError`` if a line of its header is missing."""
    query = file.read_text("utf-8")
    header = {match["key"]: match["wording"] for match in _HEADER.finditer(query)}

    def wording(indonesian: str, english: str) -> Text:
        for key in (indonesian, english):
            if key not in header:
                raise RecordError(
                    Location(file),
                    Text("Baris kepala tidak ada", "A line of the header is missing"),
                    f"# {key}:",
                )
        return Text(header[indonesian], header[english])

    return Check(
        file.stem,
        query,
        problem=wording("Masalah", "Problem"),
        why=wording("Mengapa", "Why"),
        fix=wording("Perbaikan", "Fix"),
    )


def run_checks(select: Select, folder: Path) -> list[Finding]:
    """Run every check of a folder; the findings come in the order of checks and nodes.

    A check selects ``?node`` and, if it likes, ``?detail``.
    Raises ``RecordError`` for a check without its header.
    """
    findings: list[Finding] = []
    for file in sorted(folder.glob("*.rq")):
        check = read_check(file)
        findings.extend(_findings(check, select(check.query)))
    return findings


def recheck(view: View, checks: Iterable[Check], changes: Changes) -> list[Finding]:
    """Return the findings after a change to a dataset that had none.

    ``view`` is the default graph, with the named graphs around it. Only nodes that the change
    can touch are asked about; a check of which that cannot be told is asked as a whole.
    """
    tracer = Tracer(view, changes)
    lookup = Lookup(view) if changes.removed else tracer.lookup
    extract = Extract(view, lookup)
    # All that is to be asked is known before anything is: one extract is for all of it.
    asked = [(c, *_restricted(c, tracer, lookup, extract, view.select)) for c in checks]
    return [
        finding
        for check, select, queries in asked
        for query in queries
        for finding in _findings(check, select(query))
    ]


def _restricted(
    check: Check, tracer: Tracer, lookup: Lookup, extract: Extract, select: Select
) -> tuple[Select, list[str]]:
    """Return the queries that ask a check about what may have changed, and who is to be asked."""
    read = _scopes(check.query)
    found = EVERYTHING if read is None else tracer.focus_nodes(read.scopes)
    if read is None or found is EVERYTHING or any(isinstance(node, BNode) for node in found):
        return select, [check.query]
    nodes = sorted(n for n in held(read.required, found, lookup) if isinstance(n, URIRef))
    if nodes and len(nodes) <= _AT_ONCE and extract.add(read.scopes, nodes):
        select = extract.select
    starts = range(0, len(nodes), _AT_ONCE)
    return select, [
        restrict_groups(check.query, _NODE, nodes[start : start + _AT_ONCE]) for start in starts
    ]


def prepare(checks: Iterable[Check]) -> None:
    """Read what checks depend on beforehand, so that no change waits for it."""
    for check in checks:
        _scopes(check.query)


@lru_cache(maxsize=64)
def _scopes(query: str) -> QueryScopes | None:
    try:
        return scopes_of_query(query, _NODE)
    except NotLocalError:
        return None


def _findings(check: Check, solutions: Sequence[Mapping[str, Node]]) -> Iterator[Finding]:
    found = {(solution["node"], str(solution.get("detail", ""))) for solution in solutions}
    for node, detail in sorted(found, key=lambda pair: (pair[0].n3(), pair[1])):
        yield Finding(check.name, node, detail, check.problem, check.fix)

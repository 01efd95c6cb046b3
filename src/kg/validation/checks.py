"""Hygiene checks: queries over a release that return faults, so that no solution means a pass.

A check is a file ``ontology/checks/{name}.rq`` that opens with comment lines in two languages::

    # Problem: …    # Masalah: …
    # Why: …        # Mengapa: …
    # Fix: …        # Perbaikan: …
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from rdflib import RDF, BNode, URIRef
from rdflib.term import Node, Variable

from kg.errors import Location, RecordError
from kg.language import Text
from kg.validation.affected import EVERYTHING, Tracer
from kg.validation.extract import Extract, held
from kg.validation.lookup import Changes, Lookup, Select, TooManyError, View
from kg.validation.patterns import THIS, Cause, Closure, Edge, NotLocalError, Pattern, Step
from kg.validation.query_scopes import QueryScopes, renamed, scopes_of_query
from kg.validation.relations import Names, Row
from kg.validation.restriction import restrict_groups, subselects

_NODE: Final = Variable("node")
_AT_ONCE: Final = 2000
_FEW: Final = 8

_GROUPED: Final = re.compile(r"\bGROUP\s+BY\b", re.IGNORECASE)
_ABOUT_BLANKS: Final = re.compile(
    r"FILTER\s*\(\s*isBlank\(\?\w+\)(\s*\|\|\s*isBlank\(\?\w+\))*\s*\)", re.IGNORECASE
)

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
    can bring a finding about are asked about; a check of which that cannot be told is asked as
    a whole.
    """
    trace = _Trace(view, changes)
    suspects = [(check, trace.suspects(check)) for check in checks]
    # All that is to be asked is known before anything is: one extract is for all of it.
    extract = Extract(view, trace.lookup)
    asked = [
        (check, extract.select if trace.take_out(check, nodes, extract) else view.select, nodes)
        for check, nodes in suspects
    ]
    return [
        finding
        for check, select, nodes in asked
        for query in trace.queries(check, nodes)
        for finding in _findings(check, select(query))
    ]


class _Trace:
    """Finds the nodes that a change can bring a finding about, where there was none before."""

    def __init__(self, view: View, changes: Changes) -> None:
        self._view = view
        came, went = Changes(added=changes.added), Changes(removed=changes.removed)
        self._tracers = {Cause.ADDED: Tracer(view, came), Cause.REMOVED: Tracer(view, went)}
        self.lookup = self._tracers[Cause.ADDED].lookup
        self._has_blanks = any(BNode in map(type, statement) for statement in changes.added)

    def suspects(self, check: Check) -> list[URIRef] | None:
        """Return the nodes to ask a check about, sorted, or None for all."""
        read = _scopes(check.query)
        if read is None:
            return None
        if _is_about_blanks(check.query) and not self._has_blanks:
            return []
        among = self._among(read.required)
        found = set[Node]() if among == set() else self._touched(check, read)
        if found is EVERYTHING or any(isinstance(node, BNode) for node in found):
            return None
        nodes = held(read.required, found if among is None else found & among, self.lookup)
        return sorted(node for node in nodes if isinstance(node, URIRef))

    def _among(self, required: Iterable[Pattern]) -> set[Node] | None:
        """Return the nodes of a class, if all findings are about these and there are very few."""
        back = Step(RDF.type, inverse=True)
        for pattern in required:
            is_typed = pattern.subject == THIS and pattern.steps == (Step(RDF.type),)
            if is_typed and isinstance(pattern, Edge) and isinstance(pattern.object, URIRef):
                named = pattern.graph is not None
                with suppress(TooManyError):
                    found = self.lookup.along(back, {pattern.object}, named=named, most=_FEW)
                    return {statement.subject for statement in found[pattern.object]}
        return None

    def _touched(self, check: Check, read: QueryScopes) -> set[Node] | None:
        """Return the nodes of answers that the change can have made, as far as it tells itself."""
        names = _predicate_names(check.query)[:1]
        touched: set[Node] = set()
        for cause, tracer in self._tracers.items():
            found = tracer.rows((s for s in read.scopes if cause in s.cause), names)
            if found is EVERYTHING:
                return EVERYTHING
            for bound, rows in found.items():
                touched |= {row[0] for row in self._standing(bound, rows, read.required)}
        return touched

    def _standing(
        self, bound: Names, rows: Iterable[Row], required: Iterable[Pattern]
    ) -> Iterable[Row]:
        """Return the rows whose predicate, the second term if there is one, can be in an answer."""
        if len(bound) < 2:
            return rows
        about = renamed(required, {bound[1]: THIS, THIS: Variable(".node")})
        # Asked on their own: little is looked at of all that an ontology says of a predicate.
        predicates = held(about, {row[1] for row in rows}, Lookup(self._view))
        return [row for row in rows if row[1] in predicates]

    def take_out(self, check: Check, nodes: list[URIRef] | None, extract: Extract) -> bool:
        """Take out what a check can read of some nodes; say whether that is all in there."""
        read = _scopes(check.query)
        if read is None or not nodes or len(nodes) > _AT_ONCE:
            return False
        if any(isinstance(pattern, Closure) for scope in read.scopes for pattern in scope.own):
            # The engine walks a hierarchy faster than all of it is taken out.
            return False
        return extract.add(read.scopes, nodes)

    def queries(self, check: Check, nodes: list[URIRef] | None) -> Iterator[str]:
        """Yield the queries that ask a check about some nodes, or about all."""
        if nodes is None:
            yield check.query
            return
        for start in range(0, len(nodes), _AT_ONCE):
            some = nodes[start : start + _AT_ONCE]
            yield restrict_groups(check.query, _NODE, some, self._predicates(check, some))

    def _predicates(self, check: Check, nodes: list[URIRef]) -> dict[Variable, set[URIRef]]:
        """Return what some nodes say, by the variables that stand for it in subselects too."""
        found: dict[Variable, set[URIRef]] = {}
        for name in _predicate_names(check.query):
            if subselects(check.query, name.n3()):
                lists = self.lookup.along(Step(None), nodes).values()
                found[name] = {statement.predicate for said in lists for statement in said}
        return found


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


@lru_cache(maxsize=64)
def _predicate_names(query: str) -> Names:
    """Return the variables in the place of what a node says, wherever there is an answer."""
    read = _scopes(query)
    if read is None or _GROUPED.search(query):
        # An answer about a group may rest on what is not there any more.
        return ()
    edges = (p for p in read.required if isinstance(p, Edge) and p.subject == THIS)
    names = (p.name for p in edges if p.graph is None and p.steps == (Step(None),))
    return tuple(dict.fromkeys(name for name in names if name))


@lru_cache(maxsize=64)
def _is_about_blanks(query: str) -> bool:
    """Say whether a finding is a single statement that has a blank node."""
    read = _scopes(query)
    is_single = read is not None and [len(scope.own) for scope in read.scopes] == [1]
    return is_single and _ABOUT_BLANKS.search(query) is not None


def _findings(check: Check, solutions: Sequence[Mapping[str, Node]]) -> Iterator[Finding]:
    found = {(solution["node"], str(solution.get("detail", ""))) for solution in solutions}
    for node, detail in sorted(found, key=lambda pair: (pair[0].n3(), pair[1])):
        yield Finding(check.name, node, detail, check.problem, check.fix)

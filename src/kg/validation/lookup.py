"""Triples around nodes, asked of the engine for many nodes at once and kept."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from kg.validation.patterns import Step

Select = Callable[[str], Sequence[Mapping[str, Node]]]
"""Answers a SELECT query: one mapping a solution, from the variable's name to an RDF term.

Its default graph is the view; its named graphs are the article graphs and the links graph.
"""

_AT_ONCE: Final = 2000


class Statement(NamedTuple):
    """A triple of the view (``graph`` is None) or of a named graph."""

    subject: Node
    predicate: URIRef
    object: Node
    graph: Node | None = None


@dataclass(frozen=True)
class View:
    """What is validated, as far as it has to be known.

    ``select`` answers SELECT queries (see ``Select``); a triple may be counted more than once.
    ``touching(node)`` yields the statements whose subject or object is a blank node.
    """

    select: Select
    touching: Callable[[BNode], Iterable[Statement]]


@dataclass(frozen=True)
class Changes:
    """What was added to and removed from the view and its named graphs.

    To name more than has changed costs time and nothing else.
    """

    added: frozenset[Statement] = frozenset()
    removed: frozenset[Statement] = frozenset()

    def __len__(self) -> int:
        return len(self.added) + len(self.removed)

    def __iter__(self) -> Iterator[Statement]:
        yield from self.added
        yield from self.removed


class Lookup:
    """Statements by subject or object and predicate; what ``removed`` holds is still found."""

    def __init__(self, view: View, removed: Iterable[Statement] = ()) -> None:
        self._view = view
        self._known: dict[tuple[Step, bool], dict[Node, list[Statement]]] = defaultdict(dict)
        self._removed: dict[tuple[Node, bool], list[Statement]] = defaultdict(list)
        for statement in removed:
            self._removed[statement.subject, False].append(statement)
            self._removed[statement.object, True].append(statement)

    def along(
        self, step: Step, nodes: Collection[Node], *, named: bool = False
    ) -> dict[Node, list[Statement]]:
        """Return the statements that lead along a step from each of the nodes.

        ``named`` asks for those of the named graphs instead of those of the view.
        """
        known = self._known[step, named]
        missing = [node for node in nodes if node not in known]
        for node in missing:
            known[node] = [
                statement
                for statement in self._removed.get((node, step.inverse), ())
                if step.predicate in (None, statement.predicate)
                and (statement.graph is not None) is named
            ]
        askable = [n for n in missing if step.inverse or not isinstance(n, Literal)]
        for start in range(0, len(askable), _AT_ONCE):
            self._ask(step, askable[start : start + _AT_ONCE], known, named=named)
        return {node: known[node] for node in nodes}

    def fan(self, step: Step, nodes: Collection[Node]) -> int:
        """Count the statements of the view that lead along a step from any of the nodes."""
        known = self._known[step, False]
        missing = [node for node in nodes if node not in known and not isinstance(node, BNode)]
        total = sum(len(known[node]) for node in nodes if node in known)
        for start in range(0, len(missing), _AT_ONCE):
            rows = _values(missing[start : start + _AT_ONCE])
            body = _body(step, named=False)
            query = f"SELECT (COUNT(*) AS ?n) WHERE {{ VALUES (?i ?k) {{ {rows} }} {body} }}"
            total += int(str(self._view.select(query)[0]["n"]))
        return total

    def _ask(
        self, step: Step, nodes: list[Node], known: dict[Node, list[Statement]], *, named: bool
    ) -> None:
        blank = [node for node in nodes if isinstance(node, BNode)]
        for unnamed in blank:
            known[unnamed].extend(
                statement
                for statement in self._view.touching(unnamed)
                if step.predicate in (None, statement.predicate)
                and unnamed == (statement.object if step.inverse else statement.subject)
                and (statement.graph is not None) is named
            )
        rest = [node for node in nodes if not isinstance(node, BNode)]
        if not rest:
            return
        shown = "?i ?o" + (" ?p" if step.predicate is None else "") + (" ?g" if named else "")
        body = _body(step, named=named)
        query = f"SELECT {shown} WHERE {{ VALUES (?i ?k) {{ {_values(rest)} }} {body} }}"
        for row in self._view.select(query):
            node, other = rest[int(str(row["i"]))], row["o"]
            ends = (other, node) if step.inverse else (node, other)
            predicate = step.predicate or URIRef(str(row["p"]))
            known[node].append(Statement(ends[0], predicate, ends[1], row.get("g")))


def _values(nodes: Sequence[Node]) -> str:
    return " ".join(f"({number} {node.n3()})" for number, node in enumerate(nodes))


def _body(step: Step, *, named: bool) -> str:
    predicate = step.predicate.n3() if step.predicate else "?p"
    triple = f"?o {predicate} ?k" if step.inverse else f"?k {predicate} ?o"
    return f"GRAPH ?g {{ {triple} }}" if named else triple

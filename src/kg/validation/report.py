"""Validation reports (https://www.w3.org/TR/shacl/#validation-report), with stable names.

A result is named after its content, so two runs over the same data give the same report graph
and a report can be compared, linked to and published.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from kg.language import Text
from kg.namespaces import GRAPH
from kg.validation.shapes import Shapes

VALIDATION_GRAPH: Final = GRAPH["validation"]


@dataclass(frozen=True)
class Result:
    """One validation result. ``component`` is the kind of constraint that was not met.

    ``constraint`` is the node of a SPARQL-based constraint, None for core constraints;
    ``path`` and ``value`` are None where the standard leaves them out.
    """

    shape: URIRef
    component: URIRef
    focus_node: Node
    severity: URIRef
    message: Text
    path: Node | None = None
    value: Node | None = None
    constraint: URIRef | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What tells this result from others, as text: the sort order of a report."""
        parts = (self.shape, self.focus_node, self.component, self.path, self.value)
        return tuple("" if part is None else part.n3() for part in (*parts, self.constraint))

    @property
    def iri(self) -> URIRef:
        """The name of the result: a fragment of the validation graph, made from its content."""
        digest = hashlib.sha256("\n".join(self.key).encode()).hexdigest()
        return VALIDATION_GRAPH + f"#{digest[:16]}"


@dataclass(frozen=True)
class Report:
    """All results of one validation, without repetition and in a fixed order."""

    results: tuple[Result, ...]

    @classmethod
    def of(cls, results: Iterable[Result]) -> "Report":
        """Collect results from any number of engines."""
        return cls(tuple(sorted(set(results), key=lambda result: result.key)))

    @property
    def violations(self) -> tuple[Result, ...]:
        """The results that forbid publication."""
        return tuple(result for result in self.results if result.severity == SH.Violation)

    @property
    def warnings(self) -> tuple[Result, ...]:
        """The results that a curator should look at, of any severity below a violation."""
        return tuple(result for result in self.results if result.severity != SH.Violation)

    @property
    def conforms(self) -> bool:
        """Whether there is no violation; warnings do not count (SHACL would count them)."""
        return not self.violations

    def to_graph(self) -> Graph:
        """Return the report as an ``sh:ValidationReport`` without blank nodes."""
        graph = Graph()
        graph.bind("sh", SH)
        report = VALIDATION_GRAPH + "#report"
        graph.add((report, RDF.type, SH.ValidationReport))
        graph.add((report, SH.conforms, Literal(self.conforms)))
        for result in self.results:
            name = result.iri
            graph.add((report, SH.result, name))
            _describe(result, name, graph)
        return graph


def read_report(graph: Iterable[tuple[Node, Node, Node]], shapes: Shapes) -> Report:
    """Return the report that a graph holds, as ``to_graph`` writes it, in the words of the shapes.

    Raises ``KeyError`` for results of shapes that are not there any more.
    """
    said: dict[Node, dict[Node, Node]] = defaultdict(dict)
    named: list[Node] = []
    for subject, predicate, value in graph:
        if predicate == SH.result:
            named.append(value)
        else:
            said[subject][predicate] = value
    return Report.of(_result(node, said[node], shapes) for node in named)


def _result(node: Node, said: Mapping[Node, Node], shapes: Shapes) -> Result:
    shape = URIRef(str(said.get(SH.sourceShape)))
    constraint = said.get(SH.sourceConstraint)
    return Result(
        shape=shape,
        component=URIRef(str(said.get(SH.sourceConstraintComponent))),
        focus_node=said.get(SH.focusNode) or node,
        severity=shapes.severities[shape],
        message=shapes.messages[shape],
        path=said.get(SH.resultPath),
        value=said.get(SH.value),
        constraint=constraint if isinstance(constraint, URIRef) else None,
    )


@lru_cache(maxsize=512)
def _words(message: Text) -> tuple[Literal, Literal]:
    return Literal(message.id, lang="id"), Literal(message.en, lang="en")


def _describe(result: Result, name: URIRef, graph: Graph) -> None:
    indonesian, english = _words(result.message)
    properties: tuple[tuple[URIRef, Node | None], ...] = (
        (RDF.type, SH.ValidationResult),
        (SH.sourceShape, result.shape),
        (SH.sourceConstraintComponent, result.component),
        (SH.sourceConstraint, result.constraint),
        (SH.focusNode, result.focus_node),
        (SH.resultPath, result.path),
        (SH.value, result.value),
        (SH.resultSeverity, result.severity),
        (SH.resultMessage, indonesian),
        (SH.resultMessage, english),
    )
    for predicate, term in properties:
        if term is not None:
            graph.add((name, predicate, term))

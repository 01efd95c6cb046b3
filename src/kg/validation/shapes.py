"""The shapes graph: reading ``ontology/shapes/*.ttl`` and refusing what is wrong in it.

Shapes: https://www.w3.org/TR/shacl/#shapes. Beyond the standard, every shape that can report
must carry its message in both languages and its severity; nothing is left to a default.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS, SH
from rdflib.plugins.parsers.notation3 import BadSyntax
from rdflib.plugins.sparql import prepareQuery
from rdflib.term import Node

from kg.errors import Location, ShapesError
from kg.language import LANGUAGES, Text
from kg.namespaces import PREFIX_FILE
from kg.validation.patterns import NotLocalError
from kg.validation.rules import Rule, prefixes_in, prologue, read_rules
from kg.validation.shape_scopes import ShapeReader, ShapeScopes

_TARGETS: Final = (SH.targetNode, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)
_REASON: Final = re.compile(r"Bad syntax \((.*?)\) at \^")
_ONLY_LEADS_ON: Final = frozenset(
    (*_TARGETS, RDF.type, RDFS.label, RDFS.comment, RDFS.isDefinedBy, SH.name, SH.property)
)
"""What a shape may say without being able to report anything itself."""


@dataclass(frozen=True)
class Shapes:
    """A shapes graph, taken apart for the two ways of validating with it.

    ``graph`` is all of it; ``core`` lacks the SPARQL-based constraints, which are ``rules``.
    ``messages`` and ``severities`` are those of the shapes that can stand in a report.
    """

    graph: Graph
    core: Graph
    rules: tuple[Rule, ...]
    messages: Mapping[Node, Text]
    severities: Mapping[Node, URIRef]
    prefixes: Mapping[str, str]

    @classmethod
    def of(cls, graph: Graph) -> "Shapes":
        """Take a shapes graph apart; the prefix map must be in it (``sh:declare``).

        Raises ``ShapesError`` for a shape without a message in both languages or a severity.
        """
        core = Graph()
        core += (triple for triple in graph if triple[1] not in (SH.sparql, SH.select))
        reporting = sorted(reporting_shapes(graph), key=str)
        return cls(
            graph,
            core,
            tuple(read_rules(graph)),
            {shape: _message(shape, graph) for shape in reporting},
            {shape: _severity(shape, graph) for shape in reporting},
            dict(_prefixes(graph)),
        )

    @cached_property
    def scopes(self) -> Mapping[Node, ShapeScopes] | None:
        """What each shape with targets depends on; None where one needs the whole graph."""
        try:
            return {scopes.shape: scopes for scopes in ShapeReader(self.core).shapes}
        except NotLocalError:
            return None

    @cached_property
    def untargeted(self) -> Graph:
        """The core constraints without any target: for judging nodes that are named."""
        part = Graph()
        for triple in self.core:
            if triple[1] not in _TARGETS:
                part.add(triple)
        return part

    @cached_property
    def of_view(self) -> Graph:
        """The shapes graph without the rules that read named graphs."""
        return self.core + self._only(rule for rule in self.rules if not rule.reads_named_graphs)

    @cached_property
    def of_named_graphs(self) -> Graph:
        """The shapes graph of the rules that read named graphs, and of nothing else."""
        return self._only(rule for rule in self.rules if rule.reads_named_graphs)

    def _only(self, rules: Iterable[Rule]) -> Graph:
        part = Graph()
        used: set[str] = set()
        for rule in rules:
            used |= prefixes_in(rule.select)
            part.add((rule.shape, SH.sparql, rule.constraint))
            for predicate in (*_TARGETS, SH.severity, SH.message):
                part += self.graph.triples((rule.shape, predicate, None))
            part += self.graph.triples((rule.constraint, None, None))
        # pySHACL reads all declarations anew for every constraint, so only those that it needs.
        for declaration in self.graph.triples((None, SH.declare, None)):
            if str(self.graph.value(declaration[2], SH.prefix)) in used:
                part.add(declaration)
                part += self.graph.triples((declaration[2], None, None))
        return part


def reporting_shapes(graph: Graph) -> set[Node]:
    """Return the shapes whose name can stand in a report.

    They have a target, or a reporting shape leads to them by ``sh:property``. The members of
    ``sh:or`` and the like only decide whether the shape that names them reports.
    """
    found: set[Node] = set()
    reached = {shape for target in _TARGETS for shape in graph.subjects(target)}
    while reached:
        found |= reached
        reached = {o for shape in reached for o in graph.objects(shape, SH.property)} - found
    return {shape for shape in found if set(graph.predicates(shape)) - _ONLY_LEADS_ON}


def load_shapes(ontology: Path) -> Shapes:
    """Read every shapes file of the ontology folder and its prefix map.

    Raises ``ShapesError``, naming file and line, for Turtle or SPARQL that cannot be parsed.
    """
    files = sorted((ontology / "shapes").glob("*.ttl"))
    if not files:
        raise ShapesError(
            Text(
                "Tidak ada bentuk di {folder}; data tidak dapat diperiksa",
                "No shapes in {folder}; the data cannot be validated",
            ).format(folder=ontology / "shapes")
        )
    graph = _parse(ontology / PREFIX_FILE)
    prefixes = dict(_prefixes(graph))
    for file in files:
        part = _parse(file)
        _check_queries(part, prefixes, file)
        graph += part
    return Shapes.of(graph)


def _parse(file: Path) -> Graph:
    try:
        return Graph().parse(data=file.read_text("utf-8"), format="turtle")
    except BadSyntax as error:
        reason = _REASON.search(error.message)
        raise _fault(file, error.lines + 1, reason[1] if reason else error.message) from error
    except (OSError, UnicodeDecodeError) as error:
        raise _fault(file, None, str(error)) from error


def _check_queries(graph: Graph, prefixes: Mapping[str, str], file: Path) -> None:
    for query in sorted(map(str, graph.objects(None, SH.select))):
        header = prologue(prefixes, query)
        try:
            prepareQuery(header + query)
        except Exception as error:  # a class of its parser, or plain Exception for a prefix
            within = getattr(error, "lineno", header.count("\n") + 1) - header.count("\n")
            raise _fault(file, _line_of(file, query) + within - 1, str(error)) from error


def _line_of(file: Path, query: str) -> int:
    """Return the line on which a query starts; its text stands in the file as it is."""
    text = file.read_text("utf-8")
    return text.count("\n", 0, max(text.find(query), 0)) + 1


def _fault(file: Path, line: int | None, detail: str) -> ShapesError:
    return ShapesError(
        Text(
            "{place}: bentuk tidak terbaca: {detail}", "{place}: shapes cannot be read: {detail}"
        ).format(place=Location(file, line), detail=detail)
    )


def _prefixes(graph: Graph) -> Iterator[tuple[str, str]]:
    for declaration in graph.objects(None, SH.declare):
        yield (
            str(graph.value(declaration, SH.prefix)),
            str(graph.value(declaration, SH.namespace)),
        )


def _message(shape: Node, graph: Graph) -> Text:
    wordings = {
        message.language: str(message)
        for message in graph.objects(shape, SH.message)
        if isinstance(message, Literal)
    }
    if missing := [language for language in LANGUAGES if language not in wordings]:
        raise ShapesError(
            Text(
                "Bentuk {shape} tidak memiliki sh:message: {languages}",
                "Shape {shape} lacks sh:message: {languages}",
            ).format(shape=shape, languages=", ".join(missing))
        )
    return Text(*(wordings[language] for language in LANGUAGES))


def _severity(shape: Node, graph: Graph) -> URIRef:
    severity = graph.value(shape, SH.severity)
    if severity not in (SH.Violation, SH.Warning, SH.Info):
        raise ShapesError(
            Text("Bentuk {shape} tanpa sh:severity", "Shape {shape} lacks sh:severity").format(
                shape=shape
            )
        )
    return URIRef(str(severity))

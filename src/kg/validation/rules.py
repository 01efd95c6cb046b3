"""SPARQL-based constraints, and the same constraints as one query over all focus nodes.

SHACL asks a SPARQL-based constraint once a focus node, with ``$this`` bound beforehand
(https://www.w3.org/TR/shacl/#sparql-constraints). A set-level query joins ``$this`` with the
targets of the shape instead and is asked once; the text of the constraint itself is untouched,
so the shapes file stays the only home of the rule.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDFS, SH
from rdflib.term import Node

from kg.errors import ShapesError
from kg.language import Text

_TOKEN: Final = re.compile(
    r"""(?P<skip> \#[^\n]* | <[^<>"{}|^`\\\s]*> | "{3}.*?"{3} | '{3}.*?'{3}
        | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' )
      | (?P<open>\{)""",
    re.VERBOSE | re.DOTALL,
)
_PREFIX: Final = re.compile(r"(?<![\w:-])([A-Za-z][\w-]*):")


@dataclass(frozen=True)
class Targets:
    """The target declarations of a shape (https://www.w3.org/TR/shacl/#targets)."""

    nodes: tuple[Node, ...] = ()
    classes: tuple[Node, ...] = ()
    subjects_of: tuple[Node, ...] = ()
    objects_of: tuple[Node, ...] = ()

    @classmethod
    def of(cls, shape: Node, graph: Graph) -> "Targets":
        """Read the targets that a shape declares itself."""

        def declared(predicate: URIRef) -> tuple[Node, ...]:
            return tuple(sorted(graph.objects(shape, predicate), key=str))

        return cls(
            declared(SH.targetNode),
            declared(SH.targetClass),
            declared(SH.targetSubjectsOf),
            declared(SH.targetObjectsOf),
        )

    def patterns(self) -> Iterator[str]:
        """Yield one SPARQL pattern a declaration, each binding ``?this``."""
        if self.nodes:
            yield f"VALUES ?this {{ {' '.join(node.n3() for node in self.nodes)} }}"
        for name in self.classes:
            yield f"?this a/<{RDFS.subClassOf}>* {name.n3()}"
        for predicate in self.subjects_of:
            yield f"?this {predicate.n3()} ?targetObject"
        for predicate in self.objects_of:
            yield f"?targetSubject {predicate.n3()} ?this"


@dataclass(frozen=True)
class Rule:
    """One SPARQL-based constraint: its node, the shape that carries it, and its query text."""

    shape: URIRef
    constraint: URIRef
    select: str
    targets: Targets = field(default_factory=Targets)

    @property
    def reads_named_graphs(self) -> bool:
        """Whether the query looks into named graphs, so that one graph cannot answer it."""
        return re.search(r"\bGRAPH\b", self.select) is not None


def read_rules(graph: Graph) -> Iterator[Rule]:
    """Yield the SPARQL-based constraints of a shapes graph, in the order of their names."""
    for shape, constraint in sorted(graph.subject_objects(SH.sparql), key=str):
        if not isinstance(shape, URIRef) or not isinstance(constraint, URIRef):
            raise ShapesError(
                Text(
                    "Bentuk dan batasan SPARQL harus bernama: {shape}",
                    "Shapes and their SPARQL constraints must be named: {shape}",
                ).format(shape=shape)
            )
        select = graph.value(constraint, SH.select)
        if not isinstance(select, Literal):
            raise ShapesError(
                Text(
                    "{constraint} tidak memiliki sh:select", "{constraint} has no sh:select"
                ).format(constraint=constraint)
            )
        yield Rule(shape, constraint, str(select), Targets.of(shape, graph))


def prologue(prefixes: Mapping[str, str], query: str) -> str:
    """Return the ``PREFIX`` lines that a query needs from a prefix map."""
    used = sorted(prefixes_in(query) & prefixes.keys())
    return "".join(f"PREFIX {prefix}: <{prefixes[prefix]}>\n" for prefix in used)


def prefixes_in(query: str) -> set[str]:
    """Return every word that stands where a prefix may stand; some are none (``https:``)."""
    return set(_PREFIX.findall(query))


def set_level_query(rule: Rule, prefixes: Mapping[str, str]) -> str:
    """Return the query of a rule with ``?this`` joined with the targets of its shape.

    >>> rule = Rule(URIRef("s:S"), URIRef("s:Q"), "SELECT $this WHERE { $this <p:p> 1 }",
    ...             Targets(subjects_of=(URIRef("p:q"),)))
    >>> print(set_level_query(rule, {}))
    SELECT $this WHERE { { SELECT DISTINCT ?this WHERE { { ?this <p:q> ?targetObject } } }
     $this <p:p> 1 }
    """
    start = start_of_where(rule.select)
    union = " UNION ".join(f"{{ {pattern} }}" for pattern in rule.targets.patterns())
    if start is None or not union:
        raise ShapesError(
            Text(
                "{shape}: perlu sasaran dan kueri SELECT … WHERE {{ … }}",
                "{shape}: needs a target and a query SELECT … WHERE {{ … }}",
            ).format(shape=rule.shape)
        )
    focus = f" {{ SELECT DISTINCT ?this WHERE {{ {union} }} }}\n"
    return prologue(prefixes, rule.select) + rule.select[:start] + focus + rule.select[start:]


def start_of_where(select: str) -> int | None:
    """Return the offset behind the first brace outside comments, IRIs and strings."""
    for token in _TOKEN.finditer(select):
        if token["open"]:
            return token.end()
    return None

"""The one call to pySHACL, and the reading of its report.

pySHACL 0.40.1 drops the language of a message that it reports for a SPARQL-based constraint,
and takes its severity from the shape alone (tests/validation/test_pyshacl_pitfalls.py). So
message and severity are always read from the shapes graph here, by the source shape. Its
options ``focus_nodes`` and ``use_shapes`` give wrong results and are never used.
"""

import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pyshacl
from pyshacl.errors import ConstraintLoadError, ReportableRuntimeError, ShapeLoadError
from rdflib import Dataset, Graph, URIRef
from rdflib.namespace import SH
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result as Solutions
from rdflib.term import Node

from kg.errors import ShapesError
from kg.language import Text
from kg.validation.comparing import compare_whatever_comes
from kg.validation.report import Result
from kg.validation.shapes import Shapes


def run_pyshacl(data: Graph | Dataset, part: Graph, shapes: Shapes) -> Iterator[Result]:
    """Yield what pySHACL reports for the data against a part of the shapes graph.

    Raises ``ShapesError`` where pySHACL cannot evaluate a shape.
    """
    graph = _PreparingDataset.over(data) if isinstance(data, Dataset) else _Preparing.over(data)
    try:
        report, text = _report(graph, part)
    except (ReportableRuntimeError, ConstraintLoadError, ShapeLoadError) as error:
        raise _failure(str(error)) from error
    if not isinstance(report, Graph):
        raise _failure(text)
    for node in report.objects(None, SH.result):
        yield _read_result(node, report, shapes)


def _report(data: Graph, part: Graph) -> tuple[object, str]:
    compare_whatever_comes()
    with warnings.catch_warnings():
        # rdflib 7.6 warns of its own use of Dataset.default_context.
        warnings.simplefilter("ignore", DeprecationWarning)
        _, report, text = pyshacl.validate(
            data,
            shacl_graph=part,
            inference="none",
            advanced=False,
            allow_warnings=True,
            do_owl_imports=False,
        )
    return report, text


def _read_result(node: Node, report: Graph, shapes: Shapes) -> Result:
    shape = _iri(node, SH.sourceShape, report)
    constraint = report.value(node, SH.sourceConstraint)
    return Result(
        shape=shape,
        component=_iri(node, SH.sourceConstraintComponent, report),
        constraint=constraint if isinstance(constraint, URIRef) else None,
        focus_node=_term(node, SH.focusNode, report),
        path=report.value(node, SH.resultPath),
        value=report.value(node, SH.value),
        severity=shapes.severities[shape],
        message=shapes.messages[shape],
    )


def _term(node: Node, predicate: URIRef, report: Graph) -> Node:
    term = report.value(node, predicate)
    if term is None:
        raise _failure(str(predicate))
    return term


def _iri(node: Node, predicate: URIRef, report: Graph) -> URIRef:
    return URIRef(str(_term(node, predicate, report)))


def _failure(detail: str) -> ShapesError:
    return ShapesError(
        Text(
            "Bentuk tidak dapat dijalankan: {detail}", "The shapes cannot be evaluated: {detail}"
        ).format(detail=detail)
    )


@lru_cache(maxsize=256)
def _prepare(query: str) -> Query:
    return prepareQuery(query)


class _Preparing(Graph):
    """A graph that parses each query text once: pySHACL asks it again for every focus node."""

    @classmethod
    def over(cls, graph: Graph) -> "_Preparing":
        return cls(store=graph.store, identifier=graph.identifier)

    def query(self, query_object: str | Query, *args: Any, **kwargs: Any) -> Solutions:  # noqa: ANN401
        prepared = _prepare(query_object) if isinstance(query_object, str) else query_object
        return super().query(prepared, *args, **kwargs)


class _PreparingDataset(Dataset):
    """The same for a dataset, all of whose graphs are read as one."""

    @classmethod
    def over(cls, dataset: Dataset) -> "_PreparingDataset":
        return cls(store=dataset.store, default_union=True)

    def query(self, query_object: str | Query, *args: Any, **kwargs: Any) -> Solutions:  # noqa: ANN401
        prepared = _prepare(query_object) if isinstance(query_object, str) else query_object
        return super().query(prepared, *args, **kwargs)

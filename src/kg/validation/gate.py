"""The gate: validation of a view of the data against the shapes, in two ways that must agree.

``validate`` is for the build: core constraints by pySHACL, SPARQL-based ones as one set-level
query each on the engine that holds the data. ``validate_with_pyshacl`` leaves everything to
pySHACL, which asks each query once a focus node; it is the yardstick for the first.

Neither infers: a view carries the ontology, so that subclasses are known to both.
"""

from rdflib import Dataset, Graph

from kg.validation.engine import run_pyshacl
from kg.validation.lookup import Select
from kg.validation.report import Report
from kg.validation.rules import set_level_query
from kg.validation.shapes import Shapes
from kg.validation.whole import rule_results


def validate(view: Graph, shapes: Shapes, select: Select) -> Report:
    """Validate a view; ``select`` must answer over the same triples (see ``Select``).

    Raises ``ShapesError`` if the shapes cannot be evaluated. The view is left as it was.
    """
    results = list(run_pyshacl(view, shapes.core, shapes))
    for rule in shapes.rules:
        results.extend(rule_results(rule, shapes, select, set_level_query(rule, shapes.prefixes)))
    return Report.of(results)


def validate_with_pyshacl(view: Graph | Dataset, shapes: Shapes) -> Report:
    """Validate a view with pySHACL alone; slow (about a millisecond a focus node and query).

    The view is the default graph of a dataset. pySHACL validates the union of all its graphs,
    which would let the triples of an article graph answer for the view; so only rules that
    read named graphs are asked over the dataset, all else over its default graph.
    """
    dataset = view if isinstance(view, Dataset) else _as_dataset(view)
    return Report.of(
        [
            *run_pyshacl(dataset.default_graph, shapes.of_view, shapes),
            *run_pyshacl(dataset, shapes.of_named_graphs, shapes),
        ]
    )


def _as_dataset(view: Graph) -> Dataset:
    dataset = Dataset()
    for triple in view:
        dataset.default_graph.add(triple)
    return dataset

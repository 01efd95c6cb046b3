"""Measurements of coverage and quality (DQV), read from what a release says of itself."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from rdflib import URIRef
from rdflib.namespace import PROV, SKOS

from kg.release.quality import DQV
from kg.store import Quad, Term
from kg.web.reader import Reader


@dataclass(frozen=True)
class Measured:
    """A measurement; ``metric`` is the notation of its metric."""

    node: URIRef
    metric: str
    on: URIRef
    value: Decimal
    derived: tuple[URIRef, ...]

    @property
    def anchor(self) -> str:
        """Return its fragment."""
        return self.node.partition("#")[2]


def metric_quads(reader: Reader) -> list[Quad]:
    """Return the metrics and dimensions with all that is said of them, in no graph."""
    graph = reader.graph.vocabularies
    start = tuple(f"{reader.base}scheme/quality-{name}" for name in ("metric", "dimension"))
    found = chain.from_iterable(
        reader.store.quads(subject, graph=graph)
        for scheme in start
        for subject in (URIRef(scheme), *reader.subjects(SKOS.inScheme, URIRef(scheme)))
    )
    return sorted(quad._replace(graph=None) for quad in found)


def read_measurements(quads: Iterable[Quad]) -> Iterator[Measured]:
    """Yield the measurements that quads tell."""
    told: dict[Term, dict[URIRef, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        told[quad.subject][quad.predicate].append(quad.object)
    for node, said in told.items():
        if DQV.isMeasurementOf in said:
            (metric,), (on,), (value,) = (
                said[name] for name in (DQV.isMeasurementOf, DQV.computedOn, DQV.value)
            )
            yield Measured(
                URIRef(str(node)),
                metric.rpartition("/")[2],
                URIRef(str(on)),
                Decimal(str(value)),
                tuple(URIRef(str(origin)) for origin in said[PROV.wasDerivedFrom]),
            )

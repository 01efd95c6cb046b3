"""Every constraint has an example that trips it and nothing else; valid examples trip nothing.

An invalid example is a file that stands alone and opens with two comment lines::

    # Trips: inovsh:S15-member sh:MinCountConstraintComponent
    # Focus: tenure:bagus-hartono--bupati-sukamaju--pj

It is validated as the gate does it, with the ontology and all vocabularies beside it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from rdflib import Dataset, Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, RDFS, SH
from rdflib.term import Node

from kg.iris import expand_curie
from kg.settings import Settings
from kg.store import MemoryStore
from kg.validation import Report, Shapes, load_shapes, validate, validate_with_pyshacl

# rdflib 7.6 warns of what its own TriG parser uses.
pytestmark = pytest.mark.filterwarnings(r"ignore::DeprecationWarning:rdflib\..*")

FOLDER: Final = Settings().ontology / "examples"
VALID: Final = sorted((FOLDER / "valid").iterdir())
INVALID: Final = sorted((FOLDER / "invalid").iterdir())
HEADER: Final = re.compile(r"# Trips: (\S+) (\S+)\n# Focus: (\S+)\n")

TARGETS: Final = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)
LISTS_OF_SHAPES: Final = (SH["or"], SH["and"], SH.xone)
SHAPES: Final = (SH.property, SH.node, SH["not"], SH.qualifiedValueShape)
QUALIFIED: Final = (SH.qualifiedValueShape, SH.qualifiedMinCount, SH.qualifiedMaxCount)
DOCUMENTATION: Final = frozenset((RDF.type, RDFS.label, SH.name, SH.path, SH.message, SH.severity))


class Expectation(NamedTuple):
    """What an invalid example declares of itself."""

    shape: str
    component: str
    focus_node: str


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The shapes, and the ontology and vocabularies that are validated with every example."""

    shapes: Shapes
    context: Graph
    prefixes: Mapping[str, str]

    @cache  # noqa: B019
    def with_its_terms(self, file: Path) -> Dataset:
        """Return an example with as much of the context as it mentions.

        The rest trips nothing (a test of its own), but takes twenty times as long.
        """
        dataset = read(file)
        view = dataset.default_graph
        for term in {term for s, _, o in view for term in (s, o)}:
            for triple in self.context.triples((term, None, None)):
                view.add(triple)
            for ancestor in self.context.transitive_objects(term, RDFS.subClassOf):
                for parent in self.context.objects(ancestor, RDFS.subClassOf):
                    view.add((ancestor, RDFS.subClassOf, parent))
        return dataset

    @cache  # noqa: B019
    def expectation(self, file: Path) -> Expectation:
        """Read the two lines on top of an invalid example."""
        match = HEADER.match(file.read_text("utf-8"))
        assert match, f"{file.name} does not open with its two lines"
        return Expectation(*(self._expand(name) for name in match.groups()))

    def _expand(self, name: str) -> str:
        return name[1:-1] if name.startswith("<") else expand_curie(name, self.prefixes)


def read(file: Path) -> Dataset:
    dataset = Dataset()
    dataset.parse(data=file.read_text("utf-8"), format="trig")
    return dataset


def nquads(dataset: Dataset) -> bytes:
    lines = []
    for graph in dataset.graphs():
        triples = graph.serialize(format="nt", encoding="utf-8")
        if graph.identifier != dataset.default_graph.identifier:
            triples = triples.replace(b" .\n", f" <{graph.identifier}> .\n".encode())
        lines.append(triples)
    return b"".join(lines)


def both_ways(dataset: Dataset, shapes: Shapes) -> Report:
    """Validate as the build does and with pySHACL alone; the reports must be the same."""
    store = MemoryStore(nquads(dataset))
    report = validate(dataset.default_graph, shapes, store.select)
    assert validate_with_pyshacl(dataset, shapes) == report
    return report


def outcome(report: Report) -> set[Expectation]:
    return {
        Expectation(str(result.shape), str(result.component), str(result.focus_node))
        for result in report.results
    }


@pytest.fixture(scope="module")
def surroundings(
    ontology_folder: Path, terminology_graph: Graph, prefixes: Mapping[str, str]
) -> Surroundings:
    context = Graph()
    for triple in terminology_graph:
        context.add(triple)
    for file in sorted((ontology_folder / "vocabularies").glob("*.ttl")):
        context.parse(file)
    return Surroundings(load_shapes(ontology_folder), context, prefixes)


def test_there_are_examples_for_all_rows() -> None:
    assert len(VALID) >= 6
    assert len(INVALID) >= 275
    assert {file.name[:3] for file in INVALID} == {f"S{row:02}" for row in range(1, 79)}


def test_valid_examples_with_all_of_ontology_and_vocabularies_trip_nothing(
    surroundings: Surroundings,
) -> None:
    dataset = Dataset()
    for triple in surroundings.context:
        dataset.default_graph.add(triple)
    for file in VALID:
        dataset.parse(data=file.read_text("utf-8"), format="trig")
    assert both_ways(dataset, surroundings.shapes).results == ()


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.stem)
def test_valid_example_trips_nothing(file: Path, surroundings: Surroundings) -> None:
    report = both_ways(surroundings.with_its_terms(file), surroundings.shapes)
    assert report.results == ()


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_invalid_example_trips_its_shape_alone_both_ways(
    file: Path, surroundings: Surroundings
) -> None:
    report = both_ways(surroundings.with_its_terms(file), surroundings.shapes)
    assert outcome(report) == {surroundings.expectation(file)}


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_invalid_example_is_named_after_its_row(file: Path, surroundings: Surroundings) -> None:
    shape = surroundings.expectation(file).shape.rpartition("#")[2]
    assert file.stem[:4] == shape[:4]


# Mutations: the shapes graph without one constraint must change what some example does.

Triple = tuple[Node, Node, Node]


def constraints(graph: Graph) -> Iterator[tuple[Triple, ...]]:
    """Yield the triples of each constraint, and each target of a shape with few targets."""
    for shape in sorted(shapes_in(graph)):
        qualified = [t for t in graph.triples((shape, None, None)) if t[1] in QUALIFIED]
        if qualified:
            yield tuple(qualified)
        several = sum(1 for target in TARGETS for _ in graph.objects(shape, target)) > 4
        for triple in sorted(graph.triples((shape, None, None)), key=str):
            skipped = triple[1] in DOCUMENTATION or triple[1] in QUALIFIED
            if not skipped and not (several and triple[1] in TARGETS):
                yield (triple,)


def shapes_in(graph: Graph) -> set[URIRef]:
    kinds = (SH.NodeShape, SH.PropertyShape)
    return {URIRef(str(shape)) for kind in kinds for shape in graph.subjects(RDF.type, kind)}


def leads_to(shape: Node, graph: Graph) -> Iterator[Node]:
    """Yield the shapes that a shape names."""
    for predicate in SHAPES:
        yield from graph.objects(shape, predicate)
    for predicate in LISTS_OF_SHAPES:
        for members in graph.objects(shape, predicate):
            yield from Collection(graph, members)


def links_in(graph: Graph) -> list[tuple[Node, Node]]:
    return [(source, goal) for source in shapes_in(graph) for goal in leads_to(source, graph)]


def connected(shape: Node, links: Sequence[tuple[Node, Node]]) -> set[Node]:
    """Return a shape, all shapes that need it, and all shapes that one of these needs."""
    needing = reach({shape}, [(goal, source) for source, goal in links])
    return reach(needing, links)


def reach(start: Iterable[Node], links: Sequence[tuple[Node, Node]]) -> set[Node]:
    found = set(start)
    size = 0
    while size < len(found):
        size = len(found)
        found |= {goal for source, goal in links if source in found}
    return found


def part_of(graph: Graph, shapes: set[Node], without: Iterable[Triple]) -> Graph:
    """Return some shapes, with the lists, queries and prefixes that they use."""
    part = Graph()
    for shape in shapes:
        part += graph.triples((shape, None, None))
        for query in graph.objects(shape, SH.sparql):
            part += graph.triples((query, None, None))
    predicates = [RDF.first, RDF.rest]
    if (None, SH.sparql, None) in part:
        predicates += [SH.declare, SH.prefix, SH.namespace]
    for predicate in predicates:
        part += graph.triples((None, predicate, None))
    for triple in without:
        part.remove(triple)
    return part


def changes_an_example(
    triples: tuple[Triple, ...], links: Sequence[tuple[Node, Node]], surroundings: Surroundings
) -> bool:
    """Tell whether an example does something else when these triples leave the shapes graph."""
    mutated = triples[0][0]
    nearby = connected(mutated, links)
    shapes = Shapes.of(part_of(surroundings.shapes.graph, nearby, without=triples))

    def trips(file: Path) -> set[Expectation]:
        return outcome(validate_with_pyshacl(surroundings.with_its_terms(file), shapes))

    expected = {file: surroundings.expectation(file) for file in INVALID}
    claiming = [file for file in INVALID if URIRef(expected[file].shape) in nearby]
    claiming.sort(key=lambda file: expected[file].shape != str(mutated))
    return any(expected[file] not in trips(file) for file in claiming) or any(
        trips(file) for file in VALID
    )


@pytest.mark.differential
def test_removing_any_single_constraint_changes_an_example(surroundings: Surroundings) -> None:
    whole = surroundings.shapes.graph
    links = links_in(whole)
    mutations = list(constraints(whole))
    assert len(mutations) >= 300
    assert [m for m in mutations if not changes_an_example(m, links, surroundings)] == []

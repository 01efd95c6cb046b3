"""What a release says of itself: every number recomputed, in the store as it is served."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from rdflib import RDF, BNode, Graph, URIRef
from rdflib.namespace import DCTERMS, VOID

from kg.namespaces import CANONICAL_BASE, GRAPH, read_prefixes
from kg.release.candidate import nquads, union
from kg.release.catalog import DATASET, DCAT
from kg.release.completion import complete_release
from kg.release.description import SPDX, release_iri
from kg.release.publication import Incoming, Release
from kg.release.statistics import WHOLE, measure
from kg.settings import Settings
from kg.store import DEFAULT_GRAPH, MemoryStore, ReleaseStore, parse_rdf, write_store
from kg.validation import load_shapes, validate

B = CANONICAL_BASE
AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)

PREFIXES = f"""
PREFIX void: <http://rdfs.org/ns/void#>
PREFIX void-ext: <http://ldf.fi/void-ext#>
PREFIX rdf: <{RDF}>
PREFIX graph: <{GRAPH}>
"""

# Each row is a number that is told and the same number counted; a row must come for each number.
PARTITIONS: Mapping[str, tuple[str, str]] = {
    "entities of a class": (
        "?dataset void:classPartition ?part . ?part void:class ?c ; void:entities ?told",
        "SELECT ?c (COUNT(DISTINCT ?s) AS ?counted) { ?s a ?c } GROUP BY ?c",
    ),
    "triples of a property": (
        (
            "?dataset a void:Dataset ; void:propertyPartition ?part . "
            "?part void:property ?p ; void:triples ?told"
        ),
        "SELECT ?p (COUNT(*) AS ?counted) { ?s ?p ?o } GROUP BY ?p",
    ),
    "subjects of a property": (
        "?part void:property ?p ; void:distinctSubjects ?told",
        "SELECT ?p (COUNT(DISTINCT ?s) AS ?counted) { ?s ?p ?o } GROUP BY ?p",
    ),
    "objects of a property": (
        "?part void:property ?p ; void:distinctObjects ?told",
        # Different numbers of different numbers would be true of themselves by luck alone.
        (
            "SELECT ?p (COUNT(DISTINCT ?o) AS ?counted) { ?s ?p ?o "
            "FILTER (?p NOT IN (void:triples, void:entities, void:distinctSubjects, "
            "void:distinctObjects, void:properties, void:classes)) } GROUP BY ?p"
        ),
    ),
    "triples of a property in a class": (
        (
            "?all void:class ?c ; void:propertyPartition ?part . "
            "?part void:property ?p ; void:triples ?told"
        ),
        "SELECT ?c ?p (COUNT(*) AS ?counted) { ?s a ?c ; ?p ?o } GROUP BY ?c ?p",
    ),
    "objects of a class": (
        (
            "?all void:class ?c ; void:propertyPartition ?in . ?in void:property ?p ; "
            "void:classPartition ?part . ?part void:class ?d ; void:triples ?told"
        ),
        "SELECT ?c ?p ?d (COUNT(*) AS ?counted) { ?s a ?c ; ?p ?o . ?o a ?d } GROUP BY ?c ?p ?d",
    ),
    "objects of a datatype": (
        (
            "?all void:class ?c ; void:propertyPartition ?in . ?in void:property ?p ; "
            "void-ext:datatypePartition ?part . ?part void-ext:datatype ?d ; void:triples ?told"
        ),
        (
            "SELECT ?c ?p ?d (COUNT(*) AS ?counted) "
            "{ ?s a ?c ; ?p ?o FILTER (isLiteral(?o)) BIND (DATATYPE(?o) AS ?d) } GROUP BY ?c ?p ?d"
        ),
    ),
}
TOTALS = {
    "triples": "COUNT(*)",
    "distinctSubjects": "COUNT(DISTINCT ?s)",
    "distinctObjects": "COUNT(DISTINCT ?o)",
    "properties": "COUNT(DISTINCT ?p)",
}


def number(store: ReleaseStore, query: str) -> int:
    (row,) = store.select(PREFIXES + query)
    return int(str(next(iter(row.values()))))


def told(store: ReleaseStore, subject: URIRef, predicate: URIRef) -> int:
    (value,) = {quad.object for quad in store.quads(subject, predicate)}
    return int(str(value))


@pytest.fixture
def iri(release: Release) -> URIRef:
    return release_iri(B, release.identifier)


@pytest.mark.parametrize("name", PARTITIONS)
def test_every_number_of_a_partition_is_true_and_none_is_missing(
    name: str, release_store: ReleaseStore
) -> None:
    pattern, count = PARTITIONS[name]
    counted = len(release_store.select(PREFIXES + count))
    assert counted > 50
    declared = f"SELECT DISTINCT ?part ?told {{ {pattern} }}"
    assert len(release_store.select(PREFIXES + declared)) == counted
    right = f"SELECT DISTINCT ?part {{ {pattern} . {{ {count} }} FILTER (?told = ?counted) }}"
    assert len(release_store.select(PREFIXES + right)) == counted


@pytest.mark.parametrize("name", WHOLE)
def test_the_totals_of_the_default_graph_are_true(
    name: str, release_store: ReleaseStore, iri: URIRef
) -> None:
    expected = {
        **{key: f"SELECT ({count} AS ?n) {{ ?s ?p ?o }}" for key, count in TOTALS.items()},
        "classes": "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s a ?o }",
        "entities": "SELECT (COUNT(DISTINCT ?s) AS ?n) "
        f'{{ ?s ?p ?o FILTER (REGEX(STR(?s), "^{B}id/[a-z-]+/[^/#]+$")) }}',
    }
    assert told(release_store, iri, VOID[name]) == number(release_store, expected[name])


@pytest.mark.parametrize("name", WHOLE)
def test_the_totals_of_every_named_graph_are_true(name: str, release_store: ReleaseStore) -> None:
    graphs = release_store.graph_names()
    assert GRAPH.release in graphs
    assert GRAPH.quality in graphs
    assert len(graphs) >= 18
    for graph in graphs:
        pattern = f"GRAPH <{graph}> {{ ?s ?p ?o }}"
        expected = {
            **{key: f"SELECT ({count} AS ?n) {{ {pattern} }}" for key, count in TOTALS.items()},
            "classes": f"SELECT (COUNT(DISTINCT ?o) AS ?n) {{ GRAPH <{graph}> {{ ?s a ?o }} }}",
            "entities": f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ {pattern} "
            f'FILTER (REGEX(STR(?s), "^{B}id/[a-z-]+/[^/#]+$")) }}',
        }
        assert told(release_store, graph, VOID[name]) == number(release_store, expected[name])


def test_the_figures_of_the_manifest_are_those_of_the_store(
    release: Release, release_store: ReleaseStore
) -> None:
    assert release.manifest["default_graph_triples"] == len(
        list(release_store.quads(graph=DEFAULT_GRAPH))
    )


def test_every_linkset_is_counted_rightly_and_none_is_missing(release_store: ReleaseStore) -> None:
    rows = release_store.select(
        PREFIXES + "SELECT ?host ?p ?n { ?set a void:Linkset ; void:objectsTarget ?host ; "
        "void:linkPredicate ?p ; void:triples ?n }"
    )
    declared = {(str(r["host"]), str(r["p"])): int(str(r["n"])) for r in rows}
    links: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for quad in release_store.quads():
        subject, target = str(quad.subject), str(quad.object)
        ours = subject.startswith((f"{B}id/", f"{B}scheme/"))
        host = re.match(r"https?://[^/]+/", target) if isinstance(quad.object, URIRef) else None
        said = quad.graph not in (None, GRAPH.release, GRAPH.quality)
        linking = quad.predicate not in (RDF.type, RDF.predicate, RDF.object)
        if ours and said and linking and host and not target.startswith(B):
            links.setdefault((host[0], str(quad.predicate)), set()).add((subject, target))
    assert declared == {key: len(pairs) for key, pairs in links.items()}
    assert len(declared) >= 8


def test_examples_are_of_their_class(release_store: ReleaseStore, iri: URIRef) -> None:
    wrong = release_store.select(
        PREFIXES + "SELECT ?part { ?part void:class ?c ; void:exampleResource ?x "
        "FILTER NOT EXISTS { ?x a ?c } }"
    )
    assert wrong == []
    examples = list(release_store.quads(iri, VOID.exampleResource, graph=DEFAULT_GRAPH))
    assert all(any(release_store.quads(URIRef(str(q.object)))) for q in examples)
    assert examples


def test_what_is_said_stands_in_its_graph_and_in_the_default_graph(release: Release) -> None:
    lines = release.publication_path.read_bytes().splitlines()
    assert lines == sorted(set(lines))
    quads = parse_rdf(release.publication_path.read_text(encoding="utf-8"), "nq", B)
    assert {quad.graph for quad in quads} == {None, GRAPH.release, GRAPH.quality}
    named, default = ({q[:3] for q in quads if q.graph == g} for g in (GRAPH.release, None))
    assert named == default
    assert not any(isinstance(term, BNode) for quad in quads for term in quad)


def test_the_release_is_named_by_its_content_alone(release: Release, iri: URIRef) -> None:
    content = release.content_path.read_bytes()
    assert sha256(content).hexdigest() == release.identifier
    assert str(iri).encode() not in content
    assert GRAPH.release in content.decode()  # described in the catalogue, counted nowhere


@pytest.mark.differential
def test_the_store_with_the_publication_conforms_to_the_shapes(
    release_store: ReleaseStore,
) -> None:
    graphs: dict[URIRef | None, Graph] = {}
    for quad in release_store.quads():
        name = URIRef(quad.graph) if quad.graph else None
        graphs.setdefault(name, Graph()).add(quad[:3])
    default = graphs.pop(None)
    names = ("provenance", "conflicts", "identity", "editorial")
    view = union(default, *(graphs[GRAPH[name]] for name in names))
    named = {name: graph for name, graph in graphs.items() if name}
    report = validate(
        view, load_shapes(Settings().ontology), MemoryStore(nquads(view, named)).select
    )
    assert not [result for result in report.results if result.severity.endswith("Violation")]


def test_every_term_that_it_uses_has_a_label(release: Release, release_store: ReleaseStore) -> None:
    quads = [q for g in ("release", "quality") for q in release_store.quads(graph=GRAPH[g])]
    terms = {q.predicate for q in quads} | {q.object for q in quads if q.predicate == RDF.type}
    labelled = {q.subject for q in release_store.quads(graph=GRAPH.ontology)}
    assert not {t for t in terms if t not in labelled and not t.startswith(str(RDF))}, release.path


def complete(folder: Path, release: Release, previous: Release | None) -> Incoming:
    folder.mkdir()
    (folder / "release.nq").write_bytes(release.content_path.read_bytes())
    write_store(folder / "store", folder / "release.nq")
    incoming = Incoming(folder, release.identifier, B, previous)
    complete_release(incoming, read_prefixes(Settings().ontology), AT)
    return incoming


@pytest.mark.differential
def test_the_same_content_predecessor_and_time_give_the_same_files(
    release: Release, tmp_path: Path
) -> None:
    first, second = (complete(tmp_path / name, release, release) for name in ("a", "b"))
    names = sorted(path.relative_to(first.folder) for path in first.folder.glob("dumps/*"))
    assert len(names) > 40
    for name in [*names, Path("publication.nq")]:
        assert (first.folder / name).read_bytes() == (second.folder / name).read_bytes(), name
    store = ReleaseStore.open(first.folder / "store")
    iri = release_iri(B, release.identifier)
    assert [q.object for q in store.quads(iri, DCAT.previousVersion, graph=DEFAULT_GRAPH)] == [iri]
    assert measure(store, B)["triples",] == told(store, iri, VOID.triples)


def test_time_and_place_covered_are_those_of_the_data(
    release_store: ReleaseStore, iri: URIRef
) -> None:
    (period,) = {q.object for q in release_store.quads(iri, DCTERMS.temporal)}
    dates = [
        str(q.object)
        for name in (DCAT.startDate, DCAT.endDate)
        for q in release_store.quads(URIRef(str(period)), name, graph=DEFAULT_GRAPH)
    ]
    assert dates == ["2019-09-25", "2024-10-10"]
    (place,) = {q.object for q in release_store.quads(iri, DCTERMS.spatial)}
    assert str(place) == f"{B}id/place/indonesia"


def test_checksums_and_versions_are_linked_without_blank_nodes(
    release: Release, release_store: ReleaseStore, iri: URIRef
) -> None:
    (checksum,) = {q.object for q in release_store.quads(iri, SPDX.checksum)}
    values = release_store.quads(URIRef(str(checksum)), SPDX.checksumValue, graph=DEFAULT_GRAPH)
    assert [str(q.object) for q in values] == [release.identifier]
    assert any(release_store.quads(DATASET, DCAT.hasVersion, iri))
    assert any(release_store.quads(iri, DCAT.isVersionOf, DATASET))

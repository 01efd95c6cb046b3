"""rdflib's SPARQLStore and SPARQLConnector over the running server."""

from typing import TYPE_CHECKING, cast
from typing import Literal as OneOf

import pytest
from rdflib import RDF, SKOS, Dataset, Graph, Literal, URIRef, Variable
from rdflib.plugins.stores.sparqlconnector import SPARQLConnector
from rdflib.plugins.stores.sparqlstore import SPARQLStore

if TYPE_CHECKING:
    from rdflib.query import ResultRow

pytestmark = [
    pytest.mark.interop,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning"),
]

Method = OneOf["GET", "POST", "POST_FORM"]
METHODS: list[Method] = ["GET", "POST", "POST_FORM"]


def rows(graph: Graph, query: str, **more: object) -> list[tuple[object, ...]]:
    found = graph.query(query, **more)  # type: ignore[arg-type]
    return [tuple(cast("ResultRow", row)) for row in found]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("form", ["xml", "json", "csv"])
def test_the_store_answers_queries(
    endpoint: str, labels: str, names: tuple[str, str], method: Method, form: str
) -> None:
    graph = Graph(SPARQLStore(endpoint, method=method, returnFormat=form))
    assert [str(row[0]) for row in rows(graph, labels)] == list(names)
    if form != "csv":
        assert bool(graph.query("ASK { ?s ?p ?o }"))
        assert not bool(graph.query("ASK { <urn:a> <urn:b> ?o }"))


@pytest.mark.parametrize("method", METHODS)
def test_the_store_is_a_graph(
    endpoint: str, agency: str, names: tuple[str, str], method: Method
) -> None:
    graph = Graph(SPARQLStore(endpoint, method=method))
    subject = URIRef(agency)
    english = Literal(names[0], lang="en")
    assert (subject, SKOS.prefLabel, english) in graph
    assert (subject, SKOS.prefLabel, Literal(names[0])) not in graph
    assert english in set(graph.objects(subject, SKOS.prefLabel))
    assert subject in set(graph.subjects(SKOS.prefLabel, english))
    assert set(graph.predicates(subject, english)) == {SKOS.prefLabel}
    assert len(list(graph.triples((subject, None, None)))) > 5
    assert len(graph) > 1000


def test_variables_are_bound_beforehand(endpoint: str, agency: str, names: tuple[str, str]) -> None:
    graph = Graph(SPARQLStore(endpoint))
    query = "SELECT ?label { ?thing skos:prefLabel ?label } ORDER BY LANG(?label)"
    found = rows(graph, query, initBindings={"thing": URIRef(agency)}, initNs={"skos": str(SKOS)})
    assert [str(row[0]) for row in found] == list(names)
    label = Literal(names[1], lang="id")
    query = "SELECT ?thing ?label { ?thing skos:prefLabel ?label }"
    found = rows(graph, query, initBindings={Variable("label"): label}, initNs={"skos": SKOS})
    assert found == [(URIRef(agency), label)]


def test_named_graphs_are_told_apart(endpoint: str, address: str) -> None:
    # Dataset.graphs() wants to write a default graph; the store itself tells them, too.
    names = {str(name) for name in SPARQLStore(endpoint, context_aware=True).contexts()}
    assert f"{address}/graph/article/003" in names
    assert len(names) > 10
    sizes = []
    for number in ("003", "004"):
        graph = Graph(
            SPARQLStore(endpoint, context_aware=True),
            identifier=URIRef(f"{address}/graph/article/{number}"),
        )
        sizes.append(len(graph))
        assert len(rows(graph, "SELECT ?s ?p ?o { ?s ?p ?o }")) == sizes[-1]
    assert min(sizes) > 50
    assert sizes[0] != sizes[1]


def test_a_graph_is_read_page_by_page(endpoint: str, address: str) -> None:
    graph = Graph(SPARQLStore(endpoint))
    kind = URIRef(f"{address}/ont#Agency")
    expected = sorted(graph.subjects(RDF.type, kind), key=str)
    found: list[object] = []
    for offset in range(0, len(expected) + 3, 3):
        setattr(graph, "LIMIT", 3)  # noqa: B010  the store's own way
        setattr(graph, "OFFSET", offset)  # noqa: B010
        setattr(graph, "ORDERBY", "subject")  # noqa: B010
        found.extend(subject for subject, _, _ in graph.triples((None, RDF.type, kind)))
    assert found == expected
    assert len(expected) > 5


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("query", ["CONSTRUCT WHERE {{ <{0}> ?p ?o }}", "DESCRIBE <{0}>"])
def test_graphs_come_whole(endpoint: str, agency: str, query: str, method: Method) -> None:
    connector = SPARQLConnector(endpoint, method=method)
    found = connector.query(query.format(agency)).graph
    assert found is not None
    expected = set(Graph(SPARQLStore(endpoint)).triples((URIRef(agency), None, None)))
    assert set(found) >= expected
    assert len(expected) > 5


@pytest.mark.parametrize("method", METHODS)
def test_the_connector_chooses_a_graph(endpoint: str, address: str, method: Method) -> None:
    connector = SPARQLConnector(endpoint, method=method, returnFormat="json")
    query = "SELECT ?s ?p ?o { ?s ?p ?o }"
    counts = [
        len(connector.query(query, default_graph=graph).bindings)
        for graph in (f"{address}/graph/article/003", "urn:unknown")
    ]
    assert counts[0] > 50
    assert counts[1] == 0


def test_credentials_do_no_harm(endpoint: str) -> None:
    connector = SPARQLConnector(endpoint, auth=("anyone", "anything"))
    assert connector.query("ASK {}").askAnswer is True


@pytest.mark.parametrize("suffix", ["ttl", "nt", "rdf", "jsonld", "trig", "nq", ""])
def test_a_document_is_parsed_from_its_address(agency: str, suffix: str) -> None:
    address = agency if not suffix else agency.replace("/id/", "/doc/") + f".{suffix}"
    dataset = Dataset(default_union=True).parse(address)
    assert (URIRef(agency), RDF.type, None) in dataset

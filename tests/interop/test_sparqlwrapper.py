"""SPARQLWrapper: every format constant with every query form, and every method it has."""

import json
from collections.abc import Iterator
from io import StringIO
from urllib.error import HTTPError
from xml.dom.minidom import Document

import pytest
from rdflib import RDF, Graph, URIRef
from SPARQLWrapper import (
    BASIC,
    CSV,
    DIGEST,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
    SPARQLWrapper2,
)
from SPARQLWrapper import RDF as RDF_FORMAT
from SPARQLWrapper.SmartWrapper import Bindings
from SPARQLWrapper.SPARQLExceptions import EndPointNotFound, QueryBadFormed

pytestmark = [
    pytest.mark.interop,
    # rdflib's own JSON-LD parser uses what rdflib has deprecated.
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated"),
    # SPARQLWrapper leaves the closing of its responses to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SOLUTIONS = [JSON, XML, CSV, TSV]
GRAPHS = [TURTLE, N3, XML, RDF_FORMAT, RDFXML, JSONLD, JSON]
METHODS = [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)]


@pytest.fixture
def client(endpoint: str) -> Iterator[SPARQLWrapper]:
    client = SPARQLWrapper(endpoint)
    client.setTimeout(20)
    yield client
    client.resetQuery()


def ask(client: SPARQLWrapper, query: str, form: str = JSON) -> object:
    client.setQuery(query)
    client.setReturnFormat(form)
    return client.queryAndConvert()


def as_text(found: object) -> str:
    """Return solutions in any of their Python shapes as text."""
    if isinstance(found, Document):
        return str(found.toxml())
    return found.decode() if isinstance(found, bytes) else json.dumps(found)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("form", SOLUTIONS)
def test_solutions_in_every_format_by_every_method(
    client: SPARQLWrapper, labels: str, names: tuple[str, str], form: str, method: tuple[str, str]
) -> None:
    client.setMethod(method[0])
    client.setRequestMethod(method[1])
    text = as_text(ask(client, labels, form))
    assert all(name in text for name in names)


@pytest.mark.parametrize("form", SOLUTIONS)
def test_truth_in_every_format(client: SPARQLWrapper, form: str) -> None:
    assert "true" in as_text(ask(client, "ASK { ?s ?p ?o }", form)).lower()
    assert "false" in as_text(ask(client, "ASK { <urn:a> <urn:b> ?o }", form)).lower()


@pytest.mark.parametrize("only_negotiation", [False, True])
@pytest.mark.parametrize("query", ["CONSTRUCT WHERE {{ <{0}> ?p ?o }}", "DESCRIBE <{0}>"])
@pytest.mark.parametrize("form", GRAPHS)
@pytest.mark.filterwarnings("ignore:Sending Accept header:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:Format requested was:RuntimeWarning")
def test_graphs_in_every_format(
    client: SPARQLWrapper,
    agency: str,
    form: str,
    query: str,
    only_negotiation: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    client.setOnlyConneg(only_negotiation)
    found = ask(client, query.format(agency), form)
    graph = found if isinstance(found, Graph) else Graph()
    if isinstance(found, bytes):
        graph.parse(data=found)
    kind = URIRef(agency.partition("/id/")[0] + "/ont#Agency")
    assert (URIRef(agency), RDF.type, kind) in graph
    assert len(graph) > 5


@pytest.mark.parametrize("form", [TURTLE, N3, RDFXML, JSONLD])
@pytest.mark.filterwarnings("ignore:Sending Accept header:RuntimeWarning")
def test_a_format_that_cannot_hold_solutions_is_refused(
    client: SPARQLWrapper, labels: str, form: str
) -> None:
    with pytest.raises(HTTPError) as caught:
        ask(client, labels, form)
    with caught.value as error:
        assert error.code == 406


def test_bindings_and_the_answer_s_head(
    client: SPARQLWrapper, labels: str, names: tuple[str, str]
) -> None:
    client.setQuery(labels)
    client.setReturnFormat(JSON)
    result = client.query()
    assert result.geturl().startswith(client.endpoint)
    assert result.info()["content-type"].startswith("application/sparql-results+json")
    shown = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", shown)
        result.print_results()
    assert all(name in shown.getvalue() for name in names)


def test_the_smart_wrapper_reads_columns(
    endpoint: str, labels: str, names: tuple[str, str]
) -> None:
    client = SPARQLWrapper2(endpoint)
    client.setQuery(labels)
    found = client.query()
    assert isinstance(found, Bindings)
    assert found.variables == ["label", "lang"]
    assert tuple(value.value for value in found.getValues("label") or ()) == names
    assert [row["label"].lang for row in found.bindings] == ["en", "id"]


def test_graphs_of_the_dataset_are_chosen(client: SPARQLWrapper, address: str) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    in_graph = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    counts = []
    for graph in (f"{address}/graph/article/003", "urn:unknown"):
        for add, text in ((client.addDefaultGraph, query), (client.addNamedGraph, in_graph)):
            client.resetQuery()
            add(graph)
            found = ask(client, text)
            assert isinstance(found, dict)
            counts.append(int(found["results"]["bindings"][0]["n"]["value"]))
    assert counts[0] == counts[1] > 50
    assert counts[2:] == [0, 0]


def test_parameters_and_headers_are_sent(client: SPARQLWrapper) -> None:
    client.addParameter("timeout", "high")
    with pytest.raises(QueryBadFormed, match="timeout"):
        ask(client, "ASK {}")
    assert client.clearParameter("timeout")
    client.addCustomHttpHeader("Accept-Language", "en")
    with pytest.raises(QueryBadFormed, match="cannot be parsed"):
        ask(client, "ASK {")
    client.clearCustomHttpHeader("Accept-Language")
    client.addExtraURITag("x-unknown", "1")
    assert ask(client, "ASK {}") == {"head": {}, "boolean": True}


@pytest.mark.parametrize("scheme", [BASIC, DIGEST])
def test_credentials_do_no_harm(client: SPARQLWrapper, scheme: str) -> None:
    client.setHTTPAuth(scheme)
    client.setCredentials("anyone", "anything")
    assert ask(client, "ASK {}") == {"head": {}, "boolean": True}


def test_an_undeclared_prefix_is_named(client: SPARQLWrapper) -> None:
    with pytest.raises(QueryBadFormed, match="foo"):
        ask(client, "SELECT * { ?s foo:p ?o }")


def test_the_server_s_time_limit_is_an_error_not_a_shorter_answer(
    client: SPARQLWrapper, endless: str
) -> None:
    client.addParameter("timeout", "0.3")
    with pytest.raises(HTTPError) as caught:
        ask(client, endless)
    with caught.value as error:
        assert error.code == 503
        assert json.load(error)["limit"] == 0.3


def test_the_client_s_time_limit_frees_the_worker(client: SPARQLWrapper, endless: str) -> None:
    client.setTimeout(1)
    with pytest.raises(TimeoutError):
        ask(client, endless)
    assert ask(client, "ASK {}") == {"head": {}, "boolean": True}


def test_an_update_is_refused(client: SPARQLWrapper) -> None:
    client.setMethod(POST)
    for request_method in (URLENCODED, POSTDIRECTLY):
        client.setRequestMethod(request_method)
        with pytest.raises(HTTPError) as caught:
            ask(client, "INSERT DATA { <urn:a> <urn:b> <urn:c> }")
        with caught.value as error:
            assert error.code == 403


def test_a_wrong_address_is_told(address: str) -> None:
    client = SPARQLWrapper(f"{address}/query/sparql")
    with pytest.raises(EndPointNotFound):
        ask(client, "ASK {}")

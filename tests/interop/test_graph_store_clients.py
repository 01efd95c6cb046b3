"""The graph store, used as clients do: rdflib parses from it, urllib writes to it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from rdflib import RDF, SKOS, Dataset, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import TURTLE, SPARQLWrapper

pytestmark = [
    pytest.mark.interop,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning"),
]

FORMATS = {"turtle": "turtle", "nt": "nt", "xml": "rdf", "json-ld": "jsonld"}


@pytest.fixture(scope="module")
def graph(address: str) -> URIRef:
    """Return the name of a graph with the claims of one article."""
    return URIRef(f"{address}/graph/article/003")


def place_of(address: str, graph: str, **more: str) -> str:
    return f"{address}/graph-store?{urlencode({'graph': graph, **more})}"


@pytest.fixture(scope="module")
def whole(address: str, graph: URIRef) -> Graph:
    return Graph().parse(place_of(address, graph, format="nt"), format="nt")


@pytest.mark.parametrize("form", [None, *FORMATS])
def test_rdflib_parses_a_graph_from_its_address(
    address: str, graph: URIRef, whole: Graph, form: str | None
) -> None:
    """Without a format it tells by the media type what it has got."""
    more = {"format": FORMATS[form]} if form else {}
    found = Graph().parse(place_of(address, graph, **more), format=form)
    assert len(found) > 50
    assert isomorphic(found, whole)


def test_rdflib_parses_the_default_graph_and_quads(address: str, agency: str) -> None:
    default = Graph().parse(f"{address}/graph-store?default", format="turtle")
    assert (URIRef(agency), RDF.type, None) in default
    quads = Dataset(default_union=True)
    quads.parse(place_of(address, f"{address}/graph/article/003", format="trig"), format="trig")
    assert len(quads) > 50


def test_the_same_graph_comes_by_query(endpoint: str, graph: URIRef, whole: Graph) -> None:
    """With rdflib's store and with SPARQLWrapper, which know the endpoint only."""
    dataset = Dataset(SPARQLStore(endpoint))
    assert set(dataset.get_context(graph).triples((None, None, None))) == set(whole)
    client = SPARQLWrapper(endpoint)
    client.setQuery(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
    client.setReturnFormat(TURTLE)
    answer: Any = client.query().convert()
    assert isomorphic(Graph().parse(data=answer, format="turtle"), whole)


def test_the_update_store_reads_and_is_told_that_it_may_not_update(
    endpoint: str, agency: str, names: tuple[str, str]
) -> None:
    store = SPARQLUpdateStore(query_endpoint=endpoint, update_endpoint=endpoint)
    graph = Graph(store)
    named = (URIRef(agency), SKOS.prefLabel, Literal(names[0], lang="en"))
    assert named in graph
    triple = " ".join(term.n3() for term in named)
    for operation in ("INSERT", "DELETE"):
        with refused(403):
            store.update(f"{operation} DATA {{ {triple} }}")
    assert named in graph


@contextmanager
def refused(status: int) -> Iterator[None]:
    with pytest.raises(HTTPError) as caught:
        yield
    assert caught.value.code == status
    assert json.load(caught.value)["status"] == status


def send(method: str, address: str, token: str, graph: Graph | None = None) -> tuple[int, Any]:
    body = graph.serialize(format="turtle", encoding="utf-8") if graph is not None else None
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/turtle"}
    request = Request(address, data=body, headers=headers, method=method)
    with urlopen(request, timeout=120) as answer:
        return answer.status, json.load(answer)


def test_what_rdflib_serialises_is_put_read_merged_and_withdrawn_by_urllib(
    address: str, endpoint: str, agency: str, token: str
) -> None:
    name = f"{address}/graph/article/interop"
    place = place_of(address, name)
    with refused(401):
        send("PUT", place, "wrong", Graph())
    first, more = Graph(), Graph()
    first.add((URIRef(agency), SKOS.altLabel, Literal("Polres Uji", lang="id")))
    more.add((URIRef(agency), SKOS.altLabel, Literal("Polres Coba", lang="id")))
    assert send("PUT", f"{place}&dry-run=1", token, first)[1]["outcome"] == "created"
    status, told = send("PUT", place, token, first)
    assert (status, told["outcome"], told["triples"]) == (201, "created", 1)
    assert isomorphic(Graph().parse(place), first)
    store = Graph(SPARQLStore(endpoint))
    assert (URIRef(agency), SKOS.altLabel, Literal("Polres Uji", lang="id")) in store
    assert send("PUT", place, token, first)[1]["outcome"] == "unchanged"
    assert send("POST", place, token, more)[1]["outcome"] == "merged"
    assert isomorphic(Graph().parse(place), first + more)
    assert send("DELETE", place, token)[1]["outcome"] == "withdrawn"
    with pytest.raises(HTTPError) as gone:
        Graph().parse(place)
    assert gone.value.code == 404

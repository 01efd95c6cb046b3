"""The endpoint keeps the SPARQL 1.1 Protocol, and its word: 200 means complete."""

import csv
import io
import json
from typing import NamedTuple
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import VOID
from werkzeug.test import TestResponse

from kg.namespaces import CANONICAL_BASE as B
from kg.release.publication import Release
from kg.sparql.description import SD
from kg.sparql.formats import GRAPHS, SOLUTIONS, Format
from kg.sparql.protocol import DIRECT, FORM

# rdflib's own JSON-LD parser uses what rdflib has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")

AGENCY = f"{B}id/agency/polresta-sidoarjo"
GRAPH = f"{B}graph/article/003"
LABEL = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
JSON = "application/sparql-results+json"
TURTLE = "text/turtle"
SELECT = f"SELECT ?label {{ <{AGENCY}> {LABEL} ?label }} ORDER BY ?label"
CONSTRUCT = f"CONSTRUCT {{ <{AGENCY}> {LABEL} ?label }} WHERE {{ <{AGENCY}> {LABEL} ?label }}"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def get(client: FlaskClient, query: str, accept: str | None = None, **more: str) -> TestResponse:
    headers = {"Accept": accept} if accept else {}
    return client.get("/sparql?" + urlencode({"query": query, **more}), headers=headers)


def parse(response: TestResponse) -> Graph:
    """Read one graph; TriG and N-Quads without names of graphs are Turtle and N-Triples."""
    plain = {"application/trig": "text/turtle", "application/n-quads": "application/n-triples"}
    media_type = plain.get(str(response.mimetype), response.mimetype)
    return Graph().parse(data=response.data, format=media_type)


# The query half of the protocol suite of the W3C (rdf-tests, sparql11/protocol), restated.


class Case(NamedTuple):
    """A request; its answer is a truth, a media type, or (None) a problem."""

    name: str
    status: int
    answer: bool | str | None = None
    method: str = "GET"
    url: str = ""
    type: str | None = None
    body: str | bytes = ""


def form(query: str, *parameters: tuple[str, str]) -> str:
    return urlencode([("query", query), *parameters])


ONTOLOGY = f"{B}graph/ontology"
DEFAULT_G, DEFAULT_O = ("default-graph-uri", GRAPH), ("default-graph-uri", ONTOLOGY)
NAMED_G, NAMED_O = ("named-graph-uri", GRAPH), ("named-graph-uri", ONTOLOGY)
ASK = "ASK { ?s ?p ?o }"
PART = f"<{AGENCY}> <{B}ont#partOf> ?o"
PREFIX = "GRAPH ?g { ?s <http://www.w3.org/ns/shacl#prefix> ?x }"
IN_DEFAULT = f"ASK {{ {PART} }}"
IN_NAMED = f"ASK {{ GRAPH ?g {{ {PART} }} }}"
IN_BOTH = f"ASK {{ {PART} . {PREFIX} }}"
FROM_OTHER = f"ASK FROM <urn:other> FROM NAMED <urn:other> {{ {PART} }}"
DESCRIBE = f"DESCRIBE <{AGENCY}>"
YES, NO = True, False

W3C = [
    Case("query_get", 200, YES, url=form(ASK)),
    Case("query_post_form", 200, YES, "POST", "", FORM, form(ASK)),
    Case("query_post_direct", 200, YES, "POST", "", DIRECT, ASK),
    Case(
        "query_dataset_default_graph", 200, YES, "POST", urlencode([DEFAULT_G]), DIRECT, IN_DEFAULT
    ),
    Case("query_dataset_default_graphs_get", 200, YES, url=form(IN_DEFAULT, DEFAULT_O, DEFAULT_G)),
    Case(
        "query_dataset_default_graphs_post",
        200,
        YES,
        "POST",
        type=FORM,
        body=form(IN_DEFAULT, DEFAULT_G, DEFAULT_O),
    ),
    Case("query_dataset_named_graphs_get", 200, YES, url=form(IN_NAMED, NAMED_G, NAMED_O)),
    Case("query_dataset_named_graphs_post", 200, NO, "POST", "", FORM, form(IN_NAMED, NAMED_O)),
    Case("query_dataset_full", 200, YES, "POST", "", FORM, form(IN_BOTH, DEFAULT_G, NAMED_O)),
    Case("query_multiple_dataset", 200, YES, url=form(FROM_OTHER, DEFAULT_G)),
    Case("query_content_type_select", 200, JSON, url=form(SELECT)),
    Case("query_content_type_ask", 200, JSON, url=form(ASK)),
    Case("query_content_type_describe", 200, TURTLE, url=form(DESCRIBE)),
    Case("query_content_type_construct", 200, TURTLE, url=form(CONSTRUCT)),
    Case("bad_query_method", 405, method="PUT", url=form(ASK)),
    Case("bad_multiple_queries", 400, url=form(ASK, ("query", SELECT))),
    Case("bad_query_wrong_media_type", 415, None, "POST", "", "text/plain", ASK),
    Case("bad_query_missing_form_type", 415, None, "POST", "", None, form(ASK)),
    Case("bad_query_missing_direct_type", 415, None, "POST", "", None, ASK),
    Case(
        "bad_query_non_utf8",
        400,
        None,
        "POST",
        "",
        DIRECT + "; charset=UTF-16",
        ASK.encode("utf-16"),
    ),
    Case("bad_query_syntax", 400, url=form("ASK {")),
]


@pytest.mark.parametrize("case", W3C, ids=[case.name for case in W3C])
def test_protocol_suite(client: FlaskClient, case: Case) -> None:
    headers = {"Content-Type": case.type} if case.type else {}
    response = client.open(
        f"/sparql?{case.url}", method=case.method, headers=headers, data=case.body
    )
    assert response.status_code == case.status
    if isinstance(case.answer, bool):
        assert response.get_json(force=True)["boolean"] is case.answer
    elif case.answer:
        assert response.mimetype == case.answer
    else:
        assert response.mimetype == "application/problem+json"


def test_the_protocol_table_is_complete() -> None:
    assert len(W3C) >= 20


def test_solutions_in_every_format(client: FlaskClient) -> None:
    expected = [("Kepolisian Resor Kota Sidoarjo", "id"), ("Sidoarjo City Police", "en")]
    bodies = {offer.suffix: get(client, SELECT, offer.media_type).data for offer in SOLUTIONS}
    found = json.loads(bodies["json"])["results"]["bindings"]
    assert sorted((b["label"]["value"], b["label"]["xml:lang"]) for b in found) == expected
    assert bodies["csv"].decode() == "label\r\n" + "".join(f"{text}\r\n" for text, _ in expected)
    assert bodies["tsv"].decode() == "?label\n" + "".join(f'"{t}"@{tag}\n' for t, tag in expected)
    space = "{http://www.w3.org/2005/sparql-results#}"
    literals = ET.fromstring(bodies["xml"]).iter(f"{space}literal")  # noqa: S314  our own
    assert sorted(str(literal.text) for literal in literals) == [text for text, _ in expected]


@pytest.mark.parametrize("offer", SOLUTIONS, ids=lambda offer: offer.suffix)
def test_solutions_carry_their_media_type(client: FlaskClient, offer: Format) -> None:
    for query in (SELECT, "ASK {}"):
        response = get(client, query, offer.media_type)
        assert response.status_code == 200
        assert response.headers["Content-Type"] == offer.content_type
        assert int(response.headers["Content-Length"]) == len(response.data)
        assert response.headers["Vary"] == "Accept, Accept-Encoding"


@pytest.mark.parametrize("offer", GRAPHS, ids=lambda offer: offer.suffix)
def test_graphs_in_every_format(client: FlaskClient, offer: Format) -> None:
    for query in (CONSTRUCT, f"DESCRIBE <{AGENCY}>"):
        response = get(client, query, offer.media_type)
        assert response.headers["Content-Type"] == offer.content_type
        label = Literal("Sidoarjo City Police", lang="en")
        assert URIRef(AGENCY) in set(parse(response).subjects(None, label))


def test_carriage_returns_survive_every_format(client: FlaskClient) -> None:
    query = f"SELECT ?note {{ <{AGENCY}> <{B}ont#note> ?note }}"
    rows = list(csv.reader(io.StringIO(get(client, query, "text/csv").text, newline="")))
    assert rows == [["note"], ["a,b\r\nc"]]
    tree = ET.fromstring(get(client, query, "application/xml").data)  # noqa: S314  our own
    assert [t for t in tree.itertext() if t.strip()] == ["a,b\r\nc"]


def test_columns_of_star_stand_in_order_of_appearance(client: FlaskClient) -> None:
    query = f"SELECT * {{ ?z ?y ?x . FILTER(?z = <{AGENCY}>) BIND(1 AS ?a) }}"
    assert get(client, query, "text/csv").text.startswith("z,y,x,a\r\n")


@pytest.mark.parametrize(
    ("name", "query", "expected"),
    [
        ("csv", SELECT, "text/csv"),
        ("tsv", SELECT, "text/tab-separated-values"),
        ("xml", SELECT, "application/sparql-results+xml"),
        ("", SELECT, JSON),
        ("text/csv", SELECT, "text/csv"),
        ("json", CONSTRUCT, "application/ld+json"),
        ("json-ld", CONSTRUCT, "application/ld+json"),
        ("turtle", CONSTRUCT, "text/turtle"),
        ("rdf+xml", CONSTRUCT, "application/rdf+xml"),
    ],
)
def test_a_format_parameter_overrides_the_header(
    client: FlaskClient, name: str, query: str, expected: str
) -> None:
    assert get(client, query, "*/*", format=name).mimetype == expected


@pytest.mark.parametrize(
    ("query", "accept", "parameter", "offers"),
    [
        (SELECT, "image/png", None, SOLUTIONS),
        (SELECT, "text/turtle", None, SOLUTIONS),
        (SELECT, "*/*", "png", SOLUTIONS),
        (SELECT, "*/*", "ttl", SOLUTIONS),
        (CONSTRUCT, "text/csv", None, GRAPHS),
        (CONSTRUCT, "*/*", "csv", GRAPHS),
        ("SELECT?x{ BIND(1 AS ?x) }", "text/turtle", None, SOLUTIONS),
    ],
)
def test_what_cannot_be_offered_is_406_with_what_can(
    client: FlaskClient, query: str, accept: str, parameter: str | None, offers: tuple[Format, ...]
) -> None:
    more = {"format": parameter} if parameter else {}
    response = get(client, query, accept, **more)
    assert response.status_code == 406
    assert response.get_json(force=True)["offered"] == [offer.media_type for offer in offers]


@pytest.mark.parametrize(
    "graph", ["file:///etc/passwd", "http://127.0.0.1:9/x", "urn:unknown", f"{B}graph/none"]
)
def test_a_dataset_that_is_unknown_is_empty_and_never_fetched(
    client: FlaskClient, graph: str
) -> None:
    for response in (
        get(client, f"ASK FROM <{graph}> {{ ?s ?p ?o }}"),
        get(client, f"ASK FROM NAMED <{graph}> {{ GRAPH ?g {{ ?s ?p ?o }} }}"),
        get(client, "ASK { ?s ?p ?o }", **{"default-graph-uri": graph}),
        get(client, "ASK { GRAPH ?g { ?s ?p ?o } }", **{"named-graph-uri": graph}),
    ):
        assert response.get_json(force=True)["boolean"] is False


def test_a_graph_name_that_is_no_iri_is_refused(client: FlaskClient) -> None:
    assert get(client, "ASK {}", **{"default-graph-uri": "not an IRI"}).status_code == 400


FORBIDDEN = [
    ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE", 12),
    ("LOAD <file:///etc/passwd>", "LOAD", 1),
    ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", "INSERT", 1),
]


@pytest.mark.parametrize(("query", "construct", "column"), FORBIDDEN)
def test_forbidden_operations_are_403_with_their_place(
    client: FlaskClient, query: str, construct: str, column: int
) -> None:
    response = get(client, query)
    problem = response.get_json(force=True)
    assert response.status_code == problem["status"] == 403
    assert problem["type"] == f"{B}problem/forbidden-operation"
    assert (problem["construct"], problem["line"], problem["column"]) == (construct, 1, column)


def test_a_body_that_is_too_large_is_413(client: FlaskClient) -> None:
    response = client.post("/sparql", data=b"#" * (2 << 20), content_type=DIRECT)
    assert response.status_code == 413
    response = client.post("/sparql", data=b"ASK{} #" + b"x" * 70_000, content_type=DIRECT)
    assert response.get_json(force=True)["limit"] == 64 * 1024


def test_relative_iris_are_resolved_against_the_endpoint(client: FlaskClient) -> None:
    response = get(client, "SELECT (<id/x> AS ?iri) {}", "text/csv")
    assert response.text == f"iri\r\n{B}id/x\r\n"


def test_an_answer_is_kept_and_known_again(client: FlaskClient) -> None:
    first = get(client, SELECT)
    tag = first.headers["ETag"]
    assert not tag.startswith("W/")
    assert "must-revalidate" in first.headers["Cache-Control"]
    url = "/sparql?" + urlencode({"query": SELECT})
    for known in (tag, f'"other", {tag}', f"W/{tag}"):
        again = client.get(url, headers={"If-None-Match": known})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
        assert again.headers["Vary"] == "Accept, Accept-Encoding"
        assert again.headers["Access-Control-Allow-Origin"] == "*"
    again = client.get(url, headers={"If-None-Match": '"other"'})
    assert (again.status_code, again.data) == (200, first.data)
    # RFC 9110, section 13.1.2: whatever the client has, there is an answer; if there is one.
    assert client.get(url, headers={"If-None-Match": "*"}).status_code == 304
    assert client.get("/sparql?query=ASK", headers={"If-None-Match": "*"}).status_code == 400


def test_a_tag_names_one_answer(client: FlaskClient) -> None:
    answers = [
        get(client, SELECT),
        get(client, SELECT, "text/csv"),
        get(client, SELECT + " LIMIT 1"),
        get(client, SELECT, **{"default-graph-uri": GRAPH}),
        get(client, SELECT, **{"named-graph-uri": GRAPH}),
        get(client, CONSTRUCT),
    ]
    assert len({answer.headers["ETag"] for answer in answers}) == len(answers)
    assert get(client, SELECT, JSON).headers["ETag"] == answers[0].headers["ETag"]


@pytest.mark.parametrize("query", ["SELECT (RAND() AS ?x) {}", "SELECT (NOW() AS ?x) {}"])
def test_an_answer_that_changes_is_not_kept(client: FlaskClient, query: str) -> None:
    response = get(client, query)
    assert "ETag" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"


def test_head_is_get_without_a_body(client: FlaskClient) -> None:
    url = "/sparql?" + urlencode({"query": SELECT})
    full, head = client.get(url), client.head(url)
    assert head.data == b""
    same = ("Content-Type", "Content-Length", "ETag", "Vary", "Cache-Control", "Data-Release")
    assert [head.headers[name] for name in same] == [full.headers[name] for name in same]


def test_options_tell_what_a_browser_may_do(client: FlaskClient) -> None:
    response = client.options("/sparql", headers={"Access-Control-Request-Method": "POST"})
    assert response.status_code == 204
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("GET", "/sparql?query=ASK%7B%7D", 200),
        ("GET", "/sparql", 200),
        ("GET", "/sparql?query=", 400),
        ("PUT", "/sparql", 405),
        ("GET", "/nothing/here", 404),
        ("GET", "/id/agency/polresta-sidoarjo", 303),
        ("OPTIONS", "/sparql", 204),
    ],
)
def test_every_answer_is_open_to_all_origins_and_names_its_release(
    client: FlaskClient, release: Release, method: str, url: str, status: int
) -> None:
    response = client.open(url, method=method, headers={"Origin": "https://example.org"})
    assert response.status_code == status
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response.headers
    exposed = response.headers["Access-Control-Expose-Headers"]
    assert {"ETag", "Link", "Location", "Data-Release"} <= set(exposed.split(", "))
    assert response.headers["Data-Release"] == release.identifier


@pytest.mark.parametrize("accept", [None, "*/*", *(offer.media_type for offer in GRAPHS)])
def test_the_service_description_is_true(client: FlaskClient, accept: str | None) -> None:
    response = client.get("/sparql", headers={"Accept": accept} if accept else {})
    assert response.status_code == 200
    description = parse(response)
    service = URIRef(f"{B}sparql")
    assert (service, RDF.type, SD.Service) in description
    assert description.value(service, SD.endpoint) == service
    assert list(description.objects(service, SD.feature)) == []
    formats = set(map(str, description.objects(service, SD.resultFormat)))
    assert formats == {offer.iri for offer in (*SOLUTIONS, *GRAPHS)}
    dataset = description.value(service, SD.defaultDataset)
    named = list(description.objects(dataset, SD.namedGraph))
    names = {str(description.value(node, SD.name)) for node in named}
    assert names == {GRAPH, f"{B}graph/ontology"}
    sizes = {
        str(description.value(node, SD.name)): int(
            str(description.value(description.value(node, SD.graph), VOID.triples))
        )
        for node in named
    }
    for name, size in sizes.items():
        count = get(client, f"SELECT * {{ GRAPH <{name}> {{ ?s ?p ?o }} }}", "text/csv")
        assert len(count.text.splitlines()) - 1 == size


# The suite of the W3C for service descriptions (rdf-tests, sparql11/service-description), restated.
def test_w3c_service_description_returns_rdf(client: FlaskClient) -> None:
    response = client.get("/sparql")
    assert response.status_code == 200
    assert response.mimetype in {offer.media_type for offer in GRAPHS}
    assert len(parse(response)) > 0


def test_w3c_service_description_has_an_endpoint_triple(client: FlaskClient) -> None:
    description = parse(client.get("/sparql"))
    assert list(description.objects(None, SD.endpoint)) == [URIRef(f"{B}sparql")]


# What a property of the vocabulary leads to (SPARQL 1.1 Service Description, section 3).
SD_RANGES = {
    SD.defaultDataset: SD.Dataset,
    SD.defaultGraph: SD.Graph,
    SD.namedGraph: SD.NamedGraph,
    SD.graph: SD.Graph,
}
SD_NAMES = {SD.endpoint, SD.supportedLanguage, SD.resultFormat, SD.name}


def test_w3c_service_description_conforms_to_its_schema(client: FlaskClient) -> None:
    description = parse(client.get("/sparql"))
    used = {str(p) for p in description.predicates() if str(p).startswith(str(SD))}
    assert used == {str(p) for p in (*SD_RANGES, *SD_NAMES)}
    assert len(list(description.subjects(RDF.type, SD.Service))) == 1
    for predicate, kind in SD_RANGES.items():
        for value in description.objects(None, predicate):
            assert (value, RDF.type, kind) in description, (predicate, value)
    for predicate in SD_NAMES:
        assert all(isinstance(value, URIRef) for value in description.objects(None, predicate))
    assert set(description.objects(None, SD.supportedLanguage)) == {SD.SPARQL11Query}


def test_the_service_description_is_known_again(client: FlaskClient) -> None:
    tag = client.get("/sparql").headers["ETag"]
    assert client.get("/sparql", headers={"If-None-Match": tag}).status_code == 304


def test_the_service_description_in_what_nobody_writes_is_406(client: FlaskClient) -> None:
    assert client.get("/sparql", headers={"Accept": "image/png"}).status_code == 406


def test_a_browser_without_a_query_is_sent_to_the_form(client: FlaskClient) -> None:
    response = client.get("/sparql", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (response.status_code, response.headers["Location"]) == (303, "/query")
    assert response.headers["Vary"] == "Accept"


def test_turtle_uses_the_prefixes_of_the_release(client: FlaskClient) -> None:
    text = get(client, f"DESCRIBE <{AGENCY}>").text
    assert "agency:polresta-sidoarjo" in text
    assert len(Graph().parse(data=text)) == 4

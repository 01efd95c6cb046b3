"""SERVICE: two real servers and several bad ones, compared with one store that holds it all."""

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient
from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS
from SPARQLWrapper import JSON as JSON_FORMAT
from SPARQLWrapper import SPARQLWrapper
from werkzeug.test import TestResponse

from kg.namespaces import CANONICAL_BASE as B
from kg.release.publication import Release
from kg.remote import RemoteError, fetch_solutions
from kg.settings import Settings
from kg.sparql.description import SD
from kg.store.errors import QueryConnectionError
from kg.web.app import close_app, create_app
from kg.web.federation import MAX_BYTES, MAX_ROWS, get_federation
from kg.web.state import get_state

JSON = "application/sparql-results+json"
Serve = Callable[..., AbstractContextManager[tuple[str, subprocess.Popen[bytes]]]]
R = "http://remote.example/"

LOCAL = f"""
<{B}id/agency/a> <{B}ont#name> "Agency A"@id .
<{B}id/agency/a> <{B}ont#same> <{R}1> .
<{B}id/agency/b> <{B}ont#name> "Agency B" .
<{B}id/agency/b> <{B}ont#same> <{R}2> .
<{B}id/agency/c> <{B}ont#name> "Agency C" .
<{B}id/agency/a> <{B}ont#number> "3"^^<http://www.w3.org/2001/XMLSchema#integer> .
<{B}id/agency/b> <{B}ont#number> "5"^^<http://www.w3.org/2001/XMLSchema#integer> <{B}graph/one> .
"""
REMOTE = rf"""
<{R}1> <{R}label> "One"@en .
<{R}1> <{R}label> "Satu"@id .
<{R}1> <{R}size> "3"^^<http://www.w3.org/2001/XMLSchema#integer> .
<{R}2> <{R}label> "a \"quoted\" \\ line\nbreak\ttab \u0001 é 🎈 SERVICE }} ?x" .
<{R}2> <{R}size> "2.50"^^<http://www.w3.org/2001/XMLSchema#decimal> .
<{R}3> <{R}label> "drei"@de-at .
<{R}3> <{R}since> "2024-02-29"^^<http://www.w3.org/2001/XMLSchema#date> .
<{R}3> <{R}odd> "x"^^<urn:type> .
"""


PAUSE = 30.0
"""Seconds after which the slowest stranger answers: what comes well before did not wait for it."""


class Bad(NamedTuple):
    """What an endpoint answers: given verbatim, after a pause."""

    head: str
    body: bytes = b""
    pause: float = 0.0


OK = f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\n"
ONE_ROW = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"uri","value":"urn:1"}}]}}'


def rows(text: str, number: int = 1) -> bytes:
    return f'{{"head":{{}},"results":{{"bindings":[{",".join([text] * number)}]}}}}'.encode()


def term(**members: str) -> bytes:
    return rows(json.dumps({"x": members}))


def moved(target: str) -> Bad:
    return Bad(f"HTTP/1.1 307 Elsewhere\r\nLocation: {target}\r\nContent-Length: 0\r\n")


BAD = {
    "fine": Bad(OK, ONE_ROW),
    "charset": Bad(f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}; charset=utf-8\r\n", ONE_ROW),
    "slow": Bad(OK, ONE_ROW, pause=PAUSE),
    "drip": Bad(OK + "Content-Length: 300\r\n", b" " * 300, pause=-0.1),
    "refuses": Bad("HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n"),
    "fails": Bad("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n"),
    "html": Bad("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", b"<p>Hello"),
    "xml": Bad("HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+xml\r\n", b"<s/>"),
    "gzip": Bad(OK + "Content-Encoding: gzip\r\n", ONE_ROW),
    "announced": Bad(OK + "Content-Length: 99999999\r\n"),
    "endless": Bad(OK, b" " * (MAX_BYTES + 1)),
    "cut": Bad(OK + "Content-Length: 5000\r\n", ONE_ROW),
    "chunks": Bad(OK + "Transfer-Encoding: chunked\r\n", b"4\r\n{\"he\r\n"),
    "many": Bad(OK, rows("{}", MAX_ROWS + 1)),
    "no-http": Bad("SSH-2.0-OpenSSH\r\n"),
    "rubbish": Bad(OK, b"\xff\x00 not JSON"),
    "deep": Bad(OK, b"[" * 100_000),
    "ask": Bad(OK, b'{"head":{},"boolean":true}'),
    "list": Bad(OK, b'{"results":{"bindings":[[1]]}}'),
    "stranger": Bad(OK, rows('{"y":{"type":"uri","value":"urn:1"}}')),
    "injected": Bad(OK, term(type="uri", value="urn:1> ) } INSERT DATA { <urn:1")),
    "relative": Bad(OK, term(type="uri", value="../x")),
    "tag": Bad(OK, term(type="literal", value="x", **{"xml:lang": "en ) } #"})),
    "type": Bad(OK, term(type="literal", value="x", datatype="integer")),
    "surrogate": Bad(OK, rows('{"x":{"type":"literal","value":"\\ud800"}}')),
    "number": Bad(OK, rows('{"x":{"type":"literal","value":1}}')),
    "kind": Bad(OK, term(type="triple", value="x")),
    "blank": Bad(OK, term(type="bnode", value="b0")),
}  # fmt: skip

REASONS = {
    "slow": "late", "drip": "late", "refuses": "status", "fails": "status", "html": "media-type",
    "xml": "media-type", "gzip": "media-type", "announced": "too-large", "endless": "too-large",
    "cut": "cut-off", "chunks": "unreachable", "many": "too-many-rows", "no-http": "unreachable",
    "moved": "redirect", "to-file": "redirect", "closed": "unreachable", "insecure": "insecure",
    "blank": "blank-node", "injected": "invalid-iri", "relative": "invalid-iri",
    "type": "invalid-iri",
}  # fmt: skip


class Strangers(ThreadingHTTPServer):
    """Endpoints that behave as ``BAD`` says, by their path; ``asked`` are the paths asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Stranger)
        self.address = f"http://127.0.0.1:{self.server_address[1]}/"
        self.asked: list[str] = []
        self.bodies: list[str] = []
        self.ended = threading.Event()


class _Stranger(BaseHTTPRequestHandler):
    server: Strangers

    def do_POST(self) -> None:
        path = self.path.strip("/")
        self.server.asked.append(path)
        size = int(self.headers["Content-Length"])
        self.server.bodies.append(self.rfile.read(size).decode())
        bad = BAD.get(path, moved(self.server.address + "fine"))
        if path == "to-file":
            bad = moved("file:///etc/passwd")
        with suppress(OSError):
            self._answer(bad)

    def _answer(self, bad: Bad) -> None:
        self.server.ended.wait(max(0, bad.pause))
        self.wfile.write(bad.head.encode() + b"Connection: close\r\n\r\n")
        for byte in bad.body if bad.pause < 0 else ():
            self.wfile.write(bytes([byte]))
            self.server.ended.wait(-bad.pause)
        if bad.pause >= 0:
            self.wfile.write(bad.body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def strangers() -> Iterator[Strangers]:
    with Strangers() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.ended.set()
        server.shutdown()
        thread.join()


@contextmanager
def opened(release: Release, allowed: str, **more: object) -> Iterator[Flask]:
    settings = {"query_timeout": 60.0, "query_memory": 700, "query_workers": 1, **more}
    app = create_app(release, Settings(service_allow=allowed, **settings))  # type: ignore[arg-type]
    yield app
    close_app(app)


@pytest.fixture(scope="module")
def release(make_release: Callable[[str], Release]) -> Release:
    return make_release(LOCAL)


@pytest.fixture(scope="module")
def remote(serve_release: Serve, make_release: Callable[[str], Release]) -> Iterator[str]:
    """Serve another release as a process of our own; give its endpoint."""
    with serve_release(make_release(REMOTE)) as (address, _):
        yield address + "/sparql"


@pytest.fixture(scope="module")
def app(release: Release, remote: str, strangers: Strangers) -> Iterator[Flask]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        closed = f"http://127.0.0.1:{probe.getsockname()[1]}/closed"
    names = [*BAD, "moved", "to-file"]
    insecure = strangers.address.replace("http", "https") + "insecure"
    listed = [strangers.address + name for name in names]
    with opened(release, " ".join([remote, closed, insecure, *listed])) as app:
        app.config["CLOSED"], app.config["INSECURE"] = closed, insecure
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def get(client: FlaskClient, query: str, **more: str) -> TestResponse:
    return client.get("/sparql?" + urlencode({"query": query, **more}), buffered=True)


def canonical(results: dict[str, object]) -> object:
    """Return a result without the order of its rows."""
    if "boolean" in results:
        return results["boolean"]
    found = results["results"]["bindings"]  # type: ignore[index]
    return sorted(json.dumps(row, sort_keys=True) for row in found)


@pytest.fixture(scope="module")
def merged() -> ox.Store:
    """Return one store with our data as they are, and the remote ones in a graph of that name."""
    store = ox.Store()
    store.load(LOCAL.encode(), ox.RdfFormat.N_QUADS)
    store.load(REMOTE.encode(), ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(R))
    return store


P = f"PREFIX o: <{B}ont#> PREFIX r: <{R}> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"

QUERIES = [
    "SELECT * { ?a o:same ?r . SERVICE <R> { ?r r:label ?l } }",
    "SELECT * { SERVICE <R> { ?r r:label ?l } ?a o:same ?r }",
    "SELECT ?l { SERVICE <R> { ?r r:label ?l } }",
    "SELECT * { ?a o:name ?n OPTIONAL { ?a o:same ?r SERVICE <R> { ?r r:size ?z } } }",
    "SELECT * { ?a o:name ?n OPTIONAL { SERVICE <R> { ?r r:size ?z } ?a o:same ?r FILTER(?z>2) } }",
    "SELECT * { ?a o:same ?r { SERVICE <R> { ?r r:size ?z } } UNION { ?a o:number ?z } }",
    "SELECT * { ?a o:same ?r MINUS { SERVICE <R> { ?r r:size 3 } } }",
    "SELECT * { ?a o:same ?r MINUS { SERVICE <R> { ?other r:size 3 } } }",
    "SELECT * { ?a o:same ?r FILTER EXISTS { SERVICE <R> { ?r r:size ?z } FILTER(?z < 3) } }",
    "SELECT * { ?a o:same ?r FILTER NOT EXISTS { SERVICE <R> { ?r r:label 'One'@en } } }",
    ("SELECT * { ?a o:same ?r { SELECT ?r (COUNT(*) AS ?n) { SERVICE <R> { ?r r:label ?l } } "
    "GROUP BY ?r } }"),
    ("SELECT * { ?a o:same ?r SERVICE <R> { SELECT ?r (COUNT(*) AS ?n) { ?r r:label ?l } "
    "GROUP BY ?r } }"),
    "SELECT (COUNT(*) AS ?n) { SERVICE <R> { ?r r:label ?l } ?a o:name ?m }",
    "SELECT * { SERVICE <R> { ?r r:none ?l } }",
    "SELECT * { ?a o:name ?n OPTIONAL { SERVICE <R> { ?r r:none ?l } } }",
    "SELECT * { ?a o:name ?n SERVICE <R> { <{R}1> r:size 3 } }",
    "SELECT * { ?a o:name ?n SERVICE <R> { <{R}1> r:size 4 } }",
    "SELECT * { ?a o:name ?n SERVICE <R> { <{R}1> r:label [] } }",
    "SELECT * { ?a o:name ?n SERVICE <R> { } }",
    "SELECT * { SERVICE <R> { ?r r:label ?l OPTIONAL { ?r r:size ?z } } ?a o:number ?z }",
    "SELECT * { SERVICE <R> { ?r r:label ?l BIND(STRLEN(?l) AS ?n) MINUS { ?r r:size ?z } } }",
    "SELECT * { SERVICE <R> { VALUES ?r { r:1 r:2 } ?r r:size|r:since ?z } FILTER(?r != r:1) }",
    "SELECT * { SERVICE <R> { ?r ?p ?o } SERVICE SILENT <R> { ?r r:label ?o } }",
    "SELECT * { GRAPH ?g { ?a o:number ?z SERVICE <R> { ?r r:size ?y } } }",
    "SELECT * { ?a o:number ?z SERVICE <R> { ?r r:size ?y FILTER(?y <= ?z) } }",
    "SELECT DISTINCT ?p { SERVICE <R> { ?r ?p ?o } } ORDER BY DESC(?p) LIMIT 2",
    "SELECT (SUM(?z) AS ?s) { SERVICE <R> { ?r r:size ?z } } HAVING(SUM(?z) > 1)",
    "ASK { ?a o:same ?r SERVICE <R> { ?r r:label 'One'@en } }",
    "ASK { ?a o:same ?r SERVICE <R> { ?r r:label 'None' } }",
    ("SELECT * { ?a o:name ?n . FILTER(?n != 'SERVICE') # SERVICE <urn:x> {\n"
    " SERVICE#{\n<R>{?r r:odd|r:since ?l # }\n} }"),
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_an_answer_is_that_of_one_store_with_all_data(
    client: FlaskClient, merged: ox.Store, remote: str, query: str
) -> None:
    query = P + query.replace("{R}", R)
    here = query.replace("SERVICE SILENT", "SERVICE").replace("SERVICE <R>", f"GRAPH <{R}>")
    here = here.replace("SERVICE#{\n<R>", f"GRAPH <{R}>")
    results = merged.query(here)
    assert isinstance(results, ox.QuerySolutions | ox.QueryBoolean)
    expected = json.loads(bytes(results.serialize(format=ox.QueryResultsFormat.JSON) or b""))
    response = get(client, query.replace("<R>", f"<{remote}>"))
    assert response.status_code == 200, response.text
    found = response.get_json(force=True)
    assert canonical(found) == canonical(expected)
    assert sorted(found["head"].get("vars", [])) == sorted(expected["head"].get("vars", []))


def test_the_table_of_queries_is_complete() -> None:
    assert len(QUERIES) >= 25
    assert set(REASONS) - set(BAD) == {"moved", "to-file", "closed", "insecure"}


def test_every_term_comes_through_as_it_is(client: FlaskClient, remote: str) -> None:
    query = f"SELECT ?p ?o {{ SERVICE <{remote}> {{ ?s ?p ?o FILTER(!isBlank(?s)) }} }}"
    found = get(client, query).get_json(force=True)["results"]["bindings"]
    store = ox.Store()
    store.load(REMOTE.encode(), ox.RdfFormat.N_TRIPLES)
    results = store.query("SELECT ?p ?o { ?s ?p ?o }")
    assert isinstance(results, ox.QuerySolutions)
    expected = json.loads(bytes(results.serialize(format=ox.QueryResultsFormat.JSON) or b""))
    assert canonical({"results": {"bindings": found}}) == canonical(expected)


def test_columns_stand_in_order_of_appearance(client: FlaskClient, remote: str) -> None:
    query = f"SELECT * {{ ?z ?y ?b . SERVICE <{remote}> {{ ?n ?a ?b }} BIND(1 AS ?c) }}"
    assert get(client, query, format="csv").text.startswith("z,y,b,n,a,c\r\n")


def test_a_construct_takes_what_was_fetched(client: FlaskClient, remote: str) -> None:
    query = f"CONSTRUCT {{ ?s ?p ?o }} {{ SERVICE <{remote}> {{ ?s ?p ?o FILTER isIRI(?s) }} }}"
    assert len(Graph().parse(data=get(client, query).data)) == REMOTE.count(" .\n")


def test_relative_names_and_datasets_stay_here(client: FlaskClient, strangers: Strangers) -> None:
    prologue = f"BASE <{strangers.address}x/> PREFIX x: <../> PREFIX unused: <urn:secret>"
    select = "SELECT * FROM <urn:none> { SERVICE x:fine { <a> x:p ?x # a remark\n } }"
    query = f"# for nobody\n{prologue}\n{select}"
    response = get(client, query, **{"named-graph-uri": "urn:other"})
    assert response.get_json(force=True)["results"]["bindings"] == [
        {"x": {"type": "uri", "value": "urn:1"}}
    ]
    sent = strangers.bodies[-1]
    base = strangers.address
    text = f"BASE <{base}x/>\nPREFIX x: <{base}>\nSELECT ?x WHERE {{ <a> x:p ?x }}"
    assert sent == urlencode({"query": text})


def endpoint_of(app: Flask, strangers: Strangers, name: str) -> str:
    special = {"closed": app.config["CLOSED"], "insecure": app.config["INSECURE"]}
    return str(special.get(name, strangers.address + name))


FAULTS = sorted({*BAD, *REASONS} - {"fine", "charset"})


def limit_of(name: str) -> dict[str, str]:
    """Return the time limit for a call that would be late: the others fail for their own reason."""
    return {"timeout": "2"} if REASONS.get(name) == "late" else {}


@pytest.mark.parametrize("name", FAULTS)
def test_a_call_that_fails_is_a_problem_that_names_the_endpoint(
    app: Flask, client: FlaskClient, strangers: Strangers, name: str
) -> None:
    endpoint = endpoint_of(app, strangers, name)
    seen = len(strangers.asked)
    start = time.monotonic()
    response = get(
        client, f"SELECT * {{\n SERVICE <{endpoint}> {{ ?x ?x ?x }} }}", **limit_of(name)
    )
    assert time.monotonic() - start < PAUSE - 5
    problem = response.get_json(force=True)
    reason = REASONS.get(name, "unreadable")
    assert response.status_code == problem["status"] == (504 if reason == "late" else 502)
    assert problem["type"] == f"{B}problem/service-failed"
    assert (problem["endpoint"], problem["reason"]) == (endpoint, reason)
    assert (problem["line"], problem["column"]) == (2, 2)
    assert response.headers["Cache-Control"] == "no-store"
    assert "urn:1" not in response.text
    assert [path for path in strangers.asked[seen:] if path != name] == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_silent_call_that_fails_is_one_empty_solution(
    app: Flask, client: FlaskClient, strangers: Strangers, name: str
) -> None:
    endpoint = endpoint_of(app, strangers, name)
    query = f"SELECT * {{ ?a <{B}ont#name> ?n SERVICE SILENT <{endpoint}> {{ ?x ?x ?x }} }}"
    response = get(client, query, **limit_of(name))
    assert response.status_code == 200, response.text
    found = response.get_json(force=True)
    assert found["head"]["vars"] == ["a", "n", "x"]
    assert len(found["results"]["bindings"]) == 3
    assert all("x" not in row for row in found["results"]["bindings"])


@pytest.mark.parametrize("name", ["fine", "charset"])
def test_a_well_behaved_stranger_is_understood(
    client: FlaskClient, strangers: Strangers, name: str
) -> None:
    query = f"SELECT * {{ SERVICE <{strangers.address}{name}> {{ ?x ?x ?x }} }}"
    assert get(client, query, format="csv").text == "x\r\nurn:1\r\n"


def test_the_same_call_is_made_once(client: FlaskClient, strangers: Strangers) -> None:
    call = f"SERVICE <{strangers.address}fine> {{ ?x ?x ?x }}"
    seen = len(strangers.asked)
    assert get(client, f"ASK {{ {call} {{ {call} }} UNION {{ {call} }} }}").status_code == 200
    assert strangers.asked[seen:] == ["fine"]


def test_the_time_limit_covers_the_calls(client: FlaskClient, strangers: Strangers) -> None:
    endless = " . ".join(f"?x{i} ?y{i} ?z{i}" for i in range(14))
    slow = f"SERVICE SILENT <{strangers.address}slow> {{ ?x ?x ?x }}"
    start = time.monotonic()
    response = get(client, f"SELECT (COUNT(*) AS ?n) {{ {slow} {endless} }}", timeout="1")
    assert 0.9 < time.monotonic() - start < PAUSE - 5
    assert response.status_code == 503
    assert response.get_json(force=True)["type"] == f"{B}problem/query-timeout"


def test_answers_with_calls_are_never_kept(client: FlaskClient, strangers: Strangers) -> None:
    query = f"ASK {{ SERVICE <{strangers.address}fine> {{ ?x ?x ?x }} }}"
    for url in ("/sparql?", "/query?"):
        seen = len(strangers.asked)
        for _ in range(2):
            response = client.get(url + urlencode({"query": query}), buffered=True)
            assert response.status_code == 200
            assert "ETag" not in response.headers
            assert response.headers["Cache-Control"] == "no-store"
        assert len(strangers.asked) == seen + 2


WRONG = [
    ("ASK { SERVICE <{}> { ?x ?x } }", 1),
    ("ASK {\n SERVICE\n <{}> { ?x ?x ?x } UNION { ?y ?y ?y } }", 3),
    ("ASK { SERVICE <{}> { ?x no:p ?x } }", 1),
    ("ASK { SERVICE <{}> { ?x ?x ?x }", 1),
    ("ASK { SERVICE <{}> { ?x ?x ?x } ?", 1),
    ("ASK { SERVICE <{}> { ?x ?x ?x } BIND(1 AS ?x) }", 1),
]


@pytest.mark.parametrize(("query", "line"), WRONG)
def test_nothing_leaves_for_a_query_that_is_wrong(
    client: FlaskClient, strangers: Strangers, query: str, line: int
) -> None:
    seen = len(strangers.asked)
    response = get(client, query.replace("{}", strangers.address + "fine"))
    problem = response.get_json(force=True)
    assert (response.status_code, problem["type"]) == (400, f"{B}problem/query-syntax")
    assert problem.get("line") == line
    assert strangers.asked[seen:] == []


REFUSED = [
    ("SERVICE <{}unlisted> {{}}", 7, "is not on the list"),
    ("SERVICE <{}fine/> {{}}", 7, "is not on the list"),
    ("SERVICE <{}Fine> {{}}", 7, "is not on the list"),
    ("SERVICE <{}fine#x> {{}}", 7, "is not on the list"),
    ("SERVICE <file:///etc/passwd> {{}}", 7, "is not on the list"),
    ("SERVICE <sparql> {{}}", 7, f"<{B}sparql> is not on the list"),
    ("SERVICE ?e {{}}", 7, "not a variable"),
    ("VALUES ?e {{ <{}fine> }} SERVICE SILENT ?e {{}}", None, "not a variable"),
    ("SERVICE no:e {{}}", 7, "is understood"),
    ("SERVICESILENT <{}fine> {{}}", 7, "is understood"),
    ("SERVICE <{0}fine> {{ ?x ?x ?x SERVICE <{0}fine> {{}} }}", None, "inside a SERVICE"),
    ("SERVICE <{0}fine> {{}} SERVICE <{0}unlisted> {{}}", None, "is not on the list"),
]


@pytest.mark.parametrize(("pattern", "column", "why"), REFUSED)
def test_a_call_that_is_not_on_the_list_is_403_and_nothing_is_asked(
    client: FlaskClient, strangers: Strangers, pattern: str, column: int | None, why: str
) -> None:
    pattern = pattern.format(strangers.address)
    seen = len(strangers.asked)
    problem = get(client, f"ASK {{ {pattern} }}").get_json(force=True)
    assert (problem["status"], problem["construct"]) == (403, "SERVICE")
    assert problem["type"] == f"{B}problem/forbidden-operation"
    english = client.get(
        "/sparql?" + urlencode({"query": f"ASK {{ {pattern} }}"}), headers={"Accept-Language": "en"}
    )
    assert why in english.get_json(force=True)["detail"]
    assert (problem["line"], problem["column"]) == (1, column or 7 + pattern.rindex("SERVICE"))
    assert strangers.asked[seen:] == []


def test_calls_are_counted(client: FlaskClient, strangers: Strangers) -> None:
    call = f"SERVICE <{strangers.address}fine> {{ ?x ?x ?x }} "
    assert get(client, f"ASK {{ {call * 8} }}").status_code == 200
    problem = get(client, f"ASK {{\n{call * 8}\n{call} }}").get_json(force=True)
    assert (problem["status"], problem["limit"], problem["line"]) == (400, 8, 3)


def test_waiting_for_strangers_leaves_threads_for_others(
    release: Release, strangers: Strangers
) -> None:
    query = f"ASK {{ SERVICE <{strangers.address}fine> {{ ?x ?x ?x }} }}"
    with opened(release, strangers.address + "fine", web_threads=4) as app:
        client = app.test_client()
        with app.app_context():
            federation = get_federation()
        with federation.slot(), federation.slot():
            response = get(client, query)
            assert (response.status_code, "Retry-After" in response.headers) == (503, True)
            assert response.get_json(force=True)["type"] == f"{B}problem/busy"
            assert get(client, "ASK {}").status_code == 200
        assert get(client, query).status_code == 200


def test_two_servers_answer_together(
    serve_release: Serve, release: Release, remote: str, strangers: Strangers
) -> None:
    with serve_release(release, service_allow=remote) as (address, _):
        client = SPARQLWrapper(address + "/sparql", returnFormat=JSON_FORMAT)
        client.setQuery(f"{P} SELECT ?l {{ ?a o:same ?r SERVICE <{remote}> {{ ?r r:label ?l }} }}")
        with client.query().response as answer:
            found = json.load(answer)["results"]["bindings"]
        assert {"One", "Satu"} <= {row["l"]["value"] for row in found}
        seen = len(strangers.asked)
        client.setQuery(f"ASK {{ SERVICE <{strangers.address}fine> {{}} }}")
        with pytest.raises(HTTPError) as caught:
            client.query()
        with caught.value as refusal:
            assert refusal.code == 403
        assert strangers.asked[seen:] == []


class GoneError(Exception):
    pass


def test_who_asks_for_a_client_that_leaves_stops_at_once(strangers: Strangers) -> None:
    start = time.monotonic()

    def watch() -> None:
        if time.monotonic() > start + 0.2:
            raise GoneError

    before = threading.active_count()
    with pytest.raises(GoneError):
        fetch_solutions(strangers.address + "slow", "ASK {}", seconds=60, size=1000, watch=watch)
    assert time.monotonic() - start < PAUSE - 5
    while threading.active_count() > before + 1 and time.monotonic() < start + PAUSE - 5:
        time.sleep(0.01)
    # What is left is the stranger's own thread.
    assert threading.active_count() <= before + 1


class _SlowToStart(threading.Thread):
    """A thread that runs before whoever started it goes on, as on a busy machine."""

    def start(self) -> None:
        super().start()
        time.sleep(0.3)


def test_who_asks_is_late_whichever_clock_ends_first(
    strangers: Strangers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.remote.Thread", _SlowToStart)
    with pytest.raises(RemoteError) as caught:
        fetch_solutions(strangers.address + "slow", "ASK {}", seconds=0.2, size=1000)
    assert caught.value.reason == "late"


def test_a_worker_cannot_connect_though_an_endpoint_is_listed(
    app: Flask, strangers: Strangers
) -> None:
    seen = len(strangers.asked)
    with app.app_context():
        pool = get_state().pool
        for query in (
            f"ASK {{ SERVICE <{strangers.address}fine> {{ ?x ?x ?x }} }}",
            f"SELECT * {{ SERVICE SILENT <{strangers.address}fine> {{ ?x ?x ?x }} }}",
        ):
            try:
                with pool.run(query, solutions=JSON).spool as spool:
                    assert b"urn:1" not in spool.read()
            except QueryConnectionError:
                continue
    assert strangers.asked[seen:] == []


def test_the_service_description_names_what_may_be_called(app: Flask, remote: str) -> None:
    description = Graph().parse(data=app.test_client().get("/sparql").data)
    service = URIRef(f"{B}sparql")
    assert set(description.objects(service, SD.feature)) == {SD.BasicFederatedQuery}
    assert URIRef(remote) in set(description.objects(service, DCTERMS.relation))
    assert (URIRef(remote), SD.endpoint, URIRef(remote)) in description

"""A real server process, the clients that people use, hostile queries, and an orderly end."""

import itertools
import json
import os
import queue
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen
from xml.dom.minidom import Document

import pytest
from ports import free_port
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from rdflib.query import ResultRow
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    XML,
    SPARQLWrapper,
)

from kg.errors import KgError
from kg.namespaces import CANONICAL_BASE as B
from kg.release.publication import Release
from kg.settings import Settings
from kg.web.server import ServerError, _listen, serve

pytestmark = [
    # rdflib's own JSON-LD parser uses what rdflib has deprecated.
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated"),
    # SPARQLWrapper leaves the closing of its responses to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

Serve = Callable[..., AbstractContextManager[tuple[str, "subprocess.Popen[bytes]"]]]

TIMEOUT = 1.5
"""Seconds that a query without end is given."""
PATIENCE = 40.0
"""Seconds that the server would give it: an answer well before is not for want of them."""
AGENCY = f"{B}id/agency/polresta-sidoarjo"
LABEL = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
SELECT = f"SELECT ?label {{ <{AGENCY}> {LABEL} ?label FILTER(LANG(?label) = 'en') }}"
CONSTRUCT = f"CONSTRUCT {{ <{AGENCY}> {LABEL} ?label }} WHERE {{ <{AGENCY}> {LABEL} ?label }}"
NAME = "Sidoarjo City Police"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture(scope="module")
def server(serve_release: Serve, release: Release) -> Iterator[tuple[str, int]]:
    settings = {"query_timeout": PATIENCE, "query_memory": 700, "query_queue": 8, "result_limit": 1}
    with serve_release(release, **settings) as (address, process):
        yield address + "/sparql", process.pid


@pytest.fixture(scope="module")
def endpoint(server: tuple[str, int]) -> str:
    return server[0]


NUMBERS = itertools.count()


def new_ask() -> str:
    """Return a query that nobody has asked: its answer comes from a worker."""
    return f"ASK {{}} # {next(NUMBERS)}"


def fetch(endpoint: str, query: str, timeout: float | None = None) -> tuple[int, Any]:
    asked = {"query": query} | ({"timeout": str(timeout)} if timeout else {})
    request = Request(endpoint, urlencode(asked).encode())
    try:
        with urlopen(request, timeout=120) as response:
            return response.status, json.load(response)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.mark.parametrize("method", [GET, POST, POSTDIRECTLY])
@pytest.mark.parametrize("form", [JSON, XML, CSV, TSV])
def test_sparqlwrapper_reads_solutions(endpoint: str, form: str, method: str) -> None:
    client = SPARQLWrapper(endpoint, returnFormat=form)
    client.setMethod(POST if method == POSTDIRECTLY else method)
    if method == POSTDIRECTLY:
        client.setRequestMethod(POSTDIRECTLY)
    client.setQuery(SELECT)
    found = client.query().convert()
    if isinstance(found, Document):
        found = found.toxml()
    text = found.decode() if isinstance(found, bytes) else str(found)
    assert NAME in text
    assert "label" in text


@pytest.mark.parametrize("form", [TURTLE, N3, XML, RDFXML, JSONLD])
def test_sparqlwrapper_reads_graphs(endpoint: str, form: str) -> None:
    client = SPARQLWrapper(endpoint, returnFormat=form)
    client.setQuery(CONSTRUCT)
    found = client.query().convert()
    if isinstance(found, bytes):
        found = Graph().parse(data=found)
    assert isinstance(found, Graph)
    assert Literal(NAME, lang="en") in set(found.objects(URIRef(AGENCY)))


def test_sparqlwrapper_reads_a_truth_and_an_error(endpoint: str) -> None:
    client = SPARQLWrapper(endpoint, returnFormat=JSON)
    client.setQuery("ASK {}")
    assert client.query().convert() == {"head": {}, "boolean": True}
    client.setQuery("SELECT * { ?s foo:p ?o }")
    with pytest.raises(Exception, match="foo:p"):
        client.query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_reads_the_endpoint_as_a_graph(endpoint: str, method: str) -> None:
    graph = Graph(SPARQLStore(endpoint, method=method))
    rows = [row for row in graph.query(SELECT) if isinstance(row, ResultRow)]
    assert [row[0] for row in rows] == [Literal(NAME, lang="en")]
    assert bool(graph.query("ASK {}"))
    label = URIRef(LABEL.strip("<>"))
    assert Literal(NAME, lang="en") in set(graph.objects(URIRef(AGENCY), label))
    described = graph.query(f"DESCRIBE <{AGENCY}>").graph
    assert described is not None
    assert len(described) == 4


@pytest.mark.parametrize(
    ("arguments", "start", "body"),
    [
        (["--data-urlencode", f"query={SELECT}", "-H", "Accept: text/csv"], "200", NAME),
        (["-G", "--data-urlencode", f"query={SELECT}"], "200", NAME),
        (["-H", "Content-Type: application/sparql-query", "--data-binary", SELECT], "200", NAME),
        ([], "200", "sd:Service"),
        (["-I"], "200", ""),
        (["-X", "DELETE"], "405", "method-not-allowed"),
        (["--data-urlencode", "query=ASK {"], "400", "query-syntax"),
    ],
)
def test_curl_is_served(endpoint: str, arguments: list[str], start: str, body: str) -> None:
    command = ["curl", "--silent", "--include", "--max-time", "60", *arguments, endpoint]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert answer.startswith(f"HTTP/1.1 {start} ")
    assert "Access-Control-Allow-Origin: *" in answer
    assert body in answer


HOSTILE = {
    "endless product": (ENDLESS, {"query-timeout"}),
    "sorted cross join": (
        "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i ?a",
        {"query-timeout", "query-memory"},
    ),
    "deep nesting": ("ASK " + "{" * 2200 + "}" * 2200, {"query-too-deep"}),
    "long chain of unions": (
        "ASK { " + "{} UNION " * 7000 + "{} }",
        {"query-crashed", "query-timeout"},
    ),
    "repeated patterns": ("SELECT * {" + " ?s ?p ?o ." * 300 + "}", {"query-timeout"}),
    "doubled strings": (
        "SELECT (STRLEN(?x30) AS ?n) { BIND('0123456789abcdef' AS ?x0) "
        + " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(30))
        + " }",
        {"query-memory", "query-timeout"},
    ),
    "large result": ("SELECT * { ?a ?b ?c . ?d ?e ?f }", {"result-too-large"}),
}


@pytest.mark.parametrize(("query", "kinds"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_query_ends_in_time_with_its_problem(
    endpoint: str, query: str, kinds: set[str]
) -> None:
    start = time.monotonic()
    limit = TIMEOUT if "query-timeout" in kinds else None
    status, problem = fetch(endpoint, query, limit)
    assert time.monotonic() - start < PATIENCE / 2
    assert status == problem["status"] >= 400
    assert problem["type"].rpartition("/")[2] in kinds
    assert fetch(endpoint, new_ask())[0] == 200


def test_other_clients_are_served_beside_a_hostile_query(endpoint: str) -> None:
    hostile = threading.Thread(target=fetch, args=(endpoint, ENDLESS, TIMEOUT))
    hostile.start()
    answered = 0
    while hostile.is_alive():
        assert fetch(endpoint, new_ask())[0] == 200
        answered += 1
    # If they waited for its end, it would be one or two.
    assert answered > 5


def test_a_client_that_goes_away_frees_its_worker(serve_release: Serve, release: Release) -> None:
    with serve_release(release, query_timeout=60.0, query_workers=1) as (address, _):
        endpoint = address + "/sparql"
        assert fetch(endpoint, "ASK {}")[0] == 200
        with pytest.raises(TimeoutError):
            urlopen(endpoint + "?" + urlencode({"query": ENDLESS}), timeout=0.3)
        start = time.monotonic()
        assert fetch(endpoint, new_ask())[0] == 200
        assert time.monotonic() - start < 30


def test_more_long_queries_than_can_wait_are_refused_at_once(
    serve_release: Serve, release: Release
) -> None:
    settings = {"query_timeout": PATIENCE, "query_workers": 1, "query_queue": 1, "grace": 1}
    answers: queue.Queue[tuple[int, Any]] = queue.Queue()
    with serve_release(release, **settings) as (address, _):
        endpoint = address + "/sparql"
        assert fetch(endpoint, "ASK {}")[0] == 200
        start = time.monotonic()
        # The same query twice would share one run.
        for number in range(6):
            query = f"{ENDLESS} LIMIT {number + 1}"
            threading.Thread(target=lambda q=query: answers.put(fetch(endpoint, q))).start()
        # One runs, another waits for its place, and whichever they are the others do not.
        for _ in range(4):
            status, problem = answers.get(timeout=PATIENCE)
            assert (status, problem["type"]) == (503, f"{B}problem/busy")
            assert problem["retryAfter"] > 0
        assert time.monotonic() - start < PATIENCE / 2
        # On a busy machine one may outlast its slice by chance, but not each time.
        assert 200 in {fetch(endpoint, new_ask())[0] for _ in range(5)}
        with urlopen(address + "/about", timeout=60) as page:
            assert page.status == 200
        assert answers.empty()
    held = [answers.get(timeout=60)[1]["type"] for _ in range(2)]
    assert held == [f"{B}problem/stopping"] * 2


def test_a_small_answer_does_not_wait_for_an_acknowledgement() -> None:
    with (
        _listen("127.0.0.1", free_port(), "port") as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as connection,
    ):
        # Nagle's algorithm is off; with it the body waited 40 ms on many kept connections.
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


def descendants(pid: int) -> set[int]:
    """Return the living processes under a process."""
    children = {
        int(child)
        for listed in Path(f"/proc/{pid}/task").glob("*/children")
        for child in listed.read_text().split()
    }
    return children.union(*(descendants(child) for child in children))


def is_alive(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_stopping_leaves_no_process_behind(
    serve_release: Serve, release: Release, how: signal.Signals
) -> None:
    with serve_release(release, query_timeout=60.0) as (address, process):
        assert fetch(address + "/sparql", "ASK {}")[0] == 200
        with pytest.raises(TimeoutError):
            urlopen(address + "/sparql?" + urlencode({"query": ENDLESS}), timeout=0.2)
        below = descendants(process.pid)
        assert len(below) >= 3
        os.kill(process.pid, how)
        process.wait(60)
        assert how == signal.SIGKILL or process.returncode == 0
        deadline = time.monotonic() + 30
        while any(map(is_alive, below)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(map(is_alive, below))


def test_a_request_that_runs_is_finished_before_the_end(
    serve_release: Serve, release: Release, await_running: Callable[[int], None]
) -> None:
    answers: list[tuple[int, Any]] = []
    port = free_port()
    with serve_release(release, query_timeout=3.0, metrics_port=port) as (address, process):
        running = threading.Thread(
            target=lambda: answers.append(fetch(address + "/sparql", ENDLESS))
        )
        running.start()
        await_running(port)
        process.send_signal(signal.SIGTERM)
        running.join()
        assert process.wait(60) == 0
    status, problem = answers[0]
    assert (status, problem["type"]) == (503, f"{B}problem/query-timeout")


def test_a_port_that_is_taken_is_told(release: Release) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServerError, match=f"{port}.*--port"):
            serve(release, Settings(port=port))
    assert issubclass(ServerError, KgError)


def test_a_damaged_release_ends_the_server_with_a_clear_word(
    make_release: Callable[[str], Release], serve_release: Serve, capfd: pytest.CaptureFixture[str]
) -> None:
    damaged = make_release("<urn:a> <urn:b> <urn:c> .\n")
    for table in damaged.store_path.glob("*.sst"):
        table.write_bytes(b"garbage")
    with pytest.raises(TimeoutError), serve_release(damaged, lang="en") as (_, process):
        process.wait(60)
    shown = capfd.readouterr().err
    assert "is damaged" in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize(
    ("sent", "status", "slug"),
    [
        (f"GET /sparql?query={'x' * 9000} HTTP/1.1\r\nHost: x\r\n\r\n", 414, "address-too-long"),
        (f"GET / HTTP/1.1\r\nHost: x\r\nX-Long: {'x' * 9000}\r\n\r\n", 431, "headers-too-large"),
        ("neither a verb nor an address\r\n\r\n", 400, "bad-request"),
    ],
)
def test_what_is_no_request_is_answered_like_any_error(
    serve_release: Serve, release: Release, sent: str, status: int, slug: str
) -> None:
    with serve_release(release) as (address, _):
        host = urlsplit(address)
        with socket.create_connection((host.hostname, host.port), timeout=60) as connection:
            connection.sendall(sent.encode())
            answer = HTTPResponse(connection)
            answer.begin()
            document = json.loads(answer.read())
    assert (answer.status, document["type"]) == (status, f"{B}problem/{slug}")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Data-Release"] == release.identifier


ASK_ALL = "ASK { ?s ?p ?o }"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("Content-Length: 100", ASK_ALL),
        ("Transfer-Encoding: chunked", f"{len(ASK_ALL):x}\r\n{ASK_ALL}\r\n"),
        ("Transfer-Encoding: chunked", f"{len(ASK_ALL) + 9:x}\r\n{ASK_ALL}"),
    ],
    ids=["length", "no last chunk", "in a chunk"],
)
@pytest.mark.parametrize("kind", ["sparql-query", "x-www-form-urlencoded"])
def test_a_query_that_was_cut_off_is_not_taken_for_the_whole(
    endpoint: str, kind: str, head: str, body: str
) -> None:
    host = urlsplit(endpoint)
    named = (f"Content-Type: application/{kind}", "Accept-Language: en", head)
    lines = ("POST /sparql HTTP/1.1", "Host: x", *named)
    with socket.create_connection((host.hostname, host.port), timeout=60) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        connection.shutdown(socket.SHUT_WR)
        answer = HTTPResponse(connection)
        answer.begin()
        document = json.loads(answer.read())
    assert (answer.status, document["type"]) == (400, f"{B}problem/bad-request")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "did not come whole" in document["detail"]

"""What whoever runs the server relies on: health, figures, the log, and an orderly stop."""

import json
import logging
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
from flask import Flask
from flask.testing import FlaskClient
from ports import free_port
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from kg.namespaces import CANONICAL_BASE as B
from kg.release.publication import Release
from kg.settings import Settings
from kg.store import RESERVE, Answer, QueryPool
from kg.web.app import close_app, create_app
from kg.web.logs import JsonFormatter, TextFormatter, log_event
from kg.web.metrics import get_metrics
from kg.web.server import ServerError, serve

Serve = Callable[..., AbstractContextManager[tuple[str, subprocess.Popen[bytes]]]]
MakeRelease = Callable[[str], Release]

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PRIVATE = "kata-yang-dicari-seseorang"


class Reply(NamedTuple):
    """An answer that was read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def problem(self) -> str:
        """The type of the problem document, in short."""
        return str(json.loads(self.body)["type"]).removeprefix(f"{B}problem/")


def fetch(
    address: str, path: str, query: str | None = None, headers: Mapping[str, str] | None = None
) -> Reply:
    connection = HTTPConnection(address.removeprefix("http://"), timeout=120)
    try:
        path += f"?query={quote(query)}" if query else ""
        path += "&timeout=0.6" if query and query.startswith(ENDLESS) else ""
        connection.request("GET", path, headers=dict(headers or {}))
        response = connection.getresponse()
        return Reply(response.status, dict(response.getheaders()), response.read())
    finally:
        connection.close()


def descendants(pid: int) -> set[int]:
    """Return the living processes under a process."""
    children = {
        int(child)
        for listed in Path(f"/proc/{pid}/task").glob("*/children")
        for child in listed.read_text().split()
    }
    return children.union(*(descendants(child) for child in children))


class Lines(logging.Handler):
    """Keeps what would be written, formatted at the time of the event."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(self.format(record))


@contextmanager
def lines(formatter: logging.Formatter) -> Iterator[list[str]]:
    """Collect the lines that the log would get."""
    handler, log = Lines(formatter), logging.getLogger("kg.web")
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield handler.written
    finally:
        log.removeHandler(handler)
        log.setLevel(level)


Figures = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


def read_figures(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Read the exposition format with the parser of Prometheus."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def figures_at(port: int) -> Figures:
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as response:
        assert response.headers["Content-Type"].startswith("text/plain; version=")
        return read_figures(response.read().decode())


def figure(figures: Figures, name: str, **labels: str) -> float:
    return figures[name, frozenset(labels.items())]


# A server with figures and a log of JSON lines


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "stderr"


@pytest.fixture(scope="module")
def metrics_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def address(serve_release: Serve, release: Release, log: Path, metrics_port: int) -> Iterator[str]:
    settings = {
        "query_timeout": 30.0,
        "query_memory": 700,
        "result_limit": 1,
        "log": "json",
        "metrics_port": metrics_port,
    }
    with (
        log.open("wb") as stderr,
        serve_release(release, stderr=stderr, **settings) as (address, _),
    ):
        yield address


def lines_of(log: Path, **wanted: object) -> list[dict[str, Any]]:
    """Return the events of a log that have some facts, once there is one."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        events = [json.loads(line) for line in log.read_text().splitlines()]
        if found := [event for event in events if wanted.items() <= event.items()]:
            return found
        time.sleep(0.02)
    pytest.fail(f"not in the log: {wanted}")


def test_a_living_process_says_so(address: str) -> None:
    reply = fetch(address, "/healthz")
    assert (reply.status, reply.body) == (200, b"ok\n")
    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert reply.headers["Cache-Control"] == "no-store"


def test_a_server_whose_workers_answer_is_ready(address: str) -> None:
    reply = fetch(address, "/readyz")
    assert (reply.status, reply.body) == (200, b"ready\n")
    assert reply.headers["Cache-Control"] == "no-store"


def test_long_queries_leave_a_server_ready(
    serve_release: Serve, release: Release, await_running: Callable[[int], None]
) -> None:
    port = free_port()
    with serve_release(release, query_workers=1, metrics_port=port, grace=1) as (address, _):
        asking = threading.Thread(target=ask_without_end, args=(address, []))
        asking.start()
        await_running(port)
        # On a busy machine a query may outlast its slice by chance, but not each time.
        assert 200 in {fetch(address, "/readyz").status for _ in range(5)}
        assert asking.is_alive()
    asking.join()


def query_processes(pid: int) -> list[int]:
    return [
        child
        for child in descendants(pid)
        if "worker.py" in Path(f"/proc/{child}/cmdline").read_text(encoding="utf-8")
    ]


def test_a_server_whose_workers_do_not_answer_is_alive_but_not_ready(
    serve_release: Serve, release: Release
) -> None:
    with serve_release(release, query_timeout=3.0, query_workers=1) as (address, process):
        assert fetch(address, "/readyz").status == 200
        deadline = time.monotonic() + 60
        # The template of the workers, and the workers, which start one after the other.
        while len(stopped := query_processes(process.pid)) < 1 + 1 + RESERVE:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        reply = fetch(address, "/readyz")
        assert (reply.status, reply.problem) == (503, "not-ready")
        assert int(reply.headers["Retry-After"]) > 0
        assert fetch(address, "/healthz").status == 200
        for pid in stopped:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        while fetch(address, "/readyz").status != 200:
            assert time.monotonic() < deadline


def test_a_server_whose_store_is_gone_is_not_ready(
    make_release: MakeRelease, settings: Settings
) -> None:
    release = make_release("<urn:a> <urn:b> <urn:c> .\n")
    app = create_app(release, settings)
    try:
        release.store_path.rename(release.store_path.with_name("elsewhere"))
        response = app.test_client().get("/readyz")
        assert response.status_code == 503
        assert response.get_json(force=True)["type"] == f"{B}problem/release-unavailable"
        assert app.test_client().get("/healthz").status_code == 200
    finally:
        close_app(app)


# The id of a request


def test_every_answer_names_its_request(address: str) -> None:
    ids = [
        fetch(address, path).headers["X-Request-ID"]
        for path in ("/", "/sparql", "/healthz", "/nothing", "/sparql?query=", "/static/style.css")
    ]
    assert all(map(UUID.fullmatch, ids))
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    "given", ["0af7651916cd43dd8448eb211c80319c", "3C951BA9-3b13-475c-ac66-3cb34f68d7e0"]
)
def test_a_random_id_is_taken_over(client: FlaskClient, given: str) -> None:
    response = client.get("/sparql?query=ASK", headers={"X-Request-ID": given})
    assert response.headers["X-Request-ID"] == given.lower()
    assert response.get_json(force=True)["requestId"] == given.lower()


@pytest.mark.parametrize(
    "given",
    [
        "",
        "budi@example.org",
        "3515080101900001",
        "a" * 31,
        "3c951ba93b13-475c-ac66-3cb34f68d7e0",
        "x\ty",
    ],
)
def test_an_id_that_could_tell_of_a_person_is_not_taken_over(
    client: FlaskClient, given: str
) -> None:
    response = client.get("/healthz", headers={"X-Request-ID": given})
    assert UUID.fullmatch(response.headers["X-Request-ID"])


def test_the_page_of_a_problem_shows_the_id(client: FlaskClient) -> None:
    response = client.get("/nothing", headers={"Accept": "text/html"})
    assert response.headers["X-Request-ID"] in response.text


def test_scripts_of_other_sites_may_read_and_send_the_id(client: FlaskClient) -> None:
    response = client.options("/sparql")
    assert "X-Request-ID" in response.headers["Access-Control-Expose-Headers"]
    assert "X-Request-ID" in response.headers["Access-Control-Allow-Headers"]


# The log


def test_the_start_is_logged_with_the_settings(address: str, log: Path, release: Release) -> None:
    (event,) = lines_of(log, message="serving")
    assert event["release"] == release.identifier
    assert event["KG_PORT"] == int(address.rpartition(":")[2])
    assert event["KG_QUERY_TIMEOUT"] == 30.0


@pytest.mark.parametrize(
    ("path", "query", "facts"),
    [
        ("/sparql", f"ASK {{ ?s ?p '{PRIVATE}' }}", {"outcome": "ok", "kind": "ask"}),
        ("/sparql", f"SELECT * {{ '{PRIVATE}'", {"outcome": "query-syntax", "status": 400}),
        ("/sparql", f"ASK {{ SERVICE <urn:{PRIVATE}> {{}} }}", {"outcome": "forbidden-operation"}),
        ("/sparql", ENDLESS + f" # {PRIVATE}", {"outcome": "query-timeout", "status": 503}),
        ("/query", f"SELECT * {{ ?s ?p '{PRIVATE}' }}", {"outcome": "ok", "kind": "select"}),
        ("/query", f"ASK {{ {PRIVATE}", {"outcome": "query-syntax", "route": "/query"}),
        (f"/id/agency/{PRIVATE}", None, {"status": 404, "route": "/id/<kind>/<slug>"}),
        (f"/{PRIVATE}", None, {"status": 404, "route": "none", "method": "GET"}),
        (f"/browse/x?page={PRIVATE}", None, {"route": "/browse/<kind>"}),
    ],
)
def test_a_request_is_one_line_that_tells_nothing_of_who_asked_for_what(
    address: str, log: Path, path: str, query: str | None, facts: Mapping[str, object]
) -> None:
    headers = {"User-Agent": PRIVATE, "Referer": PRIVATE}
    reply = fetch(address, path, query, headers)
    (event,) = lines_of(log, id=reply.headers["X-Request-ID"])
    assert facts.items() <= event.items()
    assert event["message"] == "request"
    assert (event["status"], event["bytes"]) == (reply.status, len(reply.body))
    assert 0 <= event["seconds"] < 120
    assert re.fullmatch(r"[0-9T:.-]+Z", event["time"])
    assert bool(query) == bool(re.fullmatch("[0-9a-f]{16}", event.get("query", "")))
    text = log.read_text()
    assert PRIVATE not in text
    assert "127.0.0.1:" not in text


def test_one_query_has_one_hash(address: str, log: Path) -> None:
    ids = [fetch(address, "/sparql", "ASK { }").headers["X-Request-ID"] for _ in range(2)]
    assert len({lines_of(log, id=given)[0]["query"] for given in ids}) == 1


def test_a_repeated_query_is_logged_as_not_modified(address: str, log: Path) -> None:
    first = fetch(address, "/sparql", "ASK { }")
    again = fetch(address, "/sparql", "ASK { }", {"If-None-Match": first.headers["ETag"]})
    (event,) = lines_of(log, id=again.headers["X-Request-ID"])
    assert (event["status"], event["outcome"], event["bytes"]) == (304, "not-modified", 0)


def test_what_is_not_http_is_logged_without_its_words(address: str, log: Path) -> None:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(f"GET /sparql?query={PRIVATE} HTTX\r\n\r\n".encode())
        assert b" 400 " in connection.recv(100)
    (event,) = lines_of(log, message="not a request")
    assert event["status"] == 400
    assert PRIVATE not in log.read_text()


def test_an_unexpected_error_is_logged_with_its_place_and_the_id(
    release: Release,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def break_down(*_: object, **__: object) -> Answer:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(QueryPool, "run", break_down)
    app = create_app(release, settings)
    with lines(JsonFormatter()) as written:
        response = app.test_client().get("/sparql?query=ASK{}")
    close_app(app)
    assert response.status_code == 500
    assert "ZeroDivision" not in response.text
    event = json.loads(written[-1])
    assert event["level"] == "error"
    assert event["id"] == response.headers["X-Request-ID"]
    assert event["exception"].endswith("ZeroDivisionError: a fault of ours")
    assert "in break_down" in event["exception"]


def test_the_readable_form_names_the_same_facts() -> None:
    with lines(TextFormatter()) as written:
        log_event("request", status=200, route="/sparql", kind="")
    assert re.fullmatch(r"[0-9T:.-]+Z INFO request status=200 route=/sparql", written[-1])


# Figures


def test_figures_are_off_by_default_and_never_at_the_public_address(address: str) -> None:
    assert Settings().metrics_port == 0
    assert fetch(address, "/metrics").status == 404


def test_queries_are_counted_by_their_end(address: str, metrics_port: int, log: Path) -> None:
    before = figures_at(metrics_port)
    queries = {
        "ASK { }": ("ok", "ask"),
        "SELECT * { ?s ?p ?o } LIMIT 5": ("ok", "select"),
        "CONSTRUCT WHERE { ?s ?p ?o }": ("ok", "graph"),
        "SELECT {": ("query-syntax", ""),
        "ASK { SERVICE <urn:x> {} }": ("forbidden-operation", ""),
        "SELECT * { ?a ?b ?c . ?d ?e ?f }": ("result-too-large", ""),
        ENDLESS: ("query-timeout", ""),
    }
    replies = [fetch(address, "/sparql", query) for query in queries]
    for reply in replies:
        lines_of(log, id=reply.headers["X-Request-ID"])
    after = figures_at(metrics_port)

    def rise(name: str, **labels: str) -> float:
        key = name, frozenset(labels.items())
        return after[key] - before.get(key, 0)

    for outcome, kind in queries.values():
        assert rise("kg_queries_total", outcome=outcome, kind=kind) == 1, outcome
    assert rise("kg_query_seconds_count", outcome="ok") == 3
    assert rise("kg_query_seconds_sum", outcome="query-timeout") > 0.5
    assert rise("kg_query_result_bytes_count") == 3
    sizes = [len(reply.body) for reply in replies]
    assert rise("kg_query_result_bytes_sum") == sum(sizes[:3])
    assert rise("kg_http_response_bytes_total") == sum(sizes)
    route = {"route": "/sparql", "method": "GET"}
    assert rise("kg_http_requests_total", status="2xx", **route) == 3
    assert rise("kg_http_requests_total", status="4xx", **route) == 2
    assert rise("kg_http_requests_total", status="5xx", **route) == 2
    assert rise("kg_http_request_seconds_count", route="/sparql") == 7
    assert rise("kg_query_workers_killed_total", reason="timeout") == 1


def test_figures_tell_of_the_answers_that_are_kept(address: str, metrics_port: int) -> None:
    before = figures_at(metrics_port)
    for _ in range(3):
        fetch(address, "/sparql", "ASK { <urn:kept> ?p ?o }")
    after = figures_at(metrics_port)
    names = ("kg_answer_cache_misses_total", "kg_answer_cache_hits_total")
    assert [figure(after, name) - figure(before, name) for name in names] == [1, 2]
    assert 0 < figure(after, "kg_answer_cache_bytes") < figure(after, "kg_answer_cache_limit_bytes")


def test_figures_tell_of_release_workers_and_process(
    address: str, metrics_port: int, release: Release
) -> None:
    fetch(address, "/sparql", "ASK { }")
    figures = figures_at(metrics_port)
    assert figure(figures, "kg_release_info", release=release.identifier, base=release.base) == 1
    states = ("idle", "busy", "starting")
    assert sum(figure(figures, "kg_query_workers", state=state) for state in states) == 2 + RESERVE
    assert figure(figures, "kg_queries_waiting") == 0
    assert figure(figures, "process_resident_memory_bytes") > 1e6
    assert figure(figures, "kg_queries_total", outcome="busy", kind="") == 0


def test_paths_and_methods_that_clients_invent_make_no_new_figures(
    address: str, metrics_port: int, log: Path
) -> None:
    def series() -> set[object]:
        return {key for key in figures_at(metrics_port) if key[0] == "kg_http_requests_total"}

    for number in range(3):
        with pytest.raises(HTTPError) as caught:
            urlopen(Request(f"{address}/invented-{number}", method=f"INVENTED{number}"), timeout=60)
        with caught.value as error:
            lines_of(log, id=error.headers["X-Request-ID"])
    labels = frozenset({("route", "none"), ("method", "other"), ("status", "4xx")})
    assert ("kg_http_requests_total", labels) in series()
    assert not any("INVENTED" in str(key) or "invented" in str(key) for key in series())


def test_each_web_process_shows_its_own_figures(serve_release: Serve, release: Release) -> None:
    first = free_port(2)
    settings = {"web_workers": 2, "query_workers": 1, "metrics_port": first}
    with serve_release(release, **settings) as (address, _):
        asked = 20
        for _ in range(asked):
            assert fetch(address, "/sparql", "ASK { }").status == 200
        counts = [
            figure(figures_at(port), "kg_queries_total", outcome="ok", kind="ask")
            for port in (first, first + 1)
        ]
    assert sum(counts) == asked


def test_others_may_add_their_figures(app: Flask) -> None:
    metrics = get_metrics(app)
    metrics.watch("answer_cache", lambda: {"hits_total": 3, "bytes": 4096})
    figures = read_figures(generate_latest(metrics.registry).decode())
    assert figure(figures, "kg_answer_cache_hits_total") == 3
    assert figure(figures, "kg_answer_cache_bytes") == 4096


def test_a_port_for_figures_that_is_taken_is_told(release: Release) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServerError, match=f"{port}.*--metrics-port"):
            serve(release, Settings(port=free_port(), metrics_port=port))


# The end


def ask_without_end(address: str, replies: list[Reply], limit: float = 100.0) -> None:
    path = f"/sparql?query={quote(ENDLESS)}&timeout={limit}"
    replies.append(fetch(address, path))


def test_while_it_stops_the_server_finishes_what_runs_and_refuses_what_is_new(
    serve_release: Serve,
    release: Release,
    tmp_path: Path,
    await_running: Callable[[int], None],
) -> None:
    log = tmp_path / "stderr"
    replies: list[Reply] = []
    port = free_port()
    settings = {"query_timeout": 4.0, "grace": 60, "log": "json", "metrics_port": port}
    with (
        log.open("wb") as stderr,
        serve_release(release, stderr=stderr, **settings) as (address, process),
    ):
        asking = threading.Thread(target=ask_without_end, args=(address, replies))
        asking.start()
        await_running(port)
        process.send_signal(signal.SIGTERM)
        lines_of(log, message="stopping", running=1)
        assert fetch(address, "/healthz").status == 200
        for path in ("/readyz", "/", "/sparql?query=ASK%7B%7D"):
            reply = fetch(address, path)
            assert (reply.status, reply.problem) == (503, "stopping")
            assert int(reply.headers["Retry-After"]) > 0
        asking.join()
        assert (replies[0].status, replies[0].problem) == (503, "query-timeout")
        assert process.wait(60) == 0
        with pytest.raises(URLError):
            urlopen(address + "/readyz", timeout=60)
    lines_of(log, message="stopped")


def test_what_outlives_the_grace_period_is_answered_and_leaves_no_process(
    serve_release: Serve, release: Release, await_running: Callable[[int], None]
) -> None:
    replies: list[Reply] = []
    port = free_port()
    settings = {"query_timeout": 100.0, "grace": 1, "log": "json", "metrics_port": port}
    with serve_release(release, **settings) as (address, process):
        asking = threading.Thread(target=ask_without_end, args=(address, replies))
        asking.start()
        await_running(port)
        deadline = time.monotonic() + 60
        # The web process, the template of the workers and the workers.
        while len(below := descendants(process.pid)) != 1 + 1 + 2 + RESERVE:
            assert time.monotonic() < deadline, below
            time.sleep(0.05)
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        # A grace period later, and not when the query ends.
        assert 0.5 < time.monotonic() - start < 50
        asking.join()
        assert (replies[0].status, replies[0].problem) == (503, "stopping")
        assert int(replies[0].headers["Retry-After"]) > 0
        assert not any(Path(f"/proc/{pid}").exists() for pid in below)


def test_an_idle_server_stops_at_once(serve_release: Serve, release: Release) -> None:
    with serve_release(release, grace=100) as (address, process):
        assert fetch(address, "/readyz").status == 200
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert time.monotonic() - start < 50, "it does not wait for the end of the grace period"

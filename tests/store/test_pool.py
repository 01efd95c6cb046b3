"""Queries run in worker processes that can be killed; nothing they do reaches anybody else."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from kg.errors import KgError, QueryError, StoreError
from kg.language import LANGUAGES
from kg.store import RESERVE, Answer, Columns, QueryPool, write_store
from kg.store.errors import (
    NotAcceptableKindError,
    NotXmlError,
    PoolBusyError,
    QueryCancelledError,
    QueryConnectionError,
    QueryCrashedError,
    QueryEvaluationError,
    QueryMemoryError,
    QuerySyntaxError,
    QueryTimeoutError,
    ResultTooLargeError,
)
from kg.store.lane import LongLane, StillRunningError

TIMEOUT = 1.0
"""Seconds that a query without end is given."""
PATIENCE = 60.0
"""Seconds that a pool would give it, and wait for a worker: however busy the machine is."""
SIZE = 2_000
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
JSON = "application/sparql-results+json"
XML = "application/sparql-results+xml"
G = "https://example.org/g"

Pool = Callable[..., QueryPool]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("pool")
    lines = [f'<urn:s{i}> <urn:p{i % 5}> "nilai {i}" .\n' for i in range(SIZE)]
    lines += [f"<urn:s1> <urn:p> <urn:o> <{G}> .\n", f"<urn:s1> <urn:p> <urn:o> <{G}2> .\n"]
    lines += ['<urn:odd> <urn:text> "a\\r\\nb\\tc\\"d,e" .\n', '<urn:odd> <urn:bell> "\\u0007" .\n']
    (root / "all.nq").write_text("".join(lines))
    write_store(root / "store", root / "all.nq")
    return root / "store"


@pytest.fixture(scope="module")
def make_pool(folder: Path) -> Iterator[Pool]:
    pools = []

    def make(store: Path = folder, timeout: float = PATIENCE, **changes: int) -> QueryPool:
        settings = {"workers": 1, "memory": 1024, "queue": 4, "result_limit": 1} | changes
        pools.append(QueryPool(store, timeout=timeout, **settings))  # type: ignore[arg-type]
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()


@pytest.fixture(scope="module")
def pool(make_pool: Pool) -> QueryPool:
    return make_pool(workers=2)


def ask(
    pool: QueryPool, query: str, solutions: str | None = "text/csv", timeout: float = PATIENCE
) -> str:
    answer = pool.run(query, solutions=solutions, graph="application/n-triples", timeout=timeout)
    return read(answer)


def until(holds: Callable[[], bool]) -> None:
    """Wait for what comes soon, or on a busy machine later."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def read(answer: Answer) -> str:
    with answer.spool:
        content = answer.spool.read()
    assert len(content) == answer.size
    return content.decode()


@pytest.mark.parametrize(
    ("query", "kind", "media_type"),
    [
        ("SELECT * { ?s ?p ?o }", "select", JSON),
        ("ASK {}", "ask", JSON),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "graph", "text/turtle"),
        ("DESCRIBE <urn:s1>", "graph", "text/turtle"),
    ],
)
def test_each_kind_of_query_is_answered_in_its_format(
    pool: QueryPool, query: str, kind: str, media_type: str
) -> None:
    answer = pool.run(query, solutions=JSON, graph="text/turtle")
    assert (answer.kind, answer.media_type) == (kind, media_type)
    assert 0 < answer.seconds < PATIENCE
    assert read(answer)


@pytest.mark.parametrize(
    ("query", "wish"), [("ASK {}", "graph"), ("CONSTRUCT WHERE { ?s ?p ?o }", "solutions")]
)
def test_a_kind_that_is_not_wanted_is_named(pool: QueryPool, query: str, wish: str) -> None:
    wishes = {wish: "text/turtle" if wish == "graph" else JSON}
    with pytest.raises(NotAcceptableKindError):
        pool.run(query, **wishes)  # type: ignore[arg-type]


def test_turtle_is_shortened_by_the_prefixes(folder: Path) -> None:
    with QueryPool(
        folder, workers=1, timeout=60, memory=1024, queue=1, result_limit=1, prefixes={"u": "urn:"}
    ) as pool:
        answer = pool.run(
            "CONSTRUCT { <urn:s1> <urn:p1> ?o } { <urn:s1> <urn:p1> ?o }", graph="text/turtle"
        )
        assert read(answer) == '@prefix u: <urn:> .\nu:s1 u:p1 "nilai 1" .\n'


def test_columns_stand_in_order_of_appearance(pool: QueryPool) -> None:
    query = "SELECT * { ?z ?y ?a FILTER(?a = 'nilai 1') }"
    wishes = {"solutions": "text/csv", "columns": Columns(7, ["z", "y", "unused", "a"])}
    answer = read(pool.run(query, **wishes))  # type: ignore[arg-type]
    assert answer == "z,y,a\r\nurn:s1,urn:p1,nilai 1\r\n"


def test_csv_is_as_the_recommendation_says(pool: QueryPool) -> None:
    query = "SELECT ?o ?n ?none { <urn:odd> <urn:text> ?o BIND(1.50 AS ?n) }"
    assert ask(pool, query) == 'o,n,none\r\n"a\r\nb\tc""d,e",1.5,\r\n'


def test_tsv_is_as_the_recommendation_says(pool: QueryPool) -> None:
    query = "SELECT ?o ?n ?none ?i { ?i <urn:text> ?o BIND(1.50 AS ?n) }"
    assert ask(pool, query, "text/tab-separated-values") == (
        '?o\t?n\t?none\t?i\n"a\\r\\nb\\tc\\"d,e"\t1.5\t\t<urn:odd>\n'
    )


def test_xml_keeps_carriage_returns(pool: QueryPool) -> None:
    assert "a&#xD;\nb" in ask(pool, "SELECT ?o { <urn:odd> <urn:text> ?o }", XML)


def test_xml_that_no_parser_would_read_is_refused(pool: QueryPool) -> None:
    query = "SELECT ?o { <urn:odd> <urn:bell> ?o }"
    with pytest.raises(NotXmlError):
        ask(pool, query, XML)
    assert "\\u0007" in ask(pool, query, JSON)


@pytest.mark.parametrize(
    ("default", "named", "inside", "outside"),
    [
        ([G], [], 1, 0),
        ([], [G], 0, 1),
        ([G], [G + "2"], 1, 1),
        (["https://example.org/unknown"], [], 0, 0),
        (["file:///etc/passwd", "http://127.0.0.1/"], [], 0, 0),
    ],
)
def test_a_dataset_that_is_given_replaces_all(
    pool: QueryPool, default: list[str], named: list[str], inside: int, outside: int
) -> None:
    for pattern, expected in (("?s ?p ?o", inside), ("GRAPH ?g { ?s ?p ?o }", outside)):
        answer = pool.run(
            "SELECT (COUNT(*) AS ?n) FROM <urn:ignored> {" + pattern + "}",  # noqa: S608
            solutions="text/csv",
            default_graphs=default,
            named_graphs=named,
        )
        assert read(answer) == f"n\r\n{expected}\r\n"


@pytest.mark.parametrize("iri", ["file:///etc/passwd", "http://127.0.0.1:9/", "urn:unknown"])
def test_a_graph_that_is_unknown_is_empty(pool: QueryPool, iri: str) -> None:
    assert ask(pool, f"ASK FROM <{iri}> {{ ?s ?p ?o }}") == "false"


def test_relative_iris_are_resolved(pool: QueryPool) -> None:
    answer = pool.run("SELECT (<x> AS ?i) {}", solutions="text/csv", base="https://example.org/b/")
    assert read(answer) == "i\r\nhttps://example.org/b/x\r\n"


def test_a_syntax_error_has_a_place(pool: QueryPool) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        ask(pool, "SELECT *\n{ ?s ?p }")
    assert (caught.value.line, caught.value.column) == (2, 10)
    assert "expected" in caught.value.parser_message
    assert all("2" in caught.value.explain(language) for language in LANGUAGES)


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("ASK { FILTER(<urn:f>(1)) }", QueryEvaluationError),
        ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", QuerySyntaxError),
        ("", QuerySyntaxError),
    ],
)
def test_what_cannot_be_evaluated_is_said(
    pool: QueryPool, query: str, error: type[KgError]
) -> None:
    with pytest.raises(error):
        ask(pool, query)


@pytest.mark.parametrize("copy_limit", [0, 10 * SIZE])
def test_no_query_can_open_a_connection(make_pool: Pool, copy_limit: int) -> None:
    pool = make_pool(copy_limit=copy_limit)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        with pytest.raises(QueryConnectionError):
            ask(pool, f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}")
        ask(pool, f"SELECT * {{ SERVICE SILENT <{address}> {{ ?s ?p ?o }} }}")
        with pytest.raises(TimeoutError):
            server.accept()


HOSTILE = {
    "endless product": (ENDLESS, QueryTimeoutError),
    "sorted cross join": (
        "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f ?a",
        (QueryTimeoutError, QueryMemoryError),
    ),
    "nested braces": ("ASK " + "{" * 2200 + "}" * 2200, QueryCrashedError),
    "nested brackets": ("ASK { FILTER(" + "(" * 30000 + "1" + ")" * 30000 + ") }", QueryError),
    "repeated patterns": ("SELECT * {" + " ?s ?p ?o ." * 300 + "}", QueryTimeoutError),
    "doubled strings": (
        "SELECT (STRLEN(?x30) AS ?n) { BIND('0123456789abcdef' AS ?x0) "
        + " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(30))
        + " }",
        (QueryMemoryError, QueryTimeoutError),
    ),
    "large result": ("SELECT * { ?a ?b ?c . ?d ?e ?f }", ResultTooLargeError),
}


@pytest.mark.parametrize(("query", "error"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_query_ends_in_time_and_the_next_is_answered(
    pool: QueryPool, query: str, error: type[KgError]
) -> None:
    limit = TIMEOUT if "Timeout" in str(error) else PATIENCE
    start = time.monotonic()
    with pytest.raises(error):
        ask(pool, query, timeout=limit)
    assert time.monotonic() - start < PATIENCE / 2
    assert ask(pool, "ASK {}") == "true"


def test_memory_is_capped(make_pool: Pool) -> None:
    pool = make_pool(memory=300)
    with pytest.raises(QueryMemoryError) as caught:
        ask(pool, "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f ?a")
    assert caught.value.members["limit"] == 300
    assert ask(pool, "ASK {}") == "true"


class Hanging(threading.Thread):
    """Somebody who asks what has no end, until told to leave or the time is over."""

    def __init__(self, pool: QueryPool, query: str = ENDLESS, timeout: float = PATIENCE) -> None:
        super().__init__()
        self._pool, self._query, self._limit = pool, query, timeout
        self._left = threading.Event()
        self.start()

    def run(self) -> None:
        with pytest.raises((QueryTimeoutError, QueryCancelledError)):
            self._pool.run(
                self._query, solutions=JSON, timeout=self._limit, cancelled=self._left.is_set
            )

    def leave(self) -> None:
        self._left.set()
        self.join()


def test_others_are_served_while_one_query_hangs(pool: QueryPool) -> None:
    hanging = Hanging(pool)
    until(lambda: pool._lane._free < 2)
    for _ in range(20):
        assert ask(pool, "ASK {}") == "true"
    assert hanging.is_alive()
    hanging.leave()


def test_timeout_can_only_be_lowered(make_pool: Pool) -> None:
    pool = make_pool(timeout=TIMEOUT)
    for wanted, applied in ((0.2, 0.2), (60.0, TIMEOUT)):
        pool.start()
        until(lambda: pool.figures().idle > 0)
        with pytest.raises(QueryTimeoutError) as caught:
            pool.run(ENDLESS, solutions=JSON, timeout=wanted)
        assert caught.value.members["limit"] == applied


def test_long_queries_that_are_too_many_are_refused(make_pool: Pool) -> None:
    pool = make_pool(queue=1)
    ask(pool, "ASK {}")
    running = Hanging(pool)
    until(lambda: pool._lane._free == 0)
    waiting = Hanging(pool, ENDLESS + " # another")
    until(lambda: pool._lane._waiting == 1)
    with pytest.raises(PoolBusyError) as caught:
        ask(pool, ENDLESS + " # one too many")
    assert caught.value.retry_after >= 1
    assert running.is_alive()
    assert waiting.is_alive()
    waiting.leave()
    running.leave()


def test_quick_queries_pass_by_the_long_ones(make_pool: Pool) -> None:
    pool = make_pool(queue=4)
    ask(pool, "ASK {}")
    hanging = [Hanging(pool, f"{ENDLESS} # {number}", TIMEOUT) for number in range(3)]
    answered = 0
    while any(thread.is_alive() for thread in hanging):
        assert ask(pool, "ASK {}") == "true"
        answered += 1
        time.sleep(0.01)
    # If each waited until a long one ends, there would be one for each of those.
    assert answered > 10


def test_a_query_that_had_to_wait_for_its_place_is_answered_in_full(make_pool: Pool) -> None:
    pool = make_pool(result_limit=8)
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 60000"
    expected = ask(pool, query)
    hanging = Hanging(pool, timeout=TIMEOUT)
    until(lambda: pool._lane._free == 0)
    assert ask(pool, query) == expected
    hanging.join()


def test_a_query_that_turns_out_quick_need_not_wait_again() -> None:
    lane = LongLane(1, 1)
    with lane.visit(b"a") as visit:
        visit.stay()
        visit.remember(is_costly=True)
        with lane.visit(b"b") as other, pytest.raises(StillRunningError):
            other.stay()
    with lane.visit(b"a") as visit:
        assert visit.is_costly()
        visit.enter(lambda: None)
        visit.remember(is_costly=False)
    assert not lane.is_costly(b"a")
    assert lane.take_now()


def test_a_query_whose_client_has_gone_is_stopped(make_pool: Pool) -> None:
    pool = make_pool()
    ask(pool, "ASK {}")
    gone = time.monotonic() + 0.2
    with pytest.raises(QueryCancelledError):
        pool.run(ENDLESS, solutions=JSON, cancelled=lambda: time.monotonic() > gone)
    assert time.monotonic() - gone < PATIENCE / 2


def test_workers_answer_with_the_same_bytes(pool: QueryPool) -> None:
    query = "SELECT ?p (COUNT(*) AS ?n) (SAMPLE(?o) AS ?x) { ?s ?p ?o } GROUP BY ?p"
    one = pool.run(query, solutions=JSON)
    with suppress(QueryTimeoutError):
        pool.run(ENDLESS, solutions=JSON, timeout=0.1)
    assert read(pool.run(query, solutions=JSON)) == read(one)


def test_disk_and_memory_give_the_same_answer(pool: QueryPool, make_pool: Pool) -> None:
    query = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o"
    assert ask(make_pool(copy_limit=0), query) == ask(pool, query)


def test_a_missing_store_is_told(make_pool: Pool, tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        ask(make_pool(tmp_path / "none"), "ASK {}")


def test_too_little_memory_to_open_the_store_is_told(make_pool: Pool) -> None:
    with pytest.raises(StoreError):
        ask(make_pool(memory=16), "ASK {}")


def children() -> set[int]:
    """Return the living children of this process."""
    return {
        int(child)
        for task in Path(f"/proc/{os.getpid()}/task").iterdir()
        for child in (task / "children").read_text().split()
    }


def is_alive(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def test_workers_come_back_when_all_processes_were_killed(folder: Path) -> None:
    before = children()
    with QueryPool(folder, workers=1, timeout=60, memory=1024, queue=1, result_limit=1) as pool:
        ask(pool, "ASK {}")
        (template,) = children() - before
        workers = [runner.pid for runner in pool._all]
        os.kill(template, signal.SIGKILL)
        until(lambda: not any(map(is_alive, workers)))
        assert ask(pool, "ASK {}") == "true"
        assert template not in children()


# In an interpreter of its own: pools of other tests start and bury workers at any time.
CLOSING = """
import os, sys, threading, time
from pathlib import Path
from kg.errors import KgError
from kg.store import QueryPool
from kg.store.errors import PoolClosedError

def children():
    tasks = Path(f"/proc/{os.getpid()}/task").iterdir()
    return sorted(child for task in tasks for child in (task / "children").read_text().split())

def descriptors():
    return len(os.listdir("/proc/self/fd"))

def ask(query):
    try:
        pool.run(query, solutions="text/csv").spool.close()
    except KgError as error:
        return type(error)

before = children(), descriptors()
pool = QueryPool(Path(sys.argv[1]), workers=2, timeout=60, memory=1024, queue=1, result_limit=1)
ask("ASK {}")
asking = threading.Thread(target=ask, args=(sys.argv[2],))
asking.start()
time.sleep(0.3)
assert len(children()) > len(before[0])
pool.close()
asking.join(60)
assert not asking.is_alive()
assert (children(), descriptors()) == before, (children(), descriptors(), before)
assert ask("ASK {}") is PoolClosedError
"""


def test_closing_leaves_no_process_and_no_descriptor(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CLOSING, folder, ENDLESS],
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_pool_tells_how_it_fares(make_pool: Pool) -> None:
    pool = make_pool(workers=2)
    assert pool.figures() == (0, 0, 0, 0, {})
    ask(pool, "ASK {}")
    hanging = Hanging(pool, timeout=TIMEOUT)
    until(lambda: pool.figures().busy == 1)
    hanging.join()
    figures = pool.figures()
    assert figures.killed == {"timeout": 1}
    assert figures.idle + figures.starting == 2 + RESERVE


def test_a_worker_is_not_retired_for_the_memory_of_its_parent(make_pool: Pool) -> None:
    held = b"x" * (300 << 20)
    pool = make_pool(workers=1, memory=512)
    for _ in range(3):
        ask(pool, "ASK {}")
    assert held
    assert pool.figures().killed == {}

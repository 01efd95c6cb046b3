"""Answers that are kept: the same bytes, one run for many, within their bounds, never an error."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from io import BytesIO
from threading import Event, Thread
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kg.errors import QueryError
from kg.language import Text
from kg.release.publication import Release
from kg.settings import Settings
from kg.store import Answer
from kg.store.errors import QueryCancelledError
from kg.web.answers import AnswerCache, Cancelled
from kg.web.app import close_app, create_app
from kg.web.state import get_state

MIB = 1 << 20
ROWS = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(?a != ?d) }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def answer(body: bytes) -> Answer:
    return Answer("select", "text/csv", BytesIO(body), len(body), 1.0)


def body_of(given: Answer) -> bytes:
    with given.spool as spool:
        return spool.read()


def never(_: Cancelled) -> Answer:
    raise AssertionError


# The cache alone


def test_a_second_request_runs_nothing_and_gets_the_same() -> None:
    cache = AnswerCache(MIB, 4)
    first = cache.fetch("a", 1.0, None, lambda _: answer(b"x,y\r\n"))
    assert (body_of(first), first.seconds) == (b"x,y\r\n", 1.0)
    for _ in range(2):
        again = cache.fetch("a", 1.0, None, never)
        assert (again.kind, again.media_type, again.size) == ("select", "text/csv", 5)
        assert (body_of(again), again.seconds) == (b"x,y\r\n", 0.0)
    counts = cache.statistics()
    assert (counts.hits, counts.misses, counts.entries) == (2, 1, 1)
    assert 5 < counts.bytes < counts.limit == MIB


def test_the_answer_used_least_lately_goes_first() -> None:
    cache = AnswerCache(10 * 8 * 1024, 4)
    for number in range(9):
        cache.fetch(str(number), 1.0, None, lambda _: answer(b"x" * 8192))
    cache.fetch("0", 1.0, None, never)
    cache.fetch("9", 1.0, None, lambda _: answer(b"x" * 8192))
    cache.fetch("0", 1.0, None, never)
    counts = cache.statistics()
    assert (counts.evictions, counts.entries) == (1, 9)
    assert counts.bytes <= counts.limit
    with pytest.raises(AssertionError):
        cache.fetch("1", 1.0, None, never)


def test_thousands_of_small_answers_are_bounded_too() -> None:
    cache = AnswerCache(MIB, 4)
    for number in range(5000):
        cache.fetch(str(number), 1.0, None, lambda _: answer(b""))
    counts = cache.statistics()
    assert counts.entries + counts.evictions == 5000
    assert counts.entries < 3000


def test_an_answer_larger_than_its_share_is_given_but_not_kept() -> None:
    cache = AnswerCache(MIB, 4)
    large = answer(b"x" * (MIB // 8))
    assert cache.fetch("a", 1.0, None, lambda _: large) is large
    assert cache.statistics().entries == 0


def test_without_room_nothing_is_kept() -> None:
    cache = AnswerCache(0, 4)
    for number in range(2):
        given = cache.fetch("a", 1.0, None, lambda _, n=number: answer(b"%d" % n))  # type: ignore[misc]
        assert body_of(given) == b"%d" % number
    assert cache.coded("tag", "gzip", lambda: b"1") == b"1"
    assert cache.coded("tag", "gzip", lambda: b"2") == b"2"
    assert cache.statistics()._replace(misses=0) == (0, 0, 0, 0, 0, 0, 0)


def test_an_error_is_never_kept() -> None:
    cache = AnswerCache(MIB, 4)

    def fail(_: Cancelled) -> Answer:
        raise QueryError(Text("gagal", "failed"))

    for _ in range(2):
        with pytest.raises(QueryError):
            cache.fetch("a", 1.0, None, fail)
    assert body_of(cache.fetch("a", 1.0, None, lambda _: answer(b"x"))) == b"x"
    assert cache.statistics().misses == 3


def test_a_coded_body_is_made_once() -> None:
    cache = AnswerCache(MIB, 4)
    assert cache.coded("tag", "gzip", lambda: b"1") == b"1"
    assert cache.coded("tag", "gzip", lambda: b"2") == b"1"
    assert cache.coded("tag", "br", lambda: b"3") == b"3"


class Runs:
    """A query that takes until it is let go, and counts how often it runs."""

    def __init__(self, error: QueryError | None = None, size: int = 5) -> None:
        self.count = 0
        self.begun = Event()
        self.let_go = Event()
        self.error = error
        self.size = size

    def __call__(self, cancelled: Cancelled) -> Answer:
        self.count += 1
        self.begun.set()
        while not self.let_go.wait(0.01):
            if cancelled and cancelled():
                raise QueryCancelledError
        if self.error:
            raise self.error
        return answer(b"x" * self.size)


class Asking(Thread):
    """A client that asks for one answer."""

    def __init__(
        self, cache: AnswerCache, run: Runs, limit: float = 1.0, cancelled: Cancelled = None
    ) -> None:
        super().__init__(daemon=True)
        self.work: Callable[[], Answer] = lambda: cache.fetch("a", limit, cancelled, run)
        self.body: bytes | None = None
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.body = body_of(self.work())
        except QueryError as error:
            self.error = error


def followers(cache: AnswerCache, number: int) -> None:
    """Wait until so many wait for a run."""
    deadline = time.monotonic() + 60
    while sum(flight.followers for flight in cache._flights.values()) != number:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_many_who_ask_at_once_share_one_run() -> None:
    cache, run = AnswerCache(MIB, 10), Runs()
    clients = [Asking(cache, run) for _ in range(8)]
    followers(cache, 7)
    run.let_go.set()
    for client in clients:
        client.join(60)
    assert [client.body for client in clients] == [b"xxxxx"] * 8
    counts = cache.statistics()
    assert (run.count, counts.misses, counts.shared, counts.hits) == (1, 1, 7, 0)


def test_those_who_wait_for_a_run_share_its_error() -> None:
    cache, run = AnswerCache(MIB, 10), Runs(QueryError(Text("gagal", "failed")))
    clients = [Asking(cache, run) for _ in range(3)]
    followers(cache, 2)
    run.let_go.set()
    for client in clients:
        client.join(60)
    assert run.count == 1
    assert all(client.error is run.error for client in clients)


def test_another_time_limit_is_another_run() -> None:
    cache, run = AnswerCache(MIB, 10), Runs()
    clients = [Asking(cache, run, 1.0), Asking(cache, run, 2.0)]
    deadline = time.monotonic() + 60
    while run.count < 2 and time.monotonic() < deadline:
        time.sleep(0.005)
    run.let_go.set()
    for client in clients:
        client.join(60)
    assert run.count == 2


def test_a_run_goes_on_for_those_who_stay_when_its_first_client_leaves() -> None:
    cache, run, left = AnswerCache(MIB, 10), Runs(), Event()
    first = Asking(cache, run, cancelled=left.is_set)
    run.begun.wait(60)
    second = Asking(cache, run, cancelled=lambda: False)
    followers(cache, 1)
    left.set()
    time.sleep(0.05)
    run.let_go.set()
    for client in (first, second):
        client.join(60)
    assert (run.count, second.body) == (1, b"xxxxx")


def test_a_run_is_given_up_when_everybody_has_left() -> None:
    cache, run, left = AnswerCache(MIB, 10), Runs(), Event()
    clients = [Asking(cache, run, cancelled=left.is_set) for _ in range(3)]
    followers(cache, 2)
    left.set()
    for client in clients:
        client.join(60)
        assert isinstance(client.error, QueryCancelledError)
    assert not cache._flights


def test_no_more_wait_for_a_run_than_may() -> None:
    cache, run = AnswerCache(MIB, 1), Runs()
    clients = [Asking(cache, run) for _ in range(4)]
    deadline = time.monotonic() + 60
    while run.count < 3 and time.monotonic() < deadline:
        time.sleep(0.005)
    run.let_go.set()
    for client in clients:
        client.join(60)
        assert client.body == b"xxxxx"
    assert run.count == 3


def test_those_who_wait_for_too_large_an_answer_each_run_their_own_at_once() -> None:
    cache, run = AnswerCache(MIB, 10), Runs(size=MIB)
    clients = [Asking(cache, run) for _ in range(3)]
    followers(cache, 2)
    run.let_go.set()
    for client in clients:
        client.join(60)
        assert client.body == b"x" * MIB
    assert run.count == 3


def test_four_threads_always_get_the_answer_they_asked_for() -> None:
    cache = AnswerCache(64 * 1024, 4)
    wrong: list[tuple[str, bytes]] = []

    def run_for(body: bytes, _: Cancelled) -> Answer:
        return answer(body)

    def hammer(seed: int) -> None:
        for number in range(2000):
            key = str((number * (seed + 1)) % 61)
            expected = key.encode() * 700
            run, make = partial(run_for, expected), partial(bytes, expected[::-1])
            given = body_of(cache.fetch(key, 1.0, None, run))
            if given != expected or cache.coded(key, "gzip", make) != expected[::-1]:
                wrong.append((key, given))

    threads = [Thread(target=hammer, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    counts = cache.statistics()
    assert not wrong
    assert counts.hits + counts.misses + counts.shared == 8000
    assert min(counts.hits, counts.evictions) > 0
    assert counts.bytes <= counts.limit


# The cache in the endpoint: counted are the runs of the pool


class Counted:
    """An application whose pool counts what it runs."""

    def __init__(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        self.app = app
        self.count = 0
        with app.app_context():
            self.state = get_state()
        run, lock = self.state.pool.run, threading.Lock()

        def counting(*arguments: object, **wishes: object) -> Answer:
            with lock:
                self.count += 1
            return run(*arguments, **wishes)  # type: ignore[arg-type]

        monkeypatch.setattr(self.state.pool, "run", counting)

    def client(self) -> FlaskClient:
        return self.app.test_client()


@pytest.fixture
def counted(
    release: Release, settings: Settings, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Counted]:
    reads_to_the_end = app.test_client_class
    app = create_app(release, settings)
    app.test_client_class = reads_to_the_end
    yield Counted(app, monkeypatch)
    close_app(app)


def url(query: str, **more: str) -> str:
    return "/sparql?" + urlencode({"query": query, **more})


def test_a_kept_answer_is_byte_for_byte_the_first(counted: Counted) -> None:
    client = counted.client()
    first = client.get(url(ROWS))
    for response in (
        client.get(url(ROWS)),
        client.get(url(ROWS, timeout="0.5")),
        client.post("/sparql", data={"query": ROWS}),
        client.post("/sparql", data=ROWS, content_type="application/sparql-query"),
    ):
        assert (response.status_code, response.data) == (200, first.data)
        assert response.headers["Content-Type"] == first.headers["Content-Type"]
    assert len(first.data) > 10_000
    assert counted.count == 1
    assert counted.state.answers.statistics().hits == 4


def test_every_coding_and_head_come_of_one_run(counted: Counted) -> None:
    client = counted.client()
    bodies = {
        client.get(url(ROWS), headers={"Accept-Encoding": coding}).data
        for coding in ("gzip", "br", "zstd", "identity", "gzip", "br", "zstd")
    }
    client.head(url(ROWS))
    assert (len(bodies), counted.count) == (4, 1)
    assert counted.state.answers.statistics().entries == 4


@pytest.mark.parametrize(
    "more",
    [
        {"format": "csv"},
        {"default-graph-uri": "urn:x"},
        {"named-graph-uri": "urn:x"},
    ],
)
def test_another_request_is_another_answer(counted: Counted, more: dict[str, str]) -> None:
    client = counted.client()
    first, second = client.get(url(ROWS)), client.get(url(ROWS, **more))
    assert counted.count == 2
    assert first.data != second.data
    assert first.headers["ETag"] != second.headers["ETag"]


def test_a_query_cannot_pass_for_another_with_a_dataset(counted: Counted) -> None:
    client = counted.client()
    plain = client.get(url(ROWS + " #\0durn:x"))
    given = client.get(url(ROWS + " #", **{"default-graph-uri": "urn:x"}))
    assert plain.headers["ETag"] != given.headers["ETag"]
    assert len(plain.data) > len(given.data)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (RAND() AS ?x) {}",
        "SELECT (STRUUID() AS ?x) {}",
        "CONSTRUCT { [] ?p ?o } { ?s ?p ?o }",
        "ASK {",
    ],
)
def test_what_changes_or_fails_is_run_each_time(counted: Counted, query: str) -> None:
    client = counted.client()
    responses = [client.get(url(query)) for _ in range(2)]
    assert counted.count == 2
    assert all(response.headers["Cache-Control"] == "no-store" for response in responses)
    assert counted.state.answers.statistics().entries == 0


def test_the_query_page_uses_what_is_kept(counted: Counted) -> None:
    client = counted.client()
    pages = [client.get("/query?" + urlencode({"query": ROWS})).status_code for _ in range(2)]
    assert pages == [200, 200]
    assert client.get(url(ROWS)).status_code == 200
    assert counted.count == 1


def test_a_heavy_query_of_many_clients_runs_once(counted: Counted) -> None:
    counted.client().get("/sparql?query=ASK%7B%7D")
    before = counted.count
    bodies: list[bytes] = []
    threads = [
        Thread(target=lambda: bodies.append(counted.client().get(url(HEAVY)).data))
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(bodies), len(set(bodies))) == (5, 1)
    assert counted.count == before + 1


def test_a_time_limit_reached_is_told_to_all_who_wait_and_not_kept(counted: Counted) -> None:
    statuses: list[int] = []

    def ask() -> None:
        statuses.append(counted.client().get(url(ENDLESS, timeout="3")).status_code)

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    followers(counted.state.answers, 3)
    for thread in threads:
        thread.join(60)
    assert statuses == [503] * 4
    assert counted.count == 1
    assert counted.client().get(url(ENDLESS, timeout="0.1")).status_code == 503
    assert counted.state.answers.statistics().entries == 0


def test_a_page_with_a_result_that_changes_is_not_kept(counted: Counted) -> None:
    client = counted.client()
    for query, is_kept in (("SELECT (RAND() AS ?x) {}", False), ("SELECT (1 AS ?x) {}", True)):
        response = client.get("/query?" + urlencode({"query": query}))
        assert response.status_code == 200
        assert ("ETag" in response.headers) == is_kept
        assert (response.headers["Cache-Control"] == "no-store") != is_kept


def test_a_tag_says_whether_memory_or_disk_gives_the_order_of_rows(
    release: Release, settings: Settings, client: FlaskClient
) -> None:
    app = create_app(release, replace(settings, query_copy_limit=0))
    try:
        from_disk = app.test_client().get(url("ASK {}"), buffered=True)
    finally:
        close_app(app)
    from_memory = client.get(url("ASK {}"))
    assert from_disk.data == from_memory.data
    assert from_disk.headers["ETag"] != from_memory.headers["ETag"]

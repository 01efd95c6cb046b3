"""Fifty times each hostile query, mixed: every one gets its problem, and nobody else notices.

The settings are those of ``SETTINGS``: a low time limit keeps the run short, and makes the turnover
of workers higher than a real one would be. Only this machine's own server is loaded.
"""

import json
import os
import random
import statistics
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

import pytest

from kg.release.publication import Release
from kg.store.pool import RESERVE

if TYPE_CHECKING:
    import subprocess

pytestmark = pytest.mark.hostile

Serve = Callable[..., AbstractContextManager[tuple[str, "subprocess.Popen[bytes]"]]]
Kinds = Mapping[str, tuple[str, frozenset[str]]]

TIMES: Final = 50
CLIENTS: Final = 4
TIMEOUT: Final = 0.4
MEMORY: Final = 400
WORKERS: Final = 2
SETTINGS: Final = {
    "query_timeout": TIMEOUT,
    "query_memory": MEMORY,
    "query_workers": WORKERS,
    "result_limit": 8,
}
IN_TIME: Final = 2 * TIMEOUT + 3
"""Seconds in which an answer must come: to wait, to run, and what a crowded machine adds."""

WEB_MEMORY: Final = 400
"""MiB of all web processes; they held 330 after the load with a release of 52,000 quads."""
MINUTES: Final = 4


@dataclass
class Record:
    """What the clients saw."""

    answers: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    slowest: dict[str, float] = field(default_factory=dict)
    asks: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    largest: int = 0


@dataclass
class Load:
    """A server, what it was asked, and what was left of it."""

    record: Record
    process: "subprocess.Popen[bytes]"
    address: str
    web: set[int]
    seconds: float


def processes(session: int) -> dict[int, int]:
    """Return the processes of a session with their resident memory in MiB."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found[int(folder.name)] = int(fields[21]) * os.sysconf("SC_PAGESIZE") >> 20
    return found


def is_worker(pid: int) -> bool:
    try:
        return b"worker.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return True


def post(address: str, query: str) -> tuple[int, str, bytes]:
    """Send a query; return status, media type and body."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=30)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    try:
        connection.request("POST", "/sparql", urlencode({"query": query}), headers)
        response = connection.getresponse()
        return response.status, response.headers.get_content_type(), response.read()
    finally:
        connection.close()


def attack(
    address: str, jobs: "deque[tuple[str, str]]", record: Record, lock: threading.Lock
) -> None:
    """Ask until nothing is left to ask; what was refused for want of room is asked again."""
    while True:
        try:
            name, query = jobs.popleft()
        except IndexError:
            return
        start = time.monotonic()
        status, media_type, body = post(address, query)
        seconds = time.monotonic() - start
        slug = media_type
        if media_type == "application/problem+json":
            slug = json.loads(body)["type"].rpartition("/")[2]
        if slug == "busy":
            jobs.append((name, query))
        with lock:
            record.answers[name, status, slug] += 1
            record.slowest[name] = max(seconds, record.slowest.get(name, 0.0))
            if media_type != "application/problem+json" or status not in (400, 413, 503):
                record.odd.append(f"{name}: {status} {media_type} {body[:200]!r}")


def probe(address: str, record: Record, stopped: threading.Event) -> None:
    """Ask what costs nothing, each time in other words: no cache shall answer."""
    number = 0
    while not stopped.wait(0.02):
        number += 1
        start = time.monotonic()
        status, _, body = post(address, f"ASK {{}} # {number}")
        record.asks.append(time.monotonic() - start)
        if status != 200 or json.loads(body)["boolean"] is not True:
            record.odd.append(f"ASK {{}}: {status} {body[:200]!r}")


def watch(session: int, record: Record, stopped: threading.Event) -> None:
    while not stopped.wait(0.05):
        sizes = processes(session)
        record.memory.append(sum(sizes.values()))
        record.largest = max([record.largest, *(sizes[pid] for pid in sizes if is_worker(pid))])


@pytest.fixture(scope="module")
def load(
    home: Path,
    small_release: Release,
    serve_home: Serve,
    kinds: Kinds,
    pytestconfig: pytest.Config,
) -> Iterator[Load]:
    assert small_release.path.is_relative_to(home)
    jobs = deque((name, query) for name, (query, _) in kinds.items() for _ in range(TIMES))
    random.Random(3).shuffle(jobs)  # noqa: S311  the same order each time
    record, lock, stopped = Record(), threading.Lock(), threading.Event()
    with serve_home(home, **SETTINGS) as (address, process):
        web = {pid for pid in processes(process.pid) if not is_worker(pid)}
        side = [
            threading.Thread(target=probe, args=(address, record, stopped)),
            threading.Thread(target=watch, args=(process.pid, record, stopped)),
        ]
        clients = [
            threading.Thread(target=attack, args=(address, jobs, record, lock))
            for _ in range(CLIENTS)
        ]
        start = time.monotonic()
        for thread in (*side, *clients):
            thread.start()
        for thread in clients:
            thread.join(MINUTES * 60)
        seconds = time.monotonic() - start
        jobs.clear()
        stopped.set()
        for thread in (*clients, *side):
            thread.join()
        tell(pytestconfig, record, seconds)
        yield Load(record, process, address, web, seconds)


def tell(config: pytest.Config, record: Record, seconds: float) -> None:
    """Show the figures, whatever the tests say of them."""
    asks = sorted(record.asks)
    lines = [
        f"{name:<22}{status}  {slug:<22}{count:>4}   slowest {record.slowest[name]:.2f} s"
        for (name, status, slug), count in sorted(record.answers.items())
    ]
    lines.append(
        f"{sum(record.answers.values())} answers in {seconds:.0f} s; {len(asks)} times ASK: "
        f"median {1000 * statistics.median(asks):.1f} ms, "
        f"p95 {1000 * asks[int(len(asks) * 0.95)]:.1f} ms, worst {1000 * asks[-1]:.0f} ms; "
        f"memory at most {max(record.memory)} MiB in all, {record.largest} MiB in one worker"
    )
    capture = config.pluginmanager.get_plugin("capturemanager")
    assert capture is not None
    with capture.global_and_fixture_disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")


def test_every_hostile_query_gets_its_problem_fifty_times(load: Load, kinds: Kinds) -> None:
    assert len(kinds) >= 25
    assert load.record.odd == []
    for name, (_, problems) in kinds.items():
        answered = {
            slug: count
            for (other, _, slug), count in load.record.answers.items()
            if other == name and slug != "busy"
        }
        assert answered.keys() <= problems, name
        assert sum(answered.values()) == TIMES, name
    assert load.seconds < MINUTES * 60


def test_every_answer_comes_in_time(load: Load) -> None:
    assert {n: s for n, s in load.record.slowest.items() if s > IN_TIME} == {}


def test_quick_queries_are_not_held_up(load: Load) -> None:
    assert len(load.record.asks) > 500
    assert statistics.median(load.record.asks) < 0.05


def test_memory_stays_under_the_cap(load: Load) -> None:
    assert load.record.largest <= MEMORY
    assert max(load.record.memory) <= (WORKERS + RESERVE) * MEMORY + WEB_MEMORY


def test_memory_comes_back_and_nothing_was_restarted(load: Load) -> None:
    time.sleep(1)
    sizes = processes(load.process.pid)
    assert load.web <= sizes.keys()
    assert load.process.poll() is None
    # and the template that they are forked from
    assert sum(map(is_worker, sizes)) == WORKERS + RESERVE + 1
    assert max(size for pid, size in sizes.items() if is_worker(pid)) <= MEMORY / 2
    assert sum(size for pid, size in sizes.items() if pid in load.web) <= WEB_MEMORY


def test_nothing_is_left_after_the_end(load: Load) -> None:
    load.process.terminate()
    assert load.process.wait(15) == 0
    deadline = time.monotonic() + 2
    while processes(load.process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes(load.process.pid) == {}

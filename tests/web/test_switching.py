"""A running server follows the current release, in every web process, and loses no request."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import pytest

from kg.release.history import History
from kg.store import write_store

if TYPE_CHECKING:
    import subprocess

B = "http://data.example/"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
WORDS = ("one", "two", "three")
PROCESSES = 2

ServeHome = Callable[..., AbstractContextManager[tuple[str, "subprocess.Popen[bytes]"]]]


def publish(history: History, word: str) -> str:
    lines = [f'<{B}id/agency/{i}> <{B}ont#word> "{word} {i}" .\n' for i in range(200)]
    content = "".join(sorted(lines)).encode()
    return history.publish(content, {"base": B}, write_store).identifier


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    history = History(tmp_path_factory.mktemp("home"))
    for word in WORDS:
        publish(history, word)
    return history


@pytest.fixture(scope="module")
def server(history: History, serve_home: ServeHome) -> Iterator[tuple[str, int]]:
    settings = {"query_workers": 1, "query_timeout": 60.0, "web_workers": PROCESSES}
    with serve_home(history.home, older_releases=1, **settings) as (address, process):
        yield address, process.pid


def ask(address: str, query: str, **more: str) -> tuple[int, str, str]:
    """Return status, release and body of an answer."""
    request = Request(f"{address}/sparql?" + urlencode({"query": query, **more}))
    request.add_header("Accept", "text/csv")
    try:
        with urlopen(request, timeout=120) as response:
            return response.status, response.headers["Data-Release"], response.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.headers["Data-Release"], error.read().decode()


def served(address: str) -> set[str]:
    """Return the releases that the web processes serve: each connection may be another's."""
    found = set()
    for _ in range(12):
        connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
        connection.request("HEAD", "/healthz")
        found.add(connection.getresponse().headers["Data-Release"])
        connection.close()
    return found


def await_served(address: str, release: str) -> None:
    deadline = time.monotonic() + 60
    while (found := served(address)) != {release}:
        assert time.monotonic() < deadline, f"{found} instead of {release}"
        time.sleep(0.1)


def children(pid: int) -> list[int]:
    """Return the processes below one, its own among them."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if stat[0] != "Z":
            parents.setdefault(int(stat[1]), []).append(int(folder.name))
    found = [pid]
    for each in found:
        found += parents.get(each, [])
    return found


def test_every_web_process_follows_a_build_and_a_rollback(
    server: tuple[str, int], history: History
) -> None:
    address, _ = server
    await_served(address, history.current().identifier)
    built = publish(history, "four")
    await_served(address, built)
    assert ask(address, 'ASK { ?s ?p "four 7" }', format="csv")[1:] == (built, "true")
    assert history.rollback().identifier != built
    await_served(address, history.current().identifier)
    assert "false" in ask(address, 'ASK { ?s ?p "four 7" }')[2]
    assert "true" in ask(address, 'ASK { ?s ?p "four 7" }', release=built[:8])[2]
    with urlopen(address + "/readyz", timeout=60) as response:
        assert response.status == 200


def test_a_query_that_runs_ends_on_the_release_it_began_with(
    server: tuple[str, int], history: History
) -> None:
    address, _ = server
    for limit in ("3", "10", "30"):
        old = history.current().identifier
        await_served(address, old)
        found: list[tuple[int, str, str]] = []
        running = threading.Thread(
            target=lambda s=limit, f=found: f.append(ask(address, ENDLESS, timeout=s))
        )
        running.start()
        time.sleep(0.5)
        await_served(address, publish(history, f"five {limit}"))
        outlived = running.is_alive()
        running.join(60)
        (status, release, body) = found[0]
        assert status == 503
        assert json.loads(body)["type"].endswith("query-timeout")
        # A slow machine may take longer to switch, or to begin with the query.
        if outlived and release == old:
            return
    pytest.fail("no query outlived a switch")


def test_requests_go_on_while_releases_change_and_nothing_piles_up(
    server: tuple[str, int], history: History
) -> None:
    address, pid = server
    names = [release.identifier for release in history.releases()][:3]
    stop = threading.Event()
    answers: list[tuple[int, bool]] = []

    def go_on(number: int) -> None:
        while not stop.is_set():
            query = f"SELECT ?w {{ <{B}id/agency/7> <{B}ont#word> ?w }} # {number} {len(answers)}"
            status, release, body = ask(address, query)
            content = history.find(release).content_path.read_text() if status == 200 else ""
            answers.append((status, f'"{body.splitlines()[1]}"' in content))

    clients = [threading.Thread(target=go_on, args=(number,)) for number in range(2)]
    for client in clients:
        client.start()
    most = 0
    for number in range(8):
        history.rollback(names[number % 3])
        time.sleep(0.25)
        most = max(most, len(children(pid)))
    await_served(address, history.current().identifier)
    stop.set()
    for client in clients:
        client.join()
    assert len(answers) > 20
    assert set(answers) == {(200, True)}, "each answer is of the release that it names"
    # The server, and in each web process itself, and for each open release a template and three
    # workers: the current one, one that opens, two that leave, one older one.
    assert most <= 1 + PROCESSES * (1 + 4 * 5)
    deadline = time.monotonic() + 60
    # One older release may still be open.
    while len(children(pid)) > 1 + PROCESSES * (1 + 4 * 2):
        assert time.monotonic() < deadline, children(pid)
        time.sleep(0.1)


def test_a_release_that_was_removed_is_no_longer_served(
    server: tuple[str, int], history: History
) -> None:
    address, _ = server
    gone = history.releases()[-1].identifier
    assert ask(address, "ASK {}", release=gone)[0] == 200
    history.prune(keep=1)
    assert ask(address, "ASK {}", release=gone)[0] == 404
    assert ask(address, "ASK {}")[0] == 200

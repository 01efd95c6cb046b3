"""Our server, ``oxigraph serve-read-only`` and ``rdflib-endpoint``: same release, same queries.

Answers are compared first; then the servers are asked in turns, so that what else the machine does
hits all alike. Every request is worded anew by a comment: no cache answers.

Run: ``make bench``, or with the folder of the other servers' virtual environment as the argument
(about three minutes).
"""

import json
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from http.client import HTTPException
from itertools import count
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib import Literal, URIRef

from kg.questions import read_questions
from kg.release.build import build
from kg.release.publication import Release
from kg.settings import Settings
from kg.store import QueryPool
from servers import JSON, Server, ask, serving

ROUNDS = 5
PATIENCE = 3.0
"""Seconds after which a query is left out for a server."""

LOAD_SECONDS = 5.0
_NUMBER = count()

Rows = Counter[frozenset[tuple[str, str]]]


def show(line: str = "") -> None:
    """Print one line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def anew(query: str) -> str:
    """Return the query in other words."""
    return f"{query}\n# {next(_NUMBER)}"


def rows(content: bytes, *, by_value: bool) -> Rows:
    """Return the solutions as a multiset; blank nodes are all alike, literals may be values."""
    found: Rows = Counter()
    for binding in json.loads(content)["results"]["bindings"]:
        found[frozenset((name, _term(term, by_value)) for name, term in binding.items())] += 1
    return found


def _term(term: dict[str, str], by_value: bool) -> str:  # noqa: FBT001
    if term["type"] == "bnode":
        return "_:"
    if term["type"] == "uri":
        return f"<{term['value']}>"
    language = term.get("xml:lang", "").lower()
    datatype = term.get("datatype")
    if by_value and datatype:
        value = Literal(term["value"], datatype=URIRef(datatype)).toPython()
        if isinstance(value, int | float) or hasattr(value, "as_tuple"):
            return f"{float(value):.9g}"
    return f'"{term["value"]}"@{language}' + (
        f"^^{datatype}" if datatype and not datatype.endswith("#string") else ""
    )


def compare(servers: Sequence[Server], queries: dict[str, str]) -> dict[str, list[bool]]:
    """Say where answers differ; return for each query which servers agree with the first."""
    agree: dict[str, list[bool]] = {}
    reasons: dict[str, list[str]] = {server.name: [] for server in servers}
    for name, query in queries.items():
        ours = ask(servers[0], servers[0].connect(), query)
        agree[name] = [True]
        for server in servers[1:]:
            reason = _difference(ours, server, query)
            agree[name].append(not reason)
            if reason:
                reasons[server.name].append(f"{name}: {reason}")
    show(f"## Answers to {len(queries)} SELECT questions")
    for server in servers[1:]:
        show(f"{server.name}: {len(reasons[server.name])} differ from ours")
        for reason in reasons[server.name]:
            show(f"  {reason}")
    return agree


def _difference(ours: bytes, server: Server, query: str) -> str:
    try:
        start = time.monotonic()
        theirs = ask(server, server.connect(PATIENCE), query)
        seconds = time.monotonic() - start
    except TimeoutError:
        return f"no answer within {PATIENCE:g} s"
    except (HTTPException, OSError) as error:
        return f"an error: {error}"[:160]
    if rows(ours, by_value=False) == rows(theirs, by_value=False):
        return f"too slow to repeat ({seconds:.1f} s)" if seconds > PATIENCE / 2 else ""
    mine, other = rows(ours, by_value=True), rows(theirs, by_value=True)
    if mine == other:
        return ""  # other spellings of the same numbers
    return (
        f"{mine.total()} rows here, {other.total()} there, {(mine & other).total()} in common; "
        f"only there: {_sample(other - mine)}; only here: {_sample(mine - other)}"
    )


def _sample(found: Rows) -> str:
    row = next(iter(found), None)
    return "none" if row is None else str(sorted(row))[:150]


def measure(
    servers: Sequence[Server], queries: dict[str, str], agree: dict[str, list[bool]]
) -> None:
    """Ask in turns, and compare query by query."""
    connections = [server.connect() for server in servers]
    times: dict[str, list[list[float]]] = {name: [[] for _ in servers] for name in queries}
    for round_ in range(ROUNDS + 1):
        for name, query in queries.items():
            for index, server in enumerate(servers):
                if agree[name][index]:
                    start = time.perf_counter()
                    ask(server, connections[index], anew(query))
                    if round_:
                        times[name][index].append(time.perf_counter() - start)
    show(f"\n## One client, median of {ROUNDS} rounds in turns, ms")
    show(f"{'question':<44}" + "".join(f"{server.name:>18}" for server in servers))
    for name, taken in times.items():
        cells = (f"{1000 * statistics.median(t):.2f}" if t else "-" for t in taken)
        show(f"{name:<44}" + "".join(f"{cell:>18}" for cell in cells))
    for index, server in enumerate(servers[1:], 1):
        ratios = [
            statistics.median(taken[index]) / statistics.median(taken[0])
            for taken in times.values()
            if taken[index]
        ]
        show(
            f"{server.name} takes {statistics.geometric_mean(ratios):.2f} times as long as ours "
            f"(geometric mean of {len(ratios)} queries; {min(ratios):.2f} to {max(ratios):.2f})"
        )


def load(servers: Sequence[Server], queries: Sequence[str]) -> None:
    """Ask by 1, 4 and 16 clients at once, each the queries in turn."""
    show(f"\n## Throughput over {len(queries)} queries that all answer alike")
    show(f"{'server':<18}{'clients':>8}{'requests/s':>12}{'p50 ms':>10}{'p95 ms':>10}{'failed':>8}")
    for clients in (1, 4, 16):
        for server in servers:
            times, failed = _attend(server, queries, clients)
            times.sort()
            show(
                f"{server.name:<18}{clients:>8}{len(times) / LOAD_SECONDS:>12.0f}"
                f"{1000 * times[len(times) // 2]:>10.1f}"
                f"{1000 * times[int(len(times) * 0.95)]:>10.1f}{failed:>8}"
            )


def _attend(server: Server, queries: Sequence[str], clients: int) -> tuple[list[float], int]:
    times: list[float] = []
    failed: list[str] = []
    end = time.monotonic() + LOAD_SECONDS

    def attend(offset: int) -> None:
        connection = server.connect()
        for query in _cycle(queries, offset):
            if time.monotonic() > end:
                return
            start = time.perf_counter()
            try:
                ask(server, connection, anew(query))
            except (HTTPException, OSError) as error:
                failed.append(str(error))
                connection = server.connect()
            else:
                times.append(time.perf_counter() - start)

    threads = [threading.Thread(target=attend, args=(number * 7,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, len(failed)


def _cycle(queries: Sequence[str], offset: int) -> Iterator[str]:
    while True:
        yield queries[offset % len(queries)]
        offset += 1


def first_bytes(servers: Sequence[Server]) -> None:
    """Ask for a large answer; say when it begins and when it is whole."""
    query = "SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } }"
    show("\n## All quads of the named graphs as JSON, median of 3")
    show(f"{'server':<18}{'MB':>8}{'first byte ms':>16}{'whole ms':>12}{'MiB memory':>12}")
    for server in servers:
        firsts, wholes, size = [], [], 0
        for _ in range(3):
            first, whole, size = _time_answer(server, anew(query))
            firsts.append(first)
            wholes.append(whole)
        show(
            f"{server.name:<18}{size / 1e6:>8.1f}{1000 * statistics.median(firsts):>16.0f}"
            f"{1000 * statistics.median(wholes):>12.0f}{server.memory():>12.0f}"
        )


def _time_answer(server: Server, query: str) -> tuple[float, float, int]:
    connection = server.connect(60)
    headers = {"Accept": JSON, "Content-Type": "application/sparql-query"}
    start = time.perf_counter()
    connection.request("POST", server.path, query.encode(), headers)
    response = connection.getresponse()
    size = len(response.read(1))
    first = time.perf_counter() - start
    size += len(response.read())
    return first, time.perf_counter() - start, size


def overhead(release: Release, server: Server, queries: dict[str, str]) -> None:
    """Compare the pool with the engine in this process, and the server with the pool."""
    engine = ox.Store()
    engine.bulk_extend(ox.parse(path=str(release.content_path), format=ox.RdfFormat.N_QUADS))
    extra_pool, extra_server, share = [], [], []
    connection = server.connect()
    with QueryPool(
        release.store_path, workers=2, timeout=20, memory=2048, queue=16, result_limit=256
    ) as pool:
        for query in queries.values():
            times: list[list[float]] = [[], [], []]
            for round_ in range(ROUNDS + 1):
                found = (
                    _timed(lambda q=query: _in_process(engine, q)),
                    _timed(lambda q=query: pool.run(q, solutions=JSON).spool.close()),
                    _timed(lambda q=query: ask(server, connection, anew(q))),
                )
                for one, seconds in zip(times, found, strict=True):
                    if round_:
                        one.append(1000 * seconds)
            alone, pooled, served = (statistics.median(one) for one in times)
            extra_pool.append(pooled - alone)
            extra_server.append(served - alone)
            share.append(alone)
    show(f"\n## Overhead over the engine in process, {len(share)} queries, warm, ms")
    show(f"{'engine in process':<24} median {statistics.median(share):.2f}")
    for name, extra in (("our pool adds", extra_pool), ("our server adds", extra_server)):
        extra.sort()
        show(
            f"{name:<24} median {statistics.median(extra):.2f}, "
            f"p95 {extra[int(len(extra) * 0.95)]:.2f}, at most {extra[-1]:.2f}"
        )


def _in_process(engine: ox.Store, query: str) -> object:
    found = engine.query(query)
    assert isinstance(found, ox.QuerySolutions)
    return found.serialize(format=ox.QueryResultsFormat.JSON)


def _timed(way: Any) -> float:  # noqa: ANN401
    start = time.perf_counter()
    way()
    return time.perf_counter() - start


def main() -> None:
    """Build the release, start the servers, and print what was measured."""
    theirs = Path(sys.argv[1] if len(sys.argv) > 1 else "build/benchmarks").resolve()
    settings = Settings(home=Path(tempfile.mkdtemp()))
    release, _ = build(settings, lambda _step: None)
    queries = {
        f"{question.number:02}-{question.name}": question.query
        for question in read_questions(settings.ontology / "competency")
        if question.form == "SELECT"
    }
    with serving(release, settings.home, theirs) as servers:
        agree = compare(servers, queries)
        measure(servers, queries, agree)
        load(servers, [query for name, query in queries.items() if all(agree[name])])
        first_bytes(servers)
        overhead(release, servers[0], queries)


if __name__ == "__main__":
    main()

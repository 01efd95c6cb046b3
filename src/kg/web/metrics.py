"""Figures for Prometheus, on an address of their own; the only home of prometheus_client.

Each web process counts by itself and shows its figures on a port of its own: Prometheus adds up.
https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from http.server import ThreadingHTTPServer
from typing import Final

import prometheus_client as prometheus
from flask import Flask, current_app
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from kg.store import Figures
from kg.store.errors import (
    PoolBusyError,
    QueryCrashedError,
    QueryMemoryError,
    QueryTimeoutError,
    ResultTooLargeError,
)
from kg.web.answers import Statistics
from kg.web.problem_types import BY_ERROR
from kg.web.record import OK, Record
from kg.web.shelf import Counts, Shelf
from kg.web.state import State, get_shelf

_KEY: Final = "kg.metrics"
_TOTAL: Final = "_total"
_SECONDS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80)
_BYTES: Final = tuple(float(4**n) for n in range(4, 15))
"""From 256 bytes to 256 MiB."""

_WATCHED: Final = (
    PoolBusyError,
    QueryCrashedError,
    QueryMemoryError,
    QueryTimeoutError,
    ResultTooLargeError,
)
"""What an operator may want to be woken for."""


class Metrics:
    """The figures of one application. Safe to share between threads."""

    def __init__(self, shelf: Shelf[State]) -> None:
        # The time at which each counter was made says nothing here and doubles the figures.
        prometheus.disable_created_metrics()  # type: ignore[no-untyped-call]
        registry = self.registry = prometheus.CollectorRegistry()
        self._requests = prometheus.Counter(
            "kg_http_requests",
            "Answered requests.",
            ("route", "method", "status"),
            registry=registry,
        )
        self._request_seconds = prometheus.Histogram(
            "kg_http_request_seconds",
            "Time from a request to the last byte of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._bytes = prometheus.Counter(
            "kg_http_response_bytes", "Bytes of answers, without headers.", registry=registry
        )
        self._queries = prometheus.Counter(
            "kg_queries", "Queries by how they ended.", ("outcome", "kind"), registry=registry
        )
        self._query_seconds = prometheus.Histogram(
            "kg_query_seconds",
            "Time until the answer of a query is complete, waiting included.",
            ("outcome",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._result_bytes = prometheus.Histogram(
            "kg_query_result_bytes", "Size of complete results.", buckets=_BYTES, registry=registry
        )
        self._declare(shelf)

    def _declare(self, shelf: Shelf[State]) -> None:
        """Show what is known at the start; a series that begins at 0 can be compared with later."""
        self.registry.register(_Source(lambda: [_release_figure(shelf.current)]))
        for kind in ("select", "ask", "graph"):
            self._queries.labels(OK, kind)
        for error in _WATCHED:
            self._queries.labels(BY_ERROR[error].slug, "")
        self.registry.register(_Source(lambda: _pool_figures(_all_pools(shelf))))
        self.watch("answer_cache", lambda: _cache_figures(shelf.current.answers.statistics()))
        self.watch("releases", lambda: _shelf_figures(shelf.counts()))
        prometheus.ProcessCollector(registry=self.registry)

    def watch(self, name: str, figures: Callable[[], Mapping[str, float]]) -> None:
        """Show figures that are kept elsewhere, as ``kg_{name}_{figure}``.

        They are asked for at each look. One whose name ends in ``_total`` is a counter.
        """
        self.registry.register(_Source(lambda: _foreign_figures(name, figures())))

    def count(self, record: Record, status: int, size: int, seconds: float) -> None:
        """Count a request that is over: ``size`` bytes sent, without headers."""
        self._requests.labels(record.route, record.method, f"{status // 100}xx").inc()
        self._request_seconds.labels(record.route).observe(seconds)
        self._bytes.inc(size)
        query = record.query
        if query:
            self._queries.labels(query.outcome, query.kind).inc()
            self._query_seconds.labels(query.outcome).observe(query.seconds)
            if query.size is not None:
                self._result_bytes.observe(query.size)


class _Source(Collector):
    """Figures that are asked for when somebody looks."""

    def __init__(self, ask: Callable[[], Iterable[Metric]]) -> None:
        self._ask = ask

    def collect(self) -> Iterable[Metric]:
        return self._ask()


def _release_figure(state: State) -> Metric:
    release = state.release
    labels = {"release": release.identifier, "base": release.base}
    return InfoMetricFamily("kg_release", "The release that is served.", labels)


def _all_pools(shelf: Shelf[State]) -> Figures:
    """Return the figures of the pools of all open releases, and of those that were closed."""
    pools = [state.pool.figures() for state in shelf.opened()]
    killed = shelf.current.ended + sum((Counter(pool.killed) for pool in pools), Counter[str]())
    idle, busy, starting, waiting = (
        sum(numbers) for numbers in zip(*(p[:4] for p in pools), strict=True)
    )
    return Figures(idle, busy, starting, waiting, killed)


def _shelf_figures(counts: Counts) -> Mapping[str, float]:
    return {
        "open": counts.open,
        "leaving": counts.leaving,
        "switches_total": counts.switches,
        "failed_switches_total": counts.failures,
    }


def _cache_figures(cache: Statistics) -> Mapping[str, float]:
    return {
        "hits_total": cache.hits,
        "misses_total": cache.misses,
        "shared_total": cache.shared,
        "evictions_total": cache.evictions,
        "entries": cache.entries,
        "bytes": cache.bytes,
        "limit_bytes": cache.limit,
    }


def _pool_figures(pool: Figures) -> Iterable[Metric]:
    workers = GaugeMetricFamily(
        "kg_query_workers", "Query workers by what they do.", labels=("state",)
    )
    for state in ("idle", "busy", "starting"):
        workers.add_metric((state,), getattr(pool, state))
    yield workers
    yield GaugeMetricFamily("kg_queries_waiting", "Queries that wait for a worker.", pool.waiting)
    killed = CounterMetricFamily(
        "kg_query_workers_killed", "Query workers that were ended, by reason.", labels=("reason",)
    )
    for reason, number in pool.killed.items():
        killed.add_metric((reason,), number)
    yield killed


def _foreign_figures(name: str, figures: Mapping[str, float]) -> Iterable[Metric]:
    for figure, value in figures.items():
        full, words = f"kg_{name}_{figure}", f"{name}: {figure}".replace("_", " ")
        is_counter = figure.endswith(_TOTAL)
        yield (CounterMetricFamily if is_counter else GaugeMetricFamily)(full, words, value)


def init_app(app: Flask) -> None:
    """Give an application its figures."""
    with app.app_context():
        app.extensions[_KEY] = Metrics(get_shelf())


def get_metrics(app: Flask | None = None) -> Metrics:
    """Return the figures of an application, by default of the present request's."""
    metrics = (app or current_app).extensions[_KEY]
    if not isinstance(metrics, Metrics):
        raise TypeError(type(metrics))
    return metrics


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listener: socket.socket, metrics: Metrics) -> None:
        class Handler(prometheus.MetricsHandler):
            registry = metrics.registry
            timeout = 10
            """Seconds after which a client that says nothing is left."""

        super().__init__(listener.getsockname(), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener


def show_metrics(metrics: Metrics, listener: socket.socket) -> None:
    """Answer whoever asks for the figures on a listening socket, in threads, until the end."""
    server = _Server(listener, metrics)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()

"""The production server: gunicorn with threads, in the foreground, ended by a signal.

Each web process makes its application, and with it its query workers, after the fork.
"""

import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Final

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from kg.errors import KgError
from kg.language import Text
from kg.release.history import History
from kg.release.publication import Release
from kg.settings import SERVING, Settings
from kg.store import RESERVE
from kg.web.app import close_app, create_app, start_app
from kg.web.logs import ServerLog, log_event, log_failure, log_request, set_up_log
from kg.web.metrics import get_metrics, show_metrics
from kg.web.record import ENVIRONMENT_KEY, Record
from kg.web.scribe import WAITING as WRITING
from kg.web.web_process import WebProcess

_MARGIN: Final = 3
"""Seconds beyond the grace period in which a web process refuses what it could not finish."""


class ServerError(KgError):
    """The server cannot listen where it should."""


def serve(
    release: Release,
    settings: Settings,
    on_listening: Callable[[], None] = lambda: None,
    history: History | None = None,
) -> None:
    """Serve a release until the process is told to stop; ends the program, never returns.

    With a ``history`` the server follows its current release, and serves its other ones too.
    ``on_listening`` is called once connections are accepted. SIGTERM lets running requests
    finish; SIGINT (Ctrl-C) does not. No process is left behind.
    Raises ``ServerError`` if an address cannot be used.
    """
    with ExitStack() as opened:
        listener = opened.enter_context(_listen(settings.host, settings.port, "port"))
        metrics = [opened.enter_context(each) for each in _listen_for_metrics(settings)]
        opened.pop_all()
    on_listening()
    set_up_log(settings)
    log_event("serving", release=release.identifier, base=release.base, **_served(settings))
    # The server closes the descriptor; it must not be closed once more here.
    _Server(release, settings, listener.detach(), metrics, history).run()


def _served(settings: Settings) -> Mapping[str, object]:
    """Return the settings as the log names them; none of them is a secret."""
    return {f"KG_{name.upper()}": getattr(settings, name) for name in SERVING}


def _listen_for_metrics(settings: Settings) -> Iterator[socket.socket]:
    """Open a port for each web process; here, so that it is told at once if one is taken."""
    if settings.metrics_port:
        for number in range(settings.web_workers):
            yield _listen(settings.metrics_host, settings.metrics_port + number, "metrics_port")


def _listen(host: str, port: int, setting: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=512)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise ServerError(
            Text(
                "Tidak dapat melayani di {host} porta {port}: {why}. Pilih porta lain dengan "
                "--{option} atau KG_{variable}",
                "Cannot listen on {host} port {port}: {why}. Choose another port with --{option} "
                "or KG_{variable}",
            ).format(
                host=host,
                port=port,
                why=why,
                option=setting.replace("_", "-"),
                variable=setting.upper(),
            )
        ) from None
    # Connections inherit it. Head and body are sent apart: without it the body of a small answer
    # waits 40 ms for the client to acknowledge the head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(
        self,
        release: Release,
        settings: Settings,
        descriptor: int,
        metrics: Sequence[socket.socket],
        history: History | None,
    ) -> None:
        self._history = history
        self._release = release
        self._settings = settings
        self._descriptor = descriptor
        self._metrics = metrics
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options().items():
            self.cfg.set(name, value)

    def _options(self) -> Mapping[str, Any]:
        settings = self._settings
        # Threads that wait for a query must not be missing elsewhere: pages have their own.
        # As many as wait for a worker may wait for the answer of one who asks the same.
        waiting = settings.query_workers + RESERVE + 3 * settings.query_queue + WRITING
        return {
            "bind": f"fd://{self._descriptor}",
            "workers": settings.web_workers,
            "worker_class": WebProcess,
            "threads": settings.web_threads + waiting,
            "timeout": 60,
            "graceful_timeout": settings.grace + _MARGIN,
            "keepalive": 5,
            "limit_request_line": 8190,
            "loglevel": "warning",
            "logger_class": ServerLog,
            "proc_name": "kg",
            "control_socket_disable": True,
            "pre_fork": self._give_number,
            "post_worker_init": self._start,
            "post_request": _account,
            "worker_exit": _close,
        }

    def load(self) -> Flask:
        try:
            # One that is started later than its siblings begins where they are.
            release = self._history.current() if self._history else self._release
            return create_app(release, self._settings, self._history)
        except KgError as error:
            log_failure(error.explain(self._settings.lang))
            sys.exit(Arbiter.APP_LOAD_ERROR)

    def _give_number(self, arbiter: Any, worker: Any) -> None:  # noqa: ANN401  gunicorn has no types
        """Give a new web process the number that is used least; it decides the metrics' port."""
        used = Counter(sibling.kg_number for sibling in arbiter.WORKERS.values())
        worker.kg_number = min(range(self._settings.web_workers), key=lambda number: used[number])

    def _start(self, worker: Any) -> None:  # noqa: ANN401  gunicorn has no types
        # The arbiter kills at the end of its own grace period, which is a little longer.
        worker.cfg.set("graceful_timeout", self._settings.grace)
        start_app(worker.wsgi)
        for number, listener in enumerate(self._metrics):
            if number == worker.kg_number:
                show_metrics(get_metrics(worker.wsgi), listener)
            else:
                listener.close()


def _account(worker: Any, request: Any, environ: Mapping[str, Any], response: Any) -> None:  # noqa: ANN401
    """Count and log a request that is over."""
    record = environ.get(ENVIRONMENT_KEY)
    if not isinstance(record, Record) or response is None:
        return
    status = response.status_code or 500
    seconds = time.monotonic() - record.start
    size = response.sent
    if not size and not sys.exc_info()[0] and request.method != "HEAD":
        # What the kernel sends from a file is not counted by gunicorn.
        size = response.response_length or 0
    get_metrics(worker.wsgi).count(record, status, size, seconds)
    log_request(record, status, size, seconds)


def _close(_: object, worker: Any) -> None:  # noqa: ANN401  gunicorn has no types
    app = getattr(worker, "wsgi", None)
    if isinstance(app, Flask):
        close_app(app)
        log_event("stopped")

"""The production server: gunicorn with threads, in the foreground, ended by a signal.

Each web process makes its application, and with it its query workers, after the fork.
"""

import socket
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from kg.errors import KgError
from kg.language import Text
from kg.release.publication import Release
from kg.settings import Settings
from kg.store import RESERVE
from kg.web.app import close_app, create_app, start_app

_GRACE: Final = 10
"""Seconds that running requests get to finish when the server is told to stop."""


class ServerError(KgError):
    """The server cannot listen where it should."""


def serve(
    release: Release, settings: Settings, on_listening: Callable[[], None] = lambda: None
) -> None:
    """Serve a release until the process is told to stop; ends the program, never returns.

    ``on_listening`` is called once connections are accepted. SIGTERM lets running requests
    finish; SIGINT (Ctrl-C) does not. No process is left behind.
    Raises ``ServerError`` if the address cannot be used.
    """
    # The server closes the descriptor; it must not be closed once more here.
    descriptor = _listen(settings).detach()
    on_listening()
    _Server(release, settings, descriptor).run()


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=512)
    except OSError as error:
        raise ServerError(
            Text(
                "Tidak dapat melayani di {host} porta {port}: {why}. Pilih porta lain dengan "
                "--port atau KG_PORT",
                "Cannot listen on {host} port {port}: {why}. Choose another port with --port "
                "or KG_PORT",
            ).format(host=settings.host, port=settings.port, why=error.strerror)
        ) from None


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, release: Release, settings: Settings, descriptor: int) -> None:
        self._release = release
        self._settings = settings
        self._descriptor = descriptor
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options().items():
            self.cfg.set(name, value)

    def _options(self) -> Mapping[str, Any]:
        settings = self._settings
        # Threads that wait for a query must not be missing elsewhere: pages have their own.
        waiting = settings.query_workers + RESERVE + 2 * settings.query_queue
        return {
            "bind": f"fd://{self._descriptor}",
            "workers": settings.web_workers,
            "worker_class": "gthread",
            "threads": settings.web_threads + waiting,
            "timeout": 60,
            "graceful_timeout": _GRACE,
            "keepalive": 5,
            "limit_request_line": 8190,
            "loglevel": "warning",
            "proc_name": "kg",
            "control_socket_disable": True,
            "post_worker_init": _start_pool,
            "worker_exit": _close,
        }

    def load(self) -> Flask:
        try:
            return create_app(self._release, self._settings)
        except KgError as error:
            sys.stderr.write(error.explain(self._settings.lang) + "\n")
            sys.exit(Arbiter.APP_LOAD_ERROR)


def _start_pool(worker: Any) -> None:  # noqa: ANN401  gunicorn has no types
    start_app(worker.wsgi)


def _close(_: object, worker: Any) -> None:  # noqa: ANN401  gunicorn has no types
    app = getattr(worker, "wsgi", None)
    if isinstance(app, Flask):
        close_app(app)

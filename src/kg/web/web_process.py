"""A web process under gunicorn: it finishes what it has begun when it is told to stop.

Gunicorn's own stops accepting at once, but leaves its listener open: clients that connect
meanwhile would wait, and be cut off in the end. This one answers them, with a refusal, as long as
older requests run; then it closes the listener.
"""

import threading
from contextlib import suppress
from typing import Any, Final

from flask import Flask
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException
from gunicorn.workers.gthread import ThreadWorker

from kg.web.health import begin_stop
from kg.web.logs import log_event
from kg.web.problems import answer_problem, describe_status

_STATUSES: Final = ((LimitRequestLine, 414), (LimitRequestHeaders, 431))


def _refusal(app: Flask, status: int) -> bytes:
    """Return a whole HTTP answer: there is no request that the application could answer."""
    with app.test_request_context("/"):
        response = app.process_response(answer_problem(describe_status(status)))
        head = "".join(f"{name}: {value}\r\n" for name, value in response.headers)
        line = f"HTTP/1.1 {response.status}\r\nConnection: close\r\n"
        return f"{line}{head}\r\n".encode("latin-1") + response.get_data()


class WebProcess(ThreadWorker):  # type: ignore[misc]
    """A process of the web server, with threads."""

    wsgi: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  gunicorn has no types
        super().__init__(*args, **kwargs)
        self._running = 0
        self._lock = threading.Lock()

    def handle_exit(self, sig: Any, frame: Any) -> None:  # noqa: ANN401  gunicorn has no types
        """Begin to stop: SIGTERM."""
        if isinstance(self.wsgi, Flask):
            begin_stop(self.wsgi)
        super().handle_exit(sig, frame)

    def handle_request(self, req: Any, conn: Any) -> Any:  # noqa: ANN401  gunicorn has no types
        """Answer a request; one that comes before the stop is waited for."""
        if not self.alive:
            return super().handle_request(req, conn)
        self._add(1)
        try:
            return super().handle_request(req, conn)
        finally:
            self._add(-1)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Any) -> None:  # noqa: ANN401
        """Answer what is no HTTP request, or too long for one, like any other error."""
        if not (isinstance(exc, ParseException) and isinstance(self.wsgi, Flask)):
            super().handle_error(req, client, addr, exc)
            return
        status = next((number for kind, number in _STATUSES if isinstance(exc, kind)), 400)
        log_event("not a request", status=status)
        with suppress(OSError):
            client.sendall(_refusal(self.wsgi, status))

    def _add(self, number: int) -> None:
        with self._lock:
            self._running += number

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001  its parent's signature
        """Accept connections or not; when stopping, until the requests that run are done."""
        if enabled or self.alive:
            super().set_accept_enabled(enabled)
            return
        log_event("stopping", running=self._running)
        self._close_when_done()

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Do what there is to do."""
        super().wait_for_and_dispatch_events(timeout)
        if not self.alive:
            self._close_when_done()

    def _close_when_done(self) -> None:
        if self._accepting and not self._running:
            super().set_accept_enabled(False)
            for listener in self.sockets:
                listener.close()

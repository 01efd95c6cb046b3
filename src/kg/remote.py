"""Asking an endpoint on somebody else's behalf: strictly, with limits, and no step further.

One request over HTTP or HTTPS to exactly the address given: no redirect is followed, no proxy
asked, no cookie or credential sent, nothing decompressed.
"""

import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ssl import SSLError, create_default_context
from threading import Thread
from typing import Final
from urllib.parse import urlencode, urlsplit

from kg.errors import QueryError
from kg.language import Text

RESULTS: Final = "application/sparql-results+json"
AGENT: Final = "inovasi-kg (https://w3id.org/inovasi-publik/)"

_LOOK: Final = 0.1
"""Seconds between two looks at whether the answer is still wanted."""


class RemoteError(QueryError):
    """An endpoint did not send what was asked for; ``reason`` is a word for programs."""

    http_status = 502

    def __init__(self, reason: str, message: Text, **members: object) -> None:
        self.reason = reason
        self.members: Mapping[str, object] = members
        super().__init__(message)


def fetch_solutions(
    endpoint: str,
    query: str,
    *,
    seconds: float,
    size: int,
    watch: Callable[[], None] = lambda: None,
) -> bytes:
    """Return the result of a SELECT in JSON, at most ``size`` bytes of it, within ``seconds``.

    ``watch`` is called again and again while waiting; what it raises ends the wait. Raises
    ``RemoteError`` for everything but a complete answer of status 200 and the right media type.
    """
    exchange = _Exchange(endpoint, query, seconds, size)
    # The look-up of a name cannot be interrupted, and a peer that sends a byte a second resets
    # every time limit of a socket: the wait is therefore another thread's.
    thread = Thread(target=exchange.run, name="service", daemon=True)
    thread.start()
    deadline = time.monotonic() + seconds
    try:
        while thread.is_alive():
            watch()
            rest = deadline - time.monotonic()
            if rest <= 0:
                raise late(seconds)
            thread.join(min(rest, _LOOK))
    finally:
        exchange.close()
    if isinstance(exchange.outcome, bytes):
        return exchange.outcome
    raise exchange.outcome


def late(seconds: float) -> RemoteError:
    """Return the error of an endpoint that took too long."""
    message = Text("tidak menjawab dalam {n:.3g} detik", "no answer within {n:.3g} seconds")
    return RemoteError("late", message.format(n=seconds), limit=round(seconds, 3), unit="s")


class _Exchange:
    """One request and its answer."""

    def __init__(self, endpoint: str, query: str, seconds: float, size: int) -> None:
        parts = urlsplit(endpoint)
        self._connection = _connect(parts.scheme, parts.netloc, seconds)
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._body = urlencode({"query": query})
        self._seconds, self._size = seconds, size
        self._socket: socket.socket | None = None
        self.outcome: bytes | RemoteError = _unreachable()

    def run(self) -> None:
        """Ask, and put the answer or the reason for having none into ``outcome``."""
        try:
            self.outcome = self._ask()
        except RemoteError as error:
            self.outcome = error
        except TimeoutError:
            # The socket's own limit is as long as the caller's wait, and may be the first to end.
            self.outcome = late(self._seconds)
        except (OSError, HTTPException, ValueError):
            self.outcome = _unreachable()

    def _ask(self) -> bytes:
        headers = {
            "Accept": RESULTS,
            "Accept-Encoding": "identity",
            "Connection": "close",
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": AGENT,
        }
        try:
            self._connection.connect()
        except SSLError:
            raise RemoteError(
                "insecure",
                Text(
                    "tidak dapat disambungkan dengan aman", "no secure connection to it can be made"
                ),
            ) from None
        # The connection lets go of its socket before the answer has been read.
        self._socket = self._connection.sock
        self._connection.request("POST", self._path, self._body, headers)
        with self._connection.getresponse() as response:
            _check_head(response)
            return _read_body(response, self._size)

    def close(self) -> None:
        """Wake whoever waits on the connection, and let go of it."""
        if self._socket is not None:
            with suppress(OSError):
                # Not the method of a secure socket, which another thread may be reading.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        self._connection.close()


def _connect(scheme: str, address: str, seconds: float) -> HTTPConnection:
    if scheme == "https":
        return HTTPSConnection(address, timeout=seconds, context=create_default_context())
    return HTTPConnection(address, timeout=seconds)


def _check_head(response: HTTPResponse) -> None:
    status, encoding = response.status, response.headers.get("Content-Encoding", "identity")
    if 300 <= status < 400:
        raise RemoteError(
            "redirect",
            Text(
                "mengalihkan ke alamat lain, yang tidak diikuti",
                "it redirects elsewhere, which is not followed",
            ),
            remoteStatus=status,
        )
    if status != 200:
        message = Text("menjawab dengan status {status}", "it answered with status {status}")
        raise RemoteError("status", message.format(status=status), remoteStatus=status)
    if response.headers.get_content_type() != RESULTS or encoding.lower() != "identity":
        message = Text("jawabannya bukan {type}", "its answer is not {type}")
        raise RemoteError("media-type", message.format(type=RESULTS))


def _read_body(response: HTTPResponse, size: int) -> bytes:
    length = response.length
    if length is not None and length > size:
        raise _too_large(size)
    body = response.read(size + 1)
    if len(body) > size:
        raise _too_large(size)
    if length is not None and len(body) < length:
        raise RemoteError("cut-off", Text("jawabannya terputus", "its answer was cut off"))
    return body


def _too_large(size: int) -> RemoteError:
    message = Text(
        "jawabannya lebih dari {n} bita; persempit polanya",
        "its answer has more than {n} bytes; narrow its pattern",
    )
    return RemoteError("too-large", message.format(n=size), limit=size, unit="B")


def _unreachable() -> RemoteError:
    return RemoteError(
        "unreachable", Text("tidak dapat dihubungi", "it cannot be reached, or broke off")
    )

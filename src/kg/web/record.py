"""What is kept of one request, for the log and the metrics: nothing that tells who asked, or what.

No address of a client, no user agent, no path and no query text: the template of the route stands
for the path, a hash for the text of the query.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from uuid import uuid4

from flask import Flask, Response, g, has_request_context, request

from kg.errors import KgError
from kg.store import Answer
from kg.web.problem_types import INTERNAL, type_of

HEADER: Final = "X-Request-ID"
"""The header of the request's identifier, in both directions."""

ENVIRONMENT_KEY: Final = "kg.record"
"""Where the server finds the record of a request, in its WSGI environment."""

OK: Final = "ok"
NOT_MODIFIED: Final = "not-modified"

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
_GIVEN_ID: Final = re.compile(r"[0-9a-f]{8}(-?)(?:[0-9a-f]{4}\1){3}[0-9a-f]{12}", re.IGNORECASE)
"""128 bits in hexadecimal, hyphens of a UUID or none: nobody's name or number can be put there."""


@dataclass
class QueryRecord:
    """What is kept of a query.

    ``outcome`` is ``ok``, ``not-modified``, or the last part of the IRI of the problem's type.
    ``seconds`` run until the answer is ready to be sent; ``size`` is that of the answer in bytes.
    """

    hash: str
    outcome: str = NOT_MODIFIED
    kind: str = ""
    seconds: float = 0.0
    size: int | None = None


@dataclass
class Record:
    """What is kept of a request. ``start`` is a reading of the monotonic clock."""

    id: str
    method: str
    route: str
    start: float = field(default_factory=time.monotonic)
    query: QueryRecord | None = None


def init_app(app: Flask) -> None:
    """Let an application keep a record of each request, and name its id in each answer."""
    app.before_request(_open_record)
    app.after_request(_name_request)


def request_id() -> str | None:
    """Return the id of the present request, None outside of one."""
    record = _current()
    return record.id if record else None


@contextmanager
def watch_query(query: str) -> Iterator[None]:
    """Record a query that is answered within: how it ends, and how long it takes."""
    watched = QueryRecord(sha256(query.encode("utf-8", "surrogatepass")).hexdigest()[:16])
    record = _current()
    if record:
        record.query = watched
    start = time.monotonic()
    try:
        yield
    except KgError as error:
        watched.outcome = type_of(error).slug
        raise
    except Exception:
        watched.outcome = INTERNAL.slug
        raise
    finally:
        watched.seconds = time.monotonic() - start


def note_answer(answer: Answer) -> None:
    """Record that the query of the present request has its answer."""
    record = _current()
    if record and record.query:
        record.query.outcome = OK
        record.query.kind, record.query.size = answer.kind, answer.size


def _current() -> Record | None:
    record = g.get("record") if has_request_context() else None
    return record if isinstance(record, Record) else None


def _open_record() -> None:
    given = request.headers.get(HEADER, "")
    g.record = Record(
        id=given.lower() if _GIVEN_ID.fullmatch(given) else str(uuid4()),
        method=request.method if request.method in _METHODS else "other",
        route=request.url_rule.rule if request.url_rule else "none",
    )
    request.environ[ENVIRONMENT_KEY] = g.record


def _name_request(response: Response) -> Response:
    response.headers[HEADER] = request_id() or ""
    return response

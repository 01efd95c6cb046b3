"""Errors as problem documents: JSON, text or a page, in Indonesian or English.

RFC 9457, https://www.rfc-editor.org/rfc/rfc9457. A document tells what was wrong, where and what
to do; it never tells of files, code or stack traces.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, Protocol, runtime_checkable

from flask import Blueprint, Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.wrappers import Response as BaseResponse

from kg.errors import KgError, StoreError
from kg.language import Language, Text
from kg.sparql.errors import UnsupportedBodyError, UnsupportedMethodError
from kg.sparql.formats import HTML, PLAIN_TEXT, PROBLEM_JSON, Format
from kg.sparql.negotiation import choose_format
from kg.store.errors import PoolBusyError, PoolClosedError
from kg.web.frame import page, page_language
from kg.web.problem_types import (
    BY_STATUS,
    INTERNAL,
    TYPES,
    ProblemType,
    ServerNotReadyError,
    type_of,
)
from kg.web.rate import RateLimitError
from kg.web.record import request_id
from kg.web.state import get_state

blueprint = Blueprint("problems", __name__)

_LOG: Final = logging.getLogger("kg.web")
_OFFERS: Final = (PROBLEM_JSON, HTML, PLAIN_TEXT)


@dataclass(frozen=True)
class Problem:
    """One problem. ``members`` are the extensions of section 3.2, ``headers`` HTTP's own."""

    type: ProblemType
    status: int
    detail: Text
    members: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class _HasMembers(Protocol):
    members: Mapping[str, object]


@runtime_checkable
class _HasHeaders(Protocol):
    headers: Mapping[str, str]


def init_app(app: Flask) -> None:
    """Let an application answer every error with a problem document."""
    app.register_error_handler(KgError, _answer_error)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_unexpected)


@blueprint.get("/problem/<slug>")
def problem_type(slug: str) -> Response:
    """Say what a type of problem means: its IRI leads here."""
    if slug not in TYPES:
        raise NotFound
    return page("problem.html", type=TYPES[slug], problem=None)


def describe_status(status: int) -> Problem:
    """Return the problem that an HTTP status alone tells of."""
    phrase = Text(*(HTTPStatus(status).phrase,) * 2)
    kind = BY_STATUS.get(status, ProblemType("http", phrase, phrase))
    return Problem(kind, status, kind.meaning)


def describe_error(error: KgError) -> Problem:
    """Return the problem that one of our errors is."""
    kind = type_of(error)
    if isinstance(error, StoreError):
        # Its message is for whoever runs the server: it names folders.
        return Problem(kind, error.http_status, kind.meaning)
    given = error.members if isinstance(error, _HasMembers) else {}
    return Problem(
        kind,
        error.http_status,
        Text(error.explain("id"), error.explain("en")),
        {name: value for name, value in given.items() if value is not None},
        _headers(error),
    )


def _headers(error: KgError) -> Mapping[str, str]:
    if isinstance(error, _HasHeaders):
        return error.headers
    match error:
        case PoolBusyError() | PoolClosedError() | ServerNotReadyError() | RateLimitError():
            return {"Retry-After": str(error.retry_after)}
        case UnsupportedMethodError():
            return {"Allow": ", ".join(error.allowed)}
        case UnsupportedBodyError():
            return {"Accept-Post": ", ".join(error.accepted)}
    return {}


def _answer_error(error: KgError) -> Response:
    if isinstance(error, StoreError):
        _LOG.error("%s", error.explain("en"))
    return answer_problem(describe_error(error))


def _answer_http(error: HTTPException) -> BaseResponse:
    status = error.code or 500
    if status < 400 or error.response is not None:
        return BaseResponse.force_type(error.get_response(request.environ))
    if isinstance(error, MethodNotAllowed):
        return _answer_error(
            UnsupportedMethodError(request.method, sorted(error.valid_methods or ()))
        )
    return answer_problem(describe_status(status))


def _answer_unexpected(error: Exception) -> Response:
    # The path would tell what somebody asked for; the line of the request names its route.
    _LOG.error("Unexpected error", exc_info=error)
    return answer_problem(Problem(INTERNAL, 500, INTERNAL.meaning))


def answer_problem(problem: Problem) -> Response:
    """Return a problem in the format and language that the client likes best."""
    language = page_language()
    media = choose_format(request.headers.get("Accept"), _OFFERS) or PROBLEM_JSON
    response = make_response(_render(problem, media, language), problem.status)
    response.headers.extend(problem.headers)
    response.headers["Content-Type"] = media.content_type
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = "no-store"
    response.vary.update(("Accept", "Accept-Language"))
    return response


def _render(problem: Problem, media: Format, language: Language) -> str:
    if media == HTML:
        return render_template(
            "problem.html", type=problem.type, problem=problem, request_id=request_id()
        )
    document = {
        "type": f"{get_state().release.base}problem/{problem.type.slug}",
        "title": problem.type.title[language],
        "status": problem.status,
        "detail": problem.detail[language],
        **problem.members,
        "requestId": request_id(),
    }
    if media == PROBLEM_JSON:
        return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    return "".join(f"{name}: {_plain(value)}\n" for name, value in document.items())


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

"""The SPARQL endpoint: requests of the protocol in, complete answers or problems out.

SPARQL 1.1 Protocol, https://www.w3.org/TR/sparql11-protocol/#query-operation. Status 200 means
that the answer is complete: it is finished and lies in a file before its first byte is sent.
"""

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, Response, make_response, redirect, request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import ClientDisconnected
from werkzeug.wrappers import Response as BaseResponse

from kg.language import Text
from kg.sparql.description import PREFIXES, describe_service
from kg.sparql.errors import BadRequestError, NotAcceptableError
from kg.sparql.formats import DOCUMENTS, GRAPHS, HTML, SOLUTIONS, Format, find_format
from kg.sparql.negotiation import choose_format
from kg.sparql.outline import outline_query
from kg.sparql.protocol import DescriptionRequest, QueryRequest, read_request
from kg.store import Answer, Quad
from kg.web.choice import is_pinned_for_good, pin_release
from kg.web.delivery import SpooledResponse, known_tag
from kg.web.execution import Wanted, name_answer, run_query
from kg.web.federation import get_federation
from kg.web.frame import CACHE_CONTROL, PINNED_CACHE_CONTROL, may_be_kept
from kg.web.record import note_answer, watch_query
from kg.web.site import get_site
from kg.web.state import get_state
from kg.web.writers import write

blueprint = Blueprint("endpoint", __name__)

_MILLISECONDS: Final = 1000


@blueprint.route("/sparql", methods=["GET", "POST"])
def sparql() -> BaseResponse:
    """Answer a query, or describe the service if there is none."""
    asked = read_request(
        request.method,
        request.query_string,
        request.headers.get("Content-Type"),
        _whole_body() if request.method == "POST" else b"",
    )
    if isinstance(asked, DescriptionRequest):
        return _describe(asked)
    with watch_query(asked.query):
        return _answer(asked)


def _whole_body() -> bytes:
    """Return the body of the request; what was cut off must not be taken for a shorter query."""
    try:
        body = request.get_data(cache=False, parse_form_data=False)
    except (ClientDisconnected, ParseException, OSError):
        raise _cut_off() from None
    if request.content_length not in (None, len(body)):
        raise _cut_off()
    return body


def _cut_off() -> BadRequestError:
    return BadRequestError(
        Text("Isi permintaan tidak datang utuh", "The body of the request did not come whole")
    )


def _answer(asked: QueryRequest) -> Response:
    if asked.release is not None:
        pin_release(asked.release)
    outline = outline_query(asked.query, get_federation().allowed)
    wanted = Wanted(_choose(asked.formats, SOLUTIONS), _choose(asked.formats, GRAPHS))
    media = wanted.format_of(outline.form) if outline.form else None
    tag = name_answer(asked, media) if media and not outline.volatile else None
    if tag and request.method != "POST" and (known := known_tag(tag)):
        return _finish(make_response(b"", 304), known)
    return _finish(_send(run_query(asked, outline, wanted)), tag)


def _choose(names: Sequence[str], offers: Sequence[Format]) -> Format | None:
    """Return the format that ``?format=`` names or, without one, the header prefers."""
    named = [name for name in names if name]
    if named:
        return next((found for name in named if (found := find_format(name, offers))), None)
    return choose_format(request.headers.get("Accept"), offers)


def _send(answer: Answer) -> Response:
    note_answer(answer)
    response = SpooledResponse(answer.spool, answer.size)
    media = find_format(answer.media_type, (*SOLUTIONS, *GRAPHS))
    response.headers["Content-Type"] = media.content_type if media else answer.media_type
    response.headers["Server-Timing"] = f"query;dur={answer.seconds * _MILLISECONDS:.1f}"
    return response


def _finish(response: Response, tag: str | None) -> Response:
    """Say how long an answer may be kept: while its release is served, if it is always the same.

    One that is pinned to its release may be kept for good.
    """
    response.vary.add("Accept")
    lasting = PINNED_CACHE_CONTROL if is_pinned_for_good() else CACHE_CONTROL
    response.headers["Cache-Control"] = lasting if tag else "no-store"
    if tag and request.method in ("GET", "HEAD"):
        response.set_etag(tag)
        response.last_modified = get_state().published
    return response


def _describe(asked: DescriptionRequest) -> BaseResponse:
    """Describe the service to a program; send a reader to the page with the query form."""
    media = _choose(asked.formats, DOCUMENTS)
    if media is None:
        raise NotAcceptableError([offer.media_type for offer in DOCUMENTS])
    if media == HTML:
        query = request.query_string.decode("ascii", "ignore")
        form = redirect(f"{request.script_root}/query{'?' if query else ''}{query}", 303)
        form.vary.add("Accept")
        return form
    site, state = get_site(), get_state()
    quads = [Quad(*triple, None) for triple in describe_service(state.service)]
    response = make_response(write(quads, media, {**site.prefixes, **PREFIXES}))
    response.headers["Content-Type"] = media.content_type
    response.headers["Cache-Control"] = CACHE_CONTROL
    response.vary.add("Accept")
    return may_be_kept(response, site, "service", media.media_type)

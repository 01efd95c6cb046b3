"""The past of what this server says: Memento (RFC 7089) over the releases that are kept.

Every address is the TimeGate of its own past: ``Accept-Datetime`` negotiates as ``Accept`` does,
and the answer names in ``Content-Location`` the address that it will always have, the same with
``?release=``. What there is of an address is listed by its TimeMap, ``/timemap/`` before it.
https://www.rfc-editor.org/rfc/rfc7089#section-4.1.2
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

from flask import Blueprint, Flask, Response, current_app, make_response, request
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.http import http_date
from werkzeug.wrappers import Response as BaseResponse

from kg.release.lookup import has
from kg.release.publication import Release
from kg.sparql.errors import NotAcceptableError
from kg.sparql.formats import Format
from kg.sparql.negotiation import choose_format
from kg.web.addresses import split_suffix, thing_path
from kg.web.choice import (
    ACCEPT_DATETIME,
    RELEASE,
    SHORT,
    NotInReleaseError,
    is_dated,
    is_pinned,
    served_releases,
)
from kg.web.frame import CACHE_CONTROL
from kg.web.problems import answer_problem, describe_error, describe_status
from kg.web.state import get_shelf, get_state

blueprint = Blueprint("versions", __name__)

_LINK_FORMAT: Final = Format("application/link-format", "link", "Link")
_JSON: Final = Format("application/json", "json", "JSON")

_VERSIONED: Final = ("resources.", "pages.", "endpoint.")
_EXCEPT: Final = ("pages.icon",)
_LONGEST: Final = 1024
"""Characters of an address beyond which headers do not repeat it: they would grow too large."""


def init_app(app: Flask) -> None:
    """Let an application tell of the past of its addresses."""
    app.after_request(_tell_of_the_past)
    app.register_error_handler(NotFound, _answer_not_found)


@blueprint.get("/timemap/")
@blueprint.get("/timemap/<path:rest>")
def timemap(rest: str = "") -> Response:
    """List what there is of an address: one memento for each release that has it."""
    path = f"/{rest}"
    if not _is_versioned(_endpoint_of(path)):
        raise NotFound
    found = mementos(path)
    if not found:
        raise NotFound
    media = choose_format(request.headers.get("Accept"), (_LINK_FORMAT, _JSON))
    if media is None:
        raise NotAcceptableError([_LINK_FORMAT.media_type, _JSON.media_type])
    base = get_state().release.base.removesuffix("/")
    address = base + _with_query(path)
    own = f"{base}/timemap{_with_query(path)}"
    write = _write_links if media == _LINK_FORMAT else _write_json
    response = make_response(write(address, own, found))
    response.headers["Content-Type"] = media.content_type
    response.headers["Cache-Control"] = CACHE_CONTROL
    response.vary.add("Accept")
    return response


def _write_links(address: str, own: str, found: Sequence[Release]) -> str:
    """Write a TimeMap (RFC 7089, section 5; RFC 6690)."""
    first, last = (http_date(published(each)) for each in (found[0], found[-1]))
    lines = [
        f'<{address}>;rel="original timegate"',
        f'<{own}>;rel="self";type="{_LINK_FORMAT.media_type}";from="{first}";until="{last}"',
        *(
            f'<{at_release(address, each)}>;rel="{_relation(each, found)}"'
            f';datetime="{http_date(published(each))}"'
            for each in found
        ),
    ]
    return ",\n".join(lines) + "\n"


def _write_json(address: str, own: str, found: Sequence[Release]) -> str:
    listed = [
        {
            "uri": at_release(address, each),
            "datetime": published(each).isoformat().replace("+00:00", "Z"),
            "release": each.identifier,
        }
        for each in found
    ]
    document = {
        "original_uri": address,
        "timegate_uri": address,
        "timemap_uri": {"link_format": own, "json_format": own},
        "mementos": {"list": listed, "first": listed[0], "last": listed[-1]},
    }
    return json.dumps(document, indent=1) + "\n"


def published(release: Release) -> datetime:
    """Return when a release was first published, in whole seconds: the date of its mementos."""
    history = get_shelf().history
    return history.first_published(release) if history else release.published


def mementos(path: str) -> list[Release]:
    """Return the releases that have what a path of this server leads to, the oldest first."""
    iri = _thing_of(path)
    found = reversed(served_releases())
    return [each for each in found if iri is None or _has(each.path, iri)]


def _thing_of(path: str) -> str | None:
    """Return the IRI of the thing that a path is about; None for what every release has."""
    rest = path.removeprefix("/")
    if rest.startswith("doc/"):
        rest = thing_path(split_suffix(rest).stem)
    return get_state().release.base + rest if rest.startswith(_THINGS) else None


_THINGS: Final = ("id/", "scheme/", "graph/")


@lru_cache(maxsize=8192)
def _has(content: Path, iri: str) -> bool:
    # The folder is named by the content: what was true of it once always is.
    return has(content, iri)


def _relation(release: Release, found: Sequence[Release]) -> str:
    ends = [
        name
        for name, end in (("first", found[0]), ("last", found[-1]))
        if end.identifier == release.identifier
    ]
    return " ".join([*ends, "memento"])


def at_release(address: str, release: Release) -> str:
    """Return an address pinned to a release."""
    sign = "&" if "?" in address else "?"
    return f"{address}{sign}{RELEASE}={release.identifier[:SHORT]}"


def _with_query(path: str) -> str:
    """Return a path with the parameters of the present request, its release left out."""
    given = request.query_string.decode("ascii", "replace").split("&")
    kept = "&".join(each for each in given if each and not each.startswith(f"{RELEASE}="))
    query = quote(kept, safe="=&+%")
    return quote(path) + (f"?{query}" if query else "")


def _endpoint_of(path: str) -> str:
    try:
        endpoint, _ = current_app.url_map.bind("").match(path, "GET")
    except HTTPException:
        return ""
    return str(endpoint)


def _is_versioned(endpoint: str | None) -> bool:
    return bool(endpoint) and str(endpoint).startswith(_VERSIONED) and endpoint not in _EXCEPT


def _tell_of_the_past(response: Response) -> Response:
    """Say which date an answer is of, and where others are (RFC 7089, section 2.1)."""
    if not _is_versioned(request.endpoint) or not get_shelf().serves_older:
        return response
    if not is_pinned():
        response.vary.add(ACCEPT_DATETIME)
    if request.method not in ("GET", "HEAD") or response.status_code >= 400:
        return response
    release = get_state().release
    address = request.script_root + _with_query(request.path)
    is_short = len(address) <= _LONGEST
    if (is_pinned() or is_dated()) and response.status_code in (200, 304):
        response.headers["Memento-Datetime"] = http_date(published(release))
    if is_dated() and is_short:
        _name_place(response, address, release)
    if is_short and response.status_code != 304:
        links = [value for value in [response.headers.get("Link")] if value]
        response.headers["Link"] = ", ".join([*links, *_links(address, release)])
    return response


def _name_place(response: Response, address: str, release: Release) -> None:
    """Say where an answer that was chosen by date will always be."""
    if 300 <= response.status_code < 304 and "Location" in response.headers:
        response.headers["Location"] = at_release(response.headers["Location"], release)
        return
    place = response.headers.get("Content-Location", address)
    response.headers["Content-Location"] = at_release(place, release)


def _links(address: str, release: Release) -> Iterator[str]:
    root = request.script_root
    yield f'<{address}>; rel="original timegate"'
    own = f"{root}/timemap{_with_query(request.path)}"
    yield f'<{own}>; rel="timemap"; type="{_LINK_FORMAT.media_type}"'
    found = mementos(request.path)
    ends = {each.identifier: each for each in (*found[:1], release, *found[-1:])}
    for each in ends.values():
        date = http_date(published(each))
        relation = _relation(each, found or [each])
        yield f'<{at_release(address, each)}>; rel="{relation}"; datetime="{date}"'


def _answer_not_found(error: NotFound) -> BaseResponse:
    if error.response is not None:
        return BaseResponse.force_type(error.get_response(request.environ))
    asked = get_state().release
    if _is_versioned(request.endpoint) and get_shelf().serves_older and _thing_of(request.path):
        found = [each for each in mementos(request.path) if each.identifier != asked.identifier]
        if found:
            return answer_problem(describe_error(NotInReleaseError(request.path, asked, found)))
    return answer_problem(describe_status(404))

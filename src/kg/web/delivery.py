"""The last step of every answer: its content coding, and 304 to a client that has it.

Views know nothing of either: they give the whole answer with its strong entity tag. A coded body
is other bytes and so has a tag of its own, the same with the coding at its end (RFC 9110,
https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3.3). A body is complete and its length known
before the status line is sent, whatever its coding.
"""

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from io import BytesIO
from typing import BinaryIO, Final, Protocol, runtime_checkable

from flask import Flask, Response, request
from werkzeug.wsgi import wrap_file

from kg.sparql.formats import GRAPHS, PROBLEM_JSON, SOLUTIONS
from kg.web.codings import BLOCK, IDENTITY, acceptable_codings, encode, encode_bytes
from kg.web.state import get_state

_LEAST: Final = 1024
"""Bytes below which a body fits a packet anyway."""

_IN_MEMORY: Final = 1 << 20
"""Bytes up to which a body in a file is coded in memory."""

_CODED: Final = frozenset(offer.media_type for offer in (*SOLUTIONS, *GRAPHS, PROBLEM_JSON))
_CODED_ENDINGS: Final = ("json", "xml", "javascript")


@runtime_checkable
class Closable(Protocol):
    """What holds something open until it is closed."""

    def close(self) -> None:
        """Let it go."""


class SpooledResponse(Response):
    """An answer whose body lies in a file, or in memory, at its start; it closes the file."""

    def __init__(self, spool: BinaryIO, size: int) -> None:
        super().__init__(direct_passthrough=True)
        self.put(spool, size)

    def put(self, spool: BinaryIO, size: int) -> None:
        """Let the body be another one."""
        self.spool = spool
        self.size = size
        self.response = wrap_file(request.environ, spool)
        self.call_on_close(spool.close)
        self.headers["Content-Length"] = str(size)


def init_app(app: Flask) -> None:
    """Let an application's answers pass through here."""
    app.after_request(_deliver)


def known_tag(tag: str) -> str | None:
    """Return the tag of an answer in the coding in which the client has it, None if it has not.

    A coding in which a client has an answer, and which it takes, is as good a choice as another.
    """
    if "If-None-Match" not in request.headers:
        return None
    known = request.if_none_match
    for coding in _codings():
        if known.contains_weak(_tag(tag, coding)) and not known.star_tag:
            return _tag(tag, coding)
    return None


def _codings() -> Sequence[str]:
    return acceptable_codings(request.headers.get("Accept-Encoding")) or [IDENTITY]


def _tag(tag: str, coding: str) -> str:
    return tag if coding == IDENTITY else f"{tag}-{coding}"


def _deliver(response: Response) -> Response:
    if response.status_code not in (200, 304) or not _may_be_coded(response):
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code == 304:
        return response
    coding = _choose_coding(response)
    tag, is_weak = response.get_etag()
    if tag and request.method in ("GET", "HEAD"):
        if is_weak:
            coding = IDENTITY
        if known := _known(response, tag, coding):
            return _not_modified(response, known)
    if coding != IDENTITY:
        _encode(response, tag, coding)
    elif isinstance(response, SpooledResponse) and isinstance(response.spool, BytesIO):
        _put_bytes(response, response.spool.getvalue())
    return response


def _may_be_coded(response: Response) -> bool:
    media_type = response.mimetype or ""
    is_free = "Content-Encoding" not in response.headers and not response.cache_control.no_transform
    return is_free and (
        media_type in _CODED
        or media_type.startswith("text/")
        or media_type.endswith(_CODED_ENDINGS)
    )


def _choose_coding(response: Response) -> str:
    best, *others = _codings()
    # What has no length is streamed from elsewhere, and is nothing of ours.
    size = response.headers.get("Content-Length", type=int)
    if size is None or (size < _LEAST and IDENTITY in (best, *others)):
        return IDENTITY
    return best


def _known(response: Response, tag: str, coding: str) -> str | None:
    """Return the tag of the answer that the client has (RFC 9110, section 13.2.2)."""
    if "If-None-Match" in request.headers:
        return _tag(tag, coding) if request.if_none_match.star_tag else known_tag(tag)
    if "If-Modified-Since" not in request.headers:
        return None
    since, modified = request.if_modified_since, response.last_modified
    return _tag(tag, coding) if since and modified and modified <= since else None


def _not_modified(response: Response, tag: str) -> Response:
    response.status_code = 304
    _put_bytes(response, b"")
    response.set_etag(tag)
    return response


def _put_bytes(response: Response, body: bytes) -> None:
    """Let the body be some bytes; a file that it came from is closed."""
    replaced = response.response
    response.direct_passthrough = False
    response.set_data(body)
    if isinstance(replaced, Closable):
        replaced.close()


def _encode(response: Response, tag: str | None, coding: str) -> None:
    if isinstance(response, SpooledResponse) and not _fits(response):
        source = response.spool
        try:
            response.put(*_encode_file(source, coding))
        except OSError:
            # Without room for a second file the first one is still a complete answer.
            source.seek(0)
            return
        source.close()
    else:
        body = _read(response)

        def make() -> bytes:
            return encode_bytes(coding, body)

        _put_bytes(response, get_state().answers.coded(tag, coding, make) if tag else make())
    if tag:
        response.set_etag(_tag(tag, coding))
    response.headers["Content-Encoding"] = coding
    response.headers.pop("Accept-Ranges", None)


def _fits(response: SpooledResponse) -> bool:
    return isinstance(response.spool, BytesIO) or response.size <= _IN_MEMORY


def _read(response: Response) -> bytes:
    if isinstance(response, SpooledResponse):
        return response.spool.read()
    response.direct_passthrough = False
    return response.get_data()


def _encode_file(source: BinaryIO, coding: str) -> tuple[BinaryIO, int]:
    with ExitStack() as stack:
        target: BinaryIO = stack.enter_context(tempfile.TemporaryFile())
        target.writelines(encode(coding, iter(lambda: source.read(BLOCK), b"")))
        size = target.tell()
        target.seek(0)
        stack.pop_all()
    return target, size

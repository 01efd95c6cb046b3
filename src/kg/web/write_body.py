"""The body of a write: bounded in size and in time, and written to files as it comes."""

import socket
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from flask import request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from kg.errors import QueryError
from kg.language import Text
from kg.sparql.errors import BadRequestError, UnsupportedBodyError
from kg.sparql.formats import GRAPHS, Format, find_format
from kg.web.codings import IDENTITY

MULTIPART: Final = "multipart/form-data"
_ACCEPTED: Final = tuple(offer.media_type for offer in GRAPHS)
_CHARSETS: Final = ("", "utf-8", "utf8", "us-ascii")
_BLOCK: Final = 1 << 16
_MOST: Final = 16
"""Parts of a multipart body."""

_RECEIVING: Final = 60.0
"""Seconds in which a body must have come, whatever the time limit of the write."""

Body = list[tuple[str, str, str]]
"""File, syntax and media type of each document of a body."""


class BodyTooLargeError(QueryError):
    """A body of more than ``limit`` bytes."""

    http_status = 413

    def __init__(self, limit: int) -> None:
        self.members: Mapping[str, object] = {"limit": limit}
        super().__init__(
            Text(
                "Isi permintaan lebih dari {limit} bita (KG_WRITE_LIMIT); bagi menjadi beberapa",
                "The body has more than {limit} bytes (KG_WRITE_LIMIT); split it into several",
            ).format(limit=limit)
        )


class BodyTooSlowError(QueryError):
    """A body that has not come in time, or has stopped in the middle."""

    http_status = 408

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Isi permintaan tidak datang utuh pada waktunya; tidak ada yang berubah",
                "The body did not come whole and in time; nothing has changed",
            )
        )


@contextmanager
def received(limit: int, seconds: float) -> Iterator[Body]:
    """Give the documents of the present request's body, in files that are removed afterwards.

    Raises ``BodyTooLargeError`` (``limit`` in bytes), ``BodyTooSlowError``,
    ``UnsupportedBodyError`` and ``BadRequestError``.
    """
    _check_headers(limit)
    with tempfile.TemporaryDirectory(prefix="kg-write-") as folder:
        with _in_time(seconds):
            try:
                body = _documents(Path(folder), limit)
            except (RequestEntityTooLarge, _OverflowError):
                raise BodyTooLargeError(limit) from None
            except (ClientDisconnected, ParseException, OSError):
                raise BodyTooSlowError from None
        yield body


class _OverflowError(Exception):
    """More bytes than may be."""


def _check_headers(limit: int) -> None:
    if request.headers.get("Content-Encoding", IDENTITY).lower() != IDENTITY:
        raise UnsupportedBodyError(request.headers["Content-Encoding"], _ACCEPTED)
    if "Content-Range" in request.headers:
        # RFC 9110, section 14.5: a part must not be taken for the whole.
        raise BadRequestError(
            Text("Content-Range tidak dilayani", "Content-Range is not served"), "Content-Range"
        )
    request.max_content_length = limit
    if (request.content_length or 0) > limit:
        raise BodyTooLargeError(limit)


@contextmanager
def _in_time(seconds: float) -> Iterator[None]:
    """Let the connection end where the body has not come in time: reading it then fails."""
    connection = request.environ.get("gunicorn.socket")
    if not isinstance(connection, socket.socket):
        yield
        return
    timer = threading.Timer(min(seconds, _RECEIVING), _stop_reading, [connection])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _stop_reading(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RD)


def _documents(folder: Path, limit: int) -> Body:
    if request.mimetype == MULTIPART and request.method == "POST":
        return _parts(folder, limit)
    media = _format_of(request.mimetype, request.mimetype_params.get("charset", ""))
    file = folder / f"0.{media.suffix}"
    _receive(file, limit)
    return [(str(file), media.suffix, media.media_type)]


def _parts(folder: Path, limit: int) -> Body:
    """Read multipart/form-data, each part a document (RFC 7578)."""
    whole = folder / MULTIPART.replace("/", "-")
    _receive(whole, limit)
    parser = FormDataParser(max_form_memory_size=limit, max_form_parts=_MOST, silent=False)
    body = []
    try:
        with whole.open("rb") as source:
            size = whole.stat().st_size
            options = dict(request.mimetype_params)
            _, _, files = parser.parse(source, MULTIPART, size, options)
    except ValueError:
        words = Text("multipart/form-data rusak", "Broken multipart/form-data")
        raise BadRequestError(words) from None
    for number, part in enumerate(files.values()):
        media = _format_of(part.mimetype, part.mimetype_params.get("charset", ""))
        file = folder / f"{number}.{media.suffix}"
        part.save(file)
        part.close()
        body.append((str(file), media.suffix, media.media_type))
    return body


def _format_of(media_type: str, charset: str) -> Format:
    """Return the syntax of a body. Without a media type it is not guessed."""
    offer = find_format(media_type, GRAPHS) if "/" in media_type else None
    if offer is None:
        raise UnsupportedBodyError(media_type or None, (*_ACCEPTED, MULTIPART))
    if charset.lower() not in _CHARSETS:
        raise UnsupportedBodyError(f"{media_type}; charset={charset}", _ACCEPTED)
    return offer


def _receive(file: Path, limit: int) -> None:
    """Write the whole body to a file; one of unknown length (chunked) is counted as it comes.

    What was cut off must not be taken for the whole: the server gives what it has got.
    """
    total = 0
    with file.open("wb") as target:
        while block := request.stream.read(_BLOCK):
            total += len(block)
            if total > limit:
                raise _OverflowError
            target.write(block)
    if request.content_length not in (None, total):
        raise ConnectionError

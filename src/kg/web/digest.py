"""The hash of what is sent: ``Repr-Digest`` on every complete answer.

RFC 9530, https://www.rfc-editor.org/rfc/rfc9530#section-3: of the representation as it is sent, its
content coding included. Who wants the hash of the data as such refuses codings
(``Accept-Encoding: identity``).
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from flask import Flask, Response, request

from kg.web.codings import BLOCK
from kg.web.delivery import SpooledResponse
from kg.web.state import get_state

HEADER: Final = "Repr-Digest"
_LEAST_KEPT: Final = 1 << 18
"""Bytes from which a hash is worth being kept."""


def init_app(app: Flask) -> None:
    """Let an application name the hash of each answer; before ``delivery``, for it runs after."""
    app.after_request(_add_digest)


def _add_digest(response: Response) -> Response:
    """Name the SHA-256 of a whole body that lies in memory or in a file."""
    if response.status_code != 200 or request.method == "OPTIONS":
        return response
    if response.is_streamed and not isinstance(response, SpooledResponse):
        return response
    tag, _ = response.get_etag()
    size = response.headers.get("Content-Length", 0, type=int)
    if tag and size >= _LEAST_KEPT and request.method in ("GET", "HEAD"):
        digest = get_state().answers.coded(tag, "sha-256", lambda: _digest(response))
    else:
        digest = _digest(response)
    response.headers[HEADER] = f"sha-256=:{b64encode(digest).decode()}:"
    return response


def _digest(response: Response) -> bytes:
    if not isinstance(response, SpooledResponse) or not response.direct_passthrough:
        return sha256(response.get_data()).digest()
    digest = sha256()
    for block in iter(lambda: response.spool.read(BLOCK), b""):
        digest.update(block)
    response.spool.seek(0)
    return digest.digest()


def read_digest(headers: Mapping[str, str]) -> str | None:
    """Return the SHA-256 that an answer names, in hexadecimal."""
    value = headers.get(HEADER, "")
    return b64decode(value.removeprefix("sha-256=:").removesuffix(":")).hex() if value else None

"""Who may write: bearer tokens, known by their hashes alone, and how often each may be used.

RFC 6750, https://www.rfc-editor.org/rfc/rfc6750#section-3.
"""

import hmac
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from flask import request

from kg.errors import QueryError
from kg.language import Text
from kg.settings import Settings
from kg.web.admission import requester
from kg.web.rate import RateLimiter, RateLimitError

if TYPE_CHECKING:
    from collections.abc import Mapping

_BEARER: Final = re.compile(r"bearer +(\S.*?) *", re.IGNORECASE)
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]{1,512}=*")
_REALM: Final = 'Bearer realm="graph-store"'

_FAILURES: Final = 10
"""Wrong tokens a minute that an address may send, and at once."""

READING: Final = ("GET", "HEAD", "OPTIONS")


class WritingOffError(QueryError):
    """Nobody may write to this server."""

    http_status = 405

    def __init__(self) -> None:
        self.headers: Mapping[str, str] = {"Allow": ", ".join(READING)}
        super().__init__(
            Text(
                "Server ini hanya membaca: tidak ada token penulis (KG_WRITE_TOKENS)",
                "This server only reads: it has no tokens for writers (KG_WRITE_TOKENS)",
            )
        )


class UnauthorizedError(QueryError):
    """No token, or one that is not known; nothing tells the one who sent it which it nearly was."""

    http_status = 401

    def __init__(self, *, given: bool) -> None:
        error = ', error="invalid_token"' if given else ""
        self.headers: Mapping[str, str] = {"WWW-Authenticate": _REALM + error}
        super().__init__(
            Text("Token ini tidak dikenal", "This token is not known")
            if given
            else Text(
                "Menulis memerlukan token: 'Authorization: Bearer …'",
                "Writing needs a token: 'Authorization: Bearer …'",
            )
        )


class MalformedTokenError(QueryError):
    """``Authorization: Bearer`` with what is no token (RFC 6750, section 2.1)."""

    http_status = 400

    def __init__(self) -> None:
        challenge = f'{_REALM}, error="invalid_request"'
        self.headers: Mapping[str, str] = {"WWW-Authenticate": challenge}
        super().__init__(
            Text(
                "Tajuk Authorization tidak berisi satu token",
                "The header Authorization does not hold one token",
            )
        )


class WriteRateError(RateLimitError):
    """A writer writes too often, or an address has sent too many wrong tokens."""

    def __init__(self, error: RateLimitError, message: Text) -> None:
        super().__init__(0, error.retry_after)
        self.members = dict(error.members)
        self.message = message.format(n=error.retry_after)


class Access:
    """The writers of one application. Safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self._hashes = settings.writers
        self._failures = RateLimiter(_FAILURES, _FAILURES)
        self._writes = RateLimiter(settings.write_rate, max(1, settings.write_rate))

    @property
    def is_on(self) -> bool:
        """Whether anybody may write."""
        return bool(self._hashes)

    def writer(self) -> str:
        """Return the name of whose token the present request has.

        Raises ``WritingOffError``, ``UnauthorizedError``, ``MalformedTokenError``, and
        ``WriteRateError`` before the token is looked at, once an address has sent too many.
        """
        if not self.is_on:
            raise WritingOffError
        address = requester()
        self._check(address, take=False)
        bearer = _BEARER.fullmatch(request.headers.get("Authorization", ""))
        if bearer is None:
            raise UnauthorizedError(given=False)
        if not _TOKEN.fullmatch(bearer[1]):
            raise MalformedTokenError
        name = self._named(bearer[1])
        if name is None:
            self._check(address, take=True)
            raise UnauthorizedError(given=True)
        return name

    def _check(self, address: str, *, take: bool) -> None:
        words = Text(
            "Terlalu banyak token salah dari alamat ini. Coba lagi setelah {n} detik",
            "Too many wrong tokens from this address. Try again after {n} seconds",
        )
        try:
            self._failures.check(address, take=take)
        except RateLimitError as error:
            raise WriteRateError(error, words) from None

    def _named(self, token: str) -> str | None:
        """Return whose token it is; it takes as long for a wrong one as for a right one."""
        given = sha256(token.encode()).hexdigest()
        found = None
        for name, kept in self._hashes.items():
            if hmac.compare_digest(given, kept):
                found = name
        return found

    def count(self, writer: str) -> None:
        """Count a write; raises ``WriteRateError`` if there were too many of late."""
        words = Text(
            "Terlalu banyak penulisan dengan token ini. Coba lagi setelah {n} detik",
            "Too many writes with this token. Try again after {n} seconds",
        )
        try:
            self._writes.check(writer)
        except RateLimitError as error:
            raise WriteRateError(error, words) from None

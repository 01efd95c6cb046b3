"""What is looked at before any view runs: how often a client asks, and what it can be given."""

from typing import TYPE_CHECKING, Final

from flask import Flask, request

from kg.errors import QueryError
from kg.language import Text
from kg.sparql.errors import BadRequestError
from kg.web.codings import CODINGS, acceptable_codings
from kg.web.rate import client_address
from kg.web.state import get_state

if TYPE_CHECKING:
    from collections.abc import Mapping

RELEASE: Final = "release"
"""The parameter that pins a request to a release, by its identifier or how that begins."""

_LEAST_DIGITS: Final = 16
_DIGITS: Final = frozenset("0123456789abcdef")
_COUNTED: Final = frozenset({"endpoint.sparql", "pages.query"})
"""The views that run queries."""


class CodingNotAcceptableError(QueryError):
    """The client refuses the identity and takes none of the codings that are offered."""

    http_status = 406

    def __init__(self) -> None:
        self.members: Mapping[str, object] = {"offeredCodings": list(CODINGS)}
        super().__init__(
            Text(
                "Accept-Encoding menolak semua bentuk yang tersedia: {offered}, identity",
                "Accept-Encoding refuses every coding that is available: {offered}, identity",
            ).format(offered=", ".join(CODINGS))
        )


class ReleaseNotServedError(QueryError):
    """A request is pinned to another release than the one that is ``served``."""

    http_status = 404

    def __init__(self, wanted: str, served: str) -> None:
        self.members: Mapping[str, object] = {"requested": wanted, "served": served}
        super().__init__(
            Text(
                "Rilis {wanted} tidak disajikan di sini. Yang disajikan: {served}",
                "Release {wanted} is not served here. The one that is served: {served}",
            ).format(wanted=wanted, served=served)
        )


def init_app(app: Flask) -> None:
    """Let an application look at every request before a view does."""
    app.before_request(_admit)


def _admit() -> None:
    if request.method == "OPTIONS":
        # A browser asks before it sends: that is no query, and it must learn what is allowed.
        return
    if request.endpoint in _COUNTED:
        _check_rate()
    if not acceptable_codings(request.headers.get("Accept-Encoding")):
        raise CodingNotAcceptableError
    if request.query_string:
        for wanted in request.args.getlist(RELEASE):
            check_release(wanted)


def _check_rate() -> None:
    state = get_state()
    forwarded = ",".join(request.headers.getlist("X-Forwarded-For")).split(",")
    addresses = [address.strip() for address in forwarded if address.strip()]
    proxies = state.settings.trusted_proxies
    state.limiter.check(client_address(request.remote_addr or "", addresses, proxies))


def check_release(wanted: str) -> None:
    """Make sure that a request is pinned to the release that is served.

    Raises ``ReleaseNotServedError``, and ``BadRequestError`` for what cannot be a release.
    """
    served = get_state().release.identifier
    digits = wanted.lower()
    if len(digits) < _LEAST_DIGITS or not _DIGITS.issuperset(digits):
        raise BadRequestError(
            Text(
                "Parameter 'release' harus berupa pengenal rilis atau sedikitnya {n} digit awalnya",
                "Parameter 'release' must be the identifier of a release, or at least its first "
                "{n} digits",
            ).format(n=_LEAST_DIGITS),
            RELEASE,
        )
    if not served.startswith(digits):
        raise ReleaseNotServedError(wanted, served)

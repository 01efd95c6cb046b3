"""What is looked at before any view runs: how often a client asks, and what it can be given."""

from typing import TYPE_CHECKING, Final

from flask import Flask, request

from kg.errors import QueryError
from kg.language import Text
from kg.web.choice import choose_release
from kg.web.codings import CODINGS, acceptable_codings
from kg.web.rate import client_address
from kg.web.state import get_state

if TYPE_CHECKING:
    from collections.abc import Mapping

_COUNTED: Final = frozenset({"endpoint.sparql", "pages.query"})
"""The views that run queries."""

_COUNTED_READS: Final = frozenset({"graph_store.graph_store"})
"""The views that run queries to read; what they write is counted by who writes."""


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


def init_app(app: Flask) -> None:
    """Let an application look at every request before a view does."""
    app.before_request(_admit)


def _admit() -> None:
    if request.method == "OPTIONS":
        # A browser asks before it sends: that is no query, and it must learn what is allowed.
        return
    if request.endpoint in _COUNTED or (request.endpoint in _COUNTED_READS and _is_read()):
        _check_rate()
    if not acceptable_codings(request.headers.get("Accept-Encoding")):
        raise CodingNotAcceptableError
    choose_release()


def _is_read() -> bool:
    return request.method in ("GET", "HEAD")


def _check_rate() -> None:
    get_state().limiter.check(requester())


def requester() -> str:
    """Return the address of who sends the present request, as far as proxies are trusted."""
    forwarded = ",".join(request.headers.getlist("X-Forwarded-For")).split(",")
    addresses = [address.strip() for address in forwarded if address.strip()]
    proxies = get_state().settings.trusted_proxies
    return client_address(request.remote_addr or "", addresses, proxies)

"""How many queries a client may send: a token bucket for each address, in bounded memory.

A bucket holds a burst and fills steadily; a request takes one token. The limit is on what is
asked of this web process, and guards the fairness among clients: that the server stays up is
the work of the query pool's own limits.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv6Address, ip_address
from threading import Lock
from typing import Final

from kg.errors import QueryError
from kg.language import Text

_ADDRESSES: Final = 10_000
"""Clients that are remembered; the one that has been silent longest is forgotten first."""

_NETWORK: Final = 64
"""Bits of an IPv6 address that name a client's network: the rest it may choose at will."""


class RateLimitError(QueryError):
    """A client asks too often: more than ``limit`` a minute. ``retry_after`` is in seconds."""

    http_status = 429

    def __init__(self, limit: int, retry_after: int) -> None:
        self.retry_after = retry_after
        self.members: Mapping[str, object] = {
            "limit": limit,
            "unit": "min-1",
            "retryAfter": retry_after,
        }
        super().__init__(
            Text(
                "Alamat ini mengirim lebih dari {limit} kueri per menit. Coba lagi setelah "
                "{n} detik",
                "This address sends more than {limit} queries a minute. Try again after "
                "{n} seconds",
            ).format(limit=limit, n=retry_after)
        )


class RateLimiter:
    """Buckets of ``burst`` tokens that fill at ``limit`` tokens a minute; 0 means no limit.

    Safe to share between threads. ``clock`` gives seconds.
    """

    def __init__(self, limit: int, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._burst = burst
        self._clock = clock
        # Tokens left at a time; a client that is not here has a full bucket.
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """Return the number of clients that are remembered."""
        return len(self._buckets)

    def check(self, address: str, *, take: bool = True) -> None:
        """Take a token from the bucket of an address; raises ``RateLimitError`` if it is empty.

        With ``take=False`` it is only looked at.
        """
        if not self._limit:
            return
        client, rate = _client(address), self._limit / 60
        with self._lock:
            now = self._clock()
            tokens, since = self._buckets.pop(client, (float(self._burst), now))
            tokens = min(self._burst, tokens + (now - since) * rate)
            is_allowed = tokens >= 1
            self._buckets[client] = (tokens - (is_allowed and take), now)
            if len(self._buckets) > _ADDRESSES:
                self._buckets.popitem(last=False)
        if not is_allowed:
            raise RateLimitError(self._limit, math.ceil((1 - tokens) / rate))


def _client(address: str) -> str:
    """Return what stands for a client; the networks of IPv6 are given to clients whole."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return f"{int(parsed) >> (128 - _NETWORK):x}::/{_NETWORK}"
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def client_address(peer: str, forwarded: Sequence[str], proxies: int) -> str:
    """Return the address of a client behind a number of trusted proxies.

    ``peer`` is who has connected, ``forwarded`` the addresses of ``X-Forwarded-For``. Each proxy
    appends whom it heard: the last ``proxies`` entries are theirs, the rest is hearsay.

    >>> client_address("10.0.0.1", ["6.6.6.6", "203.0.113.7"], 1)
    '203.0.113.7'
    >>> client_address("203.0.113.7", ["6.6.6.6"], 0)
    '203.0.113.7'
    """
    if not proxies or len(forwarded) < proxies:
        return peer
    return forwarded[-proxies]

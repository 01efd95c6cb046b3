"""A client may send so many queries a minute: counted fairly, told plainly, forgotten in time."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from email.message import Message
from threading import Thread
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from kg.namespaces import CANONICAL_BASE as B
from kg.release.publication import Release
from kg.web.rate import RateLimiter, RateLimitError, client_address

Serve = Callable[..., AbstractContextManager[tuple[str, object]]]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def allowed(limiter: RateLimiter, address: str, times: int) -> int:
    """Return how many of some requests pass."""
    passed = 0
    for _ in range(times):
        try:
            limiter.check(address)
        except RateLimitError:
            continue
        passed += 1
    return passed


def test_a_burst_passes_and_then_the_steady_rate() -> None:
    clock = Clock()
    limiter = RateLimiter(60, 5, clock)
    assert allowed(limiter, "192.0.2.1", 20) == 5
    clock.now += 3
    assert allowed(limiter, "192.0.2.1", 20) == 3
    clock.now += 3600
    assert allowed(limiter, "192.0.2.1", 20) == 5


def test_a_client_is_told_when_its_next_query_will_pass() -> None:
    clock = Clock()
    limiter = RateLimiter(6, 1, clock)
    limiter.check("192.0.2.1")
    with pytest.raises(RateLimitError) as caught:
        limiter.check("192.0.2.1")
    assert caught.value.retry_after == 10
    clock.now += 9.9
    assert allowed(limiter, "192.0.2.1", 1) == 0
    clock.now += 0.1
    assert allowed(limiter, "192.0.2.1", 1) == 1


def test_what_was_refused_does_not_count() -> None:
    clock = Clock()
    limiter = RateLimiter(60, 1, clock)
    assert allowed(limiter, "192.0.2.1", 100) == 1
    clock.now += 1
    assert allowed(limiter, "192.0.2.1", 1) == 1


def test_clients_do_not_disturb_each_other() -> None:
    limiter = RateLimiter(60, 2, Clock())
    assert allowed(limiter, "192.0.2.1", 10) == 2
    assert allowed(limiter, "192.0.2.2", 10) == 2


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("2001:db8::1", "2001:db8::2:3:4", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("", "", True),
    ],
)
def test_a_network_of_ipv6_is_one_client(first: str, second: str, *, is_one: bool) -> None:
    limiter = RateLimiter(60, 1, Clock())
    limiter.check(first)
    assert allowed(limiter, second, 1) == (0 if is_one else 1)


def test_no_limit_remembers_nobody() -> None:
    limiter = RateLimiter(0, 1)
    assert allowed(limiter, "192.0.2.1", 1000) == 1000
    assert len(limiter) == 0


def test_memory_of_clients_is_bounded_and_forgets_the_longest_silent() -> None:
    limiter = RateLimiter(60, 1, Clock())
    for number in range(25_000):
        limiter.check(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
        if number % 1000 == 0:
            assert allowed(limiter, "192.0.2.1", 1) == (number == 0)
    assert len(limiter) == 10_000


def test_many_threads_get_no_more_than_one() -> None:
    limiter = RateLimiter(1, 100, Clock())
    passed: list[int] = []
    threads = [
        Thread(target=lambda: passed.append(allowed(limiter, "192.0.2.1", 500))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(passed) == 100


@pytest.mark.parametrize(
    ("forwarded", "proxies", "expected"),
    [
        ([], 0, "10.0.0.1"),
        (["6.6.6.6"], 0, "10.0.0.1"),
        (["192.0.2.7"], 1, "192.0.2.7"),
        (["6.6.6.6", "192.0.2.7"], 1, "192.0.2.7"),
        (["6.6.6.6", "192.0.2.7", "10.0.0.2"], 2, "192.0.2.7"),
        ([], 1, "10.0.0.1"),
        (["10.0.0.2"], 2, "10.0.0.1"),
    ],
)
def test_only_what_trusted_proxies_say_is_believed(
    forwarded: list[str], proxies: int, expected: str
) -> None:
    assert client_address("10.0.0.1", forwarded, proxies) == expected


def fetch(address: str, **headers: str) -> tuple[int, Message, bytes]:
    try:
        with urlopen(Request(address, headers=headers), timeout=10) as response:
            return response.status, response.headers, response.read()
    except HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def test_a_server_refuses_with_429_and_serves_everything_else(
    serve_release: Serve, release: Release
) -> None:
    # Waiting for the server takes one token, now and then two.
    with serve_release(release, rate_limit=1, rate_burst=4, lang="en") as (address, _):
        answers = [fetch(address + "/sparql?query=ASK%7B%7D") for _ in range(5)]
        statuses = [status for status, _, _ in answers]
        assert statuses == sorted(statuses)
        assert set(statuses) == {200, 429}
        _, headers, body = answers[-1]
        problem = json.loads(body)
        assert problem["type"] == f"{B}problem/rate-limit"
        assert (problem["status"], problem["limit"]) == (429, 1)
        assert 0 < int(headers["Retry-After"]) == problem["retryAfter"] <= 60
        assert headers["Cache-Control"] == "no-store"
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert fetch(address + "/query", **{"X-Forwarded-For": "192.0.2.9"})[0] == 429
        assert fetch(address + "/about")[0] == 200
        with urlopen(Request(address + "/sparql", method="OPTIONS"), timeout=10) as preflight:
            assert preflight.status == 204


def test_behind_a_trusted_proxy_its_clients_are_counted_apart(
    serve_release: Serve, release: Release
) -> None:
    settings = {"rate_limit": 1, "rate_burst": 3, "trusted_proxies": 1}
    with serve_release(release, **settings) as (address, _):
        for client in ("192.0.2.1", "6.6.6.6, 192.0.2.2"):
            statuses = [
                fetch(address + "/sparql", **{"X-Forwarded-For": client})[0] for _ in range(4)
            ]
            assert statuses == [200, 200, 200, 429]

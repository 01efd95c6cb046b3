"""Tokens: compared without a hint of which was nearly right, and counted."""

import hmac
from collections.abc import Iterator
from hashlib import sha256

import pytest
from flask import Flask

from kg.errors import SettingsError
from kg.release.publication import Release
from kg.settings import SECRET, SERVING, Settings
from kg.web.app import close_app, create_app
from kg.web.rate import RateLimiter, RateLimitError
from kg.web.write_access import Access, UnauthorizedError, WriteRateError

TOKENS = {"ani": "token-of-ani", "budi": "token-of-budi"}
PAIRS = " ".join(f"{n}={sha256(t.encode()).hexdigest()}" for n, t in TOKENS.items())


@pytest.fixture(scope="module")
def writing_app(release: Release) -> Iterator[Flask]:
    app = create_app(release, Settings(write_tokens=PAIRS))
    yield app
    close_app(app)


@pytest.mark.parametrize("token", ["token-of-ani", "token-of-budi", "wrong"])
def test_every_token_is_compared_in_constant_time(
    token: str, writing_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []

    def compare(given: str, kept: str) -> bool:
        compared.append(kept)
        return hmac_compare(given, kept)

    hmac_compare = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", compare)
    access = Access(Settings(write_tokens=PAIRS))
    headers = {"Authorization": f"bearer  {token}"}
    with writing_app.test_request_context("/graph-store", method="PUT", headers=headers):
        if token not in TOKENS.values():
            with pytest.raises(UnauthorizedError):
                access.writer()
        else:
            assert TOKENS[access.writer()] == token
    assert compared == [pair.partition("=")[2] for pair in PAIRS.split()]


def test_a_token_in_the_address_is_none(writing_app: Flask) -> None:
    access = Access(Settings(write_tokens=PAIRS))
    path = "/graph-store?access_token=token-of-ani"
    with (
        writing_app.test_request_context(path, method="PUT"),
        pytest.raises(UnauthorizedError),
    ):
        access.writer()


def test_writes_of_one_do_not_count_for_the_other(writing_app: Flask) -> None:
    access = Access(Settings(write_tokens=PAIRS, write_rate=1))
    with writing_app.test_request_context("/graph-store", method="PUT"):
        access.count("ani")
        access.count("budi")
        with pytest.raises(WriteRateError):
            access.count("ani")


def test_looking_at_a_bucket_takes_nothing() -> None:
    limiter = RateLimiter(1, 1, clock=lambda: 0.0)
    for _ in range(3):
        limiter.check("203.0.113.7", take=False)
    limiter.check("203.0.113.7")
    with pytest.raises(RateLimitError):
        limiter.check("203.0.113.7", take=False)


@pytest.mark.parametrize(
    "value",
    ["ani", "ani=secret", f"ani={'A' * 64}", f"{PAIRS} {PAIRS}", f"={'a' * 64}", "a=b=c"],
)
def test_what_is_no_list_of_tokens_is_refused_and_not_shown(value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings(write_tokens=value)
    assert "KG_WRITE_TOKENS" in caught.value.message.en
    assert value not in caught.value.message.en


def test_the_hashes_stand_in_no_log_and_no_option() -> None:
    assert set(SECRET) == {"write_tokens"}
    assert not {*SECRET} & {*SERVING}
    assert PAIRS not in repr(Settings(write_tokens=PAIRS))

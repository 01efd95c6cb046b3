"""Which codings a client takes, by the rules of RFC 9110; and coded bytes that others read."""

import gzip
from collections.abc import Callable

import brotli
import pytest
from backports import zstd

from kg.web.codings import BLOCK, CODINGS, acceptable_codings, encode, encode_bytes

CHROME = "gzip, deflate, br, zstd"
REQUESTS = "gzip, deflate"
CURL = "deflate, gzip, br, zstd"

WISHES: list[tuple[str | None, list[str]]] = [
    (None, ["identity"]),
    ("", ["identity"]),
    ("identity", ["identity"]),
    ("gzip", ["gzip", "identity"]),
    ("x-gzip", ["gzip", "identity"]),
    ("GZIP;Q=0.3, br;q=0.2", ["gzip", "br", "identity"]),
    (REQUESTS, ["gzip", "identity"]),
    (CHROME, ["zstd", "br", "gzip", "identity"]),
    (CURL, ["zstd", "br", "gzip", "identity"]),
    ("br;q=0.9, gzip", ["gzip", "br", "identity"]),
    ("gzip;q=0.001", ["gzip", "identity"]),
    ("gzip;q=0.5, identity", ["identity", "gzip"]),
    ("gzip;q=0.5, identity;q=0.4", ["gzip", "identity"]),
    ("gzip;q=0", ["identity"]),
    ("gzip; q=0.0 , br ; q=1.000", ["br", "identity"]),
    ("deflate, compress", ["identity"]),
    ("*", ["gzip", "br", "zstd", "identity"]),
    ("*;q=0.5, gzip;q=0", ["br", "zstd", "identity"]),
    ("zstd, *;q=0.5", ["zstd", "gzip", "br", "identity"]),
    ("gzip, identity;q=0", ["gzip"]),
    ("gzip, *;q=0", ["gzip"]),
    ("*;q=0, identity", ["identity"]),
    ("identity;q=0", []),
    ("*;q=0", []),
    ("deflate, identity;q=0", []),
    ("gzip;q=2, br;q=x, zstd;q=-1", ["identity"]),
    (",, ;q=1, gzip,", ["gzip", "identity"]),
]


@pytest.mark.parametrize(("header", "expected"), WISHES)
def test_a_client_gets_what_it_likes_best(header: str | None, expected: list[str]) -> None:
    assert list(acceptable_codings(header)) == expected


def test_the_table_of_wishes_is_complete() -> None:
    assert len(WISHES) >= 25


DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": zstd.decompress,
}


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("size", [0, 1, 1000, BLOCK, BLOCK + 1, 5 * BLOCK])
def test_what_is_coded_is_read_by_others(coding: str, size: int) -> None:
    body = (b"Kepolisian Resor Kota Sidoarjo " * (size // 30 + 1))[:size]
    coded = encode_bytes(coding, body)
    assert DECODERS[coding](coded) == body
    assert size < 1000 or len(coded) < size / 4


@pytest.mark.parametrize("coding", CODINGS)
def test_the_same_body_is_always_the_same_bytes(coding: str) -> None:
    body = bytes(range(256)) * 2000
    blocks = [body[start : start + BLOCK] for start in range(0, len(body), BLOCK)]
    assert encode_bytes(coding, body) == encode_bytes(coding, body)
    assert b"".join(encode(coding, blocks)) == encode_bytes(coding, body)

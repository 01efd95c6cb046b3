"""Requests of the SPARQL 1.1 Protocol are read as the recommendation says."""

from contextlib import suppress
from typing import NamedTuple
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import KgError, QueryError
from kg.sparql.errors import (
    BadRequestError,
    ForbiddenOperationError,
    UnsupportedBodyError,
    UnsupportedMethodError,
)
from kg.sparql.protocol import (
    DIRECT,
    FORM,
    METHODS,
    UPDATE,
    DescriptionRequest,
    QueryRequest,
    Request,
    read_request,
)

A, B = "http://example.org/a?x=1", "http://example.org/b"
QA, QB = quote(A, safe=""), quote(B, safe="")


class Case(NamedTuple):
    name: str
    expected: Request | type[KgError]
    method: str = "GET"
    url: bytes = b""
    type: str | None = None
    body: bytes = b""


CASES = [
    Case("bare GET", DescriptionRequest()),
    Case("bare GET with a format", DescriptionRequest(("nt",)), url=b"format=nt"),
    Case("bare GET with unknown parameters", DescriptionRequest(), url=b"utm_source=x"),
    Case("GET", QueryRequest("ASK {}"), url=b"query=ASK%20%7B%7D"),
    Case("plus is a space", QueryRequest("ASK {}"), url=b"query=ASK+%7B%7D"),
    Case("HEAD", QueryRequest("ASK{}"), "HEAD", b"query=ASK%7B%7D"),
    Case("no decoding twice", QueryRequest("ASK{<a%20b>}"), url=b"query=ASK%7B%3Ca%2520b%3E%7D"),
    Case("raw UTF-8", QueryRequest("é"), url="query=é".encode()),
    Case("encoded UTF-8", QueryRequest("é"), url=b"query=%C3%A9"),
    Case(
        "datasets in their order",
        QueryRequest("q", (A, B), (B, A)),
        url=(
            f"default-graph-uri={QA}&query=q&named-graph-uri={QB}"
            f"&default-graph-uri={QB}&named-graph-uri={QA}"
        ).encode(),
    ),
    Case("timeout", QueryRequest("q", timeout=2.5), url=b"query=q&timeout=2.5"),
    Case("formats", QueryRequest("q", formats=("a", "b")), url=b"query=q&format=a&format=b"),
    Case("unknown parameters", QueryRequest("q"), url=b"query=q&output=x&results=x"),
    Case("semicolons do not separate", QueryRequest("a;query=b"), url=b"query=a;query=b"),
    Case("POST form", QueryRequest("ASK{}"), "POST", type=FORM, body=b"query=ASK%7B%7D"),
    Case("POST form, charset", QueryRequest("q"), "POST", b"", FORM + ";charset=UTF-8", b"query=q"),
    Case("POST form, any case", QueryRequest("q"), "POST", b"", FORM.upper(), b"query=q"),
    Case(
        "POST form with a dataset",
        QueryRequest("q", (A,), (B,)),
        "POST",
        type=FORM,
        body=f"query=q&default-graph-uri={QA}&named-graph-uri={QB}".encode(),
    ),
    Case(
        "POST form with parameters in the address",
        QueryRequest("q", timeout=1.0, formats=("csv",)),
        "POST",
        b"timeout=1&format=csv",
        FORM,
        b"query=q",
    ),
    Case("POST direct", QueryRequest("ASK {é}"), "POST", type=DIRECT, body="ASK {é}".encode()),
    Case("POST direct, charset", QueryRequest("q"), "POST", b"", DIRECT + ';charset="utf-8"', b"q"),
    Case(
        "POST direct with a dataset",
        QueryRequest("q", (A,), (B,)),
        "POST",
        f"default-graph-uri={QA}&named-graph-uri={QB}".encode(),
        DIRECT,
        b"q",
    ),
    Case("no query", BadRequestError, url=f"default-graph-uri={QA}".encode()),
    Case("empty query", BadRequestError, url=b"query="),
    Case("blank query", BadRequestError, url=b"query=%20%0A"),
    Case("two queries", BadRequestError, url=b"query=a&query=b"),
    Case("two queries, form", BadRequestError, "POST", type=FORM, body=b"query=a&query=b"),
    Case("query in address and form", BadRequestError, "POST", b"query=a", FORM, b"query=b"),
    Case("query in address and body", BadRequestError, "POST", b"query=a", DIRECT, b"b"),
    Case("empty body", BadRequestError, "POST", type=DIRECT),
    Case("empty form", BadRequestError, "POST", type=FORM),
    Case("query and update", BadRequestError, url=b"query=a&update=b"),
    Case("query and update, form", BadRequestError, "POST", type=FORM, body=b"query=a&update=b"),
    Case("timeout twice", BadRequestError, url=b"query=a&timeout=1&timeout=2"),
    *(Case(f"timeout {t!r}", BadRequestError, url=b"query=a&timeout=" + t) for t in
      (b"", b"0", b"-1", b"soon", b"nan", b"inf", b"1e999")),
    Case("not UTF-8, encoded", BadRequestError, url=b"query=%ff"),
    Case("not UTF-8, raw", BadRequestError, url=b"query=\xff"),
    Case("not UTF-8, form", BadRequestError, "POST", type=FORM, body=b"query=%ff"),
    Case("not UTF-8, body", BadRequestError, "POST", type=DIRECT, body="é".encode("latin-1")),
    Case("UTF-16", BadRequestError, "POST", b"", DIRECT, "ASK {}".encode("utf-16")),
    Case("another charset", BadRequestError, "POST", b"", DIRECT + "; charset=utf-16", b"q"),
    Case("too many parameters", BadRequestError, url=b"query=a" + b"&x=1" * 500),
    Case("no type", UnsupportedBodyError, "POST", body=b"query=a"),
    Case("another type", UnsupportedBodyError, "POST", type="text/plain", body=b"ASK {}"),
    Case("multipart", UnsupportedBodyError, "POST", type="multipart/form-data; boundary=x"),
    Case("JSON", UnsupportedBodyError, "POST", type="application/json", body=b"{}"),
    Case("update by address", ForbiddenOperationError, url=b"update=CLEAR+ALL"),
    Case("update by form", ForbiddenOperationError, "POST", type=FORM, body=b"update=CLEAR+ALL"),
    Case("update by body", ForbiddenOperationError, "POST", type=UPDATE, body=b"CLEAR ALL"),
    *(Case(method, UnsupportedMethodError, method) for method in ("PUT", "DELETE", "PATCH", "X")),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_request_is_read(case: Case) -> None:
    parts = (case.method, case.url, case.type, case.body)
    if isinstance(case.expected, type):
        with pytest.raises(case.expected):
            read_request(*parts)
    else:
        assert read_request(*parts) == case.expected


def test_the_table_is_complete() -> None:
    assert len(CASES) >= 55


def test_a_refused_method_names_the_allowed_ones() -> None:
    with pytest.raises(UnsupportedMethodError) as caught:
        read_request("PUT", b"", None, b"")
    assert caught.value.allowed == METHODS


@given(
    st.sampled_from(["GET", "POST"]),
    st.binary(max_size=60),
    st.sampled_from([None, FORM, DIRECT]),
    st.binary(max_size=60),
)
def test_whatever_is_sent_is_read_or_refused(
    method: str, url: bytes, content_type: str | None, body: bytes
) -> None:
    with suppress(QueryError):
        request = read_request(method, url, content_type, body)
        assert isinstance(request, QueryRequest | DescriptionRequest)

"""Reading a request of the SPARQL 1.1 Protocol.

https://www.w3.org/TR/sparql11-protocol/#query-operation: plain values in, a typed request out.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from kg.language import Text
from kg.sparql.errors import (
    BadRequestError,
    ForbiddenOperationError,
    UnsupportedBodyError,
    UnsupportedMethodError,
)

FORM: Final = "application/x-www-form-urlencoded"
DIRECT: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS")

_PROTOCOL_PARAMETERS: Final = frozenset(
    {"query", "update", "default-graph-uri", "named-graph-uri", "timeout"}
)
_MAX_FIELDS: Final = 200


@dataclass(frozen=True)
class QueryRequest:
    """A query operation.

    ``formats`` are the values of ``format``, in their order; ``timeout`` is in seconds;
    ``release`` names the release that is meant, if one is.
    """

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    timeout: float | None = None
    formats: tuple[str, ...] = ()
    release: str | None = None


@dataclass(frozen=True)
class DescriptionRequest:
    """A request for the service description: GET without any parameter of the protocol."""

    formats: tuple[str, ...] = ()


Request = QueryRequest | DescriptionRequest
_Parameters = Mapping[str, list[str]]


def read_request(
    method: str, query_string: bytes, content_type: str | None, body: bytes
) -> Request:
    """Return what is asked for.

    Raises ``BadRequestError``, ``UnsupportedMethodError``, ``UnsupportedBodyError``, and
    ``ForbiddenOperationError`` for an update.
    """
    parameters = _parse(query_string)
    if method == "POST":
        return _read_post(parameters, content_type, body)
    if method not in ("GET", "HEAD"):
        raise UnsupportedMethodError(method, METHODS)
    if not parameters.keys() & _PROTOCOL_PARAMETERS:
        return DescriptionRequest(tuple(parameters.get("format", ())))
    return _read_query(parameters)


def _read_post(parameters: _Parameters, content_type: str | None, body: bytes) -> QueryRequest:
    media_type, charset = _read_content_type(content_type or "")
    if media_type == UPDATE:
        raise ForbiddenOperationError("UPDATE", 1, 1)
    if media_type not in (FORM, DIRECT):
        raise UnsupportedBodyError(media_type, (FORM, DIRECT))
    if charset not in ("", "utf-8", "utf8", "us-ascii"):
        raise _not_utf8()
    if media_type == DIRECT:
        query = [*parameters.get("query", ()), _decode(body)]
        return _read_query({**parameters, "query": query})
    inside = _parse(body)
    names = dict.fromkeys([*parameters, *inside])
    return _read_query({n: [*parameters.get(n, ()), *inside.get(n, ())] for n in names})


def _read_query(parameters: _Parameters) -> QueryRequest:
    if "update" in parameters:
        if "query" not in parameters:
            raise ForbiddenOperationError("UPDATE", 1, 1)
        raise BadRequestError(
            Text(
                "Kirim 'query' atau 'update', bukan keduanya",
                "Send either 'query' or 'update', not both",
            ),
            "update",
        )
    query = _read_once(parameters, "query")
    if query is None or not query.strip():
        raise BadRequestError(
            Text(
                "Parameter 'query' kosong atau tidak ada", "Parameter 'query' is missing or empty"
            ),
            "query",
        )
    return QueryRequest(
        query,
        tuple(parameters.get("default-graph-uri", ())),
        tuple(parameters.get("named-graph-uri", ())),
        _read_timeout(_read_once(parameters, "timeout")),
        tuple(parameters.get("format", ())),
        _read_once(parameters, "release"),
    )


def _read_once(parameters: _Parameters, name: str) -> str | None:
    values = parameters.get(name, [])
    if len(values) > 1:
        raise BadRequestError(
            Text(
                "Parameter '{name}' hanya boleh muncul sekali",
                "Parameter '{name}' may appear only once",
            ).format(name=name),
            name,
        )
    return values[0] if values else None


def _read_timeout(value: str | None) -> float | None:
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise BadRequestError(
            Text(
                "Parameter 'timeout' harus berupa jumlah detik",
                "Parameter 'timeout' must be a number of seconds",
            ),
            "timeout",
        )
    return seconds


def _read_content_type(value: str) -> tuple[str, str]:
    """Return media type and charset, in lower case; both may be empty."""
    media_type, *parameters = value.lower().split(";")
    for parameter in parameters:
        name, _, charset = parameter.partition("=")
        if name.strip() == "charset":
            return media_type.strip(), charset.strip().strip('"')
    return media_type.strip(), ""


def _parse(encoded: bytes) -> _Parameters:
    found: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(
            encoded.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except UnicodeDecodeError:
        raise _not_utf8() from None
    except ValueError:
        raise BadRequestError(Text("Terlalu banyak parameter", "Too many parameters")) from None
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise _not_utf8() from None


def _not_utf8() -> BadRequestError:
    return BadRequestError(
        Text("Kueri harus dikodekan sebagai UTF-8", "The query must be encoded as UTF-8")
    )

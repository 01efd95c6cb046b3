"""Why a query has no answer. Each class says what was wrong and what to do, in two languages.

``members`` are the facts that a problem document carries beside its text (RFC 9457, section 3.2).
"""

from collections.abc import Mapping, Sequence
from textwrap import shorten
from typing import Final

from kg.errors import QueryError
from kg.language import Text

_BRIEF: Final = 200
"""Characters of the parser's sentence in the text; it lists every character it expected."""


class QuerySyntaxError(QueryError):
    """The engine's parser refused the query.

    ``line`` and ``column`` count from 1, in code points; both are None if the parser gave no
    place. ``parser_message`` is its own sentence, in English. ``token`` stands at the place;
    ``undeclared`` are the prefixes that the query uses without declaring them.
    """

    http_status = 400

    def __init__(
        self,
        line: int | None,
        column: int | None,
        parser_message: str,
        *,
        token: str | None = None,
        undeclared: Sequence[str] = (),
    ) -> None:
        self.line, self.column = line, column
        self.parser_message = parser_message
        self.token = token
        self.undeclared = undeclared
        place = Text(
            f", baris {line} kolom {column}" if line else "",
            f", line {line} column {column}" if line else "",
        )
        near = Text(f", dekat '{token}'" if token else "", f", near '{token}'" if token else "")
        prefixes = ", ".join(f"'{prefix}:'" for prefix in undeclared)
        hint = Text(
            f" Prefiks yang belum dideklarasikan: {prefixes}." if prefixes else "",
            f" Prefixes that are not declared: {prefixes}." if prefixes else "",
        )
        brief = shorten(parser_message, _BRIEF, placeholder=" …")
        super().__init__(
            Text(
                f"Kueri tidak dapat dibaca{place.id}{near.id}.{hint.id} Pengurai: {brief}",
                f"The query cannot be parsed{place.en}{near.en}.{hint.en} Parser: {brief}",
            )
        )

    @property
    def members(self) -> Mapping[str, object]:
        """Return the place, the token, the undeclared prefixes and the parser's sentence."""
        return {
            "line": self.line,
            "column": self.column,
            "token": self.token,
            "undeclaredPrefixes": list(self.undeclared) or None,
            "parserMessage": self.parser_message,
        }


class QueryEvaluationError(QueryError):
    """The query was parsed, but the engine cannot evaluate it (an unknown function, say)."""

    http_status = 400

    def __init__(self, engine_message: str) -> None:
        self.members: Mapping[str, object] = {"engineMessage": engine_message}
        super().__init__(
            Text(
                f"Kueri tidak dapat dijalankan: {engine_message}",
                f"The query cannot be evaluated: {engine_message}",
            )
        )


class QueryConnectionError(QueryError):
    """The query tried to reach something outside the store."""

    http_status = 403
    members: Mapping[str, object] = {}

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Kueri tidak boleh menghubungi layanan lain atau membuka berkas",
                "A query may neither contact another service nor open a file",
            )
        )


class QueryTimeoutError(QueryError):
    """The query was stopped at the time limit, which is given in seconds."""

    http_status = 503

    def __init__(self, limit: float) -> None:
        self.members: Mapping[str, object] = {"limit": limit, "unit": "s"}
        super().__init__(
            Text(
                "Kueri dihentikan setelah {limit:g} detik. Persempit polanya, tambahkan LIMIT "
                "sebelum ORDER BY, atau bagi menjadi beberapa kueri",
                "The query was stopped after {limit:g} seconds. Make its patterns more "
                "selective, avoid sorting large results, or split it into several queries",
            ).format(limit=limit)
        )


class ResultTooLargeError(QueryError):
    """The result grew beyond the size limit, which is given in MiB."""

    http_status = 503

    def __init__(self, limit: int) -> None:
        self.members: Mapping[str, object] = {"limit": limit, "unit": "MiB"}
        super().__init__(
            Text(
                "Hasil kueri melebihi {limit} MiB. Ambil per bagian dengan LIMIT dan OFFSET",
                "The result is larger than {limit} MiB. Fetch it in parts with LIMIT and OFFSET",
            ).format(limit=limit)
        )


class QueryMemoryError(QueryError):
    """The query needed more memory than a worker may have, which is given in MiB."""

    http_status = 503

    def __init__(self, limit: int) -> None:
        self.members: Mapping[str, object] = {"limit": limit, "unit": "MiB"}
        super().__init__(
            Text(
                "Kueri memerlukan lebih dari {limit} MiB memori. Persempit polanya",
                "The query needs more than {limit} MiB of memory. Make its patterns selective",
            ).format(limit=limit)
        )


class QueryCrashedError(QueryError):
    """The worker died of the query; it has been replaced."""

    http_status = 503
    members: Mapping[str, object] = {}

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Mesin kueri berhenti karena kueri ini. Sederhanakan kueri, misalnya kurangi "
                "tingkat kurungnya",
                "The query engine broke down on this query. Simplify it, for example by nesting "
                "less deeply",
            )
        )


class PoolBusyError(QueryError):
    """All workers are busy and too many queries are waiting; ``retry_after`` is in seconds."""

    http_status = 503

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        self.members: Mapping[str, object] = {"retryAfter": retry_after}
        super().__init__(
            Text(
                "Terlalu banyak kueri sedang menunggu. Coba lagi setelah {n} detik",
                "Too many queries are waiting. Try again after {n} seconds",
            ).format(n=retry_after)
        )


class PoolClosedError(QueryError):
    """The pool is closed, whatever it was doing; ``retry_after`` is in seconds."""

    http_status = 503
    retry_after = 5
    members: Mapping[str, object] = {"retryAfter": retry_after}

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Server sedang dihentikan. Coba lagi setelah {n} detik",
                "The server is being stopped. Try again after {n} seconds",
            ).format(n=self.retry_after)
        )


class QueryCancelledError(QueryError):
    """Whoever asked does not wait for the answer any more."""

    http_status = 503
    members: Mapping[str, object] = {}

    def __init__(self) -> None:
        super().__init__(Text("Kueri dibatalkan", "The query was cancelled"))


class NotAcceptableKindError(QueryError):
    """The caller takes no format in which a result of this kind can be written."""

    http_status = 406

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.members: Mapping[str, object] = {"kind": kind}
        super().__init__(
            Text(
                "Tidak ada format yang diminta yang dapat memuat hasil ini ({kind})",
                "None of the formats asked for can hold this kind of result ({kind})",
            ).format(kind=kind)
        )


class NotXmlError(QueryError):
    """The result holds characters that cannot stand in XML."""

    http_status = 406
    members: Mapping[str, object] = {}

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Hasil memuat karakter kendali yang tidak dapat ditulis dalam XML; minta JSON",
                "The result holds control characters that XML cannot hold; ask for JSON",
            )
        )

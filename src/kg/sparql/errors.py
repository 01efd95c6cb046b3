"""Why a request is refused before any engine sees it.

``members`` are the facts that a problem document carries beside its text (RFC 9457, section 3.2).
"""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from kg.errors import QueryError
from kg.language import Text


class BadRequestError(QueryError):
    """A request that the SPARQL 1.1 Protocol does not allow."""

    http_status = 400

    def __init__(self, message: Text, parameter: str | None = None) -> None:
        super().__init__(message)
        self.members: Mapping[str, object] = {"parameter": parameter} if parameter else {}


class UnsupportedMethodError(QueryError):
    """A method other than those in ``allowed``."""

    http_status = 405

    def __init__(self, method: str, allowed: Sequence[str]) -> None:
        self.allowed = allowed
        self.members: Mapping[str, object] = {"allowed": list(allowed)}
        super().__init__(
            Text(
                "Metode {method} tidak dilayani di sini; pakai {allowed}",
                "Method {method} is not served here; use {allowed}",
            ).format(method=method, allowed=", ".join(allowed))
        )


class UnsupportedBodyError(QueryError):
    """A body of another media type than those in ``accepted``."""

    http_status = 415

    def __init__(self, media_type: str | None, accepted: Sequence[str]) -> None:
        self.accepted = accepted
        self.members: Mapping[str, object] = {"accepted": list(accepted)}
        super().__init__(
            Text(
                "Isi permintaan bertipe {given}; kirim sebagai {accepted}",
                "The body is of type {given}; send it as {accepted}",
            ).format(given=media_type or "?", accepted=" / ".join(accepted))
        )


class NotAcceptableError(QueryError):
    """None of the media types in ``offered`` is accepted by the client."""

    http_status = 406

    def __init__(self, offered: Sequence[str]) -> None:
        self.members: Mapping[str, object] = {"offered": list(offered)}
        super().__init__(
            Text(
                "Tidak ada format yang diminta yang tersedia. Tersedia: {offered}",
                "None of the formats asked for is available. Available: {offered}",
            ).format(offered=", ".join(offered))
        )


class QueryTooLongError(QueryError):
    """A query of more bytes than ``limit``."""

    http_status = 413

    def __init__(self, limit: int) -> None:
        self.members: Mapping[str, object] = {"limit": limit, "unit": "B"}
        super().__init__(
            Text(
                "Kueri lebih panjang daripada {limit} bita",
                "The query is longer than {limit} bytes",
            ).format(limit=limit)
        )


class _PlacedError(QueryError):
    """Something at a place of the query; ``line`` and ``column`` count from 1."""

    def __init__(self, message: Text, line: int, column: int, **members: object) -> None:
        self.line, self.column = line, column
        self.members: Mapping[str, object] = {"line": line, "column": column, **members}
        place = Text(f" (baris {line} kolom {column})", f" (line {line} column {column})")
        super().__init__(Text(message.id + place.id, message.en + place.en))


class QueryTooDeepError(_PlacedError):
    """Brackets, or signs before a term, nested more deeply than ``limit``."""

    http_status = 400

    def __init__(self, limit: int, line: int, column: int) -> None:
        message = Text(
            "Kurung bersarang lebih dari {limit} tingkat",
            "Brackets are nested more than {limit} levels deep",
        )
        super().__init__(message.format(limit=limit), line, column, limit=limit)


class ForbiddenOperationError(_PlacedError):
    """SERVICE, LOAD or another operation that this endpoint never carries out."""

    http_status = 403

    def __init__(self, construct: str, line: int, column: int) -> None:
        self.construct = construct
        message = Text(
            "{construct} tidak diizinkan: titik akses ini hanya membaca data sendiri",
            "{construct} is not allowed: this endpoint only reads its own data",
        )
        super().__init__(message.format(construct=construct), line, column, construct=construct)


class ForbiddenServiceError(ForbiddenOperationError):
    """A SERVICE call that is not one of those allowed; ``endpoint`` is None if it has no IRI."""

    _REASONS: Mapping[str, Text] = {
        "unlisted": Text(
            "titik akses {endpoint} tidak ada dalam daftar",
            "endpoint {endpoint} is not on the list",
        ),
        "variable": Text(
            "titik akses harus berupa IRI, bukan variabel",
            "the endpoint has to be an IRI, not a variable",
        ),
        "nested": Text(
            "SERVICE di dalam SERVICE tidak diteruskan",
            "a SERVICE inside a SERVICE is not passed on",
        ),
        "malformed": Text(
            "yang dikenal hanya SERVICE [SILENT] <iri> {{ … }}",
            "only SERVICE [SILENT] <iri> {{ … }} is understood",
        ),
    }

    def __init__(
        self,
        reason: Literal["unlisted", "variable", "nested", "malformed"],
        line: int,
        column: int,
        *,
        endpoint: str | None = None,
        allowed: Sequence[str] = (),
    ) -> None:
        self.construct = "SERVICE"
        why = self._REASONS[reason].format(endpoint=f"<{endpoint}>")
        listed = ", ".join(f"<{iri}>" for iri in allowed)
        _PlacedError.__init__(
            self,
            Text(
                f"SERVICE ini tidak diizinkan: {why.id}. Yang boleh dipanggil: {listed}",
                f"This SERVICE is not allowed: {why.en}. What may be called: {listed}",
            ),
            line,
            column,
            construct="SERVICE",
            endpoint=endpoint,
            allowed=list(allowed),
        )


class TooManyCallsError(_PlacedError):
    """More SERVICE calls in one query than ``limit``; the place is that of the first too many."""

    http_status = 400

    def __init__(self, limit: int, line: int, column: int) -> None:
        message = Text(
            "Satu kueri boleh memanggil SERVICE paling banyak {limit} kali",
            "A query may call SERVICE {limit} times at most",
        )
        super().__init__(message.format(limit=limit), line, column, limit=limit)


class ServiceFailedError(_PlacedError):
    """A remote endpoint gave no answer that could be used; ``reason`` is a word for programs."""

    http_status = 502

    def __init__(
        self, endpoint: str, fault: "CallFault", line: int, column: int, *, is_late: bool = False
    ) -> None:
        if is_late:
            self.http_status = 504
        start = Text("SERVICE <{endpoint}> gagal: ", "SERVICE <{endpoint}> failed: ").format(
            endpoint=endpoint
        )
        super().__init__(
            Text(start.id + fault.message.id, start.en + fault.message.en),
            line,
            column,
            endpoint=endpoint,
            reason=fault.reason,
            **fault.members,
        )


class CallFault(Protocol):
    """What went wrong with a call: a word for programs, a sentence, and its facts."""

    reason: str
    message: Text
    members: Mapping[str, object]


class UnreadableSolutionsError(QueryError):
    """What an endpoint sent is not a result that can stand in a query."""

    http_status = 502

    def __init__(self, reason: str, message: Text, **members: object) -> None:
        self.reason = reason
        self.members: Mapping[str, object] = members
        super().__init__(message)

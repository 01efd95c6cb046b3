"""The types of problems: what ends their IRI, what they are called, what they mean.

RFC 9457, https://www.rfc-editor.org/rfc/rfc9457#section-3.1.1
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kg.errors import KgError, StoreError
from kg.language import Text
from kg.sparql import errors as sparql
from kg.store import errors as store
from kg.web.admission import CodingNotAcceptableError
from kg.web.choice import NotInReleaseError, ReleaseNotServedError
from kg.web.rate import RateLimitError
from kg.web.unfinished import FileNotMadeError
from kg.web.write_problems import WRITE_PROBLEMS


@dataclass(frozen=True)
class ProblemType:
    """A kind of problem; its IRI is ``problem/{slug}`` under the release's base."""

    slug: str
    title: Text
    meaning: Text


class ServerNotReadyError(KgError):
    """The server cannot answer queries at this moment; ``retry_after`` is in seconds."""

    http_status = 503
    retry_after = 5


INTERNAL: Final = ProblemType(
    "internal",
    Text("Kesalahan pada server", "Server error"),
    Text(
        "Terjadi kesalahan yang tidak terduga. Kesalahan ini sudah dicatat.",
        "Something unexpected went wrong. It has been logged.",
    ),
)
_UNAVAILABLE: Final = ProblemType(
    "release-unavailable",
    Text("Data sedang tidak tersedia", "The data are unavailable"),
    Text(
        "Rilis tidak dapat dibaca saat ini. Coba lagi nanti.",
        "The release cannot be read at present. Try again later.",
    ),
)
_FORBIDDEN: Final = ProblemType(
    "forbidden-operation",
    Text("Operasi tidak diizinkan", "Operation not allowed"),
    Text(
        "Titik akses ini hanya membaca: LOAD dan pembaruan ditolak, begitu pula SERVICE ke titik "
        "akses yang tidak disebut dalam deskripsi layanan.",
        "This endpoint only reads: LOAD and updates are refused, and so is SERVICE to an endpoint "
        "that the service description does not name.",
    ),
)
_NOT_WRITABLE: Final = ProblemType(
    "not-writable",
    Text("Tidak dapat ditulis", "Not writable"),
    Text(
        "Hanya graf sumber yang dapat ditulis; graf lain dihitung dari sumber.",
        "Only graphs of sources can be written; the others are computed from sources.",
    ),
)
_NOT_ACCEPTABLE: Final = ProblemType(
    "not-acceptable",
    Text("Format tidak tersedia", "Format not available"),
    Text(
        "Tidak ada format yang diminta (tajuk Accept atau parameter 'format', atau "
        "Accept-Encoding) yang tersedia.",
        "None of the formats asked for (by Accept or the parameter 'format', or by "
        "Accept-Encoding) is available.",
    ),
)
_NOT_ALLOWED: Final = ProblemType(
    "method-not-allowed",
    Text("Metode tidak dilayani", "Method not allowed"),
    Text("Alamat ini tidak melayani metode itu.", "This address does not serve that method."),
)
_BAD_REQUEST: Final = ProblemType(
    "bad-request",
    Text("Permintaan tidak dapat dipahami", "Bad request"),
    Text("Permintaan tidak sesuai dengan protokol.", "The request does not follow the protocol."),
)
_TOO_LARGE: Final = ProblemType(
    "too-large",
    Text("Permintaan terlalu besar", "Request too large"),
    Text(
        "Isi permintaan melebihi batas yang disebut.",
        "The request exceeds the limit that is given.",
    ),
)
NOT_FOUND: Final = ProblemType(
    "not-found",
    Text("Tidak ditemukan", "Not found"),
    Text(
        "Tidak ada apa pun di alamat ini pada rilis yang disajikan.",
        "There is nothing at this address in the release that is served.",
    ),
)

BY_ERROR: Final[Mapping[type[KgError], ProblemType]] = {
    store.QuerySyntaxError: ProblemType(
        "query-syntax",
        Text("Kueri tidak dapat dibaca", "The query cannot be parsed"),
        Text(
            "Teks itu bukan kueri SPARQL 1.1. Baris, kolom dan kata yang dimaksud disebutkan.",
            "The text is not a SPARQL 1.1 query. Line, column and token are given.",
        ),
    ),
    store.QueryEvaluationError: ProblemType(
        "query-evaluation",
        Text("Kueri tidak dapat dijalankan", "The query cannot be evaluated"),
        Text(
            "Kueri memakai sesuatu yang tidak dikenal mesin, misalnya fungsi tambahan.",
            "The query uses something that the engine does not know, such as an extra function.",
        ),
    ),
    store.QueryTimeoutError: ProblemType(
        "query-timeout",
        Text("Batas waktu kueri terlampaui", "Query time limit reached"),
        Text(
            "Kueri dihentikan pada batas waktu; hasil sebagian tidak pernah dikirim.",
            "The query was stopped at the time limit; partial results are never sent.",
        ),
    ),
    store.ResultTooLargeError: ProblemType(
        "result-too-large",
        Text("Hasil kueri terlalu besar", "Result too large"),
        Text(
            "Hasil melebihi batas ukuran; hasil sebagian tidak pernah dikirim.",
            "The result exceeds the size limit; partial results are never sent.",
        ),
    ),
    store.QueryMemoryError: ProblemType(
        "query-memory",
        Text("Batas memori kueri terlampaui", "Query memory limit reached"),
        Text(
            "Kueri memerlukan lebih banyak memori daripada yang diizinkan.",
            "The query needs more memory than it may have.",
        ),
    ),
    store.QueryCrashedError: ProblemType(
        "query-crashed",
        Text("Mesin kueri terhenti", "The query engine broke down"),
        Text(
            "Mesin tidak sanggup menangani kueri ini; kueri lain tidak terganggu.",
            "The engine cannot cope with this query; other queries are not affected.",
        ),
    ),
    store.QueryCancelledError: ProblemType(
        "query-cancelled",
        Text("Kueri dibatalkan", "Query cancelled"),
        Text("Klien memutus sambungan sebelum jawaban siap.", "The client left before the answer."),
    ),
    FileNotMadeError: ProblemType(
        "file-not-made",
        Text("Berkas sedang dibuat", "The file is being made"),
        Text(
            "Berkas unduhan rilis yang baru dibuat setelah rilis berlaku. Tajuk Retry-After "
            "menyebut kapan mencoba lagi.",
            "The downloads of a new release are made once it is in force. Retry-After says when "
            "to try again.",
        ),
    ),
    store.PoolBusyError: ProblemType(
        "busy",
        Text("Server sedang sibuk", "The server is busy"),
        Text(
            "Terlalu banyak kueri menunggu. Tajuk Retry-After menyebut kapan mencoba lagi.",
            "Too many queries are waiting. Retry-After says when to try again.",
        ),
    ),
    store.QueryConnectionError: _FORBIDDEN,
    store.NotAcceptableKindError: _NOT_ACCEPTABLE,
    store.NotXmlError: _NOT_ACCEPTABLE,
    sparql.ForbiddenOperationError: _FORBIDDEN,
    sparql.NotAcceptableError: _NOT_ACCEPTABLE,
    sparql.UnsupportedMethodError: _NOT_ALLOWED,
    sparql.BadRequestError: _BAD_REQUEST,
    sparql.UnsupportedBodyError: ProblemType(
        "unsupported-media-type",
        Text("Tipe isi tidak dilayani", "Unsupported media type"),
        Text(
            "Kirim kueri sebagai formulir atau langsung sebagai application/sparql-query.",
            "Send the query as a form, or directly as application/sparql-query.",
        ),
    ),
    sparql.QueryTooLongError: _TOO_LARGE,
    sparql.QueryTooDeepError: ProblemType(
        "query-too-deep",
        Text("Kueri bersarang terlalu dalam", "The query is nested too deeply"),
        Text(
            "Kurung bersarang melebihi batas yang aman bagi mesin.",
            "Brackets are nested more deeply than is safe for the engine.",
        ),
    ),
    CodingNotAcceptableError: _NOT_ACCEPTABLE,
    ReleaseNotServedError: ProblemType(
        "release-not-served",
        Text("Rilis itu tidak disajikan", "That release is not served"),
        Text(
            "Permintaan menyebut rilis (parameter 'release') yang tidak tersimpan di sini.",
            "The request names a release (parameter 'release') that is not kept here.",
        ),
    ),
    NotInReleaseError: ProblemType(
        "not-in-release",
        Text("Tidak ada pada rilis itu", "Not in that release"),
        Text(
            "Rilis yang diminta tidak memuatnya, tetapi rilis lain yang disebut memuatnya.",
            "The release that is asked does not have it, but others, which are named, do.",
        ),
    ),
    RateLimitError: ProblemType(
        "rate-limit",
        Text("Terlalu banyak permintaan", "Too many requests"),
        Text(
            "Satu alamat hanya boleh mengirim sejumlah kueri per menit. Tajuk Retry-After "
            "menyebut kapan mencoba lagi.",
            "One address may send so many queries a minute. Retry-After says when to try again.",
        ),
    ),
    sparql.TooManyCallsError: ProblemType(
        "too-many-calls",
        Text("Terlalu banyak SERVICE", "Too many SERVICE calls"),
        Text(
            "Kueri memanggil SERVICE lebih sering daripada yang diizinkan untuk satu kueri.",
            "The query calls SERVICE more often than one query may.",
        ),
    ),
    sparql.ServiceFailedError: ProblemType(
        "service-failed",
        Text("SERVICE gagal", "A SERVICE call failed"),
        Text(
            "Titik akses yang disebut tidak memberi jawaban yang dapat dipakai. SERVICE SILENT "
            "melanjutkan kueri tanpa jawaban itu.",
            "The endpoint that is named gave no answer that can be used. SERVICE SILENT lets the "
            "query go on without it.",
        ),
    ),
    StoreError: _UNAVAILABLE,
    ServerNotReadyError: ProblemType(
        "not-ready",
        Text("Server belum siap", "The server is not ready"),
        Text(
            "Server saat ini tidak dapat menjawab kueri. Coba lagi nanti.",
            "The server cannot answer queries at present. Try again later.",
        ),
    ),
    store.PoolClosedError: ProblemType(
        "stopping",
        Text("Server sedang dihentikan", "The server is being stopped"),
        Text(
            "Kueri yang berjalan diselesaikan, yang baru ditolak. Coba lagi sebentar lagi.",
            "Running queries are finished, new ones are refused. Try again shortly.",
        ),
    ),
    **{error: ProblemType(*words) for error, words in WRITE_PROBLEMS.items()},
}

BY_STATUS: Final[Mapping[int, ProblemType]] = {
    400: _BAD_REQUEST,
    403: _NOT_WRITABLE,
    404: NOT_FOUND,
    405: _NOT_ALLOWED,
    406: _NOT_ACCEPTABLE,
    413: _TOO_LARGE,
    414: ProblemType(
        "address-too-long",
        Text("Alamat terlalu panjang", "The address is too long"),
        Text(
            "Baris permintaan dibatasi 8190 bita. Kirim kueri yang panjang dengan POST.",
            "A request line may have 8190 bytes. Send a long query by POST.",
        ),
    ),
    431: ProblemType(
        "headers-too-large",
        Text("Tajuk terlalu besar", "The headers are too large"),
        Text(
            "Tajuk permintaan melebihi batas server.",
            "The headers of the request exceed the limits of the server.",
        ),
    ),
    500: INTERNAL,
}

TYPES: Final[Mapping[str, ProblemType]] = {
    kind.slug: kind for kind in (*BY_ERROR.values(), *BY_STATUS.values())
}


def type_of(error: KgError) -> ProblemType:
    """Return the type of one of our errors."""
    for base in type(error).__mro__:
        if base in BY_ERROR:
            return BY_ERROR[base]
    return BY_STATUS.get(error.http_status, INTERNAL)

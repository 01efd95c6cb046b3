"""What the problems of writing are called, and what they mean."""

from collections.abc import Mapping
from typing import Final

from kg.errors import KgError
from kg.language import Text
from kg.release import graph_errors
from kg.web import scribe, write_access, write_body

WRITE_PROBLEMS: Final[Mapping[type[KgError], tuple[str, Text, Text]]] = {
    graph_errors.RefusedChangeError: (
        "refused-batch",
        Text("Kiriman ditolak", "The batch was refused"),
        Text(
            "Rilis yang akan terjadi tidak memenuhi bentuk SHACL, atau tripelnya tidak dapat "
            "menjadi klaim. Rilis yang berlaku tidak berubah; laporan menyebut setiap kesalahan.",
            "The release that would come of it does not conform to the shapes, or its triples "
            "cannot be claims. The current release is unchanged; the report names every fault.",
        ),
    ),
    graph_errors.BrokenDocumentError: (
        "broken-document",
        Text("RDF tidak dapat dibaca", "The RDF cannot be read"),
        Text(
            "Isi permintaan bukan RDF dalam sintaks yang disebut Content-Type.",
            "The body is not RDF in the syntax that Content-Type names.",
        ),
    ),
    graph_errors.CuratedGraphError: (
        "curated-graph",
        Text("Graf ini dibuat dari berkas", "This graph is made of files"),
        Text(
            "Sumber yang berada di folder data, atau dibawa sebagai berkas, tidak ditulis lewat "
            "HTTP.",
            "A source that stands in the data folder, or was brought as files, is not written "
            "over HTTP.",
        ),
    ),
    graph_errors.PreconditionError: (
        "precondition-failed",
        Text("Syarat tidak terpenuhi", "A precondition does not hold"),
        Text(
            "If-Match atau If-None-Match tidak terpenuhi: graf sudah diubah yang lain.",
            "If-Match or If-None-Match does not hold: somebody else has changed the graph.",
        ),
    ),
    graph_errors.EmptyGraphError: (
        "empty-graph",
        Text("Graf kosong", "Empty graph"),
        Text(
            "Sumber tanpa satu pun pernyataan tidak disimpan.",
            "A source without any statement is not kept.",
        ),
    ),
    write_access.UnauthorizedError: (
        "unauthorized",
        Text("Perlu token", "A token is needed"),
        Text(
            "Menulis memerlukan token yang dikenal server.",
            "Writing needs a token that the server knows.",
        ),
    ),
    write_body.BodyTooSlowError: (
        "body-too-slow",
        Text("Isi datang terlalu lambat", "The body came too slowly"),
        Text(
            "Isi permintaan tidak datang utuh pada waktunya.",
            "The body of the request did not come whole and in time.",
        ),
    ),
    scribe.WriteBusyError: (
        "writing-busy",
        Text("Penulisan lain sedang berjalan", "Others are writing"),
        Text(
            "Penulisan dikerjakan satu demi satu. Tajuk Retry-After menyebut kapan mencoba lagi.",
            "Writes are made one after the other. Retry-After says when to try again.",
        ),
    ),
    scribe.WriteMemoryError: (
        "write-memory",
        Text("Batas memori penulisan terlampaui", "Memory limit of the write reached"),
        Text(
            "Penulisan memerlukan lebih banyak memori daripada yang boleh dipakai satu penulisan.",
            "The write needs more memory than one write may have.",
        ),
    ),
    scribe.WriteTimeoutError: (
        "write-timeout",
        Text("Batas waktu penulisan terlampaui", "Time limit of the write reached"),
        Text(
            "Penulisan dihentikan. Graf selalu utuh: yang lama atau yang baru.",
            "The write was stopped. The graph is always whole: the old or the new one.",
        ),
    ),
}

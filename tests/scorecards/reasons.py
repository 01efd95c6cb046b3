"""Why an item cannot be judged here; record 24 says more."""

from collections.abc import Mapping
from typing import Final

from kg.language import Text

ADDRESS: Final = Text(
    "sifat alamat tempat server dipasang, bukan sifat server",
    "a property of the address at which a server is put, not of the server",
)
PERSISTENT: Final = Text(
    "IRI di sini berawal dengan alamat server; bentuk kanoniknya https://w3id.org/inovasi-publik/ "
    "dan pendaftarannya di luar repositori ini",
    "IRIs begin with the server's address here; the canonical ones begin with "
    "https://w3id.org/inovasi-publik/, whose registration is outside this repository",
)
REGISTRY: Final = Text(
    "menanyakan sebuah daftar di luar (LOV, prefix.cc, LOD Cloud, DataHub)",
    "asks a register outside (LOV, prefix.cc, the LOD Cloud, DataHub)",
)
DOI: Final = Text("DOI diberikan pihak luar", "a DOI is given by others")
SPEED: Final = Text(
    "waktu pada mesin uji tidak berkata apa-apa tentang sebuah pemasangan; lihat tests/benchmarks",
    "a time on a test machine says nothing about a deployment; see tests/benchmarks",
)
SIGNATURE: Final = Text(
    "tanda tangan memerlukan kunci penerbit; rilis dinamai dengan SHA-256 isinya",
    "a signature needs a key of the publisher's; a release is named by the SHA-256 of its content",
)
NOBODY: Final = Text(
    "tidak ada kontributor selain pembuatnya", "there is no contributor besides the creator"
)
NO_FIGURES: Final = Text("ontologi tidak mengukur apa pun", "an ontology measures nothing")
BY_DESIGN: Final[Mapping[str, Text]] = {
    "service_keyword": Text(
        "SERVICE hanya memanggil titik akses yang didaftarkan pengelola dan tidak membawa simpul "
        "kosong; kueri alat ini meminta semuanya",
        "SERVICE calls only endpoints that the operator lists, and carries no blank nodes; the "
        "tool's query asks for everything",
    ),
    "usefulness.metadata": Text(
        "graf artikel hanya berisi pernyataan satu sumber; jenis bendanya ada di graph/reference",
        "graphs of articles hold what one source asserts; the types are in graph/reference",
    ),
    "Representational conciseness: Short IRIs": Text(
        "IRI hubungan dinamai dengan kedua ujungnya, agar dapat dibuat ulang dari data",
        "IRIs of relations are named after both their ends, so that the data alone make them again",
    ),
    "Interpretability: Blank nodes": Text(
        "OWL dan SHACL menulis daftar, batasan dan awalan dengan simpul kosong; data tidak",
        "OWL and SHACL write lists, restrictions and prefixes with blank nodes; the data have none",
    ),
    "getVoidDescription: comments": Text(
        "definisi ada di skos:definition, tidak diulang sebagai rdfs:comment",
        "definitions are in skos:definition and not repeated as rdfs:comment",
    ),
}
"""Items that fail, each for a choice that we keep."""

EXTINCT: Final = Text(
    "ruang nama perluasan itu sudah tidak ada; alatnya mencatat tanpa menilai",
    "the namespace of that extension is gone; the tool notes it without counting it",
)
NO_COMMUNITY: Final = Text(
    "tidak ada standar metadata khusus untuk bidang ini",
    "there is no metadata standard of this field's own",
)

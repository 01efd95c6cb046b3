"""The words of what concerns releases: older ones, and how to cite."""

from collections.abc import Mapping
from typing import Final

from kg.language import Text

VERSIONS: Final[Mapping[str, Text]] = {
    "cite": Text("Kutip ini", "Cite this"),
    "cite_title": Text("Mengutip {title}", "Citing {title}"),
    "cite_hint": Text(
        "Alamat di bawah ini terikat pada rilis {release}: isinya tidak berubah walaupun data "
        "diperbarui. SHA-256 dihitung atas isi tanpa kompresi; tajuk Repr-Digest menyebutnya pada "
        "setiap jawaban.",
        "The addresses below are pinned to release {release}: what they give does not change when "
        "the data do. The SHA-256 is of the uncompressed content; the header Repr-Digest names it "
        "on every answer.",
    ),
    "cite_permalinks": Text("Alamat tetap", "Permanent addresses"),
    "cite_text": Text("Teks kutipan", "Citation"),
    "cite_query": Text("Hasil kueri", "Result of a query"),
    "cite_sentence": Text(
        "Inovasi Publik: graf pengetahuan inovasi pelayanan publik Indonesia. “{title}”. "
        "Rilis {release}, diterbitkan {date}. {address} (SHA-256 {digest}).",
        "Inovasi Publik: a knowledge graph of Indonesia's public-service innovations. “{title}”. "
        "Release {release}, published on {date}. {address} (SHA-256 {digest}).",
    ),
    "cite_content": Text("Isi seluruh rilis (SHA-256)", "Content of the whole release (SHA-256)"),
    "older_release": Text(
        "Halaman ini menampilkan rilis lama {release}.",
        "This page shows the older release {release}.",
    ),
    "latest_release": Text("Lihat pada rilis yang berlaku", "See it in the current release"),
}

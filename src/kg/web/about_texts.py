"""The words of the about page, in Indonesian and English."""

from collections.abc import Mapping
from typing import Final

from kg.language import Text

ABOUT: Final[Mapping[str, tuple[Text, ...]]] = {
    "what": (
        Text("Apa ini", "What this is"),
        Text(
            "Inovasi Publik adalah graf pengetahuan tentang inovasi pelayanan publik di Indonesia: "
            "instansi mana mengerjakan apa, penghargaan apa yang diraih, dalam lomba dan tahun "
            "mana, diserahkan oleh siapa, di acara apa, dan sumber mana yang menyatakannya.",
            "Inovasi Publik is a knowledge graph of public-service innovation in Indonesia: which "
            "agency did what, which award it won, in which competition and year, handed over by "
            "whom, at which event, and which source says so.",
        ),
        Text(
            "Graf ini dapat dibaca orang di halaman-halaman ini dan dibaca mesin lewat SPARQL atau "
            "lewat alamat setiap hal, dalam Turtle, JSON-LD, N-Triples, dan RDF/XML.",
            "People read it on these pages; machines read it through SPARQL or at the address of "
            "each thing, in Turtle, JSON-LD, N-Triples and RDF/XML.",
        ),
    ),
    "how": (
        Text("Cara pembuatannya", "How it is made"),
        Text(
            "Artikel dibaca fakta demi fakta. Setiap fakta dicatat sebagai klaim: satu tripel, "
            "letaknya di naskah, tingkat kepastiannya, dan penuturnya bila dikutip. Kalimat "
            "artikel tidak disimpan.",
            "Articles are read fact by fact. Each fact is recorded as a claim: one triple, its "
            "place in the text, how certain it is, and who said it if it is quoted. No sentence of "
            "an article is stored.",
        ),
        Text(
            "Graf baku memuat apa yang dianggap benar setelah klaim-klaim digabungkan; graf "
            "bernama memuat siapa yang menyatakannya. Setiap rilis diperiksa dengan bentuk SHACL "
            "dan tidak pernah diubah setelah terbit.",
            "The default graph holds what is taken to be true once the claims are brought "
            "together; the named graphs hold who said it. Every release is checked against SHACL "
            "shapes and never changes once it is published.",
        ),
    ),
    "limits": (
        Text("Batasnya", "Its limits"),
        Text(
            "Graf hanya memuat yang dikatakan sumbernya. Yang tidak tertulis tidak ditambahkan, "
            "dan sumber dapat keliru; karena itu perbedaan antarsumber disimpan, bukan dihapus.",
            "The graph holds only what its sources say. What they do not say is not added, and "
            "sources may be wrong: so disagreements are kept, not erased.",
        ),
        Text(
            "Rencana dicatat sebagai rencana, bukan sebagai kenyataan. Jabatan dicatat pada hari "
            "yang disebut sumber, bukan sebagai masa jabatan penuh.",
            "Plans are recorded as plans, not as facts. Offices are recorded on the day that a "
            "source names, not as full terms.",
        ),
    ),
    "licence": (
        Text("Lisensi", "Licence"),
        Text(
            "Data berlisensi CC BY 4.0: pakai dan ubah sesuka Anda dengan menyebut Inovasi Publik "
            "dan rilisnya. Hak atas artikel sumber tetap pada penerbitnya.",
            "The data are under CC BY 4.0: use and change them as you like, naming Inovasi Publik "
            "and the release. Rights in the source articles stay with their publishers.",
        ),
    ),
}
"""The about page: sections of a heading and paragraphs."""

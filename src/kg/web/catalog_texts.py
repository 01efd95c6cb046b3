"""The words of the catalogue's pages, in Indonesian and English."""

from collections.abc import Mapping
from typing import Final

from kg.language import Text

CATALOG_WORDS: Final[Mapping[str, Text]] = {
    "catalog": Text("Katalog", "Catalogue"),
    "downloads": Text("Unduhan", "Downloads"),
    "take": Text("Bawa datanya", "Take the data away"),
    "take_hint": Text(
        "Seluruh rilis sebagai berkas, keterangan kumpulan data bagi mesin, dan cara mengutipnya.",
        "Whole releases as files, the description of the dataset for machines, and how to cite it.",
    ),
    "quality": Text("Cakupan dan mutu", "Coverage and quality"),
    "quality_hint": Text(
        "Seberapa banyak yang dimuat, siapa yang mendukungnya, dan apa yang bertentangan",
        "How much is held, who corroborates it, and what contradicts what",
    ),
    "void": Text("Statistik untuk mesin (VoID)", "Statistics for machines (VoID)"),
    "in_figures": Text("Graf baku dalam angka", "The default graph in figures"),
    "figures_hint": Text(
        "Dihitung atas graf baku rilis ini, keterangan ini sendiri termasuk di dalamnya.",
        "Counted over the default graph of this release, this description included.",
    ),
    "triples": Text("Tripel", "Triples"),
    "entities": Text("Entitas", "Entities"),
    "distinctSubjects": Text("Subjek", "Subjects"),
    "distinctObjects": Text("Objek", "Objects"),
    "properties": Text("Properti", "Properties"),
    "classes": Text("Kelas", "Classes"),
    "about": Text("Kumpulan data", "The dataset"),
    "licence": Text("Lisensi", "Licence"),
    "publisher": Text("Penerbit", "Publisher"),
    "issued": Text("Terbit", "Issued"),
    "version": Text("Versi", "Version"),
    "temporal": Text("Cakupan waktu", "Time covered"),
    "until": Text("{first} sampai {last}", "{first} to {last}"),
    "spatial": Text("Cakupan wilayah", "Area covered"),
    "endpoint": Text("Titik akses SPARQL", "SPARQL endpoint"),
    "contact": Text("Narahubung", "Contact"),
    "current": Text("yang disajikan", "the one served"),
    "releases": Text("Rilis", "Releases"),
    "releases_hint": Text(
        "Isi sebuah rilis tidak pernah berubah; alamat berkasnya pun tetap.",
        "The content of a release never changes; nor do the addresses of its files.",
    ),
    "previous": Text("Rilis sebelumnya", "Previous release"),
    "by_class": Text("Menurut kelas", "By class"),
    "class": Text("Kelas", "Class"),
    "instances": Text("Anggota", "Instances"),
    "example": Text("Contoh", "Example"),
    "by_graph": Text("Menurut graf", "By graph"),
    "graph": Text("Graf", "Graph"),
    "links": Text("Tautan ke luar", "Links elsewhere"),
    "target": Text("Tujuan", "Target"),
    "property": Text("Properti", "Property"),
    "whole": Text("Seluruh rilis", "The whole release"),
    "changes": Text("Perubahan sejak rilis sebelumnya", "Changes since the previous release"),
    "graphs": Text("Graf demi graf", "Graph by graph"),
    "tables": Text("Tabel, satu untuk setiap kelas", "Tables, one for each class"),
    "rest": Text("Keterangan", "About the files"),
    "tables_hint": Text(
        "Satu baris untuk setiap entitas, satu kolom untuk setiap properti. Beberapa nilai dalam "
        "satu sel dipisahkan oleh |; di dalam nilai, | dan \\ didahului \\.",
        "One row an entity, one column a property. Several values in a cell are separated by |; "
        "inside a value, | and \\ are preceded by \\.",
    ),
    "verify": Text("Periksa unduhan", "Verify a download"),
    "verify_hint": Text(
        "Pengenal rilis adalah SHA-256 dari N-Quads-nya yang terurut.",
        "The identifier of a release is the SHA-256 of its sorted N-Quads.",
    ),
    "all_files": Text("Semua berkas rilis ini", "All files of this release"),
}

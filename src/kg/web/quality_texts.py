"""The words of the page on coverage and quality, in Indonesian and English.

What is measured, and how, is not here: the page reads metrics and dimensions from the release.
"""

from collections.abc import Mapping
from typing import Final

from kg.language import Language, Text

_WORDS: Final[Mapping[str, Text]] = {
    "title": Text("Cakupan dan mutu", "Coverage and quality"),
    "lede": Text(
        "Seberapa banyak dari kenyataan yang dimuat rilis ini, siapa yang mendukungnya, dan apa "
        "yang tidak sejalan. Dihitung dari isi rilis setiap kali rilis dibuat.",
        "How much of what there is this release holds, who corroborates it, and what does not "
        "agree. Computed from its content whenever a release is made.",
    ),
    "none": Text(
        "Rilis ini dibuat sebelum mutu diukur.",
        "This release was made before quality was measured.",
    ),
    "whole": Text("Rilis ini secara keseluruhan", "This release as a whole"),
    "queries": Text("Kueri di balik angka:", "The queries behind the figures:"),
    "query_held": Text("yang dimuat", "what is held"),
    "query_official": Text("angka resmi", "official numbers"),
    "query_recipients": Text("penerima menurut jenis", "recipients by kind"),
    "query_parts": Text("angka bagian dan keseluruhan", "parts and wholes"),
    "query_sources": Text("per sumber", "by source"),
    "query_triples": Text("semua sumber bersama", "all sources together"),
    "query_conflicts": Text("konflik", "conflicts"),
    "query_labels": Text("label per kelas", "labels by class"),
    "query_links": Text("tautan", "links"),
    "query_graph": Text("semua hasil ukur di graf mutu", "all measurements in the quality graph"),
    "editions": Text("Per edisi dan tingkat", "By edition and tier"),
    "editions_hint": Text(
        "Baris tebal adalah edisi. Angka resmi yang berbeda ditampilkan masing-masing dengan "
        "asalnya; angka menurut nama tingkat berasal dari nama itu sendiri (Top 45). Bagian sebuah "
        "edisi hanya menghitung tingkat yang angka resminya diketahui.",
        "Bold rows are editions. Official numbers that differ are all shown with where they are "
        "from; a number by name is that in the tier's own name (Top 45). The share of an edition "
        "counts only tiers whose official number is known.",
    ),
    "award": Text("Edisi, tingkat atau penghargaan", "Edition, tier or award"),
    "official": Text("Resmi", "Official"),
    "share": Text("Bagian", "Share"),
    "of_agencies": Text("{name}, instansi", "{name}, agencies"),
    "by_name": Text("menurut namanya", "by its name"),
    "observed": Text("observasi", "observation"),
    # Heads of columns, where the metric's own name is long
    "recognitions-held": Text("Dimuat", "Held"),
    "agencies-held": Text("Instansi", "Agencies"),
    "claims-corroborated": Text("Didukung", "Corroborated"),
    "claims-single": Text("Tunggal", "Single"),
    "conflicts-open": Text("Terbuka", "Open"),
    "conflicts-settled": Text("Selesai", "Settled"),
    "sum-of-parts": Text("Jumlah", "Sum"),
    "sum-difference": Text("Selisih", "Difference"),
    "things": Text("Anggota", "Things"),
    "labels-missing-id": Text("Tanpa id", "Without id"),
    "labels-missing-en": Text("Tanpa en", "Without en"),
    "unknown": Text("tidak diketahui", "not known"),
    "uncovered": Text(
        "{n} edisi dan penghargaan tanpa angka resmi",
        "{n} editions and awards without an official number",
    ),
    "by_source": Text("Per sumber", "By source"),
    "source": Text("Sumber", "Source"),
    "share_corroborated": Text("Bagian didukung", "Share corroborated"),
    "more_sources": Text("{n} sumber lainnya", "{n} more sources"),
    "copies": Text(
        "Sumber dapat saling menyalin: didukung sumber lain bukan bukti kebenaran.",
        "Sources may copy each other: corroborated is not the same as true.",
    ),
    "kind": Text("Macam konflik", "Kind of conflict"),
    "share_settled": Text("Bagian yang selesai", "Share settled"),
    "no_conflicts": Text("Tidak ada konflik yang tercatat.", "No conflict is recorded."),
    "sums": Text("Penjumlahan yang seharusnya klop", "Sums that should add up"),
    "sums_hint": Text(
        "Bagian-bagian yang disebut satu sumber, dibandingkan dengan setiap angka keseluruhan.",
        "The parts that one source gives, compared with every figure for the whole.",
    ),
    "no_sums": Text("Tidak ada angka yang dirinci.", "No figure is broken down."),
    "what": Text("Yang dihitung", "What is counted"),
    "stated": Text("Keseluruhan", "The whole"),
    "fits": Text("klop", "adds up"),
    "differs": Text("tidak klop", "does not add up"),
    "class": Text("Kelas", "Class"),
    "all_named": Text(
        "Semua {n} hal bernama dalam kedua bahasa.", "All {n} things have a name in both languages."
    ),
    "all_classes": Text("Semua {n} kelas", "All {n} classes"),
    "missing": Text(
        "Kelas yang sebagian anggotanya belum bernama:",
        "Classes of which some members lack a name:",
    ),
    "target": Text("Kumpulan data", "Dataset"),
    "graph": Text("Graf", "Graph"),
    "no_links": Text("Tidak ada tautan ke luar.", "There are no links elsewhere."),
    "as_data": Text("Sebagai data", "As data"),
    "as_data_hint": Text(
        "Angka-angka ini juga ada di graf mutu, dalam kosakata DQV, dan dapat ditanyakan.",
        "The same figures stand in the quality graph, in the terms of DQV, and can be queried.",
    ),
    "metrics": Text("Semua ukuran dan artinya", "All metrics and what they mean"),
}


def has_words(key: str) -> bool:
    """Say whether there are words of the page for a key."""
    return key in _WORDS


def quality_words(language: Language, key: str, **values: object) -> str:
    """Return words of the page on coverage and quality."""
    text = _WORDS[key][language]
    return text.format(**values) if values else text

"""Every word of the interface, in Indonesian and English.

What the graph says of itself (labels and definitions of classes, properties, concepts) is not
here: pages read it from the release.
"""

from collections.abc import Mapping
from typing import Final

from kg.language import Text
from kg.web.version_texts import VERSIONS

WORDS: Final[Mapping[str, Text]] = {
    **VERSIONS,
    # The frame
    "site": Text("Inovasi Publik", "Inovasi Publik"),
    "site_line": Text(
        "Graf pengetahuan inovasi pelayanan publik Indonesia",
        "A knowledge graph of Indonesia's public-service innovations",
    ),
    "skip": Text("Langsung ke isi", "Skip to content"),
    "navigation": Text("Navigasi utama", "Main navigation"),
    "home": Text("Beranda", "Home"),
    "browse": Text("Jelajah", "Browse"),
    "query": Text("Kueri", "Query"),
    "quality": Text("Mutu", "Quality"),
    "ontology": Text("Ontologi", "Ontology"),
    "about": Text("Tentang", "About"),
    "language": Text("Bahasa", "Language"),
    "breadcrumb": Text("Remah jalan", "Breadcrumb"),
    "release": Text("Rilis", "Release"),
    "release_hint": Text(
        "Sebutkan rilis ini bila mengutip: isinya tidak akan berubah.",
        "Name this release when you cite: its content will never change.",
    ),
    "licence": Text("Data: CC BY 4.0", "Data: CC BY 4.0"),
    # A frozen export
    "frozen": Text(
        "Ini salinan beku: semua halaman dan data ada, tetapi tanpa server tidak ada kueri.",
        "This is a frozen copy: all pages and data are here, but without a server no queries.",
    ),
    "frozen_hint": Text(
        "Setiap halaman menunjuk datanya dalam beberapa format, graf-grafnya tercantum di "
        "halaman Jelajah, dan contoh kueri tertulis di halamannya masing-masing. Muat data itu "
        "ke mesin SPARQL mana pun untuk menjalankan kueri.",
        "Every page points to its data in several formats, the graphs are listed under Browse, "
        "and the example queries are written out on pages of their own. Load the data into any "
        "SPARQL engine to run them.",
    ),
    # A page about one thing
    "withdrawn": Text(
        "IRI ini sudah ditarik: hal yang dinamainya tidak lagi menjadi bagian data. Kapan dan "
        "mengapa, tertulis di bawah.",
        "This IRI was withdrawn: what it named is no part of the data any more. When and why is "
        "written below.",
    ),
    "names": Text("Nama", "Names"),
    "kind": Text("Apa ini", "What it is"),
    "when_where": Text("Waktu dan tempat", "When and where"),
    "relations": Text("Hubungan", "Relations"),
    "figures": Text("Angka", "Figures"),
    "evidence_of": Text("Sumber dan catatan", "Source and notes"),
    "record": Text("Data teknis", "Record"),
    "links": Text("Tautan ke luar", "Links elsewhere"),
    "mentioned": Text("Disebut dalam", "Mentioned by"),
    "as": Text("Dengan {property} ini", "With this as {property}"),
    "rest": Text("dan {n} lainnya", "and {n} more"),
    "next": Text("Halaman berikutnya", "Next page"),
    "previous": Text("Halaman sebelumnya", "Previous page"),
    "page": Text("Halaman {n}", "Page {n}"),
    "sources": Text("{n} sumber", "{n} sources"),
    "source": Text("1 sumber", "1 source"),
    "according": Text("Menurut sumber lain", "According to other sources"),
    "speaker": Text("menurut", "according to"),
    "code_points": Text("titik kode", "code points"),
    "claim": Text("Klaim", "Claim"),
    "span": Text("Rentang", "Span"),
    "curated": Text("tanpa klaim, dari", "no claim, from"),
    "origin": Text(
        "Pernyataan tanpa klaim di halaman ini berasal dari {graph}",
        "Statements without a claim on this page come from {graph}",
    ),
    "other_language": Text("dalam bahasa lain", "in another language"),
    "conflicts": Text("Sumber yang berbeda", "Where sources differ"),
    "conflicts_hint": Text(
        "Sumber menyebutnya berlainan. Semua klaim disimpan, dengan bacaan kami.",
        "Sources put it differently. All claims are kept, with our reading of them.",
    ),
    "formats": Text("Data halaman ini", "This page as data"),
    "formats_hint": Text(
        "Pernyataan yang sama dalam format yang dibaca mesin.",
        "The same statements in formats that machines read.",
    ),
    "told_by": Text("Sumber halaman ini", "Sources of this page"),
    "fact_count": Text("{n} pernyataan", "{n} statements"),
    "one_fact": Text("1 pernyataan", "1 statement"),
    "article_facts": Text("Fakta dari artikel ini", "Facts from this article"),
    "article_facts_hint": Text(
        "Setiap fakta ditulis dengan kata kami sendiri; letaknya di naskah disebutkan.",
        "Each fact is put in our own words; its place in the text is given.",
    ),
    "concepts": Text("Konsep", "Concepts"),
    "members": Text("Isi graf ini", "What this graph speaks of"),
    "graph_contents": Text("Unduh isi graf (Turtle)", "Download the graph (Turtle)"),
    "claimed": Text("Yang dinyatakan", "What is asserted"),
    # Literals
    "true": Text("ya", "yes"),
    "false": Text("tidak", "no"),
    # Browsing
    "browse_hint": Text(
        "Semua yang ada di graf, menurut jenisnya.", "Everything in the graph, by kind."
    ),
    "things": Text("Data", "Data"),
    "technical": Text("Katalog dan kueri", "Catalogue and queries"),
    "schemes": Text("Kosakata", "Vocabularies"),
    "graphs": Text("Graf bernama", "Named graphs"),
    "graphs_hint": Text(
        "Satu graf untuk setiap sumber, dan satu untuk setiap jenis catatan tentangnya.",
        "One graph for each source, and one for each kind of record about them.",
    ),
    # Home
    "hero": Text(
        "Siapa berinovasi, apa penghargaannya, dan dari mana kita tahu",
        "Who innovated, what it won, and how we know",
    ),
    "hero_text": Text(
        "Fakta tentang inovasi pelayanan publik di Indonesia: instansi, karya, penghargaan, "
        "jabatan, dan angka. Setiap fakta menunjukkan sumbernya, sampai ke letaknya di naskah.",
        "Facts about public-service innovation in Indonesia: agencies, works, awards, offices and "
        "figures. Every fact shows its source, down to the place in the text.",
    ),
    "in_figures": Text("Dalam angka", "In figures"),
    "count_facts": Text("Fakta", "Facts"),
    "count_triples": Text("Tripel", "Triples"),
    "count_sources": Text("Sumber", "Sources"),
    "try": Text("Tiga hal untuk dicoba", "Three things to try"),
    "try_agency": Text("Baca satu instansi", "Read one agency"),
    "try_agency_text": Text(
        "Inovasi, penghargaan, dan pejabatnya, masing-masing dengan sumber. "
        "Alamat yang sama menjawab mesin dengan Turtle.",
        "Its innovations, awards and officials, each with sources. "
        "The same address answers machines in Turtle.",
    ),
    "try_query": Text("Ajukan pertanyaan", "Ask a question"),
    "try_query_text": Text(
        "Titik akhir SPARQL menjawab di /sparql; halaman kueri menyediakan contoh.",
        "The SPARQL endpoint answers at /sparql; the query page has examples.",
    ),
    "try_ontology": Text("Lihat modelnya", "See the model"),
    "try_ontology_text": Text(
        "Kelas dan properti beserta definisinya, dan kosakata terkendali.",
        "Classes and properties with their definitions, and the controlled vocabularies.",
    ),
    "explore": Text("Mulai dari sini", "Start here"),
    "see_all": Text("Lihat semua ({n})", "See all ({n})"),
    "questions": Text("Pertanyaan yang dapat dijawab", "Questions it answers"),
    "questions_hint": Text(
        "Setiap pertanyaan membuka kueri dan jawabannya.",
        "Each question opens its query and the answer.",
    ),
    "all_questions": Text("Semua pertanyaan ({n})", "All questions ({n})"),
    # Query page
    "query_title": Text("Kueri SPARQL", "SPARQL query"),
    "query_hint": Text(
        "Tulis kueri atau muat contoh. Hasil SELECT tampil sebagai tabel di bawah.",
        "Write a query or load an example. SELECT results appear below as a table.",
    ),
    "query_text": Text("Kueri", "Query"),
    "example": Text("Contoh", "Example"),
    "choose_example": Text("Pilih pertanyaan …", "Choose a question …"),
    "load": Text("Muat dan jalankan", "Load and run"),
    "run": Text("Jalankan", "Run"),
    "format": Text("Format unduhan", "Download format"),
    "default_format": Text("bawaan", "default"),
    "raw": Text("Unduh hasil", "Download result"),
    "result": Text("Hasil", "Result"),
    "rows": Text("{n} baris", "{n} rows"),
    "text_cut": Text(
        "Hanya bagian awal yang ditampilkan; minta jawaban lengkap di titik akhir.",
        "Only the beginning is shown; ask the endpoint for the whole answer.",
    ),
    "rows_shown": Text(
        "{shown} dari {n} baris ditampilkan; unduhan memuat semuanya.",
        "{shown} of {n} rows are shown; the download has them all.",
    ),
    "no_rows": Text(
        "Tidak ada baris: kueri sah, jawabannya kosong.", "No rows: the answer is empty."
    ),
    "yes": Text("Ya", "Yes"),
    "no": Text("Tidak", "No"),
    "problem": Text("Kueri tidak dapat dijawab", "The query could not be answered"),
    "at": Text("baris {line}, kolom {column}", "line {line}, column {column}"),
    # Ontology page
    "classes": Text("Kelas", "Classes"),
    "object_properties": Text("Properti objek", "Object properties"),
    "data_properties": Text("Properti data", "Data properties"),
    "annotation_properties": Text("Properti anotasi", "Annotation properties"),
    "datatypes": Text("Tipe data", "Datatypes"),
    "reused": Text("Istilah pinjaman", "Reused terms"),
    "reused_hint": Text(
        "Istilah dari kosakata lain yang dipakai di sini, dijelaskan dengan kata kami sendiri.",
        "Terms of other vocabularies that are used here, explained in our own words.",
    ),
    "domain": Text("berlaku untuk", "of"),
    "range": Text("bernilai", "value"),
    "broader_term": Text("lebih khusus dari", "narrower than"),
    "narrower_term": Text("mencakup", "wider than"),
    "uses": Text("dipakai", "used"),
    "once": Text("1 kali", "once"),
    "times": Text("{n} kali", "{n} times"),
    "instance": Text("1 anggota", "1 instance"),
    "instances": Text("{n} anggota", "{n} instances"),
    "examples": Text("contoh", "examples"),
    "example_of": Text("Contoh:", "Example:"),
    "shapes_of": Text("aturan", "rules"),
    "deprecated": Text("Ditinggalkan.", "Deprecated."),
    "use_instead": Text("Pakailah", "Use"),
    "overview": Text("Kelas dalam satu gambar", "The classes in one picture"),
    "overview_hint": Text(
        "Setiap kelas di bawah kelas yang lebih luas; di sebelahnya kelas dari kosakata lain.",
        "Each class below the wider one; beside it the classes of other vocabularies.",
    ),
    "diagram": Text("Diagram: {name}", "Diagram: {name}"),
    "versions": Text("Versi", "Versions"),
    "shapes": Text("Bentuk SHACL", "SHACL shapes"),
    "shapes_hint": Text(
        "Aturan yang harus dipenuhi setiap rilis sebelum diterbitkan.",
        "The rules that every release must meet before it is published.",
    ),
    "targets": Text("Bentuk menurut kelas", "Shapes by class"),
    "rules": Text("Aturan", "Rules"),
    "path": Text("properti", "property"),
}

MONTHS: Final = (
    Text("Januari", "January"),
    Text("Februari", "February"),
    Text("Maret", "March"),
    Text("April", "April"),
    Text("Mei", "May"),
    Text("Juni", "June"),
    Text("Juli", "July"),
    Text("Agustus", "August"),
    Text("September", "September"),
    Text("Oktober", "October"),
    Text("November", "November"),
    Text("Desember", "December"),
)

INVERSE: Final[Mapping[str, Text]] = {
    "inov:recipient": Text("Penghargaan yang diterima", "Awards received"),
    "inov:operatedBy": Text("Inovasi yang dikelola", "Innovations it runs"),
    "inov:initiatedBy": Text("Inovasi yang diprakarsai", "Innovations it initiated"),
    "inov:developedBy": Text("Pusat layanan yang dikembangkan", "Service centres it developed"),
    "inov:confers": Text("Diberikan dalam", "Given in"),
    "inov:conferredBy": Text("Penghargaan yang diberikan", "Awards it confers"),
    "inov:recognises": Text("Penghargaan untuk karya ini", "Awards for this work"),
    "inov:presentedBy": Text("Penghargaan yang diserahkan", "Awards handed over"),
    "inov:receivedBy": Text("Penghargaan yang diterima secara fisik", "Awards received in person"),
    "inov:receiverTenure": Text("Diterima dalam jabatan ini", "Received in this office"),
    "inov:presenterTenure": Text("Diserahkan dalam jabatan ini", "Presented in this office"),
    "inov:duringEvent": Text("Diserahkan pada acara ini", "Handed over at this event"),
    "inov:superEvent": Text("Bagian dari acara ini", "Part of this event"),
    "inov:organiser": Text("Acara yang diselenggarakan", "Events it organised"),
    "inov:venue": Text("Acara di tempat ini", "Events at this venue"),
    "inov:locatedIn": Text("Yang berada di sini", "Located here"),
    "inov:jurisdiction": Text("Instansi dengan wilayah ini", "Agencies with this jurisdiction"),
    "inov:within": Text("Tempat di dalamnya", "Places within"),
    "inov:serviceArea": Text("Inovasi yang melayani wilayah ini", "Innovations serving this area"),
    "org:unitOf": Text("Unit di bawahnya", "Its units"),
    "org:postIn": Text("Jabatan di sini", "Posts here"),
    "org:member": Text("Jabatan yang dipegang", "Offices held"),
    "org:organization": Text("Pejabat", "Office holders"),
    "inov:inPost": Text("Pemegang jabatan", "Holders of the post"),
    "inov:about": Text("Angka tentang ini", "Figures about it"),
    "inov:measuredBy": Text("Angka yang diukur", "Figures it measured"),
    "inov:indicator": Text("Angka untuk indikator ini", "Figures of this indicator"),
    "inov:partOfObservation": Text("Bagian dari angka ini", "Parts of this figure"),
    "inov:speaker": Text("Pernyataan", "Statements"),
    "inov:speakerTenure": Text("Pernyataan dalam jabatan ini", "Statements in this office"),
    "inov:reportedIn": Text("Pernyataan yang dilaporkan", "Statements reported"),
    "inov:topic": Text("Pernyataan tentang topik ini", "Statements on this topic"),
    "inov:attributedTo": Text("Klaim yang mengutipnya", "Claims that quote them"),
    "inov:entrant": Text("Keikutsertaan", "Participations"),
    "inov:inEdition": Text("Peserta edisi ini", "Participations in this edition"),
    "inov:inGroup": Text("Peserta kelompok ini", "Participations in this group"),
    "inov:resultOf": Text("Hasil", "Results"),
    "inov:editionOf": Text("Edisi", "Editions"),
    "inov:categoryOf": Text("Kategori", "Categories"),
    "inov:tierOf": Text("Peringkat", "Tiers"),
    "inov:assessedBy": Text("Dinilai dengan cara ini", "Assessed by this method"),
    "inov:step": Text("Langkah dari metode", "Step of the method"),
    "inov:launched": Text("Peluncuran", "Launch"),
    "inov:inauguratedBy": Text("Yang diresmikan", "Inaugurations"),
    "inov:visitor": Text("Kunjungan", "Visits made"),
    "inov:visitedAgency": Text("Kunjungan ke sini", "Visits to it"),
    "inov:inspected": Text("Ditinjau dalam kunjungan", "Inspected on a visit"),
    "inov:accompaniedBy": Text("Kunjungan yang didampingi", "Visits accompanied"),
    "inov:original": Text("Replikasi karya ini", "Replications of this work"),
    "inov:replicator": Text("Replikasi yang dilakukan", "Replications it made"),
    "inov:targetPlace": Text("Rencana untuk tempat ini", "Plans for this place"),
    "inov:affects": Text("Perubahan pada karya ini", "Changes to it"),
    "inov:carriedOutBy": Text("Perubahan yang dilakukan", "Changes it carried out"),
    "inov:plannedBy": Text("Rencana", "Plans"),
    "inov:integrates": Text("Disatukan oleh", "Integrated by"),
    "inov:containerFor": Text("Wadahnya", "Contained in"),
    "inov:derivedFrom": Text("Yang diturunkan darinya", "Derived from it"),
    "inov:mainlyAbout": Text("Artikel tentang ini", "Articles about it"),
    "inov:publisher": Text("Artikel yang diterbitkan", "Articles published"),
    "inov:conductedBy": Text("Survei yang dilakukan", "Surveys it conducts"),
    "inov:adoptsPolicy": Text("Instansi yang menerapkan", "Agencies that adopted it"),
    "inov:agencyType": Text("Instansi jenis ini", "Agencies of this type"),
    "inov:concerns": Text("Rencana tentang ini", "Plans about it"),
    "inov:headsAgency": Text("Jabatan kepala", "Post at its head"),
    "inov:groupOf": Text("Kelompok", "Groups"),
    "inov:panel": Text("Metode dengan tim ini", "Methods with this panel"),
    "inov:integratedAt": Text("Yang dipadukan di sini", "Integrated here"),
    "inov:purpose": Text("Acara dengan tujuan ini", "Events with this purpose"),
    "inov:includesStream": Text("Acara dengan jalur ini", "Events with this stream"),
    "inov:launchedType": Text("Peluncuran jenis ini", "Launches of this type"),
    "inov:earlierAwardFrom": Text("Pernah diberi penghargaan", "Honoured before"),
    "inov:earlierAchievementAt": Text(
        "Pernah berprestasi di tingkat ini", "Successful before at this level"
    ),
    "inov:innovationLevel": Text("Instansi dengan inovasi di sini", "Agencies innovating here"),
    "inov:addressedTo": Text("Kebijakan untuknya", "Policies addressed to it"),
    "inov:assertedIn": Text("Artikel yang menyatakannya", "Article that asserts it"),
    "inov:elaborates": Text("Klaim yang merincinya", "Claims that spell it out"),
    "inov:conflicting": Text("Himpunan yang berbeda", "Sets of differing claims"),
    "inov:sameEntity": Text("Keputusan identitas", "Identity decisions"),
    "inov:evidence": Text("Bukti untuk keputusan", "Evidence for a decision"),
    "inov:span": Text("Klaim pada rentang ini", "Claims at this span"),
    "sh:focusNode": Text("Catatan pemeriksaan", "Validation results"),
    "skos:closeMatch": Text("Hampir sepadan dengan", "Close match of"),
    "skos:hasTopConcept": Text("Konsep puncak dari", "Top concept of"),
    "void:subset": Text("Bagian dari", "Part of"),
    "dcterms:creator": Text("Yang dibuat", "Created"),
    "dcterms:publisher": Text("Yang diterbitkan", "Published"),
    "skos:broader": Text("Konsep yang lebih sempit", "Narrower concepts"),
}
"""What the subjects of a property are to its object: headings of the links to a thing, by CURIE."""

PLURALS: Final[Mapping[str, Text]] = {
    "inov:Agency": Text("Instansi", "Agencies"),
    "inov:Article": Text("Artikel", "Articles"),
    "inov:Source": Text("Sumber", "Sources"),
    "inov:Innovation": Text("Inovasi", "Innovations"),
    "inov:PublicEvent": Text("Acara", "Events"),
    "inov:Recognition": Text("Pengakuan", "Recognitions"),
    "foaf:Person": Text("Orang", "People"),
}
"""What the instances of a class are called together, by CURIE; else the class's own label."""

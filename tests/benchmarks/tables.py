"""Rows a second of each kind of table: read from CSV, checked cell by cell, compiled to claims.

``python tests/benchmarks/tables.py [ROWS]`` prints one line a kind.
"""

import csv
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from kg.ingest.tables.compilation import TableFile, compile_tables
from kg.ingest.tables.description import TableKind, read_kinds
from kg.ingest.tables.files import labels, vocabularies
from kg.ingest.tables.names import Names
from kg.ingest.tables.reading import read_rows
from kg.ingest.tables.workbook import write_workbook
from kg.namespaces import read_prefixes
from kg.settings import Settings

SETTINGS: Final = Settings()

ROWS: Final[Mapping[str, Mapping[str, str]]] = {
    "sources": {
        "kind": "page",
        "url": "https://kabar.example/{n}",
        "publisher": "new: Kabar",
        "label_id": "Kabar {n}",
        "label_en": "Report {n}",
    },
    "agencies": {"agency": "new: Pemerintah Kota Contoh {n}", "type": "pemkot", "level": "kota"},
    "people-and-posts": {
        "person": "new: Orang {n}",
        "post": "new: Jabatan {n}",
        "agency": "agency:pemkot-surabaya",
        "date": "2019",
    },
    "events": {"event": "new: Acara {n}", "type": "gala-penghargaan", "date": "2019-10-15"},
    "launches": {
        "event": "new: Peresmian {n}",
        "type": "peresmian",
        "date": "2019-10-15",
        "launched": "new: Mal Pelayanan Publik {n}",
        "centre_type": "mpp",
        "agency": "agency:pemkot-surabaya",
    },
    "decisions": {
        "type": "keputusan-menteri",
        "number": "{n}/2019",
        "issuer": "agency:kementerian-panrb",
        "date": "2019",
    },
    "conferrals": {
        "award": "competition:kipp",
        "tier": "Top 45",
        "year": "2019",
        "agency": "agency:pemkot-surabaya",
        "innovation": "new: Inovasi {n}",
        "presenter": "new: Orang {n}",
        "date": "2019-10-15",
    },
    "figures": {
        "indicator": "jumlah-inovasi",
        "about": "agency:pemkot-{n}",
        "value": "{n}",
        "unit": "inovasi",
        "period": "2019",
    },
    "claims": {
        "id": "{n}",
        "subject": "innovation:maju-{n}",
        "predicate": "inov:operatedBy",
        "object": "agency:pemkot-surabaya",
        "certainty": "stated",
    },
}


def table(kind: TableKind, count: int) -> list[list[str]]:
    """Return the header and rows of a kind, all different."""
    cells = {"source": "h900", **ROWS[kind.name]}
    if kind.name == "sources":
        cells = {"id": "h{n}", **ROWS[kind.name]}
    rows = [[text.format(n=f"{number:06}") for text in cells.values()] for number in range(count)]
    return [list(cells), *rows]


def measure(kind: TableKind, sources: TableFile, folder: Path, count: int) -> str:
    """Return the line of one kind."""
    rows = table(kind, count)
    path = folder / f"{kind.name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    book = folder / f"{kind.name}.xlsx"
    book.write_bytes(write_workbook({"a": rows}))
    known = labels(vocabularies(SETTINGS.ontology))
    names = Names(read_prefixes(SETTINGS.ontology), known)
    files = [TableFile(kind, path)] + ([] if kind.name == "sources" else [sources])
    start = time.perf_counter()
    result = compile_tables(files, {}, names)
    compiled = time.perf_counter() - start
    start = time.perf_counter()
    read = sum(1 for _ in read_rows(path, kind))
    checked = time.perf_counter() - start
    start = time.perf_counter()
    sum(1 for _ in read_rows(book, kind))
    unpacked = time.perf_counter() - start
    claims = sum(map(len, result.claims.values()))
    if result.faults or read != count:
        raise SystemExit(result.faults[0].explain("en"))
    return (
        f"{kind.name:<18} {count / checked:>10,.0f} {count / unpacked:>10,.0f} "
        f"{count / compiled:>10,.0f} {claims:>9,}"
    )


def main() -> None:
    """Measure every kind and print the lines."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    kinds = read_kinds(SETTINGS.ontology)
    print(f"{'rows/s':<18} {'CSV read':>10} {'XLSX read':>10} {'to claims':>10} {'claims':>9}")  # noqa: T201
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "one.csv"
        path.write_text(
            "id,kind,url,publisher,label_id,label_en\nh900,page,https://k.example/,new: K,a,b\n",
            encoding="utf-8",
        )
        sources = TableFile(kinds["sources"], path)
        for kind in kinds.values():
            print(measure(kind, sources, folder, count))  # noqa: T201


if __name__ == "__main__":
    main()

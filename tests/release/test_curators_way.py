"""The way of a curator, as the guides tell it: from the templates to a release that is served."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import openpyxl
import pytest

from kg.namespaces import CANONICAL_BASE
from kg.release.publication import Release

ServeHome: TypeAlias = Any

pytestmark = pytest.mark.readme

CEREMONY = "baru: Penyerahan Penghargaan Top 99 Inovasi Pelayanan Publik 2019"
ROWS = {
    "sources.csv": {
        "id": "h944", "kind": "page", "url": "https://media.example/banyuwangi",
        "publisher": "baru: Media Contoh", "title": "Lima inovasi", "date": "2019-07-19",
        "language": "id", "label_id": "Media Contoh: Top 99 untuk Banyuwangi",
        "label_en": "Media Contoh: Top 99 to Banyuwangi",
    },
    "events.tsv": {
        "source": "h944", "event": CEREMONY, "type": "gala-penghargaan", "date": "2019-07-18",
        "event_en": "Top 99 Public Service Innovations 2019 Award Ceremony",
    },
    "conferrals.xlsx": {
        "source": "h944", "award": "competition:kipp", "tier": "Top 99", "year": "2019",
        "agency": "Pemkab Banyuwangii", "innovation": "baru: Rantang Kasih", "event": CEREMONY,
        "date": "2019-07-18", "certainty": "stated",
    },
}  # fmt: skip


def kg(home: Path, *arguments: object) -> "subprocess.CompletedProcess[str]":
    environment = {name: text for name, text in os.environ.items() if not name.startswith("KG_")}
    return subprocess.run(
        [sys.executable, "-c", "from kg.cli import main; main()", *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        env={
            **environment,
            "KG_HOME": str(home),
            "KG_LANG": "en",
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
    )


def fill_in(file: Path, values: dict[str, str]) -> None:
    """Put a row below the header of a template, in the form that the file has."""
    if file.suffix == ".xlsx":
        book = openpyxl.load_workbook(file)
        sheet = book.worksheets[0]
        header = [str(cell.value) for cell in sheet[1]]
        for number, name in enumerate(header, start=1):
            sheet.cell(2, number).value = values.get(name)
        for number in range(3, sheet.max_row + 1):
            for cell in sheet[number]:
                cell.value = None
        book.save(file)
        return
    delimiter = "\t" if file.suffix == ".tsv" else ","
    header = next(csv.reader([file.read_text().splitlines()[0]], delimiter=delimiter))
    with file.open("a", newline="") as target:
        writer = csv.DictWriter(target, header, delimiter=delimiter, lineterminator="\n")
        writer.writerow(values)


def get(address: str, **headers: str) -> str:
    with urlopen(Request(address, headers=headers), timeout=60) as answer:
        text: str = answer.read().decode()
        return text


def test_a_curator_comes_from_a_template_to_what_is_served(
    repository_release: Release, tmp_path: Path, serve_home: ServeHome
) -> None:
    home = tmp_path / "home"
    shutil.copytree(repository_release.path.parents[1], home, symlinks=True)
    files = []
    for name, values in ROWS.items():
        file = tmp_path / "batch" / name
        file.parent.mkdir(exist_ok=True)
        made = kg(home, "template", file.stem, "--format", file.suffix[1:], "--output", file)
        assert made.returncode == 0, made.stderr
        fill_in(file, values)
        files.append(file)
    # A name that is not certain is a question, with file, row and column.
    judged = kg(home, "validate", *files, "--fix-suggestions")
    assert judged.returncode == 1
    assert re.search(r"conferrals\.xlsx:2 \[agency\]", judged.stderr), judged.stderr
    assert "agency:pemkab-banyuwangi" in judged.stderr
    refused = kg(home, "ingest", *files)
    assert refused.returncode == 1
    (line,) = kg(home, "quarantine").stdout.splitlines()
    # The curator answers it, and the batch passes with the corrected file.
    fill_in(files[-1], {**ROWS["conferrals.xlsx"], "agency": "agency:pemkab-banyuwangi"})
    judged = kg(home, "validate", *files)
    assert judged.returncode == 0, judged.stdout + judged.stderr
    brought = kg(home, "quarantine", "retry", line.split()[0], "--with", files[-1], "--by", "Ani")
    assert brought.returncode == 0, brought.stdout + brought.stderr
    assert kg(home, "quarantine").stdout.strip() == "The quarantine is empty"
    release = json.loads((home / "current" / "release.json").read_text())["identifier"]
    again = kg(home, "ingest", *files)
    assert "No change" in again.stderr
    with serve_home(home) as (address, _):
        query = (
            f"PREFIX inov: <{CANONICAL_BASE}ont#> SELECT ?r {{ ?r a inov:Placement ; "
            f"inov:recipient <{CANONICAL_BASE}id/agency/pemkab-banyuwangi> ; "
            f"inov:recognises <{CANONICAL_BASE}id/innovation/rantang-kasih-pemkab-banyuwangi> }}"
        )
        table = get(f"{address}/sparql?{urlencode({'query': query})}", Accept="text/csv")
        assert len(table.split()) == 2, table
        page = get(f"{address}/doc/innovation/rantang-kasih-pemkab-banyuwangi.html")
        assert "Media Contoh: Top 99" in page
        with urlopen(f"{address}/catalog", timeout=60) as answer:
            assert answer.headers["Data-Release"] == release
    # Withdrawn, it is as it was.
    assert kg(home, "ingest", "--withdraw", "h944").returncode == 0
    last = json.loads((home / "current" / "release.json").read_text())["identifier"]
    assert last == repository_release.identifier

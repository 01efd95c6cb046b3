"""``kg template`` and ``kg validate`` of tables, as a curator runs them."""

import subprocess
import sys
from pathlib import Path
from typing import Final

from kg.ingest.tables.description import read_kinds
from kg.ingest.tables.reading import read_rows
from kg.settings import Settings

KINDS: Final = read_kinds(Settings().ontology)
KG: Final = (sys.executable, "-c", "from kg.cli import main; main()")


def kg(*words: str | Path) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run([*KG, *words], capture_output=True, check=False, timeout=120)


def test_the_kinds_of_tables_are_listed() -> None:
    listed = kg("template").stdout.decode()
    assert [line.split()[0] for line in listed.splitlines()] == list(KINDS)


def test_a_template_is_written_to_a_file(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    assert kg("template", "events", "--format", "xlsx", "--output", path).returncode == 0
    assert list(read_rows(path, KINDS["events"])) == []


def test_an_unknown_kind_is_answered_with_those_there_are() -> None:
    run = kg("template", "songs")
    assert run.returncode == 2
    assert b"conferrals" in run.stderr


def test_a_table_at_fault_is_reported_cell_by_cell(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("source,event,type,date\nh900,new: A,pesta,kemarin\n", encoding="utf-8")
    run = kg("validate", "--kind", "events", path)
    assert run.returncode == 1
    report = run.stderr.decode()
    assert "mine.csv:2 [type]" in report
    assert "mine.csv:2 [date]" in report
    assert "Traceback" not in report


def test_a_table_of_no_known_kind_asks_for_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    run = kg("validate", path)
    assert run.returncode == 1
    assert b"--kind" in run.stderr

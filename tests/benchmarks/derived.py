"""What applying a batch costs where claims are made from tables, as they are in ``data/``.

``KG_HOME=… python tests/benchmarks/derived.py [ROUNDS]`` takes a home that ``kg build`` has made
and brings to copies of it, one after the other: the tables of ``tests/ingest/kipp-2019`` under
other ids, a folder with a hundred claims, a deposit, and the withdrawal of all three. It prints
milliseconds of the processor for the step of applying (what was brought, compared with all text)
and for the gate: in a process of its own for each batch, and the median of the rounds after the
first in one process, as in that which writes for the HTTP server.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from ingest import Clock, say, write_batch
from kg.ingest.batch import read_batch, table_readers
from kg.language import Text
from kg.namespaces import read_prefixes
from kg.release.act import Act
from kg.release.intake import Delivery, Ways, bring
from kg.release.publication import Incoming
from kg.settings import Settings

TABLES = Path("tests/ingest/kipp-2019")
NAMES = ("tables", "folder", "deposit", "withdrawal")
STEPS = ("Applying the batch", "Validating with SHACL")
FACTS = """
@prefix agency: <https://w3id.org/inovasi-publik/id/agency/> .
@prefix innovation: <https://w3id.org/inovasi-publik/id/innovation/> .
@prefix inov: <https://w3id.org/inovasi-publik/ont#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
innovation:setoran-NUMBER a inov:Innovation ;
  skos:prefLabel "Setoran NUMBER"@id , "Deposit NUMBER"@en ;
  inov:operatedBy agency:pemkot-surabaya ; inov:expandedName "Setoran yang ke-NUMBER"@id .
"""
DEPOSIT = """id = "ddd-NUMBER"
kind = "deposit"
file = "facts.ttl"
depositor = "Penguji"
date = "2026-11-01"

[label]
id = "Setoran NUMBER"
en = "Deposit NUMBER"
"""


def nothing_more(_incoming: Incoming) -> Mapping[str, object]:
    """Let a release consist of content and store."""
    return {}


def batches(folder: Path, number: int) -> Iterator[tuple[str, list[Path], list[str]]]:
    """Yield the four batches of a round: their names, what is brought, what is withdrawn."""
    tables, pages = folder / f"tables-{number}", ["h904", "h944", "h995"]
    tables.mkdir(parents=True)
    for path in TABLES.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        for page in pages:
            text = text.replace(f"{page},", f"{page}-{number},")
        (tables / path.name).write_text(text, encoding="utf-8")
    yield "tables", [tables], []
    article = write_batch(folder, number, 1)
    for name in ("claims.csv", "things.ttl"):
        text = (
            (article / name)
            .read_text(encoding="utf-8")
            .replace("pemkab-kendal-x0", "pemkab-kendal")
        )
        (article / name).write_text(text, encoding="utf-8")
    yield "folder", [article], []
    deposit = folder / f"ddd-{number}"
    deposit.mkdir()
    (deposit / "source.toml").write_text(DEPOSIT.replace("NUMBER", str(number)), encoding="utf-8")
    (deposit / "facts.ttl").write_text(FACTS.replace("NUMBER", str(number)), encoding="utf-8")
    yield "deposit", [deposit], []
    yield "withdrawal", [], [*(f"{page}-{number}" for page in pages), article.name, deposit.name]


def spent_on(home: Path, folder: Path, number: int, only: str = "") -> Iterator[tuple[str, float]]:
    """Bring the batches of a round, or one of them; yield steps with the milliseconds spent."""
    chosen = replace(Settings(), home=home)
    prefixes, readers = read_prefixes(chosen.ontology), table_readers(chosen.ontology)
    for name, paths, withdrawn in batches(folder, number):
        if only in ("", name):
            clock = Clock()
            batch = read_batch(paths, prefixes, withdrawn, readers)
            delivery = Delivery(batch, Act.now("ingest", "benchmark"))
            outcome = bring(chosen, delivery, clock, Ways(complete=nothing_more))
            clock(Text("", ""))
            assert outcome.changed
            for step in STEPS:
                yield f"{name}: {step}", clock.times[step][0][1] * 1000


def in_new_processes(home: Path, folder: Path) -> dict[str, float]:
    """Return what each batch of a round takes in a process of its own."""
    spent = {}
    for name in NAMES:
        place = folder / name
        command = [sys.executable, __file__, str(home), str(place), name]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        spent.update(json.loads(told))
    return spent


def main(rounds: int) -> None:
    """Print a table."""
    warm: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as place:
        homes = [Path(place) / name for name in ("new", "warm")]
        for home in homes:
            shutil.copytree(os.environ["KG_HOME"], home, symlinks=True)
        new = in_new_processes(homes[0], Path(place) / "batches")
        for number in range(10, 11 + rounds):
            for step, worked in spent_on(homes[1], Path(place) / "batches", number):
                warm.setdefault(step, []).append(worked)
    for step, times in warm.items():
        say(f"  {new[step]:8.0f} new {statistics.median(times[1:]):8.0f} warm  {step}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case [home_, folder_, only_]:
            say(json.dumps(dict(spent_on(Path(home_), Path(folder_), 10, only_))))
        case [rounds_]:
            main(int(rounds_))
        case _:
            main(3)

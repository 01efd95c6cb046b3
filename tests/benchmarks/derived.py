"""What applying a batch costs where claims are made from tables, as they are in ``data/``.

``KG_HOME=… python tests/benchmarks/derived.py [ROUNDS]`` takes a home that ``kg build`` has made
and brings to a copy of it, one after the other: the tables of ``tests/ingest/kipp-2019`` under
other ids, a folder with claims (``large.py`` says of what), a deposit, and the withdrawal of all
three. It prints milliseconds of the processor for the step of applying (what was brought,
compared with all text) and for the gate: of the first round, as in a process of its own, and the
median of the others, as in the process that writes for the HTTP server.
"""

import os
import shutil
import statistics
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


def main(rounds: int) -> None:
    """Print a table."""
    settings = Settings(home=Path(os.environ["KG_HOME"]))
    prefixes, readers = read_prefixes(settings.ontology), table_readers(settings.ontology)
    spent: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "home"
        shutil.copytree(settings.home, home, symlinks=True)
        chosen = replace(settings, home=home)
        for number in range(10, 10 + rounds):
            for name, paths, withdrawn in batches(Path(place) / "batches", number):
                clock = Clock()
                batch = read_batch(paths, prefixes, withdrawn, readers)
                delivery = Delivery(batch, Act.now("ingest", "benchmark"))
                outcome = bring(chosen, delivery, clock, Ways(complete=nothing_more))
                clock(Text("", ""))
                assert outcome.changed
                for step in STEPS:
                    _, worked = clock.times[step][0]
                    spent.setdefault((name, step), []).append(worked * 1000)
    for (name, step), times in spent.items():
        warm = statistics.median(times[1:]) if times[1:] else float("nan")
        say(f"  {times[0]:8.0f} first {warm:8.0f} warm  {name}: {step}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 4)

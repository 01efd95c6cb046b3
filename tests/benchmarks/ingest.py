"""How long a batch of 100 rows takes into graphs of up to a million quads, all included.

``python tests/benchmarks/ingest.py [QUADS…]`` grows a graph to each size (``large.py``): that of
the repository or, for fewer quads than it has, of what its articles alone say. The graph is
published as a release that is described, and batches are brought to it in one warm process, as
the process that writes for the HTTP server does: 100 claims of one source about four conferrals
with their innovations, which the gate accepts. Nothing is left out up to the switch: reading,
resolving, applying, the gate, the description, the content and the store on disk. Printed are
medians step by step, the time on the wall and of the processor, and what follows the switch: the
files to take away. No graph is smaller than what it is grown from: of the articles that is some
40,000 quads, most of them vocabularies and places.
"""

import csv
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from kg.ingest.batch import read_batch
from kg.language import Text
from kg.namespaces import GRAPH, read_prefixes
from kg.release.act import Act
from kg.release.audit import complete
from kg.release.build import completing, content_of, judge_data
from kg.release.intake import Delivery, bring
from kg.release.later import finish_dumps
from kg.release.merging import Merged
from kg.release.publication import Releases
from kg.release.standing import standing
from kg.release.view import view_of
from kg.settings import Settings
from kg.store import MemoryStore, write_store
from kg.validation import load_shapes, validate_view
from large import Template

sys.path.append("tests/support")
from small_data import copy_small_data

WHOLE = 240_000
"""Quads that the graph of the repository has, about."""

ROUNDS = 7
CLAIMS = 100
FIRST = 0
TEMPLATE = Path("data/sources/003")
KENDAL = "conferral:2024-top-inovasi-replikasi-pemkab-kendal", "innovation:kuda-sakti"
RECIPIENT = "agency:pemkab-kendal"
ROWS = 20
"""Rows that a graph grows by at a time; ten are about one agency."""
FRESH = "receiverTenure", "altLabel"


def quietly(_step: Text) -> None:
    """Take no notice of the progress."""


def grown(home: Path, quads: int) -> Settings:
    """Return settings whose current release has about so many quads and describes itself."""
    chosen = replace(Settings(), home=home)
    if quads < WHOLE:
        chosen = replace(chosen, data=copy_small_data(home.with_name("data")))
    judged = judge_data(chosen, quietly)
    template = Template()
    template.base = content_of(judged, chosen.base_iri).decode().split("\n")[:-1]
    made, row = list(template.base), 0
    while len(made) < quads or not row:
        made.extend(template.rows(row, row + ROWS))
        row += ROWS
    content = "".join(f"{line}\n" for line in dict.fromkeys(made)).encode()
    report = f" <{GRAPH.validation}> .\n".encode()
    lines = [line for line in content.splitlines(keepends=True) if not line.endswith(report)]
    whole = validate_view(view_of(MemoryStore(content)), load_shapes(chosen.ontology))
    told = whole.to_graph().serialize(format="nt").replace(" .\n", f" <{GRAPH.validation}> .\n")
    lines += told.encode().splitlines(keepends=True)
    manifest = {
        "base": chosen.base_iri,
        "version": judged.corpus.dataset["version"],
        "quads": len(set(lines)),
        "sources": len(judged.corpus.sources),
        "claims": sum(len(source.claims) for source in judged.corpus.sources),
        "warnings": len(whole.results),
        "shared_things": [],
        "derived": False,
        "intake": None,
        "standing": standing(chosen),
        "activity": Act.now("build").ended(judged.verdict).as_json(),
    }
    releases = Releases(home)
    # That the files of the first release are made later does not matter here.
    described = completing(chosen, quietly, None, Merged("", (), ()))
    releases.publish(b"".join(sorted(set(lines))), manifest, write_store, described)
    complete(home, releases.current())
    return chosen


def write_batch(folder: Path, number: int, agencies: int) -> Path:
    """Write a source with 100 claims about new conferrals to agencies that the graph has."""
    place = folder / f"9{number:02}"
    place.mkdir(parents=True)
    text = (TEMPLATE / "source.toml").read_text(encoding="utf-8")
    head = text.replace('"003"', f'"9{number:02}"').replace("b01a77f7", f"{number:08}")
    head = head.replace("Kendal", f"Kendal {number}")
    (place / "source.toml").write_text(head, encoding="utf-8")
    (place / "shingles.txt").write_text("", encoding="utf-8")
    with (TEMPLATE / "claims.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    about = [row for row in rows if row["subject"].startswith(KENDAL)]
    about = [row for row in about if not row["predicate"].endswith(FRESH)]
    own = [row for row in rows if row["subject"] == "article:003"][:7]
    own = [{**row, "subject": f"article:9{number:02}"} for row in own]
    written, turn, text = list(own), 0, ""
    while len(written) < CLAIMS:
        turn += 1
        names = [f"{name}-baru-{number}-{turn}" for name in KENDAL]
        recipient = f"{RECIPIENT}-x{(number * 4 + turn) % agencies}"
        for row in about:
            moved = {**row}
            for old, new in zip((*KENDAL, RECIPIENT), (*names, recipient), strict=True):
                for column in ("subject", "object"):
                    moved[column] = new if moved[column] == old else moved[column]
            written.append(moved)
        for kind, name in zip(("Conferral", "Innovation"), names, strict=True):
            label = name.partition(":")[2]
            text += f'{name} a inov:{kind} ; skos:prefLabel "{label}"@id , "{label} (en)"@en .\n'
    with (place / "claims.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        for row_number, row in enumerate(written, 1):
            writer.writerow({**row, "id": f"{row_number:03}"})
    prefixes = read_prefixes(Settings().ontology)
    used = ("conferral", "innovation", "inov", "skos")
    prologue = "".join(f"@prefix {name}: <{prefixes[name]}> .\n" for name in used)
    (place / "things.ttl").write_text(prologue + text, encoding="utf-8")
    return place


class Clock:
    """Measures from step to step: time on the wall, and of the processor."""

    def __init__(self) -> None:
        self.times: dict[str, list[tuple[float, float]]] = {}
        self._step, self._since = "", (0.0, 0.0)

    def __call__(self, step: Text) -> None:
        """End one step and begin another."""
        now = time.perf_counter(), time.process_time()
        if self._step:
            spent = now[0] - self._since[0], now[1] - self._since[1]
            self.times.setdefault(self._step, []).append(spent)
        self._step, self._since = step.en, now


def measured(chosen: Settings, folder: Path) -> Iterator[tuple[str, float, float]]:
    """Yield each step with its medians in milliseconds, on the wall and of the processor."""
    clock, prefixes = Clock(), read_prefixes(chosen.ontology)
    wholes: list[tuple[float, float]] = []
    agencies = _agencies(chosen)
    for turn in range(ROUNDS + 1):
        place = write_batch(folder, FIRST + turn, agencies)
        start = time.perf_counter(), time.process_time()
        clock(Text("", "Reading the batch"))
        batch = read_batch([place], prefixes)
        assert sum(len(brought.source.claims) for brought in batch.sources) >= CLAIMS
        clock(Text("", "Waiting for the lock, hashing what the release stands on"))
        outcome = bring(chosen, Delivery(batch, Act.now("ingest", "benchmark")), clock)
        clock(Text("", ""))
        assert outcome.changed
        if turn:
            wholes.append((time.perf_counter() - start[0], time.process_time() - start[1]))
        else:
            # The first batch warms up what a process reads once.
            clock.times.clear()
    for step, times in {**clock.times, "THE WHOLE, up to the switch": wholes}.items():
        wall, worked = (statistics.median(column) * 1000 for column in zip(*times, strict=True))
        yield step, wall, worked


def _agencies(chosen: Settings) -> int:
    content = Releases(chosen.home).current().content_path.read_bytes()
    return len(set(re.findall(rb"id/agency/pemkab-kendal-x(\d+)>", content)))


def main(sizes: list[int]) -> None:
    """Print a table."""
    for size in sizes:
        with tempfile.TemporaryDirectory(dir=os.environ.get("KG_BENCH")) as place:
            chosen = grown(Path(place) / "home", size)
            report(chosen, Path(place) / "batches")


def report(chosen: Settings, folder: Path) -> Any:  # noqa: ANN401
    """Bring batches, and print what each step took."""
    quads = Releases(chosen.home).current().manifest["quads"]
    say(f"{quads:,} quads, batches of {CLAIMS} claims, medians of {ROUNDS} in ms: wall, processor")
    for step, wall, worked in measured(chosen, folder):
        say(f"  {wall:8.0f} {worked:8.0f}  {step}")
    current = Releases(chosen.home).current()
    start = time.perf_counter(), time.process_time()
    finish_dumps(current.path)
    wall, worked = time.perf_counter() - start[0], time.process_time() - start[1]
    say(f"  {wall * 1000:8.0f} {worked * 1000:8.0f}  After the switch: the files to take away")


def say(line: str) -> None:
    """Print at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [10_000, 100_000, 1_000_000])

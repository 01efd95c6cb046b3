"""The gate at 10 k, 100 k and 1 M quads: a batch judged by what it touches, and the whole.

Run: ``.venv/bin/python tests/benchmarks/gate.py [QUADS …]`` (about five minutes for all three).
Both ways of judging the whole start from the N-Quads of a release and report on its view; that
they report the same is checked first. The yardstick loads the view into rdflib, runs pySHACL over
it for the core constraints and the rules on the engine, as the gate did before it screened.
"""

import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rdflib import Graph

from kg.release import view as gate_view
from kg.release.judgement import Candidate, Difference, Gate, judge_change
from kg.release.view import view_of
from kg.settings import Settings
from kg.store import MemoryStore, ReleaseStore, parse_rdf, write_store
from kg.validation import Report, load_shapes, validate, validate_view
from large import Template

SIZES = (10_000, 100_000, 1_000_000)
QUAD = re.compile(r'(\S+ \S+ (?:"(?:[^"\\]|\\.)*"(?:@[\w-]+|\^\^<[^>]*>)?|\S+))(?: <(\S+)>)? \.$')
IN_VIEW = (None, *(str(name) for name in gate_view.IN_VIEW))
ROUNDS = 5
ROWS = 10
"""Rows of a batch: a conferral is some two hundred quads, so that ten are two thousand."""


def screened(file: Path) -> Report:
    """Judge a release by screening it."""
    store = MemoryStore(file.read_bytes())
    return validate_view(view_of(store), load_shapes(Settings().ontology))


def in_rdflib(file: Path) -> Report:
    """Judge a release in memory, by pySHACL and the rules on the engine."""
    graph = Graph()
    with file.open(encoding="utf-8") as lines:
        quads = (QUAD.match(line) for line in lines)
        view = [f"{quad[1]} .\n" for quad in quads if quad and quad[2] in IN_VIEW]
    graph.parse(data="".join(view), format="nt")
    store = MemoryStore(file.read_bytes())
    return validate(graph, load_shapes(Settings().ontology), view_of(store).select)


WAYS: dict[str, Callable[[Path], Report]] = {"screened": screened, "in_rdflib": in_rdflib}


def alone(way: str, file: Path) -> tuple[float, float, list[str]]:
    """Judge in a process of its own: CPU seconds, peak memory in MB, the names of the results."""
    command = [sys.executable, __file__, way, str(file)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    seconds, memory, names = json.loads(done.stdout.splitlines()[-1])
    return seconds, memory, names


def whole(file: Path, quads: int, rounds: int) -> None:
    """Compare both ways in turns."""
    ratios, times, peaks = [], [], []
    for _ in range(rounds):
        ours, memory, names = alone("screened", file)
        theirs, their_memory, their_names = alone("in_rdflib", file)
        assert names == their_names, "the reports differ"
        ratios.append(theirs / ours)
        times.append((ours, theirs))
        peaks.append((memory, their_memory))
    ours, theirs = (statistics.median(column) for column in zip(*times, strict=True))
    memory, their_memory = (statistics.median(column) for column in zip(*peaks, strict=True))
    sys.stdout.write(
        f"{quads:>9} quads, whole: {ours:.1f} s CPU, {memory:.0f} MB; in rdflib {theirs:.1f} s,"
        f" {their_memory:.0f} MB; ratio {statistics.median(ratios):.1f}"
        f" ({len(names)} results, {rounds} rounds)\n"
    )


def batch(template: Template, rows: int, folder: Path, gate: Gate) -> None:
    """Judge a batch against a release on disk, several times."""
    lines = list(dict.fromkeys(template.rows(rows, rows + ROWS)))
    added = list(parse_rdf("\n".join(lines), "nq", "http://localhost/"))
    before_file, after_file = folder / "release.nq", folder / "after.nq"
    content = before_file.read_bytes()
    after_file.write_bytes(content + "\n".join([*lines, ""]).encode())
    before = validate_view(view_of(MemoryStore(content)), gate.shapes)
    write_store(folder / "store", after_file)
    store = ReleaseStore.open(folder / "store")
    after = validate_view(view_of(MemoryStore(after_file.read_bytes())), gate.shapes)
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        _, report = judge_change(Candidate(store), gate, before, Difference(added))
        times.append(time.process_time() - start)
        assert report == after, "the reports differ"
    sys.stdout.write(
        f"{content.count(10):>9} quads, a batch of {len(added)}: median"
        f" {statistics.median(times):.3f} s CPU (min {min(times):.3f}, max {max(times):.3f})\n"
    )
    sys.stdout.flush()


def main(sizes: list[int]) -> None:
    """Measure at each size."""
    template = Template()
    gate = Gate.open(Settings().ontology)
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            content, rows = template.release(size)
            (folder / "release.nq").write_bytes(content)
            batch(template, rows, folder, gate)
            whole(folder / "release.nq", content.count(b"\n"), 1 if size > 200_000 else 3)


def report_alone(way: str, file: Path) -> None:
    """Print what one way costs."""
    start = time.process_time()
    report = WAYS[way](file)
    seconds = time.process_time() - start
    names = sorted(str(result.iri) for result in report.results)
    sys.stdout.write(json.dumps([seconds, _most_memory(), names]) + "\n")


def _most_memory() -> float:
    """Return the most memory that this program has taken, in MiB."""
    # Unlike what ``getrusage`` tells, this leaves out the process that it was started from.
    found = re.search(r"^VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] in WAYS:
        report_alone(sys.argv[1], Path(sys.argv[2]))
    else:
        main([int(size) for size in sys.argv[1:]] or list(SIZES))

"""How long a batch of 100 rows takes into graphs of ten thousand to a million quads.

``python tests/benchmarks/ingest.py [QUADS…]`` makes a graph of each size and brings batches to it,
each of one source with 100 claims. Printed are medians in milliseconds, step by step, and the time
of the processor for the whole, which a busy machine does not lengthen. The gate and the counting of
the release stay out: they have benchmarks of their own.
"""

import importlib.util
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import kg.release.build as building
from kg.ingest.batch import read_batch
from kg.language import Text
from kg.release.act import Act
from kg.release.audit import complete
from kg.release.intake import Delivery, bring
from kg.release.publication import Releases
from kg.release.standing import standing
from kg.release.verdict import Verdict
from kg.settings import Settings
from kg.store import write_store

ROUNDS = 7
CLAIMS = 100
HELPERS = Path(__file__).parents[1] / "release" / "conftest.py"


def load_helpers() -> Any:  # noqa: ANN401
    """Return the helpers of the tests of bringing."""
    spec = importlib.util.spec_from_file_location("kit", HELPERS)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(seed: int) -> list[tuple[str, str, str, str]]:
    """Return claims of one source: one in ten about things that all sources speak of."""
    return [
        (
            f"agency:x-{seed if number % 10 else 0}-{number}",
            ("inov:name", "inov:venue", "inov:date")[number % 3],
            (f'"nama {seed} {number}"@id', "place:y", '"2024-05-01"^^xsd:date')[number % 3],
            "",
        )
        for number in range(CLAIMS)
    ]


def grown(kit: Any, folder: Path, quads: int) -> Settings:  # noqa: ANN401
    """Return settings whose current release has about so many quads, made without a build."""
    chosen: Settings = kit.small_settings(folder)
    with (
        patch.object(building, "load_shapes"),
        patch.object(building, "judge", lambda *_: Verdict((), kit.empty_report())),
        patch.object(building, "completing", lambda *_: lambda _incoming: {}),
    ):
        release, _ = building.build(chosen, kit.quietly)
    pattern = kit.deliver(chosen, [kit.write_source(folder / "first", "900", rows(900), {})])
    lines = list(pattern.added)
    content = set(pattern.release.content_path.read_bytes().splitlines(keepends=True))
    number = 0
    while len(content) < quads:
        number += 1
        for line in lines:
            content.add(line.replace(b"900", f"b{number:06}".encode()))
    manifest = {**release.manifest, "quads": len(content), "standing": standing(chosen)}
    del manifest["identifier"]
    manifest["intake"] = pattern.release.manifest["intake"]
    releases = Releases(chosen.home)
    releases.publish(b"".join(sorted(content)), manifest, write_store)
    complete(chosen.home, releases.current())
    return chosen


class Clock:
    """Measures from step to step."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}
        self._step, self._since = "", time.perf_counter()

    def __call__(self, step: Text) -> None:
        """End one step and begin another."""
        now = time.perf_counter()
        if self._step:
            self.times.setdefault(self._step, []).append(now - self._since)
        self._step, self._since = step.en, now


def measured(kit: Any, chosen: Settings, folder: Path) -> Iterator[tuple[str, float]]:  # noqa: ANN401
    """Yield each step with its median in milliseconds, the whole last."""
    clock, wholes, works = Clock(), [], []
    for turn in range(ROUNDS):
        place = kit.write_source(folder / "batches", f"95{turn}", rows(950 + turn), {})
        start, work = time.perf_counter(), time.process_time()
        clock(Text("", "read the batch"))
        batch = read_batch([place], kit.PREFIXES)
        clock(Text("", "lock, hash the standing"))
        bring(chosen, Delivery(batch, Act.now("ingest", "benchmark")), clock, kit.LENIENT)
        clock(Text("", ""))
        wholes.append(time.perf_counter() - start)
        works.append(time.process_time() - work)
    for step, times in clock.times.items():
        yield step, statistics.median(times) * 1000
    yield "the whole", statistics.median(wholes) * 1000
    yield "of which the processor worked", statistics.median(works) * 1000


def main(sizes: list[int]) -> None:
    """Print a table."""
    kit = load_helpers()
    for size in sizes:
        with tempfile.TemporaryDirectory() as place:
            chosen = grown(kit, Path(place), size)
            quads = Releases(chosen.home).current().manifest["quads"]
            print(f"{quads:,} quads, {CLAIMS} claims, median of {ROUNDS}")  # noqa: T201
            for step, milliseconds in measured(kit, chosen, Path(place)):
                print(f"  {milliseconds:8.0f} ms  {step}")  # noqa: T201


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [10_000, 100_000, 1_000_000])

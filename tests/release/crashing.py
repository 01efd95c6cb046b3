"""Kill whoever brings a batch, again and again, and look at what is left. Run as a program.

``python crashing.py WORK KIND COUNT SEED`` prints a line of JSON for each kill. The program opens
no store itself: it forks, and every fork does one thing and ends. KIND is ``calls`` (killed at a
call that looks at or changes files), ``completing`` (the same, from when a release is counted and
its files are written), ``moments`` (killed after a time) or ``steps`` (killed as a step begins).
``bring`` in its place brings once and prints what came of it.
"""

import importlib.util
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from kg.errors import KgError
from kg.language import Text
from kg.release.audit import read_log
from kg.release.publication import Releases
from kg.settings import Settings
from kg.store import ReleaseStore, quad_lines

_CALLS = {"open", "fcntl.flock"}
_PREFIXES = ("os.", "shutil.")

spec = importlib.util.spec_from_file_location("kit", Path(__file__).with_name("conftest.py"))
assert spec
assert spec.loader
kit: Any = importlib.util.module_from_spec(spec)
spec.loader.exec_module(kit)


def settings_of(work: Path, home: Path) -> Settings:
    return Settings(home=home, ontology=work / "ontology", data=work / "data")


COMPLETING = "Counting, and writing the dumps"
"""The step with which the files of a release begin; all others are left out but by that kind."""


def deliver(
    chosen: Settings,
    work: Path,
    progress: Callable[[Text], None],
    ways: Any = kit.LENIENT,  # noqa: ANN401
) -> str:
    batch = kit.read_batch([work / "batch"], kit.PREFIXES)
    delivery = kit.Delivery(batch, kit.Act.now("ingest", "tests"))
    return str(kit.bring(chosen, delivery, progress, ways).release.identifier)


def in_fork(act: Callable[[], Any], kill_after: float | None = None) -> tuple[int, Any]:
    """Do something in another process; return its exit status and what it says."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reading)
        try:
            said = json.dumps(act()).encode()
        except KgError as error:
            said = json.dumps({"error": error.message.en}).encode()
        os.write(writing, said)
        os._exit(0)
    os.close(writing)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(pid, signal.SIGKILL)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return status, json.loads(said) if said else None


def counted(chosen: Settings, work: Path, kill_at: int | None) -> dict[str, Any]:
    """Bring, and die at a call; return how many calls there were."""
    calls = 0

    def look(event: str, _arguments: object) -> None:
        nonlocal calls
        if event in _CALLS or event.startswith(_PREFIXES):
            calls += 1
            if calls == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(look)
    release = deliver(chosen, work, kit.quietly)
    return {"calls": calls, "release": release}


def completing(chosen: Settings, work: Path, kill_at: int | None) -> dict[str, Any]:
    """Bring, and die at a call while the release is completed; return how many there were."""
    calls, begun = 0, False

    def look(event: str, _arguments: object) -> None:
        nonlocal calls
        if begun and (event in _CALLS or event.startswith(_PREFIXES)):
            calls += 1
            if calls == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    def begin(step: Text) -> None:
        nonlocal begun
        begun = begun or step.en == COMPLETING

    sys.addaudithook(look)
    release = deliver(chosen, work, begin, kit.Ways(kit.lenient, None))
    return {"calls": calls, "release": release}


def stepping(chosen: Settings, work: Path, kill_at: int | None) -> dict[str, Any]:
    """Bring, and die as a step begins; return how many steps there were."""
    steps = 0

    def look(_step: Text) -> None:
        nonlocal steps
        steps += 1
        if steps == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    return {"release": deliver(chosen, work, look), "calls": steps}


def state(home: Path) -> dict[str, Any]:
    """Return the current release, and whether it is whole."""
    release = Releases(home).current()
    content = release.content_path.read_bytes()
    lines = quad_lines(ReleaseStore.open(release.store_path).quads())
    told = release.publication_path
    # The engine writes a time zone in its own way.
    text = told.read_text().replace('+00:00"', 'Z"') if told.is_file() else ""
    published = text.splitlines(keepends=True)
    wanted = sorted([*content.decode().splitlines(keepends=True), *published])
    digest = release.manifest["intake"]
    return {
        "release": release.identifier,
        "intake": digest,
        "whole": sha256(content).hexdigest() == release.identifier
        and sorted(lines) == wanted
        and (digest is None or (home / "intake" / digest / "sources").is_dir()),
        "left": sorted(
            str(path.relative_to(home)) for path in home.rglob(".*") if path.name != ".lock"
        ),
        "published": [e["release"] for e in read_log(home) if e["outcome"] == "published"],
    }


def trials(work: Path, kind: str, count: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    home = work / "trial"
    chosen = settings_of(work, home)

    def fresh() -> None:
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(work / "home", home, symlinks=True)

    act = {"steps": stepping, "completing": completing}.get(kind, counted)
    finish = (kit.Ways(kit.lenient, None),) if kind == "completing" else ()
    fresh()
    start = time.monotonic()
    _, whole = in_fork(lambda: act(chosen, work, None))
    lasted = time.monotonic() - start
    points: Sequence[int] = range(1, whole["calls"] + 1)
    if kind != "steps":
        # What lies behind the end, by chance, was no kill; then there is one more.
        points = chance.choices(points, k=10 * count)
    kills = 0
    for point in points:
        if kind != "steps" and kills == count:
            break
        fresh()
        before = in_fork(lambda: state(home))[1]
        if kind == "moments":
            after = chance.uniform(0, lasted)
            status, _ = in_fork(lambda: deliver(chosen, work, kit.quietly), after)
            if status != -signal.SIGKILL:
                # It takes less time than the first did, which may have come at a busy moment.
                lasted = after
        else:
            status, _ = in_fork(lambda at=point: act(chosen, work, at))  # type: ignore[misc]
        kills += status == -signal.SIGKILL
        killed = in_fork(lambda: state(home))[1]
        again = in_fork(lambda: deliver(chosen, work, kit.quietly, *finish))[1]
        finally_ = in_fork(lambda: state(home))[1]
        result = {
            "point": point,
            "killed": status == -signal.SIGKILL,
            "before": before,
            "after": killed,
            "again": again,
            "finally": finally_,
            "wanted": whole["release"],
        }
        print(json.dumps(result), flush=True)  # noqa: T201


def bring_once(work: Path, home: Path) -> None:
    status, said = in_fork(lambda: deliver(settings_of(work, home), work, kit.quietly))
    print(json.dumps({"status": status, "said": said}), flush=True)  # noqa: T201


if __name__ == "__main__":
    if sys.argv[2] == "bring":
        bring_once(Path(sys.argv[1]), Path(sys.argv[3]))
    elif sys.argv[2] == "state":
        print(json.dumps(in_fork(lambda: state(Path(sys.argv[3])))[1]))  # noqa: T201
    else:
        trials(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))

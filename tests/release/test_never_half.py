"""Whatever happens to whoever brings a batch, what is served is the old release or the new one."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

import kg.release.build as building
from kg.release.verdict import Verdict

Kit: TypeAlias = Any

PROGRAM = Path(__file__).with_name("crashing.py")


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory, kit: Kit) -> Path:
    """Return a folder with a home to which one source was brought, and a batch of two more."""
    folder = tmp_path_factory.mktemp("work")
    chosen = kit.small_settings(folder)
    (chosen.data / "things" / "publisher.ttl").write_text(PUBLISHER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "load_shapes", lambda _: None)
        patch.setattr(building, "judge", lambda *_: Verdict((), kit.empty_report()))
        patch.setattr(building, "completing", lambda *_: lambda _incoming: {})
        building.build(chosen, kit.quietly)
    first = kit.write_source(folder / "first", "900", ROWS, {"agency:b": "B"})
    kit.deliver(chosen, [first])
    kit.write_source(folder / "batch", "900", ROWS[1:], {"agency:b": "B"})
    kit.write_source(folder / "batch", "901", ROWS[:1], {"agency:c": "C"})
    return folder


PUBLISHER = """
@prefix inov: <https://w3id.org/inovasi-publik/ont#> .
@prefix publisher: <https://w3id.org/inovasi-publik/id/publisher/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
publisher:inovasi a inov:Agency ; skos:prefLabel "Inovasi"@id , "Inovasi (en)"@en .
"""
ROWS = [("agency:b", "inov:venue", "place:x", ""), ("agency:b", "inov:name", '"B"', "")]


def run(*arguments: object, prefix: tuple[str, ...] = ()) -> Iterator[dict[str, Any]]:
    done = subprocess.run(
        [*prefix, sys.executable, PROGRAM, *map(str, arguments)],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    for line in done.stdout.splitlines():
        yield json.loads(line)


def check(trial: dict[str, Any]) -> bool:
    """Check what one kill has left; return whether it was a kill at all."""
    old, new = trial["before"], trial["wanted"]
    after, end = trial["after"], trial["finally"]
    assert after["whole"], trial
    assert after["release"] in (old["release"], new), trial
    assert (after["release"] == old["release"]) == (after["intake"] == old["intake"]), trial
    assert trial["again"] == new, trial
    assert end["whole"], trial
    assert end["release"] == new, trial
    assert end["left"] == [], trial
    assert end["published"].count(new) == 1, trial
    return bool(trial["killed"])


@pytest.mark.parametrize(("kind", "count"), [("calls", 5), ("moments", 2), ("completing", 2)])
def test_a_few_kills_leave_the_old_release_or_the_new_one(
    work: Path, kind: str, count: int
) -> None:
    assert sum(check(trial) for trial in run(work, kind, count, 1)) == count


@pytest.mark.crash
@pytest.mark.parametrize(("kind", "count"), [("calls", 120), ("moments", 80), ("completing", 60)])
def test_two_hundred_kills_leave_the_old_release_or_the_new_one(
    work: Path, kind: str, count: int
) -> None:
    assert sum(check(trial) for trial in run(work, kind, count, 2)) == count


@pytest.mark.crash
def test_a_kill_at_every_step_leaves_the_old_release_or_the_new_one(work: Path) -> None:
    assert sum(check(trial) for trial in run(work, "steps", 0, 0)) >= 4


def can_mount() -> bool:
    return shutil.which("unshare") is not None and os.geteuid() == 0


@pytest.mark.crash
@pytest.mark.skipif(not can_mount(), reason="needs the right to mount")
@pytest.mark.parametrize("spare", [0, 8, 40, 100, 200, 400, 800])
def test_a_full_disk_leaves_the_old_release(work: Path, tmp_path: Path, spare: int) -> None:
    used = int(
        subprocess.run(
            ["du", "-s", "--apparent-size", "--block-size=1024", work / "home"],
            check=True, capture_output=True,
        ).stdout.split()[0]
    )  # fmt: skip
    outcome = on_small_disk(work, tmp_path, f"{used * 2 + spare}k", "true")
    assert outcome["state"]["whole"], outcome
    assert outcome["state"]["release"] in (outcome["before"]["release"], outcome["said"])


@pytest.mark.crash
@pytest.mark.skipif(not can_mount(), reason="needs the right to mount")
def test_a_read_only_disk_leaves_the_old_release_and_says_so(work: Path, tmp_path: Path) -> None:
    outcome = on_small_disk(work, tmp_path, "100m", f"mount -o remount,ro {tmp_path / 'disk'}")
    assert outcome["state"] == outcome["before"]
    assert "current release is unchanged" in outcome["said"]["error"]


def on_small_disk(work: Path, place: Path, size: str, then: str) -> dict[str, Any]:
    """Bring to a copy of the home on a disk of its own; return what was before and after."""
    disk = place / "disk"
    disk.mkdir()
    script = place / "run.sh"
    lines = [
        f"mount -t tmpfs -o size={size} tmpfs {disk}",
        f"cp -a {work / 'home'}/. {disk}",
        then,
        *(
            f"{sys.executable} {PROGRAM} {work} {what} {disk}"
            for what in ("state", "bring", "state")
        ),
    ]
    script.write_text("set -e\n" + "\n".join(lines) + "\n")
    before, said, after = run_script(script)
    return {"before": before, "said": said["said"], "state": after}


def run_script(script: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        ["unshare", "-m", "sh", script],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_two_writers_at_once_take_turns(work: Path, tmp_path: Path, kit: Kit) -> None:
    home = tmp_path / "home"
    shutil.copytree(work / "home", home, symlinks=True)
    others = tmp_path / "other"
    for name in ("ontology", "data"):
        shutil.copytree(work / name, others / name)
    kit.write_source(others / "batch", "902", ROWS[:1], {})
    writers = [
        subprocess.Popen(
            [sys.executable, PROGRAM, folder, "bring", home],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        for folder in (work, others)
    ]
    for writer in writers:
        assert json.loads(writer.communicate()[0])["status"] == 0
    (found,) = run(work, "state", home)
    assert found["whole"]
    digest = found["intake"]
    names = {path.name for path in (home / "intake" / digest / "sources").iterdir()}
    assert names == {"900", "901", "902"}
    assert len(found["published"]) == 4


def test_leftovers_of_any_kind_are_in_nobody_s_way(work: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(work / "home", home, symlinks=True)
    for name in ("releases/.incoming-x/store", "intake/.incoming-y", "intake/kept/zzz@1"):
        (home / name).mkdir(parents=True)
    (home / "releases/.incoming-x/release.nq").write_text("half")
    (home / "intake/0123456789abcdef").mkdir()
    (home / ".current-1").symlink_to("releases/nowhere")
    (home / ".act.json").write_text('{"entry": {"id"')
    (outcome,) = run(work, "bring", home)
    assert outcome["status"] == 0
    (found,) = run(work, "state", home)
    assert found["whole"]
    assert found["left"] == []
    assert not (home / "intake/0123456789abcdef").exists()


@pytest.mark.parametrize("then", [4e9, 1e6], ids=["back", "forward"])
def test_a_clock_that_jumps_decides_nothing(work: Path, tmp_path: Path, then: float) -> None:
    home = tmp_path / "home"
    shutil.copytree(work / "home", home, symlinks=True)
    for path in home.rglob("*"):
        os.utime(path, (then, then), follow_symlinks=False)
    (before,) = run(work, "state", home)
    assert before["whole"]
    for published in (1, 0):
        (outcome,) = run(work, "bring", home)
        assert outcome["status"] == 0
        (found,) = run(work, "state", home)
        assert found["whole"]
        assert len(found["published"]) == len(before["published"]) + published
        before = found
    # To those who ask what has changed since, the new release is later than the old one.
    assert (home / "current" / "release.json").stat().st_mtime > then

"""The past of a home: which releases there are, which was current when, back, keep and remove."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kg.errors import StoreError
from kg.release.differences import BLANK, Totals, entities
from kg.release.history import (
    History,
    NoEarlierReleaseError,
    ReleaseNameError,
    UnknownReleaseError,
)
from kg.release.journal import FILE, read_switches
from kg.release.lookup import has, label_of, lines_about
from kg.release.publication import Release

BASE = "http://localhost:8000/"
LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"


def content(word: str) -> bytes:
    return f'<{BASE}id/agency/x> <{LABEL}> "{word}"@id .\n'.encode()


def touch_store(folder: Path, _: Path) -> None:
    folder.mkdir()
    (folder / "CURRENT").write_text("a store is of no matter here")


def publish(history: History, word: str, **manifest: object) -> Release:
    return history.publish(content(word), {"base": BASE, **manifest}, touch_store)


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path)


@pytest.fixture
def three(history: History) -> list[Release]:
    """Return three releases, published one after the other; the last is current."""
    return [publish(history, word) for word in ("one", "two", "three")]


def test_releases_are_listed_newest_first(history: History, three: list[Release]) -> None:
    assert history.releases() == three[::-1]


@pytest.mark.parametrize("digits", [8, 16, 40, 64])
def test_a_release_is_found_by_how_it_begins(
    history: History, three: list[Release], digits: int
) -> None:
    for release in three:
        assert history.find(release.identifier[:digits]) == release
        assert history.find(release.identifier[:digits].upper()) == release
    assert history.find("current") == three[2]


def test_what_names_no_release_or_several_is_refused(
    history: History, three: list[Release]
) -> None:
    name = three[0].identifier
    for wrong in ("", name[:7], "g" * 16, name + "0", "../../etc", "*" * 8):
        with pytest.raises(ReleaseNameError):
            history.find(wrong)
    with pytest.raises(UnknownReleaseError):
        history.find("0" * 16)
    other = {"identifier": name[:8] + "0" * 56, "base": BASE}
    twin = history.home / "releases" / (name[:8] + "0" * 8)
    twin.mkdir()
    (twin / "release.json").write_text(json.dumps(other))
    with pytest.raises(ReleaseNameError, match=name[:16]):
        history.find(name[:8])
    assert history.find(name[:9]) == three[0]


def test_every_switch_is_written_down_and_no_other(history: History, three: list[Release]) -> None:
    publish(history, "three")
    history.rollback(three[0].identifier)
    written = [(each.release, each.by) for each in read_switches(history.home)]
    names = [each.identifier for each in three]
    assert written == [*((name, "build") for name in names), (names[0], "rollback")]


def write_log(history: History, *lines: tuple[datetime, Release]) -> None:
    text = "".join(
        json.dumps({"time": time.isoformat(), "release": each.identifier, "by": "build"}) + "\n"
        for time, each in lines
    )
    (history.home / FILE).write_text(text)


DAY = datetime(2026, 1, 1, 12, 0, 0, 700_000, UTC)


def test_the_release_of_a_moment_is_the_one_that_was_current_then(
    history: History, three: list[Release]
) -> None:
    one, two, last = three
    days = [DAY + timedelta(days=number) for number in range(4)]
    write_log(history, *zip(days, (one, two, one, last), strict=True))
    hour = timedelta(hours=1)
    for moment, expected in (
        (DAY - 10 * hour, one),
        *((day + hour, each) for day, each in zip(days, (one, two, one, last), strict=True)),
        (days[1].replace(microsecond=0), two),
        (days[3] + 99 * hour, last),
    ):
        assert history.at(moment) == expected
    assert history.at(days[1] + hour, lambda each: each != two) == one
    assert history.first_published(one) == DAY.replace(microsecond=0)


def test_rolling_back_goes_to_what_was_current_before_the_build(
    history: History, three: list[Release]
) -> None:
    one, two, _ = three
    assert history.rollback() == two
    assert history.rollback() == one
    with pytest.raises(NoEarlierReleaseError):
        history.rollback()
    four = publish(history, "four")
    assert history.current() == four
    assert history.rollback() == one, "not two: that was rolled back itself"


def test_rolling_back_passes_over_what_was_removed(history: History, three: list[Release]) -> None:
    history.pin(three[0].identifier)
    history.prune(keep=1)
    assert history.rollback() == three[0]


def test_a_torn_line_of_the_log_is_passed_over(history: History, three: list[Release]) -> None:
    log = history.home / FILE
    log.write_bytes(log.read_bytes() + b'{"time": "2026-01-0')
    assert len(read_switches(history.home)) == 3
    history.rollback(three[0].identifier)
    assert [each.release for each in read_switches(history.home)] == [
        *(each.identifier for each in three),
        three[0].identifier,
    ]


def test_a_switch_that_was_not_written_down_is_made_up_for(
    history: History, three: list[Release]
) -> None:
    log = history.home / FILE
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))
    seen = history.switches()
    assert (seen[-1].release, seen[-1].by) == (three[2].identifier, "recovered")
    history.pin("current")
    written = read_switches(history.home)
    assert (written[-1].release, written[-1].by) == (three[2].identifier, "recovered")
    assert abs(written[-1].time - seen[-1].time) < timedelta(milliseconds=2)


def test_a_home_without_a_log_has_a_past_all_the_same(
    history: History, three: list[Release]
) -> None:
    (history.home / FILE).unlink()
    for number, release in enumerate(three):
        os.utime(release.path / "release.json", (1_700_000_000 + number * 100,) * 2)
    assert [each.release for each in history.switches()[:2]] == [r.identifier for r in three[:2]]
    assert history.at(datetime.fromtimestamp(1_700_000_150, UTC)) == three[1]
    assert history.rollback() == three[1]


def test_pruning_keeps_what_is_current_pinned_or_new(
    history: History, three: list[Release]
) -> None:
    four = publish(history, "four")
    history.pin(three[0].identifier[:8])
    history.rollback(three[1].identifier)
    would = history.prune(keep=1, dry_run=True)
    assert len(history.releases()) == 4
    removed = history.prune(keep=1)
    assert removed == would
    assert [each.release for each in removed] == [three[2]]
    assert removed[0].size > len(content("three"))
    assert history.releases() == [four, three[1], three[0]]
    history.unpin(three[0].identifier)
    assert [each.release for each in history.prune(keep=0)] == [four, three[0]]
    assert history.releases() == [three[1]]
    assert not list(history.home.glob("releases/.removed*"))


def test_an_empty_home_has_no_past(history: History) -> None:
    assert history.releases() == []
    assert history.switches() == []
    with pytest.raises(StoreError):
        history.find("current")


_CHILD = """
import sys, shutil, time
from pathlib import Path
from kg.release import history, publication
def hang(*arguments, **options):
    print("there", flush=True)
    time.sleep(60)
place, action, home = sys.argv[1:]
if place == "removal":
    history.shutil.rmtree = hang
if place == "log":
    publication.write_switch = hang
if place == "link":
    publication.Path.replace = hang
past = history.History(Path(home))
{"prune": lambda: past.prune(keep=1), "rollback": past.rollback}[action]()
"""


def kill_in(place: str, action: str, home: Path) -> None:
    """Let another process do something, and kill it once it has come to a place."""
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, place, action, str(home)], stdout=subprocess.PIPE
    )
    assert child.stdout
    with child.stdout:
        assert child.stdout.readline() == b"there\n"
    child.send_signal(signal.SIGKILL)
    child.wait()


def test_a_killed_removal_leaves_no_half_release(history: History, three: list[Release]) -> None:
    kill_in("removal", "prune", history.home)
    assert history.releases() == [three[2], three[1]], "the oldest is out of sight already"
    assert list(history.home.glob("releases/.removed*"))
    history.prune(keep=1)
    assert history.releases() == [three[2]]
    assert not list(history.home.glob("releases/.removed*"))


def test_a_killed_rollback_has_happened_or_not(history: History, three: list[Release]) -> None:
    kill_in("link", "rollback", history.home)
    assert history.current() == three[2]
    kill_in("log", "rollback", history.home)
    assert history.current() == three[1]
    assert history.at(datetime.now(UTC)) == three[1]
    history.pin("current")
    assert read_switches(history.home)[-1].release == three[1].identifier


def test_looking_waits_for_nobody(history: History, three: list[Release]) -> None:
    with history.alone():
        begin = time.monotonic()
        assert history.find(three[0].identifier) == three[0]
        assert history.releases()
        assert time.monotonic() - begin < 30


# Looking up and comparing


def test_lines_about_are_those_of_one_subject(tmp_path: Path) -> None:
    subjects = [f"{BASE}id/x/{number}" for number in (0, 1, 10, 100, 11, 2, 3)]
    lines = sorted(
        f'<{each}> <{LABEL}> "{number} {"x" * (number * 37 % 101)}" .\n'
        for each in subjects
        for number in range(25)
    )
    path = tmp_path / "release.nq"
    path.write_text("".join(lines))
    for each in subjects:
        expected = [line.encode() for line in lines if line.startswith(f"<{each}> ")]
        assert list(lines_about(path, each)) == expected
        assert len(expected) == 25
    for absent in (f"{BASE}id/x/", f"{BASE}id/x/12", "http://a", "urn:z"):
        assert not list(lines_about(path, absent))
    (tmp_path / "empty").write_text("")
    assert not list(lines_about(tmp_path / "empty", subjects[0]))


def test_every_subject_of_the_release_is_found_and_named(small_release: Release) -> None:
    path = small_release.content_path
    lines = path.read_bytes().splitlines(keepends=True)
    subjects = sorted({line.split(b" ", 1)[0] for line in lines if line.startswith(b"<")})
    assert len(subjects) > 1000
    for subject in subjects[::37]:
        found = list(lines_about(path, subject.decode().strip("<>")))
        assert found == [line for line in lines if line.startswith(subject + b" ")]
    agency = "https://w3id.org/inovasi-publik/id/agency/polresta-sidoarjo"
    assert label_of(path, agency, "id") == "Polresta Sidoarjo"
    assert label_of(path, agency, "en") == "Sidoarjo City Police Resort"
    assert has(small_release.path, agency)
    assert not has(small_release.path, agency + "x")
    assert not has(small_release.path / "gone", agency)


def test_what_changed_is_told_by_thing_and_by_graph(tmp_path: Path) -> None:
    a, g = f"<{BASE}id/a/1>", f"<{BASE}graph/x>"
    before = [f'{a} <{LABEL}> "old" .', f'{a} <{LABEL}> "old" {g} .', f'_:c0 <{LABEL}> "b" .']
    after = [
        f'{a} <{LABEL}> "new \\" {g} ." .',
        f'{a} <{LABEL}> "old" {g} .',
        f"{g} <{LABEL}> {a} .",
    ]
    paths = []
    for name, lines in (("before", before), ("after", after)):
        paths.append(tmp_path / name)
        paths[-1].write_text("".join(sorted(line + "\n" for line in lines)))
    totals = Totals()
    found = list(entities(paths[0], paths[1], totals))
    assert [(each.iri, each.added, each.removed) for each in found] == [
        (f"{BASE}graph/x", 1, 0),
        (f"{BASE}id/a/1", 1, 1),
        (BLANK, 0, 1),
    ]
    assert [(each.sign, each.graphs) for each in found[1].differences] == [
        ("-", ("",)),
        ("+", ("",)),
    ]
    assert (totals.of("+"), totals.of("-"), totals.of("-", "")) == (2, 2, 2)

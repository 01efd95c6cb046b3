"""A content is merged beside the gate: with the right lines, or again, or not at all."""

import random
import threading
from hashlib import sha256
from pathlib import Path

import pytest

from kg.release import merging
from kg.release.merging import Merging, StoppedError, hash_merged, plan_merge, write_merged


def some_lines(chance: random.Random, most: int) -> set[bytes]:
    letters = ("".join(chance.choices("ab<>_", k=chance.randrange(1, 9))) for _ in range(most))
    return {f"{text}\n".encode() for text in letters}


def written(lines: set[bytes]) -> bytes:
    return b"".join(sorted(lines))


@pytest.mark.parametrize("seed", range(40))
def test_what_was_begun_is_the_result_only_of_the_same_lines(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)  # noqa: S311  no secret
    # So small that every way to copy occurs.
    monkeypatch.setattr(merging, "_BLOCK", 40)
    monkeypatch.setattr(merging, "_VECTOR", 4)
    monkeypatch.setattr(merging, "_NEAR", 8)
    monkeypatch.setattr(merging, "_STRETCH", 64)
    before = some_lines(chance, chance.choice((1, 30, 300)))
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(written(before))
    removed = set(chance.sample(sorted(before), len(before) // 5))
    added = some_lines(chance, 20) - removed
    more = some_lines(chance, chance.choice((0, 3))) - removed
    with Merging(old, new) as going:
        going.begin(removed, added)
        merged = going.result(removed, added | more)
        going.wait()
    wanted = (before - removed) | added | more
    assert new.read_bytes() == written(wanted)
    assert merged.identifier == sha256(written(wanted)).hexdigest()
    assert merged.removed == tuple(sorted(before - wanted))
    assert merged.added == tuple(sorted(wanted - before))


def test_the_file_is_written_once_if_the_lines_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old").write_bytes(b"a\nb\n")
    with Merging(tmp_path / "old", tmp_path / "new") as going:
        going.begin({b"a\n"}, {b"c\n"})
        monkeypatch.setattr(merging, "plan_merge", None)
        assert going.result({b"a\n"}, {b"c\n"}).added == (b"c\n",)


def test_whoever_gives_up_leaves_neither_file_nor_thread(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"a\nb\n" * 100)
    threads = threading.active_count()

    def give_up() -> None:
        with Merging(tmp_path / "old", tmp_path / "new") as going:
            going.begin((), {b"c\n"})
            raise KeyError

    with pytest.raises(KeyError):
        give_up()
    assert not (tmp_path / "new").exists()
    assert threading.active_count() == threads


def test_a_merge_that_is_stopped_says_so(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"a\nb\n")
    stop = threading.Event()
    stop.set()
    plan = plan_merge(tmp_path / "old", (), {b"c\n"})
    with pytest.raises(StoppedError):
        write_merged(tmp_path / "old", tmp_path / "new", plan, stop)
    with pytest.raises(StoppedError):
        hash_merged(tmp_path / "old", plan, stop)


@pytest.mark.parametrize("lines", [{b"b\n"}, set()])
def test_a_disk_that_is_full_is_told_of(tmp_path: Path, lines: set[bytes]) -> None:
    (tmp_path / "old").write_bytes(b"a\nb\nc\n")
    (tmp_path / "new").symlink_to("/dev/full")

    def fill() -> None:
        with Merging(tmp_path / "old", tmp_path / "new") as going:
            going.begin((), {b"d\n"})
            going.result(lines, {b"d\n"})
            going.wait()

    with pytest.raises(OSError, match="No space left"):
        fill()

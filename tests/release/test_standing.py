"""What a release stands on: no change of a folder goes unnoticed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.release.standing import hash_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    for name in ("a.csv", "a/b.csv", "a-b/c.csv", "a/deep/er/d.csv"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    return root


def renamed(folder: Path) -> None:
    (folder / "a.csv").rename(folder / "b.csv")


def moved(folder: Path) -> None:
    (folder / "a/b.csv").rename(folder / "a-b/b.csv")


def edited(folder: Path) -> None:
    file = folder / "a/deep/er/d.csv"
    before = file.stat()
    file.write_text("A" + file.read_text()[1:])
    # A clock may jump, and a copy may keep times.
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_size == before.st_size


def added(folder: Path) -> None:
    (folder / "a/new.csv").touch()


def removed(folder: Path) -> None:
    (folder / "a-b/c.csv").unlink()


@pytest.mark.parametrize("change", [renamed, moved, edited, added, removed])
def test_every_change_of_a_file_makes_another_hash(
    change: Callable[[Path], None], folder: Path
) -> None:
    before = hash_folder(folder)
    change(folder)
    assert hash_folder(folder) != before


def test_hidden_files_and_folders_without_files_do_not_count(folder: Path) -> None:
    before = hash_folder(folder)
    (folder / "a/.swp").write_text("x")
    (folder / "empty").mkdir()
    assert hash_folder(folder) == before


def test_a_file_counts_wherever_a_link_leads_to_it(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("a.csv", "a/b.csv", "a-b/c.csv", "a/deep/er/d.csv"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).symlink_to(folder / name)
    assert hash_folder(copy) == hash_folder(folder)


def test_the_hash_of_a_state_stays(folder: Path) -> None:
    """Releases name it: another one would build each of them anew."""
    assert hash_folder(folder)[:16] == "17043020b8a411cd"


def test_a_folder_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    assert hash_folder(tmp_path / "nothing") == hash_folder(tmp_path)

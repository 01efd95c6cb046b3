"""Tables come to the real release by the guide's way, and leave it as it was."""

import csv
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli.commands import make_group
from kg.release import intake
from kg.release.audit import read_log
from kg.release.publication import Release, Releases

KIPP = Path(__file__).parents[1] / "ingest" / "kipp-2019"


@pytest.fixture(scope="module")
def brought_to(small_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home of its own with the repository's release."""
    home = tmp_path_factory.mktemp("brought") / "home"
    shutil.copytree(small_release.path.parents[1], home, symlinks=True)
    return home


@pytest.fixture(autouse=True)
def data(small_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands stand on the data that the release was made of."""
    monkeypatch.setenv("KG_DATA", str(small_data))


def run(home: Path, *arguments: str) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        # Counting and dumping are the same as of a build, and tested there.
        patch.setattr(intake, "completing", lambda *_: lambda _incoming: {})
        return CliRunner().invoke(make_group("en"), [*arguments, "--home", str(home)])


def test_tables_come_and_go(brought_to: Path, small_release: Release) -> None:
    first = run(brought_to, "ingest", str(KIPP), "--by", "tests")
    assert first.exit_code == 0, first.output
    brought = Releases(brought_to).current()
    assert brought.manifest["sources"] == small_release.manifest["sources"] + 3
    assert b"/id/page/h904>" in brought.content_path.read_bytes()
    kept = brought_to / "intake" / brought.manifest["intake"]
    with (kept / "tables" / "conferrals" / "h944.csv").open() as file:
        assert {row["source"] for row in csv.DictReader(file)} == {"h944"}
    sources = [option for name in ("h904", "h944", "h995") for option in ("--withdraw", name)]
    last = run(brought_to, "ingest", *sources)
    assert last.exit_code == 0, last.output
    assert Releases(brought_to).current().identifier == small_release.identifier
    assert [entry["outcome"] for entry in read_log(brought_to)][-2:] == ["published"] * 2


def test_a_name_that_is_open_is_refused_with_its_place(brought_to: Path, tmp_path: Path) -> None:
    for path in KIPP.glob("*.csv"):
        text = path.read_text().replace("baru: Pemerintah Kabupaten Gresik", "Pemkab Gresikk")
        (tmp_path / path.name).write_text(text)
    before = Releases(brought_to).current().identifier
    result = run(brought_to, "ingest", str(tmp_path))
    assert result.exit_code == 1
    assert "conferrals.csv:" in result.output
    assert "[agency]" in result.output
    assert Releases(brought_to).current().identifier == before
    assert (brought_to / "quarantine").is_dir()

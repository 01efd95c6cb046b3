"""Judging files that are not part of the data: each result leads back to a line of the file."""

from pathlib import Path

import pytest

from kg.release.files import judge_files
from kg.settings import Settings

EXAMPLES = Settings().ontology / "examples"

# One of every kind of place: at the margin, in a graph of TriG, of a value, of a named graph.
SAMPLE = (
    "S07-agency-type-missing.ttl",
    "S16-*.ttl",
    "S23-*.ttl",
    "S56-*.ttl",
    "S64-*.trig",
    "S66-start-after-end.ttl",
    "S70-same-as-undecided.trig",
)


@pytest.mark.parametrize("pattern", SAMPLE)
def test_an_invalid_example_is_refused_with_its_file_and_line(pattern: str) -> None:
    path = min((EXAMPLES / "invalid").glob(pattern))
    shape = path.read_text(encoding="utf-8").split()[2].removeprefix("inovsh:")
    verdict = judge_files([path], Settings(), lambda _step: None)
    assert {entry.rule.partition("#")[2] for entry in verdict.entries} == {shape}
    for entry in verdict.entries:
        assert entry.locations[0].file == path
        assert entry.locations[0].row


def test_files_are_judged_together(tmp_path: Path) -> None:
    whole = (EXAMPLES / "valid" / "agencies-and-units.ttl").read_text(encoding="utf-8")
    prefixes = "".join(line + "\n" for line in whole.splitlines() if line.startswith("@prefix"))
    blocks = whole.removeprefix(prefixes).split("\n\n")
    half = len(blocks) // 2
    parts = [tmp_path / "one.ttl", tmp_path / "two.ttl"]
    for path, members in zip(parts, (blocks[:half], blocks[half:]), strict=True):
        path.write_text(prefixes + "\n\n".join(members) + "\n", encoding="utf-8")
    assert judge_files(parts, Settings(), lambda _step: None).conforms


def test_a_copy_of_a_source_is_judged_in_its_place(tmp_path: Path, small_data: Path) -> None:
    settings = Settings(data=small_data)
    source = settings.data / "sources" / "003"
    copy = tmp_path / "003"
    copy.mkdir()
    for file in source.iterdir():
        text = file.read_text(encoding="utf-8")
        (copy / file.name).write_text(text.replace("3.78", "37.8"), encoding="utf-8")
    verdict = judge_files([copy], settings, lambda _step: None)
    assert not verdict.conforms
    assert any(entry.locations[0].file == copy / "claims.csv" for entry in verdict.of("violation"))

"""The difference of two releases, against the difference of two sets of lines."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.release.changes import Change, changes

LINES = st.sets(st.binary(min_size=1, max_size=3).filter(lambda line: b"\n" not in line))


@given(before=LINES, after=LINES)
def test_changes_lead_from_one_set_of_quads_to_the_other(
    before: set[bytes], after: set[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = _between(before, after, tmp_path_factory.mktemp("changes"))
    assert {quad for sign, quad in found if sign == "+"} == _lines(after) - _lines(before)
    assert {quad for sign, quad in found if sign == "-"} == _lines(before) - _lines(after)
    assert [quad for _, quad in found] == sorted(quad for _, quad in found)


def _between(before: set[bytes], after: set[bytes], folder: Path) -> list[Change]:
    files = []
    for name, lines in (("before", before), ("after", after)):
        path = folder / name
        path.write_bytes(b"".join(sorted(_lines(lines))))
        files.append(path)
    return list(changes(*files))


def _lines(quads: set[bytes]) -> set[bytes]:
    return {quad + b"\n" for quad in quads}

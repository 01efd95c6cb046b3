"""The commands about releases that are there already."""

import json
from pathlib import Path

import pytest

from kg.cli.commands import make_group
from kg.release.history import History, UnknownReleaseError

B = "http://data.example/"
WORDS = ("one", "two", "three")


def publish(history: History, word: str) -> str:
    lines = [f'<{B}id/agency/{i}> <{B}ont#word> "{word} {i}" .\n' for i in range(200)]
    content = "".join(sorted(lines)).encode()
    return history.publish(content, {"base": B}, lambda folder, _: folder.mkdir()).identifier


def test_the_command_line_lists_compares_goes_back_and_prunes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    history = History(tmp_path)
    names = [publish(history, word) for word in WORDS]

    monkeypatch.setenv("KG_HOME", str(tmp_path))

    def kg(*arguments: str) -> str:
        make_group("en").main(list(arguments), standalone_mode=False)
        return capsys.readouterr().out

    assert [row["id"] for row in json.loads(kg("releases", "--format", "json"))] == names[::-1]
    told = kg("diff", names[0], names[1])
    assert '+ inov:word "two 0"  [default graph]' in told
    assert "200 things changed: 200 quads added, 200 removed" in told
    lines = [json.loads(line) for line in kg("diff", names[0], "--format", "json").splitlines()]
    assert (len(lines), lines[-1]["added"]) == (201, 200)
    assert kg("diff", names[0], names[1], "--format", "nquads").count("\n+ <") == 200
    assert names[1][:16] in kg("rollback")
    kg("pin", names[0][:8])
    assert names[0][:16] not in kg("prune", "--keep", "0", "--dry-run")
    assert len(history.releases()) == 3
    assert names[2][:16] in kg("prune", "--keep", "0")
    table = kg("releases").splitlines()
    assert len(table) == 3
    assert [line.split()[-1] for line in table[1:]] == ["current", "pinned"]
    with pytest.raises(UnknownReleaseError, match="kg releases"):
        kg("diff", "0" * 16)

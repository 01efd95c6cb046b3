"""A copy of the curated data with the articles alone and few places, for tests that build it."""

import csv
import re
import shutil
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from kg.settings import Settings

PLACES = Path("reference/places.csv")
DECISIONS = {"conflicts.csv": "claims", "identity.csv": "evidence"}
"""Tables of decisions, and the column that names the claims each row rests on."""


def copy_small_data(folder: Path) -> Path:
    """Copy ``data/`` with all that its articles say, and return the copy.

    Left out are pages and tables, the things and decisions that only they speak of, and the
    areas that nothing else speaks of; provinces stay. What the articles say changes seldom, so
    that answers about it can be written down, and all the rest is most of a build's work.
    """
    shutil.copytree(Settings().data, folder)
    (folder / "sources.csv").unlink(missing_ok=True)
    shutil.rmtree(folder / "tables", ignore_errors=True)
    articles = {path.name for path in (folder / "sources").iterdir()}
    for name, column in DECISIONS.items():
        _keep_rows(folder / name, partial(_rests_on, column, articles))
    things = sorted((folder / "things").glob("*.ttl"))
    others = _text(path for path in folder.rglob("*.*") if path not in things)
    named = set(re.findall(r"\b[a-z-]+:[A-Za-z0-9-]+", others))
    for path in things:
        head, *blocks = path.read_text(encoding="utf-8").strip().split("\n\n")
        kept = [block for block in blocks if block.split()[0] in named]
        path.write_text("\n\n".join([head, *kept]) + "\n", encoding="utf-8")
    text = _text(path for path in folder.rglob("*.*") if path != folder / PLACES)
    _keep_rows(folder / PLACES, lambda row: _is_spoken_of(row, text))
    return folder


def _keep_rows(path: Path, keep: Callable[[dict[str, str]], bool]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file)
        rows = [row for row in table if keep(row)]
        columns = table.fieldnames or ()
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, columns, lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


def _rests_on(column: str, sources: set[str], row: dict[str, str]) -> bool:
    return {claim.partition("/")[0] for claim in row[column].split()} <= sources


def _text(paths: Iterable[Path]) -> str:
    return "\n".join(path.read_text("utf-8") for path in paths if path.name != "shingles.txt")


def _is_spoken_of(row: dict[str, str], text: str) -> bool:
    slug = row["code"].replace(".", "-")
    names = (f"place:{slug}", f"place:{slug} ", f"agency:{row['government']}")
    return row["kind"] == "provinsi" or any(name in text for name in names)

"""A copy of the curated data with few places, for tests that build it many times."""

import csv
import shutil
from pathlib import Path

from kg.settings import Settings

PLACES = Path("reference/places.csv")


def copy_small_data(folder: Path) -> Path:
    """Copy ``data/``, without the areas that nothing else in it speaks of, and return the copy.

    Provinces stay. The register of places is most of a build's work and none of what is tested.
    """
    shutil.copytree(Settings().data, folder)
    places = folder / PLACES
    others = [path for path in folder.rglob("*.*") if path not in (places, folder / "shingles.txt")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in others)
    with places.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    kept = [row for row in rows if _is_spoken_of(dict(zip(header, row, strict=True)), text)]
    with places.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *kept])
    return folder


def _is_spoken_of(row: dict[str, str], text: str) -> bool:
    slug = row["code"].replace(".", "-")
    names = (f"place:{slug}", f"place:{slug} ", f"agency:{row['government']}")
    return row["kind"] == "provinsi" or any(name in text for name in names)

"""The guide to adding a year: its commands lead from a press page to a release, as they stand."""

import csv
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from textwrap import dedent

import pytest

from kg.namespaces import CANONICAL_BASE, GRAPH, read_prefixes
from kg.release.description import release_iri
from kg.release.publication import Releases
from kg.release.quality import measure_quality, quality_triples
from kg.release.quality_counts import count_quality
from kg.settings import Settings
from kg.store import MemoryStore, parse_rdf

DOCS = Path(__file__).parents[1] / "docs"
ENGLISH, INDONESIAN = DOCS / "guides" / "add-a-year.md", DOCS / "id" / "tambah-tahun.md"
KG = f"kg() {{ {sys.executable} -c 'from kg.cli import main; main()' \"$@\"; }}\n"


def commands(guide: Path) -> list[str]:
    """Return the shell blocks of a guide, without the indentation of the list they stand in."""
    found = re.findall(
        r"^ *```sh\n(.*?)^ *```$", guide.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    return [dedent(block) for block in found]


def test_both_languages_give_the_same_commands() -> None:
    assert len(commands(ENGLISH)) == 9
    assert commands(ENGLISH) == commands(INDONESIAN)


@pytest.mark.readme
def test_the_commands_lead_to_a_release_that_says_how_much_it_covers(
    tmp_path: Path, small_data: Path
) -> None:
    home = tmp_path / "home"
    settings = {"KG_DATA": str(small_data), "KG_HOME": str(home), "KG_LANG": "en"}
    settings["KG_ONTOLOGY"] = str(Settings().ontology)
    kept = {k: v for k, v in os.environ.items() if not k.startswith("KG_")}
    *before, query = commands(ENGLISH)
    script = KG + "".join([*before, f"{query.rstrip()} > answer.csv\n"])
    subprocess.run(["bash", "-euc", script], cwd=tmp_path, env={**kept, **settings}, check=True)
    with (tmp_path / "winners.resolved.csv").open(encoding="utf-8", newline="") as file:
        answers = {row["name"]: (row["iri"], row["how"]) for row in csv.DictReader(file)}
    assert answers["Pemkab Sidoarjo"][0] == "agency:pemkab-sidoarjo"
    assert answers["Kemendagri"][0] == "agency:kementerian-dalam-negeri"
    assert answers["Bandung"] == ("", "open")
    told = figures(tmp_path / "answer.csv")
    assert told["recognitions-held", "tier/kipp-2026-top-45"] == 3
    assert told["official-number", "tier/kipp-2026-top-45"] == 45
    assert told["share-held", "competition/kipp-2026"] == Decimal("0.0667")
    part = "observation/ukuran-tier-kipp-2026-top-45-2026-"
    assert [told["recognitions-held", f"{part}{name}"] for name in ("kementerian", "pemda")] == [
        1,
        2,
    ]
    assert told["sum-difference", "tier/kipp-2026-top-45"] == -1
    assert_brought_as_built(home)


def figures(answer: Path) -> dict[tuple[str, str], Decimal]:
    with answer.open(encoding="utf-8", newline="") as file:
        return {
            (
                row["metric"].rpartition("/")[2],
                row["on"].removeprefix(f"{CANONICAL_BASE}id/"),
            ): Decimal(row["value"])
            for row in csv.DictReader(file)
        }


def assert_brought_as_built(home: Path) -> None:
    """See that what was brought is measured as the same content is when it is built."""
    release = Releases(home).current()
    assert release.manifest["previous"]
    own = release_iri(release.base, release.identifier)
    content = MemoryStore(release.content_path.read_bytes())
    counts = count_quality(content, release.base)
    measured = measure_quality(content, release.base, own, counts)
    prefixes = read_prefixes(Settings().ontology)
    triples = quality_triples(measured, content, own, release.base, prefixes)
    quads = parse_rdf(release.publication_path.read_text("utf-8"), "nq", release.base)
    assert {quad[:3] for quad in quads if quad.graph == GRAPH.quality} == set(triples)

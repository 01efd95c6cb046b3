"""Sentences: the locators and spans that the curated claims use are those that are shown."""

import csv
import os
from pathlib import Path

import pytest

from kg.ingest.sentences import sentences

CHECKOUT = Path(__file__).parents[2]
SEEDS = Path(os.environ.get("KG_SEEDS", CHECKOUT.parent / "shared" / "seeds"))


def test_quotes_and_brackets_belong_to_the_sentence_they_close() -> None:
    text = "“Baik.” Ia pergi (lalu pulang.) Habis"
    assert [text[s.start : s.end] for s in sentences(text)] == [
        "“Baik.”",
        "Ia pergi (lalu pulang.)",
        "Habis",
    ]


def test_blank_lines_and_spaces_are_no_sentences() -> None:
    assert not list(sentences(" \n\n\t\n"))


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the texts of the articles are not at hand")
@pytest.mark.parametrize("source", ["000", "001", "002", "003", "004"])
def test_the_spans_of_the_claims_are_sentences_of_the_text(source: str) -> None:
    (path,) = SEEDS.glob(f"{source}_*.txt")
    known = {s.locator: (s.start, s.end) for s in sentences(path.read_bytes().decode())}
    with (CHECKOUT / "data/sources" / source / "claims.csv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table):
            for locator, span in zip(
                row["locator"].split(";"), row["span"].split(";"), strict=True
            ):
                start, end = span.split("-")
                assert known[locator] == (int(start), int(end)), row["id"]

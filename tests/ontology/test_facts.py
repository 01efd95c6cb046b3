"""The expected answers are what the curated text files say, counted a second time without a graph.

``plain_facts`` reads the files with the csv module alone, and the modules of second counts
recompute answers from it. That a release gives the same answers is what ``test_competency`` shows.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import second_counts_of_awards
import second_counts_of_offices
import second_counts_of_tables
from plain_facts import Facts
from second_counts import RECOUNTED, plain

ANSWERS = Path(__file__).parents[2] / "ontology" / "competency"
MODULES = (second_counts_of_awards, second_counts_of_offices, second_counts_of_tables)
"""Importing them is what fills the register."""


@pytest.fixture(scope="module")
def facts() -> Facts:
    return Facts()


@pytest.mark.parametrize("number", sorted(RECOUNTED))
def test_answer_is_what_the_text_files_say(number: int, facts: Facts) -> None:
    found = Counter(tuple(map(plain, row)) for row in RECOUNTED[number](facts))
    expected = Counter(expected_answer(number))
    assert (list((expected - found).elements()), list((found - expected).elements())) == ([], [])


def expected_answer(number: int) -> Iterator[tuple[str, ...]]:
    (path,) = ANSWERS.glob(f"{number}-*.csv")
    with path.open(encoding="utf-8", newline="") as file:
        yield from (tuple(map(plain, line)) for line in list(csv.reader(file))[1:])


def test_most_questions_are_counted_twice() -> None:
    assert len(RECOUNTED) >= 29


def test_second_counts_use_neither_the_project_nor_a_graph() -> None:
    support = Path(__file__).parents[1] / "support"
    paths = [support / "plain_facts.py", *support.glob("second_counts*.py")]
    assert len(paths) == 2 + len(MODULES)
    for path in paths:
        imported = re.findall(r"^(?:from|import) (\w+)", path.read_text("utf-8"), re.MULTILINE)
        assert not {"kg", "rdflib", "pyoxigraph"} & set(imported)

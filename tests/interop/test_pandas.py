"""pandas reads an answer in CSV straight from its address."""

from importlib import import_module
from typing import Any
from urllib.parse import urlencode

import pytest

pytestmark = pytest.mark.interop

Pandas = Any


@pytest.fixture(scope="module")
def pandas() -> Pandas:
    try:
        return import_module("pandas")
    except ImportError:
        pytest.fail("pandas is missing: pip install pandas")


def test_a_table_is_read_by_its_address(
    pandas: Pandas, endpoint: str, labels: str, names: tuple[str, str]
) -> None:
    table = pandas.read_csv(f"{endpoint}?{urlencode({'query': labels, 'format': 'csv'})}")
    assert list(table.columns) == ["label", "lang"]
    assert tuple(table["label"]) == names


def test_numbers_dates_and_missing_cells_keep_their_kinds(pandas: Pandas, endpoint: str) -> None:
    query = (
        "SELECT ?n ?x ?d ?none ?t { VALUES (?n ?x ?d ?none ?t) { "
        '(1 1.5 "2024-10-08"^^<http://www.w3.org/2001/XMLSchema#date> UNDEF "a,\\"b\\"\\nc") '
        '(2 2.5 "2024-10-09"^^<http://www.w3.org/2001/XMLSchema#date> UNDEF "é") } }'
    )
    table = pandas.read_csv(
        endpoint + "?" + urlencode({"query": query}),
        storage_options={"Accept": "text/csv"},
        parse_dates=["d"],
    )
    assert list(table["n"]) == [1, 2]
    assert table["x"].sum() == 4.0
    assert table["d"].dt.day.tolist() == [8, 9]
    assert table["none"].isna().all()
    assert list(table["t"]) == ['a,"b"\nc', "é"]


def test_a_large_answer_is_whole(pandas: Pandas, endpoint: str) -> None:
    count = urlencode({"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "format": "csv"})
    rows = urlencode({"query": "SELECT * { ?s ?p ?o }", "format": "csv"})
    expected = pandas.read_csv(f"{endpoint}?{count}")["n"][0]
    table = pandas.read_csv(f"{endpoint}?{rows}")
    assert list(table.columns) == ["s", "p", "o"]
    assert len(table) == expected > 5000

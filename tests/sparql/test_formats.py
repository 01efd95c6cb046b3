"""The table of formats is unambiguous and says what the specifications say."""

import pytest

from kg.sparql import formats
from kg.sparql.formats import DOCUMENTS, GRAPHS, SOLUTIONS, Format, find_format

TABLES = {"solutions": SOLUTIONS, "graphs": GRAPHS, "documents": DOCUMENTS}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_no_two_formats_of_a_table_share_a_name(table: tuple[Format, ...]) -> None:
    names = [
        name
        for item in table
        for name in {item.suffix, item.media_type, *item.aliases, *item.names}
    ]
    assert len(names) == len(set(names)) > len(table)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_a_format_is_found_by_each_of_its_names(table: tuple[Format, ...]) -> None:
    for item in table:
        for name in (item.suffix, item.media_type.upper(), *item.aliases, *item.names):
            assert find_format(name, table) is item


def test_an_unknown_name_finds_nothing() -> None:
    assert find_format("png", DOCUMENTS) is None
    assert find_format("", DOCUMENTS) is None


def test_only_text_types_carry_a_charset() -> None:
    assert formats.RESULTS_CSV.content_type == "text/csv; charset=utf-8"
    assert formats.RESULTS_JSON.content_type == "application/sparql-results+json"

"""Reading curated files: every fault names its file, row and column, and all are named at once."""

from pathlib import Path

import pytest

from kg.errors import InputError, RecordError
from kg.ingest.records import Row, read_table, read_text, read_toml, read_turtle
from kg.ingest.sources import CLAIM_COLUMNS, read_source
from kg.ingest.terms import TermError, parse_term
from kg.namespaces import read_prefixes
from kg.settings import Settings

PREFIXES = read_prefixes(Settings().ontology)

SOURCE = """\
id = "900"
kind = "article"
file = "900.txt"
sha256 = "ab"
length = 100
[label]
id = "Artikel 900"
en = "Article 900"
"""
XSD_PREFIX = "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"

GOOD = "001,agency:a,inov:agencyType,agency-type:pemkot,stated,,,L1.S1,0-10,,"


def source(folder: Path, *rows: str, head: str = SOURCE) -> Path:
    folder = folder / "900"
    folder.mkdir()
    (folder / "source.toml").write_text(head, encoding="utf-8")
    lines = [",".join(CLAIM_COLUMNS), *rows]
    (folder / "claims.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_a_good_row_becomes_a_claim(tmp_path: Path) -> None:
    (claim,) = read_source(source(tmp_path, GOOD), PREFIXES).claims
    assert claim.fact == claim.row == "001"
    assert claim.rank == "normal"
    assert [(s.locator, s.start, s.end) for s in claim.spans] == [("L1.S1", 0, 10)]
    assert claim.location.row == 2


BAD_ROWS = [
    ("id", "1,agency:a,inov:x,agency:b,stated,,,L1.S1,0-1,,"),
    ("subject", "001,nope:a,inov:x,agency:b,stated,,,L1.S1,0-1,,"),
    ("subject", "001,agency,inov:x,agency:b,stated,,,L1.S1,0-1,,"),
    ("predicate", "001,agency:a,inov x,agency:b,stated,,,L1.S1,0-1,,"),
    ("object", '001,agency:a,inov:x,"""2024-13-01""^^xsd:date",stated,,,L1.S1,0-1,,'),
    ("object", '001,agency:a,inov:x,"""open",stated,,,L1.S1,0-1,,'),
    ("object", '001,agency:a,inov:x,"""a""^^schema:Text",stated,,,L1.S1,0-1,,'),
    ("certainty", "001,agency:a,inov:x,agency:b,,,,L1.S1,0-1,,"),
    ("speaker", "001,agency:a,inov:x,agency:b,quoted,Anas,,L1.S1,0-1,,"),
    ("rank", "001,agency:a,inov:x,agency:b,stated,,Best!,L1.S1,0-1,,"),
    ("locator", "001,agency:a,inov:x,agency:b,stated,,,1.1,0-1,,"),
    ("span", "001,agency:a,inov:x,agency:b,stated,,,L1.S1,0,,"),
    ("span", "001,agency:a,inov:x,agency:b,stated,,,L1.S1;L2.S1,0-1,,"),
    ("note_en", "001,agency:a,inov:x,agency:b,stated,,,L1.S1,0-1,catatan,"),
    (None, "001,agency:a,inov:x,agency:b,stated,,,L1.S1,0-1,"),
]


@pytest.mark.parametrize(("column", "row"), BAD_ROWS)
def test_a_bad_row_is_named_with_its_column(tmp_path: Path, column: str | None, row: str) -> None:
    with pytest.raises(InputError) as caught:
        read_source(source(tmp_path, GOOD, row.replace("001", "002", 1)), PREFIXES)
    (fault,) = caught.value.faults
    assert (fault.location.row, fault.location.column) == (3, column)
    assert "claims.csv:3" in fault.explain("id")


def test_all_faults_of_a_file_are_named_together(tmp_path: Path) -> None:
    rows = [row.replace("001", f"{number:03}", 1) for number, (_, row) in enumerate(BAD_ROWS, 1)]
    with pytest.raises(InputError) as caught:
        read_source(source(tmp_path, *rows), PREFIXES)
    assert [fault.location.row for fault in caught.value.faults] == list(range(2, 2 + len(rows)))


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (GOOD, "Row 2 has this id already"),
        (GOOD.replace("001", "002", 1), "claims the same triple already"),
        ("003.1,agency:a,inov:x,agency:b,stated,,,L1.S1,0-1,,", "no row for fact '003'"),
    ],
)
def test_rows_that_contradict_each_other_are_refused(
    tmp_path: Path, second: str, words: str
) -> None:
    with pytest.raises(InputError) as caught:
        read_source(source(tmp_path, GOOD, second), PREFIXES)
    assert words in caught.value.explain("en")


@pytest.mark.parametrize(
    "head",
    [
        SOURCE.replace('id = "900"\nkind', 'id = "901"\nkind'),
        SOURCE.replace("length = 100", 'length = "100"'),
        SOURCE.replace('sha256 = "ab"\n', ""),
        SOURCE.replace('en = "Article 900"\n', ""),
        SOURCE + "[unknown]\n",
        SOURCE + "= broken\n",
    ],
)
def test_a_bad_description_is_refused(tmp_path: Path, head: str) -> None:
    with pytest.raises(InputError) as caught:
        read_source(source(tmp_path, GOOD, head=head), PREFIXES)
    assert "source.toml" in caught.value.explain("en")


@pytest.mark.parametrize(
    ("content", "row", "words"),
    [
        (b"a\n\xff\n", 2, "Not UTF-8"),
        (b"\xef\xbb\xbfa\n", 1, "byte-order mark"),
        (b"a\nb", 2, "cut off"),
    ],
)
def test_text_that_is_not_whole_utf8_is_refused(
    tmp_path: Path, content: bytes, row: int, words: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(RecordError) as caught:
        read_text(path)
    assert caught.value.location.row == row
    assert words in caught.value.message.en


@pytest.mark.parametrize(
    ("content", "row"),
    [("x,y\n", 1), ("a,b\n1\n", 2), ("a,b\n1,2,3\n", 2), ('a,b\n1,"2\n', 2), ('a,b\n"1"x,2\n', 2)],
)
def test_a_broken_table_names_the_row(tmp_path: Path, content: str, row: int) -> None:
    path = tmp_path / "table.csv"
    path.write_text(content, encoding="utf-8")
    faults = [item for item in read_table(path, ["a", "b"]) if isinstance(item, RecordError)]
    assert [fault.location.row for fault in faults] == [row]


def test_a_cell_with_line_breaks_keeps_the_row_numbers_true(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text('a,b\n"1\n1",2\n3,4\n', encoding="utf-8")
    rows = [item for item in read_table(path, ["a", "b"]) if isinstance(item, Row)]
    assert [row.location.row for row in rows] == [2, 4]


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ("<http://x/s> <http://x/p> .\n", 1),
        ("\nnope:s <http://x/p> 1 .\n", 2),
        (XSD_PREFIX + '<http://x/s> <http://x/p> "2024-02-30"^^xsd:date .\n', 2),
    ],
)
def test_broken_turtle_names_the_line(tmp_path: Path, content: str, row: int) -> None:
    path = tmp_path / "things.ttl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RecordError) as caught:
        read_turtle(path)
    assert caught.value.location.row == row


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("a = 1\nb = \n", encoding="utf-8")
    with pytest.raises(RecordError) as caught:
        read_toml(path)
    assert caught.value.location.row == 2


@pytest.mark.parametrize(
    ("cell", "n3"),
    [
        ("agency:a", "<https://w3id.org/inovasi-publik/id/agency/a>"),
        ("007", '"7"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("3.780", '"3.78"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ('"22.0"^^xsd:decimal', '"22"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ('"a \\"b\\" \\\\"@id', '"a \\"b\\" \\\\"@id'),
        ('"2024"^^xsd:gYear', '"2024"^^<http://www.w3.org/2001/XMLSchema#gYear>'),
        ("true", '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
    ],
)
def test_an_object_cell_is_one_term_in_canonical_form(cell: str, n3: str) -> None:
    assert parse_term(cell, PREFIXES).n3() == n3


@pytest.mark.parametrize("cell", ["", "a b", '"a"@', '"a"^^xsd:date', "1e5", "<http://x/>", '"'])
def test_anything_else_is_no_term(cell: str) -> None:
    with pytest.raises(TermError):
        parse_term(cell, PREFIXES)

"""Question files are read whole, and a fault in one names file and line."""

from pathlib import Path

import pytest

from kg.errors import Location, RecordError
from kg.language import Text
from kg.questions import read_question, read_questions

WHOLE = """\
# Pertanyaan: Siapa
#   menterinya?
# Question: Who is minister?
# Catatan: Per hari.
# Note: By the day.
PREFIX org: <http://www.w3.org/ns/org#>
# the tenures
select ?tenure { ?tenure a org:Membership }
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_question_is_read_with_its_number_name_texts_and_form(tmp_path: Path) -> None:
    question = read_question(write(tmp_path, "05-minister.rq", WHOLE))
    assert (question.number, question.name, question.form) == (5, "minister", "SELECT")
    assert question.text == Text("Siapa menterinya?", "Who is minister?")
    assert question.note == Text("Per hari.", "By the day.")
    assert question.query.startswith("PREFIX org:")
    assert question.query.endswith("}\n")


def test_note_may_be_missing(tmp_path: Path) -> None:
    text = "# Pertanyaan: Ada?\n# Question: Any?\nASK { ?s ?p ?o }\n"
    question = read_question(write(tmp_path, "101-any.rq", text))
    assert (question.note, question.form) == (None, "ASK")


def test_questions_come_by_number(tmp_path: Path) -> None:
    for name in ("101-last.rq", "05-first.rq", "12-middle.rq"):
        write(tmp_path, name, WHOLE)
    assert [question.number for question in read_questions(tmp_path)] == [5, 12, 101]


FAULTS = {
    "bad file name": ("1-x.rq", WHOLE, None),
    "header missing": ("01-x.rq", "# Question: Who?\nASK {}\n", 1),
    "note in one language": ("01-x.rq", WHOLE.replace("# Note: By the day.\n", ""), 1),
    "header twice": ("01-x.rq", "# Question: Who?\n# Question: Who?\nASK {}\n", 2),
    "comment of another kind": ("01-x.rq", "# Who?\nASK {}\n", 1),
    "continuation of nothing": ("01-x.rq", "#    menterinya?\nASK {}\n", 1),
    "no query": ("01-x.rq", WHOLE[: WHOLE.index("PREFIX")], 6),
    "an update": ("01-x.rq", WHOLE.replace("select", "DELETE"), 6),
}


@pytest.mark.parametrize(("name", "text", "row"), FAULTS.values(), ids=FAULTS)
def test_fault_names_file_and_line(tmp_path: Path, name: str, text: str, row: int | None) -> None:
    path = write(tmp_path, name, text)
    with pytest.raises(RecordError) as caught:
        read_question(path)
    assert caught.value.location == Location(path, row)


def test_file_that_is_not_utf_8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "01-x.rq"
    path.write_bytes(b"# Pertanyaan: Siapa?\n# Question: Who\xff?\nASK {}\n")
    with pytest.raises(RecordError) as caught:
        read_question(path)
    assert caught.value.location == Location(path, 2)


def test_number_used_twice_names_both_files(tmp_path: Path) -> None:
    write(tmp_path, "05-first.rq", WHOLE)
    second = write(tmp_path, "05-second.rq", WHOLE)
    with pytest.raises(RecordError, match=r"05-first\.rq") as caught:
        read_questions(tmp_path)
    assert caught.value.location == Location(second)

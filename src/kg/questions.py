"""The competency questions: reading ``ontology/competency/`` (no engine, no evaluation).

A question is a file ``NN-short-name.rq``, number and name taken from the file name. It opens
with comments and goes on with one SPARQL query that declares the prefixes it uses::

    # Pertanyaan: Siapa menteri PANRB pada hari itu?
    # Question: Who was minister of PANRB on that day?
    # Catatan: Jabatan dicatat per hari,
    #   bukan per masa jabatan.
    # Note: Offices are recorded by the day, not by the term.
    PREFIX inov: <https://w3id.org/inovasi-publik/ont#>
    SELECT …

Question in both languages is required; a note has both languages or none. A comment indented by
three spaces continues the line before it.

The expected answer lies beside it under the same name. For SELECT and ASK it is a CSV file
(RFC 4180, UTF-8): one column a variable, one row a solution, each cell a CURIE, an IRI in angle
brackets or a Turtle literal as in ``claims.csv``, empty for an unbound variable; an ASK query has
one column ``ask``. For CONSTRUCT and DESCRIBE it is a Turtle file. Rows are compared in order only
if the query has ORDER BY.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Final, Literal, cast

from kg.errors import Location, RecordError
from kg.language import Text

QueryForm = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]

_FILE_NAME: Final = re.compile(r"(?P<number>\d{2,})-(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)")
_HEADER: Final = re.compile(r"# (?P<key>Pertanyaan|Question|Catatan|Note): +(?P<text>\S.*)")
_CONTINUATION: Final = "#   "
_PROLOGUE: Final = re.compile(
    r"(?:\s+|#[^\n]*|PREFIX\s+\S*:\s*<[^>]*>|BASE\s*<[^>]*>)*", re.IGNORECASE
)
_FORM: Final = re.compile(r"SELECT|ASK|CONSTRUCT|DESCRIBE", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """One competency question; ``query`` is the file without its opening comments."""

    number: int
    name: str
    text: Text
    note: Text | None
    query: str
    form: QueryForm
    path: Path


def read_questions(folder: Path) -> list[Question]:
    """Return the questions of a folder, by number.

    Raises ``RecordError`` naming file and line for a file that is not as the module describes,
    and for a number used twice.
    """
    questions: dict[int, Question] = {}
    for path in sorted(folder.glob("*.rq")):
        question = read_question(path)
        if question.number in questions:
            raise _fault(path, None, _TWICE.format(other=questions[question.number].path.name))
        questions[question.number] = question
    return [questions[number] for number in sorted(questions)]


def read_question(path: Path) -> Question:
    """Return the question in one file; raises ``RecordError`` as ``read_questions`` does."""
    file_name = _FILE_NAME.fullmatch(path.stem)
    if file_name is None:
        raise _fault(path, None, _BAD_NAME)
    lines = _read_lines(path)
    comments = list(takewhile(lambda line: line.startswith("#"), lines))
    header = _read_header(path, comments)
    query = "\n".join(lines[len(comments) :]).strip() + "\n"
    return Question(
        number=int(file_name["number"]),
        name=file_name["name"],
        text=_bilingual(path, header, "Pertanyaan", "Question"),
        note=_note(path, header),
        query=query,
        form=_query_form(path, query, len(comments) + 1),
        path=path,
    )


def _read_lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        row = path.read_bytes()[: error.start].count(b"\n") + 1
        raise _fault(path, row, _NOT_UTF8) from None


def _read_header(path: Path, comments: list[str]) -> Mapping[str, str]:
    header: dict[str, str] = {}
    for row, key, text in _header_entries(path, comments):
        if key in header:
            raise _fault(path, row, _REPEATED.format(key=key))
        header[key] = text
    return header


def _header_entries(path: Path, comments: list[str]) -> Iterator[tuple[int, str, str]]:
    row, key, text = 0, "", ""
    for number, line in enumerate(comments, start=1):
        match = _HEADER.fullmatch(line)
        if match:
            if key:
                yield row, key, text
            row, key, text = number, match["key"], match["text"].strip()
        elif key and line.startswith(_CONTINUATION):
            text += " " + line.removeprefix(_CONTINUATION).strip()
        else:
            raise _fault(path, number, _BAD_LINE, line)
    if key:
        yield row, key, text


def _bilingual(path: Path, header: Mapping[str, str], indonesian: str, english: str) -> Text:
    for key in (indonesian, english):
        if key not in header:
            raise _fault(path, 1, _MISSING.format(key=key))
    return Text(header[indonesian], header[english])


def _note(path: Path, header: Mapping[str, str]) -> Text | None:
    if not header.keys() & {"Catatan", "Note"}:
        return None
    return _bilingual(path, header, "Catatan", "Note")


def _query_form(path: Path, query: str, row: int) -> QueryForm:
    prologue = _PROLOGUE.match(query)
    form = _FORM.match(query, prologue.end() if prologue else 0)
    if form is None:
        raise _fault(path, row, _NO_FORM)
    return cast("QueryForm", form[0].upper())


def _fault(path: Path, row: int | None, message: Text, value: str | None = None) -> RecordError:
    return RecordError(Location(path, row), message, value)


_BAD_NAME: Final = Text(
    "Nama berkas pertanyaan harus seperti 05-menteri-panrb.rq",
    "A question file must be named like 05-menteri-panrb.rq",
)
_NOT_UTF8: Final = Text("Berkas bukan UTF-8", "The file is not UTF-8")
_TWICE: Final = Text("Nomor sudah dipakai oleh {other}", "The number is already used by {other}")
_REPEATED: Final = Text("Baris '# {key}:' muncul dua kali", "The line '# {key}:' appears twice")
_MISSING: Final = Text("Baris '# {key}: …' tidak ada", "The line '# {key}: …' is missing")
_BAD_LINE: Final = Text(
    "Komentar pembuka harus '# Pertanyaan:', '# Question:', '# Catatan:', '# Note:' "
    "atau lanjutannya dengan tiga spasi",
    "An opening comment must be '# Pertanyaan:', '# Question:', '# Catatan:', '# Note:' "
    "or its continuation after three spaces",
)
_NO_FORM: Final = Text(
    "Tidak ada SELECT, ASK, CONSTRUCT atau DESCRIBE sesudah deklarasi prefiks",
    "No SELECT, ASK, CONSTRUCT or DESCRIBE after the prefix declarations",
)

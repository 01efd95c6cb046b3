"""Files that mean harm, or nothing: refused with a reason, in bounded time and memory."""

import io
import json
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from kg.errors import InputError, Location, RecordError
from kg.ingest import bounded
from kg.ingest.deposits import Described, read_deposit
from kg.ingest.sources import Source
from kg.ingest.tables.compilation import TableFile, compile_tables
from kg.ingest.tables.description import read_kinds
from kg.ingest.tables.names import Names
from kg.ingest.tables.reading import read_rows
from kg.ingest.tables.templates import template
from kg.ingest.tables.workbook import MAX_COLUMNS, MAX_ROWS, write_workbook
from kg.language import LANGUAGES, Text
from kg.namespaces import read_prefixes
from kg.settings import Settings
from kg.store import SYNTAXES

SETTINGS: Final = Settings()
KINDS: Final = read_kinds(SETTINGS.ontology)
PREFIXES: Final = read_prefixes(SETTINGS.ontology)
HEADER: Final = "source,agency,type\n"
ROW: Final = "h900,agency:a,pemkot\n"
# `make fuzz` runs the same properties for longer.
RUNS: Final = int(os.environ.get("KG_FUZZ_RUNS", "25"))


def faults(path: Path, kind: str = "agencies") -> list[RecordError]:
    found = [row for row in read_rows(path, KINDS[kind]) if isinstance(row, RecordError)]
    for fault in found:
        assert all(fault.message[language] for language in LANGUAGES)
        assert str(path) in fault.explain("en") or path.name in fault.explain("en")
    return found


def rezip(raw: bytes, change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            new.writestr(part.filename, change(part.filename, old.read(part)))
        for name, content in more.items():
            new.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return target.getvalue()


def workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


SHEET: Final = write_workbook({"a": [HEADER.strip().split(","), ROW.strip().split(",")]})


def with_doctype(name: str, content: bytes) -> bytes:
    if "sheet" not in name:
        return content
    return content.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet', 1)


def unfinished(name: str, content: bytes) -> bytes:
    return content[: len(content) // 2] if "sheet" in name else content


def far_row(name: str, content: bytes) -> bytes:
    return content.replace(b'r="2"', b'r="1048576"') if "sheet" in name else content


XLSX: Final = {
    "no archive": (b"source,agency\n", "no whole XLSX"),
    "old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "old XLS"),
    "cut": (SHEET[: len(SHEET) // 2], "no whole XLSX"),
    "macros": (rezip(SHEET, lambda _n, c: c, xl__vbaProject_dot_bin=b"x"), "macros"),
    "links": (
        rezip(SHEET, lambda _n, c: c, xl__externalLinks__a_dot_xml=b"<a/>"),
        "external links",
    ),
    "bomb": (rezip(SHEET, lambda _n, c: c, xl__media__a_dot_bin=bytes(30 * 2**20)), "bomb"),
    "large": (
        rezip(SHEET, lambda _n, c: c, a_dot_bin=random.Random(1).randbytes(2**18) * 200),  # noqa: S311
        "when unpacked",
    ),
    "entities": (rezip(SHEET, with_doctype), "entities"),
    "unfinished": (rezip(SHEET, unfinished), "damaged"),
    "formula": (workbook(["source", "agency", "type"], ["h900", "=1+1", "pemkot"]), "formula"),
    "error": (workbook(["source", "agency", "type"], ["h900", "#REF!", "pemkot"]), "formula"),
    "wide": (workbook([f"c{n}" for n in range(MAX_COLUMNS + 1)]), "rows or"),
    "far": (rezip(SHEET, far_row), "rows or"),
    "empty": (write_workbook({"a": [["", ""]]}), "without a header"),
}


@pytest.mark.parametrize("name", XLSX)
def test_a_workbook_that_is_not_plain_is_refused(tmp_path: Path, name: str) -> None:
    content, reason = XLSX[name]
    path = tmp_path / "t.xlsx"
    path.write_bytes(content)
    assert any(reason in fault.message.en for fault in faults(path)), faults(path)


CSV: Final = {
    "UTF-16": ((HEADER + ROW).encode("utf-16"), "UTF-16"),
    "UTF-32": ((HEADER + ROW).encode("utf-32"), "UTF-32"),
    "Latin-1": ((HEADER + ROW.replace("a,", "é,")).encode("latin-1"), "Latin-1"),
    "BOM": (b"\xef\xbb\xbf" + (HEADER + ROW).encode(), "byte-order mark"),
    "NUL": ((HEADER + ROW.replace("a,", "\0,")).encode(), "null byte"),
    "mixed ends": ((HEADER + ROW.replace("\n", "\r\n") + ROW).encode(), "Line ends"),
    "old ends": ((HEADER + ROW).replace("\n", "\r").encode(), "Line ends"),
    "long line": ((HEADER + "a" * (bounded.MAX_LINE + 1)).encode(), "line of more"),
    "long cell": ((HEADER + ROW.replace(":a", ":" + "a" * 3000)).encode(), "cell of more"),
    "open quote": ((HEADER + 'h900,"a,pemkot\n').encode(), "Broken CSV"),
    "wide": (("," * (MAX_COLUMNS + 1) + "\n").encode(), "rows or"),
    "many rows": (("\n" * (MAX_ROWS + 2)).encode(), "rows or"),
    "short row": ((HEADER + "h900\n").encode(), "1 columns where 3"),
}


@pytest.mark.parametrize("name", CSV)
def test_a_text_table_that_is_not_plain_is_refused(tmp_path: Path, name: str) -> None:
    content, reason = CSV[name]
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    assert any(reason in fault.message.en for fault in faults(path)), faults(path)


def test_windows_line_ends_alone_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes((HEADER + ROW).replace("\n", "\r\n").encode())
    assert faults(path) == []


def test_a_device_or_a_pipe_is_no_table(tmp_path: Path) -> None:
    pipe = tmp_path / "t.csv"
    os.mkfifo(pipe)
    assert "regular file" in faults(pipe)[0].message.en


# In a process of its own: what a file may cost at most.

MEASURE: Final = """
import json, resource, sys
from pathlib import Path
from rdflib import Graph
from kg.errors import InputError, Location, RecordError
from kg.ingest.deposits import Described, read_deposit
from kg.ingest.sources import Source
from kg.ingest.tables.description import read_kinds
from kg.ingest.tables.reading import ENDINGS, read_rows
from kg.language import Text
from kg.settings import Settings
kind = read_kinds(Settings().ontology)["agencies"]
def refused(path):
    if path.suffix in ENDINGS:
        return sum(isinstance(row, RecordError) for row in read_rows(path, kind))
    source = Source("d", "deposit", Text("a", "b"), (), Location(path))
    try:
        read_deposit(source, path, Described([]))
    except InputError as error:
        return len(error.faults)
    return 0
for name in sys.argv[1:]:
    before = resource.getrusage(resource.RUSAGE_SELF)
    count = refused(Path(name))
    after = resource.getrusage(resource.RUSAGE_SELF)
    grown = (after.ru_maxrss - before.ru_maxrss) // 1024
    print(json.dumps({"faults": count, "grown": grown}))
"""


def sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


def nested_xml(path: Path) -> None:
    path.write_text("<a>" * 2_000_000 + "\n", encoding="utf-8")


COSTLY: Final[dict[str, tuple[str, Callable[[Path], object]]]] = {
    "a line of 1 GB": ("csv", lambda path: sparse(path, 2**30)),
    "Turtle of 1 GB": ("ttl", lambda path: sparse(path, 2**30)),
    "a zip bomb": ("xlsx", lambda path: path.write_bytes(XLSX["bomb"][0])),
    "nested elements": ("rdf", nested_xml),
    "nested brackets": ("ttl", lambda path: path.write_text("[" * 2_000_000 + "\n", "utf-8")),
    "quotes without end": (
        "jsonld",
        lambda path: path.write_text('"\\' * 2_000_000 + "\n", "utf-8"),
    ),
}


def test_costly_files_are_refused_within_bounds(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.{ending}" for number, (ending, _) in enumerate(COSTLY.values())]
    for path, (_, make) in zip(paths, COSTLY.values(), strict=True):
        make(path)
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, *paths], capture_output=True, check=False, timeout=120
    )
    assert run.returncode == 0, run.stderr.decode()
    costs = [json.loads(line) for line in run.stdout.splitlines()]
    for name, cost in zip(COSTLY, costs, strict=True):
        assert cost["faults"] == 1, name
        assert cost["grown"] < 160, f"{name}: {cost['grown']} MB"


# Fuzzing: whatever the bytes, an answer and no traceback.

# Once, for a workbook holds the time at which it was written.
EVENTS: Final = template(KINDS["events"], "xlsx")

FUZZ: Final = settings(
    max_examples=RUNS,
    deadline=None,
    derandomize=RUNS == 25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
CELLS: Final = st.text(max_size=30) | st.sampled_from(
    ["agency:a", "baru: X", "new: ", "2019", "2019-10-15", "=1", "-1", "1e5", "pemkot", "Top 45",
     "competition:kipp", "h900", "stated", "quoted", "true", '"a"@id', "\x00", "\u202e", "../x"]
)  # fmt: skip


@FUZZ
@given(kind=st.sampled_from(sorted(KINDS)), rows=st.lists(st.lists(CELLS, max_size=20), max_size=5))
def test_any_cells_give_rows_or_faults(tmp_path: Path, kind: str, rows: list[list[str]]) -> None:
    columns = KINDS[kind].columns
    header = [column.name for column in columns]
    filled = [[*row, *[""] * len(header)][: len(header)] for row in rows]
    path = tmp_path / "t.csv"
    lines = [
        ",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [header, *filled]
    ]
    path.write_bytes(("\n".join(lines) + "\n").encode("utf-8", "surrogatepass"))
    result = compile_tables([TableFile(KINDS[kind], path)], {}, Names(PREFIXES, {}))
    assert all(fault.explain("id") for fault in result.faults)


@FUZZ
@given(raw=st.binary(max_size=400), ending=st.sampled_from(["csv", "tsv", "xlsx"]))
def test_any_bytes_give_rows_or_faults(tmp_path: Path, raw: bytes, ending: str) -> None:
    path = tmp_path / f"t.{ending}"
    path.write_bytes(raw)
    assert faults(path)


@FUZZ
@given(data=st.data())
def test_a_damaged_workbook_gives_rows_or_faults(tmp_path: Path, data: st.DataObject) -> None:
    raw = bytearray(EVENTS)
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "t.xlsx"
    path.write_bytes(raw)
    faults(path, "events")


RDF_WORDS: Final = st.lists(
    st.sampled_from(
        ["<http://x/a> ", "<a> ", "a ", ". ", "; ", ", ", "[", "]", "(", ")", "{", "}", '"', "'''",
         "@id", "^^", "\\u202e", "@prefix a: <http://x/> .\n", "_:b ", "1 ", "<", ">", "&amp;", "#",
         '"@context":', '"@id":', "null", "<rdf:RDF>", "<!--", "<?xml", "\n", "é", "\u202e"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@FUZZ
@given(text=RDF_WORDS | st.text(max_size=100), ending=st.sampled_from(SYNTAXES))
def test_any_text_gives_claims_or_faults(tmp_path: Path, text: str, ending: str) -> None:
    path = tmp_path / f"t.{ending}"
    path.write_bytes((text + "\n").encode("utf-8", "surrogatepass"))
    source = Source("d900", "deposit", Text("a", "b"), (), Location(path))
    try:
        read_deposit(source, path, Described([]))
    except InputError as error:
        assert error.faults  # noqa: PT017 - either way is an answer

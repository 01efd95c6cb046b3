"""What a source is: the keys of ``source.toml`` for each kind of source, and their checks."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from rdflib import URIRef

from kg.errors import Location, RecordError
from kg.ingest.records import read_toml
from kg.ingest.terms import TermError, parse_name
from kg.language import Text

ARTICLE: Final = "article"
PAGE: Final = "page"
REGISTER: Final = "register"
DEPOSIT: Final = "deposit"

SOURCE_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
ADDRESS: Final = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
DAY: Final = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:[0-2]\d|3[01]))?)?")

_COMMON: Final = ("id", "kind", "label")
_REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    ARTICLE: ("file", "sha256", "length"),
    PAGE: ("url", "publisher"),
    REGISTER: ("version", "licence"),
    DEPOSIT: ("file", "depositor", "date"),
}
_OPTIONAL: Final[Mapping[str, tuple[str, ...]]] = {
    ARTICLE: (),
    PAGE: ("title", "date", "accessed", "language"),
    REGISTER: ("url", "date"),
    DEPOSIT: (),
}
KINDS: Final = tuple(_REQUIRED)
"""The kinds of sources: what each is says the class that stands for it in the ontology."""

_TYPES: Final[Mapping[str, type]] = {"length": int, "label": dict}

Check = Callable[[Any], bool]

_FORMS: Final[Mapping[str, tuple[Check, Text]]] = {
    "url": (
        lambda value: bool(ADDRESS.fullmatch(value)),
        Text("Tulis alamat http atau https yang utuh", "Write a whole http or https address"),
    ),
    "licence": (
        lambda value: bool(ADDRESS.fullmatch(value)),
        Text("Tulis alamat lisensinya", "Write the address of the licence"),
    ),
    "date": (
        lambda value: bool(DAY.fullmatch(str(value))),
        Text("Tulis seperti 2019, 2019-08 atau 2019-08-14", "Write 2019, 2019-08 or 2019-08-14"),
    ),
    "accessed": (
        lambda value: bool(re.fullmatch(r"\d{4}-\d\d-\d\d", str(value))),
        Text("Tulis seperti 2026-11-20", "Write it as 2026-11-20"),
    ),
}


def read_description(path: Path, prefixes: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of a ``Source`` that a ``source.toml`` gives.

    Raises ``RecordError`` at the first fault.
    """
    table = read_toml(path)
    kind = table.get("kind", "")
    if kind not in KINDS:
        raise RecordError(
            Location(path, column="kind"),
            Text("Jenis sumber: {kinds}", "A source is one of {kinds}").format(
                kinds=", ".join(KINDS)
            ),
            str(kind),
        )
    _check_keys(path, table, kind)
    if table["id"] != path.parent.name or not SOURCE_ID.fullmatch(table["id"]):
        raise RecordError(
            Location(path, column="id"),
            Text("Id harus sama dengan nama foldernya", "The id must be the name of its folder"),
            table["id"],
        )
    return {**_fields(path, table, prefixes), "label": Text(**table["label"])}


def _check_keys(path: Path, table: Mapping[str, Any], kind: str) -> None:
    required = (*_COMMON, *_REQUIRED[kind])
    for key in required:
        needed = _TYPES.get(key, str)
        if not isinstance(table.get(key), (needed, date) if key == "date" else needed):
            raise RecordError(
                Location(path, column=key),
                Text("Kunci ini wajib ({kind})", "This key is required ({kind})").format(
                    kind=needed.__name__
                ),
            )
    if unknown := ", ".join(sorted(table.keys() - {*required, *_OPTIONAL[kind]})):
        raise RecordError(
            Location(path),
            Text("Kunci tak dikenal: {keys}", "Unknown keys: {keys}").format(keys=unknown),
        )
    if set(table["label"]) != {"id", "en"}:
        raise RecordError(
            Location(path, column="label"),
            Text("Label wajib dalam id dan en", "The label is needed in id and en"),
        )


def _fields(path: Path, table: Mapping[str, Any], prefixes: Mapping[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for key, value in table.items():
        check, advice = _FORMS.get(key, (None, None))
        if check and advice and not check(value):
            raise RecordError(Location(path, column=key), advice, str(value))
        fields[key] = _publisher(path, value, prefixes) if key == "publisher" else value
    for key in ("date", "accessed"):
        if key in fields:
            fields[key] = str(fields[key])
    return fields


def _publisher(path: Path, value: str, prefixes: Mapping[str, str]) -> URIRef:
    try:
        return parse_name(value, prefixes)
    except TermError as error:
        raise RecordError(Location(path, column="publisher"), error.message, value) from None

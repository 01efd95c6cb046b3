"""The kinds of tables, as CSV on the Web metadata describes them (``ontology/tables/*.json``).

The only home of ``csvw``. A column's values are told by its datatype and format; by
``valueUrl``, where they are notations of a concept scheme; and by ``rdfs:range``, where they
name things of those classes (Metadata Vocabulary for Tabular Data, sections 5.6 and 5.8).
"""

import difflib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from csvw.metadata import Column as CsvwColumn
from csvw.metadata import Table
from rdflib.namespace import SKOS

from kg.ingest.records import read_rdf
from kg.language import LANGUAGES, Text
from kg.namespaces import CANONICAL_BASE

FOLDER: Final = "tables"
"""Where the metadata stand in the ontology folder."""

_SCHEME: Final = re.compile(rf"{re.escape(CANONICAL_BASE)}scheme/([a-z-]+)/\{{\w+\}}")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")

# The kinds of IRIs that things of a class have.
_KINDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "Agency": ("agency",),
        "AgencyUnit": ("agency",),
        "Person": ("person",),
        "Post": ("post",),
        "Place": ("place",),
        "Innovation": ("innovation",),
        "PublicEvent": ("event",),
        "Publisher": ("publisher",),
        "CompetitionSeries": ("competition",),
        "CompetitionEdition": ("competition",),
        "CompetitionGroup": ("group",),
        "Tier": ("tier",),
        "ServiceCentre": ("centre",),
        "Observation": ("observation",),
        "AwardEdition": ("award",),
        "AwardScheme": ("award",),
        "AwardCategory": ("award",),
    }
)

_ADVICE: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "decimal": Text(
            "Tulis bilangan seperti 1700 atau 3.78, tidak negatif",
            "Write a number such as 1700 or 3.78, not negative",
        ),
        "integer": Text(
            "Tulis bilangan bulat, mulai dari 1", "Write a whole number, from 1 upwards"
        ),
        "boolean": Text("Tulis true atau false", "Write true or false"),
        "date": Text("Tulis seperti 2026-11-20", "Write it as 2026-11-20"),
    }
)


@dataclass(frozen=True)
class Column:
    """One column of a kind of table.

    ``kinds`` are the kinds of IRIs that a cell may name; ``scheme`` is the concept scheme whose
    ``notations`` it may hold; ``separator`` is set where a cell holds several values.
    """

    name: str
    title: Text
    description: Text
    example: str
    required: bool
    kinds: tuple[str, ...]
    scheme: str
    notations: frozenset[str]
    separator: str
    datatype: str
    pattern: str
    _read: Callable[[str], object] = field(repr=False, compare=False)

    def problem(self, text: str) -> Text | None:
        """Return what is wrong with a cell and what to write instead, or None if nothing is."""
        if not text:
            return Text("Wajib diisi", "This is required") if self.required else None
        values = text.split(self.separator) if self.separator else [text]
        return next((found for value in values if (found := self._value(value.strip()))), None)

    def _value(self, text: str) -> Text | None:
        if self.scheme:
            return None if text in self.notations else _unknown_notation(text, self)
        try:
            self._read(text)
        except ValueError:
            return _ADVICE.get(self.datatype) or Text(
                "Bentuknya tidak sesuai; contoh: {example} (pola {pattern})",
                "It does not have the form of {example} (pattern {pattern})",
            ).format(example=self.example or "-", pattern=self.pattern)
        return None


@dataclass(frozen=True)
class TableKind:
    """A kind of table: its name (that of its folder in ``data/tables``), words and columns."""

    name: str
    title: Text
    description: Text
    columns: tuple[Column, ...]
    headers: Mapping[str, Column] = field(repr=False, compare=False)

    def column(self, name: str) -> Column:
        """Return the column of a name; ``KeyError`` if there is none."""
        return next(column for column in self.columns if column.name == name)

    def fits(self, header: tuple[str, ...]) -> bool:
        """Say whether a header may be that of a table of this kind."""
        found = {self.headers[title].name for title in map(fold, header) if title in self.headers}
        needed = {column.name for column in self.columns if column.required}
        return len(found) == len(header) and needed <= found


def fold(title: str) -> str:
    """Return a header cell as it is compared: without case and surrounding space."""
    return title.strip().casefold()


def read_kinds(ontology: Path) -> Mapping[str, TableKind]:
    """Return the kinds of tables, by name, with the notations of the ontology's schemes.

    Raises ``OSError`` if a file is missing and ``ValueError`` for metadata that are not CSVW.
    """
    return _read_kinds(ontology)


@cache
def _read_kinds(ontology: Path) -> Mapping[str, TableKind]:
    notations: Callable[[str], frozenset[str]] = cache(
        lambda scheme: _notations(ontology / "vocabularies" / f"{scheme}.ttl")
    )
    kinds = (_read_kind(path, notations) for path in sorted((ontology / FOLDER).glob("*.json")))
    return MappingProxyType({kind.name: kind for kind in kinds})


def _notations(path: Path) -> frozenset[str]:
    return frozenset(str(q.object) for q in read_rdf(path) if q.predicate == SKOS.notation)


def _read_kind(path: Path, notations: Callable[[str], frozenset[str]]) -> TableKind:
    table = Table.fromvalue(json.loads(path.read_text(encoding="utf-8")))
    columns = tuple(_column(column, notations) for column in table.tableSchema.columns)
    headers = {fold(title): column for column in columns for title in (column.name, *column.title)}
    return TableKind(
        name=path.stem,
        title=_text(table.common_props["dc:title"]),
        description=_text(table.common_props["dc:description"]),
        columns=columns,
        headers=MappingProxyType(headers),
    )


def _column(column: CsvwColumn, notations: Callable[[str], frozenset[str]]) -> Column:
    ranges = [entry["@id"] for entry in column.common_props.get("rdfs:range", ())]
    kinds = dict.fromkeys(kind for iri in ranges for kind in _KINDS[re.split("[#/]", iri)[-1]])
    scheme = _SCHEME.fullmatch(column.valueUrl.uri if column.valueUrl else "")
    return Column(
        name=column.name,
        title=Text(*(column.titles[language][0] for language in LANGUAGES)),
        description=_text(column.common_props["dc:description"]),
        example=column.common_props.get("skos:example", ""),
        required=bool(column.required),
        kinds=tuple(kinds),
        scheme=scheme[1] if scheme else "",
        notations=notations(scheme[1]) if scheme else frozenset(),
        separator=column.separator or "",
        datatype=column.datatype.base,
        pattern=column.datatype.format or "",
        _read=_reader(column),
    )


def _reader(column: CsvwColumn) -> Callable[[str], object]:
    """Return the reader of one value, which remembers what it read: cells repeat."""
    number = column.datatype.base in ("decimal", "integer")

    @lru_cache(maxsize=4096)
    def read(text: str) -> object:
        # The library takes NaN and 1e5 for decimals.
        if number and not _NUMBER.fullmatch(text):
            raise ValueError(text)
        value: object = column.datatype.read(text)
        return value

    return read


def _text(values: Any) -> Text:  # noqa: ANN401
    words = {value["@language"]: value["@value"] for value in values}
    return Text(**words)


def _unknown_notation(text: str, column: Column) -> Text:
    near = difflib.get_close_matches(text, sorted(column.notations), 3, 0.6)
    return Text(
        "Bukan notasi skema {scheme}; pilih {some}", "Not a notation of scheme {scheme}; use {some}"
    ).format(scheme=column.scheme, some=", ".join(near or sorted(column.notations)))

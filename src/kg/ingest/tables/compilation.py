"""Compiling tables: from files to the sources, claims, things and faults that they hold.

``compile_tables`` is what ``read_corpus``, ``kg validate`` and ``kg ingest`` call. The result
does not depend on the order of the files or of their rows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from rdflib import URIRef

from kg.errors import Location, RecordError
from kg.ingest.descriptions import ARTICLE, PAGE, REGISTER
from kg.ingest.memory import Memory
from kg.ingest.records import Row
from kg.ingest.sources import Claim, Source, claim_id_faults, join_claims, read_claim
from kg.ingest.tables.conferrals import state_conferral
from kg.ingest.tables.description import TableKind
from kg.ingest.tables.events import declare_event, state_event
from kg.ingest.tables.facts import Fact, Stating, claims_of
from kg.ingest.tables.figures import state_figure
from kg.ingest.tables.launches import declare_launch, state_launch
from kg.ingest.tables.legal import state_decision
from kg.ingest.tables.names import Names, Thing, mint
from kg.ingest.tables.organisations import declare_agency, state_agency
from kg.ingest.tables.people import declare_person, make_person, state_tenure
from kg.ingest.tables.reading import read_rows
from kg.language import Text
from kg.namespaces import INOV

SOURCES: Final = "sources"
CLAIMS: Final = "claims"

Declare = Callable[[Row, TableKind, Names], None]
State = Callable[[Row, TableKind, Names, Stating], None]

# In this order, so that what one kind of table describes the next may name.
_DECLARING: Final[Mapping[str, Declare]] = MappingProxyType(
    {
        "agencies": declare_agency,
        "events": declare_event,
        "launches": declare_launch,
        "people-and-posts": declare_person,
    }
)
_STATING: Final[Mapping[str, State]] = MappingProxyType(
    {
        "agencies": state_agency,
        "events": state_event,
        "people-and-posts": state_tenure,
        "conferrals": state_conferral,
        "launches": state_launch,
        "decisions": state_decision,
        "figures": state_figure,
    }
)


@dataclass(frozen=True)
class TableFile:
    """A table to be read: what kind it is of, and where it is.

    ``stands_in`` says that it takes the place of the table of the same kind and file name; the
    rows of one that describes sources, that of other rows about the same sources.
    """

    kind: TableKind
    path: Path
    stands_in: bool = True


@dataclass(frozen=True)
class Compiled:
    """What tables hold.

    ``sources`` are those that tables describe, without claims; ``claims`` are by source id, for
    those and for the sources given; ``things`` what no other file describes. If there are
    ``faults`` the rest is incomplete: the rows at fault are left out.
    """

    sources: tuple[Source, ...]
    claims: Mapping[str, tuple[Claim, ...]]
    things: tuple[Thing, ...]
    faults: tuple[RecordError, ...]


def compile_tables(
    files: Iterable[TableFile],
    sources: Mapping[str, Source],
    names: Names,
    memory: Memory | None = None,
) -> Compiled:
    """Return what tables hold, every fault of every file included.

    ``sources`` are those described elsewhere, by id. ``names`` is fresh for each call, for it
    collects the things. With ``memory``, a row is looked at only if it is another than in the
    last reading, or if one of the names that it asked for has another meaning now.
    """
    return _Compilation(sources, names, memory or Memory()).compile(files)


class _Compilation:
    def __init__(self, sources: Mapping[str, Source], names: Names, memory: Memory) -> None:
        self.kinds = {source.id: source.kind for source in sources.values()}
        self.names = names
        self.memory = memory
        self.faults: list[RecordError] = []
        self.described: dict[str, Source] = {}
        self.facts: dict[str, list[list[Fact]]] = defaultdict(list)
        self.claims: dict[str, list[Claim]] = defaultdict(list)

    def compile(self, files: Iterable[TableFile]) -> Compiled:
        read = [(file, self.rows(file)) for file in sorted(files, key=_order)]
        tables = list(_described_once(read))
        for kind, rows in tables:
            if kind.name == SOURCES:
                self.each(rows, partial(self.describe, kind))
        tables = [(kind, list(self.sourced(rows, kind))) for kind, rows in tables]
        for name, declare in _DECLARING.items():
            for kind, rows in tables:
                if kind.name == name:
                    self.each(rows, partial(self.declare, declare, kind))
        broken = {(fault.location.file, fault.location.row) for fault in self.faults}
        for name in (*_STATING, CLAIMS):
            for kind, rows in tables:
                if kind.name == name:
                    whole = [row for row in rows if _place(row) not in broken]
                    self.each(whole, partial(self.state, kind))
        return Compiled(
            sources=tuple(self.described.values()),
            claims=MappingProxyType(dict(self.all_claims())),
            things=tuple(self.names.things()),
            faults=tuple(sorted(self.faults, key=_fault_order)),
        )

    def rows(self, file: TableFile) -> list[Row]:
        kind = file.kind
        rows, faults = self.memory.of_files(
            f"rows of {kind.name}", [file.path], lambda: _read_sorted(file.path, kind)
        )
        self.faults.extend(faults)
        return rows

    def each(self, rows: Iterable[Row], do: Callable[[Row], None]) -> None:
        for row in rows:
            try:
                do(row)
            except RecordError as error:
                self.faults.append(error)

    def once(self, what: str, row: Row, do: Callable[[], Any]) -> Any:  # noqa: ANN401
        """Return what is done with a row and the names, or was done if it would be the same."""
        key = what, id(row)
        found = self.memory.recall(key)
        if found is None or not self.names.follow(found[2]):
            # The row is kept with it: while it lives, no other has its identity.
            found = (row, *self.names.traced(do))
        return self.memory.keep(key, found)[1]

    def declare(self, declare: Declare, kind: TableKind, row: Row) -> None:
        self.once("declared", row, lambda: declare(row, kind, self.names))

    def describe(self, kind: TableKind, row: Row) -> None:
        source = self.once("described", row, lambda: _read_source(row, kind, self.names))
        if source.id in self.kinds:
            raise row.fault(
                "id", Text("Id sumber sudah dipakai", "This id of a source is taken already")
            )
        self.kinds[source.id] = source.kind
        self.described[source.id] = source

    def sourced(self, rows: Sequence[Row], kind: TableKind) -> Iterator[Row]:
        """Yield the rows whose source is known and may be spoken for by a table of the kind."""
        for row in rows:
            if kind.name == SOURCES:
                continue
            source = self.kinds.get(row.values["source"])
            if source is None:
                self.faults.append(
                    row.fault(
                        "source",
                        Text(
                            "Sumber ini belum diterangkan di data/sources.csv atau data/sources",
                            "Neither data/sources.csv nor data/sources describes this source",
                        ),
                    )
                )
            elif source == ARTICLE and kind.name != CLAIMS:
                self.faults.append(
                    row.fault(
                        "source",
                        Text(
                            "Klaim artikel memerlukan rentang teks; pakai tabel claims",
                            "Claims of an article need spans of text; use a table of claims",
                        ),
                    )
                )
            else:
                yield row

    def state(self, kind: TableKind, row: Row) -> None:
        source = row.values["source"]
        if kind.name == CLAIMS:
            of = self.kinds[source]
            claim = self.once(of, row, lambda: read_claim(row, source, of, self.names.prefixes))
            self.claims[source].append(claim)
            return
        self.facts[source].append(self.once("stated", row, lambda: self.stated(kind, row)))

    def stated(self, kind: TableKind, row: Row) -> list[Fact]:
        speaker = make_person(row, "speaker", kind, self.names) if row.values["speaker"] else None
        stating = Stating(row, speaker)
        _STATING[kind.name](row, kind, self.names, stating)
        return stating.facts

    def all_claims(self) -> Iterator[tuple[str, tuple[Claim, ...]]]:
        for source in sorted({*self.facts, *self.claims}):
            own, facts = tuple(self.claims[source]), self.facts[source]
            self.faults.extend(claim_id_faults(own))
            parts = (*own, None, *facts)
            yield (
                source,
                self.memory.of(("claims", source), parts, partial(_joined, source, own, facts)),
            )


def _joined(
    source: str, own: tuple[Claim, ...], facts: Iterable[Iterable[Fact]]
) -> tuple[Claim, ...]:
    return join_claims(own, tuple(claims_of(source, chain.from_iterable(facts))))


def _read_sorted(path: Path, kind: TableKind) -> tuple[list[Row], list[RecordError]]:
    """Return the rows in order of content, so that where one stands changes nothing."""
    outcomes = list(read_rows(path, kind))
    rows = [outcome for outcome in outcomes if isinstance(outcome, Row)]
    faults = [outcome for outcome in outcomes if isinstance(outcome, RecordError)]
    return sorted(rows, key=lambda row: tuple(row.values.values())), faults


def _read_source(row: Row, kind: TableKind, names: Names) -> Source:
    values = row.values
    # A page whose address nobody knows is let in; shape S73-address-known warns of it.
    needed = {PAGE: ("publisher",), REGISTER: ("version", "licence")}[values["kind"]]
    for column in needed:
        if not values[column]:
            raise row.fault(
                column,
                Text("Wajib untuk sumber jenis {kind}", "Needed for a {kind}").format(
                    kind=values["kind"]
                ),
            )
    publisher = _publisher(row, kind, names) if values["publisher"] else None
    return Source(
        id=values["id"],
        kind=values["kind"],
        label=_source_label(row, publisher, names),
        claims=(),
        location=row.location,
        publisher=publisher,
        url=values["url"],
        title=values["title"],
        date=values["date"],
        accessed=values["accessed"],
        language=values["language"],
        version=values["version"],
        licence=values["licence"],
    )


def _publisher(row: Row, kind: TableKind, names: Names) -> URIRef:
    publisher, name = names.look_up(row, "publisher", kind)
    if publisher is not None:
        return publisher
    iri = mint(row, "publisher", "publisher", name)
    label = Text(name, name)
    return names.declare("publisher", name, Thing(iri, INOV.Publisher, label, row.at("publisher")))


def _source_label(row: Row, publisher: URIRef | None, names: Names) -> Text:
    label = row.text("label")
    if label:
        return label
    if publisher is None or not row.values["title"]:
        raise row.fault(
            "label_id",
            Text("Tanpa judul, label wajib diisi", "Without a title, a label is needed"),
        )
    name = names.label(publisher)
    title = row.values["title"]
    return Text(f"{name.id}: {title}", f"{name.en}: {title}")


def _described_once(
    read: Sequence[tuple[TableFile, list[Row]]],
) -> Iterator[tuple[TableKind, list[Row]]]:
    """Yield the tables without rows about sources that a table standing in describes."""
    told = {
        row.values["id"]
        for file, rows in read
        if file.kind.name == SOURCES and file.stands_in
        for row in rows
    }
    for file, rows in read:
        if file.kind.name != SOURCES or file.stands_in:
            yield file.kind, rows
        else:
            yield file.kind, [row for row in rows if row.values["id"] not in told]


def _order(file: TableFile) -> tuple[str, str]:
    return file.kind.name, str(file.path)


def _place(row: Row) -> tuple[Path, int | None]:
    return row.location.file, row.location.row


def _fault_order(fault: RecordError) -> tuple[str, int, str]:
    place: Location = fault.location
    return str(place.file), place.row or 0, place.column or ""

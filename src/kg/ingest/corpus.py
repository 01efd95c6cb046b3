"""Everything a curator wrote, read as one: ``data/`` as plain values and graphs."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

from rdflib import Graph
from rdflib.term import Node

from kg.errors import InputError, Location, RecordError
from kg.ingest.decisions import (
    ClaimsOfSources,
    ConflictSet,
    IdentityDecision,
    read_conflicts,
    read_identities,
)
from kg.ingest.deposits import Described, read_deposit
from kg.ingest.descriptions import ARTICLE, DEPOSIT
from kg.ingest.memory import Memory
from kg.ingest.ministries import ChangeRow, MinistryRow, read_changes, read_ministries
from kg.ingest.places import PlaceRow, read_places
from kg.ingest.records import TurtleFile, read_toml, read_turtle_file
from kg.ingest.registered import Registered
from kg.ingest.registers import Register, read_registers
from kg.ingest.resolution import CuratedResolver, LateResolver, Resolver
from kg.ingest.retirements import Retirement, read_retirements
from kg.ingest.sources import Claim, Source, read_source
from kg.ingest.spoken import Spoken, claimed, described_by, mentioned_by
from kg.ingest.tables.compilation import Compiled, TableFile, compile_tables
from kg.ingest.tables.files import labels, table_files, vocabularies
from kg.ingest.tables.names import Names, Thing
from kg.ingest.text_rules import read_lines
from kg.language import Text
from kg.settings import Settings

_Parameters = ParamSpec("_Parameters")
_Value = TypeVar("_Value")
_Decision = TypeVar("_Decision", ConflictSet, IdentityDecision)

CONFLICTS: Final = "conflicts.csv"
IDENTITIES: Final = "identity.csv"


@dataclass(frozen=True)
class Corpus:
    """The curated data, faults excluded: it was either read whole or not at all."""

    sources: tuple[Source, ...]
    things: tuple[TurtleFile, ...]
    reference: tuple[TurtleFile, ...]
    registers: Mapping[str, Register]
    places: tuple[PlaceRow, ...]
    ministries: tuple[MinistryRow, ...]
    changes: tuple[ChangeRow, ...]
    editorial: tuple[TurtleFile, ...]
    links: tuple[TurtleFile, ...]
    conflicts: tuple[ConflictSet, ...]
    identities: tuple[IdentityDecision, ...]
    retirements: tuple[Retirement, ...]
    dataset: Mapping[str, Any]
    proper_names: tuple[str, ...]
    fingerprints: Mapping[str, frozenset[str]]
    generated: tuple[Thing, ...] = ()
    """Things that rows of tables and deposits speak of, and no file of ``things`` describes."""
    is_derived: bool = False
    """Whether claims were made from tables or deposits: what they say depends on other files."""


def read_corpus(  # noqa: PLR0913 - each adds one thing to be read
    data: Path,
    prefixes: Mapping[str, str],
    instead: Mapping[str, Path] | None = None,
    *,
    overlay: Path | None = None,
    ontology: Path | None = None,
    tables: Sequence[TableFile] = (),
    resolver: Resolver | None = None,
    memory: Memory | None = None,
) -> Corpus:
    """Return all curated data.

    ``overlay`` is a folder of the same layout with what was brought to a running graph
    (``kg.ingest.overlay``): sources, tables, things and decisions. ``instead`` gives other
    folders for the sources of those ids (or for new ones): a curator's copy is read as if it
    stood in ``data/sources``. ``tables`` are read as if they stood in ``data/tables``;
    ``ontology`` has their descriptions (that of the settings' defaults, unless given), and
    ``resolver`` knows the names in their cells. With ``memory``, which belongs to the prefixes,
    the ontology and the resolver, only that is read and compiled which is another than it was,
    or rests on what is another: the result is the same, mostly of the same objects.

    Raises ``InputError`` with every fault of every file, and for a source that stands in both
    folders.
    """
    if not data.is_dir():
        raise RecordError(
            Location(data), Text("Folder data tidak ada", "The data folder does not exist")
        )
    reading = _Reading(prefixes, ontology or Settings().ontology, resolver, memory or Memory())
    return reading.corpus([data, overlay] if overlay else [data], instead or {}, tables)


_DATASET_KEYS: Final = (
    "version",
    "issued",
    "license",
    "creators",
    "contact_page",
    "theme",
    "frequency",
    "languages",
    "keywords",
    "title",
    "description",
    "rights",
    "graphs",
)


def read_dataset(path: Path) -> dict[str, Any]:
    """Return the content of ``dataset.toml``; raises ``RecordError``, also for a missing key."""
    table = read_toml(path)
    for key in _DATASET_KEYS:
        if key not in table:
            raise RecordError(
                Location(path, column=key), Text("Kunci ini wajib", "This key is required")
            )
    return table


def _those_there(roots: Sequence[Path], name: str) -> list[Path]:
    """Return the files of a name: what was brought may lack it, the data folder must not."""
    data, *others = roots
    return [data / name, *(root / name for root in others if (root / name).is_file())]


def _in_both(description: Path, other: Path) -> RecordError:
    return RecordError(
        Location(description),
        Text(
            "Sumber ini sudah ada di {other}; hapus salah satunya ('kg ingest --withdraw {name}' "
            "untuk yang dibawa)",
            "This source stands in {other} already; remove one of them ('kg ingest --withdraw "
            "{name}' for the one that was brought)",
        ).format(other=other, name=other.name),
    )


def _used_twice(
    decision: ConflictSet | IdentityDecision, other: ConflictSet | IdentityDecision
) -> RecordError:
    return RecordError(
        decision.location,
        Text("Id ini sudah dipakai di {other}", "This id is used in {other} already").format(
            other=other.location
        ),
        decision.id,
    )


class _Reading:
    """One pass over the files, which goes on after a fault in order to name them all."""

    def __init__(
        self,
        prefixes: Mapping[str, str],
        ontology: Path,
        resolver: Resolver | None,
        memory: Memory,
    ) -> None:
        self.prefixes = prefixes
        self.ontology = ontology
        self.resolver = resolver
        self.memory = memory
        self.faults: list[RecordError] = []

    def corpus(
        self, roots: Sequence[Path], instead: Mapping[str, Path], tables: Sequence[TableFile]
    ) -> Corpus:
        """Return what some folders of one layout hold; registers and editing stand in the first."""
        data = roots[0]
        folders = {**self.folders(roots), **instead}
        things = tuple(file for root in roots for file in self.turtle(root / "things"))
        reference = self.turtle(data / "reference")
        editorial, links = self.turtle(data / "editorial"), self.turtle(data / "links")
        registers = self.registers(data / "reference")
        described = (*registers.graphs, *(file.graph for file in (*things, *reference)))
        sources, deposited = self.deposits(self.sources(folders), described)
        files = self.attempt(table_files, roots, self.ontology, tables) or []
        if files and self.resolver is None:
            self.resolver = LateResolver(partial(self.names, roots, described, registers, sources))
        compiled = self.tables(files, sources, described)
        sources = tuple(
            self.with_claims(source, compiled.claims.get(source.id, ()))
            for source in sorted((*sources, *compiled.sources), key=lambda source: source.id)
        )
        generated = (*deposited, *compiled.things)
        known = Spoken(partial(described_by, registers, (*things, *reference), generated, sources))
        used = Spoken(known.sets, partial(mentioned_by, (*editorial, *links), sources))
        articles = {source.id for source in sources if source.kind == ARTICLE}
        conflicts, identities = self.decisions(roots, sources)
        corpus = Corpus(
            sources=sources,
            things=things,
            reference=reference,
            registers=registers.sources,
            places=registers.places,
            ministries=registers.ministries,
            changes=registers.changes,
            editorial=editorial,
            links=links,
            conflicts=conflicts,
            identities=identities,
            retirements=self.retirements(data / "retired.csv", known, used),
            dataset=self.file(read_dataset, data / "dataset.toml") or {},
            proper_names=self.lines(data / "proper-names.txt"),
            fingerprints={
                name: self.shingles(folder / "shingles.txt")
                for name, folder in folders.items()
                if (folder / "shingles.txt").exists() or name in articles
            },
            generated=generated,
            is_derived=bool(files) or any(source.kind == DEPOSIT for source in sources),
        )
        if self.faults:
            raise InputError(self.faults)
        return corpus

    def registers(self, folder: Path) -> Registered:
        rows, changed = folder / "ministries.csv", folder / "changes.csv"
        ministries = self.file(read_ministries, rows) or ()
        agencies = {ministry.iri for ministry in ministries}
        changes = self.attempt(
            self.memory.of_files,
            "changes",
            [rows, changed],
            partial(read_changes, changed, agencies),
        )
        parts = (
            self.file(read_registers, folder / "registers.toml") or {},
            self.file(read_places, folder / "places.csv") or (),
            ministries,
            changes or (),
        )
        return self.memory.of("registers", parts, lambda: Registered(*parts))

    def names(
        self,
        roots: Sequence[Path],
        described: Sequence[Graph],
        registers: Registered,
        sources: Iterable[Source],
    ) -> Resolver:
        """Return who knows the names that stand in texts; what tables add has names by then."""
        said = [self.memory.of("claimed", [s], partial(claimed, s)) for s in sources]
        decisions: list[IdentityDecision] = []
        for path in _those_there(roots, IDENTITIES):
            try:
                decisions.extend(read_identities(path, None, self.prefixes))
            except (RecordError, InputError):
                # Reading the decisions with their evidence will say what is wrong.
                continue
        graphs = (*described, *said)
        return CuratedResolver(graphs, registers.places, registers.changes, decisions, self.memory)

    def folders(self, roots: Sequence[Path]) -> dict[str, Path]:
        """Return the folder of each source, and note a fault for one that has two."""
        found: dict[str, Path] = {}
        for root in roots:
            for path in root.glob("sources/*/source.toml"):
                other = found.setdefault(path.parent.name, path.parent)
                if other != path.parent:
                    self.faults.append(_in_both(path, other))
        return found

    def sources(self, folders: Mapping[str, Path]) -> tuple[Source, ...]:
        read = [self.source(folder) for _, folder in sorted(folders.items())]
        return tuple(source for source in read if source is not None)

    def source(self, folder: Path) -> Source | None:
        files = [folder / "source.toml", folder / "claims.csv"]
        read = partial(read_source, folder, self.prefixes)
        return self.attempt(self.memory.of_files, "source", files, read)

    def with_claims(self, source: Source, claims: tuple[Claim, ...]) -> Source:
        return self.memory.of("whole", [source, claims], partial(source.with_claims, claims))

    def deposits(
        self, sources: tuple[Source, ...], described: Iterable[Graph]
    ) -> tuple[tuple[Source, ...], tuple[Thing, ...]]:
        """Read the files of the deposits; return all sources, and the things that are new."""
        read: list[Source] = []
        things: list[Thing] = []
        known = Described(described, self.memory)
        for source in sources:
            whole = source
            if source.kind == DEPOSIT:
                path = source.location.file.parent / source.file
                deposit = self.attempt(read_deposit, source, path, known, self.memory)
                if deposit:
                    whole = self.with_claims(source, deposit.claims)
                    things.extend(deposit.things)
            read.append(whole)
        return tuple(read), tuple(things)

    def tables(
        self, files: Sequence[TableFile], sources: tuple[Source, ...], described: Iterable[Graph]
    ) -> Compiled:
        if not files:
            return Compiled((), {}, (), ())
        known = labels(described, self.memory)
        known |= labels(vocabularies(self.ontology, self.memory), self.memory)
        names = Names(self.prefixes, known, self.resolver)
        by_id = {source.id: source for source in sources}
        compiled = compile_tables(files, by_id, names, self.memory)
        self.faults.extend(compiled.faults)
        return compiled

    def decisions(
        self, roots: Sequence[Path], sources: tuple[Source, ...]
    ) -> tuple[tuple[ConflictSet, ...], tuple[IdentityDecision, ...]]:
        """Read what points at claims, unless some could not be read: all would seem missing."""
        if self.faults:
            return (), ()
        claims = ClaimsOfSources(sources)
        conflicts = [
            self.attempt(read_conflicts, path, claims) or ()
            for path in _those_there(roots, CONFLICTS)
        ]
        identities = [
            self.attempt(read_identities, path, claims, self.prefixes) or ()
            for path in _those_there(roots, IDENTITIES)
        ]
        return self.once(conflicts), self.once(identities)

    def once(self, tables: Sequence[tuple[_Decision, ...]]) -> tuple[_Decision, ...]:
        """Return the decisions of all tables, and note a fault for an id that two of them use."""
        found: dict[str, _Decision] = {}
        for table in tables:
            for decision in table:
                other = found.setdefault(decision.id, decision)
                if other is not decision:
                    self.faults.append(_used_twice(decision, other))
        return tuple(found.values())

    def retirements(
        self, path: Path, described: Container[Node], used: Container[Node]
    ) -> tuple[Retirement, ...]:
        """Read what was retired, unless some data could not be read: all would seem missing."""
        if self.faults:
            return ()
        return self.attempt(read_retirements, path, self.prefixes, described, used) or ()

    def turtle(self, folder: Path) -> tuple[TurtleFile, ...]:
        files = [self.file(read_turtle_file, path) for path in sorted(folder.glob("*.ttl"))]
        return tuple(file for file in files if file is not None)

    def lines(self, path: Path) -> tuple[str, ...]:
        return self.file(read_lines, path) or ()

    def shingles(self, path: Path) -> frozenset[str]:
        lines = self.lines(path)
        return self.memory.of("shingles", [lines], partial(frozenset, lines))

    def file(self, read: Callable[[Path], _Value], path: Path) -> _Value | None:
        """Return what a reader makes of a file alone, or None after writing its faults down."""
        return self.attempt(self.memory.of_files, read.__name__, [path], partial(read, path))

    def attempt(
        self,
        read: Callable[_Parameters, _Value],
        *arguments: _Parameters.args,
        **options: _Parameters.kwargs,
    ) -> _Value | None:
        """Return what a reader returns, or None after writing its faults down."""
        try:
            return read(*arguments, **options)
        except InputError as error:
            self.faults.extend(error.faults)
        except RecordError as error:
            self.faults.append(error)
        return None

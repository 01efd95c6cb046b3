"""Everything a curator wrote, read as one: ``data/`` as plain values and graphs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

from rdflib import Graph, URIRef
from rdflib.term import Node

from kg.errors import InputError, Location, RecordError
from kg.ingest.decisions import ConflictSet, IdentityDecision, read_conflicts, read_identities
from kg.ingest.deposits import read_deposit
from kg.ingest.descriptions import ARTICLE, DEPOSIT
from kg.ingest.ministries import (
    ChangeRow,
    MinistryRow,
    ministries_graph,
    read_changes,
    read_ministries,
)
from kg.ingest.places import PlaceRow, places_graph, read_places
from kg.ingest.records import TurtleFile, read_text, read_toml, read_turtle
from kg.ingest.registers import Register, read_registers
from kg.ingest.resolution import CuratedResolver, Resolver
from kg.ingest.retirements import Retirement, read_retirements
from kg.ingest.sources import Source, read_source
from kg.ingest.tables.compilation import Compiled, TableFile, compile_tables
from kg.ingest.tables.files import labels, table_files, vocabularies
from kg.ingest.tables.names import Names, Thing
from kg.iris import mint_iri
from kg.language import Text
from kg.settings import Settings

_Parameters = ParamSpec("_Parameters")
_Value = TypeVar("_Value")


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


def read_corpus(  # noqa: PLR0913 - each adds one thing to be read
    data: Path,
    prefixes: Mapping[str, str],
    instead: Mapping[str, Path] | None = None,
    *,
    ontology: Path | None = None,
    tables: Sequence[TableFile] = (),
    resolver: Resolver | None = None,
) -> Corpus:
    """Return all curated data.

    ``instead`` gives other folders for the sources of those ids (or for new ones): a curator's
    copy is read as if it stood in ``data/sources``. ``tables`` are read as if they stood in
    ``data/tables``; ``ontology`` has their descriptions (that of the settings' defaults, unless
    given), and ``resolver`` knows the names in their cells.

    Raises ``InputError`` with every fault of every file.
    """
    if not data.is_dir():
        raise RecordError(
            Location(data), Text("Folder data tidak ada", "The data folder does not exist")
        )
    reading = _Reading(prefixes, ontology or Settings().ontology, resolver)
    return reading.corpus(data, instead or {}, tables)


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


def _read_dataset(path: Path) -> dict[str, Any]:
    table = read_toml(path)
    for key in _DATASET_KEYS:
        if key not in table:
            raise RecordError(
                Location(path, column=key), Text("Kunci ini wajib", "This key is required")
            )
    return table


def _described(
    described: Graph, generated: Iterable[Thing], sources: Iterable[Source]
) -> frozenset[Node]:
    """Return what has a description of its own: things and areas, and the sources."""
    documents = (URIRef(mint_iri(source.kind, source.id)) for source in sources)
    return frozenset({*described.subjects(), *(thing.iri for thing in generated), *documents})


def _mentioned(files: Iterable[TurtleFile], sources: Iterable[Source]) -> frozenset[Node]:
    triples = [triple for file in files for triple in file.graph]
    triples += [claim.triple for source in sources for claim in source.claims]
    return frozenset(node for subject, _, value in triples for node in (subject, value))


@dataclass(frozen=True)
class _Registers:
    """What registers tell of areas, governments and ministries."""

    sources: Mapping[str, Register]
    places: tuple[PlaceRow, ...]
    ministries: tuple[MinistryRow, ...]
    changes: tuple[ChangeRow, ...]

    def graph(self) -> Graph:
        """Return all of it as one graph; nothing of the areas if their register is not named."""
        graph = ministries_graph(self.ministries, self.changes)
        if register := self.sources.get("places"):
            graph += places_graph(self.places, register)
        return graph


class _Reading:
    """One pass over the files, which goes on after a fault in order to name them all."""

    def __init__(
        self, prefixes: Mapping[str, str], ontology: Path, resolver: Resolver | None
    ) -> None:
        self.prefixes = prefixes
        self.ontology = ontology
        self.resolver = resolver
        self.faults: list[RecordError] = []

    def corpus(
        self, data: Path, instead: Mapping[str, Path], tables: Sequence[TableFile]
    ) -> Corpus:
        folders = {path.parent.name: path.parent for path in data.glob("sources/*/source.toml")}
        folders |= instead
        things, reference = self.turtle(data / "things"), self.turtle(data / "reference")
        editorial, links = self.turtle(data / "editorial"), self.turtle(data / "links")
        registers = self.registers(data / "reference")
        described = registers.graph()
        for file in (*things, *reference):
            described += file.graph
        sources, deposited = self.deposits(self.sources(folders), described)
        files = table_files(data, self.ontology, tables)
        if files and self.resolver is None:
            self.resolver = self.names(data, described, registers, sources)
        compiled = self.tables(files, sources, described)
        sources = tuple(
            source.with_claims(compiled.claims.get(source.id, ()))
            for source in sorted((*sources, *compiled.sources), key=lambda source: source.id)
        )
        generated = (*deposited, *compiled.things)
        known = _described(described, generated, sources)
        used = known | _mentioned((*editorial, *links), sources)
        articles = {source.id for source in sources if source.kind == ARTICLE}
        conflicts, identities = self.decisions(data, sources)
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
            dataset=self.attempt(_read_dataset, data / "dataset.toml") or {},
            proper_names=self.lines(data / "proper-names.txt"),
            fingerprints={
                name: frozenset(self.lines(folder / "shingles.txt"))
                for name, folder in folders.items()
                if (folder / "shingles.txt").exists() or name in articles
            },
            generated=(*deposited, *compiled.things),
        )
        if self.faults:
            raise InputError(self.faults)
        return corpus

    def registers(self, folder: Path) -> "_Registers":
        ministries = self.attempt(read_ministries, folder / "ministries.csv") or ()
        agencies = {ministry.iri for ministry in ministries}
        return _Registers(
            sources=self.attempt(read_registers, folder / "registers.toml") or {},
            places=self.attempt(read_places, folder / "places.csv") or (),
            ministries=ministries,
            changes=self.attempt(read_changes, folder / "changes.csv", agencies) or (),
        )

    def names(
        self, data: Path, described: Graph, registers: "_Registers", sources: Iterable[Source]
    ) -> Resolver:
        """Return who knows the names that stand in texts; what tables add has names by then."""
        claimed = Graph()
        for source in sources:
            for claim in source.claims:
                if claim.rank != "deprecated":
                    claimed.add(claim.triple)
        try:
            decisions = read_identities(data / "identity.csv", None, self.prefixes)
        except (RecordError, InputError):
            # Reading the decisions with their evidence will say what is wrong.
            decisions = ()
        return CuratedResolver((described, claimed), registers.places, registers.changes, decisions)

    def sources(self, folders: Mapping[str, Path]) -> tuple[Source, ...]:
        read = [
            self.attempt(read_source, folder, self.prefixes)
            for _, folder in sorted(folders.items())
        ]
        return tuple(source for source in read if source is not None)

    def deposits(
        self, sources: tuple[Source, ...], described: Graph
    ) -> tuple[tuple[Source, ...], tuple[Thing, ...]]:
        """Read the files of the deposits; return all sources, and the things that are new."""
        read: list[Source] = []
        things: list[Thing] = []
        for source in sources:
            whole = source
            if source.kind == DEPOSIT:
                path = source.location.file.parent / source.file
                deposit = self.attempt(read_deposit, source, path, described)
                if deposit:
                    whole = source.with_claims(deposit.claims)
                    things.extend(deposit.things)
            read.append(whole)
        return tuple(read), tuple(things)

    def tables(
        self, files: Sequence[TableFile], sources: tuple[Source, ...], described: Graph
    ) -> Compiled:
        if not files:
            return Compiled((), {}, (), ())
        known = labels(described) | labels(vocabularies(self.ontology))
        names = Names(self.prefixes, known, self.resolver)
        compiled = compile_tables(files, {source.id: source for source in sources}, names)
        self.faults.extend(compiled.faults)
        return compiled

    def decisions(
        self, data: Path, sources: tuple[Source, ...]
    ) -> tuple[tuple[ConflictSet, ...], tuple[IdentityDecision, ...]]:
        """Read what points at claims, unless some could not be read: all would seem missing."""
        if self.faults:
            return (), ()
        claims = {
            f"{source.id}/{claim.row}": claim for source in sources for claim in source.claims
        }
        return (
            self.attempt(read_conflicts, data / "conflicts.csv", claims) or (),
            self.attempt(read_identities, data / "identity.csv", claims, self.prefixes) or (),
        )

    def retirements(
        self, path: Path, described: frozenset[Node], used: frozenset[Node]
    ) -> tuple[Retirement, ...]:
        """Read what was retired, unless some data could not be read: all would seem missing."""
        if self.faults:
            return ()
        return self.attempt(read_retirements, path, self.prefixes, described, used) or ()

    def turtle(self, folder: Path) -> tuple[TurtleFile, ...]:
        graphs = [(path, self.attempt(read_turtle, path)) for path in sorted(folder.glob("*.ttl"))]
        return tuple(
            TurtleFile(path, read_text(path), graph) for path, graph in graphs if graph is not None
        )

    def lines(self, path: Path) -> tuple[str, ...]:
        text = self.attempt(read_text, path) or ""
        return tuple(line for line in text.splitlines() if line and not line.startswith("#"))

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

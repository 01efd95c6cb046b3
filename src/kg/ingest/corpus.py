"""Everything a curator wrote, read as one: ``data/`` as plain values and graphs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

from rdflib import Graph, URIRef
from rdflib.term import Node

from kg.errors import InputError, Location, RecordError
from kg.ingest.decisions import ConflictSet, IdentityDecision, read_conflicts, read_identities
from kg.ingest.ministries import ChangeRow, MinistryRow, read_changes, read_ministries
from kg.ingest.places import PlaceRow, read_places
from kg.ingest.records import read_text, read_toml, read_turtle
from kg.ingest.registers import Register, read_registers
from kg.ingest.retirements import Retirement, read_retirements
from kg.ingest.sources import Source, read_source
from kg.iris import mint_iri
from kg.language import Text

_Parameters = ParamSpec("_Parameters")
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class TurtleFile:
    """A curated Turtle file and the graph that it states."""

    path: Path
    text: str
    graph: Graph


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


def read_corpus(
    data: Path, prefixes: Mapping[str, str], instead: Mapping[str, Path] | None = None
) -> Corpus:
    """Return all curated data.

    ``instead`` gives other folders for the sources of those ids (or for new ones): a curator's
    copy is read as if it stood in ``data/sources``.

    Raises ``InputError`` with every fault of every file.
    """
    if not data.is_dir():
        raise RecordError(
            Location(data), Text("Folder data tidak ada", "The data folder does not exist")
        )
    return _Reading(prefixes).corpus(data, instead or {})


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


def _described(files: Iterable[TurtleFile], sources: Iterable[Source]) -> frozenset[Node]:
    """Return what has a description of its own: things of the files, and the sources."""
    articles = (URIRef(mint_iri("article", source.id)) for source in sources)
    return frozenset({node for file in files for node in file.graph.subjects()} | {*articles})


def _mentioned(files: Iterable[TurtleFile], sources: Iterable[Source]) -> frozenset[Node]:
    triples = [triple for file in files for triple in file.graph]
    triples += [claim.triple for source in sources for claim in source.claims]
    return frozenset(node for subject, _, value in triples for node in (subject, value))


class _Reading:
    """One pass over the files, which goes on after a fault in order to name them all."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.prefixes = prefixes
        self.faults: list[RecordError] = []

    def corpus(self, data: Path, instead: Mapping[str, Path]) -> Corpus:
        folders = {path.parent.name: path.parent for path in data.glob("sources/*/source.toml")}
        folders |= instead
        sources = self.sources(folders)
        conflicts, identities = self.decisions(data, sources)
        things, reference = self.turtle(data / "things"), self.turtle(data / "reference")
        editorial, links = self.turtle(data / "editorial"), self.turtle(data / "links")
        registers = data / "reference"
        places = self.attempt(read_places, registers / "places.csv") or ()
        ministries = self.attempt(read_ministries, registers / "ministries.csv") or ()
        agencies = {ministry.iri for ministry in ministries}
        listed = {node for row in places for node in (row.iri, row.government) if node}
        described = _described((*things, *reference), sources) | listed | agencies
        used = described | _mentioned((*editorial, *links), sources)
        corpus = Corpus(
            sources=sources,
            things=things,
            reference=reference,
            registers=self.attempt(read_registers, registers / "registers.toml") or {},
            places=places,
            ministries=ministries,
            changes=self.attempt(read_changes, registers / "changes.csv", agencies) or (),
            editorial=editorial,
            links=links,
            conflicts=conflicts,
            identities=identities,
            retirements=self.retirements(data / "retired.csv", described, used),
            dataset=self.attempt(_read_dataset, data / "dataset.toml") or {},
            proper_names=self.lines(data / "proper-names.txt"),
            fingerprints={
                name: frozenset(self.lines(folder / "shingles.txt"))
                for name, folder in folders.items()
            },
        )
        if self.faults:
            raise InputError(self.faults)
        return corpus

    def sources(self, folders: Mapping[str, Path]) -> tuple[Source, ...]:
        read = [
            self.attempt(read_source, folder, self.prefixes)
            for _, folder in sorted(folders.items())
        ]
        return tuple(source for source in read if source is not None)

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

"""A release on disk, read-only, and a store in memory for what a build has to ask of itself."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, Protocol, cast

import pyoxigraph as ox
from rdflib import BNode, URIRef
from rdflib.term import Node

from kg.errors import QueryError, StoreError
from kg.language import Text
from kg.store.terms import Quad, Term, from_quad, to_engine, to_quad, to_rdflib

_ENGINE_FAULTS: Final = (OSError, RuntimeError, ValueError)
"""What the engine raises for a folder that it cannot read: I/O, corruption, wrong version."""


class _Scope(Enum):
    ANY = "any graph"
    DEFAULT = "default graph"


ANY_GRAPH: Final = _Scope.ANY
"""For ``quads``: the default graph and every named graph."""

DEFAULT_GRAPH: Final = _Scope.DEFAULT
"""For ``quads``: the default graph alone."""

GraphChoice = URIRef | BNode | Literal[_Scope.ANY, _Scope.DEFAULT]


class Matching(Protocol):
    """What can be asked for the quads that match: a store, or part of one."""

    def quads(
        self,
        subject: URIRef | BNode | None = None,
        predicate: URIRef | None = None,
        object: Term | None = None,  # noqa: A002  the standard's word
        graph: GraphChoice = ...,
    ) -> Iterator[Quad]:
        """Yield the quads that match."""


class Countable(Matching, Protocol):
    """What tells, besides, whether quads match, and costs less than to look at them."""

    def holds(
        self,
        subject: URIRef | BNode | None = None,
        predicate: URIRef | None = None,
        object: Term | None = None,  # noqa: A002  the standard's word
        graph: GraphChoice = ...,
    ) -> bool:
        """Say whether a quad matches."""


class Queryable(Matching, Protocol):
    """What answers queries too: a store, in memory or on disk."""

    def select(
        self,
        query: str,
        substitutions: Mapping[str, Node] = ...,
        union_of: Sequence[GraphChoice] = ...,
    ) -> list[Mapping[str, Term]]:
        """Answer a SELECT query."""


class AnyStore:
    """What a store on disk and a store in memory have in common: they can be asked."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store

    def __len__(self) -> int:
        """Count the quads of all graphs."""
        return len(self._store)

    def select(
        self,
        query: str,
        substitutions: Mapping[str, Node] = MappingProxyType({}),
        union_of: Sequence[GraphChoice] = (),
    ) -> list[Mapping[str, Term]]:
        """Run a SELECT query of our own; each row maps the bound variables to their terms.

        Unbounded in time: never for a query from outside. ``substitutions`` puts terms in the
        place of variables, which the query must project (SEP-0007). Numbers, booleans and dates
        come back normalised (``"1.0"`` as ``"1"``). ``union_of`` names the graphs to be read as
        one default graph; a triple of several is then counted several times.
        Raises ``QueryError`` if it is not a SELECT
        query that can be parsed, or does not project a variable that is substituted.
        """
        terms = {ox.Variable(name): to_engine(term) for name, term in substitutions.items()}
        try:
            solutions = self._store.query(
                query,
                substitutions=dict(terms),
                default_graph=_engine_graphs(union_of) if union_of else None,
            )
        except (SyntaxError, RuntimeError) as error:
            raise _not_select(str(error)) from None
        if not isinstance(solutions, ox.QuerySolutions):
            raise _not_select(type(solutions).__name__)
        names = [variable.value for variable in solutions.variables]
        return [_row(names, solution) for solution in solutions]

    def quads(
        self,
        subject: URIRef | BNode | None = None,
        predicate: URIRef | None = None,
        object: Term | None = None,  # noqa: A002  the standard's word
        graph: GraphChoice = ANY_GRAPH,
    ) -> Iterator[Quad]:
        """Iterate over the quads that match; None matches every term."""
        return map(to_quad, self._matching(subject, predicate, object, graph))

    def holds(
        self,
        subject: URIRef | BNode | None = None,
        predicate: URIRef | None = None,
        object: Term | None = None,  # noqa: A002  the standard's word
        graph: GraphChoice = ANY_GRAPH,
        beyond: int = 0,
    ) -> bool:
        """Say whether more than so many quads match, without a look at what is in them."""
        if subject is not None and predicate is not None and object is not None:
            name = None if graph is DEFAULT_GRAPH else graph
            if name is not ANY_GRAPH and not beyond:
                # One quad is looked up much sooner than a range of them.
                return from_quad(Quad(subject, predicate, object, name)) in self._store
        found = self._matching(subject, predicate, object, graph)
        return next(islice(found, beyond, None), None) is not None

    def _matching(
        self, subject: Node | None, predicate: Node | None, value: Node | None, graph: GraphChoice
    ) -> Iterator[ox.Quad]:
        return self._store.quads_for_pattern(
            cast("ox.NamedNode | ox.BlankNode | None", _optional(subject)),
            cast("ox.NamedNode | None", _optional(predicate)),
            _optional(value),
            _engine_graph(graph),
        )

    def copy_to(self, folder: Path) -> None:
        """Copy a store on disk as it is now, by hard links, to a folder that does not exist yet.

        Both must lie in one file system. Raises ``StoreError`` if the copy cannot be written.
        """
        try:
            self._store.backup(str(folder))
        except _ENGINE_FAULTS as error:
            raise _not_loadable(Text(str(error), str(error))) from error

    def graph_names(self) -> list[URIRef]:
        """Return the names of the named graphs, sorted."""
        return sorted(URIRef(graph.value) for graph in self._store.named_graphs())


class ReleaseStore(AnyStore):
    """The store of a published release. Safe to share between threads."""

    @classmethod
    def open(cls, folder: Path) -> "ReleaseStore":
        """Open a folder that ``write_store`` has written; it is never written to.

        Raises ``StoreError`` if it is missing or damaged.
        """
        if not (folder / "CURRENT").is_file():
            raise StoreError(
                Text(
                    "Tidak ada rilis di {folder}; jalankan `kg build` dahulu",
                    "There is no release in {folder}; run `kg build` first",
                ).format(folder=folder)
            )
        try:
            return cls(ox.Store.read_only(str(folder)))
        except _ENGINE_FAULTS as error:
            raise StoreError(
                Text(
                    "Rilis di {folder} rusak, bangun lagi dengan `kg build`: {why}",
                    "The release in {folder} is damaged, build it again with `kg build`: {why}",
                ).format(folder=folder, why=error)
            ) from error


class MemoryStore(AnyStore):
    """A dataset held in memory, for the rules that a build runs over it."""

    def __init__(self, nquads: bytes) -> None:
        """Load N-Quads. Raises ``StoreError`` naming the line if they cannot be parsed."""
        store = ox.Store()
        try:
            store.bulk_load(nquads, ox.RdfFormat.N_QUADS)
        except SyntaxError as error:
            raise _not_loadable(Text(error.msg, error.msg)) from None
        super().__init__(store)


class LabelledStore(AnyStore):
    """A small dataset held in memory whose blank nodes keep their labels."""

    def __init__(self, nquads: bytes) -> None:
        """Load N-Quads. Raises ``StoreError`` naming the line if they cannot be parsed."""
        store = ox.Store()
        try:
            store.extend(ox.parse(nquads, ox.RdfFormat.N_QUADS))
        except SyntaxError as error:
            raise _not_loadable(Text(error.msg, error.msg)) from None
        super().__init__(store)


class PartStore(AnyStore):
    """A few quads in memory, which answer queries as if there were no others."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        """Take the quads, the labels of blank nodes as they are; raises ``StoreError``."""
        store = ox.Store()
        store.extend(map(from_quad, quads))
        super().__init__(store)


def write_store(folder: Path, nquads: Path) -> None:
    """Load an N-Quads file into a new store at ``folder`` and optimise it for reading.

    The caller gives a folder that does not exist yet, and throws it away on an error.
    Raises ``StoreError`` if the folder is in use or the file cannot be loaded.
    """
    if folder.exists():
        raise _not_loadable(Text("{f} sudah ada", "{f} exists already").format(f=folder))
    try:
        store = ox.Store(folder)
        # Not ``bulk_load``: it gives blank nodes new labels, at random, each time.
        store.bulk_extend(ox.parse(path=nquads, format=ox.RdfFormat.N_QUADS))
        store.optimize()
        store.flush()
    except SyntaxError as error:
        raise _not_loadable(Text(error.msg, error.msg)) from None
    except _ENGINE_FAULTS as error:
        raise _not_loadable(Text(str(error), str(error))) from error


def _row(names: list[str], solution: ox.QuerySolution) -> Mapping[str, Term]:
    return {
        name: to_rdflib(term)
        for name, term in zip(names, solution, strict=True)
        if term is not None
    }


def _optional(term: Node | None) -> ox.NamedNode | ox.BlankNode | ox.Literal | None:
    return None if term is None else to_engine(term)


def _engine_graph(graph: GraphChoice) -> ox.NamedNode | ox.BlankNode | ox.DefaultGraph | None:
    if graph is ANY_GRAPH:
        return None
    if graph is DEFAULT_GRAPH:
        return ox.DefaultGraph()
    return ox.BlankNode(graph) if isinstance(graph, BNode) else ox.NamedNode(graph)


def _engine_graphs(
    graphs: Sequence[GraphChoice],
) -> list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph]:
    return [graph for choice in graphs if (graph := _engine_graph(choice)) is not None]


def _not_select(why: str) -> QueryError:
    return QueryError(
        Text("Bukan kueri SELECT yang sah: {why}", "Not a valid SELECT query: {why}").format(
            why=why
        )
    )


def _not_loadable(why: Text) -> StoreError:
    return StoreError(
        Text(
            f"Simpanan tidak dapat ditulis: {why.id}",
            f"The store cannot be written: {why.en}",
        )
    )

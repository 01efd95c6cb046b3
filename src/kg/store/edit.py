"""A store that is being made out of another one: cloned by hard links, then changed.

The tables of the store are files that are never written to again, so that a clone shares them
with its original and takes milliseconds whatever their size. What is changed goes into new files.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from rdflib.term import Node

from kg.language import Text
from kg.store.release import _ENGINE_FAULTS, AnyStore, _not_loadable
from kg.store.terms import Quad, to_engine

_BLANK: Final = re.compile(rb"^_:|> _:", re.MULTILINE)


class EditableStore(AnyStore):
    """A clone that can be changed; the original stays as it is."""

    @classmethod
    def open(cls, folder: Path) -> "EditableStore":
        """Open what ``copy_to`` made, and nobody else has open; raises ``StoreError``."""
        try:
            return cls(ox.Store(str(folder)))
        except _ENGINE_FAULTS as error:
            raise _not_loadable(Text(str(error), str(error))) from error

    def change(self, removed: Iterable[bytes], added: Iterable[bytes]) -> None:
        """Remove and add quads, each a line of N-Quads; the former come first.

        Raises ``StoreError`` if the disk does not take them; then the clone is to be thrown away.
        """
        try:
            emptied = set()
            for quad in _parse(removed):
                self._store.remove(quad)
                emptied.add(quad.graph_name)
            self._store.extend(_parse(added))
            for graph in emptied:
                # The engine goes on listing a graph without quads; a new store would not.
                named = not isinstance(graph, ox.DefaultGraph)
                if named and not any(self._store.quads_for_pattern(None, None, None, graph)):
                    self._store.remove_graph(graph)
        except _ENGINE_FAULTS as error:
            raise _not_loadable(Text(str(error), str(error))) from error

    def load(self, nquads: bytes) -> None:
        """Add many quads at once: sorted lines of N-Quads that the engine itself has written.

        Others go on meanwhile, also in this process. Raises ``StoreError`` as ``change`` does.
        """
        try:
            # In bulk the engine gives blank nodes other labels, unless it is handed each quad.
            # They are looked for closely only where there may be some: that takes long.
            if b"_:" in nquads and _BLANK.search(nquads):
                self._store.bulk_extend(_parse([nquads]))
            else:
                self._store.bulk_load(nquads, ox.RdfFormat.N_QUADS, lenient=True)
        except SyntaxError as error:
            raise _not_loadable(Text(error.msg, error.msg)) from None
        except _ENGINE_FAULTS as error:
            raise _not_loadable(Text(str(error), str(error))) from error

    def optimize(self) -> None:
        """Let the store be read faster; this takes as long as it is large."""
        self._store.optimize()

    def close(self) -> None:
        """Write everything to disk, durably, and let go of the folder; once is enough."""
        if not hasattr(self, "_store"):
            return
        try:
            # The engine's tables are synced as they are written; its log, which is not, is
            # empty after this.
            self._store.flush()
        except _ENGINE_FAULTS as error:
            raise _not_loadable(Text(str(error), str(error))) from error
        finally:
            del self._store


def quad_lines(quads: Iterable[Quad]) -> Iterator[str]:
    """Yield each quad as the line of N-Quads, LF included, that a release's content has for it.

    Raises ``StoreError`` for a term that the engine does not take.
    """
    written = _WRITTEN
    for subject, predicate, value, graph in quads:
        name = "" if graph is None else f" {written[graph]}"
        yield f"{written[subject]} {written[predicate]} {written[value]}{name} .\n"


def triple_texts(triples: Iterable[tuple[Node, Node, Node]]) -> Iterator[str]:
    """Yield what a line of N-Quads says of each triple, up to the name of its graph.

    Raises ``StoreError`` as ``quad_lines`` does.
    """
    written = _WRITTEN
    for subject, predicate, value in triples:
        yield f"{written[subject]} {written[predicate]} {written[value]}"


class _Written(dict[Node, str]):
    """Terms as N-Quads writes them; most come many times over."""

    _most: Final = 1 << 16

    def __missing__(self, term: Node) -> str:
        if len(self) >= self._most:
            self.clear()
        text = self[term] = str(to_engine(term))
        return text


_WRITTEN: Final = _Written()


def _parse(lines: Iterable[bytes]) -> Iterator[ox.Quad]:
    # Lenient: the engine itself wrote the terms, having looked at each.
    return ox.parse(b"".join(lines), ox.RdfFormat.N_QUADS, lenient=True)

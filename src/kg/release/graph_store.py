"""Changing the graph of a source as a whole: the operations of the Graph Store Protocol.

https://www.w3.org/TR/sparql11-http-rdf-update/. Each is one batch, decided on one release: if
another one has become current meanwhile it is decided anew. So of two writers with the same
``If-Match`` only one can win, and nothing that is merged is lost.
"""

import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

from rdflib import Graph, URIRef

from kg.iris import rebase
from kg.language import Text
from kg.namespaces import INOV
from kg.release.act import Act
from kg.release.audit import append, entry_of
from kg.release.build import Progress
from kg.release.depositing import Document, deposited, read_documents, write_folder
from kg.release.graph_errors import (
    CuratedGraphError,
    EmptyGraphError,
    GraphChangeError,
    NoSuchGraphError,
    PreconditionError,
)
from kg.release.intake import Outcome
from kg.release.lookup import read_line
from kg.release.publication import ChangedMeanwhileError, Release, Releases
from kg.release.submission import Submission, submit
from kg.release.tags import graph_tag
from kg.release.verdict import Verdict
from kg.settings import Settings
from kg.store import ReleaseStore

Operation = Literal["put", "post", "delete"]

ANY: Final = "*"
_ATTEMPTS: Final = 5


@dataclass(frozen=True)
class GraphChange:
    """What is to become of the graph of a source.

    ``put`` replaces it, ``post`` adds to it, ``delete`` withdraws the source. ``if_match`` and
    ``if_none_match`` hold tags as ``graph_tag`` gives them, or ``*``; None where the header is
    not there (RFC 9110, section 13.1). ``by`` is who does it.
    """

    source: str
    operation: Operation
    documents: tuple[Document, ...] = ()
    by: str = ""
    note: str = ""
    if_match: Sequence[str] | None = None
    if_none_match: Sequence[str] | None = None
    dry_run: bool = False


@dataclass(frozen=True)
class GraphChanged:
    """What came of it: ``existed`` before; ``tag`` and ``triples`` of the graph as it is now."""

    outcome: Outcome
    existed: bool
    tag: str | None
    triples: int

    @property
    def by_graph(self) -> Mapping[str, tuple[int, int]]:
        """The quads that came and that went, by the name of the graph; empty for the default."""
        come, gone = _by_graph(self.outcome.added), _by_graph(self.outcome.removed)
        return {name: (come[name], gone[name]) for name in sorted({*come, *gone})}


def _by_graph(lines: Iterable[bytes]) -> Counter[str]:
    return Counter(read_line(line).graph.strip("<>") for line in lines)


def change_graph(settings: Settings, change: GraphChange, progress: Progress) -> GraphChanged:
    """Do what is asked for, in one step, and write down who did it.

    Raises a ``GraphChangeError`` for what is refused, ``RefusedError`` for what the gate
    refuses, ``StoreError`` for a disk that does not do as it should; the release then stays.
    """
    act = Act.now("ingest", change.by, change.note, _request(change))
    try:
        for _ in range(_ATTEMPTS):
            current = Releases(settings.home).current()
            try:
                return _Step(settings, change, current, act, progress).take()
            except ChangedMeanwhileError:
                progress(Text("Rilis berganti; diulang", "The release has changed; once more"))
        raise ChangedMeanwhileError
    except GraphChangeError as error:
        if not change.dry_run:
            _write_down(settings.home, act, f"refused: {type(error).__name__}", None)
        raise


def _request(change: GraphChange) -> dict[str, str]:
    digest = sha256()
    for document in change.documents:
        digest.update(document.file.read_bytes())
    request = {"operation": change.operation, "graph": f"article/{change.source}"}
    if change.documents:
        kinds = dict.fromkeys(document.media_type for document in change.documents)
        request |= {"media_type": ", ".join(kinds), "sha256": digest.hexdigest()}
    return request


def _write_down(home: Path, act: Act, outcome: str, release: str | None) -> None:
    activity = act.ended(Verdict((), Graph())).as_json()
    with Releases(home).alone():
        append(home, entry_of(activity, outcome, release))


@dataclass(frozen=True)
class _Step:
    """A change, decided on one release."""

    settings: Settings
    change: GraphChange
    current: Release
    act: Act
    progress: Progress

    def take(self) -> GraphChanged:
        store = ReleaseStore.open(self.current.store_path)
        graph = URIRef(f"{self.current.base}graph/article/{self.change.source}")
        before = deposited(self.settings.home, self.current, self.change.source)
        self._check_source(store, graph, before)
        self._check_conditions(graph_tag(store, graph) if before is not None else None)
        if self.change.operation == "delete":
            if before is None:
                words = Text("Graf itu tidak ada", "There is no such graph")
                raise NoSuchGraphError(words, {"graph": str(graph)})
            return self._done(self._submit((), (self.change.source,)), graph, existed=True)
        after = read_documents(self.change.documents, str(graph), self.current.base)
        if self.change.operation == "post":
            after |= before or set()
        if not after:
            words = Text(
                "Graf kosong tidak disimpan; DELETE menarik sumbernya",
                "An empty graph is not kept; DELETE withdraws the source",
            )
            raise EmptyGraphError(words)
        outcome = self._unchanged() if after == before else self._put(after)
        return self._done(outcome, graph, existed=before is not None)

    def _check_source(self, store: ReleaseStore, graph: URIRef, before: set[str] | None) -> None:
        asserted_in = URIRef(rebase(str(INOV.assertedIn), self.current.base))
        if before is None and any(store.quads(None, asserted_in, graph)):
            raise CuratedGraphError(
                Text(
                    "Graf ini dibuat dari berkas (folder data, atau 'kg ingest'); ubah berkasnya",
                    "This graph is made of files (the data folder, or 'kg ingest'); edit those",
                ),
                {"graph": str(graph)},
            )

    def _check_conditions(self, tag: str | None) -> None:
        wanted, unwanted = self.change.if_match, self.change.if_none_match
        fails = wanted is not None and (tag is None or not {tag, ANY} & set(wanted))
        met = unwanted is not None and tag is not None and bool({tag, ANY} & set(unwanted))
        if fails or met:
            header = "If-Match" if fails else "If-None-Match"
            raise PreconditionError(
                Text(
                    "{header} tidak terpenuhi: graf sudah berubah, atau sudah (belum) ada",
                    "{header} does not hold: the graph has changed, or is (not) there already",
                ).format(header=header),
                {"condition": header, "current": tag},
            )

    def _put(self, lines: set[str]) -> Outcome:
        with tempfile.TemporaryDirectory() as place:
            day = self.act.started_at[:10]
            name, by = self.change.source, self.change.by
            return self._submit((write_folder(Path(place), name, lines, by, day),), ())

    def _submit(self, paths: tuple[Path, ...], withdrawn: tuple[str, ...]) -> Outcome:
        submission = Submission(
            paths,
            withdrawn,
            self.act,
            self.change.dry_run,
            decided_on=self.current.identifier,
        )
        return submit(self.settings, submission, self.progress)

    def _unchanged(self) -> Outcome:
        if not self.change.dry_run:
            _write_down(self.settings.home, self.act, "unchanged", self.current.identifier)
        return Outcome(self.current, Verdict((), Graph()), changed=False)

    def _done(self, outcome: Outcome, graph: URIRef, *, existed: bool) -> GraphChanged:
        store = ReleaseStore.open(outcome.release.store_path)
        triples = sum(1 for _ in store.quads(graph=graph))
        return GraphChanged(outcome, existed, graph_tag(store, graph), triples)

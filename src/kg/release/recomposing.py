"""Applying a batch where claims are made from tables or deposits, or a change reaches far.

What such claims say depends on the names and labels of everything else. So all text is read, as it
was and as it will be, and the two readings are compared, source by source and thing by thing. What
differs is changed in the draft; nothing else of the graph is made, judged or written anew.

What one reading makes is remembered for the next (``kg.ingest.memory``), within a batch and from
one batch to another: a row is compiled again only if it is another, or the meaning of a name in it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rdflib import Graph, URIRef
from rdflib.namespace import SKOS

from kg.ingest.batch import Batch
from kg.ingest.brought_tables import merge_tables, without_tables
from kg.ingest.corpus import read_corpus
from kg.ingest.graphs import article_graph_iri, conflicts_graph, identity_graph
from kg.ingest.locations import Locations
from kg.ingest.memory import Memory
from kg.ingest.overlay import Intake, Overlay, kept_name
from kg.ingest.things import Thing
from kg.namespaces import GRAPH, read_prefixes
from kg.release.applying import Application, Applied, write_rows
from kg.release.delta import catalog_quads, in_graph, source_quads
from kg.release.draft import Draft
from kg.release.readings import (
    Reading,
    changed_decisions,
    changed_reference,
    changed_sources,
    named_by,
)
from kg.release.standing import shared_things
from kg.release.strangers import refuse_strangers
from kg.settings import Settings


class Recomposition(Application):
    """One batch, applied by comparing all text as it was with all text as it will be."""

    def __init__(
        self,
        draft: Draft,
        batch: Batch,
        intake: Intake,
        manifest: Mapping[str, Any],
        settings: Settings,
    ) -> None:
        """Take what ``Application`` takes, and where all text stands."""
        super().__init__(draft, batch, intake, manifest, read_prefixes(settings.ontology))
        self.settings = settings
        self._kept = _kept(settings, manifest)

    def apply(self, dataset: Mapping[str, Any]) -> Applied:
        """Change the draft and return the new text, as ``Application`` does.

        Raises ``InputError`` for whatever a build of the new text would refuse.
        """
        refuse_strangers(self._batch, self._overlay, self._draft.before)
        overlay = self._new_text()
        before = self._kept.reading_of(self._overlay) or self._read(self._overlay)
        now = before
        while True:
            after = self._read(overlay)
            self._follow(now, after)
            files = dict(overlay.files)
            self._drop_unmentioned(files)
            left = {path: text for path, text in files.items() if text}
            if left == overlay.files:
                break
            # With a thing goes its name, on which the meaning of others may rest.
            overlay, now = Overlay(overlay.sources, left), after
        self._kept.last = after
        old, new = changed_sources(before.corpus, after.corpus)
        names = [{article_graph_iri(source.id) for source in side} for side in (old, new)]
        self._change(
            catalog_quads(names[0] - names[1], dataset), catalog_quads(names[1] - names[0], dataset)
        )
        self._change_default(old, new)
        return Applied(
            overlay,
            old,
            new,
            locations=Locations.of_corpus(after.corpus, self._prefixes),
            shared=after.shared,
            is_derived=after.corpus.is_derived,
        )

    def _new_text(self) -> Overlay:
        sources = {n: k for n, k in self._overlay.sources.items() if n not in self._batch.withdrawn}
        for brought in self._batch.sources:
            sources[brought.source.id] = kept_name(brought.source.id, brought.files)
        files = merge_tables(self._overlay.files, self._batch.tables, self._batch.withdrawn)
        for name, (_, rows) in self._merged_decisions().items():
            files[name] = write_rows(name, rows)
        self._changed_things(files)
        return Overlay(sources, {path: text for path, text in files.items() if text})

    def _replace(self, thing: URIRef, old: Thing, new: Thing) -> None:
        """Leave the draft as it is: what becomes of a thing is seen in the reading."""

    def _read(self, overlay: Overlay) -> Reading:
        """Read all text; what the batch brings is read where it lies, for faults to name it."""
        batch = self._batch if overlay is not self._overlay else Batch()
        brought = {b.source.id: b.source.location.file.parent for b in batch.sources}
        kept = replace(
            overlay,
            sources={n: kept for n, kept in overlay.sources.items() if n not in brought},
            files=without_tables(overlay.files, batch.tables),
        )
        self._kept.memory.begin()
        with self._intake.unfolded(kept) as folder:
            corpus = read_corpus(
                self.settings.data,
                self._prefixes,
                brought,
                overlay=folder,
                ontology=self.settings.ontology,
                tables=[table for table, _ in batch.tables],
                memory=self._kept.memory,
            )
            told = shared_things(corpus, folder)
            return Reading.of(overlay, corpus, told, self._kept.memory)

    def _follow(self, before: Reading, after: Reading) -> None:
        """Let the named graphs of the draft, which are those of one reading, be of the other."""
        old, new = changed_sources(before.corpus, after.corpus)
        self._change(
            (quad for source in old for quad in source_quads(source)),
            (quad for source in new for quad in source_quads(source)),
        )
        gone, come = changed_reference(before, after)
        self._change(in_graph(gone, GRAPH.reference), in_graph(come, GRAPH.reference))
        relabelled = {subject for subject, name, _ in gone | come if name == SKOS.prefLabel}
        was, now = before.corpus, after.corpus
        nodes, conflicts = changed_decisions(was.conflicts, now.conflicts)
        self._retell(nodes, conflicts_graph(conflicts), GRAPH.conflicts)
        nodes, identities = changed_decisions(was.identities, now.identities, relabelled)
        labels = self._labels(named_by(identities))
        self._retell(nodes, identity_graph(identities, (), labels), GRAPH.identity)
        nodes, retired = changed_decisions(was.retirements, now.retirements, relabelled)
        labels = self._labels(named_by(retired))
        self._retell(nodes, identity_graph((), retired, labels), GRAPH.identity)

    def _retell(self, nodes: Iterable[URIRef], graph: Graph, name: URIRef) -> None:
        """Let a graph stand in the place of what is said of some nodes."""
        stands = [quad for node in nodes for quad in self._after.quads(node, graph=name)]
        self._change(stands, in_graph(graph, name))


@dataclass
class _Kept:
    """What this process keeps of its last readings of one home, data folder and ontology."""

    memory: Memory = field(default_factory=Memory)
    last: Reading | None = None

    def reading_of(self, overlay: Overlay) -> Reading | None:
        """Return the last reading, if that was the one of this text."""
        return self.last if self.last and self.last.overlay == overlay else None


_keeping: dict[str, _Kept] = {}


def _kept(settings: Settings, manifest: Mapping[str, Any]) -> _Kept:
    """Return what is kept for a release: nothing of any other ground that one may stand on."""
    folders = [str(path.resolve()) for path in (settings.ontology, settings.data, settings.home)]
    key = json.dumps([manifest.get("standing"), folders])
    if key not in _keeping:
        _keeping.clear()
        _keeping[key] = _Kept()
    return _keeping[key]

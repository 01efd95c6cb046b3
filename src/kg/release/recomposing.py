"""Applying a batch where claims are made from tables or deposits, or a change reaches far.

What such claims say depends on the names and labels of everything else. So all text is read, as it
was and as it will be, and the two readings are compared, source by source and thing by thing. What
differs is changed in the draft; nothing else of the graph is made, judged or written anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rdflib import Graph, URIRef

from kg.errors import Location
from kg.ingest.batch import Batch
from kg.ingest.brought_tables import merge_tables, without_tables
from kg.ingest.corpus import Corpus, read_corpus
from kg.ingest.graphs import (
    article_graph_iri,
    conflicts_graph,
    identity_graph,
    reference_graph,
    things_graph,
)
from kg.ingest.locations import Locations
from kg.ingest.ministries import ministries_graph
from kg.ingest.overlay import Intake, Overlay, kept_name
from kg.ingest.sources import Claim, Source
from kg.ingest.things import Thing
from kg.namespaces import GRAPH, read_prefixes
from kg.release.applying import Application, Applied, write_rows
from kg.release.candidate import union
from kg.release.delta import DefaultGraph, catalog_quads, in_graph, source_quads
from kg.release.draft import Draft
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

    def apply(self, dataset: Mapping[str, Any]) -> Applied:
        """Change the draft and return the new text, as ``Application`` does.

        Raises ``InputError`` for whatever a build of the new text would refuse.
        """
        refuse_strangers(self._batch, self._overlay, self._draft.before)
        overlay = self._new_text()
        before = self._read(self._overlay)
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
        old, new = _changed_sources(before.corpus, after.corpus)
        names = [{article_graph_iri(source.id) for source in side} for side in (old, new)]
        self._change(
            catalog_quads(names[0] - names[1], dataset), catalog_quads(names[1] - names[0], dataset)
        )
        default = DefaultGraph(self._draft)
        self._draft.change(*default.change(self._changed, old, new))
        return Applied(
            overlay,
            old,
            new,
            locations=after.locations,
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

    def _read(self, overlay: Overlay) -> "_Reading":
        """Read all text; what the batch brings is read where it lies, for faults to name it."""
        batch = self._batch if overlay is not self._overlay else Batch()
        brought = {b.source.id: b.source.location.file.parent for b in batch.sources}
        kept = replace(
            overlay,
            sources={n: kept for n, kept in overlay.sources.items() if n not in brought},
            files=without_tables(overlay.files, batch.tables),
        )
        with self._intake.unfolded(kept) as folder:
            corpus = read_corpus(
                self.settings.data,
                self._prefixes,
                brought,
                overlay=folder,
                ontology=self.settings.ontology,
                tables=[table for table, _ in batch.tables],
            )
            reference = union(
                reference_graph((*corpus.things, *corpus.reference)),
                ministries_graph(corpus.ministries, corpus.changes),
                things_graph(corpus.generated),
            )
            locations = Locations.of_corpus(corpus, self._prefixes)
            return _Reading(corpus, reference, locations, shared_things(corpus, folder))

    def _follow(self, before: "_Reading", after: "_Reading") -> None:
        """Let the named graphs of the draft, which are those of one reading, be of the other."""
        old, new = _changed_sources(before.corpus, after.corpus)
        self._change(
            (quad for source in old for quad in source_quads(source)),
            (quad for source in new for quad in source_quads(source)),
        )
        self._change(
            in_graph(before.reference - after.reference, GRAPH.reference),
            in_graph(after.reference - before.reference, GRAPH.reference),
        )
        corpus = after.corpus
        named = [thing for d in corpus.identities for thing in (d.entity, d.other)]
        named += [retirement.into for retirement in corpus.retirements]
        labels = self._labels(filter(None, named))
        for name, graph in (
            (GRAPH.conflicts, conflicts_graph(corpus.conflicts)),
            (GRAPH.identity, identity_graph(corpus.identities, corpus.retirements, labels)),
        ):
            stands = list(self._draft.after.quads(graph=name))
            self._change(stands, in_graph(graph, name))


@dataclass(frozen=True)
class _Reading:
    """All text, read once."""

    corpus: Corpus
    reference: Graph
    locations: Locations
    shared: Sequence[str]


def _changed_sources(
    before: Corpus, after: Corpus
) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
    """Return the sources that went or were another, and those that came or are another."""
    sides = [{source.id: source for source in corpus.sources} for corpus in (before, after)]
    said = [{name: _said(source) for name, source in side.items()} for side in sides]
    old, new = (
        tuple(
            source
            for name, source in sorted(sides[i].items())
            if said[i][name] != said[1 - i].get(name)
        )
        for i in (0, 1)
    )
    return old, new


def _said(source: Source) -> tuple[Source, frozenset[Claim]]:
    """Return what a source says, wherever it says so."""
    place = Location(Path())
    claims = frozenset(replace(claim, location=place) for claim in source.claims)
    return replace(source, location=place, claims=()), claims

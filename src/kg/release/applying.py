"""Applying a batch to a draft: sources, then decisions, then things, then what follows of them."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rdflib import RDF, Graph, URIRef
from rdflib.namespace import DCTERMS, SKOS
from rdflib.term import Node

from kg.errors import InputError, IriError, Location, RecordError
from kg.ingest.batch import DECISIONS, Batch
from kg.ingest.corpus import CONFLICTS, IDENTITIES
from kg.ingest.decisions import ClaimsByRow, conflicts_of, identities_of
from kg.ingest.graphs import (
    article_graph_iri,
    claim_iri,
    conflicts_graph,
    identity_graph,
)
from kg.ingest.locations import Locations
from kg.ingest.overlay import Intake, Overlay, kept_name
from kg.ingest.records import Row, read_table
from kg.ingest.sources import Claim, Source, read_source
from kg.ingest.things import Thing, file_of, read_block, read_blocks, write_block, write_blocks
from kg.iris import mint_iri
from kg.language import Text
from kg.namespaces import GRAPH, INOV
from kg.release.delta import DefaultGraph, catalog_quads, in_graph, source_quads, thing_quads
from kg.release.draft import Draft
from kg.release.rebased import CanonicalDataset
from kg.release.strangers import refuse_strangers
from kg.store import Quad

_LABELLED: Final = (GRAPH.vocabularies, GRAPH.reference, GRAPH.places)
_SILENT: Final = frozenset(
    GRAPH[name]
    for name in (
        *("reference", "places", "geonames"),
        *("catalog", "validation", "release", "quality"),
    )
)
"""Graphs in which a thing may stand although nothing is said of it."""


@dataclass(frozen=True)
class Applied:
    """What came of a batch: the new text, the sources that went and came, and some numbers.

    ``needs_whole_text`` says that the change reaches into what only all text can tell; the new
    text is right, but the draft is not. The rest is known where all text was read: where things
    were written, what is described in both folders, and whether claims are derived.
    """

    overlay: Overlay
    old: tuple[Source, ...]
    new: tuple[Source, ...]
    needs_whole_text: bool = False
    locations: Locations | None = None
    shared: Sequence[str] | None = None
    is_derived: bool | None = None


class Application:
    """One batch, applied to a draft of the release that it changes."""

    def __init__(
        self,
        draft: Draft,
        batch: Batch,
        intake: Intake,
        manifest: Mapping[str, Any],
        prefixes: Mapping[str, str],
    ) -> None:
        """Take the draft, and the manifest of the release that it was cloned from."""
        self._draft, self._batch, self._intake = draft, batch, intake
        self._prefixes = prefixes
        self._digest = manifest.get("intake")
        self._shared = frozenset(map(URIRef, manifest.get("shared_things", ())))
        self._overlay = intake.read(self._digest)
        self._changed: set[Quad] = set()
        self._gone: set[Quad] = set()
        self._waiting: tuple[set[Quad], set[Quad]] = set(), set()
        self._needs_whole_text = False

    def apply(self, dataset: Mapping[str, Any]) -> Applied:
        """Change the draft, and write the new text under a name that no release bears yet.

        ``dataset`` is the content of ``data/dataset.toml``. Raises ``InputError`` for what the
        current release does not allow.
        """
        refuse_strangers(self._batch, self._overlay, self._draft.before)
        old, new, sources = self._apply_sources()
        files = dict(self._overlay.files)
        decisions = self._merged_decisions()
        changed_things = self._changed_things(files)
        self._apply_decisions(decisions, files, _relabelled(changed_things))
        self._refuse_loose_ends(old)
        self._drop_unmentioned(files)
        names = {article_graph_iri(source.id) for source in old}
        names ^= {article_graph_iri(source.id) for source in new}
        lost = names & {article_graph_iri(source.id) for source in old}
        self._change(catalog_quads(lost, dataset), catalog_quads(names - lost, dataset))
        self._needs_whole_text |= self._speaks_of_retired()
        self._change_default(old, new)
        overlay = Overlay(sources, {path: text for path, text in files.items() if text})
        return Applied(overlay, old, new, self._needs_whole_text)

    def _change(self, old: Iterable[Quad], new: Iterable[Quad]) -> None:
        before, after = set(old), set(new)
        gone, come = before - after, after - before
        self._changed |= gone | come
        self._gone = (self._gone | gone) - come
        going, coming = self._waiting
        self._waiting = (going | gone) - come, (coming | come) - gone

    @property
    def _after(self) -> CanonicalDataset:
        """The release in the making; changes reach it when it is looked at, many as one."""
        waiting, self._waiting = self._waiting, (set(), set())
        if any(waiting):
            self._draft.change(*waiting)
        return self._draft.after

    def _change_default(self, old: Sequence[Source], new: Sequence[Source]) -> None:
        """Let the default graph follow the named graphs, all of which are as they are to be."""
        default = DefaultGraph(self._draft.before, self._after, old, new)
        self._draft.change(*default.change(self._changed))

    def _speaks_of_retired(self) -> bool:
        """Say whether a retired IRI is mentioned, which the reading of all text refuses."""
        found = self._draft.before.quads(None, RDF.type, INOV.RetiredIri, GRAPH.identity)
        retired = {quad.subject for quad in found}
        return any(not retired.isdisjoint((q.subject, q.object)) for q in self._changed)

    def _apply_sources(self) -> tuple[tuple[Source, ...], tuple[Source, ...], dict[str, str]]:
        new = tuple(brought.source for brought in self._batch.sources)
        kept = dict(self._overlay.sources)
        touched = {source.id for source in new} | self._batch.withdrawn
        folder = self._intake.folder(self._digest) or Path()
        old = tuple(
            read_source(folder / "sources" / name, self._prefixes)
            for name in sorted(touched & kept.keys())
        )
        for name in self._batch.withdrawn:
            del kept[name]
        for brought in self._batch.sources:
            kept[brought.source.id] = kept_name(brought.source.id, brought.files)
        self._change(
            (quad for source in old for quad in source_quads(source)),
            (quad for source in new for quad in source_quads(source)),
        )
        return old, new, kept

    # Decisions

    def _merged_decisions(self) -> dict[str, tuple[dict[str, Row], dict[str, Row]]]:
        """Return the rows of each table by id: as they were, and as they are to be."""
        merged = {}
        folder = self._intake.folder(self._digest)
        for name, columns in DECISIONS.items():
            path = folder / name if folder else None
            rows = read_table(path, columns) if path and path.is_file() else ()
            old = {row.values["id"]: row for row in rows if isinstance(row, Row)}
            new = {key: row for key, row in old.items() if self._still_stands(name, row)}
            for key, row in new.items():
                new[key] = _without(row, self._batch.withdrawn)
            brought = self._batch.decisions.get(name, ())
            merged[name] = (old, new | {row.values["id"]: row for row in brought})
            self._refuse_taken(name, old, brought)
        return merged

    def _refuse_taken(self, name: str, old: Mapping[str, Row], brought: Iterable[Row]) -> None:
        kind, graph = _NODES[name]
        faults = []
        for row in brought:
            key = row.values["id"]
            try:
                node = URIRef(mint_iri(kind, key))
            except IriError:
                continue  # Said of the row when it is read.
            if key not in old and any(self._draft.before.quads(node, graph=graph)):
                words = Text("Id ini sudah dipakai di folder data", "The data folder uses this id")
                faults.append(row.fault("id", words))
        if faults:
            raise InputError(faults)

    def _still_stands(self, name: str, row: Row) -> bool:
        """Say whether a decision rests on anything besides the sources that are withdrawn."""
        column, least = ("claims", 2) if name == CONFLICTS else ("evidence", 1)
        before = row.values[column].split()
        after = _without(row, self._batch.withdrawn).values[column].split()
        return len(after) == len(before) or len(after) >= least

    def _apply_decisions(
        self,
        merged: Mapping[str, tuple[dict[str, Row], dict[str, Row]]],
        files: dict[str, str],
        relabelled: set[Node],
    ) -> None:
        claims = _ClaimsOfDraft(lambda: self._after)
        old_quads: set[Quad] = set()
        new_quads: set[Quad] = set()
        for name, (old, new) in merged.items():
            kind, graph = _NODES[name]
            files[name] = write_rows(name, new)
            changed = {
                key
                for key in old.keys() | new.keys()
                if key not in old or key not in new or old[key].values != new[key].values
            }
            if name == IDENTITIES:
                changed |= self._concerned(relabelled, old | new)
            for key in changed & old.keys():
                old_quads |= set(self._draft.before.quads(URIRef(mint_iri(kind, key)), graph=graph))
            rows = [new[key] for key in sorted(changed & new.keys())]
            new_quads |= set(in_graph(self._decision_graph(name, rows, claims), graph))
        self._change(old_quads, new_quads)

    def _decision_graph(self, name: str, rows: list[Row], claims: ClaimsByRow) -> Graph:
        if name == CONFLICTS:
            return conflicts_graph(conflicts_of(rows, claims))
        decisions = identities_of(rows, claims, self._prefixes)
        things = (thing for d in decisions for thing in (d.entity, d.other) if thing)
        return identity_graph(decisions, (), self._labels(things))

    def _labels(self, things: Iterable[URIRef]) -> Graph:
        labels = Graph()
        for thing in things:
            for name in _LABELLED:
                for quad in self._after.quads(thing, SKOS.prefLabel, graph=name):
                    labels.add(quad[:3])
        return labels

    def _concerned(self, relabelled: Iterable[Node], rows: Mapping[str, Row]) -> set[str]:
        """Return the ids of decisions on things whose label has changed."""
        concerned = set()
        for thing in relabelled:
            # Whatever was merged into it repeats its label; that stands in the data folder too.
            self._needs_whole_text |= self._draft.before.has_any(None, DCTERMS.isReplacedBy, thing)
            found = self._draft.before.quads(None, INOV.sameEntity, thing, GRAPH.identity)  # type: ignore[arg-type]
            for quad in found:
                key = str(quad.subject).rpartition("/")[2]
                if key in rows:
                    concerned.add(key)
                else:
                    # It stands in the data folder, which is not read here.
                    self._needs_whole_text = True
        return concerned

    def _refuse_loose_ends(self, old: Iterable[Source]) -> None:
        """Refuse to remove a claim that a decision in the data folder rests on."""
        faults: list[RecordError] = []
        for source in old:
            for claim in source.claims:
                node = claim_iri(claim)
                if self._after.has((node, RDF.type, INOV.Claim), GRAPH.provenance):
                    continue
                for name in (GRAPH.conflicts, GRAPH.identity):
                    resting = self._after.quads(None, None, node, name)
                    faults.extend(_rests_on(claim, source, quad.subject) for quad in resting)
        if faults:
            raise InputError(faults)

    # Things

    def _changed_things(self, files: dict[str, str]) -> dict[URIRef, tuple[Thing, Thing]]:
        """Let the batch's things replace their descriptions; return those before and after."""
        brought: dict[URIRef, set[tuple[URIRef, Node]]] = {}
        for thing, predicate, value, _ in self._batch.things:
            brought.setdefault(thing, set()).add((predicate, value))
        read = {path: read_blocks(files.get(path, "")) for path in set(map(file_of, brought))}
        changed = {}
        for thing, stated in brought.items():
            blocks = read[file_of(thing)]
            old = self._described(thing, blocks)
            new = frozenset(
                (predicate, value)
                for predicate, value in stated
                if (predicate, value) in old
                or not self._draft.before.has((thing, predicate, value), GRAPH.reference)
            )
            if new != old:
                self._replace(thing, old, new)
                changed[thing] = (old, new)
                blocks.pop(thing, None)
                blocks |= {thing: write_block(thing, new, self._prefixes)} if new else {}
        for path in set(map(file_of, changed)):
            files[path] = write_blocks(read[path], self._prefixes) if read[path] else ""
        return changed

    def _described(self, thing: URIRef, blocks: Mapping[URIRef, str]) -> Thing:
        return read_block(blocks[thing], self._prefixes) if thing in blocks else frozenset()

    def _replace(self, thing: URIRef, old: Thing, new: Thing) -> None:
        # That the data folder describes it too was seen when all was read the last time.
        self._needs_whole_text |= thing in self._shared
        stated = {quad[1:3] for quad in self._draft.before.quads(thing, graph=GRAPH.reference)}
        # The data folder may describe it too; then the slug is there because of that.
        with_slug = not any(predicate == RDF.type for predicate, _ in stated - old)
        self._change(
            thing_quads(thing, old, with_slug=with_slug),
            thing_quads(thing, new, with_slug=with_slug),
        )

    def _drop_unmentioned(self, files: dict[str, str]) -> None:
        """Remove the descriptions of things that nobody speaks of any more."""
        silenced = {
            term
            for quad in self._gone
            for term in (quad.subject, quad.object)
            if isinstance(term, URIRef)
        }
        for path in sorted({file_of(thing) for thing in silenced} & files.keys()):
            blocks = read_blocks(files[path])
            dropped = {t for t in silenced & blocks.keys() if not self._is_mentioned(t)}
            for thing in dropped:
                self._replace(thing, self._described(thing, blocks), frozenset())
                del blocks[thing]
            if dropped:
                files[path] = write_blocks(blocks, self._prefixes) if blocks else ""

    def _is_mentioned(self, thing: URIRef) -> bool:
        said = self._after.quads(thing)
        pointed = self._after.quads(None, None, thing)
        return any(quad.graph and quad.graph not in _SILENT for quad in said) or any(
            quad.graph and (quad.graph not in _SILENT or quad.graph == GRAPH.reference)
            for quad in pointed
        )


_NODES: Final = {CONFLICTS: ("conflict", GRAPH.conflicts), IDENTITIES: ("identity", GRAPH.identity)}


class _ClaimsOfDraft(Mapping[str, Claim]):
    """The claims that the draft holds, by ``source/row``; only their names can be asked."""

    def __init__(self, after: Callable[[], CanonicalDataset]) -> None:
        self._after = after

    def __getitem__(self, key: str) -> Claim:
        source, _, row = key.partition("/")
        nothing = (URIRef(""), URIRef(""), URIRef(""))
        claim = Claim(source, row, row, nothing, "", None, "", (), None, Location(Path(source)))
        try:
            node = claim_iri(claim)
        except IriError:
            raise KeyError(key) from None
        if not self._after().has((node, RDF.type, INOV.Claim), GRAPH.provenance):
            raise KeyError(key)
        return claim

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError


def _relabelled(changed: Mapping[URIRef, tuple[Thing, Thing]]) -> set[Node]:
    return {
        thing
        for thing, (old, new) in changed.items()
        if any(predicate == SKOS.prefLabel for predicate, _ in old ^ new)
    }


def _rests_on(claim: Claim, source: Source, decision: Node) -> RecordError:
    return RecordError(
        source.location,
        Text(
            "Keputusan {key} bertumpu pada klaim {claim}; sunting keputusan itu dahulu",
            "Decision {key} rests on claim {claim}; edit that decision first",
        ).format(key=str(decision).rpartition("/")[2], claim=f"{claim.source}/{claim.row}"),
    )


def _without(row: Row, withdrawn: Iterable[str]) -> Row:
    """Return a row that does not refer to claims of withdrawn sources."""
    values = dict(row.values)
    gone = tuple(f"{name}/" for name in withdrawn)
    for column in {"claims", "evidence"} & values.keys():
        kept = (claim for claim in values[column].split() if not claim.startswith(gone))
        values[column] = " ".join(kept)
    return Row(row.location, values)


def write_rows(name: str, rows: Mapping[str, Row]) -> str:
    """Return the text of a table of decisions, nothing if it has no rows."""
    if not rows:
        return ""
    text = io.StringIO()
    writer = csv.DictWriter(text, DECISIONS[name], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows[key].values for key in sorted(rows))
    return text.getvalue()

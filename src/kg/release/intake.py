"""Bringing a batch: one step from a release to the next, or none at all.

The order of the writes is what makes it so. Text, store and content are written under names that
nothing refers to; the manifest names them; the rename of ``current`` makes all of it valid at
once. Whatever a killed process leaves before that rename, the next one removes.
"""

import shutil
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from rdflib import Graph

from kg.collecting import seldom_collecting
from kg.errors import StoreError
from kg.ingest.batch import Batch
from kg.ingest.brought_tables import texts_of
from kg.ingest.corpus import read_dataset
from kg.ingest.overlay import Intake, kept_name
from kg.language import Text
from kg.namespaces import GRAPH, read_prefixes
from kg.release.act import Act
from kg.release.applying import Application, Applied
from kg.release.audit import append, complete, entry_of, intend
from kg.release.beside import Beside
from kg.release.build import Progress, build, completing
from kg.release.delta import in_graph
from kg.release.draft import Draft
from kg.release.judging import JudgeChange, Question, judge_draft, locations_of
from kg.release.merging import Merged
from kg.release.publication import (
    STORE,
    ChangedMeanwhileError,
    Complete,
    Incoming,
    Release,
    Releases,
)
from kg.release.recomposing import Recomposition
from kg.release.standing import standing
from kg.release.verdict import NonConformanceError, Verdict
from kg.settings import Settings

_ATTEMPTS: Final = 3


@dataclass(frozen=True)
class Outcome:
    """What came of a batch.

    ``release`` is the current one afterwards; ``changed`` says whether it is another one than
    before (of a dry run: would be). ``removed`` and ``added`` are the lines of N-Quads that
    make the difference; they are empty if the whole had to be built anew.
    """

    release: Release
    verdict: Verdict
    changed: bool
    removed: tuple[bytes, ...] = ()
    added: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Delivery:
    """A batch, who brings it and why, and whether it is only to be seen what would come of it.

    ``decided_on`` is the identifier of the release that the batch was decided on, if it must
    not be brought to any other one.
    """

    batch: Batch
    act: Act
    dry_run: bool = False
    decided_on: str | None = None


@dataclass(frozen=True)
class Ways:
    """How a change is judged and how a release is completed, where it is not done as usual.

    ``complete`` is None for what a build does.
    """

    judge: JudgeChange = judge_draft
    complete: Complete | None = None


def bring(
    settings: Settings, delivery: Delivery, progress: Progress, ways: Ways | None = None
) -> Outcome:
    """Bring a batch to the current release and switch to the release that comes of it.

    If the ontology, the data folder or the software has changed since
    the current release was made, or there is none, one is built first. A dry run switches to
    nothing and leaves nothing behind.

    Raises ``NonConformanceError`` with the verdict, ``InputError`` for what the current release
    does not allow, and ``StoreError`` for a disk that does not do as it should. Whatever is
    raised, the current release and its text stay as they were. ``ChangedMeanwhileError`` says
    that the batch was decided on another release.
    """
    try:
        with seldom_collecting():
            return _bring(settings, delivery, progress, ways or Ways())
    except OSError as error:
        raise _disk_fault(error) from error


def _bring(settings: Settings, delivery: Delivery, progress: Progress, ways: Ways) -> Outcome:
    for _ in range(_ATTEMPTS):
        ground = _ground(settings, progress, dry_run=delivery.dry_run)
        releases = Releases(settings.home)
        with releases.making() as folder:
            current = releases.current()
            if current.manifest.get("standing") == ground:
                if delivery.decided_on not in (None, current.identifier):
                    raise ChangedMeanwhileError
                if not delivery.dry_run:
                    _tidy(settings.home, releases, current)
                with Beside(current, folder) as beside:
                    step = _Step(settings, delivery, progress, ways, current, folder, beside)
                    made = step.make()
                    with closing(made.draft):
                        return step.conclude(releases, made)
    raise _disk_fault("the release changes all the time")


def _disk_fault(why: object) -> StoreError:
    return StoreError(
        Text(
            "Tidak dapat ditulis, rilis yang berlaku tidak berubah: {why}",
            "Cannot be written, the current release is unchanged: {why}",
        ).format(why=why)
    )


def _ground(settings: Settings, progress: Progress, *, dry_run: bool) -> dict[str, str]:
    """Return what the current release stands on, after building one if it is out of date."""
    current = Releases(settings.home).current_or_none()
    ground = standing(settings)
    if current and current.manifest.get("standing") == ground:
        return ground
    if dry_run:
        raise StoreError(
            Text(
                "Ontologi, data, atau perangkat lunak berubah sejak rilis yang berlaku; jalankan "
                "'kg build' dahulu",
                "Ontology, data or software have changed since the current release; run "
                "'kg build' first",
            )
        )
    build(replace(settings, base_iri=current.base) if current else settings, progress)
    return ground


def _tidy(home: Path, releases: Releases, current: Release) -> None:
    """Complete and remove what an earlier, killed process left behind."""
    complete(home, current)
    intake = Intake(home)
    named = {kept.manifest.get("intake") for kept in releases.kept()}
    if intake.versions() - named:
        intake.forget({digest for digest in named if digest})


@dataclass(frozen=True)
class _Made:
    """A release in the making, complete but for its manifest; ``numbers`` are for that.

    ``draft`` is open yet.
    """

    draft: Draft
    applied: Applied
    verdict: Verdict
    merged: Merged
    numbers: Mapping[str, Any]


@dataclass(frozen=True)
class _Step:
    """From the current release to the next, in a folder that nobody looks at."""

    settings: Settings
    delivery: Delivery
    progress: Progress
    ways: Ways
    current: Release
    folder: Path
    beside: Beside

    @property
    def intake(self) -> Intake:
        return Intake(self.settings.home)

    def make(self) -> _Made:
        """Fill the folder with store and content; raises ``NonConformanceError``."""
        return self._make(from_whole_text=False)

    def _make(self, *, from_whole_text: bool) -> _Made:
        self.progress(Text("Menyalin rilis yang berlaku", "Cloning the current release"))
        plain = self.current.plain_path if self.current.plain_path.is_dir() else None
        draft = Draft(self.current.store_path, self.folder / STORE, self.current.base, plain)
        try:
            if plain is None and self.current.publication_path.is_file():
                # What is said of the release before is not to be judged, nor to be published.
                draft.forget(self.current.publication_path.read_bytes())
            self.progress(Text("Menerapkan kiriman", "Applying the batch"))
            applied = self._apply(draft, from_whole_text=from_whole_text)
            if not applied.needs_whole_text:
                return self._change(draft, applied)
        except BaseException:
            draft.close()
            raise
        draft.close()
        shutil.rmtree(self.folder / STORE)
        return self._make(from_whole_text=True)

    def _apply(self, draft: Draft, *, from_whole_text: bool) -> Applied:
        manifest, batch = self.current.manifest, self.delivery.batch
        dataset = read_dataset(self.settings.data / "dataset.toml")
        if from_whole_text or batch.is_derived or manifest.get("derived", True):
            whole = Recomposition(draft, batch, self.intake, manifest, self.settings)
            return whole.apply(dataset)
        prefixes = read_prefixes(self.settings.ontology)
        return Application(draft, batch, self.intake, manifest, prefixes).apply(dataset)

    def _change(self, draft: Draft, applied: Applied) -> _Made:
        """Judge the draft, and make the new content by changing the old one."""
        if draft.removed or draft.added:
            # The verdict adds its report to the lines, which seldom differs from the last.
            is_to_stay = not self.delivery.dry_run and self.ways.complete is None
            self.beside.begin(draft, is_to_stay=is_to_stay)
        verdict = self._judge(draft, applied)
        self.progress(Text("Menulis rilis", "Writing the release"))
        merged = Merged(self.current.identifier, (), ())
        if draft.removed or draft.added:
            merged = self.beside.merged(draft)
        return _Made(draft, applied, verdict, merged, self._numbers(applied, verdict, merged))

    def _judge(self, draft: Draft, applied: Applied) -> Verdict:
        """Return the verdict, and put its report into the draft."""
        verdict = Verdict((), Graph())
        is_new = applied.overlay.digest != self.current.manifest.get("intake")
        if draft.removed or draft.added or is_new:
            self.progress(Text("Memeriksa dengan SHACL", "Validating with SHACL"))
            earlier = self.intake.folder(self.current.manifest.get("intake"))
            verdict = self.ways.judge(
                Question(
                    draft,
                    self.delivery.batch,
                    earlier,
                    applied.locations or locations_of(self.delivery.batch),
                    # The release stands on what was hashed a moment ago.
                    self.current.manifest["standing"]["ontology"],
                ),
                self.settings,
            )
            if not verdict.conforms:
                raise NonConformanceError(verdict)
            after = frozenset(in_graph(verdict.report, GRAPH.validation))
            draft.change(draft.reported, after)
        return verdict

    def _numbers(self, applied: Applied, verdict: Verdict, merged: Merged) -> dict[str, Any]:
        before = self.current.manifest
        claims = [sum(len(source.claims) for source in side) for side in (applied.old, applied.new)]
        return {
            "base": self.current.base,
            "version": before["version"],
            "quads": before["quads"] + len(merged.added) - len(merged.removed),
            "sources": before["sources"] + len(applied.new) - len(applied.old),
            "claims": before["claims"] + claims[1] - claims[0],
            "warnings": len(verdict.of("warning")),
            "shared_things": before["shared_things"] if applied.shared is None else applied.shared,
            "derived": before["derived"] if applied.is_derived is None else applied.is_derived,
        }

    def conclude(self, releases: Releases, made: _Made) -> Outcome:
        """Let what was made be the current release, if it is another one; write down who did it."""
        current, merged, batch = self.current, made.merged, self.delivery.batch
        digest = made.applied.overlay.digest
        is_new = merged.identifier != current.identifier or digest != current.manifest["intake"]
        outcome = Outcome(current, made.verdict, is_new, merged.removed, merged.added)
        if self.delivery.dry_run:
            return outcome
        brought = _brought(batch, made.applied.overlay.files)
        act = replace(self.delivery.act, before=current.identifier, **brought)
        activity = act.ended(made.verdict).as_json()
        if not is_new:
            append(self.settings.home, entry_of(activity, "unchanged", current.identifier))
            return outcome
        self.beside.do(lambda: self.intake.write(made.applied.overlay, _texts(batch)))
        manifest = {
            "identifier": merged.identifier,
            **made.numbers,
            "intake": digest,
            "standing": current.manifest["standing"],
            "activity": activity,
        }
        # The disk may have the content to write yet: that is not waited for here.
        entry = entry_of(activity, "published", merged.identifier)
        self.beside.do(lambda: intend(self.settings.home, entry, digest))
        if releases.has(merged.identifier):
            # Nothing of it has to be made, so that nothing else is waited for.
            self.beside.wait()
        release = releases.adopt(self.folder, manifest, "ingest", self._complete(merged))
        complete(self.settings.home, release)
        return replace(outcome, release=release)

    def _complete(self, merged: Merged) -> Complete:
        """Return what makes the other files, and leaves nothing that is not on disk."""
        files = self.ways.complete or completing(
            self.settings, self.progress, None, merged, self.beside
        )

        def complete(incoming: Incoming) -> Mapping[str, object]:
            if self.ways.complete is not None:
                # It knows of no draft, and finds a store on disk.
                self.beside.close_draft()
            told = files(incoming)
            self.beside.wait()
            return told

        return complete


def _texts(batch: Batch) -> dict[str, Mapping[str, bytes]]:
    return {brought.source.id: brought.files for brought in batch.sources}


def _brought(batch: Batch, files: Mapping[str, str]) -> dict[str, Any]:
    put = {name: kept_name(name, files).rpartition("@")[2] for name, files in _texts(batch).items()}
    for name in sorted(batch.table_sources - put.keys()):
        put[name] = sha256(texts_of(name, files).encode()).hexdigest()[:16]
    return {"put": put, "withdrawn": tuple(sorted(batch.withdrawn))}

"""Build: curated text in, an immutable release out, or a report that says why not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kg.collecting import seldom_collecting
from kg.ingest.corpus import Corpus, read_corpus
from kg.ingest.locations import Locations
from kg.ingest.overlay import Intake
from kg.ingest.tables.compilation import TableFile
from kg.iris import rebase
from kg.language import Text
from kg.namespaces import GRAPH, read_prefixes
from kg.questions import read_questions
from kg.release import audit
from kg.release.act import Act
from kg.release.beside import Beside
from kg.release.candidate import Candidate, assemble
from kg.release.catalog import catalog_graph
from kg.release.completion import complete_release
from kg.release.gate import judge
from kg.release.merging import Merged
from kg.release.publication import (
    ChangedMeanwhileError,
    Complete,
    Incoming,
    Release,
    Releases,
)
from kg.release.standing import shared_things, standing
from kg.release.verdict import NonConformanceError, Verdict
from kg.settings import Settings
from kg.store import canonical_nquads, write_store
from kg.validation import load_shapes

Progress = Callable[[Text], None]
"""Told what begins, in two languages, before each step that takes a while."""


@dataclass(frozen=True)
class Judged:
    """A candidate with the gate's verdict on it."""

    candidate: Candidate
    corpus: Corpus
    verdict: Verdict


def judge_data(
    settings: Settings,
    progress: Progress,
    instead: Mapping[str, Path] | None = None,
    tables: Sequence[TableFile] = (),
    *,
    overlay: Path | None = None,
) -> Judged:
    """Read and judge all curated data; nothing is written.

    ``instead`` names folders to be read in place of sources of ``data/sources``, by id;
    ``tables`` are read as if they stood in ``data/tables``; ``overlay`` is the folder of what was
    brought, that of the current release if it is None.

    Raises ``InputError`` if a file cannot be read and ``ShapesError`` if a shape is at fault.
    """
    prefixes = read_prefixes(settings.ontology)
    progress(Text("Membaca data terkurasi", "Reading the curated data"))
    overlay = overlay or brought_text(settings)
    corpus = read_corpus(
        settings.data,
        prefixes,
        instead,
        overlay=overlay,
        ontology=settings.ontology,
        tables=tables,
    )
    progress(Text("Menyusun graf", "Assembling the graphs"))
    questions = read_questions(settings.ontology / "competency")
    candidate = assemble(settings.ontology, corpus)
    candidate = candidate.with_graph(
        GRAPH.catalog, catalog_graph(candidate, corpus.dataset, questions), in_default=True
    )
    progress(Text("Memeriksa dengan SHACL", "Validating with SHACL"))
    verdict = judge(
        candidate,
        load_shapes(settings.ontology),
        settings.ontology / "checks",
        corpus,
        Locations.of_corpus(corpus, prefixes),
    )
    return Judged(candidate, corpus, verdict)


def build(
    settings: Settings,
    progress: Progress,
    at: datetime | None = None,
    act: Act | None = None,
) -> tuple[Release, Verdict]:
    """Build, judge and publish a release; return it with the verdict (its warnings).

    It is made of the data folder and of what was brought to the current release. ``at`` is when
    it is published, with its time zone; now if it is None. The content does not depend on it.

    Raises ``NonConformanceError`` if the gate refuses the candidate, and what ``judge_data``
    raises. Whatever is raised, the current release stays as it was.
    """
    with seldom_collecting():
        return _build(settings, progress, at, act or Act.now("build"))


def _build(
    settings: Settings, progress: Progress, at: datetime | None, act: Act
) -> tuple[Release, Verdict]:
    overlay = brought_text(settings)
    stands_on = standing(settings)
    judged = judge_data(settings, progress, overlay=overlay)
    if not judged.verdict.conforms:
        raise NonConformanceError(judged.verdict)
    progress(Text("Menulis rilis", "Writing the release"))
    content = content_of(judged, settings.base_iri)
    manifest = {
        **figures(judged, settings.base_iri, content, overlay),
        "intake": overlay.name if overlay else None,
        "standing": stands_on,
        "activity": act.ended(judged.verdict).as_json(),
    }
    try:
        complete = completing(settings, progress, at)
        release = Releases(settings.home).publish(content, manifest, write_store, complete)
    except ChangedMeanwhileError:
        # What was brought passed the gate then and there; it is built once more, with it.
        return _build(settings, progress, at, act)
    with Releases(settings.home).alone():
        audit.complete(settings.home, Releases(settings.home).current())
    return release, judged.verdict


def completing(
    settings: Settings,
    progress: Progress,
    at: datetime | None = None,
    merged: Merged | None = None,
    beside: Beside | None = None,
) -> Complete:
    """Return what makes the files of a release besides content and store.

    ``merged`` is what made the content out of that of the release before, if that is known, and
    ``beside`` what may have begun with it.
    """
    prefixes = read_prefixes(settings.ontology)

    def complete(incoming: Incoming) -> Mapping[str, object]:
        progress(Text("Menghitung dan menulis berkas unduhan", "Counting, and writing the dumps"))
        return complete_release(incoming, prefixes, at or datetime.now(UTC), merged, beside)

    return complete


def brought_text(settings: Settings) -> Path | None:
    """Return the folder of what was brought to the current release, None if nothing was.

    Raises ``StoreError`` if the current release is damaged, for what was brought would be lost.
    """
    current = Releases(settings.home).current_or_none()
    return Intake(settings.home).folder(current.manifest.get("intake")) if current else None


def content_of(judged: Judged, base: str) -> bytes:
    """Return the content of the release that a judged candidate makes, for a base IRI."""
    candidate = judged.candidate.with_graph(GRAPH.validation, judged.verdict.report)
    return canonical_nquads(rebase(candidate.nquads().decode(), base).encode())


def figures(judged: Judged, base: str, content: bytes, overlay: Path | None) -> dict[str, object]:
    """Return what the manifest says of the content."""
    corpus = judged.corpus
    return {
        "base": base,
        "version": corpus.dataset["version"],
        "quads": content.count(b"\n"),
        "sources": len(corpus.sources),
        "claims": sum(len(source.claims) for source in corpus.sources),
        "warnings": len(judged.verdict.of("warning")),
        "shared_things": shared_things(corpus, overlay),
        "derived": corpus.is_derived,
    }

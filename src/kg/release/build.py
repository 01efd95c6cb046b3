"""Build: curated text in, an immutable release out, or a report that says why not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kg.ingest.corpus import Corpus, read_corpus
from kg.ingest.locations import Locations
from kg.ingest.tables.compilation import TableFile
from kg.iris import rebase
from kg.language import Text
from kg.namespaces import GRAPH, read_prefixes
from kg.questions import read_questions
from kg.release.candidate import Candidate, assemble
from kg.release.catalog import catalog_graph
from kg.release.completion import complete_release
from kg.release.gate import judge
from kg.release.publication import Incoming, Release, Releases
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
) -> Judged:
    """Read and judge all curated data; nothing is written.

    ``instead`` names folders to be read in place of sources of ``data/sources``, by id;
    ``tables`` are read as if they stood in ``data/tables``.

    Raises ``InputError`` if a file cannot be read and ``ShapesError`` if a shape is at fault.
    """
    prefixes = read_prefixes(settings.ontology)
    progress(Text("Membaca data terkurasi", "Reading the curated data"))
    corpus = read_corpus(
        settings.data, prefixes, instead, ontology=settings.ontology, tables=tables
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
    settings: Settings, progress: Progress, at: datetime | None = None
) -> tuple[Release, Verdict]:
    """Build, judge and publish a release; return it with the verdict (its warnings).

    ``at`` is when it is published, with its time zone; now if it is None. The content does not
    depend on it.

    Raises ``NonConformanceError`` if the gate refuses the candidate, and what ``judge_data``
    raises. Whatever is raised, the current release stays as it was.
    """
    judged = judge_data(settings, progress)
    if not judged.verdict.conforms:
        raise NonConformanceError(judged.verdict)
    progress(Text("Menulis rilis", "Writing the release"))
    candidate = judged.candidate.with_graph(GRAPH.validation, judged.verdict.report)
    content = canonical_nquads(rebase(candidate.nquads().decode(), settings.base_iri).encode())
    prefixes = read_prefixes(settings.ontology)

    def complete(incoming: Incoming) -> Mapping[str, object]:
        progress(Text("Menghitung dan menulis berkas unduhan", "Counting, and writing the dumps"))
        return complete_release(incoming, prefixes, at or datetime.now(UTC))

    release = Releases(settings.home).publish(
        content, _manifest(settings, judged, content), write_store, complete
    )
    return release, judged.verdict


def _manifest(settings: Settings, judged: Judged, content: bytes) -> dict[str, object]:
    return {
        "base": settings.base_iri,
        "version": judged.corpus.dataset["version"],
        "quads": content.count(b"\n"),
        "sources": len(judged.corpus.sources),
        "claims": sum(len(source.claims) for source in judged.corpus.sources),
        "warnings": len(judged.verdict.of("warning")),
    }

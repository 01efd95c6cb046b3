"""Made-up sources for the tests of bringing, and a home with a small release to bring them to."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pytest
from rdflib import RDF, Graph
from rdflib.namespace import SH

from kg.ingest.batch import Batch, read_batch, table_readers
from kg.ingest.decisions import CONFLICT_COLUMNS, IDENTITY_COLUMNS
from kg.namespaces import CANONICAL_BASE, GRAPH, read_prefixes
from kg.release.act import Act
from kg.release.intake import Delivery, Outcome, Ways, bring
from kg.release.judging import Question
from kg.release.publication import Incoming
from kg.release.verdict import Verdict
from kg.settings import Settings

PREFIXES = read_prefixes(Settings().ontology)
HEADER = "id,subject,predicate,object,certainty,speaker,rank,locator,span,note_id,note_en\n"

Row = tuple[str, str, str, str]
"""Subject, predicate, object as the cell of a claim has it, and rank."""


ONTOLOGY = """
@prefix inov: <https://w3id.org/inovasi-publik/ont#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
inov:venue a owl:ObjectProperty , owl:FunctionalProperty .
inov:date a owl:DatatypeProperty , owl:FunctionalProperty .
inov:within a owl:ObjectProperty , owl:FunctionalProperty .
inov:locatedIn a owl:ObjectProperty .
inov:name a owl:DatatypeProperty ; owl:unionOf ( inov:a inov:b ) .
"""


def quietly(_step: object) -> None:
    """Take no notice of the progress."""


def nothing_more(_incoming: Incoming) -> Mapping[str, object]:
    """Let a release consist of content and store."""
    return {}


def lenient(question: Question, _settings: Settings) -> Verdict:
    """Let every change pass, its report as it was."""
    report = Graph()
    for quad in question.draft.before.quads(graph=GRAPH.validation):
        report.add(quad[:3])
    return Verdict((), report)


LENIENT = Ways(lenient, nothing_more)


def write_source(
    folder: Path, identifier: str, rows: Sequence[Row], things: Mapping[str, str] | None = None
) -> Path:
    """Write a source's folder; ``things`` gives the label of each thing that is described."""
    place = folder / identifier
    place.mkdir(parents=True, exist_ok=True)
    (place / "source.toml").write_text(
        f'id = "{identifier}"\nkind = "article"\nfile = "{identifier}.txt"\n'
        f'sha256 = "{"ab" * 32}"\nlength = 1000\n\n'
        f'[label]\nid = "Sumber {identifier}"\nen = "Source {identifier}"\n'
    )
    (place / "shingles.txt").write_text("")
    lines = [HEADER]
    for number, (subject, predicate, value, rank) in enumerate(rows, 1):
        cell = value.replace('"', '""')
        span = f"{number}-{number + 5}"
        lines.append(f'{number:03},{subject},{predicate},"{cell}",stated,,{rank},L1.S1,{span},,\n')
    (place / "claims.csv").write_text("".join(lines))
    (place / "things.ttl").unlink(missing_ok=True)
    if things:
        (place / "things.ttl").write_text(things_text(things))
    return place


def things_text(things: Mapping[str, str]) -> str:
    """Return Turtle that describes agencies by their CURIEs and labels."""
    used = {"agency", "inov", "skos", "place"}
    head = "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in sorted(used))
    return head + "".join(
        f"{name} a inov:{'Agency' if name.startswith('agency') else 'Place'} ;"
        f' skos:prefLabel "{label}"@id , "{label} (en)"@en .\n'
        for name, label in things.items()
    )


def write_tables(folder: Path, events: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    """Write tables: pages, and the events that each tells of, as names of event and organiser."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = ["id,kind,url,publisher,title,date,label_id,label_en\n"]
    rows = ["source,event,type,date,organiser\n"]
    for source, told in events.items():
        pages.append(f"{source},page,https://x.test/{source},baru: Koran,Judul,2024,,\n")
        rows += [f"{source},baru: {name},peluncuran,2024,{agency}\n" for name, agency in told]
    (folder / "sources.csv").write_text("".join(pages))
    (folder / "events.csv").write_text("".join(rows))


def deliver(
    settings: Settings,
    paths: Iterable[Path],
    withdrawn: Iterable[str] = (),
    *,
    dry_run: bool = False,
) -> Outcome:
    """Bring files without the gate."""
    readers = table_readers(settings.ontology)
    batch: Batch = read_batch(tuple(paths), PREFIXES, withdrawn, readers)
    return bring(settings, Delivery(batch, Act.now("ingest", "tests"), dry_run), quietly, LENIENT)


def small_settings(folder: Path, base: str = CANONICAL_BASE) -> Settings:
    """Return settings with next to no ontology and one source in the data folder."""
    ontology, data = folder / "ontology", folder / "data"
    for name in ("imports", "vocabularies", "shapes", "checks", "competency"):
        (ontology / name).mkdir(parents=True)
    shutil.copy(Settings().ontology / "prefixes.ttl", ontology)
    (ontology / "ontology.ttl").write_text(ONTOLOGY)
    for name in ("alignments.ttl", "versions.ttl"):
        (ontology / name).write_text("")
    shutil.copytree(Settings().ontology / "tables", ontology / "tables")
    for path in (Settings().ontology / "vocabularies").glob("*.ttl"):
        chosen = path.stem in ("certainty", "claim-rank", "event-type")
        (ontology / "vocabularies" / path.name).write_text(path.read_text() if chosen else "")
    for name in ("things", "reference", "editorial", "links", "sources"):
        (data / name).mkdir(parents=True)
    shutil.copy(Settings().data / "dataset.toml", data)
    (data / "proper-names.txt").write_text("")
    for name in ("reference/places", "reference/ministries", "reference/changes", "retired"):
        header = (Settings().data / f"{name}.csv").read_text().splitlines()
        (data / f"{name}.csv").write_text(next(line for line in header if line[0] != "#") + "\n")
    shutil.copy(Settings().data / "reference" / "registers.toml", data / "reference")
    (data / "conflicts.csv").write_text(",".join(CONFLICT_COLUMNS) + "\n")
    decision = "d1,sama,agency:a,,nama a,000/001,,\n"
    (data / "identity.csv").write_text(",".join(IDENTITY_COLUMNS) + "\n" + decision)
    rows = [("agency:a", "inov:venue", "place:x", ""), ("place:x", "inov:within", "place:y", "")]
    write_source(data / "sources", "000", rows)
    (data / "things" / "all.ttl").write_text(things_text({"agency:a": "A", "place:x": "X"}))
    return Settings(home=folder / "home", ontology=ontology, data=data, base_iri=base)


def empty_report() -> Graph:
    """Return a validation report without results."""
    report = Graph()
    report.add((GRAPH["validation#report"], RDF.type, SH.ValidationReport))
    return report


class Kit:
    """The functions above, for tests; this folder is no package that they could import from."""

    LENIENT = LENIENT
    PREFIXES = PREFIXES
    quietly = staticmethod(quietly)
    write_source = staticmethod(write_source)
    things_text = staticmethod(things_text)
    write_tables = staticmethod(write_tables)
    deliver = staticmethod(deliver)
    empty_report = staticmethod(empty_report)
    small_settings = staticmethod(small_settings)


@pytest.fixture(scope="session")
def kit() -> type[Kit]:
    """Return what the tests of bringing work with."""
    return Kit

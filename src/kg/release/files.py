"""Judging files that are not (yet) part of the data: a source's copy, or RDF from elsewhere."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from rdflib import Graph, URIRef

from kg.ingest.brought_tables import find_table
from kg.ingest.locations import Locations
from kg.ingest.records import TurtleFile, read_rdf, read_text
from kg.ingest.tables.description import read_kinds
from kg.ingest.tables.reading import ENDINGS
from kg.language import Text
from kg.namespaces import read_prefixes
from kg.release.build import Progress, judge_data
from kg.release.candidate import ontology_graph, union, vocabularies_graph
from kg.release.gate import judge_view
from kg.release.verdict import Verdict, in_order
from kg.settings import Settings
from kg.validation import load_shapes


def judge_files(
    files: Sequence[Path], settings: Settings, progress: Progress, kind: str | None = None
) -> Verdict:
    """Return the gate's verdict on files; nothing is written.

    A source's folder, or a file in it, is judged with all curated data, in place of the source
    of the same id; a table likewise, in place of the table of the same kind and name, and one of
    sources in place of the rows about the same sources. ``kind``
    is that of the tables, where neither folder nor header tells. RDF files are judged together,
    each other's statements known to them, with the ontology and the vocabularies but without
    the curated data.

    Raises ``RecordError`` or ``InputError`` for files that cannot be read.
    """
    sources = {folder.name: folder for path in files if (folder := _source_folder(path))}
    others = [path for path in files if not _source_folder(path)]
    tables = [path for path in others if path.suffix.lower() in ENDINGS]
    rdf = [path for path in others if path not in tables]
    verdicts = []
    if sources or tables:
        kinds = read_kinds(settings.ontology)
        read = [find_table(path, kinds, kind) for path in tables]
        verdicts.append(judge_data(settings, progress, sources, read).verdict)
    if rdf:
        verdicts.append(_judge_rdf(rdf, settings, progress))
    return Verdict(
        in_order(entry for verdict in verdicts for entry in verdict.entries),
        union(*(verdict.report for verdict in verdicts)),
    )


def _source_folder(path: Path) -> Path | None:
    folder = path.resolve() if path.is_dir() else path.resolve().parent
    is_source = path.is_dir() or (folder / "source.toml").exists()
    return folder if is_source else None


def _judge_rdf(files: Iterable[Path], settings: Settings, progress: Progress) -> Verdict:
    prefixes = read_prefixes(settings.ontology)
    locations = Locations()
    stated = Graph()
    graphs: dict[URIRef, Graph] = defaultdict(Graph)
    for path in files:
        progress(Text("Membaca {path}", "Reading {path}").format(path=path))
        whole = Graph()
        for subject, predicate, value, graph in read_rdf(path):
            target = graphs[URIRef(str(graph))] if graph else stated
            target.add((subject, predicate, value))
            whole.add((subject, predicate, value))
        locations.add_turtle(TurtleFile(path, read_text(path), whole), prefixes)
    progress(Text("Memeriksa dengan SHACL", "Validating with SHACL"))
    ontology = settings.ontology
    view = union(ontology_graph(ontology), vocabularies_graph(ontology), stated)
    return judge_view(view, graphs, load_shapes(ontology), locations)

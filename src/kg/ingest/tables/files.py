"""Where tables stand in a data folder, and what is known beside them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SKOS

from kg.errors import Location, RecordError
from kg.ingest.memory import Memory
from kg.ingest.records import read_turtle
from kg.ingest.tables.compilation import SOURCES, TableFile
from kg.ingest.tables.description import read_kinds
from kg.ingest.tables.reading import ENDINGS
from kg.language import LANGUAGES, Text


def table_files(
    roots: Iterable[Path], ontology: Path, more: Sequence[TableFile] = ()
) -> list[TableFile]:
    """Return the tables of data folders (``sources.csv``, ``tables/{kind}/*``), and some more.

    One of ``more`` may stand in for the files of the folders that have the same kind and name;
    one that describes sources stands in for those sources alone.

    Raises ``RecordError`` for a folder of ``tables`` that is no kind of table.
    """
    paths = []
    for root in roots:
        paths += [(path.parent.name, path) for path in sorted(root.glob("tables/*/*"))]
        paths += [(SOURCES, path) for path in root.glob("sources.csv")]
    if not paths and not more:
        return []
    kinds = read_kinds(ontology)
    replaced = {
        (file.kind.name, file.path.name)
        for file in more
        if file.stands_in and file.kind.name != SOURCES
    }
    files = list(more)
    for name, path in paths:
        if name not in kinds:
            raise RecordError(
                Location(path.parent),
                Text("Jenis tabel: {kinds}", "Kinds of tables: {kinds}").format(
                    kinds=", ".join(kinds)
                ),
            )
        if path.suffix in ENDINGS and (name, path.name) not in replaced:
            files.append(TableFile(kinds[name], path, stands_in=False))
    return files


def vocabularies(ontology: Path, memory: Memory | None = None) -> tuple[Graph, ...]:
    """Return the concept schemes of an ontology folder, each as a graph.

    Raises ``RecordError`` for a file that is not Turtle.
    """
    files = sorted((ontology / "vocabularies").glob("*.ttl"))
    of_files = (memory or Memory()).of_files
    return tuple(of_files("scheme", [path], partial(read_turtle, path)) for path in files)


def labels(graphs: Iterable[Graph], memory: Memory | None = None) -> dict[URIRef, Text]:
    """Return the preferred labels of everything that some graphs name.

    ``memory`` has those that were read off the same graphs before.
    """
    found: dict[URIRef, dict[str, str]] = {}
    memory = memory or Memory()
    for graph in graphs:
        for subject, words in memory.of("labels", [graph], partial(_labels, graph)).items():
            found[subject] = {**found[subject], **words} if subject in found else words
    return {
        subject: Text(*(words.get(language) or min(words.values()) for language in LANGUAGES))
        for subject, words in found.items()
    }


def _labels(graph: Graph) -> dict[URIRef, dict[str, str]]:
    found: dict[URIRef, dict[str, str]] = defaultdict(dict)
    for subject, label in graph.subject_objects(SKOS.prefLabel):
        if isinstance(subject, URIRef) and isinstance(label, Literal):
            found[subject][str(label.language)] = str(label)
    return found

"""What every entry of a reference table states in the same way."""

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, SKOS

from kg.ingest.records import Row
from kg.iris import parse_iri
from kg.language import LANGUAGES, Text
from kg.namespaces import CANONICAL_BASE


def describe(graph: Graph, node: URIRef, kind: URIRef, name: Text, source: URIRef) -> None:
    """State class, labels, slug and source of an entry."""
    identity = parse_iri(str(node))
    graph.add((node, RDF.type, kind))
    graph.add((node, DCTERMS.identifier, Literal(identity.slug if identity else str(node))))
    graph.add((node, DCTERMS.source, source))
    for language in LANGUAGES:
        graph.add((node, SKOS.prefLabel, Literal(name[language], lang=language)))


def add_aliases(graph: Graph, node: URIRef, *names: str) -> None:
    """State other names of an entry, all of them Indonesian."""
    for name in names:
        graph.add((node, SKOS.altLabel, Literal(name, lang="id")))


def concept(scheme: str, notation: str) -> URIRef:
    """Return the IRI of a concept."""
    return URIRef(f"{CANONICAL_BASE}scheme/{scheme}/{notation}")


def read_iri(row: Row, column: str, kind: str, slug: str) -> URIRef:
    """Return the IRI of a thing whose slug stands in a cell; raises ``RecordError``."""
    iri = f"{CANONICAL_BASE}id/{kind}/{slug}"
    if not parse_iri(iri):
        raise row.fault(
            column, Text("Tulis slug seperti pemkab-sidoarjo", "Write a slug like pemkab-sidoarjo")
        )
    return URIRef(iri)


def split(cell: str) -> tuple[str, ...]:
    """Return the parts of a cell that holds several, divided by semicolons."""
    return tuple(part.strip() for part in cell.split(";") if part.strip())

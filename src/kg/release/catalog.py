"""The release describes itself: data set, named graphs, licences, counts and example queries.

VoID (https://www.w3.org/TR/void/), DCAT 3, SPARQL 1.1 Service Description for the names of the
graphs, and SHACL (section 5) for the queries.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, OWL, RDFS, SH, SKOS, VOID, XSD
from rdflib.term import Node

from kg.iris import mint_iri
from kg.language import LANGUAGES
from kg.namespaces import CANONICAL_BASE, GRAPH, SCHEMA
from kg.questions import Question
from kg.release.candidate import Candidate, union

SD: Final = Namespace("http://www.w3.org/ns/sparql-service-description#")

DATASET: Final = URIRef(mint_iri("dataset", "inovasi"))
ENDPOINT: Final = URIRef(CANONICAL_BASE + "sparql")
ONTOLOGY: Final = URIRef(CANONICAL_BASE + "ont")

# SHACL has no class and no property for DESCRIBE queries.
_FORMS: Final[Mapping[str, tuple[Node, Node]]] = {
    "SELECT": (SH.SPARQLSelectExecutable, SH.select),
    "ASK": (SH.SPARQLAskExecutable, SH.ask),
    "CONSTRUCT": (SH.SPARQLConstructExecutable, SH.construct),
    "DESCRIBE": (SH.SPARQLExecutable, SCHEMA.text),
}


def catalog_graph(
    candidate: Candidate, dataset: Mapping[str, Any], questions: Iterable[Question]
) -> Graph:
    """Return the self-description of a candidate.

    ``dataset`` is the content of ``data/dataset.toml``. The catalogue is part of the default
    graph and counts itself.
    """
    graph = Graph()
    _describe_dataset(graph, dataset)
    entries = {entry["name"]: entry for entry in dataset["graphs"]}
    for name in (*candidate.graphs, GRAPH.catalog, GRAPH.validation):
        _describe_graph(graph, name, entries)
    for name, members in candidate.graphs.items():
        graph.add((name, VOID.triples, Literal(len(members))))
    for question in questions:
        _describe_question(graph, question)
    _count(graph, candidate)
    return graph


def _describe_dataset(graph: Graph, dataset: Mapping[str, Any]) -> None:
    for kind in (VOID.Dataset, DCAT.Dataset):
        graph.add((DATASET, RDF.type, kind))
    graph.add((DATASET, DCTERMS.identifier, Literal("inovasi")))
    for predicate, key in (
        (SKOS.prefLabel, "title"),
        (DCTERMS.title, "title"),
        (DCTERMS.description, "description"),
        (DCTERMS.rights, "rights"),
    ):
        _add_text(graph, DATASET, predicate, dataset[key])
    graph.add((DATASET, DCTERMS.license, URIRef(dataset["license"])))
    graph.add((DATASET, DCTERMS.issued, Literal(dataset["issued"], datatype=XSD.date)))
    graph.add((DATASET, OWL.versionInfo, Literal(dataset["version"])))
    graph.add((DATASET, DCTERMS.conformsTo, ONTOLOGY))
    graph.add((DATASET, VOID.sparqlEndpoint, ENDPOINT))
    graph.add((DATASET, VOID.uriSpace, Literal(CANONICAL_BASE + "id/")))
    graph.add((DATASET, VOID.vocabulary, ONTOLOGY))
    graph.add((DATASET, FOAF.homepage, URIRef(CANONICAL_BASE)))
    for slug in dataset["creators"]:
        creator = URIRef(mint_iri("publisher", slug.removeprefix("publisher:")))
        graph.add((DATASET, DCTERMS.creator, creator))
        graph.add((DATASET, DCTERMS.publisher, creator))


def _describe_graph(graph: Graph, name: URIRef, entries: Mapping[str, Mapping[str, Any]]) -> None:
    key, _, source = name.removeprefix(str(GRAPH)).partition("/")
    graph.add((name, RDF.type, SD.NamedGraph))
    graph.add((name, RDF.type, VOID.Dataset))
    graph.add((name, SD.name, name))
    graph.add((DATASET, VOID.subset, name))
    entry = entries[key]
    graph.add((name, DCTERMS.license, URIRef(entry["license"])))
    suffix = f" {source}" if source else ""
    for language in LANGUAGES:
        label = Literal(entry["label"][language] + suffix, lang=language)
        graph.add((name, SKOS.prefLabel, label))
    _add_text(graph, name, DCTERMS.description, entry["description"])


def _describe_question(graph: Graph, question: Question) -> None:
    node = URIRef(mint_iri("question", f"{question.number:02}-{question.name}"))
    kind, predicate = _FORMS[question.form]
    graph.add((node, RDF.type, SH.SPARQLExecutable))
    graph.add((node, RDF.type, kind))
    graph.add((node, predicate, Literal(question.query)))
    graph.add((node, SCHEMA.target, ENDPOINT))
    for language in LANGUAGES:
        graph.add((node, SKOS.prefLabel, Literal(question.text[language], lang=language)))
        if question.note:
            graph.add((node, RDFS.comment, Literal(question.note[language], lang=language)))


def _count(graph: Graph, candidate: Candidate) -> None:
    """Add the figures of the catalogue and the default graph, these figures included.

    The size of the validation graph cannot be told: its report is made with this in view.
    """
    graph.add((GRAPH.catalog, VOID.triples, Literal(0)))
    figures = (VOID.triples, VOID.distinctSubjects, VOID.properties, VOID.classes)
    for predicate in figures:
        graph.add((DATASET, predicate, Literal(0)))
    graph.set((GRAPH.catalog, VOID.triples, Literal(len(graph))))
    whole = union(candidate.default, graph)
    for predicate, number in zip(
        figures,
        (
            len(whole),
            len(set(whole.subjects())),
            len(set(whole.predicates())),
            len(set(whole.objects(None, RDF.type))),
        ),
        strict=True,
    ):
        graph.set((DATASET, predicate, Literal(number)))


def _add_text(graph: Graph, node: URIRef, predicate: Node, text: Mapping[str, str]) -> None:
    for language in LANGUAGES:
        graph.add((node, predicate, Literal(text[language], lang=language)))

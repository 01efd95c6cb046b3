"""What a release says of itself before it is counted: titles, licences, graphs, queries.

DCAT 3 (https://www.w3.org/TR/vocab-dcat-3/), VoID (https://www.w3.org/TR/void/), SPARQL 1.1
Service Description for the names of the graphs, and SHACL (section 5) for the queries. It is part
of the content; figures, files and dates follow in ``kg.release.description``.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, OWL, PROV, RDFS, SH, SKOS, VOID, XSD
from rdflib.term import Node

from kg.iris import mint_iri
from kg.language import LANGUAGES, Text
from kg.namespaces import CANONICAL_BASE, GRAPH, SCHEMA
from kg.questions import Question
from kg.release.candidate import Candidate

# rdflib's own DCAT lacks the terms of version 3.
DCAT: Final = Namespace("http://www.w3.org/ns/dcat#")
SD: Final = Namespace("http://www.w3.org/ns/sparql-service-description#")
VCARD: Final = Namespace("http://www.w3.org/2006/vcard/ns#")

DATASET: Final = URIRef(mint_iri("dataset", "inovasi"))
CATALOG: Final = URIRef(CANONICAL_BASE + "catalog")
CONTACT: Final = URIRef(CANONICAL_BASE + "catalog#contact")
ENDPOINT: Final = URIRef(CANONICAL_BASE + "sparql")
ONTOLOGY: Final = URIRef(CANONICAL_BASE + "ont")
LOGO: Final = URIRef(CANONICAL_BASE + "static/icon.svg")
SPATIAL: Final = URIRef(mint_iri("place", "indonesia"))

THINGS: Final = "id/[a-z-]+/[^/#]+$"
"""What follows the base in the IRI of a thing (``void:uriRegexPattern``)."""

_CATALOG_TITLE: Final = Text("Katalog Inovasi", "Catalogue of Inovasi")
_ENDPOINT_TITLE: Final = Text("Titik akses SPARQL Inovasi", "SPARQL endpoint of Inovasi")

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
    """Return the self-description of a candidate, as far as nothing has to be counted.

    ``dataset`` is the content of ``data/dataset.toml``.
    """
    graph = Graph()
    _describe_dataset(graph, dataset)
    _describe_catalog(graph, dataset)
    entries = {entry["name"]: entry for entry in dataset["graphs"]}
    for name in (*candidate.graphs, GRAPH.catalog, GRAPH.validation, GRAPH.release, GRAPH.quality):
        _describe_graph(graph, name, entries)
    for question in questions:
        _describe_question(graph, question)
    return graph


def graph_entries(names: Iterable[URIRef], dataset: Mapping[str, Any]) -> Graph:
    """Return what the catalogue says of some named graphs."""
    graph = Graph()
    entries = {entry["name"]: entry for entry in dataset["graphs"]}
    for name in names:
        _describe_graph(graph, name, entries)
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
    graph.add((DATASET, DCTERMS.accessRights, URIRef(dataset["access_rights"])))
    graph.add((DATASET, DCTERMS.issued, Literal(dataset["issued"], datatype=XSD.date)))
    graph.add((DATASET, OWL.versionInfo, Literal(dataset["version"])))
    graph.add((DATASET, DCTERMS.conformsTo, ONTOLOGY))
    graph.add((DATASET, VOID.sparqlEndpoint, ENDPOINT))
    graph.add((DATASET, VOID.uriSpace, Literal(CANONICAL_BASE + "id/")))
    graph.add((DATASET, VOID.uriRegexPattern, Literal(f"^{CANONICAL_BASE}{THINGS}")))
    graph.add((DATASET, VOID.vocabulary, ONTOLOGY))
    graph.add((DATASET, FOAF.homepage, URIRef(CANONICAL_BASE)))
    _add_coverage(graph, dataset)
    graph.add((DATASET, FOAF.logo, LOGO))
    _add_makers(graph, DATASET, dataset)
    for maker in graph.objects(DATASET, DCTERMS.creator):
        graph.add((DATASET, PROV.wasAttributedTo, maker))


def _add_coverage(graph: Graph, dataset: Mapping[str, Any]) -> None:
    graph.add((DATASET, DCAT.landingPage, URIRef(CANONICAL_BASE)))
    graph.add((DATASET, DCAT.theme, URIRef(dataset["theme"])))
    graph.add((DATASET, DCTERMS.accrualPeriodicity, URIRef(dataset["frequency"])))
    for language in dataset["languages"]:
        graph.add((DATASET, DCTERMS.language, URIRef(language)))
    for language in LANGUAGES:
        for keyword in dataset["keywords"][language]:
            graph.add((DATASET, DCAT.keyword, Literal(keyword, lang=language)))
    graph.add((DATASET, DCAT.contactPoint, CONTACT))
    graph.add((CONTACT, RDF.type, VCARD.Organization))
    graph.add((CONTACT, VCARD.fn, Literal("Inovasi")))
    graph.add((CONTACT, VCARD.hasURL, URIRef(CANONICAL_BASE + dataset["contact_page"])))


def _describe_catalog(graph: Graph, dataset: Mapping[str, Any]) -> None:
    graph.add((CATALOG, RDF.type, DCAT.Catalog))
    graph.add((CATALOG, DCAT.dataset, DATASET))
    graph.add((CATALOG, DCAT.service, ENDPOINT))
    graph.add((ENDPOINT, RDF.type, DCAT.DataService))
    graph.add((ENDPOINT, DCAT.endpointURL, ENDPOINT))
    graph.add((ENDPOINT, DCAT.endpointDescription, ENDPOINT))
    graph.add((ENDPOINT, DCAT.servesDataset, DATASET))
    for node, title in ((CATALOG, _CATALOG_TITLE), (ENDPOINT, _ENDPOINT_TITLE)):
        _add_text(graph, node, DCTERMS.title, title._asdict())
        _add_text(graph, node, SKOS.prefLabel, title._asdict())
        _add_text(graph, node, DCTERMS.description, dataset["description"])
        graph.add((node, DCTERMS.license, URIRef(dataset["license"])))
        graph.add((node, DCAT.contactPoint, CONTACT))
        _add_makers(graph, node, dataset)


def _add_makers(graph: Graph, node: URIRef, dataset: Mapping[str, Any]) -> None:
    for slug in dataset["creators"]:
        creator = URIRef(mint_iri("publisher", slug.removeprefix("publisher:")))
        graph.add((node, DCTERMS.creator, creator))
        graph.add((node, DCTERMS.publisher, creator))


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
        text = Literal(question.text[language], lang=language)
        graph.add((node, SKOS.prefLabel, text))
        # Query editors show the comment, and show no query without one.
        graph.add((node, RDFS.comment, text))
        if question.note:
            graph.add((node, SKOS.note, Literal(question.note[language], lang=language)))


def _add_text(graph: Graph, node: URIRef, predicate: Node, text: Mapping[str, str]) -> None:
    for language in LANGUAGES:
        graph.add((node, predicate, Literal(text[language], lang=language)))

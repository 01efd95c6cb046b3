"""Umaka score: what Umaka-Yummy Data measures of an endpoint."""

from typing import Final
from urllib.parse import urlsplit

from rdflib import RDF, Graph, URIRef
from rdflib.namespace import DCTERMS, VOID

from cards import Card, Check, Item, Outcome, share
from reasons import ADDRESS, REGISTRY, SPEED
from visitor import HTML, RDF_XML, TURTLE, Visitor

SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_DATASETS: Final = (VOID.Dataset, VOID.DatasetDescription, URIRef(SD + "Dataset"))


def _alive(visitor: Visitor) -> bool:
    query = "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } } LIMIT 1"
    return visitor.query(query, TURTLE).status == 200


def _updated(visitor: Visitor) -> bool:
    graph = visitor.void + visitor.service
    dated = {s for p in (DCTERMS.modified, DCTERMS.issued) for s in graph.subjects(p)}
    return any((node, RDF.type, kind) in graph for node in dated for kind in _DATASETS)


def _describes_service(visitor: Visitor) -> bool:
    return any(str(p).startswith(SD) for p in visitor.service.predicates())


def _metadata(visitor: Visitor) -> Outcome:
    """Half for instances of classes in a graph, half for labels of its classes, in each graph."""
    graphs = [row["g"] for row in visitor.rows("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")]
    good = []
    for name in graphs:
        classes = f"SELECT DISTINCT ?c {{ GRAPH <{name}> {{ [] a ?c }} }}"
        if visitor.rows(classes):
            good.append(f"{name} instances")
        labels = "http://www.w3.org/2000/01/rdf-schema#label"
        if visitor.rows(f"SELECT ?c {{ {{ {classes} }} GRAPH ?g {{ ?c <{labels}> ?l }} }} LIMIT 1"):
            good.append(f"{name} labels")
    names = [f"{name} {what}" for name in graphs for what in ("instances", "labels")]
    outcome = share(good, names)
    missing = tuple(name.removeprefix(visitor.address) for name in outcome.missing)
    return Outcome(outcome.held, outcome.of, missing)


def _linked(visitor: Visitor) -> bool:
    sets = list(visitor.void.subjects(RDF.type, VOID.Linkset))
    return any(visitor.void.value(node, VOID.objectsTarget) for node in sets)


def _counted(visitor: Visitor) -> bool:
    return any(int(str(n)) > 0 for n in visitor.void.objects(None, VOID.triples))


def negotiates(media_type: str) -> Check:
    """Return the check that a thing answers in a media type."""

    def check(visitor: Visitor) -> bool:
        answer = visitor.get(visitor.thing, media_type)
        return answer.status == 200 and answer.media_type == media_type

    return check


def _http_iris(visitor: Visitor) -> bool:
    query = (
        "SELECT ?s { GRAPH ?g { ?s ?p ?o FILTER(isIRI(?s) && "
        f"STRSTARTS(STR(?s), '{visitor.address}/id/')) }} }} LIMIT 10"
    )
    return len(visitor.rows(query)) == 10


def _useful(visitor: Visitor) -> bool:
    return len(visitor.graph(visitor.thing)) > 0


def _links_out(visitor: Visitor) -> bool:
    query = (
        "PREFIX owl: <http://www.w3.org/2002/07/owl#> "
        "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
        "SELECT ?s { GRAPH ?g { ?s owl:sameAs|rdfs:seeAlso ?o } "
        f"FILTER(STRSTARTS(STR(?s), '{visitor.address}/')) }} LIMIT 1"
    )
    return bool(visitor.rows(query))


def _classes_answered(visitor: Visitor) -> bool:
    queries = [
        f"SELECT DISTINCT ?c {{ GRAPH ?g {{ [] a ?c }} }} LIMIT 100 OFFSET {offset}"
        for offset in (0, 100, 200)
    ]
    return all(visitor.query(query).status == 200 for query in queries)


def _service_keyword(visitor: Visitor) -> bool:
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ SERVICE <{visitor.endpoint}> {{ ?s ?p ?o }} }}"
    answer = visitor.query(f"{query} LIMIT 1", TURTLE)
    return answer.status == 200 and len(Graph().parse(data=answer.body, format="turtle")) == 1


def _cross_origin(visitor: Visitor) -> bool:
    return visitor.query("ASK { ?s ?p ?o }").headers.get("access-control-allow-origin") == "*"


def _no_parameters(visitor: Visitor) -> bool:
    return not urlsplit(visitor.endpoint).query


CARD: Final = Card(
    "Umaka score",
    "https://github.com/dbcls/umakadata_gem",
    (
        Item("availability.alive", "the endpoint answers", _alive),
        Item("freshness.last_updated", "VoID or service description has a date", _updated),
        Item("operation.service_description", "a service description", _describes_service),
        Item("operation.void", "VoID at /.well-known/void", lambda v: len(v.void) > 0),
        Item("usefulness.metadata", "each graph: instances of classes with labels", _metadata),
        Item("usefulness.ontology", "share of vocabularies that others use", REGISTRY),
        Item("usefulness.links_to_other_datasets", "VoID names linksets", _linked),
        Item("usefulness.data_entry", "VoID counts triples", _counted),
        Item("usefulness.support_html_format", "a thing in HTML", negotiates(HTML)),
        Item("usefulness.support_rdfxml_format", "a thing in RDF/XML", negotiates(RDF_XML)),
        Item("usefulness.support_turtle_format", "a thing in Turtle", negotiates(TURTLE)),
        Item("validity.cool_uri (host)", "the host is a name", ADDRESS),
        Item("validity.cool_uri (port)", "no port in the endpoint's address", ADDRESS),
        Item("validity.cool_uri (parameter)", "no query in the address", _no_parameters),
        Item("validity.cool_uri (length)", "at most 30 characters", ADDRESS),
        Item("validity.http_uri", "subjects are HTTP IRIs", _http_iris),
        Item("validity.provide_useful_information", "an IRI leads to RDF", _useful),
        Item("validity.link_to_other_uri", "owl:sameAs or rdfs:seeAlso", _links_out),
        Item("performance.execution_time (answers)", "the timed queries end", _classes_answered),
        Item("performance.execution_time (seconds)", "how long they take", SPEED),
        Item("service_keyword", "SERVICE, to an endpoint that is listed", _service_keyword),
        Item("graph_keyword", "GRAPH", _alive),
        Item("cors", "Access-Control-Allow-Origin: *", _cross_origin),
    ),
)

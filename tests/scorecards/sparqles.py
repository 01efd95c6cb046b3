"""SPARQLES: discoverability, and the list of features an endpoint must answer."""

from typing import Final
from urllib.robotparser import RobotFileParser

from rdflib import Graph, URIRef
from rdflib.namespace import VOID

from cards import Card, Check, Item
from reasons import EXTINCT, REGISTRY
from umaka import SD
from visitor import RDF_XML, TURTLE, Visitor

AGENT: Final = "SPARQLESbot"
_RDF: Final = f"{RDF_XML}, application/x-turtle, application/rdf+n3, application/xml, {TURTLE}"


def _robots(visitor: Visitor) -> RobotFileParser:
    parser = RobotFileParser()
    parser.parse(visitor.get("/robots.txt").body.decode().splitlines())
    return parser


def _may_visit(path: str) -> Check:
    return lambda visitor: _robots(visitor).can_fetch(AGENT, visitor.address + path)


def _speaks(path: str, namespace: str) -> Check:
    """Return the check that a document uses properties of a namespace."""

    def check(visitor: Visitor) -> bool:
        graph: Graph = visitor.graph(path, _RDF)
        return any(str(p).startswith(namespace) for p in graph.predicates())

    return check


def _describes_itself(visitor: Visitor) -> bool:
    query = f"SELECT DISTINCT ?d {{ ?d a <{VOID.Dataset}> ; <{VOID.sparqlEndpoint}> ?e }}"
    return bool(visitor.rows(query.replace("?e", URIRef(visitor.endpoint).n3())))


DISCOVERABILITY: Final = Card(
    "SPARQLES: discoverability",
    "https://github.com/pyvandenbussche/sparqles",
    (
        Item("Server Name", "a Server header", lambda v: "server" in v.get("/sparql").headers),
        Item("robots.txt", "exists", lambda v: v.get("/robots.txt").status == 200),
        Item("robots.txt: endpoint", "robots may read its description", _may_visit("/sparql")),
        Item("robots.txt: VoID", "robots may read VoID", _may_visit("/.well-known/void")),
        Item("robots.txt: Sitemap", "names it", lambda v: bool(_robots(v).site_maps())),
        Item("sitemap: sparqlEndpointLocation", "semantic sitemap extension", EXTINCT),
        Item("VoID: HTTP Get", "void: at the endpoint's address", _speaks("/sparql", str(VOID))),
        Item(
            "VoID: /.well-known/void",
            "void: at the well-known address",
            _speaks("/.well-known/void", str(VOID)),
        ),
        Item("VoID: SPARQL Endpoint content", "names the endpoint, in itself", _describes_itself),
        Item("VoID: Datahub.io", "description in a catalogue of others", REGISTRY),
        Item("SD: HTTP Get", "sd: at the endpoint's address", _speaks("/sparql", SD)),
        Item(
            "SD: /.well-known/void",
            "sd: at the well-known address",
            _speaks("/.well-known/void", SD),
        ),
    ),
)

# Queries of our own, each with the feature that the item is named after.
_FEATURES: Final = {
    "ASK[.]": "ASK { ?s a ?c }",
    "CON[.]": "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 9",
    "CON[JOIN]": "CONSTRUCT { ?s :p ?n } WHERE { ?s a ?c . ?c rdfs:label ?n } LIMIT 9",
    "CON[OPT]": "CONSTRUCT { ?s :p ?n } WHERE { ?s a ?c OPTIONAL { ?c rdfs:label ?n } } LIMIT 9",
    "SEL-DISTINCT[.]": "SELECT DISTINCT ?c { ?s a ?c } LIMIT 9",
    "SEL-REDUCED[.]": "SELECT REDUCED ?c { ?s a ?c } LIMIT 9",
    "SEL[.]": "SELECT * { ?s a ?c } LIMIT 9",
    "SEL[BNODE]": "SELECT DISTINCT * { ?c :type _:b } LIMIT 9",
    "SEL[EMPTY]": "SELECT * { ?s :type :nothing } LIMIT 9",
    "SEL[FIL(!BOUND)]": "SELECT * { ?s a ?c OPTIONAL { ?c :q ?e } FILTER(!BOUND(?e)) } LIMIT 9",
    "SEL[FIL(BLANK)]": "SELECT * { ?s rdfs:subClassOf ?v FILTER isBlank(?v) } LIMIT 9",
    "SEL[FIL(BOOL)]": "SELECT * { ?s ?p false } LIMIT 9",
    "SEL[FIL(IRI)]": "SELECT * { ?s a ?v FILTER isIRI(?v) } LIMIT 9",
    "SEL[FIL(NUM)]": "SELECT * { ?s ?p 12 } LIMIT 9",
    "SEL[FIL(REGEX)]": 'SELECT * { ?s rdfs:label ?v FILTER REGEX(?v, "thi") } LIMIT 9',
    "SEL[FIL(REGEX-i)]": 'SELECT * { ?s rdfs:label ?v FILTER REGEX(?v, "THI", "i") } LIMIT 9',
    "SEL[FIL(STR)]": "SELECT * { ?s ?p ?v FILTER(DATATYPE(xsd:string(?v)) = xsd:string) } LIMIT 9",
    "SEL[FROM]": "SELECT * FROM :one FROM NAMED :two { ?s a ?c } LIMIT 9",
    "SEL[GRAPH]": "SELECT * { GRAPH ?g { ?s a ?c } } LIMIT 9",
    "SEL[GRAPH;JOIN]": "SELECT * { ?s a ?c . GRAPH ?g { ?c rdfs:label ?n } } LIMIT 9",
    "SEL[GRAPH;UNION]": "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } LIMIT 9",
    "SEL[JOIN]": "SELECT * { ?s a ?c . ?c ?p owl:Class } LIMIT 9",
    "SEL[OPT]": "SELECT * { ?s a ?c OPTIONAL { ?c ?p ?x } } LIMIT 9",
    "SEL[UNION]": "SELECT * { { ?s a owl:Class } UNION { ?s a skos:Concept } } LIMIT 9",
    "SEL[.]*ORDERBY": "SELECT ?v { ?s a ?v } ORDER BY ?v LIMIT 99",
    "SEL[.]*ORDERBY-ASC": "SELECT * { ?s a ?v } ORDER BY ASC(?s) LIMIT 99",
    "SEL[.]*ORDERBY-DESC": "SELECT * { ?s a ?v } ORDER BY DESC(?s) LIMIT 99",
    "SEL[.]*ORDERBY*OFFSET": "SELECT ?v { ?s a ?v } ORDER BY ?v LIMIT 99 OFFSET 100",
    "ASK[FIL(!IN)]": "ASK { FILTER(2 NOT IN ()) }",
    "CON-[.]": "CONSTRUCT WHERE { ?s a ?c } LIMIT 9",
    "SEL[AVG]": "SELECT (AVG(?o) AS ?n) { ?s void:triples ?o }",
    "SEL[AVG]*GROUPBY": "SELECT ?p (AVG(?o) AS ?n) { ?s ?p ?o } GROUP BY ?p "
    "HAVING(AVG(?o) <= 2.0) LIMIT 99",
    "SEL[BIND]": "SELECT ?z { ?s void:triples ?o BIND(?o + 10 AS ?z) } LIMIT 9",
    "SEL[COUNT]*GROUPBY": "SELECT ?p (COUNT(?o) AS ?n) { ?s ?p ?o } GROUP BY ?p LIMIT 99",
    "SEL[FIL(!EXISTS)]": "SELECT * { ?s a ?c FILTER NOT EXISTS { ?s owl:sameAs ?o } } LIMIT 9",
    "SEL[FIL(ABS)]": "SELECT * { ?s void:triples ?n FILTER(ABS(?n) >= 2) } LIMIT 9",
    "SEL[FIL(CONTAINS)]": 'SELECT * { ?s rdfs:label ?v FILTER CONTAINS(?v, "a") } LIMIT 9',
    "SEL[FIL(EXISTS)]": "SELECT * { ?s a ?c FILTER EXISTS { ?c rdfs:label ?o } } LIMIT 9",
    "SEL[FIL(START)]": 'SELECT * { ?s rdfs:label ?v FILTER STRSTARTS(STR(?v), "h") } LIMIT 9',
    "SEL[MAX]": "SELECT (MAX(?o) AS ?n) { ?s void:triples ?o }",
    "SEL[MIN]": "SELECT (MIN(?o) AS ?n) { ?s void:triples ?o }",
    "SEL[MINUS]": "SELECT * { ?s a ?c MINUS { ?s owl:sameAs ?o } } LIMIT 9",
    "SEL[PATHS]": "SELECT * { ?s rdfs:subClassOf* ?c } LIMIT 9",
    "SEL[SERVICE]": "SELECT * { SERVICE $endpoint { ?c a owl:Ontology } } LIMIT 9",
    "SEL[SUBQ]": "SELECT ?s { { SELECT * { ?s a ?c } } } LIMIT 9",
    "SEL[SUBQ;GRAPH]": "SELECT ?s { GRAPH ?g { { SELECT * { ?s a ?c } } } } LIMIT 9",
    "SEL[SUM]": "SELECT (SUM(?o) AS ?n) { ?s void:triples ?o }",
    "SEL[VALUES]": "SELECT ?s { ?s a ?c } VALUES ?c { owl:Class }",
}
_PREFIXES: Final = """PREFIX : <http://example.org/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX void: <http://rdfs.org/ns/void#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
_EMPTY: Final = {"SEL[EMPTY]", "SEL[BNODE]", "SEL[FROM]", "SEL[FIL(BLANK)]", "SEL[FIL(BOOL)]"}
"""Features whose query may find nothing, as the tool's own do; the others must find something."""


def answers(name: str, text: str) -> Check:
    """Return the check that a query answers, and finds something where it should."""

    def check(visitor: Visitor) -> bool:
        query = _PREFIXES + text.replace("$endpoint", f"<{visitor.endpoint}>")
        if text.startswith("ASK"):
            return visitor.ask(query)
        if text.startswith("CONSTRUCT"):
            return len(Graph().parse(data=visitor.query(query, TURTLE).body, format="turtle")) > 0
        if name in _EMPTY:
            return visitor.query(query).status == 200
        return bool(visitor.rows(query))

    return check


FEATURES: Final = Card(
    "SPARQLES: interoperability",
    "https://github.com/pyvandenbussche/sparqles",
    [Item(name, f"`{text}`", answers(name, text)) for name, text in _FEATURES.items()],
)

"""KGHeartbeat: those of its quality metrics that can be measured from outside."""

from collections.abc import Iterable
from typing import Final

from rdflib import Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, VOID, XSD

from cards import Card, Check, Item, Outcome, share
from kg.language import Text
from reasons import ADDRESS, NOBODY, REGISTRY, SIGNATURE, SPEED
from visitor import RDF_XML, Visitor

_PREFIXES: Final = """PREFIX dc: <http://purl.org/dc/elements/1.1/>
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <http://schema.org/>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX void: <http://rdfs.org/ns/void#>
"""
_LABELS: Final = "rdfs:label|skos:prefLabel|skos:altLabel|foaf:name|dcterms:title|rdfs:comment"
_PROPERTIES: Final = (
    "VALUES ?kind { rdf:Property owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty } "
    "?p a ?kind"
)


def _found(pattern: str) -> Check:
    """Return the check that a pattern matches in the default graph."""
    return lambda visitor: visitor.ask(f"{_PREFIXES} ASK {{ {pattern} }}")


def _none(pattern: str) -> Check:
    """Return the check that nothing matches; what does is named."""

    def check(visitor: Visitor) -> Outcome:
        rows = visitor.rows(f"{_PREFIXES} SELECT DISTINCT ?fault {{ {pattern} }} LIMIT 9")
        faults = tuple(row["fault"].removeprefix(visitor.address) for row in rows)
        return Outcome(int(not faults), 1, faults)

    return check


def _blank(visitor: Visitor) -> Outcome:
    """Judge blank subjects by the tool's formula: their triples among those that are no typing."""
    bad, everything = (
        visitor.number(f"{_PREFIXES} SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o FILTER({condition}) }}")
        for condition in ("isBlank(?s)", "?p != rdf:type")
    )
    return Outcome(everything - bad, everything)


def _dumps(visitor: Visitor) -> Outcome:
    files = {str(node) for node in visitor.void.objects(None, VOID.dataDump)}
    there = {url for url in files if visitor.get(url, method="HEAD").status == 200}
    return share(there, files)


def _dereferences(visitor: Visitor) -> Outcome:
    """Judge every tenth subject of ours, in RDF/XML as the tool does."""
    query = (
        f"SELECT DISTINCT ?s {{ ?s ?p ?o FILTER(isIRI(?s) && STRSTARTS(STR(?s), "
        f"'{visitor.address}/')) }} ORDER BY ?s"
    )
    subjects = [row["s"] for row in visitor.rows(query)][::10]
    if len(subjects) < 50:
        return Outcome(0, 1, ("too few subjects",))
    there = {
        iri
        for iri in subjects
        if (answer := visitor.get(iri, RDF_XML)).status == 200 and answer.media_type == RDF_XML
    }
    return share(there, subjects)


def _literals(visitor: Visitor) -> Outcome:
    """Judge whether each literal has a form that its datatype allows."""
    rows = visitor.rows(
        "SELECT DISTINCT ?o ?d { ?s ?p ?o FILTER isLiteral(?o) BIND(STR(DATATYPE(?o)) AS ?d) }"
    )
    forms = {(row["o"], row["d"]) for row in rows if row["d"].startswith(str(XSD))}
    wrong = [form for form, kind in forms if Literal(form, datatype=URIRef(kind)).ill_typed]
    return Outcome(len(forms) - len(wrong), len(forms), tuple(wrong))


def _vocabularies(visitor: Visitor) -> Outcome:
    """Judge whether VoID names the vocabulary of each class that things of ours have."""
    named = {str(node).rstrip("#/") for node in visitor.void.objects(None, VOID.vocabulary)}
    query = f"SELECT DISTINCT ?c {{ ?s a ?c FILTER STRSTARTS(STR(?s), '{visitor.address}/id/') }}"
    return share(named, {_namespace(row["c"]) for row in visitor.rows(query)})


def _namespace(iri: str) -> str:
    return iri.rpartition("#" if "#" in iri else "/")[0]


def _short(visitor: Visitor) -> Outcome:
    """Judge the IRIs of things, which people pass on: at most 80 characters."""
    query = f"SELECT DISTINCT ?s {{ ?s a ?c FILTER STRSTARTS(STR(?s), '{visitor.address}/id/') }}"
    iris = [row["s"] for row in visitor.rows(query)]
    long = tuple(iri.removeprefix(visitor.address) for iri in iris if len(iri) > 80)
    return Outcome(len(iris) - len(long), len(iris), long)


def _says(*predicates: URIRef) -> Check:
    """Return the check that the description of the dataset has some property."""
    return lambda visitor: any(
        visitor.about_dataset.value(URIRef(visitor.dataset), p) for p in predicates
    )


def _ways(visitor: Visitor) -> bool:
    files = visitor.rows(f"{_PREFIXES} SELECT ?o {{ ?s dcat:downloadURL ?o }}")
    return bool(files) and visitor.ask("ASK { ?s ?p ?o }")


def _languages(visitor: Visitor) -> bool:
    rows = visitor.rows("SELECT DISTINCT ?l { ?s ?p ?o BIND(LANG(?o) AS ?l) FILTER(?l != '') }")
    return {row["l"] for row in rows} >= {"id", "en"}


def _items(dimension: str, rows: Iterable[tuple[str, str, Check | Text]]) -> list[Item]:
    return [Item(f"{dimension}: {name}", asks, check) for name, asks, check in rows]


_COUNT: Final = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

_ACCESS: Final = [
    *_items(
        "Availability",
        [
            ("SPARQL endpoint", "answers a triple", _found("?s ?p ?o")),
            ("RDF dump", "each void:dataDump is there", _dumps),
            ("Dereferenceability", "subjects of ours give RDF/XML (each tenth)", _dereferences),
        ],
    ),
    *_items(
        "Licensing",
        [
            ("Machine-readable license", "dcterms:license", _found("?s dcterms:license ?o")),
            (
                "Human-readable license",
                "a description says what it is licensed under",
                _found(
                    "?s rdfs:label|dcterms:description|rdfs:comment ?o FILTER REGEX(?o, "
                    "'(licensed?|copyrighte?d?).*(under|grante?d?|rights?)')"
                ),
            ),
            ("License in the metadata", "of the dataset", _says(DCTERMS.license)),
        ],
    ),
    *_items(
        "Interlinking",
        [
            ("Degree of connection", "place in the graph of graphs", REGISTRY),
            ("Clustering coefficient", "place in the graph of graphs", REGISTRY),
            ("Centrality", "place in the graph of graphs", REGISTRY),
            (
                "sameAs chains, SKOS mapping",
                "links to others",
                _found(
                    "{ GRAPH ?g { ?s owl:sameAs|skos:exactMatch|skos:closeMatch|skos:broadMatch"
                    "|skos:narrowMatch|skos:relatedMatch ?o } }"
                ),
            ),
        ],
    ),
    *_items(
        "Security",
        [
            ("Access to data is secure", "no 401", lambda v: v.get("/sparql").status != 401),
            ("Use HTTPS", "TLS", ADDRESS),
        ],
    ),
    *_items(
        "Performance",
        [("Low latency", "seconds", SPEED), ("High throughput", "answers a second", SPEED)],
    ),
]
_INTRINSIC: Final = [
    *_items(
        "Semantic accuracy",
        [
            ("Empty labels", "none", _none(f"?fault {_LABELS} ?o FILTER(STR(?o) = '')")),
            (
                "White space in labels",
                "none at either end",
                _none(f"?fault {_LABELS} ?o FILTER REGEX(STR(?o), '^\\\\s|\\\\s$')"),
            ),
            ("Datatype consistency", "forms fit datatypes", _literals),
            (
                "Functional properties",
                "one value",
                _none(
                    "?fault a owl:FunctionalProperty . ?s ?fault ?a , ?b FILTER(!sameTerm(?a, ?b))"
                ),
            ),
            (
                "Inverse functional properties",
                "one subject",
                _none(
                    "?fault a owl:InverseFunctionalProperty . ?a ?fault ?o . ?b ?fault ?o "
                    "FILTER(!sameTerm(?a, ?b))"
                ),
            ),
        ],
    ),
    *_items(
        "Consistency",
        [
            (
                "Members of disjoint classes",
                "none",
                _none("?c owl:disjointWith ?d . ?fault a ?c , ?d"),
            ),
            (
                "Misplaced classes",
                "no class as property",
                _none("?fault a owl:Class . ?s ?fault ?o"),
            ),
            (
                "Misplaced properties",
                "no property as class",
                _none(f"{_PROPERTIES.replace('?p', '?fault')} . ?s a ?fault"),
            ),
            (
                "Deprecated terms in use",
                "none",
                _none("?fault owl:deprecated true . { ?s ?fault ?o } UNION { ?s a ?fault }"),
            ),
            (
                "Undefined classes",
                "each class in use is declared",
                _none(
                    "?s a ?fault FILTER NOT EXISTS { ?fault a ?k "
                    "FILTER(?k IN (rdfs:Class, owl:Class, rdfs:Datatype)) } "
                    "FILTER(!STRSTARTS(STR(?fault), STR(owl:)) && "
                    "!STRSTARTS(STR(?fault), STR(rdfs:)) && !STRSTARTS(STR(?fault), STR(rdf:)))"
                ),
            ),
            (
                "Undefined properties",
                "each property in use is declared",
                _none(
                    f"?s ?fault ?o FILTER NOT EXISTS {{ {_PROPERTIES.replace('?p', '?fault')} }} "
                    "FILTER(!STRSTARTS(STR(?fault), STR(owl:)) && !STRSTARTS(STR(?fault), "
                    "STR(rdfs:)) && !STRSTARTS(STR(?fault), STR(rdf:)))"
                ),
            ),
            ("Ontology hijacking", "no term of others defined anew", REGISTRY),
        ],
    ),
    *_items(
        "Conciseness",
        [
            (
                "Intensional",
                "no two properties with one label",
                _none(
                    "?fault rdfs:isDefinedBy ?o ; rdfs:label ?l ; a ?k . ?q rdfs:isDefinedBy ?o ; "
                    "rdfs:label ?l ; a ?k FILTER(?k IN (owl:ObjectProperty, owl:DatatypeProperty) "
                    "&& ?fault != ?q)"
                ),
            ),
            (
                "Extensional",
                "no triple twice",
                _none(
                    "{ SELECT ?fault (COUNT(*) AS ?n) { ?fault ?p ?o } GROUP BY ?fault ?p ?o "
                    "HAVING(COUNT(*) > 1) }"
                ),
            ),
        ],
    ),
]
_TRUST: Final = [
    *_items("Reputation", [("PageRank", "place in the graph of graphs", REGISTRY)]),
    *_items(
        "Believability",
        [
            ("Name", "title", _says(DCTERMS.title)),
            ("Description", "description", _says(DCTERMS.description)),
            ("Provider", "landing page or publisher", _says(DCAT.landingPage, DCTERMS.publisher)),
            ("Trusted provider", "in the tool's list", REGISTRY),
        ],
    ),
    *_items(
        "Verifiability",
        [
            ("Vocabularies", "void:vocabulary for each class of things", _vocabularies),
            ("Authors", "creator", _says(DCTERMS.creator)),
            ("Contributors", "contributor", NOBODY),
            ("Publishers", "publisher", _says(DCTERMS.publisher)),
            ("Sources", "where it comes from", _found("?s dcterms:source ?o")),
            ("Digital signatures", "swp:signature", SIGNATURE),
        ],
    ),
    *_items(
        "Currency",
        [
            ("Age of data", "created", _found("?s dcterms:created ?o")),
            ("Modification date", "modified", _says(DCTERMS.modified)),
            ("History of changes", "versions", _says(URIRef(f"{DCAT}hasVersion"))),
        ],
    ),
    *_items("Timeliness", [("Frequency", "accrualPeriodicity", _says(DCTERMS.accrualPeriodicity))]),
]
_CONTEXT: Final = [
    *_items(
        "Completeness",
        [
            (
                "Interlinking",
                "linksets with counts",
                _found("?s a void:Linkset ; void:triples ?n FILTER(?n > 0)"),
            )
        ],
    ),
    *_items(
        "Amount of data",
        [
            ("Number of triples", "countable", lambda v: v.number(_COUNT) > 0),
            ("Level of detail", "properties", _found(_PROPERTIES)),
            ("Scope", "void:entities", _found("?s void:entities ?n")),
        ],
    ),
    *_items(
        "Interoperability",
        [
            ("Reuse of vocabularies", "known vocabularies", REGISTRY),
            ("Reuse of terms", "known terms", REGISTRY),
        ],
    ),
    *_items(
        "Representational conciseness", [("Short IRIs", "things: at most 80 characters", _short)]
    ),
    *_items(
        "Understandability",
        [
            (
                "Labels",
                "things have labels",
                _none(
                    "?fault a ?c FILTER REGEX(STR(?fault), '/id/[^/]+/[^/#]+$') "
                    f"FILTER NOT EXISTS {{ ?fault {_LABELS} ?l }}"
                ),
            ),
            ("Metadata", "title and description", _says(DCTERMS.title)),
            ("Example query", "sh:SPARQLExecutable", _found("?s a sh:SPARQLExecutable")),
            ("Regular expression", "void:uriRegexPattern", _found("?s void:uriRegexPattern ?o")),
            ("Vocabularies", "void:vocabulary", _found("?s void:vocabulary ?o")),
        ],
    ),
    *_items(
        "Interpretability",
        [
            ("Blank nodes", "none as subjects", _blank),
            (
                "RDF structures",
                "no container, no reification; lists only where OWL prescribes them",
                _none(
                    "{ ?fault a ?k FILTER(?k IN (rdf:Statement, rdf:Alt, rdf:Bag, rdf:Seq)) } "
                    "UNION "
                    "{ ?fault rdf:subject|rdf:predicate|rdf:object|rdfs:member ?o } UNION "
                    "{ ?fault rdf:first ?o FILTER isIRI(?fault) }"
                ),
            ),
        ],
    ),
    *_items(
        "Versatility",
        [
            ("Languages", "both", _languages),
            ("Serialization formats", "dcat:mediaType", _found("?s dcat:mediaType ?o")),
            ("Ways of access", "endpoint and files", _ways),
        ],
    ),
]
CARD: Final = Card(
    "KGHeartbeat",
    "https://github.com/isislab-unisa/KGHeartbeat",
    (*_ACCESS, *_INTRINSIC, *_TRUST, *_CONTEXT),
)

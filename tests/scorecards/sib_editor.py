"""The SIB query editor: what it asks an endpoint, with its parameter, and what it needs of it."""

from typing import Final
from urllib.parse import urlencode

from cards import Card, Check, Item
from visitor import RESULTS, Visitor

_PREFIXES: Final = "PREFIX sh: <http://www.w3.org/ns/shacl#> "
_NAMESPACES: Final = f"{_PREFIXES} SELECT DISTINCT ?prefix ?namespace "
_DECLARED: Final = "{ [] sh:namespace ?namespace ; sh:prefix ?prefix } ORDER BY ?prefix"
_VOID: Final = """PREFIX void: <http://rdfs.org/ns/void#>
PREFIX ext: <http://ldf.fi/void-ext#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?class ?property ?range ?datatype ?triples ?label ?comment {
  { ?in void:class ?class ; void:propertyPartition ?of . ?of void:property ?property
    OPTIONAL { ?class rdfs:label ?label } OPTIONAL { ?class rdfs:comment ?comment }
    OPTIONAL { ?of void:triples ?triples }
    OPTIONAL { { ?of void:classPartition [ void:class ?range ] }
      UNION { ?of ext:datatypePartition [ ext:datatype ?datatype ] } } }
  UNION { ?set void:subjectsTarget [ void:class ?class ] ; void:linkPredicate ?property ;
    void:objectsTarget [ void:class ?range ] }
} ORDER BY ?class ?range"""
_EXAMPLES: Final = f"""{_PREFIXES}
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX spex: <https://purl.expasy.org/sparql-examples/ontology#>
SELECT DISTINCT ?example ?comment ?query {{ ?example a sh:SPARQLExecutable ;
  rdfs:comment ?comment ; sh:select|sh:ask|sh:construct|spex:describe ?query }} ORDER BY ?example"""


def _tolerates_parameters(visitor: Visitor) -> bool:
    """Judge the parameter by which the editor marks queries of its own."""
    query = urlencode({"ac": 1, "query": "ASK { ?s ?p ?o }"})
    return visitor.get(f"{visitor.endpoint}?{query}", RESULTS).status == 200


def _at_least(number: int, query: str, variable: str) -> Check:
    def check(visitor: Visitor) -> bool:
        return len({row[variable] for row in visitor.rows(query) if variable in row}) >= number

    return check


def _namespace_of_ours(visitor: Visitor) -> bool:
    rows = visitor.rows(_NAMESPACES + _DECLARED)
    prefixes = {row["prefix"]: row["namespace"] for row in rows}
    return len(prefixes) == len(rows) and prefixes["inov"] == f"{visitor.ontology}#"


def _examples_answer(visitor: Visitor) -> bool:
    queries = {row["query"] for row in visitor.rows(_EXAMPLES)}
    return len(queries) > 50 and all(
        visitor.query(query, "*/*").status == 200 for query in sorted(queries)[::8]
    )


def _datatypes(visitor: Visitor) -> bool:
    return any("datatype" in row for row in visitor.rows(_VOID))


def _reads_description(visitor: Visitor) -> bool:
    """Where the store says nothing, the editor reads the service description as a file."""
    return len(visitor.service) > 0


def _cross_origin(visitor: Visitor) -> bool:
    return visitor.query("ASK {}").headers.get("access-control-allow-origin") == "*"


CARD: Final = Card(
    "sib-swiss/sparql-editor",
    "https://github.com/sib-swiss/sparql-editor",
    (
        Item("fetch: ac=1", "an unknown parameter does no harm", _tolerates_parameters),
        Item("fetch: CORS", "from a page elsewhere", _cross_origin),
        Item(
            "getPrefixes", "declared prefixes", _at_least(80, _NAMESPACES + _DECLARED, "prefix")
        ),
        Item("getPrefixes: unique", "one namespace a prefix, ours among them", _namespace_of_ours),
        Item("getVoidDescription: classes", "classes", _at_least(40, _VOID, "class")),
        Item("getVoidDescription: properties", "properties", _at_least(80, _VOID, "property")),
        Item("getVoidDescription: objects", "classes of objects", _at_least(30, _VOID, "range")),
        Item("getVoidDescription: datatypes", "datatypes of objects", _datatypes),
        Item("getVoidDescription: counts", "void:triples", _at_least(20, _VOID, "triples")),
        Item("getVoidDescription: labels", "rdfs:label of classes", _at_least(40, _VOID, "label")),
        Item(
            "getVoidDescription: comments",
            "rdfs:comment of classes",
            _at_least(10, _VOID, "comment"),
        ),
        Item(
            "getClassesFallback", "distinct classes",
            _at_least(40, "SELECT DISTINCT ?cls { [] a ?cls }", "cls"),
        ),
        Item(
            "getPredicatesFallback", "distinct predicates",
            _at_least(100, "SELECT DISTINCT ?pred { [] ?pred [] }", "pred"),
        ),
        Item("getExampleQueries", "examples with comments", _at_least(50, _EXAMPLES, "example")),
        Item("getExampleQueries: answers", "each eighth answers", _examples_answer),
        Item("queryEndpointMeta: file", "the service description is RDF", _reads_description),
    ),
)  # fmt: skip

"""Counting a release: asked of the engine once, then carried along as triples are added.

All figures but those of the named graphs are of the default graph. ``measure`` asks the store for
all of them; by how much more triples change them, ``kg.release.tallying`` tells.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import Final

from rdflib import RDF, BNode, URIRef
from rdflib.namespace import VOID

from kg.release.catalog import THINGS
from kg.store import Term
from kg.store.release import Queryable

RDF_LANG_STRING: Final = RDF.langString

WHOLE: Final = (
    "triples",
    "entities",
    "distinctSubjects",
    "distinctObjects",
    "properties",
    "classes",
)

Triple = tuple[URIRef | BNode, URIRef, Term]
Key = tuple[str, ...]
"""What is counted.

``("triples",)``, ``("entities",)``, ``("distinctSubjects",)``, ``("distinctObjects",)``,
``("properties",)``, ``("classes",)``: of the whole default graph; ``("property", p, what)``: of
the triples with a property, ``what`` being one of ``triples``, ``distinctSubjects`` and
``distinctObjects``; ``("class", c)``: the instances of a class; ``("class", c, p)``: the triples
with a property whose subject is one; ``("object", c, p, d)`` and ``("datatype", c, p, d)``: those
whose object is an instance of a class, or has a datatype.
"""

Figures = Counter[Key]

_COUNTS: Final = frozenset(str(VOID[name]) for name in WHOLE)


def without_counts_of_counts(figures: Figures) -> Figures:
    """Leave out how many different values the properties that tell counts have.

    Those numbers are values of such a property too, and may swing between two for ever.
    """
    return Figures(
        {
            key: number
            for key, number in figures.items()
            if not (key[0] == "property" and key[1] in _COUNTS and key[2] == "distinctObjects")
        }
    )


_TOTALS: Final = """
SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?distinctSubjects)
  (COUNT(DISTINCT ?o) AS ?distinctObjects) (COUNT(DISTINCT ?p) AS ?properties)
WHERE { ?s ?p ?o }"""
_CLASSES: Final = "SELECT (COUNT(DISTINCT ?class) AS ?classes) WHERE { ?s a ?class }"
_ENTITIES: Final = """
SELECT (COUNT(DISTINCT ?s) AS ?entities) WHERE { ?s ?p ?o FILTER (REGEX(STR(?s), "%s")) }"""
_PROPERTIES: Final = """
SELECT ?p (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?distinctSubjects)
  (COUNT(DISTINCT ?o) AS ?distinctObjects)
WHERE { ?s ?p ?o } GROUP BY ?p"""
_GROUPED: Final[Mapping[str, tuple[Collection[str], str]]] = {
    "class": (("c",), "?s a ?c"),
    "class ": (("c", "p"), "?s a ?c ; ?p ?o"),
    "object": (("c", "p", "d"), "?s a ?c ; ?p ?o . ?o a ?d FILTER (isIRI(?d))"),
    "datatype": (
        ("c", "p", "d"),
        "?s a ?c ; ?p ?o FILTER (isLiteral(?o)) BIND (DATATYPE(?o) AS ?d)",
    ),
}

_NAMED: Final = """
SELECT ?g (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?distinctSubjects)
  (COUNT(DISTINCT ?o) AS ?distinctObjects) (COUNT(DISTINCT ?p) AS ?properties)
WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"""
_NAMED_CLASSES: Final = """
SELECT ?g (COUNT(DISTINCT ?class) AS ?classes)
WHERE { GRAPH ?g { ?s a ?class } } GROUP BY ?g"""
_NAMED_ENTITIES: Final = """
SELECT ?g (COUNT(DISTINCT ?s) AS ?entities)
WHERE { GRAPH ?g { ?s ?p ?o } FILTER (REGEX(STR(?s), "%s")) } GROUP BY ?g"""


def things_pattern(base: str) -> str:
    """Return the regular expression that the IRIs of things match, as SPARQL reads it."""
    return f"^{base}{THINGS}"


def measure(store: Queryable, base: str) -> Figures:
    """Count the default graph of a store; figures that are zero may be missing."""
    figures: Figures = Counter()
    for query in (_TOTALS, _CLASSES, _ENTITIES % things_pattern(base)):
        figures.update({(name,): _number(n) for name, n in store.select(query)[0].items()})
    for row in store.select(_PROPERTIES):
        for what in ("triples", "distinctSubjects", "distinctObjects"):
            figures["property", str(row["p"]), what] = _number(row[what])
    for kind, (names, pattern) in _GROUPED.items():
        variables = " ".join(f"?{name}" for name in names)
        query = (
            f"SELECT {variables} (COUNT(*) AS ?n) WHERE {{ {pattern} FILTER (isIRI(?c)) }} "
            f"GROUP BY {variables}"
        )
        for row in store.select(query):
            key = (kind.strip(), *(str(row[name]) for name in names))
            figures[key] = _number(row["n"])
    return figures


def measure_graphs(store: Queryable, base: str) -> Mapping[URIRef, Figures]:
    """Count each named graph of a store: the figures of ``WHOLE`` alone."""
    graphs: dict[URIRef, Figures] = defaultdict(Counter)
    for query in (_NAMED, _NAMED_CLASSES, _NAMED_ENTITIES % things_pattern(base)):
        for row in store.select(query):
            for name in WHOLE:
                if name in row:
                    graphs[URIRef(str(row["g"]))][(name,)] = _number(row[name])
    return graphs


def is_thing(base: str) -> Callable[[Term], bool]:
    """Return what says whether an IRI is a thing's, as ``things_pattern`` does."""
    start = f"{base}id/"

    def check(term: Term) -> bool:
        if not isinstance(term, URIRef) or not str.startswith(term, start):
            return False
        kind, _, slug = term[len(start) :].partition("/")
        plain = all(character == "-" or "a" <= character <= "z" for character in kind)
        return bool(slug and kind and plain and "/" not in slug and "#" not in slug)

    return check


def _number(term: Term) -> int:
    return int(str(term))

"""Counting a release: asked of the engine once, then carried along as triples are added.

All figures but those of the named graphs are of the default graph. ``measure`` asks the store for
all of them; ``difference`` tells by how much more triples change them, looking up only what those
touch. The figures of a store and the difference add up to the figures of the larger store; taken
away, they give those of the smaller one. So a release that differs little from another need not
be counted anew, and what is said of the counts can count itself.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

from rdflib import RDF, XSD, BNode, Literal, URIRef
from rdflib.namespace import VOID

from kg.release.catalog import THINGS
from kg.store import DEFAULT_GRAPH, LabelledStore, MemoryStore, ReleaseStore, Term
from kg.store.release import Matching

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


def measure(store: ReleaseStore | MemoryStore | LabelledStore, base: str) -> Figures:
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


def measure_graphs(
    store: ReleaseStore | MemoryStore | LabelledStore, base: str
) -> Mapping[URIRef, Figures]:
    """Count each named graph of a store: the figures of ``WHOLE`` alone."""
    graphs: dict[URIRef, Figures] = defaultdict(Counter)
    for query in (_NAMED, _NAMED_CLASSES, _NAMED_ENTITIES % things_pattern(base)):
        for row in store.select(query):
            for name in WHOLE:
                if name in row:
                    graphs[URIRef(str(row["g"]))][(name,)] = _number(row[name])
    return graphs


def measure_triples(triples: Collection[Triple], base: str) -> Figures:
    """Count triples that are in no store: the figures of ``WHOLE`` alone."""
    inside = is_thing(base)
    subjects = {s for s, _, _ in triples}
    return Counter(
        {
            ("triples",): len(set(triples)),
            ("entities",): sum(inside(s) for s in subjects),
            ("distinctSubjects",): len(subjects),
            ("distinctObjects",): len({o for _, _, o in triples}),
            ("properties",): len({p for _, p, _ in triples}),
            ("classes",): len({o for _, p, o in triples if p == RDF.type}),
        }
    )


def is_thing(base: str) -> Callable[[Term], bool]:
    """Return what says whether an IRI is a thing's, as ``things_pattern`` does."""

    def check(term: Term) -> bool:
        kind, slash, slug = str(term).removeprefix(f"{base}id/").partition("/")
        named = isinstance(term, URIRef) and term.startswith(f"{base}id/") and slash and slug
        plain = all(character == "-" or "a" <= character <= "z" for character in kind)
        return bool(named and kind and plain and not set("/#") & set(slug))

    return check


class Surroundings:
    """Looks up what a store has around triples that are to be added; remembers what it found."""

    def __init__(self, store: Matching, base: str, graph: URIRef | None = None) -> None:
        """Take a store and which of its graphs is meant: the default graph unless named."""
        self.store = store
        self._graph = DEFAULT_GRAPH if graph is None else graph
        self.is_thing = is_thing(base)
        self._absent: set[Term] = set()
        self._unused: set[Term] = set()
        self._known: dict[tuple[Term | None, Term | None, Term | None], bool] = {}
        self._about: dict[Term, frozenset[Triple]] = {}
        self._pointing: dict[Term, frozenset[Term]] = {}

    def has(self, s: Term | None, p: Term | None, o: Term | None) -> bool:
        """Say whether the graph has a triple that matches; None matches every term."""
        if (s is not None and s in self._absent) or (p is not None and p in self._unused):
            return False
        pattern = (s, p, o)
        if pattern not in self._known:
            self._known[pattern] = any(self.store.quads(_node(s), _iri(p), o, graph=self._graph))
        return self._known[pattern]

    def look_for(self, triples: Iterable[Triple]) -> None:
        """Note which subjects and properties there are none of: no more is asked about those."""
        subjects, predicates = {s for s, _, _ in triples}, {p for _, p, _ in triples}
        self._absent.update(s for s in subjects if not self.has(s, None, None))
        self._unused.update(p for p in predicates if not self.has(None, p, None))

    def about(self, subject: Term) -> frozenset[Triple]:
        """Return the triples of the graph with a subject."""
        if subject in self._absent:
            return frozenset()
        if subject not in self._about:
            quads = self.store.quads(_node(subject), graph=self._graph)
            self._about[subject] = frozenset(quad[:3] for quad in quads)
        return self._about[subject]

    def pointing(self, target: Term) -> frozenset[Term]:
        """Return the subjects of the graph's triples with an object."""
        if target not in self._pointing:
            quads = self.store.quads(object=target, graph=self._graph)
            self._pointing[target] = frozenset(quad.subject for quad in quads)
        return self._pointing[target]


def _node(term: Term | None) -> URIRef | BNode | None:
    return term if isinstance(term, URIRef | BNode) else None


def _iri(term: Term | None) -> URIRef | None:
    return term if isinstance(term, URIRef) else None


def difference(added: Iterable[Triple], around: Surroundings) -> Figures:
    """Return what triples add to the figures of a store that may have some of them already."""
    new = _missing(added, around)
    figures = _difference_of_whole(new, around)
    for _, predicate, _ in new:
        figures["property", str(predicate), "triples"] += 1
    for subject, predicate in {(s, p) for s, p, _ in new}:
        is_new = not around.has(subject, predicate, None)
        figures["property", str(predicate), "distinctSubjects"] += is_new
    for predicate, value in {(p, o) for _, p, o in new}:
        is_new = not around.has(None, predicate, value)
        figures["property", str(predicate), "distinctObjects"] += is_new
    figures.update(("class", str(o)) for _, p, o in new if p == RDF.type and isinstance(o, URIRef))
    figures.update(_Partitions(new, around).change)
    return figures


def difference_of_whole(added: Iterable[Triple], around: Surroundings) -> Figures:
    """Return what ``difference`` does, of the figures of ``WHOLE`` alone."""
    return _difference_of_whole(_missing(added, around), around)


def _missing(added: Iterable[Triple], around: Surroundings) -> set[Triple]:
    triples = set(added)
    around.look_for(triples)
    return {triple for triple in triples if not around.has(*triple)}


def _difference_of_whole(new: Collection[Triple], around: Surroundings) -> Figures:
    figures: Figures = Counter({("triples",): len(new)})
    for subject in {s for s, _, _ in new}:
        if not around.has(subject, None, None):
            figures["distinctSubjects",] += 1
            figures["entities",] += around.is_thing(subject)
    figures["distinctObjects",] = sum(not around.has(None, None, o) for o in {o for _, _, o in new})
    figures["properties",] = sum(not around.has(None, p, None) for p in {p for _, p, _ in new})
    kinds = {o for _, p, o in new if p == RDF.type}
    figures["classes",] = sum(not around.has(None, RDF.type, kind) for kind in kinds)
    return figures


class Settling:
    """Tells the figures of a store with triples added that tell its figures, try by try."""

    def __init__(self, before: Figures, around: Surroundings) -> None:
        self._before, self._around = before, around
        self._counts = frozenset(URIRef(name) for name in _COUNTS)
        self._form: tuple[int, frozenset[tuple[Term, ...]]] | None = None
        self._after: Figures = Counter()

    def after(self, told: Collection[Triple]) -> Figures:
        """Return the figures of the store after triples are added to its default graph.

        Where they differ from those of the try before in numbers alone, of properties that the
        store itself does not have, all that differs is how many objects there are.
        """
        form = len(told), frozenset(t[:2] if t[1] in self._counts else t for t in told)
        if form == self._form and not any(self._around.has(None, p, None) for p in self._counts):
            new = sum(not self._around.has(None, None, o) for o in {o for _, _, o in told})
            self._after["distinctObjects",] = self._before["distinctObjects",] + new
        else:
            figures = Figures(self._before)
            figures.update(difference(told, self._around))
            self._form, self._after = form, without_counts_of_counts(+figures)
        return Figures(self._after)


class _Partitions:
    """How triples change the partitions by class: of each subject touched, what was and what is."""

    def __init__(self, new: Collection[Triple], around: Surroundings) -> None:
        self._around = around
        self._new: dict[Term, set[Triple]] = defaultdict(set)
        for triple in new:
            self._new[triple[0]].add(triple)
        typed = {s for s, p, _ in new if p == RDF.type}
        self._touched = set(self._new)
        self._touched.update(s for s, _, o in new if o in typed)
        for subject in typed:
            self._touched.update(around.pointing(subject))

    @cached_property
    def change(self) -> Figures:
        figures: Figures = Counter()
        for subject in self._touched:
            figures.update(self._count(subject, self._after))
            figures.subtract(self._count(subject, self._around.about))
        return figures

    def _after(self, subject: Term) -> frozenset[Triple]:
        return self._around.about(subject) | self._new.get(subject, set())

    def _count(self, subject: Term, about: Callable[[Term], frozenset[Triple]]) -> Iterator[Key]:
        triples = about(subject)
        for kind in _kinds(triples):
            for _, predicate, value in triples:
                start = (str(kind), str(predicate))
                yield ("class", *start)
                if isinstance(value, Literal):
                    yield ("datatype", *start, _datatype(value))
                else:
                    for other in _kinds(about(value)):
                        yield ("object", *start, str(other))


def _kinds(triples: Iterable[Triple]) -> list[URIRef]:
    return [o for _, p, o in triples if p == RDF.type and isinstance(o, URIRef)]


def _datatype(literal: Literal) -> str:
    return str(RDF_LANG_STRING if literal.language else literal.datatype or XSD.string)


def _number(term: Term) -> int:
    return int(str(term))

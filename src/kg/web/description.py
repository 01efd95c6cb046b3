"""What a document about one thing contains: its statements and, for each, who says so.

Plain values, in no language and of no media type: pages and RDF documents are both made of them.
Index lookups and one bounded query a property are all it takes, so that a thing with very many
links costs no more than the page that shows some of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Final

from rdflib import RDF, BNode, Literal, URIRef
from rdflib.namespace import PROV, SKOS

from kg.namespaces import OA
from kg.store import Quad, Term
from kg.terms import ordered
from kg.web.reader import Claim, Reader, Span

PAGE_SIZE: Final = 50
"""How many inverse links of a property, facts of an article or members one page shows."""

_NESTING: Final = 8
"""How deep nodes without an address of their own (blank or fragments) are followed."""


@dataclass(frozen=True)
class Value:
    """An object (of an inverse link: a subject) with the claims that assert its triple.

    ``graphs`` are the named graphs that state it, those of single sources left out.
    """

    term: Term
    claims: tuple[Claim, ...] = ()
    graphs: tuple[URIRef, ...] = ()

    @property
    def sources(self) -> tuple[URIRef, ...]:
        """Return the sources that say so; one counts once however often it repeats itself."""
        return tuple(sorted({claim.source for claim in self.claims}))


@dataclass(frozen=True)
class Statement:
    """The values of one property of the thing.

    ``held`` are those that the release holds to be true; ``others`` those that some source
    asserts beside them: less precise, or set aside.
    """

    predicate: URIRef
    held: tuple[Value, ...]
    others: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Inverse:
    """The things that have this one as value of a property: a page of them, and their number."""

    predicate: URIRef
    values: tuple[Value, ...]
    total: int


@dataclass(frozen=True)
class Fact:
    """A claim and those that spell it out (``inov:elaborates``)."""

    claim: Claim
    details: tuple[Claim, ...] = ()


@dataclass(frozen=True)
class Conflict:
    """A set of claims that stand against each other."""

    iri: URIRef
    kind: URIRef | None
    resolution: URIRef | None
    claims: tuple[Claim, ...]
    notes: tuple[Literal, ...]


@dataclass(frozen=True)
class Member:
    """A concept of a scheme with its broader concepts, or a subject of a graph."""

    iri: URIRef
    broader: tuple[URIRef, ...] = ()


@dataclass(frozen=True)
class Description:
    """Everything that the document about ``iri`` says.

    ``page`` counts from 1; inverse links, facts and members turn over together, and ``more``
    says whether another page follows. ``facts`` are an article's claims. ``claims`` and ``spans``
    are those mentioned as things. ``labels`` names all that is mentioned. ``quads`` are the
    thing's own, with those of its blank nodes and fragments.
    """

    iri: URIRef
    statements: tuple[Statement, ...] = ()
    inverse: tuple[Inverse, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    facts: tuple[Fact, ...] = ()
    fact_total: int = 0
    members: tuple[Member, ...] = ()
    member_total: int = 0
    claims: Mapping[URIRef, Claim] = field(default_factory=dict)
    spans: Mapping[URIRef, Span] = field(default_factory=dict)
    labels: Mapping[URIRef, tuple[Literal, ...]] = field(default_factory=dict)
    quads: tuple[Quad, ...] = ()
    page: int = 1
    more: bool = False

    @property
    def types(self) -> tuple[URIRef, ...]:
        """Return the classes that the thing belongs to."""
        held = (s.held for s in self.statements if s.predicate == RDF.type)
        return tuple(v.term for v in chain.from_iterable(held) if isinstance(v.term, URIRef))

    @property
    def evidence(self) -> tuple[Claim, ...]:
        """Return the claims that assert the thing's statements."""
        values = chain.from_iterable((*s.held, *s.others) for s in self.statements)
        return tuple(chain.from_iterable(value.claims for value in values))

    @property
    def sources(self) -> tuple[URIRef, ...]:
        """Return the sources that what is described, or the claims shown with it, rest on."""
        spoken = {claim.source for claim in _spoken_of(self)}
        if self.iri in self.claims:
            spoken.add(self.claims[self.iri].source)
        if self.iri in self.spans:
            spoken.add(self.spans[self.iri].source)
        return tuple(sorted(spoken))


def describe(reader: Reader, iri: URIRef, page: int = 1) -> Description | None:
    """Return the description of a thing; None if the release knows no such thing, or page."""
    own = reader.about(iri)
    members, member_total = _members(reader, iri, page)
    if not own and not member_total:
        return None
    facts, fact_total = _facts(reader, iri, page)
    inverse = tuple(_inverse(reader, iri, page))
    longest = max((fact_total, member_total, *(link.total for link in inverse)))
    if page > 1 and longest <= (page - 1) * PAGE_SIZE:
        return None
    statements = tuple(_statements(reader, own, reader.claims_about(iri)))
    description = Description(
        iri=iri,
        statements=statements,
        inverse=inverse,
        conflicts=tuple(_conflicts(reader, iri, statements)),
        facts=facts,
        fact_total=fact_total,
        members=members,
        member_total=member_total,
        quads=tuple(_with_nested(reader, [*own, *_fragments(reader, iri, members)], iri)),
        page=page,
        more=longest > page * PAGE_SIZE,
    )
    return _with_mentions(reader, description)


Pair = tuple[URIRef, Term]
"""Predicate and object."""


def _statements(
    reader: Reader, own: Iterable[Quad], claims: Iterable[Claim]
) -> Iterator[Statement]:
    graphs: dict[Pair, list[URIRef | BNode | None]] = defaultdict(list)
    evidence: dict[Pair, list[Claim]] = defaultdict(list)
    for quad in own:
        graphs[quad.predicate, quad.object].append(quad.graph)
    for claim in claims:
        evidence[claim.triple[1:]].append(claim)
    held: dict[URIRef, list[Value]] = defaultdict(list)
    others: dict[URIRef, list[Value]] = defaultdict(list)
    for pair in ordered(graphs.keys() | evidence.keys()):
        predicate, term = pair
        value = Value(term, tuple(evidence[pair]), _own_graphs(reader, graphs[pair]))
        is_held = value.graphs or None in graphs[pair]
        (held if is_held else others)[predicate].append(value)
    for predicate in sorted(held.keys() | others.keys()):
        yield Statement(predicate, tuple(held[predicate]), tuple(others[predicate]))


def _own_graphs(reader: Reader, graphs: Iterable[URIRef | BNode | None]) -> tuple[URIRef, ...]:
    """Return the named graphs that are not a single source's."""
    named = (graph for graph in graphs if isinstance(graph, URIRef))
    return tuple(sorted({graph for graph in named if not reader.is_source_graph(graph)}))


_UNSAID: Final = (
    RDF.type,
    RDF.subject,
    RDF.predicate,
    RDF.object,
    OA.hasSource,
    PROV.hadPrimarySource,
    SKOS.inScheme,
    SKOS.topConceptOf,
)
"""Links to a thing that its document shows in another way (evidence, facts, members) or not."""


def _once(variable: str, pattern: str) -> str:
    # ORDER BY comes before DISTINCT, and would sort what is then thrown away.
    return f"{{ SELECT DISTINCT {variable} WHERE {pattern} }}"


# A triple counts once however many graphs state it. What only a source says stays out, and so
# do the shapes, the partitions and the measurements, which speak of the release.
_LINKS: Final = """
  { ?subject ?predicate $thing } UNION
  { GRAPH ?graph { ?subject ?predicate $thing }
    FILTER (!STRSTARTS(STR(?graph), STR($sources)) && ?graph != $shapes) }
  FILTER (isIRI(?subject) && ?subject != $thing && !STRSTARTS(STR(?subject), STR($partitions))
    && !STRSTARTS(STR(?subject), STR($measurements)))
"""
_LINK_TOTALS: Final = f"""
SELECT ?predicate (COUNT(DISTINCT ?subject) AS ?total) WHERE {{ {_LINKS} }}
GROUP BY ?predicate ORDER BY ?predicate"""
_LINKS_OF_ONE: Final = f"{{ {_LINKS.replace('?predicate', '$predicate')} }}"
_LINK_PAGE: Final = f"""
SELECT ?subject WHERE {{ {_once("?subject", _LINKS_OF_ONE)} }}
ORDER BY ?subject LIMIT {PAGE_SIZE} OFFSET """


def _inverse(reader: Reader, iri: URIRef, page: int) -> Iterator[Inverse]:
    graph = reader.graph
    terms = {
        "thing": iri,
        "sources": graph["article/"],
        "shapes": graph.shapes,
        "partitions": URIRef(f"{reader.base}void/"),
        "measurements": URIRef(f"{reader.base}quality/"),
    }
    for row in reader.select(_LINK_TOTALS, **terms):
        predicate = URIRef(str(row["predicate"]))
        if predicate not in _UNSAID:
            query = _LINK_PAGE + str(_offset(page))
            rows = reader.select(query, predicate=predicate, **terms)
            subjects = [URIRef(str(row["subject"])) for row in rows]
            values = tuple(_linking(reader, (subject, predicate, iri)) for subject in subjects)
            yield Inverse(predicate, values, int(str(row["total"])))


def _linking(reader: Reader, triple: tuple[URIRef, URIRef, URIRef]) -> Value:
    graphs = (quad.graph for quad in reader.store.quads(*triple))
    return Value(triple[0], tuple(reader.claims_of(triple)), _own_graphs(reader, graphs))


def _offset(page: int) -> int:
    return (page - 1) * PAGE_SIZE


def _facts(reader: Reader, article: URIRef, page: int) -> tuple[tuple[Fact, ...], int]:
    claims = reader.subjects(PROV.hadPrimarySource, article)
    pivotal = [iri for iri in claims if not reader.things(iri, reader.inov.elaborates)]
    chosen = reader.claims(pivotal[_offset(page) :][:PAGE_SIZE])
    return tuple(_fact(reader, claim) for claim in chosen), len(pivotal)


def _fact(reader: Reader, claim: Claim) -> Fact:
    details = reader.claims(reader.subjects(reader.inov.elaborates, claim.iri))
    return Fact(claim, tuple(details))


_SUBJECTS: Final = "{ GRAPH $thing { ?member ?p ?o } FILTER (isIRI(?member)) }"
_CONCEPTS: Final = "{ ?member <http://www.w3.org/2004/02/skos/core#inScheme> $thing }"


def _members(reader: Reader, iri: URIRef, page: int) -> tuple[tuple[Member, ...], int]:
    """Return the concepts if the IRI names a scheme, the subjects if it names a graph."""
    pattern = _SUBJECTS if iri.startswith(reader.graph) else _CONCEPTS
    count = f"SELECT (COUNT(DISTINCT ?member) AS ?total) WHERE {pattern}"
    total = int(str(reader.select(count, thing=iri)[0]["total"]))
    query = f"SELECT ?member WHERE {{ {_once('?member', pattern)} }} ORDER BY ?member"
    query += f" LIMIT {PAGE_SIZE} OFFSET {_offset(page)}"
    rows = reader.select(query, thing=iri) if total else []
    found = [URIRef(str(row["member"])) for row in rows]
    return tuple(Member(node, tuple(reader.things(node, SKOS.broader))) for node in found), total


def _conflicts(reader: Reader, iri: URIRef, statements: Iterable[Statement]) -> Iterator[Conflict]:
    claims = chain.from_iterable(
        value.claims for statement in statements for value in (*statement.held, *statement.others)
    )
    involved = {iri, *(claim.iri for claim in claims)}
    sets = {node for claim in involved for node in reader.subjects(reader.inov.conflicting, claim)}
    for node in sorted(sets):
        notes = reader.values(node, SKOS.editorialNote)
        yield Conflict(
            iri=node,
            kind=next(iter(reader.things(node, reader.inov.conflictKind)), None),
            resolution=next(iter(reader.things(node, reader.inov.resolution)), None),
            claims=tuple(reader.claims(reader.things(node, reader.inov.conflicting))),
            notes=tuple(note for note in notes if isinstance(note, Literal)),
        )


def _fragments(reader: Reader, iri: URIRef, members: Iterable[Member]) -> Iterator[Quad]:
    """Yield what is said of a graph's subjects that are fragments of its own document."""
    for member in members:
        if member.iri.startswith(f"{iri}#"):
            yield from reader.about(member.iri)


def _with_nested(
    reader: Reader, own: Sequence[Quad], document: URIRef, depth: int = _NESTING
) -> Iterator[Quad]:
    """Yield the quads, and what is said of their blank nodes and of fragments of the document."""
    yield from own
    found = {quad.object for quad in own if _is_nested(quad.object, document)} if depth else set()
    inner = found - {quad.subject for quad in own}
    for node in sorted(node for node in inner if isinstance(node, URIRef | BNode)):
        yield from _with_nested(reader, reader.about(node), document, depth - 1)


def _is_nested(node: Term, document: URIRef) -> bool:
    return isinstance(node, BNode) or str(node).startswith(f"{document}#")


def _with_mentions(reader: Reader, description: Description) -> Description:
    nodes = set(_nodes(description))
    claims = reader.claims(n for n in nodes if n.startswith(reader.base + "id/claim/"))
    known = {*claims, *_spoken_of(description)}
    spans = [reader.span(n) for n in nodes if n.startswith(reader.base + "id/span/")]
    nodes.update(chain.from_iterable(_claim_nodes(claim) for claim in known))
    return replace(
        description,
        claims={claim.iri: claim for claim in claims},
        spans={span.iri: span for span in spans if span},
        labels={node: reader.labels(node) for node in sorted(nodes)},
    )


def _nodes(description: Description) -> Iterator[URIRef]:
    yield description.iri
    for statement in description.statements:
        yield statement.predicate
        yield from _value_nodes((*statement.held, *statement.others))
    for link in description.inverse:
        yield link.predicate
        yield from _value_nodes(link.values)
    for conflict in description.conflicts:
        yield from (n for n in (conflict.iri, conflict.kind, conflict.resolution) if n)
    for member in description.members:
        yield from (member.iri, *member.broader)


def _value_nodes(values: Iterable[Value]) -> Iterator[URIRef]:
    for value in values:
        yield from value.graphs
        if isinstance(value.term, URIRef):
            yield value.term
        elif isinstance(value.term, Literal) and value.term.datatype:
            yield value.term.datatype


def _spoken_of(description: Description) -> Iterator[Claim]:
    yield from description.evidence
    for link in description.inverse:
        yield from chain.from_iterable(value.claims for value in link.values)
    for conflict in description.conflicts:
        yield from conflict.claims
    for fact in description.facts:
        yield from (fact.claim, *fact.details)


def _claim_nodes(claim: Claim) -> Iterator[URIRef]:
    parts = (*claim.triple, claim.source, claim.certainty, claim.rank, claim.speaker)
    yield from (part for part in parts if isinstance(part, URIRef))

"""What each named graph says: pure functions from the corpus to triples and rdflib graphs."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rdflib import OWL, RDF, XSD, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, PROV, SKOS
from rdflib.term import Node

from kg.ingest.decisions import ConflictSet, IdentityDecision
from kg.ingest.descriptions import ARTICLE, DEPOSIT, PAGE, REGISTER
from kg.ingest.records import TurtleFile
from kg.ingest.retirements import Retirement, retirements_graph
from kg.ingest.sources import Claim, Source, Span
from kg.ingest.tables.names import Thing
from kg.iris import mint_iri, parse_iri
from kg.language import LANGUAGES, Text
from kg.namespaces import CANONICAL_BASE, GRAPH, INOV, OA, SCHEMA

Triple = tuple[Node, Node, Node]

_CLASSES: Final[Mapping[str, URIRef]] = {
    ARTICLE: INOV.Article,
    PAGE: INOV.WebPage,
    REGISTER: INOV.Register,
    DEPOSIT: INOV.Deposit,
}


def article_graph_iri(source: str) -> URIRef:
    """Return the name of the graph that holds one source's assertions, whatever its kind."""
    return GRAPH[f"article/{source}"]


def source_iri(source: str, kind: str = ARTICLE) -> URIRef:
    """Return the IRI of a source: of its id and its kind."""
    return URIRef(mint_iri(kind, source))


def claim_iri(claim: Claim) -> URIRef:
    """Return the IRI of a claim: its source's id and its row's."""
    return URIRef(mint_iri("claim", f"{claim.source}-{claim.row.replace('.', '-')}"))


def span_iri(source: str, span: Span) -> URIRef:
    """Return the IRI of a span: its source and its code points."""
    return URIRef(mint_iri("span", f"{source}-{span.start}-{span.end}"))


def position_iri(source: str, span: Span) -> URIRef:
    """Return the IRI of the selector of a span (Web Annotation Data Model, section 4.2.1)."""
    return span_iri(source, span) + "#position"


def _concept(scheme: str, notation: str) -> URIRef:
    return URIRef(f"{CANONICAL_BASE}scheme/{scheme}/{notation}")


def article_graph(source: Source) -> Graph:
    """Return exactly the triples that a source's claims assert."""
    return _graph_of(article_triples(source))


def article_triples(source: Source) -> Iterator[Triple]:
    """Yield what a source's claims assert, as often as they do."""
    for claim in source.claims:
        yield claim.triple


def sources_graph(sources: Iterable[Source]) -> Graph:
    """Return the description of the sources themselves, and the graph of each one's claims."""
    return _graph_of(triple for source in sources for triple in source_triples(source))


def source_triples(source: Source) -> Iterator[Triple]:
    """Yield the description of a source, and the name of the graph of its claims."""
    node = source_iri(source.id, source.kind)
    yield node, RDF.type, _CLASSES[source.kind]
    yield node, DCTERMS.identifier, Literal(source.id)
    yield node, INOV.assertedIn, article_graph_iri(source.id)
    yield from _texts(node, SKOS.prefLabel, source.label)
    for predicate, value in _particulars(source):
        yield node, predicate, value


def _particulars(source: Source) -> Iterator[tuple[URIRef, URIRef | Literal]]:
    """Yield what only some kinds of sources have."""
    if source.kind == ARTICLE:
        yield INOV.sha256, Literal(source.sha256)
        yield INOV.textLength, Literal(source.length)
    if source.publisher:
        yield INOV.publisher, source.publisher
    if source.licence:
        yield DCTERMS.license, URIRef(source.licence)
    if source.date:
        submitted = source.kind == DEPOSIT
        yield DCTERMS.dateSubmitted if submitted else DCTERMS.issued, _day(source.date)
    if source.title:
        yield SCHEMA.headline, Literal(source.title, lang=source.language or "id")
    for predicate, value, datatype in (
        (SCHEMA.url, source.url, XSD.anyURI),
        (INOV.accessed, source.accessed, XSD.date),
        (DCTERMS.language, source.language, None),
        (OWL.versionInfo, source.version, None),
        (INOV.depositor, source.depositor, None),
    ):
        if value:
            yield predicate, Literal(value, datatype=datatype)


def _day(text: str) -> Literal:
    """Return a date of as many parts as are known: a year, a month or a day."""
    datatype = (XSD.gYear, XSD.gYearMonth, XSD.date)[text.count("-")]
    return Literal(text, datatype=datatype, normalize=False)


def provenance_graph(sources: Iterable[Source]) -> Graph:
    """Return every claim with its triple, source, spans, certainty, speaker and rank."""
    return _graph_of(triple for source in sources for triple in provenance_triples(source))


def provenance_triples(source: Source) -> Iterator[Triple]:
    """Yield what is said of a source's claims; of a span as often as a claim is made there."""
    facts = {claim.row: claim_iri(claim) for claim in source.claims}
    for claim in source.claims:
        node = facts[claim.row]
        yield from _claim_triples(node, claim, source_iri(source.id, source.kind))
        if claim.row != claim.fact:
            yield node, INOV.elaborates, facts[claim.fact]


def _claim_triples(node: URIRef, claim: Claim, source: URIRef) -> Iterator[Triple]:
    subject, predicate, value = claim.triple
    yield node, RDF.type, INOV.Claim
    yield node, RDF.subject, subject
    yield node, RDF.predicate, predicate
    yield node, RDF.object, value
    yield node, PROV.hadPrimarySource, source
    yield node, INOV.certainty, _concept("certainty", claim.certainty)
    yield node, INOV.claimRank, _concept("claim-rank", claim.rank)
    if claim.speaker:
        yield node, INOV.attributedTo, claim.speaker
    yield from _texts(node, SKOS.editorialNote, claim.note)
    for span in claim.spans:
        yield node, INOV.span, span_iri(claim.source, span)
        yield from _span_triples(claim.source, span)


def _span_triples(source: str, span: Span) -> Iterator[Triple]:
    node = span_iri(source, span)
    position = position_iri(source, span)
    yield node, RDF.type, INOV.TextSpan
    yield node, OA.hasSource, source_iri(source)
    yield node, OA.hasSelector, position
    yield node, INOV.locator, Literal(span.locator)
    yield position, RDF.type, OA.TextPositionSelector
    yield position, OA.start, Literal(span.start)
    yield position, OA.end, Literal(span.end)


def conflicts_graph(conflicts: Iterable[ConflictSet]) -> Graph:
    """Return the sets of claims that stand against each other."""
    graph = Graph()
    for conflict in conflicts:
        node = URIRef(mint_iri("conflict", conflict.id))
        graph.add((node, RDF.type, INOV.ConflictSet))
        graph.add((node, DCTERMS.identifier, Literal(conflict.id)))
        graph.add((node, INOV.conflictKind, _concept("conflict-kind", conflict.kind)))
        graph.add((node, INOV.resolution, _concept("resolution", conflict.resolution)))
        for claim in conflict.claims:
            graph.add((node, INOV.conflicting, claim_iri(claim)))
        graph += _texts(node, SKOS.prefLabel, conflict.label)
        graph += _texts(node, SKOS.editorialNote, conflict.note)
    return graph


def identity_graph(
    decisions: Iterable[IdentityDecision], retirements: Iterable[Retirement], labels: Graph
) -> Graph:
    """Return the decisions on which names are one thing and which are two, and retired IRIs.

    ``labels`` states ``skos:prefLabel`` of the things decided on.
    """
    graph = retirements_graph(retirements, lambda thing: _label(thing, labels))
    for decision in decisions:
        node = URIRef(mint_iri("identity", decision.id))
        graph.add((node, RDF.type, INOV.IdentityDecision))
        graph.add((node, DCTERMS.identifier, Literal(decision.id)))
        graph.add((node, INOV.outcome, _concept("identity-outcome", decision.outcome)))
        graph.add((node, INOV.sameEntity, decision.entity))
        if decision.other:
            graph.add((node, INOV.sameEntity, decision.other))
        if decision.surface_form:
            graph.add((node, INOV.surfaceForm, Literal(decision.surface_form)))
        for claim in decision.evidence:
            graph.add((node, INOV.evidence, claim_iri(claim)))
        graph += _texts(node, SKOS.prefLabel, _decision_label(decision, labels))
        graph += _texts(node, SKOS.editorialNote, decision.note)
    return graph


def _decision_label(decision: IdentityDecision, labels: Graph) -> Text:
    entity = _label(decision.entity, labels)
    if decision.other is None:
        form = decision.surface_form
        return Text(f"“{form}” adalah {entity.id}", f"“{form}” is {entity.en}")
    other = _label(decision.other, labels)
    if decision.outcome == "sama":
        return Text(f"{entity.id} sama dengan {other.id}", f"{entity.en} is the same as {other.en}")
    return Text(f"{entity.id} bukan {other.id}", f"{entity.en} is not {other.en}")


def _label(thing: URIRef, labels: Graph) -> Text:
    """Return a thing's label, or its IRI: that it has none is for the gate to say."""
    found = {
        label.language: str(label)
        # Sorted: of several labels, which the gate refuses, it is always the same one.
        for label in sorted(labels.objects(thing, SKOS.prefLabel), key=str)
        if isinstance(label, Literal)
    }
    return Text(*(found.get(language, str(thing)) for language in LANGUAGES))


def reference_graph(files: Iterable[TurtleFile]) -> Graph:
    """Return what the files state, each thing with its slug as ``dcterms:identifier``."""
    return reference_graph_of(merge(files))


def reference_graph_of(graph: Graph) -> Graph:
    """Return a graph, each of its typed things with its slug as ``dcterms:identifier`` added."""
    for subject in set(graph.subjects(RDF.type)):
        for slug in slugs_of(subject):
            graph.add((subject, DCTERMS.identifier, slug))
    return graph


def slugs_of(thing: Node) -> Iterator[Literal]:
    """Yield the slug of a thing, if its IRI has one."""
    identity = parse_iri(str(thing))
    if identity:
        yield Literal(identity.slug)


def things_graph(things: Iterable[Thing]) -> Graph:
    """Return class, labels and identifier of things, and what else belongs to them."""
    graph = Graph()
    for thing in things:
        graph.add((thing.iri, RDF.type, thing.type))
        graph.add((thing.iri, DCTERMS.identifier, Literal(thing.iri.rpartition("/")[2])))
        graph += _texts(thing.iri, SKOS.prefLabel, thing.label)
        for predicate, value in thing.also:
            graph.add((thing.iri, predicate, value))
    return graph


def merge(files: Iterable[TurtleFile]) -> Graph:
    """Return all triples of some Turtle files as one graph."""
    graph = Graph()
    for file in files:
        graph += file.graph
    return graph


def _graph_of(triples: Iterable[Triple]) -> Graph:
    graph = Graph()
    graph += triples
    return graph


def _texts(node: URIRef, predicate: URIRef, text: Text | None) -> Iterator[Triple]:
    if text:
        for language in LANGUAGES:
            yield node, predicate, Literal(text[language], lang=language)

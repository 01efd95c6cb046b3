"""What each named graph says: pure functions from the corpus to rdflib graphs."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rdflib import OWL, RDF, XSD, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, PROV, SKOS

from kg.ingest.decisions import ConflictSet, IdentityDecision
from kg.ingest.descriptions import ARTICLE, DEPOSIT, PAGE, REGISTER
from kg.ingest.records import TurtleFile
from kg.ingest.retirements import Retirement, retirements_graph
from kg.ingest.sources import Claim, Source, Span
from kg.ingest.tables.names import Thing
from kg.iris import mint_iri, parse_iri
from kg.language import LANGUAGES, Text
from kg.namespaces import CANONICAL_BASE, GRAPH, INOV, OA, SCHEMA

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
    graph = Graph()
    for claim in source.claims:
        graph.add(claim.triple)
    return graph


def sources_graph(sources: Iterable[Source]) -> Graph:
    """Return the description of the sources themselves, and the graph of each one's claims."""
    graph = Graph()
    for source in sources:
        node = source_iri(source.id, source.kind)
        graph.add((node, RDF.type, _CLASSES[source.kind]))
        graph.add((node, DCTERMS.identifier, Literal(source.id)))
        graph.add((node, INOV.assertedIn, article_graph_iri(source.id)))
        _add_text(graph, node, SKOS.prefLabel, source.label)
        for predicate, value in _particulars(source):
            graph.add((node, predicate, value))
    return graph


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
    graph = Graph()
    for source in sources:
        facts = {claim.row: claim_iri(claim) for claim in source.claims}
        for claim in source.claims:
            _add_claim(graph, claim, source_iri(source.id, source.kind))
            if claim.row != claim.fact:
                graph.add((claim_iri(claim), INOV.elaborates, facts[claim.fact]))
    return graph


def _add_claim(graph: Graph, claim: Claim, source: URIRef) -> None:
    node = claim_iri(claim)
    subject, predicate, value = claim.triple
    graph.add((node, RDF.type, INOV.Claim))
    graph.add((node, RDF.subject, subject))
    graph.add((node, RDF.predicate, predicate))
    graph.add((node, RDF.object, value))
    graph.add((node, PROV.hadPrimarySource, source))
    graph.add((node, INOV.certainty, _concept("certainty", claim.certainty)))
    graph.add((node, INOV.claimRank, _concept("claim-rank", claim.rank)))
    if claim.speaker:
        graph.add((node, INOV.attributedTo, claim.speaker))
    if claim.note:
        _add_text(graph, node, SKOS.editorialNote, claim.note)
    for span in claim.spans:
        graph.add((node, INOV.span, span_iri(claim.source, span)))
        _add_span(graph, claim.source, span)


def _add_span(graph: Graph, source: str, span: Span) -> None:
    node, position = span_iri(source, span), position_iri(source, span)
    graph.add((node, RDF.type, INOV.TextSpan))
    graph.add((node, OA.hasSource, source_iri(source)))
    graph.add((node, OA.hasSelector, position))
    graph.add((node, INOV.locator, Literal(span.locator)))
    graph.add((position, RDF.type, OA.TextPositionSelector))
    graph.add((position, OA.start, Literal(span.start)))
    graph.add((position, OA.end, Literal(span.end)))


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
        _add_text(graph, node, SKOS.prefLabel, conflict.label)
        _add_text(graph, node, SKOS.editorialNote, conflict.note)
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
        _add_text(graph, node, SKOS.prefLabel, _decision_label(decision, labels))
        _add_text(graph, node, SKOS.editorialNote, decision.note)
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
        identity = parse_iri(str(subject))
        if identity:
            graph.add((subject, DCTERMS.identifier, Literal(identity.slug)))
    return graph


def things_graph(things: Iterable[Thing]) -> Graph:
    """Return class, labels and identifier of things, and what else belongs to them."""
    graph = Graph()
    for thing in things:
        graph.add((thing.iri, RDF.type, thing.type))
        graph.add((thing.iri, DCTERMS.identifier, Literal(thing.iri.rpartition("/")[2])))
        _add_text(graph, thing.iri, SKOS.prefLabel, thing.label)
        for predicate, value in thing.also:
            graph.add((thing.iri, predicate, value))
    return graph


def merge(files: Iterable[TurtleFile]) -> Graph:
    """Return all triples of some Turtle files as one graph."""
    graph = Graph()
    for file in files:
        graph += file.graph
    return graph


def _add_text(graph: Graph, node: URIRef, predicate: URIRef, text: Text | None) -> None:
    if text:
        for language in LANGUAGES:
            graph.add((node, predicate, Literal(text[language], lang=language)))

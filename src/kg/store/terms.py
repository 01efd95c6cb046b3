"""The one converter between rdflib terms and terms of the engine.

RDF 1.1 Concepts, https://www.w3.org/TR/rdf11-concepts/#section-Graph-Literal: a plain string is
an ``xsd:string``. rdflib holds the two unequal, so strings always leave here without a datatype.
"""

from functools import lru_cache
from typing import Final, NamedTuple

import pyoxigraph as ox
from rdflib import XSD, BNode, Literal, URIRef
from rdflib.term import Node

from kg.errors import StoreError
from kg.language import Text

Term = URIRef | BNode | Literal
_STRING: Final = str(XSD.string)
EngineTerm = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


class Quad(NamedTuple):
    """A statement; ``graph`` is None in the default graph."""

    subject: URIRef | BNode
    predicate: URIRef
    object: Term
    graph: URIRef | BNode | None


def to_engine(term: Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """Return the engine's term for an rdflib term.

    Raises ``StoreError`` for what is neither IRI, blank node nor literal, or not well-formed.
    """
    try:
        match term:
            case URIRef():
                return ox.NamedNode(term)
            case BNode():
                return ox.BlankNode(term)
            case Literal():
                return _literal_to_engine(term)
    except ValueError as error:
        raise _unusable(term, str(error)) from None
    raise _unusable(term, type(term).__name__)


def _literal_to_engine(literal: Literal) -> ox.Literal:
    if literal.language:
        return ox.Literal(str(literal), language=literal.language)
    if literal.datatype is None:
        return ox.Literal(str(literal))
    return ox.Literal(str(literal), datatype=ox.NamedNode(literal.datatype))


def to_rdflib(term: EngineTerm) -> Term:
    """Return the rdflib term, its lexical form as the engine gives it.

    Raises ``StoreError`` for a triple term of RDF 1.2, which rdflib cannot hold.
    """
    match term:
        case ox.NamedNode():
            return _iri(term.value)
        case ox.BlankNode():
            return BNode(term.value)
        case ox.Literal():
            return _literal_to_rdflib(term)
    raise _unusable(term, "RDF 1.2")


@lru_cache(maxsize=1 << 15)
def _iri(value: str) -> URIRef:
    """Return one and the same term for an IRI that is met again: it is compared by identity."""
    # rdflib's constructor looks for characters that the engine has looked for already.
    return str.__new__(URIRef, value)


# A literal is the same to the engine if all three are; to make one takes far longer than this.
@lru_cache(maxsize=1 << 13)
def _literal_to_rdflib(literal: ox.Literal) -> Literal:
    if literal.language:
        return Literal(literal.value, lang=literal.language)
    datatype = literal.datatype.value
    if datatype == _STRING:
        return Literal(literal.value)
    return Literal(literal.value, datatype=_iri(datatype), normalize=False)


def to_quad(quad: ox.Quad) -> Quad:
    """Return an engine's quad in rdflib terms."""
    subject, predicate, graph = quad.subject, quad.predicate, quad.graph_name
    node = to_rdflib(subject)
    if isinstance(node, Literal):
        raise _unusable(subject, "subject")
    return Quad(node, _iri(predicate.value), to_rdflib(quad.object), _graph(graph))


def from_quad(quad: Quad) -> ox.Quad:
    """Return a quad as the engine has it; raises ``StoreError`` as ``to_engine`` does."""
    subject, predicate, value, graph = map(_known_to_engine, quad)
    return ox.Quad(subject, predicate, value, graph)  # type: ignore[arg-type]


@lru_cache(maxsize=1 << 13)
def _known_to_engine(
    term: Node | None,
) -> ox.NamedNode | ox.BlankNode | ox.Literal | ox.DefaultGraph:
    return ox.DefaultGraph() if term is None else to_engine(term)


def _graph(graph: ox.NamedNode | ox.BlankNode | ox.DefaultGraph) -> URIRef | BNode | None:
    match graph:
        case ox.NamedNode():
            return _iri(graph.value)
        case ox.BlankNode():
            return BNode(graph.value)
    return None


def _unusable(term: object, why: str) -> StoreError:
    return StoreError(
        Text(
            "Istilah RDF {term} tidak dapat dipakai: {why}",
            "The RDF term {term} cannot be used: {why}",
        ).format(term=term, why=why)
    )

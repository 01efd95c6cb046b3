"""What a release says of its own terms: members of unions, examples of use, shapes, versions."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final

from rdflib import OWL, RDF, RDFS, BNode, Literal, URIRef
from rdflib.namespace import DCTERMS, SH, SKOS

from kg.store import DEFAULT_GRAPH, Quad, Term
from kg.web.reader import Reader

_LOOKED_AT: Final = 500
"""How many triples are looked at for an example: the catalogue's come first in some stores."""


@dataclass(frozen=True)
class Version:
    """A version of the ontology; ``notes`` say what it changed, newest versions first."""

    iri: URIRef
    name: str
    issued: Literal | None
    notes: tuple[Literal, ...]


class Vocabulary:
    """The terms of a release, read for their documentation."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def is_own(self, term: URIRef) -> bool:
        """Say whether a term is in the namespace of our ontology."""
        return term.startswith(self.reader.inov)

    def classes_of(self, node: Term | None) -> Iterator[URIRef]:
        """Yield a class, or the classes that a union names (OWL 2 Mapping to RDF, table 4)."""
        if isinstance(node, URIRef):
            yield node
        elif isinstance(node, BNode):
            for member in self._listed(next(iter(self.reader.values(node, OWL.unionOf)), None)):
                yield from self.classes_of(member)

    def named(self, term: URIRef, predicates: Iterable[URIRef]) -> list[URIRef]:
        """Return the terms that some axioms of a term name, unions taken apart."""
        nodes = (node for name in predicates for node in self.reader.values(term, name))
        return list(dict.fromkeys(iri for node in nodes for iri in self.classes_of(node)))

    def own(self, kind: URIRef) -> list[URIRef]:
        """Return the terms of our own that are of a kind, such as ``owl:Class``, by IRI."""
        found = self.reader.subjects(RDF.type, kind)
        return [term for term in found if self.is_own(term)]

    @cached_property
    def by_domain(self) -> Mapping[URIRef, tuple[URIRef, ...]]:
        """The properties whose subjects are of a class, by class."""
        return self._by(RDFS.domain)

    @cached_property
    def by_range(self) -> Mapping[URIRef, tuple[URIRef, ...]]:
        """The properties whose values are of a class or datatype, by that."""
        return self._by(RDFS.range)

    def _by(self, axiom: URIRef) -> Mapping[URIRef, tuple[URIRef, ...]]:
        found: dict[URIRef, list[URIRef]] = defaultdict(list)
        for kind in (OWL.ObjectProperty, OWL.DatatypeProperty):
            for term in self.own(kind):
                for other in self.named(term, (axiom,)):
                    found[other].append(term)
        return {term: tuple(others) for term, others in found.items()}

    @cached_property
    def shapes(self) -> Mapping[URIRef, tuple[URIRef, ...]]:
        """The shapes that a class is a target of, or that constrain a property, by term."""
        found: dict[URIRef, set[URIRef]] = defaultdict(set)
        graph = self.reader.graph.shapes
        for predicate in (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.path):
            for quad in self.reader.store.quads(None, URIRef(predicate), graph=graph):
                owner = self._named_shape(quad.subject)
                for term in self._terms_of_path(quad.object) if owner else ():
                    found[term].add(owner)
        return {term: tuple(sorted(owners)) for term, owners in found.items()}

    def _named_shape(self, shape: URIRef | BNode) -> URIRef:
        """Return a shape's IRI, or that of the shape which it is a part of."""
        seen: set[URIRef | BNode] = set()
        while isinstance(shape, BNode) and shape not in seen:
            seen.add(shape)
            owners = self.reader.store.quads(None, None, shape, self.reader.graph.shapes)
            shape = next((quad.subject for quad in owners), shape)
        return URIRef(shape) if isinstance(shape, URIRef) else URIRef("")

    def _terms_of_path(self, path: Term) -> Iterator[URIRef]:
        """Yield the properties that a SHACL path names (SHACL, section 2.3.1)."""
        if isinstance(path, URIRef):
            yield path
        elif isinstance(path, BNode):
            for quad in self.reader.about(path):
                if quad.predicate != RDF.type and quad.object != RDF.nil:
                    yield from self._terms_of_path(quad.object)

    def uses(self, term: URIRef) -> int:
        """Count the instances of a class, or the triples of a property, in the named graphs."""
        if self.is_class(term):
            count, pattern = "DISTINCT ?subject", f"?subject a <{term}>"
        else:
            count, pattern = "*", f"?subject <{term}> ?object"
        query = f"SELECT (COUNT({count}) AS ?uses) WHERE {{ GRAPH ?graph {{ {pattern} }} }}"
        return int(str(self.reader.select(query)[0]["uses"]))

    def is_class(self, term: URIRef) -> bool:
        """Say whether a term is declared as a class."""
        return any(self.reader.store.quads(term, RDF.type, OWL.Class))

    def instances(self, kind: URIRef, most: int) -> list[URIRef]:
        """Return a few things of a class, in the order of the store: the same in each reading."""
        quads = self.reader.store.quads(None, RDF.type, kind)
        own = (quad.subject for quad in islice(quads, _LOOKED_AT) if self._is_thing(quad))
        found = (node for node in own if isinstance(node, URIRef))
        return list(islice(dict.fromkeys(found), most))

    def example(self, term: URIRef) -> Quad | None:
        """Return a triple of the default graph, else of any graph, that a property makes."""
        for graph in (DEFAULT_GRAPH, None):
            store = self.reader.store
            found = store.quads(None, term, None, graph) if graph else store.quads(None, term)
            example = next((q for q in islice(found, _LOOKED_AT) if self._is_thing(q)), None)
            if example:
                return example
        return None

    def _is_thing(self, quad: Quad) -> bool:
        return quad.subject.startswith(self.reader.base + "id/")

    def is_deprecated(self, term: URIRef) -> bool:
        """Say whether a term is not to be used any more."""
        return any(str(value) == "true" for value in self.reader.values(term, OWL.deprecated))

    def successors(self, term: URIRef) -> list[URIRef]:
        """Return what replaces a term."""
        return self.reader.things(term, DCTERMS.isReplacedBy)

    def versions(self, ontology: URIRef) -> list[Version]:
        """Return the versions of the ontology, newest first."""
        found = [self._version(iri) for iri in self.reader.things(ontology, DCTERMS.hasVersion)]
        return sorted(found, key=lambda version: _order(version.name), reverse=True)

    def _version(self, iri: URIRef) -> Version:
        dates = self.reader.values(iri, DCTERMS.issued)
        notes = self.reader.values(iri, SKOS.changeNote)
        return Version(
            iri=iri,
            name=" ".join(str(name) for name in self.reader.values(iri, OWL.versionInfo)),
            issued=next((date for date in dates if isinstance(date, Literal)), None),
            notes=tuple(note for note in notes if isinstance(note, Literal)),
        )

    def _listed(self, node: Term | None) -> Iterator[Term]:
        """Yield the members of an RDF list."""
        while isinstance(node, BNode):
            yield from self.reader.values(node, RDF.first)
            node = next(iter(self.reader.values(node, RDF.rest)), None)


def _order(version: str) -> tuple[int, ...]:
    """Return what a version sorts by (Semantic Versioning 2.0.0, section 11)."""
    return tuple(int(part) for part in version.split(".") if part.isdecimal())

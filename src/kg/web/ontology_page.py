"""The pages of the ontology and of the shapes: every term with its definition, on one page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rdflib import RDF, RDFS, BNode, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, SH

from kg.web.presentation import Link, Phrase, Presenter
from kg.web.site import Site

Row = tuple[str, Sequence[Link]]

_KINDS: Final[Mapping[str, tuple[URIRef, ...]]] = {
    "classes": (OWL.Class, RDFS.Class),
    "object_properties": (OWL.ObjectProperty,),
    "data_properties": (OWL.DatatypeProperty,),
    "annotation_properties": (OWL.AnnotationProperty,),
}


@dataclass(frozen=True)
class TermView:
    """A term of the ontology, or a shape."""

    anchor: str
    curie: str
    name: Phrase
    definition: Phrase | None
    rows: Sequence[Row]


@dataclass(frozen=True)
class TermGroup:
    """Terms of one kind, by name."""

    heading: str
    hint: str | None
    terms: Sequence[TermView]


@dataclass(frozen=True)
class VocabularyPage:
    """The page of the ontology or of the shapes."""

    iri: str
    title: Phrase
    description: Phrase | None
    version: str | None
    groups: Sequence[TermGroup]


def ontology_page(site: Site, presenter: Presenter) -> VocabularyPage:
    """Return the page of the ontology: own terms by kind, then the reused ones."""
    iri = site.iri("ont")
    descriptions = (v for v in site.reader.values(iri, DCTERMS.description))
    version = site.reader.values(iri, OWL.versionInfo)
    return VocabularyPage(
        iri=str(iri),
        title=presenter.name(iri),
        description=presenter.pick(v for v in descriptions if isinstance(v, Literal)),
        version=str(version[0]) if version else None,
        groups=list(_ontology_groups(site, presenter)),
    )


def _ontology_groups(site: Site, presenter: Presenter) -> Iterator[TermGroup]:
    composer = _TermComposer(site, presenter)
    for key, kinds in _KINDS.items():
        terms = {term for kind in kinds for term in site.reader.subjects(RDF.type, kind)}
        own = (term for term in terms if term.startswith(site.reader.inov))
        yield from composer.group(presenter.words(key), None, own)
    reused = (t for t in site.reader.declared() if not t.startswith(site.reader.base))
    yield from composer.group(presenter.words("reused"), presenter.words("reused_hint"), reused)


class _TermComposer:
    """Describes terms; counts how often each is used."""

    def __init__(self, site: Site, presenter: Presenter) -> None:
        self.reader = site.reader
        self.site = site
        self.presenter = presenter
        self.words = presenter.words

    def group(self, heading: str, hint: str | None, terms: Iterable[URIRef]) -> Iterator[TermGroup]:
        views = sorted((self.term(term) for term in terms), key=lambda view: view.name.text.lower())
        if views:
            yield TermGroup(heading, hint, views)

    def term(self, term: URIRef) -> TermView:
        curie = self.presenter.curie(term)
        own = term.startswith(self.reader.inov)
        return TermView(
            anchor=term.removeprefix(self.reader.inov) if own else curie,
            curie=curie,
            name=self.presenter.name(term),
            definition=self.presenter.pick(self.reader.definitions(term)),
            rows=[row for row in self._rows(term) if row[1]],
        )

    def _rows(self, term: URIRef) -> Iterator[Row]:
        broader = (RDFS.subClassOf, RDFS.subPropertyOf)
        for key, predicates in (("broader_term", broader), ("domain", (RDFS.domain,))):
            yield self.words(key), self._terms(term, predicates)
        yield self.words("range"), self._terms(term, (RDFS.range,))
        narrower = {node for name in broader for node in self.reader.subjects(name, term)}
        yield self.words("narrower_term"), [self.presenter.term(n) for n in sorted(narrower)]
        yield self.words("uses"), list(self._uses(term))

    def _terms(self, term: URIRef, predicates: Iterable[URIRef]) -> list[Link]:
        nodes = (node for name in predicates for node in self.reader.values(term, name))
        found = (self.presenter.term(iri) for node in nodes for iri in self._members(node))
        return list(dict.fromkeys(found))

    def _members(self, node: object) -> Iterator[URIRef]:
        """Yield a class, or the classes that a union names (OWL 2 Mapping to RDF, table 4)."""
        if isinstance(node, URIRef):
            yield node
        elif isinstance(node, BNode):
            rest: object = next(iter(self.reader.values(node, OWL.unionOf)), None)
            while isinstance(rest, BNode):
                yield from self._members(next(iter(self.reader.values(rest, RDF.first)), None))
                rest = next(iter(self.reader.values(rest, RDF.rest)), None)

    def _uses(self, term: URIRef) -> Iterator[Link]:
        if term in self.site.classes:
            href = self.presenter.links.local(f"browse/{self.presenter.curie(term)}")
            yield Link(Phrase(self.words("instances", n=self.site.classes[term])), href)
        elif term in self.site.uses:
            uses = self.site.uses[term]
            yield Link(Phrase(self.words("times", n=uses) if uses > 1 else self.words("once")))


def shapes_page(site: Site, presenter: Presenter) -> VocabularyPage:
    """Return the page of the shapes: what they are for, and the rule that each sets."""
    composer = _ShapeComposer(site, presenter)
    named = {
        node
        for quad in site.state.store.quads(graph=site.reader.graph.shapes)
        if isinstance(node := quad.subject, URIRef)
    }
    targeted = {node for node in named if site.reader.things(node, SH.targetClass)}
    return VocabularyPage(
        iri=str(site.iri("shapes")),
        title=Phrase(presenter.words("shapes")),
        description=Phrase(presenter.words("shapes_hint")),
        version=None,
        groups=[
            composer.group(presenter.words("targets"), targeted),
            composer.group(presenter.words("rules"), named - targeted),
        ],
    )


class _ShapeComposer:
    """Describes shapes by their targets, their parts and their messages."""

    def __init__(self, site: Site, presenter: Presenter) -> None:
        self.reader = site.reader
        self.presenter = presenter

    def group(self, heading: str, nodes: Iterable[URIRef]) -> TermGroup:
        return TermGroup(heading, None, [self.shape(node) for node in sorted(nodes)])

    def shape(self, node: URIRef) -> TermView:
        return TermView(
            anchor=_local(node),
            curie=self.presenter.curie(node),
            name=Phrase(_local(node)),
            definition=self._text(node, SH.message),
            rows=[row for row in self._rows(node) if row[1]],
        )

    def _text(self, node: URIRef, predicate: URIRef) -> Phrase | None:
        values = self.reader.values(node, predicate)
        return self.presenter.pick(value for value in values if isinstance(value, Literal))

    def _rows(self, node: URIRef) -> Iterator[Row]:
        for key, predicate in (("domain", SH.targetClass), ("path", SH.path)):
            terms = self.reader.things(node, predicate)
            yield self.presenter.words(key), [self.presenter.term(term) for term in terms]
        parts = [*self.reader.things(node, SH.property), *self.reader.things(node, SH.sparql)]
        links = [Link(Phrase(_local(part)), self.presenter.links.to(part)) for part in parts]
        yield self.presenter.words("rules"), links


def _local(node: URIRef) -> str:
    """Return the name by which reports and messages speak of a shape."""
    return node.rpartition("#")[2]

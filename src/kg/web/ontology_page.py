"""The page of the ontology: every term with its definition, its uses and the rules for it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rdflib import OWL, RDF, RDFS, Literal, URIRef
from rdflib.namespace import DCTERMS, SKOS

from kg.web.diagrams import Branch, Diagram, Relation, hierarchy, neighbourhood
from kg.web.presentation import Link, Phrase, Presenter, Sentence
from kg.web.site import Site
from kg.web.vocabulary import Vocabulary

Row = tuple[str, Sequence[Link]]

_KINDS: Final[Mapping[str, tuple[URIRef, ...]]] = {
    "classes": (OWL.Class, RDFS.Class),
    "object_properties": (OWL.ObjectProperty,),
    "data_properties": (OWL.DatatypeProperty,),
    "annotation_properties": (OWL.AnnotationProperty,),
    "datatypes": (RDFS.Datatype,),
}
_BROADER: Final = (RDFS.subClassOf, RDFS.subPropertyOf)

_EXAMPLES: Final = 3
"""How many instances of a class are shown."""


@dataclass(frozen=True)
class TermView:
    """A term of the ontology, or a shape; ``deprecated`` names what is to be used instead."""

    anchor: str
    curie: str
    name: Phrase
    definition: Phrase | None
    rows: Sequence[Row]
    notes: Sequence[Phrase] = ()
    example: Sentence | None = None
    diagram: Diagram | None = None
    deprecated: Sequence[Link] | None = None


@dataclass(frozen=True)
class TermGroup:
    """Terms of one kind, by name."""

    heading: str
    hint: str | None
    terms: Sequence[TermView]


@dataclass(frozen=True)
class VersionView:
    """A version of the ontology with what it changed."""

    name: Link
    issued: Phrase | None
    note: Phrase | None


@dataclass(frozen=True)
class VocabularyPage:
    """The page of the ontology or of the shapes."""

    iri: str
    title: Phrase
    description: Phrase | None
    version: str | None
    groups: Sequence[TermGroup]
    diagram: Diagram | None = None
    versions: Sequence[VersionView] = ()


def ontology_page(site: Site, presenter: Presenter) -> VocabularyPage:
    """Return the page of the ontology: own terms by kind, then the reused ones."""
    iri = site.iri("ont")
    descriptions = (v for v in site.reader.values(iri, DCTERMS.description))
    version = site.reader.values(iri, OWL.versionInfo)
    composer = _TermComposer(site, presenter)
    return VocabularyPage(
        iri=str(iri),
        title=presenter.name(iri),
        description=presenter.pick(v for v in descriptions if isinstance(v, Literal)),
        version=str(version[0]) if version else None,
        groups=list(_groups(composer)),
        diagram=composer.overview(),
        versions=list(composer.versions(iri)),
    )


def _groups(composer: "_TermComposer") -> Iterator[TermGroup]:
    reader, words = composer.reader, composer.words
    for key, kinds in _KINDS.items():
        terms = {term for kind in kinds for term in composer.vocabulary.own(kind)}
        yield from composer.group(words(key), None, terms)
    reused = (term for term in reader.declared() if not term.startswith(reader.base))
    yield from composer.group(words("reused"), words("reused_hint"), reused)


class _TermComposer:
    """Describes terms: what they mean, how often and how they are used, what must hold."""

    def __init__(self, site: Site, presenter: Presenter) -> None:
        self.reader = site.reader
        self.site = site
        self.presenter = presenter
        self.words = presenter.words
        self.vocabulary = Vocabulary(site.reader)

    def group(self, heading: str, hint: str | None, terms: Iterable[URIRef]) -> Iterator[TermGroup]:
        views = sorted((self.term(term) for term in terms), key=lambda view: view.name.text.lower())
        if views:
            yield TermGroup(heading, hint, views)

    def term(self, term: URIRef) -> TermView:
        curie = self.presenter.curie(term)
        vocabulary = self.vocabulary
        return TermView(
            anchor=term.removeprefix(self.reader.inov) if vocabulary.is_own(term) else curie,
            curie=curie,
            name=self.presenter.name(term),
            definition=self.presenter.pick(self.reader.definitions(term)),
            rows=[row for row in self._rows(term) if row[1]],
            notes=self._notes(term),
            example=self._example(term),
            diagram=self._neighbourhood(term) if vocabulary.is_own(term) else None,
            deprecated=self._terms(vocabulary.successors(term))
            if vocabulary.is_deprecated(term)
            else None,
        )

    def _rows(self, term: URIRef) -> Iterator[Row]:
        named = self.vocabulary.named
        yield self.words("broader_term"), self._terms(named(term, _BROADER))
        yield self.words("domain"), self._terms(named(term, (RDFS.domain,)))
        yield self.words("range"), self._terms(named(term, (RDFS.range,)))
        narrower = {node for name in _BROADER for node in self.reader.subjects(name, term)}
        yield self.words("narrower_term"), self._terms(sorted(narrower))
        yield self.words("uses"), list(self._uses(term))
        if self.vocabulary.is_class(term):
            instances = self.vocabulary.instances(term, _EXAMPLES)
            yield self.words("examples"), [self.presenter.link(node) for node in instances]
        shapes = self.vocabulary.shapes.get(term, ())
        yield self.words("shapes_of"), [self._shape(shape) for shape in shapes]

    def _terms(self, terms: Iterable[URIRef]) -> list[Link]:
        return [self.presenter.term(term) for term in terms]

    def _shape(self, shape: URIRef) -> Link:
        return Link(Phrase(shape.rpartition("#")[2]), self.presenter.links.to(shape))

    def _uses(self, term: URIRef) -> Iterator[Link]:
        """Yield how often a term is used; some are only where claims and decisions stand."""
        is_class = self.vocabulary.is_class(term)
        counted = self.site.classes if is_class else self.site.uses
        uses = counted.get(term) or self.vocabulary.uses(term)
        one, several = ("instance", "instances") if is_class else ("once", "times")
        if uses:
            href = self.presenter.links.local(f"browse/{self.presenter.curie(term)}")
            words = self.words(one) if uses == 1 else self.words(several, n=uses)
            yield Link(Phrase(words), href if term in self.site.classes else None)

    def _notes(self, term: URIRef) -> list[Phrase]:
        values = self.reader.values(term, SKOS.scopeNote)
        return self.presenter.notes(value for value in values if isinstance(value, Literal))

    def _example(self, term: URIRef) -> Sentence | None:
        """Return one triple that a property makes."""
        quad = None if self.vocabulary.is_class(term) else self.vocabulary.example(term)
        if quad is None or not isinstance(quad.subject, URIRef):
            return None
        subject, value = self.presenter.link(quad.subject), self.presenter.object(quad.object, term)
        return Sentence(subject, self.presenter.term(term), value)

    def _neighbourhood(self, term: URIRef) -> Diagram | None:
        """Return a class with the properties of its own that begin or end at it."""
        by_domain, by_range = self.vocabulary.by_domain, self.vocabulary.by_range
        outgoing, attributes = [], []
        for name in by_domain.get(term, ()):
            link = self.presenter.term(name)
            ranges = self.vocabulary.named(name, (RDFS.range,))
            if (name, RDF.type, OWL.ObjectProperty) in self:
                outgoing += [Relation(link, self.presenter.term(other)) for other in ranges]
            else:
                kinds = ", ".join(self.presenter.curie(other) for other in ranges)
                attributes.append(f"{link.text}: {kinds}" if kinds else link.text)
        incoming = [
            Relation(self.presenter.term(name), self.presenter.term(other))
            for name in by_range.get(term, ())
            for other in self.vocabulary.named(name, (RDFS.domain,))
        ]
        if not outgoing and not incoming:
            return None
        return neighbourhood(self.presenter.term(term), attributes, incoming, outgoing)

    def __contains__(self, triple: tuple[URIRef, URIRef, URIRef]) -> bool:
        return any(self.reader.store.quads(*triple))

    def overview(self) -> Diagram | None:
        """Return our classes as trees, each below the one of ours that it narrows."""
        own = self.vocabulary.own(OWL.Class)
        parents = {term: self._own_parents(term) for term in own}
        roots = sorted(
            (self._branch(term, own, parents) for term in own if not parents[term]),
            key=lambda branch: (-branch.size, branch.name.text.lower()),
        )
        return hierarchy(roots) if roots else None

    def _own_parents(self, term: URIRef) -> list[URIRef]:
        return [p for p in self.reader.things(term, RDFS.subClassOf) if self.vocabulary.is_own(p)]

    def _branch(
        self, term: URIRef, own: Sequence[URIRef], parents: Mapping[URIRef, Sequence[URIRef]]
    ) -> Branch:
        below = [child for child in own if parents[child][:1] == [term]]
        others = [p for p in self.reader.things(term, RDFS.subClassOf) if p not in own]
        return Branch(
            name=self.presenter.term(term),
            is_own=True,
            note=", ".join(self.presenter.curie(other) for other in others[:2]),
            below=sorted(
                (self._branch(child, own, parents) for child in below),
                key=lambda branch: branch.name.text.lower(),
            ),
        )

    def versions(self, ontology: URIRef) -> Iterator[VersionView]:
        """Yield the versions of the ontology, newest first."""
        for version in self.vocabulary.versions(ontology):
            href = self.presenter.links.to(version.iri)
            yield VersionView(
                name=Link(Phrase(version.name), href),
                issued=self.presenter.phrase(version.issued) if version.issued else None,
                note=self.presenter.pick(version.notes),
            )

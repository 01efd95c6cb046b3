"""The partitions of a release, arranged for a reader: every one under its own fragment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rdflib import RDF, RDFS, Literal, URIRef
from rdflib.namespace import VOID

from kg.release.partitions import VOID_EXT
from kg.store import Term
from kg.web.literals import show_number
from kg.web.presentation import Link, Presenter
from kg.web.publications import Publication

_COUNTS = (VOID.entities, VOID.triples)
_TERMS = (VOID["class"], VOID.property, VOID_EXT.datatype, VOID.linkPredicate)
_PARTS = (VOID.propertyPartition, VOID.classPartition, VOID_EXT.datatypePartition)


@dataclass(frozen=True)
class Partition:
    """A part of the data with its number of triples or entities, and its own parts."""

    anchor: str
    link: Link
    number: str
    parts: Sequence["Partition"]


@dataclass(frozen=True)
class StatisticsPage:
    """The partitions of the default graph, and the links to other hosts."""

    classes: Sequence[Partition]
    properties: Sequence[Partition]
    linksets: Sequence[Partition]


def statistics_page(publication: Publication, presenter: Presenter) -> StatisticsPage:
    """Return the page of the partitions of a release."""
    composer = _Composer(publication, presenter)
    return StatisticsPage(
        classes=list(composer.parts(publication.iri, VOID.classPartition)),
        properties=list(composer.parts(publication.iri, VOID.propertyPartition)),
        linksets=list(composer.parts(publication.iri, VOID.subset)),
    )


class _Composer:
    def __init__(self, publication: Publication, presenter: Presenter) -> None:
        self._presenter = presenter
        told: dict[Term, dict[URIRef, list[Term]]] = {}
        for quad in publication.quads:
            told.setdefault(quad.subject, {}).setdefault(quad.predicate, []).append(quad.object)
        self._told: Mapping[Term, Mapping[URIRef, Sequence[Term]]] = told

    def parts(self, whole: Term, predicate: URIRef) -> Iterator[Partition]:
        """Yield the parts of a dataset or partition, the largest first."""
        found = [(self._count(node), node) for node in self._values(whole, predicate)]
        for count, node in sorted(found, key=lambda item: (-item[0], item[1])):
            if "#" in node:
                inner = [part for name in _PARTS for part in self.parts(node, name)]
                number = show_number(count, self._presenter.language)
                yield Partition(str(node).partition("#")[2], self._term(node), number, inner)

    def _count(self, node: Term) -> int:
        found = (value for name in _COUNTS for value in self._values(node, name))
        return next((int(str(value)) for value in found if isinstance(value, Literal)), 0)

    def _term(self, node: Term) -> Link:
        terms = (value for name in _TERMS for value in self._values(node, name))
        iri = next(URIRef(str(term)) for term in terms)
        link = self._presenter.term(iri)
        # A datatype of ours has no place on the ontology's page.
        is_datatype = RDFS.Datatype in self._presenter.reader.things(iri, RDF.type)
        is_dead = is_datatype and iri.startswith(self._presenter.reader.base)
        return replace(link, href=None) if is_dead else link

    def _values(self, subject: Term, predicate: URIRef) -> Sequence[Term]:
        return self._told.get(subject, {}).get(predicate, ())

"""The page of the shapes: every rule that a release must meet, on one page."""

from collections.abc import Iterable, Iterator

from rdflib import Literal, URIRef
from rdflib.namespace import SH

from kg.web.ontology_page import Row, TermGroup, TermView, VocabularyPage
from kg.web.presentation import Link, Phrase, Presenter
from kg.web.site import Site


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

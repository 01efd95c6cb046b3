"""The page about one thing: its description arranged for a reader."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from rdflib import RDF, Literal, URIRef
from rdflib.namespace import SKOS

from kg.namespaces import OA
from kg.store import Term
from kg.web.addresses import document_path
from kg.web.arrangement import SECTIONS, place_of
from kg.web.description import PAGE_SIZE, Description, Inverse, Statement, Value
from kg.web.presentation import (
    ClaimView,
    ConflictView,
    FactView,
    Link,
    Phrase,
    Presenter,
    SpanView,
    ValueView,
)
from kg.web.reader import LABELS
from kg.web.texts import INVERSE

_RECORD: Final = "record"


@dataclass(frozen=True)
class Row:
    """A property with its values: those held, and those that other sources give."""

    term: Link
    values: Sequence[ValueView]
    others: Sequence[ValueView] = ()


@dataclass(frozen=True)
class Section:
    """Rows that belong together."""

    heading: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class LinkGroup:
    """Things that link here by one property: a page of them, and how many more there are."""

    heading: Link
    values: Sequence[ValueView]
    total: int
    rest: int


@dataclass(frozen=True)
class FactGroup:
    """Facts about one subject that follow each other in the source."""

    subject: Link
    facts: Sequence[FactView]


@dataclass(frozen=True)
class Branch:
    """A concept of a scheme with those narrower than it; or a subject of a graph.

    A subject that is a fragment of this very document stands here under its ``anchor``.
    """

    link: Link
    branches: Sequence["Branch"] = ()
    anchor: str | None = None


@dataclass(frozen=True)
class Download:
    """The address of the document in a format."""

    label: str
    media_type: str
    href: str


@dataclass(frozen=True)
class ThingPage:
    """All that the template shows. ``claim`` and ``span`` are set on pages of such things."""

    iri: URIRef
    title: Phrase
    other_title: Phrase | None
    badges: Sequence[Link]
    crumbs: Sequence[Link]
    sections: Sequence[Section]
    record: Section | None
    origin: Link | None
    inverse: Sequence[LinkGroup]
    conflicts: Sequence[ConflictView]
    facts: Sequence[FactGroup]
    fact_total: int
    members: Sequence[Branch]
    member_total: int
    is_graph: bool
    claim: ClaimView | None
    span: SpanView | None
    told_by: Sequence[tuple[Link, int]]
    page: int
    previous: str | None
    following: str | None


def thing_page(
    description: Description, presenter: Presenter, classes: Container[URIRef]
) -> ThingPage:
    """Return the page of a description; ``classes`` are those that can be browsed."""
    return _Composer(description, presenter, classes).compose()


class _Composer:
    """Makes one page; holds what its parts share."""

    def __init__(
        self, description: Description, presenter: Presenter, classes: Container[URIRef]
    ) -> None:
        self.classes = classes
        self.description = description
        self.presenter = presenter
        self.reader = presenter.reader
        self.iri = description.iri
        self.claim = self.reader.claim(self.iri)
        self.span = self.reader.span(self.iri)
        self.origin = self._one_origin()
        self._anchored: set[Term] = set()

    def compose(self) -> ThingPage:
        description, presenter = self.description, self.presenter
        title = presenter.name(self.iri)
        sections = self._sections()
        record = sections.pop(_RECORD)
        return ThingPage(
            iri=self.iri,
            title=title,
            other_title=self._other_title(title),
            badges=[presenter.term(kind) for kind in description.types],
            crumbs=list(self._crumbs()),
            sections=[section for section in sections.values() if section.rows],
            record=record if record.rows else None,
            origin=presenter.link(self.origin) if self.origin else None,
            inverse=[self._group(link) for link in self._ordered_inverse()],
            conflicts=[presenter.conflict(conflict) for conflict in description.conflicts],
            facts=self._facts(),
            fact_total=description.fact_total,
            members=self._tree(),
            member_total=description.member_total,
            is_graph=self.iri.startswith(self.reader.graph),
            claim=presenter.claim(self.claim) if self.claim else None,
            span=presenter.span(self.span) if self.span else None,
            told_by=self._told_by(),
            page=description.page,
            previous=self._page(description.page - 1) if description.page > 1 else None,
            following=self._page(description.page + 1) if description.more else None,
        )

    def _page(self, number: int) -> str:
        path = document_path(self.iri.removeprefix(self.reader.base)) + ".html"
        return self.presenter.links.local(path, page=number if number > 1 else None)

    def _other_title(self, title: Phrase) -> Phrase | None:
        for label in self.description.labels.get(self.iri, ()):
            phrase = self.presenter.phrase(label)
            if phrase.text != title.text:
                return phrase
        return None

    def _crumbs(self) -> Iterator[Link]:
        words, links = self.presenter.words, self.presenter.links
        yield Link(Phrase(words("home")), links.local(""))
        yield Link(Phrase(words("browse")), links.local("browse"))
        if self.claim or self.span:
            source = self.claim.source if self.claim else self.span.source  # type: ignore[union-attr]
            yield self.presenter.link(source)
            return
        for scheme in self.reader.things(self.iri, SKOS.inScheme)[:1]:
            yield self.presenter.link(scheme)
        for kind in [kind for kind in self.description.types if kind in self.classes][:1]:
            path = f"browse/{self.presenter.curie(kind)}"
            yield Link(self.presenter.name(kind), links.local(path))

    def _one_origin(self) -> URIRef | None:
        """Return the graph that states all that no claim stands behind, if it is one graph."""
        values = [value for statement in self._shown() for value in statement.held]
        values += [value for link in self.description.inverse for value in link.values]
        graphs = {value.graphs for value in values if not value.claims and value.graphs}
        only = graphs.pop() if len(graphs) == 1 else ()
        return only[0] if len(only) == 1 else None

    def _shown(self) -> Iterator[Statement]:
        """Leave out what the page shows in another way: types, names, a claim's triple."""
        hidden = {RDF.type, *((RDF.subject, RDF.predicate, RDF.object) if self.claim else ())}
        hidden |= {OA.hasSelector, self.reader.inov.locator} if self.span else set()
        shown = {str(label) for label in self.description.labels.get(self.iri, ())[:2]}
        for statement in self.description.statements:
            values = (*statement.held, *statement.others)
            is_title = statement.predicate in LABELS and {str(v.term) for v in values} <= shown
            if any(value.claims for value in values) or (
                statement.predicate not in hidden and not is_title
            ):
                yield statement

    def _sections(self) -> dict[str, Section]:
        found: dict[str, list[tuple[int, str, Row]]] = {key: [] for key in SECTIONS}
        for statement in self._shown():
            section, place = place_of(self.presenter.curie(statement.predicate))
            row = self._row(statement)
            found[section].append((place, row.term.text, row))
        return {
            key: Section(
                self.presenter.words(key),
                [row for *_, row in sorted(rows, key=lambda item: item[:2])],
            )
            for key, rows in found.items()
        }

    def _facts(self) -> list[FactGroup]:
        """Put facts about one subject together where they follow each other."""
        return [
            FactGroup(self.presenter.link(subject), [self.presenter.fact(fact) for fact in facts])
            for subject, facts in groupby(self.description.facts, lambda f: f.claim.triple[0])
        ]

    def _row(self, statement: Statement) -> Row:
        return Row(
            self.presenter.term(statement.predicate),
            self._values(statement.held, statement.predicate),
            self._values(statement.others, statement.predicate),
        )

    def _values(self, values: Iterable[Value], predicate: URIRef) -> list[ValueView]:
        views = [(self._order(value.term), self._value(value, predicate)) for value in values]
        return [view for _, view in sorted(views, key=lambda item: (item[0], item[1].link.text))]

    def _order(self, term: Term) -> int:
        """Put words in the page's language before those in the other."""
        foreign = isinstance(term, Literal) and term.language not in (None, self.presenter.language)
        return int(foreign)

    def _value(self, value: Value, predicate: URIRef) -> ValueView:
        view = replace(self.presenter.value(value, predicate), anchor=self._anchor(value.term))
        if self.origin and value.graphs == (self.origin,):
            return replace(view, origins=())
        return view

    def _anchor(self, term: Term) -> str | None:
        """Return the fragment of a node that has this document's address, the first time."""
        stem = f"{self.description.iri}#"
        if not term.startswith(stem) or term in self._anchored:
            return None
        self._anchored.add(term)
        return str(term).removeprefix(stem)

    def _ordered_inverse(self) -> list[Inverse]:
        """Put links in the order of their headings, those without one last."""
        order = {curie: place for place, curie in enumerate(INVERSE)}
        return sorted(
            self.description.inverse,
            key=lambda link: (
                order.get(self.presenter.curie(link.predicate), len(order)),
                link.predicate,
            ),
        )

    def _group(self, link: Inverse) -> LinkGroup:
        shown = (self.description.page - 1) * PAGE_SIZE + len(link.values)
        views = [self._value(value, link.predicate) for value in link.values]
        heading = self.presenter.inverse_heading(link.predicate)
        ordered = sorted(views, key=lambda view: view.link.text)
        return LinkGroup(heading, ordered, link.total, max(0, link.total - shown))

    def _tree(self) -> list[Branch]:
        members = self.description.members
        present = {member.iri for member in members}
        children: dict[URIRef | None, list[URIRef]] = {}
        for member in members:
            parents: tuple[URIRef | None, ...] = tuple(n for n in member.broader if n in present)
            for parent in parents or (None,):
                children.setdefault(parent, []).append(member.iri)
        return self._branches(children, None, frozenset())

    def _branches(
        self,
        children: Mapping[URIRef | None, list[URIRef]],
        parent: URIRef | None,
        above: frozenset[URIRef],
    ) -> list[Branch]:
        """Return the branches below a concept; one that is its own ancestor ends there."""
        return [
            Branch(
                self.presenter.link(node),
                self._branches(children, node, above | {node}),
                node.removeprefix(f"{self.iri}#") if node.startswith(f"{self.iri}#") else None,
            )
            for node in children.get(parent, [])
            if node not in above
        ]

    def _told_by(self) -> list[tuple[Link, int]]:
        values = [v for s in self.description.statements for v in (*s.held, *s.others)]
        values += [value for link in self.description.inverse for value in link.values]
        counts = Counter(source for value in values for source in value.sources)
        return [(self.presenter.link(source), counts[source]) for source in sorted(counts)]

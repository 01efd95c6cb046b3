"""Terms, values and claims as a page shows them: in one language, as links of this server."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rdflib import XSD, BNode, Literal, URIRef

from kg.iris import compress_iri
from kg.language import LANGUAGES, Language
from kg.store import Term
from kg.web.addresses import Links
from kg.web.arrangement import UNGROUPED
from kg.web.description import Conflict, Fact, Value
from kg.web.literals import show_literal
from kg.web.reader import Claim, Reader, Span
from kg.web.texts import INVERSE, PLURALS, WORDS

_NORMAL: Final = "claim-rank/normal"


@dataclass(frozen=True)
class Phrase:
    """Words to show. ``lang`` is their language where it is not the page's."""

    text: str
    lang: str | None = None


@dataclass(frozen=True)
class Link:
    """Words that may lead somewhere; ``title`` explains them."""

    phrase: Phrase
    href: str | None = None
    title: str | None = None

    @property
    def text(self) -> str:
        """Return the words themselves."""
        return self.phrase.text


@dataclass(frozen=True)
class Sentence:
    """A triple in words."""

    subject: Link
    verb: Link
    object: Link


@dataclass(frozen=True)
class SpanView:
    """A place in a text, as its locator and its code points."""

    locator: str
    start: int
    end: int
    href: str | None


@dataclass(frozen=True)
class ClaimView:
    """A claim: what it asserts, and in which source, where and how."""

    link: Link
    sentence: Sentence
    article: Link
    certainty: Link | None
    rank: Link | None
    speaker: Link | None
    spans: Sequence[SpanView]
    notes: Sequence[Phrase]


@dataclass(frozen=True)
class ValueView:
    """A value with the claims behind it; ``origins`` name the graphs of one without claims.

    ``sources`` counts sources, not claims. ``datetime`` is the machine's form of a date. A
    fingerprint ``is_code``, a text of several lines ``is_block``. A node that is a fragment of
    the very document stands under its ``anchor``.
    """

    link: Link
    evidence: Sequence[ClaimView] = ()
    sources: int = 0
    origins: Sequence[Link] = ()
    datetime: str | None = None
    is_code: bool = False
    is_block: bool = False
    anchor: str | None = None
    claim: ClaimView | None = None


@dataclass(frozen=True)
class ConflictView:
    """Claims that stand against each other, and how we read them."""

    link: Link
    kind: Link | None
    resolution: Link | None
    notes: Sequence[Phrase]
    claims: Sequence[ClaimView]


@dataclass(frozen=True)
class FactView:
    """A claim with those that spell it out."""

    claim: ClaimView
    details: Sequence[ClaimView]


class Presenter:
    """Says things in one language, with labels and definitions that the release gives."""

    def __init__(self, reader: Reader, links: Links, language: Language) -> None:
        self.reader = reader
        self.links = links
        self.language = language

    def words(self, key: str, **values: object) -> str:
        """Return words of the interface."""
        text = WORDS[key][self.language]
        return text.format(**values) if values else text

    def curie(self, iri: str) -> str:
        """Return the CURIE of an IRI, or the IRI."""
        return compress_iri(iri, self.links.prefixes)

    def pick(self, literals: Iterable[Literal]) -> Phrase | None:
        """Return the wording in the page's language, else in ours, else any; None if none."""
        by_language = {(literal.language or "").split("-")[0]: literal for literal in literals}
        for language in (self.language, *LANGUAGES, "", *sorted(by_language)):
            if language in by_language:
                return self.phrase(by_language[language])
        return None

    def phrase(self, literal: Literal) -> Phrase:
        """Return the words of a literal, marked if they are in another language."""
        language = literal.language
        foreign = language if language and language.split("-")[0] != self.language else None
        return Phrase(show_literal(literal, self.language), foreign)

    def name(self, iri: URIRef) -> Phrase:
        """Return what a thing is called; a thing without a label is called by its CURIE."""
        return self.pick(self.reader.labels(iri)) or self._own_name(iri)

    def _own_name(self, iri: URIRef) -> Phrase:
        kind, _, slug = iri.removeprefix(self.reader.base).removeprefix("id/").partition("/")
        if kind == "claim":
            return Phrase(f"{self.words('claim')} {slug}")
        span = self.reader.span(iri) if kind == "span" else None
        return Phrase(self.span_name(span) if span else self.curie(iri))

    def span_name(self, span: Span) -> str:
        """Return the place of a span in words: its locator and its code points."""
        return f"{span.locator} ({self.words('code_points')} {span.start}\N{EN DASH}{span.end})"

    def link(self, iri: URIRef) -> Link:
        """Return the link to a thing."""
        return Link(self.name(iri), self.links.to(iri))

    def term(self, iri: URIRef) -> Link:
        """Return the link to a property or class, explained by its definition."""
        definition = self.pick(self.reader.definitions(iri))
        href = self.links.term(iri) if self.reader.is_declared(iri) else self.links.to(iri)
        return Link(self.name(iri), href, definition.text if definition else None)

    def plural(self, kind: URIRef) -> Phrase:
        """Return what the instances of a class are called together."""
        several = PLURALS.get(self.curie(kind))
        return Phrase(several[self.language]) if several else self.name(kind)

    def inverse_heading(self, predicate: URIRef) -> Link:
        """Return what the subjects of a property are to its object."""
        term = self.term(predicate)
        heading = INVERSE.get(self.curie(predicate))
        text = heading[self.language] if heading else self.words("as", property=term.text)
        return Link(Phrase(text), term.href, term.title)

    def object(self, term: Term, predicate: URIRef | None = None) -> Link:
        """Return a link to a thing, or the words of a literal."""
        match term:
            case URIRef():
                return self.link(term)
            case BNode():
                return Link(Phrase(f"_:{term}"))
        if predicate is not None and self.curie(predicate) in UNGROUPED:
            return Link(Phrase(str(term)))
        href = self.links.to(str(term)) if term.datatype == XSD.anyURI else None
        return Link(self.phrase(term), href)

    def value(self, value: Value, predicate: URIRef) -> ValueView:
        """Return a value of a property, or (of an inverse link) a subject of it."""
        term = value.term
        datatype = term.datatype if isinstance(term, Literal) else None
        claim = self._spoken_claim(term)
        return ValueView(
            link=self.object(term, predicate),
            evidence=[self.claim(item) for item in value.claims],
            sources=len(value.sources),
            origins=[] if value.claims or claim else [self.link(graph) for graph in value.graphs],
            datetime=str(term) if datatype in (XSD.date, XSD.gYearMonth, XSD.gYear) else None,
            is_block=isinstance(term, Literal) and "\n" in term,
            is_code=isinstance(term, Literal) and len(term) > 40 and " " not in term,
            claim=self.claim(claim) if claim else None,
        )

    def _spoken_claim(self, term: Term) -> Claim | None:
        if isinstance(term, URIRef) and term.startswith(self.reader.base + "id/claim/"):
            return self.reader.claim(term)
        return None

    def claim(self, claim: Claim) -> ClaimView:
        """Return a claim with its source, place, certainty and speaker."""
        rank = claim.rank if claim.rank and not claim.rank.endswith(_NORMAL) else None
        return ClaimView(
            link=self.link(claim.iri),
            sentence=self.sentence(claim),
            article=self.link(claim.source),
            certainty=self.link(claim.certainty) if claim.certainty else None,
            rank=self.link(rank) if rank else None,
            speaker=self.link(claim.speaker) if claim.speaker else None,
            spans=[self.span(span) for span in claim.spans],
            notes=self.notes(claim.notes),
        )

    def sentence(self, claim: Claim) -> Sentence:
        """Return the triple of a claim in words."""
        subject, predicate, term = claim.triple
        return Sentence(self.link(subject), self.term(predicate), self.object(term, predicate))

    def span(self, span: Span) -> SpanView:
        """Return a span with the link to its page."""
        return SpanView(span.locator, span.start, span.end, self.links.to(span.iri))

    def notes(self, notes: Iterable[Literal]) -> list[Phrase]:
        """Return the notes in the page's language: at most one, as they are translations."""
        chosen = self.pick(notes)
        return [chosen] if chosen else []

    def conflict(self, conflict: Conflict) -> ConflictView:
        """Return a conflict set with its claims."""
        return ConflictView(
            link=self.link(conflict.iri),
            kind=self.link(conflict.kind) if conflict.kind else None,
            resolution=self.link(conflict.resolution) if conflict.resolution else None,
            notes=self.notes(conflict.notes),
            claims=[self.claim(claim) for claim in conflict.claims],
        )

    def fact(self, fact: Fact) -> FactView:
        """Return a fact with the claims that spell it out."""
        return FactView(self.claim(fact.claim), [self.claim(claim) for claim in fact.details])

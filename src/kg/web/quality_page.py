"""The measurements of a release, arranged for a reader: every one under its own fragment."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from rdflib import URIRef

from kg.iris import rebase
from kg.release import quality_queries as queries
from kg.web.literals import show_number
from kg.web.measurements import Measured, read_measurements
from kg.web.presentation import Link, Phrase, Presenter
from kg.web.publications import Publication
from kg.web.quality_texts import has_words, quality_words

PART = 2
_SHOWN_SOURCES = 25
_DIMENSIONS = ("coverage", "corroboration", "consistency", "labelling", "linking")
_WHOLE: Mapping[str, Sequence[str]] = {
    "coverage": ("recognitions-held", "official-number", "share-held"),
    "corroboration": ("claims", "claims-corroborated", "claims-single"),
    "consistency": ("conflicts-open", "conflicts-settled"),
    "labelling": ("things", "labels-missing-id", "labels-missing-en"),
    "linking": ("links",),
}
"""What is measured of the release as a whole, by dimension."""

_HEADLINES = {
    "recognitions-held": "coverage",
    "share-held": "coverage",
    "claims": "corroboration",
    "claims-corroborated": "corroboration",
    "conflicts-open": "consistency",
    "links": "linking",
}
_BEHIND: Mapping[str, Sequence[tuple[str, str]]] = {
    "coverage": (
        ("query_held", queries.HELD),
        ("query_official", queries.OFFICIAL),
        ("query_recipients", queries.RECIPIENTS),
    ),
    "corroboration": (
        ("query_sources", queries.SOURCES),
        ("query_triples", queries.TRIPLES),
    ),
    "consistency": (("query_conflicts", queries.CONFLICTS),),
    "sums": (("query_parts", queries.PARTIAL),),
    "labelling": (("query_labels", queries.LABELS),),
    "linking": (("query_links", queries.LINKS),),
    "data": (("query_graph", queries.MEASUREMENTS),),
}


@dataclass(frozen=True)
class Cell:
    """A figure; ``share`` is the length of a bar in percent, None where there is none."""

    anchor: str
    text: str
    value: Decimal = Decimal()
    href: str | None = None
    share: str | None = None


@dataclass(frozen=True)
class Official:
    """An official number, how much of it is held, and where it is from."""

    number: Cell
    share: Cell | None
    origins: Sequence[Link]


@dataclass(frozen=True)
class CoverRow:
    """What is held of something; ``level`` is 0 of an edition, 1 of a tier, 2 of a part."""

    link: Link
    level: int
    held: Cell | None
    agencies: Cell | None
    officials: Sequence[Official]


@dataclass(frozen=True)
class Row:
    """A row of any other table: what it is about, and its figures."""

    link: Link
    cells: Sequence[Cell]
    beside: Link | None = None


@dataclass(frozen=True)
class Section:
    """A dimension: its name and meaning, and the figures of the release as a whole."""

    heading: Link
    hint: str
    figures: Sequence[tuple[Link, Cell]]


@dataclass(frozen=True)
class QualityPage:
    """What the page shows; ``heads`` names the metrics, ``behind`` the queries of each part."""

    sections: Mapping[str, Section]
    heads: Mapping[str, Link]
    behind: Mapping[str, Sequence[tuple[str, str]]]
    headlines: Sequence[tuple[Link, Cell]]
    covers: Sequence[CoverRow]
    uncovered: Sequence[CoverRow]
    sources: Sequence[Row]
    more_sources: Sequence[Row]
    conflicts: Sequence[Row]
    sums: Sequence[Row]
    unnamed: Sequence[Row]
    classes: Sequence[Row]
    things: str
    links: Sequence[Row]


def quality_page(publication: Publication, presenter: Presenter) -> QualityPage | None:
    """Return the page of what was measured of a release; None if nothing was."""
    measured = list(read_measurements(publication.measured))
    return _Composer(publication, presenter, measured).compose() if measured else None


class _Composer:
    def __init__(
        self, publication: Publication, presenter: Presenter, measured: Sequence[Measured]
    ) -> None:
        self._release = publication.iri
        self._presenter = presenter
        self._reader = presenter.reader
        self._say = partial(quality_words, presenter.language)
        self._found: dict[tuple[str, URIRef], list[Measured]] = defaultdict(list)
        self._on: dict[str, list[URIRef]] = defaultdict(list)
        for item in sorted(measured, key=lambda m: (m.metric, m.on, m.value, m.node)):
            self._found[item.metric, item.on].append(item)
            if item.on != self._release and item.on not in self._on[item.metric]:
                self._on[item.metric].append(item.on)

    def compose(self) -> QualityPage:
        """Arrange everything."""
        groups = list(self._covers())
        known = [group for group in groups if any(row.officials for row in group)]
        metrics = {metric for metric, _ in self._found}
        sources = sorted(self._rows("claims", "claims-corroborated", "claims-single"), key=_by_size)
        classes = self._rows("things", "labels-missing-id", "labels-missing-en")
        return QualityPage(
            sections={name: self._section(name) for name in _DIMENSIONS},
            heads={metric: self._head(metric) for metric in metrics},
            behind={name: self._behind(name) for name in _BEHIND},
            headlines=list(self._headlines()),
            covers=[row for group in known for row in group],
            uncovered=[row for group in groups if group not in known for row in group],
            sources=[self._with_bar(row) for row in sources[:_SHOWN_SOURCES]],
            more_sources=[self._with_bar(row) for row in sources[_SHOWN_SOURCES:]],
            conflicts=list(self._conflicts()),
            sums=sorted(self._sums(), key=lambda row: not row.cells[2].value),
            unnamed=[_again(row) for row in classes if any(cell.value for cell in row.cells[1:])],
            classes=classes,
            things=self._text(self._one("things", self._release)),
            links=list(self._links()),
        )

    def _concept(self, scheme: str, name: str) -> URIRef:
        return URIRef(f"{self._reader.base}scheme/quality-{scheme}/{name}")

    def _head(self, metric: str, *, short: bool = True) -> Link:
        """Return the link to a metric, explained; a column's head is short where there is one."""
        iri = self._concept("metric", metric)
        name, definition = self._presenter.name(iri), self._reader.definitions(iri)
        meaning = self._presenter.pick(definition)
        told = ": ".join([name.text, *([meaning.text] if meaning else [])])
        shown = Phrase(self._say(metric)) if short and has_words(metric) else name
        return Link(shown, self._presenter.links.to(iri), told)

    def _section(self, name: str) -> Section:
        iri = self._concept("dimension", name)
        definition = self._presenter.pick(self._reader.definitions(iri))
        figures = [
            (self._head(metric, short=False), self._cell(item))
            for metric in _WHOLE[name]
            if (item := self._one(metric, self._release))
        ]
        hint = definition.text if definition else ""
        return Section(self._presenter.link(iri), hint, figures)

    def _behind(self, part: str) -> list[tuple[str, str]]:
        return [(self._say(key), self._query(query)) for key, query in _BEHIND[part]]

    def _query(self, query: str) -> str:
        return self._presenter.links.local("query", query=rebase(query, self._reader.base))

    # Figures

    def _one(self, metric: str, on: URIRef) -> Measured | None:
        return next(iter(self._found.get((metric, on), ())), None)

    def _text(self, item: Measured | None) -> str:
        if item is None:
            return ""
        language = self._presenter.language
        if item.metric == "share-held":
            return f"{show_number(str(_percent(item.value)), language)}%"
        sign = "\N{MINUS SIGN}" if item.value < 0 else ""
        if item.metric == "sum-difference" and item.value > 0:
            sign = "+"
        return sign + show_number(f"{abs(item.value):f}", language)

    def _cell(self, item: Measured, href: str | None = None) -> Cell:
        is_share = item.metric == "share-held"
        share = f"{min(_percent(item.value), Decimal(100))}%" if is_share else None
        return Cell(item.anchor, self._text(item), item.value, href, share)

    def _headlines(self) -> Iterator[tuple[Link, Cell]]:
        for metric, part in _HEADLINES.items():
            if item := self._one(metric, self._release):
                cell = replace(self._cell(item), anchor="", href=f"#{part}")
                yield self._head(metric, short=False), cell

    def _rows(self, *metrics: str) -> list[Row]:
        rows = [
            Row(
                self._presenter.link(on),
                [self._cell(item) for metric in metrics if (item := self._one(metric, on))],
            )
            for on in self._on[metrics[0]]
        ]
        return sorted(rows, key=lambda row: row.link.text.lower())

    def _with_bar(self, row: Row) -> Row:
        whole, part = (cell.value for cell in row.cells[:2])
        return Row(row.link, [*row.cells, self._bar(part, whole)])

    def _bar(self, part: Decimal, whole: Decimal) -> Cell:
        share = _percent(part / whole if whole else Decimal())
        text = f"{show_number(str(share), self._presenter.language)}%"
        return Cell("", text, share, share=f"{share}%")

    # Coverage

    def _covers(self) -> Iterator[list[CoverRow]]:
        """Yield the editions, latest and largest first, each with its tiers and their parts."""
        inov = self._reader.inov
        groups: dict[URIRef | None, list[URIRef]] = defaultdict(list)
        for on in self._on["recognitions-held"]:
            if self._reader.things(on, inov.tierOf):
                groups[self._reader.things(on, inov.tierOf)[0]].append(on)
            elif self._found.get(("agencies-held", on)) and not self._is_observation(on):
                groups[None].append(on)
        # An award is an edition of its own: both are told by year.
        tops = [
            (self._year(edition), edition, tiers) for edition, tiers in groups.items() if edition
        ]
        tops += [(self._year(award), award, []) for award in groups[None]]
        for _, top, tiers in sorted(tops, key=lambda item: (-item[0], *self._order(item[1]))):
            rows = [self._cover(top, 0), *(self._cover(part, PART) for part in self._parts(top))]
            for tier in sorted(tiers, key=self._order):
                rows.append(self._cover(tier, 1))
                rows += [self._cover(part, PART) for part in self._parts(tier)]
            yield rows

    def _is_observation(self, on: URIRef) -> bool:
        return bool(self._reader.things(on, self._reader.inov.indicator))

    def _parts(self, tier: URIRef) -> list[URIRef]:
        inov = self._reader.inov
        about = self._reader.subjects(inov.about, tier)
        measured = {on for metric in _HELD for on in self._on[metric]}
        return [on for on in about if on in measured]

    def _year(self, edition: URIRef) -> int:
        years = self._reader.values(edition, self._reader.inov.yearValue)
        years = years or self._reader.values(edition, self._reader.inov.year)
        return int(str(years[0])[:4]) if years else 0

    def _order(self, tier: URIRef) -> tuple[Decimal, URIRef]:
        """Order by official number, the widest tier first."""
        numbers = self._found.get(("official-number", tier), ())
        return -max((item.value for item in numbers), default=Decimal()), tier

    def _cover(self, on: URIRef, level: int) -> CoverRow:
        held, agencies = (self._one(metric, on) for metric in _HELD)
        link = self._presenter.link(on)
        if level == PART:
            link = self._part_link(on, by_agency=held is None)
            held, agencies = held or agencies, None
        is_award = level != PART and agencies is not None
        href = self._query(queries.RECOGNITIONS % str(on)) if is_award else None
        shares = {item.anchor.partition("--")[2]: item for item in self._found["share-held", on]}
        return CoverRow(
            link,
            level,
            self._cell(held, href) if held else None,
            self._cell(agencies) if agencies else None,
            [
                self._official(item, shares.get(item.anchor.partition("--")[2]))
                for item in self._found.get(("official-number", on), ())
            ],
        )

    def _part_link(self, on: URIRef, *, by_agency: bool) -> Link:
        population = self._reader.things(on, self._reader.inov.population)
        name = self._presenter.name(population[0] if population else on).text
        text = self._say("of_agencies", name=name) if by_agency else name
        return Link(Phrase(text), self._presenter.links.to(on))

    def _official(self, item: Measured, share: Measured | None) -> Official:
        by_name, observed = (Phrase(self._say(key)) for key in ("by_name", "observed"))
        origins = [
            Link(by_name)
            if origin == item.on
            else Link(observed, self._presenter.links.to(origin), self._presenter.name(origin).text)
            for origin in item.derived
            if not self._is_observation(item.on)
        ]
        return Official(self._cell(item), self._cell(share) if share else None, origins)

    # Consistency and links

    def _conflicts(self) -> Iterator[Row]:
        for row in self._rows("conflicts-open", "conflicts-settled"):
            is_open, settled = (cell.value for cell in row.cells)
            yield Row(row.link, [*row.cells, self._bar(settled, is_open + settled)])

    def _sums(self) -> Iterator[Row]:
        for on in self._on["sum-of-parts"]:
            differences = self._found.get(("sum-difference", on), ())
            for added in self._found["sum-of-parts", on]:
                start = f"sum-difference--{added.anchor.removeprefix('sum-of-parts--')}--"
                rows = [
                    self._sum(added, item) for item in differences if item.anchor.startswith(start)
                ]
                yield from rows[:1]
                for row in rows[1:]:
                    yield replace(row, cells=[replace(row.cells[0], anchor=""), *row.cells[1:]])

    def _sum(self, added: Measured, difference: Measured) -> Row:
        reader = self._reader
        graph, *_ = (iri for iri in difference.derived if reader.is_source_graph(iri))
        stated = [iri for iri in difference.derived if iri != graph]
        source = next(iter(reader.subjects(reader.inov.assertedIn, graph)), graph)
        whole = show_number(f"{added.value - difference.value:f}", self._presenter.language)
        first = next((iri for iri in stated if iri != added.on), None)
        what = self._presenter.link(first or added.on)
        origin = self._presenter.links.to(stated[0]) if stated else None
        return Row(
            what,
            [self._cell(added), Cell("", whole, href=origin), self._cell(difference)],
            self._presenter.link(source),
        )

    def _links(self) -> Iterator[Row]:
        for on in self._on["links"]:
            for item in self._found["links", on]:
                graphs = [self._presenter.link(graph) for graph in item.derived]
                target = Link(Phrase(str(on)), str(on))
                yield Row(target, [self._cell(item)], graphs[0] if graphs else None)


_HELD = ("recognitions-held", "agencies-held")


def _percent(share: Decimal) -> Decimal:
    """Return a share in percent, with one decimal below ten."""
    percent = share * 100
    return round(percent, 0 if percent >= 10 or not percent else 1)


def _again(row: Row) -> Row:
    """Return a row that stands elsewhere under its fragments too."""
    return replace(row, cells=[replace(cell, anchor="") for cell in row.cells])


def _by_size(row: Row) -> tuple[Decimal, str]:
    return -row.cells[0].value, row.link.text.lower()

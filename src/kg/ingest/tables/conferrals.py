"""Rows of the table *conferrals*: awards won, and places taken in competitions."""

import re
from dataclasses import dataclass
from typing import Final

from rdflib import Literal, URIRef

from kg.ingest.records import Row
from kg.ingest.tables.description import TableKind
from kg.ingest.tables.facts import IMPLIED, Stating
from kg.ingest.tables.names import Names, Thing, mint, slug_of
from kg.ingest.tables.organisations import make_unit
from kg.ingest.tables.people import make_person
from kg.iris import parse_iri
from kg.language import Text
from kg.namespaces import INOV, ORG

_SIZE: Final = re.compile(r"Top\s+(\d+)", re.IGNORECASE)
_SHORT: Final = re.compile(r"[a-z0-9]{2,6}")


def state_conferral(row: Row, kind: TableKind, names: Names, stating: Stating) -> None:
    """State what a row says; raises ``RecordError``.

    An award that is a competition makes a placement in a tier of its edition, or of the series
    where the source does not give the year; any other award a conferral of its edition of that
    year. The key of either is edition, agency and work.
    """
    year = row.values["year"]
    award = names.find(row, "award", kind, year=year)
    agency = names.find(row, "agency", kind, year=year)
    if award is None or agency is None:  # Both are required, as the columns' check has seen.
        return
    entry = _Entry(row, kind, names, stating, agency)
    identity = parse_iri(str(award))
    competition = identity is not None and identity.kind == "competition"
    work = entry.work()
    node = entry.placement(award, work) if competition else entry.conferral(award, work)
    stating.add(node, INOV.recipient, agency, "agency", with_note=True)
    stating.add(node, INOV.recognises, work, "innovation")
    stating.add(node, INOV.presentedBy, entry.person("presenter"), "presenter")
    stating.add(node, INOV.receivedBy, entry.person("receiver"), "receiver")
    stating.add(node, INOV.duringEvent, names.find(row, "event", kind, year=year), "event")
    stating.add(node, INOV.venue, names.find(row, "place", kind), "place")
    stating.add_time(node, row.values["date"])


@dataclass(frozen=True)
class _Entry:
    """One row with the agency that it is about; its methods make what the row speaks of."""

    row: Row
    kind: TableKind
    names: Names
    stating: Stating
    agency: URIRef

    def value(self, column: str) -> str:
        return self.row.values[column]

    def person(self, column: str) -> URIRef | None:
        if not self.value(column):
            return None
        return make_person(self.row, column, self.kind, self.names)

    def unit(self) -> URIRef | None:
        if not self.value("unit"):
            return None
        parent = slug_of(self.agency)
        unit, name = self.names.look_up(self.row, "unit", self.kind, parent=parent)
        if unit is None:
            unit = make_unit(self.row, "unit", name, self.agency, self.names)
            self.stating.add(unit, ORG.unitOf, self.agency, "unit")
        return unit

    def work(self) -> URIRef | None:
        """Return the innovation; a new one has the agency in its IRI, for names are not unique."""
        unit = self.unit()
        if not self.value("innovation"):
            return None
        whose = slug_of(self.agency)
        work, name = self.names.look_up(self.row, "innovation", self.kind, agency=whose)
        if work is None:
            work = make_innovation(self.row, "innovation", name, self.agency, self.names)
        self.stating.add(work, INOV.operatedBy, unit or self.agency, "innovation")
        if expansion := self.value("expansion"):
            self.stating.add(work, INOV.expandedName, Literal(expansion, lang="id"), "expansion")
        return work

    def placement(self, series: URIRef, work: URIRef | None) -> URIRef:
        tier, rank, year = self.value("tier"), self.value("rank"), self.value("year")
        if not tier and not rank:
            raise self.row.fault(
                "tier",
                Text(
                    "Lomba memerlukan tingkat atau peringkat",
                    "A competition needs a tier or a rank",
                ),
            )
        edition, name = series, _short(series, self.names)
        if year:
            edition = mint(self.row, "award", "competition", slug_of(series), year)
            self.edition(edition, INOV.CompetitionEdition, series)
            name = Text(f"{name.id} {year}", f"{name.en} {year}")
        won = Text(
            f"{tier or f'peringkat {rank}'} {name.id}", f"{tier or f'rank {rank}'} of {name.en}"
        )
        reached = self.tier(edition, won) if tier else None
        won = won if reached is None else self.names.label(reached)
        key = (slug_of(edition), tier or f"rank {rank}")
        node = self.recognition(INOV.Placement, "placement", key, won, work)
        self.stating.add(node, INOV.confers, reached, "tier")
        if rank:
            self.stating.add(node, INOV.rankMin, Literal(int(rank)), "rank")
            self.stating.add(node, INOV.rankMax, Literal(int(rank)), "rank")
        return node

    def tier(self, edition: URIRef, label: Text) -> URIRef:
        name = self.value("tier")
        tier = mint(self.row, "tier", "tier", slug_of(edition), name)
        self.names.make(Thing(tier, INOV.Tier, label, self.row.at("tier")))
        self.stating.add(tier, INOV.tierOf, edition, "tier")
        if size := _SIZE.fullmatch(name):
            number = Literal(int(size[1]))
            self.stating.add(tier, INOV.tierSize, number, "tier", certainty=IMPLIED)
        return tier

    def conferral(self, award: URIRef, work: URIRef | None) -> URIRef:
        year = self.value("year")
        if not year:
            raise self.row.fault(
                "year", Text("Tahun wajib untuk penghargaan", "An award needs its year")
            )
        conferrer = self.names.find(self.row, "conferrer", self.kind, year=year)
        if conferrer is None:
            raise self.row.fault(
                "conferrer",
                Text("Pemberi wajib untuk penghargaan", "An award needs whoever confers it"),
            )
        category = self.category(award)
        edition = mint(self.row, "award", "award", slug_of(category), year)
        won = self.edition(edition, INOV.AwardEdition, category)
        self.stating.add(edition, INOV.conferredBy, conferrer, "conferrer")
        key = (year, slug_of(category))
        node = self.recognition(INOV.Conferral, "conferral", key, won, work)
        self.stating.add(node, INOV.confers, edition, "award")
        self.stating.add(node, INOV.conferredBy, conferrer, "conferrer")
        return node

    def category(self, award: URIRef) -> URIRef:
        """Return the category: the award itself, or with the cell *tier* one of the scheme's."""
        name = self.value("tier")
        if not name:
            return award
        category = mint(self.row, "tier", "award", slug_of(award), name)
        label = self.names.label(award)
        words = Text(f"{label.id}: {name}", f"{label.en}: {name}")
        self.names.make(Thing(category, INOV.AwardCategory, words, self.row.at("tier")))
        self.stating.add(category, INOV.categoryOf, award, "award")
        return category

    def edition(self, edition: URIRef, type_: URIRef, of: URIRef) -> Text:
        """Make an edition of a series or category, and return its label."""
        label, year = self.names.label(of), self.value("year")
        words = Text(f"{label.id} {year}", f"{label.en} {year}")
        self.names.make(Thing(edition, type_, words, self.row.at("award")))
        self.stating.add(edition, INOV.editionOf, of, "award")
        self.stating.add_year(edition, year)
        return words

    def recognition(
        self, type_: URIRef, kind: str, key: tuple[str, ...], won: Text, work: URIRef | None
    ) -> URIRef:
        """Return the recognition: the one that the row names, or else the one of its key."""
        if existing := self.value("recognition"):
            prefix, _, slug = existing.partition(":")
            return URIRef(self.names.prefixes[prefix] + slug)
        whose, agency = self.names.label(self.agency), slug_of(self.agency)
        parts = (*key, agency)
        if work is not None:
            title = self.names.label(work)
            whose = Text(f"{title.id}, {whose.id}", f"{title.en}, {whose.en}")
            parts = (*parts, slug_of(work).removesuffix(f"-{agency}"))
        node = mint(self.row, "agency", kind, *parts)
        label = Text(f"{whose.id}: {won.id}", f"{whose.en}: {won.en}")
        return self.names.make(Thing(node, type_, label, self.row.location))


def make_innovation(row: Row, column: str, name: str, agency: URIRef, names: Names) -> URIRef:
    """Make an innovation of an agency; its IRI is of both names, for every agency may have one."""
    iri = mint(row, column, "innovation", name, slug_of(agency))
    label, qualifier = Text(name, name), names.label(agency)
    return names.make(Thing(iri, INOV.Innovation, label, row.at(column), qualifier=qualifier))


def _short(series: URIRef, names: Names) -> Text:
    """Return what a competition is called for short: an abbreviation that is its slug, or all."""
    name = slug_of(series)
    return Text(name.upper(), name.upper()) if _SHORT.fullmatch(name) else names.label(series)

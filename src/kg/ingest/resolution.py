"""Resolution: which IRI a name stands for, or a question with ranked candidates.

An exact name, an alias or an earlier decision settles a name by itself. Whatever is less, a name
that two things bear included, is left open: this module never guesses.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Final, Literal, Protocol

from rdflib import Graph, URIRef

from kg.ingest.decisions import IdentityDecision
from kg.ingest.memory import Memory
from kg.ingest.ministries import ChangeRow
from kg.ingest.name_index import NameIndex
from kg.ingest.names import NameParts, name_key, name_parts
from kg.ingest.places import PlaceRow
from kg.iris import parse_iri
from kg.language import Text
from kg.namespaces import INOV, ORG

How = Literal["exact", "alias", "decided", "open"]


@dataclass(frozen=True)
class Candidate:
    """A thing that a name may stand for; ``score`` runs to 100, ``why`` is for the curator."""

    iri: URIRef
    label: str
    score: float
    why: Text


@dataclass(frozen=True)
class Resolution:
    """The answer: ``iri`` is None exactly where ``how`` is ``open``."""

    iri: URIRef | None
    how: How
    candidates: tuple[Candidate, ...]


class Resolver(Protocol):
    """Whatever turns names into IRIs."""

    def resolve(self, kind: str, name: str, hints: Mapping[str, str]) -> Resolution:
        """Return the answer for a name of a kind of IRI (``agency``, ``innovation`` …).

        Hints: ``year`` (four digits; which of several ministries was in force), ``parent`` (the
        name or IRI of the agency that a unit or an innovation belongs to), ``province`` and
        ``level`` (``kabupaten``, ``kota``, ``provinsi``) for areas and their governments.
        """


class LateResolver:
    """A resolver that is made when somebody asks: most tables name everything by its CURIE."""

    def __init__(self, make: Callable[[], Resolver]) -> None:
        self._make = cache(make)

    def resolve(self, kind: str, name: str, hints: Mapping[str, str]) -> Resolution:
        """Return the answer for a name; see ``Resolver``."""
        return self._make().resolve(kind, name, hints)


_ALSO: Final = Text("Nama ini dimiliki lebih dari satu hal", "More than one thing has this name")
_ALIKE: Final = Text("Namanya mirip: {form}", "Its name is alike: {form}")
_SHORT: Final = Text(
    "Namanya sama, tetapi dapat juga kependekan dari {longer}",
    "It has this name, but the name may be short for {longer}",
)
_LEVEL: Final = Text(
    "Nama wilayah sama, jenis wilayahnya lain", "The same name of an area of another kind"
)
_OFFICE: Final = Text(
    "Nama ini menyebut jabatan, bukan instansinya", "This name is of an office, not of the agency"
)
_PARENT: Final = Text(
    "Induk unit ini; unitnya sendiri belum tercatat",
    "The parent of this unit; the unit itself is not on record yet",
)
_ELSEWHERE: Final = Text("Namanya cocok, induknya lain", "The name fits, its parent is another")
_YEAR: Final = Text(
    "Namanya cocok, tetapi tidak berlaku pada {year}",
    "The name fits, but it was not in force in {year}",
)
_KIN: Final = Text(
    "Berlaku pada {year}, pendahulu atau penerus nama itu",
    "In force in {year}, before or after the agency of that name",
)
_CONTEXT: Final = Text(
    "Dalam suatu sumber nama ini berarti demikian; di sini perlu tahun, induk, atau nama lengkap",
    "One source means this by the name; here it takes a year, a parent or the full name",
)
_MOST: Final = 8
_EDITION: Final = re.compile(r"\b(?:19|20)\d\d\b")
_EDITIONED: Final = ("award", "competition", "conferral", "event", "group", "placement", "tier")


class CuratedResolver:
    """A resolver over curated data: labels, aliases, areas, changes of ministries, decisions."""

    def __init__(
        self,
        graphs: Iterable[Graph],
        places: Iterable[PlaceRow] = (),
        changes: Iterable[ChangeRow] = (),
        decisions: Iterable[IdentityDecision] = (),
        memory: Memory | None = None,
    ) -> None:
        """Take all that is known; ``memory`` has what was read off the same graphs before."""
        graphs, memory = tuple(graphs), memory or Memory()
        self.index = NameIndex(graphs, memory)
        self._parents = _parents(graphs, memory)
        places = tuple(places)
        self._areas = memory.of("areas", [places], lambda: _areas(places))
        self._rows = memory.of("rows of areas", [places], lambda: _by_iri(places))
        self._years = _Years(changes)
        self._same, self._other = _decided(decisions)

    def resolve(self, kind: str, name: str, hints: Mapping[str, str]) -> Resolution:
        """Return the answer for a name; see ``Resolver``."""
        key = name_key(name)
        if not key:
            return Resolution(None, "open", ())
        found: dict[URIRef, How] = {
            thing: how
            for thing, how in self.index.find(kind, key).items()
            if thing not in self._other[kind, key]
        }
        found |= dict.fromkeys(sorted(self._same[kind, key]), "decided")
        if found:
            return self._named(kind, key, found, hints)
        if kind in ("agency", "place"):
            return self._area(kind, key, name_parts(key), hints)
        return self._open(kind, key, {})

    def _named(
        self, kind: str, key: str, found: Mapping[URIRef, How], hints: Mapping[str, str]
    ) -> Resolution:
        """Answer for a name that things bear: settled if hints leave one and gainsay none."""
        year = hints.get("year", "")[:4]
        in_force = [thing for thing in found if self._years.allows(thing, year)]
        if not in_force:
            why = dict.fromkeys(sorted(found), _YEAR.format(year=year))
            kin = {k for thing in found for k in self._years.kin(thing, year)}
            return self._open(kind, key, why | dict.fromkeys(sorted(kin), _KIN.format(year=year)))
        fitting = [thing for thing in in_force if self._fits_parent(thing, kind, key, hints)]
        if not fitting:
            return self._open(kind, key, dict.fromkeys(sorted(in_force), _ELSEWHERE))
        clear = [t for t in fitting if self._tells(kind, key, t, found[t], hints)]
        if not clear:
            return self._open(kind, key, dict.fromkeys(sorted(fitting), _CONTEXT))
        areas = [t for t in clear if self._fits_area(t, hints)]
        if len(areas) == 1:
            decided = found[areas[0]] == "decided"
            longer = () if decided else self._longer(kind, key, areas[0], hints)
            if longer:
                return self._open(kind, key, _shortened(areas[0], longer, self.index))
            return Resolution(areas[0], found[areas[0]], ())
        return self._open(kind, key, dict.fromkeys(sorted(areas or clear), _ALSO))

    def _area(self, kind: str, key: str, parts: NameParts, hints: Mapping[str, str]) -> Resolution:
        """Answer for a name that none bears as it stands, by the area that it speaks of."""
        if parts.form == "unit":
            return self._unit(kind, key, parts, hints)
        rows = self._areas.get(parts.core, ())
        level = parts.level or hints.get("level")
        answers = {
            iri: row
            for row in rows
            if (iri := row.government if kind == "agency" else row.iri)
            and iri not in self._other[kind, key]
        }
        fitting = [iri for iri, row in answers.items() if not level or row.kind.startswith(level)]
        fitting = [iri for iri in fitting if self._fits_area(iri, hints)]
        if parts.form == "office":
            return self._open(kind, key, dict.fromkeys(fitting, _OFFICE))
        if len(fitting) == 1:
            longer = self._longer(kind, key, fitting[0], hints) if not level else ()
            if not longer:
                return Resolution(fitting[0], "alias", ())
            return self._open(kind, key, _shortened(fitting[0], longer, self.index))
        if fitting:
            return self._open(kind, key, dict.fromkeys(fitting, _ALSO))
        return self._open(kind, key, dict.fromkeys(answers, _LEVEL))

    def _unit(self, kind: str, key: str, parts: NameParts, hints: Mapping[str, str]) -> Resolution:
        """Answer for a unit: one of its parent's units by that name, else a question."""
        parent = self._parent_of(parts, hints)
        if parent is None:
            return self._open(kind, key, {})
        units = [unit for unit, above in self._parents.items() if parent in above]
        row = self._rows.get(parent)
        tails = ("", parts.core, f"{row.kind} {name_key(row.core)}" if row else "")
        rest = {f"{parts.unit} {tail}".strip() for tail in tails}
        fitting = [u for u in units if any(u in self.index.find(kind, form) for form in rest)]
        if len(fitting) == 1 and fitting[0] not in self._other[kind, key]:
            return Resolution(fitting[0], "alias", ())
        return self._open(kind, key, dict.fromkeys(fitting, _ALSO) | {parent: _PARENT})

    def _parent_of(self, parts: NameParts, hints: Mapping[str, str]) -> URIRef | None:
        if hints.get("parent"):
            return self._hinted(hints["parent"])
        if parts.level is None:
            return None
        return self.resolve("agency", f"pemerintah {parts.level} {parts.core}", {}).iri

    def _hinted(self, parent: str) -> URIRef | None:
        return URIRef(parent) if parse_iri(parent) else self.resolve("agency", parent, {}).iri

    def _fits_parent(self, thing: URIRef, kind: str, key: str, hints: Mapping[str, str]) -> bool:
        """Say whether the hint on the parent lets a thing be.

        A unit or an innovation of which no parent is known passes, but the ministry "Kominfo"
        does not where a regency is said to be its parent.
        """
        if not hints.get("parent"):
            return True
        above = self._parents.get(thing)
        if above is None and (kind != "agency" or name_parts(key).form == "unit"):
            return True
        parent = self._hinted(hints["parent"])
        return parent is not None and (parent == thing or parent in (above or ()))

    def _tells(
        self, kind: str, key: str, thing: URIRef, how: How, hints: Mapping[str, str]
    ) -> bool:
        """Say whether a name tells on its own, or with its hints, which thing is meant.

        One source's "Dinas PUPR", "Top 99" or "Menpan RB" is another's other office, edition or
        minister: such a name needs its parent, its year, or more of itself.
        """
        if kind in ("agency", "place") and len(self._areas.get(key, ())) > 1:
            return bool(hints.get("level"))
        if kind == "agency":
            local = name_parts(key).form == "unit" and how != "exact" and " " in key
            bare = local and not _shares_area(key, self.index.label(thing).id)
            return not bare or bool(hints.get("parent"))
        if kind == "person":
            return " " in key and bool(
                {*key.split()} & {*name_key(self.index.label(thing).id).split()}
            )
        identity = parse_iri(str(thing))
        edition = _EDITION.search(identity.slug) if identity and kind in _EDITIONED else None
        return not edition or edition[0] in (hints.get("year", "")[:4], *key.split())

    def _fits_area(self, thing: URIRef, hints: Mapping[str, str]) -> bool:
        row = self._rows.get(thing)
        level, province = hints.get("level"), name_key(hints.get("province", ""))
        if row is None or (level and not row.kind.startswith(level)):
            return row is None
        home = self._areas.get(province.removeprefix("provinsi "), ())
        return not province or any(area.iri in (row.iri, row.within) for area in home)

    def _longer(
        self, kind: str, key: str, thing: URIRef, hints: Mapping[str, str]
    ) -> tuple[URIRef, ...]:
        """Return the areas whose name a bare name may be short for: Bandung, Bandung Barat."""
        if name_parts(key).form != "bare" or hints.get("level"):
            return ()
        if thing not in self._rows:
            return ()
        longer = (row for core, rows in self._areas.items() if _is_part(key, core) for row in rows)
        iris = (row.government if kind == "agency" else row.iri for row in longer)
        return tuple(
            iri
            for iri in dict.fromkeys(iris)
            if iri and iri != thing and self._fits_area(iri, hints)
        )

    def _open(self, kind: str, key: str, reasons: Mapping[URIRef, Text]) -> Resolution:
        """Return a question: the things with a reason of their own first, then those alike."""
        refused = self._other[kind, key]
        whys = {thing: why for thing, why in reasons.items() if thing not in refused}
        scores = {thing: round(100.0 - rank / 10, 1) for rank, thing in enumerate(whys)}
        for alike in self.index.alike(kind, key):
            if alike.iri not in whys and alike.iri not in refused:
                whys[alike.iri] = _ALIKE.format(form=alike.key)
                scores[alike.iri] = min(alike.score, 99.0 - len(reasons) / 10)
        ranked = sorted(whys, key=lambda thing: (-scores[thing], thing))[:_MOST]
        candidates = tuple(
            Candidate(thing, self.index.label(thing).id, scores[thing], whys[thing])
            for thing in ranked
        )
        return Resolution(None, "open", candidates)


def _shares_area(key: str, label: str) -> bool:
    """Say whether a unit's name names the area that its full label names."""
    core = name_parts(name_key(label)).core
    return bool(core) and _is_part(core, key)


def _is_part(key: str, core: str) -> bool:
    """Say whether a name is some of the words of a longer one."""
    return key != core and f" {key} " in f" {core} "


def _shortened(thing: URIRef, longer: Iterable[URIRef], index: NameIndex) -> dict[URIRef, Text]:
    labels = [index.label(other) for other in longer]
    names = Text("; ".join(label.id for label in labels), "; ".join(label.en for label in labels))
    whys = {thing: Text(_SHORT.id.format(longer=names.id), _SHORT.en.format(longer=names.en))}
    return whys | {other: _ALIKE.format(form=index.label(other).id) for other in longer}


def _parents(graphs: Iterable[Graph], memory: Memory) -> dict[URIRef, set[URIRef]]:
    """Return what each unit or innovation belongs to, the parents of its parents included."""
    above: dict[URIRef, set[URIRef]] = defaultdict(set)
    for graph in graphs:
        for thing, parent in memory.of("parents", [graph], partial(_nearest, graph)):
            above[thing].add(parent)
    return {
        thing: parents | {top for parent in parents for top in above.get(parent, ())}
        for thing, parents in above.items()
    }


def _nearest(graph: Graph) -> list[tuple[URIRef, URIRef]]:
    return [
        (thing, parent)
        for predicate in (ORG.unitOf, INOV.operatedBy, INOV.initiatedBy, INOV.developedBy)
        for thing, parent in graph.subject_objects(predicate)
        if isinstance(thing, URIRef) and isinstance(parent, URIRef)
    ]


def _by_iri(places: Iterable[PlaceRow]) -> dict[URIRef, PlaceRow]:
    return {iri: row for row in places for iri in (row.iri, row.government) if iri}


def _areas(places: Iterable[PlaceRow]) -> dict[str, tuple[PlaceRow, ...]]:
    """Return the areas by the key of their bare names, former and other names included."""
    areas: dict[str, dict[str, PlaceRow]] = defaultdict(dict)
    for row in places:
        for name in (row.core, *row.former_names, *row.aliases):
            areas[name_key(name)][row.code] = row
    return {key: tuple(rows.values()) for key, rows in areas.items()}


_Decided = dict[tuple[str, str], set[URIRef]]


def _decided(decisions: Iterable[IdentityDecision]) -> tuple[_Decided, _Decided]:
    """Return what names were decided to stand for, and what not, by kind and key."""
    same: _Decided = defaultdict(set)
    other: _Decided = defaultdict(set)
    for decision in decisions:
        identity = parse_iri(str(decision.entity))
        if identity and decision.surface_form and decision.other is None:
            chosen = same if decision.outcome == "sama" else other
            chosen[identity.kind, name_key(decision.surface_form)].add(decision.entity)
    return same, other


class _Years:
    """When agencies were in force, by the changes that made or ended them."""

    def __init__(self, changes: Iterable[ChangeRow]) -> None:
        self._first: dict[URIRef, int] = {}
        self._last: dict[URIRef, int] = {}
        self._kin: dict[URIRef, set[URIRef]] = defaultdict(set)
        for change in changes:
            for agency in change.after:
                self._first[agency] = change.year
                self._kin[agency].update(change.before)
            for agency in change.before:
                self._last[agency] = change.year
                self._kin[agency].update(change.after)

    def allows(self, agency: URIRef, year: str) -> bool:
        """Say whether an agency may be meant in a year; the years of change count for both."""
        if not year.isdecimal():
            return True
        return self._first.get(agency, 0) <= int(year) <= self._last.get(agency, 9999)

    def kin(self, agency: URIRef, year: str) -> set[URIRef]:
        """Return the agencies in force in a year that an agency came from or became."""
        seen, todo = {agency}, [agency]
        while todo:
            for other in self._kin[todo.pop()] - seen:
                seen.add(other)
                todo.append(other)
        return {other for other in seen - {agency} if self.allows(other, year)}

"""The facts of the curated text files, read with the csv module alone.

This is a second reading of ``data/``, on purpose without RDF, SPARQL or anything of ``kg``: what
it counts can be compared with what a release answers. It reads the rows of awards won, and the
claims that say more of the same recognitions; things are told apart by their CURIEs, written after
the rules of the guide on tables.
"""

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path

DATA = Path(__file__).parents[2] / "data"
LONGEST = 80
NEW = ("baru: ", "new: ")
DAY = r"\d{4}-\d\d-\d\d"

Row = Mapping[str, str]


def rows(pattern: str) -> Iterator[Row]:
    """Yield the rows of all files of a pattern; a column that a file lacks is not in its rows."""
    for path in sorted(DATA.glob(pattern)):
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(line for line in file if not line.startswith("#"))


def slug(*parts: str) -> str:
    """Return the parts, each cut off, in lower case and hyphens; what is too long has a hash."""
    plain = (unicodedata.normalize("NFKD", part).encode("ascii", "ignore") for part in parts)
    words = (re.sub(r"[^a-z0-9]+", "-", part.decode().lower()).strip("-") for part in plain)
    whole = "-".join(word[:LONGEST].strip("-") for word in words)
    if len(whole) <= LONGEST:
        return whole
    return f"{whole[: LONGEST - 9].rstrip('-')}-{sha256(whole.encode()).hexdigest()[:8]}"


def name_of(cell: str) -> str | None:
    """Return the name that a cell gives to something new, or None where it holds a CURIE."""
    return next((cell.removeprefix(prefix) for prefix in NEW if cell.startswith(prefix)), None)


def agency_of(cell: str) -> str:
    """Return the CURIE of an agency; governments, named by another rule, are given as CURIEs."""
    name = name_of(cell)
    return cell if name is None else f"agency:{slug(name)}"


def person_of(cell: str) -> str:
    """Return the CURIE of a person."""
    name = name_of(cell)
    return cell if name is None else f"person:{slug(name)}"


@dataclass
class Recognition:
    """What all sources together say of one recognition."""

    recipients: set[str] = field(default_factory=set)
    works: set[str] = field(default_factory=set)
    won: set[str] = field(default_factory=set)
    receivers: set[str] = field(default_factory=set)
    presenters: set[str] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    """The sources that name the recipient."""


@dataclass(frozen=True)
class Tier:
    """A tier of a competition, of one edition or of the series where no year is given."""

    series: str
    year: int | None
    size: int | None


SAID = {
    "inov:recipient": "recipients",
    "inov:recognises": "works",
    "inov:confers": "won",
    "inov:receivedBy": "receivers",
    "inov:presentedBy": "presenters",
}
"""What a claim says of a recognition, as the field that holds it."""


class Facts:
    """All rows of awards won, with what the tables of claims add to them."""

    def __init__(self) -> None:
        self.recognitions: dict[str, Recognition] = defaultdict(Recognition)
        self.tiers: dict[str, Tier] = {}
        self.schemes: dict[str, str] = {}
        self.parents: dict[str, set[str]] = defaultdict(set)
        self.expansions: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._refused = {
            (row["source"], row["subject"], row["object"])
            for row in self.claims
            if row.get("rank") == "deprecated"
        }
        for row in self.claims:
            if row["predicate"] == "inov:expandedName":
                name, _, language = row["object"].rpartition("@")
                if language == "id":
                    self.expansions[row["subject"]].add((row["source"], name.strip('"')))
        for row in rows("tables/agencies/*.csv"):
            self._put_below(agency_of(row["agency"]), row.get("parent", ""))
        for row in rows("tables/conferrals/*.csv"):
            self._add(row)
        self._add_claims()

    @cached_property
    def claims(self) -> list[Row]:
        """Return the rows of the general table, those of the articles among them."""
        found = list(rows("tables/claims/*.csv"))
        for folder in sorted((DATA / "sources").iterdir()):
            path = f"sources/{folder.name}/claims.csv"
            found += [{**row, "source": folder.name} for row in rows(path)]
        return found

    def above(self, agency: str) -> set[str]:
        """Return the agency and all that stand above it."""
        found, waiting = set[str](), [agency]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += self.parents.get(one, ())
        return found

    def top(self, agency: str) -> set[str]:
        """Return those above the agency, itself included, that nothing stands above."""
        return {one for one in self.above(agency) if not self.parents.get(one)}

    def of_series(self, series: str) -> Iterator[tuple[str, Recognition, str, Tier]]:
        """Yield each recognition in a tier of a series: its CURIE, what is said, the tier."""
        for node, recognition in self.recognitions.items():
            for won in recognition.won:
                tier = self.tiers.get(won)
                if tier and tier.series == series:
                    yield node, recognition, won, tier

    def _put_below(self, unit: str, parent: str) -> None:
        if parent:
            self.parents[unit].add(agency_of(parent))

    def _add(self, row: Row) -> None:
        agency = agency_of(row["agency"])
        owner = agency.partition(":")[2]
        work = self._work(row, owner)
        if unit := row.get("unit"):
            self._put_below(agency_of(unit), agency)
        kind, won, key = self._won(row)
        parts = [*key, owner]
        if work:
            parts.append(work.partition(":")[2].removesuffix(f"-{owner}"))
        node = row.get("recognition") or f"{kind}:{slug(*parts)}"
        recognition = self.recognitions[node]
        recognition.recipients.add(agency)
        recognition.sources.add(row["source"])
        if work:
            recognition.works.add(work)
            if expansion := row.get("expansion"):
                self.expansions[work].add((row["source"], expansion))
        if won and (row["source"], node, won) not in self._refused:
            recognition.won.add(won)
        if receiver := row.get("receiver"):
            recognition.receivers.add(person_of(receiver))
        if presenter := row.get("presenter"):
            recognition.presenters.add(person_of(presenter))
        if re.fullmatch(DAY, date := row.get("date", "")):
            recognition.dates.add(date)

    @staticmethod
    def _work(row: Row, owner: str) -> str | None:
        cell = row.get("innovation", "")
        name = name_of(cell)
        return cell or None if name is None else f"innovation:{slug(name, owner)}"

    def _won(self, row: Row) -> tuple[str, str | None, list[str]]:
        """Return the kind of recognition, what was won, and the key that both begin with."""
        series, award = row["award"].split(":")
        tier, year = row.get("tier", ""), row.get("year", "")
        if series == "award":
            category = slug(award, tier) if tier else award
            won = f"award:{slug(category, year)}"
            self.schemes[won] = f"award:{category}"
            return "conferral", won, [year, category]
        edition = slug(award, year) if year else award
        if not tier:
            return "placement", None, [edition, f"rank {row['rank']}"]
        size = re.fullmatch(r"Top\s+(\d+)", tier, re.IGNORECASE)
        won = f"tier:{slug(edition, tier)}"
        self.tiers[won] = Tier(row["award"], int(year) if year else None, size and int(size[1]))
        return "placement", won, [edition, tier]

    def _add_claims(self) -> None:
        for row in self.claims:
            if row.get("rank") == "deprecated":
                continue
            node, predicate, value = row["subject"], row["predicate"], row["object"]
            if predicate in SAID:
                getattr(self.recognitions[node], SAID[predicate]).add(value)
            if predicate == "inov:recipient":
                self.recognitions[node].sources.add(row["source"])
            elif predicate == "inov:date" and node.startswith(("conferral:", "placement:")):
                self.recognitions[node].dates.add(value.split('"')[1])
            elif predicate == "org:unitOf":
                self._put_below(node, value)
            elif predicate == "inov:tierOf":
                self._add_tier(node, value)
            elif predicate == "inov:editionOf":
                self.schemes[node] = value

    def _add_tier(self, node: str, edition: str) -> None:
        series, _, year = edition.rpartition("-")
        size = re.search(r"-top-(\d+)$", node)
        if year.isdigit():
            known = Tier(series, int(year), size and int(size[1]))
        else:
            known = Tier(edition, None, size and int(size[1]))
        self.tiers.setdefault(node, known)

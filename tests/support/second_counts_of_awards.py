"""Second counts of questions about awards won: who, what, where and in which editions."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal

from plain_facts import Facts, Recognition, Tier, agency_of, rows
from second_counts import KIPP, POLRI, UNPSA, Answer, answers

Key = tuple[int, str]
Placed = tuple[str, Recognition, str, Tier]


def sized(facts: Facts) -> Iterator[Placed]:
    """Yield what is recorded in a tier of KIPP of which the size is known."""
    yield from (placed for placed in facts.of_series(KIPP) if placed[3].size)


def tops(facts: Facts, recognition: Recognition) -> set[str]:
    return {top for agency in recognition.recipients for top in facts.top(agency)}


def all_above(facts: Facts, recognition: Recognition) -> set[str]:
    return {one for agency in recognition.recipients for one in facts.above(agency)}


@answers(200)
def agencies_in_most_editions(facts: Facts) -> Answer:
    years, nodes = defaultdict[str, set[int]](set), defaultdict[str, set[str]](set)
    for node, recognition, _, tier in counted(sized(facts)):
        for agency in tops(facts, recognition) if tier.year else ():
            years[agency].add(tier.year or 0)
            nodes[agency].add(node)
    for agency, held in years.items():
        if len(held) >= 4:
            yield agency, len(held), min(held), max(held), len(nodes[agency])


def by_size(facts: Facts) -> dict[tuple[int, int], set[str]]:
    """Return the works of each year and size of tier."""
    works = defaultdict[tuple[int, int], set[str]](set)
    for _, recognition, _, tier in sized(facts):
        if tier.year and tier.size:
            works[tier.year, tier.size] |= recognition.works
    return works


@answers(201)
def climbed(facts: Facts) -> Answer:
    works = by_size(facts)
    for (year, size), started in works.items():
        if size == 99:
            smaller = {
                work
                for (when, n), held in works.items()
                if when == year and n < 99
                for work in held
            }
            yield year, len(started), len(started & smaller)


@answers(244)
def who_climbed(facts: Facts) -> Answer:
    works = by_size(facts)
    for (year, size), held in works.items():
        if size < 99:
            yield from ((year, size, work) for work in held & works.get((year, 99), set()))


@answers(202)
def climbed_to_unpsa(facts: Facts) -> Answer:
    tiers = {series: defaultdict[str, set[str]](set) for series in (KIPP, UNPSA)}
    for series, works in tiers.items():
        for _, recognition, won, _ in facts.of_series(series):
            for work in recognition.works:
                works[work].add(won)
    for work in tiers[KIPP].keys() & tiers[UNPSA].keys():
        for first in tiers[KIPP][work]:
            yield from ((work, first, last) for last in tiers[UNPSA][work])


def areas() -> dict[str, str]:
    """Return the province of each government, as a CURIE, by that of the government."""
    return {
        f"agency:{row['government']}": f"place:{row['code'][:2]}"
        for row in rows("reference/places.csv")
        if row["government"]
    }


@answers(203)
def awards_per_government(facts: Facts) -> Answer:
    province_of = areas()
    governments = Counter(province_of.values())
    winners, nodes = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for node, recognition, _, _ in counted(sized(facts)):
        for agency in all_above(facts, recognition) & province_of.keys():
            winners[province_of[agency]].add(agency)
            nodes[province_of[agency]].add(node)
    found = [
        (province, total, len(winners[province]), len(nodes[province]), rounded(each, "0.01"))
        for province, total in governments.items()
        for each in [Decimal(len(nodes[province])) / total]
    ]
    return sorted(found, key=lambda row: (-row[4], row[0]))[:10]


def rounded(value: Decimal, step: str) -> Decimal:
    return value.quantize(Decimal(step), ROUND_HALF_UP)


def counted(placed: Iterable[Placed]) -> Iterator[Placed]:
    """Leave out what names no work beside one of the same recipient and tier that does."""
    all_placed = list(placed)
    named = {
        (won, agency)
        for _, recognition, won, _ in all_placed
        for agency in recognition.recipients
        if recognition.works
    }
    for one in all_placed:
        _, recognition, won, _ = one
        if recognition.works or not {(won, agency) for agency in recognition.recipients} & named:
            yield one


@answers(206)
def coverage(facts: Facts) -> Answer:
    held = Counter((won, tier) for _, _, won, tier in counted(sized(facts)) if tier.year)
    for (won, tier), number in held.items():
        share = rounded(Decimal(100 * number) / (tier.size or 1), "0.1")
        yield tier.year, won, tier.size, number, share


@answers(223)
def namesakes(facts: Facts) -> Answer:
    names = {
        f"agency:{row['government']}": row["name_id"].partition(" ")[2]
        for row in rows("reference/places.csv")
        if row["kind"] in ("kabupaten", "kota") and row["government"]
    }
    nodes = defaultdict[str, set[str]](set)
    for node, recognition, _, _ in sized(facts):
        for agency in all_above(facts, recognition) & names.keys():
            nodes[agency].add(node)
    for regency in nodes:
        city = regency.replace("agency:pemkab-", "agency:pemkot-")
        if city != regency and city in nodes and names[city] == names[regency]:
            yield regency, city, len(nodes[regency]), len(nodes[city])


@answers(224)
def no_longer_there(facts: Facts) -> Answer:
    nodes = defaultdict[str, set[str]](set)
    for node, recognition in facts.recognitions.items():
        for agency in all_above(facts, recognition):
            nodes[agency].add(node)
    for row in rows("reference/changes.csv"):
        for before in (f"agency:{name}" for name in row["before"].split(";")):
            for after in row["after"].split(";") if before in nodes else ():
                yield before, len(nodes[before]), row["date"][:4], f"agency:{after}"


@answers(225)
def several_competitions(facts: Facts) -> Answer:
    series, nodes = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for node, recognition in facts.recognitions.items():
        for work in recognition.works:
            nodes[work].add(node)
            for won in recognition.won:
                tier = facts.tiers.get(won)
                series[work].add(tier.series if tier else facts.schemes[won])
    for work, kinds in series.items():
        if len(kinds) >= 2:
            yield work, len(kinds), len(nodes[work])


@answers(226)
def most_corroborated(facts: Facts) -> Answer:
    for node, recognition in facts.recognitions.items():
        if len(recognition.sources) >= 5:
            yield node, len(recognition.sources)


@answers(227)
def of_one_source(facts: Facts) -> Answer:
    held, single = Counter[str](), Counter[str]()
    for _, recognition, won, tier in facts.of_series(KIPP):
        if tier.year:
            held[won] += 1
            single[won] += len(recognition.sources) == 1
    return ((won, number, single[won]) for won, number in held.items())


@answers(229)
def provinces_without(facts: Facts) -> Answer:
    province_of = areas()
    reached = {
        province_of[agency]
        for _, recognition, _, _ in facts.of_series(KIPP)
        for agency in all_above(facts, recognition) & province_of.keys()
    }
    names = {f"place:{row['code']}": row["name_id"] for row in rows("reference/places.csv")}
    for province, total in Counter(province_of.values()).items():
        if province not in reached:
            yield province, names[province], total


@answers(230)
def shares(facts: Facts) -> Answer:
    province_of = areas()
    stated = {
        (row["about"], row["restricted_to"], row["population"], row["value"])
        for row in rows("tables/figures/*.csv")
        if row["indicator"] == "jumlah-inovasi-terpilih"
        and re.fullmatch(r"place:\d\d", row.get("restricted_to", ""))
    }
    for about, province, population, value in stated:
        nodes, governments = set(), set()
        for node, recognition, won, _ in counted(sized(facts)):
            for agency in (
                all_above(facts, recognition) & province_of.keys() if won == about else ()
            ):
                regional = not agency.startswith("agency:pemprov") or population != "kabupaten-kota"
                if province_of[agency] == province and regional:
                    nodes.add(node)
                    governments.add(agency)
        yield about, province, f"population:{population}", value, len(nodes), len(governments)


@answers(231)
def kinds_of_agencies(facts: Facts) -> Answer:
    types = {f"agency:{row['id']}": row["type"] for row in rows("reference/ministries.csv")}
    for row in rows("tables/agencies/*.csv"):
        if row.get("type"):
            types.setdefault(agency_of(row["agency"]), row["type"])
    agencies, nodes = defaultdict[Key, set[str]](set), defaultdict[Key, set[str]](set)
    for node, recognition, _, tier in sized(facts):
        for agency in tops(facts, recognition) if tier.year else ():
            government = agency.removeprefix("agency:").partition("-")[0]
            kind = types.get(agency, government)
            agencies[tier.year or 0, kind].add(agency)
            nodes[tier.year or 0, kind].add(node)
    for (year, kind), held in agencies.items():
        yield year, f"agency-type:{kind}", len(held), len(nodes[year, kind])


@answers(232)
def received_most_often(facts: Facts) -> Answer:
    held = defaultdict[str, list[Recognition]](list)
    for recognition in facts.recognitions.values():
        for person in recognition.receivers if recognition.dates else ():
            held[person].append(recognition)
    for person, received in held.items():
        if len(received) >= 3:
            agencies = {agency for one in received for agency in one.recipients}
            years = sorted(min(one.dates)[:4] for one in received)
            yield person, len(received), len(agencies), years[0], years[-1]


@answers(237)
def sources_of_most(facts: Facts) -> Answer:
    named = Counter(
        source for recognition in facts.recognitions.values() for source in recognition.sources
    )
    found = [(f"page:{source}", number) for source, number in named.items()]
    return sorted(found, key=lambda row: (-row[1], row[0]))[:10]


@answers(238)
def years_in_a_row(facts: Facts) -> Answer:
    years = defaultdict[str, set[int]](set)
    for _, recognition, _, tier in facts.of_series(POLRI):
        for unit in recognition.recipients if tier.year else ():
            years[unit].add(tier.year or 0)
    for unit, held in years.items():
        if len(held) >= 2:
            yield unit, len(held), min(held), max(held)


@answers(239)
def spelt_out_differently(facts: Facts) -> Answer:
    said = facts.expansions
    for work, pairs in said.items():
        expansions = {expansion for _, expansion in pairs}
        if len(expansions) >= 2:
            yield work, len(expansions), len({source for source, _ in pairs})


@answers(242)
def won_again(facts: Facts) -> Answer:
    years = defaultdict[str, set[int]](set)
    for _, recognition, _, tier in facts.of_series(KIPP):
        for work in recognition.works if tier.year else ():
            years[work].add(tier.year or 0)
    for work, held in years.items():
        if len(held) > 1:
            yield work, len(held), min(held), max(held)

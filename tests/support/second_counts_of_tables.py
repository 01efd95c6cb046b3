"""Second counts of questions about figures, decisions, disputes and sources, row by row."""

import re
from collections import Counter, defaultdict
from decimal import Decimal
from itertools import product

from plain_facts import Facts, person_of, rows, slug
from second_counts import KIPP, Answer, answers, plain


@answers(205)
def replications(facts: Facts) -> Answer:
    said = defaultdict[str, dict[str, str]](dict)
    for row in facts.claims:
        if row["subject"].startswith("lifecycle:"):
            said[row["subject"]][row["predicate"]] = row["object"]
            if row["predicate"] == "inov:original":
                kind = "article" if row["source"].isdigit() else "page"
                said[row["subject"]]["source"] = f"{kind}:{row['source']}"
    columns = ("original", "replicator", "targetPlace", "status", "edtf")
    for held in said.values():
        if "inov:original" in held:
            yield *(held.get(f"inov:{name}", "") for name in columns), held["source"]


@answers(212)
def decrees(_: Facts) -> Answer:
    said = defaultdict[tuple[str, str, str, str], dict[str, set[str]]](lambda: defaultdict(set))
    for row in rows("tables/decisions/*.csv"):
        issuer = row["issuer"].removeprefix("agency:")
        node = f"decision:{slug(row['type'], row['number'], issuer)}"
        held = said[node, f"decision-type:{row['type']}", row["number"], row["issuer"]]
        held["signed_by"] |= {person_of(row["signed_by"])} - {""}
        for column in ("date", "decides", "gazette"):
            held[column] |= {row[column]} - {""}
    for key, held in said.items():
        optional = (held[name] or {""} for name in ("signed_by", "gazette"))
        for rest in product(held["date"], held["decides"], *optional):
            yield *key, *rest


@answers(215)
def entries_per_edition(_: Facts) -> Answer:
    columns = ("jumlah-proposal", "jumlah-proposal-diajukan", "jumlah-proposal-lolos-administrasi")
    held = defaultdict[str, dict[str, str]](dict)
    ranked = {  # Where sources differ the table of claims says which value is held.
        row["subject"]: plain(row["object"])
        for row in rows("tables/claims/*.csv")
        if row.get("rank") == "preferred" and row["predicate"] == "inov:value"
    }
    for row in rows("tables/figures/kipp.csv"):
        year = row["about"].removeprefix("competition:kipp-")
        if row["indicator"] in columns and year.isdigit() and not row.get("restricted_to"):
            edition = row["about"].partition(":")[2]
            node = slug(row["indicator"], edition, row["period"], row["population"])
            held[year][row["indicator"]] = ranked.get(f"observation:{node}", row["value"])
    for year, figures in held.items():
        yield year, *(figures.get(column, "") for column in columns)


@answers(218)
def countries(facts: Facts) -> Answer:
    sources = defaultdict[str, set[str]](set)
    for row in facts.claims:
        if (row["subject"], row["predicate"]) == ("competition:unpsa-2018", "inov:winnerCountry"):
            sources[row["object"]].add(row["source"])
    return ((country, len(by)) for country, by in sources.items())


@answers(221)
def disputes(_: Facts) -> Answer:
    sets, claims = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for row in rows("conflicts.csv"):
        key = f"conflict-kind:{row['kind']}", f"resolution:{row['resolution']}"
        sets[key] += 1
        claims[key] += len(row["claims"].split())
    return ((*key, number, claims[key]) for key, number in sets.items())


@answers(228)
def publishers(_: Facts) -> Answer:
    pages = Counter(
        row["publisher"].replace("baru: ", "") for row in rows("sources.csv") if row["publisher"]
    )
    named = [(f"publisher:{slug(name.removeprefix('publisher:'))}", n) for name, n in pages.items()]
    return sorted(named, key=lambda row: (-row[1], row[0]))[:10]


@answers(235)
def malls(_: Facts) -> Answer:
    sources = defaultdict[tuple[str, str], set[str]](set)
    for row in rows("tables/figures/*.csv"):
        if (row["indicator"], row["about"]) == ("jumlah-mpp", "place:indonesia"):
            sources[row["period"], row["value"]].add(row["source"])
    return ((*key, len(by)) for key, by in sources.items())


@answers(236)
def decisions_on_names(_: Facts) -> Answer:
    outcomes = Counter(row["outcome"] for row in rows("identity.csv"))
    return ((f"identity-outcome:{outcome}", number) for outcome, number in outcomes.items())


@answers(241)
def disputed_figures(facts: Facts) -> Answer:
    values, kept, refused = figures_in_claims(facts)
    for row in rows("tables/figures/*.csv"):
        about = row["about"].partition(":")[2]
        parts = [row["indicator"], about, row["period"], row.get("population", "")]
        if restricted := row.get("restricted_to"):
            parts.append(restricted.partition(":")[2])
        node = f"observation:{slug(*filter(None, parts))}"
        values[node].setdefault(row["source"], plain(row["value"]))
    for node, said in values.items():
        if len(set(said.values())) > 1:
            held = {kept[node]} if node in kept else set(said.values())
            for (source, value), one in product(said.items(), held):
                if (node, one) not in refused:
                    yield node, one, value, f"page:{source}"


Values = dict[str, dict[str, str]]


def figures_in_claims(facts: Facts) -> tuple[Values, dict[str, str], set[tuple[str, str]]]:
    """Return figures by source from the general table, which are preferred and which refused."""
    values: Values = defaultdict(dict)
    preferred, refused = dict[str, str](), set[tuple[str, str]]()
    for row in facts.claims:
        if row["predicate"] == "inov:value" and row["subject"].startswith("observation:"):
            values[row["subject"]][row["source"]] = value = plain(row["object"])
            if row.get("rank") == "preferred":
                preferred[row["subject"]] = value
            elif row.get("rank") == "deprecated":
                refused.add((row["subject"], value))
    return values, preferred, refused


@answers(243)
def total_of_entries(_: Facts) -> Answer:
    entries, totals = dict[str, Decimal](), set[str]()
    for row in rows("tables/figures/*.csv"):
        edition = re.fullmatch(r"competition:kipp-(201[4-9])", row["about"])
        if row["indicator"] == "jumlah-proposal" and not row.get("restricted_to"):
            if edition:
                entries[edition[1]] = Decimal(row["value"])
            elif (row["about"], row["period"]) == (KIPP, "2014/2019"):
                totals.add(row["value"])
    return ((total, sum(entries.values()), len(entries)) for total in totals)

"""Second count of what ministers did, and in which office: ceremonies, launches, awards."""

import re
from collections import defaultdict
from collections.abc import Iterator

from plain_facts import DAY, Facts, Row, name_of, person_of, rows, slug
from second_counts import Answer, answers

Done = tuple[str, str, str, str]
"""What kind of act, the CURIE of the thing, who did it, in which year."""


@answers(204)
def ministers_and_offices(facts: Facts) -> Answer:
    held = defaultdict[tuple[str, str], dict[str, set[str]]](lambda: defaultdict(set))
    offices = defaultdict[tuple[str, str], set[str]](set)
    for person, office, year in attested(facts):
        if office.startswith("post:menteri-"):
            offices[person, year].add(office)
    for kind, thing, person, year in (*at_events(facts), *handed_over(facts)):
        for office in offices[person, year]:
            held[person, office][kind].add(thing)
    for key, done in held.items():
        yield *key, *(len(done[kind]) for kind in ("ceremony", "launch", "award"))


def attested(facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Yield who is shown in which office in which year."""
    for row in rows("tables/people-and-posts/*.csv"):
        if row["date"]:
            yield person_of(row["person"]), post_of(row), row["date"][:4]
    tenures = defaultdict[str, dict[str, str]](dict)
    for row in facts.claims:
        if row["subject"].startswith("tenure:"):
            tenures[row["subject"]][row["predicate"]] = row["object"]
    for said in tenures.values():
        if {"org:member", "inov:inPost", "inov:attestedOn"} <= said.keys():
            year = said["inov:attestedOn"].split('"')[1][:4]
            yield said["org:member"], said["inov:inPost"], year


def post_of(row: Row) -> str:
    """Return the CURIE of a post; its agency is in it where its name does not say which."""
    name, agency = name_of(row["post"]), row["agency"].partition(":")[2]
    if name is None:
        return row["post"]
    says_where = agency.rpartition("-")[2] in slug(name).split("-")
    return f"post:{slug(name) if says_where else slug(name, agency)}"


def at_events(facts: Facts) -> Iterator[Done]:
    """Yield who presided over which ceremony, and who inaugurated at which launch."""
    days, acts = dict[str, str](), set[tuple[str, str, str]]()
    for folder, column, kind in (
        ("events", "presenter", "ceremony"),
        ("launches", "inaugurated_by", "launch"),
    ):
        for row in rows(f"tables/{folder}/*.csv"):
            name = name_of(row["event"])
            event = row["event"] if name is None else f"event:{slug(name)}"
            if re.fullmatch(DAY, row["date"]):
                days[event] = row["date"]
            if person := row.get(column):
                acts.add((kind, event, person_of(person)))
    by_claim = {"inov:presidedBy": "ceremony", "inov:inauguratedBy": "launch"}
    for row in facts.claims:
        if row["predicate"] == "inov:date":
            days.setdefault(row["subject"], row["object"].split('"')[1])
        elif row["predicate"] in by_claim:
            acts.add((by_claim[row["predicate"]], row["subject"], row["object"]))
    for kind, event, person in acts:
        if event in days:
            yield kind, event, person, days[event][:4]


def handed_over(facts: Facts) -> Iterator[Done]:
    """Yield who handed over which recognition."""
    for node, recognition in facts.recognitions.items():
        for person in recognition.presenters:
            for date in sorted(recognition.dates)[:1]:
                yield "award", node, person, date[:4]

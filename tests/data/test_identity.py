"""One thing has one IRI, and every innovation belongs to the government that won with it."""

import csv
import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from rdflib import BNode, URIRef
from rdflib.namespace import ORG
from rdflib.term import Node

from kg.namespaces import INOV

CHECKOUT = Path(__file__).resolve().parents[2]
CONFERRALS = CHECKOUT / "data" / "tables" / "conferrals"
SEEDS = Path(os.environ.get("KG_SEEDS", CHECKOUT.parent / "shared" / "seeds"))
PRESS_FACTS = SEEDS.parent / "facts" / "press" / "facts.jsonl"
LEVELS = {"kabupaten": "kab", "kota": "kot", "provinsi": "prov"}

sys.path.append(str(CHECKOUT / "tests" / "benchmarks"))

from identity import SHARES, Spoken, read_spoken, rows_read  # noqa: E402

needs_facts = pytest.mark.skipif(
    not PRESS_FACTS.is_file(), reason=f"the list of press facts is not at {PRESS_FACTS}"
)


@pytest.fixture(scope="module")
def spoken() -> Spoken:
    return read_spoken()


def objects(spoken: Spoken, predicate: URIRef) -> Mapping[Node, set[Node]]:
    """Return what the claims give for each subject, whichever source says so."""
    found: dict[Node, set[Node]] = defaultdict(set)
    for source in spoken.corpus.sources:
        for claim in source.claims:
            if claim.triple[1] == predicate and claim.rank != "deprecated":
                found[claim.triple[0]].add(claim.triple[2])
    return found


def with_heads(agencies: Iterable[Node], spoken: Spoken) -> set[str]:
    return {str(a) for a in agencies} | {top for a in agencies for top in spoken.tops(str(a))}


def conferrals() -> list[dict[str, str]]:
    rows = []
    for path in sorted(CONFERRALS.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows += [row | {"file": path.name} for row in csv.DictReader(file)]
    return rows


def test_the_benchmark_is_half_pairs_and_half_names() -> None:
    rows = rows_read()
    assert len(rows) == 200
    assert sum(bool(row.b) for row in rows) == sum(bool(row.form) for row in rows) == 100
    assert {row.kind for row in rows} == set(SHARES)
    assert len({(row.a, row.b, row.form, row.sources) for row in rows}) == 200


def test_the_graph_decides_as_a_reader_does(spoken: Spoken) -> None:
    wrong = [row for row in rows_read() if spoken.decides(row) != row.verdict]
    assert wrong == []


def test_no_claim_has_a_blank_node(spoken: Spoken) -> None:
    nodes = [node for s in spoken.corpus.sources for c in s.claims for node in c.triple]
    assert len(nodes) >= 10_000
    assert not any(isinstance(node, BNode) for node in nodes)


def test_what_won_is_run_by_the_agency_that_won(spoken: Spoken) -> None:
    recipients = objects(spoken, INOV.recipient)
    operators = objects(spoken, INOV.operatedBy)
    works = [(n, work) for n, all_ in objects(spoken, INOV.recognises).items() for work in all_]
    assert len(works) >= 350
    assert [
        (str(node), str(work))
        for node, work in works
        if not with_heads(recipients[node], spoken) & with_heads(operators[work], spoken)
    ] == []


def test_a_recognition_has_one_recipient(spoken: Spoken) -> None:
    recipients = objects(spoken, INOV.recipient)
    assert len(recipients) >= 700
    assert [str(node) for node, agencies in recipients.items() if len(agencies) > 1] == []


def test_a_regional_government_has_no_work_of_another_in_its_name(spoken: Spoken) -> None:
    """The IRI of a work ends in its government, unless it was given by hand."""
    operators = objects(spoken, INOV.operatedBy)
    slug = re.compile(r"-(pem(?:kab|kot|prov)-.+)$")
    named = {work: found[1] for work in operators if (found := slug.search(str(work)))}
    assert len(named) >= 250
    heads = {work: with_heads(operators[work], spoken) for work in named}
    assert [
        str(work)
        for work, government in named.items()
        if not any(head.endswith(f"/{government}") for head in heads[work])
        and not re.search(r"-[0-9a-f]{8}$", government)
    ] == []


def levels_in(tier: str) -> set[str]:
    return {LEVELS[word] for word in re.findall(r"[a-z]+", tier.lower()) if word in LEVELS}


def test_tiers_of_one_level_go_to_governments_of_that_level() -> None:
    """Some tiers say ``kabupaten``, ``kota`` or ``provinsi``: 26 names are of two levels."""
    rows = [
        (row, levels)
        for row in conferrals()
        if row["agency"].startswith("agency:pem") and (levels := levels_in(row.get("tier", "")))
    ]
    assert len(rows) >= 200
    assert [
        (row["file"], row["source"], row["tier"], row["agency"])
        for row, levels in rows
        if not any(row["agency"].startswith(f"agency:pem{level}-") for level in levels)
    ] == []


@needs_facts
def test_governments_won_what_the_list_of_facts_says_they_won(spoken: Spoken) -> None:
    """The list was read off the pages before the tables were written, and names each in full."""
    government = {f"Pemerintah {p.name.id}": str(p.government) for p in spoken.corpus.places}
    won: dict[str, set[str]] = defaultdict(set)
    for source in spoken.corpus.sources:
        for claim in source.claims:
            if claim.triple[1] == INOV.recipient:
                won[source.id] |= with_heads([claim.triple[2]], spoken)
    facts = [json.loads(line) for line in PRESS_FACTS.read_text("utf-8").splitlines()]
    listed = [
        (fact["source"], government[agency])
        for fact in facts
        if fact["type"] == "award_conferral"
        and (agency := fact["data"].get("agency")) in government
    ]
    assert len(listed) >= 550
    assert [pair for pair in listed if pair[1] not in won[pair[0]]] == []


def test_units_of_the_two_governments_of_a_name_are_apart(spoken: Spoken) -> None:
    units = objects(spoken, ORG.unitOf)
    governed = {unit: with_heads(of, spoken) for unit, of in units.items()}
    assert len(governed) >= 300
    assert [
        str(unit)
        for unit, heads in governed.items()
        if len({head for head in heads if "/agency/pem" in head}) > 1
    ] == []

"""Consolidation: which of several claims the default graph holds."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import XSD
from rdflib.term import Node

from kg.errors import Location
from kg.ingest.sources import Claim
from kg.namespaces import INOV
from kg.release.consolidation import consolidate

THING = URIRef("http://x/thing")
FUNCTIONAL = INOV.venue
PLURAL = INOV.organiser
HOTEL, SOUTH, JAKARTA, BANDUNG = (URIRef(f"http://x/{n}") for n in ("hotel", "s", "j", "b"))

PLACES = Graph()
PLACES.add((HOTEL, INOV.locatedIn, SOUTH))
PLACES.add((SOUTH, INOV.within, JAKARTA))


def claim(value: URIRef | Literal, rank: str = "normal", predicate: URIRef = FUNCTIONAL) -> Claim:
    return Claim(
        "900", "001", "001", (THING, predicate, value), "stated", None, rank, (), None,
        Location(Path("claims.csv")),
    )  # fmt: skip


def held(*claims: Claim) -> set[Node]:
    return set(consolidate(claims, {FUNCTIONAL}, PLACES).objects())


def test_the_most_precise_place_is_held() -> None:
    assert held(claim(JAKARTA), claim(HOTEL), claim(SOUTH)) == {HOTEL}


def test_the_finer_of_two_precisions_is_held() -> None:
    scheme = "https://w3id.org/inovasi-publik/scheme/date-precision/"
    year, month, day = (URIRef(scheme + name) for name in ("year", "month", "day"))
    assert held(claim(year), claim(day), claim(month)) == {day}


def test_the_preferred_value_wins_over_the_more_precise_one() -> None:
    assert held(claim(JAKARTA, "preferred"), claim(HOTEL)) == {JAKARTA}


def test_a_deprecated_claim_is_never_held() -> None:
    assert held(claim(JAKARTA), claim(BANDUNG, "deprecated")) == {JAKARTA}
    assert held(claim(BANDUNG, "deprecated")) == set()


def test_values_that_nothing_decides_between_are_all_held() -> None:
    assert held(claim(JAKARTA), claim(BANDUNG)) == {JAKARTA, BANDUNG}


def test_a_property_with_many_values_keeps_them_all() -> None:
    claims = [claim(place, predicate=PLURAL) for place in (HOTEL, SOUTH, JAKARTA)]
    assert held(*claims) == {HOTEL, SOUTH, JAKARTA}


@pytest.mark.parametrize(
    ("precise", "vague"), [("2024-10-08", "2024-10"), ("2024-10", "2024"), ("2024-10-08", "2024")]
)
def test_a_day_says_more_than_its_month_and_its_year(precise: str, vague: str) -> None:
    assert held(claim(Literal(vague)), claim(Literal(precise))) == {Literal(precise)}


@given(st.permutations([claim(p) for p in (JAKARTA, HOTEL, SOUTH, BANDUNG)]))
def test_the_order_of_the_claims_decides_nothing(claims: list[Claim]) -> None:
    assert held(*claims) == {HOTEL, BANDUNG}


def test_equal_claims_of_two_sources_are_one_triple() -> None:
    date = Literal("2024-10-08", datatype=XSD.date)
    assert held(claim(date), claim(date)) == {date}

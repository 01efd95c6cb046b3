"""The rules that count days and weekdays in SPARQL, held against the calendar of Python."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Final

import pytest
from rdflib import XSD, Graph, Literal
from rdflib.namespace import DCAT, DCTERMS, RDF, SH, Namespace

from kg.namespaces import CANONICAL_BASE, INOV, ORG
from kg.settings import Settings
from kg.store import MemoryStore
from kg.validation import Shapes, load_shapes, set_level_query

INOVSH: Final = Namespace(CANONICAL_BASE + "shapes#")
EX: Final = Namespace("https://example.org/")
TIME: Final = Namespace("http://www.w3.org/2006/time#")
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TURNS: Final = ((1, 1), (2, 28), (3, 1), (9, 30), (10, 1), (12, 31))
GALA: Final = date(2024, 1, 10)


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return load_shapes(Settings().ontology)


@pytest.fixture(scope="module")
def focus_nodes(shapes: Shapes) -> Callable[[str, Graph], set[str]]:
    """Return a function that runs one rule over a graph and gives the nodes it reports."""

    def run(name: str, graph: Graph) -> set[str]:
        (rule,) = (rule for rule in shapes.rules if rule.shape == INOVSH[name])
        store = MemoryStore(graph.serialize(format="nt", encoding="utf-8"))
        solutions = store.select(set_level_query(rule, shapes.prefixes))
        return {str(solution["this"]).removeprefix(EX) for solution in solutions}

    return run


def day(value: date) -> Literal:
    return Literal(value.isoformat(), datatype=XSD.date)


def days_of_two_centuries() -> list[date]:
    random = Random(50)  # noqa: S311
    first = date(1901, 1, 1)
    span = (date(2099, 12, 31) - first).days
    leap_days = [date(year, 2, 29) for year in range(1904, 2100, 4)]
    turns = [date(year, month, last) for year in (1999, 2000, 2024) for month, last in TURNS]
    return [*leap_days, *turns, *(first + timedelta(random.randint(0, span)) for _ in range(300))]


@pytest.mark.parametrize(("shift", "wrong"), [(0, False), (1, True), (6, True)])
def test_weekday_is_that_of_the_calendar(
    shift: int,
    wrong: bool,  # noqa: FBT001
    focus_nodes: Callable[[str, Graph], set[str]],
) -> None:
    days = set(days_of_two_centuries())
    assert len(days) >= 300
    graph = Graph()
    for value in days:
        node = EX[value.isoformat()]
        graph.add((node, INOV.date, day(value)))
        graph.add((node, TIME.dayOfWeek, TIME[WEEKDAYS[(value.weekday() + shift) % 7]]))
    reported = focus_nodes("S50-weekday", graph)
    assert reported == ({value.isoformat() for value in days} if wrong else set())


def test_what_is_no_weekday_fits_no_date(focus_nodes: Callable[[str, Graph], set[str]]) -> None:
    graph = Graph()
    graph.add((EX.a, INOV.date, day(GALA)))
    graph.add((EX.a, TIME.dayOfWeek, EX.Selasa))
    assert focus_nodes("S50-weekday", graph) == {"a"}


@pytest.mark.parametrize(
    ("distance", "attested"), [(0, True), (31, True), (-31, True), (32, False), (-32, False)]
)
def test_office_is_attested_within_31_days(
    distance: int,
    attested: bool,  # noqa: FBT001
    focus_nodes: Callable[[str, Graph], set[str]],
) -> None:
    graph = Graph()
    graph.add((EX.conferral, RDF.type, INOV.Conferral))
    graph.add((EX.conferral, INOV.date, day(GALA)))
    graph.add((EX.conferral, INOV.receivedBy, EX.person))
    graph.add((EX.tenure, ORG.member, EX.person))
    graph.add((EX.tenure, INOV.attestedOn, day(GALA + timedelta(distance))))
    assert focus_nodes("S38-office-attested", graph) == (set() if attested else {"conferral"})


PERIODS: Final = [
    ("2024-01-10", True),
    ("2024-01-11", False),
    ("2024-01", True),
    ("2024-02", False),
    ("2023", False),
    ("2024", True),
    ("2024-XX-XX", True),
    ("2024-01-08/2024-01-10", True),
    ("2024-01-10/2024-01-12", True),
    ("2024-01-11/2024-01-12", False),
    ("2024-01-01/2024-01-09", False),
    ("2023-12/2024-01", True),
]


@pytest.mark.parametrize(("edtf", "covers"), PERIODS, ids=[edtf for edtf, _ in PERIODS])
def test_conferral_falls_into_the_time_of_its_event(
    edtf: str,
    covers: bool,  # noqa: FBT001
    focus_nodes: Callable[[str, Graph], set[str]],
) -> None:
    graph = Graph()
    graph.add((EX.conferral, RDF.type, INOV.Conferral))
    graph.add((EX.conferral, INOV.date, day(GALA)))
    graph.add((EX.conferral, INOV.duringEvent, EX.event))
    graph.add((EX.event, INOV.edtf, Literal(edtf)))
    assert focus_nodes("S36-day-of-the-event", graph) == (set() if covers else {"conferral"})


@pytest.mark.parametrize(
    ("value", "plausible"),
    [
        ("1945-08-16", False),
        ("1945-08-17", True),
        ("2028-12-31", True),
        ("2029-01-01", False),
    ],
)
def test_date_is_plausible_from_independence_to_two_years_after_the_dataset(
    value: str,
    plausible: bool,  # noqa: FBT001
    focus_nodes: Callable[[str, Graph], set[str]],
) -> None:
    graph = Graph()
    graph.add((EX.event, INOV.date, day(date.fromisoformat(value))))
    graph.add((EX.dataset, RDF.type, DCAT.Dataset))
    graph.add((EX.dataset, DCTERMS.issued, day(date(2026, 11, 21))))
    assert focus_nodes("S48-plausible-date", graph) == (set() if plausible else {"event"})


WELL_FORMED: Final = [
    "2024",
    "2024-10",
    "2024-10-08",
    "2024-10-08?",
    "2024~",
    "2024-XX",
    "2024-XX-XX",
    "2024-05-XX",
    "201X",
    "20XX",
    "2024-21",
    "2014/2023",
    "2024-10-07/2024-10-11",
    "2014/",
    "2014/..",
    "../2023",
    "/2023",
]
ILL_FORMED: Final = [
    "24",
    "8/10/2024",
    "2024-13",
    "2024-00",
    "2024-10-32",
    "2024-1-8",
    "20241008",
    "/",
    "..",
    "2024//2025",
    "tahun",
    "2024-10-08T09:00",
    "2014/2015/2016",
    "X024",
]


@pytest.mark.parametrize(
    ("text", "well_formed"),
    [*((text, True) for text in WELL_FORMED), *((text, False) for text in ILL_FORMED)],
)
def test_partial_date_is_edtf_of_level_0_or_1(text: str, well_formed: bool, shapes: Shapes) -> None:  # noqa: FBT001
    pattern = shapes.graph.value(INOVSH.EdtfText, SH.pattern)
    assert (re.search(str(pattern), text) is not None) is well_formed

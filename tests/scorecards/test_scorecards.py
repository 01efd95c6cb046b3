"""Every item of every card, against a server; and the table in docs/, which says the same."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

import pytest

import foops
import fuji
import kgheartbeat
import sib_editor
import sparqles
import umaka
from cards import Card, Item, Judged, judge, table
from kg.release.build import build
from kg.settings import Settings
from visitor import Visitor

pytestmark = [
    pytest.mark.scorecards,
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
]

Serve = Callable[..., AbstractContextManager[tuple[str, object]]]

CARDS: Final = (
    umaka.CARD,
    sparqles.DISCOVERABILITY,
    sparqles.FEATURES,
    kgheartbeat.CARD,
    foops.CARD,
    fuji.DATASET,
    fuji.ONTOLOGY,
    sib_editor.CARD,
)
PUBLISHED: Final = Path(__file__).parents[2] / "docs" / "scorecards.md"
ITEMS: Final = [pytest.param(item, id=f"{c.tool} {item.name}") for c in CARDS for item in c.items]


@pytest.fixture(scope="module")
def visitor(
    tmp_path_factory: pytest.TempPathFactory, serve_home: Serve, port: int
) -> Iterator[Visitor]:
    """Serve the release at the address that its IRIs begin with; SERVICE may call that server."""
    home = tmp_path_factory.mktemp("scorecards")
    address = f"http://127.0.0.1:{port}"
    build(Settings(home=home, base_iri=f"{address}/"), lambda _step: None)
    with serve_home(home, port=port, service_allow=f"{address}/sparql", rate_limit=0):
        yield Visitor(address)


@pytest.fixture(scope="module")
def judged(visitor: Visitor) -> list[tuple[Card, Judged]]:
    return [(card, [(item, judge(item, visitor)) for item in card.items]) for card in CARDS]


@pytest.mark.parametrize("item", ITEMS)
def test_an_item_holds_unless_a_choice_of_ours_is_named(item: Item, visitor: Visitor) -> None:
    outcome = judge(item, visitor)
    assert outcome.applies or outcome.reason
    failed = outcome.applies and not outcome.passed
    assert failed == (item.choice is not None), f"{outcome.held}/{outcome.of} {outcome.missing[:9]}"


def test_the_table_is_the_one_that_is_published(judged: list[tuple[Card, Judged]]) -> None:
    text = table(judged)
    if os.environ.get("UPDATE"):
        PUBLISHED.write_text(text, encoding="utf-8")
    assert PUBLISHED.read_text(encoding="utf-8") == text, "run `make scorecards UPDATE=1`"


def test_there_are_enough_items_and_few_are_left_out(judged: list[tuple[Card, Judged]]) -> None:
    outcomes = [outcome for _, rows in judged for _, outcome in rows]
    assert len(outcomes) >= 200
    assert sum(not outcome.applies for outcome in outcomes) <= 40

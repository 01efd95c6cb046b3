"""The collector of garbage is told to look less often, and then to do as before."""

import gc
from collections.abc import Iterator

import pytest

from kg.collecting import seldom_collecting


@pytest.fixture(autouse=True)
def thresholds() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_garbage_is_looked_for_less_often_for_a_while() -> None:
    before = gc.get_threshold()
    with seldom_collecting():
        assert gc.get_threshold()[0] > before[0]
        with seldom_collecting():
            assert gc.get_threshold()[0] > before[0]
        assert gc.get_threshold()[0] > before[0]
    assert gc.get_threshold() == before


def test_cycles_do_not_pile_up() -> None:
    gc.collect()
    with seldom_collecting():
        collected = gc.get_stats()[0]["collections"]
        for _ in range(200_000):
            cycle: list[object] = []
            cycle.append(cycle)
        assert gc.get_stats()[0]["collections"] > collected


@pytest.mark.parametrize("first", [0, 1_000_000])
def test_who_wants_it_to_look_even_less_is_not_overruled(first: int) -> None:
    gc.set_threshold(first, 10, 10)
    with seldom_collecting():
        assert gc.get_threshold()[0] == first

"""A change judged by what it touches, and a view screened, against pySHACL over the whole.

Every case edits a store at random and compares three reports, result by result. The default
suite runs some dozens of cases, ``make differential`` some thousands. The random walks go on from
bad states, so that faults are mended as well as made.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from edits import EditableStore, Editor, cutting, statements_of, taking_out, yardstick

from kg.ingest.corpus import read_corpus
from kg.namespaces import read_prefixes
from kg.release.candidate import Candidate, assemble
from kg.settings import Settings
from kg.validation import (
    Changes,
    Dependencies,
    Report,
    Shapes,
    Statement,
    load_shapes,
    revalidate,
    validate_view,
)
from kg.validation.patterns import Scope

STEPS = 12
SEEDS = int(os.environ.get("KG_DIFFERENTIAL_SEEDS", "170"))


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return load_shapes(Settings().ontology)


@pytest.fixture(scope="module")
def dependencies(shapes: Shapes) -> Dependencies:
    return Dependencies.of(shapes)


@pytest.fixture(scope="module")
def candidate(small_data: Path) -> Candidate:
    settings = Settings(data=small_data)
    return assemble(settings.ontology, read_corpus(settings.data, read_prefixes(settings.ontology)))


@pytest.fixture(scope="module")
def statements(candidate: Candidate) -> list[Statement]:
    return EditableStore(statements_of(candidate)).statements()


def walk(
    statements: list[Statement], seed: int, steps: int, shapes: Shapes
) -> Iterator[tuple[EditableStore, Report, Changes, Report]]:
    """Yield the store after each batch of edits, the report before, the edits, the report now."""
    store = EditableStore(statements)
    editor = Editor(store, seed)
    before = yardstick(store, shapes)
    for _ in range(steps):
        changes = editor.batch()
        after = yardstick(store, shapes)
        yield store, before, changes, after
        before = after


def compare(
    statements: list[Statement],
    seeds: range,
    steps: int,
    shapes: Shapes,
    dependencies: Dependencies,
) -> tuple[int, int]:
    """Compare all three; return the number of cases and how many changed the report."""
    cases = changed = 0
    for seed in seeds:
        some = cutting(statements, seed)
        for store, before, changes, after in walk(some, seed, steps, shapes):
            with taking_out(cases):
                found = revalidate(store.view, shapes, dependencies, before, changes)
            assert found == after, (seed, sorted(changes, key=str))
            if cases % 3 == 0:
                assert validate_view(store.view, shapes) == after, seed
            cases += 1
            changed += after != before
    return cases, changed


def test_parts_and_screens_report_what_the_whole_reports(
    statements: list[Statement], shapes: Shapes, dependencies: Dependencies
) -> None:
    cases, changed = compare(statements, range(2), 12, shapes, dependencies)
    assert cases == 24
    assert changed > cases // 3


@pytest.mark.differential
def test_so_does_the_whole_of_the_curated_data(
    statements: list[Statement], shapes: Shapes, dependencies: Dependencies
) -> None:
    for store, before, changes, after in walk(statements, 7, 6, shapes):
        assert revalidate(store.view, shapes, dependencies, before, changes) == after
        assert validate_view(store.view, shapes) == after


@pytest.mark.differential
def test_over_thousands_of_edits(
    statements: list[Statement],
    shapes: Shapes,
    dependencies: Dependencies,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cases, changed = compare(statements, range(100, 100 + SEEDS), STEPS, shapes, dependencies)
    with capsys.disabled():
        sys.stdout.write(f"\n{cases} cases, {changed} of them changed the report, no difference\n")
    assert cases >= SEEDS * STEPS
    assert changed > cases // 3


def kinds(dependencies: Dependencies) -> dict[str, Dependencies]:
    """Return dependencies that each forget one way in which a change can reach a focus node."""

    def far(scope: Scope) -> bool:
        return bool(scope.around)

    def of_rules(scopes: tuple[Scope, ...]) -> tuple[Scope, ...]:
        return tuple(scope for scope in scopes if not scope.around)

    forgetful = {
        key: replace(read, scopes=of_rules(read.scopes)) for key, read in dependencies.rules.items()
    }
    return {
        "what a value says of itself": replace(
            dependencies, pooled=tuple(s for s in dependencies.pooled or () if not far(s))
        ),
        "what a focus node says": replace(
            dependencies, pooled=tuple(s for s in dependencies.pooled or () if far(s))
        ),
        "what is optional or negated in a query": replace(dependencies, rules=forgetful),
        "the hierarchy of classes": replace(
            dependencies,
            pooled=tuple(
                replace(s, own=tuple(p for p in s.own if type(p).__name__ == "Edge"))
                if not any(type(p).__name__ == "Closure" for p in s.own)
                else Scope(())
                for s in dependencies.pooled or ()
            ),
        ),
    }


@pytest.mark.differential
@pytest.mark.parametrize(
    "forgotten",
    [
        "what a value says of itself",
        "what a focus node says",
        "what is optional or negated in a query",
        "the hierarchy of classes",
    ],
)
def test_a_direction_that_is_forgotten_is_noticed(
    forgotten: str, statements: list[Statement], shapes: Shapes, dependencies: Dependencies
) -> None:
    broken = kinds(dependencies)[forgotten]
    for seed in range(8):
        for store, before, changes, after in walk(cutting(statements, seed), seed, STEPS, shapes):
            if revalidate(store.view, shapes, broken, before, changes) != after:
                return
    pytest.fail("no edit showed it")

"""The checks of hygiene after a change, asked in part and asked of everything.

``recheck`` promises the findings of a change to a dataset that had none. Random walks go on from
bad states, so what is compared is more: everything that the change made must be found, and
nothing may be found that the whole does not show.
"""

import os
import sys
from pathlib import Path

import pytest
from edits import EditableStore, Editor, cutting, taking_out
from rdflib import URIRef

from kg.ingest.corpus import read_corpus
from kg.namespaces import GRAPH, read_prefixes
from kg.release.candidate import assemble
from kg.release.catalog import catalog_graph
from kg.settings import Settings
from kg.validation import Check, Finding, Statement, prepare, read_check, recheck, run_checks

CHECKS = Settings().ontology / "checks"
SEEDS = int(os.environ.get("KG_DIFFERENTIAL_SEEDS", "170"))
STEPS = 12


@pytest.fixture(scope="module")
def checks() -> list[Check]:
    read = [read_check(file) for file in sorted(Path(CHECKS).glob("*.rq"))]
    prepare(read)
    return read


@pytest.fixture(scope="module")
def statements(small_data: Path) -> list[Statement]:
    """Return the curated data as a release holds it, the catalogue apart."""
    settings = Settings(data=small_data)
    corpus = read_corpus(settings.data, read_prefixes(settings.ontology))
    candidate = assemble(settings.ontology, corpus)
    graph = catalog_graph(candidate, corpus.dataset, [])
    candidate = candidate.with_graph(GRAPH.catalog, graph, in_default=True)
    found = [
        Statement(s, URIRef(str(p)), o, name)
        for name, triples in ((None, candidate.default), *candidate.graphs.items())
        for s, p, o in triples
    ]
    return EditableStore(found).statements()


def all_findings(store: EditableStore) -> set[Finding]:
    return set(run_checks(store.select, CHECKS))


def walk(statements: list[Statement], seed: int, steps: int, checks: list[Check]) -> list[int]:
    """Compare after each step; return how many findings each one made."""
    store = EditableStore(statements)
    editor = Editor(store, seed)
    before, made = all_findings(store), []
    for step in range(steps):
        changes = editor.batch()
        after = all_findings(store)
        with taking_out(step):
            found = set(recheck(store.view, checks, changes))
        assert after - before <= found, (seed, sorted(changes, key=str), after - before - found)
        assert found <= after, (seed, sorted(changes, key=str), found - after)
        made.append(len(after - before))
        before = after
    return made


def test_what_a_change_makes_is_found_and_nothing_else(
    statements: list[Statement], checks: list[Check]
) -> None:
    assert len(checks) >= 20
    made = [n for seed in range(3) for n in walk(cutting(statements, seed), seed, STEPS, checks)]
    assert sum(map(bool, made)) > len(made) // 3


@pytest.mark.differential
def test_of_data_that_pass_all_findings_are_found(
    statements: list[Statement], checks: list[Check]
) -> None:
    store = EditableStore(statements)
    assert not all_findings(store)
    editor, made = Editor(store, 1), 0
    for _ in range(8):
        changes = editor.batch()
        after = all_findings(store)
        assert set(recheck(store.view, checks, changes)) == after
        editor.take_back()
        made += bool(after)
    assert made > 2


@pytest.mark.differential
def test_over_thousands_of_edits_the_checks_agree(
    statements: list[Statement], checks: list[Check], capsys: pytest.CaptureFixture[str]
) -> None:
    made = [
        number
        for seed in range(100, 100 + SEEDS)
        for number in walk(cutting(statements, seed), seed, STEPS, checks)
    ]
    with capsys.disabled():
        some = sum(map(bool, made))
        sys.stdout.write(f"\n{len(made)} changes, {some} of them made findings, none was missed\n")
    assert len(made) == SEEDS * STEPS
    assert sum(map(bool, made)) > len(made) // 3

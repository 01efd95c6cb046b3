"""What goes on beside the judging leads to the same release as if all were done in its turn."""

import shutil
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from rdflib import Literal, URIRef
from rdflib.namespace import SH

from kg.errors import StoreError
from kg.ingest.batch import read_batch
from kg.language import Text
from kg.namespaces import CANONICAL_BASE, GRAPH, read_prefixes
from kg.release import description, said
from kg.release.act import Act
from kg.release.beside import Beside, Foretold
from kg.release.completion import complete_release
from kg.release.draft import Draft
from kg.release.intake import Delivery, Outcome, Ways, bring
from kg.release.judging import Question
from kg.release.merging import Merged
from kg.release.publication import Incoming, Release, Releases
from kg.release.said import UNNAMED, Said
from kg.release.verdict import Verdict
from kg.settings import Settings
from kg.store import EditableStore, LabelledStore, Quad, ReleaseStore, write_store

B = CANONICAL_BASE
Kit: TypeAlias = Any

SOURCES: Mapping[str, list[tuple[str, str, str, str]]] = {
    "900": [("agency:polresta-sidoarjo", "inov:date", '"2031-05-01"^^xsd:date', "")],
    "901": [("agency:polresta-sidoarjo", "inov:venue", "place:35-15", "")],
    "902": [("agency:polresta-sidoarjo", "inov:date", '"2032"^^xsd:gYear', "")],
}


@pytest.fixture
def chosen(home: Path, small_data: Path, tmp_path: Path) -> Settings:
    shutil.copytree(home, tmp_path / "home", symlinks=True)
    return Settings(home=tmp_path / "home", data=small_data)


def deliver(chosen: Settings, kit: Kit, name: str, ways: Ways, *, dry_run: bool = False) -> Outcome:
    place = kit.write_source(chosen.home.parent, name, SOURCES[name])
    batch = read_batch([place], read_prefixes(chosen.ontology))
    delivery = Delivery(batch, Act.now("ingest", "tests"), dry_run)
    return bring(chosen, delivery, kit.quietly, ways)


def quads_of(*files: Path) -> set[Quad]:
    return set(LabelledStore(b"".join(file.read_bytes() for file in files)).quads())


def assert_whole(release: Release) -> None:
    plain, store = map(ReleaseStore.open, (release.plain_path, release.store_path))
    assert set(plain.quads()) == quads_of(release.content_path)
    assert set(store.quads()) == quads_of(release.content_path, release.publication_path)
    names = {path.name for path in release.path.iterdir()}
    assert not names & {"published", "lost"}, "something was left behind"
    assert UNNAMED.encode() not in release.publication_path.read_bytes()


def completed_in_its_turn(outcome: Outcome, previous: Release, folder: Path) -> bytes:
    """Return the publication that a process makes which knows nothing of the release before."""
    said._last.clear()
    description._kept.clear()
    release = outcome.release
    folder.mkdir()
    shutil.copy(release.content_path, folder)
    write_store(folder / "store", release.content_path)
    incoming = Incoming(folder, release.identifier, B, previous, release.manifest)
    merged = Merged(release.identifier, outcome.removed, outcome.added)
    at = datetime.fromisoformat(release.manifest["published"])
    complete_release(incoming, read_prefixes(Settings().ontology), at, merged)
    return (folder / "publication.nq").read_bytes()


def test_each_batch_of_a_process_is_published_as_if_it_were_the_first(
    chosen: Settings, kit: Kit
) -> None:
    made = []
    for name in SOURCES:
        before = Releases(chosen.home).current()
        outcome = deliver(chosen, kit, name, Ways(kit.LENIENT.judge))
        assert_whole(outcome.release)
        made.append((outcome, before))
    for number, (outcome, before) in enumerate(made):
        folder = chosen.home.parent / f"turn-{number}"
        alone = completed_in_its_turn(outcome, before, folder)
        assert outcome.release.publication_path.read_bytes() == alone


def test_what_was_foretold_is_what_becomes_the_store(
    chosen: Settings, kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled = list[str]()
    settle = Foretold.settle

    def look(self: Foretold, *arguments: Any) -> None:  # noqa: ANN401
        settled.append(self.identifier)
        settle(self, *arguments)

    monkeypatch.setattr(Foretold, "settle", look)
    release = deliver(chosen, kit, "900", Ways(kit.LENIENT.judge)).release
    assert settled == [release.identifier]


def test_a_store_is_not_closed_before_it_is_copied(
    chosen: Settings, kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Draft.copy_to

    def dawdle(self: Draft, folder: Path) -> None:
        time.sleep(1)
        copy(self, folder)

    monkeypatch.setattr(Draft, "copy_to", dawdle)
    assert_whole(deliver(chosen, kit, "900", Ways(kit.LENIENT.judge)).release)


def test_a_store_that_cannot_be_copied_leaves_the_release_as_it_was(
    chosen: Settings, kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(_self: Draft, folder: Path) -> None:
        folder.write_text("in the way")
        raise StoreError(Text("Penuh", "Full"))

    monkeypatch.setattr(Draft, "copy_to", stumble)
    before = Releases(chosen.home).current().identifier
    with pytest.raises(StoreError, match="Full"):
        deliver(chosen, kit, "900", Ways(kit.LENIENT.judge))
    assert Releases(chosen.home).current().identifier == before
    assert [path.name for path in (chosen.home / "releases").iterdir()] == [before[:16]]


def test_a_verdict_with_another_report_is_not_what_was_foretold(chosen: Settings, kit: Kit) -> None:
    def warn(question: Question, settings: Settings) -> Verdict:
        verdict: Verdict = kit.LENIENT.judge(question, settings)
        verdict.report.add((URIRef(f"{B}x"), SH.resultMessage, Literal("lost")))
        return verdict

    before = Releases(chosen.home).current()
    outcome = deliver(chosen, kit, "900", Ways(warn))
    assert_whole(outcome.release)
    assert b"resultMessage" in b"".join(outcome.added)
    assert any(ReleaseStore.open(outcome.release.plain_path).quads(graph=GRAPH.validation))
    alone = completed_in_its_turn(outcome, before, chosen.home.parent / "turn")
    assert outcome.release.publication_path.read_bytes() == alone


def test_a_trial_foretells_nothing_and_leaves_nothing(
    chosen: Settings, kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Beside, "_foretell")
    before = sorted(chosen.home.rglob("*"))
    assert deliver(chosen, kit, "900", Ways(kit.LENIENT.judge), dry_run=True).changed
    assert sorted(chosen.home.rglob("*")) == before


@pytest.fixture
def stores(tmp_path: Path) -> tuple[ReleaseStore, EditableStore]:
    """Give a store of one line of content, and a copy with what was foretold."""
    (tmp_path / "content.nq").write_bytes(line(1))
    write_store(tmp_path / "content", tmp_path / "content.nq")
    content = ReleaseStore.open(tmp_path / "content")
    content.copy_to(tmp_path / "copy")
    copy = EditableStore.open(tmp_path / "copy")
    copy.load(line(1) + line(2) + line(3))
    return content, copy


def line(number: int, name: str = "0123456789abcdef") -> bytes:
    # Of the first no name is part: the content says it, which knows none.
    about = f"void/{name}#x" if number > 1 else "id/dataset/x"
    return f"<{B}{about}> <{B}p> <{B}{number}> <{B}g> .\n".encode()


def test_what_the_content_says_stays_though_it_was_foretold_in_vain(
    stores: tuple[ReleaseStore, EditableStore],
) -> None:
    content, copy = stores
    name = "0123456789abcdef"
    foretold = Foretold(name * 4, copy, Said.read(line(1) + line(2) + line(3), name))
    foretold.settle(Said.read(line(3) + line(4), name), content)
    assert set(copy.quads()) == set(LabelledStore(line(1) + line(3) + line(4)).quads())


def test_lines_are_read_and_written_under_the_name_of_a_release() -> None:
    other = "fedcba9876543210"
    first = Said.read(line(1) + line(2), "0123456789abcdef")
    assert first.write(other) == line(1, other) + line(2, other)
    second = Said.read(line(2) + line(3), "0123456789abcdef")
    assert first.change(second, other) == (line(1, other), line(3, other))

"""Bringing batches leads to the release that a build of all text makes, byte for byte."""

import json
import re
import shlex
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import RDF, Graph, URIRef
from rdflib.namespace import PROV, SH

import kg.release.build as building
from kg.cli.commands import make_group
from kg.errors import InputError, StoreError
from kg.language import Text
from kg.namespaces import CANONICAL_BASE, GRAPH
from kg.release.act import Act, activity_triples
from kg.release.audit import intend, read_log
from kg.release.build import brought_text, content_of, judge_data
from kg.release.intake import Ways
from kg.release.judging import Question
from kg.release.publication import Releases
from kg.release.quarantine import REPORTS, Quarantine
from kg.release.submission import Correction, RefusedError, Submission, retry, submit
from kg.release.verdict import Entry, Verdict
from kg.settings import Settings
from kg.store import ReleaseStore, parse_rdf

Kit: TypeAlias = Any
Batch: TypeAlias = Any

ELSEWHERE = "http://localhost:8765/"
SOURCES = ["900", "901", "902"]
PAGES = ["p1", "p2"]
THINGS = ["agency:a", "agency:b", "agency:c", "place:x", "place:y", "place:z"]
PLACES = [name for name in THINGS if name.startswith("place")]
VALUES = {
    "inov:venue": PLACES,
    "inov:within": PLACES,
    "inov:locatedIn": PLACES,
    "inov:date": ['"2024"^^xsd:gYear', '"2024-05-01"^^xsd:date', '"2024-05"^^xsd:gYearMonth'],
    "inov:name": ['"satu\\"dua"@id', "3.50", "7", '"x"'],
}

claims = st.sampled_from(sorted(VALUES)).flatmap(
    lambda predicate: st.tuples(
        st.sampled_from(THINGS),
        st.just(predicate),
        st.sampled_from(VALUES[predicate]),
        st.sampled_from(["", "", "preferred", "deprecated"]),
    )
)
sources = st.lists(claims, min_size=1, max_size=6, unique_by=lambda row: row[:3])
labels = st.dictionaries(st.sampled_from(THINGS), st.sampled_from("PQR"), max_size=3)
decisions = st.lists(st.tuples(st.sampled_from(THINGS), st.integers(1, 6)), max_size=2)
told = st.lists(
    st.tuples(st.sampled_from(["Pekan", "Gelar"]), st.sampled_from(["agency:b", "P", "A", ""])),
    min_size=1,
    max_size=2,
    unique=True,
)
pages: st.SearchStrategy[dict[str, list[tuple[str, str]]]] = st.one_of(
    st.just({}), st.dictionaries(st.sampled_from(PAGES), told, max_size=2)
)
puts = st.dictionaries(st.sampled_from(SOURCES), st.tuples(sources, labels), max_size=2)
batches = st.lists(
    st.tuples(puts, st.sets(st.sampled_from(SOURCES + PAGES), max_size=1), decisions, pages),
    min_size=1,
    max_size=5,
)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, kit: Kit) -> dict[str, Path]:
    """Return a folder for each base with a release of the small data, to be copied."""
    folders = {}
    for base in (None, ELSEWHERE):
        folder = tmp_path_factory.mktemp("ground")
        chosen = kit.small_settings(folder, *([base] if base else []))
        with pytest.MonkeyPatch.context() as patch:
            _without_gate(patch)
            building.build(chosen, kit.quietly)
        folders[base or ""] = folder
    return folders


def _without_gate(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(building, "load_shapes", lambda _: None)
    patch.setattr(building, "judge", lambda *_: Verdict((), _report()))
    patch.setattr(building, "completing", lambda *_: lambda _incoming: {})


def _report() -> Graph:
    report = Graph()
    report.add((GRAPH["validation#report"], RDF.type, SH.ValidationReport))
    return report


def _copy(ground: Path, place: Path, base: str) -> Settings:
    home = place / "home"
    shutil.copytree(ground / "home", home, symlinks=True)
    return Settings(
        home=home,
        ontology=ground / "ontology",
        data=ground / "data",
        base_iri=base or CANONICAL_BASE,
    )


def _built_anew(chosen: Settings, kit: Kit) -> bytes:
    with pytest.MonkeyPatch.context() as patch:
        _without_gate(patch)
        judged = judge_data(chosen, kit.quietly, overlay=brought_text(chosen))
    return content_of(judged, chosen.base_iri)


def _write_batch(
    place: Path, batch: Batch, kit: Kit, known: set[str]
) -> tuple[list[Path], set[str]]:
    put, withdrawn, decided, pages_ = batch
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for identifier, (rows, things) in put.items():
        kit.write_source(place, identifier, rows, things)
    if pages_:
        kit.write_tables(place, pages_)
    gone = {name for name in withdrawn if name in known and name not in {**put, **pages_}}
    left = sorted((known | put.keys()) - gone - set(PAGES))
    if decided and left and put:
        lines = ["id,outcome,entity,other,surface_form,evidence,note_id,note_en"]
        for number, (thing, _) in enumerate(decided):
            lines.append(f"i{number},sama,{thing},,nama {number},{left[0]}/001,,")
        (place / "identity.csv").write_text("\n".join(lines) + "\n")
    return ([place] if put or pages_ else []), gone


def follow(steps: list[Batch], base: str, ground: dict[str, Path], kit: Kit, place: Path) -> None:
    """Bring batches one after the other, and compare each release with a build of all text."""
    chosen = _copy(ground[base], place, base)
    known: set[str] = set()
    for batch in steps:
        paths, gone = _write_batch(place / "batch", batch, kit, known)
        if not paths and not gone:
            continue
        try:
            with pytest.MonkeyPatch.context() as patch:
                # Some changes are built from all text, with the gate of the build.
                _without_gate(patch)
                outcome = kit.deliver(chosen, paths, gone)
        except InputError:
            continue
        known = (known | set(batch[0]) | set(batch[3])) - gone
        content = outcome.release.content_path.read_bytes()
        assert content == _built_anew(chosen, kit)
        assert outcome.release.identifier == sha256(content).hexdigest()
        assert outcome.release.manifest["quads"] == content.count(b"\n")
        store = ReleaseStore.open(outcome.release.store_path)
        assert len(store) == content.count(b"\n")
    shutil.rmtree(place)


QUIET = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@settings(QUIET, max_examples=5)
@given(steps=batches, base=st.sampled_from(["", ELSEWHERE]))
def test_any_sequence_of_batches_leads_to_what_a_build_of_all_text_makes(
    steps: list[Batch],
    base: str,
    ground: dict[str, Path],
    kit: Kit,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    follow(steps, base, ground, kit, tmp_path_factory.mktemp("sequence"))


@pytest.mark.crash
@settings(QUIET, max_examples=120)
@given(steps=batches, base=st.sampled_from(["", ELSEWHERE]))
def test_many_sequences_of_batches_lead_to_what_a_build_of_all_text_makes(
    steps: list[Batch],
    base: str,
    ground: dict[str, Path],
    kit: Kit,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    follow(steps, base, ground, kit, tmp_path_factory.mktemp("sequence"))


@pytest.fixture
def chosen(ground: dict[str, Path], tmp_path: Path) -> Settings:
    return _copy(ground[""], tmp_path, "")


ROWS = [("agency:b", "inov:venue", "place:x", ""), ("agency:b", "inov:name", '"B"', "")]


def test_the_same_batch_twice_changes_nothing(chosen: Settings, tmp_path: Path, kit: Kit) -> None:
    folder = kit.write_source(tmp_path, "900", ROWS, {"agency:b": "B"})
    first = kit.deliver(chosen, [folder])
    again = kit.deliver(chosen, [folder])
    assert first.changed
    assert not again.changed
    assert again.release.identifier == first.release.identifier
    assert [entry["outcome"] for entry in read_log(chosen.home)][-2:] == ["published", "unchanged"]


def test_withdrawal_takes_back_exactly_what_was_brought(
    chosen: Settings, tmp_path: Path, kit: Kit
) -> None:
    before = Releases(chosen.home).current()
    kit.deliver(chosen, [kit.write_source(tmp_path, "900", ROWS, {"agency:b": "B"})])
    outcome = kit.deliver(chosen, [], ["900"])
    assert outcome.release.identifier == before.identifier
    assert outcome.release.manifest["intake"] is None


def test_what_others_speak_of_stays_when_a_source_is_withdrawn(
    chosen: Settings, tmp_path: Path, kit: Kit
) -> None:
    kit.deliver(chosen, [kit.write_source(tmp_path, "900", ROWS, {"agency:b": "B"})])
    kit.deliver(chosen, [kit.write_source(tmp_path, "901", ROWS[:1])])
    outcome = kit.deliver(chosen, [], ["900"])
    assert b"agency/b> <http://www.w3.org/2004/02/skos" in outcome.release.content_path.read_bytes()
    assert not any(
        b"skos/core#prefLabel" in line and b"agency/b" in line for line in outcome.removed
    )


def test_a_label_that_a_decision_of_the_data_folder_repeats_is_followed(
    chosen: Settings, tmp_path: Path, kit: Kit
) -> None:
    # Its decision has the thing's label in its own; the change is built from all text.
    folder = kit.write_source(tmp_path, "900", ROWS[:1], {"agency:a": "Z", "agency:b": "B"})
    with pytest.MonkeyPatch.context() as patch:
        _without_gate(patch)
        outcome = kit.deliver(chosen, [folder])
        assert any(b"identity/d1" in line for line in outcome.added)
        assert outcome.release.content_path.read_bytes() == _built_anew(chosen, kit)
        back = kit.deliver(chosen, [], ["900"])
    assert back.release.content_path.read_bytes() == _built_anew(chosen, kit)


def test_a_dry_run_says_what_would_change_and_leaves_nothing(
    chosen: Settings, tmp_path: Path, kit: Kit
) -> None:
    folder = kit.write_source(tmp_path, "900", ROWS, {"agency:b": "B"})
    before = _listing(chosen.home)
    outcome = kit.deliver(chosen, [folder], dry_run=True)
    assert outcome.changed
    assert outcome.added
    assert _listing(chosen.home) == before


def _listing(home: Path) -> dict[str, float]:
    files = (path for path in home.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path): path.stat().st_mtime for path in files}


def test_sources_of_the_data_folder_are_edited_there(
    chosen: Settings, tmp_path: Path, kit: Kit
) -> None:
    for paths, gone in (([kit.write_source(tmp_path, "000", ROWS)], []), ([], ["000"])):
        with pytest.raises(InputError) as caught:
            kit.deliver(chosen, paths, gone)
        assert "data folder" in caught.value.explain("en")
    with pytest.raises(InputError):
        kit.deliver(chosen, [], ["999"])


def test_a_source_in_both_places_is_a_fault_that_names_both(
    chosen: Settings, tmp_path: Path, kit: Kit, ground: dict[str, Path]
) -> None:
    kit.deliver(chosen, [kit.write_source(tmp_path, "900", ROWS, {"agency:b": "B"})])
    data = tmp_path / "data"
    shutil.copytree(ground[""] / "data", data)
    other = kit.write_source(data / "sources", "900", ROWS)
    changed = Settings(home=chosen.home, ontology=chosen.ontology, data=data)
    with pytest.raises(InputError) as caught:
        building.build(changed, kit.quietly)
    assert str(other) in caught.value.explain("en")
    assert str(chosen.home / "intake") in caught.value.explain("en")


def test_the_manifest_says_who_brought_what_and_the_log_keeps_it(
    chosen: Settings, tmp_path: Path, kit: Kit
) -> None:
    before = Releases(chosen.home).current()
    folder = kit.write_source(tmp_path, "900", ROWS, {"agency:b": "B"})
    manifest = kit.deliver(chosen, [folder]).release.manifest
    activity = manifest["activity"]
    assert activity["by"] == "tests"
    assert activity["before"] == before.identifier
    assert list(activity["put"]) == ["900"]
    assert activity["started_at"] <= activity["ended_at"]
    assert len(manifest["standing"]["shapes"]) == 64
    said = Graph()
    for triple in activity_triples(manifest, manifest["identifier"], ELSEWHERE):
        said.add(triple)
    ((_, node),) = said.subject_objects(PROV.wasGeneratedBy)
    assert len(list(said.objects(node, PROV.wasAssociatedWith))) == 2
    assert URIRef(f"{ELSEWHERE}graph/article/900") in set(said.objects(node, PROV.used))
    last = read_log(chosen.home)[-1]
    assert last["id"] == activity["id"]
    assert last["release"] == manifest["identifier"]


def test_a_changed_data_folder_is_built_before_a_batch_is_brought(
    chosen: Settings, tmp_path: Path, kit: Kit, ground: dict[str, Path]
) -> None:
    data = tmp_path / "data"
    shutil.copytree(ground[""] / "data", data)
    kit.write_source(data / "sources", "001", [("agency:a", "inov:name", '"Nama"', "")])
    changed = Settings(home=chosen.home, ontology=chosen.ontology, data=data)
    folder = kit.write_source(tmp_path, "900", ROWS, {"agency:b": "B"})
    with pytest.raises(StoreError):
        kit.deliver(changed, [folder], dry_run=True)
    with pytest.MonkeyPatch.context() as patch:
        _without_gate(patch)
        outcome = kit.deliver(changed, [folder])
    assert outcome.release.content_path.read_bytes() == _built_anew(changed, kit)
    assert outcome.release.manifest["sources"] == 3


def test_the_log_survives_a_line_that_was_cut_off(
    chosen: Settings, tmp_path: Path, kit: Kit
) -> None:
    kit.deliver(chosen, [kit.write_source(tmp_path, "900", ROWS, {"agency:b": "B"})])
    log = chosen.home / "audit.jsonl"
    whole = log.read_bytes()
    lost = json.loads(whole.splitlines()[-1])
    intend(chosen.home, lost, Releases(chosen.home).current().manifest["intake"])
    log.write_bytes(whole[:-40])
    kit.deliver(chosen, [], ["900"])
    written = read_log(chosen.home)
    assert written[-2]["id"] == lost["id"]
    assert written[-1]["withdrawn"] == ["900"]
    assert sum(entry["id"] == lost["id"] for entry in written) == 1


def test_a_refused_batch_is_kept_and_passes_after_correction(
    chosen: Settings, tmp_path: Path, kit: Kit
) -> None:
    folder = kit.write_source(tmp_path, "900", ROWS, {"agency:b": "B"})
    good = (folder / "claims.csv").read_text()
    (folder / "claims.csv").write_text(good.replace("stated", "certain sure"))
    before = Releases(chosen.home).current().identifier
    act = Act.now("ingest", "tests")
    with pytest.raises(RefusedError) as caught:
        submit(chosen, Submission((folder,), (), act), kit.quietly, kit.LENIENT)
    assert Releases(chosen.home).current().identifier == before
    (refused,) = Quarantine(chosen.home).all()
    assert caught.value.refused == refused
    assert caught.value.message == Text(
        f"2 kesalahan pada masukan. Disimpan dalam karantina sebagai {refused.id}.",
        f"2 faults in the input. Kept in quarantine as {refused.id}.",
    )
    assert refused.about["by"] == "tests"
    assert (refused.input / "900" / "claims.csv").read_text() != good
    assert "claims.csv:2" in "\n".join(refused.table("en"))
    for ending in REPORTS:
        assert len(parse_rdf(refused.report(ending), ending, "http://x/")) > 1
    assert read_log(chosen.home)[-1]["outcome"] == "rejected"
    with pytest.raises(RefusedError):
        retry(chosen, Correction(refused.id, act), kit.quietly, kit.LENIENT)
    (folder / "claims.csv").write_text(good)
    corrected = Correction(refused.id[:6], act, [folder / "claims.csv"])
    outcome = retry(chosen, corrected, kit.quietly, kit.LENIENT)
    assert outcome.changed
    assert Quarantine(chosen.home).all() == []


def test_a_violation_rejects_the_batch_and_leaves_no_trace_but_the_quarantine(
    chosen: Settings, tmp_path: Path, kit: Kit
) -> None:
    def strict(question: Question, _settings: Settings) -> Verdict:
        node = question.batch.sources[0].source.claims[0].triple[0]
        message = Text("Salah", "Wrong")
        return Verdict((Entry("violation", "s", node, None, None, message, None, ()),), _report())

    folder = kit.write_source(tmp_path, "900", ROWS, {"agency:b": "B"})
    before = Releases(chosen.home).current()
    ways = Ways(strict, kit.LENIENT.complete)
    with pytest.raises(RefusedError) as caught:
        submit(chosen, Submission((folder,), (), Act.now("ingest")), kit.quietly, ways)
    assert "No release was made: 1 violation. " in caught.value.message.en
    assert Releases(chosen.home).current().manifest == before.manifest
    assert [path.name for path in (chosen.home / "releases").iterdir()] == [before.path.name]
    assert not list((chosen.home / "intake").glob("*"))


def test_the_guides_in_both_languages_give_the_same_commands_with_options_that_exist() -> None:
    docs = Path(__file__).parents[2] / "docs"
    guides = [docs / "guides" / "bring-data.md", docs / "id" / "bawa-data.md"]
    found = [re.findall(r"^kg (.*)$", guide.read_text(), re.MULTILINE) for guide in guides]
    assert len(found[0]) >= 4
    assert [re.sub(r'--note ".*"', "", line) for line in found[0]] == [
        re.sub(r'--note ".*"', "", line) for line in found[1]
    ]
    for line in found[0]:
        name, *arguments = shlex.split(line)
        command = make_group("en").commands[name]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in arguments if word.startswith("--")} <= known

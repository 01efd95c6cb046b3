"""The build: deterministic, traceable, and refusing corrupted input without leaving a trace."""

import re
import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from rdflib import Dataset
from small_data import copy_small_data

from kg.errors import InputError, KgError, RecordError
from kg.namespaces import CANONICAL_BASE, GRAPH, read_prefixes
from kg.release.build import build, judge_data
from kg.release.candidate import nquads
from kg.release.publication import Release, Releases
from kg.release.verdict import NonConformanceError
from kg.settings import Settings
from kg.store import DEFAULT_GRAPH, MemoryStore, ReleaseStore, canonical_nquads, parse_rdf
from kg.validation import load_shapes, validate, validate_with_pyshacl

ELSEWHERE = "http://localhost:8765/"


def quietly(_step: object) -> None:
    """Take no notice of the progress."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the curated data that a test may corrupt, one file at a time."""
    return copy_small_data(tmp_path_factory.mktemp("copy") / "data")


def test_two_builds_of_the_same_input_are_byte_identical(
    release: Release, small_data: Path, tmp_path: Path
) -> None:
    shutil.copytree(small_data, tmp_path / "data")
    again, _ = build(Settings(home=tmp_path, data=tmp_path / "data"), quietly)
    assert again.identifier == release.identifier
    assert again.content_path.read_bytes() == release.content_path.read_bytes()


def test_the_identifier_is_the_hash_of_sorted_quads(release: Release) -> None:
    content = release.content_path.read_bytes()
    assert release.identifier == sha256(content).hexdigest()
    lines = content.splitlines()
    assert lines == sorted(set(lines))
    assert len(lines) == release.manifest["quads"]


@pytest.mark.differential
def test_another_base_moves_every_iri_of_ours_and_nothing_else(
    release: Release, small_data: Path, tmp_path: Path
) -> None:
    moved, _ = build(Settings(home=tmp_path, data=small_data, base_iri=ELSEWHERE), quietly)
    text = moved.content_path.read_text(encoding="utf-8")
    assert CANONICAL_BASE not in text
    content = release.content_path.read_bytes()
    expected = content.replace(CANONICAL_BASE.encode(), ELSEWHERE.encode())
    # The labels of blank nodes depend on the IRIs around them, so they are given anew.
    assert canonical_nquads(expected) == text.encode()


def test_every_triple_of_the_default_graph_stands_in_a_named_graph(
    release_store: ReleaseStore,
) -> None:
    held = list(release_store.quads(graph=DEFAULT_GRAPH))
    assert len(held) > 5000
    for quad in held:
        sources = release_store.quads(quad.subject, quad.predicate, quad.object)
        assert any(other.graph is not None for other in sources), quad


def test_the_store_holds_exactly_the_quads_of_the_files(
    release: Release, release_store: ReleaseStore
) -> None:
    files = (release.content_path, release.publication_path)
    content, publication = (path.read_bytes().splitlines() for path in files)
    assert len(content) == release.manifest["quads"]
    assert not set(content) & set(publication)
    assert len(release_store) == len(content) + len(publication)
    assert GRAPH.provenance in release_store.graph_names()


def replaced(old: str, new: str) -> Callable[[bytes], bytes]:
    def edit(content: bytes) -> bytes:
        assert old.encode() in content, old
        return content.replace(old.encode(), new.encode(), 1)

    return edit


CLAIMS = "sources/000/claims.csv"
DATE = '"""2024-10-08""^^xsd:date"'

CORRUPTIONS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "truncated-claims": (CLAIMS, lambda content: content[:5000]),
    "truncated-turtle": ("things/agencies.ttl", lambda content: content[:900]),
    "empty-claims": (CLAIMS, lambda _content: b""),
    "wrong-encoding": (CLAIMS, lambda content: content.decode().encode("utf-16")),
    "latin-1-byte": (CLAIMS, lambda content: content.replace(b"Nama", b"Nam\xe9", 1)),
    "unknown-prefix": (CLAIMS, replaced("agency:polresta-sidoarjo", "agensi:polresta-sidoarjo")),
    "unknown-prefix-in-turtle": ("things/agencies.ttl", replaced("skos:prefL", "sks:prefL")),
    "bad-date": (CLAIMS, replaced("2024-10-08", "2024-13-08")),
    "date-in-other-order": (CLAIMS, replaced("2024-10-08", "08/10/2024")),
    "duplicate-id": (CLAIMS, replaced("\n002,", "\n001,")),
    "duplicate-triple": (
        CLAIMS,
        lambda content: (
            content + b"".join(b"999" + line[3:] for line in content.splitlines(keepends=True)[2:3])
        ),
    ),
    "reversed-span": (CLAIMS, replaced("580-815", "815-580")),
    "span-past-the-end": (CLAIMS, replaced("580-815", "580-99999")),
    "missing-column": (CLAIMS, replaced(",L1.S1,0-12,", ",L1.S1,")),
    "missing-header-column": (CLAIMS, replaced(",certainty,", ",")),
    "unclosed-quote": (CLAIMS, replaced('Tahun 2024""@id"', 'Tahun 2024""@id')),
    "fact-without-row": (CLAIMS, replaced("\n020.1,", "\n820.1,")),
    "unknown-certainty": (CLAIMS, replaced(",stated,", ",certain,")),
    "quote-without-speaker": (CLAIMS, replaced(",quoted,person:abdul-hakim,", ",quoted,,")),
    "unknown-property": (CLAIMS, replaced("inov:recognises", "inov:recognizes")),
    "thing-that-nobody-describes": (CLAIMS, replaced("innovation:skck-online", "innovation:skck")),
    "agency-where-a-person-belongs": (
        CLAIMS,
        replaced("presentedBy,person:abdullah-azwar-anas", "presentedBy,agency:polresta-sidoarjo"),
    ),
    "date-outside-the-event": (
        CLAIMS,
        replaced(
            'polresta-sidoarjo,inov:date,"""2024-10-08', 'polresta-sidoarjo,inov:date,"""2024-10-09'
        ),
    ),
    "bad-fingerprint": ("sources/000/source.toml", replaced('sha256 = "3b', 'sha256 = "zz')),
    "broken-toml": ("sources/000/source.toml", replaced("[label]", "[label")),
    "data-set-without-version": ("dataset.toml", replaced("version =", "versi =")),
    "conflict-with-a-bad-id": ("conflicts.csv", replaced("\nx01,", "\nX 01,")),
    "conflict-of-no-claim": ("conflicts.csv", replaced("003/065", "003/999")),
}


AT_THE_GATE = {
    "bad-fingerprint",
    "date-outside-the-event",
    "quote-without-speaker",
    "reversed-span",
    "span-past-the-end",
    "thing-that-nobody-describes",
    "unknown-certainty",
    "unknown-property",
}
"""What can be read, and takes a whole validation to find; one more such is looked at each time."""


def _case(name: str) -> object:
    return pytest.param(name, marks=pytest.mark.differential if name in AT_THE_GATE else ())


@pytest.fixture(params=[_case(name) for name in sorted(CORRUPTIONS)])
def corrupted(request: pytest.FixtureRequest, copy: Path) -> Iterator[Path]:
    """Corrupt one file of the copy; it is whole again afterwards."""
    name, edit = CORRUPTIONS[request.param]
    file = copy / name
    content = file.read_bytes()
    assert edit(content) != content
    file.write_bytes(edit(content))
    yield file
    file.write_bytes(content)


def explanation(error: KgError) -> str:
    if isinstance(error, NonConformanceError):
        return error.verdict.explain("en", read_prefixes(Settings().ontology))
    return error.explain("en")


def test_there_are_enough_corruptions() -> None:
    assert len(CORRUPTIONS) >= 20
    assert CORRUPTIONS.keys() > AT_THE_GATE


def test_corrupted_input_is_refused_by_file_and_row_and_leaves_the_release(
    corrupted: Path, copy: Path, home: Path, release: Release
) -> None:
    before = sorted(home.glob("releases/*"))
    with pytest.raises((InputError, RecordError, NonConformanceError)) as caught:
        build(Settings(home=home, data=copy), quietly)
    assert re.search(rf"{re.escape(str(corrupted))}(:\d+| \[\w+\])", explanation(caught.value))
    assert caught.value.exit_code != 0
    assert Releases(home).current().identifier == release.identifier
    assert sorted(home.glob("releases/*")) == before


@pytest.mark.differential
def test_both_ways_of_validating_agree_on_the_whole_data(tmp_path: Path) -> None:
    candidate = judge_data(Settings(home=tmp_path), quietly).candidate
    view = candidate.view()
    shapes = load_shapes(Settings().ontology)
    dataset = Dataset()
    for quad in parse_rdf(nquads(view, candidate.graphs).decode(), "nq", "http://x/"):
        graph = dataset.graph(quad.graph) if quad.graph else dataset.default_graph
        graph.add((quad.subject, quad.predicate, quad.object))
    set_level = validate(view, shapes, MemoryStore(nquads(view, candidate.graphs)).select)
    assert validate_with_pyshacl(dataset, shapes) == set_level
    assert set_level.warnings


@pytest.mark.differential
def test_a_date_long_after_the_issue_is_warned_of(copy: Path) -> None:
    file = copy / CLAIMS
    content = file.read_bytes()
    try:
        file.write_bytes(content.replace(b"2024-10-08", b"2094-10-08"))
        verdict = judge_data(
            Settings(data=copy, home=copy.parent / "nothing-built"), quietly
        ).verdict
    finally:
        file.write_bytes(content)
    assert any(entry.rule.endswith("#S48-plausible-date") for entry in verdict.of("warning"))


@pytest.mark.differential
def test_the_untouched_copy_conforms(copy: Path) -> None:
    assert judge_data(
        Settings(data=copy, home=copy.parent / "nothing-built"), quietly
    ).verdict.conforms

"""What is remembered between readings changes nothing: neither a release nor a refusal."""

import csv
import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kg.release.build as building
from kg.errors import InputError
from kg.ingest.corpus import Corpus, read_corpus
from kg.release import recomposing
from kg.release.build import brought_text, content_of, judge_data
from kg.release.publication import Releases
from kg.release.verdict import Verdict
from kg.settings import Settings

Kit: TypeAlias = Any
Cells = tuple[str, ...]

ARTICLES, PAGES, DEPOSITS = ["900", "901"], ["p1", "p2", "p3"], ["d1", "d2"]
AGENCIES = ["agency:a", "agency:b", "agency:dinas-p"]
# Names that are labels, aliases and surface forms of decisions, so that some have two meanings.
NAMES = ["A", "P", "Dinas P", "Puskesmas Q"]
NEW = ["baru: P", "baru: Dinas P", "baru: Puskesmas Q"]
CELLS = ["", *AGENCIES, "A", "Dinas P", "P"]

agencies = st.tuples(
    st.sampled_from([*NEW, *AGENCIES, *NAMES]),
    st.sampled_from([*AGENCIES, "A"]),
    st.sampled_from(["", "P", "R"]),
)
events = st.tuples(
    st.sampled_from(["baru: Pekan", "baru: Gelar", "Pekan"]),
    st.sampled_from(CELLS),
    st.sampled_from(["", "Ani", "baru: Ani", "P"]),
)
people = st.tuples(
    st.sampled_from(["Ani", "baru: Ani Budi", "Budi"]),
    st.sampled_from(["Kepala Dinas P", "Lurah"]),
    st.sampled_from([*AGENCIES, "Dinas P"]),
)
HEADERS: Mapping[str, Cells] = {
    "agencies": ("agency", "parent", "aliases"),
    "events": ("event", "organiser", "presenter"),
    "people-and-posts": ("person", "post", "agency"),
}
REST: Mapping[str, Mapping[str, str]] = {
    "agencies": {},
    "events": {"type": "peluncuran", "date": "2024"},
    "people-and-posts": {"date": "2024"},
}


def rows(cells: st.SearchStrategy[Cells]) -> st.SearchStrategy[list[Cells]]:
    """Return a strategy for a few rows."""
    return st.lists(cells, max_size=3, unique=True)


pages = st.dictionaries(
    st.sampled_from(PAGES),
    st.fixed_dictionaries(
        {"agencies": rows(agencies), "events": rows(events), "people-and-posts": rows(people)}
    ),
    max_size=2,
)
facts = st.lists(
    st.tuples(
        st.sampled_from(AGENCIES),
        st.sampled_from(["skos:altLabel", "inov:name", "org:unitOf"]),
        st.sampled_from(NAMES),
        st.sampled_from(["", "preferred", "deprecated"]),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda row: row[:3],
)
labels = st.dictionaries(st.sampled_from(AGENCIES), st.sampled_from(NAMES), max_size=2)
described = st.tuples(facts, labels)
decisions = st.lists(
    st.tuples(
        st.sampled_from(["sama", "berbeda"]), st.sampled_from(AGENCIES), st.sampled_from(NAMES)
    ),
    max_size=2,
)
Batch = tuple[
    dict[str, dict[str, list[Cells]]],
    dict[str, tuple[list[Cells], dict[str, str]]],
    dict[str, tuple[list[Cells], dict[str, str]]],
    list[Cells],
    set[str],
]
batches: st.SearchStrategy[list[Batch]] = st.lists(
    st.tuples(
        pages,
        st.dictionaries(st.sampled_from(ARTICLES), described, max_size=1),
        st.dictionaries(st.sampled_from(DEPOSITS), described, max_size=1),
        decisions,
        st.sets(st.sampled_from([*ARTICLES, *PAGES, *DEPOSITS]), max_size=2),
    ),
    min_size=2,
    max_size=6,
)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, kit: Kit) -> Settings:
    """Return settings with a release of a small data folder that has tables."""
    chosen: Settings = kit.small_settings(tmp_path_factory.mktemp("ground"))
    told = {"agencies": [("baru: Dinas P", "agency:a", "Dinas Perintis")], "events": []}
    write_tables(chosen.data, {"p0": told})
    with pytest.MonkeyPatch.context() as patch:
        without_gate(patch, kit)
        building.build(chosen, kit.quietly)
    return chosen


def without_gate(patch: pytest.MonkeyPatch, kit: Kit) -> None:
    """Let builds do without the gate, and without files to take away."""
    patch.setattr(building, "load_shapes", lambda _: None)
    patch.setattr(building, "judge", lambda *_: Verdict((), kit.empty_report()))
    patch.setattr(building, "completing", lambda *_: lambda _incoming: {})


def write_tables(folder: Path, told: Mapping[str, Mapping[str, Sequence[Cells]]]) -> None:
    """Write tables of pages and of what each tells, in the layout of the data folder."""
    written = [
        {"id": page, "kind": "page", "url": f"https://x.test/{page}", "publisher": "baru: Koran",
         "title": "Judul", "date": "2024"}
        for page in told
    ]  # fmt: skip
    write_csv(folder / "sources.csv", written)
    for kind, header in HEADERS.items():
        lines = [
            {"source": page, **dict(zip(header, cells, strict=True)), **REST[kind]}
            for page, tables in told.items()
            for cells in tables.get(kind, ())
        ]
        write_csv(folder / "tables" / kind / "made.csv", lines)


def write_csv(path: Path, lines: Sequence[Mapping[str, str]]) -> None:
    """Write a table, unless it has no rows."""
    if lines:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(lines)


def write_deposit(
    folder: Path, name: str, told: Sequence[Cells], named: Mapping[str, str], kit: Kit
) -> None:
    """Write a deposit: what it claims, and the things that it describes."""
    (folder / name).mkdir(parents=True)
    (folder / name / "source.toml").write_text(
        f'id = "{name}"\nkind = "deposit"\nfile = "facts.ttl"\ndepositor = "B"\n'
        f'date = "2026-01-01"\n\n[label]\nid = "Setoran {name}"\nen = "Deposit {name}"\n'
    )
    head = "".join(f"@prefix {p}: <{kit.PREFIXES[p]}> .\n" for p in ("inov", "org", "skos"))
    text = "".join(f"{s} {p} {value_of(p, o)} .\n" for s, p, o, _ in told)
    (folder / name / "facts.ttl").write_text(kit.things_text(named) + head + text)


def value_of(predicate: str, name: str) -> str:
    """Return a claim's value: a name, or an agency."""
    return "agency:a" if predicate == "org:unitOf" else f'"{name}"@id'


def write_batch(folder: Path, batch: Batch, known: set[str], kit: Kit) -> set[str]:
    """Write a batch, and return what it withdraws."""
    told, articles, deposits, decided, gone = batch
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if told:
        write_tables(folder, told)
    for name, (claims, named) in articles.items():
        cells = [(s, p, value_of(p, o), rank) for s, p, o, rank in claims]
        kit.write_source(folder, name, list({cell[:3]: cell for cell in cells}.values()), named)
    for name, (claims, named) in deposits.items():
        write_deposit(folder, name, claims, named, kit)
    put = {**told, **articles, **deposits}
    withdrawn = {name for name in gone & known if name not in put}
    if decided and put:
        evidence = f"{next(iter(articles), '000')}/001"
        lines = [
            {"id": f"i{n}", "outcome": outcome, "entity": thing, "other": "", "surface_form": name,
             "evidence": evidence, "note_id": "", "note_en": ""}
            for n, (outcome, thing, name) in enumerate(decided)
        ]  # fmt: skip
        write_csv(folder / "identity.csv", lines)
    return withdrawn


def forgetful(*arguments: Any, memory: object, **options: Any) -> Corpus:  # noqa: ANN401
    """Read all text as if nothing had been read before."""
    assert memory is not None
    return read_corpus(*arguments, **options)


def outcome_of(bring: Callable[[], Any]) -> Any:  # noqa: ANN401
    """Return the difference that a batch makes, or the faults for which it is refused."""
    try:
        outcome = bring()
    except InputError as error:
        return sorted(fault.explain("en") for fault in error.faults)
    return outcome.removed, outcome.added


def follow(steps: Sequence[Batch], ground: Settings, kit: Kit, place: Path) -> set[str]:
    """Bring batches with and without memory; return what became of them."""
    shutil.copytree(ground.home, place / "home", symlinks=True)
    chosen = Settings(home=place / "home", ontology=ground.ontology, data=ground.data)
    known: set[str] = set()
    seen = set()
    for batch in steps:
        gone = write_batch(place / "batch", batch, known, kit)
        paths = [place / "batch"] if any((place / "batch").iterdir()) else []
        if not paths and not gone:
            continue
        bring = partial(kit.deliver, chosen, paths, gone)
        with pytest.MonkeyPatch.context() as patch:
            without_gate(patch, kit)
            patch.setattr(recomposing, "read_corpus", forgetful)
            whole = outcome_of(partial(bring, dry_run=True))
        with pytest.MonkeyPatch.context() as patch:
            without_gate(patch, kit)
            assert outcome_of(bring) == whole
            refused = isinstance(whole, list)
            seen.add("refused" if refused else "brought")
            if not refused:
                known = (known | {n for part in batch[:3] for n in part}) - gone
            judged = judge_data(chosen, kit.quietly, overlay=brought_text(chosen))
        content = Releases(chosen.home).current().content_path.read_bytes()
        assert content == content_of(judged, chosen.base_iri)
    shutil.rmtree(place)
    return seen


QUIET = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@settings(QUIET, max_examples=6)
@given(steps=batches)
def test_what_is_remembered_changes_neither_release_nor_refusal(
    steps: list[Batch], ground: Settings, kit: Kit, tmp_path_factory: pytest.TempPathFactory
) -> None:
    follow(steps, ground, kit, tmp_path_factory.mktemp("sequence"))


@pytest.mark.crash
@settings(QUIET, max_examples=60)
@given(steps=batches)
def test_in_many_sequences_what_is_remembered_changes_nothing(
    steps: list[Batch], ground: Settings, kit: Kit, tmp_path_factory: pytest.TempPathFactory
) -> None:
    follow(steps, ground, kit, tmp_path_factory.mktemp("sequence"))

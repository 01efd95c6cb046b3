"""Names settle by themselves only where nothing else could be meant."""

import csv
import importlib.util
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest
from rdflib import URIRef

from kg.errors import InputError, Location
from kg.ingest.corpus import Corpus, read_corpus
from kg.ingest.curated import resolver_of
from kg.ingest.decisions import IdentityDecision, read_identities
from kg.ingest.names import name_key
from kg.ingest.resolution import CuratedResolver
from kg.ingest.resolved_tables import (
    append_decisions,
    read_decisions,
    read_name_table,
    render_answers,
    resolve_table,
)
from kg.iris import mint_iri
from kg.namespaces import read_prefixes
from kg.settings import Settings

SETTINGS = Settings()
PREFIXES = read_prefixes(SETTINGS.ontology)


Case = Mapping[str, str]


def cases(name: str) -> list[Case]:
    """Return the cases of a table beside this file: kind, name, hints (a=b;c=d), answer."""
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
        found: list[Case] = list(csv.DictReader(file, strict=True))
    assert len(found) >= 15
    return found


def name_of(case: Case) -> str:
    return f"{case['name']} {case['hints']}".strip()


def hints_of(case: Case) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in case["hints"].split(";") if pair)
    return {hint: value for hint, _, value in pairs}


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return read_corpus(SETTINGS.data, PREFIXES)


@pytest.fixture(scope="module")
def resolver(corpus: Corpus) -> CuratedResolver:
    return resolver_of(corpus)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Pemkab Sidoarjo", "Pemerintah Daerah Kab. Sidoarjo"),
        ("PEMKO PAYAKUMBUH", "Pemkot Payakumbuh"),
        ("Pemprov Jawa Timur", "Pemerintah Propinsi Jawa Timur"),
        ("Kepolisian Resor Kota Sidoarjo", "Polresta Sidoarjo"),
        ("Kepolisian Resor Kota Besar Surabaya", "Polrestabes Surabaya"),
        ("Rumah Sakit Umum Daerah Natuna", "RSUD Natuna"),
        ("Walikota Surabaya", "Wali Kota Surabaya"),
        ("Kemenpan-RB", "kemenpan rb"),
        ("Kepolisian Negara Republik Indonesia", "Kepolisian Negara RI"),
        ("Diskominfo Kab. Kendal", "Dinas Komunikasi dan Informatika Kabupaten Kendal"),
        ("Puskesmas Pa'bentengan", "Pusat Kesehatan Masyarakat Pa`bentengan"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize("case", cases("names-settled.csv"), ids=name_of)
def test_a_name_that_can_mean_one_thing_is_settled(resolver: CuratedResolver, case: Case) -> None:
    answer = resolver.resolve(case["kind"], case["name"], hints_of(case))
    expected = URIRef(mint_iri(case["kind"], case["answer"]))
    assert (answer.iri, answer.how) == (expected, case["how"])
    assert answer.candidates == ()


@pytest.mark.parametrize("case", cases("names-open.csv"), ids=name_of)
def test_a_name_that_may_mean_another_is_a_question(resolver: CuratedResolver, case: Case) -> None:
    answer = resolver.resolve(case["kind"], case["name"], hints_of(case))
    slugs = case["candidates"].split()
    assert (answer.iri, answer.how) == (None, "open")
    ranked = [candidate.iri.rpartition("/")[2] for candidate in answer.candidates]
    assert ranked[: len(slugs)] == slugs
    scores = [candidate.score for candidate in answer.candidates]
    assert scores == sorted(scores, reverse=True)
    assert all(candidate.why.id and candidate.why.en for candidate in answer.candidates)


def test_all_twins_are_questions_until_the_level_is_known(
    corpus: Corpus, resolver: CuratedResolver
) -> None:
    names = Counter(p.core for p in corpus.places if p.kind in ("kabupaten", "kota"))
    twins = [name for name, count in names.items() if count == 2]
    assert len(twins) == 26
    for name in twins:
        assert resolver.resolve("agency", name, {}).iri is None
        settled = {
            resolver.resolve("agency", name, {"level": k}).iri for k in ("kabupaten", "kota")
        }
        assert len(settled - {None}) == 2, name


def test_an_empty_name_has_no_answer(resolver: CuratedResolver) -> None:
    assert resolver.resolve("agency", " - ", {}).candidates == ()


def test_a_decision_on_a_name_of_two_does_not_settle_it(corpus: Corpus) -> None:
    city = URIRef(mint_iri("agency", "pemkot-bandung"))
    decision = IdentityDecision(
        "r1", "sama", city, None, "Bandung", (), None, Location(Path("identity.csv"), 2)
    )
    resolver = CuratedResolver((), corpus.places, decisions=[decision])
    answer = resolver.resolve("agency", "Bandung", {})
    assert answer.iri is None
    assert answer.candidates[0].iri == city


def test_a_refused_thing_is_no_candidate(corpus: Corpus) -> None:
    regency = URIRef(mint_iri("agency", "pemkab-badung"))
    decision = IdentityDecision(
        "r1", "berbeda", regency, None, "Kota Badung", (), None, Location(Path("identity.csv"), 2)
    )
    resolver = CuratedResolver((), corpus.places, decisions=[decision])
    answers = resolver.resolve("agency", "Kota Badung", {}).candidates
    assert regency not in {candidate.iri for candidate in answers}


def benchmark() -> ModuleType:
    path = Path(__file__).parents[1] / "benchmarks" / "resolution.py"
    spec = importlib.util.spec_from_file_location("resolution_benchmark", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_no_name_of_the_press_is_settled_wrongly(resolver: CuratedResolver) -> None:
    found = list(benchmark().outcomes(resolver))
    assert len(found) >= 450
    assert [outcome.name for outcome in found if outcome.verdict == "wrong"] == []
    known = [outcome for outcome in found if outcome.group != "not in the graph"]
    assert sum(outcome.verdict == "settled" for outcome in known) / len(known) >= 0.95


def test_answers_stand_beside_the_rows_and_come_back_as_decisions(
    tmp_path: Path, corpus: Corpus, resolver: CuratedResolver
) -> None:
    path = tmp_path / "winners.csv"
    path.write_text('name,year\n"Pemkab Kendal",2024\nKemendikbud,2022\n', encoding="utf-8")
    table = read_name_table(path, ["name", "year"])
    answers = resolve_table(table, resolver, "agency", "name", {"year": "year"})
    text = render_answers(table, answers, PREFIXES)
    lines = text.splitlines()
    assert lines[0] == "name,year,iri,how,decision,candidates,why_id,why_en"
    assert lines[1].startswith("Pemkab Kendal,2024,agency:pemkab-kendal,decided,")
    assert lines[2].startswith("Kemendikbud,2022,,open,,")

    chosen = "agency:kementerian-pendidikan-kebudayaan-riset-dan-teknologi"
    filled = tmp_path / "winners.resolved.csv"
    filled.write_text(text.replace("2022,,open,,", f"2022,,open,{chosen},"), encoding="utf-8")
    decisions = read_decisions(read_name_table(filled, ["name"]), "agency", "name", PREFIXES)
    assert [(d.entity, d.name, d.outcome) for d in decisions] == [(chosen, "Kemendikbud", "sama")]

    identity = tmp_path / "identity.csv"
    assert append_decisions(decisions, identity) == 1
    assert append_decisions(decisions, identity) == 0
    (known,) = read_identities(identity, {}, PREFIXES)
    again = CuratedResolver((), corpus.places, corpus.changes, [known])
    assert again.resolve("agency", "Kemendikbud", {"year": "2022"}).how == "decided"


@pytest.mark.parametrize("cell", ["person:ikhsan", "nonsense", "agency:", "not person:ikhsan"])
def test_a_decision_must_name_a_thing_of_the_kind(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"name,decision\nX,{cell}\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_decisions(read_name_table(path, ["name"]), "agency", "name", PREFIXES)
    assert raised.value.faults[0].location == Location(path, 2, "decision")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("nama\nX\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_name_table(path, ["name"])
    assert raised.value.faults[0].location == Location(path, 1, "name")

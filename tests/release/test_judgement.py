"""A change is judged in a release on disk as the whole would be, under any base."""

from pathlib import Path

import pytest
from rdflib import Literal, URIRef
from rdflib.namespace import RDF, SKOS

from kg.errors import Location
from kg.ingest.corpus import read_corpus
from kg.iris import rebase
from kg.language import Text
from kg.namespaces import INOV, read_prefixes
from kg.release.candidate import assemble
from kg.release.judgement import Candidate, Difference, Gate, judge_change
from kg.release.suggestions import Knowledge, knowledge_of, suggest
from kg.release.verdict import Entry
from kg.release.view import view_of
from kg.settings import Settings
from kg.store import MemoryStore, Quad
from kg.validation import Report, read_report, run_checks, validate_view

HERE = "http://localhost:8000/"
CONFERRAL = f"{HERE}id/conferral/2024-top-inovasi-replikasi-pemkab-kendal"


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate.open(Settings().ontology)


@pytest.fixture(scope="module")
def content(small_data: Path) -> str:
    settings = Settings(data=small_data)
    corpus = read_corpus(settings.data, read_prefixes(settings.ontology))
    return rebase(assemble(settings.ontology, corpus).nquads().decode(), HERE)


@pytest.fixture(scope="module")
def before(content: str, gate: Gate) -> Report:
    return validate_view(view_of(MemoryStore(content.encode()), HERE), gate.shapes)


def quad(subject: str, predicate: URIRef, value: object, graph: str | None = None) -> Quad:
    here = URIRef(rebase(predicate, HERE))
    term = value if isinstance(value, Literal) else URIRef(str(value))
    return Quad(URIRef(subject), here, term, URIRef(graph) if graph else None)


def line(quad: Quad) -> str:
    graph = f" {quad.graph.n3()}" if quad.graph else ""
    return f"{quad.subject.n3()} {quad.predicate.n3()} {quad.object.n3()}{graph} .\n"


@pytest.mark.parametrize(
    ("added", "wrong"),
    [
        (quad(CONFERRAL, INOV.recipient, f"{HERE}id/agency/polresta-sidoarjo"), "S32-recipient"),
        (quad(CONFERRAL, INOV.date, Literal("1900-01-01")), "S48-date"),
        (quad(f"{HERE}id/agency/baru", RDF.type, rebase(INOV.Agency, HERE)), "S02-label-id"),
        (
            quad(f"{HERE}id/agency/baru", SKOS.prefLabel, Literal(" Baru", lang="id")),
            "untrimmed-literal",
        ),
        (quad(CONFERRAL, INOV.confers, f"{HERE}id/award/tidak-ada"), "hanging-object"),
        (quad(f"{HERE}id/claim/x-1", INOV.certainty, "http://x/", f"{HERE}graph/provenance"), None),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_change_is_judged_as_the_whole_is(
    added: Quad, wrong: str | None, content: str, gate: Gate, before: Report
) -> None:
    store = MemoryStore((content + line(added)).encode())
    verdict, report = judge_change(Candidate(store, HERE), gate, before, Difference([added]))
    assert report == validate_view(view_of(store, HERE), gate.shapes)
    canonical = MemoryStore(rebase_back(content + line(added)))
    checks = {f.check for f in run_checks(canonical.select, Settings().ontology / "checks")}
    rules = {entry.rule.partition("#")[2] or entry.rule for entry in verdict.entries}
    assert {rule for rule in rules if "-" in rule and not rule.startswith("S")} == checks
    assert wrong is None or wrong in rules
    assert verdict.conforms is not bool(verdict.of("violation"))


def rebase_back(text: str) -> bytes:
    return text.replace(HERE, "https://w3id.org/inovasi-publik/").encode()


def test_a_report_is_read_as_it_was_written(gate: Gate, before: Report) -> None:
    assert before.results
    assert read_report(before.to_graph(), gate.shapes) == before


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return knowledge_of(Settings().ontology)


def entry(rule: str, value: object, path: URIRef | None = None) -> Entry:
    words = Text("Salah", "Wrong")
    shape = f"https://w3id.org/inovasi-publik/shapes#{rule}"
    node = URIRef("https://w3id.org/inovasi-publik/id/agency/x")
    place = (Location(Path("claims.csv"), 2),)
    return Entry("violation", shape, node, path, value, words, None, place)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (entry("S15-capacity", URIRef("https://x/scheme/capacity/definitf")), "capacity/definitif"),
        (entry("S48-date", Literal("8/10/2024")), "2024-10-08"),
        (entry("S30-year", Literal("2024")), "gYear"),
        (entry("S03-label-en", None, SKOS.prefLabel), '"en"'),
        (entry("S06-class", INOV.conferral), "ont#Conferral"),
        (entry("S06-class", URIRef("http://schema.org/Event")), "https://schema.org/Event"),
        (entry("S05-iri", URIRef("https://x/id/agency/Pemkab")), "id/agency/pemkab"),
    ],
)
def test_what_was_meant_is_suggested(wrong: Entry, right: str, knowledge: Knowledge) -> None:
    found = suggest(wrong, knowledge)
    assert found is not None
    assert right in found.id
    assert right in found.en


@pytest.mark.parametrize(
    "entry_",
    [
        entry("S15-capacity", URIRef("https://x/scheme/capacity/zzz")),
        entry("S48-date", Literal("31/02/2024")),
        entry("S32-recipient", URIRef("https://x/id/agency/x")),
    ],
)
def test_nothing_is_suggested_where_nothing_is_near(entry_: Entry, knowledge: Knowledge) -> None:
    assert suggest(entry_, knowledge) is None

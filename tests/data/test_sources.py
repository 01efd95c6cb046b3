"""The curated data hold together, and agree with the texts that they were read off.

The texts are not in the repository. The tests that need them look in the folder that the
environment variable ``KG_SEEDS`` names, or in ``../shared/seeds`` beside the checkout.
"""

import csv
import json
import os
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, SKOS

from kg.ingest.corpus import read_corpus
from kg.ingest.fingerprints import fingerprints, shared_runs
from kg.ingest.ministries import ministries_graph, read_changes, read_ministries
from kg.ingest.places import places_graph, read_places
from kg.ingest.registers import read_registers
from kg.iris import expand_curie
from kg.namespaces import CANONICAL_BASE, INOV, read_prefixes

CHECKOUT = Path(__file__).resolve().parents[2]
DATA = CHECKOUT / "data"
SEEDS = Path(os.environ.get("KG_SEEDS", CHECKOUT.parent / "shared" / "seeds"))
SEED_FACTS = SEEDS.parent / "facts" / "seed-facts.jsonl"
SOURCES = sorted(path.parent.name for path in DATA.glob("sources/*/source.toml"))
PREFIXES = read_prefixes(CHECKOUT / "ontology")
THING = CANONICAL_BASE + "id/"

PRINTED = {
    "skos:altLabel",
    "skos:hiddenLabel",
    "schema:headline",
    "inov:byline",
    "inov:dateline",
    "inov:section",
    "inov:theme",
    "inov:expandedName",
}
"""Properties whose values are words as the source prints them."""

needs_texts = pytest.mark.skipif(
    not any(SEEDS.glob("*.txt")), reason=f"the texts of the articles are not in {SEEDS}"
)
needs_facts = pytest.mark.skipif(
    not SEED_FACTS.is_file(), reason=f"the list of facts is not at {SEED_FACTS}"
)
each_source = pytest.mark.parametrize("source", SOURCES)


class Passage(NamedTuple):
    """A literal of the data and where it stands."""

    place: str
    text: str


def rows_of(source: str) -> list[dict[str, str]]:
    with (DATA / "sources" / source / "claims.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def description_of(source: str) -> dict[str, Any]:
    return tomllib.loads((DATA / "sources" / source / "source.toml").read_text("utf-8"))


def text_of(source: str) -> str:
    file: str = description_of(source)["file"]
    return (SEEDS / file).read_bytes().decode("utf-8")


def rows_by_id(source: str) -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in rows_of(source)}


def shingles_of(source: str) -> list[str]:
    return (DATA / "sources" / source / "shingles.txt").read_text("utf-8").splitlines()


def spans_of(row: Mapping[str, str]) -> list[tuple[int, int]]:
    return [
        (int(start), int(end))
        for start, end in (span.split("-") for span in row["span"].split(";"))
    ]


def graph_of(folder: Path) -> Graph:
    graph = Graph()
    for path in sorted(folder.glob("*.ttl")):
        graph.parse(path, format="turtle")
    return graph


def reference_graph() -> Graph:
    """Return the reference knowledge: Turtle files and compiled tables."""
    folder = DATA / "reference"
    ministries = read_ministries(folder / "ministries.csv")
    changes = read_changes(folder / "changes.csv", {ministry.iri for ministry in ministries})
    register = read_registers(folder / "registers.toml")["places"]
    return (
        graph_of(folder)
        + places_graph(read_places(folder / "places.csv"), register)
        + ministries_graph(ministries, changes)
    )


def iri(cell: str) -> str | None:
    """Return the IRI that a cell names, or None for a literal, a number or a truth value."""
    if cell.startswith('"') or ":" not in cell:
        return None
    return expand_curie(cell, PREFIXES)


def things_named(source: str) -> set[str]:
    cells = (row[column] for row in rows_of(source) for column in ("subject", "object", "speaker"))
    return {name for name in map(iri, cells) if name and name.startswith(THING)}


def test_five_sources_are_described() -> None:
    assert SOURCES == ["000", "001", "002", "003", "004"]


@each_source
def test_ids_are_well_formed_and_unique(source: str) -> None:
    ids = [row["id"] for row in rows_of(source)]
    assert len(ids) >= 140
    assert [name for name in ids if not re.fullmatch(r"\d{3}(\.[1-9]\d*)?", name)] == []
    assert [name for name, count in Counter(ids).items() if count > 1] == []


@each_source
def test_elaborating_rows_follow_their_fact_in_order(source: str) -> None:
    followers: dict[str, list[int]] = defaultdict(list)
    facts = set()
    for row in rows_of(source):
        fact, dot, number = row["id"].partition(".")
        if dot:
            followers[fact].append(int(number))
        else:
            facts.add(fact)
    assert followers.keys() <= facts
    assert {f: n for f, n in followers.items() if n != list(range(1, len(n) + 1))} == {}


@each_source
def test_facts_are_numbered_without_gaps(source: str) -> None:
    facts = [int(row["id"]) for row in rows_of(source) if "." not in row["id"]]
    assert sorted(facts) == list(range(1, len(facts) + 1))


@each_source
def test_a_source_claims_a_triple_once(source: str) -> None:
    triples = Counter((row["subject"], row["predicate"], row["object"]) for row in rows_of(source))
    assert [triple for triple, count in triples.items() if count > 1] == []


@each_source
def test_spans_lie_inside_the_text_and_fit_their_locators(source: str) -> None:
    length = description_of(source)["length"]
    for row in rows_of(source):
        spans = spans_of(row)
        assert all(0 <= start < end <= length for start, end in spans), row["id"]
        assert len(spans) == len(set(spans)) == len(row["locator"].split(";")), row["id"]


@each_source
def test_notes_stand_in_both_languages(source: str) -> None:
    assert [
        row["id"] for row in rows_of(source) if bool(row["note_id"]) != bool(row["note_en"])
    ] == []


@each_source
def test_quoted_claims_name_their_speaker(source: str) -> None:
    quoted = {row["id"]: row["speaker"] for row in rows_of(source) if row["certainty"] == "quoted"}
    assert len(quoted) >= 10
    assert [name for name, who in quoted.items() if not who.startswith("person:")] == []


@each_source
def test_everything_named_is_typed_and_labelled(source: str) -> None:
    known = graph_of(DATA / "things") + reference_graph()
    articles = {f"{THING}article/{name}" for name in SOURCES}
    for thing in sorted(things_named(source) - articles):
        assert (URIRef(thing), RDF.type, None) in known, thing
        labels = known.objects(URIRef(thing), SKOS.prefLabel)
        assert {label.language for label in labels if isinstance(label, Literal)} == {"id", "en"}


@each_source
def test_every_concept_named_is_defined(source: str) -> None:
    concepts = graph_of(CHECKOUT / "ontology" / "vocabularies")
    cells = {row[column] for row in rows_of(source) for column in ("subject", "object")}
    named = {
        name for name in map(iri, cells) if name and name.startswith(CANONICAL_BASE + "scheme")
    }
    assert len(named) >= 20
    assert [name for name in sorted(named) if (URIRef(name), None, None) not in concepts] == []


def test_every_thing_is_spoken_of() -> None:
    reference = reference_graph()
    spoken = {str(node) for node in reference.all_nodes() if isinstance(node, URIRef)}
    for source in read_corpus(DATA, PREFIXES).sources:
        spoken |= {str(source.publisher), *(str(node) for c in source.claims for node in c.triple)}
    things = {str(thing) for thing in graph_of(DATA / "things").subjects()}
    assert len(things) >= 150
    assert sorted(things - spoken) == []


def test_things_carry_type_and_labels_only() -> None:
    assert set(graph_of(DATA / "things").predicates()) == {RDF.type, SKOS.prefLabel}


def test_places_of_the_register_have_a_source_and_lead_to_the_country() -> None:
    reference = reference_graph()
    places = set(reference.subjects(INOV.placeType))
    country = URIRef(THING + "place/indonesia")
    assert len(places) >= 12
    for place in places:
        assert (place, DCTERMS.source, None) in reference, place
        assert country in set(reference.transitive_objects(place, INOV.within)), place


def test_outside_knowledge_names_its_pages() -> None:
    links = graph_of(DATA / "links")
    things = set(links.subjects(RDF.type))
    assert len(things) >= 10
    assert [thing for thing in things if (thing, DCTERMS.source, None) not in links] == []


def passages() -> Iterator[Passage]:
    """Yield every text that the data hold, whatever kind of file it stands in."""
    for path in sorted(DATA.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield from (Passage(str(path), cell) for cell in row.values())
    for path in sorted(DATA.rglob("*.ttl")):
        for literal in Graph().parse(path, format="turtle").objects():
            if isinstance(literal, Literal):
                yield Passage(str(path), str(literal))
    for path in sorted(DATA.rglob("*.toml")):
        yield from (Passage(str(path), line) for line in path.read_text("utf-8").splitlines())


def test_no_literal_repeats_eight_words_of_a_source() -> None:
    known = {mark for source in SOURCES for mark in shingles_of(source)}
    names = (DATA / "proper-names.txt").read_text("utf-8").splitlines()
    allowed = {mark for name in names if not name.startswith("#") for mark in fingerprints(name)}
    read = list(passages())
    assert len(read) >= 5000
    assert [p for p in read if shared_runs(p.text, known - allowed)] == []


def test_proper_names_are_all_needed() -> None:
    known = {mark for source in SOURCES for mark in shingles_of(source)}
    names = (DATA / "proper-names.txt").read_text("utf-8").splitlines()
    used = {run for passage in passages() for run in shared_runs(passage.text, known)}
    for name in names:
        if not name.startswith("#"):
            assert used & set(shared_runs(name, known)), name


@needs_texts
@each_source
def test_description_fits_the_text(source: str) -> None:
    described = description_of(source)
    raw = (SEEDS / described["file"]).read_bytes()
    assert described["sha256"] == sha256(raw).hexdigest()
    assert described["length"] == len(raw.decode("utf-8"))


@needs_texts
@each_source
def test_shingles_are_the_fingerprints_of_the_text(source: str) -> None:
    shingles = shingles_of(source)
    assert len(shingles) >= 300
    assert shingles == sorted(set(fingerprints(text_of(source))))


@needs_texts
@each_source
def test_spans_are_whole_sentences_of_their_line(source: str) -> None:
    text = text_of(source)
    for row in rows_of(source):
        for locator, (start, end) in zip(row["locator"].split(";"), spans_of(row), strict=True):
            line = int(locator.removeprefix("L").partition(".")[0])
            assert text.count("\n", 0, start) + 1 == line, row["id"]
            assert "\n" not in text[start:end], row["id"]
            assert text[start:end] == text[start:end].strip(), row["id"]


@needs_texts
@each_source
def test_names_stand_in_every_passage_that_attests_them(source: str) -> None:
    text = text_of(source)
    names = [row for row in rows_of(source) if row["predicate"] in PRINTED]
    assert len(names) >= 5
    for row in names:
        name = row["object"][1 : row["object"].rindex('"')]
        assert all(name in text[start:end] for start, end in spans_of(row)), row["id"]


@needs_texts
def test_repeated_lines_carry_both_places() -> None:
    """Article 001 prints lines 2 to 16 again as lines 17 to 31."""
    shift = 15
    rows = rows_of("001")
    assert len(rows) >= 140
    for row in rows:
        places = {tuple(place.split(".")) for place in row["locator"].split(";")}
        first = {(int(line[1:]), part) for line, part in places if 2 <= int(line[1:]) <= 16}
        again = {(int(line[1:]) - shift, part) for line, part in places if int(line[1:]) >= 17}
        assert first == again, row["id"]


@needs_facts
def test_every_seed_fact_is_a_claim_at_its_span() -> None:
    rows = {source: rows_by_id(source) for source in SOURCES}
    facts = [json.loads(line) for line in SEED_FACTS.read_text("utf-8").splitlines()]
    assert len(facts) == 207
    for fact in facts:
        row = rows[fact["source"][:3]][fact["id"].partition("-")[2]]
        assert spans_of(row)[0] == tuple(fact["span"]), fact["id"]
        assert row["certainty"] == fact["certainty"], fact["id"]

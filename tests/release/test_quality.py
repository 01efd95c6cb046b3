"""Coverage and quality: every figure recomputed, without the queries that it was computed by."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

import pytest
from rdflib import RDF, Literal, URIRef
from rdflib.namespace import DCTERMS, ORG, PROV, SKOS
from rdflib.paths import MulPath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue

from kg.iris import rebase
from kg.namespaces import CANONICAL_BASE, GRAPH, INOV, read_prefixes
from kg.release import quality_queries as queries
from kg.release.description import release_iri
from kg.release.measurement import Measurement
from kg.release.publication import Release
from kg.release.quality import DQV, measure_quality, of_the_whole, quality_triples
from kg.release.quality_counts import LINKING, count_quality
from kg.release.quality_sums import KINDS, READ
from kg.settings import Settings
from kg.store import DEFAULT_GRAPH, MemoryStore, ReleaseStore, parse_rdf

B = CANONICAL_BASE
RELEASE = URIRef(f"{B}id/release/made-up")
METRICS = f"{B}scheme/quality-metric/"

# Two pages speak of one edition. Top 3: one says three places, the other four; one of its places
# has no name, and its agency another that has one.
MADE_UP = f"""
@prefix : <{B}id/> .
@prefix inov: <{INOV}> .
@prefix org: <{ORG}> .
@prefix skos: <{SKOS}> .
@prefix scheme: <{B}scheme/> .
@prefix graph: <{GRAPH}> .
{{
  :source-a inov:assertedIn <{GRAPH}article/a> . :source-b inov:assertedIn <{GRAPH}article/b> .
  :edition a inov:CompetitionEdition .
  :top a inov:Tier ; inov:tierOf :edition ; inov:tierSize 3 .
  :best a inov:Tier ; inov:tierOf :edition ; inov:tierSize 2 .
  :award a inov:AwardEdition .
  :p1 inov:confers :top ; inov:recipient :city ; inov:recognises :w1 .
  :p2 inov:confers :top ; inov:recipient :city .
  :p3 inov:confers :top ; inov:recipient :office ; inov:recognises :w2 .
  :p4 inov:confers :top ; inov:recipient :ministry .
  :c1 inov:confers :award ; inov:recipient :city .
  :office org:unitOf :city . :city inov:agencyType <{B}scheme/agency-type/pemkot> .
  :ministry inov:agencyType <{B}scheme/agency-type/kementerian> .
  <{B}scheme/agency-type/pemda> skos:inScheme scheme:agency-type ; skos:notation "pemda" .
  <{B}scheme/agency-type/pemkot> skos:inScheme scheme:agency-type ; skos:notation "pemkot" ;
    skos:broader <{B}scheme/agency-type/pemda> .
  <{B}scheme/agency-type/kementerian> skos:inScheme scheme:agency-type ;
    skos:notation "kementerian" .
  <{B}scheme/population/pemda> skos:inScheme scheme:population ; skos:notation "pemda" .
  <{B}scheme/population/pemkot> skos:inScheme scheme:population ; skos:notation "pemkot" .
  <{B}scheme/population/kementerian> skos:inScheme scheme:population ; skos:notation "kementerian" .
  <{B}scheme/population/instansi> skos:inScheme scheme:population ; skos:notation "instansi" .
  :four a inov:Observation ; inov:about :top ; inov:indicator <{B}scheme/indicator/ukuran-tier> ;
    inov:population <{B}scheme/population/instansi> ; inov:unit <{B}scheme/unit/instansi> .
  :cities a inov:Observation ; inov:about :top ; inov:indicator <{B}scheme/indicator/ukuran-tier> ;
    inov:population <{B}scheme/population/pemkot> .
  :regions a inov:Observation ; inov:about :top ; inov:indicator <{B}scheme/indicator/ukuran-tier> ;
    inov:population <{B}scheme/population/pemda> .
  :ministries a inov:Observation ; inov:about :top ;
    inov:indicator <{B}scheme/indicator/ukuran-tier> ;
    inov:population <{B}scheme/population/kementerian> .
  <{B}scheme/population/polri> skos:inScheme scheme:population ; skos:notation "polri" ;
    skos:broader <{B}scheme/population/instansi> .
  :police a inov:Observation ; inov:about :top ; inov:population <{B}scheme/population/polri> ;
    inov:indicator <{B}scheme/indicator/jumlah-inovasi-terpilih> .
  :troops a inov:Observation ; inov:about :top ; inov:population <{B}scheme/population/polri> ;
    inov:indicator <{B}scheme/indicator/ukuran-tier> .
  :all a inov:Observation ; inov:about :praised ; inov:indicator
    <{B}scheme/indicator/ukuran-tier> .
  :some a inov:Observation ; inov:about :best ; inov:partOfObservation :all ;
    inov:indicator <{B}scheme/indicator/ukuran-tier> .
  :others a inov:Observation ; inov:about :fine ; inov:partOfObservation :all ;
    inov:indicator <{B}scheme/indicator/ukuran-tier> .
  :praised a inov:Tier . :fine a inov:Tier .
  :java a inov:Observation ; inov:about :top ; inov:indicator <{B}scheme/indicator/ukuran-tier> ;
    inov:restrictedTo :place .
}}
<{GRAPH}article/a> {{
  :top inov:tierOf :edition . :p1 inov:recipient :city .
  :cities inov:value 1.0 ; inov:about :top ; inov:indicator <{B}scheme/indicator/ukuran-tier> ;
    inov:population <{B}scheme/population/pemkot> .
  :regions inov:value 2.0 ; inov:about :top ; inov:indicator <{B}scheme/indicator/ukuran-tier> ;
    inov:population <{B}scheme/population/pemda> .
  :ministries inov:value 2.0 ; inov:about :top ;
    inov:indicator <{B}scheme/indicator/ukuran-tier> ;
    inov:population <{B}scheme/population/kementerian> .
  :java inov:value 1.0 ; inov:about :top ; inov:indicator <{B}scheme/indicator/ukuran-tier> ;
    inov:restrictedTo :place .
}}
<{GRAPH}article/c> {{
  :troops inov:value 7.0 ; inov:about :top ; inov:population <{B}scheme/population/polri> ;
    inov:indicator <{B}scheme/indicator/ukuran-tier> .
  :police inov:value 1.0 ; inov:about :top ; inov:population <{B}scheme/population/polri> ;
    inov:indicator <{B}scheme/indicator/jumlah-inovasi-terpilih> .
  :all inov:value 6.0 ; inov:about :praised ; inov:indicator <{B}scheme/indicator/ukuran-tier> .
  :some inov:value 2.0 ; inov:about :best ; inov:partOfObservation :all ;
    inov:indicator <{B}scheme/indicator/ukuran-tier> .
  :others inov:value 3.0 ; inov:about :fine ; inov:partOfObservation :all ;
    inov:indicator <{B}scheme/indicator/ukuran-tier> .
}}
<{GRAPH}article/b> {{
  :top inov:tierOf :edition .
  :four inov:value 4.0 ; inov:about :top ; inov:indicator <{B}scheme/indicator/ukuran-tier> ;
    inov:population <{B}scheme/population/instansi> .
}}
graph:conflicts {{
  :x1 inov:conflictKind :kind ; inov:resolution <{B}scheme/resolution/open> .
  :x2 inov:conflictKind :kind ; inov:resolution <{B}scheme/resolution/editorial> .
}}
graph:links {{ :city skos:closeMatch <https://data.example/1> ; <{DCTERMS.source}> <https://a.b/> }}
"""


def measured(store: MemoryStore, release: URIRef) -> list[Measurement]:
    return measure_quality(store, B, release, count_quality(store, B))


@pytest.fixture(scope="module")
def made_up() -> Mapping[tuple[str, str, str], int | Decimal]:
    quads = parse_rdf(MADE_UP, "trig", B)
    lines = (" ".join(term.n3() for term in quad if term) + " .\n" for quad in quads)
    found = measured(MemoryStore("".join(lines).encode()), RELEASE)
    return {(m.metric, str(m.on).rpartition("id/")[2], m.facet): m.value for m in found}


@pytest.mark.parametrize(
    ("metric", "on", "facet", "value"),
    [
        # The place without a name may be the city's other one; the office counts as the city.
        ("recognitions-held", "top", "", 3),
        ("agencies-held", "top", "", 2),
        ("recognitions-held", "best", "", 0),
        ("recognitions-held", "award", "", 1),
        ("official-number", "top", "3", 3),
        ("official-number", "top", "4--agencies", 4),
        ("share-held", "top", "3", Decimal("1.0000")),
        ("share-held", "top", "4--agencies", Decimal("0.5000")),
        ("recognitions-held", "cities", "", 2),
        ("share-held", "cities", "1", Decimal("2.0000")),
        ("recognitions-held", "ministries", "", 1),
        ("share-held", "ministries", "2", Decimal("0.5000")),
        # Of an edition: the highest number of each tier, and no tier more than full.
        ("recognitions-held", "edition", "", 3),
        ("official-number", "edition", "", 6),
        ("share-held", "edition", "", Decimal("0.3333")),
        ("recognitions-held", "release/made-up", "", 4),
        # Cities are regions already; 2 + 2 is not 3, but is 4.
        ("sum-of-parts", "top", "ukuran-tier--a", 4),
        ("sum-difference", "top", "ukuran-tier--a--3", 1),
        ("sum-difference", "top", "ukuran-tier--a--4", 0),
        # Parts that are said to be parts may be of several tiers.
        ("sum-of-parts", "all", "c", 5),
        ("sum-difference", "all", "c--6", -1),
        ("official-number", "best", "2", 2),
        ("official-number", "fine", "3", 3),
        ("claims", "source-a", "", 18),
        ("claims-corroborated", "source-a", "", 1),
        ("claims-single", "source-b", "", 4),
        ("claims", "release/made-up", "", 22),
        ("claims-corroborated", "release/made-up", "", 1),
        ("conflicts-open", "kind", "", 1),
        ("conflicts-settled", "kind", "", 1),
        ("links", "https://data.example/", "links", 1),
        ("links", "release/made-up", "", 1),
    ],
)
def test_a_figure_of_a_made_up_release_is_as_counted_by_hand(
    made_up: Mapping[tuple[str, str, str], int | Decimal],
    metric: str,
    on: str,
    facet: str,
    value: int | Decimal,
) -> None:
    assert made_up[metric, on, facet] == value


def test_a_figure_of_one_area_or_kind_is_no_official_number(
    made_up: Mapping[tuple[str, str, str], int | Decimal],
) -> None:
    facets = {facet for metric, on, facet in made_up if (metric, on) == ("official-number", "top")}
    assert facets == {"3", "4--agencies"}
    assert not [on for _, on, _ in made_up if on == "java"]
    sums = {facet for metric, on, facet in made_up if (metric, on) == ("sum-difference", "top")}
    assert sums == {"ukuran-tier--a--3", "ukuran-tier--a--4"}


# The repository's own release, from its quads


@pytest.fixture(scope="module")
def told(release: Release, release_store: ReleaseStore) -> Mapping[tuple[str, str], Counter[str]]:
    """Return what the release tells: by metric and thing, the values with how often they stand."""
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for node, metric in measurements(release_store):
        (on,), (value,) = (
            {q.object for q in release_store.quads(node, p, graph=GRAPH.quality)}
            for p in (DQV.computedOn, DQV.value)
        )
        found[metric.removeprefix(METRICS), str(on)][str(value)] += 1
    assert len(found) > 150, release.path
    return found


def measurements(store: ReleaseStore) -> Iterator[tuple[URIRef, str]]:
    for quad in store.quads(predicate=DQV.isMeasurementOf, graph=GRAPH.quality):
        yield URIRef(str(quad.subject)), str(quad.object)


def of(told: Mapping[tuple[str, str], Counter[str]], metric: str) -> dict[str, int]:
    return {
        on: sum(int(Decimal(value)) * times for value, times in values.items())
        for (name, on), values in told.items()
        if name == metric and "/id/release/" not in on
    }


def pairs(store: ReleaseStore, predicate: URIRef) -> dict[URIRef, set[URIRef]]:
    found: dict[URIRef, set[URIRef]] = defaultdict(set)
    for quad in store.quads(predicate=predicate, graph=DEFAULT_GRAPH):
        found[URIRef(str(quad.subject))].add(URIRef(str(quad.object)))
    return found


def test_what_is_held_of_each_award_is_what_is_there(
    told: Mapping[tuple[str, str], Counter[str]], release_store: ReleaseStore
) -> None:
    recipients, works = (pairs(release_store, p) for p in (INOV.recipient, INOV.recognises))
    places: dict[URIRef, set[tuple[URIRef, URIRef | None]]] = defaultdict(set)
    for node, awards in pairs(release_store, INOV.confers).items():
        for award in awards:
            (who,) = recipients[node]
            places[award] |= {(who, node if works[node] else None)}
    expected = {
        str(award): sum(
            work is not None or not any(w for other, w in held if other == who)
            for who, work in held
        )
        for award, held in places.items()
    }
    assert len(expected) >= 7
    found = of(told, "recognitions-held")
    assert {award: found[award] for award in expected} == expected


def test_claims_are_corroborated_as_the_graphs_of_the_sources_are(
    told: Mapping[tuple[str, str], Counter[str]], release_store: ReleaseStore
) -> None:
    said = {
        source: {quad[:3] for quad in release_store.quads(graph=graph)}
        for source, graphs in pairs(release_store, INOV.assertedIn).items()
        for graph in graphs
    }
    times = Counter(triple for triples in said.values() for triple in triples)
    assert len(said) >= 5
    assert of(told, "claims") == {str(s): len(triples) for s, triples in said.items()}
    assert of(told, "claims-corroborated") == {
        str(s): sum(times[t] > 1 for t in triples) for s, triples in said.items()
    }
    assert of(told, "claims-single") == {
        str(s): sum(times[t] == 1 for t in triples) for s, triples in said.items()
    }


def test_conflicts_are_counted_by_kind_and_by_whether_they_are_settled(
    told: Mapping[tuple[str, str], Counter[str]], release_store: ReleaseStore
) -> None:
    counted: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for quad in release_store.quads(predicate=INOV.conflictKind, graph=GRAPH.conflicts):
        resolutions = release_store.quads(quad.subject, INOV.resolution, graph=GRAPH.conflicts)
        (resolution,) = {q.object for q in resolutions}
        counted[resolution == URIRef(f"{B}scheme/resolution/open")][str(quad.object)] += 1
    assert sum(map(Counter.total, counted.values())) >= 7
    for metric, is_open in (("conflicts-open", True), ("conflicts-settled", False)):
        assert +Counter(of(told, metric)) == counted[is_open]


def test_labels_are_missed_where_they_are_missing(
    told: Mapping[tuple[str, str], Counter[str]], release_store: ReleaseStore, release: Release
) -> None:
    own = release_iri(B, release.identifier)
    languages: dict[str, set[str | None]] = defaultdict(set)
    for quad in release_store.quads(predicate=SKOS.prefLabel, graph=DEFAULT_GRAPH):
        if isinstance(quad.object, Literal):
            languages[str(quad.subject)].add(quad.object.language)
    members: dict[str, set[str]] = defaultdict(set)
    for thing, classes in pairs(release_store, RDF.type).items():
        if str(thing).startswith((f"{B}id/", f"{B}scheme/")) and not thing.startswith(str(own)):
            for kind in classes:
                members[str(kind)].add(str(thing))
    assert of(told, "things") == {kind: len(found) for kind, found in members.items()}
    for language in ("id", "en"):
        assert of(told, f"labels-missing-{language}") == {
            kind: sum(language not in languages[thing] for thing in found)
            for kind, found in members.items()
        }


def test_links_are_those_that_lead_elsewhere(
    told: Mapping[tuple[str, str], Counter[str]], release_store: ReleaseStore
) -> None:
    found = of(told, "links")
    geonames = {
        quad[:3]
        for quad in release_store.quads(graph=GRAPH.geonames)
        if str(quad.object).startswith("https://sws.geonames.org/")
    }
    assert found["https://sws.geonames.org/"] == len(geonames) >= 5


# How it is told


def test_every_measurement_says_all_that_one_says(release_store: ReleaseStore) -> None:
    nodes = [node for node, _ in measurements(release_store)]
    assert len(nodes) == len(set(nodes)) > 150
    for node in nodes:
        said = Counter(q.predicate for q in release_store.quads(node, graph=GRAPH.quality))
        assert [said[p] for p in (RDF.type, DQV.isMeasurementOf, DQV.computedOn, DQV.value)] == [
            1,
            1,
            1,
            1,
        ], node
        assert set(said) <= {
            RDF.type,
            SKOS.prefLabel,
            PROV.wasDerivedFrom,
            *(DQV[name] for name in ("isMeasurementOf", "computedOn", "value")),
        }


def test_every_metric_is_measured_and_every_measurement_is_of_a_metric(
    release_store: ReleaseStore,
) -> None:
    metrics = {
        str(q.subject) for q in release_store.quads(None, RDF.type, DQV.Metric, DEFAULT_GRAPH)
    }
    assert {metric for _, metric in measurements(release_store)} == metrics
    assert len(metrics) >= 15


def test_what_is_told_of_the_release_stands_in_the_default_graph_too(
    release: Release, release_store: ReleaseStore
) -> None:
    own = release_iri(B, release.identifier)
    links = list(release_store.quads(own, DQV.hasQualityMeasurement, graph=DEFAULT_GRAPH))
    assert len(links) >= 12
    for quad in links:
        node = URIRef(str(quad.object))
        stated = {q[:3] for q in release_store.quads(node, graph=GRAPH.quality)}
        assert stated == {q[:3] for q in release_store.quads(node, graph=DEFAULT_GRAPH)}
        assert (node, DQV.computedOn, own) in stated
    others = release_store.quads(None, DQV.computedOn, graph=DEFAULT_GRAPH)
    assert {quad.object for quad in others} == {own}


def test_the_content_alone_decides_the_figures(release: Release) -> None:
    own = release_iri(B, release.identifier)
    store = MemoryStore(release.content_path.read_bytes())
    found = measured(store, own)
    assert len(found) == len(set(found))
    prefixes = read_prefixes(Settings().ontology)
    triples = quality_triples(found, store, own, B, prefixes)
    quads = parse_rdf(release.publication_path.read_text(encoding="utf-8"), "nq", B)
    assert {q[:3] for q in quads if q.graph == GRAPH.quality} == set(triples)
    assert set(of_the_whole(triples, own)) < set(triples)


def test_asked_again_of_what_is_served_the_queries_give_the_same(
    release: Release, release_store: ReleaseStore
) -> None:
    content = MemoryStore(release.content_path.read_bytes())
    texts = [name for name in dir(queries) if name.isupper() and not name.startswith("_")]
    assert len(texts) >= 12
    for name in texts:
        query = rebase(getattr(queries, name), B).replace("%s", f"{B}id/tier/kipp-2022-top-99")
        rows = [repr(sorted(row.items())) for row in release_store.select(query)]
        if name != "MEASUREMENTS":
            assert rows, name
            assert sorted(rows) == sorted(
                repr(sorted(row.items())) for row in content.select(query)
            ), name


def test_no_two_measurements_share_an_iri() -> None:
    same = URIRef(f"{B}id/tier/a")
    found = [Measurement("official-number", same, Decimal(n), str(n)) for n in (99, 100)]
    triples = quality_triples(
        found, MemoryStore(b""), RELEASE, B, read_prefixes(Settings().ontology)
    )
    assert len({s for s, p, _ in triples if p == DQV.value}) == 2


def test_recognitions_are_counted_as_the_published_queries_count_them(
    release: Release, told: Mapping[tuple[str, str], Counter[str]]
) -> None:
    content = MemoryStore(release.content_path.read_bytes())
    rows = content.select(rebase(queries.HELD, B))
    assert len(rows) >= 5
    for metric, column in (("recognitions-held", "held"), ("agencies-held", "agencies")):
        held = {str(row["award"]): int(str(row[column])) for row in rows}
        assert {award: of(told, metric)[award] for award in held} == held
    figures = count_quality(content, B).figures
    for column, name in (("recognition", "held"), ("agency", "agencies")):
        members: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in content.select(rebase(queries.RECIPIENTS, B)):
            members[str(row["award"]), str(row["kind"])].add(str(row[column]))
        counted: Counter[tuple[str, str]] = Counter()
        for key, number in figures.items():
            counted.update({(key[1], kind): number for kind in key[2:] if key[0] == name})
        assert counted == {key: len(found) for key, found in members.items()}


def terms_of(part: object) -> Iterator[URIRef]:
    """Yield the properties of a parsed query, and the classes that it asks for."""
    if isinstance(part, CompValue):
        for subject, predicate, value in part["triples"] if part.name == "BGP" else ():
            asked = value if predicate == RDF.type else predicate
            asked = asked.path if isinstance(asked, MulPath) else asked
            assert isinstance(asked, URIRef), (subject, predicate, value)
            yield asked
        for value in part.values():
            yield from terms_of(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from terms_of(value)


def test_sums_are_carried_unless_something_changes_that_their_queries_read() -> None:
    texts = queries.OFFICIAL, queries.PARTIAL, queries.POPULATIONS
    found = {term for text in texts for term in terms_of(prepareQuery(text).algebra)}
    assert found == READ | KINDS


def test_links_are_counted_in_the_graphs_that_the_query_names() -> None:
    named = re.findall(r"graph:(\w+)", queries.LINKS.partition("VALUES")[2].partition("}")[0])
    assert tuple(named) == LINKING

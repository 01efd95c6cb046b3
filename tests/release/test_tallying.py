"""What is carried from try to try, and from release to release, is what the whole would give."""

import random
from collections.abc import Iterable

import pytest
from rdflib import RDF, XSD, Literal, URIRef
from rdflib.namespace import VOID

from kg.release import tallying
from kg.release.carrying import Common
from kg.release.partitions import Names
from kg.release.statistics import Figures, Triple, measure, without_counts_of_counts
from kg.release.tallying import Settling, Surroundings, Tally, difference, measure_triples
from kg.release.telling import Telling
from kg.store import ANY_GRAPH, DEFAULT_GRAPH, LabelledStore, Quad, Term

B = "http://localhost:8000/"
OWN = f"{B}void/x#"
KINDS = [URIRef(f"{B}ont#C{n}") for n in range(3)]
PROPERTIES = [URIRef(f"{B}ont#p{n}") for n in range(3)]
THINGS: list[URIRef] = [URIRef(f"{B}id/thing/{n}") for n in range(6)]
VALUES: list[Term] = [Literal("a"), Literal("a", lang="id"), Literal(1), *THINGS, *KINDS]
GRAPHS = [None, None, URIRef(f"{B}graph/a"), URIRef(f"{B}graph/b")]


def triple(chance: random.Random, classes: float = 0.3) -> Triple:
    if chance.random() < classes:
        return chance.choice(THINGS), RDF.type, chance.choice(KINDS)
    return chance.choice(THINGS), chance.choice(PROPERTIES), chance.choice(VALUES)


def store_of(quads: Iterable[Quad]) -> LabelledStore:
    lines = (f"{q[0].n3()} {q[1].n3()} {q[2].n3()} {q[3].n3() if q[3] else ''} .\n" for q in quads)
    return LabelledStore("".join(lines).encode())


def default(triples: Iterable[Triple]) -> LabelledStore:
    return store_of(Quad(*triple, None) for triple in triples)


@pytest.mark.parametrize("seed", range(30))
def test_a_tally_that_changed_is_a_tally_of_what_is_left(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  no secret
    store = default({triple(chance) for _ in range(20)})
    told = {triple(chance) for _ in range(40)}
    tally = Tally(told, Surroundings(store, B))
    for _ in range(4):
        plain = sorted((t for t in told if t[1] != RDF.type), key=repr)
        gone = set(chance.sample(plain, len(plain) // 3))
        come = {triple(chance, 0) for _ in range(9)} - told
        told = told - gone | come
        tally.change(gone, come)
        assert +tally.figures == +difference(told, Surroundings(store, B))


@pytest.mark.parametrize("seed", range(30))
def test_what_settles_is_counted_as_the_store_would_be(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  no secret
    content = {triple(chance) for _ in range(20)}
    store = default(content)
    settling = Settling(measure(store, B), Surroundings(store, B), B)
    told: set[Triple] = set()
    for _ in range(4):
        gone = set(chance.sample(sorted(told, key=repr), len(told) // 3))
        come = {triple(chance, chance.choice((0, 0.3))) for _ in range(9)} - told
        told = told - gone | come
        settling.change((gone, come), told)
        wanted = without_counts_of_counts(+measure(default(content | told), B))
        assert settling.figures == wanted
        assert settling.own == measure_triples(told, B)


@pytest.mark.parametrize("seed", range(60))
def test_who_follows_a_store_finds_what_it_has_and_says_if_that_is_new(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  no secret
    content = {triple(chance) for _ in range(30)}
    around = Surroundings(default(content), B)
    for _ in range(6):
        told = [triple(chance) for _ in range(chance.choice((2, 30)))]
        around.look_for(told)
        asked = [
            tuple(term if chance.random() < 0.6 else None for term in triple(chance))
            for _ in range(chance.choice((2, 30)))
        ]
        found = [around.has(*pattern) for pattern in asked]
        kinds = [around.kinds(node) for node in THINGS[:2]]
        few = min(len(content), chance.choice((0, 1, 8)))
        gone = set(chance.sample(sorted(content, key=repr), few))
        come = {triple(chance) for _ in range(chance.choice((0, 1, 8)))} - content
        content = content - gone | come
        store = default(content)
        is_as_found = around.follow(store, (*gone, *come))
        anew = Surroundings(store, B)
        now = [anew.has(*pattern) for pattern in asked], [anew.kinds(n) for n in THINGS[:2]]
        assert [around.has(*pattern) for pattern in asked] == now[0]
        assert [around.kinds(node) for node in THINGS[:2]] == now[1]
        if is_as_found:
            assert now == (found, kinds)


@pytest.mark.parametrize("seed", range(60))
def test_what_follows_a_store_is_counted_as_that_would_be(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  no secret
    content = {triple(chance) for _ in range(40)}
    store = default(content)
    settling = Settling(measure(store, B), Surroundings(store, B), B)
    told = {triple(chance) for _ in range(12)}
    settling.change(((), told), told)
    for _ in range(6):
        few = min(len(content), chance.choice((0, 1, 5)))
        gone = set(chance.sample(sorted(content, key=repr), few))
        come = {triple(chance) for _ in range(chance.choice((0, 1, 5)))} - content
        content = content - gone | come
        store = default(content)
        settling.follow(measure(store, B), store, (*gone, *come), told)
        wanted = without_counts_of_counts(+measure(default(content | told), B))
        assert settling.figures == wanted
        assert settling.own == measure_triples(told, B)


def test_only_what_was_asked_about_can_be_new() -> None:
    one, other = (THINGS[0], RDF.type, KINDS[0]), (THINGS[1], RDF.type, KINDS[1])
    around = Surroundings(default([one]), B)
    assert not around.has(THINGS[1], None, None)
    assert around.kinds(THINGS[0]) == {KINDS[0]}
    assert around.follow(default([one, other]), [(THINGS[2], RDF.type, KINDS[1])])
    assert not around.follow(default([one, other]), [other])
    assert around.follow(default([one, other]), [other])
    assert not around.follow(default([other]), [one])


def test_what_was_looked_up_long_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    store = default([(THINGS[0], RDF.type, KINDS[0])])
    around = Surroundings(store, B)
    assert around.has(THINGS[0], None, None)
    assert around.follow(store, ())
    monkeypatch.setattr(tallying, "_MANY", 0)
    assert not around.follow(default([]), ())
    assert not around.has(THINGS[0], None, None)


def test_a_beginning_that_is_unheard_of_is_not_looked_for() -> None:
    inside, outside = URIRef(f"{OWN}a"), URIRef(f"{B}void/y#a")
    store = default([(inside, RDF.type, inside), (outside, RDF.type, outside)])
    around = Surroundings(store, B, unheard=(OWN,))
    assert not around.has(inside, None, None)
    assert not around.has(None, None, inside)
    assert around.has(outside, None, None)
    assert not around.has(None, None, Literal(str(inside)))


@pytest.mark.parametrize("seed", range(30))
def test_a_store_without_quads_holds_what_is_left(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  no secret
    quads = {Quad(*triple(chance), chance.choice(GRAPHS)) for _ in range(120)}
    without = chance.sample(sorted(quads, key=repr), 60)
    common, left = Common(store_of(quads), without), store_of(quads - set(without))
    for _ in range(200):
        s, p, o = (term if chance.random() < 0.5 else None for term in triple(chance))
        graph = chance.choice([ANY_GRAPH, DEFAULT_GRAPH, *filter(None, GRAPHS)])
        assert common.holds(s, p, o, graph) == left.holds(s, p, o, graph)  # type: ignore[arg-type]


def figures_of(chance: random.Random) -> Figures:
    names = [str(term) for term in (*KINDS, *PROPERTIES)]
    keys = [
        ("triples",),
        ("entities",),
        *(("property", name, "triples") for name in names),
        *(("class", name) for name in names),
        *(("class", one, two) for one in names for two in names),
        # Of one name: two figures are told in one place.
        *((what, names[0], names[1], names[2]) for what in ("object", "datatype")),
    ]
    return Figures({key: chance.randrange(1, 4) for key in keys if chance.random() < 0.99})


@pytest.mark.parametrize("seed", range(60))
def test_what_is_told_after_changes_is_what_is_told_at_once(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  no secret
    release, own = URIRef(f"{B}id/release/x"), URIRef(f"{B}graph/release")
    names = Names(URIRef(OWN), {"ont": f"{B}ont#"})
    lasting: list[Triple] = [
        (release, RDF.type, VOID.Dataset),
        # The same is told in the place of a figure, and of a partition.
        (release, VOID.triples, Literal(2)),
        (names("property", str(KINDS[0])), VOID.property, KINDS[0]),
        *((release, VOID.dataDump, thing) for thing in THINGS[:3]),
    ]

    def telling() -> Telling:
        telling = Telling(release, own, names)
        telling.last(lasts, examples)
        return telling

    lasts, examples = lasting[: 1 + seed % 2], {str(KINDS[0]): THINGS[0]}
    told, before = telling(), set[Triple]()
    figures = figures_of(chance)
    for turn in range(6):
        if turn % 2:
            figures = Figures({key: chance.randrange(1, 4) for key in figures})
        else:
            figures = figures_of(chance)
        own_figures = Figures({("triples",): turn})
        for _ in range(chance.choice((0, 1, 2))):
            lasts = chance.sample(lasting, chance.randrange(1, len(lasting) + 1))
            examples = {str(KINDS[0]): chance.choice(THINGS[:2])}
            told.last(lasts, examples)
        gone, come = map(set, told.tell(figures, own_figures))
        once = telling()
        once.tell(figures, own_figures)
        assert told.triples == once.triples
        assert (before - gone) | come == told.triples
        assert gone <= before
        assert not come & before
        before = set(told.triples)
    assert Literal(1, datatype=XSD.integer) in {o for _, _, o in before}

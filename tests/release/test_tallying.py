"""What is carried from try to try, and from release to release, is what the whole would give."""

import random
from collections.abc import Iterable

import pytest
from rdflib import RDF, XSD, Literal, URIRef
from rdflib.namespace import VOID

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


@pytest.mark.parametrize("seed", range(30))
def test_what_is_recalled_is_what_would_be_found(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  no secret
    content = {triple(chance) for _ in range(30)}
    earlier = Surroundings(default(content), B)
    for _ in range(4):
        asked = [
            tuple(term if chance.random() < 0.6 else None for term in triple(chance))
            for _ in range(60)
        ]
        for s, p, o in asked:
            earlier.has(s, p, o)
        for node in THINGS:
            earlier.kinds(node)
        gone = set(chance.sample(sorted(content, key=repr), 8))
        come = {triple(chance) for _ in range(8)} - content
        content = content - gone | come
        store = default(content)
        around = Surroundings(store, B)
        around.recall(earlier.found, (*gone, *come))
        for s, p, o in asked:
            assert around.has(s, p, o) == Surroundings(store, B).has(s, p, o)
        assert [around.kinds(node) for node in THINGS] == [
            Surroundings(store, B).kinds(node) for node in THINGS
        ]
        earlier = around


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


@pytest.mark.parametrize("seed", range(30))
def test_what_is_told_after_changes_is_what_is_told_at_once(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  no secret
    release, own = URIRef(f"{B}id/release/x"), URIRef(f"{B}graph/release")
    lasting: list[Triple] = [(release, RDF.type, VOID.Dataset), (release, VOID.triples, Literal(2))]
    names = Names(URIRef(OWN), {"ont": f"{B}ont#"})

    def telling() -> Telling:
        return Telling(release, own, lasting[: 1 + seed % 2], {str(KINDS[0]): THINGS[0]}, names)

    told, before = telling(), set[Triple]()
    figures = figures_of(chance)
    for turn in range(6):
        if turn % 2:
            figures = Figures({key: chance.randrange(1, 4) for key in figures})
        else:
            figures = figures_of(chance)
        own_figures = Figures({("triples",): turn})
        gone, come = map(set, told.tell(figures, own_figures))
        once = telling()
        once.tell(figures, own_figures)
        assert told.triples == once.triples
        assert (before - gone) | come == told.triples
        assert gone <= before
        assert not come & before
        before = set(told.triples)
    assert Literal(1, datatype=XSD.integer) in {o for _, _, o in before}

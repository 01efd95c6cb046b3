"""Figures: told by the engine, and carried along when triples come and go."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest
from rdflib import RDF, XSD, Literal, URIRef

from kg.release.statistics import (
    Figures,
    Triple,
    is_thing,
    measure,
    things_pattern,
)
from kg.release.tallying import Surroundings, difference, measure_triples
from kg.store import MemoryStore, Term

B = "http://localhost:8000/"
CLASSES = [URIRef(f"{B}ont#C{n}") for n in range(3)]
PROPERTIES = [URIRef(f"{B}ont#p{n}") for n in range(3)]
THINGS: list[URIRef] = [URIRef(f"{B}id/thing/{n}") for n in range(6)]
VALUES: list[Term] = [
    Literal("a"),
    Literal("a", lang="id"),
    Literal(1),
    Literal("2024", datatype=XSD.gYear),
    URIRef("http://elsewhere.example/x"),
]


def some_triples(seed: int) -> list[Triple]:
    """Return triples in which things have several classes and link to each other."""
    chance = random.Random(seed)  # noqa: S311  no secret
    triples: set[Triple] = set()
    for _ in range(60):
        subject = chance.choice([*THINGS, URIRef(f"{B}scheme/x")])
        if chance.random() < 0.3:
            triples.add((subject, RDF.type, chance.choice(CLASSES)))
        else:
            value: Term = chance.choice([*THINGS, *VALUES, *CLASSES])
            triples.add((subject, chance.choice(PROPERTIES), value))
    return sorted(triples, key=repr)


def store_of(triples: Iterable[Triple]) -> MemoryStore:
    lines = (f"{s.n3()} {p.n3()} {o.n3()} .\n" for s, p, o in triples)
    return MemoryStore("".join(lines).encode())


def naive(triples: Iterable[Triple]) -> Figures:
    """Count without an engine, by the definitions of the keys."""
    whole = set(triples)
    kinds: dict[object, set[object]] = {}
    for s, p, o in whole:
        if p == RDF.type:
            kinds.setdefault(s, set()).add(o)
    figures: Figures = Counter(
        {
            ("triples",): len(whole),
            ("entities",): len({s for s, _, _ in whole if s.startswith(f"{B}id/")}),
            ("distinctSubjects",): len({s for s, _, _ in whole}),
            ("distinctObjects",): len({o for _, _, o in whole}),
            ("properties",): len({p for _, p, _ in whole}),
            ("classes",): len({o for _, p, o in whole if p == RDF.type}),
        }
    )
    figures.update(_partitions(whole, kinds))
    return figures


def _partitions(whole: set[Triple], kinds: dict[object, set[object]]) -> Iterator[tuple[str, ...]]:
    for predicate in {p for _, p, _ in whole}:
        pairs = [(s, o) for s, p, o in whole if p == predicate]
        yield from [("property", str(predicate), "triples")] * len(pairs)
        yield from [("property", str(predicate), "distinctSubjects")] * len({s for s, _ in pairs})
        yield from [("property", str(predicate), "distinctObjects")] * len({o for _, o in pairs})
    for s, p, o in whole:
        for kind in kinds.get(s, ()):
            if p == RDF.type and o == kind:
                yield ("class", str(kind))
            yield ("class", str(kind), str(p))
            if isinstance(o, Literal):
                datatype = RDF.langString if o.language else o.datatype or XSD.string
                yield ("datatype", str(kind), str(p), str(datatype))
            for other in kinds.get(o, ()):
                yield ("object", str(kind), str(p), str(other))


@pytest.mark.parametrize("seed", range(8))
def test_the_engine_counts_what_the_keys_say(seed: int) -> None:
    triples = some_triples(seed)
    assert +measure(store_of(triples), B) == naive(triples)


@pytest.mark.parametrize("seed", range(25))
def test_a_difference_leads_from_one_store_to_the_other_and_back(seed: int) -> None:
    whole = some_triples(seed)
    some = whole[seed % 7 :: 2]
    before, after = store_of(some), store_of(whole)
    change = difference(whole, Surroundings(before, B))
    forward = Counter(measure(before, B))
    forward.update(change)
    assert +forward == +measure(after, B)
    backward = Counter(measure(after, B))
    backward.subtract(change)
    assert +backward == +measure(before, B)


def test_what_is_there_already_changes_nothing() -> None:
    triples = some_triples(1)
    assert not +difference(triples, Surroundings(store_of(triples), B))


def test_triples_without_a_store_are_counted_alike() -> None:
    triples = some_triples(2)
    counted = measure(store_of(triples), B)
    assert measure_triples(triples, B) == Counter(
        {key: total for key, total in counted.items() if len(key) == 1}
    )


@pytest.mark.parametrize(
    "iri",
    [
        f"{B}id/agency/x",
        f"{B}id/agency/x#part",
        f"{B}id/agency/x/y",
        f"{B}id/agency/",
        f"{B}id//x",
        f"{B}id/Agency/x",
        f"{B}id/data-asset/x",
        f"{B}scheme/x/y",
        f"{B}void/x#y",
    ],
)
def test_python_and_the_engine_agree_on_what_a_thing_is(iri: str) -> None:
    query = f'SELECT ?x WHERE {{ BIND (REGEX("{iri}", "{things_pattern(B)}") AS ?x) }}'
    (row,) = MemoryStore(b"").select(query)
    assert is_thing(B)(URIRef(iri)) == (str(row["x"]) == "true")

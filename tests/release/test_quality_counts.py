"""What coverage and quality count, carried from release to release, equals counting anew."""

import random
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from rdflib import RDF, URIRef
from rdflib.namespace import DCTERMS, ORG, SKOS

from kg.iris import rebase
from kg.namespaces import CANONICAL_BASE, GRAPH, INOV
from kg.release.carrying import exchange
from kg.release.measurement import Measurement
from kg.release.quality_counts import (
    QualityCounts,
    carry_quality,
    count_quality,
    read_quality,
    write_quality,
)
from kg.store import LabelledStore

B = CANONICAL_BASE
_ARTICLES = [f"{GRAPH}article/{n}" for n in range(3)]
_GRAPHS = ["", "", *_ARTICLES, *(f"{GRAPH}{name}" for name in ("links", "places", "release"))]
_PLACES = [f"{B}id/place/{n}" for n in range(4)]
_AWARDS = [f"{B}id/award/{n}" for n in range(3)]
_AGENCIES = [f"{B}id/agency/{n}" for n in range(4)]
_UNITS = [f"{B}id/agency/unit-{n}" for n in range(3)]
_TYPES = [f"{B}scheme/agency-type/{n}" for n in range(3)]
_POPULATIONS = [f"{B}scheme/population/{n}" for n in range(3)]
_INDICATORS = [f"{B}scheme/indicator/{name}" for name in ("ukuran-tier", "jumlah-penerima")]
_FIGURES = [f"{B}id/observation/{n}" for n in range(5)]
_OTHERS = [f"{B}id/release/x", "https://elsewhere.example/s", f"{B}scheme/x"]


def a(*terms: str | URIRef) -> list[str]:
    return [f"<{term}>" for term in terms]


_NUMBERS = [f'"{n}"^^<http://www.w3.org/2001/XMLSchema#decimal>' for n in ("2", "3.0", "5")]
_NAMES = ['"x"@id', '"y"@id', '"x"@en', '"x"']
_LINKS = [*a("https://a.example/1", "https://b.example", "urn:x:y", f"{B}id/place/0"), '"z"']

SHAPES: Sequence[tuple[list[str], str | URIRef, list[str]]] = [
    (a(*_AWARDS[:2], *_OTHERS), INOV.assertedIn, a(*_ARTICLES)),
    (a(*_PLACES), INOV.confers, a(*_AWARDS)),
    (a(*_PLACES), INOV.recipient, a(*_AGENCIES, *_UNITS)),
    (a(*_PLACES), INOV.recognises, a(f"{B}id/innovation/1", f"{B}id/innovation/2")),
    (a(*_UNITS, _AGENCIES[0]), ORG.unitOf, a(*_AGENCIES)),
    (a(*_AGENCIES), INOV.agencyType, a(*_TYPES)),
    (a(*_AWARDS), INOV.tierSize, _NUMBERS),
    (a(*_TYPES, *_POPULATIONS), SKOS.notation, ['"a"', '"b"']),
    (a(*_TYPES), SKOS.broader, a(*_TYPES)),
    (a(*_TYPES), SKOS.inScheme, a(f"{B}scheme/agency-type")),
    (a(*_POPULATIONS), SKOS.inScheme, a(f"{B}scheme/population")),
    (a(*_POPULATIONS), SKOS.narrowMatch, a(*_TYPES)),
    (a(*_FIGURES), INOV.about, a(*_AWARDS)),
    (a(*_FIGURES), INOV.indicator, a(*_INDICATORS)),
    (a(*_FIGURES), INOV.population, a(*_POPULATIONS)),
    (a(*_FIGURES), INOV.value, _NUMBERS),
    (a(*_FIGURES[:2]), INOV.partOfObservation, a(*_FIGURES[2:])),
    (a(*_FIGURES[:1]), INOV.restrictedTo, a(*_PLACES)),
    (a(*_FIGURES), RDF.type, a(INOV.Observation)),
    (a(*_AWARDS), RDF.type, a(INOV.Tier, INOV.AwardEdition)),
    (a(*_PLACES, *_AGENCIES, *_OTHERS), RDF.type, [*a(INOV.Agency, SKOS.Concept), "_:c14n0"]),
    (a(*_PLACES, *_AGENCIES, *_OTHERS), SKOS.prefLabel, _NAMES),
    (a(*_PLACES, *_OTHERS), SKOS.closeMatch, _LINKS),
    (a(*_PLACES, *_OTHERS), DCTERMS.source, _LINKS),
]


def line(chance: random.Random) -> bytes:
    subjects, predicate, values = chance.choice(SHAPES)
    graph = chance.choice(_GRAPHS)
    if predicate in (INOV.value, INOV.about, INOV.indicator) and chance.random() < 0.7:
        graph = chance.choice(_ARTICLES)
    named = f" <{graph}>" if graph else ""
    return f"{chance.choice(subjects)} <{predicate}> {chance.choice(values)}{named} .\n".encode()


def breakdown() -> set[bytes]:
    """Return a figure of one source with its parts, which random lines would seldom make."""
    lines = set()
    for number, node in enumerate(_FIGURES):
        lines.add(f"<{node}> <{RDF.type}> <{INOV.Observation}> .\n")
        said = {INOV.value: _NUMBERS[number % 3], INOV.about: f"<{_AWARDS[number % 2]}>"}
        said[INOV.indicator] = f"<{_INDICATORS[0]}>"
        if number < 3:
            said[INOV.partOfObservation] = f"<{_FIGURES[4]}>"
        lines |= {f"<{node}> <{p}> {o} <{_ARTICLES[0]}> .\n" for p, o in said.items()}
    return {text.encode() for text in lines}


def plain(counts: QualityCounts) -> tuple[object, ...]:
    return counts.figures, sorted(counts.sums, key=repr)


@pytest.mark.parametrize("base", [B, "https://data.example/kg/"])
@pytest.mark.parametrize("seed", range(40))
def test_what_is_carried_is_what_is_counted(seed: int, base: str, tmp_path: Path) -> None:
    chance = random.Random(seed)  # noqa: S311  no secret

    def some(number: int) -> set[bytes]:
        return {rebase(line(chance).decode(), base).encode() for _ in range(number)}

    told = {rebase(text.decode(), base).encode() for text in breakdown()}
    content = some(chance.choice((5, 150, 600))) | told
    before = LabelledStore(b"".join(content))
    counts = count_quality(before, base)
    for turn in range(4):
        removed = set(chance.sample(sorted(content), chance.randrange(min(30, len(content)) + 1)))
        added = some(chance.randrange(30)) - content
        content = content - removed | added
        after = LabelledStore(b"".join(content))
        counts = carry_quality(counts, exchange(removed, added, before, after), before, after, base)
        assert plain(counts) == plain(count_quality(after, base))
        write_quality(tmp_path / "quality.json", str(turn), counts)
        found = read_quality(tmp_path / "quality.json", str(turn))
        assert found is not None
        assert plain(found) == plain(counts)
        before = after


def test_the_random_releases_have_something_of_everything() -> None:
    chance = random.Random(1)  # noqa: S311  no secret
    content = {line(chance) for _ in range(900)} | breakdown()
    counts = count_quality(LabelledStore(b"".join(content)), B)
    names = {key[0] for key in counts.figures}
    assert names == {"claims", "also", "things", "id", "en", "links", "held", "agencies"}
    assert len(counts.sums) >= 2


def test_counts_of_another_release_or_cut_short_are_none(tmp_path: Path) -> None:
    path = tmp_path / "quality.json"
    assert read_quality(path, "x") is None
    one = Measurement("sum-of-parts", URIRef(f"{B}id/tier/a"), Decimal(3), "a", (URIRef(B),))
    counts = QualityCounts(count_quality(LabelledStore(b""), B).figures, (one,))
    write_quality(path, "y", counts)
    assert read_quality(path, "y") == counts
    assert read_quality(path, "x") is None
    path.write_text(path.read_text()[:-1])
    assert read_quality(path, "y") is None

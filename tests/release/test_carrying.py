"""Figures carried from release to release equal those that are counted anew, whatever changes."""

import random
from pathlib import Path

import pytest
from rdflib import RDF

from kg.namespaces import CANONICAL_BASE, GRAPH, INOV
from kg.release.carrying import carry, exchange
from kg.release.counting import Counted, count_content, read_counts, write_counts
from kg.store import LabelledStore

B = CANONICAL_BASE
_XSD = "http://www.w3.org/2001/XMLSchema#"
_SUBJECTS = [
    *(f"<{B}id/thing/{n}>" for n in range(6)),
    f"<{B}scheme/x>",
    "<https://elsewhere.example/s>",
]
_KINDS = [f"<{B}ont#C{n}>" for n in range(3)]
_PROPERTIES = [*(f"<{INOV}p{n}>" for n in range(3)), "<https://elsewhere.example/p>"]
_VALUES = [
    '"a"',
    '"a"@id',
    f'"1"^^<{_XSD}integer>',
    # Another spelling of the same number: two lines, and one quad of a store.
    f'"01"^^<{_XSD}integer>',
    f'"2023"^^<{_XSD}gYear>',
    f'"2024-05"^^<{_XSD}gYearMonth>',
    f'"2024-05-01"^^<{_XSD}date>',
    f'"2025-01-01"^^<{_XSD}date>',
    "<https://www.wikidata.org/entity/Q1>",
    "<https://host.example>",
    "<urn:x:y>",
    "_:c14n0",
]
_GRAPHS = ["", *(f" <{GRAPH}{name}>" for name in ("provenance", "identity", "article/1", "a"))]


def line(chance: random.Random) -> bytes:
    subject, graph = chance.choice(_SUBJECTS), chance.choice(_GRAPHS)
    if chance.random() < 0.35:
        return f"{subject} <{RDF.type}> {chance.choice(_KINDS)}{graph} .\n".encode()
    value = chance.choice([*_VALUES, *_SUBJECTS, *_KINDS])
    return f"{subject} {chance.choice(_PROPERTIES)} {value}{graph} .\n".encode()


def plain(counted: Counted) -> tuple[object, ...]:
    """Return what was counted, without the figures that are zero."""
    return (
        +counted.figures,
        {name: +figures for name, figures in counted.graphs.items()},
        counted.links,
        counted.examples,
        counted.dates,
        counted.tables,
    )


@pytest.mark.parametrize("seed", range(40))
def test_what_is_carried_is_what_is_counted(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)  # noqa: S311  no secret
    content = {line(chance) for _ in range(chance.choice((3, 40, 120)))}
    before = LabelledStore(b"".join(content))
    counted = count_content(before, B)
    for turn in range(4):
        removed = set(chance.sample(sorted(content), chance.randrange(min(25, len(content)))))
        added = {line(chance) for _ in range(chance.randrange(25))} - content
        content = content - removed | added
        after = LabelledStore(b"".join(content))
        counted = carry(counted, exchange(removed, added, before, after), after, B)
        assert plain(counted) == plain(count_content(after, B))
        write_counts(tmp_path / "counts.json", str(turn), counted)
        found = read_counts(tmp_path / "counts.json", str(turn))
        assert found is not None
        assert plain(found) == plain(counted)
        before = after


def test_counts_of_another_release_or_cut_short_are_none(tmp_path: Path) -> None:
    path = tmp_path / "counts.json"
    assert read_counts(path, "x") is None
    write_counts(path, "y", count_content(LabelledStore(b""), B))
    assert read_counts(path, "x") is None
    path.write_text(path.read_text()[:-1])
    assert read_counts(path, "y") is None

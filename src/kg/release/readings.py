"""Two readings of all text, compared: what is the same object in both is not looked into."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from rdflib import URIRef
from rdflib.term import Node

from kg.errors import Location
from kg.ingest.corpus import Corpus
from kg.ingest.decisions import ConflictSet, IdentityDecision
from kg.ingest.graphs import reference_graph, things_graph
from kg.ingest.memory import Memory
from kg.ingest.ministries import ministries_graph
from kg.ingest.overlay import Overlay
from kg.ingest.records import TurtleFile
from kg.ingest.retirements import Retirement
from kg.ingest.sources import Claim, Source
from kg.iris import mint_iri

Triples = frozenset[tuple[Node, Node, Node]]
Decision = ConflictSet | IdentityDecision | Retirement

_NOWHERE = Location(Path())
_Part = TypeVar("_Part")
_Decision = TypeVar("_Decision", ConflictSet, IdentityDecision, Retirement)


@dataclass(frozen=True)
class Reading:
    """All text, read once, and what its files and registers state of things, part by part."""

    overlay: Overlay
    corpus: Corpus
    stated: tuple[Triples, ...]
    shared: Sequence[str]
    """What is described both in the data folder and in what was brought."""

    @classmethod
    def of(
        cls, overlay: Overlay, corpus: Corpus, shared: Sequence[str], memory: Memory
    ) -> "Reading":
        """Return the reading that a corpus is; ``memory`` is that with which it was read."""
        files = [
            memory.of("stated", [file], partial(_stated, file))
            for file in (*corpus.things, *corpus.reference)
        ]
        registers = (corpus.ministries, corpus.changes)
        ministries = memory.of(
            "ministries", registers, lambda: frozenset(ministries_graph(*registers))
        )
        return cls(overlay, corpus, (*files, ministries), shared)

    def keeps(self, triples: Triples) -> Triples:
        """Return which of some triples of the reference graph this reading states."""
        subjects = {subject for subject, _, _ in triples}
        made = things_graph(thing for thing in self.corpus.generated if thing.iri in subjects)
        return frozenset(
            triple
            for triple in triples
            if triple in made or any(triple in part for part in self.stated)
        )


def _stated(file: TurtleFile) -> Triples:
    return frozenset(reference_graph([file]))


def changed_reference(before: Reading, after: Reading) -> tuple[Triples, Triples]:
    """Return the triples of the reference graph that go, and those that come."""
    parts = _others(before.stated, after.stated)
    things = _others(before.corpus.generated, after.corpus.generated)
    old, new = (
        frozenset(things_graph(made)).union(*told) for told, made in zip(parts, things, strict=True)
    )
    gone, come = old - new, new - old
    return gone - after.keeps(gone), come - before.keeps(come)


def _others(before: Iterable[_Part], after: Iterable[_Part]) -> tuple[list[_Part], list[_Part]]:
    """Return what only the one side has, and what only the other."""
    sides = [{id(part): part for part in side} for side in (before, after)]
    one, other = (
        [part for key, part in sides[i].items() if key not in sides[1 - i]] for i in (0, 1)
    )
    return one, other


def changed_sources(before: Corpus, after: Corpus) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
    """Return the sources that went or were another, and those that came or are another."""
    sides = [{source.id: source for source in corpus.sources} for corpus in (before, after)]
    names = [
        name
        for name in sorted(sides[0].keys() | sides[1].keys())
        if not _says_the_same(sides[0].get(name), sides[1].get(name))
    ]
    old, new = (tuple(side[name] for name in names if name in side) for side in sides)
    return old, new


def _says_the_same(one: Source | None, other: Source | None) -> bool:
    if one is other or one is None or other is None:
        return one is other
    if replace(one, location=_NOWHERE, claims=()) != replace(other, location=_NOWHERE, claims=()):
        return False
    return one.claims is other.claims or _said(one) == _said(other)


def _said(source: Source) -> frozenset[Claim]:
    """Return what a source says, wherever it says so."""
    return frozenset(replace(claim, location=_NOWHERE) for claim in source.claims)


def changed_decisions(
    before: Sequence[_Decision], after: Sequence[_Decision], relabelled: Iterable[Node] = ()
) -> tuple[list[URIRef], list[_Decision]]:
    """Return the nodes of decisions that went, came or are told otherwise; and the new ones.

    Those are told otherwise that differ, or whose things have another label.
    """
    labels = frozenset(relabelled)
    old, new = ({_node(decision): decision for decision in side} for side in (before, after))
    nodes = [
        node
        for node in sorted(old.keys() | new.keys())
        if _decided(old.get(node)) != _decided(new.get(node))
        or not labels.isdisjoint(_things(new[node]))
    ]
    return nodes, [new[node] for node in nodes if node in new]


def _node(decision: Decision) -> URIRef:
    if isinstance(decision, Retirement):
        return decision.iri
    kind = "conflict" if isinstance(decision, ConflictSet) else "identity"
    return URIRef(mint_iri(kind, decision.id))


def _things(decision: Decision) -> Iterator[Node | None]:
    if isinstance(decision, IdentityDecision):
        yield from (decision.entity, decision.other)
    elif isinstance(decision, Retirement):
        yield decision.into


def _decided(decision: Decision | None) -> object:
    """Return what was decided, wherever it is written, and the names of the claims it is about."""
    if decision is None:
        return None
    fields = {**vars(decision), "location": None}
    for name in ("claims", "evidence"):
        fields[name] = [(claim.source, claim.row) for claim in fields.get(name, ())]
    return fields


def named_by(decisions: Iterable[Decision]) -> list[URIRef]:
    """Return the things that decisions name."""
    return [thing for d in decisions for thing in _things(d) if isinstance(thing, URIRef)]

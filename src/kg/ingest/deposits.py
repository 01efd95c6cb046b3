"""Deposits: RDF that somebody hands in, in any syntax, as claims of one source.

What says of a thing only which class it is of and what it is called describes the thing; every
other triple is a claim. Nothing is fetched, and nothing is guessed: what cannot be a claim is
refused with the reason.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Final

from rdflib import RDF, BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, SKOS
from rdflib.term import Node

from kg.errors import InputError, Location, RecordError
from kg.ingest.bounded import UNWANTED
from kg.ingest.graphs import article_graph_iri
from kg.ingest.memory import Memory
from kg.ingest.records import read_rdf
from kg.ingest.sources import Claim, Source
from kg.ingest.tables.facts import Fact, Triple, claims_of
from kg.ingest.tables.names import Thing
from kg.iris import parse_iri
from kg.language import LANGUAGES, Text
from kg.namespaces import CANONICAL_BASE
from kg.store import Quad
from kg.terms import ordered

MAX_TRIPLES: Final = 500_000
MAX_IRI: Final = 2000
MAX_LITERAL: Final = 2000

_IRI: Final = re.compile(r"(?:https?://|urn:[a-z0-9-]+:|mailto:|tel:)[^\s<>\"{}|\\^`]+")
_DESCRIBING: Final = frozenset((RDF.type, SKOS.prefLabel, DCTERMS.identifier))


@dataclass(frozen=True)
class Deposit:
    """What a deposit holds: the claims of its source, and things that nothing else describes."""

    claims: tuple[Claim, ...]
    things: tuple[Thing, ...]


class Described:
    """What other files state of things, asked for only by deposits that describe some."""

    def __init__(self, graphs: Iterable[Graph], memory: Memory | None = None) -> None:
        self._graphs = tuple(graphs)
        self._memory = memory or Memory()

    @cached_property
    def triples(self) -> frozenset[tuple[Node, Node, Node]]:
        """Everything that is stated."""
        of = self._memory.of
        return frozenset().union(*(of("triples", [g], partial(frozenset, g)) for g in self._graphs))

    @cached_property
    def typed(self) -> frozenset[Node]:
        """Everything of which a class is stated."""
        return frozenset(s for s, predicate, _ in self.triples if predicate == RDF.type)


def read_deposit(
    source: Source, path: Path, described: Described, memory: Memory | None = None
) -> Deposit:
    """Return what an RDF file says for a source.

    ``described`` holds the classes and labels of things that other files describe; the deposit
    may repeat them but not change them.

    Raises ``InputError`` with every fault.
    """
    memory = memory or Memory()
    claims, describing = memory.of_files(
        f"deposit {source.id}", [path], partial(_read, source, path)
    )
    things, faults = _things(describing, path, described)
    if faults:
        raise InputError(faults)
    return Deposit(claims, things)


def _read(source: Source, path: Path) -> tuple[tuple[Claim, ...], frozenset[Triple]]:
    """Return the claims, and what describes things."""
    try:
        quads = read_rdf(path)
    except RecordError as error:
        raise InputError([error]) from None
    if faults := list(_faults(quads, source, path)):
        raise InputError(faults)
    statements = {
        (q.subject, q.predicate, q.object)
        for q in quads
        if isinstance(q.subject, URIRef) and not isinstance(q.object, BNode)
    }
    describing = frozenset(triple for triple in statements if triple[1] in _DESCRIBING)
    facts = (
        Fact(triple, "stated", None, None, Location(path)) for triple in statements - describing
    )
    return tuple(claims_of(source.id, facts)), describing


def _faults(quads: list[Quad], source: Source, path: Path) -> Iterator[RecordError]:
    place = Location(path)
    if len(quads) > MAX_TRIPLES:
        yield RecordError(
            place,
            Text(
                "Lebih dari {limit} tripel; bagi menjadi beberapa setoran",
                "More than {limit} triples; split it into several deposits",
            ).format(limit=MAX_TRIPLES),
        )
        return
    blank = {t for q in quads for t in (q.subject, q.object) if isinstance(t, BNode)}
    if blank:
        yield RecordError(
            place,
            Text(
                "{count} simpul tanpa nama: klaim harus dapat dirujuk, jadi beri setiap simpul "
                "sebuah IRI (…/id/jenis/slug)",
                "{count} blank nodes: a claim must be citable, so give each node an IRI "
                "(…/id/kind/slug)",
            ).format(count=len(blank)),
        )
    own = article_graph_iri(source.id)
    for graph in sorted({str(q.graph) for q in quads if q.graph is not None} - {str(own)}):
        yield RecordError(
            place,
            Text(
                "Setoran berbicara untuk satu sumber; graf bernama lain tidak diterima",
                "A deposit speaks for one source; other named graphs are not accepted",
            ),
            graph[:80],
        )
    terms = {term for q in quads for term in (q.subject, q.predicate, q.object)}
    for term in ordered(terms - blank):
        if problem := _problem(term):
            yield RecordError(place, problem, ascii(str(term))[1:-1][:120])


def _problem(term: object) -> Text | None:
    text = str(term)
    if isinstance(term, Literal):
        if len(text) > MAX_LITERAL:
            return Text(
                "Literal lebih dari {limit} karakter", "A literal of more than {limit} characters"
            ).format(limit=MAX_LITERAL)
        if UNWANTED.search(text):
            return Text(
                "Literal berisi karakter kendali atau pembalik arah tulisan",
                "A literal with control characters, or such as turn the direction of writing",
            )
        return None
    if len(text) > MAX_IRI or UNWANTED.search(text) or not _IRI.fullmatch(text):
        return Text(
            "Bukan IRI mutlak yang diterima (http, https, urn, mailto, tel; tanpa spasi dan "
            "karakter tersembunyi)",
            "Not an absolute IRI that is accepted (http, https, urn, mailto, tel; without "
            "spaces and hidden characters)",
        )
    return None


def _things(
    describing: Iterable[Triple],
    path: Path,
    described: Described,
) -> tuple[tuple[Thing, ...], list[RecordError]]:
    by_subject: dict[URIRef, list[tuple[URIRef, URIRef | Literal]]] = defaultdict(list)
    for subject, predicate, value in describing:
        by_subject[subject].append((predicate, value))
    things, faults = [], []
    for subject, statements in sorted(by_subject.items()):
        known = subject in described.typed
        new = [
            s
            for s in statements
            if s[0] != DCTERMS.identifier and (subject, s[0], s[1]) not in described.triples
        ]
        thing = _thing(subject, statements, path) if not known else None
        if thing:
            things.append(thing)
        elif new or not known:
            faults.append(_not_a_thing(subject, path, known=known))
    return tuple(things), faults


def _thing(
    subject: URIRef, statements: list[tuple[URIRef, URIRef | Literal]], path: Path
) -> Thing | None:
    types = [value for predicate, value in statements if predicate == RDF.type]
    labels = {
        value.language: str(value)
        for predicate, value in statements
        if predicate == SKOS.prefLabel and isinstance(value, Literal)
    }
    identity = parse_iri(str(subject)) if subject.startswith(CANONICAL_BASE) else None
    count = sum(predicate == SKOS.prefLabel for predicate, _ in statements)
    if identity is None or len(types) != 1 or count != 2 or set(labels) != set(LANGUAGES):
        return None
    label = Text(*(labels[language] for language in LANGUAGES))
    return Thing(subject, URIRef(str(types[0])), label, Location(path))


def _not_a_thing(subject: URIRef, path: Path, *, known: bool) -> RecordError:
    return RecordError(
        Location(path),
        Text(
            "Sudah diterangkan di tempat lain dengan kelas atau label lain",
            "Described elsewhere already, with another class or label",
        )
        if known
        else Text(
            "Hal yang baru memerlukan satu kelas, satu label id dan satu label en, serta IRI kita",
            "A new thing needs one class, one label id and one label en, and an IRI of ours",
        ),
        str(subject)[:120],
    )

"""From what rows state to claims: one for each triple of a source, named by the triple itself."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from typing import Final

from rdflib import XSD, Literal, URIRef
from rdflib.namespace import SKOS

from kg.errors import Location
from kg.ingest.records import Row
from kg.ingest.sources import Claim
from kg.language import Text
from kg.namespaces import CANONICAL_BASE, INOV, ORG

Triple = tuple[URIRef, URIRef, URIRef | Literal]

# The property that carries the fact about a subject: the first that is claimed of it.
_PIVOTS: Final = (
    INOV.recipient,
    INOV.value,
    ORG.member,
    ORG.unitOf,
    INOV.agencyType,
    INOV.eventType,
    INOV.decisionType,
    INOV.operatedBy,
    INOV.tierOf,
    INOV.editionOf,
    INOV.categoryOf,
    ORG.postIn,
)

# Where two rows of one source state the same triple, the surest wins.
_CERTAINTIES: Final = ("stated", "quoted", "planned", "implied")

IMPLIED: Final = "implied"


@dataclass(frozen=True)
class Fact:
    """A triple that a row states, as surely as it states it."""

    triple: Triple
    certainty: str
    speaker: URIRef | None
    note: Text | None
    location: Location


class Stating:
    """Collects the triples that one row states, with the row's certainty, speaker and note."""

    def __init__(self, row: Row, speaker: URIRef | None) -> None:
        self._row = row
        self._certainty = row.values["certainty"] or "stated"
        self._speaker = speaker
        self._note = row.text("note")
        if self._certainty == "quoted" and speaker is None:
            raise row.fault(
                "speaker", Text("Kutipan memerlukan penutur", "A quote needs its speaker")
            )
        self.facts: list[Fact] = []

    def add(  # noqa: PLR0913 - a triple, and how it is said
        self,
        subject: URIRef,
        predicate: URIRef,
        value: URIRef | Literal | None,
        column: str | None = None,
        *,
        certainty: str = "",
        with_note: bool = False,
    ) -> None:
        """State a triple, unless the value is None; ``column`` is the cell that says so."""
        if value is None:
            return
        self.facts.append(
            Fact(
                triple=(subject, predicate, value),
                certainty=certainty or self._certainty,
                speaker=self._speaker,
                note=self._note if with_note else None,
                location=Location(self._row.location.file, self._row.location.row, column),
            )
        )

    def add_time(self, subject: URIRef, text: str, column: str = "date") -> None:
        """State when something was: a day as ``inov:date``, anything vaguer as ``inov:edtf``."""
        if not text:
            return
        precision = "range" if "/" in text else ("year", "month", "day")[text.count("-")]
        if precision == "day":
            self.add(subject, INOV.date, Literal(text, datatype=XSD.date), column)
        else:
            self.add(subject, INOV.edtf, Literal(text), column)
        self.add(subject, INOV.datePrecision, concept("date-precision", precision), column)

    def add_year(self, subject: URIRef, year: str) -> None:
        """State the year of an edition, both ways in which the ontology writes it."""
        self.add(subject, INOV.year, Literal(year, datatype=XSD.gYear, normalize=False), "year")
        self.add(subject, INOV.yearValue, Literal(int(year)), "year")

    def add_name(self, subject: URIRef, name: str, label: Text, column: str) -> None:
        """State a name that differs from the label of what it names."""
        if name and name not in label:
            self.add(subject, SKOS.altLabel, Literal(name, lang="id"), column)


@lru_cache(maxsize=1024)
def concept(scheme: str, notation: str) -> URIRef | None:
    """Return the IRI of a concept, None for an empty notation."""
    return URIRef(f"{CANONICAL_BASE}scheme/{scheme}/{notation}") if notation else None


def decimal(text: str) -> Literal | None:
    """Return an ``xsd:decimal`` in canonical form, None for an empty cell."""
    if not text:
        return None
    digits = f"{Decimal(text):f}"
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return Literal(digits, datatype=XSD.decimal, normalize=False)


def claims_of(source: str, facts: Iterable[Fact]) -> Iterator[Claim]:
    """Yield the claims of a source, each triple once, sorted by triple.

    A claim's id is a hash of its triple, so that rows may be moved and added while the claims
    keep their IRIs. Of the triples about one subject, the pivotal one carries the fact and the
    others elaborate it.
    """
    by_triple: dict[Triple, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_triple[fact.triple].append(fact)
    by_subject: dict[URIRef, list[tuple[str, Triple]]] = defaultdict(list)
    for triple in by_triple:
        by_subject[triple[0]].append((_as_text(triple), triple))
    for _, triples in sorted(by_subject.items()):
        pivot, _ = min(triples, key=_pivot_order)
        for text, triple in sorted(triples):
            yield _claim(source, triple, (_row(text), _row(pivot)), by_triple[triple])


def _claim(source: str, triple: Triple, rows: tuple[str, str], facts: Sequence[Fact]) -> Claim:
    ordered = sorted(facts, key=_surest) if len(facts) > 1 else facts
    best = ordered[0]
    return Claim(
        source=source,
        row=rows[0],
        fact=rows[1],
        triple=triple,
        certainty=best.certainty,
        speaker=best.speaker,
        rank="normal",
        spans=(),
        note=next((fact.note for fact in ordered if fact.note), None),
        location=best.location,
    )


def _surest(fact: Fact) -> tuple[int, str, Text, str, int]:
    row = fact.location.row or 0
    return (
        _CERTAINTIES.index(fact.certainty),
        fact.speaker or "",
        fact.note or Text("\uffff", ""),
        str(fact.location.file),
        row,
    )


def claim_row(triple: Triple) -> str:
    """Return the id that a triple gives its claim within its source."""
    return _row(_as_text(triple))


def _row(text: str) -> str:
    return f"t{sha256(text.encode()).hexdigest()[:12]}"


def _as_text(triple: Triple) -> str:
    subject, predicate, value = triple
    # An IRI needs no escaping here, for its form has been looked at; n3() would look again.
    written = value.n3() if isinstance(value, Literal) else f"<{value}>"
    return f"<{subject}> <{predicate}> {written}"


def _pivot_order(item: tuple[str, Triple]) -> tuple[int, str]:
    predicate = item[1][1]
    return (_PIVOTS.index(predicate) if predicate in _PIVOTS else len(_PIVOTS)), item[0]

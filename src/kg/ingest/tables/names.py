"""From the cells of a row to IRIs: CURIEs, names that a resolver knows, and things that are new."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, TypeVar
from typing import Literal as OneOf

from rdflib import Literal, URIRef

from kg.errors import IriError, Location
from kg.ingest.records import Row
from kg.ingest.resolution import Resolution, Resolver
from kg.ingest.tables.description import TableKind
from kg.ingest.terms import TermError, parse_name
from kg.iris import MAX_SLUG_LENGTH, compress_iri, mint_iri, parse_iri, slugify
from kg.language import Text

_CURIE: Final = re.compile(r"[a-z][a-z-]*:[A-Za-z0-9_-]+")
_NEW: Final = re.compile(r"(?:baru|new):\s+(?P<name>.+)", re.IGNORECASE)

Statement = tuple[URIRef, URIRef | Literal]
"""A property and its value."""


@dataclass(frozen=True)
class Thing:
    """Something that rows speak of and that no other file describes: class and labels.

    ``also`` are statements that belong to its description and not to any source, such as the
    data set of an observation. ``qualifier`` tells two things of one name and class apart.
    """

    iri: URIRef
    type: URIRef
    label: Text
    location: Location
    also: tuple[Statement, ...] = ()
    qualifier: Text | None = None


_Made = TypeVar("_Made")

_Step = tuple[OneOf["label", "declared", "asked", "declare", "make"], Any, Any]
"""What was asked and the answer, or what was declared or made."""

Trace = tuple[_Step, ...]
"""All that passed between names and what used them, in order."""


@dataclass
class _Spelling:
    """One way in which rows label a thing, and how many do."""

    thing: Thing
    count: int = 0


class Names:
    """What names mean in one reading of tables, and the things that the reading makes.

    ``known`` are the labels of all things that other files describe; ``resolver`` knows names,
    and without one only CURIEs, names declared in the same reading, and ``new: name`` will do.
    """

    def __init__(
        self,
        prefixes: Mapping[str, str],
        known: Mapping[URIRef, Text],
        resolver: Resolver | None = None,
    ) -> None:
        self.prefixes = prefixes
        self._known = known
        self._resolver = resolver
        self._declared: dict[tuple[str, str], URIRef] = {}
        self._made: dict[URIRef, dict[Text, _Spelling]] = defaultdict(dict)
        self._answers: dict[_Question, Resolution] = {}
        self._trace: list[_Step] = []

    def traced(self, use: Callable[[], _Made]) -> tuple[_Made, Trace]:
        """Return what comes of a use of names, and its trace."""
        self._trace = []
        made = use()
        return made, tuple(self._trace)

    def follow(self, trace: Trace) -> bool:
        """Do what a trace says was done, if all its questions have the same answers as then.

        Then it would be done again just so, for nothing else of the names is looked at. If one
        answer is another, nothing is done.
        """
        undo: list[_Step] = []
        for step in trace:
            what, key, value = step
            if what == "make":
                self._make(value)
                undo.append(step)
            elif what == "declare":
                undo.append(("declare", key, self._declared.get(key)))
                self._declared[key] = value
            else:
                found = self._answer(what, key)
                if found is not value and found != value:
                    self._undo(undo)
                    return False
        return True

    def _answer(self, what: str, key: Any) -> object:  # noqa: ANN401 - of a step
        if what == "label":
            return self._label(key)
        return self._declared.get(key) if what == "declared" else self._resolution(key)

    def _undo(self, steps: list[_Step]) -> None:
        for what, key, value in reversed(steps):
            if what == "make":
                self._unmake(value)
            elif value is None:
                del self._declared[key]
            else:
                self._declared[key] = value

    def find(self, row: Row, column: str, kind: TableKind, **hints: str) -> URIRef | None:
        """Return what a cell names, None if it is empty.

        Raises ``RecordError`` for a name that is open, with the candidates that there are, and
        for one that is said to be new.
        """
        if not row.values[column]:
            return None
        iri, name = self.look_up(row, column, kind, **hints)
        if iri is None:
            raise row.fault(
                column,
                Text(
                    "'{name}' belum dikenal; terangkan dulu di tabel jenisnya atau di data/things",
                    "'{name}' is not known; describe it first, in the table of its kind or in "
                    "data/things",
                ).format(name=name),
            )
        return iri

    def look_up(
        self, row: Row, column: str, kind: TableKind, **hints: str
    ) -> tuple[URIRef | None, str]:
        """Return what a cell names, and the name; None in place of the IRI if it is new.

        Raises ``RecordError`` for a name that is open.
        """
        text = row.values[column]
        kinds = kind.column(column).kinds
        if _CURIE.fullmatch(text):
            return self._expand(row, column, kinds), text
        if new := _NEW.fullmatch(text):
            name = new["name"].strip()
            return self._named(kinds[0], name), name
        return self._resolve(row, column, kinds, hints), text

    def _expand(self, row: Row, column: str, kinds: tuple[str, ...]) -> URIRef:
        try:
            iri = parse_name(row.values[column], self.prefixes)
        except TermError as error:
            raise row.fault(column, error.message) from None
        identity = parse_iri(str(iri))
        if identity is None or identity.kind not in kinds:
            raise row.fault(
                column,
                Text("Di sini diharapkan {kinds}", "One of {kinds} is expected here").format(
                    kinds=", ".join(f"{kind}:…" for kind in kinds)
                ),
            )
        return iri

    def _resolve(
        self, row: Row, column: str, kinds: tuple[str, ...], hints: Mapping[str, str]
    ) -> URIRef | None:
        name = row.values[column]
        for kind in kinds:
            if iri := self._named(kind, name):
                return iri
        if self._resolver is None:
            raise row.fault(column, _UNRESOLVED)
        answers = [self._ask(kind, name, hints) for kind in kinds]
        for answer in answers:
            if answer.iri is not None:
                return answer.iri
        candidates = sorted(
            (candidate for answer in answers for candidate in answer.candidates),
            key=lambda candidate: (-candidate.score, str(candidate.iri)),
        )
        if not candidates:
            return None
        raise row.fault(
            column,
            Text(
                "Nama belum pasti; pilih {choices}, atau tulis 'baru: {name}'",
                "The name is open; choose {choices}, or write 'new: {name}'",
            ).format(
                name=name,
                choices=", ".join(
                    f"{compress_iri(str(c.iri), self.prefixes)} ({c.label}, {c.score:.0f})"
                    for c in candidates[:5]
                ),
            ),
        )

    def _named(self, kind: str, name: str) -> URIRef | None:
        key = (kind, name.casefold())
        found = self._declared.get(key)
        self._trace.append(("declared", key, found))
        return found

    def _ask(self, kind: str, name: str, hints: Mapping[str, str]) -> Resolution:
        key = (kind, name, tuple(sorted(hints.items())))
        answer = self._resolution(key)
        self._trace.append(("asked", key, answer))
        return answer

    def _resolution(self, key: "_Question") -> Resolution:
        kind, name, hints = key
        if key not in self._answers and self._resolver:
            self._answers[key] = self._resolver.resolve(kind, name, dict(hints))
        return self._answers[key]

    def declare(self, kind: str, name: str, thing: Thing) -> URIRef:
        """Make a thing, and let its name stand for it in the rows that follow."""
        key = (kind, name.casefold())
        self._declared[key] = thing.iri
        self._trace.append(("declare", key, thing.iri))
        return self.make(thing)

    def make(self, thing: Thing) -> URIRef:
        """Note that a thing is spoken of, and return its IRI; several rows may make it."""
        self._trace.append(("make", thing.iri, thing))
        self._make(thing)
        return thing.iri

    def _make(self, thing: Thing) -> None:
        if thing.iri not in self._known:
            spelling = self._made[thing.iri].setdefault(thing.label, _Spelling(thing))
            spelling.count += 1

    def _unmake(self, thing: Thing) -> None:
        if thing.iri not in self._known:
            spellings = self._made[thing.iri]
            spellings[thing.label].count -= 1
            if not spellings[thing.label].count:
                del spellings[thing.label]
            if not spellings:
                del self._made[thing.iri]

    def label(self, iri: URIRef) -> Text:
        """Return the label of a thing, or its slug if it has none (the gate will say so)."""
        label = self._label(iri)
        self._trace.append(("label", iri, label))
        return label

    def _label(self, iri: URIRef) -> Text:
        if known := self._known.get(iri):
            return known
        if iri in self._made:
            return _most_used(self._made[iri]).label
        slug = str(iri).rpartition("/")[2]
        return Text(slug, slug)

    def things(self) -> Iterator[Thing]:
        """Yield the things made, each once; things of one class and name are told apart."""
        chosen = {iri: _most_used(things) for iri, things in self._made.items()}
        counts: Counter[tuple[URIRef, str]] = Counter(
            (thing.type, thing.label.id) for thing in chosen.values()
        )
        taken = {label.id for label in self._known.values()}
        for _, thing in sorted(chosen.items()):
            clash = counts[thing.type, thing.label.id] > 1 or thing.label.id in taken
            if clash and thing.qualifier:
                label = Text(
                    f"{thing.label.id} ({thing.qualifier.id})",
                    f"{thing.label.en} ({thing.qualifier.en})",
                )
                yield Thing(thing.iri, thing.type, label, thing.location, thing.also)
            else:
                yield thing


_Question = tuple[str, str, tuple[tuple[str, str], ...]]
"""A kind, a name, and the hints."""

_UNRESOLVED: Final = Text(
    "Nama ini tidak dikenal; tulis CURIE, atau 'baru: nama' untuk hal yang baru",
    "This name is not known; write a CURIE, or 'new: name' for something new",
)


def _most_used(spellings: Mapping[Text, _Spelling]) -> Thing:
    """Choose the spelling that most rows have, whatever their order."""
    if len(spellings) == 1:
        return next(iter(spellings.values())).thing
    return max(
        spellings.values(), key=lambda spelling: (spelling.count, spelling.thing.label)
    ).thing


def slug(*parts: str) -> str:
    """Return a slug of several parts; one that would be too long ends in a hash of them all.

    >>> slug("2019", "KIPP", "Top 45")
    '2019-kipp-top-45'
    """
    whole = "-".join(part if re.fullmatch(r"[a-z0-9-]+", part) else slugify(part) for part in parts)
    if len(whole) <= MAX_SLUG_LENGTH:
        return whole
    return f"{whole[: MAX_SLUG_LENGTH - 9].rstrip('-')}-{sha256(whole.encode()).hexdigest()[:8]}"


def mint(row: Row, column: str, kind: str, *parts: str) -> URIRef:
    """Return the IRI of a kind for a slug of parts; a name without a slug is the cell's fault."""
    try:
        return URIRef(mint_iri(kind, slug(*parts)))
    except IriError as error:
        raise row.fault(column, error.message) from None


def slug_of(iri: URIRef) -> str:
    """Return the slug of a thing's IRI."""
    return str(iri).rpartition("/")[2]

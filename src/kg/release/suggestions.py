"""What a curator may have meant: suggestions for results that have an obvious mending.

Pure functions over an entry and what is known of the shapes and vocabularies; nothing is changed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import OWL, SH, SKOS

from kg.language import Text
from kg.release.candidate import ontology_graph, vocabularies_graph
from kg.release.verdict import Entry, Verdict
from kg.validation import load_shapes

_REVERSED_DATE: Final = re.compile(r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})$")


@dataclass(frozen=True)
class Knowledge:
    """What suggestions are taken from: the schemes' concepts, the terms, the shapes."""

    vocabularies: Graph
    ontology: Graph
    shapes: Graph


def knowledge_of(ontology: Path) -> Knowledge:
    """Read the ontology folder for what suggestions are taken from."""
    return Knowledge(
        vocabularies_graph(ontology), ontology_graph(ontology), load_shapes(ontology).graph
    )


def with_suggestions(verdict: Verdict, knowledge: Knowledge) -> Verdict:
    """Return a verdict whose entries carry a suggestion wherever there is one."""
    entries = (
        entry if entry.advice else replace(entry, advice=suggest(entry, knowledge))
        for entry in verdict.entries
    )
    return replace(verdict, entries=tuple(entries))


def suggest(entry: Entry, knowledge: Knowledge) -> Text | None:
    """Return what may have been meant, or None where nothing is near enough."""
    for rule in _RULES:
        if (found := rule(entry, knowledge)) is not None:
            return found
    return None


def nearest_code(entry: Entry, knowledge: Knowledge) -> Text | None:
    """Suggest the concept of the scheme that the shape asks for with the most similar code."""
    scheme = _scheme_of(URIRef(entry.rule), knowledge.shapes)
    if scheme is None or entry.value is None:
        return None
    codes = {
        _code(concept): concept
        for concept in knowledge.vocabularies.subjects(SKOS.inScheme, scheme)
    }
    near = get_close_matches(_code(entry.value).lower(), codes, n=1, cutoff=0.6)
    return _meant(str(codes[near[0]])) if near else None


def other_order_of_date(entry: Entry, _knowledge: Knowledge) -> Text | None:
    """Suggest the date that ``8/10/2024`` means in Indonesia: the day comes first."""
    match = _REVERSED_DATE.match(str(entry.value or ""))
    if not match:
        return None
    day, month, year = map(int, match.groups())
    try:
        return _meant(date(year, month, day).isoformat())
    except ValueError:
        return None


def four_digits_of_year(entry: Entry, knowledge: Knowledge) -> Text | None:
    """Suggest the typed year or number for plain text that looks like one."""
    wanted = knowledge.shapes.value(URIRef(entry.rule), SH.datatype)
    value = entry.value
    if not isinstance(value, Literal) or wanted is None or value.datatype == wanted:
        return None
    typed = Literal(str(value).strip(), datatype=URIRef(str(wanted)))
    if typed.ill_typed or not re.match(r"^-?\d", str(typed)):
        return None
    return _meant(typed.n3())


def missing_language(entry: Entry, knowledge: Knowledge) -> Text | None:
    """Name the language in which a label is missing."""
    shape = URIRef(entry.rule)
    inner = knowledge.shapes.value(shape, SH.qualifiedValueShape)
    languages = inner and knowledge.shapes.value(inner, SH.languageIn)
    tag = languages and knowledge.shapes.value(languages, RDF.first)
    if tag is None or entry.value is not None:
        return None
    return Text(f'Tambahkan label dalam bahasa "{tag}"', f'Add a label in language "{tag}"')


def known_term(entry: Entry, knowledge: Knowledge) -> Text | None:
    """Suggest the declared class or property that differs in case or by a letter."""
    for term in (entry.value, entry.path):
        if not isinstance(term, URIRef) or "#" not in term:
            continue
        namespace = term.partition("#")[0] + "#"
        terms = {
            str(known)
            for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
            for known in knowledge.ontology.subjects(RDF.type, kind)
            if str(known).startswith(namespace)
        }
        if terms and str(term) not in terms:
            by_case = {known.lower(): known for known in terms}
            near = get_close_matches(str(term).lower(), by_case, n=1, cutoff=0.9)
            if near:
                return _meant(by_case[near[0]])
    return None


def schema_by_https(entry: Entry, _knowledge: Knowledge) -> Text | None:
    """Suggest https for schema.org, whose terms are often written with http."""
    for term in (entry.value, entry.path):
        if isinstance(term, URIRef) and term.startswith("http://schema.org/"):
            return _meant(str(term).replace("http://", "https://", 1))
    return None


def trimmed(entry: Entry, _knowledge: Knowledge) -> Text | None:
    """Suggest an IRI or a code without white space and capitals where only these are wrong."""
    value = entry.node if entry.value is None else entry.value
    plain = re.sub(r"\s+", "-", str(value).strip()).lower()
    if isinstance(value, URIRef) and "/id/" in value and plain != str(value):
        return _meant(plain)
    return None


_RULES: Final[tuple[Callable[[Entry, Knowledge], Text | None], ...]] = (
    schema_by_https,
    other_order_of_date,
    four_digits_of_year,
    missing_language,
    nearest_code,
    known_term,
    trimmed,
)


def _scheme_of(shape: URIRef, shapes: Graph) -> URIRef | None:
    """Return the scheme whose concepts a property shape asks for."""
    for inner in shapes.objects(shape, SH.node):
        for part in shapes.objects(inner, SH.property):
            scheme = shapes.value(part, SH.hasValue)
            if shapes.value(part, SH.path) == SKOS.inScheme and isinstance(scheme, URIRef):
                return scheme
    return None


def _code(term: object) -> str:
    return re.split(r"[/#]", str(term))[-1]


def _meant(text: str) -> Text:
    return Text(f"Maksudnya {text}?", f"Did you mean {text}?")

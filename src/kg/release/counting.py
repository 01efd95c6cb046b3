"""All that a description needs to know of the content of a release, asked of its store.

It is kept in the release's folder, so that the next release, which differs little, can go on from
there (``kg.release.carrying``) and need not be counted anew.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rdflib import RDF, XSD, Literal, URIRef

from kg.iris import rebase
from kg.namespaces import INOV
from kg.release.statistics import Figures, measure, measure_graphs
from kg.release.tables import GRAPHS
from kg.store import Term
from kg.store.release import Queryable

COUNTS: Final = "counts.json"

NOT_LINKS: Final = frozenset((RDF.type, RDF.predicate, RDF.object))
"""Properties that lead to other hosts and are no links of things."""

_HOST: Final = re.compile(r"(https?://[^/]+/)")


@dataclass(frozen=True)
class Counted:
    """What a store says about itself when it is asked: all that a description needs of it.

    ``examples`` names one instance of each class; ``links`` counts the triples that lead from
    things to another host, by host and property; ``dates`` are the first and the last date;
    ``tables`` are the classes that a table is made of; ``described`` is what the description
    added to the figures, of this release or of the one before.
    """

    figures: Figures
    graphs: Mapping[URIRef, Figures]
    links: Mapping[tuple[str, str], int]
    examples: Mapping[str, URIRef]
    dates: tuple[Literal, Literal] | None
    tables: frozenset[str] = frozenset()
    described: Figures = field(default_factory=Counter)


def count_content(store: Queryable, base: str) -> Counted:
    """Ask a store that holds the content of a release for everything that is told of it."""
    return Counted(
        figures=measure(store, base),
        graphs=measure_graphs(store, base),
        links=_count_links(store, base),
        examples=_find_examples(store, base),
        dates=find_dates(store, base),
        tables=_find_tables(store, base),
    )


def write_counts(path: Path, identifier: str, counted: Counted) -> None:
    """Keep what was counted of the release of that identifier."""
    document = {
        "figures": rows_of(counted.figures),
        "described": rows_of(counted.described),
        "graphs": {
            str(name): {key[0]: number for key, number in sorted(figures.items())}
            for name, figures in sorted(counted.graphs.items())
        },
        "links": [[*key, number] for key, number in sorted(counted.links.items())],
        "examples": dict(sorted(counted.examples.items())),
        "dates": [str(date) for date in counted.dates or ()],
        "tables": sorted(counted.tables),
    }
    keep(path, identifier, document)


def read_counts(path: Path, identifier: str) -> Counted | None:
    """Return what was counted of a release; None if that is not there or not whole."""
    document = kept(path, identifier)
    if document is None:
        return None
    first_and_last = [_date(text) for text in document["dates"]]
    return Counted(
        figures=figures_of(document["figures"]),
        described=figures_of(document["described"]),
        graphs={
            URIRef(name): Counter({(key,): number for key, number in figures.items()})
            for name, figures in document["graphs"].items()
        },
        links={(host, predicate): number for host, predicate, number in document["links"]},
        examples={name: URIRef(iri) for name, iri in document["examples"].items()},
        dates=(first_and_last[0], first_and_last[1]) if first_and_last else None,
        tables=frozenset(document["tables"]),
    )


def keep(path: Path, identifier: str, document: Mapping[str, object]) -> None:
    """Keep as JSON what the next release goes on from, for the release of that identifier."""
    told = {"identifier": identifier, **document}
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def kept(path: Path, identifier: str) -> Mapping[str, Any] | None:
    """Return what ``keep`` kept; None if it is missing, cut short or of another release."""
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return document if document.get("identifier") == identifier else None


def rows_of(figures: Figures) -> list[list[object]]:
    """Return figures as rows in order, each a key and its number; zeros are left out."""
    return [[*key, number] for key, number in sorted(figures.items()) if number]


def figures_of(rows: Iterable[list[Any]]) -> Figures:
    """Return the figures that ``rows_of`` made rows of."""
    return Figures({tuple(row[:-1]): row[-1] for row in rows})


def is_entity(term: Term, base: str) -> bool:
    """Say whether a term is a thing or stands in a vocabulary: what examples are taken from."""
    return isinstance(term, URIRef) and str(term).startswith((f"{base}id/", f"{base}scheme/"))


def host_of(iri: str) -> str | None:
    """Return the host that a link leads to, None for what is no address.

    >>> host_of("https://www.wikidata.org/entity/Q1")
    'https://www.wikidata.org/'
    """
    match = _HOST.match(iri)
    host = match[1] if match else str(iri)
    return host if host.startswith("http") else None


_LINKS: Final = """
SELECT ?host ?p (COUNT(*) AS ?n) WHERE {
  { SELECT DISTINCT ?s ?p ?o WHERE {
      GRAPH ?g { ?s ?p ?o }
      FILTER (isIRI(?o) && !STRSTARTS(STR(?o), "%(base)s") && ?g != <%(base)sgraph/release>)
      FILTER (STRSTARTS(STR(?s), "%(base)sid/") || STRSTARTS(STR(?s), "%(base)sscheme/"))
      FILTER (?p NOT IN (rdf:type, rdf:predicate, rdf:object))
  } }
  BIND (REPLACE(STR(?o), "^(https?://[^/]+/).*$", "$1") AS ?host)
  FILTER (STRSTARTS(?host, "http"))
} GROUP BY ?host ?p"""
_PREFIX: Final = f"PREFIX rdf: <{RDF}>\n"

_TABLES: Final = """
SELECT DISTINCT ?class WHERE {
  { ?s a ?class } UNION { GRAPH ?g { ?s a ?class } VALUES ?g { %(graphs)s } }
  FILTER (isIRI(?s) && isIRI(?class)
    && (STRSTARTS(STR(?s), "%(base)sid/") || STRSTARTS(STR(?s), "%(base)sscheme/")))
}"""

_EXAMPLES: Final = """
SELECT ?class (MIN(STR(?s)) AS ?example) WHERE {
  %(only)s ?s a ?class FILTER (isIRI(?s) && isIRI(?class)
    && (STRSTARTS(STR(?s), "%(base)sid/") || STRSTARTS(STR(?s), "%(base)sscheme/")))
} GROUP BY ?class"""

_DATES: Final = """
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT (MIN(STR(?o)) AS ?first) (MAX(STR(?o)) AS ?last) WHERE {
  ?s ?p ?o FILTER (STRSTARTS(STR(?p), "%(inov)s"))
  FILTER (DATATYPE(?o) IN (xsd:date, xsd:gYearMonth, xsd:gYear))
}"""
DATE_TYPES: Final[Mapping[int, URIRef]] = {4: XSD.gYear, 7: XSD.gYearMonth, 10: XSD.date}


def _count_links(store: Queryable, base: str) -> Mapping[tuple[str, str], int]:
    rows = store.select(_PREFIX + _LINKS % {"base": base})
    return {(str(row["host"]), str(row["p"])): int(str(row["n"])) for row in rows}


def _find_tables(store: Queryable, base: str) -> frozenset[str]:
    graphs = " ".join(f"<{base}graph/{name}>" for name in GRAPHS)
    rows = store.select(_TABLES % {"base": base, "graphs": graphs})
    return frozenset(str(row["class"]) for row in rows)


def _find_examples(store: Queryable, base: str) -> Mapping[str, URIRef]:
    rows = store.select(_EXAMPLES % {"base": base, "only": ""})
    return {str(row["class"]): URIRef(str(row["example"])) for row in rows}


def find_example(store: Queryable, base: str, name: URIRef) -> URIRef | None:
    """Return the example of one class, None if it has none."""
    only = f"VALUES ?class {{ {name.n3()} }}"
    rows = store.select(_EXAMPLES % {"base": base, "only": only})
    return next((URIRef(str(row["example"])) for row in rows), None)


def find_dates(store: Queryable, base: str) -> tuple[Literal, Literal] | None:
    """Return the first and the last date that a store tells of, None if there is none."""
    row = store.select(_DATES % {"inov": rebase(str(INOV), base)})[0]
    if "first" not in row:
        return None
    return _date(str(row["first"])), _date(str(row["last"]))


def _date(text: str) -> Literal:
    return Literal(text, datatype=DATE_TYPES[len(text)], normalize=False)

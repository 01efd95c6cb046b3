"""Content negotiation: the rules of RFC 9110, and the headers that real clients send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.sparql.formats import DOCUMENTS, GRAPHS, PROBLEM_JSON, SOLUTIONS, Format
from kg.sparql.negotiation import choose_format

RULES: list[tuple[str | None, tuple[Format, ...], str | None]] = [
    # a header that is missing, empty or unreadable accepts everything
    (None, SOLUTIONS, "json"),
    ("", SOLUTIONS, "json"),
    (" , ,", SOLUTIONS, "json"),
    ("nonsense", SOLUTIONS, "json"),
    ("*/*", SOLUTIONS, "json"),
    ("*", SOLUTIONS, "json"),
    # exact types, in any case, with white space
    ("text/csv", SOLUTIONS, "csv"),
    ("TEXT/CSV", SOLUTIONS, "csv"),
    ("  text/csv\t", SOLUTIONS, "csv"),
    # aliases
    ("application/json", SOLUTIONS, "json"),
    ("application/json", GRAPHS, "jsonld"),
    ("application/xml", SOLUTIONS, "xml"),
    ("application/xml", GRAPHS, "rdf"),
    # nothing fits
    ("image/png", SOLUTIONS, None),
    ("text/turtle", SOLUTIONS, None),
    ("text/html", GRAPHS, None),
    ("text/csv;q=0", SOLUTIONS, None),
    ("*/*;q=0", SOLUTIONS, None),
    # weights
    ("text/csv;q=0.5, text/tab-separated-values;q=0.6", SOLUTIONS, "tsv"),
    ("text/csv;q=0.5, application/json;q=0.501", SOLUTIONS, "json"),
    ("text/csv;Q=0.5, text/tab-separated-values ; q = 0.6", SOLUTIONS, "tsv"),
    ("text/csv;q=.5, text/tab-separated-values;q=.6", SOLUTIONS, "tsv"),
    ("text/csv;q=1.000, text/tab-separated-values;q=0.999", SOLUTIONS, "csv"),
    ("text/csv;q=2, text/tab-separated-values;q=0.1", SOLUTIONS, "tsv"),
    ("text/csv;q=high, text/tab-separated-values;q=0.1", SOLUTIONS, "tsv"),
    ("text/csv;q=-1, text/tab-separated-values;q=0.1", SOLUTIONS, "tsv"),
    # the more specific range decides
    ("*/*, application/sparql-results+json;q=0", SOLUTIONS, "xml"),
    ("text/*;q=0.9, text/csv;q=0.1, */*;q=0.2", SOLUTIONS, "tsv"),
    ("text/*", SOLUTIONS, "csv"),
    ("application/*", GRAPHS, "jsonld"),
    ("application/json, application/sparql-results+json;q=0.1, text/csv;q=0.5", SOLUTIONS, "csv"),
    # ties: what was named wins over what fell under a wildcard, then our order
    ("text/tab-separated-values, text/csv", SOLUTIONS, "csv"),
    ("text/csv, */*", SOLUTIONS, "csv"),
    ("*/*, text/csv", SOLUTIONS, "csv"),
    ("text/csv;q=0.9, */*", SOLUTIONS, "json"),
    # parameters make no difference
    ("text/csv; charset=utf-8", SOLUTIONS, "csv"),
    ("application/sparql-results+json; charset=utf-8;q=0.3, text/csv;q=0.2", SOLUTIONS, "json"),
    ('application/ld+json;profile="http://www.w3.org/ns/json-ld#x, a;q=0"', GRAPHS, "jsonld"),
    ('text/turtle;x="\\",text/plain";q=0.1, application/n-triples;q=0.2', GRAPHS, "nt"),
    # problem documents
    ("application/sparql-results+json", (PROBLEM_JSON,), None),
    ("application/json", (PROBLEM_JSON,), "json"),
]


@pytest.mark.parametrize(("accept", "offers", "expected"), RULES)
def test_negotiation_follows_the_rules(
    accept: str | None, offers: tuple[Format, ...], expected: str | None
) -> None:
    chosen = choose_format(accept, offers)
    assert (chosen.suffix if chosen else None) == expected


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9"
CLIENTS: list[tuple[str, str | None, str | None, str | None, str | None]] = [
    # client, header, then what it must get for SELECT, CONSTRUCT and a document
    ("Firefox", f"{BROWSER},*/*;q=0.8", "xml", "rdf", "html"),
    (
        "Chrome",
        (
            f"{BROWSER},image/avif,image/webp,image/apng,*/*;q=0.8,"
            "application/signed-exchange;v=b3;q=0.7"
        ),
        "xml",
        "rdf",
        "html",
    ),
    ("Safari", f"{BROWSER},*/*;q=0.8", "xml", "rdf", "html"),
    ("curl", "*/*", "json", "ttl", "ttl"),
    ("wget", "*/*", "json", "ttl", "ttl"),
    ("requests", "*/*", "json", "ttl", "ttl"),
    ("urllib and pandas", None, "json", "ttl", "ttl"),
    ("fetch of a browser", "*/*", "json", "ttl", "ttl"),
    ("Java", "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "json", "ttl", "html"),
    (
        "SPARQLWrapper JSON",
        "application/sparql-results+json,application/json,text/javascript,application/javascript",
        "json",
        "jsonld",
        "jsonld",
    ),
    ("SPARQLWrapper XML", "application/sparql-results+xml", "xml", None, None),
    ("SPARQLWrapper CSV", "text/csv", "csv", None, None),
    ("SPARQLWrapper TSV", "text/tab-separated-values", "tsv", None, None),
    ("SPARQLWrapper Turtle", "application/turtle,text/turtle", None, "ttl", "ttl"),
    (
        "SPARQLWrapper N3",
        "application/turtle,text/turtle,text/rdf+n3,application/n-triples,application/n3,text/n3",
        None,
        "ttl",
        "ttl",
    ),
    ("SPARQLWrapper RDF/XML", "application/rdf+xml", None, "rdf", "rdf"),
    (
        "SPARQLWrapper JSON-LD",
        "application/ld+json,application/x-json+ld",
        None,
        "jsonld",
        "jsonld",
    ),
    (
        "rdflib SPARQLStore",
        "application/sparql-results+xml, application/rdf+xml",
        "xml",
        "rdf",
        "rdf",
    ),
    ("rdflib parse turtle", "text/turtle, application/x-turtle, */*;q=0.1", "json", "ttl", "ttl"),
    ("rdflib parse xml", "application/rdf+xml, */*;q=0.1", "json", "rdf", "rdf"),
    (
        "rdflib parse json-ld",
        "application/ld+json, application/json;q=0.9, */*;q=0.1",
        "json",
        "jsonld",
        "jsonld",
    ),
    (
        "Jena select",
        (
            "application/sparql-results+json, application/sparql-results+xml;q=0.9,"
            " text/tab-separated-values;q=0.7, text/csv;q=0.5, application/json;q=0.2,"
            " application/xml;q=0.2, */*;q=0.1"
        ),
        "json",
        "jsonld",
        "jsonld",
    ),
    (
        "Jena graph",
        (
            "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,"
            "application/rdf+xml;q=0.7,*/*;q=0.3"
        ),
        "json",
        "ttl",
        "ttl",
    ),
    (
        "RDF4J",
        (
            "application/x-binary-rdf-results-table;q=0.8, application/sparql-results+json;q=0.8,"
            " application/json;q=0.8, application/sparql-results+xml;q=0.8, text/csv;q=0.8"
        ),
        "json",
        "jsonld",
        "jsonld",
    ),
    (
        "rapper",
        (
            "application/rdf+xml, text/rdf;q=0.6, text/turtle, application/x-turtle,"
            " application/turtle, application/n-triples, application/json,"
            " application/rdf+json, text/n3;q=0.3,"
            " application/trig, text/html;q=0.2, application/xhtml+xml;q=0.4, */*;q=0.1"
        ),
        "json",
        "ttl",
        "ttl",
    ),
    (
        "Comunica bindings",
        "application/sparql-results+json;q=1.0,application/sparql-results+xml;q=0.7",
        "json",
        None,
        None,
    ),
    (
        "Comunica dereferencing",
        (
            "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,"
            "application/n-triples;q=0.8,text/turtle;q=0.6,application/rdf+xml;q=0.5,"
            "application/json;q=0.45,text/n3;q=0.35,application/xml;q=0.3,image/svg+xml;q=0.3,"
            "text/xml;q=0.2,text/html;q=0.2,application/xhtml+xml;q=0.18"
        ),
        "json",
        "nq",
        "nq",
    ),
    ("YASGUI select", "application/sparql-results+json,*/*;q=0.9", "json", "ttl", "ttl"),
    ("YASGUI graph", "text/turtle,*/*;q=0.9", "json", "ttl", "ttl"),
    (
        "OWL API and Protégé",
        (
            "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1,"
            " */*; q=0.09"
        ),
        "xml",
        "rdf",
        "rdf",
    ),
    ("jQuery JSON", "application/json, text/javascript, */*; q=0.01", "json", "jsonld", "jsonld"),
    ("an image tag", "image/avif,image/webp,image/png,image/svg+xml", None, None, None),
]


@pytest.mark.parametrize(
    ("header", "select", "construct", "document"),
    [case[1:] for case in CLIENTS],
    ids=[case[0] for case in CLIENTS],
)
def test_a_real_client_gets_what_it_can_read(
    header: str | None, select: str | None, construct: str | None, document: str | None
) -> None:
    chosen = [choose_format(header, offers) for offers in (SOLUTIONS, GRAPHS, DOCUMENTS)]
    assert [item.suffix if item else None for item in chosen] == [select, construct, document]


def test_the_tables_are_complete() -> None:
    assert len(RULES) >= 40
    assert len(CLIENTS) >= 30


@given(st.text(max_size=200))
def test_no_header_breaks_negotiation(header: str) -> None:
    assert choose_format(header, SOLUTIONS) in {*SOLUTIONS, None}


@given(st.lists(st.sampled_from([f'{item.media_type};p="{i},"' for i, item in enumerate(GRAPHS)])))
def test_what_is_chosen_was_asked_for(ranges: list[str]) -> None:
    chosen = choose_format(",".join(ranges), GRAPHS)
    assert chosen is not None
    assert not ranges or any(item.startswith(chosen.media_type) for item in ranges)

"""Content negotiation: the rules of RFC 9110, and the headers that real clients send."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

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


CLIENTS = tomllib.loads((Path(__file__).parents[1] / "accept.toml").read_text(encoding="utf-8"))[
    "client"
]


@pytest.mark.parametrize("client", CLIENTS, ids=[client["name"] for client in CLIENTS])
def test_a_real_client_gets_what_it_can_read(client: Mapping[str, str]) -> None:
    for kind, offers in (("select", SOLUTIONS), ("construct", GRAPHS), ("document", DOCUMENTS)):
        chosen = choose_format(client.get("accept"), offers)
        assert (chosen.suffix if chosen else None) == client.get(kind), kind


def test_the_tables_are_complete() -> None:
    assert len(RULES) >= 40
    assert len(CLIENTS) >= 35


@given(st.text(max_size=200))
def test_no_header_breaks_negotiation(header: str) -> None:
    assert choose_format(header, SOLUTIONS) in {*SOLUTIONS, None}


@given(st.lists(st.sampled_from([f'{item.media_type};p="{i},"' for i, item in enumerate(GRAPHS)])))
def test_what_is_chosen_was_asked_for(ranges: list[str]) -> None:
    chosen = choose_format(",".join(ranges), GRAPHS)
    assert chosen is not None
    assert not ranges or any(item.startswith(chosen.media_type) for item in ranges)

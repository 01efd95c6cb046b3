"""SERVICE calls are found, refused or replaced; what comes back cannot break out of its block."""

import json
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.language import LANGUAGES
from kg.sparql.errors import (
    ForbiddenOperationError,
    ForbiddenServiceError,
    TooManyCallsError,
    UnreadableSolutionsError,
)
from kg.sparql.federation import MAX_CALLS, Allowed, ServiceCall, inline, without_calls
from kg.sparql.outline import outline_query
from kg.sparql.prologue import resolve
from kg.sparql.solutions import read_solutions, unbound_block

E = "http://remote.example/sparql"
HERE = "http://here.example/a/sparql"
ALLOWED = Allowed(frozenset({E, "http://remote.example/x,y", "https://x.example/"}), HERE)


def calls_of(query: str) -> tuple[ServiceCall, ...]:
    return outline_query(query, ALLOWED).calls


FOUND = [
    (f"ASK {{ SERVICE <{E}> {{ ?s ?p ?o }} }}", E, False, "{ ?s ?p ?o }"),
    (f"ASK{{service<{E}>{{}}}}", E, False, "{}"),
    (f"ASK {{ SERVICE SILENT <{E}> {{}} }}", E, True, "{}"),
    (f"ASK {{ sErViCe#x\nSilent # {{\n\t<{E}>#y\n{{}} }}", E, True, "{}"),
    (f"PREFIX e: <{E}> ASK {{ SERVICE e: {{}} }}", E, False, "{}"),
    ("PREFIX e: <http://remote.example/> ASK { SERVICE e:sparql {} }", E, False, "{}"),
    ("PREFIX SILENT: <http://remote.example/> ASK { SERVICE SILENT:sparql {} }", E, False, "{}"),
    (
        "PREFIX e: <http://remote.example/> ASK { SERVICE e:x\\,y {} }",
        "http://remote.example/x,y",
        False,
        "{}",
    ),
    ("BASE <http://remote.example/a/b> ASK { SERVICE <../sparql> {} }", E, False, "{}"),
    ("BASE <http://remote.example/> BASE <x/> ASK { SERVICE </sparql> {} }", E, False, "{}"),
    ("BASE <http://remote.example/> PREFIX e: <s> ASK { SERVICE e:parql {} }", E, False, "{}"),
    ("PREFIX e: <urn:x> PREFIX e: <//remote.example/> ASK{SERVICE e:sparql{}}", E, False, "{}"),
    ("ASK { SERVICE <//remote.example/sparql> {} }", E, False, "{}"),
    ("ASK { SERVICE <http://remote.example/\\u0073parql> {} }", E, False, "{}"),
    (f"ASK {{ OPTIONAL {{ SERVICE <{E}> {{{{}} UNION {{}}}} }} }}", E, False, "{{} UNION {}}"),
    (f"ASK {{ {{ SELECT * {{ SERVICE <{E}> {{}} }} }} }}", E, False, "{}"),
    (f"ASK {{ FILTER EXISTS {{ SERVICE <{E}> {{ ?x ?y '}}' }} }} }}", E, False, "{ ?x ?y '}' }"),
    (f"ASK {{ SERVICE <{E}> {{ # }}\n?x ?y 1 }} }}", E, False, "{ ?x ?y 1 }"),
    (f"ASK {{ SERVICE <{E}> {{ FILTER(?a<'x>}}') }} }}", E, False, "{ FILTER(?a<'x>}') }"),
    (f"DESCRIBE ?x {{ SERVICE <{E}> {{ ?x a 'SERVICE' }} }}", E, False, "{ ?x a 'SERVICE' }"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "endpoint", "is_silent", "group"), FOUND)
def test_a_call_is_found_with_its_parts(
    query: str, endpoint: str, group: str, *, is_silent: bool
) -> None:
    (call,) = calls_of(query)
    assert (call.endpoint, call.is_silent, call.group) == (endpoint, is_silent, group)
    assert query[call.start :].upper().startswith("SERVICE")
    assert query[call.end - 1] == "}"
    before = query[: call.start].split("\n")
    assert (call.line, call.column) == (len(before), len(before[-1]) + 1)
    assert outline_query(query, ALLOWED).volatile
    with pytest.raises(ForbiddenOperationError) as caught:
        outline_query(query)
    assert (caught.value.line, caught.value.column) == (call.line, call.column)


@pytest.mark.parametrize("query", [case[0] for case in FOUND])
def test_the_text_without_calls_is_a_query_of_the_same_shape(query: str) -> None:
    text = without_calls(query, calls_of(query))
    ox.Store().query(text, base_iri=HERE)
    assert not calls_of(text)
    assert [len(line) for line in text.split("\n")] == [len(line) for line in query.split("\n")]


REFUSED = [
    ("ASK { SERVICE ?e {} }", 7, "variable"),
    ("ASK { SERVICE SILENT $e {} }", 7, "variable"),
    ("ASK { SERVICE <http://remote.example/sparql/> {} }", 7, "not on the list"),
    ("ASK { SERVICE <http://remote.example:80/sparql> {} }", 7, "not on the list"),
    ("ASK { SERVICE <HTTP://remote.example/sparql> {} }", 7, "not on the list"),
    ("ASK { SERVICE <http://remote.example/x/../sparql> {} }", 7, "not on the list"),
    ("ASK { SERVICE <http://remote.example/sparql\\u0020> {} }", 7, "understood"),
    ("ASK { SERVICE <sparql> {} }", 7, f"<{HERE}> is not on the list"),
    ("ASK { SERVICE none:x {} }", 7, "understood"),
    ("ASK { SERVICE 'x' {} }", 7, "understood"),
    ("ASK { SERVICE", 7, "understood"),
    ("ASK { SERVICE {} }", 7, "understood"),
    (f"ASK {{ SERVICE <{E}> }}", 7, "understood"),
    (f"ASK {{ SERVICESILENT <{E}> {{}} }}", 7, "understood"),
    (f"ASK {{ trueSERVICE <{E}> {{}} }}", 11, "understood"),
    ("PREFIX e: <http://remote.example/sparql> ASK { SERVICEe: {} }", 48, "understood"),
    ("PREFIX : <http://remote.example/> ASK { SERVICE:sparql{} }", 41, "understood"),
    (f"ASK {{ SERVICE <{E}> {{ SERVICE <{E}> {{}} }} }}", 48, "inside"),
    (f"ASK {{ SERVICE <{E}> {{ FILTER EXISTS {{ SERVICE ?x {{}} }} }} }}", 64, "inside"),
    (f"ASK {{ SERVICE <{E}> {{}} SERVICE <urn:x> {{}} }}", 49, "not on the list"),
]


@pytest.mark.parametrize(("query", "column", "why"), REFUSED)
def test_a_call_that_is_not_allowed_is_named_with_its_place(
    query: str, column: int, why: str
) -> None:
    with pytest.raises(ForbiddenServiceError) as caught:
        outline_query(query, ALLOWED)
    error = caught.value
    assert (error.construct, error.line) == ("SERVICE", 1)
    assert query[error.column - 1 :].startswith("SERVICE")
    assert error.column == column
    assert why in error.explain("en")
    assert all(E in error.explain(language) for language in LANGUAGES)


def test_calls_are_counted() -> None:
    call = f"SERVICE <{E}> {{}} "
    assert len(calls_of(f"ASK {{ {call * MAX_CALLS} }}")) == MAX_CALLS
    with pytest.raises(TooManyCallsError) as caught:
        calls_of(f"ASK {{ {call * MAX_CALLS}\n {call} }}")
    assert (caught.value.line, caught.value.column) == (2, 2)


def test_a_query_without_calls_is_left_alone() -> None:
    query = "SELECT ?service { ?service ?p 'SERVICE <urn:x> {}' } # SERVICE"
    assert calls_of(query) == ()
    assert not outline_query(query, ALLOWED).volatile
    assert inline(query, (), {}) == without_calls(query, ()) == query


def test_only_what_a_call_needs_is_declared() -> None:
    query = f"""VERSION "1.2" BASE <http://base.example/x/> PREFIX a: <../> PREFIX b: <urn:b>
    PREFIX a: <y> # a remark
    ASK {{ SERVICE <{E}> {{ ?s a:p 'b:x' # b:y\n }} SERVICE <{E}> {{ <z> ?p b:x }} ?a ?b 1 }}"""
    first, second = calls_of(query)
    version = 'VERSION "1.2"\n'
    a = "PREFIX a: <http://base.example/x/y>\n"
    assert first.prologue == version + a
    assert second.prologue == version + "BASE <http://base.example/x/>\nPREFIX b: <urn:b>\n"
    assert first.remote_query(["s"]) == f"{version}{a}SELECT ?s WHERE {{ ?s a:p 'b:x' }}"
    assert first.remote_query([]) == f"{version}{a}SELECT * WHERE {{ ?s a:p 'b:x' }}"
    assert first.scope_query() == f"{version}{a}SELECT * WHERE {{ ?s a:p 'b:x' }} LIMIT 0"


def test_what_stands_apart_stays_apart_and_what_does_not_does_not() -> None:
    group = "{ ?s a-b:p?/^ex:q 'x'@en,1.5 ; <p>  -2.\n ?a ?b 'x'^^ex:t FILTER(?a<?b) }"
    (call,) = calls_of(f"ASK {{ SERVICE <{E}> {group} }}")
    assert call.group == group.replace("  ", " ").replace("\n", "")


def test_each_call_gives_way_to_its_own_block() -> None:
    query = f"ASK {{ SERVICE <{E}> {{ ?a }} ?x ?y ?z SERVICE SILENT <{E}> {{ ?b }} FILTER(1) }}"
    first, second = calls_of(query)
    assert inline(query, (first, second), {first: "ONE", second: "TWO"}) == (
        "ASK { ONE ?x ?y ?z TWO FILTER(1) }"
    )


# RFC 3986, section 5.4, without the fragment of a base, which is never resolved against.
REFERENCES = [
    ("g:h", "g:h"), ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"),
    ("/g", "http://a/g"), ("//g", "http://g"), ("?y", "http://a/b/c/d;p?y"),
    ("g?y", "http://a/b/c/g?y"), ("#s", "http://a/b/c/d;p?q#s"), ("g#s", "http://a/b/c/g#s"),
    ("g?y#s", "http://a/b/c/g?y#s"), (";x", "http://a/b/c/;x"), ("g;x", "http://a/b/c/g;x"),
    ("", "http://a/b/c/d;p?q"), (".", "http://a/b/c/"), ("./", "http://a/b/c/"),
    ("..", "http://a/b/"), ("../", "http://a/b/"), ("../g", "http://a/b/g"),
    ("../..", "http://a/"), ("../../", "http://a/"), ("../../g", "http://a/g"),
    ("../../../g", "http://a/g"), ("/./g", "http://a/g"), ("/../g", "http://a/g"),
    ("g.", "http://a/b/c/g."), (".g", "http://a/b/c/.g"), ("g..", "http://a/b/c/g.."),
    ("./../g", "http://a/b/g"), ("./g/.", "http://a/b/c/g/"), ("g/./h", "http://a/b/c/g/h"),
    ("g/../h", "http://a/b/c/h"), ("g;x=1/../y", "http://a/b/c/y"),
    ("g?y/../x", "http://a/b/c/g?y/../x"), ("g#s/../x", "http://a/b/c/g#s/../x"),
    ("http:g", "http:g"), ("?", "http://a/b/c/d;p?"), ("#", "http://a/b/c/d;p?q#"),
]  # fmt: skip


@pytest.mark.parametrize(("reference", "expected"), REFERENCES)
def test_references_are_resolved_as_the_rfc_and_the_engine_do(
    reference: str, expected: str
) -> None:
    base = "http://a/b/c/d;p?q"
    assert resolve(reference, base) == expected
    if reference != "http:g":  # which is no IRI of its scheme
        solutions = ox.Store().query(f"SELECT (<{reference}> AS ?x) {{}}", base_iri=base)
        assert isinstance(solutions, ox.QuerySolutions)
        assert next(solutions)["x"] == ox.NamedNode(expected)


def test_the_tables_are_complete() -> None:
    assert len(FOUND) >= 20
    assert len(REFUSED) >= 19
    assert len(REFERENCES) >= 38
    assert len(UNREADABLE) >= 20
    assert len(USUAL_IRIS) >= 15


LETTERS = st.characters(
    exclude_categories=["Cc", "Cs", "Cn", "Co", "Zs"], exclude_characters='<>"{}|^`\\[]%'
)
# RFC 3987, section 2.2: neither tags nor what ends a plane may stand in an IRI.
IRI_LETTERS = LETTERS.filter(
    lambda letter: not 0xE0000 <= ord(letter) < 0xE1000 and ord(letter) & 0xFFFE != 0xFFFE
)
IRIS = st.text(IRI_LETTERS, max_size=9).map(lambda text: "urn:x:" + text)
TYPES = st.sampled_from(["http://www.w3.org/2001/XMLSchema#string", "urn:type", "urn:t?a#b"])
TERMS = st.one_of(
    IRIS.map(lambda iri: {"type": "uri", "value": iri}),
    st.text().map(lambda text: {"type": "literal", "value": text}),
    st.tuples(st.text(), st.sampled_from(["en", "id", "de-at", "zh-hant-tw"])).map(
        lambda pair: {"type": "literal", "value": pair[0], "xml:lang": pair[1]}
    ),
    st.tuples(st.text(), TYPES).map(
        lambda pair: {"type": "literal", "value": pair[0], "datatype": pair[1]}
    ),
)
ROWS = st.lists(st.dictionaries(st.sampled_from(["a", "b", "ñ_1"]), TERMS), max_size=4)


def document(rows: object) -> bytes:
    return json.dumps({"head": {"vars": []}, "results": {"bindings": rows}}).encode()


def normal(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows without the type that every plain string has."""
    string = "http://www.w3.org/2001/XMLSchema#string"
    return [
        {
            name: {key: value for key, value in term.items() if value != string or key == "value"}
            for name, term in row.items()
        }
        for row in rows
    ]


@settings(deadline=None)
@given(ROWS)
def test_every_term_goes_through_a_block_as_it_is(rows: list[dict[str, Any]]) -> None:
    block = read_solutions(document(rows), ["a", "b", "ñ_1"], 10)
    solutions = ox.Store().query(f"SELECT ?a ?b ?ñ_1 {{ {block.text} }}")
    assert isinstance(solutions, ox.QuerySolutions)
    found = json.loads(bytes(solutions.serialize(format=ox.QueryResultsFormat.JSON) or b""))
    assert normal(found["results"]["bindings"]) == normal(rows)
    assert block.rows == len(rows)


ODD_IRIS = st.lists(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from(
            ["//", "/", "?", "#", "[::1]", "[1]", ":80", "@", "%41", "%4", "x", "..", ":"]
        ),
    ),
    max_size=6,
).map(lambda parts: "http:" + "".join(parts))


@settings(max_examples=500, deadline=None)
@given(ODD_IRIS)
def test_an_iri_passes_where_the_engine_takes_it(iri: str) -> None:
    try:
        text = read_solutions(row(type="uri", value=iri), ["a"], 1).text
    except UnreadableSolutionsError:
        return
    solutions = ox.Store().query(f"SELECT ?a {{ {text} }}")
    assert isinstance(solutions, ox.QuerySolutions)
    assert next(solutions)["a"] == ox.NamedNode(iri)


USUAL_IRIS = [
    "http://dbpedia.org/resource/Kota_(Indonesia)",
    "http://www.wikidata.org/entity/Q252",
    "https://id.wikipedia.org/wiki/Café_'x'!*$&+,;=",
    "http://user:p@example.org:8080/a;b=1?c=d&e#f/g?",
    "http://[2001:db8::7]/c=GB?one",
    "urn:oasis:names:x",
    "tel:+1-816",
    "mailto:a@example.org",
    "data:,x%20y",
    "http://例え.jp/パス?ク=%E3%81",
    "http://x",
    "http://x?",
    "http://x#",
    "http://x:/",
    "file:///etc",
    "urn:uuid:f",
]


@pytest.mark.parametrize("iri", USUAL_IRIS)
def test_a_valid_iri_passes(iri: str) -> None:
    assert (
        read_solutions(row(type="uri", value=iri), ["a"], 1).text == f"VALUES (?a) {{ (<{iri}>) }}"
    )


@pytest.mark.parametrize("variables", [[], ["a"], ["a", "b"]])
@pytest.mark.parametrize("rows", [0, 1, 3])
def test_blocks_keep_their_number_of_rows(variables: list[str], rows: int) -> None:
    block = read_solutions(document([{}] * rows), variables, 3)
    found = ox.Store().query(f"SELECT * {{ {block.text} }}")
    assert isinstance(found, ox.QuerySolutions)
    assert [v.value for v in found.variables] == variables
    assert len(list(found)) == rows
    silent = ox.Store().query(f"SELECT * {{ {unbound_block(variables).text} }}")
    assert len(list(silent)) == 1  # type: ignore[arg-type]


def row(**members: object) -> bytes:
    return document([{"a": {"type": "literal", "value": "x", **members}}])


UNREADABLE = [
    (b"", "unreadable"),
    (b"\xff", "unreadable"),
    (b"[]", "unreadable"),
    (b"[" * 100_000, "unreadable"),
    (b'{"results": {}}', "unreadable"),
    (b'{"results": null}', "unreadable"),
    (b'{"head": {}, "boolean": true}', "unreadable"),
    (b'{"results": {"bindings": ' + b"9" * 100_000 + b"}}", "unreadable"),
    (document({}), "unreadable"),
    (document([[]]), "unreadable"),
    (document([{"b": {"type": "uri", "value": "urn:x"}}]), "unreadable"),
    (document([{"a": "x"}]), "unreadable"),
    (row(value=1), "unreadable"),
    (row(value="\ud800"), "unreadable"),
    (row(type="number"), "unreadable"),
    (row(type="uri", value="x"), "invalid-iri"),
    (row(type="uri", value="urn:x> <urn:y"), "invalid-iri"),
    (row(type="uri", value="urn:x y"), "invalid-iri"),
    (row(type="uri", value="http://x/100%"), "invalid-iri"),
    (row(type="uri", value="http://[::x]/"), "invalid-iri"),
    (row(datatype="x"), "invalid-iri"),
    (row(datatype="urn:x>"), "invalid-iri"),
    (row(**{"xml:lang": "en x"}), "unreadable"),
    (row(**{"xml:lang": "en", "its:dir": "up"}), "unreadable"),
    (row(type="bnode"), "blank-node"),
    (document([{}] * 4), "too-many-rows"),
]


@pytest.mark.parametrize(("content", "reason"), UNREADABLE)
def test_what_cannot_stand_in_a_block_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableSolutionsError) as caught:
        read_solutions(content, ["a"], 3)
    assert caught.value.reason == reason
    assert all(caught.value.explain(language) for language in LANGUAGES)

"""What is refused before the engine sees it, and what the tokens of a query tell."""

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.language import LANGUAGES
from kg.sparql.errors import ForbiddenOperationError, QueryTooDeepError, QueryTooLongError
from kg.sparql.outline import MAX_BYTES, MAX_DEPTH, outline_query

PREFIX = "PREFIX service: <urn:service:> PREFIX ex: <urn:ex:>\n"


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("SELECT * {}", "select"),
        ("ask{}", "ask"),
        ("BASE <urn:x> PREFIX a: <b> VERSION '1.2' Construct { ?s ?p ?o } {}", "construct"),
        ("# SELECT\nDESCRIBE <urn:x>", "describe"),
        ("SELECTDISTINCT * {}", "select"),
        ("nonsense", None),
        ("", None),
        ("# only a comment", None),
    ],
)
def test_the_query_form_is_found(query: str, form: str | None) -> None:
    assert outline_query(query).form == form


@pytest.mark.parametrize(
    ("query", "star"),
    [
        ("SELECT * {}", 7),
        ("SELECT*{}", 6),
        ("SELECT DISTINCT # *\n*{}", 20),
        ("select reduced * {}", 15),
        ("SELECT ?x { ?x (<urn:p>)* ?y }", None),
        ("SELECT (COUNT(*) AS ?n) {}", None),
        ("ASK { { SELECT * {} } }", None),
    ],
)
def test_the_star_of_the_outermost_select_is_found(query: str, star: int | None) -> None:
    assert outline_query(query).star == star
    assert star is None or query[star] == "*"


def test_variables_stand_in_order_of_appearance() -> None:
    query = "SELECT * { ?z $a ?m . OPTIONAL { ?a ?b '?no' } FILTER(?z != <urn:?x>) # ?c\n }"
    assert outline_query(query).variables == ("z", "a", "m", "b")


def test_undeclared_prefixes_are_named() -> None:
    query = PREFIX + "ASK { ex:a foo:b service:c ; :d foo:e }"
    assert outline_query(query).undeclared == ("foo", "")


@pytest.mark.parametrize(
    ("query", "volatile"),
    [
        ("SELECT (NOW() AS ?t) {}", True),
        ("SELECT (struuid() AS ?t) {}", True),
        ("CONSTRUCT { _:b <urn:p> ?o } { ?s ?p ?o }", True),
        ("CONSTRUCT { [] <urn:p> ?o } { ?s ?p ?o }", True),
        ("SELECT * { [] ?p 'NOW' ; ?rand _:b }", False),
        ("CONSTRUCT { ?s <urn:now> ?o } { ?s ?p ?o }", False),
    ],
)
def test_a_query_that_answers_differently_each_time_is_known(query: str, *, volatile: bool) -> None:
    assert outline_query(query).volatile is volatile


FORBIDDEN = [
    ("SELECT * { SERVICE <urn:x> { ?s ?p ?o } }", "SERVICE", 12),
    ("SELECT * { service silent ?x { ?s ?p ?o } }", "SERVICE", 12),
    ("ASK{SeRvIcE<urn:x>{}}", "SERVICE", 5),
    ("ASK { FILTER EXISTS { SERVICE <urn:x> {} } }", "SERVICE", 23),
    ("ASK { SERVICE#x\n<urn:x> {} }", "SERVICE", 7),
    ("PREFIX ex: <urn:> ASK { SERVICEex:a {} }", "SERVICE", 25),
    ("PREFIX ex: <urn:> ASK { SERVICESILENTex:a {} }", "SERVICE", 25),
    ("ASK { ?s ?p trueSERVICE <urn:x> {} }", "SERVICE", 17),
    ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", "INSERT", 1),
    ("PREFIX a: <urn:> delete where { ?s ?p ?o }", "DELETE", 18),
    ("LOAD <file:///etc/passwd>", "LOAD", 1),
    ("CLEAR ALL", "CLEAR", 1),
    ("CREATE GRAPH <urn:g>", "CREATE", 1),
    ("DROP ALL", "DROP", 1),
    ("COPY DEFAULT TO <urn:g>", "COPY", 1),
    ("MOVE DEFAULT TO <urn:g>", "MOVE", 1),
    ("ADD DEFAULT TO <urn:g>", "ADD", 1),
    ("WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", "WITH", 1),
]


@pytest.mark.parametrize(("query", "construct", "column"), FORBIDDEN)
def test_an_operation_that_is_never_carried_out_is_named(
    query: str, construct: str, column: int
) -> None:
    with pytest.raises(ForbiddenOperationError) as caught:
        outline_query(query)
    error = caught.value
    assert (error.construct, error.line, error.column) == (construct, 1, column)
    assert all(construct in error.explain(language) for language in LANGUAGES)


HARMLESS = [
    "SELECT * { ?s ?p 'SERVICE <urn:x> {}' }",
    'SELECT * { ?s ?p """ " SERVICE <urn:x> {} """ }',
    "SELECT * { ?s ?p 'it\\'s a SERVICE' }",
    "SELECT * { ?s ?p 'x' } # SERVICE <urn:x> {}",
    "SELECT * { <urn:SERVICE> <urn:x/LOAD#SERVICE> ?o }",
    "SELECT ?service $load { ?service ?load ?SERVICE }",
    "SELECT * { service:x service:y service:SERVICE }",
    "SELECT * { GRAPH service:g { ?s ?p ?o } }",
    "SELECT * FROM service:g { ?s ?p ?o }",
    "SELECT * FROM NAMED service:g { ?s ?p ?o }",
    "DESCRIBE service:x { ?s ?p ?o }",
    "SELECT * { ?s ?p 'x'@service }",
    "SELECT * { _:service ?p 1, service:a }",
    "SELECT * { ?s service:p/service:q+ ?o }",
    "SELECT * { ?s ?p ?o FILTER(?o IN (service:a)) }",
    "CONSTRUCT { ?s service:p ?o } WHERE { ?s ?p ?o }",
]


@pytest.mark.parametrize("query", HARMLESS)
def test_a_name_that_looks_like_an_operation_is_let_pass(query: str) -> None:
    outline_query(PREFIX + query)
    ox.Store().query(PREFIX + query)


def test_the_tables_are_complete() -> None:
    assert len(FORBIDDEN) >= 18
    assert len(HARMLESS) >= 16


@pytest.mark.parametrize(("opening", "closing"), [("{", "}"), ("(", ")"), ("[", "]")])
def test_deep_nesting_is_refused_with_its_place(opening: str, closing: str) -> None:
    outline_query("ASK\n" + opening * MAX_DEPTH + closing * MAX_DEPTH)
    with pytest.raises(QueryTooDeepError) as caught:
        outline_query("ASK\n" + opening * 10_000)
    assert (caught.value.line, caught.value.column) == (2, MAX_DEPTH + 1)


@pytest.mark.parametrize("sign", ["!", "-", "+", "^"])
def test_long_runs_of_signs_are_refused(sign: str) -> None:
    with pytest.raises(QueryTooDeepError):
        outline_query("ASK { FILTER(" + f"{sign} " * 10_000 + "1) }")


def test_brackets_in_strings_do_not_nest() -> None:
    outline_query("ASK { ?s ?p '" + "(" * 10_000 + "' }")


def test_a_long_query_is_refused() -> None:
    outline_query("#" + "x" * (MAX_BYTES - 1))
    with pytest.raises(QueryTooLongError):
        outline_query("#" + "é" * (MAX_BYTES // 2))


# What surrounds an operation, or looks like one, in a query that the engine can parse.
DECOYS = st.sampled_from(
    [
        "?s ?p 'SERVICE <urn:x> { }' .",
        '?s ?p """a"SERVICE""\n""" .',
        "?s ?p '\\'SERVICE' .",
        "# SERVICE <urn:x> { }\n",
        "<urn:SERVICE> ?SERVICE service:SERVICE .",
        "?s ?p ?o FILTER(?o < 5 && ?p > 3) .",
        "OPTIONAL { ?a ?b 'x'@service }",
        "GRAPH service:g { ?s ?p ?o }",
        "{ ?a ?b ?c } UNION { ?a <urn:#> ?c }",
        "VALUES ?v { 'SERVICE' service:x UNDEF }",
        "?s ?p ?o .",
        "?x ?y true .",
        "BIND('}' AS ?z{n})",
    ]
)
SERVICES = st.sampled_from(
    [
        "SERVICE <http://127.0.0.1:1/> { ?s ?p ?o }",
        "SERVICE\n#x\n<http://127.0.0.1:1/>{}",
        "service <http://127.0.0.1:1/> {}",
        "SERVICEex:x {}",
        "SERVICE service:x{}",
    ]
)
LOCAL = PREFIX.replace("urn:", "http://127.0.0.1:1/")


def assemble(pieces: list[str]) -> str:
    inner = " ".join(piece.replace("{n}", str(n)) for n, piece in enumerate(pieces))
    return f"{LOCAL}SELECT * {{ {inner} }}"


@given(st.lists(DECOYS, max_size=8))
def test_decoys_are_never_refused(decoys: list[str]) -> None:
    query = assemble(decoys)
    ox.Store().query(query)
    outline_query(query)


@given(st.lists(DECOYS, max_size=5), SERVICES, st.lists(DECOYS, max_size=5))
def test_a_service_among_decoys_is_found_where_it_stands(
    before: list[str], service: str, after: list[str]
) -> None:
    query = assemble([*before, service, *after])
    with pytest.raises(ForbiddenOperationError) as caught:
        outline_query(query)
    start = len(assemble([*before, ""])) - len(" }")
    line = query[:start].count("\n") + 1
    assert (caught.value.construct, caught.value.line) == ("SERVICE", line)
    assert query[start:].startswith(service)


SOUP_PIECES = """SERVICE SILENT <http://127.0.0.1:1/> ex:x service:x ?x ?y { } { } . ; 'a' "b"
true 1 FILTER ( ) < > # GRAPH OPTIONAL UNION a \'\'\' \'\' ' " \\ <urn:""".split()  # noqa: SIM905  a list is less readable
SOUP = st.lists(
    st.one_of(
        st.sampled_from(["SERVICEex:x {}", "SERVICE <http://127.0.0.1:1/> {", "}", "?s ?p ?o"]),
        st.sampled_from([*SOUP_PIECES, "\n", " ", "?x SERVICE"]),
    ),
    max_size=8,
)


@settings(max_examples=400, deadline=None)
@given(SOUP, st.sampled_from(["", " "]))
def test_no_service_slips_through_to_the_engine(soup: list[str], glue: str) -> None:
    query = f"{LOCAL}SELECT * {{ {glue.join(soup)} }}"
    try:
        list(ox.Store().query(query))  # type: ignore[arg-type]
    except OSError:
        with pytest.raises(ForbiddenOperationError):
            outline_query(query)
    except (SyntaxError, RuntimeError):
        return

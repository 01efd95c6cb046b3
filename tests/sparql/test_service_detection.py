"""The lexer says that a query calls SERVICE where the engine's parser does, and nowhere else.

The engine is asked by letting it run: each branch of a UNION is evaluated, and SERVICE to a port
that nothing may use ends in an ``OSError`` at once.
"""

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from kg.sparql.errors import ForbiddenOperationError, QueryTooDeepError
from kg.sparql.federation import Allowed
from kg.sparql.outline import outline_query

NOWHERE = "http://127.0.0.1:1/"
PROLOGUE = f"PREFIX service: <{NOWHERE}service> PREFIX ex: <{NOWHERE}> "

OPERANDS = st.sampled_from(
    [
        "?a", "?service", "1", "-1", "1.5", "true", "(1)", "'x'", "'x'@en", "'x'^^ex:t",
        "'x>y'", "'>'", "'#>'", '"}"', '"SERVICE <u> {"', "'''>\n'''", "?b#c\n", "?b#>'\n",
        f"<{NOWHERE}#i>", "<urn:SERVICE>", "ex:a", "service:b", "STR(?a)", "ex:f(1,2)",
        "BOUND(?a)", "EXISTS{?s ?p ?o}", "IF(?a<1,?b>2,'>')", "!?a",
    ]
)  # fmt: skip
OPERATORS = st.sampled_from(
    ["<", "<", "<", "<", "<=", ">", ">=", "=", "!=", "&&", "||", "+", "-", "*", "/", " < ", "<\n"]
)
EXPRESSIONS = st.lists(st.tuples(OPERATORS, OPERANDS), max_size=4).flatmap(
    lambda rest: OPERANDS.map(lambda first: first + "".join(map("".join, rest)))
)
SHAPES = st.sampled_from(
    [
        "FILTER({e})",
        "BIND({e} AS ?z)",
        "FILTER(({e})||{e})",
        "?s ?p ?o FILTER ex:g({e})",
        "FILTER(?a IN ({e},{e}))",
        "{ SELECT ({e} AS ?q) {} ORDER BY ({e}) DESC({e}) }",
        "{ SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING({e}) }",
        "FILTER(EXISTS{FILTER({e})})",
    ]
)
SERVICES = st.sampled_from(
    [
        f"SERVICE <{NOWHERE}> {{}}",
        f"SERVICE\n<{NOWHERE}>{{}}",
        f"service<{NOWHERE}>{{?s ?p 'z'}}",
        f"SERVICE # SILENT {{\n <{NOWHERE}#x> {{ ?s ?p '}}' }}",
        "SERVICE ex:x{}",
        "SERVICE service:{}",
        "SERVICEex:x {}",
    ]
)
DECOYS = st.sampled_from(
    [
        "?s ?p 'SERVICE'",
        "?s ?p ?o",
        "# SERVICE {\n",
        "?service service:SERVICE _:SERVICE",
        "GRAPH service:g { ?s ?p ?o }",
        "VALUES (?x ?y) { (<urn:a#b> <urn:c#d>) ('x' <urn:'e>) (UNDEF 'SERVICE') }",
        "?s ex:p (?x <urn:a'b>) , 'SERVICE'",
        "?s ?p <urn:x'> , <urn:SERVICE'#>",
        "?s (<urn:'a>|ex:b)/<urn:b'> 'it'",
        "?s a (1 <urn:'>)",
        "?s ?p [ ex:q <urn:'a> ; ex:r 'SERVICE' ]",
        "FILTER ex:f(?a<'>')",
        "?s ex:p 'x' FILTER regex(?x,'y')",
        "{ SELECT (COUNT(DISTINCT <urn:'x>) AS ?m) { ?s ?p ?o } HAVING(1<'>'&&?x>'') }",
    ]
)
COMPARISONS = st.tuples(SHAPES, EXPRESSIONS).map(lambda pair: pair[0].replace("{e}", pair[1]))
BRANCHES = st.lists(st.one_of(SERVICES, DECOYS, COMPARISONS, COMPARISONS), min_size=1, max_size=4)


def engine_calls(query: str) -> bool | None:
    """Say whether the engine calls SERVICE; None if it takes the text for no query."""
    try:
        list(ox.Store().query(query))  # type: ignore[arg-type]
    except OSError:
        return True
    except (SyntaxError, RuntimeError):
        return None
    return False


def lexer_calls(query: str, allowed: Allowed | None = None) -> bool:
    try:
        return bool(outline_query(query, allowed).calls)
    except ForbiddenOperationError as error:
        return error.construct == "SERVICE"


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(BRANCHES)
def test_lexer_and_engine_agree_on_what_calls_a_service(branches: list[str]) -> None:
    union = " UNION".join(f"{{ {branch} }}" for branch in branches)
    query = f"{PROLOGUE}SELECT * {{ {union} }}"
    calls = engine_calls(query)
    assume(calls is not None)
    event(f"calls: {calls}")
    allowed = Allowed(frozenset({NOWHERE, NOWHERE + "x"}), NOWHERE)
    try:
        assert lexer_calls(query) is calls
        assert lexer_calls(query, allowed) is calls
    except QueryTooDeepError:
        return


AMBIGUOUS = [
    ("SELECT * { ?s ?p ?a FILTER(?a<'x>y') SERVICE ex:x { ?s ?p 'z' } }", True),
    ("SELECT * { FILTER(?a<'x')SERVICE#>\nex:x { ?s ?p 'z' } }", True),
    ("SELECT * { { FILTER('x'<<urn:#i>) } UNION { SERVICE ex:x {} } }", True),
    ("SELECT * { FILTER(?b<?a#>'''\n) SERVICE ex:x {} #'''\n }", True),
    ("SELECT * { FILTER(?a<'x>y SERVICE ') ?s ?p 'z' }", False),
    ("SELECT * { VALUES (?a ?b) { (ex:a <urn:'x>) } ?s ?p 'SERVICE ex:x {}' }", False),
    ("SELECT * { ?s ex:p (?a <urn:'x>) , 'SERVICE' }", False),
]


@pytest.mark.parametrize(("query", "calls"), AMBIGUOUS)
def test_a_text_of_two_readings_is_read_as_the_engine_does(query: str, *, calls: bool) -> None:
    # The engine calls only what it comes to: what it reads, it reads without a filter too.
    store = ox.Store()
    if not calls:
        list(store.query(PROLOGUE + query))  # type: ignore[arg-type]
    else:
        with pytest.raises(OSError, match="port"):
            list(store.query(PROLOGUE + query.replace("?s ?p ?a FILTER", "FILTER")))  # type: ignore[arg-type]
    assert lexer_calls(PROLOGUE + query) is calls

"""The competency questions get the expected answers from a built release.

The form of the files is described in ``kg.questions``.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

import pytest
from rdflib import OWL, RDF, XSD, Graph, Literal, URIRef
from rdflib.compare import graph_diff, to_isomorphic
from rdflib.query import Result
from rdflib.term import Node

from kg.namespaces import INOV, read_prefixes
from kg.questions import Question, read_questions
from kg.release.publication import Release
from kg.store import QueryPool

ROOT = Path(__file__).parents[2]
ONTOLOGY = ROOT / "ontology"
PREFIXES = read_prefixes(ONTOLOGY)
QUESTIONS = read_questions(ONTOLOGY / "competency")

LISTED = {*range(1, 38)} - {7, 13, 17, 22, 25, 29, 32, 34, 36}
"""The numbers of the questions that were set; those from 101 on are additions."""

Row = Mapping[str, Node]

each_question = pytest.mark.parametrize(
    "question", QUESTIONS, ids=lambda question: question.path.stem
)


WHOLE = 200
"""Questions from this number on are asked of all data, the others of the articles alone."""


@pytest.fixture(scope="module")
def pools() -> Iterator[dict[Path, QueryPool]]:
    """Keep a pool for each release that is asked, by the path of its store."""
    with ExitStack() as stack:
        yield _Pools(stack)


class _Pools(dict[Path, QueryPool]):
    def __init__(self, stack: ExitStack) -> None:
        super().__init__()
        self._stack = stack

    def __missing__(self, path: Path) -> QueryPool:
        pool = QueryPool(path, workers=1, timeout=60, memory=2048, queue=4, result_limit=64)
        return self.setdefault(path, self._stack.enter_context(pool))


@pytest.fixture
def pool(
    question: Question, pools: dict[Path, QueryPool], request: pytest.FixtureRequest
) -> QueryPool:
    """Answer queries about a release as the endpoint does."""
    name = "repository_release" if question.number >= WHOLE else "small_release"
    release = request.getfixturevalue(name)
    assert isinstance(release, Release)
    return pools[release.store_path]


def solutions(pool: QueryPool, query: str) -> tuple[list[str], list[Row]]:
    answer = pool.run(query, solutions="application/sparql-results+json")
    with answer.spool as document:
        result = Result.parse(document, format="json")
    if result.type == "ASK":
        return ["ask"], [{"ask": Literal(result.askAnswer)}]
    rows: list[Row] = [{str(name): term for name, term in row.items()} for row in result.bindings]
    return [str(name) for name in result.vars or ()], rows


def graph(pool: QueryPool, query: str) -> Graph:
    answer = pool.run(query, graph="application/n-triples")
    with answer.spool as document:
        return Graph().parse(document, format="nt")


def read_rows(path: Path) -> tuple[list[str], list[Row]]:
    """Return the columns and rows of an expected answer; an empty cell is an unbound variable."""
    with path.open(encoding="utf-8", newline="") as file:
        columns, *lines = csv.reader(file, strict=True)
    assert all(len(line) == len(columns) for line in lines), f"{path.name}: a row is too short"
    terms = read_terms({cell for line in lines for cell in line if cell})
    return columns, [
        {name: terms[cell] for name, cell in zip(columns, line, strict=True) if cell}
        for line in lines
    ]


def read_terms(cells: set[str]) -> Mapping[str, Node]:
    """Read cells as Turtle, under the prefixes of the project."""
    names = {cell: URIRef(f"urn:cell:{number}") for number, cell in enumerate(sorted(cells))}
    head = [f"@prefix {prefix}: <{iri}> ." for prefix, iri in PREFIXES.items()]
    body = [f"<{name}> <urn:is> {cell} ." for cell, name in names.items()]
    document = Graph().parse(data="\n".join(head + body), format="turtle")
    return {cell: next(document.objects(name)) for cell, name in names.items()}


def comparable(rows: Sequence[Row], *, in_order: bool) -> list[list[tuple[str, ...]]]:
    """Make numbers compare by value and datatype, everything else by term."""
    keys = [sorted((name, *_key(term)) for name, term in row.items()) for row in rows]
    return keys if in_order else sorted(keys)


def _key(term: Node) -> tuple[str, ...]:
    if isinstance(term, Literal) and term.datatype in (XSD.decimal, XSD.integer):
        return (str(Decimal(str(term)).normalize()), str(term.datatype))
    return (term.n3(),)


def is_ordered(question: Question) -> bool:
    return re.search(r"\bORDER\s+BY\b", question.query) is not None


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(each, marks=pytest.mark.whole if each.number >= WHOLE else ())
        for each in QUESTIONS
    ],
    ids=lambda question: question.path.stem,
)
def test_answer_is_the_expected_one(question: Question, pool: QueryPool) -> None:
    if question.form in ("CONSTRUCT", "DESCRIBE"):
        expected = Graph().parse(question.path.with_suffix(".ttl"), format="turtle")
        found = graph(pool, question.query)
        _, missing, surplus = graph_diff(to_isomorphic(expected), to_isomorphic(found))
        assert (sorted(missing), sorted(surplus)) == ([], [])
        return
    columns, wanted = read_rows(question.path.with_suffix(".csv"))
    names, rows = solutions(pool, question.query)
    assert names == columns
    in_order = is_ordered(question)
    assert comparable(rows, in_order=in_order) == comparable(wanted, in_order=in_order)


@each_question
def test_expected_answer_says_something(question: Question) -> None:
    if question.form in ("CONSTRUCT", "DESCRIBE"):
        assert Graph().parse(question.path.with_suffix(".ttl"), format="turtle")
    else:
        _, rows = read_rows(question.path.with_suffix(".csv"))
        assert rows
        assert any(rows)


@each_question
def test_prefixes_declared_are_those_used_and_canonical(question: Question) -> None:
    declared = dict(re.findall(r"^PREFIX ([\w-]+): <([^>]+)>$", question.query, re.MULTILINE))
    assert declared == {prefix: PREFIXES[prefix] for prefix in declared}
    assert set(declared) == {prefix for prefix, _ in prefixed_names(question.query)}


def prefixed_names(query: str) -> Iterator[tuple[str, str]]:
    """Yield prefix and local name of every prefixed name of a query."""
    code = re.sub(r'<[^>\s]*>|"[^"\n]*"|#[^\n]*|^PREFIX .*$', " ", query, flags=re.MULTILINE)
    yield from re.findall(r"(?<![\w?:-])([a-z][\w-]*):([\w-]+)", code)


def test_every_answer_belongs_to_a_question() -> None:
    files = {path for path in (ONTOLOGY / "competency").iterdir() if path.suffix != ".rq"}
    forms = {"CONSTRUCT": ".ttl", "DESCRIBE": ".ttl"}
    assert files == {
        question.path.with_suffix(forms.get(question.form, ".csv")) for question in QUESTIONS
    }


def test_all_listed_questions_and_many_more_are_asked() -> None:
    numbers = {question.number for question in QUESTIONS}
    assert {number for number in numbers if number < 100} == LISTED
    assert len(numbers) >= 90


def test_questions_use_every_query_form() -> None:
    assert {question.form for question in QUESTIONS} == {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}


def test_questions_touch_most_terms_of_the_ontology(capsys: pytest.CaptureFixture[str]) -> None:
    terms = own_terms()
    touched = {
        name
        for question in QUESTIONS
        for prefix, name in prefixed_names(question.query)
        if prefix == "inov"
    }
    share = len(touched & terms) / len(terms)
    with capsys.disabled():
        untouched = ", ".join(sorted(terms - touched))
        print(f"\n{share:.0%} of {len(terms)} terms touched; untouched: {untouched}")  # noqa: T201
    assert touched <= terms
    assert share >= 0.95


def own_terms() -> set[str]:
    """Return the local names of the classes and properties of our own namespace."""
    ontology = Graph().parse(ONTOLOGY / "ontology.ttl", format="turtle")
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
    nodes = {str(node) for kind in kinds for node in ontology.subjects(RDF.type, kind)}
    return {node.removeprefix(str(INOV)) for node in nodes if node.startswith(str(INOV))}

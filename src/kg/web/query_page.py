"""Running a query for the query page, and its result as a table of linked terms."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from rdflib import XSD, BNode, Literal, URIRef

from kg.errors import KgError
from kg.sparql.formats import RESULTS_JSON, TURTLE
from kg.sparql.lexer import find_token, locate
from kg.sparql.outline import outline_query
from kg.sparql.protocol import QueryRequest
from kg.store import Answer, Term
from kg.store.errors import QuerySyntaxError
from kg.web.execution import Wanted, run_query
from kg.web.federation import get_federation
from kg.web.presentation import Link, Phrase, Presenter
from kg.web.record import note_answer, watch_query

_SHOWN_ROWS: Final = 500
_SHOWN_CHARACTERS: Final = 200_000
_NUMBERS: Final = frozenset({XSD.integer, XSD.decimal, XSD.double, XSD.float})


@dataclass(frozen=True)
class Cell:
    """A term in a table."""

    link: Link
    is_number: bool = False


@dataclass(frozen=True)
class Result:
    """An answer to be shown: rows, or a truth value, or RDF as text.

    ``total`` counts all rows, of which ``rows`` may be the first few. A volatile result may be
    another one each time.
    """

    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Cell | None]] = ()
    total: int = 0
    truth: bool | None = None
    text: str | None = None
    is_cut: bool = False
    is_volatile: bool = False


@dataclass(frozen=True)
class Problem:
    """Why a query has no answer, and where in its text."""

    explanation: str
    status: int
    line: int | None = None
    column: int | None = None
    before: str = ""
    here: str = ""
    after: str = ""


def ask(text: str, presenter: Presenter) -> Result | Problem:
    """Run a query as the endpoint would, in a worker process that can be killed."""
    try:
        outline = outline_query(text, get_federation().allowed)
        with watch_query(text):
            answer = run_query(QueryRequest(text), outline, Wanted(RESULTS_JSON, TURTLE))
            note_answer(answer)
        return replace(show_answer(answer, presenter), is_volatile=outline.volatile)
    except QuerySyntaxError as error:
        return _show_syntax_error(error, text, presenter)
    except KgError as error:
        return Problem(error.explain(presenter.language), error.http_status)


def show_answer(answer: Answer, presenter: Presenter) -> Result:
    """Return an answer as the page shows it, and close it."""
    with answer.spool as spool:
        if answer.kind == "graph":
            text = spool.read(_SHOWN_CHARACTERS).decode("utf-8", "ignore")
            return Result(text=text, is_cut=answer.size > _SHOWN_CHARACTERS)
        document = json.load(spool)
    if answer.kind == "ask":
        return Result(truth=bool(document["boolean"]))
    return _table(document, presenter)


def _table(document: Mapping[str, Any], presenter: Presenter) -> Result:
    columns = document["head"]["vars"]
    bindings = document["results"]["bindings"]
    rows = [
        [_cell(binding[name], presenter) if name in binding else None for name in columns]
        for binding in bindings[:_SHOWN_ROWS]
    ]
    return Result(columns, rows, len(bindings), is_cut=len(bindings) > _SHOWN_ROWS)


def _cell(binding: Mapping[str, str], presenter: Presenter) -> Cell:
    term = _term(binding)
    if isinstance(term, URIRef):
        name = presenter.name(term)
        return Cell(Link(name, presenter.links.to(term), str(term)))
    if isinstance(term, Literal):
        # A result shows the literal as it is: a reader may want to query for it.
        return Cell(Link(Phrase(str(term), term.language)), term.datatype in _NUMBERS)
    return Cell(Link(Phrase(f"_:{term}")))


def _term(binding: Mapping[str, str]) -> Term:
    """Read a term (SPARQL 1.1 Query Results JSON Format, section 3.2.2)."""
    value = binding["value"]
    if binding["type"] == "uri":
        return URIRef(value)
    if binding["type"] == "bnode":
        return BNode(value)
    datatype = binding.get("datatype")
    return Literal(
        value,
        lang=binding.get("xml:lang"),
        datatype=URIRef(datatype) if datatype else None,
        normalize=False,
    )


def _show_syntax_error(error: QuerySyntaxError, query: str, presenter: Presenter) -> Problem:
    """Return a syntax error with the line of the query that it points at."""
    explained = error.explain(presenter.language)
    token = find_token(query, error.line, error.column) if error.line and error.column else None
    if token is None:
        return Problem(explained, error.http_status)
    line, column = locate(query, token.offset)
    text = query.split("\n")[line - 1]
    here = token.text.partition("\n")[0]
    before, after = text[: column - 1], text[column - 1 + len(here) :]
    return Problem(explained, error.http_status, line, column, before, here, after)

"""Running a query from outside: for the endpoint and for the query page alike."""

import json
import select
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from flask import request

from kg.sparql.errors import NotAcceptableError
from kg.sparql.formats import GRAPHS, SOLUTIONS, Format
from kg.sparql.lexer import find_token
from kg.sparql.outline import Outline, QueryForm
from kg.sparql.protocol import QueryRequest
from kg.store import Answer, Columns
from kg.store.errors import NotAcceptableKindError, QuerySyntaxError
from kg.web.federation import inline_calls
from kg.web.state import get_state


@dataclass(frozen=True)
class Wanted:
    """The formats that a client likes best; None where it accepts none that we offer."""

    solutions: Format | None
    graph: Format | None

    def format_of(self, form: QueryForm) -> Format:
        """Return the format for a query form; raises ``NotAcceptableError`` if there is none."""
        is_graph = form in ("construct", "describe")
        chosen, offers = (self.graph, GRAPHS) if is_graph else (self.solutions, SOLUTIONS)
        if chosen is None:
            raise NotAcceptableError([offer.media_type for offer in offers])
        return chosen


def run_query(asked: QueryRequest, outline: Outline, wanted: Wanted) -> Answer:
    """Return the answer that is kept, or run the query; given up when its client hangs up.

    Raises what ``QueryPool.run`` and ``inline_calls`` raise, a syntax error with the token that
    it is about, and ``NotAcceptableError`` where the result is of a kind that is not wanted.
    """
    media = wanted.format_of(outline.form) if outline.form else None
    if media is None or outline.volatile:
        return _run(asked, outline, wanted, _watch_client())
    state = get_state()
    limit = min(asked.timeout or state.pool.timeout, state.pool.timeout)
    return state.answers.fetch(
        name_answer(asked, media),
        limit,
        _watch_client(),
        lambda cancelled: _run(asked, outline, wanted, cancelled),
    )


def name_answer(asked: QueryRequest, media: Format) -> str:
    """Return what names the bytes of an answer: release, query, dataset, media type, engine."""
    state = get_state()
    parts = (
        state.release.identifier,
        state.pool.manner,
        media.media_type,
        asked.query,
        asked.default_graphs,
        asked.named_graphs,
    )
    # A notation with quotes, so that no two requests are written alike.
    return sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _run(
    asked: QueryRequest, outline: Outline, wanted: Wanted, cancelled: Callable[[], bool] | None
) -> Answer:
    state = get_state()
    query, timeout = asked.query, asked.timeout
    try:
        if outline.calls:
            query, timeout = inline_calls(asked, outline.calls, cancelled)
        return state.pool.run(
            query,
            solutions=wanted.solutions.media_type if wanted.solutions else None,
            graph=wanted.graph.media_type if wanted.graph else None,
            base=state.endpoint,
            default_graphs=asked.default_graphs,
            named_graphs=asked.named_graphs,
            columns=None if outline.star is None else Columns(outline.star, outline.variables),
            timeout=timeout,
            cancelled=cancelled,
        )
    except QuerySyntaxError as error:
        if query != asked.query:
            # What was fetched is at fault, for the rest has been parsed before: no place to show.
            raise QuerySyntaxError(None, None, error.parser_message) from None
        raise _explain(error, asked.query, outline.undeclared) from None
    except NotAcceptableKindError as error:
        offers = GRAPHS if error.kind == "graph" else SOLUTIONS
        raise NotAcceptableError([offer.media_type for offer in offers]) from None


def _explain(error: QuerySyntaxError, query: str, undeclared: Sequence[str]) -> QuerySyntaxError:
    if error.line is None or error.column is None:
        return error
    token = find_token(query, error.line, error.column)
    return QuerySyntaxError(
        error.line,
        error.column,
        error.parser_message,
        token=token.text if token else None,
        undeclared=undeclared,
    )


def _watch_client() -> Callable[[], bool] | None:
    """Return a function that says whether the client has hung up, if the server lets us see."""
    connection = request.environ.get("gunicorn.socket")
    if connection is None or not hasattr(select, "POLLRDHUP"):
        return None
    poll = select.poll()
    poll.register(connection, select.POLLRDHUP)
    return lambda: bool(poll.poll(0))

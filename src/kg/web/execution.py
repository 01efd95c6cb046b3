"""Running a query from outside: for the endpoint and for the query page alike."""

import select
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import request

from kg.sparql.errors import NotAcceptableError
from kg.sparql.formats import GRAPHS, SOLUTIONS, Format
from kg.sparql.lexer import find_token
from kg.sparql.outline import Outline, QueryForm
from kg.sparql.protocol import QueryRequest
from kg.store import Answer, Columns
from kg.store.errors import NotAcceptableKindError, QuerySyntaxError
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
    """Run a query in the pool; it is given up when its client hangs up.

    Raises what ``QueryPool.run`` raises, a syntax error with the token that it is about, and
    ``NotAcceptableError`` where the result is of a kind that is not wanted.
    """
    state = get_state()
    try:
        return state.pool.run(
            asked.query,
            solutions=wanted.solutions.media_type if wanted.solutions else None,
            graph=wanted.graph.media_type if wanted.graph else None,
            base=state.endpoint,
            default_graphs=asked.default_graphs,
            named_graphs=asked.named_graphs,
            columns=None if outline.star is None else Columns(outline.star, outline.variables),
            timeout=asked.timeout,
            cancelled=_watch_client(),
        )
    except QuerySyntaxError as error:
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

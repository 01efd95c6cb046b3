"""SERVICE: the web process asks the endpoints on the list, and the workers get their answers.

A query with calls is first checked by the engine with nothing called, so that nothing leaves for
a query that is wrong. Then each call's solutions are fetched, and the query runs with them in it.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import BinaryIO, Final, NamedTuple

from flask import current_app

from kg.remote import RemoteError, fetch_solutions, late
from kg.sparql.errors import ServiceFailedError, UnreadableSolutionsError
from kg.sparql.federation import Allowed, ServiceCall, inline, without_calls
from kg.sparql.formats import RESULTS_JSON
from kg.sparql.protocol import QueryRequest
from kg.sparql.solutions import Block, read_solutions, unbound_block
from kg.store.errors import (
    NotAcceptableKindError,
    PoolBusyError,
    QueryCancelledError,
    QueryTimeoutError,
)
from kg.web.state import State, get_state

MAX_BYTES: Final = 2 << 20
"""Bytes of all answers to the calls of one query."""

MAX_ROWS: Final = 10_000
"""Solutions in all answers to the calls of one query."""

_MAX_VALUES: Final = 100_000
"""Rows times columns of one answer: a row may be wide and empty."""

_SHARE: Final = 0.5
"""The part of a query's time that its calls may take; the rest is for running it."""

_KEY: Final = "kg.federation"


class Inlined(NamedTuple):
    """A query that calls nothing any more, and the seconds that are left for it."""

    query: str
    timeout: float


class Federation:
    """Which endpoints may be called, and how many queries may do so at a time."""

    def __init__(self, state: State) -> None:
        self._endpoints = state.settings.service_endpoints
        self._retry_after = max(1, round(state.settings.query_timeout / 2))
        # Whoever waits for a stranger holds a thread: half of those for pages are never held.
        self._slots = BoundedSemaphore(max(1, state.settings.web_threads // 2))

    @property
    def allowed(self) -> Allowed | None:
        """Which endpoints may be called by a query over the release that is asked; None: none."""
        return Allowed(self._endpoints, get_state().endpoint) if self._endpoints else None

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Take one of the places for queries with calls; raises ``PoolBusyError`` at once."""
        if not self._slots.acquire(blocking=False):
            raise PoolBusyError(self._retry_after)
        try:
            yield
        finally:
            self._slots.release()


def get_federation() -> Federation:
    """Return what is allowed in the application that answers the present request."""
    found = current_app.extensions.get(_KEY)
    if not isinstance(found, Federation):
        found = current_app.extensions.setdefault(_KEY, Federation(get_state()))
    if not isinstance(found, Federation):
        raise TypeError(type(found))
    return found


def inline_calls(
    asked: QueryRequest, calls: tuple[ServiceCall, ...], cancelled: Callable[[], bool] | None
) -> Inlined:
    """Return a query with the remote solutions in place of its calls.

    Raises what ``QueryPool.run`` raises for a query that is wrong, before anything is called,
    and ``ServiceFailedError``.
    """
    with get_federation().slot():
        run = _Run(asked, cancelled)
        run.check(without_calls(asked.query, calls))
        blocks = {call: run.answer(call) for call in calls}
        return Inlined(inline(asked.query, calls, blocks), run.rest())


class _Run:
    """The calls of one query, one after the other, within its time."""

    def __init__(self, asked: QueryRequest, cancelled: Callable[[], bool] | None) -> None:
        self._state = get_state()
        longest = self._state.settings.query_timeout
        self._limit = min(asked.timeout or longest, longest)
        self._start = time.monotonic()
        self._cancelled = cancelled
        self._bytes, self._rows = MAX_BYTES, MAX_ROWS
        self._known: dict[tuple[str, str], Block] = {}

    def rest(self) -> float:
        """Return the seconds that are left; raises ``QueryTimeoutError`` if none are."""
        rest = self._limit - (time.monotonic() - self._start)
        if rest <= 0:
            raise QueryTimeoutError(self._limit)
        return rest

    def check(self, query: str) -> None:
        """Let the engine parse and plan a query over no data, in order to hear what is wrong."""
        try:
            # An answer in no format: what is right ends where it would be written.
            self._ask(query, None).close()
        except NotAcceptableKindError:
            return

    def answer(self, call: ServiceCall) -> str:
        """Return the solutions of a call as a block of inline data."""
        variables = self._variables(call)
        try:
            return self._fetch(call, variables).text
        except (RemoteError, UnreadableSolutionsError) as fault:
            if call.is_silent:
                return unbound_block(variables).text
            raise ServiceFailedError(
                call.endpoint, fault, call.line, call.column, is_late=fault.reason == "late"
            ) from None

    def _variables(self, call: ServiceCall) -> list[str]:
        """Return the variables in a call's scope, as the engine's parser sees it."""
        with self._ask(call.scope_query(), RESULTS_JSON.media_type) as spool:
            return sorted(json.load(spool)["head"]["vars"])

    def _ask(self, query: str, solutions: str | None) -> BinaryIO:
        nothing = [self._state.endpoint + "#nothing"]
        return self._state.pool.run(
            query,
            solutions=solutions,
            base=self._state.endpoint,
            default_graphs=nothing,
            named_graphs=nothing,
            timeout=self.rest(),
            cancelled=self._cancelled,
        ).spool

    def _fetch(self, call: ServiceCall, variables: list[str]) -> Block:
        query = call.remote_query(variables)
        if (call.endpoint, query) in self._known:
            return self._known[call.endpoint, query]
        share = self._limit * _SHARE
        seconds = self._start + share - time.monotonic()
        if seconds <= 0:
            raise late(share)
        content = fetch_solutions(
            call.endpoint, query, seconds=seconds, size=self._bytes, watch=self._watch
        )
        most = min(self._rows, _MAX_VALUES // max(1, len(variables)))
        block = read_solutions(content, variables, most)
        self._bytes -= len(content)
        self._rows -= block.rows
        self._known[call.endpoint, query] = block
        return block

    def _watch(self) -> None:
        if self._cancelled and self._cancelled():
            raise QueryCancelledError

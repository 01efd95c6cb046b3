"""What the views of one application share; made by ``create_app``, opened nowhere else."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final

from flask import Flask, current_app, has_request_context, request

from kg.release.publication import Release
from kg.settings import Settings
from kg.sparql.description import ServiceFacts
from kg.sparql.formats import RESULTS_JSON
from kg.store import QueryPool, ReleaseStore
from kg.store.errors import PoolBusyError
from kg.web.answers import AnswerCache
from kg.web.rate import RateLimiter
from kg.web.shelf import Lease, Shelf

_KEY: Final = "kg"
_LEASE: Final = "kg.release"
"""Where a request keeps what it holds, in its WSGI environment."""

_DEFAULT_TRIPLES: Final = "SELECT (COUNT(*) AS ?triples) WHERE { ?s ?p ?o }"
_NAMED_TRIPLES: Final = """
SELECT ?graph (COUNT(*) AS ?triples) WHERE { GRAPH ?graph { ?s ?p ?o } }
GROUP BY ?graph ORDER BY ?graph"""


@dataclass(frozen=True)
class State:
    """A release that is being served and the ways into it. Safe to share between threads.

    ``answers``, ``limiter`` and ``ended`` (workers of closed pools, by reason) are shared by all
    releases of an application; ``views`` holds what its views make of this one.
    """

    release: Release
    settings: Settings
    store: ReleaseStore
    pool: QueryPool
    answers: AnswerCache
    limiter: RateLimiter
    ended: Counter[str] = field(default_factory=Counter)
    views: dict[str, object] = field(default_factory=dict)

    def warm(self) -> None:
        """Start the query workers and wait until one can answer; raises ``StoreError``."""
        self.pool.start()
        while True:
            try:
                self.pool.run("ASK {}", solutions=RESULTS_JSON.media_type).spool.close()
            except PoolBusyError:
                figures = self.pool.figures()
                if not figures.idle and not figures.busy:
                    # A large release takes longer to open than a query may wait.
                    continue
            return

    def close(self) -> None:
        """End the query workers, and drop what the views hold."""
        self.pool.close()
        self.ended.update(self.pool.figures().killed)
        self.views.clear()

    @cached_property
    def published(self) -> datetime:
        """When the release was published, as it was when it was first asked for."""
        return self.release.published

    @property
    def endpoint(self) -> str:
        """The absolute IRI of the SPARQL endpoint."""
        return self.release.base + "sparql"

    @cached_property
    def service(self) -> ServiceFacts:
        """What the service description tells."""
        (row,) = self.store.select(_DEFAULT_TRIPLES)
        counts: dict[str | None, int] = {None: int(str(row["triples"]))}
        for row in self.store.select(_NAMED_TRIPLES):
            counts[str(row["graph"])] = int(str(row["triples"]))
        return ServiceFacts(
            endpoint=self.endpoint,
            home=self.release.base + "query",
            base=self.release.base,
            release=self.release.identifier,
            graphs=counts,
            timeout=self.settings.query_timeout,
            result_limit=self.settings.result_limit,
            services=sorted(self.settings.service_endpoints),
        )


def put_shelf(app: Flask, shelf: Shelf[State]) -> None:
    """Give an application its releases."""
    app.extensions[_KEY] = shelf
    app.teardown_request(_let_go)


def get_shelf() -> Shelf[State]:
    """Return the releases of the application that answers the present request."""
    shelf = current_app.extensions[_KEY]
    if not isinstance(shelf, Shelf):
        raise TypeError(type(shelf))
    return shelf


def get_state() -> State:
    """Return the state of the release that the present request is about.

    A request keeps it to its end, whatever becomes current meanwhile. Outside of a request it is
    the current one's.
    """
    if not has_request_context():
        return get_shelf().current
    lease: Lease[State] | None = request.environ.get(_LEASE)
    if lease is None:
        lease = request.environ[_LEASE] = get_shelf().hold()
    return lease.opened


def use_release(release: Release) -> None:
    """Let the present request be about a release; raises what ``Shelf.hold`` raises."""
    lease = get_shelf().hold(release)
    _let_go()
    request.environ[_LEASE] = lease


def _let_go(_: BaseException | None = None) -> None:
    lease: Lease[State] | None = request.environ.pop(_LEASE, None)
    if lease is not None:
        get_shelf().give_back(lease)

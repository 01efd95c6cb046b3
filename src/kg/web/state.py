"""What the views of one application share; made by ``create_app``, opened nowhere else."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from flask import Flask, current_app

from kg.release.publication import Release
from kg.settings import Settings
from kg.sparql.description import ServiceFacts
from kg.store import QueryPool, ReleaseStore
from kg.web.answers import AnswerCache
from kg.web.rate import RateLimiter

_KEY: Final = "kg"

_DEFAULT_TRIPLES: Final = "SELECT (COUNT(*) AS ?triples) WHERE { ?s ?p ?o }"
_NAMED_TRIPLES: Final = """
SELECT ?graph (COUNT(*) AS ?triples) WHERE { GRAPH ?graph { ?s ?p ?o } }
GROUP BY ?graph ORDER BY ?graph"""


@dataclass(frozen=True)
class State:
    """A release that is being served and the ways into it. Safe to share between threads."""

    release: Release
    settings: Settings
    store: ReleaseStore
    pool: QueryPool
    answers: AnswerCache
    limiter: RateLimiter

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


def put_state(app: Flask, state: State) -> None:
    """Give an application its state."""
    app.extensions[_KEY] = state


def get_state() -> State:
    """Return the state of the application that answers the present request."""
    state = current_app.extensions[_KEY]
    if not isinstance(state, State):
        raise TypeError(type(state))
    return state

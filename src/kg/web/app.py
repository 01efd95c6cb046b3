"""The application factory: everything is opened here, nothing at import."""

from collections import Counter
from collections.abc import Callable, Mapping

from flask import Flask, Response, request
from jinja2 import StrictUndefined
from rdflib import URIRef
from rdflib.namespace import SH

from kg.release.history import History
from kg.release.publication import Release
from kg.settings import Settings
from kg.sparql.protocol import METHODS
from kg.store import QueryPool, ReleaseStore
from kg.web import (
    admission,
    catalog,
    cite,
    crawlers,
    delivery,
    digest,
    endpoint,
    graph_store,
    health,
    linked,
    metrics,
    pages,
    problems,
    record,
    resources,
    versions,
)
from kg.web.answers import AnswerCache
from kg.web.frame import FROZEN
from kg.web.rate import RateLimiter
from kg.web.shelf import Shelf
from kg.web.state import State, get_shelf, get_state, put_shelf

MAX_BODY = 1 << 20
"""Bytes of a request's body; a query may have 64 KiB, three times that when form-encoded."""

_SHARED_HEADERS: Mapping[str, str] = {
    # https://fetch.spec.whatwg.org/#http-cors-protocol: everything here is public.
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Accept-Ranges, Content-Location, Content-Range, Data-Release, ETag, Link, Location, "
        "Memento-Datetime, Repr-Digest, Retry-After, Server-Timing, Vary, X-Request-ID"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
_PREFLIGHT_HEADERS: Mapping[str, str] = {
    "Access-Control-Allow-Methods": ", ".join(METHODS),
    "Access-Control-Allow-Headers": (
        "Accept, Accept-Datetime, Accept-Language, Authorization, Content-Type, "
        "If-Modified-Since, If-None-Match, Range, X-Request-ID"
    ),
    "Access-Control-Max-Age": "86400",
}
_PAGE_POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def create_app(release: Release, settings: Settings, history: History | None = None) -> Flask:
    """Return the application that serves a release, and with a history all others there are.

    Whoever makes it calls ``close_app`` in the end. Raises ``StoreError`` if the release's store
    is missing or damaged.
    """
    app = Flask("kg.web")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.config[FROZEN] = False
    app.jinja_env.undefined = StrictUndefined
    put_shelf(app, Shelf(release, _opener(settings), history, settings.older_releases))
    for part in (record, health, problems, metrics, admission, versions, digest, delivery):
        part.init_app(app)
    graph_store.init_app(app, settings)
    views = (endpoint, problems, catalog, resources, linked, crawlers, pages, versions, cite)
    for view in (*views, graph_store):
        app.register_blueprint(view.blueprint)
    app.after_request(_add_headers)
    return app


def start_app(app: Flask) -> None:
    """Start the query workers of an application, and let it follow the current release."""
    with app.app_context():
        get_state().pool.start()
        get_shelf().watch()


def close_app(app: Flask) -> None:
    """End the processes that work for an application."""
    graph_store.close_app(app)
    with app.app_context():
        get_shelf().close()


def _opener(settings: Settings) -> Callable[[Release, bool], State]:
    """Return what opens a release; an older one with the least number of query workers.

    Everything else is the same for both, so that so are their answers, byte for byte.
    """
    answers = AnswerCache(settings.answer_cache << 20, followers=settings.query_queue)
    limiter = RateLimiter(settings.rate_limit, settings.rate_burst)
    ended: Counter[str] = Counter()

    def open_release(release: Release, small: bool) -> State:  # noqa: FBT001
        store = ReleaseStore.open(release.store_path)
        pool = QueryPool(
            release.store_path,
            workers=1 if small else settings.query_workers,
            timeout=settings.query_timeout,
            memory=settings.query_memory,
            queue=settings.query_queue,
            result_limit=settings.result_limit,
            copy_limit=settings.query_copy_limit,
            prefixes=_declared_prefixes(store),
        )
        return State(release, settings, store, pool, answers, limiter, ended)

    return open_release


def _declared_prefixes(store: ReleaseStore) -> Mapping[str, str]:
    """Return the prefix map that the release itself declares, in its own IRIs."""
    prefixes: dict[str, str] = {}
    for quad in store.quads(predicate=SH.prefix):
        for found in store.quads(quad.subject, URIRef(SH.namespace)):
            prefixes[str(quad.object)] = str(found.object)
    return dict(sorted(prefixes.items()))


def _add_headers(response: Response) -> Response:
    """Give every answer, errors and redirects too, the headers that all share."""
    response.headers.extend(_SHARED_HEADERS)
    response.headers.setdefault("Data-Release", get_state().release.identifier)
    if request.method == "OPTIONS" and response.status_code == 200:
        response.status_code = 204
        response.headers.pop("Content-Type")
        response.headers.extend(_PREFLIGHT_HEADERS)
        response.headers.update(graph_store.preflight())
    if response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = _PAGE_POLICY
    return response

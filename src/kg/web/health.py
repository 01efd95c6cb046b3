"""Whether the process lives, whether it can answer queries, and what it says while it stops."""

import time
from typing import Final

from flask import Blueprint, Flask, Response, current_app, request

from kg.errors import KgError, StoreError
from kg.language import Text
from kg.sparql.formats import PLAIN_TEXT, RESULTS_JSON
from kg.store.errors import PoolClosedError
from kg.web.problem_types import ServerNotReadyError
from kg.web.state import get_state

blueprint = Blueprint("health", __name__)

_PATIENCE: Final = 2.0
"""Seconds within which a query worker has to answer ``ASK {}``."""

_STOPPING: Final = "kg.stopping"


def init_app(app: Flask) -> None:
    """Let an application tell how it fares, and refuse requests once it is told to stop."""
    app.before_request(_refuse_while_stopping)
    app.register_blueprint(blueprint)


def begin_stop(app: Flask) -> None:
    """Refuse requests from now on; those that run go on. Safe in a signal handler."""
    app.extensions[_STOPPING] = True


@blueprint.get("/healthz")
def live() -> Response:
    """Say that the process lives, whatever its release and its workers do."""
    return _plain("ok")


@blueprint.get("/readyz")
def ready() -> Response:
    """Say whether the release is open and a query worker answers in time."""
    if _is_stopping():
        raise PoolClosedError
    state = get_state()
    deadline = time.monotonic() + _PATIENCE
    try:
        next(state.store.quads(), None)
        answer = state.pool.run(
            "ASK {}",
            solutions=RESULTS_JSON.media_type,
            # Waiting for a worker counts too.
            cancelled=lambda: time.monotonic() > deadline,
        )
    except (StoreError, PoolClosedError):
        raise
    except KgError:
        raise ServerNotReadyError(
            Text(
                "Tidak ada proses kueri yang menjawab dalam {n:g} detik",
                "No query process answered within {n:g} seconds",
            ).format(n=_PATIENCE)
        ) from None
    answer.spool.close()
    return _plain("ready")


def _plain(word: str) -> Response:
    return Response(
        word + "\n", headers={"Cache-Control": "no-store"}, content_type=PLAIN_TEXT.content_type
    )


def _is_stopping() -> bool:
    return _STOPPING in current_app.extensions


def _refuse_while_stopping() -> None:
    if _is_stopping() and request.blueprint != blueprint.name:
        raise PoolClosedError

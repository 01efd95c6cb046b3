"""Why a change to the graph of a source is refused before the gate sees it.

Light to import: the web process knows these errors, and not what raises them.
"""

from collections.abc import Mapping
from typing import Final

from kg.errors import KgError
from kg.language import Text


class GraphChangeError(KgError):
    """A change that was not made; ``members`` are facts for a problem document (RFC 9457)."""

    http_status = 422

    def __init__(self, message: Text, members: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.members: Mapping[str, object] = members or {}


class BrokenDocumentError(GraphChangeError):
    """A body that is not RDF in the syntax that it is said to be in; ``line`` is a member."""

    http_status = 400


class NoSuchGraphError(GraphChangeError):
    """A graph that is to be withdrawn, and is not there."""

    http_status = 404


class CuratedGraphError(GraphChangeError):
    """A graph that is made of files, which are edited where they are."""

    http_status = 409


class PreconditionError(GraphChangeError):
    """``If-Match`` or ``If-None-Match`` does not hold of the current release."""

    http_status = 412


class EmptyGraphError(GraphChangeError):
    """A graph of no triple is no source: it would say nothing."""


class RefusedChangeError(GraphChangeError):
    """The gate has refused it, or the triples cannot be claims; the report says why."""


ERRORS: Final[Mapping[str, type[GraphChangeError]]] = {
    kind.__name__: kind
    for kind in (
        BrokenDocumentError,
        NoSuchGraphError,
        CuratedGraphError,
        PreconditionError,
        EmptyGraphError,
        RefusedChangeError,
    )
}

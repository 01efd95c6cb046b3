"""What a worker is asked: the query and how it is to be answered."""

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import BinaryIO, NamedTuple, TypedDict

from kg.store.worker import Message


class Columns(NamedTuple):
    """The order of the columns of ``SELECT *``, which the engine would sort by name.

    ``star`` is the offset of the asterisk in the query, in code points; ``names`` are
    variables without their question mark, also such as do not stand in the result.
    """

    star: int
    names: Sequence[str]


class Wishes(TypedDict, total=False):
    """How a query is to be answered.

    ``solutions`` is the media type for SELECT and ASK, ``graph`` the one for CONSTRUCT and
    DESCRIBE; without one no such result is wanted. Relative IRIs are resolved against ``base``.
    A dataset that is given replaces the query's own (SPARQL 1.1 Protocol, section 2.1.4).
    ``timeout``, in seconds, may lower the pool's. ``cancelled`` is asked now and then whether
    the answer is still wanted.
    """

    solutions: str | None
    graph: str | None
    base: str | None
    default_graphs: Sequence[str]
    named_graphs: Sequence[str]
    columns: Columns | None
    timeout: float | None
    cancelled: Callable[[], bool] | None


class Inquiry(NamedTuple):
    """What a worker is asked, where the answer goes, and how long it is waited for."""

    question: Message
    spool: BinaryIO
    limit: float
    cancelled: Callable[[], bool] | None

    def key(self) -> bytes:
        """Return what names the question."""
        return sha256(json.dumps(self.question).encode()).digest()


def build_question(query: str, wishes: Wishes) -> Message:
    """Return what is sent to a worker."""
    columns = wishes.get("columns")
    return {
        "query": query,
        "solutions": wishes.get("solutions"),
        "graph": wishes.get("graph"),
        "base": wishes.get("base"),
        "default_graphs": list(wishes.get("default_graphs", ())),
        "named_graphs": list(wishes.get("named_graphs", ())),
        "star": columns.star if columns else None,
        "columns": list(columns.names) if columns else [],
    }

"""Asking a remote SPARQL endpoint (SPARQL 1.1 Protocol); the only home of SPARQLWrapper."""

from typing import Final, NamedTuple
from urllib.error import URLError

from SPARQLWrapper import ASK, POST, SELECT, SPARQLExceptions, SPARQLWrapper

from kg.errors import QueryError
from kg.language import Text

_AGENT: Final = "inovasi-kg (https://w3id.org/inovasi-publik/)"


class RemoteAnswer(NamedTuple):
    """What an endpoint sent: the media type, without parameters, and the body."""

    media_type: str
    content: bytes


def query_endpoint(
    endpoint: str, query: str, *, solutions: str, graph: str, timeout: float
) -> RemoteAnswer:
    """Send a query by POST and return the answer.

    ``solutions`` and ``graph`` are the media types wanted for SELECT and ASK, and for CONSTRUCT
    and DESCRIBE; ``timeout`` is in seconds.

    Raises ``QueryError`` with the endpoint's own words if it refuses or cannot be reached, and
    if what comes back is not of the media type asked for.
    """
    client = SPARQLWrapper(endpoint, agent=_AGENT)
    client.setQuery(query)
    client.setMethod(POST)
    client.setTimeout(max(1, round(timeout)))
    wanted = solutions if client.queryType in (SELECT, ASK) else graph
    # The wrapper knows fewer media types than endpoints do, so the header is given to it.
    client.addCustomHttpHeader("Accept", wanted)
    try:
        response = client.query().response
        content: bytes = response.read()
    except SPARQLExceptions.SPARQLWrapperException as error:
        raise _refused(endpoint, str(error)) from None
    except (URLError, OSError, ValueError) as error:
        raise _refused(endpoint, str(error)) from None
    media_type = response.headers.get_content_type()
    if media_type != wanted:
        raise _refused(endpoint, f"Content-Type: {media_type}")
    return RemoteAnswer(media_type, content)


def _refused(endpoint: str, reason: str) -> QueryError:
    return QueryError(
        Text("{endpoint} tidak menjawab: {reason}", "{endpoint} gave no answer: {reason}").format(
            endpoint=endpoint, reason=reason
        )
    )

"""What a request asks for: a format, a form of it, and what its address hands on.

``?format=``, and ``?_mediatype=`` and ``?_profile=`` of Content Negotiation by Profile
(https://www.w3.org/TR/dx-prof-conneg/#qsa), win over ``Accept``.
"""

from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import urlencode

from flask import request

from kg.sparql.errors import NotAcceptableError
from kg.sparql.formats import JSON_LD, Format, find_format
from kg.sparql.negotiation import choose_format, wanted_profile
from kg.web.json_ld import Form, find_form

PROFILE: Final = "_profile"
_FORMAT: Final = ("format", "_mediatype")


def wanted_format(offers: Sequence[Format]) -> Format:
    """Return the format that the address or Accept asks for.

    All profiles are forms of JSON-LD. Raises ``NotAcceptableError`` if there is no such format.
    """
    names = [request.args[name] for name in _FORMAT if request.args.get(name)]
    if not names and request.args.get(PROFILE):
        names = [JSON_LD.suffix]
    if names:
        # In a query a plus sign stands for a space.
        media = find_format(names[0].replace(" ", "+"), offers)
    else:
        media = choose_format(request.headers.get("Accept"), offers)
    if media is None:
        raise NotAcceptableError([offer.media_type for offer in offers])
    return media


def wanted_form(media: Format | None, *, negotiated: bool = True) -> Form | None:
    """Return the form of JSON-LD that is asked for by name, None if none is.

    An address that was not ``negotiated`` does not look at Accept. Raises ``NotAcceptableError``
    if the address names a form that there is not.
    """
    if media != JSON_LD:
        return None
    if name := request.args.get(PROFILE):
        if form := find_form(name):
            return form
        raise NotAcceptableError([f'{JSON_LD.media_type};profile="{form.value}"' for form in Form])
    return find_form(wanted_profile(request.headers.get("Accept"), JSON_LD)) if negotiated else None


def query_of(names: Iterable[str], **more: str) -> str:
    """Return the query of an address that hands on parameters of this request, and others.

    The first page of a document has no number.

    >>> from flask import Flask
    >>> with Flask("example").test_request_context("/?page=2&other=1"):
    ...     query_of(("page",)), query_of(("page",), page="3"), query_of(())
    ('?page=2', '?page=3', '')
    >>> with Flask("example").test_request_context("/?page=2"):
    ...     query_of(("page",), page="1")
    ''
    """
    given = {name: request.args[name] for name in names if request.args.get(name)}
    chosen = [item for item in {**given, **more}.items() if item != ("page", "1")]
    query = urlencode(chosen)
    return f"?{query}" if query else ""

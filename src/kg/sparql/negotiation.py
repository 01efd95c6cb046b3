"""Content negotiation by the ``Accept`` header: one pure function.

RFC 9110, https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from kg.sparql.formats import Format

_ELEMENT: Final = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+')
_PARAMETER: Final = re.compile(r'(?:[^;"]|"(?:[^"\\]|\\.)*"?)+')
_QVALUE: Final = re.compile(r"(?:0?\.\d{1,3}|[01](?:\.\d{0,3})?)")

_EXACT, _ALIAS, _SUBTYPES, _ANYTHING = 3, 2, 1, 0


class _Range(NamedTuple):
    media_range: str
    quality: float


class _Match(NamedTuple):
    specificity: int
    quality: float


_NO_MATCH: Final = _Match(-1, 0.0)


def choose_format(accept: str | None, offers: Sequence[Format]) -> Format | None:
    """Return the offer that a client likes best, or None if it accepts none of them.

    ``offers`` stand in the order of our own preference. For each offer the most specific range
    decides (the media type, then an alias of it, then ``type/*``, then ``*/*``); the highest
    quality wins; among equals one that was named wins over one that fell under a wildcard, and
    then our own order decides. Parameters other than ``q`` (charset, profile) make no
    difference. A header that is missing, empty or unreadable accepts everything.
    """
    ranges = list(_read_ranges(accept or ""))
    if not ranges:
        return offers[0]
    best: Format | None = None
    best_rank = (0.0, False)
    for offer in offers:
        match = _match(offer, ranges)
        rank = (match.quality, match.specificity >= _ALIAS)
        if match.quality > 0 and rank > best_rank:
            best, best_rank = offer, rank
    return best


def wanted_profile(accept: str | None, offer: Format) -> str:
    """Return the ``profile`` of the best range that names an offer; empty if there is none.

    Space-separated IRIs, as in JSON-LD 1.1, section 6.1. A client that states none is content
    with any.
    """
    best, quality = "", 0.0
    for element in _ELEMENT.findall(accept or ""):
        first, *parameters = (part.strip() for part in [*_PARAMETER.findall(element), ""])
        weight = _read_quality(parameters) or 0.0
        if first.lower() in (offer.media_type, *offer.aliases) and weight > quality:
            best, quality = _read_profile(parameters), weight
    return best


def _read_profile(parameters: Iterable[str]) -> str:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "profile":
            return value.strip().strip('"')
    return ""


def _match(offer: Format, ranges: Iterable[_Range]) -> _Match:
    """Return the most specific match; of several equally specific ones the kindest."""
    matches = (_Match(_specificity(offer, item.media_range), item.quality) for item in ranges)
    return max((match for match in matches if match.specificity >= 0), default=_NO_MATCH)


def _specificity(offer: Format, media_range: str) -> int:
    if media_range == offer.media_type:
        return _EXACT
    if media_range in offer.aliases:
        return _ALIAS
    if media_range.endswith("/*") and offer.media_type.startswith(media_range[:-1]):
        return _SUBTYPES
    return _ANYTHING if media_range == "*/*" else -1


def _read_ranges(header: str) -> Iterator[_Range]:
    for element in _ELEMENT.findall(header):
        first, *parameters = (part.strip() for part in [*_PARAMETER.findall(element), ""])
        media_range = "*/*" if first == "*" else first.lower()
        quality = _read_quality(parameters)
        if "/" in media_range and quality is not None:
            yield _Range(media_range, quality)


def _read_quality(parameters: Iterable[str]) -> float | None:
    """Return the weight, 1 if there is none, None if it is not a number from 0 to 1."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            value = value.strip()
            return float(value) if _QVALUE.fullmatch(value) and float(value) <= 1 else None
    return 1.0

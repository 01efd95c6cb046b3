"""Which release a request is about: ``?release=``, else ``Accept-Datetime``, else the current one.

RFC 7089, https://www.rfc-editor.org/rfc/rfc7089#section-4.1: what is asked for at a date is
answered by the release that was current then.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from flask import request

from kg.errors import QueryError
from kg.language import Text
from kg.release.history import (
    CURRENT,
    ReleaseNameError,
    UnknownReleaseError,
    check_name,
)
from kg.release.publication import Release
from kg.sparql.errors import BadRequestError
from kg.web.state import get_shelf, get_state, use_release

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RELEASE: Final = "release"
"""The parameter that names a release: its identifier, how that begins, or ``current``."""

ACCEPT_DATETIME: Final = "Accept-Datetime"

SHORT: Final = 16
"""Digits by which releases are told in addresses: those of their folders."""

_PINNED: Final = "kg.pinned"
_DATED: Final = "kg.dated"


class ReleaseNotServedError(QueryError):
    """A request is about a release that is not there; ``served`` is the current one."""

    http_status = 404

    def __init__(self, wanted: str, served: str) -> None:
        self.members: Mapping[str, object] = {"requested": wanted, "served": served}
        super().__init__(
            Text(
                "Rilis {wanted} tidak disajikan di sini. Yang berlaku: {served}",
                "Release {wanted} is not served here. The current one: {served}",
            ).format(wanted=wanted, served=served)
        )


class NotInReleaseError(QueryError):
    """A thing that a release does not have, but others do."""

    http_status = 404

    def __init__(self, path: str, asked: Release, others: "Sequence[Release]") -> None:
        names = [each.identifier for each in others]
        self.members: Mapping[str, object] = {"requested": asked.identifier, "existsIn": names}
        super().__init__(
            Text(
                "{path} tidak ada pada rilis {asked}, tetapi ada pada: {names}",
                "{path} is not in release {asked}, but it is in: {names}",
            ).format(
                path=path,
                asked=asked.identifier[:SHORT],
                names=", ".join(name[:SHORT] for name in names),
            )
        )


def choose_release() -> None:
    """Let the present request be about the release that its address or its headers name.

    Raises ``ReleaseNotServedError``, ``BadRequestError`` for what names no release or no date,
    and what ``use_release`` raises.
    """
    named = request.args.getlist(RELEASE) if request.query_string else []
    if named:
        if len(set(named)) > 1:
            raise BadRequestError(
                Text(
                    "Parameter 'release' hanya boleh muncul sekali",
                    "Parameter 'release' may appear only once",
                ),
                RELEASE,
            )
        pin_release(named[0])
    elif get_shelf().serves_older and (date := request.headers.get(ACCEPT_DATETIME)):
        use_release(_release_at(_read_date(date)))
        request.environ[_DATED] = True


def pin_release(wanted: str) -> None:
    """Let the present request be about a release that it names; raises as ``choose_release``."""
    try:
        release = _find(wanted)
    except ReleaseNameError as error:
        raise BadRequestError(error.message, RELEASE) from None
    except UnknownReleaseError:
        release = None
    current = get_shelf().current.release
    if release is None or release.base != current.base:
        raise ReleaseNotServedError(wanted, current.identifier)
    use_release(release)
    request.environ[_PINNED] = wanted


def _find(wanted: str) -> Release | None:
    shelf = get_shelf()
    current = shelf.current.release
    if wanted == CURRENT:
        return current
    if shelf.history and shelf.serves_older:
        found = shelf.history.find(wanted)
        return current if found.identifier == current.identifier else found
    return current if current.identifier.startswith(check_name(wanted)) else None


def served_releases() -> list[Release]:
    """Return the releases that can be asked for here, the newest first."""
    shelf, current = get_shelf(), get_shelf().current.release
    if not shelf.history or not shelf.serves_older:
        return [current]
    return [each for each in shelf.history.releases() if each.base == current.base] or [current]


def _release_at(moment: datetime) -> Release:
    shelf = get_shelf()
    current = shelf.current.release
    if shelf.history is None:
        return current
    found = shelf.history.at(moment, lambda release: release.base == current.base)
    return current if found.base != current.base else found


def _read_date(text: str) -> datetime:
    """Read a date of HTTP (RFC 9110, section 5.6.7)."""
    try:
        date = parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadRequestError(
            Text(
                "Accept-Datetime bukan tanggal HTTP, misalnya 'Sat, 21 Nov 2026 19:44:47 GMT'",
                "Accept-Datetime is not a date of HTTP, such as 'Sat, 21 Nov 2026 19:44:47 GMT'",
            ),
            ACCEPT_DATETIME,
        ) from None


def is_pinned() -> bool:
    """Say whether the present request names its release itself, the current one by its digits."""
    return bool(request.environ.get(_PINNED, CURRENT) != CURRENT)


def is_pinned_for_good() -> bool:
    """Say whether it does so with digits enough that no other release will ever begin so."""
    return is_pinned() and len(str(request.environ[_PINNED])) >= SHORT


def is_dated() -> bool:
    """Say whether ``Accept-Datetime`` has chosen the release."""
    return _DATED in request.environ


def carried_release() -> str | None:
    """Return what links of the present request hand on so that they stay in its release."""
    return get_state().release.identifier[:SHORT] if is_pinned() else None

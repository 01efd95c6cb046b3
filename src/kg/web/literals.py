"""How a literal is shown to a person: dates, numbers and truth values in the page's language."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from rdflib import XSD, Literal

from kg.language import Language
from kg.web.texts import MONTHS, WORDS

_DATE: Final = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,100}(?:\.[0-9]{0,100})?|[+-]?\.[0-9]{1,100}")
_GROUPED: Final = re.compile(r"(?<=\d)(?=(?:\d{3})+$)")
_SEPARATORS: Final[Mapping[Language, tuple[str, str]]] = {"id": (".", ","), "en": (",", ".")}


def show_literal(literal: Literal, language: Language) -> str:
    """Return a literal as a reader of the language expects it.

    >>> show_literal(Literal("2024-10-08", datatype=XSD.date), "id")
    '8 Oktober 2024'
    >>> show_literal(Literal("3.78", datatype=XSD.decimal), "id")
    '3,78'
    """
    show = _WRITERS.get(str(literal.datatype))
    return show(str(literal), language) if show else str(literal)


def show_number(number: str | int, language: Language) -> str:
    """Return a decimal number with its digits in groups of three, and anything else as it is.

    >>> show_number(1700, "id")
    '1.700'
    >>> show_number("1700.50", "en")
    '1,700.5'
    """
    if not _NUMBER.fullmatch(str(number)):
        # A source may write anything: no number at all, or ``1E999999999``.
        return str(number)
    thousands, point = _SEPARATORS[language]
    whole, _, fraction = f"{Decimal(number):f}".partition(".")
    fraction = fraction.rstrip("0")
    return _GROUPED.sub(thousands, whole) + (point + fraction if fraction else "")


def show_date(date: str, language: Language) -> str:
    """Return a day or a month in words, and anything else as it is.

    >>> show_date("2024-10", "en")
    'October 2024'
    """
    match = _DATE.fullmatch(date)
    if match is None or not 1 <= int(match[2]) <= 12:
        return date
    day = f"{int(match[3])} " if match[3] else ""
    return f"{day}{MONTHS[int(match[2]) - 1][language]} {match[1]}"


def _show_boolean(value: str, language: Language) -> str:
    name = {"true": "true", "1": "true", "false": "false", "0": "false"}.get(value)
    return WORDS[name][language] if name else value


_WRITERS: Final[Mapping[str, Callable[[str, Language], str]]] = {
    str(XSD.date): show_date,
    str(XSD.gYearMonth): show_date,
    str(XSD.boolean): _show_boolean,
    str(XSD.decimal): show_number,
    str(XSD.integer): show_number,
}

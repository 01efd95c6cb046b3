"""Putting RDF terms in order, whatever they are."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from rdflib import Literal

_Terms = TypeVar("_Terms", bound=Any)

_NO_ORDER = (TypeError, ValueError, ArithmeticError)


def ordered(
    terms: Iterable[_Terms], key: Callable[[_Terms], Any] = lambda term: term
) -> list[_Terms]:
    """Return terms, or tuples of terms, in order: as rdflib has it, or else by their texts.

    ``key`` gives what is compared: a term, or a tuple with terms. rdflib orders numbers and days
    by value, and raises for some that it cannot compare (``NaN`` with a decimal, literals that
    are none of their datatype).

    >>> [str(number) for number in ordered([Literal(10), Literal(9)])]
    ['9', '10']
    """
    found = list(terms)
    if len(found) > 1:
        # What is neither more nor less than the other keeps this place.
        found.sort(key=lambda each: _texts(key(each)))
        try:
            return sorted(found, key=key)
        except _NO_ORDER:
            pass
    return found


def _texts(term: object) -> tuple[str, ...]:
    if isinstance(term, tuple):
        return tuple(text for part in term for text in _texts(part))
    if isinstance(term, Literal):
        return ("2", str(term), str(term.datatype or ""), term.language or "")
    return ("1", str(term))

"""Second counts of the answers to competency questions: the register, and how values compare."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal

from plain_facts import Facts

KIPP, UNPSA, POLRI = (
    f"competition:{name}" for name in ("kipp", "unpsa", "evaluasi-pelayanan-publik-polri")
)

Answer = Iterable[tuple[object, ...]]
Recount = Callable[[Facts], Answer]
RECOUNTED: dict[int, Recount] = {}
"""The function that counts the answer of a question again, by its number."""


def answers(number: int) -> Callable[[Recount], Recount]:
    """Register a function as the second count of a question."""

    def register(recount: Recount) -> Recount:
        RECOUNTED[number] = recount
        return recount

    return register


def plain(value: object) -> str:
    """Return a value without quotation marks, datatype and language; numbers without zeros."""
    text = re.sub(r'^"(.*)"(@\w+|\^\^[\w:]+)?$', r"\1", str(value))
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return str(Decimal(text).normalize() + 0)
    return text

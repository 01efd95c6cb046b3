"""Items of a scorecard, what became of them, and the table that people read."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kg.language import Text
from reasons import BY_DESIGN
from visitor import Visitor


@dataclass(frozen=True)
class Outcome:
    """How much of an item holds, what is missing, or why it cannot be judged here."""

    held: int
    of: int
    missing: tuple[str, ...] = ()
    reason: Text | None = None

    @property
    def applies(self) -> bool:
        return self.of > 0

    @property
    def passed(self) -> bool:
        return self.held == self.of


Check = Callable[[Visitor], "Outcome | bool"]


@dataclass(frozen=True)
class Item:
    """One item: the tool's own name for it, what it asks, and how it is judged from outside."""

    name: str
    asks: str
    check: Check | Text
    """A reason in place of a check: the item cannot be judged here."""

    @property
    def choice(self) -> Text | None:
        """Why it may fail."""
        return BY_DESIGN.get(self.name)


@dataclass(frozen=True)
class Card:
    """The items of one tool."""

    tool: str
    source: str
    """The repository in which the tool says what it checks."""
    items: Sequence[Item]


def among(present: Iterable[str], needed: Iterable[str]) -> Outcome:
    """Return which of the needed names are present."""
    names, found = list(needed), set(present)
    missing = tuple(name for name in names if name not in found)
    return Outcome(len(names) - len(missing), len(names), missing)


def share(good: Iterable[str], everything: Iterable[str]) -> Outcome:
    """Return which of everything is good; nothing at all is a failure."""
    names = sorted(set(everything))
    return among(good, names) if names else Outcome(0, 1, ("nothing found",))


def judge(item: Item, visitor: Visitor) -> Outcome:
    """Return what became of an item."""
    if isinstance(item.check, Text):
        return Outcome(0, 0, (), item.check)
    outcome = item.check(visitor)
    return Outcome(int(outcome), 1) if isinstance(outcome, bool) else outcome


Judged = Sequence[tuple[Item, Outcome]]


def score(judged: Judged) -> tuple[int, int]:
    """Return how many items passed, and how many apply."""
    outcomes = [outcome for _, outcome in judged if outcome.applies]
    return sum(outcome.passed for outcome in outcomes), len(outcomes)


_HEAD: Final = """# Scorecards / Kartu nilai

What tools of others check, restated as tests of ours and run against a real server whose IRIs begin
with its own address. Written by `make scorecards UPDATE=1`, compared by `make scorecards`; what
does not apply and why is in [record 24](decisions/0024-scorecards-restate-what-others-check.md).

Yang diperiksa alat pihak lain, ditulis ulang sebagai pengujian kami dan dijalankan terhadap server
sungguhan yang IRI-nya berawal dengan alamatnya sendiri. Ditulis oleh `make scorecards UPDATE=1`,
dibandingkan oleh `make scorecards`.

✓ passes / lulus · ✗ fails / gagal · n/a does not apply here / tidak berlaku di sini
"""


def table(judged_cards: Sequence[tuple[Card, Judged]]) -> str:
    """Return the cards as Markdown: the scores, then each item with its outcome."""
    lines = [_HEAD, "| | ✓ | ✗ | n/a | % |", "| --- | ---: | ---: | ---: | ---: |"]
    for card, judged in judged_cards:
        passed, applied = score(judged)
        figures = (passed, applied - passed, len(judged) - applied, f"{100 * passed / applied:.0f}")
        lines.append(f"| [{card.tool}]({card.source}) | " + " | ".join(map(str, figures)) + " |")
    reasons: list[Text] = []
    for card, judged in judged_cards:
        lines += ["", f"## {card.tool}", "", "| | | |", "| --- | --- | --- |"]
        lines += [f"| {_row(item, outcome, reasons)} |" for item, outcome in judged]
    lines += ["", "## Why not / Mengapa tidak", ""]
    lines += [f"{n}. {text.en} / {text.id}" for n, text in enumerate(reasons, 1)]
    return "\n".join(lines) + "\n"


def _row(item: Item, outcome: Outcome, reasons: list[Text]) -> str:
    if outcome.applies and outcome.passed:
        mark = "✓"
    else:
        reason = item.choice if outcome.applies else outcome.reason
        note = f" ({_number(reason, reasons)})" if reason else ""
        mark = ("✗" if outcome.applies else "n/a") + note
    return " | ".join((f"`{item.name}`", item.asks.replace("|", "\\|"), mark))


def _number(reason: Text, reasons: list[Text]) -> int:
    if reason not in reasons:
        reasons.append(reason)
    return reasons.index(reason) + 1

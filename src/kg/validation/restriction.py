"""A query limited to some nodes, where the engine meets the limit before it reads anything else."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from rdflib.term import Node, Variable

from kg.validation.rules import prologue, start_of_where

_TOKEN: Final = re.compile(
    r"""(?P<skip> \#[^\n]* | <[^<>"{}|^`\\\s]*> | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' )
      | (?P<open>\{) | (?P<close>\}) | (?P<word>[A-Za-z_?$][\w:-]*)""",
    re.VERBOSE,
)
_VARIABLE: Final = re.compile(r"[?$]\w+")


def restrict(
    select: str,
    names: Iterable[Variable],
    keys: Iterable[tuple[Node, ...]],
    prefixes: Mapping[str, str],
) -> str:
    """Return a query with some variables limited to given terms, where its pattern begins."""
    start = start_of_where(select) or 0
    rows = " ".join(f"({' '.join(term.n3() for term in key)})" for key in keys)
    values = f" VALUES ({' '.join(name.n3() for name in names)}) {{ {rows} }}\n"
    return prologue(prefixes, select) + select[:start] + values + select[start:]


def restrict_groups(
    query: str,
    name: Variable,
    nodes: Iterable[Node],
    beside: Mapping[Variable, Iterable[Node]] = MappingProxyType({}),
) -> str:
    """Return a query with a variable limited in each group that is evaluated by itself.

    Those are the outermost one and, if the variable stands in them, the branches of UNION and
    the groups of MINUS: the engine does not carry a limit from outside into them. ``beside`` are
    all terms that other variables can have beside those nodes; ``subselects`` are limited to them.
    """
    groups, own = _separate_groups(query, name.n3())
    limits = dict.fromkeys(groups, f" {{ {_values(name, nodes)} {own} }}\n")
    for other, terms in beside.items():
        for start in subselects(query, other.n3()):
            limits[start] = f"{limits.get(start, '')} {_values(other, terms)}\n"
    pieces, last = [], 0
    for start in sorted(limits):
        pieces += [query[last:start], limits[start]]
        last = start
    return "".join([*pieces, query[last:]])


def _values(name: Variable, terms: Iterable[Node]) -> str:
    return f"VALUES {name.n3()} {{ {' '.join(term.n3() for term in terms)} }}"


@lru_cache(maxsize=64)
def subselects(query: str, name: str) -> tuple[int, ...]:
    """Return the offsets behind the braces of subselects that give a variable, and no sums.

    Only those that are joined with what is around them, or taken away from it: so it does not
    matter what they give where the variable has a term that it has nowhere around.
    """
    found: list[int] = []
    joined: list[bool] = []
    shown: list[str] | None = None
    word = ""
    for token in _TOKEN.finditer(query):
        if token["open"]:
            is_joined = not joined or (joined[-1] and _joins(word, len(joined)))
            if joined and shown is not None:
                is_joined = is_joined and name in shown and "AS" not in shown
                found += [token.end()] if is_joined else []
            joined.append(is_joined)
            shown, word = None, ""
        elif token["close"]:
            joined.pop()
        elif token["word"]:
            word = token["word"]
            if shown is not None:
                shown.append(word if word.startswith("?") else word.upper())
            elif word.upper() == "SELECT":
                shown = []
    return tuple(found)


def _joins(word: str, depth: int) -> bool:
    """Say whether a group is joined with what is around it, by the word that stands before it."""
    return word.upper() not in ("OPTIONAL", "EXISTS", "MINUS") or (word, depth) == ("MINUS", 1)


def _own_filters(query: str, name: str) -> Iterator[str]:
    """Yield the outermost FILTER NOT EXISTS that are about the variable and nothing around them.

    The engine would test them last, after it has read all there is around the node.
    """
    depth, start, words = 0, None, [(0, "")] * 3
    for token in _TOKEN.finditer(query):
        if token["open"]:
            said = [word.upper() for _, word in words]
            if depth == 1 and said == ["FILTER", "NOT", "EXISTS"]:
                start = words[0][0]
            depth += 1
        elif token["close"]:
            depth -= 1
            if depth == 1 and start is not None:
                text, rest = query[start : token.end()], query[:start] + query[token.end() :]
                inner = set(_VARIABLE.findall(text)) - {name}
                if name in _VARIABLE.findall(text) and not inner & set(_VARIABLE.findall(rest)):
                    yield text
                start = None
        elif token["word"]:
            words = [*words[1:], (token.start(), token["word"])]


@lru_cache(maxsize=64)
def _separate_groups(query: str, name: str) -> tuple[frozenset[int], str]:
    """Return the offsets behind the braces of the groups that need a limit of their own.

    The second value are the filters that belong to the limit.
    """
    return frozenset(_own_groups(query, name)), " ".join(_own_filters(query, name))


def _own_groups(query: str, name: str) -> set[int]:
    found: set[int] = set()
    open_groups: list[tuple[int, str, set[str]]] = []
    branch: int | None = None
    word = ""
    for token in _TOKEN.finditer(query):
        if token["open"]:
            open_groups.append((token.end(), word.upper(), set()))
            word = ""
        elif token["close"]:
            start, before, words = open_groups.pop()
            if not open_groups or (before in ("UNION", "MINUS") and name in words):
                found.add(start)
            branch = start if name in words else None
            if open_groups and before != "SELECT":
                open_groups[-1][2].update(words)
            word = ""
        elif token["word"]:
            word = token["word"]
            if word.upper() == "UNION" and branch is not None:
                found.add(branch)
            if open_groups:
                open_groups[-1][2].add(word)
    return found

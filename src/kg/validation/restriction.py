"""A query limited to some nodes, where the engine meets the limit before it reads anything else."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
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


def restrict_groups(query: str, name: Variable, nodes: Sequence[Node]) -> str:
    """Return a query with a variable limited in each group that is evaluated by itself.

    Those are the outermost one and, if the variable stands in them, the branches of UNION and
    the groups of MINUS: the engine does not carry a limit from outside into them.
    """
    terms = " ".join(node.n3() for node in nodes)
    own = " ".join(_own_filters(query, name.n3()))
    values = f" {{ VALUES {name.n3()} {{ {terms} }} {own} }}\n"
    pieces, last = [], 0
    for start in sorted(_separate_groups(query, name.n3())):
        pieces += [query[last:start], values]
        last = start
    return "".join([*pieces, query[last:]])


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


def _separate_groups(query: str, name: str) -> set[int]:
    """Return the offsets behind the braces of the groups that need a limit of their own."""
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

"""Lines of N-Quads in other syntaxes, one at a time: for files that need not fit in memory.

Only what a release's content is: sorted, canonical N-Quads, checked before they come here.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

_LINE: Final = re.compile(
    r"(?P<s><[^>]*>|_:\S+) (?P<p><[^>]*>) "
    r'(?P<o><[^>]*>|_:\S+|"(?:[^"\\]|\\.)*"(?:@[A-Za-z0-9-]+|\^\^<[^>]*>)?)'
    r"(?: (?P<g><[^>]*>))? \.\n?"
)
_LITERAL: Final = re.compile(
    r'"(?P<text>(?:[^"\\]|\\.)*)"(?:@(?P<language>[A-Za-z0-9-]+)|\^\^<(?P<datatype>[^>]*)>)?'
)
_ESCAPE: Final = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)")
_ESCAPES: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_LOCAL: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?")

RDF_TYPE: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


class Line(NamedTuple):
    """A quad as N-Quads writes its terms; ``graph`` is None in the default graph."""

    subject: str
    predicate: str
    object: str
    graph: str | None


class LiteralParts(NamedTuple):
    """A literal's text, unescaped, and its language or datatype (an IRI)."""

    text: str
    language: str | None
    datatype: str | None


def read_line(line: str) -> Line:
    """Return the terms of a line of N-Quads.

    Raises ``ValueError`` for what is none.
    """
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(line)
    return Line(*match.group("s", "p", "o", "g"))


def read_lines(lines: Iterable[str]) -> Iterator[Line]:
    """Read lines of N-Quads one by one."""
    return map(read_line, lines)


def by_subject(lines: Iterable[Line]) -> Iterator[tuple[str, list[Line]]]:
    """Group lines that follow each other and have the same subject."""
    for subject, group in groupby(lines, key=lambda line: line.subject):
        yield subject, list(group)


def read_literal(term: str) -> LiteralParts:
    """Return the parts of a literal as N-Quads writes it."""
    match = _LITERAL.fullmatch(term)
    if match is None:
        raise ValueError(term)
    text = match["text"]
    if "\\" in text:
        text = _ESCAPE.sub(_unescape, text)
    return LiteralParts(text, match["language"], match["datatype"])


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    if len(code) > 1:
        return chr(int(code[1:], 16))
    return _ESCAPES.get(code, code)


class Abbreviator:
    """Shortens IRIs by a prefix map whose namespaces end with ``/`` or ``#``."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.prefixes = dict(sorted(prefixes.items()))
        self._names = {iri: name for name, iri in self.prefixes.items()}
        self.curie = lru_cache(maxsize=1 << 16)(self._curie)

    def _curie(self, iri: str) -> str | None:
        end = max(iri.rfind("/"), iri.rfind("#")) + 1
        name, local = self._names.get(iri[:end]), iri[end:]
        return f"{name}:{local}" if name and _LOCAL.fullmatch(local) else None

    def turtle(self, term: str) -> str:
        """Return a term as Turtle writes it."""
        if term.startswith("<"):
            return self.curie(term[1:-1]) or term
        head, caret, datatype = term.rpartition('"^^')
        return f'{head}"^^{self.turtle(datatype)}' if caret else term

    def header(self) -> Iterator[str]:
        """Yield the declarations of all prefixes in Turtle."""
        for name, iri in self.prefixes.items():
            yield f"@prefix {name}: <{iri}> .\n"

    def turtle_blocks(self, lines: Iterable[Line], indent: str = "") -> Iterator[str]:
        """Yield Turtle for lines of one graph that are sorted, a subject at a time."""
        for subject, group in by_subject(lines):
            parts = []
            for predicate, pairs in groupby(group, key=lambda line: line.predicate):
                verb = "a" if predicate == RDF_TYPE else self.turtle(predicate)
                parts.append(f"{verb} {' , '.join(self.turtle(pair.object) for pair in pairs)}")
            body = f" ;\n{indent}    ".join(parts)
            yield f"{indent}{self.turtle(subject)} {body} .\n"

    def json_nodes(self, lines: Iterable[Line]) -> Iterator[str]:
        """Yield JSON-LD node objects for lines of one graph that are sorted."""
        for subject, group in by_subject(lines):
            node: dict[str, object] = {"@id": self.json_name(subject)}
            for predicate, pairs in groupby(group, key=lambda line: line.predicate):
                if predicate == RDF_TYPE:
                    node["@type"] = [self.json_name(pair.object) for pair in pairs]
                else:
                    key = self.json_name(predicate)
                    node[key] = [self._json_value(pair.object) for pair in pairs]
            yield json.dumps(node, ensure_ascii=False)

    def json_name(self, term: str) -> str:
        """Return an IRI or blank node as JSON-LD names it."""
        return (self.curie(term[1:-1]) or term[1:-1]) if term.startswith("<") else term

    def _json_value(self, term: str) -> Mapping[str, str]:
        if not term.startswith('"'):
            return {"@id": self.json_name(term)}
        text, language, datatype = read_literal(term)
        if language:
            return {"@value": text, "@language": language}
        if datatype:
            return {"@value": text, "@type": self.curie(datatype) or datatype}
        return {"@value": text}

"""What the names and the relative IRIs of a query stand for.

SPARQL 1.1 Query, https://www.w3.org/TR/sparql11-query/#prologue (section 4.1.1), with the
resolution of references of https://www.rfc-editor.org/rfc/rfc3986#section-5.2.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kg.sparql.lexer import Token, TokenKind

_PARTS: Final = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?"
)
_SCHEME: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")
_CODE_POINT: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_LOCAL_ESCAPE: Final = re.compile(r"\\(.)")
_NO_IRI: Final = re.compile(r"[<>\"{}|^`\\\x00-\x20\ud800-\udfff]")


@dataclass(frozen=True)
class Prologue:
    """The declarations of a query: ``base`` as it holds in the body, ``prefixes`` resolved.

    ``version`` is what ``VERSION`` says (SPARQL 1.2), quotation marks included, or None.
    """

    base: str
    prefixes: Mapping[str, str]
    version: str | None = None

    def expand(self, token: Token) -> str | None:
        """Return the absolute IRI that a token stands for; None if it stands for none."""
        if token.kind is TokenKind.IRI:
            return _read_iri(token, self.base)
        prefix, _, local = token.text.partition(":")
        if token.kind is not TokenKind.NAME or prefix not in self.prefixes:
            return None
        return self.prefixes[prefix] + _LOCAL_ESCAPE.sub(r"\1", local)

    def declare(self, tokens: Collection[Token]) -> str:
        """Return the declarations that some tokens need, one a line, in absolute IRIs."""
        lines = [] if self.version is None else [f"VERSION {self.version}"]
        if any(token.kind is TokenKind.IRI and not _SCHEME.match(token.text) for token in tokens):
            lines.append(f"BASE <{self.base}>")
        used = {token.text.partition(":")[0] for token in tokens if token.kind is TokenKind.NAME}
        lines += (f"PREFIX {p}: <{iri}>" for p, iri in self.prefixes.items() if p in used)
        return "".join(line + "\n" for line in lines)


def read_prologue(tokens: Sequence[Token], base: str) -> Prologue:
    """Return the prologue of a query; ``base`` is the IRI that it starts from.

    ``tokens`` are without white space and comments. Reading ends at what is no declaration.
    """
    prefixes: dict[str, str] = {}
    version, index = None, 0
    while index + 1 < len(tokens):
        word, first, second = (
            tokens[index].text.upper(),
            *(*tokens[index + 1 : index + 3], None)[:2],
        )
        iri = _read_iri(second if word == "PREFIX" else first, base)
        if word == "VERSION" and first and first.kind is TokenKind.STRING:
            version = first.text
        elif word == "BASE" and iri is not None:
            base = iri
        elif word == "PREFIX" and iri is not None and first and first.text.endswith(":"):
            prefixes[first.text[:-1]] = iri
        else:
            break
        index += 3 if word == "PREFIX" else 2
    return Prologue(base, prefixes, version)


def _read_iri(token: Token | None, base: str) -> str | None:
    if token is None or token.kind is not TokenKind.IRI:
        return None
    iri = _CODE_POINT.sub(_code_point, token.text[1:-1])
    return None if _NO_IRI.search(iri) else resolve(iri, base)


def _code_point(match: re.Match[str]) -> str:
    number = int(match[1] or match[2], 16)
    # What is no code point becomes what no IRI may hold.
    return chr(number) if number <= 0x10FFFF else " "


def resolve(reference: str, base: str) -> str:
    """Return an IRI reference as an absolute IRI; one that is absolute stays as it is written.

    >>> resolve("../x?y#z", "http://example.org/a/b/c")
    'http://example.org/a/x?y#z'
    >>> resolve("", "http://example.org/a?b#c")
    'http://example.org/a?b'
    """
    scheme, authority, path, query, fragment = _split(reference)
    if scheme is not None:
        return reference
    scheme, base_authority, base_path, base_query, _ = _split(base)
    if authority is None:
        authority = base_authority
        if not path:
            path, query = base_path, base_query if query is None else query
        else:
            path = _remove_dots(_merge(path, base_path, has_authority=authority is not None))
    start = "" if scheme is None else scheme + ":"
    host = "" if authority is None else "//" + authority
    return start + host + path + (query or "") + (fragment or "")


def _merge(path: str, base_path: str, *, has_authority: bool) -> str:
    if path.startswith("/"):
        return path
    folder = base_path[: base_path.rfind("/") + 1]
    return (folder or ("/" if has_authority else "")) + path


def _split(iri: str) -> tuple[str | None, str | None, str, str | None, str | None]:
    match = _PARTS.fullmatch(iri)
    if match is None:
        return None, None, iri, None, None
    scheme, authority, path, query, fragment = match.groups()
    return scheme, authority, path or "", query, fragment


def _remove_dots(path: str) -> str:
    """Remove dot segments (RFC 3986, section 5.2.4)."""
    if not path.startswith("/"):
        return path
    kept: list[str] = []
    *folders, last = path.split("/")[1:]
    for segment in folders:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if last == "..":
        del kept[-1:]
    return "/" + "/".join([*kept, "" if last in (".", "..") else last])

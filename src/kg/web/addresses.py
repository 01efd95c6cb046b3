"""Where a thing, a document about it and a link on a page are found on this server.

A thing ``{base}id/{kind}/{slug}`` is described by ``/doc/{kind}/{slug}``; schemes, concepts and
graphs keep their first step: ``/doc/scheme/…``, ``/doc/graph/…``. (No kind may be called
``scheme`` or ``graph``.) Each format of a document has an address of its own: the document's
with a suffix, such as ``/doc/agency/polresta-sidoarjo.ttl``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from urllib.parse import quote, urlencode

from kg.iris import compress_iri

_COLLECTIONS: Final = ("scheme/", "graph/")


def document_path(thing_path: str) -> str:
    """Return the path of the document about a thing; both are relative to the base.

    >>> document_path("id/agency/polresta-sidoarjo")
    'doc/agency/polresta-sidoarjo'
    >>> document_path("scheme/agency-type/polresta")
    'doc/scheme/agency-type/polresta'
    """
    return "doc/" + thing_path.removeprefix("id/")


def thing_path(document: str) -> str:
    """Return the path of the thing that a document is about, its suffix taken off before.

    >>> thing_path("doc/graph/article/003")
    'graph/article/003'
    """
    rest = document.removeprefix("doc/")
    return rest if rest.startswith(_COLLECTIONS) else "id/" + rest


class Suffixed(NamedTuple):
    """A path taken apart; ``suffix`` is without its dot, None if there is none."""

    stem: str
    suffix: str | None


def split_suffix(path: str) -> Suffixed:
    """Take the suffix off a path.

    >>> split_suffix("doc/agency/polresta-sidoarjo.ttl")
    Suffixed(stem='doc/agency/polresta-sidoarjo', suffix='ttl')
    """
    stem, dot, suffix = path.rpartition(".")
    return Suffixed(stem, suffix) if dot and "/" not in suffix else Suffixed(path, None)


@dataclass(frozen=True)
class Links:
    """Turns IRIs into links that work on the server one is on.

    ``base`` is the release's, ``root`` the path that the server is mounted at (often empty),
    ``parameters`` what every link hands on, such as a language that the reader chose.
    """

    base: str
    prefixes: Mapping[str, str]
    root: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    def local(self, path: str, **parameters: str | int | None) -> str:
        """Return the link to a path of this server, which may end with a fragment."""
        path, hash_sign, fragment = path.partition("#")
        chosen = {**self.parameters, **parameters}
        query = urlencode({name: value for name, value in chosen.items() if value is not None})
        return f"{self.root}/{quote(path)}{'?' if query else ''}{query}{hash_sign}{fragment}"

    def to(self, iri: str) -> str | None:
        """Return the link to whatever an IRI names; None if it cannot be followed."""
        # An rdflib term's own startswith takes one prefix only.
        address = str(iri)
        if address.startswith(self.base):
            return self.local(address.removeprefix(self.base))
        return address if address.startswith(("http://", "https://")) else None

    def term(self, iri: str) -> str | None:
        """Return the link to a property or class: reused ones too are on the ontology's page."""
        curie = compress_iri(iri, self.prefixes)
        if iri.startswith(self.base) or curie == iri:
            return self.to(iri)
        return self.local(f"ont#{curie}")

"""The IRI policy: minting, reading and abbreviating IRIs, and moving them to another base.

Every text file of the project uses the canonical base. A release may be built for another one
(a local server, say); ``rebase`` and ``rebase_term`` are the only places where that happens.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, NamedTuple, TypeVar

from rdflib import Literal, URIRef
from rdflib.term import Node

from kg.errors import IriError
from kg.language import Text
from kg.namespaces import CANONICAL_BASE

MAX_SLUG_LENGTH: Final = 80

_Term = TypeVar("_Term", bound=Node)

_SLUG = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")
_THING = re.compile(rf"{re.escape(CANONICAL_BASE)}id/(?P<kind>[a-z-]+)/(?P<slug>[a-z0-9-]+)")


class Identity(NamedTuple):
    """The two parts that name a thing: ``/id/{kind}/{slug}``."""

    kind: str
    slug: str


def slugify(name: str) -> str:
    """Return the slug of a name: ASCII, lower case, hyphens, at most 80 characters.

    >>> slugify("Pemerintah Kota Payakumbuh")
    'pemerintah-kota-payakumbuh'

    Raises ``IriError`` if nothing is left of the name.
    """
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name.lower()).strip("-")[:MAX_SLUG_LENGTH].strip("-")
    if not slug:
        raise IriError(
            Text("Nama '{name}' tidak menghasilkan slug", "Name '{name}' yields no slug").format(
                name=name
            )
        )
    return slug


def mint_iri(kind: str, slug: str) -> str:
    """Return the canonical IRI of a thing.

    >>> mint_iri("agency", "polresta-sidoarjo")
    'https://w3id.org/inovasi-publik/id/agency/polresta-sidoarjo'

    Raises ``IriError`` if the slug is not of the form that the policy allows.
    """
    if not _SLUG.fullmatch(slug) or len(slug) > MAX_SLUG_LENGTH:
        raise IriError(
            Text(
                "Slug '{slug}' tidak sah: pakai a-z, angka dan tanda hubung, paling panjang 80",
                "Slug '{slug}' is not allowed: lower-case a-z, digits and hyphens, at most 80",
            ).format(slug=slug)
        )
    return f"{CANONICAL_BASE}id/{kind}/{slug}"


def parse_iri(iri: str) -> Identity | None:
    """Return kind and slug of a canonical thing IRI, or None for any other IRI.

    >>> parse_iri("https://w3id.org/inovasi-publik/id/person/ikhsan")
    Identity(kind='person', slug='ikhsan')
    """
    match = _THING.fullmatch(iri)
    return Identity(match["kind"], match["slug"]) if match else None


def expand_curie(curie: str, prefixes: Mapping[str, str]) -> str:
    """Return the IRI that a CURIE stands for (CURIE Syntax 1.0, section 3).

    Raises ``IriError`` if there is no colon or the prefix is not in the map.
    """
    prefix, colon, local = curie.partition(":")
    if not colon or prefix not in prefixes:
        raise IriError(
            Text(
                "Prefiks '{prefix}' tidak ada di ontology/prefixes.ttl",
                "Prefix '{prefix}' is not in ontology/prefixes.ttl",
            ).format(prefix=prefix)
        )
    return prefixes[prefix] + local


def compress_iri(iri: str, prefixes: Mapping[str, str]) -> str:
    """Return the CURIE with the longest namespace that fits, or the IRI itself.

    >>> compress_iri("http://www.w3.org/ns/org#Post", {"org": "http://www.w3.org/ns/org#"})
    'org:Post'
    """
    # An rdflib term's own startswith is slow, and this is asked for every term of a document.
    plain = str(iri)
    fits = [
        item for item in prefixes.items() if plain.startswith(item[1]) and len(plain) > len(item[1])
    ]
    if not fits:
        return iri
    prefix, namespace = max(fits, key=lambda item: len(item[1]))
    return f"{prefix}:{iri[len(namespace) :]}"


def rebase(text: str, base: str) -> str:
    """Replace the canonical base by another in N-Quads, a query or a single IRI."""
    return text if base == CANONICAL_BASE else text.replace(CANONICAL_BASE, base)


def rebase_term(term: _Term, old: str, new: str) -> _Term:
    """Replace one base by another in a term, wherever ``rebase`` would in its N-Quads.

    A term that has nothing to replace is returned itself; blank nodes always are.
    """
    if old == new:
        return term
    if isinstance(term, URIRef):
        return type(term)(term.replace(old, new)) if old in term else term
    if isinstance(term, Literal):
        kind = term.datatype
        if old not in term and (kind is None or old not in kind):
            return term
        kind = None if kind is None else rebase_term(kind, old, new)
        text = str(term).replace(old, new)
        return type(term)(text, lang=term.language, datatype=kind, normalize=False)
    return term

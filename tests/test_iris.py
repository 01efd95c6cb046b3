"""The IRI policy: minting and reading, expanding and compressing, are each other's inverse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from kg.errors import IriError
from kg.iris import (
    Identity,
    compress_iri,
    expand_curie,
    mint_iri,
    parse_iri,
    rebase,
    rebase_term,
    slugify,
)
from kg.namespaces import CANONICAL_BASE, read_prefixes
from kg.settings import Settings
from kg.store import parse_rdf

PREFIXES = read_prefixes(Settings().ontology)

slugs = st.from_regex(r"[a-z0-9]{1,20}(-{1,2}[a-z0-9]{1,20}){0,2}", fullmatch=True)
kinds = st.sampled_from(["agency", "person", "tenure", "data-asset"])


@given(kinds, slugs)
def test_a_minted_iri_reads_back(kind: str, slug: str) -> None:
    assert parse_iri(mint_iri(kind, slug)) == Identity(kind, slug)


@given(st.sampled_from(sorted(PREFIXES)), slugs)
def test_an_expanded_curie_compresses_back(prefix: str, local: str) -> None:
    iri = expand_curie(f"{prefix}:{local}", PREFIXES)
    assert expand_curie(compress_iri(iri, PREFIXES), PREFIXES) == iri


@given(st.text())
def test_a_slug_is_always_one_that_can_be_minted(name: str) -> None:
    try:
        slug = slugify(name)
    except IriError:
        return
    assert mint_iri("agency", slug).endswith(slug)


@pytest.mark.parametrize("slug", ["", "-a", "a-", "A", "a_b", "é", "a/b", "a" * 81])
def test_a_bad_slug_is_refused(slug: str) -> None:
    with pytest.raises(IriError):
        mint_iri("agency", slug)


@pytest.mark.parametrize("curie", ["agency", "nope:x", ":x", ""])
def test_a_bad_curie_is_refused(curie: str) -> None:
    with pytest.raises(IriError):
        expand_curie(curie, PREFIXES)


def test_rebasing_moves_our_own_iris_only() -> None:
    quad = f"<{CANONICAL_BASE}id/agency/x> <http://www.w3.org/ns/org#unitOf> <http://x/> ."
    assert rebase(quad, "http://localhost:8000/") == (
        "<http://localhost:8000/id/agency/x> <http://www.w3.org/ns/org#unitOf> <http://x/> ."
    )


LOCAL = "http://localhost:8000/"
TERMS: list[Node] = [
    URIRef(f"{CANONICAL_BASE}id/agency/x"),
    URIRef(f"https://archive.example/web/{CANONICAL_BASE}id/agency/x"),
    URIRef("http://www.w3.org/ns/org#unitOf"),
    Literal(f"see {CANONICAL_BASE}a and {CANONICAL_BASE}b", lang="en"),
    Literal("x", datatype=URIRef(f"{CANONICAL_BASE}ontology#Code")),
    Literal("x", datatype=URIRef("https://elsewhere.example/Code")),
    Literal("007", datatype=URIRef("http://www.w3.org/2001/XMLSchema#integer"), normalize=False),
    Literal("plain"),
]


@pytest.mark.parametrize("base", [CANONICAL_BASE, LOCAL, f"{CANONICAL_BASE}staging/"])
@pytest.mark.parametrize("term", TERMS)
def test_a_term_moves_as_its_text_does_and_back(term: Node, base: str) -> None:
    text = f"<http://s.example/> <http://p.example/> {term.n3()} .\n"
    (quad,) = parse_rdf(rebase(text, base), "nq", "")
    moved = rebase_term(term, CANONICAL_BASE, base)
    assert moved == quad.object
    assert rebase_term(moved, base, CANONICAL_BASE) == term


def test_a_term_without_the_base_is_left_as_it_is() -> None:
    stays = [term for term in TERMS if CANONICAL_BASE not in term.n3()]
    assert len(stays) == 4
    for term in (*stays, BNode(CANONICAL_BASE)):
        assert rebase_term(term, CANONICAL_BASE, LOCAL) is term


def test_no_two_prefixes_share_a_namespace() -> None:
    assert len(set(PREFIXES.values())) == len(PREFIXES) >= 80

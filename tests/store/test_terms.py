"""What goes into the store comes out of it, as far as canonical lexical forms allow."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import XSD, BNode, Literal, URIRef, Variable

from kg.errors import StoreError
from kg.store import DEFAULT_GRAPH, MemoryStore, canonical_nquads
from kg.store.terms import Term, to_engine, to_rdflib

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
LANGUAGES = st.sampled_from(["id", "en", "id-id", "jv", "zh-hant-tw"])
IRIS = st.from_regex(r"https://example\.org/([a-z0-9/_~.-]|%2F|ü){0,20}", fullmatch=True)
TERMS: st.SearchStrategy[Term] = st.one_of(
    IRIS.map(URIRef),
    st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,8}", fullmatch=True).map(BNode),
    TEXTS.map(Literal),
    st.builds(lambda text, tag: Literal(text, lang=tag), TEXTS, LANGUAGES),
    st.builds(lambda text, iri: Literal(text, datatype=URIRef(iri)), TEXTS, IRIS),
)
VALUES = st.one_of(
    st.booleans().map(Literal),
    st.integers(-(2**63), 2**63 - 1).map(Literal),
    st.dates(date(1000, 1, 1)).map(Literal),
    st.integers(1000, 9999).map(lambda year: Literal(str(year), datatype=XSD.gYear)),
    st.datetimes(datetime(1000, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
        lambda moment: Literal(moment.replace(microsecond=0))
    ),
)


def through_store(term: Term) -> Term:
    """Write one term as the object of a quad, load it, and read it back."""
    line = f"<https://example.org/s> <https://example.org/p> {to_engine(term)} .\n"
    (quad,) = MemoryStore(line.encode()).quads(graph=DEFAULT_GRAPH)
    return quad.object


@given(TERMS)
def test_a_term_survives_the_conversion(term: Term) -> None:
    assert to_rdflib(to_engine(term)) == term


@given(TERMS.filter(lambda term: not isinstance(term, BNode)))
def test_a_term_survives_the_store(term: Term) -> None:
    assert through_store(term) == term


@given(VALUES)
def test_a_canonical_value_survives_the_store_unchanged(value: Literal) -> None:
    back = through_store(value)
    assert isinstance(back, Literal)
    assert back.value == value.value
    assert back.datatype == value.datatype


@given(st.decimals("-1e12", "1e12", places=3))
def test_a_decimal_keeps_its_value_though_not_its_zeros(number: Decimal) -> None:
    back = through_store(Literal(number))
    assert isinstance(back, Literal)
    assert back.value == number


def test_the_engine_normalises_numbers_that_are_not_canonical() -> None:
    assert str(through_store(Literal("1.0", datatype=XSD.decimal))) == "1"
    assert through_store(Literal("007", datatype=XSD.int, normalize=False)) == Literal(7)


def test_a_plain_string_has_no_datatype_for_rdflib() -> None:
    back = to_rdflib(to_engine(Literal("teks", datatype=XSD.string)))
    assert back == Literal("teks")


def test_an_ill_typed_literal_keeps_its_lexical_form() -> None:
    assert str(through_store(Literal("kemarin", datatype=XSD.date))) == "kemarin"


@pytest.mark.parametrize("term", [Variable("x"), URIRef("not an IRI"), BNode("a b")])
def test_what_is_no_term_is_refused(term: URIRef) -> None:
    with pytest.raises(StoreError):
        to_engine(term)


def test_a_triple_term_is_refused_instead_of_mangled() -> None:
    node = ox.NamedNode("https://example.org/x")
    with pytest.raises(StoreError, match=r"RDF 1\.2"):
        to_rdflib(ox.Triple(node, node, node))


@given(st.permutations(["_:a <urn:p> _:b .\n", '_:b <urn:q> "1" .\n', "<urn:s> <urn:p> _:a .\n"]))
def test_canonical_nquads_do_not_depend_on_order(lines: list[str]) -> None:
    canonical = canonical_nquads("".join(lines * 2).encode())
    assert canonical.count(b"\n") == 3
    assert canonical == canonical_nquads("".join(reversed(lines)).encode())


def test_canonical_nquads_do_not_depend_on_blank_node_labels() -> None:
    text = b"_:a <urn:p> _:b <urn:g> .\n_:b <urn:p> <urn:o> .\n"
    renamed = text.replace(b"_:a", b"_:zz").replace(b"_:b", b"_:a")
    assert canonical_nquads(renamed) == canonical_nquads(text)
    assert b"_:c14n0" in canonical_nquads(text)


def test_canonical_nquads_keep_lexical_forms() -> None:
    line = b'<urn:s> <urn:p> "007"^^<http://www.w3.org/2001/XMLSchema#int> .\n'
    assert canonical_nquads(line) == line


@given(TEXTS)
def test_canonical_nquads_are_a_fixed_point(text: str) -> None:
    line = f"<urn:s> <urn:p> {to_engine(Literal(text))} .\n".encode()
    once = canonical_nquads(line)
    assert canonical_nquads(once) == once
    assert once.count(b"\n") == 1


def test_canonical_nquads_name_the_faulty_line() -> None:
    with pytest.raises(StoreError, match="line 2"):
        canonical_nquads(b"<urn:s> <urn:p> <urn:o> .\n<urn:s> <urn:p .\n")

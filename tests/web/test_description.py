"""What the document about a thing says, over a small dataset written out in full."""

import pytest
from rdflib import RDF, Literal, URIRef
from rdflib.namespace import SKOS

from kg.store import MemoryStore
from kg.web.description import PAGE_SIZE, Description, Statement, Value, describe
from kg.web.documents import document_quads, triples_only
from kg.web.reader import Reader

BASE = "http://example.org/"

PREFIXES = {
    "a": "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>",
    "subject": "<http://www.w3.org/1999/02/22-rdf-syntax-ns#subject>",
    "predicate": "<http://www.w3.org/1999/02/22-rdf-syntax-ns#predicate>",
    "object": "<http://www.w3.org/1999/02/22-rdf-syntax-ns#object>",
    "label": "<http://www.w3.org/2004/02/skos/core#prefLabel>",
    "inScheme": "<http://www.w3.org/2004/02/skos/core#inScheme>",
    "broader": "<http://www.w3.org/2004/02/skos/core#broader>",
    "source": "<http://www.w3.org/ns/prov#hadPrimarySource>",
    "hasSource": "<http://www.w3.org/ns/oa#hasSource>",
    "hasSelector": "<http://www.w3.org/ns/oa#hasSelector>",
    "start": "<http://www.w3.org/ns/oa#start>",
    "end": "<http://www.w3.org/ns/oa#end>",
}


def quads(text: str) -> str:
    """Expand lines of words: known ones, ``:path`` under the base, literals as they are."""
    lines = (line.split() for line in text.strip().splitlines() if line.strip())
    return "".join(" ".join(map(_word, words)) + " .\n" for words in lines)


def _word(word: str) -> str:
    return f"<{BASE}{word[1:]}>" if word.startswith(":") else PREFIXES.get(word, word)


def claim(key: str, source: str, triple: str, *details: str) -> str:
    subject, predicate, value = triple.split()
    lines = [
        f"subject {subject}",
        f"predicate {predicate}",
        f"object {value}",
        f"source :id/article/{source}",
        *details,
    ]
    graph = ":graph/provenance"
    return quads("\n".join(f":id/claim/{key} {line} {graph}" for line in lines))


def asserted(source: str, triple: str) -> str:
    return quads(f"{triple} :graph/article/{source}")


def span(source: str, start: int, end: int) -> str:
    node = f":id/span/{source}-{start}-{end}"
    integer = "^^<http://www.w3.org/2001/XMLSchema#integer>"
    return quads(
        f"""
        {node} hasSource :id/article/{source} :graph/provenance
        {node} hasSelector {node}#position :graph/provenance
        {node} :ont#locator "L{start}.S1" :graph/provenance
        {node}#position start "{start}"{integer} :graph/provenance
        {node}#position end "{end}"{integer} :graph/provenance
        """
    )


VENUE = ":id/event/gala :ont#venue"

DATA = "".join(
    [
        quads(
            f"""
            :id/event/gala a :ont#PublicEvent
            :id/event/gala a :ont#PublicEvent :graph/reference
            :id/event/gala label "Gebyar"@id
            :id/event/gala label "Gebyar"@id :graph/reference
            {VENUE} :id/place/hotel
            :id/place/hotel label "Hotel"@id
            :id/place/jakarta label "Jakarta"@id
            :id/conferral/one :ont#duringEvent :id/event/gala
            :id/conferral/one :ont#duringEvent :id/event/gala :graph/editorial
            :id/conflict/x1 :ont#conflicting :id/claim/1-2 :graph/conflicts
            :id/conflict/x1 :ont#conflicting :id/claim/2-1 :graph/conflicts
            :id/conflict/x1 label "Tempat"@id :graph/conflicts
            :scheme/place-type/kota inScheme :scheme/place-type
            :scheme/place-type/kota broader :scheme/place-type/daerah
            :scheme/place-type/daerah inScheme :scheme/place-type
            :scheme/place-type label "Jenis"@id
            """
        ),
        asserted("1", f"{VENUE} :id/place/jakarta"),
        asserted("2", f"{VENUE} :id/place/hotel"),
        asserted("3", f"{VENUE} :id/place/hotel"),
        asserted("1", ':id/event/gala label "Pesta"@id'),
        asserted("3", ":id/conferral/two :ont#duringEvent :id/event/gala"),
        claim("1-1", "1", ':id/event/gala label "Pesta"@id'),
        claim("1-2", "1", f"{VENUE} :id/place/jakarta", ":ont#elaborates :id/claim/1-1"),
        claim("2-1", "2", f"{VENUE} :id/place/hotel", ":ont#span :id/span/2-90-95"),
        claim(
            "3-1",
            "3",
            f"{VENUE} :id/place/hotel",
            ":ont#span :id/span/3-40-50",
            ":ont#span :id/span/3-5-9",
        ),
        claim("3-2", "3", f"{VENUE} :id/place/hotel"),
        claim("3-3", "3", ":id/conferral/one :ont#duringEvent :id/event/gala"),
        span("2", 90, 95),
        span("3", 40, 50),
        span("3", 5, 9),
        quads(
            "\n".join(
                f":id/person/p{number:03} :ont#bornIn :id/place/jakarta"
                for number in range(PAGE_SIZE + 1)
            )
        ),
    ]
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(MemoryStore(DATA.encode()), BASE)


@pytest.fixture
def gala(reader: Reader) -> Description:
    return described(reader, "id/event/gala")


def iri(path: str) -> URIRef:
    return URIRef(BASE + path)


def described(reader: Reader, path: str, page: int = 1) -> Description:
    description = describe(reader, iri(path), page)
    assert description is not None
    return description


def statement(description: Description, predicate: URIRef) -> Statement:
    return next(item for item in description.statements if item.predicate == predicate)


def only(values: tuple[Value, ...]) -> Value:
    (value,) = values
    return value


def test_what_the_release_does_not_know_has_no_description(reader: Reader) -> None:
    assert describe(reader, iri("id/event/none")) is None


def test_a_value_comes_with_the_claims_of_every_source(gala: Description) -> None:
    hotel = only(statement(gala, iri("ont#venue")).held)
    assert hotel.term == iri("id/place/hotel")
    assert [item.iri for item in hotel.claims] == [
        iri(f"id/claim/{n}") for n in ("2-1", "3-1", "3-2")
    ]


def test_a_source_that_repeats_itself_counts_once(gala: Description) -> None:
    hotel = only(statement(gala, iri("ont#venue")).held)
    assert hotel.sources == (iri("id/article/2"), iri("id/article/3"))


def test_a_value_that_only_a_source_asserts_stands_apart(gala: Description) -> None:
    jakarta = only(statement(gala, iri("ont#venue")).others)
    assert jakarta.term == iri("id/place/jakarta")
    assert jakarta.sources == (iri("id/article/1"),)


def test_a_statement_without_claim_names_the_graph_it_comes_from(gala: Description) -> None:
    kind = only(statement(gala, RDF.type).held)
    assert kind.claims == ()
    assert kind.graphs == (iri("graph/reference"),)
    assert gala.types == (iri("ont#PublicEvent"),)


def test_spans_stand_in_the_order_of_the_text(gala: Description) -> None:
    claims = only(statement(gala, iri("ont#venue")).held).claims
    places = [(place.locator, place.start, place.end) for place in claims[1].spans]
    assert places == [("L5.S1", 5, 9), ("L40.S1", 40, 50)]


def test_a_source_does_not_rename_what_has_a_name(reader: Reader) -> None:
    assert reader.labels(iri("id/event/gala")) == (Literal("Gebyar", lang="id"),)


def test_a_link_counts_once_however_many_graphs_state_it(gala: Description) -> None:
    (links,) = gala.inverse
    assert links.predicate == iri("ont#duringEvent")
    assert links.total == 1
    value = only(links.values)
    assert value.term == iri("id/conferral/one")
    assert [item.iri for item in value.claims] == [iri("id/claim/3-3")]
    assert value.graphs == (iri("graph/editorial"),)


def test_links_are_shown_page_by_page(reader: Reader) -> None:
    first, second = (described(reader, "id/place/jakarta", page) for page in (1, 2))
    assert [len(link.values) for link in first.inverse] == [PAGE_SIZE]
    assert [link.total for link in first.inverse] == [PAGE_SIZE + 1]
    assert first.more
    assert [value.term for value in second.inverse[0].values] == [iri(f"id/person/p{PAGE_SIZE:03}")]
    assert not second.more
    assert describe(reader, iri("id/place/jakarta"), 3) is None


def test_a_conflict_is_shown_where_one_of_its_claims_is(gala: Description) -> None:
    (conflict,) = gala.conflicts
    assert conflict.iri == iri("id/conflict/x1")
    assert [item.source for item in conflict.claims] == [iri("id/article/1"), iri("id/article/2")]


def test_an_article_tells_its_facts_with_their_details(reader: Reader) -> None:
    facts = {
        fact.claim.iri: [detail.iri for detail in fact.details]
        for fact in described_article(reader).facts
    }
    assert facts == {iri("id/claim/1-1"): [iri("id/claim/1-2")]}


def described_article(reader: Reader) -> Description:
    store = MemoryStore((DATA + quads(":id/article/1 a :ont#Article")).encode())
    return described(Reader(store, reader.base), "id/article/1")


def test_a_scheme_lists_its_concepts_with_what_is_wider(reader: Reader) -> None:
    description = described(reader, "scheme/place-type")
    assert {member.iri: member.broader for member in description.members} == {
        iri("scheme/place-type/daerah"): (),
        iri("scheme/place-type/kota"): (iri("scheme/place-type/daerah"),),
    }


def test_a_graph_lists_what_it_speaks_of(reader: Reader) -> None:
    description = described(reader, "graph/conflicts")
    assert [member.iri for member in description.members] == [iri("id/conflict/x1")]


def test_a_claim_that_is_mentioned_is_told(reader: Reader) -> None:
    description = described(reader, "id/conflict/x1")
    assert set(description.claims) == {iri("id/claim/1-2"), iri("id/claim/2-1")}


def test_everything_that_is_mentioned_is_named(gala: Description) -> None:
    for path in ("id/place/hotel", "id/place/jakarta", "id/conflict/x1"):
        assert gala.labels[iri(path)], path


def test_a_document_without_graphs_does_not_assert_what_only_a_source_says(
    reader: Reader, gala: Description
) -> None:
    quads = document_quads(reader, gala, "release")
    said = {quad[:3] for quad in triples_only(reader, quads)}
    jakarta = (iri("id/event/gala"), iri("ont#venue"), iri("id/place/jakarta"))
    assert jakarta in {quad[:3] for quad in quads}
    assert jakarta not in said
    assert (iri("id/event/gala"), iri("ont#venue"), iri("id/place/hotel")) in said
    assert (iri("id/claim/1-2"), RDF.object, iri("id/place/jakarta")) in said


def test_a_document_names_what_it_mentions_and_begins_with_its_thing(
    reader: Reader, gala: Description
) -> None:
    quads = document_quads(reader, gala, "release")
    assert quads[0].subject == gala.iri
    assert (iri("id/place/hotel"), SKOS.prefLabel, Literal("Hotel", lang="id")) in {
        quad[:3] for quad in quads
    }


def test_a_document_leads_to_its_next_page(reader: Reader) -> None:
    seen = {}
    for page in (1, 2):
        description = described(reader, "id/place/jakarta", page)
        seen[page] = {str(quad.object) for quad in document_quads(reader, description, "release")}
    following = BASE + "doc/place/jakarta?page=2"
    assert following in seen[1]
    assert following not in seen[2]

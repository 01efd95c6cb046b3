"""The pages over the repository's own release: complete, in two languages, without dead links."""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from rdflib import RDF, Literal, URIRef

from kg.language import LANGUAGES, Language
from kg.namespaces import CANONICAL_BASE, INOV
from kg.release.publication import Release
from kg.store import DEFAULT_GRAPH, ReleaseStore
from kg.web.arrangement import SECTIONS
from kg.web.description import describe
from kg.web.reader import Reader
from kg.web.texts import INVERSE, PLURALS, WORDS

HTML = {"Accept": "text/html"}
VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "source", "wbr"})
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")

PAGES = [
    "/",
    "/about",
    "/browse",
    "/browse/inov:Agency",
    "/browse/foaf:Person",
    "/query",
    "/query?example=01-recognitions",
    "/ont",
    "/shapes",
    "/catalog",
    "/quality",
    "/dumps/",
    "/doc/agency/polresta-sidoarjo.html",
    "/doc/agency/kementerian-panrb.html",
    "/doc/event/gebyar-pelayanan-prima-2024.html",
    "/doc/article/004.html",
    "/doc/article/004.html?page=2",
    "/doc/claim/003-018.html",
    "/doc/conflict/x01.html",
    "/doc/scheme/agency-type.html",
    "/doc/scheme/certainty/stated.html",
    "/doc/graph/article/003.html",
    "/doc/graph/provenance.html",
    "/doc/dataset/inovasi.html",
    "/id/agency/none",
]
KNOWN = [
    "id/agency/polresta-sidoarjo",
    "id/agency/pemkot-surabaya",
    "id/event/gebyar-pelayanan-prima-2024",
    "id/person/abdullah-azwar-anas",
    "id/innovation/sipraja",
    "id/conferral/2024-top-inovasi-replikasi-pemkab-kendal",
]


@pytest.fixture(scope="module")
def reader(small_release: Release) -> Reader:
    return Reader(ReleaseStore.open(small_release.store_path), small_release.base)


@pytest.fixture(scope="module")
def client(small_client: FlaskClient) -> FlaskClient:
    return small_client


@dataclass
class Element:
    """What a page's source says of an element, and the text inside it."""

    tag: str
    attributes: Mapping[str, str | None]
    text: str = ""

    def get(self, name: str) -> str:
        return self.attributes.get(name) or ""


@dataclass
class Page(HTMLParser):
    """A strict reading of a page: elements close in the order in which they were opened."""

    source: str
    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[Element] = []
        self.feed(self.source)
        self.close()
        assert self.open == [], [element.tag for element in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), self.get_starttag_text()
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open[-1].tag == tag, (self.open[-1].tag, tag, self.getpos())
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    @property
    def ids(self) -> list[str]:
        return [element.get("id") for element in self.elements if "id" in element.attributes]


def read(client: FlaskClient, path: str, lang: Language = "id", status: int = 200) -> Page:
    response = client.get(path, headers={**HTML, "Accept-Language": lang}, follow_redirects=True)
    assert response.status_code == status, path
    assert response.mimetype == "text/html"
    return Page(response.text)


def read_any(client: FlaskClient, path: str, lang: Language) -> Page:
    return read(client, path, lang, 404 if path.endswith("/none") else 200)


# Every page


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_well_formed(client: FlaskClient, path: str, lang: Language) -> None:
    assert len(PAGES) >= 20
    page = read_any(client, path, lang)
    assert page.source.lower().startswith("<!doctype html>")
    assert len(page.ids) == len(set(page.ids))
    assert [element.tag for element in page.all("html", "head", "body", "main", "h1")] == [
        "html",
        "head",
        "body",
        "main",
        "h1",
    ]
    assert page.all("title")[0].text.strip()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_can_be_used_without_seeing_it(
    client: FlaskClient, path: str, lang: Language
) -> None:
    page = read_any(client, path, lang)
    assert page.all("html")[0].get("lang") == lang
    named = {"", *page.ids}
    for element in page.elements:
        for name in ("aria-labelledby", "for"):
            assert element.get(name) in named, (element, name)
    assert all("alt" in image.attributes for image in page.all("img"))
    assert all(link.text.strip() or link.get("aria-label") for link in page.all("a", "summary"))
    levels = [HEADINGS.index(heading.tag) for heading in page.all(*HEADINGS)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    labelled = {label.get("for") for label in page.all("label")}
    assert {control.get("id") for control in page.all("textarea", "select")} <= labelled
    names = [(nav.tag, nav.get("aria-label")) for nav in page.all("nav")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_from_elsewhere(client: FlaskClient, path: str) -> None:
    page = read_any(client, path, "id")
    data = "application/ld+json"
    loading = [e for e in page.all("img", "script", "iframe", "source") if e.get("type") != data]
    loaded = [e.get("src") for e in loading]
    loaded += [e.get("href") for e in page.all("link") if e.get("rel") in ("stylesheet", "icon")]
    assert loaded
    for address in loaded:
        assert address.startswith("/static/")
        with client.get(address) as response:
            assert response.status_code == 200
    assert not [e for e in page.elements if "style" in e.attributes or "onclick" in e.attributes]
    assert page.all("style") == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_offers_itself_in_both_languages(client: FlaskClient, path: str) -> None:
    page = read_any(client, path, "id")
    offers = {
        link.get("hreflang"): link.get("href") for link in page.all("a") if link.get("hreflang")
    }
    assert set(offers) == set(LANGUAGES)
    english = read_any(client, offers["en"], "id") if "none" not in path else None
    if english is not None:
        assert english.all("html")[0].get("lang") == "en"
        local = [e.get("href") for e in english.all("a") if e.get("href").startswith("/id/")]
        assert all("lang=en" in href for href in local)


def test_pages_link_to_this_server_and_not_to_the_canonical_one(client: FlaskClient) -> None:
    page = read(client, "/doc/agency/polresta-sidoarjo.html")
    links = [link.get("href") for link in page.all("a")]
    assert "/id/innovation/skck-online" in links
    assert not [link for link in links if link.startswith(CANONICAL_BASE)]


@pytest.mark.crawl
def test_no_link_of_the_site_is_dead(client: FlaskClient) -> None:
    """Crawl from the home page; look at a few pages of every kind, at every link on them."""
    waiting, looked, checked = deque(["/"]), dict[str, int](), dict[str, set[str]]()
    fragments: list[tuple[str, str, str]] = []
    while waiting:
        path = waiting.popleft()
        page = read(client, path)
        for address in sorted({link.get("href") for link in page.all("a", "link")}):
            target, fragment = urldefrag(urljoin(path, address))
            if urlsplit(target).netloc or _is_download(target):
                continue
            # A page of citation asks for its document in each format: a few will do.
            is_citation = target.startswith("/cite/")
            if is_citation and looked.get("cite", 0) >= 4:
                continue
            if target not in checked:
                looked["cite"] = looked.get("cite", 0) + is_citation
                response = client.get(target, headers=HTML, buffered=True)
                assert response.status_code in (200, 303), (path, address, response.status_code)
                final = response.location if response.status_code == 303 else target
                checked[target] = set()
                kind = _kind(final)
                if response.status_code == 303 or response.mimetype == "text/html":
                    looked[kind] = looked.get(kind, 0) + 1
                    if looked[kind] <= 4:
                        waiting.append(final)
            fragments += [(path, target, fragment)] if fragment else []
    assert len(checked) >= 500
    assert len(looked) >= 40
    identifiers = {target: set(read(client, target).ids) for target in {f[1] for f in fragments}}
    assert [f for f in fragments if f[2] not in identifiers[f[1]]] == []


def _is_download(target: str) -> bool:
    return bool(re.search(r"\.(ttl|jsonld|rdf|nt|trig|nq)(\?|$)", target)) or "/sparql" in target


def _kind(path: str) -> str:
    return urlsplit(path).path.rpartition("/")[0] + ("?" if "page=" in path else "")


# A page about one thing


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", KNOWN)
def test_every_fact_on_a_page_shows_its_sources(
    client: FlaskClient, reader: Reader, path: str, lang: Language
) -> None:
    description = describe(reader, URIRef(CANONICAL_BASE + path))
    assert description is not None
    assert len(description.evidence) >= 5 or "person" in path
    page = read(client, f"/{path}", lang)
    links = {link.get("href") for link in page.all("a")}
    for claim in description.evidence:
        for iri in (claim.iri, claim.source, *(span.iri for span in claim.spans)):
            assert "/" + iri.removeprefix(CANONICAL_BASE) in links
        for span in claim.spans:
            assert f"{span.start}\N{EN DASH}{span.end}" in page.source
            assert f">{span.locator}</a>" in page.source
    counts = [
        value for s in description.statements for value in (*s.held, *s.others) if value.claims
    ]
    assert len(page.all("summary")) >= len(counts)


@pytest.mark.parametrize("path", KNOWN)
def test_every_value_that_is_known_of_a_thing_is_on_its_page(
    client: FlaskClient, reader: Reader, path: str
) -> None:
    description = describe(reader, URIRef(CANONICAL_BASE + path))
    assert description is not None
    page = read(client, f"/{path}")
    links = {link.get("href") for link in page.all("a")}
    checked = 0
    for statement in description.statements:
        for value in (*statement.held, *statement.others):
            if isinstance(value.term, URIRef) and statement.predicate != RDF.type:
                assert value.term.replace(CANONICAL_BASE, "/") in links
            elif isinstance(value.term, Literal) and value.term.language:
                assert str(value.term) in page.all("main")[0].text
            checked += 1
    for link in description.inverse:
        for value in link.values:
            assert "/" + str(value.term).removeprefix(CANONICAL_BASE) in links
    assert checked >= 4


def test_a_statement_without_claim_says_where_it_comes_from(client: FlaskClient) -> None:
    page = read(client, "/id/place/35-15")
    assert "/graph/places" in {link.get("href") for link in page.all("a")}


def test_what_other_sources_say_is_set_apart(client: FlaskClient) -> None:
    page = read(client, "/id/event/gebyar-pelayanan-prima-2024")
    others = [element for element in page.all("div") if element.get("class") == "others"]
    assert any("Menurut sumber lain" in block.text and "Jakarta" in block.text for block in others)


def test_a_conflict_is_shown_on_the_pages_of_both_sides(
    client: FlaskClient, reader: Reader
) -> None:
    conflict = URIRef(CANONICAL_BASE + "id/conflict/x01")
    claims = reader.claims(reader.things(conflict, INOV.conflicting))
    assert len(claims) == 2
    for claim in claims:
        page = read(client, "/" + claim.triple[0].removeprefix(CANONICAL_BASE))
        assert "/id/conflict/x01" in {link.get("href") for link in page.all("a")}


def test_words_of_the_other_language_are_marked(client: FlaskClient) -> None:
    page = read(client, "/id/agency/polresta-sidoarjo", "en")
    foreign = [element for element in page.all("span") if element.get("lang") == "id"]
    assert "Kepolisian Resor Kota Sidoarjo" in [element.text for element in foreign] or foreign


def test_properties_lead_to_the_ontology_and_are_explained(client: FlaskClient) -> None:
    page = read(client, "/id/agency/polresta-sidoarjo", "en")
    terms = {link.get("href"): link.get("title") for link in page.all("a")}
    assert terms["/ont#agencyType"]
    assert "/ont#org:postIn" in terms


def test_an_article_lists_every_fact_over_its_pages(client: FlaskClient, reader: Reader) -> None:
    article = URIRef(CANONICAL_BASE + "id/article/004")
    description = describe(reader, article)
    assert description is not None
    links: set[str] = set()
    path: str | None = "/doc/article/004.html"
    while path:
        page = read(client, path)
        links |= {link.get("href") for link in page.all("a")}
        path = next((e.get("href") for e in page.all("link") if e.get("rel") == "next"), None)
    claims = {
        quad.subject for quad in reader.store.quads(object=article) if "/claim/" in quad.subject
    }
    assert len(claims) > 100
    assert [c for c in claims if "/" + c.removeprefix(CANONICAL_BASE) not in links] == []


def test_labels_cannot_inject_markup(client: FlaskClient) -> None:
    query = "SELECT ('<script>alert(1)</script>' AS ?x) {}"
    page = read(client, "/query?" + urlencode({"query": query}))
    assert page.all("script") == []
    assert "<script>alert(1)</script>" in page.all("td")[0].text


# Home, browsing, queries


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_home_page_counts_what_is_there(
    client: FlaskClient, reader: Reader, lang: Language
) -> None:
    page = read(client, "/", lang)
    figures = dict(
        zip((e.text for e in page.all("dt")), (e.text for e in page.all("dd")), strict=True)
    )
    agencies = {q.subject for q in reader.store.quads(None, RDF.type, INOV.Agency)}
    assert figures[PLURALS["inov:Agency"][lang]] == str(len(agencies))
    facts = {q.subject for q in reader.store.quads(None, RDF.type, INOV.Claim)} - {
        q.subject for q in reader.store.quads(None, INOV.elaborates)
    }
    assert figures[WORDS["count_facts"][lang]] == str(len(facts))


def test_every_thing_can_be_found_by_browsing(client: FlaskClient, reader: Reader) -> None:
    index = read(client, "/browse")
    lists = [e.get("href") for e in index.all("a") if e.get("href").startswith("/browse/")]
    assert len(lists) >= 20
    found = {e.get("href") for e in index.all("a")}
    for path in lists:
        following = path
        while following:
            page = read(client, following)
            found |= {e.get("href") for e in page.all("a")}
            following = next((e.get("href") for e in page.all("a") if e.get("rel") == "next"), "")
    kinds = (
        "agency",
        "person",
        "innovation",
        "conferral",
        "placement",
        "place",
        "event",
        "article",
    )
    things = {
        "/" + quad.subject.removeprefix(CANONICAL_BASE)
        for quad in reader.store.quads(None, RDF.type, graph=DEFAULT_GRAPH)
        if quad.subject.startswith(CANONICAL_BASE + "id/")
        if quad.subject.removeprefix(CANONICAL_BASE).split("/")[1] in kinds
    }
    assert len(things) > 60
    assert things - found == set()


def test_every_example_runs(client: FlaskClient) -> None:
    form = read(client, "/query")
    examples = [option.get("value") for option in form.all("option") if "-" in option.get("value")]
    assert len(examples) >= 40
    for example in examples:
        page = read(client, f"/query?example={example}")
        assert [e for e in page.all("section") if e.get("class") == "problem"] == [], example
        assert "result" in page.ids, example


def run(client: FlaskClient, query: str, status: int = 200, lang: Language = "en") -> Page:
    return read(client, "/query?" + urlencode({"query": query}), lang, status)


def test_a_select_query_is_answered_with_a_table_of_links(client: FlaskClient) -> None:
    page = run(client, f"SELECT ?z ?a {{ ?z a <{INOV.Agency}> BIND(3.5 AS ?a) }} ORDER BY DESC(?z)")
    assert [e.text for e in page.all("th")] == ["z", "a"]
    hrefs = [e.get("href") for e in page.all("a")]
    assert "/id/agency/polresta-sidoarjo" in hrefs
    assert {e.text for e in page.all("td") if e.get("class") == "number"} == {"3.5"}


def test_a_select_without_rows_says_so(client: FlaskClient) -> None:
    assert WORDS["no_rows"]["en"] in run(client, "SELECT * { ?s <urn:none> ?o }").source


@pytest.mark.parametrize(("pattern", "word"), [("?s ?p ?o", "yes"), ("?s <urn:none> ?o", "no")])
def test_an_ask_query_is_answered_in_a_word(client: FlaskClient, pattern: str, word: str) -> None:
    page = run(client, f"ASK {{ {pattern} }}")
    assert WORDS[word]["en"] in [e.text for e in page.all("p")]


def test_a_construct_query_is_answered_in_turtle(client: FlaskClient) -> None:
    page = run(client, f"CONSTRUCT {{ ?s a <urn:T> }} {{ ?s a <{INOV.Agency}> }}")
    assert "<urn:T>" in page.all("pre")[-1].text


def test_a_long_result_says_that_the_page_does_not_show_it_all(client: FlaskClient) -> None:
    page = run(client, "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 700")
    assert "500 of 700 rows" in page.source
    assert len(page.all("tr")) == 501


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_faulty_query_is_shown_with_the_place_of_the_fault(
    client: FlaskClient, lang: Language
) -> None:
    page = run(client, "SELECT ?s WHERE\n  ?subject ?p ?o }", 400, lang)
    assert WORDS["at"][lang].format(line=2, column=3) in page.source
    assert [e.text for e in page.all("mark")] == ["?subject"]
    assert "  ?subject ?p ?o }" in page.all("textarea")[0].text


def test_a_refused_query_says_why(client: FlaskClient) -> None:
    query = "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"
    page = run(client, query, 403)
    assert [e for e in page.all("section") if e.get("class") == "problem"]


def test_a_query_comes_back_as_it_was_written(client: FlaskClient) -> None:
    query = "SELECT ?s { ?s ?p '</textarea>&amp;' }"
    assert run(client, query).all("textarea")[0].text.strip() == query


def test_a_faulty_query_is_not_kept(client: FlaskClient) -> None:
    response = client.get("/query?query=SELECT")
    assert response.headers["Cache-Control"] == "no-store"


def test_headings_of_links_are_for_properties_that_exist(client: FlaskClient) -> None:
    page = read(client, "/ont")
    names = {"inov:" + name if ":" not in name else name for name in page.ids}
    assert INVERSE.keys() - names == set()
    arranged = {curie for curies in SECTIONS.values() for curie in curies}
    assert {curie for curie in arranged - names if curie.startswith("inov:")} == set()


def test_a_graph_that_is_too_long_to_show_is_said_to_be_cut(client: FlaskClient) -> None:
    whole = {"query": "CONSTRUCT WHERE { ?s ?p ?o }", "lang": "en"}
    assert "Only the beginning is shown" in client.get("/query", query_string=whole).text
    part = {"query": "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 1", "lang": "en"}
    assert "Only the beginning is shown" not in client.get("/query", query_string=part).text

"""Dereferencing the repository's own release: from any IRI to a document in the client's format."""

import json

import pytest
from flask.testing import FlaskClient
from rdflib import RDF, RDFS, Dataset, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, OWL, SKOS, VOID

from kg.namespaces import CANONICAL_BASE, INOV
from kg.release.publication import Release
from kg.sparql.formats import DOCUMENTS, Format
from kg.store import ReleaseStore, canonical_nquads

# rdflib's JSON-LD parser makes graphs of a class that rdflib itself deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning:rdflib")

AGENCY = "agency/polresta-sidoarjo"
PARSERS = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml", "nt": "nt"}

FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;"
    "q=0.8,application/signed-exchange;v=b3;q=0.7"
)
RAPPER = (
    "application/rdf+xml, text/rdf;q=0.6, application/n-triples;q=0.6, text/turtle;q=0.9, "
    "application/xhtml+xml;q=0.4, text/html;q=0.4, */*;q=0.1"
)
JENA = (
    "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,"
    "*/*;q=0.3"
)
RDFLIB = "application/rdf+xml,text/rdf+n3;q=0.9,application/xhtml+xml;q=0.5, */*;q=0.1"

WISHES = [
    (None, "ttl"),
    ("", "ttl"),
    ("*/*", "ttl"),
    ("text/turtle", "ttl"),
    ("TEXT/Turtle; charset=utf-8", "ttl"),
    ("application/x-turtle", "ttl"),
    ("application/ld+json", "jsonld"),
    ("application/json", "jsonld"),
    (
        'application/ld+json; profile="http://www.w3.org/ns/json-ld#compacted"',
        "jsonld?_profile=compacted",
    ),
    ("application/rdf+xml", "rdf"),
    ("application/n-triples", "nt"),
    ("application/trig", "trig"),
    ("application/n-quads", "nq"),
    ("text/html", "html"),
    (FIREFOX, "html"),
    (CHROME, "html"),
    (RAPPER, "rdf"),
    (JENA, "ttl"),
    (RDFLIB, "rdf"),
    ("text/html, text/turtle", "ttl"),
    ("text/html;q=0.9, text/turtle;q=0.8", "html"),
    ("text/*", "ttl"),
    ("image/png, */*;q=0.1", "ttl"),
]


@pytest.fixture(scope="module")
def store(small_release: Release) -> ReleaseStore:
    return ReleaseStore.open(small_release.store_path)


@pytest.fixture(scope="module")
def client(small_client: FlaskClient) -> FlaskClient:
    return small_client


def graph_of(client: FlaskClient, path: str, suffix: str) -> Graph:
    response = client.get(f"{path}.{suffix}")
    assert response.status_code == 200, (path, suffix)
    data = response.data
    if suffix == "jsonld":
        # The context's own address is that of a server elsewhere.
        document = {**json.loads(data), **client.get("/context.jsonld").get_json(force=True)}
        data = json.dumps(document).encode()
    return Graph().parse(data=data, format=PARSERS[suffix])


def canonical(graph: Graph) -> bytes:
    """Return what two graphs have in common exactly if they are isomorphic."""
    return canonical_nquads(graph.serialize(format="nt", encoding="utf-8"))


@pytest.fixture(scope="module")
def agency(client: FlaskClient) -> Graph:
    return graph_of(client, f"/doc/{AGENCY}", "ttl")


# From a thing to its document


@pytest.mark.parametrize(("accept", "suffix"), WISHES)
def test_a_thing_leads_to_the_format_that_a_client_prefers(
    client: FlaskClient, accept: str | None, suffix: str
) -> None:
    assert len(WISHES) >= 20
    response = client.get(f"/id/{AGENCY}", headers={} if accept is None else {"Accept": accept})
    assert response.status_code == 303
    assert response.location == f"/doc/{AGENCY}.{suffix}"


def test_a_redirect_tells_caches_browsers_and_robots_what_they_need(client: FlaskClient) -> None:
    response = client.get(f"/id/{AGENCY}")
    assert "Accept" in response.vary
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Link"] == f'</doc/{AGENCY}>; rel="describedby"'
    assert len(response.data) < 1000


@pytest.mark.parametrize("path", [f"/id/{AGENCY}", f"/doc/{AGENCY}", "/ont", "/shapes"])
def test_an_unacceptable_wish_is_406_with_what_there_is(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert "text/turtle" in response.text
    assert "text/html" in response.text


@pytest.mark.parametrize(
    "path",
    [
        "scheme/agency-type",
        "scheme/agency-type/polresta",
        "graph/provenance",
        "graph/article/003",
        "id/article/003",
        "id/claim/003-018",
        "id/dataset/inovasi",
    ],
)
def test_whatever_has_an_iri_dereferences(client: FlaskClient, path: str) -> None:
    response = client.get(f"/{path}", follow_redirects=True)
    assert response.status_code == 200
    graph = Graph().parse(data=response.data, format="turtle")
    thing = URIRef(CANONICAL_BASE + path)
    assert (None, FOAF.primaryTopic, thing) in graph


@pytest.mark.parametrize(
    "path",
    [
        "/id/agency/none",
        "/id/none/none",
        "/id/agency",
        "/scheme/none",
        "/scheme/agency-type/none",
        "/graph/none",
        "/doc/agency/none",
        "/doc/agency/none.html",
        f"/doc/{AGENCY}.exe",
        f"/doc/id/{AGENCY}.ttl",
        f"/doc/{AGENCY}.ttl?page=0",
        f"/doc/{AGENCY}.ttl?page=99",
        f"/doc/{AGENCY}.ttl?page=x",
        f"/doc/{AGENCY}.ttl?page=%C2%B2",
        "/doc/agency/a%20b%3E.ttl",
        "/id/agency/a%22b",
        "/ont/9.9",
        "/ont.exe",
        "/browse/inov:Nothing",
        "/browse/nonsense",
    ],
)
@pytest.mark.parametrize("accept", ["text/html", "text/turtle"])
def test_what_does_not_exist_is_404(client: FlaskClient, path: str, accept: str) -> None:
    response = client.get(path, headers={"Accept": accept})
    assert response.status_code == 404, path


def test_no_kind_takes_the_place_of_schemes_or_graphs(store: ReleaseStore) -> None:
    things = CANONICAL_BASE + "id/"
    subjects = {str(quad.subject) for quad in store.quads() if quad.subject.startswith(things)}
    kinds = {subject.removeprefix(things).partition("/")[0] for subject in subjects}
    assert len(kinds) > 20
    assert kinds & {"scheme", "graph"} == set()


# Documents


@pytest.mark.parametrize("media", DOCUMENTS, ids=lambda media: media.suffix)
def test_a_suffix_decides_whatever_the_header_says(client: FlaskClient, media: Format) -> None:
    response = client.get(f"/doc/{AGENCY}.{media.suffix}", headers={"Accept": "image/png"})
    assert response.status_code == 200
    assert response.mimetype == media.media_type
    assert "Accept" not in response.vary
    assert "Content-Location" not in response.headers


def test_an_address_without_suffix_negotiates_and_says_where_the_document_is(
    client: FlaskClient,
) -> None:
    response = client.get(f"/doc/{AGENCY}", headers={"Accept": "application/ld+json"})
    assert response.mimetype == "application/ld+json"
    assert response.headers["Content-Location"] == f"/doc/{AGENCY}.jsonld"
    assert "Accept" in response.vary
    assert response.data == client.get(f"/doc/{AGENCY}.jsonld").data


def test_formats_with_graphs_are_one_dataset(client: FlaskClient) -> None:
    datasets = [
        {tuple(quad) for quad in Dataset().parse(data=response.data, format=parser).quads()}
        for suffix, parser in (("trig", "trig"), ("nq", "nquads"))
        if (response := client.get(f"/doc/{AGENCY}.{suffix}")).status_code == 200
    ]
    assert len(datasets) == 2
    assert datasets[0] == datasets[1]
    named = {str(quad[3]) for quad in datasets[0]}
    assert CANONICAL_BASE + "graph/article/000" in named
    assert CANONICAL_BASE + "graph/provenance" in named


def test_a_document_says_what_it_is(agency: Graph, small_release: Release) -> None:
    document = URIRef(f"{CANONICAL_BASE}doc/{AGENCY}")
    dataset = URIRef(f"{CANONICAL_BASE}id/dataset/inovasi")
    assert (document, RDF.type, FOAF.Document) in agency
    assert (document, FOAF.primaryTopic, URIRef(f"{CANONICAL_BASE}id/{AGENCY}")) in agency
    assert (document, VOID.inDataset, dataset) in agency
    assert agency.value(document, DCTERMS.license) is not None
    assert agency.value(document, OWL.versionInfo) == Literal(small_release.identifier)


def test_a_document_holds_the_claims_behind_its_statements(agency: Graph) -> None:
    thing = URIRef(f"{CANONICAL_BASE}id/{AGENCY}")
    claims = set(agency.subjects(RDF.subject, thing))
    assert len(claims) >= 5
    for claim in claims:
        span = agency.value(claim, INOV.span)
        assert span is not None
        assert agency.value(span, INOV.locator) is not None


def test_a_document_names_what_it_mentions(agency: Graph) -> None:
    mentioned = {
        node
        for node in {*agency.subjects(), *agency.objects()}
        if isinstance(node, URIRef) and node.startswith(f"{CANONICAL_BASE}id/innovation/")
    }
    assert mentioned
    assert all(agency.value(node, SKOS.prefLabel) for node in mentioned)


def test_bodies_show_the_release_s_own_iris_whatever_the_host(client: FlaskClient) -> None:
    response = client.get(f"/doc/{AGENCY}.nt", headers={"Host": "mirror.example:8080"})
    assert f"<{CANONICAL_BASE}id/{AGENCY}>" in response.text
    assert "mirror.example" not in response.text


def test_link_headers_lead_to_every_format(client: FlaskClient) -> None:
    response = client.get(f"/doc/{AGENCY}.ttl")
    entries = {
        entry.partition(">")[0].strip(" <"): entry.partition('rel="')[2].partition('"')[0]
        for entry in response.headers["Link"].split(",")
    }
    assert entries[f"{CANONICAL_BASE}id/{AGENCY}"] == "describes"
    assert entries["https://creativecommons.org/licenses/by/4.0/"] == "license"
    alternates = [address for address, relation in entries.items() if relation == "alternate"]
    assert len(alternates) == len(DOCUMENTS) - 1
    for address in alternates:
        assert client.get(address).status_code == 200


def test_a_long_list_of_links_is_told_in_pages_that_name_the_next(client: FlaskClient) -> None:
    path, seen, following = "/doc/scheme/certainty/stated.ttl", set(), []
    for _ in range(100):
        graph = Graph().parse(data=client.get(path).data, format="turtle")
        seen |= set(graph.subjects(INOV.certainty))
        following = [str(iri) for iri in graph.objects(None, RDFS.seeAlso) if "?page=" in str(iri)]
        if not following:
            break
        path = "/" + following[0].removeprefix(CANONICAL_BASE).replace("?", ".ttl?")
    assert len(seen) > 100
    assert not following


# Caching and languages


@pytest.mark.parametrize("path", [f"/doc/{AGENCY}.ttl", f"/doc/{AGENCY}.html", "/ont.ttl", "/"])
def test_a_client_that_has_the_document_gets_304(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    tag = first.headers["ETag"]
    assert not tag.startswith("W/")
    assert "Date" not in first.headers
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_every_representation_has_a_tag_of_its_own(client: FlaskClient) -> None:
    requests = [
        (f"/doc/{AGENCY}.ttl", "id"),
        (f"/doc/{AGENCY}.jsonld", "id"),
        (f"/doc/{AGENCY}.html", "id"),
        (f"/doc/{AGENCY}.html", "en"),
        (f"/doc/{AGENCY}.html?lang=en", "en"),
        ("/doc/agency/pemkot-surabaya.html", "id"),
        ("/doc/scheme/certainty/stated.html", "id"),
        ("/doc/scheme/certainty/stated.html?page=2", "id"),
    ]
    tags = {
        client.get(path, headers={"Accept-Language": language}).headers["ETag"]
        for path, language in requests
    }
    assert len(tags) == len(requests)


def test_data_are_the_same_in_every_language(client: FlaskClient) -> None:
    bodies = {
        client.get(f"/doc/{AGENCY}.ttl", headers={"Accept-Language": language}).data
        for language in ("id", "en")
    }
    assert len(bodies) == 1


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [
        ("", "en-GB,en;q=0.9", "en"),
        ("", "id", "id"),
        ("", "fr, de", "id"),
        ("", None, "id"),
        ("?lang=en", "id", "en"),
        ("?lang=xx", "en", "en"),
    ],
)
def test_a_page_is_in_the_reader_s_language(
    client: FlaskClient, query: str, header: str | None, language: str
) -> None:
    headers = {"Accept-Language": header} if header else {}
    response = client.get(f"/doc/{AGENCY}.html{query}", headers=headers)
    assert response.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in response.text
    assert "Accept-Language" in response.vary


def test_a_chosen_language_survives_the_redirect(client: FlaskClient) -> None:
    response = client.get(f"/id/{AGENCY}?lang=en&other=1", headers={"Accept": "text/html"})
    assert response.location == f"/doc/{AGENCY}.html?lang=en"


# The ontology and the shapes


@pytest.mark.parametrize("path", ["/ont", "/shapes"])
def test_a_vocabulary_is_one_document_in_every_format(client: FlaskClient, path: str) -> None:
    turtle, *others = (graph_of(client, path, suffix) for suffix in ("ttl", "nt", "jsonld", "rdf"))
    assert len(turtle) > 500
    for other in others:
        assert canonical(other) == canonical(turtle)


@pytest.mark.parametrize("accept", ["text/turtle", "application/rdf+xml", CHROME])
def test_the_ontology_answers_at_its_own_iri(client: FlaskClient, accept: str) -> None:
    response = client.get("/ont", headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["Content-Location"].startswith("/ont.")


def test_the_ontology_answers_at_the_iri_of_its_version(
    client: FlaskClient, store: ReleaseStore
) -> None:
    quads = store.quads(URIRef(CANONICAL_BASE + "ont"), OWL.versionIRI)
    versions = {str(quad.object).removeprefix(CANONICAL_BASE) for quad in quads}
    assert versions
    for version in versions:
        assert client.get(f"/{version}").data == client.get("/ont").data


def test_every_term_of_ours_has_its_place_on_the_ontology_s_page(
    client: FlaskClient, store: ReleaseStore
) -> None:
    page = client.get("/ont.html").text
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
    terms = {str(quad.subject) for kind in kinds for quad in store.quads(None, RDF.type, kind)}
    ours = {term.removeprefix(INOV) for term in terms if term.startswith(INOV)}
    assert len(ours) > 100
    assert [name for name in sorted(ours) if f'id="{name}"' not in page] == []


def test_head_is_get_without_a_body(client: FlaskClient) -> None:
    for path in (f"/id/{AGENCY}", f"/doc/{AGENCY}.ttl", "/ont"):
        got, head = client.get(path), client.head(path)
        assert (head.status_code, head.data) == (got.status_code, b"")
        assert head.headers.get("ETag") == got.headers.get("ETag")

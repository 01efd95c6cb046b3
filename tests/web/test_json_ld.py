"""JSON-LD: the published context, documents that refer to it, and their forms."""

import json

import pytest
from flask.testing import FlaskClient
from rdflib import RDF, XSD, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import RDFS, SKOS

from kg.namespaces import CANONICAL_BASE
from kg.store import Quad
from kg.web.context import Context, Term
from kg.web.json_ld import Form, write_json_ld

# rdflib's JSON-LD parser makes graphs of a class that rdflib itself deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning:rdflib")

AGENCY = "agency/polresta-sidoarjo"
PROFILE = "http://www.w3.org/ns/json-ld#"
EX = "http://example.org/ont#"
THING = URIRef("http://example.org/id/zebra")
OTHER = URIRef("http://example.org/id/ant")


@pytest.fixture(scope="module")
def client(small_client: FlaskClient) -> FlaskClient:
    return small_client


@pytest.fixture(scope="module")
def context(client: FlaskClient) -> dict[str, object]:
    entries: dict[str, object] = client.get("/context.jsonld").get_json(force=True)["@context"]
    return entries


# The context


def test_a_browser_elsewhere_may_fetch_and_keep_the_context(client: FlaskClient) -> None:
    response = client.get("/context.jsonld", headers={"Accept": "image/png"})
    assert response.mimetype == "application/ld+json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.cache_control.max_age == 3600
    again = client.get("/context.jsonld", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_version_of_the_context_is_for_good(client: FlaskClient) -> None:
    response = client.get("/context/0.1.0.jsonld")
    assert response.data == client.get("/context.jsonld").data
    assert "immutable" in response.headers["Cache-Control"]
    assert client.get("/context/9.9.jsonld").status_code == 404


def test_names_are_those_of_the_ontology(context: dict[str, object]) -> None:
    assert context["Agency"] == "inov:Agency"
    assert context["inov"] == CANONICAL_BASE + "ont#"
    assert context["operatedBy"] == {
        "@id": "inov:operatedBy",
        "@type": "@id",
        "@container": "@set",
    }
    assert context["date"] == {"@id": "inov:date", "@type": "xsd:date"}
    assert context["prefLabel"] == {"@id": "skos:prefLabel", "@container": "@language"}
    assert context["claims"] == {
        "@reverse": "rdf:subject",
        "@type": "@id",
        "@container": "@set",
    }
    assert len(context) > 250


def test_every_term_of_ours_has_its_own_name(
    client: FlaskClient, context: dict[str, object]
) -> None:
    graph = Graph().parse(data=client.get("/ont.nt").data, format="nt")
    ours = CANONICAL_BASE + "ont#"
    declared = {
        str(term).removeprefix(ours)
        for term in graph.subjects(RDFS.label)
        if isinstance(term, URIRef) and term.startswith(ours)
        if (term, RDF.type, RDFS.Datatype) not in graph
    }
    assert len(declared) > 150
    found = {
        name
        for name, entry in context.items()
        if f"inov:{name}" in (entry, isinstance(entry, dict) and entry.get("@id"))
    }
    assert declared - found == set()


# Documents


def test_the_thing_is_the_root_and_what_it_mentions_stands_inside(client: FlaskClient) -> None:
    document = client.get(f"/doc/{AGENCY}.jsonld").get_json(force=True)
    assert list(document)[:4] == ["@context", "@id", "@type", "prefLabel"]
    assert document["@context"] == CANONICAL_BASE + "context.jsonld"
    assert document["@id"] == CANONICAL_BASE + "id/" + AGENCY
    assert document["@type"] == "Agency"
    assert document["prefLabel"]["id"] == "Polresta Sidoarjo"
    assert document["agencyType"]["prefLabel"]["en"] == "City-class police resort"
    assert document["claims"][0]["hadPrimarySource"]["@id"].endswith("/id/article/000")
    assert document["document"]["@type"] == "Document"
    assert document["@reverse"]["recipient"][0]["prefLabel"]
    assert "@graph" not in document


@pytest.mark.parametrize("form", Form)
def test_a_profile_chooses_a_form_that_the_answer_names(client: FlaskClient, form: Form) -> None:
    accept = f'text/turtle;q=0.5, application/ld+json;q=0.9;profile="{form.value}"'
    redirect = client.get(f"/id/{AGENCY}", headers={"Accept": accept})
    assert redirect.location == f"/doc/{AGENCY}.jsonld?_profile={form.word}"
    response = client.get(redirect.location)
    assert response.headers["Content-Type"] == f'application/ld+json;profile="{form.value}"'
    negotiated = client.get(f"/doc/{AGENCY}", headers={"Accept": accept})
    assert negotiated.data == response.data
    assert negotiated.headers["Content-Location"] == redirect.location
    assert negotiated.headers["ETag"] == response.headers["ETag"]


def test_each_form_is_what_its_name_says(client: FlaskClient) -> None:
    def get(form: str) -> object:
        return client.get(f"/doc/{AGENCY}.jsonld?_profile={form}").get_json(force=True)

    expanded, flattened, compacted = get("expanded"), get("flattened"), get("compacted")
    assert isinstance(expanded, list)
    assert all(key.startswith(("@", "http")) for node in expanded for key in node)
    assert isinstance(flattened, dict)
    assert set(flattened) == {"@context", "@graph"}
    nodes = flattened["@graph"]
    assert len({node["@id"] for node in nodes}) == len(nodes) == len(expanded)
    assert isinstance(compacted, dict)
    assert compacted["@id"].endswith(AGENCY)


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        (f"/doc/{AGENCY}.jsonld", f'application/ld+json;profile="{PROFILE}expanded"', 200),
        (f"/doc/{AGENCY}", 'application/ld+json;profile="http://example.org/unknown"', 200),
        (f"/doc/{AGENCY}?_profile=expanded", "text/html", 200),
        (f"/doc/{AGENCY}?_mediatype=application/ld+json", "text/html", 200),
        (f"/doc/{AGENCY}?_profile=unknown", "text/html", 406),
        (f"/doc/{AGENCY}?_mediatype=image/png", "text/html", 406),
    ],
)
def test_an_address_decides_before_the_header(
    client: FlaskClient, path: str, accept: str, status: int
) -> None:
    response = client.get(path, headers={"Accept": accept})
    assert response.status_code == status
    if status == 200:
        is_expanded = "_profile=expanded" in path
        assert response.mimetype == "application/ld+json"
        assert (response.mimetype_params.get("profile") is not None) == is_expanded
        assert isinstance(response.get_json(force=True), list) == is_expanded


def test_the_ontology_has_the_same_context(client: FlaskClient) -> None:
    document = client.get("/ont.jsonld").get_json(force=True)
    assert document["@context"] == CANONICAL_BASE + "context.jsonld"
    named = [node for node in document["@graph"] if node.get("@id", "").startswith("http")]
    assert len(named) > 200


# Terms as JSON


VALUES = (
    OTHER,
    BNode("b0"),
    Literal("plain"),
    Literal("kata", lang="id"),
    Literal("word", lang="en"),
    Literal("words", lang="en"),
    Literal("22", datatype=XSD.integer),
    Literal("007", datatype=XSD.integer, normalize=False),
    Literal("12345678901234567890123", datatype=XSD.integer),
    Literal("-0", datatype=XSD.integer, normalize=False),
    Literal("true", datatype=XSD.boolean),
    Literal("1", datatype=XSD.boolean, normalize=False),
    Literal("3.78", datatype=XSD.decimal),
    Literal("2024-10-08", datatype=XSD.date),
    Literal("35.15", datatype=URIRef(EX + "code")),
)
TERMS = (
    Term("says"),
    Term("says", "@id"),
    Term("says", "@id", many=True),
    Term("says", str(XSD.integer)),
    Term("says", str(XSD.decimal), many=True),
    Term("says", str(XSD.date)),
    Term("says", by_language=True),
)


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("term", TERMS, ids=str)
def test_any_value_under_any_term_reads_back_the_same(
    monkeypatch: pytest.MonkeyPatch, term: Term, form: Form
) -> None:
    monkeypatch.setattr("rdflib.NORMALIZE_LITERALS", False)
    says = URIRef(EX + "says")
    context = Context({"ex": EX, "xsd": str(XSD)}, {}, {says: term}, "http://example.org/context")
    quads = [
        *(Quad(THING, says, value, None) for value in VALUES),
        Quad(BNode("b0"), says, BNode("b1"), None),
        Quad(BNode("b1"), says, BNode("b0"), None),
        Quad(OTHER, says, THING, None),
        Quad(OTHER, SKOS.prefLabel, Literal("Ant"), None),
        Quad(URIRef("http://example.org/id/bee"), says, THING, None),
        Quad(URIRef("http://example.org/id/claim"), RDF.subject, THING, None),
        Quad(URIRef("http://example.org/id/apart"), says, Literal("x"), None),
    ]
    document = json.loads(write_json_ld(quads, context, form=form, root=THING))
    if form != Form.EXPANDED:
        assert document["@context"] == context.iri
        document["@context"] = context.entries()
    if form == Form.COMPACTED:
        # A strict processor refuses the keyword after a name that the context reverses.
        keys = list(document)
        assert keys.index("@reverse") < keys.index("claims")
    graph = Graph()
    for quad in quads:
        graph.add(quad[:3])
    assert isomorphic(Graph().parse(data=json.dumps(document), format="json-ld"), graph)

"""The dataset as a whole: VoID, DCAT, schema.org, and the files of a release."""

import gzip
import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from rdflib import RDF, Graph, URIRef
from rdflib.namespace import DCTERMS, SKOS, VOID

from kg.namespaces import CANONICAL_BASE
from kg.release.catalog import CATALOG, DATASET, DCAT
from kg.release.description import SPDX, release_iri
from kg.release.publication import Release
from kg.store import parse_rdf

B = CANONICAL_BASE
TURTLE = {"Accept": "text/turtle"}
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def client(small_client: FlaskClient) -> FlaskClient:
    return small_client


@pytest.fixture(scope="module")
def name(small_release: Release) -> str:
    return small_release.identifier[:16]


@pytest.fixture(scope="module")
def catalog(client: FlaskClient) -> Graph:
    return graph_of(client, "/catalog.ttl")


def graph_of(client: FlaskClient, path: str) -> Graph:
    response = client.get(path)
    assert response.status_code == 200, path
    return Graph().parse(data=response.get_data(), format="turtle")


def local(iri: object) -> str:
    return "/" + str(iri).removeprefix(B)


@pytest.mark.parametrize("path", ["/.well-known/void", "/void", "/void.ttl"])
def test_void_is_where_it_is_looked_for(path: str, client: FlaskClient, name: str) -> None:
    response = client.get(path, headers=TURTLE)
    assert response.status_code == 200
    assert response.mimetype == "text/turtle"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["ETag"]
    if not path.endswith(".ttl"):
        assert response.headers["Content-Location"] == "/void.ttl"
        assert "Accept" in response.headers["Vary"]
    graph = Graph().parse(data=response.get_data(), format="turtle")
    release = URIRef(f"{B}id/release/{name}")
    assert graph.value(release, VOID.sparqlEndpoint) == URIRef(f"{B}sparql")
    assert len(list(graph.objects(release, VOID.classPartition))) > 40
    assert len(list(graph.objects(release, VOID.dataDump))) == 3


def test_a_reader_who_asks_for_void_gets_the_page_with_the_figures(client: FlaskClient) -> None:
    response = client.get("/void", headers=HTML)
    assert (response.status_code, response.headers["Location"]) == (303, "/catalog#figures")


@pytest.mark.parametrize("path", ["/catalog", "/dumps/index"])
def test_all_formats_say_the_same(path: str, client: FlaskClient) -> None:
    first, *others = (
        parse_rdf(client.get(f"{path}.{suffix}").get_data(as_text=True), suffix, B)
        for suffix in ("ttl", "jsonld", "nt", "rdf")
    )
    assert len(first) > 20
    # There are no blank nodes in what is said here.
    assert all(set(other) == set(first) for other in others)


@pytest.mark.parametrize("path", ["/void", "/catalog", "/dumps/"])
def test_what_nobody_offers_is_refused_and_unknown_suffixes_are_not_found(
    path: str, client: FlaskClient
) -> None:
    assert client.get(path, headers={"Accept": "image/png"}).status_code == 406
    assert client.get(f"{path.rstrip('/')}.png").status_code == 404


def test_the_catalogue_leads_to_every_file_with_its_size_and_checksum(
    catalog: Graph, client: FlaskClient, name: str
) -> None:
    release = catalog.value(DATASET, DCAT.hasCurrentVersion)
    assert catalog.value(CATALOG, DCAT.dataset) == DATASET
    assert release == URIRef(f"{B}id/release/{name}")
    count = 0
    for node in catalog.objects(release, DCAT.distribution):
        assert catalog.value(node, DCTERMS.license)
        address = catalog.value(node, DCAT.downloadURL)
        if address is None:
            assert catalog.value(node, DCAT.accessService) == URIRef(f"{B}sparql")
            continue
        response = client.get(local(address))
        assert response.status_code == 200
        data = response.get_data()
        assert str(catalog.value(node, DCAT.byteSize)) == str(len(data))
        checksum = catalog.value(node, SPDX.checksum)
        assert str(catalog.value(checksum, SPDX.checksumValue)) == sha256(data).hexdigest()
        compressed = catalog.value(node, DCAT.compressFormat) is not None
        inner = str(catalog.value(node, DCAT.mediaType)).partition("media-types/")[2]
        assert response.mimetype == ("application/gzip" if compressed else inner)
        count += 1
    assert count > 50


def test_the_dataset_says_all_that_a_catalogue_needs(catalog: Graph) -> None:
    required = [
        DCTERMS.title,
        DCTERMS.description,
        DCTERMS.license,
        DCTERMS.publisher,
        DCTERMS.creator,
        DCTERMS.issued,
        DCTERMS.modified,
        DCTERMS.language,
        DCTERMS.accrualPeriodicity,
        DCAT.theme,
        DCAT.keyword,
        DCAT.contactPoint,
        DCAT.landingPage,
    ]
    assert [p for p in required if catalog.value(DATASET, p) is None] == []
    service = URIRef(f"{B}sparql")
    for predicate in (DCAT.endpointURL, DCAT.endpointDescription, DCAT.servesDataset):
        assert catalog.value(service, predicate) is not None


def test_a_file_comes_as_it_lies_there_whatever_coding_is_asked_for(
    client: FlaskClient, name: str
) -> None:
    plain = client.get(f"/dumps/{name}/inov-Claim.csv", headers={"Accept-Encoding": "identity"})
    for coding in ("gzip", "zstd, br"):
        response = client.get(f"/dumps/{name}/inov-Claim.csv", headers={"Accept-Encoding": coding})
        assert "Content-Encoding" not in response.headers
        assert response.get_data() == plain.get_data()
    assert "immutable" in plain.headers["Cache-Control"]


def test_a_file_can_be_asked_for_in_parts_and_is_known_again(
    client: FlaskClient, name: str, small_release: Release
) -> None:
    path = f"/dumps/{name}/release.nq.gz"
    whole = client.get(path)
    data = whole.get_data()
    assert sha256(gzip.decompress(data)).hexdigest() == small_release.identifier
    tag = whole.headers["ETag"]
    assert tag == f'"{sha256(data).hexdigest()}"'
    part = client.get(path, headers={"Range": "bytes=100-199", "If-Range": tag})
    assert (part.status_code, part.get_data()) == (206, data[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(data)}"
    assert client.get(path, headers={"Range": "bytes=99999999-"}).status_code == 416
    head = client.head(path)
    assert int(head.headers["Content-Length"]) == len(data)
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("file", ["release.nq.gz", "SHA256SUMS", "CITATION.cff", ""])
def test_latest_leads_to_the_release_that_is_served(
    file: str, client: FlaskClient, name: str
) -> None:
    response = client.get(f"/dumps/latest/{file}")
    assert response.status_code == 307
    assert response.headers["Location"] == f"/dumps/{name}/{file}"
    assert "immutable" not in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/dumps/0123456789abcdef/",
        "/dumps/0123456789abcdef/release.nq.gz",
        "/dumps/{name}/none",
        "/dumps/{name}/..%2frelease.json",
        "/dumps/latest/none",
        "/dumps/.incoming-x/",
        "/void/0123456789abcdef",
    ],
)
def test_what_is_no_file_of_a_release_is_not_found(
    path: str, client: FlaskClient, name: str
) -> None:
    assert client.get(path.format(name=name)).status_code == 404


def test_the_partitions_are_fragments_of_a_document(client: FlaskClient, name: str) -> None:
    graph = graph_of(client, f"/void/{name}.ttl")
    parts = set(graph.objects(URIRef(f"{B}id/release/{name}"), VOID.classPartition))
    assert parts
    assert all(str(part).startswith(f"{B}void/{name}#") for part in parts)
    assert all(graph.value(part, VOID["class"]) for part in parts)
    assert "immutable" in client.get(f"/void/{name}").headers["Cache-Control"]
    page = client.get(f"/void/{name}.html").get_data(as_text=True)
    named = {str(s).partition("#")[2] for s in graph.subjects() if f"void/{name}#" in str(s)}
    assert named <= set(re.findall(r' id="([^"]+)"', page))


def test_the_release_dereferences(client: FlaskClient, small_release: Release) -> None:
    iri = release_iri(B, small_release.identifier)
    response = client.get(local(iri), headers=TURTLE, follow_redirects=True)
    graph = Graph().parse(data=response.get_data(), format="turtle")
    assert (iri, RDF.type, DCAT.Dataset) in graph
    assert graph.value(iri, SKOS.prefLabel)
    # Who made it, and with what, are fragments that lead to one another.
    fragments = {node for node in graph.all_nodes() if str(node).startswith(f"{iri}#")}
    assert {iri + "#activity", iri + "#tool"} <= fragments <= set(graph.subjects())


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("path", ["/catalog", "/dumps/", "/dumps/{name}/", "/void/{name}"])
def test_pages_are_in_the_language_and_link_to_their_data(
    path: str, lang: str, client: FlaskClient, name: str
) -> None:
    response = client.get(f"{path.format(name=name)}?lang={lang}", headers=HTML)
    text = response.get_data(as_text=True)
    assert response.status_code == 200
    assert response.headers["Content-Language"] == lang
    assert f'<html lang="{lang}">' in text
    assert len(re.findall(r'<link rel="alternate"', text)) == 4
    expected = {"id": "Rilis", "en": "Release"}[lang]
    assert expected in text
    for href in re.findall(r'href="(/[^"#]*)"', text):
        assert client.get(href.replace("&amp;", "&")).status_code in (200, 303), href


def test_home_leads_to_the_descriptions(client: FlaskClient) -> None:
    response = client.get("/", headers=HTML)
    text = response.get_data(as_text=True)
    links = ", ".join(response.headers.getlist("Link"))
    for path in ("/void", "/catalog"):
        assert f'<{path}>; rel="describedby"' in links
        assert f'href="{path}"' in text
    assert 'href="/dumps/"' in text


def test_the_service_description_leads_to_the_descriptions(client: FlaskClient) -> None:
    graph = graph_of(client, "/sparql")
    service = URIRef(f"{B}sparql")
    assert (service, DCAT.servesDataset, DATASET) in graph
    assert len(list(graph.objects(service, RDF_SEE_ALSO))) == 2


RDF_SEE_ALSO = URIRef("http://www.w3.org/2000/01/rdf-schema#seeAlso")


def card_of(client: FlaskClient, path: str) -> Mapping[str, Any]:
    text = client.get(path, headers=HTML).get_data(as_text=True)
    (body,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    card: Mapping[str, Any] = json.loads(body)
    return card


@pytest.mark.parametrize("path", ["/?lang=id", "/?lang=en", "/catalog?lang=en"])
def test_search_engines_find_a_dataset(
    path: str, client: FlaskClient, small_release: Release
) -> None:
    card = card_of(client, path)
    assert card["@context"] == "https://schema.org/"
    assert card["@type"] == "Dataset"
    # What the search for datasets requires and what it recommends.
    assert 0 < len(card["name"]) <= 110
    assert 50 <= len(card["description"]) <= 5000
    for key in ("url", "license", "@id"):
        assert card[key].startswith("http")
    for maker in (*card["creator"], *card["publisher"]):
        assert maker["@type"] == "Organization"
        assert maker["name"]
    assert card["identifier"] == small_release.identifier
    assert card["temporalCoverage"] == "2019-09-25/2024-10-10"
    assert card["spatialCoverage"]["name"] == "Indonesia"
    assert card["includedInDataCatalog"]["@type"] == "DataCatalog"
    assert len(card["variableMeasured"]) > 3
    assert len(card["distribution"]) == 3
    for file in card["distribution"]:
        assert file["@type"] == "DataDownload"
        assert client.head(local(file["contentUrl"])).status_code == 200


# What a well-known query editor asks an endpoint for completion and examples, restated.
EDITOR_PREFIXES = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?prefix ?namespace WHERE { [] sh:prefix ?prefix ; sh:namespace ?namespace }"""
EDITOR_PARTITIONS = """
PREFIX void: <http://rdfs.org/ns/void#>
PREFIX ext: <http://ldf.fi/void-ext#>
SELECT DISTINCT ?class ?property ?range ?datatype WHERE {
  { ?in void:class ?class ; void:propertyPartition ?of . ?of void:property ?property .
    OPTIONAL { { ?of void:classPartition [ void:class ?range ] }
      UNION { ?of ext:datatypePartition [ ext:datatype ?datatype ] } } }
  UNION { ?set void:subjectsTarget [ void:class ?class ] ; void:linkPredicate ?property ;
    void:objectsTarget [ void:class ?range ] }
}"""
EDITOR_EXAMPLES = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?example ?comment ?query WHERE {
  ?example a sh:SPARQLExecutable ; rdfs:comment ?comment ;
    sh:select|sh:ask|sh:construct|sh:describe ?query }"""


def answer(client: FlaskClient, query: str) -> list[Mapping[str, str]]:
    response = client.get(f"/sparql?{urlencode({'ac': 1, 'query': query})}")
    bindings = json.loads(response.get_data())["results"]["bindings"]
    return [{name: cell["value"] for name, cell in row.items()} for row in bindings]


def test_an_editor_finds_the_prefixes(client: FlaskClient) -> None:
    prefixes = {row["prefix"]: row["namespace"] for row in answer(client, EDITOR_PREFIXES)}
    assert prefixes["inov"] == f"{B}ont#"
    assert len(prefixes) > 80


def test_an_editor_finds_what_each_class_has(client: FlaskClient) -> None:
    rows = answer(client, EDITOR_PARTITIONS)
    known = {tuple(row.get(k, "") for k in ("class", "property", "range")) for row in rows}
    inov = f"{B}ont#"
    assert (f"{inov}Conferral", f"{inov}recipient", f"{inov}Agency") in known
    assert any(
        row["class"] == f"{inov}Agency" and row.get("datatype") == f"{RDF}langString"
        for row in rows
    )
    assert len(rows) > 400


def test_an_editor_finds_the_examples_in_both_languages(client: FlaskClient) -> None:
    rows = answer(client, EDITOR_EXAMPLES)
    examples = {row["example"] for row in rows}
    assert len(examples) > 80
    assert len({(row["example"], row["comment"]) for row in rows}) == 2 * len(examples)

"""The page on coverage and quality: the figures of the quality graph, and nothing besides."""

import re
from decimal import Decimal
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rdflib import Graph, URIRef

from kg.language import LANGUAGES, Language
from kg.namespaces import CANONICAL_BASE, GRAPH
from kg.release.publication import Release
from kg.release.quality import DQV
from kg.store import ReleaseStore, parse_rdf
from kg.web.literals import show_number

B = CANONICAL_BASE
HTML = {"Accept": "text/html"}


@pytest.fixture
def client(small_client: FlaskClient) -> FlaskClient:
    return small_client


@pytest.fixture(scope="module")
def store(small_release: Release) -> ReleaseStore:
    return ReleaseStore.open(small_release.store_path)


@pytest.fixture(scope="module")
def name(small_release: Release) -> str:
    return small_release.identifier[:16]


def shown(text: str) -> dict[str, str]:
    """Return what stands under each fragment that names a measurement."""
    found = re.findall(r'<span id="([^"]+)">(?:<a [^>]*>)?([^<]*)(?:</a>)?</span>', text)
    assert len(found) == len(dict(found)), "a fragment stands twice"
    return {anchor: unescape(words) for anchor, words in found}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", ["/quality", "/quality/{name}"])
def test_the_page_shows_every_measurement_of_the_store_under_its_fragment(
    client: FlaskClient, store: ReleaseStore, path: str, lang: Language, name: str
) -> None:
    response = client.get(f"{path.format(name=name)}?lang={lang}", headers=HTML)
    assert response.status_code == 200
    cells = shown(response.get_data(as_text=True))
    values = list(store.quads(predicate=DQV.value, graph=GRAPH.quality))
    assert len(values) > 150
    assert {str(quad.subject) for quad in values} == {f"{B}quality/{name}#{a}" for a in cells}
    for quad in values:
        anchor, value = str(quad.subject).partition("#")[2], Decimal(str(quad.object))
        if anchor.startswith("share-held"):
            told = Decimal(cells[anchor].rstrip("%").replace(",", "."))
            assert abs(told - 100 * value) <= Decimal("0.5"), anchor
        else:
            sign = "+" if anchor.startswith("sum-difference") and value > 0 else ""
            assert cells[anchor] == sign + show_number(str(value), lang), anchor


def test_a_query_behind_a_figure_opens_and_answers(client: FlaskClient) -> None:
    text = client.get("/quality?lang=en", headers=HTML).get_data(as_text=True)
    links = [unescape(href) for href in re.findall(r'href="(/query\?[^"]*query=[^"]+)"', text)]
    asked = dict.fromkeys(parse_qs(urlsplit(href).query)["query"][0] for href in links)
    assert len(asked) >= 12
    for href in dict.fromkeys(links):
        page = client.get(href, headers=HTML)
        assert page.status_code == 200, href
        assert "<table" in page.get_data(as_text=True), href


def test_all_formats_say_what_the_graph_says_and_what_the_metrics_mean(
    client: FlaskClient, store: ReleaseStore, name: str
) -> None:
    first, *others = (
        {q[:3] for q in parse_rdf(client.get(f"/quality.{s}").get_data(as_text=True), s, B)}
        for s in ("ttl", "jsonld", "nt", "rdf")
    )
    assert all(other == first for other in others)
    graph = Graph().parse(data=client.get("/quality.ttl").get_data(), format="turtle")
    told = {(q.subject, q.predicate, q.object) for q in store.quads(graph=GRAPH.quality)}
    assert told <= first
    metrics = set(graph.objects(None, DQV.isMeasurementOf))
    assert len(metrics) >= 15
    assert all(graph.value(metric, DQV.inDimension) for metric in metrics)
    pinned = Graph().parse(data=client.get(f"/quality/{name}.ttl").get_data(), format="turtle")
    assert set(pinned) == set(graph)


def test_the_address_negotiates(client: FlaskClient) -> None:
    response = client.get("/quality", headers={"Accept": "text/turtle"})
    assert response.mimetype == "text/turtle"
    assert response.headers["Content-Location"] == "/quality.ttl"
    assert client.get("/quality", headers={"Accept": "image/png"}).status_code == 406
    assert client.get("/quality/0123456789abcdef").status_code == 404
    assert client.get("/quality.png").status_code == 404


@pytest.mark.parametrize("path", ["/", "/catalog", "/about"])
def test_other_pages_lead_there(client: FlaskClient, path: str) -> None:
    text = client.get(f"{path}?lang=id", headers=HTML).get_data(as_text=True)
    assert 'href="/quality?lang=id"' in text


def test_the_sitemap_and_the_catalogue_lead_there(client: FlaskClient, name: str) -> None:
    assert "/quality<" in client.get("/sitemap/pages.xml").get_data(as_text=True)
    release = URIRef(f"{B}id/release/{name}")
    for path in ("/catalog.ttl", "/void.ttl"):
        graph = Graph().parse(data=client.get(path).get_data(), format="turtle")
        nodes = list(graph.objects(release, DQV.hasQualityMeasurement))
        assert len(nodes) >= 12, path
        assert all(graph.value(node, DQV.value) is not None for node in nodes), path
        assert graph.value(release, DQV.hasQualityMetadata) == GRAPH.quality


def test_a_thing_s_page_is_not_crowded_with_measurements(client: FlaskClient) -> None:
    text = client.get("/doc/tier/kipp-2022-top-99.html?lang=en").get_data(as_text=True)
    assert "/quality/" not in text


def test_a_release_without_measurements_says_so(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/quality?lang=en", headers=HTML)
    assert page.status_code == 200
    assert "before quality was measured" in page.get_data(as_text=True)
    assert client.get("/quality.ttl").status_code == 200

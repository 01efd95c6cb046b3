"""What machines find at the front door: data, robots.txt and sitemaps."""

import xml.etree.ElementTree as ET

import pytest
from flask.testing import FlaskClient

from kg.release.publication import Release
from kg.web import crawlers

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="module")
def client(small_client: FlaskClient) -> FlaskClient:
    return small_client


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        ("text/turtle", "ttl"),
        ("application/ld+json", "jsonld"),
        ("application/rdf+xml", "rdf"),
        ("application/n-quads", "nq"),
        ("text/turtle, text/html;q=0.5", "ttl"),
    ],
)
def test_the_front_door_leads_machines_to_the_data(
    client: FlaskClient, accept: str, suffix: str
) -> None:
    response = client.get("/", headers={"Accept": accept})
    assert response.status_code == 303
    assert response.headers["Location"] == f"/doc/dataset/inovasi.{suffix}"
    assert "Accept" in response.headers["Vary"]
    assert client.get(response.headers["Location"]).status_code == 200


@pytest.mark.parametrize("accept", [None, "*/*", "text/html", "text/html,*/*;q=0.8", "image/png"])
def test_the_front_page_names_the_data(client: FlaskClient, accept: str | None) -> None:
    response = client.get("/", headers={"Accept": accept} if accept else {})
    assert (response.status_code, response.mimetype) == (200, "text/html")
    assert '</doc/dataset/inovasi>; rel="describedby"' in response.headers["Link"]
    assert '<link rel="alternate" type="text/turtle" href="/doc/dataset/inovasi.ttl">' in (
        response.text
    )


def test_robots_are_told_of_the_sitemap_and_kept_from_queries(client: FlaskClient) -> None:
    response = client.get("/robots.txt", base_url="https://inovasi.example/")
    assert response.mimetype == "text/plain"
    lines = response.text.splitlines()
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /sparql?*", "Disallow: /sparql?query="} <= set(lines)
    assert "Sitemap: https://inovasi.example/sitemap.xml" in lines
    assert response.headers["ETag"]


def test_sitemaps_list_every_document_once_in_both_languages(
    client: FlaskClient, small_release: Release
) -> None:
    index = ET.fromstring(client.get("/sitemap.xml").data)  # noqa: S314  our own
    assert len(index) >= 30
    day = small_release.published.date().isoformat()
    assert {node.findtext(f"{SITEMAP}lastmod") for node in index} == {day}
    listed: list[str] = []
    for node in index:
        response = client.get(str(node.findtext(f"{SITEMAP}loc")))
        assert response.status_code == 200
        for entry in ET.fromstring(response.data):  # noqa: S314
            listed.append(str(entry.findtext(f"{SITEMAP}loc")))
            languages = {
                link.get("hreflang"): link.get("href") for link in entry.iter(f"{XHTML}link")
            }
            assert languages.keys() == {"id", "en", "x-default"}
            assert languages["en"] == f"{listed[-1]}?lang=en"
    assert len(listed) == len(set(listed)) >= 1600
    assert "http://localhost/doc/agency/polresta-sidoarjo" in listed
    for address in ("/doc/claim/000-001", "/browse/inov:Agency", "/about", "/doc/graph/provenance"):
        assert f"http://localhost{address}" in listed
        assert client.get(address, headers={"Accept": "text/html"}).status_code == 200


def test_a_kind_with_too_many_has_several_sitemaps(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawlers, "MOST", 500)
    host = "https://many.example/"
    index = ET.fromstring(client.get("/sitemap.xml", base_url=host).data)  # noqa: S314
    claims = [
        str(node.findtext(f"{SITEMAP}loc"))
        for node in index
        if "claim" in str(node.findtext(f"{SITEMAP}loc"))
    ]
    assert claims[:2] == [f"{host}sitemap/claim.xml", f"{host}sitemap/claim.2.xml"]
    parts = [ET.fromstring(client.get(address).data) for address in claims[:2]]  # noqa: S314
    assert len(parts[0]) == 500
    assert len(parts[1]) > 0
    assert client.get("/sitemap/claim.9.xml").status_code == 404
    assert client.get("/sitemap/nothing.xml").status_code == 404

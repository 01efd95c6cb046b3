"""Following IRIs as docs/linked-data.md tells it, against a server that its own IRIs lead to."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rdflib import RDF, Graph, URIRef
from rdflib.namespace import DCTERMS, FOAF, PROV, SKOS, VOID

from kg.iris import rebase
from kg.namespaces import CANONICAL_BASE
from kg.release.publication import Release, Releases
from kg.settings import Settings
from kg.store import canonical_nquads, write_store
from kg.web.app import close_app, create_app

# rdflib's JSON-LD parser makes graphs of a class that rdflib itself deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning:rdflib")

ServeHome = Callable[..., AbstractContextManager[tuple[str, "subprocess.Popen[bytes]"]]]

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "linked-data.md").read_text(encoding="utf-8")
TWIN = (DOCS / "id" / "data-tertaut.md").read_text(encoding="utf-8")
THERE = "http://localhost:8000"
AGENCY = "agency/polresta-sidoarjo"


def commands(text: str) -> list[str]:
    blocks: list[str] = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    joined = "".join(blocks).replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.startswith("curl ")]


@pytest.fixture(scope="module")
def client(small_client: FlaskClient) -> FlaskClient:
    return small_client


@pytest.fixture(scope="module")
def address(
    small_release: Release,
    port: int,
    serve_home: ServeHome,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Return the address of a server of the repository's release with that address as base."""
    home, base = tmp_path_factory.mktemp("local"), f"http://127.0.0.1:{port}/"
    text = small_release.content_path.read_text(encoding="utf-8")
    content = canonical_nquads(rebase(text, base).encode())
    Releases(home).publish(content, {"base": base}, write_store)
    with serve_home(home, port) as (address, _):
        yield address


# The guide


def test_the_commands_of_the_guide_answer(address: str) -> None:
    lines = [*commands(GUIDE), *commands(TWIN)]
    assert len(lines) >= 14
    for line in lines:
        command = line.replace(THERE, address)
        outcome = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
        assert outcome.returncode == 0, (command, outcome.stderr)
        assert outcome.stdout, command


def test_the_python_of_the_guide_prints_that_it_worked(address: str) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    command = [sys.executable, "-c", block.replace(THERE, address)]
    outcome = subprocess.run(command, capture_output=True, check=True, text=True)
    assert outcome.stdout == "True\n"


@pytest.mark.parametrize("path", [AGENCY, "place/35-15", "article/003", "graph/conflicts"])
def test_a_processor_that_fetches_the_context_reads_the_same_graph(address: str, path: str) -> None:
    lines = Graph().parse(f"{address}/doc/{path}.nt", format="nt")
    assert len(lines) > 20
    for query in ("", "?_profile=flattened", "?_profile=expanded"):
        found = Graph().parse(f"{address}/doc/{path}.jsonld{query}", format="json-ld")
        assert set(found) == set(lines), query


def test_every_iri_of_a_document_under_the_base_leads_on(address: str) -> None:
    graph = Graph().parse(f"{address}/id/{AGENCY}")
    terms = {str(term) for triple in graph for term in triple if isinstance(term, URIRef)}
    pages = {term.partition("#")[0] for term in terms if term.startswith(address)}
    assert len(pages) > 20
    for page in sorted(pages):
        assert len(Graph().parse(page)) > 1, page


# Codes


@pytest.mark.parametrize(
    ("path", "thing"),
    [
        ("/kode/kemendagri/35.15", "/id/place/35-15"),
        ("/kode/kemendagri/35.15.14?lang=en", "/id/place/35-15-14?lang=en"),
        ("/kode/kemendagri/13", "/id/place/13"),
        ("/kode/agency-type/polresta", "/scheme/agency-type/polresta"),
    ],
)
def test_a_code_leads_to_its_thing(client: FlaskClient, path: str, thing: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.location) == (303, thing)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get(path, follow_redirects=True).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/kode/kemendagri/99.99", "/kode/none/35.15", "/kode/kemendagri/polresta", "/kode/bps/9999"],
)
@pytest.mark.parametrize(
    ("accept", "answer"),
    [("text/html", "text/html"), ("*/*", "application/problem+json")],
)
def test_an_unknown_code_is_404_in_the_client_s_format(
    client: FlaskClient, path: str, accept: str, answer: str
) -> None:
    response = client.get(path, headers={"Accept": accept})
    assert (response.status_code, response.mimetype) == (404, answer)


def test_every_notation_of_the_data_leads_to_what_has_it(client: FlaskClient) -> None:
    graph = Graph()
    for path in ("place/35-15", "place/35", "scheme/certainty/stated", "scheme/goal/sdg-16"):
        response = client.get(f"/doc/{path}.nt")
        if response.status_code == 200:
            graph.parse(data=response.data, format="nt")
    found = list(graph.subject_objects(SKOS.notation))
    assert len(found) >= 3
    for thing, code in found:
        datatype = str(getattr(code, "datatype", None) or "")
        register = datatype.rpartition("#kode")[2].lower()
        if datatype.endswith("string") or not datatype:
            register = str(thing).split("/")[-2]
        location = client.get(f"/kode/{register}/{code}").location
        assert location == "/" + str(thing).removeprefix(CANONICAL_BASE)


# What a document says of itself


def test_a_document_names_its_sources_and_the_day_of_its_release(client: FlaskClient) -> None:
    graph = Graph().parse(data=client.get(f"/doc/{AGENCY}.nt").data, format="nt")
    document = URIRef(f"{CANONICAL_BASE}doc/{AGENCY}")
    dataset = URIRef(f"{CANONICAL_BASE}id/dataset/inovasi")
    sources = set(graph.objects(document, PROV.wasDerivedFrom))
    told = {
        graph.value(claim, PROV.hadPrimarySource) for claim in graph.subjects(RDF.subject, None)
    }
    assert sources == told != set()
    assert all(graph.value(source, SKOS.prefLabel) for source in sources)
    issued = Graph().parse(data=client.get("/doc/dataset/inovasi.nt").data, format="nt")
    assert graph.value(document, DCTERMS.modified) == issued.value(dataset, DCTERMS.modified)
    assert (document, VOID.inDataset, dataset) in graph


def test_a_document_is_part_of_the_release_that_describes_itself(
    small_release: Release, tmp_path: Path
) -> None:
    identifier = small_release.identifier
    version = f"{CANONICAL_BASE}id/release/{identifier[:16]}"
    day = '"2031-05-06"^^<http://www.w3.org/2001/XMLSchema#date>'
    publication = (
        f"<{version}> <{RDF.type}> <http://www.w3.org/ns/dcat#Dataset> .\n"
        f"<{version}> <{DCTERMS.issued}> {day} .\n"
        f'<{version}> <{SKOS.prefLabel}> "Release"@en .\n'
    )
    content = small_release.content_path.read_bytes() + publication.encode()
    (tmp_path / "release.nq").write_bytes(content)
    write_store(tmp_path / "store", tmp_path / "release.nq")
    app = create_app(Release(identifier, CANONICAL_BASE, tmp_path, {}), Settings(query_workers=1))
    try:
        client = app.test_client()
        graph = Graph().parse(data=client.get(f"/doc/{AGENCY}.nt").data, format="nt")
        own = client.get(f"/id/release/{identifier[:16]}", follow_redirects=True)
    finally:
        close_app(app)
    document = URIRef(f"{CANONICAL_BASE}doc/{AGENCY}")
    assert (document, DCTERMS.isPartOf, URIRef(version)) in graph
    assert str(graph.value(document, DCTERMS.modified)) == "2031-05-06"
    assert own.status_code == 200
    assert (None, FOAF.primaryTopic, URIRef(version)) in Graph().parse(data=own.data)


# Pages of a document


def links(client: FlaskClient, path: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in client.get(path).headers["Link"].split(", "):
        relation = entry.partition('rel="')[2].partition('"')[0]
        found.setdefault(relation, []).append(entry.partition(">")[0].strip("<"))
    return found


def test_a_page_of_a_document_names_its_neighbours_and_its_own_copies(
    client: FlaskClient,
) -> None:
    stem = "/doc/scheme/certainty/stated"
    first, second = links(client, f"{stem}.ttl"), links(client, f"{stem}.ttl?page=2")
    assert first["next"] == [f"{stem}.ttl?page=2"]
    assert "prev" not in first
    assert (second["prev"], second["next"]) == ([f"{stem}.ttl"], [f"{stem}.ttl?page=3"])
    assert second["canonical"] == [f"{CANONICAL_BASE}{stem[1:]}.ttl?page=2"]
    assert f"{stem}.jsonld?page=2" in second["alternate"]
    assert all("page=2" in address for address in second["alternate"])


@pytest.mark.parametrize("path", [f"doc/{AGENCY}", "doc/scheme/certainty/stated", "ont", "shapes"])
def test_a_page_links_to_its_data_its_licence_and_its_own_address(
    client: FlaskClient, path: str
) -> None:
    text = client.get(f"/{path}.html").text
    head = text.partition("</head>")[0]
    assert f'<link rel="canonical" href="{CANONICAL_BASE}{path}.html">' in head
    assert f'<link rel="describedby" href="/{path}.ttl" type="text/turtle">' in head
    assert '<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">' in head
    for suffix in ("ttl", "jsonld", "nt", "rdf"):
        assert f'href="/{path}.{suffix}"' in head

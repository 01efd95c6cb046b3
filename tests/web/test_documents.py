"""Every document of the release: one graph in all formats, and an answer at every IRI."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain, count, islice

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient
from rdflib import URIRef

from kg.namespaces import CANONICAL_BASE
from kg.release.publication import Release
from kg.settings import Settings
from kg.sparql.formats import GRAPHS, JSON_LD, N_QUADS, N_TRIPLES, TRIG, Format
from kg.store import ReleaseStore
from kg.web.app import close_app, create_app
from kg.web.documents import document_quads
from kg.web.json_ld import Form
from kg.web.resources import _rdf
from kg.web.site import Site, get_site

READERS = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "trig": ox.RdfFormat.TRIG,
    "nq": ox.RdfFormat.N_QUADS,
}
COLLECTIONS = ("id/", "scheme/", "graph/")
SAMPLE = 1

Triples = set[tuple[object, object, object]]


@pytest.fixture(scope="module")
def app(small_app: Flask) -> Flask:
    return small_app


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def iris(small_release: Release) -> list[str]:
    return iris_of(small_release)


@pytest.fixture(scope="module")
def every_iri(chosen_release: Release) -> list[str]:
    return iris_of(chosen_release)


@pytest.fixture(scope="module")
def whole_app(chosen_release: Release) -> Iterator[Flask]:
    app = create_app(chosen_release, Settings(query_workers=1))
    app.testing = True
    yield app
    close_app(app)


def iris_of(release: Release) -> list[str]:
    """Return every IRI under the base that stands anywhere in a release."""
    store = ReleaseStore.open(release.store_path)
    terms = set(chain.from_iterable(store.quads()))
    terms |= {getattr(term, "datatype", None) for term in terms}
    found = {str(term) for term in terms if isinstance(term, URIRef)}
    return sorted(iri for iri in found if iri.startswith(CANONICAL_BASE))


def documents(iris: list[str]) -> list[str]:
    """Return the paths of the things that have a document of their own."""
    paths = {iri.partition("#")[0].removeprefix(CANONICAL_BASE) for iri in iris}
    return sorted(path for path in paths if path.startswith(COLLECTIONS))


def sample(paths: list[str], number: int = SAMPLE) -> list[str]:
    """Return a few paths of every kind, scheme and group of graphs."""
    kinds = defaultdict(list)
    for path in paths:
        kinds[path.rpartition("/")[0]].append(path)
    return [path for members in kinds.values() for path in islice(members, number)]


def read(body: bytes, media: Format, context: Mapping[str, object]) -> set[ox.Quad]:
    if media == JSON_LD:
        document = json.loads(body)
        if isinstance(document, dict):
            assert document["@context"] == CANONICAL_BASE + "context.jsonld"
            document["@context"] = context
        body = json.dumps(document).encode()
    return set(ox.parse(body, READERS[media.suffix]))


def triples(quads: set[ox.Quad]) -> Triples:
    return {(quad.subject, quad.predicate, quad.object) for quad in quads}


def check_document(site: Site, context: Mapping[str, object], path: str, page: int) -> bool:
    """Check one page of a document, ``context`` being that of JSON-LD; say if another follows."""
    description = site.describe(path, page)
    assert description is not None, path
    quads = document_quads(site.reader, description, site.release.identifier)

    def written(media: Format, form: Form | None = None) -> set[ox.Quad]:
        return read(_rdf(site, quads, media, form, description.iri), media, context)

    lines = triples(written(N_TRIPLES))
    assert lines, path
    assert not any(isinstance(term, ox.BlankNode) for line in lines for term in line), path
    for media in GRAPHS:
        if media not in (N_TRIPLES, TRIG, N_QUADS):
            assert triples(written(media)) == lines, (path, page, media.label)
    for form in Form:
        assert triples(written(JSON_LD, form)) == lines, (path, page, form)
    dataset = written(N_QUADS)
    assert written(TRIG) == dataset, (path, page)
    assert triples({quad for quad in dataset if not is_single_source(quad)}) == lines, (path, page)
    return description.more


def is_single_source(quad: ox.Quad) -> bool:
    return str(quad.graph_name).startswith(f"<{CANONICAL_BASE}graph/article/")


def check_documents(app: Flask, paths: list[str], pages: int | None = None) -> int:
    total = 0
    with app.test_request_context():
        site = get_site()
        context = site.context.entries()
        for path in paths:
            for page in islice(count(1), pages):
                total += 1
                if not check_document(site, context, path, page):
                    break
    return total


def test_the_formats_of_a_document_are_one_graph(app: Flask, iris: list[str]) -> None:
    assert check_documents(app, sample(documents(iris)), pages=2) > 60


@pytest.mark.whole
def test_the_formats_of_every_document_are_one_graph(
    whole_app: Flask, every_iri: list[str]
) -> None:
    paths = documents(every_iri)
    assert len(paths) > 1500
    assert check_documents(whole_app, paths) > len(paths)


@pytest.mark.whole
def test_documents_of_every_kind_of_all_data(repository_release: Release) -> None:
    iris = iris_of(repository_release)
    chosen = sample(documents(iris), 12)
    assert len(chosen) > 500
    app = create_app(repository_release, Settings(query_workers=1))
    app.testing = True
    described = {CANONICAL_BASE + path for path in chosen}
    try:
        assert check_documents(app, chosen, pages=1) == len(chosen)
        named = [iri for iri in iris if iri.partition("#")[0] in described]
        assert check_iris(app.test_client(), named) == len(chosen)
    finally:
        close_app(app)


# An answer at every IRI

UNDESCRIBED = {
    CANONICAL_BASE + path
    for path in ("", "sparql", "ont#", "ont/0.1.0", "about", "static/icon.svg")
}
"""Addresses that data link to and say nothing of: pages, endpoint, namespace, logo."""


def check_iris(client: FlaskClient, iris: list[str]) -> int:
    """Ask for each IRI as a client does, fragments left off; return the number of requests."""
    addresses = defaultdict(list)
    for iri in iris:
        addresses[iri.partition("#")[0].removeprefix(CANONICAL_BASE)].append(iri)
    for path, described in addresses.items():
        headers = {"Accept": "application/n-triples"}
        if path.startswith("dumps/") and not path.endswith("/"):
            # A file; what it is, its release says.
            response = client.head(f"/{path}")
            response.close()
            assert response.status_code == 200, path
            continue
        response = client.get(f"/{path}", headers=headers, follow_redirects=True)
        assert response.status_code == 200, path
        subjects = {line.partition(" ")[0] for line in response.text.splitlines()}
        response.close()
        told = {f"<{iri}>" for iri in described if iri not in UNDESCRIBED}
        # The list of a release's files describes each under a fragment of its own.
        told -= {f"<{CANONICAL_BASE}{path}>"} if path.startswith("dumps/") else set()
        assert told <= subjects, told - subjects
    return len(addresses)


def test_iris_of_every_kind_dereference(client: FlaskClient, iris: list[str]) -> None:
    chosen = {CANONICAL_BASE + path for path in sample(documents(iris))}
    others = [iri for iri in iris if not documents([iri]) or "#" in iri]
    fragments = [iri for iri in others if "#" in iri and documents([iri])][::20]
    terms = [iri for iri in others if not documents([iri])]
    assert len(terms) > 400
    assert check_iris(client, [*chosen, *fragments, *terms]) > 60


@pytest.mark.whole
def test_every_iri_of_the_release_dereferences(whole_app: Flask, every_iri: list[str]) -> None:
    assert len(every_iri) > 2000
    assert check_iris(whole_app.test_client(), every_iri) > 1500

"""The documentation of the ontology: complete, in both languages, true to the release."""

import re
from collections.abc import Callable, Iterator
from itertools import combinations

import pytest
from flask.testing import FlaskClient
from rdflib import OWL, RDF, RDFS, XSD, URIRef
from rdflib.namespace import SH

from kg.namespaces import CANONICAL_BASE, INOV
from kg.release.publication import Release
from kg.settings import Settings
from kg.store import ReleaseStore
from kg.web.app import close_app, create_app
from kg.web.diagrams import Branch, Diagram, Relation, hierarchy, neighbourhood
from kg.web.presentation import Link, Phrase
from kg.web.reader import Reader
from kg.web.vocabulary import Vocabulary

B = CANONICAL_BASE
ONT = f"{B}ont#"
RDF_TYPE = f"<{RDF.type}>"

MakeRelease = Callable[[str], Release]


@pytest.fixture(scope="module")
def client(small_release: Release) -> Iterator[FlaskClient]:
    app = create_app(small_release, Settings(query_workers=1, lang="en"))
    yield app.test_client()
    close_app(app)


@pytest.fixture(scope="module")
def store(small_release: Release) -> ReleaseStore:
    return ReleaseStore.open(small_release.store_path)


@pytest.fixture(scope="module")
def page(client: FlaskClient) -> str:
    return client.get("/ont.html?lang=en").text


def section(page: str, anchor: str) -> str:
    """Return the part of the page that documents a term."""
    begin = page.index(f'<section class="term" id="{anchor}">')
    return page[begin : page.index("</section>", begin)]


def own(store: ReleaseStore, kind: URIRef) -> list[str]:
    found = {str(quad.subject) for quad in store.quads(None, RDF.type, kind)}
    return sorted(term.removeprefix(INOV) for term in found if term.startswith(INOV))


def instances(store: ReleaseStore, name: str, where: str) -> int:
    (row,) = store.select(
        "SELECT (COUNT(DISTINCT ?thing) AS ?n) WHERE { "
        f"?kind <{RDFS.subClassOf}>* <{INOV[name]}> . {where} }}"
    )
    return int(str(row["n"]))


HELD = (
    f"{{ ?thing a ?kind }} UNION {{ VALUES ?g {{ <{B}graph/conflicts> <{B}graph/identity> }} "
    "GRAPH ?g { ?thing a ?kind } }"
)
ANYWHERE = "GRAPH ?g { ?thing a ?kind }"


def test_every_class_tells_how_often_it_is_used(page: str, store: ReleaseStore) -> None:
    """What is held counts; what only the graphs of evidence know counts where nothing is held."""
    classes = own(store, OWL.Class)
    assert len(classes) >= 40
    for name in classes:
        number = instances(store, name, HELD) or instances(store, name, ANYWHERE)
        words = {0: None, 1: "1 instance"}.get(number, f"{number} instances")
        told = re.search(r"\d+ instances?", section(page, name))
        assert (told[0] if told else None) == words, name
    assert instances(store, "Claim", HELD) == 0 < instances(store, "Claim", ANYWHERE)


def test_every_property_in_use_has_a_count_and_an_example(page: str, store: ReleaseStore) -> None:
    used = 0
    for kind in (OWL.ObjectProperty, OWL.DatatypeProperty):
        for name in own(store, kind):
            is_used = any(store.quads(None, INOV[name]))
            assert ("<dt>used</dt>" in section(page, name)) == is_used, name
            # Selectors and the like are fragments of things: they too are under /id/.
            assert ("Example:" in section(page, name)) == is_used, name
            used += is_used
    assert used > 100


def test_the_shapes_of_a_term_are_those_that_name_it(page: str, store: ReleaseStore) -> None:
    targets = {
        (str(quad.object), str(quad.subject))
        for quad in store.quads(None, SH.targetClass)
        if quad.object.startswith(INOV) and isinstance(quad.subject, URIRef)
    }
    assert len(targets) > 50
    for term, shape in targets:
        link = f'href="/shapes#{shape.rpartition("#")[2]}"'
        assert link in section(page, term.removeprefix(INOV)).replace("?lang=en", ""), shape


def test_both_languages_have_the_same_terms_and_pictures(client: FlaskClient, page: str) -> None:
    other = client.get("/ont.html?lang=id").text
    for pattern in (r'<section class="term" id="([^"]+)"', r"<svg", r'<text class="relation"'):
        found, there = re.findall(pattern, page), re.findall(pattern, other)
        assert len(found) > 30
        assert sorted(found) == sorted(there)


def test_the_overview_shows_every_class_once(page: str, store: ReleaseStore) -> None:
    begin = page.index('<h2 id="overview">')
    shown = re.findall(r'<a href="/ont\?lang=en#(\w+)"', page[begin : page.index("</svg>", begin)])
    assert sorted(shown) == own(store, OWL.Class)


def test_versions_are_listed_with_what_they_changed(page: str) -> None:
    versions = page[page.index('<h2 id="versions">') :]
    assert 'href="/ont/0.1.0?lang=en"' in versions
    assert "The first version." in versions


def test_a_deprecated_term_says_what_to_use_instead(
    make_release: MakeRelease, settings: Settings
) -> None:
    graph = f"<{B}graph/ontology>"
    lines = [
        f"<{ONT}Old> {RDF_TYPE} <{OWL.Class}> {graph} .",
        f"<{ONT}New> {RDF_TYPE} <{OWL.Class}> {graph} .",
        f'<{ONT}Old> <{RDFS.label}> "Old class"@en {graph} .',
        f'<{ONT}New> <{RDFS.label}> "New class"@en {graph} .',
        f'<{ONT}Old> <{OWL.deprecated}> "true"^^<{XSD.boolean}> {graph} .',
        f"<{ONT}Old> <http://purl.org/dc/terms/isReplacedBy> <{ONT}New> {graph} .",
    ]
    app = create_app(make_release("\n".join(lines) + "\n"), settings)
    page = app.test_client().get("/ont.html?lang=en").text
    close_app(app)
    assert re.search(
        r"Deprecated\.</strong> Use\s+<a [^>]*#New[^>]*>New class</a>", section(page, "Old")
    )
    assert "Deprecated" not in section(page, "New")


def test_versions_are_ordered_by_number_and_not_by_letter(make_release: MakeRelease) -> None:
    lines = [
        f"<{B}ont> <http://purl.org/dc/terms/hasVersion> <{B}ont/{v}> <{B}graph/ontology> .\n"
        f'<{B}ont/{v}> <{OWL.versionInfo}> "{v}" <{B}graph/ontology> .\n'
        for v in ("0.9.0", "0.10.0", "0.2.1")
    ]
    release = make_release("".join(lines))
    vocabulary = Vocabulary(Reader(ReleaseStore.open(release.store_path), B))
    found = [version.name for version in vocabulary.versions(URIRef(f"{B}ont"))]
    assert found == ["0.10.0", "0.9.0", "0.2.1"]


def link(name: str) -> Link:
    return Link(Phrase(name), f"#{name}")


def assert_boxes_lie_apart_and_within(diagram: Diagram) -> None:
    for box in diagram.boxes:
        assert 0 <= box.x <= box.x + box.width <= diagram.width
        assert 0 <= box.y <= box.y + box.height <= diagram.height
    for one, other in combinations(diagram.boxes, 2):
        apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
        apart_y = one.y + one.height <= other.y or other.y + other.height <= one.y
        assert apart_x or apart_y, (one, other)


@pytest.mark.parametrize("incoming", [0, 1, 7])
@pytest.mark.parametrize("outgoing", [0, 1, 7])
@pytest.mark.parametrize("attributes", [0, 9])
def test_the_boxes_of_a_neighbourhood_lie_apart(
    incoming: int, outgoing: int, attributes: int
) -> None:
    def relations(number: int) -> list[Relation]:
        # Some classes are met by several properties.
        return [Relation(link(f"property {i}"), link(f"class {i // 2}")) for i in range(number)]

    lines = [f"attribute {i}: xsd:date" for i in range(attributes)]
    diagram = neighbourhood(link("Centre"), lines, relations(incoming), relations(outgoing))
    assert_boxes_lie_apart_and_within(diagram)
    assert len(diagram.lines) == incoming + outgoing
    centre = diagram.boxes[0]
    for line in diagram.lines:
        (x1, y1), (x2, y2) = line.points
        assert y1 == y2
        assert centre.y <= y1 <= centre.y + centre.height
        assert {x1, x2} & {centre.x, centre.x + centre.width}


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_the_boxes_of_a_hierarchy_lie_apart(columns: int) -> None:
    leaf = [Branch(link(f"leaf {i}"), is_own=True, note="") for i in range(4)]
    inner = Branch(link("inner"), is_own=True, note="prov:Plan", below=leaf)
    trees = [Branch(link(f"tree {i}"), is_own=i > 0, note="", below=[inner]) for i in range(3)]
    diagram = hierarchy([*trees, *leaf], columns)
    assert_boxes_lie_apart_and_within(diagram)
    assert len(diagram.boxes) == 3 * 6 + 4
    assert len(diagram.lines) == 3 * 5

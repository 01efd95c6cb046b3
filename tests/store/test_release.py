"""A store is written once, opened read-only, and says clearly when it cannot be."""

from pathlib import Path

import pytest
from rdflib import RDFS, BNode, Literal, URIRef

from kg.errors import QueryError, StoreError
from kg.language import LANGUAGES
from kg.store import ANY_GRAPH, DEFAULT_GRAPH, MemoryStore, Quad, ReleaseStore, write_store

S, T, P, G = (URIRef(f"https://example.org/{name}") for name in "stpg")
NQUADS = f"""\
<{S}> <{P}> <{T}> .
<{S}> <{P}> <{T}> <{G}> .
<{S}> <{RDFS.label}> "Polisi"@id .
<{S}> <{RDFS.label}> "Police"@en .
<{T}> <{P}> "2024-10-08"^^<http://www.w3.org/2001/XMLSchema#date> <{G}> .
""".encode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("release")
    (root / "all.nq").write_bytes(NQUADS)
    write_store(root / "store", root / "all.nq")
    return root / "store"


@pytest.fixture(scope="module")
def store(folder: Path) -> ReleaseStore:
    return ReleaseStore.open(folder)


def test_every_quad_comes_back(store: ReleaseStore) -> None:
    assert len(store) == 5
    assert set(store.quads()) == set(MemoryStore(NQUADS).quads())


def test_a_graph_can_be_chosen(store: ReleaseStore) -> None:
    assert list(store.quads(S, P, T, DEFAULT_GRAPH)) == [Quad(S, P, T, None)]
    assert list(store.quads(S, P, T, G)) == [Quad(S, P, T, G)]
    assert len(list(store.quads(S, P, T, ANY_GRAPH))) == 2


def test_a_literal_can_be_looked_up(store: ReleaseStore) -> None:
    assert [quad.subject for quad in store.quads(object=Literal("Police", lang="en"))] == [S]


def test_graph_names_are_listed(store: ReleaseStore) -> None:
    assert store.graph_names() == [G]


def test_select_gives_bound_variables_only(store: ReleaseStore) -> None:
    rows = store.select(
        "SELECT ?s ?label { ?s ?p ?o OPTIONAL { ?s <http://nowhere/> ?label } } LIMIT 1"
    )
    assert list(rows[0]) == ["s"]


def test_select_substitutes_terms(store: ReleaseStore) -> None:
    query = "SELECT ?s ?o ?tag { ?s ?p ?o FILTER(LANG(?o) = ?tag) }"
    rows = store.select(query, {"s": S, "tag": Literal("id")})
    assert rows == [{"s": S, "o": Literal("Polisi", lang="id"), "tag": Literal("id")}]


def test_select_cannot_substitute_what_it_does_not_project(store: ReleaseStore) -> None:
    with pytest.raises(QueryError, match="projection"):
        store.select("SELECT ?o { ?s ?p ?o }", {"s": S})


@pytest.mark.parametrize("query", ["ASK {}", "SELECT nonsense", "CONSTRUCT WHERE { ?s ?p ?o }"])
def test_select_refuses_everything_else(store: ReleaseStore, query: str) -> None:
    with pytest.raises(QueryError):
        store.select(query)


def test_several_processes_may_read_one_store(folder: Path, store: ReleaseStore) -> None:
    assert len(ReleaseStore.open(folder)) == len(store)


def test_blank_nodes_keep_their_labels(tmp_path: Path) -> None:
    (tmp_path / "all.nq").write_text("_:c14n0 <urn:p> _:c14n1 .\n")
    write_store(tmp_path / "store", tmp_path / "all.nq")
    (quad,) = ReleaseStore.open(tmp_path / "store").quads()
    assert (quad.subject, quad.object) == (BNode("c14n0"), BNode("c14n1"))


def test_a_missing_store_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        ReleaseStore.open(tmp_path / "none")
    assert all("kg build" in caught.value.explain(language) for language in LANGUAGES)
    assert not (tmp_path / "none").exists()


def test_a_damaged_store_says_so(tmp_path: Path) -> None:
    (tmp_path / "all.nq").write_bytes(NQUADS)
    write_store(tmp_path / "store", tmp_path / "all.nq")
    for table in (tmp_path / "store").glob("*.sst"):
        table.write_bytes(b"garbage")
    with pytest.raises(StoreError, match="damaged"):
        ReleaseStore.open(tmp_path / "store")


def test_a_faulty_file_is_not_loaded(tmp_path: Path) -> None:
    (tmp_path / "all.nq").write_bytes(NQUADS + b"<urn:s> <urn:p\n")
    with pytest.raises(StoreError, match="line 6"):
        write_store(tmp_path / "store", tmp_path / "all.nq")


def test_a_missing_file_is_not_loaded(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        write_store(tmp_path / "store", tmp_path / "none.nq")


def test_an_existing_folder_is_left_alone(folder: Path) -> None:
    with pytest.raises(StoreError):
        write_store(folder, folder.parent / "all.nq")
    assert len(ReleaseStore.open(folder)) == 5

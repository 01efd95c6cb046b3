"""The files of a release: the same quads in every syntax, the same bytes each time."""

import csv
import gzip
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.ingest.records import read_toml
from kg.namespaces import CANONICAL_BASE
from kg.release.dumps import (
    ADDED,
    CITATION,
    QUADS,
    REMOVED,
    SUMS,
    DumpSource,
    make_dumps,
    read_dumps,
)
from kg.release.lines import Abbreviator, read_line, read_literal
from kg.release.publication import Release
from kg.release.tables import METADATA, AppendingFiles
from kg.settings import Settings
from kg.store import canonical_nquads

B = CANONICAL_BASE
SKOS = "http://www.w3.org/2004/02/skos/core#"
PREFIXES = {"agency": f"{B}id/agency/", "inov": f"{B}ont#", "skos": SKOS}
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


@pytest.fixture(scope="session")
def folder(release: Release) -> Path:
    return release.path / "dumps"


def unzip(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes())


def canonical(data: bytes, syntax: ox.RdfFormat) -> bytes:
    return in_order(ox.parse(data, syntax))


def in_order(quads: Iterable[ox.Quad]) -> bytes:
    data = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    assert data is not None
    return canonical_nquads(data)


def test_the_quads_are_the_content_whose_hash_names_the_release(
    folder: Path, release: Release
) -> None:
    assert sha256(unzip(folder / QUADS)).hexdigest() == release.identifier


@pytest.mark.parametrize(
    ("name", "syntax"),
    [("release.trig.gz", ox.RdfFormat.TRIG), ("release.jsonld.gz", ox.RdfFormat.JSON_LD)],
)
def test_the_whole_release_says_the_same_in_every_syntax(
    name: str, syntax: ox.RdfFormat, folder: Path, release: Release
) -> None:
    assert canonical(unzip(folder / name), syntax) == release.content_path.read_bytes()


def test_the_graphs_together_are_the_release(folder: Path, release: Release) -> None:
    quads: list[ox.Quad] = list(ox.parse(unzip(folder / "sources-say.trig.gz"), ox.RdfFormat.TRIG))
    files = sorted(folder.glob("*.ttl.gz"))
    assert len(files) >= 12
    for path in files:
        name = path.name.removesuffix(".ttl.gz")
        graph = ox.DefaultGraph() if name == "default" else ox.NamedNode(f"{B}graph/{name}")
        quads += [
            ox.Quad(q.subject, q.predicate, q.object, graph)
            for q in ox.parse(unzip(path), ox.RdfFormat.TURTLE)
        ]
    assert in_order(quads) == release.content_path.read_bytes()


def test_the_checksums_are_those_of_all_files(folder: Path) -> None:
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    told = {name: digest for digest, name in (line.split("  ") for line in lines)}
    found = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != SUMS}
    assert told == {name: sha256(data).hexdigest() for name, data in found.items()}
    assert [(d.name, d.size) for d in read_dumps(folder)] == [(n, len(found[n])) for n in told]
    assert len(told) > 50


def test_every_file_says_what_it_is(folder: Path) -> None:
    for dump in read_dumps(folder):
        assert re.fullmatch(r"[a-z]+/[a-z+.-]+", dump.media_type), dump.name
        assert dump.title.id != ""
        assert dump.is_compressed == (folder / dump.name).read_bytes().startswith(b"\x1f\x8b")


def cells(folder: Path, name: str) -> Iterator[Mapping[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def test_a_table_has_a_row_for_each_entity_and_a_column_for_each_property(
    folder: Path, release: Release
) -> None:
    facts: dict[str, dict[str, set[str]]] = {}
    for line in release.content_path.read_text(encoding="utf-8").splitlines():
        quad = read_line(line)
        if quad.graph is None:
            about = facts.setdefault(quad.subject[1:-1], {})
            about.setdefault(quad.predicate[1:-1], set()).add(quad.object)
    kind = f"<{B}ont#Agency>"
    agencies = {iri for iri, about in facts.items() if kind in about.get(TYPE[1:-1], ())}
    rows = {row["id"]: row for row in cells(folder, "inov-Agency.csv")}
    assert set(rows) == agencies
    assert len(rows) >= 5
    for iri, row in rows.items():
        told = {f"<{value}>" for value in row["inov:agencyType"].split("|") if value}
        assert told == facts[iri].get(f"{B}ont#agencyType", set())
        names = {read_literal(value) for value in facts[iri][f"{SKOS}prefLabel"]}
        assert row["skos:prefLabel@id"] in {n.text for n in names if n.language == "id"}


def test_claims_are_a_table_too(folder: Path, release: Release) -> None:
    rows = list(cells(folder, "inov-Claim.csv"))
    assert len(rows) == release.manifest["claims"]
    assert all(row["rdf:subject"] and row["prov:hadPrimarySource"] for row in rows)


def test_the_metadata_describe_every_column_of_every_table(folder: Path) -> None:
    metadata = json.loads((folder / METADATA).read_text(encoding="utf-8"))
    assert metadata["@context"] == "http://www.w3.org/ns/csvw"
    tables = {table["url"]: table for table in metadata["tables"]}
    assert set(tables) == {path.name for path in folder.glob("*.csv")}
    for name, table in tables.items():
        with (folder / name).open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        columns = table["tableSchema"]["columns"]
        assert [column["titles"] for column in columns] == header
        assert len({column["name"] for column in columns}) == len(columns)
        assert all("propertyUrl" in column for column in columns[1:])


def test_the_citation_has_what_the_format_requires(folder: Path, release: Release) -> None:
    top = citation_of(folder / CITATION)
    assert release.identifier[:16] in json.loads(top["url"])
    assert json.loads(top["abstract"])


def test_the_citation_of_the_repository_is_of_its_version() -> None:
    top = citation_of(Path(__file__).parents[2] / CITATION)
    assert json.loads(top["version"]) == read_toml(Settings().data / "dataset.toml")["version"]


def citation_of(path: Path) -> Mapping[str, str]:
    """Return the top level of a citation file that meets the schema of version 1.2.0."""
    lines = path.read_text(encoding="utf-8").splitlines()
    top = dict(line.split(": ", 1) for line in lines if re.match(r"[a-z-]+: ", line))
    assert {"cff-version", "message", "title"} <= top.keys()
    assert "authors:" in lines
    assert top["cff-version"] == "1.2.0"
    assert top["type"] in ("dataset", "software")
    assert top["license"] == "CC-BY-4.0"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", top["date-released"])
    assert all(json.loads(top[key]) for key in ("title", "message", "version", "url"))
    assert set(top) <= CITATION_KEYS
    assert [line for line in lines if line.startswith("  - name: ")]
    return top


CITATION_KEYS = {
    *("abstract", "cff-version", "commit", "contact", "date-released", "doi", "identifiers"),
    *("keywords", "license", "license-url", "message", "preferred-citation", "references"),
    *("repository", "repository-artifact", "repository-code", "title", "type", "url", "version"),
}


BEFORE = f"""\
<{B}id/agency/a> <{SKOS}prefLabel> "A"@id .
<{B}id/agency/a> <{SKOS}prefLabel> "A"@id <{B}graph/reference> .
<{B}id/agency/b> {TYPE} <{B}ont#Agency> .
"""
AFTER = f"""\
<{B}id/agency/a> <{SKOS}altLabel> "x|y \\\\ z\\n\\u00e9" .
<{B}id/agency/a> <{SKOS}altLabel> "second" .
<{B}id/agency/a> {TYPE} <{B}ont#Agency> .
<{B}id/agency/a> <{SKOS}note> <{B}graph/reference> .
<{B}id/agency/a> <{SKOS}note> "<{B}graph/reference>"@en .
<{B}id/agency/a> <{SKOS}prefLabel> "A"@id <{B}graph/reference> .
<{B}id/agency/a> <{SKOS}prefLabel> "wrong"@id <{B}graph/article/001> .
<{B}id/agency/b.c> <{SKOS}prefLabel> "12"^^<http://www.w3.org/2001/XMLSchema#integer> .
"""


@pytest.fixture
def source(tmp_path: Path) -> DumpSource:
    before, after = tmp_path / "before.nq", tmp_path / "after.nq"
    before.write_bytes(canonical_nquads(BEFORE.encode()))
    after.write_bytes(canonical_nquads(AFTER.encode()))
    return DumpSource(after, B, PREFIXES, "cff-version: 1.2.0\n", before)


def test_twice_the_same_source_gives_the_same_bytes(source: DumpSource, tmp_path: Path) -> None:
    first = make_dumps(source, tmp_path / "first")
    assert first == make_dumps(source, tmp_path / "second")


def test_the_changes_lead_from_the_release_before_to_this_one(
    source: DumpSource, tmp_path: Path
) -> None:
    make_dumps(source, tmp_path / "dumps")
    added, removed = (
        unzip(tmp_path / "dumps" / name).splitlines(keepends=True) for name in (ADDED, REMOVED)
    )
    assert source.previous
    with source.previous.open("rb") as before, source.content.open("rb") as after:
        assert sorted({*before} - {*removed} | {*added}) == list(after)
    assert len(removed) == 2


def test_what_looks_like_a_graph_but_is_an_object_stays_in_the_default_graph(
    source: DumpSource, tmp_path: Path
) -> None:
    make_dumps(source, tmp_path / "dumps")
    whole = unzip(tmp_path / "dumps" / "release.trig.gz")
    assert canonical(whole, ox.RdfFormat.TRIG) == source.content.read_bytes()


def test_a_separator_inside_a_value_is_escaped_and_single_sources_stay_out(
    source: DumpSource, tmp_path: Path
) -> None:
    make_dumps(source, tmp_path / "dumps")
    (row,) = cells(tmp_path / "dumps", "inov-Agency.csv")
    assert re.split(r"(?<!\\)\|", row["skos:altLabel"]) == ["second", "x\\|y \\\\ z\n\u00e9"]
    assert "skos:prefLabel@id" not in row


def test_only_some_files_are_open_at_a_time(tmp_path: Path) -> None:
    with AppendingFiles(limit=3) as files:
        for turn in range(3):
            for number in range(10):
                files[tmp_path / str(number)].write(f"{turn}")
                assert len(files._open) <= 3
    assert {path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {"012"}


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (f"<{B}id/agency/x>", "agency:x"),
        (f"<{B}id/agency/x.y>", f"<{B}id/agency/x.y>"),
        (f"<{B}id/agency/>", f"<{B}id/agency/>"),
        (f'"1"^^<{B}ont#unit>', '"1"^^inov:unit'),
        (f'"say \\"^^<{B}ont#unit>"@id', f'"say \\"^^<{B}ont#unit>"@id'),
    ],
)
def test_terms_are_shortened_only_where_turtle_allows_it(term: str, expected: str) -> None:
    assert Abbreviator(PREFIXES).turtle(term) == expected

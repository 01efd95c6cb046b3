"""A small shapes graph: core constraints, a query over the view, a query over named graphs."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from kg.settings import Settings
from kg.validation import Shapes, load_shapes

PREFIXES: Final = """
@prefix ex: <https://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

SHAPES: Final = """
ex:PersonShape a sh:NodeShape ; sh:targetClass ex:Person ; sh:property ex:name , ex:nickname .
ex:name a sh:PropertyShape ; sh:path ex:hasName ; sh:minCount 1 ;
    sh:severity sh:Violation ; sh:message "Nama wajib"@id , "Name required"@en .
ex:nickname a sh:PropertyShape ; sh:path ex:hasNickname ; sh:maxCount 1 ;
    sh:severity sh:Warning ; sh:message "Terlalu banyak julukan"@id , "Too many nicknames"@en .
ex:older a sh:NodeShape ; sh:targetClass ex:Person ; sh:sparql ex:older-query ;
    sh:severity sh:Warning ;
    sh:message "Anak lebih tua dari orang tuanya"@id , "Child older than its parent"@en .
ex:older-query a sh:SPARQLConstraint ; sh:prefixes <https://w3id.org/inovasi-publik/ont> ;
    sh:select \"\"\"
        SELECT $this ?path ?value WHERE {
            $this <https://example.org/age> ?age ; ?path ?value .
            ?value <https://example.org/age> ?childAge .
            FILTER (?path = <https://example.org/child> && ?childAge >= ?age)
        }
    \"\"\" .
ex:recorded a sh:NodeShape ; sh:targetClass ex:Person ; sh:sparql ex:recorded-query ;
    sh:severity sh:Violation ; sh:message "Tidak tercatat"@id , "Not recorded"@en .
ex:recorded-query a sh:SPARQLConstraint ; sh:prefixes <https://w3id.org/inovasi-publik/ont> ;
    sh:select \"\"\"
        SELECT $this WHERE {
            FILTER NOT EXISTS { GRAPH ?graph { $this <https://example.org/hasName> ?name } }
        }
    \"\"\" .
"""

OntologyMaker = Callable[[str], Path]


@pytest.fixture
def make_ontology(tmp_path: Path) -> OntologyMaker:
    """Return a function that writes an ontology folder with one shapes file."""

    def make(shapes: str) -> Path:
        folder = tmp_path / "ontology"
        (folder / "shapes").mkdir(parents=True)
        prefixes = (Settings().ontology / "prefixes.ttl").read_text("utf-8")
        (folder / "prefixes.ttl").write_text(prefixes, "utf-8")
        (folder / "shapes" / "people.ttl").write_text(PREFIXES + shapes, "utf-8")
        return folder

    return make


@pytest.fixture
def shapes(make_ontology: OntologyMaker) -> Shapes:
    return load_shapes(make_ontology(SHAPES))

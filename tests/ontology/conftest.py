"""The ontology folder and the graphs that its tests read."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from rdflib import Graph

from kg.namespaces import read_prefixes
from kg.settings import Settings


@pytest.fixture(scope="session")
def ontology_folder() -> Path:
    return Settings().ontology


@pytest.fixture(scope="session")
def prefixes(ontology_folder: Path) -> Mapping[str, str]:
    return read_prefixes(ontology_folder)


@pytest.fixture(scope="session")
def ontology_graph(ontology_folder: Path) -> Graph:
    """Return our own terms alone."""
    return Graph().parse(ontology_folder / "ontology.ttl")


@pytest.fixture(scope="session")
def terminology_files(ontology_folder: Path) -> list[Path]:
    """Return the files of which graph:ontology is made, ours first."""
    imports = sorted((ontology_folder / "imports").glob("*.ttl"))
    assert len(imports) >= 15
    return [ontology_folder / "ontology.ttl", ontology_folder / "alignments.ttl", *imports]


@pytest.fixture(scope="session")
def terminology_graph(terminology_files: list[Path]) -> Graph:
    """Return our terms, their alignments and the declarations of the reused terms."""
    graph = Graph()
    for file in terminology_files:
        graph.parse(file)
    return graph

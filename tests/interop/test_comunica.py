"""Comunica: as a SPARQL client, by the service description, and over dereferenced documents."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.interop

Ask = Callable[..., Any]
SKOS = "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "


@pytest.fixture(scope="module")
def ask(folder: Path) -> Ask:
    """Return what asks Comunica a query over sources."""
    home = folder / "comunica"
    if not shutil.which("node"):
        pytest.fail("node is missing: apt-get install nodejs npm")
    if not (home / "node_modules").is_dir():
        pytest.fail("Comunica is not installed: run `make interop`, or `npm ci` in its folder")

    def run(query: str, *sources: object, form: str = "bindings") -> object:
        asked = json.dumps({"query": query, "sources": sources, "form": form})
        found = subprocess.run(
            ["node", "ask.mjs"],
            cwd=home, input=asked, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert found.returncode == 0, found.stderr
        return json.loads(found.stdout)

    return run


def test_the_service_description_tells_that_it_is_an_endpoint(
    ask: Ask, endpoint: str, labels: str, names: tuple[str, str]
) -> None:
    assert [row["label"] for row in ask(labels, endpoint)] == list(names)


def test_an_endpoint_that_is_called_one(
    ask: Ask, endpoint: str, agency: str, names: tuple[str, str]
) -> None:
    source = {"type": "sparql", "value": endpoint}
    query = f"{SKOS} ASK {{ <{agency}> skos:prefLabel '{names[0]}'@en }}"
    assert ask(query, source, form="boolean") is True
    query = f"{SKOS} CONSTRUCT WHERE {{ <{agency}> skos:prefLabel ?label }}"
    quads = ask(query, source, form="quads")
    assert {quad[2] for quad in quads} == set(names)


def test_named_graphs_are_reached(ask: Ask, endpoint: str, address: str) -> None:
    query = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    found = {row["g"] for row in ask(query, {"type": "sparql", "value": endpoint})}
    assert f"{address}/graph/article/003" in found


def test_a_document_is_a_source_by_the_iri_of_its_thing(
    ask: Ask, agency: str, names: tuple[str, str]
) -> None:
    query = f"{SKOS} SELECT ?label {{ <{agency}> skos:prefLabel ?label }} ORDER BY LANG(?label)"
    assert [row["label"] for row in ask(query, agency)] == list(names)


def test_a_document_and_the_endpoint_are_joined(ask: Ask, endpoint: str, agency: str) -> None:
    """What the document leads to is looked up in the endpoint."""
    query = (
        f"{SKOS} SELECT DISTINCT ?other ?label {{ <{agency}> ?property ?other . "
        "?other skos:prefLabel ?label FILTER(LANG(?label) = 'en') }"
    )
    joined = ask(query, agency, {"type": "sparql", "value": endpoint})
    alone = ask(query, {"type": "sparql", "value": endpoint})
    assert {row["other"] for row in joined} == {row["other"] for row in alone}
    assert alone


def test_a_link_is_followed(ask: Ask, endpoint: str, agency: str) -> None:
    """The IRI that one document gives is the next document."""
    query = (
        f"SELECT ?next {{ <{agency}> ?property ?next "
        f"FILTER(isIRI(?next) && STRSTARTS(STR(?next), '{agency.partition('/id/')[0]}/id/')) }} "
        "ORDER BY ?next LIMIT 1"
    )
    (row,) = ask(query, agency)
    label = f"{SKOS} SELECT ?label {{ <{row['next']}> skos:prefLabel ?label }} ORDER BY ?label"
    assert ask(label, row["next"]) == ask(label, {"type": "sparql", "value": endpoint}) != []

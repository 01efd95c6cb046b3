"""Comunica with nothing but the IRI of a thing: it follows links until the query is answered."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

pytestmark = pytest.mark.interop

Row = dict[str, str]
Follow = Callable[[str, str], tuple[list[Row], list[str]]]


@pytest.fixture(scope="module")
def follow(folder: Path, address: str, endpoint: str) -> Follow:
    """Return what asks a query from one seed; it gives the rows and what was dereferenced."""
    home = folder / "comunica"
    if not (home / "node_modules").is_dir():
        pytest.fail("Comunica is not installed: run `make interop`, or `npm ci` in its folder")

    def run(query: str, seed: str) -> tuple[list[Row], list[str]]:
        limits = {"within": f"{address}/", "refused": endpoint}
        asked = json.dumps({"query": query, "seeds": [seed], **limits})
        found = subprocess.run(
            ["node", "follow.mjs"],
            cwd=home, input=asked, capture_output=True, text=True, check=False, timeout=400,
        )  # fmt: skip
        assert found.returncode == 0, found.stderr
        told = json.loads(found.stdout)
        return told["rows"], told["fetched"]

    return run


def from_endpoint(endpoint: str, query: str) -> list[Row]:
    accept = {"Accept": "application/sparql-results+json"}
    url = f"{endpoint}?{urlencode({'query': query})}"
    with urlopen(Request(url, headers=accept), timeout=120) as response:
        bindings = json.load(response)["results"]["bindings"]
    return [{name: cell["value"] for name, cell in row.items()} for row in bindings]


def in_order(rows: list[Row]) -> list[list[tuple[str, str]]]:
    return sorted(sorted(row.items()) for row in rows)


def test_links_from_one_thing_lead_to_the_answer_of_the_endpoint(
    follow: Follow, address: str, endpoint: str, agency: str
) -> None:
    """Agency ← conferral → award → label, and → event → place → label: four documents at least."""
    query = f"""
        PREFIX inov: <{address}/ont#>
        PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        SELECT DISTINCT ?award ?name ?event ?where {{
          ?conferral inov:recipient <{agency}> ; inov:confers ?award .
          ?award skos:prefLabel ?name .
          ?conferral inov:duringEvent ?event . ?event inov:venue ?place .
          ?place skos:prefLabel ?where
        }}"""
    expected = from_endpoint(endpoint, query)
    rows, fetched = follow(query, agency)
    assert in_order(rows) == in_order(expected)
    assert len(expected) >= 2
    needed = {agency, *(row[name] for row in expected for name in ("award", "event"))}
    assert needed <= set(fetched)


def test_links_lead_from_a_fact_to_the_place_in_the_text(
    follow: Follow, address: str, endpoint: str
) -> None:
    """Claim → span → locator, claim → source: the evidence is reached by links as well.

    Comunica prefers N-Quads, where what is in a named graph alone is in no other.
    """
    claim = f"{address}/id/claim/003-001"
    query = f"""
        PREFIX inov: <{address}/ont#>
        PREFIX prov: <http://www.w3.org/ns/prov#>
        SELECT DISTINCT ?source ?span ?locator ?length {{
          GRAPH <{address}/graph/provenance> {{
            <{claim}> prov:hadPrimarySource ?source ; inov:span ?span .
            ?span inov:locator ?locator
          }}
          GRAPH <{address}/graph/sources> {{ ?source inov:textLength ?length }}
        }}"""
    expected = from_endpoint(endpoint, query)
    rows, fetched = follow(query, claim)
    assert in_order(rows) == in_order(expected) != []
    assert {claim, expected[0]["span"], expected[0]["source"]} <= set(fetched)

"""Parsers that others wrote read the documents and the files: Raptor's rapper and Jena's riot.

The server negotiates with them as they come; what they count is what our N-Triples have lines.
"""

import gzip
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

pytestmark = pytest.mark.interop

SAMPLE = [
    "id/agency/polresta-sidoarjo",
    "id/agency/kementerian-panrb",
    "id/person/abdullah-azwar-anas",
    "id/event/gebyar-pelayanan-prima-2024",
    "id/conferral/2024-top-inovasi-keberlanjutan-polresta-sidoarjo",
    "id/claim/003-001",
    "id/dataset/inovasi",
    "id/place/indonesia",
    "scheme/agency-type",
    "scheme/agency-type/polresta",
    "graph/article/003",
    "catalog",
    "ont",
    "shapes",
]
TRIPLES = {"rdfxml": "rdf", "turtle": "ttl", "ntriples": "nt"}

Riot = Callable[..., list[int]]


def fetch(url: str, accept: str) -> bytes:
    with urlopen(Request(url, headers={"Accept": accept}), timeout=120) as response:
        body: bytes = response.read()
        return body


def lines(address: str, path: str) -> int:
    """Return how many triples a document has."""
    return len(fetch(f"{address}/{path}", "application/n-triples").splitlines())


def rapper(syntax: str, source: str, *base: str) -> int:
    """Return how many triples rapper reads; it must have nothing to say about them."""
    if not shutil.which("rapper"):
        pytest.fail("rapper is missing: apt-get install raptor2-utils")
    found = subprocess.run(
        ["rapper", "--input", syntax, "--count", source, *base],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    assert "rror" not in found.stderr
    assert "arning" not in found.stderr
    (count,) = re.findall(r"returned (\d+) triples", found.stderr)
    return int(count)


@pytest.fixture(scope="module")
def riot(folder: Path) -> Riot:
    """Return what has riot check files strictly; it gives how many triples and quads each has."""
    jars = folder / "jena" / "lib"
    if not shutil.which("java"):
        pytest.fail("java is missing: apt-get install default-jre-headless")
    if not jars.is_dir():
        pytest.fail("Jena is not installed: run `make interop`")

    def run(*files: Path) -> list[int]:
        found = subprocess.run(
            ["java", "-cp", f"{jars}/*", "riotcmd.riot", "--strict", "--check", "--count", *files],
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert found.returncode == 0, found.stdout + found.stderr
        said = [line for line in found.stderr.splitlines() if not line.startswith("SLF4J")]
        counts = [line for line in [*found.stdout.splitlines(), *said] if "Total" not in line]
        return [sum(_numbers(line)) for line in counts]

    return run


def _numbers(line: str) -> list[int]:
    found = re.findall(r"(?:Triples|Quads) = ([\d,]+)", line)
    assert found, line
    return [int(number.replace(",", "")) for number in found]


@pytest.mark.parametrize("syntax", [*TRIPLES, "guess"])
def test_rapper_reads_documents_by_its_own_accept_header(address: str, syntax: str) -> None:
    counts = {path: rapper(syntax, f"{address}/{path}") for path in SAMPLE}
    assert counts == {path: lines(address, path) for path in SAMPLE}


@pytest.mark.parametrize("syntax", ["trig", "nquads"])
def test_rapper_reads_documents_with_their_graphs(address: str, syntax: str) -> None:
    things = [path for path in SAMPLE if path.startswith("id/")]
    quads = {
        path: len(fetch(f"{address}/{path}", "application/n-quads").splitlines()) for path in things
    }
    assert {path: rapper(syntax, f"{address}/{path}") for path in things} == quads


@pytest.fixture(scope="module")
def dumps(address: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the files of the release in which the whole or one graph stands, unpacked."""
    names = ["release.nq", "release.trig", "release.jsonld"]
    names += [f"{graph}.ttl" for graph in ("default", "ontology", "shapes", "provenance")]
    found = {}
    for name in names:
        found[name] = tmp_path_factory.mktemp("dumps") / name
        found[name].write_bytes(gzip.decompress(fetch(f"{address}/dumps/latest/{name}.gz", "*/*")))
    return found


def test_rapper_reads_the_dumps(address: str, dumps: dict[str, Path]) -> None:
    whole = len(dumps["release.nq"].read_bytes().splitlines())
    base = f"{address}/"
    assert rapper("nquads", str(dumps["release.nq"]), base) == whole > 20_000
    assert rapper("trig", str(dumps["release.trig"]), base) == whole
    for name, path in dumps.items():
        if name.endswith(".ttl"):
            assert rapper("turtle", str(path), base) > 500, name


def test_riot_finds_no_fault_in_the_dumps(riot: Riot, dumps: dict[str, Path]) -> None:
    whole = len(dumps["release.nq"].read_bytes().splitlines())
    assert len(dumps) == 7
    assert riot(*dumps.values())[:3] == [whole, whole, whole]


@pytest.mark.parametrize(
    ("suffix", "accept"),
    [
        ("ttl", "text/turtle"),
        ("rdf", "application/rdf+xml"),
        ("nt", "application/n-triples"),
        ("jsonld", "application/ld+json"),
    ],
)
def test_riot_finds_no_fault_in_documents(
    riot: Riot, address: str, tmp_path: Path, suffix: str, accept: str
) -> None:
    """In JSON-LD, it fetches the context from the server."""
    files = []
    for number, path in enumerate(SAMPLE):
        files.append(tmp_path / f"{number:02}.{suffix}")
        files[-1].write_bytes(fetch(f"{address}/{path}", accept))
    assert riot(*files) == [lines(address, path) for path in SAMPLE]


@pytest.mark.parametrize("suffix", ["trig", "nq"])
def test_riot_finds_no_fault_in_documents_with_their_graphs(
    riot: Riot, address: str, tmp_path: Path, suffix: str
) -> None:
    accept = {"trig": "application/trig", "nq": "application/n-quads"}
    things = [path for path in SAMPLE if path.startswith("id/")]
    files = []
    for number, path in enumerate(things):
        files.append(tmp_path / f"{number:02}.{suffix}")
        files[-1].write_bytes(fetch(f"{address}/{path}", accept[suffix]))
    expected = [len(fetch(f"{address}/{path}", accept["nq"]).splitlines()) for path in things]
    assert riot(*files) == expected

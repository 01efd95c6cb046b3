"""A batch leaves the large files of its release for later: they are the same, whoever is killed."""

import gzip
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from flask.testing import FlaskClient
from rdflib import URIRef
from rdflib.namespace import VOID

from kg.ingest.batch import read_batch
from kg.namespaces import CANONICAL_BASE, read_prefixes
from kg.release.act import Act
from kg.release.catalog import DCAT
from kg.release.counting import COUNTS, count_content, read_counts
from kg.release.description import SPDX, release_iri
from kg.release.dumps import (
    ADDED,
    CITATION,
    QUADS,
    SUMS,
    DumpSource,
    make_dumps,
    read_dumps,
    write_whole,
)
from kg.release.intake import Delivery, Ways, bring
from kg.release.later import finish_all, finish_dumps, is_pending, pending, told_dumps
from kg.release.publication import Release, Releases
from kg.release.statistics import measure
from kg.settings import Settings
from kg.store import DEFAULT_GRAPH, ReleaseStore
from kg.web import unfinished
from kg.web.app import close_app, create_app

B = CANONICAL_BASE
ROWS = [
    ("agency:polresta-sidoarjo", "inov:venue", "place:35-15", ""),
    ("agency:polresta-sidoarjo", "inov:date", '"2031-05-01"^^xsd:date', ""),
]


Kit: TypeAlias = Any


@pytest.fixture(scope="module")
def brought(
    home: Path, small_data: Path, tmp_path_factory: pytest.TempPathFactory, kit: Kit
) -> Release:
    """Return a release that a batch has led to, without its large files."""
    folder = tmp_path_factory.mktemp("brought")
    shutil.copytree(home, folder / "home", symlinks=True)
    settings = Settings(home=folder / "home", data=small_data)
    batch = read_batch([kit.write_source(folder, "900", ROWS)], read_prefixes(settings.ontology))
    delivery = Delivery(batch, Act.now("ingest", "tests"))
    return bring(settings, delivery, kit.quietly, Ways(kit.LENIENT.judge)).release


@pytest.fixture
def unmade(brought: Release, tmp_path: Path) -> Release:
    """Return a copy of that release in a home of its own."""
    folder = tmp_path / "releases" / brought.path.name
    shutil.copytree(brought.path, folder)
    (tmp_path / "current").symlink_to(folder.relative_to(tmp_path))
    return Releases(tmp_path).current()


@pytest.fixture(scope="module")
def expected(brought: Release, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Return the checksums of the files that a build would make."""
    prefixes = read_prefixes(Settings().ontology)
    citation = (brought.path / "dumps" / CITATION).read_text(encoding="utf-8")
    before = brought.path.parent / str(brought.manifest["previous"])[:16] / "release.nq"
    source = DumpSource(brought.content_path, B, prefixes, citation, before)
    made = make_dumps(source, tmp_path_factory.mktemp("expected") / "dumps")
    return {dump.name: str(dump.sha256) for dump in made}


def test_what_is_told_is_true_and_complete(brought: Release, expected: Mapping[str, str]) -> None:
    told = {dump.name: dump for dump in told_dumps(brought.path)}
    assert told.keys() == expected.keys()
    known = {name: dump.sha256 for name, dump in told.items() if dump.sha256}
    assert known.keys() == {CITATION, ADDED, "removed.nq.gz"}
    assert known.items() <= expected.items()
    store = ReleaseStore.open(brought.store_path)
    node = URIRef(f"{B}dumps/{brought.identifier[:16]}/#{QUADS}")
    predicates = {quad.predicate for quad in store.quads(node, graph=DEFAULT_GRAPH)}
    assert DCAT.downloadURL in predicates
    assert not predicates & {DCAT.byteSize, SPDX.checksum}


def test_the_figures_of_a_batch_are_those_of_its_store(brought: Release) -> None:
    counted = read_counts(brought.path / COUNTS, brought.identifier)
    assert counted is not None
    anew = count_content(ReleaseStore.open(brought.plain_path), B)
    for name in ("links", "examples", "dates", "tables"):
        assert getattr(counted, name) == getattr(anew, name), name
    assert +counted.figures == +anew.figures
    assert {n: +f for n, f in counted.graphs.items()} == {n: +f for n, f in anew.graphs.items()}
    store = ReleaseStore.open(brought.store_path)
    release, whole = release_iri(B, brought.identifier), measure(store, B)
    for name in ("triples", "distinctSubjects", "distinctObjects", "properties", "classes"):
        told = [q.object for q in store.quads(release, VOID[name], graph=DEFAULT_GRAPH)]
        assert [int(str(term)) for term in told] == [whole[name,]], name


def test_the_files_are_those_that_a_build_makes(
    unmade: Release, expected: Mapping[str, str]
) -> None:
    assert is_pending(unmade.path)
    finish_dumps(unmade.path)
    assert not is_pending(unmade.path)
    check(unmade, expected)
    assert sha256(gzip.decompress((unmade.path / "dumps" / QUADS).read_bytes())).hexdigest() == (
        unmade.identifier
    )


def check(release: Release, expected: Mapping[str, str]) -> None:
    found = {dump.name: dump.sha256 for dump in read_dumps(release.path / "dumps")}
    assert found == expected
    lying = {path.name for path in (release.path / "dumps").iterdir()}
    assert lying == {*expected, SUMS}


@pytest.mark.parametrize("share", [0.05, 0.4, 0.8, 0.97])
def test_whoever_is_killed_making_them_the_next_one_makes_them(
    unmade: Release, expected: Mapping[str, str], share: float
) -> None:
    kill_after(lambda: finish_dumps(unmade.path), 3.0 * share)
    finish_all(unmade.path.parent.parent)
    check(unmade, expected)


@pytest.mark.crash
def test_fifty_kills_at_calls_leave_nothing_wrong(
    unmade: Release, expected: Mapping[str, str], tmp_path: Path
) -> None:
    chance = random.Random(5)  # noqa: S311  no secret
    for number in range(50):
        folder = tmp_path / "again" / "releases" / unmade.path.name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(unmade.path, folder)
        kill_after(lambda at=folder: finish_dumps(at), chance.uniform(0, 3))  # type: ignore[misc]
        finish_dumps(folder)
        check(Release(unmade.identifier, B, folder, {}), expected)
        assert number is not None


def kill_after(act: Callable[[], None], seconds: float) -> None:
    """Do something in another process, which is killed if it takes longer."""
    pid = os.fork()
    if not pid:
        act()
        os._exit(0)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if os.waitpid(pid, os.WNOHANG)[0]:
            return
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_who_makes_them_is_not_disturbed(unmade: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    home = unmade.path.parent.parent
    assert pending(home) == [home / "releases" / unmade.path.name]
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(writing)

        def write_when_told(*arguments: Any) -> None:  # noqa: ANN401
            os.read(reading, 1)
            write_whole(*arguments)

        monkeypatch.setattr("kg.release.later.write_whole", write_when_told)
        finish_dumps(unmade.path)
        os._exit(0)
    os.close(reading)
    while not (unmade.path / "dumps" / ".making").is_dir():
        assert os.waitpid(pid, os.WNOHANG) == (0, 0)
        time.sleep(0.01)
    # It is locked: that one is left alone, and nothing is made twice.
    finish_dumps(unmade.path, wait=False)
    assert is_pending(unmade.path)
    os.close(writing)
    os.waitpid(pid, 0)
    assert not is_pending(unmade.path)


@pytest.fixture
def client(unmade: Release) -> Iterator[FlaskClient]:
    app = create_app(unmade, Settings(query_workers=1, home=unmade.path.parent.parent))
    yield app.test_client()
    close_app(app)


def test_who_asks_for_a_file_too_soon_is_told_to_come_again(
    unmade: Release, client: FlaskClient, expected: Mapping[str, str]
) -> None:
    folder = f"/dumps/{unmade.identifier[:16]}"
    page = client.get(f"{folder}/", headers={"Accept": "text/html"}).get_data(as_text=True)
    for name in (*expected, SUMS):
        assert f"{folder}/{name}" in page
    with client.get(f"{folder}/{CITATION}") as citation:
        assert citation.status_code == 200
    refused = client.get(f"{folder}/{QUADS}", headers={"Accept": "application/json"})
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "10"
    assert refused.json
    assert refused.json["type"] == f"{B}problem/file-not-made"
    until = time.monotonic() + 120
    while is_pending(unmade.path) and time.monotonic() < until:
        time.sleep(0.1)
    with client.get(f"{folder}/{QUADS}") as answer:
        assert answer.status_code == 200
        assert answer.headers["ETag"] == f'"{expected[QUADS]}"'
        assert sha256(answer.get_data()).hexdigest() == expected[QUADS]
    with client.get(f"{folder}/{SUMS}") as sums:
        assert sums.status_code == 200
    check(unmade, expected)
    # Whoever was started to make them has ended before the home goes.
    with unfinished.starting:
        pass

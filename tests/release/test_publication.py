"""Publication: immutable folders, an atomic switch, and nothing left of a failure."""

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from kg.errors import StoreError
from kg.release.publication import Incoming, Release, Releases
from kg.store import ReleaseStore, write_store

BASE = "http://localhost:8000/"


def content(word: str) -> bytes:
    return f'<{BASE}id/agency/x> <http://www.w3.org/2000/01/rdf-schema#label> "{word}" .\n'.encode()


def publish(releases: Releases, word: str) -> str:
    return releases.publish(content(word), {"base": BASE}, write_store).identifier


def entries(home: Path) -> set[str]:
    return {str(path.relative_to(home)) for path in home.glob("releases/*")}


def test_a_release_is_named_by_the_hash_of_its_content(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    assert publish(releases, "one") == sha256(content("one")).hexdigest()
    assert releases.current().content_path.read_bytes() == content("one")


def test_the_store_of_a_release_holds_its_content(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    publish(releases, "one")
    store = ReleaseStore.open(releases.current().store_path)
    assert [str(quad.object) for quad in store.quads()] == ["one"]


def test_a_new_release_becomes_current_and_the_old_one_stays(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    publish(releases, "one")
    first = releases.current()
    publish(releases, "two")
    assert releases.current().identifier != first.identifier
    assert first.content_path.read_bytes() == content("one")


def test_the_same_content_is_not_written_twice(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    publish(releases, "one")
    written = releases.current().content_path.stat().st_mtime_ns
    publish(releases, "two")
    publish(releases, "one")
    assert len(entries(tmp_path)) == 2
    assert releases.current().content_path.stat().st_mtime_ns == written


def test_a_release_that_comes_back_is_newer_than_what_it_replaces(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    publish(releases, "one")
    manifest = releases.current().path / "release.json"
    os.utime(manifest, (1e9, 1e9))
    publish(releases, "one")
    assert releases.current().published == datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)
    publish(releases, "two")
    second = releases.current().published
    publish(releases, "one")
    assert releases.current().published >= second


def test_a_failure_while_writing_leaves_no_trace(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    identifier = publish(releases, "one")
    before = entries(tmp_path)

    def fail(folder: Path, nquads: Path) -> None:
        write_store(folder, nquads)
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        releases.publish(content("two"), {"base": BASE}, fail)
    assert entries(tmp_path) == before
    assert releases.current().identifier == identifier


def test_a_failure_after_the_store_leaves_no_trace(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    identifier = publish(releases, "one")
    before = entries(tmp_path)

    def fail(incoming: Incoming) -> Mapping[str, object]:
        assert incoming.previous is not None
        assert incoming.previous.identifier == identifier
        (incoming.folder / "dumps").mkdir()
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        releases.publish(content("two"), {"base": BASE}, write_store, fail)
    assert entries(tmp_path) == before
    assert releases.current().identifier == identifier


def test_a_release_of_another_base_is_no_predecessor(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    publish(releases, "one")
    seen: list[Release | None] = []

    def look(incoming: Incoming) -> Mapping[str, object]:
        seen.append(incoming.previous)
        return {"told": len(seen)}

    other = releases.publish(content("two"), {"base": "http://other/"}, write_store, look)
    assert seen == [None]
    assert other.manifest["told"] == 1


SLOW_BUILD = """
import sys, time
from pathlib import Path
from kg.release.publication import Releases
from kg.store import write_store

def wait(folder, nquads):
    write_store(folder, nquads)
    print("written", flush=True)
    time.sleep(60)

content = b"<http://x/s> <http://x/p> <http://x/o> .\\n"
Releases(Path(sys.argv[1])).publish(content, {"base": "x"}, wait)
"""


def test_a_build_killed_in_the_middle_leaves_the_release_and_the_next_one_cleans_up(
    tmp_path: Path,
) -> None:
    releases = Releases(tmp_path)
    identifier = publish(releases, "one")
    with subprocess.Popen(
        [sys.executable, "-c", SLOW_BUILD, tmp_path], stdout=subprocess.PIPE
    ) as slow:
        assert slow.stdout
        assert slow.stdout.readline() == b"written\n"
        slow.kill()
    assert list(tmp_path.glob("releases/.incoming-*"))
    assert releases.current().identifier == identifier
    publish(releases, "three")
    assert not list(tmp_path.glob("releases/.incoming-*"))
    assert len(entries(tmp_path)) == 2


def test_without_a_release_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        Releases(tmp_path).current()
    assert "kg build" in caught.value.message.en
    assert "kg build" in caught.value.message.id


@pytest.mark.parametrize("manifest", ["", "{", "[]", '{"base": "x"}'])
def test_a_damaged_manifest_is_an_error_for_people(tmp_path: Path, manifest: str) -> None:
    releases = Releases(tmp_path)
    publish(releases, "one")
    (releases.current().path / "release.json").write_text(manifest, encoding="utf-8")
    with pytest.raises(StoreError):
        releases.current()

"""RDF files with facts, brought as they are: each becomes a deposit, the same one each time."""

import shutil
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from click.testing import CliRunner, Result
from rdflib import Dataset, Graph

import kg.release.build as building
from kg.cli.commands import make_group
from kg.release import intake
from kg.release.handing_in import Handing
from kg.release.publication import Releases
from kg.release.quarantine import Quarantine
from kg.release.verdict import Verdict
from kg.store import SYNTAXES

Kit: TypeAlias = Any

FACTS = """
@prefix agency: <https://w3id.org/inovasi-publik/id/agency/> .
@prefix inov: <https://w3id.org/inovasi-publik/ont#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
agency:a inov:name "Nama resmi"@id .
agency:baru a inov:Agency ; skos:prefLabel "Baru"@id , "New"@en ; inov:name "Baru sekali"@id .
"""
FORMATS = {
    "ttl": "turtle", "nt": "nt", "rdf": "xml", "jsonld": "json-ld", "nq": "nquads", "trig": "trig",
}  # fmt: skip


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, kit: Kit) -> Path:
    folder = tmp_path_factory.mktemp("handing")
    chosen = kit.small_settings(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "load_shapes", lambda _: None)
        patch.setattr(building, "judge", lambda *_: Verdict((), kit.empty_report()))
        patch.setattr(building, "completing", lambda *_: lambda _incoming: {})
        building.build(chosen, kit.quietly)
    return folder


@pytest.fixture
def place(ground: Path, tmp_path: Path) -> Path:
    """Return a folder with a home of its own and a file of facts."""
    shutil.copytree(ground / "home", tmp_path / "home", symlinks=True)
    (tmp_path / "facts.ttl").write_text(FACTS)
    return tmp_path


@pytest.fixture
def ingest(ground: Path, place: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401
    """Return what runs ``kg ingest`` in that home; counting and dumping are tested elsewhere."""
    monkeypatch.setattr(intake, "completing", lambda *_: lambda _incoming: {})
    monkeypatch.setattr(intake, "Ways", lambda: kit.LENIENT)
    monkeypatch.chdir(place)

    def run(*arguments: str) -> Result:
        folders = {"home": place / "home", "ontology": ground / "ontology", "data": ground / "data"}
        options = [f"--{name}={path}" for name, path in folders.items()]
        return CliRunner().invoke(make_group("en"), ["ingest", *arguments, *options])

    return run


def kept(place: Path, source: str) -> dict[str, Any]:
    release = Releases(place / "home").current()
    folder = place / "home" / "intake" / release.manifest["intake"] / "sources" / source
    return tomllib.loads((folder / "source.toml").read_text())


def content(place: Path) -> str:
    return Releases(place / "home").current().content_path.read_text()


@pytest.mark.filterwarnings(r"ignore::DeprecationWarning:rdflib\..*")
@pytest.mark.parametrize("ending", SYNTAXES)
def test_facts_in_any_syntax_become_claims_of_a_deposit(
    ending: str,
    place: Path,
    ingest: Any,  # noqa: ANN401
) -> None:
    assert set(FORMATS) == set(SYNTAXES)
    graph = Graph().parse(data=FACTS, format="turtle")
    whole = Dataset()
    for triple in graph:
        whole.add(triple)
    source = whole if ending in ("nq", "trig") else graph
    file = place / f"Data Riset.{ending}"
    file.write_bytes(source.serialize(format=FORMATS[ending], encoding="utf-8"))
    done = ingest(file.name, "--by", "Universitas A")
    assert done.exit_code == 0, done.output
    said = kept(place, "data-riset")
    assert (said["kind"], said["depositor"], said["file"]) == (
        "deposit",
        "Universitas A",
        file.name,
    )
    assert said["label"] == {"id": "Setoran data-riset", "en": "Deposit data-riset"}
    graph_name = "<https://w3id.org/inovasi-publik/graph/article/data-riset> ."
    lines = content(place).splitlines()
    assert sum(line.endswith(graph_name) and "ont#name" in line for line in lines) == 2
    assert any('"Baru"@id' in line and "graph/reference" in line for line in lines)


def test_the_same_file_again_changes_nothing_on_whatever_day_and_by_whomever(
    place: Path,
    ingest: Any,  # noqa: ANN401
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert ingest("facts.ttl", "--depositor", "Dinas A", "--by", "ani").exit_code == 0
    first, said = Releases(place / "home").current().identifier, kept(place, "facts")
    later = Handing("", "2031-12-31")
    monkeypatch.setattr("kg.cli.ingest.Handing", lambda by, *_: replace(later, by=by))
    for by in ("ani", "budi"):
        again = ingest("facts.ttl", "--by", by)
        assert again.exit_code == 0, again.output
        assert "No change" in again.output
    assert (Releases(place / "home").current().identifier, kept(place, "facts")) == (first, said)


def test_a_corrected_file_takes_the_place_of_the_first_one_and_withdrawal_of_both(
    place: Path,
    ingest: Any,  # noqa: ANN401
) -> None:
    before = Releases(place / "home").current().identifier
    options = ("--source", "riset-1", "--depositor", "Dinas A", "--label-id=Satu", "--label-en=One")
    assert ingest("facts.ttl", *options).exit_code == 0
    (place / "facts.ttl").write_text(FACTS.replace("Nama resmi", "Nama benar"))
    done = ingest("facts.ttl", *options)
    assert done.exit_code == 0, done.output
    assert kept(place, "riset-1")["label"] == {"id": "Satu", "en": "One"}
    assert "Nama benar" in content(place)
    assert "Nama resmi" not in content(place)
    assert ingest("--withdraw", "riset-1").exit_code == 0
    assert Releases(place / "home").current().identifier == before


def test_a_file_of_classes_and_labels_alone_describes_things_as_before(
    place: Path,
    ingest: Any,  # noqa: ANN401
) -> None:
    facts = ('agency:a inov:name "Nama resmi"@id .', ' ; inov:name "Baru sekali"@id')
    text = FACTS.replace(facts[0], "").replace(facts[1], "")
    (place / "labels.ttl").write_text(text)
    assert ingest("labels.ttl").exit_code == 0
    assert not list((place / "home" / "intake").glob("*/sources/labels"))
    done = ingest("labels.ttl", "--source", "x")
    assert done.exit_code == 1
    assert "no facts" in done.output


@pytest.mark.parametrize(
    ("name", "text", "options", "words"),
    [
        ("...ttl", FACTS, (), "--source ID"),
        ("facts.ttl", FACTS, ("--source", "Riset 1"), "--source ID"),
        ("facts.ttl", FACTS, ("--by", ""), "--depositor NAME"),
        ("facts.ttl", FACTS, ("--label-id", "Satu"), "both languages"),
        ("facts.ttl", FACTS + "agency:lain inov:name [] .\n", (), "blank nodes"),
        ("facts.ttl", FACTS + "agency:lain a inov:Agency .\n", (), "one class, one label"),
        ("facts.ttl", FACTS + "agency:lain inov:name\n", (), "facts.ttl:"),
    ],
)
def test_what_lacks_something_is_refused_with_the_name_of_the_file(  # noqa: PLR0913, PLR0917
    name: str,
    text: str,
    options: tuple[str, ...],
    words: str,
    place: Path,
    ingest: Any,  # noqa: ANN401
) -> None:
    before = Releases(place / "home").current().identifier
    (place / name).write_text(text)
    done = ingest(name, *options)
    assert done.exit_code == 1
    assert words in done.output
    assert name in done.output
    assert "kg-deposit-" not in done.output
    assert Releases(place / "home").current().identifier == before


def test_a_name_that_somebody_else_has_taken_is_asked_for(place: Path, ingest: Any) -> None:  # noqa: ANN401
    assert ingest("facts.ttl", "--by", "ani").exit_code == 0
    (place / "facts.ttl").write_text(FACTS.replace("Nama resmi", "Nama lain"))
    done = ingest("facts.ttl", "--by", "budi")
    assert done.exit_code == 1
    assert "There is a source of this id already (ani)" in done.output
    assert ingest("facts.ttl", "--by", "budi", "--source", "facts-budi").exit_code == 0


def test_options_of_a_deposit_need_a_file_and_one_source_is_one_file(
    place: Path,
    ingest: Any,  # noqa: ANN401
    kit: Kit,
) -> None:
    folder = kit.write_source(place, "900", [("agency:a", "inov:name", '"A"@id', "")])
    assert "there is none" in ingest(str(folder), "--source", "x").output
    shutil.copy(place / "facts.ttl", place / "more.ttl")
    done = ingest("facts.ttl", "more.ttl", "--source", "x")
    assert done.exit_code == 1
    assert "one deposit" in done.output
    assert ingest("facts.ttl", "more.ttl").exit_code == 0


def test_what_was_refused_is_retried_with_the_corrected_file(
    place: Path,
    ingest: Any,  # noqa: ANN401
) -> None:
    (place / "facts.ttl").write_text(FACTS + "agency:lain inov:name [] .\n")
    assert ingest("facts.ttl").exit_code == 1
    (refused,) = Quarantine(place / "home").all()
    assert sorted(path.name for path in refused.input.rglob("*.*")) == ["facts.ttl", "source.toml"]

"""The command line, run as a person runs it: exit codes, words on both channels, both languages."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from forked import run_kg
from rdflib import Graph
from rdflib.namespace import RDF, SH

from kg.release.publication import Release
from kg.settings import BUILDING, HELP, READING, SERVING, Settings, default_text
from kg.store import parse_rdf

KG = Path(sys.executable).with_name("kg")
EXAMPLES = Settings().ontology / "examples"
COUNT = (
    "SELECT (COUNT(*) AS ?n) WHERE { ?r <https://w3id.org/inovasi-publik/ont#recipient> ?agency }"
)


def kg(
    *arguments: str | Path, home: Path | None = None, language: str = "en", stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KG_")}
    environment["KG_LANG"] = language
    if home:
        environment["KG_HOME"] = str(home)
    return run_kg([*map(str, arguments)], environment, stdin)


@pytest.mark.parametrize("command", ["build", "validate", "serve", "query", "text", "resolve"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_each_command_has_help(command: str, language: str) -> None:
    done = kg(command, "--help", language=language)
    assert done.returncode == 0
    assert len(done.stdout) > 200
    assert done.stdout != kg(command, "--help", language={"id": "en", "en": "id"}[language]).stdout


def test_an_unknown_option_is_a_usage_error() -> None:
    done = subprocess.run(
        [KG, "build", "--nope"], capture_output=True, check=False, encoding="utf-8"
    )
    assert done.returncode == 2
    assert "--nope" in done.stderr


def test_a_setting_that_cannot_work_is_a_usage_error() -> None:
    done = kg("build", "--base-iri", "nowhere")
    assert done.returncode == 2
    assert "KG_BASE_IRI" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("command", "settings"),
    [("build", BUILDING), ("validate", READING), ("serve", SERVING), ("query", ["query_timeout"])],
)
def test_each_setting_of_a_command_is_an_option_with_its_default(
    command: str, settings: Sequence[str]
) -> None:
    # Lines are broken after hyphens too.
    shown = "".join(kg(command, "--help").stdout.split())
    assert settings
    for name in settings:
        words = f"{HELP[name].en} [KG_{name.upper()}; {default_text(name)}]"
        assert f"--{name.replace('_', '-')}" in shown
        assert "".join(words.split()) in shown


@pytest.mark.parametrize(
    "option", ["--port=eight", "--port=70000", "--log=xml", "--grace=0", "--metrics-port=-1"]
)
def test_an_option_that_cannot_work_names_its_setting(option: str) -> None:
    done = kg("serve", option)
    assert done.returncode == 2
    assert "KG_" + option[2:].partition("=")[0].upper().replace("-", "_") in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("language", "words"),
    [("id", "jalankan 'kg build' dahulu"), ("en", "run 'kg build' first")],
)
def test_without_a_release_the_command_says_what_to_do(
    tmp_path: Path, language: str, words: str
) -> None:
    done = kg("query", COUNT, home=tmp_path, language=language)
    assert done.returncode == 1
    assert words in done.stderr


def test_query_prints_a_table_by_default(release: Release, home: Path) -> None:
    done = kg("query", "SELECT ?a WHERE { VALUES ?a { inov:Agency } }", home=home)
    assert done.returncode == 1
    done = kg("query", COUNT, home=home)
    assert done.returncode == 0, done.stderr
    heading, rule, number = done.stdout.splitlines()
    assert (heading, rule) == ("n", "-" * len(number))
    assert int(number) >= 5
    assert release.manifest["claims"] > 400


@pytest.mark.usefixtures("release")
def test_query_reads_standard_input_and_files(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "count.rq"
    file.write_text(COUNT, encoding="utf-8")
    answers = {
        kg("query", "--format", "csv", home=home, stdin=COUNT).stdout,
        kg("query", file, "--format", "csv", home=home).stdout,
        kg("query", COUNT, "--format", "csv", home=home).stdout,
    }
    assert len(answers) == 1
    assert answers.pop().startswith("n\n")


@pytest.mark.usefixtures("release")
@pytest.mark.parametrize("form", ["ttl", "nt", "rdf", "jsonld"])
def test_query_writes_a_graph_in_any_format(home: Path, form: str) -> None:
    query = "CONSTRUCT WHERE { ?e <https://w3id.org/inovasi-publik/ont#theme> ?t }"
    done = kg("query", query, "--format", form, home=home)
    assert len(parse_rdf(done.stdout, form, "http://x/")) == 1


@pytest.mark.usefixtures("release")
def test_query_says_where_the_syntax_is_wrong(home: Path) -> None:
    done = kg("query", "SELECT * WHERE {\n  ?s ?p }", home=home)
    assert done.returncode == 1
    assert "2" in done.stderr
    assert "Traceback" not in done.stderr


def test_query_of_an_endpoint_that_is_not_there_says_so() -> None:
    done = kg("query", COUNT, "--endpoint", "http://127.0.0.1:9/sparql")
    assert done.returncode == 1
    assert "http://127.0.0.1:9/sparql gave no answer" in done.stderr


def test_a_missing_query_file_is_named(tmp_path: Path) -> None:
    done = kg("query", tmp_path / "nope.rq")
    assert done.returncode == 1
    assert "nope.rq" in done.stderr


def test_validate_of_an_invalid_example_names_file_and_row() -> None:
    example = min(EXAMPLES.glob("invalid/S07*"))
    done = kg("validate", example)
    assert done.returncode == 1
    assert f"{example.name}:" in done.stdout
    assert "VIOLATION" in done.stdout


def test_validate_of_values_that_cannot_be_compared_is_a_violation_and_no_crash() -> None:
    done = kg("validate", EXAMPLES / "invalid" / "S43-rank-without-order.ttl")
    assert done.returncode == 1
    assert "Rank order wrong" in done.stdout
    assert "Traceback" not in done.stderr


def test_validate_writes_json_and_the_standard_report() -> None:
    example = min(EXAMPLES.glob("invalid/S07*"))
    document = json.loads(kg("validate", example, "--format", "json").stdout)
    assert document["conforms"] is False
    assert set(document["entries"][0]["message"]) == {"id", "en"}
    report = Graph().parse(data=kg("validate", example, "--format", "turtle").stdout)
    assert list(report.subjects(RDF.type, SH.ValidationReport))
    assert len(list(report.objects(None, SH.result))) == len(document["entries"])


def test_validate_of_a_valid_example_passes() -> None:
    example = min(EXAMPLES.glob("valid/*.ttl"))
    done = kg("validate", example)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.pdf", "", "ending is not known"),
        ("x.ttl", "<http://x/a> <http://x/b>\n", "Broken RDF"),
        ("x.jsonld", '{"@context": "http://127.0.0.1:9/c", "@id": "http://x/a"}\n', "not fetched"),
        ("x.jsonld", "{\n", "Broken RDF"),
        ("x.rdf", "<rdf\n", "Broken RDF"),
        ("x.nt", "<http://x/a> <http://x/b>\n", "Broken RDF"),
    ],
)
def test_validate_of_a_file_that_cannot_be_read_says_why(
    tmp_path: Path, name: str, content: str, words: str
) -> None:
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    done = kg("validate", file)
    assert done.returncode == 1
    assert name in done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_text_measures_a_text_for_its_curator(tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_text("Satu dua. Tiga empat.\n", encoding="utf-8")
    lines = kg("text", file).stdout.splitlines()
    assert lines[0].startswith('sha256 = "')
    assert lines[1] == "length = 22"
    assert lines[3].split()[:2] == ["L1.S1", "0-9"]


def test_names_are_resolved_into_a_new_file_and_open_ones_are_an_exit_code(tmp_path: Path) -> None:
    table = tmp_path / "winners.csv"
    table.write_text("name,year\nPemkab Sidoarjo,2019\nBandung,2019\n", encoding="utf-8")
    done = kg("resolve", table, "--year-column", "year")
    assert done.returncode == 1
    assert "1 open" in done.stdout
    twin = tmp_path / "winners.resolved.csv"
    assert "agency:pemkab-sidoarjo" in twin.read_text(encoding="utf-8")
    again = kg("resolve", table)
    assert again.returncode == 1
    assert "winners.resolved.csv" in again.stderr


def test_an_answer_is_recorded_as_a_decision(tmp_path: Path) -> None:
    table = tmp_path / "a.resolved.csv"
    table.write_text("name,decision\nPemkot Lama,agency:pemkot-surabaya\n", encoding="utf-8")
    decisions = tmp_path / "identity.csv"
    done = kg("resolve", "--record", table, "--into", decisions)
    assert done.returncode == 0, done.stderr
    assert "sama,agency:pemkot-surabaya,,Pemkot Lama," in decisions.read_text(encoding="utf-8")

"""The README's words alone are enough: its commands are run in a fresh clone."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from ports import free_port
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SKOS

CHECKOUT = Path(__file__).parents[1]
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
SHELL = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_readme_is_short() -> None:
    assert README.count("\n") <= 90


def test_every_link_of_the_documentation_leads_to_a_file() -> None:
    pages = [CHECKOUT / "README.md", CHECKOUT / "CHANGELOG.md", *CHECKOUT.glob("docs/**/*.md")]
    links = [
        (page, target)
        for page in pages
        for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
        if not target.startswith("http")
    ]
    assert len(links) >= 10
    assert not [(page, target) for page, target in links if not (page.parent / target).exists()]


def test_continuous_integration_runs_the_readme_s_test_command() -> None:
    assert "make test\n" in SHELL
    script = (CHECKOUT / ".ci" / "run").read_text(encoding="utf-8")
    assert "\nmake test\n" in script
    targets = re.findall(r"^(?:make|beside) (\S+)", script, re.MULTILINE)
    assert len(targets) >= 13
    for target in targets:
        assert f".PHONY: {target}\n" in (CHECKOUT / "Makefile").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Clone, `make run`, and the port on which it serves; stopped afterwards."""
    clone = tmp_path_factory.mktemp("readme") / "clone"
    subprocess.run(["git", "clone", "--quiet", CHECKOUT, clone], check=True)
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("KG_", "VIRTUAL"))}
    with subprocess.Popen(
        ["make", "run", f"PORT={port}"], cwd=clone, env=environment, start_new_session=True
    ) as process:
        try:
            wait_until_served(port, process)
            yield port
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=60)


def wait_until_served(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        assert process.poll() is None, "make run ended by itself"
        try:
            urlopen(f"http://localhost:{port}/", timeout=60).close()
        except URLError:
            time.sleep(0.5)
        else:
            return
    pytest.fail("make run did not serve within ten minutes")


def localised(command: str, port: int) -> str:
    return command.replace("localhost:8000", f"localhost:{port}")


@pytest.mark.readme
def test_the_curl_commands_answer(server: int) -> None:
    asked = [command for command in SHELL if command.startswith("curl")]
    assert len(asked) == 2
    table, turtle = (
        subprocess.run(
            ["bash", "-ec", localised(command, server)], capture_output=True, check=True
        ).stdout.decode()
        for command in asked
    )
    assert table.splitlines()[0] == "recipient,award"
    assert len(table.splitlines()) >= 6
    agency = URIRef(f"http://localhost:{server}/id/agency/polresta-sidoarjo")
    labels = Graph().parse(data=turtle).objects(agency, SKOS.prefLabel)
    assert Literal("Polresta Sidoarjo", lang="id") in labels


@pytest.mark.readme
def test_the_python_example_prints_the_evidence(server: int) -> None:
    (code,) = PYTHON
    output = subprocess.run(
        [sys.executable, "-c", localised(code, server)], capture_output=True, check=True
    ).stdout.decode()
    assert {line.split()[0].rpartition("/")[2] for line in output.splitlines()} == {
        "000",
        "003",
        "004",
    }

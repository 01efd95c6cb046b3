"""What the command line prints: progress, reports and the welcome of the server."""

import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

import click

from kg.errors import Location, RecordError
from kg.ingest.fingerprints import fingerprints
from kg.ingest.sentences import sentences
from kg.language import Language, Text
from kg.release.publication import Release
from kg.release.verdict import Verdict
from kg.settings import Settings

GRAPH_FORMATS: Final = {"turtle": "turtle", "jsonld": "json-ld", "ntriples": "nt"}
"""The forms of a SHACL report, by what the command line calls them."""


class Steps:
    """Prints each step as it begins, with the seconds since the start, on standard error."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._start = time.monotonic()

    def __call__(self, step: Text) -> None:
        """Print that a step begins."""
        self._print(f"{step[self._language]} …")

    def finish(self, outcome: Text) -> None:
        """Print how it ended."""
        self._print(outcome[self._language])

    def _print(self, words: str) -> None:
        click.echo(f"[{time.monotonic() - self._start:5.1f} s] {words}", err=True)


def show_verdict(
    verdict: Verdict, report_format: str, language: Language, prefixes: Mapping[str, str]
) -> None:
    """Print the gate's verdict on standard output, in the form chosen."""
    if report_format == "json":
        click.echo(verdict.as_json())
    elif report_format in GRAPH_FORMATS:
        click.echo(verdict.report.serialize(format=GRAPH_FORMATS[report_format]))
    else:
        click.echo(verdict.explain(language, prefixes))


def measure_text(file: Path, *, only_fingerprints: bool) -> None:
    """Print what a curator needs to know of a text: its hash, its length, its sentences' spans.

    Raises ``RecordError`` if the file is not UTF-8. The text itself may end as it likes.
    """
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RecordError(
            Location(file, raw.count(b"\n", 0, error.start) + 1), Text("Bukan UTF-8", "Not UTF-8")
        ) from None
    if only_fingerprints:
        click.echo("\n".join(sorted(set(fingerprints(text)))))
        return
    click.echo(f'sha256 = "{sha256(raw).hexdigest()}"\nlength = {len(text)}\n')
    for sentence in sentences(text):
        words = text[sentence.start : sentence.end]
        click.echo(f"{sentence.locator:<8} {sentence.start}-{sentence.end}  {words[:60]}")


def write_welcome(release: Release, settings: Settings, language: Language) -> None:
    """Print the three addresses worth opening and a line for ``curl`` that works as it stands."""
    server = f"http://{_visible_host(settings.host)}:{settings.port}/"
    addresses = {
        server: Text("beranda", "home"),
        f"{server}id/agency/polresta-sidoarjo": Text(
            "sebuah instansi, dengan sumber setiap fakta",
            "an agency, with the sources of every fact",
        ),
        f"{server}sparql": Text("titik akhir SPARQL", "the SPARQL endpoint"),
    }
    width = max(map(len, addresses))
    lines = [
        "",
        Text("Rilis {id} disajikan:", "Release {id} is served:").format(id=release.identifier[:16])[
            language
        ],
        "",
        *(f"  {address:<{width}}  {words[language]}" for address, words in addresses.items()),
        "",
        f"  curl {server}sparql -H 'Accept: text/csv' --data-urlencode 'query=",
        "    SELECT ?agency (COUNT(*) AS ?recognitions) WHERE {",
        f"      ?recognition <{release.base}ont#recipient> ?agency }} GROUP BY ?agency'",
        "",
        Text("Ctrl-C untuk berhenti.", "Ctrl-C to stop.")[language],
        "",
    ]
    click.echo("\n".join(lines), err=True)


def _visible_host(host: str) -> str:
    return "localhost" if host in ("127.0.0.1", "0.0.0.0", "::1", "::") else host  # noqa: S104

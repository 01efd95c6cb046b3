"""``kg resolve``: names of a table to IRIs, questions to the curator, answers to decisions."""

from collections.abc import Mapping
from pathlib import Path

import click

from kg.errors import Location, RecordError
from kg.ingest.corpus import read_corpus
from kg.ingest.curated import resolver_of
from kg.ingest.resolved_tables import (
    append_decisions,
    count_answers,
    read_decisions,
    read_name_table,
    render_answers,
    resolve_table,
)
from kg.language import Language, Text
from kg.namespaces import read_prefixes
from kg.settings import Settings

HINTS = ("year", "parent", "province", "level")
"""The hints of which a table may have a column."""


def resolve_file(
    file: Path, kind: str, name: str, hints: Mapping[str, str], settings: Settings
) -> tuple[Path, Mapping[str, int]]:
    """Write the twin of a table with an answer beside each row; return it and the counts.

    Raises ``RecordError`` if the twin exists: answers that a curator wrote are not overwritten.
    """
    prefixes = read_prefixes(settings.ontology)
    table = read_name_table(file, [name, *hints.values()])
    twin = file.with_name(f"{file.stem}.resolved{file.suffix}")
    resolver = resolver_of(read_corpus(settings.data, prefixes))
    answers = resolve_table(table, resolver, kind, name, hints)
    try:
        with twin.open("x", encoding="utf-8", newline="") as out:
            out.write(render_answers(table, answers, prefixes))
    except FileExistsError:
        raise RecordError(
            Location(twin),
            Text("Berkas sudah ada; pindahkan dulu", "The file exists; move it away first"),
        ) from None
    return twin, count_answers(answers)


def record_file(
    file: Path, kind: str, name: str, into: Path | None, settings: Settings
) -> tuple[Path, int]:
    """Add the answers that a curator wrote beside the rows to the decisions; return how many."""
    table = read_name_table(file, [name, "decision"])
    decisions = read_decisions(table, kind, name, read_prefixes(settings.ontology))
    path = into or settings.data / "identity.csv"
    return path, append_decisions(decisions, path)


def show_counts(twin: Path, counts: Mapping[str, int], language: Language) -> None:
    """Print how many names were settled in which way, and where the answers are."""
    words = Text(
        "{exact} nama persis, {alias} alias, {decided} sudah diputuskan, {open} terbuka: {twin}",
        "{exact} exact names, {alias} aliases, {decided} decided before, {open} open: {twin}",
    )
    numbers = {how: counts.get(how, 0) for how in ("exact", "alias", "decided", "open")}
    click.echo(words.format(twin=twin, **numbers)[language])
    if counts.get("open"):
        click.echo(
            Text(
                "Isi kolom decision, lalu: kg resolve --record {twin} …",
                "Fill in the column decision, then: kg resolve --record {twin} …",
            ).format(twin=twin)[language]
        )

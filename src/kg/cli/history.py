"""The commands about releases that are there already: list, compare, go back, keep, remove."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import click

from kg.cli.options import offer_settings, settings_of
from kg.iris import compress_iri, rebase
from kg.language import Language, Text
from kg.namespaces import read_prefixes
from kg.release.changes import changes
from kg.release.differences import BLANK, Difference, Entity, Totals, entities
from kg.release.history import CURRENT, History
from kg.release.lookup import label_of
from kg.release.publication import Release

_SHORT: Final = 16
_KEEP: Final = 5
_DIFFERENCES: Final = ("table", "json", "nquads")


def releases_command(language: Language) -> click.Command:
    """Return ``kg releases``."""

    @click.command(
        "releases",
        help=Text(
            "Menyebut rilis yang tersimpan, yang terbaru lebih dahulu.",
            "List the releases that are kept, the newest first.",
        )[language],
    )
    @click.option(
        "--format",
        "list_format",
        type=click.Choice(("table", "json")),
        default="table",
        show_default=True,
        help=Text("Bentuk daftar", "Form of the list")[language],
    )
    @offer_settings(("home",), language)
    def command(list_format: str, **given: str | None) -> None:
        history = History(settings_of(**given).home)
        rows = list(_rows(history))
        if list_format == "json":
            click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        else:
            click.echo(_table(rows, language))

    return command


def _rows(history: History) -> Iterator[dict[str, Any]]:
    current, pinned = history.current().identifier, history.pinned()
    for release in history.releases():
        yield {
            "id": release.identifier,
            "version": str(release.manifest.get("version", "")),
            "published": history.first_published(release).isoformat().replace("+00:00", "Z"),
            "quads": release.manifest.get("quads"),
            "sources": release.manifest.get("sources"),
            "base": release.base,
            "current": release.identifier == current,
            "pinned": release.identifier in pinned,
        }


def _table(rows: list[dict[str, Any]], language: Language) -> str:
    heads = Text("rilis|versi|diterbitkan|kuad|sumber|", "release|version|published|quads|sources|")
    marks = {
        "current": Text("berlaku", "current")[language],
        "pinned": Text("disematkan", "pinned")[language],
    }
    table = [heads[language].split("|")]
    for row in rows:
        mark = ", ".join(word for key, word in marks.items() if row[key])
        cells = (row["id"][:_SHORT], row["version"], row["published"], row["quads"], row["sources"])
        table.append([*("" if cell is None else str(cell) for cell in cells), mark])
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in table
    )
    return "\n".join(line.rstrip() for line in lines)


def rollback_command(language: Language) -> click.Command:
    """Return ``kg rollback``."""

    @click.command(
        "rollback",
        help=Text(
            "Memberlakukan rilis terdahulu: RILIS, atau yang berlaku saat rilis sekarang "
            "dibangun. Server yang berjalan ikut beralih.",
            "Make an earlier release current: RELEASE, or the one that was current when the "
            "present one was built. A running server follows.",
        )[language],
    )
    @click.argument("release", required=False)
    @offer_settings(("home",), language)
    def command(release: str | None, **given: str | None) -> None:
        found = History(settings_of(**given).home).rollback(release)
        click.echo(
            Text("Rilis yang berlaku: {id}", "Current release: {id}").format(
                id=found.identifier[:_SHORT]
            )[language]
        )

    return command


def pin_command(language: Language) -> click.Command:
    """Return ``kg pin``."""

    @click.command(
        "pin",
        help=Text(
            "Menyematkan RILIS supaya tidak pernah dihapus oleh 'kg prune'.",
            "Pin a RELEASE, so that 'kg prune' never removes it.",
        )[language],
    )
    @click.argument("release", default=CURRENT)
    @click.option(
        "--remove", is_flag=True, help=Text("Lepaskan sematan", "Take the pin off")[language]
    )
    @offer_settings(("home",), language)
    def command(release: str, *, remove: bool, **given: str | None) -> None:
        history = History(settings_of(**given).home)
        found = history.unpin(release) if remove else history.pin(release)
        words = (
            Text("Tidak lagi disematkan: {id}", "No longer pinned: {id}")
            if remove
            else Text("Disematkan: {id}", "Pinned: {id}")
        )
        click.echo(words.format(id=found.identifier[:_SHORT])[language])

    return command


def prune_command(language: Language) -> click.Command:
    """Return ``kg prune``."""

    @click.command(
        "prune",
        help=Text(
            "Menghapus rilis lama. Yang berlaku, yang disematkan, dan beberapa yang terbaru tetap.",
            "Remove old releases. The current one, those pinned and the newest ones stay.",
        )[language],
    )
    @click.option(
        "--keep",
        type=click.IntRange(min=0),
        default=_KEEP,
        show_default=True,
        help=Text("Jumlah rilis terbaru yang tetap", "Number of newest releases that stay")[
            language
        ],
    )
    @click.option(
        "--dry-run",
        is_flag=True,
        help=Text("Hanya sebutkan apa yang akan dihapus", "Only say what would be removed")[
            language
        ],
    )
    @offer_settings(("home",), language)
    def command(keep: int, *, dry_run: bool, **given: str | None) -> None:
        removed = History(settings_of(**given).home).prune(keep, dry_run=dry_run)
        done = Text("Dihapus: {id}, {n} bita", "Removed: {id}, {n} bytes")
        would = Text("Akan dihapus: {id}, {n} bita", "Would be removed: {id}, {n} bytes")
        for release, size in removed:
            words = (would if dry_run else done).format(id=release.identifier[:_SHORT], n=size)
            click.echo(words[language])
        total = sum(size for _, size in removed)
        click.echo(
            Text("{n} rilis, {total} bita", "{n} releases, {total} bytes").format(
                n=len(removed), total=total
            )[language]
        )

    return command


def diff_command(language: Language) -> click.Command:
    """Return ``kg diff``."""

    @click.command(
        "diff",
        help=Text(
            "Membandingkan dua rilis: apa yang ditambahkan (+) dan dihapus (-) pada LALU sehingga "
            "menjadi KINI. Bentuk json: satu objek tiap baris; nquads: satu kuad tiap baris.",
            "Compare two releases: what was added (+) and removed (-) from BEFORE to AFTER. As "
            "json one object a line; as nquads one quad a line.",
        )[language],
    )
    @click.argument("before")
    @click.argument("after", default=CURRENT)
    @click.option(
        "--format",
        "diff_format",
        type=click.Choice(_DIFFERENCES),
        default="table",
        show_default=True,
        help=Text("Bentuk perbandingan", "Form of the comparison")[language],
    )
    @offer_settings(("home", "ontology"), language)
    def command(before: str, after: str, diff_format: str, **given: str | None) -> None:
        settings = settings_of(**given)
        history = History(settings.home)
        old, new = history.find(before), history.find(after)
        if diff_format == "nquads":
            for sign, quad in changes(old.content_path, new.content_path):
                click.echo(f"{sign} {quad.decode()}", nl=False)
            return
        prefixes = read_prefixes(settings.ontology)
        told = _Told(old, new, prefixes, language)
        for line in told.as_json() if diff_format == "json" else told.as_text():
            click.echo(line)

    return command


class _Told:
    """The differences of two releases, in words, line by line as they are found."""

    def __init__(
        self, old: Release, new: Release, prefixes: Mapping[str, str], language: Language
    ) -> None:
        self._old, self._new = old.content_path, new.content_path
        self._prefixes = {name: rebase(iri, new.base) for name, iri in prefixes.items()}
        self._base, self._language = new.base, language

    def as_json(self) -> Iterator[str]:
        totals = Totals()
        for entity in entities(self._old, self._new, totals):
            value: dict[str, object] = {
                "entity": None if entity.iri == BLANK else entity.iri,
                "label": self._label(entity.iri),
                "added": entity.added,
                "removed": entity.removed,
                "changes": [difference._asdict() for difference in entity.differences],
            }
            yield json.dumps(value, ensure_ascii=False)
        graphs = {
            graph or "default": {"added": totals.of("+", graph), "removed": totals.of("-", graph)}
            for graph in totals.graphs()
        }
        value = {"added": totals.of("+"), "removed": totals.of("-"), "graphs": graphs}
        yield json.dumps(value, ensure_ascii=False)

    def as_text(self) -> Iterator[str]:
        totals, number = Totals(), 0
        for entity in entities(self._old, self._new, totals):
            number += 1
            yield self._heading(entity)
            yield from (self._line(difference) for difference in entity.differences)
            yield ""
        words = Text(
            "{n} hal berubah: {added} kuad ditambahkan, {removed} dihapus",
            "{n} things changed: {added} quads added, {removed} removed",
        ).format(n=number, added=totals.of("+"), removed=totals.of("-"))
        yield words[self._language]
        for graph in totals.graphs():
            counts = f"+{totals.of('+', graph)} -{totals.of('-', graph)}"
            yield f"  {counts:>14}  {self._graph(graph)}"

    def _heading(self, entity: Entity) -> str:
        counts = f"(+{entity.added} -{entity.removed})"
        if entity.iri == BLANK:
            return Text("Simpul kosong", "Blank nodes")[self._language] + f" {counts}"
        label = self._label(entity.iri)
        return f"{self._name(entity.iri)}{f' — {label}' if label else ''} {counts}"

    def _label(self, iri: str) -> str | None:
        if iri == BLANK:
            return None
        found = label_of(self._new, iri, self._language)
        return found or label_of(self._old, iri, self._language)

    def _line(self, difference: Difference) -> str:
        sign, predicate, value, graphs = difference
        if value.startswith("<"):
            label = self._label(value[1:-1])
            value = self._name(value[1:-1]) + (f" ({label})" if label else "")
        where = ", ".join(map(self._graph, graphs))
        return f"  {sign} {self._name(predicate[1:-1])} {value}  [{where}]"

    def _graph(self, graph: str) -> str:
        words = Text("graf utama", "default graph")
        return graph.removeprefix(self._base) if graph else words[self._language]

    def _name(self, iri: str) -> str:
        curie = compress_iri(iri, self._prefixes)
        return f"<{iri}>" if curie == iri else curie


COMMANDS: Final = (
    releases_command,
    diff_command,
    rollback_command,
    pin_command,
    prune_command,
)
"""What makes each of these commands in a language."""

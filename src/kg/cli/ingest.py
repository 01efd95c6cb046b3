"""The commands that bring data: ``kg ingest`` and ``kg quarantine``."""

import getpass
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import click

from kg.cli.options import Command, offer_settings, settings_of
from kg.cli.output import Steps, show_verdict
from kg.language import Language, Text, counted
from kg.namespaces import read_prefixes
from kg.release.act import Act
from kg.release.handing_in import Handing
from kg.release.intake import Outcome
from kg.release.later import finish_all, pending
from kg.release.quarantine import Quarantine
from kg.release.submission import Correction, RefusedError, Submission, retry, submit
from kg.release.suggestions import knowledge_of, with_suggestions
from kg.release.verdict import Verdict
from kg.settings import Settings

_SETTINGS: Final = ("ontology", "data", "home")
_FORMATS: Final = ("table", "json", "turtle", "jsonld", "ntriples")
_ENDINGS: Final = {"json": "json", "turtle": "ttl", "jsonld": "jsonld", "ntriples": "nt"}
_GRAPH_NAME: Final = re.compile(rb" <([^<>]*)> \.\n\Z")
_LISTED: Final = 20

_FORMAT: Final = Text(
    "Bentuk laporan: tabel, JSON, atau laporan SHACL (Turtle, JSON-LD, N-Triples)",
    "Form of the report: a table, JSON, or the SHACL report (Turtle, JSON-LD, N-Triples)",
)
_INGEST: Final = Text(
    "Membawa data ke rilis yang berlaku, dalam satu langkah utuh. JALUR adalah tabel "
    "(.csv, .tsv, .xlsx; lihat 'kg template'), folder sumber (setoran beserta berkas "
    "RDF-nya), tabel keputusan, berkas RDF, atau folder yang memuat beberapa di antaranya. "
    "Berkas RDF berisi fakta menjadi setoran dengan id menurut nama berkasnya atau --source; "
    "yang berisi tipe dan label saja menerangkan hal. Bila ditolak, tidak ada yang berubah, "
    "kiriman disimpan dalam karantina bersama laporannya, dan kode keluarnya 1.",
    "Bring data to the current release, in one whole step. A PATH is a table (.csv, "
    ".tsv, .xlsx; see 'kg template'), a source's folder (a deposit with its RDF file), a "
    "table of decisions, an RDF file, or a folder with several of these. An RDF file with "
    "facts becomes a deposit with an id from its name or --source; one of classes and labels "
    "alone describes things. If the batch is refused nothing changes, it is kept in quarantine "
    "with its report, and the exit code is 1.",
)
_TABLE_KIND: Final = Text(
    "Jenis tabel, bila folder dan kepala kolomnya tidak menunjukkannya",
    "Kind of the tables, where neither their folder nor their header tells",
)
_SUGGESTIONS: Final = Text(
    "Usulkan perbaikan bila ada: kode terdekat, tanggal terbalik, bahasa yang kurang",
    "Suggest a mending where there is one: nearest code, turned date, missing language",
)
_HANDING: Final = {
    "label-en": Text("Label setoran, bahasa Inggris", "Label of the deposit, English"),
    "label-id": Text("Label setoran, bahasa Indonesia", "Label of the deposit, Indonesian"),
    "depositor": Text("Siapa penyetornya; bila kosong, --by", "Who hands it in; --by if empty"),
    "source": Text(
        "Id setoran dari berkas RDF; bila kosong, menurut nama berkasnya",
        "Id of the deposit that an RDF file becomes; from the file's name if empty",
    ),
}
_FILES: Final = click.Path(exists=True, path_type=Path)


def ingest_command(language: Language) -> click.Command:
    """Return ``kg ingest``."""

    @click.command(
        "ingest",
        help=_INGEST[language],
    )
    @click.argument("paths", nargs=-1, type=_FILES)
    @click.option(
        "--withdraw",
        "withdrawn",
        multiple=True,
        metavar="ID",
        help=Text(
            "Menarik sumber yang pernah dibawa, beserta semua yang hanya bertumpu padanya",
            "Withdraw a source that was brought, with all that rests on it alone",
        )[language],
    )
    @click.option(
        "--dry-run",
        is_flag=True,
        help=Text(
            "Hanya memeriksa dan menyebut apa yang akan berubah",
            "Only judge, and say what would change",
        )[language],
    )
    @click.option("--kind", help=_TABLE_KIND[language])
    @_handing_in(language)
    @_naming_the_act(language)
    @offer_settings(_SETTINGS, language)
    def command(  # noqa: PLR0913  one parameter an option
        paths: tuple[Path, ...],
        *,
        withdrawn: tuple[str, ...],
        dry_run: bool,
        kind: str | None,
        source: str,
        depositor: str,
        label_id: str,
        label_en: str,
        by: str,
        note: str,
        report_format: str,
        fix_suggestions: bool,
        **given: str | None,
    ) -> None:
        if not paths and not withdrawn:
            raise click.UsageError(
                Text("Sebutkan JALUR atau --withdraw", "Name a PATH or --withdraw")[language]
            )
        settings = settings_of(**given)
        act = Act.now("ingest", by, note)
        handing = Handing(by, act.started_at[:10], source, depositor, label_id, label_en)
        submission = Submission(paths, withdrawn, act, dry_run, kind, handing=handing)
        steps = Steps(language)
        form = _Form(language, report_format, fix_suggestions)
        _report(lambda: submit(settings, submission, steps), settings, form)

    return command


def quarantine_command(language: Language) -> click.Command:
    """Return ``kg quarantine``; without a subcommand it lists what is there."""
    words = Text(
        "Kiriman yang ditolak: daftarnya, laporannya, mencoba lagi, dan membuangnya.",
        "Batches that were refused: list them, show a report, try again, drop.",
    )

    @click.group("quarantine", help=words[language], invoke_without_command=True)
    @offer_settings(_SETTINGS, language)
    @click.pass_context
    def group(context: click.Context, /, **given: str | None) -> None:
        context.obj = settings_of(**given)
        if context.invoked_subcommand is None:
            click.echo("\n".join(_listing(context.obj, language)))

    for make in (_list, _show, _retry, _drop):
        group.add_command(make(language))
    return group


def _list(language: Language) -> click.Command:
    @click.command("list", help=Text("Menyebut semua kiriman", "List all batches")[language])
    @click.pass_obj
    def command(settings: Settings) -> None:
        click.echo("\n".join(_listing(settings, language)))

    return command


def _show(language: Language) -> click.Command:
    @click.command("show", help=Text("Menampilkan laporan", "Show the report")[language])
    @click.argument("identifier", metavar="ID")
    @_format_option(language)
    @click.pass_obj
    def command(settings: Settings, identifier: str, report_format: str) -> None:
        refused = Quarantine(settings.home).get(identifier)
        if report_format == "table":
            click.echo("\n".join(refused.table(language)))
        else:
            click.echo(refused.report(_ENDINGS[report_format]))

    return command


def _retry(language: Language) -> click.Command:
    @click.command(
        "retry",
        help=Text(
            "Membawa lagi, setelah diperbaiki. Bila lolos, kiriman keluar dari karantina.",
            "Bring again, after correction. A batch that passes leaves the quarantine.",
        )[language],
    )
    @click.argument("identifier", metavar="ID")
    @click.option(
        "--with",
        "corrected",
        multiple=True,
        type=_FILES,
        help=Text(
            "Berkas perbaikan, menggantikan berkas bernama sama",
            "A corrected file, in the place of the one of the same name",
        )[language],
    )
    @_naming_the_act(language)
    @click.pass_obj
    def command(  # noqa: PLR0913  one parameter an option
        settings: Settings,
        identifier: str,
        *,
        corrected: tuple[Path, ...],
        by: str,
        note: str,
        report_format: str,
        fix_suggestions: bool,
    ) -> None:
        correction = Correction(identifier, Act.now("ingest", by, note), corrected)
        steps = Steps(language)
        form = _Form(language, report_format, fix_suggestions)
        _report(lambda: retry(settings, correction, steps), settings, form)

    return command


def _drop(language: Language) -> click.Command:
    @click.command("drop", help=Text("Membuang kiriman", "Drop a batch")[language])
    @click.argument("identifier", metavar="ID")
    @click.pass_obj
    def command(settings: Settings, identifier: str) -> None:
        quarantine = Quarantine(settings.home)
        quarantine.drop(quarantine.get(identifier).id)

    return command


COMMANDS: Final = (ingest_command, quarantine_command)


def _format_option(language: Language) -> Callable[[Command], Command]:
    return click.option(
        "--format",
        "report_format",
        type=click.Choice(_FORMATS),
        default="table",
        show_default=True,
        help=_FORMAT[language],
    )


def _handing_in(language: Language) -> Callable[[Command], Command]:
    def add(command: Command) -> Command:
        for name, words in _HANDING.items():
            command = click.option(f"--{name}", default="", help=words[language])(command)
        return command

    return add


def _naming_the_act(language: Language) -> Callable[[Command], Command]:
    def add(command: Command) -> Command:
        by = Text("Siapa yang membawa, untuk catatan", "Who brings it, for the record")
        note = Text("Mengapa, untuk catatan", "Why, for the record")
        command = click.option("--note", default="", help=note[language])(command)
        command = click.option("--by", default=_user, help=by[language])(command)
        suggesting = click.option("--fix-suggestions", is_flag=True, help=_SUGGESTIONS[language])
        command = suggesting(command)
        return _format_option(language)(command)

    return add


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


class _Form(NamedTuple):
    """How a report is to be shown."""

    language: Language
    syntax: str
    with_suggestions: bool


def _report(act: Callable[[], Outcome], settings: Settings, form: _Form) -> None:
    """Do it, and print the verdict on standard output and what changed on standard error."""
    try:
        outcome = act()
    except RefusedError as error:
        _print(error.verdict, settings, form)
        raise
    _print(outcome.verdict, settings, form)
    for line in _summary(outcome, form.language):
        click.echo(line, err=True)
    if pending(settings.home):
        # The release is in force; what an earlier, killed process left undone is made as well.
        words = Text("Menulis berkas unduhan …", "Writing the downloads …")
        click.echo(words[form.language], err=True)
        finish_all(settings.home)


def _print(verdict: Verdict, settings: Settings, form: _Form) -> None:
    if form.with_suggestions:
        verdict = with_suggestions(verdict, knowledge_of(settings.ontology))
    show_verdict(verdict, form.syntax, form.language, read_prefixes(settings.ontology))


def _summary(outcome: Outcome, language: Language) -> Iterator[str]:
    """Yield what has changed: the release, then counts by graph and by entity."""
    release = outcome.release.identifier[:16]
    if not outcome.changed:
        same = Text("Tidak ada perubahan; rilis tetap {id}", "No change; the release stays {id}")
        yield same.format(id=release)[language]
        return
    gone = list(map(_place, outcome.removed))
    come = list(map(_place, outcome.added))
    total = Text("+{come} -{gone} kuad; rilis {id}", "+{come} -{gone} quads; release {id}")
    yield total.format(come=len(come), gone=len(gone), id=release)[language]
    base = outcome.release.base
    for part in (0, 1):
        counts = Counter(place[part] for place in come), Counter(place[part] for place in gone)
        names = sorted(name for name in {**counts[0], **counts[1]} if name)
        for name in names[:_LISTED]:
            short = name.removeprefix(base)
            yield f"  +{counts[0][name]:<6} -{counts[1][name]:<6} {short}"
        if len(names) > _LISTED:
            yield f"  … {len(names) - _LISTED}"


def _place(line: bytes) -> tuple[str, str]:
    """Return the graph that a quad stands in, and the subject if that is a thing."""
    subject, _, rest = line.decode().partition(" ")
    parts = rest.rstrip(" .\n")
    graph = _GRAPH_NAME.search(line)
    # The object of a triple without a graph may be an IRI as well: then two terms are left.
    is_named = graph is not None and not re.fullmatch(r"<[^<>]*> <[^<>]*>", parts)
    name = graph[1].decode() if graph and is_named else "default"
    return name, subject.strip("<>")


def _listing(settings: Settings, language: Language) -> Iterator[str]:
    batches = Quarantine(settings.home).all()
    if not batches:
        yield Text("Karantina kosong", "The quarantine is empty")[language]
    for refused in batches:
        noun = Text("pelanggaran", "violation")
        words = counted(refused.about["violations"], noun, "violations")
        moment = refused.about["started_at"][:19]
        yield f"{refused.id}  {moment}  {refused.about['by']}  {words[language]}"

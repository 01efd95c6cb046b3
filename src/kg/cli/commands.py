"""The commands and their options, worded in one of the two languages."""

from collections.abc import Callable
from pathlib import Path

import click

from kg.cli import history, ingest
from kg.cli.addresses import make_export, make_redirects
from kg.cli.options import Command, offer_settings, settings_of
from kg.cli.output import GRAPH_FORMATS, Steps, measure_text, show_verdict, write_welcome
from kg.cli.query import FORMATS, TABLE, answer_query
from kg.cli.resolve import HINTS, record_file, resolve_file, show_counts
from kg.cli.tables import template_command
from kg.language import Language, Text
from kg.namespaces import read_prefixes
from kg.release.build import build, judge_data
from kg.release.files import judge_files
from kg.release.history import History
from kg.release.later import pending, start_finishing
from kg.release.suggestions import knowledge_of, with_suggestions
from kg.release.verdict import NonConformanceError, Verdict
from kg.settings import BUILDING, READING, SERVING, Settings

_QUERYING = ("ontology", "home", "query_timeout", "query_memory", "result_limit")

_REPORT_FORMATS = ("table", "json", *GRAPH_FORMATS)


def make_group(language: Language) -> click.Group:
    """Return the command group ``kg`` with its help in a language."""
    group = click.Group(
        "kg",
        help=Text(
            "Graf pengetahuan inovasi pelayanan publik Indonesia.",
            "A knowledge graph of Indonesia's public-service innovations.",
        )[language],
        epilog=Text(
            "Setiap pengaturan dapat juga diberikan lewat variabel KG_NAMA; lihat "
            "docs/settings.md. KG_LANG=en untuk bahasa Inggris.",
            "Every setting can also be given as a variable KG_NAME; see docs/settings.md. "
            "KG_LANG=id for Indonesian.",
        )[language],
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    addresses = (make_export, make_redirects)
    plain = (_build, _validate, _serve, _query, _text, _resolve, template_command)
    for make in (*plain, *ingest.COMMANDS, *history.COMMANDS, *addresses):
        group.add_command(make(language))
    return group


def _report_format(language: Language) -> Callable[[Command], Command]:
    return click.option(
        "--format",
        "report_format",
        type=click.Choice(_REPORT_FORMATS),
        default="table",
        show_default=True,
        help=Text(
            "Bentuk laporan: tabel, JSON, atau laporan SHACL (Turtle, JSON-LD, N-Triples)",
            "Form of the report: a table, JSON, or the SHACL report (Turtle, JSON-LD, N-Triples)",
        )[language],
    )


def _build(language: Language) -> click.Command:
    @click.command(
        "build",
        help=Text(
            "Membaca ontologi dan data, memeriksanya, lalu menerbitkan rilis baru. Bila ada "
            "pelanggaran, rilis yang berlaku tidak berubah dan kode keluarnya 1.",
            "Read ontology and data, validate them and publish a new release. On a violation the "
            "current release stays as it is and the exit code is 1.",
        )[language],
    )
    @offer_settings(BUILDING, language)
    @_report_format(language)
    def command(report_format: str, **given: str | None) -> None:
        settings = settings_of(**given)
        steps = Steps(language)
        try:
            release, verdict = build(settings, steps)
        except NonConformanceError as error:
            _report(error.verdict, report_format, language, settings)
            raise
        _report(verdict, report_format, language, settings)
        steps.finish(
            Text(
                "Rilis {id}: {quads} kuad, {claims} klaim dari {sources} sumber, di {path}",
                "Release {id}: {quads} quads, {claims} claims of {sources} sources, in {path}",
            ).format(id=release.identifier[:16], path=release.path, **release.manifest)
        )

    return command


def _validate(language: Language) -> click.Command:
    @click.command(
        "validate",
        help=Text(
            "Memeriksa tanpa menerbitkan apa pun. Tanpa BERKAS: semua data terkurasi. Folder "
            "sumber atau claims.csv: seolah-olah berada di data/sources. Tabel (.csv, .tsv, "
            ".xlsx): seolah-olah di data/tables. Berkas RDF (.ttl, .trig, .nt, .nq, .jsonld, "
            ".rdf): terhadap bentuk, bersama ontologi dan kosakata.",
            "Validate without publishing anything. Without FILES: all curated data. A source's "
            "folder or claims.csv: as if it stood in data/sources. A table (.csv, .tsv, .xlsx): as "
            "if it stood in data/tables. An RDF file (.ttl, .trig, .nt, .nq, .jsonld, .rdf): "
            "against the shapes, together with ontology and vocabularies.",
        )[language],
    )
    @click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
    @click.option(
        "--kind",
        help=Text(
            "Jenis tabel, bila folder dan kepala kolomnya tidak menunjukkannya",
            "Kind of the tables, where neither their folder nor their header tells",
        )[language],
    )
    @offer_settings(READING, language)
    @_report_format(language)
    @click.option(
        "--fix-suggestions",
        is_flag=True,
        help=Text(
            "Usulkan perbaikan bila ada: kode terdekat, tanggal terbalik, bahasa yang kurang",
            "Suggest a mending where there is one: nearest code, turned date, missing language",
        )[language],
    )
    def command(
        files: tuple[Path, ...],
        *,
        kind: str | None,
        report_format: str,
        fix_suggestions: bool,
        **given: str | None,
    ) -> None:
        settings = settings_of(**given)
        steps = Steps(language)
        if files:
            verdict = judge_files(files, settings, steps, kind)
        else:
            verdict = judge_data(settings, steps).verdict
        if fix_suggestions:
            verdict = with_suggestions(verdict, knowledge_of(settings.ontology))
        _report(verdict, report_format, language, settings)
        if not verdict.conforms:
            raise click.exceptions.Exit(1)

    return command


def _serve(language: Language) -> click.Command:
    @click.command(
        "serve",
        help=Text(
            "Menyajikan rilis yang berlaku: halaman, IRI, dan SPARQL. Berhenti dengan Ctrl-C.",
            "Serve the current release: pages, IRIs and SPARQL. Ctrl-C stops it.",
        )[language],
    )
    @offer_settings(SERVING, language)
    def command(**given: str | None) -> None:
        # The server, and all of Flask with it, is needed by this command alone.
        from kg.web.server import serve  # noqa: PLC0415

        settings = settings_of(**given)
        releases = History(settings.home)
        release = releases.current()

        def welcome() -> None:
            # Whoever reads JSON lines does not want other words among them.
            if settings.log == "text":
                write_welcome(release, settings, settings.lang if given["lang"] else language)

        if pending(settings.home):
            start_finishing(settings.home)
        serve(release, settings, welcome, releases)

    return command


def _query(language: Language) -> click.Command:
    @click.command(
        "query",
        help=Text(
            "Menjalankan kueri SPARQL terhadap rilis yang berlaku, atau terhadap titik akhir lain. "
            "KUERI adalah teks kueri, nama berkas .rq, atau '-' untuk masukan standar.",
            "Run a SPARQL query over the current release, or over another endpoint. QUERY is the "
            "text of a query, the name of an .rq file, or '-' for standard input.",
        )[language],
    )
    @click.argument("query", default="-")
    @click.option(
        "--format",
        "answer_format",
        type=click.Choice(FORMATS),
        default=TABLE,
        show_default=True,
        help=Text(
            "Bentuk jawaban; tabel menjadi ttl bila jawabannya graf",
            "Form of the answer; a table becomes ttl where the answer is a graph",
        )[language],
    )
    @click.option(
        "--endpoint",
        metavar="URL",
        help=Text("Titik akhir SPARQL lain", "Another SPARQL endpoint")[language],
    )
    @offer_settings(_QUERYING, language)
    def command(query: str, answer_format: str, endpoint: str | None, **given: str | None) -> None:
        answer_query(query, answer_format, endpoint, settings_of(**given))

    return command


def _text(language: Language) -> click.Command:
    @click.command(
        "text",
        help=Text(
            "Mengukur naskah sumber untuk kurator: SHA-256, panjang, lalu lokator dan rentang "
            "titik kode setiap kalimat.",
            "Measure a source's text for its curator: SHA-256, length, then the locator and the "
            "span of code points of each sentence.",
        )[language],
    )
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option(
        "--fingerprints",
        "only_fingerprints",
        is_flag=True,
        help=Text("Hanya sidik jari, untuk shingles.txt", "Only fingerprints, for shingles.txt")[
            language
        ],
    )
    def command(file: Path, **options: bool) -> None:
        measure_text(file, **options)

    return command


def _resolve(language: Language) -> click.Command:
    @click.command(
        "resolve",
        help=Text(
            "Mencari IRI bagi nama-nama dalam tabel CSV. Jawabannya ditulis di samping tiap baris "
            "dalam BERKAS.resolved.csv; kode keluarnya 1 bila ada yang terbuka. Kurator mengisi "
            "kolom decision dengan CURIE (atau 'not CURIE'), lalu --record mencatatnya sebagai "
            "keputusan identitas yang dipakai lagi lain kali.",
            "Find the IRIs of the names in a CSV table. The answers are written beside the rows in "
            "FILE.resolved.csv; the exit code is 1 if some are open. The curator fills the column "
            "decision with a CURIE (or 'not CURIE'), and --record keeps it as an identity decision "
            "that is used again.",
        )[language],
    )
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--kind", default="agency", show_default=True, help=_KIND[language])
    @click.option("--column", default="name", show_default=True, help=_NAME_COLUMN[language])
    @_hint_columns(language)
    @click.option("--record", is_flag=True, help=_RECORD[language])
    @click.option("--into", type=click.Path(dir_okay=False, path_type=Path), help=_INTO[language])
    @offer_settings(("ontology", "data"), language)
    def command(
        file: Path, *, kind: str, column: str, record: bool, into: Path | None, **given: str | None
    ) -> None:
        hints = {hint: named for hint in HINTS if (named := given.pop(f"{hint}_column"))}
        settings = settings_of(**given)
        if record:
            path, count = record_file(file, kind, column, into, settings)
            click.echo(_RECORDED.format(count=count, path=path)[language])
            return
        twin, counts = resolve_file(file, kind, column, hints, settings)
        show_counts(twin, counts, language)
        if counts.get("open"):
            raise click.exceptions.Exit(1)

    return command


_KIND = Text("Jenis IRI: agency, innovation, person …", "Kind of IRI: agency, innovation, person …")
_NAME_COLUMN = Text("Kolom yang memuat nama", "The column that holds the names")
_RECORD = Text("Catat isi kolom decision", "Record what the column decision holds")
_INTO = Text(
    "Berkas keputusan (bawaan: identity.csv di folder data)",
    "The file of decisions (default: identity.csv in the data folder)",
)
_RECORDED = Text("{count} keputusan baru dalam {path}", "{count} new decisions in {path}")
_HINT_COLUMN = Text("Kolom petunjuk: {hint}", "The column of a hint: {hint}")


def _hint_columns(language: Language) -> Callable[[Command], Command]:
    def add(command: Command) -> Command:
        for hint in reversed(HINTS):
            words = _HINT_COLUMN.format(hint=hint)[language]
            command = click.option(f"--{hint}-column", metavar="COLUMN", help=words)(command)
        return command

    return add


def _report(verdict: Verdict, report_format: str, language: Language, settings: Settings) -> None:
    show_verdict(verdict, report_format, language, read_prefixes(settings.ontology))

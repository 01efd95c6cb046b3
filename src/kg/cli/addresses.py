"""The commands that keep addresses alive: a site without a server, and redirects to a new host."""

import os
from pathlib import Path

import click

from kg.cli.output import Steps
from kg.language import Language, Text
from kg.release.later import finish_dumps
from kg.release.permanence import write_redirects
from kg.release.publication import Releases
from kg.settings import read_settings


class _Address(click.ParamType[str]):
    """An absolute address that ends with a slash."""

    name = "url"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not value.startswith(("http://", "https://")) or not value.endswith("/"):
            self.fail("https://…/", param, ctx)
        return value


def make_export(language: Language) -> click.Command:
    """Return ``kg export-site``."""

    @click.command(
        "export-site",
        help=Text(
            "Menulis seluruh situs rilis yang berlaku sebagai berkas: setiap dokumen dalam setiap "
            "format, halaman dalam kedua bahasa, peta situs, dan aturan pengalihan. FOLDER harus "
            "kosong, belum ada, atau berisi ekspor terdahulu.",
            "Write the whole site of the current release as files: every document in every "
            "format, the pages in both languages, sitemaps, and redirect rules. FOLDER must be "
            "empty, new, or hold an older export.",
        )[language],
    )
    @click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
    @click.option(
        "--address",
        metavar="URL",
        type=_Address(),
        help=Text(
            "Alamat situs itu nanti, untuk peta situs; bawaannya IRI dasar rilis",
            "Where the site will be, for the sitemaps; the release's base IRI unless given",
        )[language],
    )
    @click.option("--home", metavar="FOLDER", help="[KG_HOME; build/]")
    def command(folder: Path, address: str | None, home: str | None) -> None:
        # Flask is needed by this command and by serving alone.
        from kg.web.export import export_site  # noqa: PLC0415

        settings = read_settings({**os.environ, **({"KG_HOME": home} if home else {})})
        steps = Steps(language)
        current = Releases(settings.home).current()
        finish_dumps(current.path)
        done = export_site(current, settings, folder, steps, address)
        steps.finish(
            Text(
                "{files} berkas, {size:.1f} MiB, {seconds:.0f} detik, di {folder}",
                "{files} files, {size:.1f} MiB, {seconds:.0f} seconds, in {folder}",
            ).format(files=done.files, size=done.size / 2**20, seconds=done.seconds, folder=folder)
        )

    return command


def make_redirects(language: Language) -> click.Command:
    """Return ``kg redirects``."""

    @click.command(
        "redirects",
        help=Text(
            "Menulis berkas untuk layanan pengenal tetap (w3id.org): .htaccess dan README.md, yang "
            "mengantar setiap IRI kanonik ke server Anda.",
            "Write the files for the service of permanent identifiers (w3id.org): .htaccess and "
            "README.md, which lead every canonical IRI to your server.",
        )[language],
    )
    @click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
    @click.option(
        "--to",
        "target",
        metavar="URL",
        type=_Address(),
        required=True,
        help=Text("Alamat server, diakhiri '/'", "The server's address, ending with '/'")[language],
    )
    @click.option(
        "--contact",
        metavar="TEXT",
        required=True,
        help=Text("Siapa yang bertanggung jawab", "Who answers for it")[language],
    )
    def command(folder: Path, target: str, contact: str) -> None:
        for path in write_redirects(folder, target, contact):
            click.echo(path)

    return command

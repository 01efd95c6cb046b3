"""``kg template``: a table to be filled in, or the guide's section on a kind of table."""

import os
import sys
from pathlib import Path

import click

from kg.ingest.tables.description import read_kinds
from kg.ingest.tables.templates import FORMATS, guide_section, template
from kg.language import Language, Text
from kg.settings import read_settings

MARKDOWN = "md"


def template_command(language: Language) -> click.Command:
    """Return the command with its help in a language."""

    @click.command(
        "template",
        help=Text(
            "Menulis tabel kosong sejenis JENIS: kepala kolom dan baris contoh yang berupa "
            "komentar (xlsx: dengan lembar keterangan). Tanpa JENIS: daftar jenis tabel.",
            "Write an empty table of KIND: the header and an example row that is a comment "
            "(xlsx: with a sheet of explanations). Without KIND: the list of kinds.",
        )[language],
    )
    @click.argument("kind", required=False)
    @click.option(
        "--format",
        "syntax",
        type=click.Choice((*FORMATS, MARKDOWN)),
        default="csv",
        show_default=True,
        help=Text(
            "Bentuk tabel; md: penjelasan kolomnya", "Form of the table; md: what its columns mean"
        )[language],
    )
    @click.option(
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        help=Text("Berkas tujuan (bawaan: keluaran standar)", "File to write (standard output)")[
            language
        ],
    )
    def command(kind: str | None, syntax: str, output: Path | None) -> None:
        kinds = read_kinds(read_settings(os.environ).ontology)
        if kind is None:
            for name, table in kinds.items():
                click.echo(f"{name:<18} {table.title[language]}")
            return
        if kind not in kinds:
            raise click.BadParameter(", ".join(kinds), param_hint="KIND")
        if syntax == MARKDOWN:
            content = guide_section(kinds[kind], language).encode()
        else:
            content = template(kinds[kind], syntax)
        if output:
            output.write_bytes(content)
        else:
            sys.stdout.buffer.write(content)

    return command

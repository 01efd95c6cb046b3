"""The command line ``kg``: parse, call, print; the only home of click."""

import logging
import os
import sys

import click

from kg.cli.commands import make_group
from kg.errors import KgError
from kg.language import choose_language


def main() -> None:
    """Run ``kg``; the exit code is 0, or that of the error that was met."""
    # rdflib logs a stack trace for each ill-typed literal; the reader reports it by row instead.
    logging.getLogger("rdflib").setLevel(logging.CRITICAL)
    language = choose_language(os.environ.get(name, "") for name in ("KG_LANG", "LC_ALL", "LANG"))
    try:
        sys.exit(make_group(language).main(standalone_mode=False))
    except KgError as error:
        click.echo(error.explain(language), err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)

"""Options that stand for settings, on whatever command offers them."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import click

from kg.language import Language
from kg.settings import HELP, Settings, default_text, read_settings

Command = TypeVar("Command", bound=Callable[..., Any])

_METAVARS = {int: "INTEGER", float: "NUMBER", Path: "FOLDER"}


def offer_settings(names: Sequence[str], language: Language) -> Callable[[Command], Command]:
    """Return options for settings, with the words and the defaults of the settings table.

    Their values are read as those of the variables are.
    """

    def add(command: Command) -> Command:
        for name in reversed(names):
            words = f"{HELP[name][language]}  [KG_{name.upper()}; {default_text(name)}]"
            option = f"--{name.replace('_', '-')}"
            command = click.option(option, name, metavar=_metavar(name), help=words)(command)
        return command

    return add


def _metavar(name: str) -> str:
    kind = get_type_hints(Settings)[name]
    return "|".join(get_args(kind)) or _METAVARS.get(kind, "TEXT")


def settings_of(**given: str | None) -> Settings:
    """Return the settings of the environment, overruled by the options that were given."""
    chosen = {f"KG_{name.upper()}": value for name, value in given.items() if value is not None}
    return read_settings({**os.environ, **chosen})

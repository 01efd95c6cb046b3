"""Every error that a person may meet: what was wrong, where, and what to do, in two languages.

Each class carries the exit code of the command line and the status of an HTTP answer
(RFC 9110, section 15). Only ``kg.cli`` and ``kg.web`` catch them.
"""

from dataclasses import dataclass
from pathlib import Path

from kg.language import Language, Text, counted


class KgError(Exception):
    """The root of all errors that are addressed to a person.

    ``message`` says what was wrong and what to do. ``exit_code`` and ``http_status``
    say how the command line and the server end.
    """

    exit_code = 1
    http_status = 500

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message

    def explain(self, language: Language) -> str:
        """Return the whole explanation, place included, in one language."""
        return self.message[language]


class IriError(KgError):
    """An IRI, CURIE or slug that the IRI policy does not allow."""

    http_status = 400


class SettingsError(KgError):
    """A setting with a value that cannot be used."""

    exit_code = 2


@dataclass(frozen=True)
class Location:
    """A place in an input file; ``row`` counts from 1, the header being row 1.

    As text the file is named as seen from the working directory.

    >>> str(Location(Path("claims.csv"), 7, "span"))
    'claims.csv:7 [span]'
    """

    file: Path
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        here = Path.cwd()
        file = self.file.relative_to(here) if self.file.is_relative_to(here) else self.file
        row = "" if self.row is None else f":{self.row}"
        return f"{file}{row}" + (f" [{self.column}]" if self.column else "")


class RecordError(KgError):
    """Input that cannot be read: a file, or one row or column of it."""

    http_status = 422

    def __init__(self, location: Location, message: Text, value: str | None = None) -> None:
        super().__init__(message)
        self.location = location
        self.value = value

    def explain(self, language: Language) -> str:
        """Return ``file:row [column]: what was wrong: "value"``."""
        value = "" if self.value is None else f': "{self.value}"'
        return f"{self.location}: {self.message[language]}{value}"


class InputError(KgError):
    """All the faults that one reading of the input met, so that they can be mended together."""

    http_status = 422

    def __init__(self, faults: list[RecordError]) -> None:
        count = counted(len(faults), Text("kesalahan", "fault"), "faults")
        super().__init__(Text(f"{count.id} pada masukan", f"{count.en} in the input"))
        self.faults = faults

    def explain(self, language: Language) -> str:
        """Return one line a fault, then their number."""
        return "\n".join([*(f.explain(language) for f in self.faults), self.message[language]])


class ShapesError(KgError):
    """The shapes themselves are at fault, so nothing can be said of the data."""


class StoreError(KgError):
    """A release that is missing, damaged or in use."""

    http_status = 503


class QueryError(KgError):
    """A query that was refused, could not be parsed or could not be finished."""

    http_status = 400

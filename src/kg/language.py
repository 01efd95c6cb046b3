"""The two languages in which everything that a person reads is written."""

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple, get_args

Language = Literal["id", "en"]

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
"""Indonesian first: it is the language of the sources and of most readers."""


class Text(NamedTuple):
    """One sentence in Indonesian and in English.

    >>> Text("Berkas tidak ada", "File not found")["en"]
    'File not found'
    """

    id: str
    en: str

    def __getitem__(self, key: Language | int) -> str:  # type: ignore[override]
        """Return the wording in a language (or, as a tuple does, at a position)."""
        return getattr(self, key) if isinstance(key, str) else tuple.__getitem__(self, key)

    def format(self, **values: object) -> "Text":
        """Fill the same named values into both wordings."""
        return Text(self.id.format(**values), self.en.format(**values))


def counted(number: int, noun: Text, several: str) -> Text:
    """Return a number with its noun; ``several`` is the English plural, Indonesian has none.

    >>> counted(1, Text("kesalahan", "fault"), "faults").en
    '1 fault'
    """
    return Text(f"{number} {noun.id}", f"{number} {noun.en if number == 1 else several}")


def choose_language(preferences: Iterable[str], default: Language = "id") -> Language:
    """Return the first language that we have among ``preferences`` (RFC 4647 lookup).

    >>> choose_language(["fr", "en-GB"])
    'en'
    >>> choose_language([])
    'id'
    """
    for preference in preferences:
        primary = preference.split("-")[0].split("_")[0].lower()
        for language in LANGUAGES:
            if language == primary:
                return language
    return default

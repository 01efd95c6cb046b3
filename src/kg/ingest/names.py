"""Indonesian names of agencies and places: one key for all spellings, and the parts of a name."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_PHRASES: Final[Mapping[str, str]] = {
    "pemerintah daerah kabupaten": "pemerintah kabupaten",
    "pemerintah daerah kota": "pemerintah kota",
    "pemerintah daerah provinsi": "pemerintah provinsi",
    "pemerintahan kabupaten": "pemerintah kabupaten",
    "pemerintahan kota": "pemerintah kota",
    "rumah sakit umum daerah": "rsud",
    "pusat kesehatan masyarakat": "puskesmas",
    "lembaga pemasyarakatan": "lapas",
    "rumah tahanan negara": "rutan",
    "kepolisian resor kota besar": "polrestabes",
    "kepolisian resor kota": "polresta",
    "kepolisian resor": "polres",
    "kepolisian sektor": "polsek",
    "kepolisian daerah": "polda",
    "sekretariat daerah": "setda",
    "komunikasi dan informatika": "kominfo",
    "pekerjaan umum dan penataan ruang": "pupr",
    "kependudukan dan pencatatan sipil": "dukcapil",
}
"""Phrases → the short form that stands for them, so that both spellings meet."""

_WORDS: Final[Mapping[str, str]] = {
    "pemkab": "pemerintah kabupaten",
    "pemkot": "pemerintah kota",
    "pemko": "pemerintah kota",
    "pemprov": "pemerintah provinsi",
    "pemda": "pemerintah daerah",
    "kab": "kabupaten",
    "prov": "provinsi",
    "propinsi": "provinsi",
    "kep": "kepulauan",
    "walikota": "wali kota",
    "dinkes": "dinas kesehatan",
    "disdik": "dinas pendidikan",
    "dindik": "dinas pendidikan",
    "diskominfo": "dinas kominfo",
    "dishub": "dinas perhubungan",
    "dinsos": "dinas sosial",
    "disdukcapil": "dinas dukcapil",
    "dispendukcapil": "dinas dukcapil",
    "pkm": "puskesmas",
    "uptd": "upt",
}
"""Words → what they abbreviate."""

_LEVELS: Final = r"kabupaten|kota|provinsi"
_GOVERNMENT: Final = re.compile(rf"pemerintah (?:(?P<level>{_LEVELS}) |daerah )?(?P<core>.+)")
_AREA: Final = re.compile(rf"(?P<level>{_LEVELS}) (?P<core>.+)")
_OFFICE: Final = re.compile(r"(?P<office>bupati|wali kota|gubernur) (?P<core>.+)")
_TAIL: Final = re.compile(rf"(?P<own>.+?) (?:pemerintah )?(?P<level>{_LEVELS}) (?P<core>.+)")
_OFFICES: Final = {"bupati": "kabupaten", "wali kota": "kota", "gubernur": "provinsi"}

_UNITS: Final = (
    "dinas badan inspektorat setda sekretariat puskesmas rsud rsu rs upt bagian kecamatan kelurahan"
    " desa satpol sdn smpn sman smkn sd smp sma smk lapas rutan lpka bapas polres polresta"
    " polrestabes polda polsek kantor balai perumda pdam sentra"
)
UNIT_HEADS: Final = frozenset(_UNITS.split())
"""Words that open the name of a unit or of an office in a region."""


@dataclass(frozen=True)
class NameParts:
    """What a name says of an area: its level, its name, and the unit that stands before it.

    ``form`` tells how the area is named: ``government`` (Pemkab X), ``area`` (Kabupaten X),
    ``office`` (Bupati X), ``unit`` (Dinas Y Kabupaten X) or ``bare`` (X). ``level`` is
    ``kabupaten``, ``kota``, ``provinsi`` or None, where the name does not say.
    """

    form: str
    level: str | None
    core: str
    unit: str = ""


def name_key(name: str) -> str:
    """Return the key under which all spellings of a name meet.

    >>> name_key("Pemkab. Sidoarjo"), name_key("Pemerintah Daerah Kab. Sidoarjo")
    ('pemerintah kabupaten sidoarjo', 'pemerintah kabupaten sidoarjo')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    plain = re.sub(r"['`]", "", plain.replace("&", " dan "))
    words = re.sub(r"[^a-z0-9]+", " ", plain).split()
    text = " ".join(_WORDS.get(word, word) for word in words)
    for phrase, short in _PHRASES.items():
        # To look for it first costs a tenth of having it looked for as a pattern.
        if phrase in text:
            text = re.sub(rf"\b{phrase}\b", short, text)
    return text.removesuffix(" republik indonesia").removesuffix(" ri")


def name_parts(key: str) -> NameParts:
    """Return the parts of a name, given by its key.

    >>> name_parts("dinas kesehatan kabupaten kendal")
    NameParts(form='unit', level='kabupaten', core='kendal', unit='dinas kesehatan')
    """
    if match := _OFFICE.fullmatch(key):
        return NameParts("office", _OFFICES[match["office"]], match["core"])
    if match := _GOVERNMENT.fullmatch(key):
        return NameParts("government", match["level"], match["core"])
    if match := _AREA.fullmatch(key):
        return NameParts("area", match["level"], match["core"])
    if key.partition(" ")[0] in UNIT_HEADS:
        tail = _TAIL.fullmatch(key)
        if tail:
            return NameParts("unit", tail["level"], tail["core"], tail["own"])
        return NameParts("unit", None, "", key)
    return NameParts("bare", None, key)

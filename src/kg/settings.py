"""Every setting: one table of name, default and help; read from the environment in one place."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, get_type_hints

from kg.errors import SettingsError
from kg.language import Language, Text
from kg.namespaces import CANONICAL_BASE

_CHECKOUT: Final = Path(__file__).resolve().parents[2]


def _bundled(folder: str) -> Path:
    """Find ``ontology`` or ``data`` beside the checkout, or inside the installed package."""
    if (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / folder).is_dir():
        return _CHECKOUT / folder
    return Path(str(files("kg"))) / "bundled" / folder


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a deployment may choose. ``HELP`` explains each; ``KG_<NAME>`` sets it."""

    ontology: Path = field(default_factory=lambda: _bundled("ontology"))
    data: Path = field(default_factory=lambda: _bundled("data"))
    home: Path = Path("build")
    base_iri: str = CANONICAL_BASE
    host: str = "127.0.0.1"
    port: int = 8000
    lang: Language = "id"
    web_workers: int = 1
    web_threads: int = 8
    query_workers: int = 2
    query_timeout: float = 20.0
    query_memory: int = 2048
    query_queue: int = 16
    result_limit: int = 256

    def __post_init__(self) -> None:
        """Refuse values that cannot work, naming the setting."""
        if not self.base_iri.startswith(("http://", "https://")) or self.base_iri[-1] != "/":
            raise SettingsError(
                Text(
                    "KG_BASE_IRI harus IRI http(s) yang diakhiri '/': {value}",
                    "KG_BASE_IRI must be an http(s) IRI that ends with '/': {value}",
                ).format(value=self.base_iri)
            )
        if self.lang not in ("id", "en"):
            raise SettingsError(
                Text("KG_LANG harus id atau en", "KG_LANG must be id or en"),
            )
        for name in _POSITIVE:
            if getattr(self, name) <= 0:
                raise SettingsError(
                    Text(
                        "KG_{name} harus lebih besar dari nol", "KG_{name} must be above zero"
                    ).format(name=name.upper())
                )


_POSITIVE: Final = (
    "port",
    "web_workers",
    "web_threads",
    "query_workers",
    "query_timeout",
    "query_memory",
    "query_queue",
    "result_limit",
)

HELP: Final[Mapping[str, Text]] = {
    "ontology": Text("Folder ontologi, bentuk dan skema", "Folder of ontology, shapes and schemes"),
    "data": Text("Folder data terkurasi", "Folder of the curated data"),
    "home": Text("Folder tempat rilis disimpan", "Folder in which releases are kept"),
    "base_iri": Text("IRI dasar rilis yang dibangun", "Base IRI of the release that is built"),
    "host": Text("Alamat tempat server mendengarkan", "Address that the server listens on"),
    "port": Text("Porta server", "Port of the server"),
    "lang": Text("Bahasa pesan: id atau en", "Language of messages: id or en"),
    "web_workers": Text("Jumlah proses web", "Number of web processes"),
    "web_threads": Text("Jumlah utas tiap proses web", "Number of threads in a web process"),
    "query_workers": Text(
        "Jumlah kueri yang boleh berjalan lama sekaligus, tiap proses web",
        "Number of queries that may run long at a time, in each web process",
    ),
    "query_timeout": Text("Batas waktu kueri, detik", "Time limit of a query, in seconds"),
    "query_memory": Text(
        "Batas memori satu proses kueri, MiB", "Memory limit of a query process, in MiB"
    ),
    "query_queue": Text(
        "Jumlah kueri yang boleh menunggu giliran", "Number of queries that may wait for their turn"
    ),
    "result_limit": Text("Batas ukuran hasil, MiB", "Size limit of a result, in MiB"),
}


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings that ``KG_<NAME>`` variables give, defaults for the rest.

    Raises ``SettingsError`` for a value of the wrong kind, naming the variable.
    """
    kinds = get_type_hints(Settings)
    values: dict[str, Any] = {}
    for setting in fields(Settings):
        variable = f"KG_{setting.name.upper()}"
        if variable in environment:
            values[setting.name] = _convert(variable, environment[variable], kinds[setting.name])
    return Settings(**values)


def _convert(variable: str, value: str, kind: Any) -> object:  # noqa: ANN401
    try:
        return kind(value) if kind in (int, float, Path) else value
    except ValueError:
        raise SettingsError(
            Text(
                "{variable} harus berupa bilangan: {value}",
                "{variable} must be a number: {value}",
            ).format(variable=variable, value=value)
        ) from None

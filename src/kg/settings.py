"""Every setting: one table of name, default and help; read from the environment in one place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

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
    grace: int = 25
    log: Literal["text", "json"] = "text"
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 0
    query_copy_limit: int = 300_000
    answer_cache: int = 64
    rate_limit: int = 0
    rate_burst: int = 30
    trusted_proxies: int = 0
    service_allow: str = ""
    older_releases: int = 3
    write_tokens: str = field(default="", repr=False)
    write_limit: int = 16
    write_rate: int = 60
    write_timeout: float = 120.0
    write_memory: int = 4096

    @property
    def service_endpoints(self) -> frozenset[str]:
        """The endpoints that SERVICE may call, as exact IRIs."""
        return frozenset(self.service_allow.split())

    @property
    def writers(self) -> Mapping[str, str]:
        """Who may write over HTTP: names and the SHA-256 of each one's token, in hexadecimal."""
        return dict(pair.split("=") for pair in self.write_tokens.split())

    def __post_init__(self) -> None:
        """Refuse values that cannot work, naming the setting."""
        for fault in (*_address_faults(self), *_choice_faults(self), *_number_faults(self)):
            raise SettingsError(fault)


def _address_faults(settings: Settings) -> Iterator[Text]:
    base = settings.base_iri
    if not base.startswith(("http://", "https://")) or base[-1] != "/":
        yield Text(
            "KG_BASE_IRI harus IRI http(s) yang diakhiri '/': {value}",
            "KG_BASE_IRI must be an http(s) IRI that ends with '/': {value}",
        ).format(value=base)
    pairs = settings.write_tokens.split()
    names = {pair.partition("=")[0] for pair in pairs}
    if len(names) < len(pairs) or not all(map(_WRITER.fullmatch, pairs)):
        # What is wrong is not shown: it may be the token itself.
        yield Text(
            "KG_WRITE_TOKENS berisi pasangan nama=SHA-256 (64 angka heksadesimal), dipisahkan "
            "spasi, tiap nama sekali",
            "KG_WRITE_TOKENS takes pairs name=SHA-256 (64 hexadecimal digits), separated by "
            "spaces, each name once",
        )
    for iri in sorted(settings.service_endpoints):
        if not _ENDPOINT.fullmatch(iri):
            yield Text(
                "KG_SERVICE_ALLOW berisi IRI http(s) tanpa fragmen: {value}",
                "KG_SERVICE_ALLOW takes http(s) IRIs without a fragment: {value}",
            ).format(value=iri)


def _choice_faults(settings: Settings) -> Iterator[Text]:
    for name, kind in get_type_hints(Settings).items():
        if get_origin(kind) is Literal and getattr(settings, name) not in get_args(kind):
            yield _not_a_choice(name, get_args(kind)).message


def _number_faults(settings: Settings) -> Iterator[Text]:
    below = Text("KG_{name} terlalu kecil: {value}", "KG_{name} is too small: {value}")
    no_port = Text(
        "KG_{name} bukan nomor porta: {value}", "KG_{name} is not the number of a port: {value}"
    )
    for names, least, most, fault in (
        (_POSITIVE, None, None, below),
        (_NOT_NEGATIVE, 0, None, below),
        (("port", "metrics_port"), 0, _LAST_PORT, no_port),
    ):
        for name in names:
            value = getattr(settings, name)
            too_small = value <= 0 if least is None else value < least
            if too_small or (most is not None and value > most):
                yield fault.format(name=name.upper(), value=value)


_LAST_PORT: Final = 65535

# A host, perhaps a port, a path, a query: no names or passwords of users, nothing to encode.
_ENDPOINT: Final = re.compile(
    r"https?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
    r"(?:[/?](?:[A-Za-z0-9/?:@!$&'()*+,;=._~-]|%[0-9A-Fa-f]{2})*)?"
)

_WRITER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}=[0-9a-f]{64}")

_POSITIVE: Final = (
    "port",
    "web_workers",
    "web_threads",
    "query_workers",
    "query_timeout",
    "query_memory",
    "query_queue",
    "result_limit",
    "grace",
    "rate_burst",
    "write_limit",
    "write_timeout",
    "write_memory",
)
_NOT_NEGATIVE: Final = (
    "query_copy_limit",
    "answer_cache",
    "rate_limit",
    "trusted_proxies",
    "older_releases",
    "write_rate",
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
    "grace": Text(
        "Waktu bagi kueri yang berjalan saat server dihentikan, detik",
        "Time for running queries when the server is stopped, in seconds",
    ),
    "log": Text("Bentuk catatan: text atau json", "Form of the log: text or json"),
    "metrics_host": Text(
        "Alamat metrik Prometheus; tanpa kata sandi, jadi bukan alamat umum",
        "Address of the Prometheus metrics; they have no password, so not a public one",
    ),
    "metrics_port": Text(
        "Porta metrik proses web pertama, yang lain menyusul; 0: tanpa metrik",
        "Port of the metrics of the first web process, the others follow; 0: no metrics",
    ),
    "query_copy_limit": Text(
        "Jumlah kuad terbanyak yang disalin ke memori tiap proses kueri; 0: selalu dari disk",
        "Quads up to which each query process copies the release into memory; 0: always from disk",
    ),
    "answer_cache": Text(
        "Memori untuk jawaban yang disimpan tiap proses web, MiB; 0: tidak ada",
        "Memory for kept answers of each web process, in MiB; 0: none",
    ),
    "rate_limit": Text(
        "Kueri per menit dari satu alamat, tiap proses web; 0: tanpa batas",
        "Queries a minute from one address, in each web process; 0: no limit",
    ),
    "rate_burst": Text(
        "Kueri yang boleh datang sekaligus sebelum batas per menit berlaku",
        "Queries that may come at once before the limit a minute holds",
    ),
    "trusted_proxies": Text(
        "Jumlah proksi di depan server yang X-Forwarded-For-nya dipercaya",
        "Number of proxies before the server whose X-Forwarded-For is believed",
    ),
    "service_allow": Text(
        "IRI titik akses yang boleh dipanggil dengan SERVICE, dipisahkan spasi",
        "IRIs of the endpoints that SERVICE may call, separated by spaces",
    ),
    "older_releases": Text(
        "Rilis lama yang boleh terbuka sekaligus, tiap proses web; 0: hanya yang berlaku disajikan",
        "Older releases that may be open at a time, in each web process; 0: only the current one "
        "is served",
    ),
    "write_tokens": Text(
        "Siapa yang boleh menulis lewat HTTP: pasangan nama=SHA-256 token, dipisahkan spasi; "
        "kosong: tidak seorang pun",
        "Who may write over HTTP: pairs name=SHA-256 of the token, separated by spaces; "
        "empty: nobody",
    ),
    "write_limit": Text(
        "Batas ukuran isi satu penulisan, MiB", "Size limit of the body of a write, in MiB"
    ),
    "write_rate": Text(
        "Penulisan per menit untuk satu token, tiap proses web; 0: tanpa batas",
        "Writes a minute with one token, in each web process; 0: no limit",
    ),
    "write_timeout": Text(
        "Batas waktu satu penulisan, menunggu giliran termasuk, detik",
        "Time limit of a write, waiting for its turn included, in seconds",
    ),
    "write_memory": Text(
        "Batas memori proses yang menulis, MiB", "Memory limit of the process that writes, in MiB"
    ),
}


READING: Final = ("ontology", "data")
"""The settings that tell what is read by a build."""

BUILDING: Final = (*READING, "home", "base_iri")
"""The settings that concern building."""

SECRET: Final = ("write_tokens",)
"""The settings that are never shown, and no option of a command: everybody may see those."""

SERVING: Final = ("home", *(name for name in HELP if name not in (*BUILDING, *SECRET)))
"""The settings that concern serving: a new one does, unless it is listed above."""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings that ``KG_<NAME>`` variables give, defaults for the rest.

    An empty variable is as good as none. Raises ``SettingsError`` for a value of the wrong kind,
    naming the variable.
    """
    kinds = get_type_hints(Settings)
    values: dict[str, Any] = {}
    for setting in fields(Settings):
        variable = f"KG_{setting.name.upper()}"
        if environment.get(variable):
            values[setting.name] = _convert(variable, environment[variable], kinds[setting.name])
    return Settings(**values)


def _not_a_choice(name: str, choices: Sequence[str]) -> SettingsError:
    return SettingsError(
        Text(
            f"KG_{name.upper()} harus {' atau '.join(choices)}",
            f"KG_{name.upper()} must be {' or '.join(choices)}",
        )
    )


def default_text(name: str) -> str:
    """Return the default of a setting as the documentation writes it.

    >>> default_text("home"), default_text("port")
    ('build/', '8000')
    """
    (default,) = (setting.default for setting in fields(Settings) if setting.name == name)
    if default is MISSING:
        # A folder that is found beside the code.
        return f"{name}/"
    return f"{default}/" if isinstance(default, Path) else str(default)


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

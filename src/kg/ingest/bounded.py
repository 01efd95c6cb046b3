"""Reading files that anyone may have written: bounded in size, and refused with a reason."""

import io
import re
import stat
from pathlib import Path
from typing import Final

from kg.errors import Location, RecordError
from kg.language import Text

MAX_BYTES: Final = 64 * 2**20
"""The largest file that is read."""

MAX_LINE: Final = 2**20
"""The longest line of a table, in code points."""

_UTF_16_OR_32: Final = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_BIDI: Final = "\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c"
UNWANTED: Final = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_BIDI}\ufeff\ufffe\uffff]")
"""Control characters, and those that turn the direction of writing: they hide what is written."""


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """Return the bytes of a regular file.

    Raises ``RecordError`` if it is missing, is no regular file, or is larger than ``limit``.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise RecordError(
                Location(path), Text("Bukan berkas biasa", "This is not a regular file")
            )
        if about.st_size > limit:
            raise _too_large(path, limit)
        with path.open("rb") as file:
            raw = file.read(limit + 1)
    except OSError:
        raise RecordError(
            Location(path),
            Text("Berkas tidak ada atau tidak terbaca", "The file is missing or cannot be read"),
        ) from None
    if len(raw) > limit:
        raise _too_large(path, limit)
    return raw


def _too_large(path: Path, limit: int) -> RecordError:
    return RecordError(
        Location(path),
        Text(
            "Berkas lebih dari {limit} MiB; bagi menjadi beberapa berkas",
            "The file has more than {limit} MiB; split it into several",
        ).format(limit=limit // 2**20),
    )


def decode(path: Path, raw: bytes) -> str:
    """Return the text of a file that must be UTF-8, without a byte-order mark or NUL.

    Raises ``RecordError`` with the line, and with the encoding that it seems to have instead.
    """
    if raw.startswith(_UTF_16_OR_32):
        raise RecordError(
            Location(path, 1),
            Text(
                "Ini UTF-16 atau UTF-32; simpan ulang sebagai UTF-8",
                "This is UTF-16 or UTF-32; save it again as UTF-8",
            ),
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RecordError(
            Location(path, raw.count(b"\n", 0, error.start) + 1),
            Text(
                "Bukan UTF-8 (mungkin Latin-1 atau Windows-1252); simpan ulang sebagai UTF-8",
                "Not UTF-8 (perhaps Latin-1 or Windows-1252); save it again as UTF-8",
            ),
        ) from None
    if text.startswith("\ufeff"):
        raise RecordError(
            Location(path, 1),
            Text("Hapus penanda urutan bita (BOM) di awal", "Remove the byte-order mark (BOM)"),
        )
    if (position := text.find("\0")) >= 0:
        raise RecordError(
            Location(path, text.count("\n", 0, position) + 1),
            Text(
                "Ada bita nol; berkas ini rusak atau bukan teks",
                "There is a null byte; the file is damaged or no text",
            ),
        )
    return text


def check_lines(path: Path, text: str) -> None:
    """Raise ``RecordError`` for a line that is too long, or line ends of several kinds."""
    for number, line in enumerate(io.StringIO(text, newline="\n"), 1):
        if len(line) > MAX_LINE:
            raise RecordError(
                Location(path, number),
                Text(
                    "Baris lebih dari {limit} karakter", "A line of more than {limit} characters"
                ).format(limit=MAX_LINE),
            )
    crlf = text.count("\r\n")
    if text.count("\r") != crlf or crlf not in (0, text.count("\n")):
        raise RecordError(
            Location(path),
            Text(
                "Akhir baris bercampur (CR, LF, CRLF); simpan ulang dengan satu jenis",
                "Line ends of several kinds (CR, LF, CRLF); save it again with one",
            ),
        )


MAX_DEPTH: Final = 64
"""How deep brackets, JSON or XML elements may be nested."""

# Strings, IRIs and comments, in which brackets are text; then the brackets themselves. Every
# alternative takes what it began whether or not it ends, so that the scan is linear.
_TURTLE: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?'
    r"|'''(?:[^'\\]|\\.|'(?!''))*+(?:''')?"
    r'|"(?:[^"\\\n]|\\.)*+"?'
    r"|'(?:[^'\\\n]|\\.)*+'?"
    r"|<[^<>\s]*+>?|\#[^\n]*+|(?P<open>[\[({])|(?P<close>[\])}])",
    re.DOTALL,
)
_JSON: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|(?P<open>[\[{])|(?P<close>[\]}])', re.DOTALL)
_XML: Final = re.compile(
    r"<!--(?:[^-]|-(?!->))*+|<[?](?:[^?]|[?](?!>))*+|<!\[CDATA\[(?:[^\]]|\](?!\]>))*+"
    r"|(?P<close></)"
    r"""|(?P<open><[^\s<>!?/](?:[^<>"'/]|/(?!>)|"[^"]*+"?|'[^']*+'?)*+(?!/>))"""
    r"""|<[^\s<>!?/](?:[^<>"'/]|/(?!>)|"[^"]*+"?|'[^']*+'?)*+""",
    re.DOTALL,
)
_NESTING: Final = {"ttl": _TURTLE, "trig": _TURTLE, "jsonld": _JSON, "rdf": _XML}
_REMOTE: Final = re.compile(r'"@(?:context|import)"\s*:\s*(?:"|\[\s*"|\[[^\[\]{}]*,\s*")')


def check_rdf(path: Path, text: str, syntax: str) -> None:
    """Raise ``RecordError`` for RDF that a parser should not be given.

    ``syntax`` is a suffix such as ``ttl``. Refused are entity declarations (RDF/XML), contexts
    that stand elsewhere (JSON-LD), and nesting without bounds.
    """
    if syntax == "rdf" and (match := re.search(r"<!(?:DOCTYPE|ENTITY)", text)):
        raise RecordError(
            Location(path, text.count("\n", 0, match.start()) + 1),
            Text(
                "Deklarasi DOCTYPE atau ENTITY tidak diterima; tulis IRI utuh",
                "DOCTYPE and ENTITY declarations are not accepted; write whole IRIs",
            ),
        )
    if syntax == "jsonld" and (match := _REMOTE.search(text)):
        raise RecordError(
            Location(path, text.count("\n", 0, match.start()) + 1),
            Text(
                "Konteks JSON-LD dari alamat lain tidak diambil; sertakan di dalam berkas",
                "A JSON-LD context at another address is not fetched; put it into the file",
            ),
        )
    if pattern := _NESTING.get(syntax):
        _check_depth(path, text, pattern)


def _check_depth(path: Path, text: str, pattern: re.Pattern[str]) -> None:
    depth = 0
    for match in pattern.finditer(text):
        if match["open"]:
            depth += 1
            if depth > MAX_DEPTH:
                raise RecordError(
                    Location(path, text.count("\n", 0, match.start()) + 1),
                    Text(
                        "Kurung atau elemen bersarang lebih dari {limit} tingkat",
                        "Brackets or elements nested more than {limit} deep",
                    ).format(limit=MAX_DEPTH),
                )
        elif match["close"]:
            depth = max(0, depth - 1)

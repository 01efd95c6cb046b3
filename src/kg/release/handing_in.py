"""RDF files with facts, brought as they are: each becomes the folder of a deposit.

A file that says only which class things are of and what they are called describes them, as a
``things.ttl`` does. One that says more is handed in by somebody, as one source. Its id is that
which is chosen or else follows from the file's name, so that the corrected file takes the place
of the first one.
"""

import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from rdflib import RDF
from rdflib.namespace import SKOS

from kg.errors import InputError, IriError, KgError, Location, RecordError
from kg.ingest.batch import refuse_large
from kg.ingest.descriptions import DEPOSIT, SOURCE_ID
from kg.ingest.overlay import Intake
from kg.ingest.records import read_rdf, read_rdf_text
from kg.iris import slugify
from kg.language import Text
from kg.namespaces import CANONICAL_BASE
from kg.release.publication import Release
from kg.release.verdict import Entry, NonConformanceError, Verdict
from kg.store import SYNTAXES

_ABOUT: Final = "source.toml"
_THINGS: Final = "things.ttl"


@dataclass(frozen=True)
class Handing:
    """How a file is handed in: ``source``, ``depositor`` and labels may be left to a rule.

    Without a depositor it is ``by``; ``day`` is a date. Without labels they are made of the id.
    """

    by: str
    day: str
    source: str = ""
    depositor: str = ""
    label_id: str = ""
    label_en: str = ""

    @property
    def is_explicit(self) -> bool:
        """Say whether more is chosen than the rules give."""
        return bool(self.source or self.depositor or self.label_id or self.label_en)


@dataclass
class Given:
    """Paths of a batch in which folders of deposits stand for files, and which for which."""

    paths: tuple[Path, ...]
    files: dict[Path, Path] = field(default_factory=dict)
    """The files that were given, by the folders."""

    def place(self, location: Location) -> Location:
        """Return a place in a folder that was made as one in the file that it was made of."""
        if (file := self.files.get(location.file.parent)) is None:
            return location
        return replace(location, file=file)

    def entries(self, verdict: Verdict) -> Verdict:
        """Return a verdict that names the files that were given."""
        return replace(verdict, entries=tuple(map(self._entry, verdict.entries)))

    def _entry(self, entry: Entry) -> Entry:
        return replace(entry, locations=tuple(map(self.place, entry.locations)))

    def error(self, error: KgError) -> KgError:
        """Return an error that names the files that were given."""
        if isinstance(error, NonConformanceError):
            return NonConformanceError(self.entries(error.verdict))
        if isinstance(error, InputError):
            return InputError([self._fault(fault) for fault in error.faults])
        return self._fault(error) if isinstance(error, RecordError) else error

    def _fault(self, fault: RecordError) -> RecordError:
        return RecordError(self.place(fault.location), fault.message, fault.value)


def hand_in(
    paths: Sequence[Path], handing: Handing, current: Release | None, home: Path, place: Path
) -> Given:
    """Write a deposit's folder below ``place`` for each RDF file with facts among the paths.

    What ``current`` holds already word for word stays as it was handed in, with its day.
    Raises ``InputError`` for what lacks something that has to be chosen.
    """
    given = Given(())
    chosen = [path for path in paths if _is_handed_in(path, handing)]
    faults = list(_faults(chosen, handing))
    for path in paths if not faults else ():
        if path not in chosen:
            given.paths += (path,)
            continue
        try:
            folder = _write(path, handing, current, home, place)
        except RecordError as error:
            faults.append(error)
            continue
        given.paths += (folder,)
        given.files[folder.resolve()] = path
    if faults:
        raise InputError(faults)
    return given


def _is_handed_in(path: Path, handing: Handing) -> bool:
    """Say whether a path is an RDF file that becomes a deposit."""
    is_rdf = path.is_file() and path.suffix.removeprefix(".") in SYNTAXES
    if not is_rdf or path.name == _THINGS or (path.parent / _ABOUT).is_file():
        return False
    return handing.is_explicit or _has_facts(path)


def _has_facts(path: Path) -> bool:
    """Say whether a file says more than classes and labels, or cannot be read."""
    try:
        refuse_large(path)
        return any(quad.predicate not in (RDF.type, SKOS.prefLabel) for quad in read_rdf(path))
    except RecordError:
        # What cannot be read is told with everything else that is wrong, and mended as a deposit.
        return True


def _faults(chosen: Sequence[Path], handing: Handing) -> Iterator[RecordError]:
    if handing.is_explicit and not chosen:
        words = Text(
            "--source, --depositor, dan --label-… berlaku bagi berkas RDF yang disetor; tidak ada "
            "yang demikian",
            "--source, --depositor and --label-… are for an RDF file that is handed in; there is "
            "none",
        )
        yield RecordError(Location(Path()), words)
    if handing.source and len(chosen) > 1:
        words = Text(
            "--source menyebut satu setoran; bawalah berkas ini dengan perintah tersendiri",
            "--source names one deposit; bring this file with a command of its own",
        )
        yield from (RecordError(Location(path), words) for path in chosen[1:])
    if bool(handing.label_id) != bool(handing.label_en):
        words = Text("Tulis label dalam kedua bahasa", "Give the label in both languages")
        yield from (RecordError(Location(path), words) for path in chosen[:1])
    if not (handing.depositor or handing.by):
        words = Text("Siapa penyetornya? --depositor NAMA", "Who hands it in? --depositor NAME")
        yield from (RecordError(Location(path), words) for path in chosen)


def _write(path: Path, handing: Handing, current: Release | None, home: Path, place: Path) -> Path:
    refuse_large(path)
    source = _source(path, handing)
    if not _has_facts(path):
        words = Text(
            "Tidak ada fakta di sini, hanya tipe dan label; bawalah tanpa --source",
            "There are no facts in it, only classes and labels; bring it without --source",
        )
        raise RecordError(Location(path), words)
    text = read_rdf_text(path)
    if current and current.base != CANONICAL_BASE:
        text = text.replace(current.base, CANONICAL_BASE)
    label = Text(handing.label_id or f"Setoran {source}", handing.label_en or f"Deposit {source}")
    about: dict[str, Any] = {
        "id": source,
        "kind": DEPOSIT,
        "file": path.name,
        "depositor": handing.depositor or handing.by,
        "date": handing.day,
        "label": label._asdict(),
    }
    if (before := _before(source, current, home)) is not None:
        about = _as_before(path, about, text, before, handing)
    folder = place / source
    if folder.exists():
        words = Text("Dua berkas menjadi setoran ini", "Two files become this deposit")
        raise RecordError(Location(path), words, source)
    folder.mkdir()
    (folder / path.name).write_bytes(text.encode())
    (folder / _ABOUT).write_text(_toml(about), encoding="utf-8")
    return folder


def _source(path: Path, handing: Handing) -> str:
    try:
        source = handing.source or slugify(path.stem)
    except IriError:
        source = ""
    if not SOURCE_ID.fullmatch(source):
        words = Text(
            "Beri setoran ini id: --source ID (huruf kecil, angka, '-')",
            "Give this deposit an id: --source ID (lower-case letters, digits, '-')",
        )
        raise RecordError(Location(path), words, source or path.stem)
    return source


def _before(source: str, current: Release | None, home: Path) -> Path | None:
    """Return the folder of the deposit of that id that the current release rests on."""
    kept = Intake(home).folder(current.manifest.get("intake")) if current else None
    folder = kept / "sources" / source if kept else None
    return folder if folder and (folder / _ABOUT).is_file() else None


def _as_before(
    path: Path, about: dict[str, Any], text: str, before: Path, handing: Handing
) -> dict[str, Any]:
    """Return what is said of a deposit that is handed in again: the same again changes nothing."""
    earlier = tomllib.loads((before / _ABOUT).read_text("utf-8"))
    earlier = {**earlier, "date": str(earlier.get("date", ""))}
    left = {"label": handing.label_id, "depositor": handing.depositor}
    kept = {**about, **{key: earlier[key] for key in left if key in earlier and not left[key]}}
    file = before / about["file"]
    if file.is_file() and file.read_text("utf-8") == text:
        same = {**kept, "date": earlier["date"]}
        return same if same == earlier else kept
    if not handing.source and earlier.get("depositor") != about["depositor"]:
        words = Text(
            "Sumber dengan id ini sudah ada ({who}). Untuk menggantinya sebutkan --source {id}; "
            "untuk setoran lain sebutkan id lain",
            "There is a source of this id already ({who}). To replace it say --source {id}; for "
            "another deposit name another id",
        )
        who = earlier.get("depositor") or earlier.get("kind")
        raise RecordError(Location(path), words.format(who=who, id=about["id"]))
    return kept


def _toml(about: dict[str, Any]) -> str:
    plain = "".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}\n"
        for key, value in about.items()
        if key != "label"
    )
    words = "".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}\n"
        for key, value in about["label"].items()
    )
    return f"{plain}\n[label]\n{words}"

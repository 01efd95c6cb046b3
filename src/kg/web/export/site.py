"""Writes a whole site: every address that the release has or that a page leads to."""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from rdflib.namespace import OWL

from kg.errors import KgError
from kg.language import Language, Text
from kg.release.publication import Release
from kg.settings import Settings
from kg.web import inventory
from kg.web.addresses import document_path
from kg.web.app import create_app
from kg.web.export.rules import htaccess, redirects
from kg.web.export.writer import Writer, Written
from kg.web.frame import FROZEN
from kg.web.site import get_site

MANIFEST: Final = "export.json"
"""The file by which an older export is known, and may be replaced."""

_SEEDS: Final = ("/", "/query", "/robots.txt", "/sitemap.xml", "/favicon.ico")
_WHERE_THERE_IS_ONE: Final = ("/.well-known/void", "/context.jsonld", "/catalog", "/dumps/")
_BATCH: Final = 25

Progress = Callable[[Text], None]


class ExportError(KgError):
    """The site cannot be written there, or a page of it leads nowhere."""


@dataclass(frozen=True)
class Exported:
    """What was written: ``size`` in bytes, ``seconds`` of the clock."""

    files: int
    size: int
    seconds: float


def export_site(
    release: Release, settings: Settings, folder: Path, progress: Progress, root: str | None = None
) -> Exported:
    """Write a release's whole site as files; the folder has all of it or stays as it was.

    ``root`` is the absolute address that the site will have, the release's base unless given:
    sitemaps and ``robots.txt`` name it, links between files are relative.

    Raises ``ExportError`` for a folder that holds anything but an older export, and if a link
    leads nowhere.
    """
    start = time.monotonic()
    _check(folder)
    with _incoming(folder) as incoming:
        written = _write_all(release, settings, incoming, root or release.base, progress)
        if written.missing:
            raise ExportError(
                Text("Tautan mati: {links}", "Dead links: {links}").format(
                    links=", ".join(sorted(written.missing)[:10])
                )
            )
        _write_rules(incoming, settings.lang, release, written)
        _replace(folder, incoming)
    return Exported(written.files, written.size, time.monotonic() - start)


def _check(folder: Path) -> None:
    is_empty = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    if not is_empty and not (folder / MANIFEST).is_file():
        raise ExportError(
            Text(
                "{folder} berisi sesuatu yang bukan ekspor terdahulu; pilih folder lain",
                "{folder} holds something that is no older export; choose another folder",
            ).format(folder=folder)
        )


@contextmanager
def _incoming(folder: Path) -> Iterator[Path]:
    parent = folder.resolve().parent
    parent.mkdir(parents=True, exist_ok=True)
    incoming = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=parent))
    incoming.chmod(0o755)
    try:
        yield incoming
    finally:
        shutil.rmtree(incoming, ignore_errors=True)


def _replace(folder: Path, incoming: Path) -> None:
    folder = folder.resolve()
    if folder.exists():
        outgoing = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        folder.rename(outgoing / folder.name)
        incoming.rename(folder)
        shutil.rmtree(outgoing)
    else:
        incoming.rename(folder)


def _write_all(
    release: Release, settings: Settings, folder: Path, root: str, progress: Progress
) -> Written:
    progress(Text("Mendaftar semua alamat", "Listing all addresses"))
    told = (release, settings, folder, root)
    # A process of their own each: what is made here takes the processor, not the network.
    with ProcessPoolExecutor(
        max(1, min(4, os.cpu_count() or 1)), get_context("fork"), _open_writer, told
    ) as pool:
        total = Written()
        known = {*_SEEDS, *pool.submit(_documents).result()}
        optional = set(_WHERE_THERE_IS_ONE)
        new = known | optional
        while new:
            for written in _write_batches(pool, sorted(new), progress):
                total.add(written)
            known |= new
            new = total.units - known
        total.missing -= optional
        return total


def _write_batches(
    pool: ProcessPoolExecutor, units: Sequence[str], progress: Progress
) -> Iterable[Written]:
    batches = [units[start : start + _BATCH] for start in range(0, len(units), _BATCH)]
    running: list[Future[Written]] = [pool.submit(_write, batch) for batch in batches]
    told = 0
    for number, future in enumerate(running, start=1):
        yield future.result()
        share = 100 * number // len(running)
        if share >= told + 10 and len(running) >= 10:
            told = share - share % 10
            progress(
                Text("{share}% dari {n} alamat", "{share}% of {n} addresses").format(
                    share=told, n=len(units)
                )
            )


_here: dict[str, Any] = {}
"""What a process that writes keeps from one batch to the next."""


def _open_writer(release: Release, settings: Settings, folder: Path, root: str) -> None:
    app = create_app(release, settings)
    app.config[FROZEN] = True
    _here["writer"] = Writer(app, folder, root, settings.lang)


def _writer() -> Writer:
    writer = _here["writer"]
    if not isinstance(writer, Writer):
        raise TypeError(type(writer))
    return writer


def _documents() -> list[str]:
    """Return the units that no page need lead to."""
    with _writer().app.test_request_context():
        site = get_site()
        base = site.release.base
        paths = [path for kind in inventory.things(site).values() for path in kind]
        paths += [iri.removeprefix(base) for iri in inventory.retired(site)]
        versions = site.reader.things(site.iri("ont"), OWL.versionIRI)
    return [
        *(f"/{document_path(path)}" for path in paths),
        *(f"/{version.removeprefix(base)}" for version in versions),
    ]


def _write(units: Sequence[str]) -> Written:
    return _writer().write(units)


def _write_rules(folder: Path, language: Language, release: Release, written: Written) -> None:
    rules = {
        ".htaccess": htaccess(language, written.moved, written.gone),
        "_redirects": redirects(written.moved),
        MANIFEST: json.dumps(
            {"release": release.identifier, "base": release.base, "language": language}, indent=1
        )
        + "\n",
    }
    for name, text in rules.items():
        (folder / name).write_text(text, encoding="utf-8")
        written.files += 1
        written.size += len(text.encode())

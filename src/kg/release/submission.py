"""Submitting files: read, brought, and kept in quarantine with the report if they are refused."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kg.errors import InputError, KgError, Location, RecordError
from kg.ingest.batch import read_batch, read_inputs, table_readers
from kg.language import Text
from kg.namespaces import read_prefixes
from kg.release.act import Act
from kg.release.audit import record
from kg.release.build import Progress
from kg.release.handing_in import Given, Handing, hand_in
from kg.release.intake import Delivery, Outcome, Ways, bring
from kg.release.publication import Releases
from kg.release.quarantine import Quarantine, Refused, verdict_of
from kg.release.verdict import NonConformanceError
from kg.settings import Settings


class RefusedError(KgError):
    """A batch that was refused; ``cause`` says why and ``refused`` where it is kept.

    ``refused`` is None after a dry run, and if the disk did not take it.
    """

    http_status = 422

    def __init__(self, cause: KgError, refused: Refused | None) -> None:
        message = cause.message
        if refused:
            message = Text(
                f"{message.id.rstrip('.')}. Disimpan dalam karantina sebagai {refused.id}.",
                f"{message.en.rstrip('.')}. Kept in quarantine as {refused.id}.",
            )
        super().__init__(message)
        self.cause, self.refused = cause, refused
        self.verdict = verdict_of(cause)


@dataclass(frozen=True)
class Submission:
    """Files and folders that are brought together, and the sources that are withdrawn with them.

    ``kind`` is that of the tables, where neither folder nor header tells; ``decided_on`` is the
    same as in ``Delivery``. With ``handing``, RDF files with facts are handed in as deposits.
    """

    paths: tuple[Path, ...]
    withdrawn: tuple[str, ...]
    act: Act
    dry_run: bool = False
    kind: str | None = None
    decided_on: str | None = None
    handing: Handing | None = None


def submit(
    settings: Settings,
    submission: Submission,
    progress: Progress,
    ways: Ways | None = None,
) -> Outcome:
    """Bring what is submitted, in one step.

    Raises ``RefusedError`` if it cannot be read or does not pass the gate, and ``StoreError`` if
    the disk does not do as it should. The current release then stays as it was.
    """
    given = Given(submission.paths)
    with tempfile.TemporaryDirectory(prefix="kg-deposit-") as place:
        try:
            progress(Text("Membaca kiriman", "Reading the batch"))
            if submission.handing:
                current = Releases(settings.home).current_or_none()
                given = hand_in(
                    given.paths, submission.handing, current, settings.home, Path(place)
                )
            outcome = _bring(settings, replace(submission, paths=given.paths), progress, ways)
            return replace(outcome, verdict=given.entries(outcome.verdict))
        except (NonConformanceError, InputError, RecordError) as found:
            error, brought = given.error(found), replace(submission, paths=given.paths)
            kept = None if submission.dry_run else _keep(settings, brought, error)
            raise RefusedError(error, kept) from found


def _bring(
    settings: Settings, submission: Submission, progress: Progress, ways: Ways | None
) -> Outcome:
    prefixes = read_prefixes(settings.ontology)
    readers = table_readers(settings.ontology, submission.kind)
    batch = read_batch(submission.paths, prefixes, submission.withdrawn, readers)
    delivery = Delivery(batch, submission.act, submission.dry_run, submission.decided_on)
    return bring(settings, delivery, progress, ways)


def _keep(settings: Settings, submission: Submission, error: KgError) -> Refused | None:
    verdict = verdict_of(error)
    try:
        readers = table_readers(settings.ontology, submission.kind)
        inputs = read_inputs(submission.paths, readers, submission.kind)
        put = Quarantine(settings.home).put(inputs, submission.withdrawn, submission.act, verdict)
        record(settings.home, submission.act.ended(verdict).as_json(), "rejected", put.id)
    except OSError:
        # That the batch is refused is what has to be said; a disk may be full.
        return None
    return put


@dataclass(frozen=True)
class Correction:
    """A batch of the quarantine that is tried again, with corrected files."""

    identifier: str
    act: Act
    files: Sequence[Path] = ()


def retry(
    settings: Settings, correction: Correction, progress: Progress, ways: Ways | None = None
) -> Outcome:
    """Bring a batch of the quarantine again, corrected files in the place of their namesakes.

    On success it leaves the quarantine; else it stays there as it is now, with the new report.
    Raises what ``submit`` raises.
    """
    quarantine = Quarantine(settings.home)
    refused = quarantine.get(correction.identifier)
    with tempfile.TemporaryDirectory() as place:
        paths = _corrected(refused, correction.files, Path(place))
        submission = Submission(paths, refused.withdrawn, correction.act)
        try:
            outcome = submit(settings, submission, progress, ways)
        except RefusedError as error:
            if error.refused and error.refused.id != refused.id:
                quarantine.drop(refused.id)
            raise
    quarantine.drop(refused.id)
    return outcome


def _corrected(refused: Refused, corrected: Sequence[Path], place: Path) -> tuple[Path, ...]:
    if not refused.input.is_dir():
        return ()
    folder = refused.input
    if corrected:
        folder = place / "input"
        shutil.copytree(refused.input, folder)
        for path in corrected:
            shutil.copyfile(path, _namesake(folder, path))
    return tuple(sorted(folder.iterdir()))


def _namesake(folder: Path, path: Path) -> Path:
    found = [file for file in folder.rglob("*") if file.is_file() and file.name == path.name]
    exact = [file for file in found if file.parent.name == path.resolve().parent.name]
    for choice in (exact, found):
        if len(choice) == 1:
            return choice[0]
    raise RecordError(
        Location(path),
        Text(
            "Tidak jelas berkas mana dalam kiriman yang digantikan",
            "It is not clear which file of the batch this one replaces",
        ),
    )

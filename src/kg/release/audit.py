"""The audit log: one line of JSON for every act on the graph, never changed, only added to.

A process that is killed between the switch and its line leaves the line to the next one: what it
was going to write stands in a file of its own since before the switch.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from kg.ingest.overlay import write_durably
from kg.release.publication import Release, Releases

LOG: Final = "audit.jsonl"
_INTENT: Final = ".act.json"
_TAIL: Final = 1 << 16


def append(home: Path, entry: Mapping[str, Any]) -> None:
    """Add a line, numbered by what stands before it; only the holder of the lock may.

    The numbers order the lines, not their times: a clock may go back. Raises ``OSError``.
    """
    last = next(_latest(home), None)
    line = {"number": (last or {}).get("number", 0) + 1, **entry}
    descriptor = os.open(home / LOG, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        size = os.fstat(descriptor).st_size
        # A line that a killed process or a full disk cut off is ended, so that it stays alone.
        is_cut = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        text = json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n"
        os.write(descriptor, ("\n" if is_cut else "").encode() + text.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def intend(home: Path, entry: Mapping[str, Any], digest: str | None) -> None:
    """Note, before the switch, what is to be written down after it. Raises ``OSError``.

    ``entry`` names the release that is switched to, ``digest`` the text that was brought with it.
    """
    write_durably(home / _INTENT, json.dumps({"entry": entry, "intake": digest}).encode())


def complete(home: Path, current: Release) -> None:
    """Write down what was done and is not written down; only the holder of the lock may."""
    known = {entry.get("id") for entry in _latest(home)}
    intent = _read_intent(home)
    if intent and intent["entry"]["id"] not in known and _happened(intent, current):
        append(home, intent["entry"])
    activity = current.manifest.get("activity")
    if activity and activity["kind"] == "build" and activity["id"] not in known:
        append(home, entry_of(activity, "published", current.identifier))
    (home / _INTENT).unlink(missing_ok=True)


def _read_intent(home: Path) -> dict[str, Any] | None:
    try:
        return _parsed((home / _INTENT).read_bytes())
    except FileNotFoundError:
        return None


def _happened(intent: Mapping[str, Any], current: Release) -> bool:
    wanted = intent["entry"]["release"], intent["intake"]
    return wanted == (current.identifier, current.manifest.get("intake"))


def record(home: Path, activity: Mapping[str, Any], outcome: str, quarantined: str) -> None:
    """Add the line of an act that led to no release, as soon as nobody else writes."""
    with Releases(home).alone():
        append(home, {**entry_of(activity, outcome, None), "quarantine": quarantined})


def entry_of(activity: Mapping[str, Any], outcome: str, release: str | None) -> dict[str, Any]:
    """Return the entry for an act; ``outcome`` is published, unchanged or rejected."""
    return {**activity, "outcome": outcome, "release": release}


def read_log(home: Path) -> list[dict[str, Any]]:
    """Return all entries, oldest first; a line that was cut off is passed over."""
    try:
        lines = (home / LOG).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    return [entry for line in lines if (entry := _parsed(line))]


def _latest(home: Path) -> Iterator[dict[str, Any]]:
    """Yield the latest entries, newest first, as far as the end of the log holds them."""
    try:
        with (home / LOG).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            lines = file.read().splitlines()
    except FileNotFoundError:
        return
    yield from (entry for line in reversed(lines) if (entry := _parsed(line)))


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None

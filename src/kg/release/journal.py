"""The log of switches: which release became current, when, and by what.

One line of JSON a switch in ``history.jsonl``, only ever added to. A line that a killed process
left unfinished is passed over; the link ``current`` is what holds, and the log follows it.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, NamedTuple, get_args

FILE: Final = "history.jsonl"

Cause = Literal["build", "ingest", "rollback", "recovered"]
"""What switched; ``recovered`` was seen to have happened, but had not been written down."""


class Switch(NamedTuple):
    """A release became current. ``release`` is its whole identifier."""

    time: datetime
    release: str
    by: Cause


def read_switches(home: Path) -> list[Switch]:
    """Return the switches that are written down, in their order; none without a log."""
    try:
        lines = (home / FILE).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    return [switch for line in lines if (switch := _parse(line))]


def write_switch(home: Path, switch: Switch) -> None:
    """Add a line to the log; it is on the disk when this returns. For one process at a time."""
    line = {
        "time": switch.time.astimezone(UTC).isoformat(timespec="milliseconds"),
        "release": switch.release,
        "by": switch.by,
    }
    with (home / FILE).open("ab+") as log:
        size = log.seek(0, os.SEEK_END)
        log.seek(max(0, size - 1))
        # What a killed process began stays where it is: a line by itself that says nothing.
        torn = size and log.read(1) != b"\n"
        log.write((b"\n" if torn else b"") + json.dumps(line).encode() + b"\n")
        log.flush()
        os.fsync(log.fileno())


def _parse(line: bytes) -> Switch | None:
    try:
        found = json.loads(line)
        switch = Switch(datetime.fromisoformat(found["time"]), str(found["release"]), found["by"])
    except (ValueError, TypeError, KeyError):
        return None
    return switch if switch.by in get_args(Cause) and switch.time.tzinfo else None

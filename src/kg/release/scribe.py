"""A process of its own that changes graphs, one at a time: ``python -m kg.release.scribe``.

It reads one line of JSON a change from standard input and answers with one on standard output.
So a long gate takes neither a web process's time nor its memory, and can be killed: a change is
made whole or not at all. It ends with its input, or when nobody has asked for anything for long.
Its argument is how many MiB of memory it may have; a change that needs more is refused, and the
process ends after it.
"""

import json
import os
import resource
import select
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from kg.errors import KgError
from kg.iris import rebase
from kg.language import Text
from kg.release.depositing import Document
from kg.release.graph_errors import GraphChangeError
from kg.release.graph_store import GraphChange, GraphChanged, change_graph
from kg.release.later import Finisher
from kg.release.publication import Releases
from kg.release.submission import RefusedError
from kg.release.verdict import Verdict
from kg.settings import Settings

IDLE: Final = 300.0
"""Seconds without work after which the process ends."""

OUT_OF_MEMORY: Final = "MemoryError"

_LISTED: Final = 200
"""Entries of a verdict that an answer lists; the report and the quarantine have them all."""


_finisher: Final = Finisher()


def run(memory: int | None = None) -> None:
    """Answer one line after the other until there are no more, with at most ``memory`` MiB."""
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory << 20,) * 2)
    # What is printed by chance must not stand among the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with answers:
        while select.select([sys.stdin], [], [], IDLE)[0] and (line := sys.stdin.readline()):
            told = _answer(line)
            answers.write(json.dumps(told) + "\n")
            answers.flush()
            if told.get("error") == OUT_OF_MEMORY:
                # What is left is in pieces; the next change has a process of its own.
                return


def _answer(line: str) -> dict[str, Any]:
    try:
        return answer(json.loads(line))
    except MemoryError:
        return {"error": OUT_OF_MEMORY}


def answer(job: Mapping[str, Any]) -> dict[str, Any]:
    """Make the change that a job describes, and return what came of it as plain values."""
    given = job["settings"]
    settings = Settings(
        ontology=Path(given["ontology"]),
        data=Path(given["data"]),
        home=Path(given["home"]),
        base_iri=given["base_iri"],
    )
    documents = tuple(Document(Path(d[0]), d[1], d[2]) for d in job["documents"])
    change = GraphChange(**{**job["change"], "documents": documents})
    base = Releases(settings.home).current().base
    try:
        changed = change_graph(settings, change, _quietly)
        if changed.outcome.changed:
            _finisher.start(settings.home)
        return _told(changed, base)
    except RefusedError as error:
        return _refusal(error, base)
    except GraphChangeError as error:
        return _fault(error, {"members": dict(error.members)})
    except KgError as error:
        return _fault(error, {})


def _quietly(_: Text) -> None:
    """Tell nobody how far it is."""


def _told(changed: GraphChanged, base: str) -> dict[str, Any]:
    outcome = changed.outcome
    return {
        "release": outcome.release.identifier,
        "changed": outcome.changed,
        "existed": changed.existed,
        "tag": changed.tag,
        "triples": changed.triples,
        "quads": {name: list(counts) for name, counts in changed.by_graph.items()},
        **_verdict(outcome.verdict, base),
    }


def _refusal(error: RefusedError, base: str) -> dict[str, Any]:
    return {
        "error": "RefusedChangeError",
        "message": error.cause.message._asdict(),
        "quarantine": error.refused.id if error.refused else None,
        **_verdict(error.verdict, base),
    }


def _verdict(verdict: Verdict, base: str) -> dict[str, Any]:
    entries = [{**entry.as_json(), "locations": []} for entry in verdict.entries[:_LISTED]]
    return {
        "entries": json.loads(rebase(json.dumps(entries), base)),
        "violations": len(verdict.of("violation")),
        "warnings": len(verdict.of("warning")),
        "report": rebase(verdict.report.serialize(format="nt"), base),
    }


def _fault(error: KgError, more: Mapping[str, Any]) -> dict[str, Any]:
    words = error.message._asdict()
    return {
        "error": type(error).__name__,
        "status": error.http_status,
        "message": words,
        **more,
    }


if __name__ == "__main__":
    run(*map(int, sys.argv[1:2]))

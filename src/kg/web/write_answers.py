"""What a write is answered with: an account of what it did, or the gate's report.

A report is given in each form that a client may ask for: as a problem document (RFC 9457), as a
page or text for people, and as the standard SHACL report in any RDF syntax
(https://www.w3.org/TR/shacl/#validation-report).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Response, make_response, request
from rdflib import URIRef

from kg.iris import compress_iri
from kg.language import Language, Text
from kg.release.graph_errors import ERRORS, RefusedChangeError
from kg.sparql.formats import GRAPHS, HTML, PLAIN_TEXT, PROBLEM_JSON, find_format
from kg.sparql.negotiation import choose_format
from kg.store import parse_rdf
from kg.web.frame import page_language
from kg.web.problem_types import type_of
from kg.web.problems import Problem, answer_problem
from kg.web.site import get_site
from kg.web.writers import write

_OFFERS: Final = (PROBLEM_JSON, HTML, PLAIN_TEXT, *GRAPHS)
_NOT_STORED: Final = "no-store"

Told = Mapping[str, Any]
"""What ``kg.release.scribe`` tells of a change."""


def answer_change(told: Told, operation: str, graph: URIRef, *, dry_run: bool) -> Response:
    """Return the account of a change that was made, or of a dry run that found no fault."""
    account = {
        "graph": str(graph),
        "outcome": _outcome(told, operation),
        "dryRun": dry_run,
        "release": told["release"],
        "triples": told["triples"],
        "changes": [
            {"graph": name or None, "added": come, "removed": gone}
            for name, (come, gone) in told["quads"].items()
        ],
        "warnings": told["warnings"],
        "entries": _entries(told, page_language()),
    }
    is_new = operation != "delete" and not told["existed"] and not dry_run
    if "return=minimal" in request.headers.get("Prefer", "").replace(" ", ""):
        response = make_response(b"", 201 if is_new else 204)
        response.headers["Preference-Applied"] = "return=minimal"
        response.headers.pop("Content-Type", None)
    else:
        body = json.dumps(account, ensure_ascii=False, indent=1) + "\n"
        response = make_response(body, 201 if is_new else 200)
        response.headers["Content-Type"] = "application/json"
        response.headers["Content-Language"] = page_language()
    response.headers["Cache-Control"] = _NOT_STORED
    response.headers["Data-Release"] = told["release"]
    if told["tag"] and not dry_run:
        # It names the state of the graph, and no representation of it: those have more to theirs.
        response.set_etag(told["tag"])
    return response


def _outcome(told: Told, operation: str) -> str:
    if not told["changed"]:
        return "unchanged"
    if operation == "delete":
        return "withdrawn"
    if not told["existed"]:
        return "created"
    return "replaced" if operation == "put" else "merged"


def _entries(told: Told, language: Language) -> list[dict[str, Any]]:
    """Return what the gate has to say, in one language."""
    return [
        {
            name: value[language] if name in ("message", "advice") and value else value
            for name, value in entry.items()
            if value
        }
        for entry in told["entries"]
    ]


def raise_fault(told: Told) -> None:
    """Raise the error that a change has met, unless it has met none, or only the gate."""
    kind = ERRORS.get(told.get("error", ""))
    if kind and kind is not RefusedChangeError:
        raise kind(Text(**told["message"]), told["members"])


def answer_report(told: Told, quarantine: str | None, status: int = 422) -> Response:
    """Return the report of a batch that was refused; ``quarantine`` is where it can be read."""
    name = request.args.get("format")
    accept = request.headers.get("Accept")
    media = find_format(name, _OFFERS) if name else choose_format(accept, _OFFERS)
    if media in GRAPHS:
        quads = parse_rdf(told["report"], "nt", get_site().release.base)
        response = make_response(write(quads, media, get_site().prefixes), status)
        response.headers["Content-Type"] = media.content_type
        response.headers["Cache-Control"] = _NOT_STORED
        response.vary.add("Accept")
    else:
        response = answer_problem(_problem(told, quarantine, status, media != PROBLEM_JSON))
    if quarantine:
        response.headers["Link"] = f'<{quarantine}>; rel="describedby"'
    return response


def _problem(told: Told, quarantine: str | None, status: int, for_people: bool) -> Problem:  # noqa: FBT001
    language = page_language()
    entries: Sequence[object] = _entries(told, language)
    if for_people:
        entries = [_line(entry) for entry in _entries(told, language)]
    members = {
        "violations": told["violations"],
        "warnings": told["warnings"],
        "quarantine": quarantine,
        "entries": entries,
    }
    error = RefusedChangeError(Text(**told["message"]))
    present = {name: value for name, value in members.items() if value is not None}
    return Problem(type_of(error), status, error.message, present)


def _line(entry: Mapping[str, str]) -> str:
    """Return an entry as a line: what is wrong, of what, by which rule, what to do."""
    prefixes = get_site().prefixes
    said = (entry.get(name) for name in ("node", "path", "value"))
    terms = " ".join(compress_iri(text, prefixes) for text in said if text)
    advice = f" → {entry['advice']}" if "advice" in entry else ""
    rule = compress_iri(entry["rule"], prefixes)
    return f"{entry['severity']}: {entry['message']}: {terms} ({rule}){advice}"

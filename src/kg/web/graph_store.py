"""The graph store: one graph at a time, read by everybody, written by those who have a token.

SPARQL 1.1 Graph Store HTTP Protocol, https://www.w3.org/TR/sparql11-http-rdf-update/, with
graphs named in the address (section 4.2). A graph that is written is that of a source, and what
is written are that source's claims.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from flask import Blueprint, Flask, Response, current_app, jsonify, make_response, request
from rdflib import URIRef
from werkzeug.datastructures import ETags
from werkzeug.exceptions import NotFound

from kg.errors import QueryError, StoreError
from kg.language import Text
from kg.release.audit import read_log
from kg.release.quarantine import Quarantine
from kg.release.tags import graph_tag
from kg.settings import Settings
from kg.sparql.errors import BadRequestError, NotAcceptableError
from kg.sparql.formats import GRAPHS, Format, find_format
from kg.sparql.negotiation import choose_format
from kg.sparql.outline import outline_query
from kg.sparql.protocol import QueryRequest
from kg.web.choice import is_dated, is_pinned, is_pinned_for_good
from kg.web.delivery import SpooledResponse, known_tag
from kg.web.execution import Wanted, run_query
from kg.web.frame import CACHE_CONTROL, PINNED_CACHE_CONTROL
from kg.web.logs import log_event
from kg.web.record import note_answer, request_id
from kg.web.scribe import Scribe, ScribeCrashedError
from kg.web.state import get_shelf, get_state, use_release
from kg.web.write_access import READING, Access
from kg.web.write_answers import answer_change, answer_report, raise_fault
from kg.web.write_body import Body, received

blueprint = Blueprint("graph_store", __name__)

METHODS: Final = ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS")
_KEY: Final = "kg.graph_store"
_TAGS: Final = "graph_store.tags"
_SOURCES: Final = "graph/article/"
_SOURCE_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+){0,20}")
_LONGEST_ID: Final = 100
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")
_LATEST: Final = 1000


class NotWritableError(QueryError):
    """A graph that nobody may write over HTTP."""

    http_status = 403

    def __init__(self, graph: URIRef | None, base: str) -> None:
        self.members: Mapping[str, object] = {"writable": f"{base}{_SOURCES}{{id}}"}
        super().__init__(
            Text(
                "Hanya graf sumber ({base}{path}<id>, id dari huruf kecil, angka dan '-') yang "
                "dapat ditulis, bukan {graph}: graf lain dihitung dari sumber",
                "Only graphs of sources ({base}{path}<id>, an id of lower-case letters, digits "
                "and '-') can be written, not {graph}: the others are computed from sources",
            ).format(base=base, path=_SOURCES, graph=graph or "default")
        )


class NoGraphError(QueryError):
    """A graph that the release does not have."""

    http_status = 404

    def __init__(self, graph: URIRef) -> None:
        self.members: Mapping[str, object] = {"graph": str(graph)}
        super().__init__(
            Text("Rilis ini tidak memuat graf {graph}", "The release has no graph {graph}").format(
                graph=graph
            )
        )


@dataclass(frozen=True)
class _Office:
    """What the writes of one application share."""

    settings: Settings
    access: Access
    scribe: Scribe


def init_app(app: Flask, settings: Settings) -> None:
    """Let an application write for those whose tokens the settings name."""
    app.extensions[_KEY] = _Office(settings, Access(settings), Scribe(settings.write_memory))


def close_app(app: Flask) -> None:
    """End the process that writes."""
    app.extensions[_KEY].scribe.close()


def preflight() -> Mapping[str, str]:
    """Return what a browser may send here and nowhere else, in answer to its question."""
    if request.endpoint != "graph_store.graph_store":
        return {}
    methods = METHODS if _office().access.is_on else READING
    return {
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": (
            "Accept, Accept-Datetime, Accept-Language, Authorization, Content-Type, If-Match, "
            "If-Modified-Since, If-None-Match, Prefer, Range, X-Request-ID"
        ),
    }


def _office() -> _Office:
    office = current_app.extensions[_KEY]
    if not isinstance(office, _Office):
        raise TypeError(type(office))
    return office


@blueprint.route("/graph-store", methods=["GET", "PUT", "POST", "DELETE"])
def graph_store() -> Response:
    """Read or write one graph."""
    if request.method in READING:
        return _read(_named_graph())
    return _write()


def _named_graph() -> URIRef | None:
    """Return the graph that the address names, None for the default graph."""
    names = request.args.getlist("graph")
    if len(names) + len(request.args.getlist("default")) != 1:
        words = Text(
            "Sebutkan satu graf: ?graph=<IRI> atau ?default",
            "Name one graph: ?graph=<IRI> or ?default",
        )
        raise BadRequestError(words, "graph")
    if names and not _IRI.fullmatch(names[0]):
        words = Text("Bukan IRI mutlak", "Not an absolute IRI")
        raise BadRequestError(words, "graph")
    return URIRef(names[0]) if names else None


# Reading


def _read(graph: URIRef | None) -> Response:
    media, state = _wanted(), get_state()
    if graph is not None and not any(state.store.quads(graph=graph)):
        raise NoGraphError(graph)
    parts = media.media_type, state.pool.manner
    more = sha256("\n".join(map(str, parts)).encode()).hexdigest()[:8]
    tag = f"{_tag(graph)}-{more}"
    if known := known_tag(tag):
        return _finish(make_response(b"", 304), known)
    inner = "?s ?p ?o" if graph is None else f"GRAPH <{graph}> {{ ?s ?p ?o }}"
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {inner} }}"
    asked = QueryRequest(query)
    answer = run_query(asked, outline_query(query, None), Wanted(None, media))
    note_answer(answer)
    response = SpooledResponse(answer.spool, answer.size)
    response.headers["Content-Type"] = media.content_type
    return _finish(response, tag)


def _wanted() -> Format:
    name = request.args.get("format")
    accept = request.headers.get("Accept")
    media = find_format(name, GRAPHS) if name else choose_format(accept, GRAPHS)
    if media is None:
        raise NotAcceptableError([offer.media_type for offer in GRAPHS])
    return media


def _tag(graph: URIRef | None) -> str:
    """Return what names the state of a graph: of a source its triples, of others the release."""
    state = get_state()
    if graph is None or not graph.startswith(state.release.base + _SOURCES):
        return state.release.identifier[:24]
    tags = state.views.setdefault(_TAGS, {})
    if not isinstance(tags, dict):
        raise TypeError(type(tags))
    if graph not in tags:
        tags[graph] = graph_tag(state.store, graph)
    return str(tags[graph])


def _finish(response: Response, tag: str) -> Response:
    response.vary.add("Accept")
    lasting = PINNED_CACHE_CONTROL if is_pinned_for_good() else CACHE_CONTROL
    response.headers["Cache-Control"] = lasting
    response.set_etag(tag)
    response.last_modified = get_state().published
    return response


# Writing


def _write() -> Response:
    office = _office()
    writer = office.access.writer()
    if is_pinned() or is_dated():
        words = Text(
            "Hanya rilis yang berlaku dapat ditulis", "Only the current release is written"
        )
        raise BadRequestError(words, "release")
    settings = office.settings
    is_new = request.method == "POST" and not {"graph", "default"} & request.args.keys()
    source = None if is_new else _source()
    if request.method == "DELETE":
        office.access.count(writer)
        return _change(source or "", [], writer)
    with received(settings.write_limit << 20, settings.write_timeout) as body:
        office.access.count(writer)
        return _change(source or _new_source(body), body, writer)


def _source() -> str:
    """Return the id of the source whose graph the address names."""
    graph, base = _named_graph(), get_state().release.base
    name = (graph or "").removeprefix(base + _SOURCES)
    if name == graph or not _SOURCE_ID.fullmatch(name) or len(name) > _LONGEST_ID:
        raise NotWritableError(graph, base)
    return name


def _new_source(body: Body) -> str:
    """Return an id for a body that names no graph: the same for the same body."""
    digest = sha256(b"".join(Path(file).read_bytes() for file, _, _ in body)).hexdigest()
    return f"deposit-{digest[:12]}"


def _change(source: str, body: Body, writer: str) -> Response:
    office, operation = _office(), request.method.lower()
    dry_run = request.args.get("dry-run", "0") not in ("0", "false")
    change = {
        "source": source,
        "operation": operation,
        "by": writer,
        "note": f"HTTP {request_id()}",
        "if_match": _tags(request.if_match, "If-Match"),
        "if_none_match": _tags(request.if_none_match, "If-None-Match"),
        "dry_run": dry_run,
    }
    job = {"settings": _paths(office.settings), "documents": body, "change": change}
    told = office.scribe.ask(job, office.settings.write_timeout)
    outcome = str(told.get("error", "written"))
    log_event("write", by=writer, operation=operation, source=source, outcome=outcome)
    raise_fault(told)
    if outcome == "RefusedChangeError":
        kept = told["quarantine"]
        return answer_report(told, kept and f"{request.script_root}/graph-store/quarantine/{kept}")
    if "error" in told:
        _raise_other(told)
    get_shelf().look()
    # What follows, and whoever asks this process next, sees what was written.
    use_release(get_shelf().current.release)
    graph = URIRef(f"{get_state().release.base}{_SOURCES}{source}")
    response = answer_change(told, operation, graph, dry_run=dry_run)
    if response.status_code == 201:
        address = quote(graph, safe="")
        response.headers["Location"] = f"{request.script_root}/graph-store?graph={address}"
    return response


def _paths(settings: Settings) -> Mapping[str, str]:
    folders = {
        name: str(getattr(settings, name).resolve()) for name in ("ontology", "data", "home")
    }
    return {**folders, "base_iri": settings.base_iri}


def _tags(given: ETags, header: str) -> Sequence[str] | None:
    """Return the states of a graph that a condition names, whatever the representation was."""
    if header not in request.headers:
        return None
    if given.star_tag:
        return ["*"]
    # If-Match compares strongly (RFC 9110, section 13.1.1).
    found = given.as_set(include_weak=header == "If-None-Match")
    return sorted({tag.removeprefix("W/").strip('"').partition("-")[0] for tag in found})


def _raise_other(told: Mapping[str, Any]) -> None:
    message = Text(**told["message"])
    raise StoreError(message) if told["status"] == 503 else ScribeCrashedError


# What became of writes, for writers


@blueprint.get("/graph-store/quarantine/<identifier>")
def quarantine(identifier: str) -> Response:
    """Answer with the report of a batch that was refused."""
    _office().access.writer()
    found = {refused.id: refused for refused in Quarantine(_office().settings.home).all()}
    if identifier not in found:
        raise NotFound
    refused = found[identifier]
    verdict = {**refused.about, "entries": _kept_entries(refused.report("json"))}
    words = Text("Kiriman ini ditolak", "This batch was refused")
    told = {**verdict, "message": words._asdict(), "report": refused.report("nt")}
    return answer_report(told, request.path, 200)


def _kept_entries(report: str) -> list[dict[str, Any]]:
    entries = current_app.json.loads(report)["entries"]
    return [{**entry, "locations": []} for entry in entries]


@blueprint.get("/graph-store/audit")
def audit() -> Response:
    """Answer with the latest acts on the graph, newest first: who, when, what, to which end."""
    _office().access.writer()
    entries = read_log(_office().settings.home)
    response = jsonify(entries[: -_LATEST - 1 : -1])
    response.headers["Cache-Control"] = "no-store"
    return response

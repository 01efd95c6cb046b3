"""The graph store over HTTP: a real server, a real gate, and what is left on disk.

``CASES`` restates the cases of the W3C (graph-store-protocol, indirect identification) with
graphs and terms of ours: a graph is that of a source, and its triples are claims.
"""

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote, urlsplit

import pytest
from click.testing import CliRunner
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic

from kg.cli.commands import make_group
from kg.namespaces import CANONICAL_BASE
from kg.release.audit import read_log
from kg.release.build import build
from kg.release.history import History
from kg.release.publication import Releases
from kg.release.quarantine import Quarantine
from kg.release.submission import RefusedError
from kg.settings import Settings
from kg.store import parse_rdf

Kit: TypeAlias = Any
ServeHome: TypeAlias = Any
JsonObject: TypeAlias = Any
Started: TypeAlias = Any

TOKEN = "0123456789abcdef-rahasia"  # noqa: S105  made up
WRONG = "wrong"
OTHER = "fedcba9876543210-rahasia"
WRITERS = " ".join(
    f"{name}={sha256(token.encode()).hexdigest()}"
    for name, token in (("ani", TOKEN), ("budi", OTHER))
)
HEAD = (
    "@prefix inov: <https://w3id.org/inovasi-publik/ont#> .\n"
    "@prefix agency: <https://w3id.org/inovasi-publik/id/agency/> .\n"
    "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
)
JOHN = HEAD + 'agency:a inov:name "John"@id .'
JANE = HEAD + 'agency:a inov:name "Jane"@id .'
FAMILY = HEAD + 'agency:a inov:name "Doe"@id .'
TWO_DATES = HEAD + (
    'agency:a inov:date "2024-05-01"^^<http://www.w3.org/2001/XMLSchema#date> ,'
    ' "2024-05-02"^^<http://www.w3.org/2001/XMLSchema#date> .'
)
NO_ORDER = HEAD + (
    'agency:a inov:rankMin "NaN"^^<http://www.w3.org/2001/XMLSchema#double> ; inov:rankMax 1.5 .'
)
SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix inov: <https://w3id.org/inovasi-publik/ont#> .
@prefix inovsh: <https://w3id.org/inovasi-publik/shapes#> .
inovsh:AgencyShape a sh:NodeShape ; sh:targetSubjectsOf inov:venue ;
    sh:property inovsh:Agency-date , inovsh:Agency-rank .
inovsh:Agency-rank sh:path inov:rankMin ; sh:lessThanOrEquals inov:rankMax ;
    sh:severity sh:Violation ; sh:message "Urutan salah"@id , "Wrong order"@en .
inovsh:Agency-date sh:path inov:date ; sh:maxCount 1 ; sh:severity sh:Violation ;
    sh:message "Satu tanggal saja"@id , "One date only"@en .
"""
PUBLISHER = """
@prefix publisher: <https://w3id.org/inovasi-publik/id/publisher/> .
publisher:inovasi a inov:Agency ; skos:prefLabel "Inovasi"@id , "Inovasi (en)"@en .
"""
NEW_THING = HEAD + (
    'agency:baru a inov:Agency ; skos:prefLabel "Baru"@id , "New"@en ; inov:name "Baru sekali"@id .'
)


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> JsonObject:
        return json.loads(self.body)


@dataclass
class Store:
    """A server, the home that it writes to, and what the protocol calls its graph store."""

    address: str
    settings: Settings
    process: "subprocess.Popen[bytes]"

    def ask(
        self,
        method: str,
        graph: str | None,
        body: str | bytes | None = None,
        *,
        token: str | None = TOKEN,
        query: str = "",
        **headers: str,
    ) -> Answer:
        target = urlsplit(self.address).netloc
        connection = http.client.HTTPConnection(target, timeout=60)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token and method not in ("GET", "HEAD"):
            sent["Authorization"] = f"Bearer {token}"
        if body is not None:
            sent.setdefault("Content-Type", "text/turtle")
        named = "" if graph is None else f"graph={quote(iri(graph), safe='')}"
        path = f"/graph-store?{named}{query}"
        data = body.encode() if isinstance(body, str) else body
        connection.request(method, path, body=data, headers=sent)
        response = connection.getresponse()
        answer = Answer(response.status, dict(response.getheaders()), response.read().decode())
        connection.close()
        return answer

    def graph(self, name: str) -> Graph:
        answer = self.ask("GET", name, Accept="application/n-triples")
        assert answer.status == 200
        return Graph().parse(data=answer.body, format="nt")


def iri(name: str) -> str:
    return name if ":" in name else f"{CANONICAL_BASE}graph/article/{name}"


def turtle(*texts: str) -> Graph:
    graph = Graph()
    for text in texts:
        graph.parse(data=text, format="turtle")
    return graph


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, kit: Kit) -> Settings:
    """Return a home with a small release, made by the real gate."""
    settings: Settings = kit.small_settings(tmp_path_factory.mktemp("store"))
    (settings.ontology / "shapes" / "a.ttl").write_text(SHAPES)
    (settings.data / "things" / "publisher.ttl").write_text(HEAD + PUBLISHER)
    build(settings, kit.quietly)
    return settings


@pytest.fixture(scope="module")
def start(ground: Settings, serve_home: ServeHome) -> Callable[..., Any]:
    """Return what runs a server over the home."""

    def run(**settings: object) -> Started:
        folders = {"data": ground.data, "ontology": ground.ontology}
        return serve_home(ground.home, **{**folders, "write_tokens": WRITERS, **settings})

    return run


@pytest.fixture(scope="module")
def store(ground: Settings, start: Callable[..., Any]) -> Iterator[Store]:
    with start(write_limit=1, write_rate=0) as (address, process):
        yield Store(address, ground, process)


# The cases of the W3C


def put_get_repeat(store: Store) -> None:
    """put_get_repeat_indirect: 201, then what was put; 200 or 204, then the other."""
    assert store.ask("PUT", "w1", JOHN).status == 201
    assert isomorphic(store.graph("w1"), turtle(JOHN))
    assert store.ask("PUT", "w1", JANE).status in (200, 204)
    assert isomorphic(store.graph("w1"), turtle(JANE))


def put_delete_get_delete(store: Store) -> None:
    """put_delete_get_delete_indirect: withdrawn, and gone."""
    assert store.ask("PUT", "w2", JOHN).status == 201
    assert store.ask("DELETE", "w2").status in (200, 204)
    assert store.ask("GET", "w2").status == 404
    assert store.ask("DELETE", "w2").status == 404


def post_get_post_get(store: Store) -> None:
    """post_get_post_get_indirect: merged, the second time with multipart/form-data."""
    assert store.ask("POST", "w3", JOHN).status == 201
    assert isomorphic(store.graph("w3"), turtle(JOHN))
    kind = "multipart/form-data; boundary=xyz"
    parts = "".join(
        f'--xyz\r\nContent-Disposition: form-data; name="{n}"; filename="{n}.ttl"\r\n'
        f"Content-Type: text/turtle; charset=utf-8\r\n\r\n{text}\r\n"
        for n, text in (("a", JANE), ("b", FAMILY))
    )
    answer = store.ask("POST", "w3", parts + "--xyz--\r\n", Content_Type=kind)
    assert answer.status in (200, 204)
    assert isomorphic(store.graph("w3"), turtle(JOHN, JANE, FAMILY))


def post_get_new_graph(store: Store) -> None:
    """post_get_new_graph: the store names the graph."""
    answer = store.ask("POST", None, JOHN)
    assert answer.status == 201
    assert answer.headers["Location"].startswith("/graph-store?graph=")
    assert isomorphic(store.graph(answer.json["graph"]), turtle(JOHN))


def head_existing(store: Store) -> None:
    """head_existing_indirect: as GET, without a body."""
    head, got = (store.ask(method, "000") for method in ("HEAD", "GET"))
    assert (head.status, head.body) == (200, "")
    same = ("Content-Type", "Content-Length", "ETag")
    assert [head.headers[name] for name in same] == [got.headers[name] for name in same]


def head_non_existing(store: Store) -> None:
    """head_non_existing_indirect."""
    assert store.ask("HEAD", "w-none").status == 404


def put_get_percent_encoded(store: Store) -> None:
    """put_get_uri_pct_encoded_indirect: however the address writes it, it is one graph."""
    escaped = "".join(f"%{ord(character):02x}" for character in iri("000"))
    connection = http.client.HTTPConnection(urlsplit(store.address).netloc, timeout=60)
    connection.request("GET", f"/graph-store?graph={escaped}")
    assert connection.getresponse().status == 200
    connection.close()


def put_get_percent_encoded_twice(store: Store) -> None:
    """put_get_uri_pct_encoded_twice: decoded once; a graph of that name is none of a source."""
    for name in (iri("w%2D9"), iri("w%252D9")):
        assert store.ask("GET", name).status == 404
        assert store.ask("PUT", name, JOHN).status == 403


def put_mismatched_payload(store: Store) -> None:
    """put__mismatched_payload: a body that is not what its media type says; nothing is made."""
    answer = store.ask("PUT", "w-mismatch", JOHN, Content_Type="application/rdf+xml")
    assert answer.status == 400
    assert store.ask("GET", "w-mismatch").status == 404


def put_empty_graph(store: Store) -> None:
    """put__empty_graph: a source that says nothing is none, and the graph stays as it was."""
    before = store.ask("GET", "000").headers["ETag"]
    assert store.ask("PUT", "w-empty", HEAD).status == 422
    assert store.ask("GET", "w-empty").status == 404
    assert store.ask("GET", "000").headers["ETag"] == before


def post_empty_graph_to_existing(store: Store) -> None:
    """post__empty_graph__existing_graph, get_of_post__after_noop: nothing changes."""
    assert store.ask("PUT", "w-noop", JOHN).status == 201
    release = Releases(store.settings.home).current().identifier
    assert store.ask("POST", "w-noop", HEAD).status in (200, 204)
    assert isomorphic(store.graph("w-noop"), turtle(JOHN))
    assert Releases(store.settings.home).current().identifier == release


CASES = {
    "put_get_repeat_indirect": put_get_repeat,
    "put_delete_get_delete_indirect": put_delete_get_delete,
    "post_get_post_get_indirect": post_get_post_get,
    "post_get_new_graph": post_get_new_graph,
    "head_existing_indirect": head_existing,
    "head_non_existing_indirect": head_non_existing,
    "put_get_uri_pct_encoded_indirect": put_get_percent_encoded,
    "put_get_uri_pct_encoded_twice": put_get_percent_encoded_twice,
    # Of the first suite of SPARQL 1.1 (http-rdf-update), what the other does not repeat.
    "put__mismatched_payload": put_mismatched_payload,
    "put__empty_graph": put_empty_graph,
    "post__empty_graph__existing_graph": post_empty_graph_to_existing,
}
QUICK = {name for name in CASES if not name.startswith("post") and "delete" not in name}
NOT_APPLICABLE = {
    "put__default_graph": "the default graph is computed from all sources: 403, tested below",
    "put__replace_empty_graph": "there are no empty graphs: 422, as in put__empty_graph",
    "put_get_default": "the default graph is computed from all sources: 403, tested below",
    "put_get_repeat_direct": "requests go to the graph store, not to the IRI of the graph, which "
    "is a thing with a document of its own (decision 12)",
    "put_delete_get_delete_direct": "direct identification",
    "post_get_post_get_direct": "direct identification",
    "head_existing_direct": "direct identification",
    "head_non_existing_direct": "direct identification",
    "put_get_uri_pct_encoded_direct": "direct identification",
}


@pytest.mark.parametrize(
    "name",
    # Those that write much are left to `make crash`.
    [pytest.param(n, marks=() if n in QUICK else pytest.mark.crash) for n in CASES],
)
def test_a_case_of_the_w3c_holds(name: str, store: Store) -> None:
    assert len(CASES) == 11
    CASES[name](store)


# Reading


def test_every_graph_is_read_by_everybody_in_every_format(store: Store) -> None:
    sizes = set()
    for media, form in (("text/turtle", "ttl"), ("application/ld+json", "jsonld")):
        answer = store.ask("GET", f"{CANONICAL_BASE}graph/sources", Accept=media)
        assert answer.headers["Content-Type"].startswith(media)
        sizes.add(len(set(parse_rdf(answer.body, form, CANONICAL_BASE))))
    assert len(sizes) == 1
    assert store.ask("GET", None, query="default").status == 200
    assert store.ask("GET", "000", Accept="image/png").status == 406
    for query in ("", "default&graph=http://x/", "graph=x%3E", "graph=relative"):
        assert store.ask("GET", None, query=query).status == 400


def test_a_reader_that_has_the_graph_gets_304_until_it_changes(store: Store) -> None:
    first = store.ask("GET", "000")
    again = store.ask("GET", "000", If_None_Match=first.headers["ETag"])
    assert (again.status, again.body) == (304, "")
    other = store.ask("GET", "000", Accept="application/n-triples")
    assert other.headers["ETag"] != first.headers["ETag"]


# Who may write, what, and how


@pytest.mark.parametrize(
    ("header", "status", "challenge"),
    [
        (None, 401, 'Bearer realm="graph-store"'),
        ("Basic YTpi", 401, 'Bearer realm="graph-store"'),
        ("Bearer wrong", 401, 'Bearer realm="graph-store", error="invalid_token"'),
        (f"Bearer {TOKEN} {TOKEN}", 400, 'Bearer realm="graph-store", error="invalid_request"'),
        ("Bearer \xff", 400, 'Bearer realm="graph-store", error="invalid_request"'),
    ],
)
def test_without_a_known_token_nothing_is_written(
    header: str | None, status: int, challenge: str, store: Store
) -> None:
    headers = {"Authorization": header} if header else {}
    answer = store.ask("PUT", "no", JOHN, token=None, **headers)
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (status, challenge)
    assert TOKEN not in answer.body


@pytest.mark.parametrize(
    ("method", "graph", "headers", "status"),
    [
        ("PUT", f"{CANONICAL_BASE}graph/reference", {}, 403),
        ("PUT", "http://elsewhere.example/graph/article/x", {}, 403),
        ("PUT", "Upper", {}, 403),
        ("DELETE", f"{CANONICAL_BASE}graph/ontology", {}, 403),
        ("PUT", "000", {}, 409),
        ("DELETE", "000", {}, 409),
        ("PUT", "x", {"Content_Type": "text/plain"}, 415),
        ("PUT", "x", {"Content_Type": "text/turtle; charset=latin-1"}, 415),
        ("PUT", "x", {"Content_Encoding": "gzip"}, 415),
        ("PUT", "x", {"Content_Range": "bytes 0-1/2"}, 400),
        ("PUT", "x", {"If_Match": '"5db62d3acd14dcf4b411eeda"'}, 412),
        ("PUT", "x", {"If_Match": "*"}, 412),
        ("PATCH", "x", {}, 405),
    ],
)
def test_what_is_not_allowed_says_so(
    method: str, graph: str, headers: dict[str, str], status: int, store: Store
) -> None:
    before = Releases(store.settings.home).current().identifier
    answer = store.ask(method, graph, None if method == "DELETE" else JOHN, **headers)
    assert (answer.status, answer.json["status"]) == (status, status)
    assert Releases(store.settings.home).current().identifier == before


def test_the_default_graph_and_older_releases_are_not_written(store: Store) -> None:
    assert store.ask("PUT", None, JOHN, query="default").status == 403
    current = Releases(store.settings.home).current().identifier
    assert store.ask("PUT", "x", JOHN, query=f"&release={current[:16]}").status == 400


@pytest.mark.parametrize(
    ("body", "kind", "line"),
    [
        ("<a> <b>\n<c", "text/turtle", 2),
        (b"\xff\xfe", "text/turtle", None),
        ('<!DOCTYPE x [<!ENTITY a "a">]><x>&a;</x>', "application/rdf+xml", 1),
        ('{"@context": "http://127.0.0.1:1/c"}', "application/ld+json", 1),
        ("[" * 5000, "application/ld+json", 1),
        ("(" * 5000, "text/turtle", 1),
    ],
)
def test_a_broken_or_hostile_body_is_refused_with_its_line(
    body: str | bytes, kind: str, line: int | None, store: Store
) -> None:
    answer = store.ask("PUT", "broken", body, Content_Type=kind)
    assert answer.status == 400
    assert answer.json.get("line") == line


def test_a_body_that_is_too_large_is_refused_whether_or_not_it_says_so(store: Store) -> None:
    large = JOHN + "#" * (1 << 20)
    assert store.ask("PUT", "large", large).json["limit"] == 1 << 20
    target = urlsplit(store.address).netloc
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "text/turtle"}
    blocks = iter([b"#" * 65536] * 20)
    path = f"/graph-store?graph={iri('large')}"
    # It may be cut off before the client has sent all.
    with (
        closing(http.client.HTTPConnection(target, timeout=60)) as connection,
        suppress(BrokenPipeError, ConnectionResetError),
    ):
        connection.request("PUT", path, body=blocks, headers=headers, encode_chunked=True)
        assert connection.getresponse().status == 413
    assert store.ask("GET", "large").status == 404


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("Content-Length: 1000", JOHN + "\n"),
        ("Transfer-Encoding: chunked", f"{len(JOHN):x}\r\n{JOHN}\r\n"),
        ("Transfer-Encoding: chunked", f"{len(JOHN) + 9:x}\r\n{JOHN}"),
    ],
)
def test_a_body_that_was_cut_off_is_not_taken_for_the_whole(
    head: str, body: str, store: Store
) -> None:
    target = urlsplit(store.address)
    with socket.create_connection((str(target.hostname), target.port or 80), 30) as client:
        client.sendall(_put_request("cut", head) + body.encode())
        client.shutdown(socket.SHUT_WR)
        answer = client.recv(64)
    assert not answer or b" 408 " in answer or b" 400 " in answer
    assert store.ask("GET", "cut").status == 404


def _put_request(graph: str, head: str) -> bytes:
    lines = (
        f"PUT /graph-store?graph={iri(graph)} HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {TOKEN}",
        "Content-Type: text/turtle",
        head,
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


# What is written


def test_what_the_gate_refuses_is_kept_and_told_in_every_form(store: Store) -> None:
    turtle_report = store.ask("PUT", "bad", TWO_DATES, Accept="text/turtle")
    assert turtle_report.status == 422
    link = turtle_report.headers["Link"].partition(">")[0].removeprefix("<")
    assert link.rpartition("/")[2] in {each.id for each in Quarantine(store.settings.home).all()}
    conforms = URIRef("http://www.w3.org/ns/shacl#conforms")
    report = turtle(turtle_report.body)
    assert [str(value) for value in report.objects(None, conforms)] == ["false"]
    dry = store.ask("PUT", "bad", TWO_DATES, query="&dry-run=1")
    assert dry.json["entries"][0]["rule"].endswith("#Agency-date")
    assert "quarantine" not in dry.json
    target = urlsplit(store.address).netloc
    for accept, status, token in (
        ("application/ld+json", 200, TOKEN),
        ("application/n-triples", 200, TOKEN),
        ("text/html", 200, TOKEN),
        ("application/problem+json", 200, TOKEN),
        ("text/turtle", 401, "wrong"),
    ):
        connection = http.client.HTTPConnection(target, timeout=60)
        headers = {"Authorization": f"Bearer {token}", "Accept": accept}
        connection.request("GET", link, headers=headers)
        response = connection.getresponse()
        body = response.read().decode()
        assert response.status == status
        assert status == 401 or "Agency-date" in body
        connection.close()


def test_values_that_cannot_be_compared_are_a_result_like_any_other(
    store: Store, tmp_path: Path, kit: Kit
) -> None:
    """Where rdflib has no order it raises, and pySHACL with it."""
    answer = store.ask("PUT", "order", NO_ORDER)
    assert answer.status == 422
    assert [entry["rule"].rpartition("#")[2] for entry in answer.json["entries"]] == ["Agency-rank"]
    rows = [
        ("agency:a", "inov:rankMin", '"NaN"^^xsd:double', ""),
        ("agency:a", "inov:rankMax", "1.5", ""),
    ]
    folder = kit.write_source(tmp_path, "904", rows)
    folders = [("ontology", store.settings.ontology), ("data", store.settings.data)]
    options = [f"--{name}={path}" for name, path in (*folders, ("home", store.settings.home))]
    done = CliRunner().invoke(make_group("en"), ["ingest", str(folder), *options])
    assert done.exit_code == 1
    assert isinstance(done.exception, RefusedError)
    assert "Wrong order" in done.output


def test_a_dry_run_tells_what_would_change_and_changes_nothing(store: Store) -> None:
    before = Releases(store.settings.home).current().identifier
    answer = store.ask("PUT", "dry", JOHN, query="&dry-run=1")
    assert (answer.status, answer.json["outcome"]) == (200, "created")
    assert {"graph": iri("dry"), "added": 1, "removed": 0} in answer.json["changes"]
    assert Releases(store.settings.home).current().identifier == before


def test_of_two_writers_with_the_same_tag_one_wins_and_replay_changes_nothing(
    store: Store,
) -> None:
    made = store.ask("PUT", "race", NEW_THING, If_None_Match="*")
    assert (made.status, made.json["outcome"]) == (201, "created")
    assert made.headers["Data-Release"] == Releases(store.settings.home).current().identifier
    tag = store.ask("GET", "race").headers["ETag"]
    answers: list[Answer] = []
    bodies = ((TOKEN, JOHN), (OTHER, JANE))
    threads = [
        threading.Thread(
            target=lambda t=token, b=body: answers.append(
                store.ask("PUT", "race", b, token=t, If_Match=tag)
            )
        )
        for token, body in bodies
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in answers) == [200, 412]
    won = next(answer for answer in answers if answer.status == 200)
    body = JOHN if isomorphic(store.graph("race"), turtle(JOHN)) else JANE
    again = store.ask("PUT", "race", body, If_Match=won.headers["ETag"], Prefer="return=minimal")
    assert (again.status, again.body) == (204, "")
    assert again.headers["ETag"] == won.headers["ETag"]
    assert again.headers["Data-Release"] == won.headers["Data-Release"]


def test_every_write_is_written_down_with_who_and_what(store: Store) -> None:
    store.ask("POST", "audit", JOHN + "\n<", token=OTHER)
    entry = read_log(store.settings.home)[-1]
    assert (entry["by"], entry["outcome"]) == ("budi", "refused: BrokenDocumentError")
    digest = sha256((JOHN + "\n<").encode()).hexdigest()
    assert entry["request"] == {
        "operation": "post",
        "graph": "article/audit",
        "media_type": "text/turtle",
        "sha256": digest,
    }
    assert TOKEN not in (store.settings.home / "audit.jsonl").read_text()


def test_a_browser_may_write_here_and_nowhere_else(store: Store) -> None:
    methods = []
    for path in ("/graph-store?default", "/sparql"):
        connection = http.client.HTTPConnection(urlsplit(store.address).netloc, timeout=60)
        connection.request("OPTIONS", path, headers={"Origin": "https://example.org"})
        response = connection.getresponse()
        methods.append(response.getheader("Access-Control-Allow-Methods", ""))
        connection.close()
    assert "PUT" in methods[0]
    assert "DELETE" in methods[0]
    assert "PUT" not in methods[1]


# Longer: what a writer meets on a bad day (make crash)


@pytest.mark.crash
def test_without_tokens_nobody_writes(start: Callable[..., Any], ground: Settings) -> None:
    with start(write_tokens="") as (address, process):
        answer = Store(address, ground, process).ask("PUT", "x", JOHN)
        assert answer.status == 405
        assert "PUT" not in answer.headers["Allow"]


@pytest.mark.crash
def test_wrong_tokens_and_writes_are_counted(start: Callable[..., Any], ground: Settings) -> None:
    with start(write_rate=2) as (address, process):
        store = Store(address, ground, process)
        statuses = [store.ask("DELETE", "none").status for _ in range(3)]
        assert statuses == [404, 404, 429]
        wrong = [store.ask("DELETE", "none", token=WRONG) for _ in range(12)]
        assert [answer.status for answer in wrong] == [401] * 10 + [429] * 2
        # Not even the right one is looked at now.
        assert store.ask("DELETE", "none", token=OTHER).status == 429


@pytest.mark.crash
def test_a_slow_body_is_given_up_and_a_long_write_stopped(
    start: Callable[..., Any], ground: Settings
) -> None:
    with start(write_timeout=2.0) as (address, process):
        store = Store(address, ground, process)
        target = urlsplit(address)
        with socket.create_connection((str(target.hostname), target.port or 80), 30) as client:
            client.sendall(_put_request("slow", "Content-Length: 1000") + b"<a>")
            assert b" 408 " in client.recv(64)
        # Another writer is at it for longer.
        with History(ground.home).alone():
            stopped = store.ask("PUT", "slow", JOHN)
        assert stopped.status == 503
        assert int(stopped.headers["Retry-After"]) > 0
    with start() as (address, process):
        assert Store(address, ground, process).ask("PUT", "slow", JOHN).status in (200, 201)


@pytest.mark.crash
def test_a_write_that_needs_too_much_memory_is_refused_and_the_next_one_is_made(
    start: Callable[..., Any], ground: Settings
) -> None:
    names = ", ".join(f'"{number}"@id' for number in range(400_000))
    with start(write_memory=1600, write_limit=16) as (address, process):
        store = Store(address, ground, process)
        refused = store.ask("PUT", "many", HEAD + f"agency:a inov:name {names} .")
        assert refused.status == 413
        assert refused.json["type"].endswith("problem/write-memory")
        assert refused.json["limit"] == 1600
        assert process.poll() is None
        assert store.ask("GET", "many").status == 404
        assert store.ask("PUT", "few", JOHN).status == 201


@pytest.mark.crash
@pytest.mark.parametrize("delay", [0.3, 0.9, 1.5, 2.1])
def test_a_killed_server_leaves_the_old_or_the_new_graph_and_the_next_command_works(
    delay: float, start: Callable[..., Any], ground: Settings
) -> None:
    body = HEAD + f'agency:a inov:name "Selama {delay}"@id .'
    with start() as (address, process):
        store = Store(address, ground, process)
        thread = threading.Thread(target=_ask_in_vain, args=(store, body))
        thread.start()
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        thread.join()
    with start() as (address, process):
        store = Store(address, ground, process)
        found = store.ask("GET", "killed", Accept="application/n-triples")
        assert found.status in (200, 404)
        assert store.ask("PUT", "killed", body).status in (200, 201)
        assert isomorphic(store.graph("killed"), turtle(body))
    command = "from kg.cli import main; main()"
    folders = {"home": ground.home, "data": ground.data, "ontology": ground.ontology}
    options = [part for name, path in folders.items() for part in (f"--{name}", str(path))]
    done = subprocess.run(
        [sys.executable, "-c", command, "ingest", *options, "--withdraw", "killed"],
        check=False,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr


def _ask_in_vain(store: Store, body: str) -> None:
    try:
        store.ask("PUT", "killed", body)
    except (OSError, http.client.HTTPException):
        return


@pytest.mark.crash
def test_writers_of_several_web_processes_wait_for_each_other(
    start: Callable[..., Any], ground: Settings
) -> None:
    with start(web_workers=2, write_rate=0) as (address, process):
        store = Store(address, ground, process)
        answers: list[Answer] = []
        bodies = [HEAD + f'agency:a inov:name "Nama {n}"@id .' for n in range(6)]
        threads = [
            threading.Thread(target=lambda b=body: answers.append(store.ask("POST", "many", b)))
            for body in bodies
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        statuses = {answer.status for answer in answers}
        assert statuses <= {200, 201, 503}
        made = sum(answer.status != 503 for answer in answers)
        assert made >= 2
        # Nothing that was confirmed is lost, whichever process took it; each follows in a moment.
        deadline = time.monotonic() + 60
        while (found := len(store.graph("many"))) != made:
            assert time.monotonic() < deadline, (found, made)
            time.sleep(0.1)


@pytest.mark.crash
def test_curl_puts_and_gets(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "a.ttl"
    file.write_text(JOHN)
    address = f"{store.address}/graph-store?graph={quote(iri('curl'), safe='')}"
    put = ["curl", "-sf", "-T", str(file), "-H", "Content-Type: text/turtle"]
    subprocess.run([*put, "-H", f"Authorization: Bearer {TOKEN}", address], check=True)
    got = subprocess.run(["curl", "-sf", address], check=True, capture_output=True, text=True)
    assert isomorphic(turtle(got.stdout), turtle(JOHN))
    # rdflib reads a graph by its address in the store.
    assert isomorphic(Graph().parse(address), turtle(JOHN))

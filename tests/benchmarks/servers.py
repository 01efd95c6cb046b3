"""Three servers over one release: ours, ``oxigraph serve-read-only`` and ``rdflib-endpoint``."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from kg.release.publication import Release

JSON = "application/sparql-results+json"

_RDFLIB = """
import sys, uvicorn
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint
# The command line would make the default graph the union of all: other data, other answers.
data = Dataset(default_union=False)
data.parse(sys.argv[1], format="nquads")
uvicorn.run(SparqlEndpoint(graph=data, path="/"), host="127.0.0.1", port=int(sys.argv[2]),
            log_level="warning")
"""


@dataclass(frozen=True)
class Server:
    """A running server; ``path`` is that of its endpoint."""

    name: str
    port: int
    path: str
    process: "subprocess.Popen[bytes]"

    def connect(self, timeout: float = 30.0) -> HTTPConnection:
        """Return a connection that is kept alive."""
        return HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def memory(self) -> float:
        """Return the MiB that its processes take, memory they share counted once."""
        return sum(_proportional(pid) for pid in _session(self.process.pid)) / 1024


def ask(server: Server, connection: HTTPConnection, query: str) -> bytes:
    """Return the whole answer to a query, as JSON; raises ``HTTPException`` for an error."""
    body = urlencode({"query": query})
    headers = {"Accept": JSON, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", server.path, body, headers)
    response = connection.getresponse()
    content = response.read()
    if response.status != 200:
        raise HTTPException(f"{server.name}: {response.status} {content[:200]!r}")
    return content


@contextmanager
def serving(release: Release, home: Path, theirs: Path) -> Iterator[list[Server]]:
    """Start the three; ``theirs`` is the virtual environment that the other two are in."""
    location = home / "oxigraph"
    dump = home / "release.nq"
    dump.write_bytes(release.content_path.read_bytes())
    tool = theirs / "bin" / "oxigraph"
    for words in (f"load --location {location} --file {dump}", f"optimize --location {location}"):
        subprocess.run([tool, *words.split()], check=True, capture_output=True)
    ports = [_free_port() for _ in range(3)]
    kg = "from kg.cli import main; main()"
    python = theirs / "bin" / "python"
    bind = f"127.0.0.1:{ports[1]}"
    commands: list[list[Any]] = [
        [sys.executable, "-c", kg, "serve", "--home", home, "--port", ports[0]],
        [tool, "serve-read-only", "--location", location, "--bind", bind],
        [python, "-c", _RDFLIB, dump, ports[2]],
    ]
    names = (("inovasi", "/sparql"), ("oxigraph serve", "/query"), ("rdflib-endpoint", "/"))
    with ExitStack() as stack:
        servers = [
            Server(name, port, path, stack.enter_context(_running(command)))
            for (name, path), port, command in zip(names, ports, commands, strict=True)
        ]
        for server in servers:
            _wait(server)
        yield servers


@contextmanager
def _running(command: list[Any]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [str(word) for word in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(server: Server) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            found = json.loads(ask(server, server.connect(), "ASK { ?s ?p ?o }"))
        except (OSError, HTTPException, ValueError):
            time.sleep(0.2)
        else:
            if found["boolean"]:
                return
    raise TimeoutError(server.name)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _session(leader: int) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader:
            yield int(folder.name)


def _proportional(pid: int) -> int:
    """Return the proportional set size of a process, in KiB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0

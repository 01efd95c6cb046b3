"""A tiny release on disk, the application over it, and a real server process."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from typing import IO, Any
from urllib.request import urlopen

import pytest
from flask import Flask
from flask.testing import FlaskClient
from ports import free_port
from werkzeug.test import TestResponse

from kg.namespaces import CANONICAL_BASE
from kg.release.publication import Release
from kg.settings import Settings
from kg.store import canonical_nquads, write_store
from kg.web.app import close_app, create_app

B = CANONICAL_BASE
AGENCY = f"{B}id/agency/polresta-sidoarjo"
GRAPH = f"{B}graph/article/003"
PREFIXES = {"inov": f"{B}ont#", "agency": f"{B}id/agency/"}
LABEL = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
SH = "http://www.w3.org/ns/shacl#"

NQUADS = "".join(
    [
        f"<{AGENCY}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{B}ont#Agency> .\n",
        f'<{AGENCY}> {LABEL} "Kepolisian Resor Kota Sidoarjo"@id .\n',
        f'<{AGENCY}> {LABEL} "Sidoarjo City Police"@en .\n',
        f'<{AGENCY}> <{B}ont#note> "a,b\\r\\nc" .\n',
        f"<{AGENCY}> <{B}ont#partOf> <{B}id/agency/polri> <{GRAPH}> .\n",
        *(f'<{B}id/row/{i}> <{B}ont#number> "{i}" .\n' for i in range(400)),
        *(
            f'<{B}ont> <{SH}declare> <{B}ont#{prefix}> <{B}graph/ontology> .\n'
            f'<{B}ont#{prefix}> <{SH}prefix> "{prefix}" <{B}graph/ontology> .\n'
            f'<{B}ont#{prefix}> <{SH}namespace> "{namespace}" <{B}graph/ontology> .\n'
            for prefix, namespace in PREFIXES.items()
        ),
    ]
)  # fmt: skip

MakeRelease = Callable[[str], Release]
Serve = Callable[..., AbstractContextManager[tuple[str, "subprocess.Popen[bytes]"]]]


@pytest.fixture(scope="session")
def make_release(tmp_path_factory: pytest.TempPathFactory) -> MakeRelease:
    """Return what writes a release of some N-Quads."""

    def make(nquads: str, base: str = B) -> Release:
        folder = tmp_path_factory.mktemp("release")
        content = canonical_nquads(nquads.encode())
        (folder / "release.nq").write_bytes(content)
        write_store(folder / "store", folder / "release.nq")
        return Release(sha256(content).hexdigest(), base, folder, {})

    return make


@pytest.fixture(scope="session")
def release(make_release: MakeRelease) -> Release:
    return make_release(NQUADS)


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings(query_timeout=30.0, query_memory=700, query_queue=4, result_limit=1, lang="en")


@pytest.fixture(scope="session")
def app(release: Release, settings: Settings) -> Iterator[Flask]:
    app = create_app(release, settings)
    app.test_client_class = Client
    yield app
    close_app(app)


class Client(FlaskClient):
    """Reads every answer to its end and closes it, as a server does."""

    def open(self, *arguments: Any, **more: Any) -> TestResponse:  # noqa: ANN401  as its parent
        return super().open(*arguments, **{"buffered": True, **more})


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def small_app(small_release: Release) -> Iterator[Flask]:
    """Return the application over the small release, as it is by default."""
    app = create_app(small_release, Settings(query_workers=1))
    app.testing = True
    app.test_client_class = Client
    yield app
    close_app(app)


@pytest.fixture(scope="session")
def small_client(small_app: Flask) -> FlaskClient:
    return small_app.test_client()


_SERVE = """
import json, sys
from pathlib import Path
from kg.release.publication import Release
from kg.settings import Settings
from kg.web.server import serve
identifier, base, path, settings = json.loads(sys.argv[1])
serve(Release(identifier, base, Path(path), {}), Settings(**settings))
"""


@contextmanager
def serving(
    release: Release, *, stderr: IO[bytes] | None = None, **settings: object
) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Run a server process over a release; give its address and the process."""
    port = free_port()
    argument = json.dumps(
        [release.identifier, release.base, str(release.path), {**settings, "port": port}]
    )
    process = subprocess.Popen([sys.executable, "-c", _SERVE, argument], stderr=stderr)
    address = f"http://127.0.0.1:{port}"
    try:
        _await(address, process)
        yield address, process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        finally:
            process.kill()


def _await(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            # Not ASK, which tests count: once a query is answered, a worker is there.
            with urlopen(address + "/sparql?query=SELECT%20*%20%7B%7D", timeout=60):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(address)


@pytest.fixture(scope="session")
def serve_release() -> Serve:
    """Return what runs a server process over a release; give its address and the process."""
    return serving


@pytest.fixture(scope="session")
def await_running() -> Callable[[int], None]:
    """Return what waits until a server, known by the port of its figures, is at a query."""

    def wait(metrics_port: int) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with urlopen(f"http://127.0.0.1:{metrics_port}/metrics", timeout=60) as answer:
                if b'kg_query_workers{state="busy"} 1.0' in answer.read():
                    return
            time.sleep(0.02)
        raise TimeoutError(metrics_port)

    return wait

"""What many tests share: the release that the repository's own ontology and data make."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from built import built_home
from hypothesis import HealthCheck, settings
from ports import free_port
from small_data import copy_small_data

from kg.release.publication import Release, Releases
from kg.settings import Settings
from kg.store import ReleaseStore

# How long an example takes says more of the machine than of the code.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def repository_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which the release of all data is current."""
    built = built_home("all", lambda folder: Settings(home=folder / "home"))
    return _copied(built, tmp_path_factory)


@pytest.fixture(scope="session")
def repository_release(repository_home: Path) -> Release:
    """Return the release that ``kg build`` makes of the checkout, with the canonical base."""
    return Releases(repository_home).current()


@pytest.fixture(scope="session")
def small_data() -> Path:
    """Return the data of the small release: all kinds of things, few of each."""
    return _small() / "data"


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which the small release is current."""
    return _copied(_small(), tmp_path_factory)


@pytest.fixture(scope="session")
def small_release(home: Path) -> Release:
    """Return the release that ``kg build`` makes of the small data, with the canonical base."""
    return Releases(home).current()


@pytest.fixture(scope="session")
def chosen_release(request: pytest.FixtureRequest) -> Release:
    """Return the small release, or if WHOLE is set that of all data, which takes an hour."""
    name = "repository_release" if os.environ.get("WHOLE") else "small_release"
    release = request.getfixturevalue(name)
    assert isinstance(release, Release)
    return release


@pytest.fixture(scope="session")
def release(small_release: Release) -> Release:
    """Return the release under test; a folder of tests may put another in its place."""
    return small_release


def _small() -> Path:
    return built_home(
        "small",
        lambda folder: Settings(home=folder / "home", data=copy_small_data(folder / "data")),
    )


def _copied(built: Path, factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(built / "home", factory.mktemp("built") / "home", symlinks=True))


@pytest.fixture(scope="session")
def release_store(release: Release) -> ReleaseStore:
    """Return the store of that release, as the server opens it."""
    return ReleaseStore.open(release.store_path)


ServeHome = Callable[..., AbstractContextManager[tuple[str, "subprocess.Popen[bytes]"]]]


@contextmanager
def _serving(
    home: Path, port: int | None = None, **settings: object
) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    port = port or free_port()
    chosen = {"home": home, "port": port, "lang": "en", **settings}
    environment = {f"KG_{name.upper()}": str(value) for name, value in chosen.items()}
    process = subprocess.Popen(
        [sys.executable, "-c", "from kg.cli import main; main()", "serve"],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_served(address, process)
        yield address, process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        finally:
            process.kill()


def _wait_until_served(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(address + "/sparql?query=ASK%20%7B%7D", timeout=60):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(address)


@pytest.fixture(scope="session")
def port() -> int:
    """Return a port of 127.0.0.1 that is free."""
    return free_port()


@pytest.fixture(scope="session")
def serve_home() -> ServeHome:
    """Return what runs ``kg serve`` over a home; it gives the address and the process.

    The process leads a session of its own. Settings are given by name.
    """
    return _serving

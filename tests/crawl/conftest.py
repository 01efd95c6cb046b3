"""Releases to be walked, at any base: the small one, or that of all data if WHOLE is set."""

import os
import socket
from collections.abc import Callable

import pytest

from walker import Homes


@pytest.fixture(scope="session")
def homes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Homes:
    name = "repository_release" if os.environ.get("WHOLE") else "small_release"
    return Homes(request.getfixturevalue(name), tmp_path_factory.mktemp)


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """Return what names a port of 127.0.0.1 that is free at the moment."""

    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            return port

    return find

"""Releases to be walked, at any base."""

import socket
from collections.abc import Callable

import pytest

from kg.release.publication import Release
from walker import Homes


@pytest.fixture(scope="session")
def homes(chosen_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Homes:
    return Homes(chosen_release, tmp_path_factory.mktemp)


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """Return what names a port of 127.0.0.1 that is free at the moment."""

    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            return port

    return find

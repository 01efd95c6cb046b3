"""Releases to be walked, at any base."""

import pytest

from kg.release.publication import Release
from walker import Homes


@pytest.fixture(scope="session")
def homes(chosen_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Homes:
    return Homes(chosen_release, tmp_path_factory.mktemp)

"""What many tests share: the release that the repository's own ontology and data make."""

from pathlib import Path

import pytest

from kg.release.build import build
from kg.release.publication import Release
from kg.settings import Settings
from kg.store import ReleaseStore


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which the repository's release is current."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def repository_release(home: Path) -> Release:
    """Return the release that ``kg build`` makes of the checkout, with the canonical base."""
    return build(Settings(home=home), lambda _step: None)[0]


@pytest.fixture(scope="session")
def release(repository_release: Release) -> Release:
    """Return the release under test; a folder of tests may put another in its place."""
    return repository_release


@pytest.fixture(scope="session")
def release_store(release: Release) -> ReleaseStore:
    """Return the store of that release, as the server opens it."""
    return ReleaseStore.open(release.store_path)

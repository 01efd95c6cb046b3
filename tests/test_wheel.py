"""An installed wheel builds and serves the same release as the checkout, from any folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kg.release.publication import Release, Releases

CHECKOUT = Path(__file__).parents[1]
pytestmark = pytest.mark.wheel


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the committed files and unpack it into a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(["git", "clone", "--quiet", CHECKOUT, folder / "clone"], check=True)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist"],
        cwd=folder / "clone",
        check=True,
    )
    (wheel,) = (folder / "dist").glob("*.whl")
    site = folder / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", site, wheel],
        check=True,
    )
    return site


def run(site: Path, folder: Path, code: str, *arguments: str) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KG_")}
    environment |= {"PYTHONPATH": str(site), "KG_LANG": "en"}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env=environment,
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_s_own_code_and_data_are_used(site: Path, tmp_path: Path) -> None:
    code = "import kg.settings as s; print(s.__file__, s.Settings().data, s.Settings().ontology)"
    for path in run(site, tmp_path, code).split():
        assert Path(path).is_relative_to(site)
        assert Path(path).exists()


def test_it_builds_the_release_of_the_checkout_and_answers(
    site: Path, tmp_path: Path, repository_release: Release
) -> None:
    main = "from kg.cli import main; main()"
    run(site, tmp_path, main, "build")
    assert Releases(tmp_path / "build").current().identifier == repository_release.identifier
    answer = run(site, tmp_path, main, "query", "ASK { ?s ?p ?o }")
    assert answer.strip() == "true"


def test_templates_and_styles_are_on_board(site: Path) -> None:
    assert list(site.glob("kg/web/templates/*.html"))
    assert list(site.glob("kg/web/static/*.css"))
    assert (site / "kg" / "py.typed").is_file()

"""Homes whose release the checkout's own ontology and data make, built once for each state of it.

Every run of the tests, and each of its processes, takes a copy. What a build depends on is in the
name of the folder, so that nothing old is ever taken for new.
"""

import shutil
from collections.abc import Callable
from fcntl import LOCK_EX, flock
from hashlib import sha256
from pathlib import Path

from kg.release.build import build
from kg.release.standing import standing
from kg.settings import Settings

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build" / "tests"


def built_home(name: str, settings: Callable[[Path], Settings]) -> Path:
    """Return a folder with a home whose release is current; not to be written to.

    ``settings`` gives those to build with, for a folder of its own. Each ``name`` is built once.
    """
    KEPT.mkdir(parents=True, exist_ok=True)
    state = _state()
    with (KEPT / ".lock").open("w") as lock:
        flock(lock, LOCK_EX)
        place = KEPT / state / name
        if not (place / "whole").is_file():
            for other in KEPT.iterdir():
                if other.is_dir() and other.name != state:
                    shutil.rmtree(other)
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
            build(settings(place), lambda _step: None)
            (place / "whole").touch()
    return place


def _state() -> str:
    """Return what tells one state of all that a build depends on from another."""
    digest = sha256("\n".join(standing(Settings()).values()).encode())
    sources = [*sorted((ROOT / "src").rglob("*.py")), ROOT / "requirements.txt", Path(__file__)]
    sources.append(Path(__file__).with_name("small_data.py"))
    for path in sources:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]

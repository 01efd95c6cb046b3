"""The competency questions over the store on disk, against its copy in memory.

Run: ``.venv/bin/python tests/benchmarks/queries.py`` (under a minute).
"""

import tempfile
from pathlib import Path

from kg.questions import read_questions
from kg.release.build import build
from kg.settings import Settings
from kg.store import MemoryStore, ReleaseStore
from paired import compare


def main() -> None:
    """Build the repository's release, then ask both stores every SELECT question."""
    settings = Settings(home=Path(tempfile.mkdtemp()))
    release, _ = build(settings, lambda _step: None)
    questions = read_questions(settings.ontology / "competency")
    queries = [question.query for question in questions if question.form == "SELECT"]
    disk = ReleaseStore.open(release.store_path)
    memory = MemoryStore(release.content_path.read_bytes())
    compare(
        ("store on disk", "copy in memory"),
        (
            lambda: [disk.select(query) for query in queries],
            lambda: [memory.select(query) for query in queries],
        ),
    )


if __name__ == "__main__":
    main()

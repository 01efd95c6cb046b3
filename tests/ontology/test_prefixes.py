"""Every file of the ontology binds prefixes as ``prefixes.ttl`` does (SHACL, section 5.2.1)."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from kg.settings import Settings

DECLARATION = re.compile(r"^\s*(?:@prefix|PREFIX)\s+([\w-]*):\s*<([^>]*)>", re.MULTILINE)

ONTOLOGY = Settings().ontology
FILES = sorted(file for file in ONTOLOGY.rglob("*") if file.suffix in {".ttl", ".trig", ".rq"})


def test_the_files_are_found() -> None:
    assert len(FILES) >= 70


def test_the_map_is_one_to_one(prefixes: Mapping[str, str]) -> None:
    assert len(prefixes) >= 80
    assert len(set(prefixes.values())) == len(prefixes)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ONTOLOGY)))
def test_a_file_binds_prefixes_as_the_map_does(file: Path, prefixes: Mapping[str, str]) -> None:
    bound = DECLARATION.findall(file.read_text(encoding="utf-8"))
    assert bound or file.suffix == ".rq"
    assert [(name, iri) for name, iri in bound if prefixes.get(name) != iri] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ONTOLOGY)))
def test_a_file_binds_each_prefix_once_and_uses_it(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    names = [name for name, _ in DECLARATION.findall(text)]
    assert len(names) == len(set(names))
    body = re.sub(r"#[^\n>]*$|<[^>\s]*>", "", DECLARATION.sub("", text), flags=re.MULTILINE)
    assert [name for name in names if not re.search(rf"(?<![\w-]){name}:", body)] == []

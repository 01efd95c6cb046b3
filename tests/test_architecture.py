"""The house rules: imports run downwards, each dependency has one home, files stay small."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"

# Lowest first; what stands on one line are siblings and do not import each other.
FLOORS: list[list[str]] = [
    ["kg.collecting", "kg.language", "kg.namespaces", "kg.terms"],
    ["kg.errors"],
    ["kg.iris", "kg.settings"],
    ["kg.store", "kg.validation", "kg.sparql", "kg.questions", "kg.client", "kg.remote"],
    ["kg.ingest"],
    ["kg.release"],
    ["kg.web"],
    ["kg.cli"],
]

HOMES = {
    "pyoxigraph": "kg.store",
    "pyshacl": "kg.validation",
    "flask": "kg.web",
    "werkzeug": "kg.web",
    "jinja2": "kg.web",
    "gunicorn": "kg.web",
    "prometheus_client": "kg.web",
    "brotli": "kg.web",
    "backports": "kg.web",
    "click": "kg.cli",
    "rapidfuzz": "kg.ingest",
    "SPARQLWrapper": "kg.client",
    "csvw": "kg.ingest.tables.description",
    "openpyxl": "kg.ingest.tables.workbook",
}

NEVER = [("kg.web", "kg.ingest"), ("kg.sparql", "kg.store"), ("kg.sparql", "rdflib.plugins")]

MODULES = sorted(SOURCE.glob("kg/**/*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULE_NAMES = {name_of(path) for path in MODULES}


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from names
            # `from package import module` imports the module; anything else is in the package.
            if not all(name in MODULE_NAMES for name in names):
                yield node.module or ""


def belongs(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def floor_of(module: str) -> tuple[int, str] | None:
    return next(
        (
            (number, room)
            for number, rooms in enumerate(FLOORS)
            for room in rooms
            if belongs(module, room)
        ),
        None,
    )


def test_all_modules_are_looked_at() -> None:
    assert len(MODULES) >= 35


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_run_downwards(path: Path) -> None:
    here = floor_of(name_of(path))
    if name_of(path) == "kg":
        assert not list(imports_of(path))
        return
    assert here, f"{name_of(path)} stands on no floor; add it to FLOORS"
    for imported in imports_of(path):
        there = floor_of(imported)
        if there and there[1] != here[1]:
            assert there[0] < here[0], f"{name_of(path)} imports {imported}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_each_dependency_has_one_home(path: Path) -> None:
    for imported in imports_of(path):
        home = HOMES.get(imported.partition(".")[0])
        assert not home or belongs(name_of(path), home), f"{imported} belongs in {home}"


@pytest.mark.parametrize(("upper", "lower"), NEVER)
def test_what_must_not_know_each_other(upper: str, lower: str) -> None:
    for path in MODULES:
        if belongs(name_of(path), upper):
            assert not any(belongs(imported, lower) for imported in imports_of(path)), path


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= 60, f"{node.name} has {lines} lines"


def test_no_module_imports_another_in_a_circle() -> None:
    graph = {
        name_of(path): {i for i in imports_of(path) if i.startswith("kg.")} for path in MODULES
    }
    known = set(graph)
    edges = {name: {i for i in used if i in known and i != name} for name, used in graph.items()}
    while leaves := {name for name, used in edges.items() if not used & edges.keys()}:
        edges = {name: used for name, used in edges.items() if name not in leaves}
    assert not edges, f"in a circle, or above one: {sorted(edges)}"


@pytest.mark.parametrize(
    ("module", "stranger"),
    [("kg.ingest.corpus", "flask"), ("kg.release.build", "flask"), ("kg.cli", "flask")],
)
def test_a_module_does_not_load_what_it_does_not_need(module: str, stranger: str) -> None:
    code = f"import sys, {module}; sys.exit('{stranger}' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

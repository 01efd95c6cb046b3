"""Reading shapes files: what is wrong in them is named with file and line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rdflib.namespace import SH, Namespace

from kg.errors import ShapesError
from kg.validation import Shapes, load_shapes

EX = Namespace("https://example.org/")
MESSAGES = 'sh:message "Salah"@id , "Wrong"@en'
Maker = Callable[[str], Path]


def query(text: str) -> str:
    return f"""
ex:any a sh:NodeShape ; sh:targetClass ex:Person ; sh:sparql ex:any-query ;
    sh:severity sh:Violation ; {MESSAGES} .
ex:any-query a sh:SPARQLConstraint ; sh:prefixes <https://w3id.org/inovasi-publik/ont> ;
    sh:select \"\"\"
        {text}
    \"\"\" .
"""


def fault(folder: Path) -> str:
    with pytest.raises(ShapesError) as error:
        load_shapes(folder)
    return error.value.message.en


def test_bad_turtle_is_named_with_file_and_line(make_ontology: Maker) -> None:
    message = fault(make_ontology("\n\nex:any a sh:NodeShape ;; ] .\n"))
    assert message.endswith(
        "shapes/people.ttl:8: shapes cannot be read: expected directive or statement"
    )


def test_bad_query_is_named_with_the_line_in_the_file(make_ontology: Maker) -> None:
    folder = make_ontology(query("SELECT $this\n        WHERE { $this a }"))
    line = (folder / "shapes/people.ttl").read_text().split("WHERE")[0].count("\n") + 1
    assert f"shapes/people.ttl:{line}: " in fault(folder)


def test_unknown_prefix_in_a_query_is_named_with_the_file(make_ontology: Maker) -> None:
    folder = make_ontology(query("SELECT $this WHERE { $this a nowhere:Person }"))
    message = fault(folder)
    assert "shapes/people.ttl:" in message
    assert "nowhere" in message


def test_file_that_is_not_utf_8_is_named(make_ontology: Maker) -> None:
    folder = make_ontology("")
    (folder / "shapes/people.ttl").write_bytes(b"# \xff\n")
    assert "people.ttl" in fault(folder)


def test_folder_without_shapes_is_no_gate(make_ontology: Maker) -> None:
    folder = make_ontology("")
    (folder / "shapes/people.ttl").unlink()
    assert "No shapes in" in fault(folder)


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ("sh:severity sh:Violation", "lacks sh:message: id, en"),
        ('sh:severity sh:Violation ; sh:message "Salah"@id', "lacks sh:message: en"),
        ('sh:severity sh:Violation ; sh:message "Wrong"', "lacks sh:message: id, en"),
        (MESSAGES, "lacks sh:severity"),
        (f"{MESSAGES} ; sh:severity sh:Grave", "lacks sh:severity"),
    ],
)
def test_shape_that_can_report_says_how_in_both_languages(
    said: str, missing: str, make_ontology: Maker
) -> None:
    folder = make_ontology(f"ex:any sh:targetClass ex:Person ; sh:class ex:Adult ; {said} .")
    assert fault(folder) == f"Shape https://example.org/any {missing}"


def test_shape_that_only_decides_for_another_needs_no_message(make_ontology: Maker) -> None:
    folder = make_ontology(
        f"""ex:any sh:targetClass ex:Person ; sh:severity sh:Violation ; {MESSAGES} ;
            sh:or ( ex:adult ex:guarded ) ; sh:property ex:name .
        ex:name sh:path ex:hasName ; sh:minCount 1 ; sh:severity sh:Warning ; {MESSAGES} .
        ex:adult sh:class ex:Adult .
        ex:guarded sh:path ex:guardian ; sh:minCount 1 ."""
    )
    shapes = load_shapes(folder)
    assert shapes.severities == {EX.any: SH.Violation, EX.name: SH.Warning}
    assert shapes.messages.keys() == shapes.severities.keys()


def test_core_holds_no_query_and_rules_hold_them_all(shapes: Shapes) -> None:
    assert (None, SH.select, None) not in shapes.core
    assert (None, SH.sparql, None) not in shapes.core
    assert [rule.shape for rule in shapes.rules] == [EX.older, EX.recorded]
    assert [rule.reads_named_graphs for rule in shapes.rules] == [False, True]

"""Each constraint component, screened and judged, against pySHACL over the whole graph."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from edits import EditableStore
from rdflib import Graph, URIRef

from kg.validation import Shapes, Statement, validate_view
from kg.validation.engine import run_pyshacl
from kg.validation.report import Report

PREFIXES = """@prefix ex: <https://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
WORDS = 'sh:severity sh:Violation ; sh:message "Salah"@id , "Wrong"@en'
DATA = """
ex:U rdfs:subClassOf ex:V . ex:V rdfs:subClassOf ex:W .
ex:none a ex:T .
ex:text a ex:T ; ex:p "Ani" , "ani"@id , "ANI"@en , "" ; ex:q "Ani" .
ex:tags a ex:T ; ex:p "satu"@id , "dua"@id , "three"@en-GB .
ex:number a ex:T ; ex:p 3 ; ex:q 4 . ex:numbers a ex:T ; ex:p 3 , 5.5 , -1 ; ex:q 4 .
ex:date a ex:T ; ex:p "2024-02-30"^^xsd:date , "2024-10-08"^^xsd:date ;
    ex:q "2024-10-09"^^xsd:date .
ex:year a ex:T ; ex:p "24-25"^^xsd:gYear , "2024"^^xsd:gYear ; ex:q "2025"^^xsd:gYear .
ex:bad a ex:T ; ex:p "x"^^xsd:integer , "1"^^xsd:boolean .
ex:iri a ex:T ; ex:p ex:u , ex:v ; ex:q ex:u . ex:u a ex:U ; ex:p ex:w . ex:v a ex:V , ex:T .
ex:w a ex:X ; ex:p "line\\n" . ex:lines a ex:T ; ex:p "line\\n" , "line" .
ex:blank a ex:T ; ex:p [ a ex:U ; ex:p 1 ] . ex:sub a ex:S ; ex:p 1 . ex:S rdfs:subClassOf ex:T .
ex:two a ex:T ; ex:p ex:u , ex:w , "x" .
ex:less a ex:T ; ex:p 3 ; ex:q 4 . ex:same a ex:T ; ex:p 4 ; ex:q 4 , 5.5 .
ex:more a ex:T ; ex:p 3 , 5.5 , -1 ; ex:q 4 . ex:alone a ex:T ; ex:p 3 .
ex:before a ex:T ; ex:p "2024-10-08"^^xsd:date ; ex:q "2024-10-09"^^xsd:date .
ex:after a ex:T ; ex:p "2024-10-10"^^xsd:date ; ex:q "2024-10-09"^^xsd:date .
ex:nothing a ex:T ; ex:p "NaN"^^xsd:double ; ex:q 1.5 , 3 .
ex:aeon a ex:T ; ex:p "2024"^^xsd:gYear ; ex:q "-0001"^^xsd:gYear .
ex:nobody a ex:T ; ex:p 1 ; ex:q [] .
"""
ON_PROPERTY = {
    "class": "sh:class ex:V",
    "class above": "sh:class ex:W",
    "class without subclasses": "sh:class ex:X",
    "integer": "sh:datatype xsd:integer",
    "decimal": "sh:datatype xsd:decimal",
    "boolean": "sh:datatype xsd:boolean",
    "date": "sh:datatype xsd:date",
    "year": "sh:datatype xsd:gYear",
    "string": "sh:datatype xsd:string",
    "dateTime": "sh:datatype xsd:dateTime",
    "IRI": "sh:nodeKind sh:IRI",
    "literal": "sh:nodeKind sh:Literal",
    "no literal": "sh:nodeKind sh:BlankNodeOrIRI",
    "blank or literal": "sh:nodeKind sh:BlankNodeOrLiteral",
    "one": "sh:minCount 1",
    "two": "sh:minCount 2",
    "at most none": "sh:maxCount 0",
    "at most one": "sh:maxCount 1",
    "at most two": "sh:maxCount 2",
    "inclusive": "sh:minInclusive 3 ; sh:maxInclusive 4",
    "exclusive": "sh:minExclusive 3 ; sh:maxExclusive 5",
    "after a day": 'sh:minInclusive "2024-01-01"^^xsd:date',
    "short": "sh:maxLength 3",
    "long": "sh:minLength 4",
    "pattern": 'sh:pattern "^[A-Z][a-z]+$"',
    "pattern of lines": 'sh:pattern "^line$"',
    "pattern with a flag": 'sh:pattern "^ani$" ; sh:flags "i"',
    "pattern with a class": 'sh:pattern "^\\\\w+$"',
    "languages": 'sh:languageIn ( "id" "en" )',
    "unique languages": "sh:uniqueLang true",
    "equals": "sh:equals ex:q",
    "disjoint": "sh:disjoint ex:q",
    "less": "sh:lessThan ex:q",
    "less or equal": "sh:lessThanOrEquals ex:q",
    "value": "sh:hasValue ex:u",
    "number as value": "sh:hasValue 3",
    "in": 'sh:in ( ex:u "Ani" 3 )',
    "node": "sh:node [ sh:property [ sh:path ex:p ; sh:minCount 1 ] ]",
    "not": 'sh:not [ sh:pattern "^line$" ]',
    "not of a datatype": "sh:not [ sh:datatype xsd:integer ]",
    "not of a bound": "sh:not [ sh:minInclusive 3 ]",
    "not of languages": 'sh:not [ sh:languageIn ( "en" ) ]',
    "and": "sh:and ( [ sh:class ex:V ] [ sh:property [ sh:path ex:p ; sh:minCount 1 ] ] )",
    "or": "sh:or ( [ sh:class ex:V ] [ sh:datatype xsd:integer ] )",
    "xone": "sh:xone ( [ sh:class ex:V ] [ sh:class ex:W ] [ sh:nodeKind sh:Literal ] )",
    "not all": "sh:not [ sh:and ( [ sh:class ex:V ] [ sh:class ex:U ] ) ]",
    "not a property": "sh:not [ sh:property [ sh:path ex:p ; sh:maxCount 0 ] ]",
    "warning inside": "sh:not [ sh:class ex:V ; sh:severity sh:Warning ]",
    "some": "sh:qualifiedValueShape [ sh:class ex:V ] ; sh:qualifiedMinCount 1",
    "at most one such": "sh:qualifiedValueShape [ sh:class ex:V ] ; sh:qualifiedMaxCount 1",
    "none such": "sh:qualifiedValueShape [ sh:class ex:V ] ; sh:qualifiedMaxCount 0",
    "two such": "sh:qualifiedValueShape [ sh:class ex:V ] ; sh:qualifiedMinCount 2",
    "deactivated": "sh:minCount 3 ; sh:deactivated true",
}
PATHS = {
    "predicate": "ex:p",
    "inverse": "[ sh:inversePath ex:p ]",
    "sequence": "( ex:p ex:p )",
    "alternative": "[ sh:alternativePath ( ex:p ex:q ) ]",
    "any number": "[ sh:zeroOrMorePath ex:p ]",
    "some": "[ sh:oneOrMorePath ex:p ]",
    "at most one": "[ sh:zeroOrOnePath ex:p ]",
}
TARGETS = {
    "class": "sh:targetClass ex:T",
    "node": "sh:targetNode ex:iri , ex:absent",
    "subjects": "sh:targetSubjectsOf ex:p",
    "objects": "sh:targetObjectsOf ex:p",
}


def cases() -> list[tuple[str, str]]:
    shape = "ex:Shape a sh:NodeShape ; {} ; sh:property ex:Part . ex:Part a sh:PropertyShape ; "
    found = [
        (f"{name}", f"{shape.format(TARGETS['class'])} sh:path ex:p ; {constraint} ; {WORDS} .")
        for name, constraint in ON_PROPERTY.items()
    ]
    for path, text in PATHS.items():
        for constraint in ("sh:class ex:V", "sh:minCount 1", "sh:maxCount 1", "sh:hasValue ex:u"):
            body = f"{shape.format(TARGETS['class'])} sh:path {text} ; {constraint} ; {WORDS} ."
            found.append((f"{path} {constraint}", body))
    for target, text in TARGETS.items():
        node = f"ex:Shape a sh:NodeShape ; {text} ; sh:class ex:W ; {WORDS} ."
        closed = (
            f"ex:Shape a sh:NodeShape ; {text} ; sh:closed true ; sh:property ex:Part ; {WORDS} ."
            f" ex:Part a sh:PropertyShape ; sh:path ex:p ; sh:minCount 1 ; {WORDS} ."
        )
        found += [(f"class of {target}", node), (f"closed {target}", closed)]
    return found


CASES = cases()
NEVER_BROKEN = (
    "deactivated",
    "any number sh:minCount 1",
    "at most one sh:minCount 1",
    "inverse sh:maxCount 1",
)


def store_of(turtle: str) -> EditableStore:
    graph = Graph().parse(data=PREFIXES + turtle, format="turtle")
    return EditableStore(Statement(s, URIRef(str(p)), o) for s, p, o in graph)


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 80


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "turtle"), CASES, ids=[name for name, _ in CASES])
def test_screened_and_judged_is_what_pyshacl_says_of_the_whole(name: str, turtle: str) -> None:
    shapes = Shapes.of(Graph().parse(data=PREFIXES + turtle, format="turtle"))
    store = store_of(DATA)
    whole = Report.of(run_pyshacl(store.graph(), shapes.core, shapes))
    assert validate_view(store.view, shapes) == whole
    assert whole.results or name in NEVER_BROKEN, "tests nothing"


def test_most_components_name_few_that_are_not_at_fault() -> None:
    """A screen that named every target would be right as well, and of no use."""
    asked: list[tuple[object, ...]] = []
    turtle = f"""ex:Shape a sh:NodeShape ; sh:targetClass ex:T ; sh:property ex:Part .
    ex:Part a sh:PropertyShape ; sh:path ex:p ; sh:minCount 1 ; sh:class ex:V ; {WORDS} ."""
    shapes = Shapes.of(Graph().parse(data=PREFIXES + turtle, format="turtle"))
    store = store_of("ex:ok a ex:T ; ex:p ex:v . ex:v a ex:V . ex:no a ex:T ; ex:p ex:ok .")

    def matching(*terms: Any, **more: Any) -> Iterator[Statement]:  # noqa: ANN401
        asked.append(terms)
        return store.matching(*terms, **more)

    report = validate_view(replace(store.view, matching=matching), shapes)
    assert [str(result.focus_node) for result in report.results] == ["https://example.org/no"]
    about = {name: URIRef(f"https://example.org/{name}") for name in ("no", "ok", "p")}
    assert (about["no"], about["p"]) in asked
    assert (about["ok"], about["p"]) not in asked
    assert (about["ok"],) not in asked

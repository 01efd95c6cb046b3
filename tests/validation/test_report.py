"""Reports: order, conformance, and a graph that is the same for the same results."""

from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, SH, Namespace

from kg.language import Text
from kg.validation import Report, Result
from kg.validation.report import VALIDATION_GRAPH

EX = Namespace("https://example.org/")
REPORT = URIRef(f"{VALIDATION_GRAPH}#report")


def result(focus_node: str, severity: URIRef = SH.Violation, value: str | None = None) -> Result:
    return Result(
        shape=EX.shape,
        component=SH.MinCountConstraintComponent,
        focus_node=EX[focus_node],
        path=EX.path,
        value=None if value is None else Literal(value, lang="id"),
        severity=severity,
        message=Text("Wajib", "Required"),
    )


def test_results_are_sorted_and_not_repeated() -> None:
    report = Report.of([result("b"), result("a", value="z"), result("a"), result("b")])
    assert report.results == (result("a"), result("a", value="z"), result("b"))
    assert report == Report.of(reversed(report.results))


def test_only_violations_stand_against_conformance() -> None:
    report = Report.of([result("a", SH.Warning), result("b", SH.Info)])
    assert report.conforms
    assert report.warnings == report.results
    assert not Report.of([*report.results, result("c")]).conforms


def test_empty_report_conforms_and_says_so() -> None:
    graph = Report.of([]).to_graph()
    assert set(graph) == {
        (REPORT, RDF.type, SH.ValidationReport),
        (REPORT, SH.conforms, Literal(True)),  # noqa: FBT003
    }


def test_graph_is_a_standard_report_without_blank_nodes() -> None:
    expected = Graph().parse(
        data=f"""
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix ex: <https://example.org/> .
        <{REPORT}> a sh:ValidationReport ; sh:conforms false ; sh:result <{result("a").iri}> .
        <{result("a").iri}> a sh:ValidationResult ;
            sh:sourceShape ex:shape ;
            sh:sourceConstraintComponent sh:MinCountConstraintComponent ;
            sh:focusNode ex:a ;
            sh:resultPath ex:path ;
            sh:resultSeverity sh:Violation ;
            sh:resultMessage "Wajib"@id , "Required"@en .
        """,
        format="turtle",
    )
    assert isomorphic(Report.of([result("a")]).to_graph(), expected)


def test_names_of_results_differ_by_content_and_by_nothing_else() -> None:
    assert result("a").iri == result("a").iri
    names = {r.iri for r in (result("a"), result("b"), result("a", value="x"))}
    assert len(names) == 3
    assert all(name.startswith(VALIDATION_GRAPH + "#") for name in names)

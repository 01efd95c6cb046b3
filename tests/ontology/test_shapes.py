"""The shapes themselves: named, explained in two languages, complete, and true to the ontology."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pyshacl
import pytest
from rdflib import BNode, Dataset, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SH, SKOS, Namespace

from kg.language import LANGUAGES
from kg.namespaces import CANONICAL_BASE, INOV
from kg.settings import Settings
from kg.validation import Shapes, load_shapes

INOVSH: Final = Namespace(CANONICAL_BASE + "shapes#")
FILES: Final = sorted((Settings().ontology / "shapes").glob("*.ttl"))
ROW: Final = re.compile(r"S(\d\d)-[a-z0-9-]+")
WARNINGS: Final = frozenset(
    {
        "S03-label-en",
        "S12-place-type",
        "S13-plain-name",
        "S24-operator",
        "S25-expansion",
        "S34-own-work",
        "S35-work-named",
        "S37-year-of-the-edition",
        "S38-office-attested",
        "S39-receiver-of-the-recipient",
        "S48-plausible-date",
        "S50-weekday",
        "S57-recorded-conflict",
        "S58-population",
        "S62-stated-publication-date",
        "S65-claimed-triple",
        "S71-definition",
        "S72-shared-alias",
        "S73-address-known",
    }
)
"""Every other shape reports violations: the severities of the table of constraints."""

NAMELESS: Final = frozenset((INOV.Claim, INOV.TextSpan))
"""Entities that are read with the claim or article that they belong to."""


@pytest.fixture(scope="module")
def shapes(ontology_folder: Path) -> Shapes:
    return load_shapes(ontology_folder)


@pytest.fixture(scope="module")
def vocabularies(ontology_folder: Path) -> Graph:
    graph = Graph()
    for file in sorted((ontology_folder / "vocabularies").glob("*.ttl")):
        graph.parse(file)
    return graph


def local(term: object) -> str:
    return str(term).rpartition("#")[2]


def test_reporting_shapes_cover_the_78_rows(shapes: Shapes) -> None:
    rows = {match[1] for name in map(local, shapes.messages) if (match := ROW.fullmatch(name))}
    assert rows == {f"{row:02}" for row in range(1, 79)}
    assert all(ROW.fullmatch(local(shape)) for shape in shapes.messages)


def test_a_row_is_kept_in_one_file() -> None:
    homes: dict[str, set[str]] = {}
    for file in FILES:
        for row in re.findall(r"^inovsh:S(\d\d)-", file.read_text("utf-8"), re.MULTILINE):
            homes.setdefault(row, set()).add(file.name)
    assert len(homes) == 78
    assert [row for row, files in homes.items() if len(files) > 1] == []


def test_severities_are_those_of_the_table(shapes: Shapes) -> None:
    assert {local(s) for s, severity in shapes.severities.items() if severity == SH.Warning} == (
        WARNINGS
    )
    assert set(shapes.severities.values()) == {SH.Violation, SH.Warning}


def test_every_shape_and_query_is_named(shapes: Shapes) -> None:
    allowed = {RDF.first, RDF.rest, SH.prefix, SH.namespace}
    for subject, predicate in shapes.graph.subject_predicates():
        assert not isinstance(subject, BNode) or predicate in allowed
    for kind in (SH.NodeShape, SH.PropertyShape, SH.SPARQLConstraint):
        assert all(str(s).startswith(INOVSH) for s in shapes.graph.subjects(RDF.type, kind))


@pytest.mark.parametrize(
    ("kind", "predicate"), [(SH.NodeShape, RDFS.label), (SH.PropertyShape, SH.name)]
)
def test_every_shape_is_named_in_both_languages(
    kind: URIRef, predicate: URIRef, shapes: Shapes
) -> None:
    subjects = list(shapes.graph.subjects(RDF.type, kind))
    assert len(subjects) >= 80
    for shape in subjects:
        labels = [o for o in shapes.graph.objects(shape, predicate) if isinstance(o, Literal)]
        assert sorted(str(label.language) for label in labels) == sorted(LANGUAGES), shape


def test_messages_differ_between_shapes_of_one_row(shapes: Shapes) -> None:
    messages = [(local(shape)[:3], message) for shape, message in shapes.messages.items()]
    assert len(messages) == len(set(messages))


def test_severity_and_message_stand_on_the_shape_never_on_the_query(shapes: Shapes) -> None:
    for rule in shapes.rules:
        assert (rule.constraint, SH.severity, None) not in shapes.graph
        assert (rule.constraint, SH.message, None) not in shapes.graph


def test_every_query_has_a_shape_of_its_own(shapes: Shapes) -> None:
    assert len(shapes.rules) >= 35
    assert len({rule.shape for rule in shapes.rules}) == len(shapes.rules)
    for rule in shapes.rules:
        assert rule.constraint == URIRef(f"{rule.shape}-query")


def test_every_query_selects_its_focus_node(shapes: Shapes) -> None:
    for rule in shapes.rules:
        assert re.match(r"\s*SELECT \$this( \?path)?( \?value)? WHERE \{", rule.select), rule.shape


@pytest.mark.filterwarnings(r"ignore::DeprecationWarning:rdflib\..*")
def test_shapes_conform_to_the_shapes_of_the_standard(shapes: Shapes) -> None:
    """SHACL, appendix C: https://www.w3.org/TR/shacl/#shacl-shacl."""
    conforms, _, text = pyshacl.validate(Dataset(), shacl_graph=shapes.graph, meta_shacl=True)
    assert conforms, text


def test_paths_classes_and_targets_are_declared(shapes: Shapes, terminology_graph: Graph) -> None:
    properties = (SH.path, SH.lessThan, SH.lessThanOrEquals, SH.disjoint, SH.targetSubjectsOf)
    kinds = {OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}
    # The built-in terms of RDF and OWL are not declared by anybody.
    known = {RDF.type, OWL.sameAs}
    for predicate in properties:
        for term in set(shapes.graph.objects(None, predicate)) - known:
            declared = set(terminology_graph.objects(term, RDF.type))
            assert declared & kinds or RDF.Property in declared, term
    for predicate in (SH.targetClass, SH["class"]):
        for term in set(shapes.graph.objects(None, predicate)):
            assert (term, RDF.type, OWL.Class) in terminology_graph, term


def test_terms_in_queries_are_declared(
    shapes: Shapes,
    prefixes: Mapping[str, str],
    terminology_graph: Graph,
    vocabularies: Graph,
) -> None:
    found = set()
    for rule in shapes.rules:
        for prefix, name in re.findall(r"(?<![\w:-])([a-z-]+):([\w-]+)", rule.select):
            found.add(URIRef(prefixes[prefix] + name))
    ours = {term for term in found if term.startswith(CANONICAL_BASE)}
    assert len(ours) >= 60
    undeclared = {
        term
        for term in ours
        if (term, RDF.type, None) not in terminology_graph
        and (term, None, None) not in vocabularies
    }
    assert undeclared == set()


def test_schemes_that_values_come_from_exist(shapes: Shapes, vocabularies: Graph) -> None:
    schemes = set(shapes.graph.objects(None, SH.hasValue))
    assert len(schemes) >= 15
    for scheme in schemes:
        assert (scheme, RDF.type, SKOS.ConceptScheme) in vocabularies, scheme


def test_all_entity_classes_are_asked_for_label_and_iri(
    shapes: Shapes, terminology_graph: Graph, ontology_graph: Graph
) -> None:
    classes = {s for s in ontology_graph.subjects(RDF.type, OWL.Class) if isinstance(s, URIRef)}
    assert len(classes) >= 35

    def covered(shape: URIRef) -> set[URIRef]:
        targets = set(shapes.graph.objects(shape, SH.targetClass))
        ancestors = terminology_graph.transitive_objects
        return {c for c in classes if targets & set(ancestors(c, RDFS.subClassOf))}

    assert classes - covered(INOVSH.EntityShape) == NAMELESS
    assert classes - covered(INOVSH["S05-iri"]) == set()

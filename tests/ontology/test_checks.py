"""Each hygiene check finds its fault in a small dataset, and none in a sound one.

The datasets are TriG (https://www.w3.org/TR/trig/) that states named graphs; the default graph is
derived from them as a release derives it, so that a fault shows as it would there.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from pyoxigraph import (
    NamedNode,
    Quad,
    QuerySolutions,
    RdfFormat,
    Store,
    parse,
    serialize,
)

from kg.iris import rebase
from kg.namespaces import CANONICAL_BASE, GRAPH, read_prefixes
from kg.settings import Settings

ONTOLOGY = Settings().ontology
CHECKS = sorted((ONTOLOGY / "checks").glob("*.rq"))
PREFIXES = read_prefixes(ONTOLOGY)
KEYWORDS = ["Problem", "Masalah", "Why", "Mengapa", "Fix", "Perbaikan"]
DERIVED = ("ontology", "vocabularies", "reference", "sources", "catalog", "article/")

each_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.stem)

SOUND = """
graph:ontology {
  inov:Agency a owl:Class ; rdfs:label "Instansi"@id , "Agency"@en ;
    skos:definition "Badan publik."@id , "Public body."@en ;
    rdfs:isDefinedBy <https://w3id.org/inovasi-publik/ont> .
  inov:Place a owl:Class ; rdfs:label "Tempat"@id , "Place"@en ; rdfs:subClassOf geo:Feature ;
    skos:definition "Bagian ruang."@id , "Part of space."@en ;
    rdfs:isDefinedBy <https://w3id.org/inovasi-publik/ont> .
  inov:locatedIn a owl:ObjectProperty , owl:FunctionalProperty ;
    rdfs:label "berlokasi di"@id , "located in"@en ;
    skos:definition "Menyatakan tempat."@id , "States the place."@en ;
    rdfs:domain [ a owl:Class ; owl:unionOf ( inov:Agency inov:Place ) ] ;
    rdfs:range inov:Place ; rdfs:isDefinedBy <https://w3id.org/inovasi-publik/ont> .
  inov:value a owl:DatatypeProperty ; rdfs:label "nilai"@id , "value"@en ;
    skos:definition "Besarnya."@id , "Magnitude."@en ;
    rdfs:domain inov:Agency ; rdfs:range xsd:decimal ;
    rdfs:isDefinedBy <https://w3id.org/inovasi-publik/ont> .
  geo:Feature a owl:Class ; rdfs:label "Fitur"@id , "Feature"@en ;
    rdfs:isDefinedBy <http://www.opengis.net/ont/geosparql#> .
  skos:prefLabel a owl:AnnotationProperty ; rdfs:label "nama"@id , "name"@en ;
    rdfs:isDefinedBy <http://www.w3.org/2004/02/skos/core#> .
  dcterms:identifier a owl:AnnotationProperty ; rdfs:label "pengenal"@id , "identifier"@en ;
    rdfs:isDefinedBy <http://purl.org/dc/terms/> .
}
graph:vocabularies {
  scheme:capacity a skos:ConceptScheme ; skos:prefLabel "Kedudukan"@id , "Capacities"@en ;
    skos:definition "Cara memangku."@id , "Ways of holding."@en .
  capacity:plt a skos:Concept ; skos:inScheme scheme:capacity ; skos:notation "plt" ;
    skos:prefLabel "Pelaksana tugas"@id , "Acting"@en ;
    skos:definition "Sementara."@id , "For the time being."@en .
}
graph:reference {
  agency:a a inov:Agency ; skos:prefLabel "Instansi A"@id , "Agency A"@en ;
    dcterms:identifier "a" .
  place:b a inov:Place ; skos:prefLabel "Tempat B"@id , "Place B"@en ; dcterms:identifier "b" .
}
article-graph:000 { agency:a inov:locatedIn place:b ; inov:value 3.5 , 22 . }
graph:provenance { claim:000-001 a inov:Agency ; rdf:subject agency:a ; rdf:object place:b . }
"""

LABELS = 'skos:prefLabel "Hal C"@id , "Thing C"@en'
RETIRED = "a inov:RetiredIri ; owl:deprecated true"
# check → what is added to the sound dataset, and the nodes that the check must then name
FAULTS: Mapping[str, list[tuple[str, set[str]]]] = {
    "missing-label": [
        (
            'graph:ontology { geo:sfWithin a owl:ObjectProperty ; rdfs:label "in"@en . }',
            {"geo:sfWithin"},
        ),
        ("graph:ontology { inov:code a rdfs:Datatype . }", {"inov:code"}),
    ],
    "missing-definition": [
        (
            'graph:ontology { inov:Thing a owl:Class ; skos:definition "Benda."@id . }',
            {"inov:Thing"},
        ),
        ("graph:vocabularies { capacity:pj a skos:Concept . }", {"capacity:pj"}),
    ],
    "missing-is-defined-by": [
        ("graph:ontology { geo:Geometry a owl:Class . }", {"geo:Geometry"}),
        (
            "graph:ontology { inov:Thing a owl:Class ; rdfs:isDefinedBy <http://other.example/> }",
            {"inov:Thing"},
        ),
    ],
    "missing-domain-or-range": [
        ("graph:ontology { inov:p a owl:ObjectProperty ; rdfs:domain inov:Agency . }", {"inov:p"}),
        (
            (
                "graph:ontology { inov:p a owl:DatatypeProperty ; rdfs:range xsd:date ;"
                ' skos:scopeNote "Why"@en . }'
            ),
            {"inov:p"},
        ),
    ],
    "undefined-term": [
        ("article-graph:000 { agency:a inov:lokasiDi place:b . }", {"inov:lokasiDi"}),
        ("graph:reference { agency:a a inov:Agencies . }", {"inov:Agencies"}),
        ("graph:shapes { inovsh:AgencyShape sh:path inov:locatdIn . }", {"inov:locatdIn"}),
    ],
    "undeclared-reused-term": [
        ("article-graph:000 { agency:a org:unitOf agency:a . }", {"org:unitOf"}),
        ("graph:reference { agency:a a foaf:Person . }", {"foaf:Person"}),
        ("graph:ontology { inov:Agency rdfs:subClassOf org:Organization . }", {"org:Organization"}),
    ],
    "term-of-two-kinds": [
        ("graph:ontology { inov:value a owl:ObjectProperty . }", {"inov:value"}),
    ],
    "hierarchy-cycle": [
        (
            "graph:ontology { geo:Feature rdfs:subClassOf inov:Place . }",
            {"geo:Feature", "inov:Place"},
        ),
        ("graph:reference { agency:a org:unitOf agency:a . }", {"agency:a"}),
        ("graph:reference { place:b inov:within place:b . }", {"place:b"}),
        ("graph:vocabularies { capacity:plt skos:broader capacity:plt . }", {"capacity:plt"}),
    ],
    "equivalent-alignment": [
        ("graph:ontology { inov:Place owl:equivalentClass geo:Feature . }", {"inov:Place"}),
        ("graph:reference { place:b owl:sameAs agency:a . }", {"place:b"}),
    ],
    "deprecated-without-replacement": [
        ("graph:ontology { inov:value owl:deprecated true . }", {"inov:value"}),
    ],
    "retired-iri-in-use": [
        (f"graph:identity {{ agency:a {RETIRED} }}", {"agency:a"}),
        (
            (
                f"graph:identity {{ agency:old {RETIRED} }} "
                "article-graph:000 { place:b inov:at agency:old }"
            ),
            {"agency:old"},
        ),
    ],
    "duplicate-label": [
        (
            'graph:ontology { inov:worth a owl:DatatypeProperty ; rdfs:label "nilai"@id . }',
            {"inov:value"},
        ),
        (
            (
                "graph:vocabularies { capacity:pj skos:inScheme scheme:capacity ;"
                ' skos:prefLabel "Acting"@en . }'
            ),
            {"capacity:pj"},
        ),
        ('graph:reference { place:c a inov:Place ; skos:prefLabel "Tempat B"@id . }', {"place:b"}),
    ],
    "missing-label-language": [
        ('graph:reference { place:c a inov:Place ; skos:prefLabel "C"@id . }', {"place:c"}),
        ("graph:vocabularies { scheme:goal a skos:ConceptScheme . }", {"scheme:goal"}),
    ],
    "concept-without-scheme": [
        ("graph:vocabularies { capacity:pj a skos:Concept . }", {"capacity:pj"}),
        (
            "graph:vocabularies { capacity:pj a skos:Concept ; skos:inScheme scheme:capasity . }",
            {"capacity:pj"},
        ),
    ],
    "unused-scheme": [
        ("graph:vocabularies { scheme:goal a skos:ConceptScheme . }", {"scheme:goal"}),
    ],
    "orphan-thing": [
        (
            f"graph:reference {{ place:c a inov:Place ; {LABELS} ; dcterms:identifier 'c' }}",
            {"place:c"},
        ),
    ],
    "hanging-object": [
        ("article-graph:000 { agency:a inov:locatedIn place:nowhere . }", {"place:nowhere"}),
        ("graph:provenance { claim:000-001 inov:certainty certainty:sure . }", {"certainty:sure"}),
    ],
    "default-graph-without-source": [
        ("agency:a inov:locatedIn agency:a .", {"agency:a"}),
    ],
    "functional-property-twice": [
        ("article-graph:001 { agency:a inov:locatedIn agency:a . }", {"agency:a"}),
    ],
    "outside-domain": [
        ("article-graph:000 { place:b inov:value 4 . }", {"place:b"}),
        ("article-graph:000 { capacity:plt inov:locatedIn place:b . }", {"capacity:plt"}),
    ],
    "outside-range": [
        ("article-graph:000 { place:b inov:locatedIn agency:a . }", {"place:b"}),
        ('article-graph:000 { agency:a inov:value "3,5" . }', {"agency:a"}),
        ('article-graph:000 { agency:a inov:locatedIn "B" . }', {"agency:a"}),
    ],
    "blank-node-in-data": [
        ("graph:provenance { claim:000-001 inov:span _:span . }", {"claim:000-001"}),
        ("article-graph:000 { agency:a inov:locatedIn _:place . }", {"agency:a"}),
    ],
    "identifier-differs-from-iri": [
        ('graph:reference { place:c dcterms:identifier "d" . }', {"place:c"}),
    ],
    "notation-differs-from-iri": [
        (
            'graph:vocabularies { capacity:pj a skos:Concept ; skos:notation "PJ" . }',
            {"capacity:pj"},
        ),
        ("graph:vocabularies { capacity:plh a skos:Concept . }", {"capacity:plh"}),
    ],
    "composition-above-tier-size": [
        (
            (
                "article-graph:000 { tier:t inov:tierSize 9 ."
                " observation:a inov:indicator indicator:jumlah-inovasi-terpilih ;"
                " inov:about tier:t ; inov:value 6.0 ."
                " observation:b inov:indicator indicator:jumlah-inovasi-terpilih ;"
                " inov:about tier:t ; inov:value 4.0 . }"
            ),
            {"tier:t"},
        ),
    ],
    "untrimmed-literal": [
        ('graph:reference { place:b skos:altLabel "B " . }', {"place:b"}),
        ('graph:reference { place:b skos:altLabel "B\\u00A0 C" . }', {"place:b"}),
    ],
    "wrong-case": [
        ("graph:ontology { inov:thing a owl:Class . }", {"inov:thing"}),
        ("graph:ontology { inov:Value a owl:DatatypeProperty . }", {"inov:Value"}),
    ],
}

CASES = [
    pytest.param(name, fragment, nodes, id=f"{name}-{number}")
    for name, faults in FAULTS.items()
    for number, (fragment, nodes) in enumerate(faults, 1)
]


def with_default_graph(quads: Iterable[Quad]) -> list[Quad]:
    """Add the triples that a release derives into the default graph."""
    stated = list(quads)
    derived = tuple(str(GRAPH) + name for name in DERIVED)
    return stated + [
        Quad(quad.subject, quad.predicate, quad.object)
        for quad in stated
        if isinstance(quad.graph_name, NamedNode) and quad.graph_name.value.startswith(derived)
    ]


def dataset(trig: str, base: str = CANONICAL_BASE) -> Store:
    header = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    quads = with_default_graph(parse(header + trig, format=RdfFormat.TRIG))
    lines = serialize(quads, format=RdfFormat.N_QUADS)
    assert lines is not None
    store = Store()
    store.load(rebase(lines.decode(), base), format=RdfFormat.N_QUADS)
    return store


def run(check: Path, store: Store, base: str = CANONICAL_BASE) -> list[dict[str, str]]:
    solutions = store.query(rebase(check.read_text(encoding="utf-8"), base))
    assert isinstance(solutions, QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return [
        {name: str(solution[name]) for name in names if solution[name] is not None}
        for solution in solutions
    ]


def expand(curie: str) -> str:
    prefix, _, local = curie.partition(":")
    return f"<{PREFIXES[prefix]}{local}>"


@pytest.fixture(scope="module")
def sound() -> Store:
    return dataset(SOUND)


@pytest.fixture(scope="module")
def terminology(terminology_files: list[Path], ontology_folder: Path) -> Store:
    """Return the ontology and the vocabularies as they are, laid out as in a release."""
    schemes = sorted((ontology_folder / "vocabularies").glob("*.ttl"))
    homes = [(file, GRAPH.ontology) for file in terminology_files]
    homes += [(file, GRAPH.vocabularies) for file in schemes]
    quads = [
        Quad(triple.subject, triple.predicate, triple.object, NamedNode(home))
        for file, home in homes
        for triple in parse(path=file, format=RdfFormat.TURTLE)
    ]
    store = Store()
    store.extend(with_default_graph(quads))
    return store


def test_every_check_has_a_case_and_every_case_a_check() -> None:
    assert {check.stem for check in CHECKS} == set(FAULTS)
    assert len(CHECKS) >= 25
    assert len(CASES) >= 40


@each_check
def test_a_check_opens_with_problem_why_and_fix_in_both_languages(check: Path) -> None:
    head = check.read_text(encoding="utf-8").split("\nPREFIX")[0].split("\nSELECT")[0]
    lines = [re.fullmatch(r"# (\w+): (.{20,}\.)", line) for line in head.strip().splitlines()]
    assert [line and line[1] for line in lines] == KEYWORDS


@each_check
def test_a_check_names_the_node_first(check: Path, sound: Store) -> None:
    solutions = sound.query(check.read_text(encoding="utf-8"))
    assert isinstance(solutions, QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    assert names in (["node"], ["node", "detail"])


@each_check
def test_a_sound_dataset_passes(check: Path, sound: Store) -> None:
    assert run(check, sound) == []


@pytest.mark.parametrize("base", [CANONICAL_BASE, "http://127.0.0.1:8000/"])
@pytest.mark.parametrize(("name", "fragment", "nodes"), CASES)
def test_a_check_finds_its_fault(name: str, fragment: str, nodes: set[str], base: str) -> None:
    rows = run(ONTOLOGY / "checks" / f"{name}.rq", dataset(SOUND + fragment, base), base)
    assert {row["node"] for row in rows} == {rebase(expand(node), base) for node in nodes}


@each_check
def test_the_ontology_and_the_vocabularies_pass(check: Path, terminology: Store) -> None:
    assert len(terminology) >= 5000
    assert run(check, terminology) == []

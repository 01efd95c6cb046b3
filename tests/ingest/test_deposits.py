"""Deposits: RDF in any syntax becomes claims of one source, or is refused with the reason."""

from pathlib import Path
from typing import Final

import pytest
from rdflib import RDF, Dataset, Graph, Literal, URIRef
from rdflib.namespace import SKOS

from kg.errors import InputError, Location
from kg.ingest.deposits import Described, read_deposit
from kg.ingest.sources import Source
from kg.language import LANGUAGES, Text
from kg.namespaces import CANONICAL_BASE, GRAPH, INOV
from kg.store import SYNTAXES

THING: Final = f"<{CANONICAL_BASE}id/innovation/maju-contoh>"
AGENCY: Final = f"<{CANONICAL_BASE}id/agency/pemkot-surabaya>"
LABEL: Final = f"<{SKOS.prefLabel}>"
GOOD: Final = f"""\
{THING} <{RDF.type}> <{INOV.Innovation}> .
{THING} {LABEL} "Maju"@id .
{THING} {LABEL} "Forward"@en .
{THING} <{INOV.operatedBy}> {AGENCY} .
{THING} <{INOV.expandedName}> "Masyarakat Jujur"@id .
"""
FORMATS: Final = {
    "ttl": "turtle",
    "nt": "nt",
    "nq": "nquads",
    "trig": "trig",
    "rdf": "xml",
    "jsonld": "json-ld",
}


def deposit(folder: Path, ending: str, content: str | bytes) -> tuple[Source, Path]:
    path = folder / f"d.{ending}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Source("d900", "deposit", Text("a", "b"), (), Location(path)), path


def refusal(folder: Path, ending: str, content: str | bytes, *described: Graph) -> str:
    with pytest.raises(InputError) as caught:
        read_deposit(*deposit(folder, ending, content), Described(described))
    for language in LANGUAGES:
        assert all(fault.message[language] for fault in caught.value.faults)
    return caught.value.explain("en")


@pytest.mark.parametrize("ending", SYNTAXES)
@pytest.mark.filterwarnings(r"ignore::DeprecationWarning:rdflib\..*")
def test_every_syntax_makes_the_same_claims(tmp_path: Path, ending: str) -> None:
    graph = Dataset() if ending in ("nq", "trig") else Graph()
    for triple in Graph().parse(data=GOOD, format="nt"):
        graph.add(triple)
    text = graph.serialize(format=FORMATS[ending])
    read = read_deposit(*deposit(tmp_path, ending, text.rstrip("\n") + "\n"), Described([]))
    assert {claim.triple[1] for claim in read.claims} == {INOV.operatedBy, INOV.expandedName}
    assert {claim.source for claim in read.claims} == {"d900"}
    assert [(t.type, t.label) for t in read.things] == [(INOV.Innovation, Text("Maju", "Forward"))]


def test_all_syntaxes_are_tried() -> None:
    assert set(FORMATS) == set(SYNTAXES)


def test_claims_keep_their_ids_whatever_the_order(tmp_path: Path) -> None:
    turned = "".join(f"{line}\n" for line in reversed(GOOD.splitlines()))
    one, other = (
        read_deposit(*deposit(tmp_path, "nt", text), Described([])) for text in (GOOD, turned)
    )
    assert one == other


def test_a_deposit_may_repeat_but_not_change_what_is_described(tmp_path: Path) -> None:
    described = Graph().parse(data=GOOD, format="nt")
    assert read_deposit(*deposit(tmp_path, "nt", GOOD), Described([described])).things == ()
    changed = GOOD.replace("Forward", "Backward")
    assert "Described elsewhere" in refusal(tmp_path, "nt", changed, described)


def test_its_own_graph_may_be_named_and_no_other(tmp_path: Path) -> None:
    own, other = GRAPH["article/d900"], GRAPH["article/000"]
    line = f"{THING} <{INOV.operatedBy}> {AGENCY} <%s> .\n"
    assert len(read_deposit(*deposit(tmp_path, "nq", line % own), Described([])).claims) == 1
    assert "named graphs" in refusal(tmp_path, "nq", line % other)


ENTITIES: Final = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><a/>&b;</rdf:RDF>
"""
XML_BASE: Final = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:i="%s">'
    '<rdf:Description rdf:about="%s"><i:x>y</i:x></rdf:Description></rdf:RDF>\n'
)
BAD: Final = [
    ("rdf", ENTITIES, "ENTITY"),
    ("rdf", XML_BASE % (INOV, "file:///etc/passwd"), "absolute IRI"),
    ("rdf", XML_BASE % (INOV, "relative"), "absolute IRI"),
    ("rdf", "<a>" * 100 + "\n", "nested"),
    ("jsonld", '{"@context": "https://evil.example/c", "@id": "http://x/a"}\n', "not fetched"),
    ("jsonld", '{"@context": {"@import": "file:///etc/passwd"}}\n', "not fetched"),
    ("jsonld", '{"@context": [{}, "http://127.0.0.1:9/"], "@id": "http://x/a"}\n', "Broken RDF"),
    ("jsonld", '{"a":' * 100 + "1" + "}" * 100 + "\n", "nested"),
    ("ttl", f"{THING} <{INOV.x}> {'( ' * 100}{') ' * 100}.\n", "nested"),
    ("ttl", f"{THING} <{INOV.x}> {'[' * 100}\n", "nested"),
    ("ttl", f"{THING} <{INOV.x}> [] .\n", "blank nodes"),
    ("ttl", f"{THING} <{INOV.x}> <../up> .\n", "absolute IRI"),
    ("ttl", f"{THING} <{INOV.x}> <javascript:alert(1)> .\n", "absolute IRI"),
    ("ttl", f"{THING} <{INOV.x}> <http://x/a b> .\n", "Broken RDF"),
    ("ttl", f"{THING} <{INOV.x}> <http://x/\\u0020> .\n", "Broken RDF"),
    ("ttl", f"{THING} <{INOV.x}> <http://x/\u202egnp.exe> .\n", "absolute IRI"),
    ("ttl", f"{THING} <{INOV.x}> <http://x/{'a' * 3000}> .\n", "absolute IRI"),
    ("ttl", f'{THING} <{INOV.x}> "{"a" * 3000}" .\n', "literal of more"),
    ("ttl", f'{THING} <{INOV.x}> "a\u202eb" .\n', "direction"),
    ("ttl", f'{THING} <{INOV.x}> "a\\u0000b" .\n', "control"),
    ("ttl", f"{THING} <{INOV.x}> \0 .\n", "null byte"),
    ("ttl", f'{THING} <{INOV.x}> "ä" .\n'.encode("latin-1"), "Latin-1"),
    ("ttl", GOOD.encode("utf-16"), "UTF-16"),
    ("ttl", b"\xef\xbb\xbf" + GOOD.encode(), "byte-order mark"),
    ("ttl", f"{THING} <{RDF.type}> <{INOV.Innovation}> .\n", "one class"),
    ("ttl", f"<http://x/a> <{RDF.type}> <{INOV.Innovation}> .\n", "IRI of ours"),
    ("ttl", f'{THING} {LABEL} "a"@id, "b"@id, "c"@en ; a <{INOV.Innovation}> .\n', "one class"),
    ("ttl", f"{THING} <{INOV.x}>\n", "Broken RDF"),
    ("txt", GOOD, "ending"),
]


@pytest.mark.parametrize(("ending", "content", "reason"), BAD)
def test_what_cannot_be_claims_is_refused_with_the_reason(
    tmp_path: Path, ending: str, content: str | bytes, reason: str
) -> None:
    assert reason in refusal(tmp_path, ending, content)


def test_brackets_in_strings_comments_and_iris_are_no_nesting(tmp_path: Path) -> None:
    many = "[({" * 60
    text = f"# {many}\n{THING} <{INOV.x}> '{many}', '''{many}''', \"{many}\" .\n"
    assert len(read_deposit(*deposit(tmp_path, "ttl", text), Described([])).claims) == 1


def test_literals_keep_their_datatypes(tmp_path: Path) -> None:
    text = f'{THING} <{INOV.value}> "3.78"^^<http://www.w3.org/2001/XMLSchema#decimal> .\n'
    (claim,) = read_deposit(*deposit(tmp_path, "ttl", text), Described([])).claims
    assert claim.triple[2] == Literal(
        "3.78", datatype=URIRef("http://www.w3.org/2001/XMLSchema#decimal")
    )

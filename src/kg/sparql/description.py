"""The service description: what the endpoint is, what it speaks, which graphs it holds.

SPARQL 1.1 Service Description, https://www.w3.org/TR/sparql11-service-description/. Nothing is
dereferenced and the default graph is no union; other services are called only where some are
allowed, and then that feature is claimed and they are named.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from rdflib import RDF, RDFS, XSD, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, VOID

from kg.sparql.formats import GRAPHS, SOLUTIONS

SD: Final = Namespace("http://www.w3.org/ns/sparql-service-description#")
DCAT_SERVES: Final = URIRef("http://www.w3.org/ns/dcat#servesDataset")


PREFIXES: Final[Mapping[str, str]] = {
    "sd": str(SD),
    "format": "http://www.w3.org/ns/formats/",
    "void": str(VOID),
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": str(DCTERMS),
    "foaf": str(FOAF),
    "rdfs": str(RDFS),
    "xsd": str(XSD),
}
"""Prefixes that make the description readable."""

Triple = tuple[URIRef, URIRef, URIRef | Literal]


class ServiceFacts(NamedTuple):
    """What has to be known of a service.

    ``graphs`` maps the names of graphs to their numbers of triples, None being the default
    graph. ``base`` is the release's. ``timeout`` is in seconds, ``result_limit`` in MiB. ``home``
    is the page for people, ``services`` are the endpoints that SERVICE may call.
    """

    endpoint: str
    home: str
    base: str
    release: str
    graphs: Mapping[str | None, int]
    timeout: float
    result_limit: int
    services: Sequence[str] = ()


def describe_service(facts: ServiceFacts) -> Iterator[Triple]:
    """Yield the triples of the service description, the service's own first; no blank nodes."""
    service, dataset = URIRef(facts.endpoint), URIRef(facts.endpoint + "#dataset")
    yield service, RDF.type, SD.Service
    yield service, SD.endpoint, service
    yield service, SD.supportedLanguage, SD.SPARQL11Query
    for offer in (*SOLUTIONS, *GRAPHS):
        yield service, SD.resultFormat, URIRef(str(offer.iri))
    yield from _describe_federation(service, facts.services)
    for note in _notes(facts):
        yield service, RDFS.comment, note
    yield service, FOAF.page, URIRef(facts.home)
    # Where the data are described at length: VoID and DCAT.
    yield service, DCAT_SERVES, URIRef(facts.base + "id/dataset/inovasi")
    for path in ("void", "catalog"):
        yield service, RDFS.seeAlso, URIRef(facts.base + path)
    yield service, SD.defaultDataset, dataset
    yield dataset, RDFS.seeAlso, URIRef(f"{facts.base}id/release/{facts.release[:16]}")
    yield dataset, RDF.type, SD.Dataset
    yield dataset, DCTERMS.identifier, Literal(facts.release)
    for name, triples in facts.graphs.items():
        yield from _describe_graph(dataset, name, triples)


def _describe_federation(service: URIRef, endpoints: Sequence[str]) -> Iterator[Triple]:
    """Name the endpoints that may be called; the vocabulary has no property for that."""
    if endpoints:
        yield service, SD.feature, SD.BasicFederatedQuery
    for endpoint in map(URIRef, endpoints):
        yield service, DCTERMS.relation, endpoint
        yield endpoint, RDF.type, SD.Service
        yield endpoint, SD.endpoint, endpoint


def _notes(facts: ServiceFacts) -> Iterator[Literal]:
    listed = ", ".join(f"<{endpoint}>" for endpoint in facts.services)
    values = {
        "timeout": f"{facts.timeout:g}",
        "result": facts.result_limit,
        "tanpa": f"SERVICE hanya boleh memanggil {listed}; pembaruan"
        if listed
        else "SERVICE, pembaruan",
        "no": f"SERVICE may call {listed} only; updates" if listed else "SERVICE, updates",
    }
    yield Literal(
        "Hanya kueri baca. Kueri dihentikan setelah {timeout} detik, hasil dibatasi {result} MiB; "
        "jawaban 200 selalu lengkap. {tanpa} dan pengambilan dari luar ditolak. "
        "DESCRIBE memberi tripel graf bawaan dengan sumber daya itu sebagai subjek, melalui simpul "
        "kosong juga.".format(**values),
        lang="id",
    )
    yield Literal(
        "Read-only. A query is stopped after {timeout} seconds, a result may have {result} MiB; "
        "an answer with status 200 is always complete. {no} and fetching from "
        "elsewhere are refused. DESCRIBE gives the default graph's triples with the resource as "
        "subject, following blank nodes.".format(**values),
        lang="en",
    )


def _describe_graph(dataset: URIRef, name: str | None, triples: int) -> Iterator[Triple]:
    content = URIRef(f"{dataset}-default" if name is None else f"{dataset}/{_fragment(name)}")
    yield content, RDF.type, SD.Graph
    yield content, VOID.triples, Literal(triples)
    if name is None:
        yield dataset, SD.defaultGraph, content
        return
    named = URIRef(f"{content}/named")
    yield dataset, SD.namedGraph, named
    yield named, RDF.type, SD.NamedGraph
    yield named, SD.name, URIRef(name)
    yield named, SD.graph, content


def _fragment(name: str) -> str:
    """Return what follows the host in a graph's IRI, which may stand in a fragment.

    >>> _fragment("http://localhost:8000/graph/article/003")
    'graph/article/003'
    """
    return name.partition("://")[2].partition("/")[2].replace("#", "/") or name

"""What is said of a release once its content is fixed: figures, files, dates, versions.

VoID (https://www.w3.org/TR/void/), with the partitions that query editors complete from, and DCAT
3 (https://www.w3.org/TR/vocab-dcat-3/). It stands in ``graph/release`` and in the default graph,
so that it is counted too: it is written again and again until the figures are true of it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from rdflib import RDF, XSD, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, OWL, SKOS, VOID

from kg.errors import StoreError
from kg.iris import rebase
from kg.language import LANGUAGES, Text
from kg.namespaces import GRAPH
from kg.release.carrying import Exchange
from kg.release.catalog import DATASET, DCAT, ENDPOINT, SPATIAL
from kg.release.counting import Counted
from kg.release.dumps import Dump
from kg.release.partitions import Names
from kg.release.publication import short_name
from kg.release.quality import of_the_whole
from kg.release.statistics import Figures, Triple, without_counts_of_counts
from kg.release.tallying import Settling, Surroundings, measure_triples
from kg.release.telling import Telling, of_whole
from kg.sparql.formats import GRAPHS
from kg.store import AnyStore

SPDX: Final = Namespace("http://spdx.org/rdf/terms#")
_MEDIA_TYPES: Final = "https://www.iana.org/assignments/media-types/"
_SHA256: Final = SPDX.checksumAlgorithm_sha256

_COPIED: Final = (
    DCTERMS.description,
    DCTERMS.rights,
    DCTERMS.license,
    DCTERMS.creator,
    DCTERMS.publisher,
    DCTERMS.language,
    DCTERMS.conformsTo,
    DCAT.theme,
    DCAT.keyword,
    DCAT.contactPoint,
    DCAT.landingPage,
    VOID.sparqlEndpoint,
    VOID.uriSpace,
    VOID.uriRegexPattern,
)
"""What is said of the dataset and true of each of its releases."""

_TRIES: Final = 12


@dataclass(frozen=True)
class ReleaseFacts:
    """What has to be known of a release besides its store.

    ``identifier`` is the SHA-256 of the content, ``previous`` the identifier of the release
    before (of the same base), None if there is none. ``prefixes`` are in the release's IRIs.
    ``making`` says who made it, of what and with what; ``quality`` is what ``graph/quality`` holds.
    ``name`` stands for the name in all IRIs of the description, where it is not to be the
    release's own.
    """

    base: str
    identifier: str
    published: datetime
    prefixes: Mapping[str, str]
    dumps: Collection[Dump]
    previous: str | None = None
    making: Collection[Triple] = ()
    quality: Collection[Triple] = ()
    name: str = ""

    def __post_init__(self) -> None:
        """Take the release's own name where no other one is given."""
        object.__setattr__(self, "name", self.name or short_name(self.identifier))

    def iri(self, canonical: str) -> URIRef:
        """Return one of our IRIs in the release's base."""
        return URIRef(rebase(canonical, self.base))

    @property
    def release(self) -> URIRef:
        """Return the IRI of the release."""
        return release_iri(self.base, self.name)


def release_iri(base: str, identifier: str) -> URIRef:
    """Return the IRI of a release."""
    return URIRef(f"{base}id/release/{short_name(identifier)}")


def void_iri(base: str, identifier: str) -> URIRef:
    """Return the IRI of the document whose fragments are the partitions of a release."""
    return URIRef(f"{base}void/{short_name(identifier)}")


def describe_release(
    facts: ReleaseFacts, store: AnyStore, counted: Counted, change: Exchange | None = None
) -> tuple[Figures, Collection[Triple]]:
    """Return the figures of the default graph and the triples that tell them, themselves counted.

    ``store`` holds the content alone; ``change`` is what came and went since the release before,
    if that is known. A count that is an object of a triple may change the number
    of distinct objects, and so itself. Where no figures are true of themselves, one example more
    is given, and it is tried again.
    """
    dataset = facts.iri(DATASET)
    copied = [
        (facts.release, predicate, quad.object)
        for predicate in _COPIED
        for quad in store.quads(dataset, predicate)
        if quad.graph is None
    ]
    version = next(quad.object for quad in store.quads(dataset, OWL.versionInfo))
    lasting = [*copied, *_lasting(facts, store, counted, str(version))]
    # The description of the release before added about as much: the nearer, the sooner.
    expected = Figures(counted.figures)
    expected.update(counted.described)
    expected = without_counts_of_counts(+expected)
    telling, settling = described = _described(facts, store, counted, change)
    shown = sorted(counted.examples.values())
    for number in range(1, len(shown) + 1):
        examples = ((facts.release, VOID.exampleResource, example) for example in shown[:number])
        telling.last((*lasting, *examples), counted.examples)
        # Whatever was told before, the first try is the same: so is the last one, then.
        figures, own = expected, Figures()
        for _ in range(_TRIES):
            step = telling.tell(figures, own)
            settling.change(step, telling.triples)
            after, own = settling.figures, settling.own
            if after == figures and not any(step):
                _kept[facts.identifier, *_ground(facts)] = described
                return figures, telling.triples
            figures = after
    raise StoreError(Text("Hitungan tidak menetap", "The figures do not settle"))


class _Described(NamedTuple):
    """The last description, and the tally of it."""

    telling: Telling
    settling: Settling


_kept: dict[tuple[object, ...], _Described] = {}
"""The last description, by the identifier of the content and all that a next one must share."""


def _ground(facts: ReleaseFacts) -> tuple[object, ...]:
    return facts.release, facts.base, tuple(facts.prefixes.items())


def _described(
    facts: ReleaseFacts, store: AnyStore, counted: Counted, change: Exchange | None
) -> _Described:
    """Return the description of the release before to go on from, or an empty one."""
    earlier = _kept.pop((facts.previous, *_ground(facts)), None)
    _kept.clear()
    if earlier is not None and change is not None:
        triples = {quad[:3] for side in change for quad in side if quad.graph is None}
        earlier.settling.follow(counted.figures, store, triples, earlier.telling.triples)
        return earlier
    # The name stands for the hash of the content: nothing in that can begin with it.
    unheard = (f"{void_iri(facts.base, facts.name)}#", f"{facts.base}dumps/{facts.name}/")
    around = Surroundings(store, facts.base, unheard=unheard)
    names = Names(_part(facts, ""), facts.prefixes)
    telling = Telling(facts.release, facts.iri(GRAPH.release), names)
    return _Described(telling, Settling(counted.figures, around, facts.base))


def _lasting(
    facts: ReleaseFacts, store: AnyStore, counted: Counted, version: str
) -> Iterator[Triple]:
    """Yield what does not depend on figures that this description changes."""
    yield from _versions(facts, version)
    release = facts.release
    for offer in GRAPHS:
        yield release, VOID.feature, URIRef(str(offer.iri))
    for dump in facts.dumps:
        yield from _distribution(facts, dump)
    yield from _service(facts)
    spatial = facts.iri(SPATIAL)
    if any(store.quads(spatial)):
        yield release, DCTERMS.spatial, spatial
    if counted.dates:
        period = _part(facts, "temporal")
        yield release, DCTERMS.temporal, period
        yield period, RDF.type, DCTERMS.PeriodOfTime
        for predicate, date in zip((DCAT.startDate, DCAT.endDate), counted.dates, strict=True):
            yield period, predicate, date
    yield from _linksets(facts, counted.links)
    yield from _graphs(facts, counted)
    yield from facts.making
    yield from of_the_whole(facts.quality, facts.release)


def _versions(facts: ReleaseFacts, version: str) -> Iterator[Triple]:
    release, dataset = facts.release, facts.iri(DATASET)
    yield release, RDF.type, VOID.Dataset
    yield release, RDF.type, DCAT.Dataset
    title = Text("Rilis {name} ({version})", "Release {name} ({version})").format(
        name=facts.name, version=version
    )
    for language in LANGUAGES:
        for predicate in (SKOS.prefLabel, DCTERMS.title):
            yield release, predicate, Literal(title[language], lang=language)
    yield release, DCTERMS.identifier, Literal(facts.name)
    yield release, DCAT.version, Literal(version)
    # As the activity writes it: one moment in two spellings would be counted as two objects.
    words = facts.published.strftime("%Y-%m-%dT%H:%M:%SZ")
    moment = Literal(words, datatype=XSD.dateTime, normalize=False)
    yield release, DCTERMS.issued, moment
    yield release, DCTERMS.modified, moment
    yield dataset, DCTERMS.modified, moment
    yield release, DCAT.isVersionOf, dataset
    yield dataset, DCAT.hasVersion, release
    yield dataset, DCAT.hasCurrentVersion, release
    if facts.previous:
        yield release, DCAT.previousVersion, release_iri(facts.base, facts.previous)
    yield from _checksum(release, _part(facts, "sha256"), facts.identifier)


def _checksum(node: URIRef, checksum: URIRef, digest: str) -> Iterator[Triple]:
    yield node, SPDX.checksum, checksum
    yield checksum, RDF.type, SPDX.Checksum
    yield checksum, SPDX.algorithm, _SHA256
    yield checksum, SPDX.checksumValue, Literal(digest)


def _distribution(facts: ReleaseFacts, dump: Dump) -> Iterator[Triple]:
    folder = f"{facts.base}dumps/{facts.name}/"
    node, address = URIRef(f"{folder}#{dump.name}"), URIRef(folder + dump.name)
    yield facts.release, DCAT.distribution, node
    yield node, RDF.type, DCAT.Distribution
    for language in LANGUAGES:
        yield node, DCTERMS.title, Literal(dump.title[language], lang=language)
    yield node, DCAT.accessURL, URIRef(folder)
    yield node, DCAT.downloadURL, address
    yield node, DCAT.mediaType, URIRef(_MEDIA_TYPES + dump.media_type)
    if dump.is_compressed:
        yield node, DCAT.compressFormat, URIRef(_MEDIA_TYPES + "application/gzip")
    yield node, DCTERMS.license, LICENSE
    # Of a file that is made after the switch (decision 27) nobody knows them yet.
    if dump.size is not None and dump.sha256 is not None:
        yield node, DCAT.byteSize, Literal(dump.size)
        yield from _checksum(node, URIRef(f"{node}.sha256"), dump.sha256)
    if dump.is_whole:
        yield facts.release, VOID.dataDump, address


LICENSE: Final = URIRef("https://creativecommons.org/licenses/by/4.0/")


def _service(facts: ReleaseFacts) -> Iterator[Triple]:
    """Yield the distribution that is no file: asking the endpoint."""
    endpoint = facts.iri(ENDPOINT)
    node = URIRef(f"{facts.base}dumps/{facts.name}/#sparql")
    yield facts.release, DCAT.distribution, node
    yield node, RDF.type, DCAT.Distribution
    for language in LANGUAGES:
        yield node, DCTERMS.title, Literal("SPARQL", lang=language)
    yield node, DCAT.accessURL, endpoint
    yield node, DCAT.accessService, endpoint
    yield node, DCTERMS.license, LICENSE


def _linksets(facts: ReleaseFacts, links: Mapping[tuple[str, str], int]) -> Iterator[Triple]:
    for number, ((host, predicate), total) in enumerate(sorted(links.items()), start=1):
        node = _part(facts, f"linkset-{number}")
        yield facts.release, VOID.subset, node
        yield node, RDF.type, VOID.Linkset
        yield node, VOID.linkPredicate, URIRef(predicate)
        yield node, VOID.subjectsTarget, facts.iri(DATASET)
        yield node, VOID.objectsTarget, URIRef(host)
        yield node, VOID.triples, Literal(total)


def _graphs(facts: ReleaseFacts, counted: Counted) -> Iterator[Triple]:
    """Yield what is told of the named graphs, but for figures of the one that tells it."""
    own = facts.iri(GRAPH.release)
    graphs = {**counted.graphs}
    if facts.quality:
        graphs[facts.iri(GRAPH.quality)] = measure_triples(facts.quality, facts.base)
    yield facts.release, VOID.subset, own
    for node, totals in graphs.items():
        yield facts.release, VOID.subset, node
        if node != own:
            yield from of_whole(node, totals)


def _part(facts: ReleaseFacts, fragment: str) -> URIRef:
    return URIRef(f"{void_iri(facts.base, facts.name)}#{fragment}")

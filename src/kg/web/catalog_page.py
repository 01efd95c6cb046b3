"""The catalogue and the lists of files, arranged for a reader."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, VOID

from kg.iris import rebase
from kg.language import Language
from kg.release.catalog import DATASET, DCAT, ENDPOINT
from kg.release.dumps import ADDED, QUADS, REMOVED, Dump
from kg.release.statistics import WHOLE
from kg.store import Term
from kg.web.catalog_texts import CATALOG_WORDS
from kg.web.literals import show_date, show_number
from kg.web.presentation import Link, Phrase, Presenter
from kg.web.publications import Publication, kept_publications
from kg.web.site import Site

_UNITS = ("B", "kB", "MB", "GB")


@dataclass(frozen=True)
class FileRow:
    """A file to download."""

    name: str
    href: str
    title: str
    media_type: str
    size: str | None
    sha256: str | None


@dataclass(frozen=True)
class FileGroup:
    """Files that belong together."""

    key: str
    heading: str
    hint: str | None
    rows: Sequence[FileRow]


@dataclass(frozen=True)
class ReleaseRow:
    """A release that is kept."""

    name: str
    href: str
    version: str
    issued: str
    is_current: bool


@dataclass(frozen=True)
class Count:
    """A number with what it counts; ``example`` is one of them."""

    link: Link
    number: str
    example: Link | None = None


@dataclass(frozen=True)
class CatalogPage:
    """What the page of the catalogue shows."""

    title: Phrase
    description: Phrase | None
    facts: Sequence[tuple[str, Sequence[Link]]]
    figures: Sequence[tuple[str, str]]
    classes: Sequence[Count]
    graphs: Sequence[Count]
    links: Sequence[tuple[Link, Link, str]]
    releases: Sequence[ReleaseRow]
    files: Sequence[FileRow]


def catalog_words(language: Language, key: str, **values: object) -> str:
    """Return words of the catalogue's pages."""
    text = CATALOG_WORDS[key][language]
    return text.format(**values) if values else text


class CatalogComposer:
    """Arranges what a publication says in one language."""

    def __init__(self, site: Site, presenter: Presenter, publication: Publication) -> None:
        self._site = site
        self._presenter = presenter
        self._publication = publication
        self._say = partial(catalog_words, presenter.language)
        self._told: dict[Term, dict[URIRef, list[Term]]] = {}
        for quad in publication.quads:
            self._told.setdefault(quad.subject, {}).setdefault(quad.predicate, []).append(
                quad.object
            )

    def catalog(self) -> CatalogPage:
        """Return the page of the catalogue."""
        site, presenter = self._site, self._presenter
        dataset = URIRef(rebase(DATASET, site.release.base))
        descriptions = site.reader.values(dataset, DCTERMS.description)
        return CatalogPage(
            title=presenter.name(dataset),
            description=presenter.pick(v for v in descriptions if isinstance(v, Literal)),
            facts=[row for row in self._facts(dataset) if row[1]],
            figures=[
                (self._say(name), self._number(value))
                for name in WHOLE
                for value in self._values(self._publication.iri, VOID[name])
            ],
            classes=list(self._classes()),
            graphs=list(self._graphs()),
            links=list(self._links()),
            releases=self.releases(),
            files=[self._row(d) for d in self._publication.files.values() if d.is_whole],
        )

    def releases(self) -> list[ReleaseRow]:
        """Return the releases whose files are kept, the newest first."""
        return [
            ReleaseRow(
                name=item.name,
                href=self._presenter.links.local(f"dumps/{item.name}/"),
                version=str(item.release.manifest.get("version", "")) or self._version(item),
                issued=self._date(item.issued),
                is_current=item.name == self._site.release.identifier[: len(item.name)],
            )
            for item in kept_publications(self._site)
        ]

    def groups(self) -> list[FileGroup]:
        """Return the files of the release, arranged."""
        rest = dict(self._publication.files)
        chosen: dict[str, list[Dump]] = {
            "whole": [d for d in rest.values() if d.is_whole],
            "changes": [d for d in rest.values() if d.name in (ADDED, REMOVED)],
            "tables": [d for d in rest.values() if "csv" in d.media_type],
            "graphs": [
                d
                for d in rest.values()
                if d.is_compressed and not d.is_whole and d.name not in (ADDED, REMOVED)
            ],
        }
        taken = {dump.name for dumps in chosen.values() for dump in dumps}
        chosen["rest"] = [dump for name, dump in rest.items() if name not in taken]
        order = ("whole", "changes", "rest", "graphs", "tables")
        return [
            FileGroup(
                key,
                self._say(key),
                self._say("tables_hint") if key == "tables" else None,
                [self._row(dump) for dump in chosen[key]],
            )
            for key in order
            if chosen[key]
        ]

    def command(self, address: str) -> str:
        """Return the command that checks a download against the release's identifier."""
        return f"curl -s {address}dumps/{self._publication.name}/{QUADS} | zcat | sha256sum"

    def _row(self, dump: Dump) -> FileRow:
        return FileRow(
            name=dump.name,
            href=f"{self._presenter.links.root}/dumps/{self._publication.name}/{dump.name}",
            title=dump.title[self._presenter.language],
            media_type=dump.media_type,
            size=None if dump.size is None else show_size(dump.size, self._presenter.language),
            sha256=dump.sha256,
        )

    def _facts(self, dataset: URIRef) -> Iterator[tuple[str, Sequence[Link]]]:
        site, say, release = self._site, self._say, self._publication.iri
        base = site.release.base

        def links(predicate: URIRef) -> list[Link]:
            return [self._presenter.link(iri) for iri in site.reader.things(dataset, predicate)]

        yield say("version"), self._plain(site.reader.values(dataset, OWL.versionInfo))
        issued = self._date(self._publication.issued)
        yield say("issued"), [Link(Phrase(issued))] if issued else []
        yield (
            say("licence"),
            [
                Link(Phrase("CC BY 4.0"), str(iri))
                for iri in site.reader.things(dataset, DCTERMS.license)
            ],
        )
        yield say("publisher"), links(DCTERMS.publisher)
        yield say("temporal"), self._period()
        places = [v for v in self._values(release, DCTERMS.spatial) if isinstance(v, URIRef)]
        yield say("spatial"), [self._presenter.link(place) for place in places]
        endpoint = rebase(ENDPOINT, base)
        yield say("endpoint"), [Link(Phrase(endpoint), self._presenter.links.to(endpoint))]
        previous = self._values(release, DCAT.previousVersion)
        yield (
            say("previous"),
            [
                Link(Phrase(str(iri).rpartition("/")[2]), self._presenter.links.to(str(iri)))
                for iri in previous
            ],
        )

    def _period(self) -> list[Link]:
        values = [
            str(value)
            for node in self._values(self._publication.iri, DCTERMS.temporal)
            for predicate in (DCAT.startDate, DCAT.endDate)
            for value in self._values(node, predicate)
        ]
        if len(values) != 2:
            return []
        first, last = (show_date(value, self._presenter.language) for value in values)
        return [Link(Phrase(self._say("until", first=first, last=last)))]

    def _classes(self) -> Iterator[Count]:
        rows = []
        for node in self._values(self._publication.iri, VOID.classPartition):
            for kind in self._values(node, VOID["class"]):
                total = int(str(self._values(node, VOID.entities)[0]))
                if not isinstance(kind, URIRef) or self._site.is_technical(kind):
                    continue
                if self._values(node, VOID.exampleResource):
                    rows.append((-total, kind, self._values(node, VOID.exampleResource)[0]))
        for total, kind, example in sorted(rows):
            shown = self._presenter.link(example) if isinstance(example, URIRef) else None
            number = show_number(-total, self._presenter.language)
            yield Count(self._presenter.term(kind), number, shown)

    def _graphs(self) -> Iterator[Count]:
        for graph in self._site.graphs:
            for total in self._values(graph, VOID.triples):
                yield Count(self._presenter.link(graph), self._number(total))

    def _links(self) -> Iterator[tuple[Link, Link, str]]:
        for node in self._values(self._publication.iri, VOID.subset):
            for target in self._values(node, VOID.objectsTarget):
                predicate = self._values(node, VOID.linkPredicate)[0]
                total = self._values(node, VOID.triples)[0]
                if isinstance(predicate, URIRef):
                    yield (
                        Link(Phrase(str(target)), str(target)),
                        self._presenter.term(predicate),
                        self._number(total),
                    )

    def _values(self, subject: Term, predicate: URIRef) -> Sequence[Term]:
        return self._told.get(subject, {}).get(predicate, ())

    def _version(self, item: Publication) -> str:
        found: Mapping[URIRef, Term] = {quad.predicate: quad.object for quad in item.summary}
        return str(found.get(DCAT.version, ""))

    def _plain(self, values: Iterable[Term]) -> list[Link]:
        return [Link(Phrase(str(value))) for value in values]

    def _number(self, term: Term) -> str:
        return show_number(str(term), self._presenter.language)

    def _date(self, moment: str) -> str:
        return show_date(moment.partition("T")[0], self._presenter.language)


def show_size(size: int, language: Language) -> str:
    """Return a number of bytes as a reader expects it, in powers of a thousand.

    >>> show_size(238588, "en")
    '239 kB'
    """
    number, unit = float(size), 0
    while number >= 1000 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    rounded = f"{number:.0f}" if unit == 0 or number >= 10 else f"{number:.1f}"
    return f"{show_number(rounded, language)} {_UNITS[unit]}"

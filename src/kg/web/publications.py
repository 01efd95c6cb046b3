"""What is said of the releases that are kept: their publications, read from their folders.

A release's files never change, so what was read once is kept.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, VOID

from kg.errors import StoreError
from kg.iris import rebase
from kg.namespaces import GRAPH
from kg.release.catalog import DCAT
from kg.release.description import release_iri, void_iri
from kg.release.dumps import FOLDER, SUMS, Dump
from kg.release.later import told_dumps
from kg.release.publication import MANIFEST, Release, open_release, short_name
from kg.store import Quad, parse_rdf
from kg.web.site import Site

NAME: Final = re.compile(r"[0-9a-f]{16}")
_PARTITIONS: Final = (VOID.classPartition, VOID.propertyPartition)
_TURNS: Final = 8


@dataclass(frozen=True)
class Publication:
    """What is said of one release, and the files it can be taken away in."""

    release: Release

    @property
    def name(self) -> str:
        """Return the digits that name the release in addresses."""
        return short_name(self.release.identifier)

    @property
    def iri(self) -> URIRef:
        """Return the IRI of the release."""
        return release_iri(self.release.base, self.release.identifier)

    @property
    def folder(self) -> Path:
        """Return the folder of the files."""
        return self.release.path / FOLDER

    @cached_property
    def quads(self) -> Sequence[Quad]:
        """Return all that is said of the release, the release first; in no graph."""
        return self._of_graph(GRAPH.release)

    @cached_property
    def measured(self) -> Sequence[Quad]:
        """Return the measurements of its coverage and quality, the release first; in no graph."""
        return self._of_graph(GRAPH.quality)

    def _of_graph(self, graph: URIRef) -> list[Quad]:
        path, name = self.release.publication_path, URIRef(rebase(graph, self.release.base))
        if not path.is_file():
            return []
        found = parse_rdf(path.read_text(encoding="utf-8"), "nq", self.release.base)
        own = [quad._replace(graph=None) for quad in found if quad.graph == name]
        return sorted(own, key=lambda quad: (quad.subject != self.iri, *quad[:3]))

    @cached_property
    def files(self) -> Mapping[str, Dump]:
        """Return the files by name, the checksums among them: what the publication tells of."""
        dumps = {dump.name: dump for dump in told_dumps(self.release.path)}
        # The list of checksums has none of its own.
        return {**dumps, SUMS: Dump(SUMS)} if dumps else {}

    @cached_property
    def catalogued(self) -> Sequence[Quad]:
        """Return the part that is a catalogue's: everything but the partitions."""
        start = f"{void_iri(self.release.base, self.release.identifier)}#"
        partitions = (f"{start}class-", f"{start}property-")
        return [
            quad
            for quad in self.quads
            if quad.predicate not in _PARTITIONS and not str(quad.subject).startswith(partitions)
        ]

    @property
    def summary(self) -> Sequence[Quad]:
        """Return what is said of the release itself, without its files."""
        return [
            quad
            for quad in self.catalogued
            if quad.subject == self.iri and quad.predicate != DCAT.distribution
        ]

    @cached_property
    def distributions(self) -> Sequence[Quad]:
        """Return the release with its files, and what is said of them."""
        start = f"{self.release.base}dumps/{self.name}/#"
        return [
            quad
            for quad in self.catalogued
            if quad.subject == self.iri or str(quad.subject).startswith(start)
        ]

    @property
    def issued(self) -> str:
        """Return when the release was made, as its publication says (ISO 8601)."""
        found = (q.object for q in self.summary if q.predicate == DCTERMS.issued)
        return next((str(term) for term in found if isinstance(term, Literal)), "")


def file_facts(dump: Dump) -> Mapping[str, str]:
    """Return size and checksum of a file in schema.org's terms, where they are told."""
    if dump.size is None or dump.sha256 is None:
        return {}
    return {"contentSize": f"{dump.size} B", "sha256": dump.sha256}


@lru_cache(maxsize=_TURNS)
def _read(folder: Path) -> Publication | None:
    try:
        return Publication(open_release(folder))
    except StoreError:
        return None


def current_publication(site: Site) -> Publication:
    """Return the publication of the release that a site serves."""
    return _read_served(site.release)


@lru_cache(maxsize=_TURNS)
def _publication_of(path: Path, identifier: str, base: str) -> Publication:
    return Publication(Release(identifier, base, path, {}))


def _read_served(release: Release) -> Publication:
    return _publication_of(release.path, release.identifier, release.base)


def find_publication(site: Site, name: str) -> Publication | None:
    """Return the publication of a release that is kept; None if none of that name and base is."""
    if not NAME.fullmatch(name):
        return None
    served = current_publication(site)
    if name == served.name:
        return served
    folder = site.release.path.parent / name
    # Releases come and go while a server runs.
    found = _read(folder) if (folder / MANIFEST).is_file() else None
    same_base = found is not None and found.release.base == site.release.base
    return found if same_base and found and found.name == name and found.files else None


def kept_publications(site: Site) -> list[Publication]:
    """Return those of all releases that are kept with their files, the newest first."""
    names = (path.name for path in site.release.path.parent.glob("*") if NAME.fullmatch(path.name))
    found = [publication for name in names if (publication := find_publication(site, name))]
    return sorted(found, key=lambda item: (item.issued, item.name), reverse=True)

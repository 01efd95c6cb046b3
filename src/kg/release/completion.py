"""From content to a whole release: store, files to take away, and what is said of them.

Called before the switch, in a folder that nobody sees yet.
"""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from shutil import rmtree
from typing import Any, NamedTuple

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, SKOS

from kg.ingest.overlay import sync_file, sync_folder, write_durably
from kg.iris import rebase
from kg.language import Language
from kg.release.act import activity_triples
from kg.release.beside import Beside
from kg.release.carrying import Exchange, carry, exchange
from kg.release.catalog import DATASET, DCAT
from kg.release.changes import Change
from kg.release.citation import Citation, write_citation
from kg.release.counting import COUNTS, Counted, count_content, read_counts, write_counts
from kg.release.description import ReleaseFacts, describe_release, release_iri
from kg.release.dumps import FOLDER, Dump, DumpSource, make_dumps
from kg.release.later import TOLD, Contents, begin_dumps
from kg.release.merging import Merged
from kg.release.publication import (
    CONTENT,
    PLAIN,
    PUBLICATION,
    PUBLISHED,
    STORE,
    Incoming,
    Release,
    short_name,
)
from kg.release.quality import measure_quality, quality_triples
from kg.release.quality_counts import (
    QUALITY,
    carry_quality,
    count_quality,
    read_quality,
    write_quality,
)
from kg.release.said import UNNAMED, Parts, Said, named, remember, remembered
from kg.release.statistics import Figures, Triple
from kg.store import AnyStore, EditableStore, ReleaseStore
from kg.terms import ordered


def complete_release(
    incoming: Incoming,
    prefixes: Mapping[str, str],
    published: datetime,
    merged: Merged | None = None,
    beside: Beside | None = None,
) -> Mapping[str, Any]:
    """Make the files of a release and its publication; return what the manifest tells of them.

    The incoming folder has the content and a store of it. ``prefixes`` are canonical. Where
    ``merged`` tells what made the content out of the release before, all this costs as much as
    what has changed, and the files that cost more are left for ``kg.release.later``; ``beside``
    may have begun it. The same content, predecessor and time give the same files. Raises
    ``StoreError`` and ``OSError``.
    """
    store = _content(incoming, beside)
    step = _step(incoming, store, merged, beside)
    counted = _count(incoming, store, step)
    moment = published.astimezone(UTC).replace(microsecond=0)
    local = {name: rebase(iri, incoming.base) for name, iri in prefixes.items()}
    citation = write_citation(_citation(store, incoming, moment))
    # The disk is waited for by another thread, while there is more to do.
    with ThreadPoolExecutor(2) as pool:
        dumps = pool.submit(_dump, incoming, citation, local, counted, merged)
        quality = _measure(incoming, store, local, step)
        facts = ReleaseFacts(
            base=incoming.base,
            identifier=incoming.identifier,
            published=moment,
            prefixes=local,
            dumps=dumps.result(),
            previous=incoming.previous.identifier if incoming.previous else None,
            making=tuple(activity_triples(incoming.manifest, UNNAMED, incoming.base)),
            quality=quality,
            name=UNNAMED,
        )
        figures, triples = describe_release(facts, store, counted, step.change if step else None)
        described = Counter(figures)
        described.subtract(counted.figures)
        counts = replace(counted, described=described)
        write_counts(incoming.folder / COUNTS, incoming.identifier, counts)
        parts = Parts(frozenset(triples), frozenset(quality))
        said = Said.of(parts, incoming.base, remembered(facts.previous))
        remember(incoming.identifier, said)
        written = pool.submit(_write, incoming, said)
        whole = _load(incoming, said, store, beside)
        if merged is None:
            whole.optimize()
        # The disk is waited for by all at once.
        closed = pool.submit(whole.close)
        if beside is not None:
            beside.close_draft()
        written.result()
        closed.result()
    (incoming.folder / STORE).rename(incoming.folder / PLAIN)
    (incoming.folder / PUBLISHED).rename(incoming.folder / STORE)
    return _manifest(figures, facts)


def _dump(
    incoming: Incoming,
    citation: str,
    prefixes: Mapping[str, str],
    counted: Counted,
    merged: Merged | None,
) -> tuple[Dump, ...]:
    """Write the files to take away, or those that cost little; return all by name."""
    source = DumpSource(
        content=incoming.folder / CONTENT,
        base=incoming.base,
        prefixes=prefixes,
        citation=citation,
        previous=incoming.previous.content_path if incoming.previous else None,
    )
    if merged is None:
        return make_dumps(source, incoming.folder / FOLDER)
    contents = Contents(map(str, counted.graphs), counted.tables)
    changed = [*(Change("-", line) for line in merged.removed)]
    changed += (Change("+", line) for line in merged.added)
    return begin_dumps(source, changed if incoming.previous else None, contents, incoming.folder)


def _write(incoming: Incoming, said: Said) -> None:
    """Write down what is said of the release; bring that and the files to take away to disk."""
    publication = said.write(short_name(incoming.identifier))
    write_durably(incoming.folder / PUBLICATION, publication)
    dumps = incoming.folder / FOLDER
    for path in (*incoming.folder.glob(TOLD), *dumps.iterdir()):
        sync_file(path)
    sync_folder(dumps)


def _load(
    incoming: Incoming, said: Said, content: AnyStore, beside: Beside | None
) -> EditableStore:
    """Return a store in ``PUBLISHED`` of the content and of what is said of the release."""
    foretold = beside.foretold(incoming.identifier) if beside else None
    if foretold is not None:
        foretold.settle(said, content)
        return foretold.store
    # What was begun for a content that was not to be is of no use.
    rmtree(incoming.folder / PUBLISHED, ignore_errors=True)
    content.copy_to(incoming.folder / PUBLISHED)
    store = EditableStore.open(incoming.folder / PUBLISHED)
    store.load(named(said.lines, short_name(incoming.identifier)))
    return store


class _Step(NamedTuple):
    """The release before, and by what its store and the new one differ."""

    previous: Release
    before: AnyStore
    change: Exchange


def _content(incoming: Incoming, beside: Beside | None) -> AnyStore:
    """Return the store of the content: as it was left open, or from disk."""
    if beside is not None and beside.draft is not None:
        return beside.draft.after.store
    # Read-only, it keeps nothing that would be in the way of writing to it after.
    return ReleaseStore.open(incoming.folder / STORE)


def _step(
    incoming: Incoming, store: AnyStore, merged: Merged | None, beside: Beside | None
) -> _Step | None:
    """Return what led from the release before to this one, if that is known."""
    previous = incoming.previous
    if merged is None or previous is None or not previous.plain_path.is_dir():
        return None
    draft = beside.draft if beside else None
    before = draft.before.store if draft else ReleaseStore.open(previous.plain_path)
    return _Step(previous, before, exchange(merged.removed, merged.added, before, store))


def _count(incoming: Incoming, store: AnyStore, step: _Step | None) -> Counted:
    """Count the content, going on from what was counted of the release before if that is known."""
    if step is not None:
        counted = read_counts(step.previous.path / COUNTS, step.previous.identifier)
        if counted is not None:
            return carry(counted, step.change, store, incoming.base)
    return count_content(store, incoming.base)


def _manifest(figures: Figures, facts: ReleaseFacts) -> Mapping[str, Any]:
    return {
        "default_graph_triples": figures["triples",],
        "published": facts.published.isoformat(),
        "previous": facts.previous,
        "files": len(facts.dumps),
    }


def _measure(
    incoming: Incoming, store: AnyStore, prefixes: Mapping[str, str], step: _Step | None
) -> list[Triple]:
    base, release = incoming.base, release_iri(incoming.base, UNNAMED)
    counts = None
    if step is not None:
        counts = read_quality(step.previous.path / QUALITY, step.previous.identifier)
        if counts is not None:
            counts = carry_quality(counts, step.change, step.before, store, base)
    counts = counts or count_quality(store, base)
    write_quality(incoming.folder / QUALITY, incoming.identifier, counts)
    measurements = measure_quality(store, base, release, counts)
    return quality_triples(measurements, store, release, base, prefixes)


def _citation(store: AnyStore, incoming: Incoming, published: datetime) -> Citation:
    dataset = URIRef(rebase(DATASET, incoming.base))

    def texts(subject: URIRef, predicate: URIRef, *languages: Language | None) -> list[str]:
        found = {quad.object for quad in store.quads(subject, predicate)}
        return [
            str(term)
            for language in languages
            for term in ordered(found)
            if isinstance(term, Literal) and term.language == language
        ]

    creators = {quad.object for quad in store.quads(dataset, DCTERMS.creator)}
    return Citation(
        title=texts(dataset, DCTERMS.title, "en")[0],
        abstract="\n\n".join(texts(dataset, DCTERMS.description, "id", "en")),
        authors=[texts(URIRef(str(c)), SKOS.prefLabel, "en")[0] for c in sorted(creators)],
        keywords=list(dict.fromkeys(texts(dataset, DCAT.keyword, "id", "en"))),
        version=texts(dataset, OWL.versionInfo, None)[0],
        date=published.date().isoformat(),
        url=str(release_iri(incoming.base, incoming.identifier)),
        sha256=incoming.identifier,
    )

"""Refusing to touch sources of the data folder: they are edited there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kg.errors import InputError, Location, RecordError
from kg.ingest.batch import Batch
from kg.ingest.brought_tables import described_sources
from kg.ingest.graphs import article_graph_iri
from kg.ingest.overlay import Overlay
from kg.language import Text
from kg.namespaces import GRAPH, INOV
from kg.release.rebased import CanonicalDataset

_EDITED_THERE: Final = Text(
    "Sumber ini ada di folder data; sunting di sana, lalu 'kg build'",
    "This source stands in the data folder; edit it there, then 'kg build'",
)
_REMOVED_THERE: Final = Text(
    "Sumber ini ada di folder data; hapus di sana, lalu 'kg build'",
    "This source stands in the data folder; remove it there, then 'kg build'",
)
_UNKNOWN: Final = Text("Tidak ada sumber seperti ini", "There is no such source")


def refuse_strangers(batch: Batch, overlay: Overlay, before: CanonicalDataset) -> None:
    """Refuse to touch sources that are not in the text that was brought.

    ``before`` is the current release. Raises ``InputError`` with every fault.
    """
    own = overlay.sources.keys() | described_sources(overlay.files).keys()
    faults = [
        RecordError(place, _EDITED_THERE, name)
        for name, place in _brought(batch)
        if name not in own and _is_known(name, before)
    ]
    faults += [
        RecordError(
            Location(Path(name)), _REMOVED_THERE if _is_known(name, before) else _UNKNOWN, name
        )
        for name in sorted(batch.withdrawn - own)
    ]
    if faults:
        raise InputError(faults)


def _brought(batch: Batch) -> Iterator[tuple[str, Location]]:
    for brought in batch.sources:
        yield brought.source.id, brought.source.location
    for _, rows in batch.tables:
        for name, found in rows.items():
            yield name, found[0].at("source" if "source" in found[0].values else "id")


def _is_known(name: str, before: CanonicalDataset) -> bool:
    own = article_graph_iri(name)
    return any(before.quads(None, INOV.assertedIn, own, GRAPH.sources))

"""Who made a release out of what, when and with what: an activity in the words of PROV.

https://www.w3.org/TR/prov-o/. It depends on the clock, so it is no part of a release's content:
the manifest carries it as plain values, and ``activity_graph`` says the same in RDF.
"""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from typing import Literal as Choice
from uuid import uuid4

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, PROV, RDFS, XSD

from kg.ingest.graphs import source_iri
from kg.namespaces import CANONICAL_BASE
from kg.release.standing import tool_version
from kg.release.verdict import Verdict

Kind = Choice["build", "ingest"]


@dataclass(frozen=True)
class Act:
    """One act on the graph.

    ``id`` is unique; ``by`` names who did it, as they call themselves; ``put`` gives the ids of
    sources that were brought with the hash of their text, ``withdrawn`` those taken away.
    """

    id: str
    kind: Kind
    by: str
    note: str
    tool: str
    started_at: str
    ended_at: str = ""
    started: float = 0.0
    put: Mapping[str, str] | None = None
    withdrawn: tuple[str, ...] = ()
    before: str | None = None
    warnings: int = 0

    @classmethod
    def now(cls, kind: Kind, by: str = "", note: str = "") -> "Act":
        """Return an act that begins at this moment."""
        started_at = _words(datetime.now(UTC))
        return cls(
            uuid4().hex, kind, by, note, tool_version(), started_at, started=time.monotonic()
        )

    def ended(self, verdict: Verdict) -> "Act":
        """Return the act as it ends now; it never ends before it began, whatever the clock does."""
        lasted = timedelta(seconds=time.monotonic() - self.started)
        end = datetime.fromisoformat(self.started_at) + lasted
        return replace(self, ended_at=_words(end), warnings=len(verdict.of("warning")))

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        values = asdict(self)
        del values["started"]
        return {**values, "put": dict(self.put or {}), "withdrawn": list(self.withdrawn)}


def activity_graph(manifest: Mapping[str, Any], release: URIRef, shapes: URIRef) -> Graph:
    """Return what a manifest says of the making of its release, as PROV.

    ``release`` is the IRI of the release, ``shapes`` that of the graph of shapes.
    """
    activity, standing = manifest["activity"], manifest["standing"]
    graph = Graph()
    node, agent = release + "#activity", release + "#agent"
    tool = release + "#tool"
    graph.add((release, PROV.wasGeneratedBy, node))
    graph.add((node, RDF.type, PROV.Activity))
    graph.add((node, DCTERMS.identifier, Literal(activity["id"])))
    graph.add((node, DCTERMS.type, Literal(activity["kind"])))
    for predicate, moment in (
        (PROV.startedAtTime, activity["started_at"]),
        (PROV.endedAtTime, activity["ended_at"]),
    ):
        graph.add((node, predicate, Literal(moment, datatype=XSD.dateTime)))
    graph.add((node, PROV.wasAssociatedWith, tool))
    graph.add((tool, RDF.type, PROV.SoftwareAgent))
    graph.add((tool, RDFS.label, Literal(activity["tool"])))
    if activity["by"]:
        graph.add((node, PROV.wasAssociatedWith, agent))
        graph.add((agent, RDF.type, PROV.Agent))
        graph.add((agent, RDFS.label, Literal(activity["by"])))
    if activity["note"]:
        graph.add((node, RDFS.comment, Literal(activity["note"])))
    graph.add((node, PROV.used, shapes))
    graph.add((shapes, DCTERMS.identifier, Literal(f"sha256:{standing['shapes']}")))
    for name in activity["put"]:
        graph.add((node, PROV.used, source_iri(name)))
    for name in activity["withdrawn"]:
        graph.add((node, PROV.invalidated, source_iri(name)))
    if activity["before"]:
        earlier = URIRef(f"{CANONICAL_BASE}id/release/{activity['before'][:16]}")
        graph.add((node, PROV.used, earlier))
        graph.add((release, PROV.wasRevisionOf, earlier))
    return graph


def _words(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")

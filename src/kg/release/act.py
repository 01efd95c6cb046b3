"""Who made a release out of what, when and with what: an activity in the words of PROV.

https://www.w3.org/TR/prov-o/. It depends on the clock, so it is no part of a release's content:
the manifest carries it as plain values, and ``activity_triples`` says the same in RDF.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from typing import Literal as Choice
from uuid import uuid4

from rdflib import RDF, Literal, URIRef
from rdflib.namespace import DCTERMS, PROV, RDFS, XSD

from kg.ingest.graphs import article_graph_iri
from kg.iris import rebase
from kg.namespaces import GRAPH
from kg.release.standing import tool_version
from kg.release.statistics import Triple
from kg.release.verdict import Verdict

Kind = Choice["build", "ingest"]


@dataclass(frozen=True)
class Act:
    """One act on the graph.

    ``id`` is unique; ``by`` names who did it, as they call themselves; ``put`` gives the ids of
    sources that were brought with the hash of their text, ``withdrawn`` those taken away;
    ``request`` what was asked for over HTTP: operation, graph, media type, hash of the body.
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
    request: Mapping[str, str] | None = None

    @classmethod
    def now(
        cls, kind: Kind, by: str = "", note: str = "", request: Mapping[str, str] | None = None
    ) -> "Act":
        """Return an act that begins at this moment."""
        started_at = _words(datetime.now(UTC))
        return cls(
            uuid4().hex,
            kind,
            by,
            note,
            tool_version(),
            started_at,
            started=time.monotonic(),
            request=request,
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
        if self.request is None:
            del values["request"]
        return {**values, "put": dict(self.put or {}), "withdrawn": list(self.withdrawn)}


def activity_triples(manifest: Mapping[str, Any], identifier: str, base: str) -> Iterator[Triple]:
    """Yield what a manifest says of the making of its release, as PROV; nothing if it does not.

    IRIs begin with ``base``. What was put or withdrawn is named by the graph of its claims.
    """
    if "activity" not in manifest:
        return
    activity = manifest["activity"]
    release = _release(identifier, base)
    node, tool, agent = release + "#activity", release + "#tool", release + "#agent"
    shapes = URIRef(rebase(GRAPH.shapes, base))
    yield release, PROV.wasGeneratedBy, node
    yield node, RDF.type, PROV.Activity
    yield node, DCTERMS.identifier, Literal(activity["id"])
    yield node, DCTERMS.type, Literal(activity["kind"])
    yield node, PROV.startedAtTime, _second(activity["started_at"])
    yield node, PROV.endedAtTime, _second(activity["ended_at"])
    yield node, PROV.wasAssociatedWith, tool
    yield tool, RDF.type, PROV.SoftwareAgent
    yield tool, RDFS.label, Literal(activity["tool"])
    if activity["by"]:
        yield node, PROV.wasAssociatedWith, agent
        yield agent, RDF.type, PROV.Agent
        yield agent, RDFS.label, Literal(activity["by"])
    if activity["note"]:
        yield node, RDFS.comment, Literal(activity["note"])
    yield node, PROV.used, shapes
    yield shapes, DCTERMS.identifier, Literal(f"sha256:{manifest['standing']['shapes']}")
    for name in activity["put"]:
        yield node, PROV.used, URIRef(rebase(article_graph_iri(name), base))
    for name in activity["withdrawn"]:
        yield node, PROV.invalidated, URIRef(rebase(article_graph_iri(name), base))
    if activity["before"]:
        earlier = _release(activity["before"], base)
        yield node, PROV.used, earlier
        yield release, PROV.wasRevisionOf, earlier


def _release(identifier: str, base: str) -> URIRef:
    return URIRef(f"{base}id/release/{identifier[:16]}")


def _second(moment: str) -> Literal:
    # Fractions of a second have many spellings, of which a store keeps one.
    whole = datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Literal(whole, datatype=XSD.dateTime, normalize=False)


def _words(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")

"""Rows of the table *launches*: what was put into use, at which event and by whom."""

from rdflib import URIRef

from kg.ingest.records import Row
from kg.ingest.tables.conferrals import make_innovation
from kg.ingest.tables.description import TableKind
from kg.ingest.tables.events import declare_event, state_occasion
from kg.ingest.tables.facts import Stating, concept
from kg.ingest.tables.names import Names, Thing, mint, slug_of
from kg.ingest.tables.people import make_person
from kg.language import Text
from kg.namespaces import INOV


def declare_launch(row: Row, kind: TableKind, names: Names) -> None:
    """Make the launch that a row describes, if it is new; raises ``RecordError``."""
    declare_event(row, kind, names, INOV.Launch)


def state_launch(row: Row, kind: TableKind, names: Names, stating: Stating) -> None:
    """State what a row says; raises ``RecordError``.

    Many rows may share an event: it launches everything that they name.
    """
    year = row.values["date"][:4]
    event = names.find(row, "event", kind, year=year)
    agency = names.find(row, "agency", kind, year=year)
    if event is None or agency is None:  # Both are required, as the columns' check has seen.
        return
    thing = _launched(row, kind, names, agency)
    stating.add(event, INOV.launched, thing, "launched")
    state_occasion(row, kind, names, stating, event)
    if row.values["inaugurated_by"]:
        person = make_person(row, "inaugurated_by", kind, names)
        stating.add(event, INOV.inauguratedBy, person, "inaugurated_by")
    stating.add(thing, INOV.operatedBy, agency, "agency")
    centre_type = concept("centre-type", row.values["centre_type"])
    stating.add(thing, INOV.centreType, centre_type, "centre_type")


def _launched(row: Row, kind: TableKind, names: Names, agency: URIRef) -> URIRef:
    """Return what was launched: a service centre if its type is given, else an innovation."""
    thing, name = names.look_up(row, "launched", kind, agency=slug_of(agency))
    if thing is not None:
        return thing
    if not row.values["centre_type"]:
        return make_innovation(row, "launched", name, agency, names)
    iri = mint(row, "launched", "centre", name)
    label = Text(name, row.values["launched_en"] or name)
    return names.make(Thing(iri, INOV.ServiceCentre, label, row.at("launched")))

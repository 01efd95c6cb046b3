"""Rows of the table *events*: public events."""

import re

from rdflib import Literal, URIRef

from kg.ingest.records import Row
from kg.ingest.tables.description import TableKind
from kg.ingest.tables.facts import Stating, concept
from kg.ingest.tables.names import Names, Thing, mint, slug
from kg.ingest.tables.people import make_person
from kg.language import Text
from kg.namespaces import INOV


def declare_event(
    row: Row, kind: TableKind, names: Names, type_: URIRef = INOV.PublicEvent
) -> None:
    """Make the event that a row describes, if it is new; raises ``RecordError``.

    Its IRI has the year, unless the name tells it: the same event returns every year.
    """
    year = row.values["date"][:4]
    event, name = names.look_up(row, "event", kind, year=year)
    if event is None:
        parts = (name,) if re.search(rf"\b{year}\b", name) else (name, year)
        iri = mint(row, "event", "event", *(slug(part) for part in parts))
        label = Text(name, row.values["event_en"] or name)
        thing = Thing(iri, type_, label, row.at("event"), qualifier=Text(year, year))
        names.declare("event", name, thing)


def state_event(row: Row, kind: TableKind, names: Names, stating: Stating) -> None:
    """State what a row says; raises ``RecordError``."""
    event = names.find(row, "event", kind, year=row.values["date"][:4])
    if event is None:
        return
    state_occasion(row, kind, names, stating, event)
    stating.add(event, INOV.organiser, names.find(row, "organiser", kind), "organiser")
    exercise = names.find(row, "exercise", kind, year=row.values["date"][:4])
    stating.add(event, INOV.withinExercise, exercise, "exercise")
    if row.values["presenter"]:
        presenter = make_person(row, "presenter", kind, names)
        stating.add(event, INOV.presidedBy, presenter, "presenter")
    if row.values["theme"]:
        stating.add(event, INOV.theme, Literal(row.values["theme"], lang="id"), "theme")


def state_occasion(
    row: Row, kind: TableKind, names: Names, stating: Stating, event: URIRef
) -> None:
    """State what tables of events and of launches have in common: type, time, place and whole."""
    type_ = concept("event-type", row.values["type"])
    stating.add(event, INOV.eventType, type_, "type", with_note=True)
    stating.add_time(event, row.values["date"])
    stating.add(event, INOV.venue, names.find(row, "place", kind), "place")
    if row.values["online"] == "true":
        stating.add(event, INOV.heldOnline, Literal(True), "online")  # noqa: FBT003
    stating.add(event, INOV.superEvent, names.find(row, "part_of", kind), "part_of")

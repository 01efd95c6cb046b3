"""Rows of the table *people-and-posts*: a person in a post at a time."""

from collections.abc import Mapping
from typing import Final

from rdflib import XSD, Literal, URIRef
from rdflib.namespace import FOAF

from kg.ingest.records import Row
from kg.ingest.tables.description import TableKind
from kg.ingest.tables.facts import Stating, concept
from kg.ingest.tables.names import Names, Thing, mint, slug, slug_of
from kg.language import Text
from kg.namespaces import INOV, ORG

_CAPACITIES: Final[Mapping[str, Text]] = {
    "definitif": Text("", ""),
    "plt": Text("Plt. ", "Acting "),
    "pj": Text("Pj. ", "Caretaker "),
    "plh": Text("Plh. ", "Daily acting "),
    "pjs": Text("Pjs. ", "Interim "),
}


def make_person(row: Row, column: str, kind: TableKind, names: Names) -> URIRef:
    """Return the person that a cell names, made if it is new; raises ``RecordError``."""
    person, name = names.look_up(row, column, kind)
    if person is not None:
        return person
    iri = mint(row, column, "person", name)
    return names.declare("person", name, Thing(iri, FOAF.Person, Text(name, name), row.at(column)))


def declare_person(row: Row, kind: TableKind, names: Names) -> None:
    """Make the person of a row, if new, so that other tables may name them."""
    make_person(row, "person", kind, names)


def state_tenure(row: Row, kind: TableKind, names: Names, stating: Stating) -> None:
    """State what a row says; raises ``RecordError``."""
    date = row.values["date"]
    agency = names.find(row, "agency", kind, year=date[:4])
    if agency is None:
        return
    person = make_person(row, "person", kind, names)
    post = _post(row, kind, names, agency)
    capacity = row.values["capacity"] or "definitif"
    office = slug_of(post) if capacity == "definitif" else f"{slug_of(post)}--{capacity}"
    tenure = mint(row, "person", "tenure", f"{slug_of(person)}--{office}")
    who, what = names.label(person), names.label(post)
    acting = _CAPACITIES.get(capacity, _CAPACITIES["definitif"])
    label = Text(
        f"{who.id} sebagai {acting.id}{what.id}",
        f"{who.en} as {acting.en}{what.en}",
    )
    names.make(Thing(tenure, INOV.Tenure, label, row.location))
    stating.add(tenure, ORG.member, person, "person", with_note=True)
    stating.add(tenure, INOV.inPost, post, "post")
    stating.add(tenure, ORG.organization, agency, "agency")
    stating.add(tenure, INOV.capacity, concept("capacity", capacity), "capacity")
    day = XSD.date if "/" not in date and date.count("-") == 2 else None
    stating.add(tenure, INOV.attestedOn, Literal(date, datatype=day), "date")
    stating.add(post, ORG.postIn, agency, "agency")


def _post(row: Row, kind: TableKind, names: Names, agency: URIRef) -> URIRef:
    post, name = names.look_up(row, "post", kind, agency=slug_of(agency))
    if post is not None:
        return post
    # "Wali Kota Padang" says where; "Sekretaris Daerah" does not.
    place = slug_of(agency).rpartition("-")[2]
    parts = (name,) if place in slug(name).split("-") else (name, slug_of(agency))
    iri = mint(row, "post", "post", *parts)
    label = Text(name, row.values["post_en"] or name)
    thing = Thing(iri, ORG.Post, label, row.at("post"), qualifier=names.label(agency))
    return names.make(thing)

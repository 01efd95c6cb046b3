"""Rows of the table *decisions*: decrees, regulations and letters, known by type and number."""

from rdflib import Literal, URIRef

from kg.ingest.records import Row
from kg.ingest.tables.description import TableKind
from kg.ingest.tables.facts import Stating, concept
from kg.ingest.tables.names import Names, Thing, mint, slug_of
from kg.ingest.tables.people import make_person
from kg.language import Text
from kg.namespaces import INOV


def state_decision(row: Row, kind: TableKind, names: Names, stating: Stating) -> None:
    """State what a row says; raises ``RecordError``.

    A decision is named by its issuer, type and number, so that its title may be worded freely.
    """
    values = row.values
    issuer = names.find(row, "issuer", kind, year=values["date"][:4])
    type_ = concept("decision-type", values["type"])
    if issuer is None or type_ is None:  # Both are required, as the columns' check has seen.
        return
    node = mint(row, "number", "decision", values["type"], values["number"], slug_of(issuer))
    names.make(Thing(node, INOV.LegalDecision, _label(row, names, type_), row.location))
    stating.add(node, INOV.decisionType, type_, "type", with_note=True)
    stating.add(node, INOV.decisionNumber, Literal(values["number"]), "number")
    stating.add(node, INOV.issuedBy, issuer, "issuer")
    stating.add_time(node, values["date"])
    stating.add(node, INOV.decides, names.find(row, "decides", kind), "decides")
    if values["signed_by"]:
        signer = make_person(row, "signed_by", kind, names)
        stating.add(node, INOV.signedBy, signer, "signed_by")
    if values["gazette"]:
        stating.add(node, INOV.gazette, Literal(values["gazette"]), "gazette")


def _label(row: Row, names: Names, type_: URIRef) -> Text:
    form, title = names.label(type_), row.text("title")
    number = row.values["number"]
    label = Text(f"{form.id} Nomor {number}", f"{form.en} No. {number}")
    return Text(f"{label.id}: {title.id}", f"{label.en}: {title.en}") if title else label

"""Rows of the table *agencies*: agencies, and units below them."""

import re
from collections.abc import Mapping
from typing import Final

from rdflib import Literal, URIRef
from rdflib.namespace import SKOS

from kg.ingest.records import Row
from kg.ingest.tables.description import TableKind
from kg.ingest.tables.facts import IMPLIED, Stating, concept
from kg.ingest.tables.names import Names, Thing, mint, slug, slug_of
from kg.language import Text
from kg.namespaces import INOV, ORG

_GOVERNMENT: Final = re.compile(
    r"(?:Pemerintah|Pem(?=prov|kab|kot))\s*(?:Daerah\s+)?"
    r"(?P<level>Provinsi|Kabupaten|Kota|prov|kab|kota?)\s+(?P<area>.+)",
    re.IGNORECASE,
)
_LEVELS: Final[Mapping[str, str]] = {"p": "Province", "kab": "Regency", "kot": "City"}


def english_name(name: str) -> str:
    """Return the English name of an agency: by rule for governments, else the name itself.

    >>> english_name("Pemerintah Kota Cilegon")
    'Government of Cilegon City'
    >>> english_name("Pemkab Kendal")
    'Government of Kendal Regency'
    """
    match = _GOVERNMENT.fullmatch(name)
    if not match:
        return name
    level = match["level"].lower()
    word = _LEVELS["p" if level.startswith("p") else level[:3]]
    return f"Government of {match['area']} {word}"


def declare_agency(row: Row, kind: TableKind, names: Names) -> None:
    """Make the agency that a row describes, if it is new; raises ``RecordError``."""
    iri, name = names.look_up(row, "agency", kind)
    if iri is not None:
        return
    unit = bool(row.values["parent"])
    label = Text(name, row.values["name_en"] or english_name(name))
    type_ = INOV.AgencyUnit if unit else INOV.Agency
    # A government has the slug that is usual for it: pemkot-cilegon.
    iri = mint(row, "agency", "agency", _short_name(name))
    names.declare("agency", name, Thing(iri, type_, label, row.at("agency")))


def _short_name(name: str) -> str:
    match = _GOVERNMENT.fullmatch(name)
    if not match:
        return name
    level = match["level"].lower()
    return f"pem{'prov' if level.startswith('p') else level[:3]} {match['area']}"


def state_agency(row: Row, kind: TableKind, names: Names, stating: Stating) -> None:
    """State what a row says; raises ``RecordError``."""
    agency = names.find(row, "agency", kind)
    parent = names.find(row, "parent", kind)
    if agency is None:
        return
    values = row.values
    if not parent and not values["type"]:
        raise row.fault(
            "type",
            Text("Jenis wajib bila tidak ada induk", "The type is needed where there is no parent"),
        )
    stating.add(agency, ORG.unitOf, parent, "parent", with_note=True)
    stating.add(
        agency,
        INOV.agencyType,
        concept("agency-type", values["type"]),
        "type",
        with_note=not parent,
    )
    stating.add(
        agency, INOV.govLevel, concept("gov-level", values["level"]), "level", certainty=IMPLIED
    )
    stating.add(agency, INOV.jurisdiction, names.find(row, "jurisdiction", kind), "jurisdiction")
    stating.add(agency, INOV.locatedIn, names.find(row, "location", kind), "location")
    label = names.label(agency)
    for alias in filter(None, (alias.strip() for alias in values["aliases"].split(";"))):
        if alias not in label:
            stating.add(agency, SKOS.altLabel, Literal(alias, lang="id"), "aliases")


def make_unit(row: Row, column: str, name: str, agency: URIRef, names: Names) -> URIRef:
    """Make a unit of an agency; its IRI is of both names, for every agency may have one such."""
    label = Text(name, name)
    iri = mint(row, column, "agency", slug(name), slug_of(agency))
    thing = Thing(iri, INOV.AgencyUnit, label, row.at(column), qualifier=names.label(agency))
    return names.make(thing)

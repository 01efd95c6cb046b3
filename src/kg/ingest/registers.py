"""The registers that reference tables were taken from: name, version, licence, address."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rdflib import XSD, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS

from kg.errors import InputError, Location, RecordError
from kg.ingest.records import read_toml
from kg.language import Text

_NEEDED: Final = ("places", "geonames")
_KEYS: Final = ("address", "title", "version", "issued", "license", "rights")


@dataclass(frozen=True)
class Register:
    """A published list. ``address`` is its IRI, and the ``dcterms:source`` of what it gives."""

    address: URIRef
    title: str
    version: str
    issued: str
    license: URIRef
    rights: str


def read_registers(path: Path) -> Mapping[str, Register]:
    """Return the registers of a TOML file by the name of their table.

    Raises ``InputError`` with every register and key that is missing or not a text.
    """
    entries: dict[str, Any] = dict.fromkeys(_NEEDED) | read_toml(path)
    faults = [
        RecordError(
            Location(path, column=f"{name}.{key}"),
            Text("Kunci ini wajib, berupa teks", "This key is required, as a text"),
        )
        for name, entry in entries.items()
        for key in _KEYS
        if not isinstance(entry, dict) or not isinstance(entry.get(key), str)
    ]
    if faults:
        raise InputError(faults)
    return {name: _register(entry) for name, entry in entries.items()}


def _register(entry: Mapping[str, Any]) -> Register:
    return Register(
        address=URIRef(entry["address"]),
        title=entry["title"],
        version=entry["version"],
        issued=entry["issued"],
        license=URIRef(entry["license"]),
        rights=entry["rights"],
    )


def register_graph(register: Register) -> Graph:
    """Return the description of a register: title, version, month of issue, licence, rights."""
    graph = Graph()
    node = register.address
    graph.add((node, DCTERMS.title, Literal(register.title)))
    graph.add((node, DCTERMS.identifier, Literal(register.version)))
    graph.add((node, DCTERMS.issued, Literal(register.issued, datatype=XSD.gYearMonth)))
    graph.add((node, DCTERMS.license, register.license))
    graph.add((node, DCTERMS.rights, Literal(register.rights)))
    return graph

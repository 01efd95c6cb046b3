"""What registers tell of areas, governments and ministries, as one."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from rdflib import Graph

from kg.ingest.ministries import ChangeRow, MinistryRow, ministries_graph
from kg.ingest.places import PlaceRow, places_graph
from kg.ingest.registers import Register


@dataclass(frozen=True)
class Registered:
    """What the registers of a data folder tell."""

    sources: Mapping[str, Register]
    places: tuple[PlaceRow, ...]
    ministries: tuple[MinistryRow, ...]
    changes: tuple[ChangeRow, ...]

    @cached_property
    def graphs(self) -> tuple[Graph, ...]:
        """All of it; nothing of the areas if their register is not named."""
        register = self.sources.get("places")
        areas = (places_graph(self.places, register),) if register else ()
        return (ministries_graph(self.ministries, self.changes), *areas)

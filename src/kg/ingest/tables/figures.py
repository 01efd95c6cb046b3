"""Rows of the table *figures*: observations of the data cube (RDF Data Cube, section 6)."""

from collections.abc import Sequence
from typing import Final

from rdflib import Literal, Namespace, URIRef

from kg.ingest.records import Row
from kg.ingest.tables.description import TableKind
from kg.ingest.tables.facts import Stating, concept, decimal
from kg.ingest.tables.names import Names, Thing, mint, slug_of
from kg.iris import mint_iri
from kg.language import Text
from kg.namespaces import INOV

_QB: Final = Namespace("http://purl.org/linked-data/cube#")
_DATA_SET: Final = URIRef(mint_iri("dataset", "angka-pelayanan-publik"))


def state_figure(row: Row, kind: TableKind, names: Names, stating: Stating) -> None:
    """State what a row says; raises ``RecordError``.

    The key of an observation is its dimensions: indicator, what it is about, period, population,
    and the area or agency that it is restricted to.
    Two sources that give two values for one key contradict each other, and the gate says so.
    """
    values = row.values
    period = values["period"].replace("..", "sampai")
    about = names.find(row, "about", kind, year=period.rpartition("/")[2][:4])
    if about is None:
        return
    if values["unit"] == "poin-indeks" and not values["scale_max"]:
        raise row.fault(
            "scale_max",
            Text("Poin indeks memerlukan nilai tertinggi", "Index points need a scale maximum"),
        )
    parts = [values["indicator"], slug_of(about), period.replace("/", "--")]
    if values["population"]:
        parts.append(values["population"])
    bounds = names.find(row, "restricted_to", kind)
    if bounds is not None:
        parts.append(slug_of(bounds))
    node = mint(row, "about", "observation", *parts)
    names.make(
        Thing(
            node,
            INOV.Observation,
            _label(row, names, about, bounds),
            row.location,
            also=((_QB.dataSet, _DATA_SET),),
        )
    )
    stating.add(node, INOV.value, decimal(values["value"]), "value", with_note=True)
    for column in ("indicator", "unit", "population"):
        stating.add(node, INOV[column], concept(column, values[column]), column)
    stating.add(node, INOV.about, about, "about")
    stating.add(node, INOV.refPeriod, Literal(values["period"]), "period")
    stating.add(node, INOV.scaleMax, decimal(values["scale_max"]), "scale_max")
    if values["approximate"] == "true":
        stating.add(node, INOV.approximate, Literal(True), "approximate")  # noqa: FBT003
    stating.add(node, INOV.restrictedTo, bounds, "restricted_to")
    whole = names.find(row, "part_of", kind)
    stating.add(node, INOV.partOfObservation, whole, "part_of")
    stating.add(node, INOV.measuredBy, names.find(row, "measured_by", kind), "measured_by")


def _label(row: Row, names: Names, about: URIRef, bounds: URIRef | None) -> Text:
    values, whose = row.values, names.label(about)
    indicator = concept("indicator", values["indicator"])
    what = names.label(indicator) if indicator else Text("", "")
    population = concept("population", values["population"])
    whom = names.label(population) if population else None
    where = names.label(bounds) if bounds else None
    among = _in_brackets([text for text in (whom, where) if text])
    return Text(
        f"{what.id}, {whose.id}{among.id}, {values['period']}",
        f"{what.en}, {whose.en}{among.en}, {values['period']}",
    )


def _in_brackets(texts: Sequence[Text]) -> Text:
    if not texts:
        return Text("", "")
    return Text(
        f" ({', '.join(text.id for text in texts)})", f" ({', '.join(text.en for text in texts)})"
    )

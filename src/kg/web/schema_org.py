"""What search engines read: the schema.org description of a thing, for its page.

https://schema.org/docs/datamodel.html. Only what the release holds to be true is said, with the
default graph alone as its source; a thing of a kind that schema.org has no word for gets none.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from rdflib import OWL, RDF, RDFS, Literal, URIRef
from rdflib.namespace import SKOS

from kg.namespaces import ORG
from kg.store import DEFAULT_GRAPH, Term
from kg.terms import ordered
from kg.web.description import Description
from kg.web.documents import LICENSE
from kg.web.presentation import Presenter

Data = dict[str, object]

_TYPES: Final[Mapping[str, str]] = {
    "inov:Agency": "GovernmentOrganization",
    "inov:AgencyUnit": "GovernmentOrganization",
    "inov:Publisher": "Organization",
    "inov:AssessmentPanel": "Organization",
    "foaf:Organization": "Organization",
    "foaf:Person": "Person",
    "inov:PublicEvent": "Event",
    "inov:Place": "Place",
    "inov:ServiceCentre": "Place",
    "inov:Innovation": "CreativeWork",
    "inov:Article": "NewsArticle",
    "skos:ConceptScheme": "DefinedTermSet",
    "skos:Concept": "DefinedTerm",
}
"""Class → type; a subclass of a class counts as it does."""

_FORMS: Final[Mapping[str, str]] = {
    "innovation-form:aplikasi": "SoftwareApplication",
    "innovation-form:layanan-daring": "GovernmentService",
    "innovation-form:layanan-keliling": "GovernmentService",
    "innovation-form:klinik": "GovernmentService",
    "innovation-form:pusat-komando": "GovernmentService",
}
"""What an innovation is by its form; the first that fits, else a creative work."""

_PROPERTIES: Final[Mapping[str, Mapping[str, str]]] = {
    "GovernmentOrganization": {
        "inov:locatedIn": "location",
        "inov:jurisdiction": "areaServed",
        "org:unitOf": "parentOrganization",
        "org:subOrganizationOf": "parentOrganization",
    },
    "Event": {
        "inov:date": "startDate",
        "inov:venue": "location",
        "inov:organiser": "organizer",
        "inov:superEvent": "superEvent",
    },
    "Place": {"inov:within": "containedInPlace", "inov:locatedIn": "containedInPlace"},
    "SoftwareApplication": {"inov:operatedBy": "provider"},
    "GovernmentService": {"inov:operatedBy": "provider", "inov:serviceArea": "areaServed"},
    "CreativeWork": {"inov:operatedBy": "provider"},
    "NewsArticle": {
        "schema:headline": "headline",
        "schema:datePublished": "datePublished",
        "inov:publisher": "publisher",
        "dcterms:language": "inLanguage",
        "inov:mainlyAbout": "about",
        "schema:about": "about",
    },
    "DefinedTerm": {"skos:inScheme": "inDefinedTermSet", "skos:notation": "termCode"},
}
"""For each type: property of ours → property of schema.org."""

_SINGLE: Final = frozenset({"headline", "startDate", "datePublished", "termCode"})
_AWARDED: Final = frozenset(
    {
        "GovernmentOrganization",
        "Person",
        "SoftwareApplication",
        "GovernmentService",
        "CreativeWork",
    }
)


def schema_org(description: Description, presenter: Presenter, page: str) -> Data | None:
    """Return the JSON-LD object of a thing whose page has the address ``page``, or None."""
    return _Composer(description, presenter, page).compose()


class _Composer:
    def __init__(self, description: Description, presenter: Presenter, page: str) -> None:
        self.description = description
        self.presenter = presenter
        self.reader = presenter.reader
        self.iri = description.iri
        self.page = page

    def compose(self) -> Data | None:
        kind = self._type(self.iri)
        if kind is None:
            return None
        data: Data = {"@context": "https://schema.org", **self._reference(self.iri, kind)}
        data["url"] = self.page
        data.update(self._names(str(data["name"])))
        data.update(self._properties(kind))
        data.update(self._links(kind))
        document: Data = {"@type": "WebPage", "url": self.page, "license": str(LICENSE)}
        if sources := [self._reference(source) for source in self.description.sources]:
            document["isBasedOn"] = sources
        data["subjectOf"] = document
        return data

    def _values(self, thing: URIRef, *predicates: URIRef) -> list[Term]:
        """Return the values that the release holds to be true, sorted."""
        quads = (
            quad
            for predicate in predicates
            for quad in self.reader.store.quads(thing, predicate, graph=DEFAULT_GRAPH)
        )
        return ordered({quad.object for quad in quads})

    def _things(self, thing: URIRef, *predicates: URIRef) -> list[URIRef]:
        values = self._values(thing, *predicates)
        return [value for value in values if isinstance(value, URIRef)]

    def _subjects(self, predicate: URIRef) -> list[URIRef]:
        quads = self.reader.store.quads(None, predicate, self.iri, DEFAULT_GRAPH)
        return sorted({q.subject for q in quads if isinstance(q.subject, URIRef)})

    def _type(self, thing: URIRef) -> str | None:
        """Return the type of a thing by its classes, and of an innovation by its form."""
        curie = self.presenter.curie
        kinds = [_TYPES.get(curie(kind)) for kind in self._classes(thing)]
        found = next((kind for kind in kinds if kind), None)
        if found != "CreativeWork":
            return found
        forms = (curie(form) for form in self._things(thing, self.reader.inov.innovationForm))
        return next((_FORMS[form] for form in forms if form in _FORMS), found)

    def _classes(self, thing: URIRef) -> Iterator[URIRef]:
        """Yield the classes of a thing, then those above them that are ours, nearest first."""
        waiting = self._things(thing, RDF.type)
        for kind in waiting:
            yield kind
            above = self._things(kind, RDFS.subClassOf) if kind.startswith(self.reader.inov) else []
            waiting.extend(item for item in above if item not in waiting)

    def _reference(self, thing: URIRef, kind: str | None = None) -> Data:
        kind = kind or self._type(thing) or "Thing"
        return {"@type": kind, "@id": str(thing), "name": self.presenter.name(thing).text}

    def _names(self, name: str) -> Data:
        labels = self._values(
            self.iri, SKOS.prefLabel, SKOS.altLabel, self.reader.inov.expandedName
        )
        others = sorted({str(label) for label in labels} - {name})
        same = self._things(self.iri, OWL.sameAs, SKOS.exactMatch)
        definition = self.presenter.pick(self.reader.definitions(self.iri))
        codes = [self._code(value) for value in self._values(self.iri, SKOS.notation)]
        told: dict[str, list[object]] = {
            "alternateName": list(others),
            "sameAs": [str(iri) for iri in same if self._is_web(iri)],
            "description": [definition.text] if definition else [],
            "identifier": [code for code in codes if code],
        }
        return {key: _plain(values) for key, values in told.items() if values}

    def _is_web(self, iri: str) -> bool:
        return iri.startswith(("http://", "https://")) and not iri.startswith(self.reader.base)

    def _code(self, value: Term) -> Data | None:
        if not isinstance(value, Literal) or not str(value.datatype or "").startswith(
            str(self.reader.inov)
        ):
            return None
        return {"@type": "PropertyValue", "propertyID": str(value.datatype), "value": str(value)}

    def _properties(self, kind: str) -> Data:
        told: dict[str, list[object]] = {}
        wanted = _PROPERTIES.get(kind, {})
        for statement in self.description.statements:
            key = wanted.get(self.presenter.curie(statement.predicate))
            values = self._values(self.iri, statement.predicate) if key else []
            for value in values:
                told.setdefault(str(key), []).append(self._value(value))
        return {
            key: values[0] if key in _SINGLE else _plain(values) for key, values in told.items()
        }

    def _value(self, value: Term) -> object:
        return self._reference(value) if isinstance(value, URIRef) else str(value)

    def _links(self, kind: str) -> Data:
        told: Data = {}
        if kind in _AWARDED and (awards := self._awards()):
            told["award"] = _plain(awards)
        roles = [self._role(tenure) for tenure in self._subjects(ORG.member)]
        if kind == "Person" and roles:
            told["memberOf"] = _plain(list(roles))
        return told

    def _awards(self) -> list[object]:
        inov = self.reader.inov
        given = [*self._subjects(inov.recipient), *self._subjects(inov.recognises)]
        awards = {award for item in given for award in self._things(item, inov.confers)}
        return [self.presenter.name(award).text for award in sorted(awards)]

    def _role(self, tenure: URIRef) -> Data:
        """Return what a tenure says: a role in an organisation."""
        role: Data = {"@type": "OrganizationRole"}
        for post in self._things(tenure, self.reader.inov.inPost)[:1]:
            role["roleName"] = self.presenter.name(post).text
        for agency in self._things(tenure, ORG.organization)[:1]:
            role["memberOf"] = self._reference(agency)
        return role


def _plain(values: list[object]) -> object:
    return values[0] if len(values) == 1 else values

"""The order in which a person reads what is known of a thing.

Properties are named by CURIE. One that is not listed here stands among the relations, after the
listed ones.
"""

from collections.abc import Mapping
from typing import Final

SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "names": (
        "skos:prefLabel",
        "rdfs:label",
        "schema:headline",
        "inov:expandedName",
        "foaf:name",
        "skos:altLabel",
        "skos:hiddenLabel",
        "inov:surfaceForm",
    ),
    "kind": (
        "skos:definition",
        "dcterms:description",
        "rdfs:comment",
        "sh:select",
        "sh:ask",
        "sh:construct",
        "schema:text",
        "inov:agencyType",
        "inov:govLevel",
        "inov:innovationForm",
        "inov:lifecycleStage",
        "inov:innovationPractice",
        "inov:placeType",
        "inov:centreType",
        "inov:eventType",
        "inov:theme",
        "inov:capacity",
        "inov:rank",
        "inov:group",
        "inov:status",
        "inov:outcome",
        "inov:conflictKind",
        "inov:resolution",
        "skos:scopeNote",
        "skos:inScheme",
        "skos:broader",
        "inov:opsiFacet",
    ),
    "figures": (
        "inov:indicator",
        "inov:value",
        "inov:scaleMax",
        "inov:unit",
        "inov:population",
        "inov:approximate",
        "inov:ratingCategory",
        "inov:refPeriod",
        "inov:rankMin",
        "inov:rankMax",
        "inov:bestOf",
        "inov:tierSize",
        "inov:launchedType",
        "inov:quantity",
        "inov:frequency",
        "void:triples",
        "void:entities",
        "void:distinctSubjects",
        "void:distinctObjects",
        "void:classes",
        "void:properties",
    ),
    "when_where": (
        "inov:date",
        "inov:edtf",
        "time:dayOfWeek",
        "inov:datePrecision",
        "inov:period",
        "inov:year",
        "inov:attestedOn",
        "org:memberDuring",
        "inov:notBefore",
        "prov:invalidatedAtTime",
        "inov:dateline",
        "inov:venue",
        "inov:locatedIn",
        "inov:jurisdiction",
        "inov:within",
        "inov:serviceArea",
        "inov:targetPlace",
    ),
    "relations": (
        "org:member",
        "inov:inPost",
        "org:organization",
        "org:unitOf",
        "org:postIn",
        "inov:confers",
        "inov:recipient",
        "inov:recognises",
        "inov:conferredBy",
        "inov:presentedBy",
        "inov:presenterTenure",
        "inov:receivedBy",
        "inov:receiverTenure",
        "inov:duringEvent",
        "inov:resultOf",
        "inov:operatedBy",
        "inov:initiatedBy",
        "inov:integrates",
        "inov:entrant",
        "inov:inEdition",
        "inov:inGroup",
        "inov:speaker",
        "inov:speakerTenure",
        "inov:topic",
        "inov:about",
    ),
    "evidence_of": (
        "inov:reportedIn",
        "inov:publisher",
        "inov:byline",
        "inov:section",
        "inov:mainlyAbout",
        "prov:hadPrimarySource",
        "inov:span",
        "inov:certainty",
        "inov:attributedTo",
        "inov:claimRank",
        "inov:elaborates",
        "inov:conflicting",
        "inov:evidence",
        "oa:hasSource",
        "inov:locator",
        "skos:note",
        "skos:editorialNote",
        "dcterms:source",
    ),
    "links": (
        "dcterms:isReplacedBy",
        "owl:sameAs",
        "skos:exactMatch",
        "skos:closeMatch",
        "rdfs:seeAlso",
        "foaf:homepage",
    ),
    "record": (
        "skos:notation",
        "dcterms:identifier",
        "dcterms:language",
        "dcterms:license",
        "dcterms:rights",
        "dcterms:creator",
        "dcterms:publisher",
        "dcterms:issued",
        "dcterms:modified",
        "dcat:version",
        "dcat:isVersionOf",
        "dcat:previousVersion",
        "owl:versionInfo",
        "dcterms:conformsTo",
        "void:vocabulary",
        "void:sparqlEndpoint",
        "schema:target",
        "void:uriSpace",
        "inov:yearValue",
        "inov:order",
        "inov:assertedIn",
        "inov:sha256",
        "inov:textLength",
        "qb:dataSet",
        "skos:topConceptOf",
        "skos:hasTopConcept",
        "rdfs:isDefinedBy",
        "owl:deprecated",
        "oa:hasSelector",
        "spdx:checksum",
        "void:dataDump",
        "void:feature",
        "dcat:distribution",
        "void:classPartition",
        "void:propertyPartition",
    ),
}
"""Section (a key of the interface's words) → its properties, in order."""

UNGROUPED: Final = ("inov:yearValue", "inov:order")
"""Integers that are not counts: no separators between their digits."""

_PLACES: Final = {
    curie: (section, place)
    for section, curies in SECTIONS.items()
    for place, curie in enumerate(curies)
}
_LAST: Final = 1_000


def place_of(curie: str) -> tuple[str, int]:
    """Return a property's section and its place in it.

    >>> place_of("skos:altLabel")
    ('names', 5)
    >>> place_of("inov:newTerm")
    ('relations', 1000)
    """
    return _PLACES.get(curie, ("relations", _LAST))

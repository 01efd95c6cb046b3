"""The queries behind the figures on coverage and quality, asked of a release's content.

They are written against the canonical base; ``rebase`` them for a release. Asked of a release as
it is served they give the same figures, so that whoever doubts one can ask again: the page on
quality links to them.
"""

from typing import Final

_INOV: Final = "PREFIX inov: <https://w3id.org/inovasi-publik/ont#>\n"
_GRAPH: Final = "PREFIX graph: <https://w3id.org/inovasi-publik/graph/>\n"
_SKOS: Final = "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"
_SCHEME: Final = "PREFIX scheme: <https://w3id.org/inovasi-publik/scheme/>\n"
_INDICATOR: Final = (
    "PREFIX indicator: <https://w3id.org/inovasi-publik/scheme/indicator/>\n"
    "PREFIX article-graph: <https://w3id.org/inovasi-publik/graph/article/>\n"
)
_ORG: Final = "PREFIX org: <http://www.w3.org/ns/org#>\n"

# What names no innovation may be the very one that another source names the innovation of.
HELD: Final = (
    _INOV
    + _ORG
    + """
SELECT ?award (COUNT(DISTINCT ?recognition) AS ?held) (COUNT(DISTINCT ?agency) AS ?agencies)
WHERE {
  ?recognition inov:confers ?award ; inov:recipient ?recipient .
  OPTIONAL { ?recipient org:unitOf ?above }
  BIND (COALESCE(?above, ?recipient) AS ?agency)
  OPTIONAL { ?recognition inov:recognises ?work }
  OPTIONAL { ?other inov:confers ?award ; inov:recipient ?recipient ; inov:recognises ?named }
  FILTER (BOUND(?work) || !BOUND(?named))
}
GROUP BY ?award ORDER BY ?award"""
)

OFFICIAL: Final = (
    _INOV
    + _SKOS
    + _INDICATOR
    + """
SELECT DISTINCT ?award ?official ?origin ?population ?unit ?whole ?wider
WHERE {
  { ?award inov:tierSize ?official BIND (?award AS ?origin) }
  UNION {
    VALUES ?indicator { indicator:ukuran-tier indicator:jumlah-inovasi-terpilih
      indicator:jumlah-instansi-terpilih indicator:jumlah-penerima
      indicator:jumlah-instansi-dianugerahi indicator:jumlah-instansi-terbaik }
    ?origin inov:indicator ?indicator ; inov:about ?award .
    { ?award a inov:Tier } UNION { ?award a inov:AwardEdition }
    GRAPH ?source { ?origin inov:value ?official }
    FILTER (STRSTARTS(STR(?source), STR(article-graph:)))
    OPTIONAL { ?origin inov:population ?population OPTIONAL { ?population skos:broader ?wider } }
    OPTIONAL { ?origin inov:unit ?unit }
    OPTIONAL { ?origin inov:partOfObservation ?whole . ?whole inov:about ?award }
    OPTIONAL { ?origin inov:restrictedTo ?bounds }
    FILTER (!BOUND(?bounds))
  }
}
ORDER BY ?award ?official ?origin"""
)

TIERS: Final = _INOV + "\nSELECT ?award ?edition WHERE { ?award inov:tierOf ?edition }"

# A population is a part where it is a kind of agency: by its notation, or as mapped.
_PART: Final = """
  { ?population skos:notation ?name . ?type skos:notation ?name }
  UNION { ?population skos:narrowMatch ?type }
  ?population skos:inScheme scheme:population .
  ?type skos:inScheme scheme:agency-type .
  ?kind skos:broader* ?type ; skos:inScheme scheme:agency-type ."""

POPULATIONS: Final = (
    _SKOS
    + _SCHEME
    + f"\nSELECT DISTINCT ?population ?kind\nWHERE {{{_PART}\n}}\nORDER BY ?population"
)

RECIPIENTS: Final = (
    _INOV
    + _ORG
    + """
SELECT DISTINCT ?award ?recognition ?agency ?kind
WHERE {
  ?recognition inov:confers ?award ; inov:recipient ?recipient .
  OPTIONAL { ?recipient org:unitOf ?above }
  BIND (COALESCE(?above, ?recipient) AS ?agency)
  ?agency inov:agencyType ?kind .
  OPTIONAL { ?recognition inov:recognises ?work }
  OPTIONAL { ?other inov:confers ?award ; inov:recipient ?recipient ; inov:recognises ?named }
  FILTER (BOUND(?work) || !BOUND(?named))
}
ORDER BY ?award ?kind"""
)

PARTIAL: Final = (
    _INOV
    + _SKOS
    + _INDICATOR
    + """
SELECT ?graph ?about ?indicator ?observation ?population ?value ?whole ?wider
WHERE {
  ?observation a inov:Observation .
  GRAPH ?graph {
    ?observation inov:value ?value ; inov:indicator ?indicator ; inov:about ?about .
    OPTIONAL { ?observation inov:population ?population }
    OPTIONAL { ?observation inov:partOfObservation ?whole }
    OPTIONAL { ?observation inov:restrictedTo ?bounds }
  }
  OPTIONAL { ?population skos:broader ?wider }
  FILTER (STRSTARTS(STR(?graph), STR(article-graph:)) && (BOUND(?whole) || !BOUND(?bounds)))
}
ORDER BY ?about ?indicator ?graph ?observation"""
)

SOURCES: Final = (
    _INOV
    + _INDICATOR.partition("\n")[2]
    + """
SELECT ?source (COUNT(*) AS ?claims) (SUM(?also) AS ?corroborated)
WHERE {
  ?source inov:assertedIn ?graph .
  GRAPH ?graph { ?s ?p ?o }
  BIND (IF(EXISTS {
    GRAPH ?other { ?s ?p ?o }
    FILTER (?other != ?graph && STRSTARTS(STR(?other), STR(article-graph:)))
  }, 1, 0) AS ?also)
}
GROUP BY ?source ORDER BY ?source"""
)

TRIPLES: Final = (
    _INOV
    + """
SELECT (COUNT(*) AS ?claims) (SUM(IF(?sources > 1, 1, 0)) AS ?corroborated)
WHERE {
  { SELECT ?s ?p ?o (COUNT(*) AS ?sources)
    WHERE { ?source inov:assertedIn ?graph . GRAPH ?graph { ?s ?p ?o } }
    GROUP BY ?s ?p ?o }
}"""
)

CONFLICTS: Final = (
    _INOV
    + _GRAPH
    + """
SELECT ?kind ?resolution (COUNT(DISTINCT ?conflict) AS ?conflicts)
WHERE {
  GRAPH graph:conflicts { ?conflict inov:conflictKind ?kind ; inov:resolution ?resolution }
}
GROUP BY ?kind ?resolution ORDER BY ?kind ?resolution"""
)

_LABELLED: Final = """
  ?thing a ?class .
  FILTER (isIRI(?thing) && isIRI(?class))
  FILTER (STRSTARTS(STR(?thing), "https://w3id.org/inovasi-publik/id/")
    || STRSTARTS(STR(?thing), STR(scheme:)))
  FILTER (!STRSTARTS(STR(?thing), "https://w3id.org/inovasi-publik/id/release/"))
  BIND (IF(EXISTS { ?thing skos:prefLabel ?label FILTER (LANG(?label) = "id") }, 0, 1) AS ?id)
  BIND (IF(EXISTS { ?thing skos:prefLabel ?label FILTER (LANG(?label) = "en") }, 0, 1) AS ?en)"""

LABELS: Final = (
    _SKOS
    + _SCHEME
    + f"""
SELECT ?class (COUNT(?thing) AS ?things) (SUM(?id) AS ?missingId) (SUM(?en) AS ?missingEn)
WHERE {{{_LABELLED}
}}
GROUP BY ?class ORDER BY ?class"""
)

ALL_LABELS: Final = (
    _SKOS
    + _SCHEME
    + f"""
SELECT (COUNT(*) AS ?things) (SUM(?id) AS ?missingId) (SUM(?en) AS ?missingEn)
WHERE {{
  {{ SELECT DISTINCT ?thing ?id ?en WHERE {{{_LABELLED}
  }} }}
}}"""
)

LINKS: Final = (
    _GRAPH
    + """PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>

SELECT ?graph ?host (COUNT(*) AS ?links)
WHERE {
  VALUES ?graph { graph:links graph:identity graph:geonames graph:places graph:reference
    graph:editorial graph:vocabularies }
  GRAPH ?graph { ?thing ?property ?target }
  FILTER (isIRI(?target) && !STRSTARTS(STR(?target), "https://w3id.org/inovasi-publik/"))
  FILTER (STRSTARTS(STR(?thing), "https://w3id.org/inovasi-publik/"))
  FILTER (?property NOT IN (rdf:type, dcterms:source, dcterms:license))
  BIND (REPLACE(STR(?target), "^(https?://[^/]+/).*$", "$1") AS ?host)
  FILTER (STRSTARTS(?host, "http"))
}
GROUP BY ?graph ?host ORDER BY ?host ?graph"""
)

RECOGNITIONS: Final = (
    _INOV
    + """
SELECT ?recognition ?recipient ?innovation
WHERE {
  ?recognition inov:confers <%s> ; inov:recipient ?recipient .
  OPTIONAL { ?recognition inov:recognises ?innovation }
}
ORDER BY ?recipient ?innovation"""
)
"""The recognitions of one award or tier, whose IRI is to be filled in."""

MEASUREMENTS: Final = (
    """PREFIX dqv: <http://www.w3.org/ns/dqv#>
"""
    + _GRAPH
    + """
SELECT ?metric ?on ?value
WHERE {
  GRAPH graph:quality {
    ?measurement dqv:isMeasurementOf ?metric ; dqv:computedOn ?on ; dqv:value ?value .
  }
}
ORDER BY ?metric ?on ?value"""
)

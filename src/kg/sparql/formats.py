"""The formats we speak: media type, file suffix, aliases. Each stands under its specification.

Media types sent are always the registered ones; an alias is only understood when asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Format:
    """A way to write a document.

    ``suffix`` is the file ending; ``aliases`` are other media types that clients use for it and
    ``names`` other values of ``?format=`` (those that SPARQLWrapper sends among them). ``iri``
    names the format in the W3C registry, http://www.w3.org/ns/formats/ (None: no entry).
    """

    media_type: str
    suffix: str
    label: str
    aliases: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    iri: str | None = None

    @property
    def content_type(self) -> str:
        """The value of a ``Content-Type`` header; everything we write is UTF-8.

        >>> TURTLE.content_type
        'text/turtle; charset=utf-8'
        """
        text = self.media_type.startswith("text/")
        return f"{self.media_type}; charset=utf-8" if text else self.media_type


_REGISTRY: Final = "http://www.w3.org/ns/formats/"
_ANY_XML: Final = ("application/xml", "text/xml")

# https://www.w3.org/TR/sparql11-results-json/
RESULTS_JSON: Final = Format(
    "application/sparql-results+json",
    "json",
    "JSON",
    aliases=("application/json", "text/json"),
    iri=_REGISTRY + "SPARQL_Results_JSON",
)
# https://www.w3.org/TR/rdf-sparql-XMLres/
RESULTS_XML: Final = Format(
    "application/sparql-results+xml",
    "xml",
    "XML",
    aliases=_ANY_XML,
    iri=_REGISTRY + "SPARQL_Results_XML",
)
# https://www.w3.org/TR/sparql11-results-csv-tsv/
RESULTS_CSV: Final = Format("text/csv", "csv", "CSV", iri=_REGISTRY + "SPARQL_Results_CSV")
RESULTS_TSV: Final = Format(
    "text/tab-separated-values", "tsv", "TSV", iri=_REGISTRY + "SPARQL_Results_TSV"
)
# https://www.w3.org/TR/turtle/ (a Turtle document is an N3 document too)
TURTLE: Final = Format(
    "text/turtle",
    "ttl",
    "Turtle",
    aliases=("application/x-turtle", "application/turtle", "text/n3", "text/rdf+n3"),
    names=("turtle", "n3"),
    iri=_REGISTRY + "Turtle",
)
# https://www.w3.org/TR/n-triples/
N_TRIPLES: Final = Format(
    "application/n-triples", "nt", "N-Triples", names=("ntriples",), iri=_REGISTRY + "N-Triples"
)
# https://www.w3.org/TR/rdf-syntax-grammar/
RDF_XML: Final = Format(
    "application/rdf+xml",
    "rdf",
    "RDF/XML",
    aliases=_ANY_XML,
    names=("rdf+xml", "xml"),
    iri=_REGISTRY + "RDF_XML",
)
# https://www.w3.org/TR/json-ld11/
JSON_LD: Final = Format(
    "application/ld+json",
    "jsonld",
    "JSON-LD",
    aliases=("application/json", "text/json"),
    names=("json-ld", "json"),
    iri=_REGISTRY + "JSON-LD",
)
# https://www.w3.org/TR/trig/
TRIG: Final = Format(
    "application/trig", "trig", "TriG", aliases=("application/x-trig",), iri=_REGISTRY + "TriG"
)
# https://www.w3.org/TR/n-quads/
N_QUADS: Final = Format(
    "application/n-quads",
    "nq",
    "N-Quads",
    aliases=("text/x-nquads",),
    names=("nquads",),
    iri=_REGISTRY + "N-Quads",
)
# https://html.spec.whatwg.org/
HTML: Final = Format("text/html", "html", "HTML")
# https://www.rfc-editor.org/rfc/rfc9457
PROBLEM_JSON: Final = Format(
    "application/problem+json",
    "json",
    "JSON",
    aliases=("application/json", "text/json"),
)
# https://www.rfc-editor.org/rfc/rfc2046#section-4.1.3
PLAIN_TEXT: Final = Format("text/plain", "txt", "Text")

SOLUTIONS: Final = (RESULTS_JSON, RESULTS_XML, RESULTS_CSV, RESULTS_TSV)
"""For SELECT and ASK; the first is what a client without a wish gets."""

GRAPHS: Final = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML, TRIG, N_QUADS)
"""For CONSTRUCT and DESCRIBE."""

DOCUMENTS: Final = (*GRAPHS, HTML)
"""For a thing, a graph, a service description; without a wish Turtle, for a browser HTML."""


def find_format(name: str, offers: Sequence[Format]) -> Format | None:
    """Return the format that ``?format=`` names by suffix, media type or alias.

    >>> find_format("csv", SOLUTIONS) is RESULTS_CSV
    True
    >>> find_format("application/json", GRAPHS) is JSON_LD
    True
    """
    wanted = name.strip().lower()
    for offer in offers:
        if wanted in (offer.suffix, *offer.names, offer.media_type, *offer.aliases):
            return offer
    return None

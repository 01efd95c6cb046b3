"""Reading RDF text with the engine's parsers, which name the line and column of a fault.

They are the parsers that load a release, so that what is validated is what is published; and
they fetch nothing, remote JSON-LD contexts included.
"""

from typing import Final

import pyoxigraph as ox

from kg.errors import KgError
from kg.language import Text
from kg.store.terms import Quad, to_quad

_FORMATS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}

SYNTAXES: Final = tuple(_FORMATS)
"""The syntaxes that can be read, by their file suffix."""


class RdfSyntaxError(KgError):
    """Text that is not RDF in the syntax it is said to be in.

    ``line`` and ``column`` count from 1; both are None where the parser names no place.
    ``parser_message`` is its own sentence, in English.
    """

    http_status = 400

    def __init__(self, line: int | None, column: int | None, parser_message: str) -> None:
        super().__init__(
            Text("RDF rusak: {message}", "Broken RDF: {message}").format(message=parser_message)
        )
        self.line, self.column, self.parser_message = line, column, parser_message


def parse_rdf(text: str, syntax: str, base: str) -> list[Quad]:
    """Return the quads of a document; those outside named graphs have None for a graph.

    ``syntax`` is one of ``SYNTAXES``. Relative IRIs are resolved against ``base``. Blank nodes
    are named anew, so that two documents never share one. Literals keep their lexical forms.

    Raises ``RdfSyntaxError``.
    """
    try:
        parsed = ox.parse(text, _FORMATS[syntax], base_iri=base, rename_blank_nodes=True)
        return [to_quad(quad) for quad in parsed]
    except SyntaxError as error:
        raise RdfSyntaxError(error.lineno, error.offset, error.msg) from None
    except (ValueError, OSError) as error:
        raise RdfSyntaxError(None, None, str(error)) from None

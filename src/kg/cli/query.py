"""``kg query``: the text of a query from anywhere, its answer in any form."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from kg.client import RemoteAnswer, query_endpoint
from kg.errors import Location, RecordError
from kg.iris import compress_iri, rebase
from kg.language import Text
from kg.namespaces import read_prefixes
from kg.release.publication import Release, Releases
from kg.settings import Settings
from kg.sparql.formats import GRAPHS, RESULTS_JSON, SOLUTIONS, TURTLE, find_format
from kg.store import QueryPool

TABLE: Final = "table"
FORMATS: Final = (TABLE, *(offer.suffix for offer in (*SOLUTIONS, *GRAPHS)))


def answer_query(query: str, answer_format: str, endpoint: str | None, settings: Settings) -> None:
    """Print the answer to a query on standard output.

    ``answer_format`` is one of ``FORMATS``; a table becomes Turtle where the answer is a graph.
    Raises ``QueryError`` with what the engine or the endpoint said.
    """
    text = read_query(query)
    solutions = (find_format(answer_format, SOLUTIONS) or RESULTS_JSON).media_type
    graph = (find_format(answer_format, GRAPHS) or TURTLE).media_type
    prefixes = read_prefixes(settings.ontology)
    if endpoint:
        answer = query_endpoint(
            endpoint, text, solutions=solutions, graph=graph, timeout=settings.query_timeout
        )
    else:
        release = Releases(settings.home).current()
        prefixes = {name: rebase(iri, release.base) for name, iri in prefixes.items()}
        answer = _ask_release(release, rebase(text, release.base), solutions, graph, settings)
    if answer_format == TABLE and answer.media_type == RESULTS_JSON.media_type:
        click.echo(_table(json.loads(answer.content), prefixes))
    else:
        sys.stdout.buffer.write(answer.content)
        sys.stdout.flush()


def read_query(query: str) -> str:
    """Return the text of a query: standard input for ``-``, a file's content, or itself."""
    if query == "-":
        return sys.stdin.read()
    if "\n" in query or not query.endswith((".rq", ".sparql")):
        return query
    try:
        return Path(query).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise RecordError(
            Location(Path(query)),
            Text(
                "Berkas kueri tidak ada atau bukan UTF-8", "The query file is missing or not UTF-8"
            ),
        ) from None


def _ask_release(
    release: Release, query: str, solutions: str, graph: str, settings: Settings
) -> RemoteAnswer:
    with QueryPool(
        release.store_path,
        workers=1,
        timeout=settings.query_timeout,
        memory=settings.query_memory,
        queue=1,
        result_limit=settings.result_limit,
    ) as pool:
        answer = pool.run(query, solutions=solutions, graph=graph)
        with answer.spool:
            return RemoteAnswer(answer.media_type, answer.spool.read())


def _table(results: Mapping[str, Any], prefixes: Mapping[str, str]) -> str:
    """Lay solutions out in columns, the variables on top (SPARQL 1.1 Results JSON)."""
    if "boolean" in results:
        return str(results["boolean"]).lower()
    names = results["head"]["vars"]
    solutions = results["results"]["bindings"]
    rows = [names, *([_cell(row.get(name), prefixes) for name in names] for row in solutions)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(names))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in rows]
    rule = "  ".join("-" * width for width in widths)
    return "\n".join(line.rstrip() for line in (lines[0], rule, *lines[1:]))


def _cell(term: Mapping[str, str] | None, prefixes: Mapping[str, str]) -> str:
    if term is None:
        return ""
    if term["type"] == "uri":
        return compress_iri(term["value"], prefixes)
    language = term.get("xml:lang")
    return " ".join(term["value"].split()) + (f"@{language}" if language else "")

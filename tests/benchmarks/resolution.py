"""Precision and recall of the resolver over names as press pages print them.

``names.csv``: a name as found, the canonical name of the agency, the IRI expected (empty where
the graph holds none: the right answer is then a question), level, year and page.

    python tests/benchmarks/resolution.py
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from kg.ingest.corpus import read_corpus
from kg.ingest.curated import resolver_of
from kg.ingest.resolution import Resolution, Resolver
from kg.namespaces import read_prefixes
from kg.settings import Settings

NAMES = Path(__file__).with_name("names.csv")
GROUPS = ("canonical names", "aliases", "not in the graph")


@dataclass(frozen=True)
class Outcome:
    """What became of one name."""

    name: str
    group: str
    verdict: str
    answer: Resolution


def outcomes(resolver: Resolver) -> Iterator[Outcome]:
    """Yield what the resolver makes of each name, with the year of its page as the only hint."""
    prefixes = read_prefixes(Settings().ontology)
    with NAMES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            prefix, _, slug = row["expected"].partition(":")
            expected = prefixes[prefix] + slug if slug else ""
            hints = {"year": row["year"]} if row["year"] else {}
            answer = resolver.resolve("agency", row["name"], hints)
            same = row["name"] == row["canonical"]
            group = GROUPS[2] if not expected else GROUPS[0] if same else GROUPS[1]
            yield Outcome(row["name"], group, _verdict(answer, expected), answer)


def _verdict(answer: Resolution, expected: str) -> str:
    if answer.iri is not None:
        return "settled" if str(answer.iri) == expected else "wrong"
    ranked = [str(candidate.iri) for candidate in answer.candidates]
    if expected not in ranked:
        return "open"
    place = ranked.index(expected)
    return "first" if place == 0 else "top5" if place < 5 else "open"


def main() -> None:
    """Print the table, and the names that were not settled."""
    settings = Settings()
    corpus = read_corpus(settings.data, read_prefixes(settings.ontology))
    found = list(outcomes(resolver_of(corpus)))
    click.echo(
        f"{'names':<18}{'all':>6}{'settled':>9}{'first':>7}{'top5':>6}{'open':>6}{'wrong':>7}"
    )
    for group in (*GROUPS, "together"):
        of = [o.verdict for o in found if group in (o.group, "together")]
        verdicts = [of.count(v) for v in ("settled", "first", "top5", "open", "wrong")]
        cells = "".join(f"{n:>{w}}" for n, w in zip(verdicts, (9, 7, 6, 6, 7), strict=True))
        click.echo(f"{group:<18}{len(of):>6}{cells}")
    known = [o.verdict for o in found if o.group != GROUPS[2]]
    settled, wrong = known.count("settled"), sum(o.verdict == "wrong" for o in found)
    click.echo(f"precision {settled / (settled + wrong):.3f}, recall {settled / len(known):.3f}")
    for o in found:
        if o.verdict != "settled":
            click.echo(f"  {o.verdict:<6} {o.group}: {o.name}")


if __name__ == "__main__":
    main()

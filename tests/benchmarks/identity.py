"""Whether one thing has one IRI: the graph's decisions against 200 checked by hand.

``identity.csv``: 100 pairs of IRIs of one kind whose names are near-equal, or that one government
has and whose names share words, drawn from all such pairs by ``pairs_drawn``; and 100 names as
pages print them, with the IRI that stands for each in that source, drawn with the same seed from
the names of agencies, units, innovations and people in the list of press facts and in the tables.
The verdict, ``same`` or ``different``, is what a reader of the rows and pages says. The graph says
``different`` of two IRIs that its claims speak of, and ``same`` of a name and an IRI that the
claims of its source speak of.

    python tests/benchmarks/identity.py [--draw]
"""

import csv
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from pathlib import Path

import click
from rapidfuzz import fuzz
from rdflib import URIRef
from rdflib.namespace import ORG, SKOS

from kg.ingest.corpus import Corpus, read_corpus
from kg.ingest.names import name_key
from kg.iris import expand_curie
from kg.namespaces import CANONICAL_BASE, INOV, read_prefixes
from kg.settings import Settings

ROWS = Path(__file__).with_name("identity.csv")
SEED = 2026
SHARES = {"agency": (45, 75), "innovation": (35, 75), "person": (20, 66)}
"""How many pairs of each kind are drawn, and the score from which two names count as near."""
COMMON, NEAR_IN_ONE = 20, 60
"""Words that more things share are left out of the names; but of two things that one regional
government has the whole names count, from this score on."""


@dataclass(frozen=True)
class Row:
    """One line of the benchmark: two IRIs, or an IRI and a name, and what a reader says."""

    kind: str
    a: str
    b: str
    form: str
    sources: tuple[str, ...]
    verdict: str
    reason: str


def rows_read() -> list[Row]:
    """Return the lines of ``identity.csv``."""
    with ROWS.open(encoding="utf-8", newline="") as file:
        return [
            Row(sources=tuple(row.pop("sources").split()), **row) for row in csv.DictReader(file)
        ]


class Spoken:
    """What the claims of a corpus speak of: by which sources, under which names, of whom."""

    def __init__(self, corpus: Corpus, prefixes: Mapping[str, str]) -> None:
        self.corpus = corpus
        self.prefixes = prefixes
        self.sources: dict[str, set[str]] = defaultdict(set)
        self.owners: dict[str, set[str]] = defaultdict(set)
        for source in corpus.sources:
            for claim in source.claims:
                subject, predicate, value = claim.triple
                for node in (subject, value):
                    if isinstance(node, URIRef):
                        self.sources[str(node)].add(source.id)
                if predicate in (ORG.unitOf, INOV.operatedBy):
                    self.owners[str(subject)].add(str(value))

    @cached_property
    def names(self) -> dict[str, set[str]]:
        """Return the names of each thing, folded as the resolver folds them."""
        found: dict[str, set[str]] = defaultdict(set)
        labels: list[tuple[object, object]] = []
        corpus = self.corpus
        labels += [(thing.iri, thing.label.id) for thing in corpus.generated]
        labels += [(row.iri, row.name.id) for row in corpus.ministries]
        labels += [(p.government, f"Pemerintah {p.name.id}") for p in corpus.places if p.government]
        for file in corpus.things:
            labels += file.graph.subject_objects(SKOS.prefLabel)
        for source in corpus.sources:
            for claim in source.claims:
                subject, predicate, value = claim.triple
                if predicate in (SKOS.altLabel, SKOS.hiddenLabel):
                    labels.append((subject, value))
        for thing, label in labels:
            found[str(thing)].add(name_key(str(label)))
        return found

    def tops(self, thing: str) -> set[str]:
        """Return the agencies at the head of those that a thing belongs to."""
        owners = self.owners[thing]
        return {top for owner in owners for top in self.tops(owner) or {owner}}

    def decides(self, row: Row) -> str:
        """Return ``same`` or ``different``: what the graph says of a line."""
        a, b = expand_curie(row.a, self.prefixes), expand_curie(row.b or row.a, self.prefixes)
        if row.b:
            return "different" if a != b and self.sources[a] and self.sources[b] else "same"
        return "same" if self.sources[a].issuperset(row.sources) else "different"


def pairs_drawn(spoken: Spoken) -> Iterator[tuple[str, str, str]]:
    """Yield a random choice of pairs to check: kind and both IRIs; the same for the same data."""
    for kind, (share, near) in SHARES.items():
        prefix = f"{CANONICAL_BASE}id/{kind}/"
        things = sorted(iri for iri in spoken.sources if iri.startswith(prefix))
        bare = _without_common_words({thing: spoken.names[thing] for thing in things})
        pairs = [
            (a, b)
            for a, b in combinations(things, 2)
            if a not in spoken.owners[b]
            and b not in spoken.owners[a]
            and _score(a, b, spoken, bare) >= near
        ]
        for a, b in random.Random(SEED).sample(pairs, share):  # noqa: S311 - no secret
            yield kind, a, b


def _without_common_words(names: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return the names without the words that many things share, such as that for a regency."""
    borne = Counter(word for own in names.values() for word in set(" ".join(own).split()))
    common = {word for word, count in borne.items() if count > COMMON}
    return {
        thing: {" ".join(w for w in name.split() if w not in common) or name for name in own}
        for thing, own in names.items()
    }


def _score(a: str, b: str, spoken: Spoken, bare: Mapping[str, set[str]]) -> float:
    shared = spoken.tops(a) & spoken.tops(b)
    if any("/agency/pem" in top for top in shared):
        pairs = product(spoken.names[a], spoken.names[b])
        best = max(fuzz.token_set_ratio(x, y) for x, y in pairs)
        return 100 if best >= NEAR_IN_ONE else 0
    return max(fuzz.token_sort_ratio(x, y) for x, y in product(bare[a], bare[b]))


def read_spoken() -> Spoken:
    """Return what the repository's own data speak of."""
    settings = Settings()
    prefixes = read_prefixes(settings.ontology)
    return Spoken(read_corpus(settings.data, prefixes), prefixes)


@click.command()
@click.option("--draw", is_flag=True, help="Draw pairs from the data as they are now.")
def main(*, draw: bool) -> None:
    """Print precision and recall of what the graph holds to be one thing, and the errors."""
    spoken = read_spoken()
    if draw:
        for kind, a, b in pairs_drawn(spoken):
            click.echo(f"{kind}\t{a}\t{b}")
        return
    judged = [(row, spoken.decides(row)) for row in rows_read()]
    for kind in (*SHARES, "together"):
        of = [(row.verdict, said) for row, said in judged if kind in (row.kind, "together")]
        click.echo(f"{kind:<11}{len(of):>4} lines" + "".join(map(_rates, [of, of], VERDICTS)))
    for row, said in judged:
        if said != row.verdict:
            click.echo(f"  {said}, not {row.verdict}: {row.a} {row.b or row.form} ({row.reason})")


VERDICTS = ("same", "different")


def _rates(of: list[tuple[str, str]], verdict: str) -> str:
    right = sum(true == said == verdict for true, said in of)
    said = sum(said == verdict for _, said in of)
    true = sum(true == verdict for true, _ in of)
    return f"   {verdict}: precision {right / max(said, 1):.3f}, recall {right / max(true, 1):.3f}"


if __name__ == "__main__":
    main()

"""Releases of any size in the project's own model: conferrals with all that is claimed of them.

A conferral of the curated data, the innovation it recognises, its agency, its award and its
source are repeated under other names, with their claims, spans and labels: a new innovation for
every row, an agency for ten, an award for a hundred, a source for three hundred.
"""

from collections.abc import Iterator
from functools import cached_property

from kg.ingest.corpus import read_corpus
from kg.namespaces import read_prefixes
from kg.release.candidate import assemble
from kg.settings import Settings

BASE = "https://w3id.org/inovasi-publik/"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
GROUPS = {"S": 300, "E": 100, "A": 10, "K": 1}
NAMES = {
    f"{BASE}id/conferral/2024-top-inovasi-replikasi-pemkab-kendal": "K",
    f"{BASE}id/innovation/kuda-sakti": "K",
    f"{BASE}id/agency/pemkab-kendal": "A",
    f"{BASE}id/award/top-inovasi-replikasi-2024": "E",
    f"{BASE}id/award/top-inovasi-replikasi": "E",
}
LEFT_OUT = ("receiverTenure", "altLabel", "hiddenLabel")


class Template:
    """The lines that a row adds, by how many rows share them."""

    def __init__(self) -> None:
        settings = Settings()
        corpus = read_corpus(settings.data, read_prefixes(settings.ontology))
        self.base = [
            line
            for line in assemble(settings.ontology, corpus).nquads().decode().splitlines()
            if line
        ]

    @cached_property
    def lines(self) -> dict[str, list[str]]:
        names = dict(NAMES)
        by_subject: dict[str, list[str]] = {}
        for line in self.base:
            by_subject.setdefault(line.split(" ", 1)[0].strip("<>"), []).append(line)
        order = list(GROUPS)
        for subject, lines in by_subject.items():
            about = next((n for n in NAMES for x in lines if f"#subject> <{n}>" in x), None)
            if about and not any(word in line for word in LEFT_OUT for line in lines):
                names[subject] = NAMES[about]
                article = next(self._objects(lines, "hadPrimarySource"))
                names[article] = "S"
                names[f"{BASE}graph/article/{article.rpartition('/')[2]}"] = "S"
                for span in self._objects(lines, "span"):
                    group = min(names.get(span, "K"), NAMES[about], key=order.index)
                    names[span] = names[f"{span}#position"] = group
        found: dict[str, list[str]] = {group: [] for group in GROUPS}
        for name, group in names.items():
            for line in by_subject.get(name, []):
                if not any(word in line for word in LEFT_OUT):
                    found[group].append(self._rename(line, name, group, names))
        return found

    @staticmethod
    def _objects(lines: list[str], predicate: str) -> Iterator[str]:
        for line in lines:
            parts = line.split(" ")
            if parts[1].endswith((f"#{predicate}>", f"/{predicate}>")):
                yield parts[2].strip("<>")

    @staticmethod
    def _rename(line: str, name: str, group: str, names: dict[str, str]) -> str:
        words = []
        for word in line.split(" "):
            bare = word.strip("<>")
            if bare in names:
                head, mark, tail = bare.partition("#")
                words.append(f"<{head}-x@{names[bare]}@{mark}{tail}>")
            else:
                words.append(word)
        new = " ".join(words)
        slug = name.rpartition("/")[2]
        if "terms/identifier>" in new:
            new = new.replace(f'"{slug}"', f'"{slug}-x@{group}@"')
        if "#prefLabel>" in new:
            new = new.replace('"@', f' @{group}@"@')
        return new

    def rows(self, start: int, end: int) -> Iterator[str]:
        """Yield the lines of some rows, as N-Quads without line ends."""
        for number in range(start, end):
            for group, size in GROUPS.items():
                if number % size == 0:
                    for line in self.lines[group]:
                        filled = line
                        for mark, of in GROUPS.items():
                            filled = filled.replace(f"@{mark}@", str(number // of))
                        yield filled

    def release(self, quads: int) -> tuple[bytes, int]:
        """Return a release of about so many quads, and how many rows it has."""
        lines, row = list(self.base), 0
        while len(lines) < quads:
            lines.extend(self.rows(row, row + 300))
            row += 300
        return "\n".join([*dict.fromkeys(lines), ""]).encode(), row

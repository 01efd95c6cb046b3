"""Tables become claims: checked cell by cell, in one model, whatever the order of their rows."""

import csv
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from rdflib import Literal, URIRef
from rdflib.namespace import XSD

from kg.errors import RecordError
from kg.ingest.graphs import claim_iri, provenance_graph, sources_graph, things_graph
from kg.ingest.resolution import Candidate, Resolution
from kg.ingest.sources import Source
from kg.ingest.tables.compilation import Compiled, TableFile, compile_tables
from kg.ingest.tables.description import TableKind, read_kinds
from kg.ingest.tables.files import labels, table_files, vocabularies
from kg.ingest.tables.names import Names
from kg.ingest.tables.reading import find_kind, read_rows
from kg.ingest.tables.templates import FORMATS, guide_section, template
from kg.ingest.tables.workbook import write_workbook
from kg.iris import expand_curie
from kg.language import LANGUAGES, Language, Text
from kg.namespaces import INOV, read_prefixes
from kg.release.build import judge_data
from kg.settings import Settings

SETTINGS: Final = Settings()
PREFIXES: Final = read_prefixes(SETTINGS.ontology)
KINDS: Final = read_kinds(SETTINGS.ontology)
EXAMPLE: Final = Path(__file__).parent / "kipp-2019"
GUIDES: Final = SETTINGS.ontology.parent / "docs"

SOURCE: Final = {
    "id": "h900",
    "kind": "page",
    "url": "https://kabar.example/1",
    "publisher": "new: Kabar",
    "label_id": "Kabar: contoh",
    "label_en": "Kabar: example",
}
GOOD: Final[Mapping[str, Mapping[str, str]]] = {
    "agencies": {
        "agency": "new: Pemerintah Kota Contoh",
        "type": "pemkot",
        "aliases": "Pemkot C; PC",
    },
    "events": {"event": "new: Gala", "type": "gala-penghargaan", "date": "2019-10"},
    "people-and-posts": {
        "person": "new: Budi",
        "post": "new: Wali Kota Contoh",
        "agency": "new: Pemerintah Kota Contoh",
        "capacity": "pj",
        "date": "2019",
    },
    "conferrals": {
        "award": "competition:kipp",
        "tier": "Top 45",
        "year": "2019",
        "agency": "new: Pemerintah Kota Contoh",
        "innovation": "new: Maju",
        "presenter": "new: Budi",
        "event": "new: Gala",
        "date": "2019-10-15",
    },
    "figures": {
        "indicator": "jumlah-inovasi",
        "about": "new: Pemerintah Kota Contoh",
        "value": "12.50",
        "unit": "inovasi",
        "period": "2019",
        "population": "inovasi-pelayanan",
    },
    "launches": {
        "event": "new: Peresmian Mal",
        "type": "peresmian",
        "date": "2023-09-26",
        "online": "true",
        "inaugurated_by": "new: Budi",
        "launched": "new: Mal Pelayanan Publik Kota Contoh",
        "launched_en": "Public Service Mall of Contoh City",
        "centre_type": "mpp",
        "agency": "new: Pemerintah Kota Contoh",
    },
    "decisions": {
        "type": "keputusan-menteri",
        "number": "18/2019",
        "issuer": "agency:kementerian-panrb",
        "date": "2019",
        "title_id": "Top 45",
        "title_en": "Top 45",
        "signed_by": "new: Budi",
        "gazette": "BN 2019 Nomor 1",
    },
    "claims": {
        "id": "001",
        "subject": "agency:pemkot-contoh",
        "predicate": "inov:jurisdiction",
        "object": "place:35-15",
        "certainty": "stated",
    },
}


class ExactLabels:
    """A resolver that knows exact labels alone, and offers what shares the first word."""

    def __init__(self, known: Mapping[str, URIRef]) -> None:
        self._known = known

    def resolve(self, kind: str, name: str, hints: Mapping[str, str]) -> Resolution:  # noqa: ARG002
        if iri := self._known.get(name):
            return Resolution(iri, "exact", ())
        near = [
            Candidate(iri, label, 0.5, Text("mirip", "alike"))
            for label, iri in self._known.items()
            if f"/{kind}/" in iri and label.split()[0] == name.split(maxsplit=1)[0]
        ]
        return Resolution(None, "open", tuple(near))


def iri(curie: str) -> URIRef:
    return URIRef(expand_curie(curie, PREFIXES))


def write(folder: Path, name: str, *rows: Mapping[str, str]) -> TableFile:
    kind = KINDS[name]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.csv"
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    return TableFile(kind, path)


def batch(folder: Path, **tables: Sequence[Mapping[str, str]]) -> list[TableFile]:
    files = [write(folder, "sources", SOURCE)]
    for name, rows in tables.items():
        kind = name.replace("_", "-")
        files.append(write(folder, kind, *({"source": "h900", **row} for row in rows)))
    return files


def names(resolver: ExactLabels | None = None) -> Names:
    return Names(PREFIXES, labels(vocabularies(SETTINGS.ontology)), resolver)


def compiled(files: Sequence[TableFile], resolver: ExactLabels | None = None) -> Compiled:
    return compile_tables(files, {}, names(resolver))


def whole(folder: Path) -> list[TableFile]:
    return batch(folder, **{name.replace("-", "_"): [row] for name, row in GOOD.items()})


def fault(folder: Path, kind: str, **cells: str) -> RecordError:
    others = {name: [row] for name, row in GOOD.items() if name in ("agencies", "events")}
    tables: dict[str, Sequence[Mapping[str, str]]] = {**others, kind: [{**GOOD[kind], **cells}]}
    files = batch(folder, **{name.replace("-", "_"): rows for name, rows in tables.items()})
    (found,) = compiled(files).faults
    return found


def objects(result: Compiled, subject: str, predicate: str) -> set[object]:
    return {
        claim.triple[2]
        for claim in result.claims["h900"]
        if claim.triple[:2] == (iri(subject), iri(predicate))
    }


# From rows to claims


def test_every_kind_of_row_becomes_claims_of_its_source(tmp_path: Path) -> None:
    result = compiled(whole(tmp_path))
    assert result.faults == ()
    assert [source.id for source in result.sources] == ["h900"]
    node = "placement:kipp-2019-top-45-pemkot-contoh-maju"
    assert objects(result, node, "inov:recipient") == {iri("agency:pemkot-contoh")}
    assert objects(result, node, "inov:confers") == {iri("tier:kipp-2019-top-45")}
    assert objects(result, node, "inov:date") == {Literal("2019-10-15", datatype=XSD.date)}
    assert objects(result, "tier:kipp-2019-top-45", "inov:tierSize") == {Literal(45)}
    tenure = "tenure:budi--wali-kota-contoh--pj"
    assert objects(result, tenure, "org:member") == {iri("person:budi")}
    assert objects(result, "event:gala-2019", "inov:edtf") == {Literal("2019-10")}
    figure = "observation:jumlah-inovasi-pemkot-contoh-2019-inovasi-pelayanan"
    assert objects(result, figure, "inov:value") == {Literal("12.5", datatype=XSD.decimal)}
    assert objects(result, "agency:pemkot-contoh", "skos:altLabel") == {
        Literal("Pemkot C", lang="id"),
        Literal("PC", lang="id"),
    }
    assert objects(result, "agency:pemkot-contoh", "inov:jurisdiction") == {iri("place:35-15")}


def test_a_place_in_a_competition_may_lack_the_year_but_an_award_may_not(tmp_path: Path) -> None:
    agencies = [GOOD["agencies"]]
    row = {**GOOD["conferrals"], "year": "", "event": ""}
    result = compiled(batch(tmp_path, agencies=agencies, conferrals=[row]))
    node = "placement:kipp-top-45-pemkot-contoh-maju"
    assert objects(result, node, "inov:confers") == {iri("tier:kipp-top-45")}
    assert objects(result, "tier:kipp-top-45", "inov:tierOf") == {iri("competition:kipp")}
    award = {**row, "award": "award:top-inovasi", "conferrer": "agency:kementerian-panrb"}
    (found,) = compiled(batch(tmp_path, agencies=agencies, conferrals=[award])).faults
    assert found.location.column == "year"


def test_launches_and_decisions_become_claims_too(tmp_path: Path) -> None:
    result = compiled(whole(tmp_path))
    launch = "event:peresmian-mal-2023"
    centre = iri("centre:mal-pelayanan-publik-kota-contoh")
    assert objects(result, launch, "inov:launched") == {centre}
    assert objects(result, launch, "inov:inauguratedBy") == {iri("person:budi")}
    assert objects(result, launch, "inov:heldOnline") == {Literal("true", datatype=XSD.boolean)}
    decree = "decision:keputusan-menteri-18-2019-kementerian-panrb"
    assert objects(result, decree, "inov:decisionNumber") == {Literal("18/2019")}
    assert objects(result, decree, "inov:signedBy") == {iri("person:budi")}


def test_rows_of_launches_share_an_event_and_one_of_an_innovation_has_no_centre(
    tmp_path: Path,
) -> None:
    mall = GOOD["launches"]
    other = {**mall, "launched": "new: Maju", "launched_en": "", "centre_type": ""}
    result = compiled(batch(tmp_path, agencies=[GOOD["agencies"]], launches=[mall, other]))
    assert objects(result, "event:peresmian-mal-2023", "inov:launched") == {
        iri("centre:mal-pelayanan-publik-kota-contoh"),
        iri("innovation:maju-pemkot-contoh"),
    }
    types = {thing.iri: thing.type for thing in result.things}
    assert types[iri("event:peresmian-mal-2023")] == INOV.Launch


def test_figures_of_one_indicator_are_told_apart_by_what_they_are_restricted_to(
    tmp_path: Path,
) -> None:
    whole = {**GOOD["figures"], "about": "place:35", "period": "../2019"}
    part = {**whole, "restricted_to": "agency:pemkot-surabaya", "value": "7"}
    part["part_of"] = "observation:jumlah-inovasi-35-sampai--2019-inovasi-pelayanan"
    result = compiled(batch(tmp_path, figures=[whole, part]))
    share = f"{part['part_of']}-pemkot-surabaya"
    assert objects(result, share, "inov:restrictedTo") == {iri("agency:pemkot-surabaya")}
    assert objects(result, share, "inov:partOfObservation") == {iri(part["part_of"])}
    assert objects(result, share, "inov:refPeriod") == {Literal("../2019")}


def test_what_is_new_gets_class_and_labels_in_both_languages(tmp_path: Path) -> None:
    things = {thing.iri: thing for thing in compiled(whole(tmp_path)).things}
    assert things[iri("agency:pemkot-contoh")].label.en == "Government of Contoh City"
    tenure = things[iri("tenure:budi--wali-kota-contoh--pj")]
    assert tenure.label == Text(
        "Budi sebagai Pj. Wali Kota Contoh", "Budi as Caretaker Wali Kota Contoh"
    )
    assert all(thing.label.id and thing.label.en for thing in things.values())
    assert len(things) >= 11


def test_rows_and_files_in_another_order_make_the_same(tmp_path: Path) -> None:
    more = [{**GOOD["conferrals"], "innovation": f"new: Karya {n}"} for n in range(20)]
    agencies, events = [GOOD["agencies"]], [GOOD["events"]]
    ordered = batch(tmp_path / "a", agencies=agencies, events=events, conferrals=more)
    random.Random(1).shuffle(more)  # noqa: S311 - any fixed order will do
    shuffled = batch(tmp_path / "b", conferrals=more, events=events, agencies=agencies)
    one, other = compiled(ordered), compiled(shuffled[::-1])
    assert graph(one) == graph(other)
    assert len(one.claims["h900"]) > 100


def graph(result: Compiled) -> set[tuple[object, ...]]:
    sources = [source.with_claims(result.claims[source.id]) for source in result.sources]
    whole = provenance_graph(sources) + things_graph(result.things) + sources_graph(sources)
    return set(whole)


def test_more_rows_leave_the_iris_of_claims_as_they_were(tmp_path: Path) -> None:
    few = compiled(whole(tmp_path / "few"))
    rows: dict[str, list[Mapping[str, str]]] = {
        name.replace("-", "_"): [row] for name, row in GOOD.items()
    }
    rows["conferrals"] += [{**GOOD["conferrals"], "innovation": "new: Aman"}]
    many = compiled(batch(tmp_path / "many", **rows))
    before, after = ({claim_iri(c): c.triple for c in r.claims["h900"]} for r in (few, many))
    assert before.items() <= after.items()
    assert len(after) > len(before)


def test_two_sources_that_say_the_same_make_two_claims_and_one_thing(tmp_path: Path) -> None:
    other = {**SOURCE, "id": "h901", "label_id": "Kabar: lain", "label_en": "Kabar: other"}
    sources = write(tmp_path, "sources", SOURCE, other)
    rows = [{"source": name, **GOOD["agencies"]} for name in ("h900", "h901")]
    result = compiled([sources, write(tmp_path, "agencies", *rows)])
    first, second = ({claim.triple for claim in result.claims[name]} for name in ("h900", "h901"))
    assert first == second != set()
    assert sum(thing.type == INOV.Agency for thing in result.things) == 1


def test_two_innovations_of_one_name_are_told_apart(tmp_path: Path) -> None:
    agencies = [GOOD["agencies"], {**GOOD["agencies"], "agency": "new: Pemerintah Kota Lain"}]
    prizes = [{**GOOD["conferrals"], "agency": row["agency"]} for row in agencies]
    result = compiled(
        batch(tmp_path, agencies=agencies, events=[GOOD["events"]], conferrals=prizes)
    )
    found = {t.label.id for t in result.things if t.type == INOV.Innovation}
    assert found == {"Maju (Pemerintah Kota Contoh)", "Maju (Pemerintah Kota Lain)"}


def test_the_surest_of_two_rows_that_state_one_triple_is_kept(tmp_path: Path) -> None:
    rows = [{**GOOD["agencies"], "certainty": c} for c in ("implied", "stated")]
    result = compiled(batch(tmp_path, agencies=rows))
    (claim,) = (c for c in result.claims["h900"] if c.triple[1] == INOV.agencyType)
    assert claim.certainty == "stated"


def test_a_ranked_row_of_claims_stands_in_place_of_the_claim_of_another_table(
    tmp_path: Path,
) -> None:
    ranked = {
        **GOOD["claims"],
        "predicate": "inov:agencyType",
        "object": "agency-type:pemkot",
        "rank": "deprecated",
    }
    result = compiled(batch(tmp_path, agencies=[GOOD["agencies"]], claims=[ranked]))
    (claim,) = (c for c in result.claims["h900"] if c.triple[1] == INOV.agencyType)
    assert (claim.row, claim.rank) == ("001", "deprecated")
    rows = {claim.row for claim in result.claims["h900"]}
    assert {claim.fact for claim in result.claims["h900"]} <= rows
    assert graph(result)


@pytest.mark.parametrize("ending", ["csv", "tsv", "xlsx"])
def test_a_table_says_the_same_in_each_syntax(tmp_path: Path, ending: str) -> None:
    row = {"source": "h900", **GOOD["conferrals"]}
    path = tmp_path / f"conferrals.{ending}"
    rows = [list(row), list(row.values())]
    if ending == "xlsx":
        path.write_bytes(write_workbook({"conferrals": rows}))
    else:
        delimiter = "\t" if ending == "tsv" else ","
        path.write_text("".join(delimiter.join(cells) + "\n" for cells in rows), encoding="utf-8")
    (read,) = read_rows(path, KINDS["conferrals"])
    assert not isinstance(read, RecordError)
    assert {name: text for name, text in read.values.items() if text} == row


def test_a_true_batch_and_one_row_of_each_kind_pass_the_gate(
    tmp_path: Path, small_data: Path
) -> None:
    award = {
        **GOOD["conferrals"],
        "award": "award:top-inovasi",
        "tier": "Kelompok Contoh",
        "conferrer": "agency:kementerian-panrb",
        "unit": "new: Dinas Contoh",
        "receiver": "new: Wati",
        "certainty": "quoted",
        "speaker": "new: Budi",
    }
    rows = {name.replace("-", "_"): [row] for name, row in GOOD.items()}
    rows["conferrals"] = [GOOD["conferrals"], award]
    files = [TableFile(KINDS[path.stem], path) for path in sorted(EXAMPLE.glob("*.csv"))]
    # Beside the tables of data/, not in their place.
    files = [replace(file, stands_in=False) for file in (*files, *batch(tmp_path, **rows))]
    chosen = replace(SETTINGS, data=small_data, home=tmp_path / "home")
    judged = judge_data(chosen, lambda _step: None, None, files)
    assert judged.verdict.of("violation") == ()
    counts = {source.id: len(source.claims) for source in judged.corpus.sources}
    assert counts["h995"] > 40
    assert counts["h900"] > 40
    rantang = iri("placement:kipp-2019-top-99-pemkab-banyuwangi-rantang-kasih")
    claims = [c for s in judged.corpus.sources for c in s.claims if c.triple[0] == rantang]
    assert {claim.source for claim in claims} >= {"h944", "h995"}


# Faults

CELL_FAULTS: Final = [
    ("conferrals", "year", "19", "19"),
    ("conferrals", "date", "15 Oktober", "15 Oktober"),
    ("conferrals", "agency", "", None),
    ("conferrals", "agency", "person:budi", "person:budi"),
    ("conferrals", "agency", "Pemkot Entah", "Pemkot Entah"),
    ("conferrals", "agency", "new: Pemerintah Kota Entah", "new: Pemerintah Kota Entah"),
    ("conferrals", "tier", "", ""),
    ("conferrals", "rank", "0", "0"),
    ("conferrals", "innovation", "new: ***", "new: ***"),
    ("conferrals", "certainty", "sure", "sure"),
    ("conferrals", "note_en", "only English", ""),
    ("agencies", "type", "kotta", "kotta"),
    ("agencies", "type", "", ""),
    ("events", "type", "pesta", "pesta"),
    ("figures", "value", "1,5", "1,5"),
    ("figures", "value", "NaN", "NaN"),
    ("figures", "value", "1e5", "1e5"),
    ("figures", "value", "-1", "-1"),
    ("figures", "unit", "poin-indeks", ""),
    ("figures", "approximate", "ya", "ya"),
    ("figures", "period", "../", "../"),
    ("figures", "restricted_to", "person:budi", "person:budi"),
    ("launches", "centre_type", "toko", "toko"),
    ("launches", "launched", "", None),
    ("decisions", "number", "", None),
    ("decisions", "issuer", "Kantor Entah", "Kantor Entah"),
    ("people-and-posts", "capacity", "boss", "boss"),
    ("claims", "object", '"open', '"open'),
    ("claims", "locator", "L1.S1", "L1.S1"),
    ("conferrals", "innovation", "=cmd|'/c calc'!A1", "=cmd|'/c calc'!A1"),
    ("conferrals", "innovation", "+SUM(A1)", "+SUM(A1)"),
    ("conferrals", "innovation", "@SUM(A1)", "@SUM(A1)"),
    ("conferrals", "innovation", "-2+3", "-2+3"),
    ("conferrals", "innovation", "Maju\u202eujaM", "Maju\u202eujaM"),
    ("conferrals", "innovation", "Maju\x07", "Maju\x07"),
]
BLAMED: Final = {"note_en": "note_id"}
"""Where a cell makes another one the culprit."""


@pytest.mark.parametrize(("kind", "column", "text", "value"), CELL_FAULTS)
def test_a_bad_cell_is_named_with_its_value(
    tmp_path: Path, kind: str, column: str, text: str, value: str | None
) -> None:
    found = fault(tmp_path, kind, **{column: text})
    blamed = "scale_max" if text == "poin-indeks" else BLAMED.get(column, column)
    assert (found.location.file.name, found.location.row) == (f"{kind}.csv", 2)
    assert found.location.column == blamed
    assert found.value == value
    assert found.message.id
    assert found.message.id != found.message.en


def test_all_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    bad = {**GOOD["figures"], "value": "x", "period": "y", "unit": "z"}
    files = batch(tmp_path, figures=[bad, bad], events=[{**GOOD["events"], "date": "kemarin"}])
    places = [(f.location.row, f.location.column) for f in compiled(files).faults]
    assert places == [(2, "date"), *((n, c) for n in (2, 3) for c in ("period", "unit", "value"))]


def test_a_row_of_an_unknown_source_or_of_an_article_is_refused(tmp_path: Path) -> None:
    stranger = write(tmp_path, "agencies", {"source": "h999", **GOOD["agencies"]})
    (found,) = compiled([stranger]).faults
    assert found.location.column == "source"
    article = Source("000", "article", Text("a", "b"), (), found.location)
    ours = write(tmp_path, "agencies", {"source": "000", **GOOD["agencies"]})
    (found,) = compile_tables([ours], {"000": article}, names()).faults
    assert found.location.column == "source"
    assert "span" in found.message.en


def test_an_open_name_is_a_fault_with_its_candidates(tmp_path: Path) -> None:
    resolver = ExactLabels({"Pemerintah Kota Padang Panjang": iri("agency:pemkot-padang-panjang")})
    row = {**GOOD["agencies"], "agency": "Pemerintah Kota Padang"}
    (found,) = compiled(batch(tmp_path, agencies=[row]), resolver).faults
    assert "agency:pemkot-padang-panjang" in found.message.en
    assert "new: Pemerintah Kota Padang" in found.message.en


def test_a_name_that_is_known_needs_no_curie(tmp_path: Path) -> None:
    resolver = ExactLabels({"Pemerintah Kota Padang": iri("agency:pemkot-padang")})
    row = {**GOOD["agencies"], "agency": "Pemerintah Kota Padang"}
    result = compiled(batch(tmp_path, agencies=[row]), resolver)
    assert result.faults == ()
    assert objects(result, "agency:pemkot-padang", "inov:agencyType")


HEADERS: Final = ["source,agency", "source,agency,type,type,certainty", "source,agency,colour", ""]


@pytest.mark.parametrize("header", HEADERS[1:])
def test_a_wrong_header_is_one_fault(tmp_path: Path, header: str) -> None:
    path = tmp_path / "agencies.csv"
    path.write_text(f"{header}\nh900,x,y,z,w\n" if header else "", encoding="utf-8")
    (found,) = read_rows(path, KINDS["agencies"])
    assert isinstance(found, RecordError)


def test_titles_in_either_language_head_the_columns_too(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("sumber,Instansi,jenis\nh900,agency:a,pemkot\n", encoding="utf-8")
    (row,) = read_rows(path, KINDS["agencies"])
    assert not isinstance(row, RecordError)
    assert row.values["agency"] == "agency:a"


# Descriptions, templates and guides


def test_there_are_seven_kinds_with_words_in_both_languages() -> None:
    assert set(KINDS) == {*GOOD, "sources"}
    for kind in KINDS.values():
        assert kind.title.id != kind.title.en
        for column in kind.columns:
            assert column.description.id
            assert column.description.en
            assert not column.example or column.problem(column.example) is None, column.name


@pytest.mark.parametrize("syntax", FORMATS)
@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_template_is_a_table_without_rows(tmp_path: Path, kind: TableKind, syntax: str) -> None:
    path = tmp_path / f"t.{syntax}"
    path.write_bytes(template(kind, syntax))
    assert list(read_rows(path, kind)) == []
    assert find_kind(path, KINDS) == kind


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_the_example_of_a_template_is_a_row_that_can_be_read(
    tmp_path: Path, kind: TableKind
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(template(kind, "csv").decode().replace("# ", ""), encoding="utf-8")
    (row,) = read_rows(path, kind)
    assert not isinstance(row, RecordError)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_the_guide_says_what_the_description_says(kind: TableKind, language: Language) -> None:
    name = {"id": "id/bawa-tabel.md", "en": "guides/bring-a-table.md"}[language]
    guide = (GUIDES / name).read_text(encoding="utf-8")
    assert guide_section(kind, language) in guide, f"kg template {kind.name} --format md"


def test_descriptions_are_csv_on_the_web() -> None:
    from csvw import Table

    for name in KINDS:
        path = SETTINGS.ontology / "tables" / f"{name}.json"
        table = Table.from_file(path)
        assert [c.name for c in table.tableSchema.columns] == [c.name for c in KINDS[name].columns]


def test_a_table_of_sources_stands_in_for_the_sources_that_it_describes_alone(
    tmp_path: Path,
) -> None:
    page = {"kind": "page", "url": "https://media.example/1", "publisher": "new: Media"}
    labels = {"label_id": "Media: satu", "label_en": "Media: one"}
    root, brought = tmp_path / "data", tmp_path / "brought"
    for folder, rows in ((root, ("h1", "h2")), (brought, ("h2", "h3"))):
        folder.mkdir()
        with (folder / "sources.csv").open("w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, ["id", *page, *labels])
            out.writeheader()
            here = {**page, "url": f"https://media.example/{folder.name}"}
            out.writerows({"id": name, **here, **labels} for name in rows)
    more = [TableFile(KINDS["sources"], brought / "sources.csv")]
    result = compiled(table_files([root], SETTINGS.ontology, more))
    assert result.faults == ()
    assert {source.id: source.url.rpartition("/")[2] for source in result.sources} == {
        "h1": "data",
        "h2": "brought",
        "h3": "brought",
    }


def test_the_benchmark_measures_every_kind() -> None:
    script = Path(__file__).parents[1] / "benchmarks" / "tables.py"
    run = subprocess.run([sys.executable, script, "5"], capture_output=True, text=True, check=True)
    assert sorted(line.split()[0] for line in run.stdout.splitlines()[1:]) == sorted(KINDS)

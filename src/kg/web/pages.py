"""The pages that are not about one thing: home, browsing, queries, and what this is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, request, send_from_directory
from rdflib import RDF, Literal, URIRef
from rdflib.namespace import FOAF, SKOS
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from kg.errors import IriError
from kg.iris import expand_curie
from kg.sparql.formats import GRAPHS, SOLUTIONS
from kg.web.about_texts import ABOUT
from kg.web.catalog_page import catalog_words
from kg.web.choice import carried_release
from kg.web.crawlers import data_instead, dataset_formats, lead_to_data
from kg.web.dataset_card import dataset_card
from kg.web.frame import chosen_language, frame_context, may_be_kept, page, page_presenter
from kg.web.literals import show_number
from kg.web.presentation import Link, Phrase, Presenter
from kg.web.query_page import Problem, Result, ask
from kg.web.site import Question, Site, get_site

blueprint = Blueprint("pages", __name__)
blueprint.app_context_processor(frame_context)

_SHELF: Final = 6
_FEATURED: Final = 8
_PAGE: Final = 100
_TAKE: Final = {"catalog": "catalog", "quality": "quality", "dumps/": "downloads", "void": "void"}
"""Where the data as a whole are described and taken away: path → key of the words."""


@dataclass(frozen=True)
class Figure:
    """A number on the home page."""

    label: str
    number: str
    href: str | None


@dataclass(frozen=True)
class Shelf:
    """The first few instances of a class, with the link to all."""

    heading: Link
    items: Sequence[Link]
    total: int


@dataclass(frozen=True)
class Group:
    """A part of the index of all there is: links, with numbers where there are any."""

    heading: str
    hint: str | None
    rows: Sequence[tuple[Link, int | None]]


@blueprint.get("/")
def home() -> BaseResponse:
    """Show what this is, how much there is, and where to begin; to machines, the dataset."""
    if instead := data_instead():
        return instead
    site = get_site()
    presenter = page_presenter(site)
    # Commands to copy must work on the server that one reads.
    local, here = presenter.links.local, request.url_root
    agency = _featured_agency(site)
    questions = list(site.questions.values())
    response = _kept(
        page(
            "home.html",
            card=dataset_card(site, presenter),
            take=[
                (presenter.links.local(path), catalog_words(presenter.language, key))
                for path, key in _TAKE.items()
            ],
            take_words=[catalog_words(presenter.language, key) for key in ("take", "take_hint")],
            figures=list(_figures(site, presenter)),
            agency=presenter.link(agency) if agency else None,
            agency_address=agency and agency.replace(site.release.base, here),
            query_href=local("query"),
            endpoint=f"{here}sparql",
            ontology_href=local("ont"),
            ontology_address=f"{here}ont",
            shelves=list(_shelves(site, presenter)),
            questions=[_question_link(presenter, item) for item in questions[:_FEATURED]],
            question_total=len(questions),
            dataset_formats=dataset_formats(),
        )
    )
    return lead_to_data(response)


def _kept(response: Response) -> Response:
    language, chosen = response.headers["Content-Language"], chosen_language() or ""
    return may_be_kept(response, get_site(), request.url, language, chosen)


def _figures(site: Site, presenter: Presenter) -> Iterable[Figure]:
    inov, words, local = site.reader.inov, presenter.words, presenter.links.local
    counted: list[tuple[str, int, str | None]] = [
        (presenter.plural(kind).text, site.classes[kind], local(f"browse/{presenter.curie(kind)}"))
        for kind in (inov.Agency, inov.Innovation, inov.Recognition)
        if kind in site.classes
    ]
    sources = site.classes.get(inov.Source, 0)
    counted.append((words("count_sources"), sources, local("browse/inov:Source")))
    counted.append((words("count_facts"), site.facts, None))
    triples = site.release.manifest.get("default_graph_triples")
    if isinstance(triples, int):
        counted.append((words("count_triples"), triples, None))
    for label, number, href in counted:
        yield Figure(label, show_number(number, presenter.language), href)


def _featured_agency(site: Site) -> URIRef | None:
    """Return the recipient of a recognition of whom most is said."""
    query = (
        "SELECT ?agency (COUNT(DISTINCT ?any) AS ?total) WHERE "
        "{ ?recognition $recipient ?agency . ?any ?link ?agency } "
        "GROUP BY ?agency ORDER BY DESC(?total) ?agency LIMIT 1"
    )
    rows = site.reader.select(query, recipient=site.reader.inov.recipient)
    return URIRef(str(rows[0]["agency"])) if rows else None


def _shelves(site: Site, presenter: Presenter) -> Iterable[Shelf]:
    inov = site.reader.inov
    kinds = (
        inov.Recognition,
        inov.Innovation,
        inov.Agency,
        FOAF.Person,
        inov.PublicEvent,
        inov.Source,
    )
    for kind in kinds:
        instances = site.instances(kind) if kind in site.classes else ()
        if instances:
            heading = _class_link(presenter, kind)
            items = [presenter.link(iri) for iri in instances[:_SHELF]]
            yield Shelf(heading, items, len(instances))


def _class_link(presenter: Presenter, kind: URIRef) -> Link:
    href = presenter.links.local(f"browse/{presenter.curie(kind)}")
    return Link(presenter.plural(kind), href, presenter.term(kind).title)


def _question_link(presenter: Presenter, question: Question) -> Link:
    href = presenter.links.local("query", example=question.key)
    return Link(presenter.name(question.iri), href)


@blueprint.get("/browse")
def browse_index() -> Response:
    """Show all classes with instances, the vocabularies and the named graphs."""
    site = get_site()
    presenter = page_presenter(site)
    words = presenter.words
    classes: dict[bool, list[tuple[Link, int | None]]] = {False: [], True: []}
    for kind, total in site.classes.items():
        classes[site.is_technical(kind)].append((_class_link(presenter, kind), total))
    schemes = site.reader.subjects(RDF.type, SKOS.ConceptScheme)
    groups = [
        Group(words("things"), None, sorted(classes[False], key=_row_name)),
        Group(words("schemes"), None, _plain(presenter, schemes)),
        Group(words("graphs"), words("graphs_hint"), _plain(presenter, site.graphs)),
        Group(words("technical"), None, sorted(classes[True], key=_row_name)),
    ]
    trail = [Link(Phrase(words("home")), presenter.links.local(""))]
    return _kept(page("browse_index.html", groups=groups, trail=trail))


def _row_name(row: tuple[Link, int | None]) -> str:
    return row[0].text.lower()


def _plain(presenter: Presenter, iris: Iterable[URIRef]) -> list[tuple[Link, int | None]]:
    return sorted(((presenter.link(iri), None) for iri in iris), key=_row_name)


@blueprint.get("/browse/<kind>")
def browse(kind: str) -> Response:
    """List the instances of a class, named by CURIE, page by page."""
    site = get_site()
    presenter = page_presenter(site)
    iri = _class_of(site, kind)
    number = request.args.get("page", 1, type=int)
    instances = site.instances(iri)
    shown = instances[max(0, number - 1) * _PAGE :][:_PAGE]
    if not shown or number < 1:
        raise NotFound
    local = presenter.links.local
    items = sorted((presenter.link(item) for item in shown), key=lambda link: link.text.lower())
    return _kept(
        page(
            "browse.html",
            heading=presenter.term(iri),
            definition=presenter.pick(site.reader.definitions(iri)),
            items=items,
            total=len(instances),
            number=number,
            previous=local(f"browse/{kind}", page=number - 1) if number > 1 else None,
            following=local(f"browse/{kind}", page=number + 1)
            if len(instances) > number * _PAGE
            else None,
            trail=[
                Link(Phrase(presenter.words("home")), local("")),
                Link(Phrase(presenter.words("browse")), local("browse")),
            ],
        )
    )


def _class_of(site: Site, curie: str) -> URIRef:
    try:
        iri = URIRef(expand_curie(curie, site.prefixes))
    except IriError:
        raise NotFound from None
    if iri not in site.classes:
        raise NotFound
    return iri


@blueprint.get("/about")
def about() -> Response:
    """Say what this is, how it is made, under which licence, and where it ends."""
    return _kept(page("about.html", sections=ABOUT))


@blueprint.get("/query")
def query() -> Response:
    """Show the query form and, if there is a query, its answer or why there is none."""
    site = get_site()
    presenter = page_presenter(site)
    question = site.questions.get(request.args.get("example", ""))
    text = request.args.get("query", question.query if question else "").strip()
    asked = "query" in request.args or question is not None
    shown = text or _FIRST_QUERY.format(base=site.release.base)
    outcome = ask(text, presenter) if asked else None
    comments = site.reader.values(question.iri, SKOS.note) if question else []
    examples = [(item.key, presenter.name(item.iri).text) for item in site.questions.values()]
    response = page(
        "query.html",
        action=presenter.links.root + "/query",
        endpoint=presenter.links.root + "/sparql",
        lang=chosen_language(),
        pinned=carried_release(),
        cite=presenter.links.local("cite/sparql", query=shown) if _may_be_cited(outcome) else None,
        examples=examples,
        chosen=question.key if question else None,
        question=presenter.link(question.iri) if question else None,
        note=presenter.pick(value for value in comments if isinstance(value, Literal)),
        query=shown,
        rows=min(max(shown.count("\n") + 2, 8), 30),
        formats=(*SOLUTIONS, *GRAPHS),
        problem=outcome if isinstance(outcome, Problem) else None,
        result=outcome if isinstance(outcome, Result) else None,
    )
    if isinstance(outcome, Problem):
        response.status_code = outcome.status
    elif outcome is None or not outcome.is_volatile:
        return _kept(response)
    response.headers["Cache-Control"] = "no-store"
    return response


def _may_be_cited(outcome: Result | Problem | None) -> bool:
    return isinstance(outcome, Result) and not outcome.is_volatile


_FIRST_QUERY: Final = """\
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX inov: <{base}ont#>

SELECT ?innovation ?name ?agency
WHERE {{
  ?innovation a inov:Innovation ;
    skos:prefLabel ?name ;
    inov:operatedBy ?agency .
  FILTER (LANG(?name) = "id")
}}
ORDER BY ?name
LIMIT 50
"""


@blueprint.get("/favicon.ico")
def icon() -> Response:
    """Answer browsers that look for an icon beside something that is not a page."""
    response = send_from_directory(Path(__file__).parent / "static", "icon.svg")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response

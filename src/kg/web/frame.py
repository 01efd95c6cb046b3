"""What surrounds every page: the reader's language, navigation, and headers that let it be kept.

The language is the one of ``?lang=``, else the best of ``Accept-Language``, else the server's.
A chosen language is handed on by every link, so that no cookie is needed and a page can be kept
by a shared cache under its address and ``Vary: Accept-Language``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from flask import Response, make_response, render_template, request

from kg.language import LANGUAGES, Language, Text, choose_language
from kg.web.addresses import Links
from kg.web.choice import RELEASE, carried_release, is_pinned_for_good
from kg.web.presentation import Presenter
from kg.web.site import Site, get_site
from kg.web.state import get_shelf, get_state

CACHE_CONTROL: Final = "public, max-age=60, must-revalidate"
PINNED_CACHE_CONTROL: Final = "public, max-age=31536000, immutable"

FROZEN: Final = "FROZEN"
"""Key of the application's configuration: whether its pages become files without a server."""

_NAVIGATION: Final = (
    ("browse", "browse"),
    ("query", "query"),
    ("quality", "quality"),
    ("ontology", "ont"),
    ("about", "about"),
)
_KEPT_PARAMETERS: Final = ("page", "query", "example", RELEASE)
_LANGUAGE_NAMES: Final = Text("Bahasa Indonesia", "English")


@dataclass(frozen=True)
class NavigationLink:
    """A link of the frame; ``current`` says that one is there."""

    text: str
    href: str
    current: bool
    lang: str | None = None


@dataclass(frozen=True)
class Frame:
    """What the base template shows around a page."""

    home: str
    navigation: Sequence[NavigationLink]
    languages: Sequence[NavigationLink]
    root: str
    release: str
    version: str
    base: str
    assets: str
    latest: str | None


def chosen_language() -> Language | None:
    """Return the language that the address asks for, if it is one of ours."""
    lang = request.args.get("lang")
    return next((language for language in LANGUAGES if language == lang), None)


def page_language() -> Language:
    """Return the language in which the present request is answered."""
    wanted = request.accept_languages.values()
    return chosen_language() or choose_language(wanted, get_state().settings.lang)


def page_links(site: Site) -> Links:
    """Return the links of the present request's pages."""
    chosen = {"lang": chosen_language(), RELEASE: carried_release()}
    handed_on = {name: value for name, value in chosen.items() if value}
    return Links(site.release.base, site.prefixes, request.script_root, handed_on)


def page_presenter(site: Site) -> Presenter:
    """Return who says things on the present request's pages."""
    return site.presenter(page_links(site), page_language())


def frame_context() -> dict[str, Any]:
    """Return what every template may use: ``w`` (words), ``language`` and ``frame``."""
    site = get_site()
    presenter = page_presenter(site)
    return {"w": presenter.words, "language": presenter.language, "frame": _frame(site, presenter)}


def _frame(site: Site, presenter: Presenter) -> Frame:
    links, path = presenter.links, request.path.removeprefix("/")
    here = {name: request.args[name] for name in _KEPT_PARAMETERS if name in request.args}
    plain = Links(links.base, links.prefixes, links.root)
    return Frame(
        home=links.local(""),
        navigation=[
            NavigationLink(presenter.words(key), links.local(target), _is_within(path, target))
            for key, target in _NAVIGATION
        ],
        languages=[
            NavigationLink(
                _LANGUAGE_NAMES[language],
                plain.local(path, **{**here, "lang": language}),
                language == presenter.language,
                language,
            )
            for language in LANGUAGES
        ],
        root=request.script_root,
        release=site.release.identifier[:16],
        version=str(site.release.manifest.get("version", "")),
        base=site.release.base,
        assets=site.fingerprint.rpartition("-")[2],
        latest=_latest(plain, path, here) if _is_older(site) else None,
    )


def _is_older(site: Site) -> bool:
    return site.release.identifier != get_shelf().current.release.identifier


def _latest(plain: Links, path: str, here: Mapping[str, str]) -> str:
    """Return the link to what the current release says at the address that one is at."""
    lang = chosen_language()
    rest = {name: value for name, value in here.items() if name != RELEASE}
    return plain.local(path, **rest, **({"lang": lang} if lang else {}))


def _is_within(path: str, target: str) -> bool:
    return path == target or path.startswith(target + "/")


def page(template: str, **context: object) -> Response:
    """Return a rendered page, which may be kept as long as the release is served."""
    return page_of(render_template(template, **context))


def page_of(body: str | bytes) -> Response:
    """Return a page that is rendered already."""
    response = make_response(body)
    response.headers["Content-Language"] = page_language()
    response.vary.add("Accept-Language")
    response.headers["Cache-Control"] = CACHE_CONTROL
    return response


def may_be_kept(response: Response, site: Site, *parts: str) -> Response:
    """Give an answer its ETag, made of the release and its address, and its date."""
    # A page says so when it shows an older release.
    older = ("older",) if response.mimetype == "text/html" and _is_older(site) else ()
    tag = sha256("\n".join((*parts, *older)).encode()).hexdigest()[:16]
    response.set_etag(f"{site.fingerprint}-{tag}")
    response.last_modified = site.modified
    return response


def cache_control() -> str:
    """Return how long data may be kept: for good, if the request is pinned to this release."""
    return PINNED_CACHE_CONTROL if is_pinned_for_good() else CACHE_CONTROL

"""A frozen export is walked on a plain file server, and behind Apache with its redirect rules."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from ports import free_port

from kg.release.permanence import write_redirects
from kg.release.publication import Release, Releases
from kg.settings import Settings
from kg.web.export import ExportError, export_site
from walker import HTML, RETIRED, TURTLE, Homes, Walker, resources_of

pytestmark = pytest.mark.crawl

BROWSER = f"{HTML},application/xhtml+xml,*/*;q=0.1"
AGENCY = "id/agency/polresta-sidoarjo"


@dataclass(frozen=True)
class Site:
    """An exported release, whose base is the address at which a test serves it."""

    release: Release
    folder: Path
    port: int

    @property
    def address(self) -> str:
        return self.release.base


@pytest.fixture(scope="module")
def site(homes: Homes, port: int, tmp_path_factory: pytest.TempPathFactory) -> Site:
    home = homes.at(f"http://127.0.0.1:{port}/", RETIRED)
    release = Releases(home).current()
    folder = tmp_path_factory.mktemp("export") / "site"
    exported = export_site(release, Settings(home=home), folder, lambda _step: None)
    assert exported.files == sum(1 for path in folder.rglob("*") if path.is_file())
    return Site(release, folder, port)


@contextmanager
def running(command: list[str], address: str) -> Iterator[None]:
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                with urlopen(f"{address}robots.txt", timeout=60):
                    break
            except URLError as error:
                error.close() if hasattr(error, "close") else None
                assert process.poll() is None, command
                assert time.monotonic() < deadline, command
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture(scope="module")
def plain(site: Site) -> Iterator[str]:
    command = [sys.executable, "-m", "http.server", str(site.port), "--bind", "127.0.0.1"]
    with running([*command, "--directory", str(site.folder)], site.address):
        yield site.address


@pytest.mark.parametrize("accept", [TURTLE, BROWSER], ids=["turtle", "html"])
def test_a_plain_file_server_leads_everywhere(site: Site, plain: str, accept: str) -> None:
    walk = Walker(plain, plain, accept).walk()
    expected = resources_of(site.release)
    assert len(expected) >= 1600
    assert walk.dead() == []
    if accept == TURTLE:
        assert sorted(expected - walk.reached()) == []
        return
    # A page links the page about a thing; the thing's own address leads there by a signpost.
    walker = Walker(plain, plain, accept)
    pages = {urlsplit(url).path for url in walk.reached()}
    missing = [iri for iri in expected if page_of(iri, plain) not in pages]
    assert sorted(missing) == []
    assert walker.fetch(f"{plain}{AGENCY}/").status == 200
    walker.close()


def page_of(iri: str, base: str) -> str:
    path = iri.removeprefix(base)
    if path.startswith(("id/", "scheme/", "graph/")):
        return f"/doc/{path.removeprefix('id/')}.html"
    if path.startswith("static/"):
        return f"/{path}"
    # Where the endpoint was, pages say that there are no queries.
    path = "query" if path == "sparql" else path
    return f"/{path}/index.html" if path else "/index.html"


def test_both_languages_are_there(site: Site) -> None:
    pages = [site.folder / f"doc/agency/polresta-sidoarjo{name}" for name in (".html", ".en.html")]
    indonesian, english = (page.read_text(encoding="utf-8") for page in pages)
    assert 'lang="id"' in indonesian
    assert 'lang="en"' in english
    assert 'href="polresta-sidoarjo.en.html"' in indonesian
    assert 'href="polresta-sidoarjo.html"' in english
    # The copy is of one release; what computes hashes is left to a server.
    assert not (site.folder / "cite").exists()


def test_an_export_replaces_an_older_one_and_nothing_else(site: Site, tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ExportError):
        export_site(site.release, Settings(), tmp_path, lambda _step: None)
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


CONFIGURATION = """
ServerRoot "{folder}"
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile "{folder}/apache.pid"
ErrorLog "{folder}/error.log"
Mutex posixsem
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule dir_module {modules}/mod_dir.so
LoadModule mime_module {modules}/mod_mime.so
LoadModule headers_module {modules}/mod_headers.so
LoadModule rewrite_module {modules}/mod_rewrite.so
User www-data
Group www-data
TypesConfig /etc/mime.types
DocumentRoot "{root}"
<Directory "{root}">
  AllowOverride All
  Options FollowSymLinks
  Require all granted
</Directory>
"""


@contextmanager
def apache(root: Path, folder: Path, port: int) -> Iterator[str]:
    program = shutil.which("apache2", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.fail("Apache is missing: apt-get install apache2")
    # Apache gives up root's rights, and must still come in.
    for place in (root, *root.parents):
        if not place.stat().st_mode & 0o001:
            place.chmod(place.stat().st_mode | 0o011)
    configuration = folder / "apache.conf"
    configuration.write_text(
        CONFIGURATION.format(
            folder=folder,
            port=port,
            modules="/usr/lib/apache2/modules",
            root=root,
        ),
        encoding="utf-8",
    )
    address = f"http://127.0.0.1:{port}/"
    with running([program, "-f", str(configuration), "-DFOREGROUND"], address):
        yield address


WISHES = {
    TURTLE: "ttl",
    "*/*": "ttl",
    "application/rdf+xml": "rdf",
    "application/ld+json, */*;q=0.1": "jsonld",
    "application/n-quads": "nq",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": "html",
}


def test_apache_negotiates_by_the_rules(
    site: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with apache(site.folder, tmp_path_factory.mktemp("apache"), free_port()) as address:
        for accept, suffix in WISHES.items():
            walker = Walker(address, site.address, accept)
            thing = walker.fetch(f"{address}{AGENCY}")
            assert thing.status == 303, accept
            assert thing.headers["location"].endswith(f"/doc/agency/polresta-sidoarjo.{suffix}")
            assert "accept" in thing.headers["vary"].lower()
            assert thing.headers["access-control-allow-origin"] == "*"
            document = walker.fetch(f"{address}doc/agency/polresta-sidoarjo")
            assert (document.status, document.body[:9].lower() == b"<!doctype") == (
                200,
                suffix == "html",
            )
            walker.close()
        walker = Walker(address, site.address, TURTLE)
        old = walker.fetch(f"{address}id/agency/merged-long-ago")
        assert (old.status, urlsplit(old.headers["location"]).path) == (
            308,
            "/id/agency/pemkot-surabaya",
        )
        assert walker.fetch(f"{address}id/agency/withdrawn-long-ago").status == 410
        second = walker.fetch(f"{address}doc/graph/provenance?page=2")
        assert second.body == (site.folder / "doc/graph/provenance.page-2.ttl").read_bytes()
        walker.close()


def test_the_service_of_identifiers_leads_to_the_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    root = tmp_path_factory.mktemp("w3id")
    write_redirects(root / "inovasi-publik", "https://inovasi.example/kg/", "kg@inovasi.example")
    (root / "robots.txt").write_text("User-agent: *\n", encoding="utf-8")
    statuses = {
        "id/agency/polresta-sidoarjo": 303,
        "scheme/agency-type/polresta": 303,
        "graph/provenance": 303,
        "ont": 302,
        "doc/agency/polresta-sidoarjo.ttl": 302,
        "sparql?query=ASK%20%7B%7D": 307,
        "context.jsonld": 302,
        "": 302,
    }
    with apache(root, tmp_path_factory.mktemp("apache"), free_port()) as address:
        walker = Walker(address, address, TURTLE)
        for path, status in statuses.items():
            visit = walker.fetch(f"{address}inovasi-publik/{path}")
            assert visit.status == status, path
            assert visit.headers["location"] == f"https://inovasi.example/kg/{path}"
            assert visit.headers["access-control-allow-origin"] == "*"
        walker.close()

"""Redirect rules for hosts that read some: Apache's ``.htaccess`` and the ``_redirects`` file.

Without them the signposts do (a page that leads on at once); with them a client gets 303 and the
format that it asks for, as from the server itself. mod_rewrite cannot weigh q-values: the RDF
format that is named wins, then HTML, then Turtle.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from kg.language import LANGUAGES, Language
from kg.sparql.formats import DOCUMENTS, HTML, TURTLE
from kg.web.addresses import thing_path

_DATA: Final = tuple(offer for offer in DOCUMENTS if offer != HTML)


def htaccess(default: Language, moved: Mapping[str, str], gone: Collection[str]) -> str:
    """Return Apache's rules; ``moved`` and ``gone`` name documents, without suffix."""
    lines = [
        "# A frozen export behind Apache 2.4, with mod_rewrite, mod_headers and AllowOverride All.",
        "# Below the root of a host, put its path into the next line but one.",
        "RewriteEngine On",
        "RewriteBase /",
        "Options -MultiViews -Indexes",
        "DirectorySlash Off",
        "AddDefaultCharset utf-8",
        *(f"AddType {offer.media_type} .{offer.suffix}" for offer in _DATA),
        'Header always set Access-Control-Allow-Origin "*"',
        "Header always merge Vary Accept",
        "",
        "# What became of retired IRIs",
        *_retired(moved, gone),
        "",
        "# The format: the last rule that fits decides",
        f"RewriteRule ^ - [E=FORMAT:{TURTLE.suffix}]",
        *_format("(?:text/html|application/xhtml\\+xml)", "html"),
        *(
            rule
            for offer in reversed(_DATA)
            for rule in _format(re.escape(offer.media_type), offer.suffix)
        ),
        *_languages(default),
        "RewriteCond %{QUERY_STRING} (?:^|&)page=([2-9]|[1-9][0-9]+)(?:&|$)",
        "RewriteRule ^ - [E=PAGE:.page-%1]",
        "",
        "# A thing leads to the document about it",
        f"RewriteRule ^id/([^/]+/[^/.]+)/?$ {_DOCUMENT} [R=303,L,QSD]",
        f"RewriteRule ^((?:scheme|graph)/[^.]+?)/?$ {_DOCUMENT} [R=303,L,QSD]",
        "RewriteRule ^doc/([^.]+?)/?$ doc/$1%{ENV:PAGE}.%{ENV:FORMAT} [L]",
        "",
        "# The front door, and the pages",
        "RewriteCond %{ENV:FORMAT} !html",
        "RewriteRule ^$ doc/dataset/inovasi.%{ENV:FORMAT} [R=303,L]",
        "RewriteCond %{ENV:FORMAT} !html",
        "RewriteRule ^(ont|shapes)/?$ $1.%{ENV:FORMAT} [L]",
        "RewriteRule ^sparql/?$ query/index.html [L]",
        "RewriteCond %{REQUEST_FILENAME} -d",
        "RewriteCond %{ENV:FORMAT} ^((?:[a-z]{2}\\.)?html)$",
        "RewriteRule ^(.*?)/?$ $1/index%{ENV:PAGE}.%1 [L]",
        "RewriteCond %{REQUEST_FILENAME} -d",
        "RewriteRule ^(.+?)/?$ $1/index.html [L]",
    ]
    return "\n".join(lines) + "\n"


_DOCUMENT: Final = "doc/$1%{ENV:PAGE}.%{ENV:FORMAT}"


def _format(pattern: str, ending: str) -> Iterator[str]:
    yield f"RewriteCond %{{HTTP_ACCEPT}} {pattern} [NC]"
    yield f"RewriteRule ^ - [E=FORMAT:{ending}]"


def _languages(default: Language) -> Iterator[str]:
    for language in LANGUAGES:
        if language != default:
            yield "RewriteCond %{ENV:FORMAT} ^html$"
            yield f"RewriteCond %{{QUERY_STRING}} (?:^|&)lang={language}(?:&|$)"
            yield f"RewriteRule ^ - [E=FORMAT:{language}.html]"


def _retired(moved: Mapping[str, str], gone: Collection[str]) -> Iterator[str]:
    for unit, survivor in sorted(moved.items()):
        old, new = unit.lstrip("/"), survivor.lstrip("/")
        yield f"RewriteRule ^{re.escape(thing_path(old))}/?$ {thing_path(new)} [R=308,L]"
        yield f"RewriteRule ^{re.escape(old)}((?:\\.[a-z]+)*)/?$ {new}$1 [R=308,L]"
    for unit in sorted(gone):
        yield f"RewriteRule ^{re.escape(thing_path(unit.lstrip('/')))}/?$ - [G,L]"


def redirects(moved: Mapping[str, str]) -> str:
    """Return the ``_redirects`` of hosts for static sites (Netlify, Cloudflare Pages)."""
    lines = [
        *(
            f"/{thing_path(old.lstrip('/'))} /{thing_path(new.lstrip('/'))} 308"
            for old, new in sorted(moved.items())
        ),
        "/id/:kind/:slug /doc/:kind/:slug.html 303",
        "/sparql /query/ 302",
    ]
    return "\n".join(lines) + "\n"

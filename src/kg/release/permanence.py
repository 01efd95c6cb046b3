"""Files for the service of permanent identifiers, which lead canonical IRIs to a server.

https://w3id.org/ is a tree of folders, one a project, read by Apache; whoever has a folder there
keeps its IRIs while servers come and go.
"""

from pathlib import Path
from typing import Final

from kg.namespaces import CANONICAL_BASE

_RULES: Final = """\
# {base}
# Inovasi: a knowledge graph of Indonesia's public-service innovations
# Answers for it: {contact}

RewriteEngine On

# Browsers of other sites may follow these redirects too.
Header always set Access-Control-Allow-Origin "*"

# A thing is no document: see other (Cool URIs for the Semantic Web).
RewriteRule ^((?:id|scheme|graph)/.+)$ {target}$1 [R=303,L]

# Queries may come by POST: the same method again.
RewriteRule ^(sparql)$ {target}$1 [R=307,L]

# Everything else: documents, the ontology, the context, pages.
RewriteRule ^(.*)$ {target}$1 [R=302,L]
"""

_README: Final = """\
# inovasi-publik

Identifiers of Inovasi, a knowledge graph of Indonesia's public-service innovations. They lead to
<{target}>.

| | |
| --- | --- |
| `id/{{kind}}/{{slug}}`, `scheme/…`, `graph/…` | a thing, a concept, a graph: 303 to a document |
| `ont`, `shapes` | the ontology and the shapes; their terms are fragments |
| `sparql` | the SPARQL endpoint |

Contact: {contact}
"""


def write_redirects(folder: Path, target: str, contact: str) -> list[Path]:
    """Write ``.htaccess`` and ``README.md`` and return their paths.

    ``target`` is the address of the server, with a slash at its end.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in ((".htaccess", _RULES), ("README.md", _README)):
        path = folder / name
        values = {"base": CANONICAL_BASE, "target": target, "contact": contact}
        path.write_text(text.format(**values), encoding="utf-8")
        written.append(path)
    return written

"""JSON-LD in its three forms; a document's own is a tree with the thing at its root.

JSON-LD 1.1, https://www.w3.org/TR/json-ld11/. The compacted form is framed: whatever is mentioned
stands inside the first statement that mentions it (nearest to the root), and later only as an
IRI; links to the thing stand under ``@reverse`` or a name of their own; what nothing leads to
comes last, under ``@included``. All forms expand to the same graph.
"""

import json
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import groupby
from typing import Final

from rdflib import RDF, XSD, BNode, Literal, URIRef
from rdflib.namespace import SKOS

from kg.store import Quad, Term
from kg.terms import ordered
from kg.web.context import CLAIMS, Context
from kg.web.context import Term as Entry

_NAMESPACE: Final = "http://www.w3.org/ns/json-ld#"

_SAFE: Final = re.compile(r"0|-?[1-9][0-9]{0,14}")
"""Integers in canonical form that every JSON parser reads exactly (RFC 8259, section 6)."""

Node = dict[str, object]


class Form(Enum):
    """A form of JSON-LD documents; the value names it as a profile (section 6.1)."""

    COMPACTED = _NAMESPACE + "compacted"
    EXPANDED = _NAMESPACE + "expanded"
    FLATTENED = _NAMESPACE + "flattened"

    @property
    def word(self) -> str:
        """The name of the form in an address."""
        return self.name.lower()


def find_form(profiles: str) -> Form | None:
    """Return the form that a list of profiles asks for first; None if it asks for none of ours.

    >>> find_form("http://www.w3.org/ns/json-ld#expanded http://example.org/other")
    <Form.EXPANDED: 'http://www.w3.org/ns/json-ld#expanded'>
    >>> find_form("flattened")
    <Form.FLATTENED: 'http://www.w3.org/ns/json-ld#flattened'>
    """
    names = {name: form for form in Form for name in (form.value, form.word)}
    return next((names[name] for name in profiles.split() if name in names), None)


def write_json_ld(
    quads: Iterable[Quad],
    context: Context,
    *,
    form: Form = Form.COMPACTED,
    root: URIRef | None = None,
) -> str:
    """Return triples as JSON-LD; in the compacted form as a tree, if there is a root."""
    groups = by_subject(quads)
    document: object
    if form == Form.EXPANDED:
        document = [_expanded(subject, group) for subject, group in groups.items()]
    elif form == Form.COMPACTED and root is not None:
        document = {"@context": context.inline(), **_Tree(groups, context).grow(root)}
    else:
        nests = form == Form.COMPACTED
        nodes = _Tree(groups, context).forest() if nests else _flat(groups, context)
        document = {"@context": context.inline(), "@graph": nodes}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def by_subject(quads: Iterable[Quad]) -> Mapping[Term, Sequence[Quad]]:
    """Group quads by subject, in order of first appearance; types and names come first."""
    groups: dict[Term, list[Quad]] = {}
    for quad in quads:
        groups.setdefault(quad.subject, []).append(quad)
    return {subject: ordered(group, _rank) for subject, group in groups.items()}


def _rank(quad: Quad) -> tuple[bool, bool, URIRef, Term]:
    predicate = quad.predicate
    return predicate != RDF.type, predicate != SKOS.prefLabel, predicate, quad.object


def _identifier(term: Term) -> str:
    return f"_:{term}" if isinstance(term, BNode) else str(term)


def _by_predicate(quads: Iterable[Quad]) -> Iterator[tuple[URIRef, list[Term]]]:
    for predicate, group in groupby(quads, key=lambda quad: quad.predicate):
        yield predicate, [quad.object for quad in group]


def _expanded(subject: Term, quads: Sequence[Quad]) -> Node:
    node: Node = {"@id": _identifier(subject)}
    for predicate, terms in _by_predicate(quads):
        if predicate == RDF.type:
            node["@type"] = [_identifier(term) for term in terms]
        else:
            node[predicate] = [_expanded_value(term) for term in terms]
    return node


def _expanded_value(term: Term) -> object:
    return _literal(term, str) if isinstance(term, Literal) else {"@id": _identifier(term)}


def _literal(term: Literal, name: Callable[[str], str]) -> object:
    """Return a value object (section 9.5), which means the same under whatever term."""
    if term.language:
        return {"@language": term.language, "@value": str(term)}
    if term.datatype in (None, XSD.string):
        return {"@value": str(term)}
    return {"@type": name(str(term.datatype)), "@value": str(term)}


def _one_or_all(values: list[object], *, many: bool = False) -> object:
    return values[0] if len(values) == 1 and not many else values


def _flat(groups: Mapping[Term, Sequence[Quad]], context: Context) -> list[Node]:
    nodes = []
    for subject, quads in groups.items():
        node: Node = {"@id": _identifier(subject)}
        node.update(_properties(quads, context, lambda _: None))
        nodes.append(node)
    return nodes


def _properties(
    quads: Sequence[Quad], context: Context, nest: Callable[[Term], Node | None]
) -> Iterator[tuple[str, object]]:
    """Yield keys and values of a node; ``nest`` gives the node that stands in a term's place."""
    for predicate, terms in _by_predicate(quads):
        if predicate == RDF.type:
            names: list[object] = [_class_name(term, context) for term in terms]
            yield "@type", _one_or_all(names)
            continue
        entry = context.properties.get(predicate) or Entry(context.compact(predicate))
        if entry.by_language:
            tagged = [term for term in terms if _language(term)]
            if tagged:
                yield entry.name, _language_map(tagged)
            # What such a map cannot hold stands under another name of the property.
            entry = Entry(context.compact(predicate))
            values = [_value(term, None, context, nest) for term in terms if term not in tagged]
        else:
            values = [_value(term, entry.coercion, context, nest) for term in terms]
        if values:
            yield entry.name, _one_or_all(values, many=entry.many)


def _class_name(term: Term, context: Context) -> str:
    return context.name(term) if isinstance(term, URIRef) else _identifier(term)


def _language(term: Term) -> str | None:
    return term.language if isinstance(term, Literal) else None


def _language_map(terms: Iterable[Term]) -> Node:
    """Return a map of languages (section 9.8)."""
    found: dict[str, list[object]] = {}
    for term in terms:
        found.setdefault(str(_language(term)), []).append(str(term))
    return {language: _one_or_all(texts) for language, texts in found.items()}


def _value(
    term: Term, coercion: str | None, context: Context, nest: Callable[[Term], Node | None]
) -> object:
    if not isinstance(term, Literal):
        node = nest(term)
        name = _identifier(term)
        return node if node is not None else name if coercion == "@id" else {"@id": name}
    datatype = str(term.datatype or XSD.string)
    if not term.language and coercion in (None, datatype):
        native = _native(term)
        if native is not None:
            return native
        if datatype == (coercion or str(XSD.string)):
            return str(term)
    return _literal(term, context.compact)


def _native(term: Literal) -> bool | int | None:
    """Return the JSON value that becomes the same literal again (JSON-LD 1.1 API, 8.2.2)."""
    if term.datatype == XSD.boolean and term in ("true", "false"):
        return str(term) == "true"
    if term.datatype == XSD.integer and _SAFE.fullmatch(term):
        return int(term)
    return None


class _Tree:
    """Places every subject once, breadth first, so that it stands as near the root as it can."""

    def __init__(self, groups: Mapping[Term, Sequence[Quad]], context: Context) -> None:
        self.groups = groups
        self.context = context
        self.placed: set[Term] = set()
        self.waiting: deque[tuple[Sequence[Quad], Node]] = deque()
        objects = (quad.object for group in groups.values() for quad in group)
        self.mentions = Counter(term for term in objects if isinstance(term, BNode))

    def grow(self, root: URIRef) -> Node:
        """Return the tree with a thing at its root, all other subjects somewhere in it."""
        top = self._place(root)
        self._fill(self._nest)
        named, others = self._backwards(root)
        self._fill(self._nest)
        # First, since names that are reversed make an entry of this kind too, which the keyword
        # may not meet (expansion, 13.4.2); they are added to one that is there (13.13.3).
        if others:
            top["@reverse"] = others
        top.update({key: _one_or_all(nodes, many=key == CLAIMS) for key, nodes in named.items()})
        included = []
        for subject in self.groups:
            if subject not in self.placed:
                included.append(self._place(subject))
                self._fill(self._nest)
        if included:
            top["@included"] = included
        return top

    def _backwards(self, root: URIRef) -> tuple[dict[str, list[object]], dict[str, list[object]]]:
        """Place the subjects that link to the root: under names of their own, and the others."""
        named: dict[str, list[object]] = {}
        others: dict[str, list[object]] = {}
        for subject, quads in self.groups.items():
            links = [quad for quad in quads if quad.object == root]
            if links and subject not in self.placed:
                link = min(links, key=lambda quad: quad.predicate not in self.context.reversed)
                name = self.context.reversed.get(link.predicate)
                key = name or self._property_name(link.predicate)
                rest = [quad for quad in quads if quad != link]
                (named if name else others).setdefault(key, []).append(self._place(subject, rest))
        return named, others

    def _property_name(self, predicate: URIRef) -> str:
        entry = self.context.properties.get(predicate)
        return entry.name if entry and not entry.by_language else self.context.compact(predicate)

    def forest(self) -> list[Node]:
        """Return all subjects side by side; blank nodes that are mentioned once stand inside."""
        roots = [s for s in self.groups if not (isinstance(s, BNode) and self.mentions[s] == 1)]
        nodes = [self._place(subject) for subject in roots]
        self._fill(self._nest_blank)
        # Blank nodes that only mention each other.
        for subject in self.groups:
            if subject not in self.placed:
                node = self._place(subject)
                node["@id"] = _identifier(subject)
                nodes.append(node)
                self._fill(self._nest_blank)
        return nodes

    def _place(self, subject: Term, quads: Sequence[Quad] | None = None) -> Node:
        # A blank node needs a label only if something else mentions it.
        is_alone = isinstance(subject, BNode) and self.mentions[subject] <= 1
        node: Node = {} if is_alone else {"@id": _identifier(subject)}
        self.placed.add(subject)
        self.waiting.append((self.groups.get(subject, ()) if quads is None else quads, node))
        return node

    def _fill(self, nest: Callable[[Term], Node | None]) -> None:
        while self.waiting:
            quads, node = self.waiting.popleft()
            node.update(_properties(quads, self.context, nest))

    def _nest(self, term: Term) -> Node | None:
        return self._place(term) if term in self.groups and term not in self.placed else None

    def _nest_blank(self, term: Term) -> Node | None:
        is_alone = isinstance(term, BNode) and self.mentions[term] == 1
        return self._nest(term) if is_alone else None

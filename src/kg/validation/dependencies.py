"""What the results of a shapes graph depend on, read once for any number of validations."""

from dataclasses import dataclass, replace
from itertools import count

from rdflib import URIRef
from rdflib.term import Variable

from kg.validation.patterns import THIS, Fresh, NotLocalError, Scope, variables_of
from kg.validation.query_scopes import QueryScopes, renamed, scopes_of_query
from kg.validation.rules import prologue
from kg.validation.shape_scopes import target_scopes
from kg.validation.shapes import Shapes


@dataclass(frozen=True)
class Dependencies:
    """The scopes of shapes and rules.

    ``pooled`` are the scopes of all shapes, None where one needs the whole graph; a rule that
    does is missing in ``rules``, which are found by their constraint.
    """

    pooled: tuple[Scope, ...] | None
    rules: dict[URIRef, QueryScopes]

    @classmethod
    def of(cls, shapes: Shapes) -> "Dependencies":
        """Read what the shapes say."""
        rules: dict[URIRef, QueryScopes] = {}
        for rule in shapes.rules:
            try:
                read = scopes_of_query(prologue(shapes.prefixes, rule.select) + rule.select)
            except NotLocalError:
                continue
            targets = target_scopes(rule.targets, Fresh())
            rules[rule.constraint] = replace(read, scopes=(*targets, *read.scopes))
        if shapes.scopes is None:
            return cls(None, rules)
        pooled = (_numbered(scope) for read in shapes.scopes.values() for scope in read.scopes)
        return cls(tuple(dict.fromkeys(pooled)), rules)


def _numbered(scope: Scope) -> Scope:
    """Return a scope with its variables numbered, so that equal ones of two shapes are one."""
    numbers = count()
    names: dict[Variable, Variable] = {THIS: THIS}
    for pattern in (*scope.around, *scope.own):
        for name in sorted(variables_of((pattern,)) - names.keys()):
            names[name] = Variable(f"v{next(numbers)}")
    return Scope(tuple(renamed(scope.own, names)), tuple(renamed(scope.around, names)))

"""Comparing values that cannot be compared: a validation result, never an exception.

So says SHACL of ``sh:lessThan``, ``sh:lessThanOrEquals`` and the ranges of values (sections 4.3,
4.5.3 and 4.5.4). pySHACL 0.40.1 lets through what rdflib raises where it has no order (``NaN``
and a decimal, two literals that are none of their datatype), and takes a blank node for a fault
of the shapes.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pyshacl.constraints import CONSTRAINT_PARAMETERS_MAP
from pyshacl.constraints.core import property_pair_constraints as pairs
from pyshacl.constraints.core import value_range_constraints as ranges
from pyshacl.errors import ReportableRuntimeError
from rdflib.namespace import SH

_NO_ORDER: Final = (TypeError, ValueError, ArithmeticError, ReportableRuntimeError)

_Compared = tuple[bool, list[Any]]
"""Whether something does not conform, and the results."""


def _of_pairs(self: Any, compare: Callable[..., _Compared], *given: Any) -> _Compared:  # noqa: ANN401
    """Compare each value with each other one, so that one pair does not end it for all."""
    values, others, graph, focus = given
    results: list[Any] = []
    for value, other in ((value, other) for value in values for other in others):
        try:
            results.extend(compare([value], [other], graph, focus)[1])
        except _NO_ORDER:
            results.append(self.make_v_result(graph, focus, value_node=value))
    return bool(results), results


def _of_values(self: Any, compare: Callable[..., _Compared], *given: Any) -> _Compared:  # noqa: ANN401
    """Compare each value with the bound by itself."""
    bound, graph, by_focus = given
    results: list[Any] = []
    for focus, value in ((focus, value) for focus, values in by_focus.items() for value in values):
        try:
            results.extend(compare(bound, graph, {focus: [value]})[1])
        except _NO_ORDER:
            results.append(self.make_v_result(graph, focus, value_node=value))
    return bool(results), results


class _LessThan(pairs.LessThanConstraintComponent):
    def _compare_lt(self, *given: Any) -> _Compared:  # noqa: ANN401
        return _of_pairs(self, super()._compare_lt, *given)


class _LessThanOrEquals(pairs.LessThanOrEqualsConstraintComponent):
    def _compare_ltoe(self, *given: Any) -> _Compared:  # noqa: ANN401
        return _of_pairs(self, super()._compare_ltoe, *given)


class _MinInclusive(ranges.MinInclusiveConstraintComponent):
    def _evaluate_min_rule(self, *given: Any) -> _Compared:  # noqa: ANN401
        return _of_values(self, super()._evaluate_min_rule, *given)


class _MinExclusive(ranges.MinExclusiveConstraintComponent):
    def _evaluate_min_rule(self, *given: Any) -> _Compared:  # noqa: ANN401
        return _of_values(self, super()._evaluate_min_rule, *given)


class _MaxInclusive(ranges.MaxInclusiveConstraintComponent):
    def _evaluate_max_rule(self, *given: Any) -> _Compared:  # noqa: ANN401
        return _of_values(self, super()._evaluate_max_rule, *given)


class _MaxExclusive(ranges.MaxExclusiveConstraintComponent):
    def _evaluate_max_rule(self, *given: Any) -> _Compared:  # noqa: ANN401
        return _of_values(self, super()._evaluate_max_rule, *given)


COMPARING: Final[Mapping[Any, Any]] = {
    SH.lessThan: _LessThan,
    SH.lessThanOrEquals: _LessThanOrEquals,
    SH.minInclusive: _MinInclusive,
    SH.minExclusive: _MinExclusive,
    SH.maxInclusive: _MaxInclusive,
    SH.maxExclusive: _MaxExclusive,
}


def compare_whatever_comes() -> None:
    """Let pySHACL compare so, in this process and for good."""
    CONSTRAINT_PARAMETERS_MAP.update(COMPARING)

"""Validation: the shapes, the gate that runs them, its report, and the hygiene checks.

The only home of pySHACL. It knows no store: whoever validates hands over the view as an rdflib
graph and a function that answers SELECT queries over the same triples.
"""

from kg.validation.checks import Check, Finding, prepare, read_check, recheck, run_checks
from kg.validation.dependencies import Dependencies
from kg.validation.gate import validate, validate_with_pyshacl
from kg.validation.incremental import revalidate
from kg.validation.lookup import Changes, Select, Statement, View
from kg.validation.report import Report, Result, read_report
from kg.validation.rules import Rule, Targets, set_level_query
from kg.validation.shapes import Shapes, load_shapes
from kg.validation.whole import validate_view

__all__ = [
    "Changes",
    "Check",
    "Dependencies",
    "Finding",
    "Report",
    "Result",
    "Rule",
    "Select",
    "Shapes",
    "Statement",
    "Targets",
    "View",
    "load_shapes",
    "prepare",
    "read_check",
    "read_report",
    "recheck",
    "revalidate",
    "run_checks",
    "set_level_query",
    "validate",
    "validate_view",
    "validate_with_pyshacl",
]

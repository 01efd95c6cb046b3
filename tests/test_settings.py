"""Settings: each has a help text, reads from the environment, and refuses what cannot work."""

from dataclasses import fields
from pathlib import Path

import pytest

from kg.errors import SettingsError
from kg.settings import HELP, Settings, default_text, read_settings

DOCUMENT = Path(__file__).parents[1] / "docs" / "settings.md"


def test_each_setting_has_a_help_text_in_both_languages() -> None:
    assert [field.name for field in fields(Settings)] == list(HELP)
    assert all(text.id and text.en for text in HELP.values())


def test_variables_overrule_the_defaults() -> None:
    settings = read_settings({"KG_PORT": "9000", "KG_QUERY_TIMEOUT": "2.5", "KG_HOME": "/x"})
    assert (settings.port, settings.query_timeout, settings.home) == (9000, 2.5, Path("/x"))


def test_what_may_be_turned_off_takes_zero() -> None:
    variables = ("KG_ANSWER_CACHE", "KG_RATE_LIMIT", "KG_QUERY_COPY_LIMIT", "KG_TRUSTED_PROXIES")
    settings = read_settings(dict.fromkeys(variables, "0"))
    assert (settings.answer_cache, settings.query_copy_limit) == (0, 0)


def test_endpoints_that_may_be_called_are_separated_by_spaces() -> None:
    assert read_settings({}).service_endpoints == frozenset()
    value = " http://[::1]:8080/sparql?x=%20&y\n https://example.org  "
    expected = {"http://[::1]:8080/sparql?x=%20&y", "https://example.org"}
    assert read_settings({"KG_SERVICE_ALLOW": value}).service_endpoints == expected


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KG_PORT", "eight"),
        ("KG_PORT", "0"),
        ("KG_QUERY_TIMEOUT", "-1"),
        ("KG_BASE_IRI", "localhost/"),
        ("KG_BASE_IRI", "http://localhost:8000"),
        ("KG_PORT", "65536"),
        ("KG_METRICS_PORT", "-1"),
        ("KG_GRACE", "0"),
        ("KG_LANG", "fr"),
        ("KG_LOG", "xml"),
        ("KG_RATE_LIMIT", "-1"),
        ("KG_RATE_BURST", "0"),
        ("KG_ANSWER_CACHE", "-1"),
        ("KG_QUERY_COPY_LIMIT", "many"),
        ("KG_TRUSTED_PROXIES", "-1"),
        ("KG_SERVICE_ALLOW", "http://example.org/sparql file:///etc/passwd"),
        ("KG_SERVICE_ALLOW", "example.org/sparql"),
        ("KG_SERVICE_ALLOW", "http://user:secret@example.org/"),
        ("KG_SERVICE_ALLOW", "http://example.org/sparql#x"),
        ("KG_SERVICE_ALLOW", "http://example.org/a,http://example.org/b>"),
        ("KG_SERVICE_ALLOW", "http:///sparql"),
    ],
)
def test_a_value_that_cannot_work_names_its_variable(variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({variable: value})
    assert variable in caught.value.message.en
    assert variable in caught.value.message.id


def test_the_documentation_is_the_table_defaults_included() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = [
        f"| `KG_{name.upper()}` | `{default_text(name)}` | {help_.en} | {help_.id} |"
        for name, help_ in HELP.items()
    ]
    assert [line for line in text.splitlines() if line.startswith("| `KG_")] == rows


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert read_settings({"KG_METRICS_PORT": "", "KG_HOME": "", "KG_LANG": ""}) == Settings()

"""Values without an order, as a deposit may bring them: the page and the data are served."""

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient

from kg.namespaces import CANONICAL_BASE as B
from kg.release.publication import Release
from kg.settings import Settings
from kg.web.app import close_app, create_app

XSD = "http://www.w3.org/2001/XMLSchema#"
THING = f"{B}id/agency/a"
VALUES = [
    *(
        f'"{text}"^^<{XSD}{kind}>'
        for text, kind in (
            ("NaN", "double"),
            ("1.5", "decimal"),
            ("1E999999999", "decimal"),
            ("-0001", "gYear"),
            ("2024", "gYear"),
            ("nine", "integer"),
            ("9" * 5000, "integer"),
            ("0000-00-00", "date"),
            ("perhaps", "boolean"),
        )
    ),
    '"<script>"@id',
    '"x"^^<http://x.example/kind>',
]
TEXT = "".join(
    f"<{THING}> <{predicate}> {value} .\n"
    for predicate in (
        f"{B}ont#rankMin",
        "http://www.w3.org/2004/02/skos/core#prefLabel",
        "http://www.w3.org/2004/02/skos/core#altLabel",
        "http://www.w3.org/2004/02/skos/core#definition",
    )
    for value in VALUES
)


@pytest.fixture(scope="module")
def odd(make_release: Callable[[str], Release], settings: Settings) -> Iterator[FlaskClient]:
    kind = f"<{THING}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{B}ont#Agency> .\n"
    app = create_app(make_release(kind + TEXT), settings)
    yield app.test_client()
    close_app(app)


@pytest.mark.parametrize("suffix", ["html", "ttl", "jsonld", "nt", "rdf", "trig", "nq"])
def test_a_thing_with_values_that_have_no_order_is_served(odd: FlaskClient, suffix: str) -> None:
    answers = [odd.get(f"/doc/agency/a.{suffix}")]
    answers.append(odd.get("/id/agency/a", headers={"Accept": "text/html"}, follow_redirects=True))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert "NaN" in answers[0].text

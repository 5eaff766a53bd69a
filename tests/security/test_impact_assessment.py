"""The impact assessment (PIPL 55–56) speaks of every purpose, every table about people, and tests that exist."""

from __future__ import annotations

import pytest

from docs.generate.everything import everything
from docs.generate.impact import assessment
from docs.generate.privacy import models, personal, stated
from haochaping.kernel.privacy import Purpose
from tests.security.test_asvs_map import missing

JUDGED = assessment()
PAGES = ["impact-assessment.md", "impact-assessment-en.md"]


def test_every_purpose_is_assessed_and_serves_a_table():
    assert set(JUDGED) == {*Purpose, "rights"}
    assert {stated(model).purpose for model in models() if personal(model)} == set(Purpose)


@pytest.mark.parametrize("purpose", Purpose)
def test_every_risk_has_a_measure_that_a_test_holds(purpose):
    risks = JUDGED[purpose]["risks"]

    assert risks
    assert [risk["risk"]["en"] for risk in risks if not risk["tests"]] == []
    assert missing(" ".join(test for risk in risks for test in risk["tests"])) == []


def test_every_right_is_held_by_a_test():
    tests = [one["tests"] for one in JUDGED["rights"]]

    assert all(tests)
    assert missing(" ".join(test for some in tests for test in some)) == []


@pytest.mark.parametrize("page", PAGES)
def test_every_table_and_column_about_people_is_named(page):
    lines = everything()[page].splitlines()

    for model in models():
        named = [line for line in lines if line.startswith(f"| `{model._meta.db_table}` ")]
        assert len(named) == bool(personal(model)), model._meta.db_table
        assert [field for field in personal(model) if f"`{field}`" not in named[0]] == []

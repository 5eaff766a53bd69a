"""An agency in a form: suggested, typed by code or name, or chosen among those of a name, without scripts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django import forms
from django.utils import timezone

from haochaping.directory.models import Agency
from haochaping.doors.agencies import AgencyField, near, place_agencies
from haochaping.kernel.actor import NOWHERE, Scope
from haochaping.kernel.periods import local_day
from tests import worlds

pytestmark = pytest.mark.django_db
EVERYWHERE = Scope(division_path=f"{worlds.PROVINCE}.")
CITY = Scope(division_path=f"{worlds.PROVINCE}.{worlds.CITY}.")


class Form(forms.Form):
    agency = AgencyField(label="Agency")
    to = AgencyField(label="To", required=False, divisions=True)


@pytest.fixture(autouse=True)
def world():
    worlds.build(timezone.now())


def typed(scope: Scope = EVERYWHERE, **data: str) -> Form:
    form = Form(data)
    place_agencies(form, scope, None)
    form.is_valid()
    return form


@pytest.mark.parametrize(
    "words",
    [
        worlds.AGENCY,
        f"河湾区行政审批局（{worlds.AGENCY}）",
        f"河湾区行政审批局({worlds.AGENCY}) ",
        "河湾区行政审批局",
    ],
)
def test_a_suggestion_a_code_or_a_whole_name_is_the_agency(words):
    assert typed(agency=words).cleaned_data["agency"] == worlds.AGENCY


def test_a_part_of_a_name_brings_back_those_to_choose_from():
    form = typed(agency="行政审批局")

    assert "agency" in form.errors
    html = str(form["agency"])
    assert "<select" in html
    for code in (worlds.AGENCY, worlds.OTHER_AGENCY):
        assert f'value="{code}"' in html
    assert typed(agency=worlds.OTHER_AGENCY).cleaned_data["agency"] == worlds.OTHER_AGENCY


def test_from_those_to_choose_from_a_way_leads_back_to_another_search():
    assert '<option value="?">' in str(typed(agency="行政审批局")["agency"])

    form = typed(agency="?", to="?")

    assert set(form.errors) == {"agency", "to"}
    assert '<input type="text"' in str(form["agency"])
    assert 'value="?"' not in str(form["agency"])


def test_only_agencies_of_ones_remit_are_found_by_name():
    here = str(typed(CITY, agency="审批")["agency"])

    assert worlds.AGENCY in here
    assert worlds.OTHER_AGENCY not in here
    assert "审批" in typed(NOWHERE, agency="审批").errors["agency"][0]


@pytest.mark.parametrize("words", ["城市管理", "x（y）"])
def test_a_part_of_a_name_that_none_has_is_not_called_a_code(words):
    form = typed(agency=words)

    assert words in form.errors["agency"][0]
    assert "代码" not in form.errors["agency"][0]


@pytest.mark.parametrize("words", ["NO-SUCH", "'; --"])
def test_a_code_that_nobody_knows_is_left_to_the_room(words):
    assert typed(agency=words).cleaned_data["agency"] == words


def test_the_digits_of_a_division_pass_only_where_divisions_may():
    form = typed(agency=worlds.COUNTY, to=worlds.COUNTY)

    assert form.cleaned_data["to"] == worlds.COUNTY
    assert form.cleaned_data["agency"] == worlds.COUNTY
    assert typed(agency="").errors


def test_the_near_agencies_are_suggested_and_a_code_is_shown_by_its_name():
    form = Form(initial={"agency": worlds.AGENCY})
    place_agencies(form, CITY, near(f"{worlds.PROVINCE}.{worlds.CITY}.{worlds.COUNTY}."))

    html = str(form["agency"])

    assert f'value="河湾区行政审批局（{worlds.AGENCY}）"' in html
    assert '<datalist id="id_agency_list">' in html
    assert worlds.OTHER_AGENCY not in html


def test_who_has_ended_is_neither_suggested_nor_among_those_to_choose_from_and_is_left_to_the_room():
    yesterday = local_day(timezone.now()) - timedelta(days=1)
    Agency.objects.filter(code=worlds.AGENCY).update(valid_to=yesterday)

    form = Form()
    place_agencies(form, EVERYWHERE, "")
    assert worlds.OTHER_AGENCY in str(form["agency"])
    assert worlds.AGENCY not in str(form["agency"])
    chosen = str(typed(agency="行政审批局")["agency"])
    assert worlds.OTHER_AGENCY in chosen
    assert worlds.AGENCY not in chosen
    for words in (worlds.AGENCY, "河湾区行政审批局", "河湾区行政"):
        assert typed(agency=words).cleaned_data["agency"] == worlds.AGENCY

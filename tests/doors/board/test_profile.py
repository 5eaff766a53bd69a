"""`…/profile`: the figures of the unit's own page, the comparison that was kept, nothing withheld, nobody named."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from haochaping.directory import queries as directory
from haochaping.directory.models import Agency, ServiceItem
from haochaping.flows import compare_units
from haochaping.insight import actions as insight
from haochaping.insight import queries
from haochaping.insight.models import ComparedUnit
from haochaping.insight.terms import FactKind, Place
from haochaping.reviews.terms import Provenance
from tests import months, worlds
from tests.doors.board.conftest import WORDS, all_figures, withhold
from tests.doors.workbench.conftest import questions

if TYPE_CHECKING:
    from datetime import datetime

STEM = "012345678901"
HERE, THERE = (f"119900000000000{n}ZZZ{STEM}" for n in (1, 2))
MOST_QUERIES = 12
PLACES = [
    ("division", worlds.CITY),
    ("division", worlds.PROVINCE),
    ("division", worlds.COUNTY),
    ("agency", worlds.AGENCY),
    ("item", HERE),
    ("hall", "H1"),
]
everywhere = pytest.mark.parametrize(("kind", "code"), PLACES)


def compare(now: datetime) -> None:
    while compare_units.compare_due(now):
        pass


@pytest.fixture
def compared(world):
    """Two cities, an item of both: here 12 of 1,300 reviews are bad, there 300 of 1,300."""
    for code, agency, bad in ((HERE, worlds.AGENCY, 12), (THERE, worlds.OTHER_AGENCY, 300)):
        ServiceItem.objects.create(
            code=code, name="不动产登记", item_type="07", agency=Agency.objects.get(code=agency)
        )
        months.reviewed(code, {1: (bad, 300), 2: (0, 1000)}, world)
        months.served(code, {1: (300, 900)}, world)
    compare(world)
    return world


def page(client, kind: str, code: str, language: str = "en") -> str:
    answer = client.get(reverse(f"{kind}_profile", args=[code]), headers={"accept-language": language})
    assert answer.status_code == 200
    return str(answer.content.decode())


def context(client, kind: str, code: str):
    return client.get(reverse(f"{kind}_profile", args=[code]), headers={"accept-language": "en"}).context


@pytest.mark.parametrize(("kind", "code"), [one for one in PLACES if one[0] != "hall"])
def test_its_figures_are_those_of_the_unit_s_page_for_the_same_days(compared, client, kind, code):
    mine = context(client, kind, code)

    theirs = client.get(mine["same_days"]).context

    shown = {name: figure.value for name, figure in all_figures(client, mine["same_days"]).items()}
    assert {value.name: value.made_of for value in mine["values"]} == shown
    assert [one.value for one in mine["headlines"]] == [one.value for one in theirs["headlines"]]
    assert shown["active_reviews"] >= 1300


@pytest.mark.parametrize(("kind", "code"), [("division", worlds.CITY), ("item", HERE)])
def test_its_raw_rate_is_that_of_the_comparison_and_stands_before_all_else(compared, client, kind, code):
    html = page(client, kind, code)

    row = html.partition("beside its like</caption>")[2].partition("</tr></thead>")[2].partition("</tr>")[0]
    row = row or html.partition("beside its like</caption>")[2]
    cells = [">12<", ">1,300<", ">0.9%<", "Clearly below the average"]
    places = [row.index(cell) for cell in cells]
    assert places == sorted(places)
    assert html.index("Figures") < html.index("Beside its like")


def test_where_it_lies_is_drawn_and_told_beside_it(compared, client):
    found = context(client, "division", worlds.CITY)["beside"]

    assert [(pile.label, pile.n) for pile in found.piles if pile.n] == [("0–5%", 1), ("20–25%", 1)]
    assert [pile.label for pile in found.piles if pile.here] == ["0–5%"]
    html = page(client, "division", worlds.CITY)
    assert 'class="strip-here"' in html
    assert "lies here" in html
    assert "云川省" in found.who


def test_there_are_bands_and_places_between_and_no_rank(compared, client):
    found = context(client, "division", worlds.CITY)["beside"]

    assert found.bands == [
        "Clearly above the average: 1",
        "Not distinguishable from the average: 0",
        "Clearly below the average: 1",
        "In no band: fewer than 100 reviews: 0",
    ]
    assert "1 to 1 of 2" in page(client, "division", worlds.CITY)


def test_the_same_item_is_held_against_that_of_other_divisions(compared, client):
    found = context(client, "item", HERE)["beside"]

    assert "same national code in 云川省" in found.who
    assert found.comparison.href == f"/divisions/{worlds.PROVINCE}/comparison?group={STEM}"
    assert client.get(found.comparison.href).status_code == 200


def test_years_stand_one_after_another_and_are_not_rewritten(compared, client, settings):
    before = context(client, "division", worlds.CITY)["beside"]
    months.reviewed(HERE, {1: (200, 200)}, compared)
    compare(compared + timedelta(days=31))

    found = context(client, "division", worlds.CITY)["beside"]

    assert len(found.year_rows) == 2
    assert found.year_rows[0] == before.year_rows[0]
    assert next(str(one.value) for one in found.years) == str(before.years[0].value)


def test_beside_what_it_is_part_of(compared, client):
    found = context(client, "agency", worlds.AGENCY)

    assert found["whole"].code == worlds.COUNTY
    row = next(row for row in found["rows"] if row[0].href.endswith("#bad_reviews"))
    assert row[1:] == [12, 12]
    assert [one.label for one in found["levels"]] == ["河湾区行政审批局", "河湾区"]
    assert context(client, "division", worlds.PROVINCE)["whole"] is None


def test_what_lies_in_a_division_by_band(compared, client):
    found = context(client, "division", worlds.PROVINCE)

    assert found["inside_rows"][0][1:] == [1, 0, 1, 0, 0]
    assert found["inside_rows"][0][0].href == found["same_days"]


def test_how_the_items_of_an_agency_are_placed_among_their_like(compared, client):
    months.reviewed(worlds.ITEM, {1: (1, 40)}, compared)

    rows = context(client, "agency", worlds.AGENCY)["inside_rows"]

    # The other item of the agency has a like, too, but was reviewed by nobody when they were compared.
    assert [row[1:] for row in rows] == [[0, 0, 1, 1, 0]]
    assert "Service items" in rows[0][0].text


@pytest.mark.parametrize("rule", ["DQ-02", "DQ-01"])
@pytest.mark.parametrize("where", [worlds.OTHER_CITY, worlds.CITY])
def test_what_is_withheld_is_nowhere(compared, client, rule, where):
    withhold(rule, where)

    html, found = page(client, "division", worlds.CITY), context(client, "division", worlds.CITY)

    hides_rates = rule == "DQ-02"
    beside = found["beside"]
    drawn = sum(pile.n for pile in beside.piles)
    assert drawn == (1 if hides_rates else 2)
    assert any(pile.here for pile in beside.piles) == (not (hides_rates and where == worlds.CITY))
    if where == worlds.CITY:
        assert ("1,300" not in html) == hides_rates
        assert ("12/1,300" not in html.replace(" ", "")) == hides_rates
        assert "not published" in html
        assert found["by_level"] == (not hides_rates)
        assert all(bool(one.withheld) == hides_rates for one in beside.years)
    elif hides_rates:
        assert beside.bands[-1] == "Left out here: figures that are not published: 1"


def test_of_few_reviews_there_are_counts_and_no_comparison(world, client):
    months.reviewed(worlds.ITEM, {1: (3, 20)}, world)
    months.reviewed(worlds.OTHER_ITEM, {1: (0, 900)}, world)
    compare(world)

    html = page(client, "division", worlds.CITY)

    assert "Fewer than 30 reviews: counts, and no rate" in html
    assert "Not enough data" in html
    assert "15.0%" not in html
    assert not any(pile.here for pile in context(client, "division", worlds.CITY)["beside"].piles)


@everywhere
def test_before_anything_is_compared_it_is_said(world, client, kind, code):
    if code == HERE:
        code = worlds.ITEM
    html = page(client, kind, code)

    assert "It is not compared yet" in html
    assert context(client, kind, code)["beside"] is None


def test_the_days_that_cases_took_are_told_as_they_are_spread(compared, client):
    took = months.key(HERE, months.months_ago(compared, 1), FactKind.TOOK)
    insight.count(Counter({took._replace(level=days): n for days, n in ((0, 4), (4, 30), (300, 2))}))

    found = context(client, "item", HERE)["days_taken"]

    assert [(pile.label, pile.n) for pile in found if pile.n] == [("0", 4), ("3–5", 30), ("41 and more", 2)]


def test_a_hall_has_what_took_place_in_it_and_no_cases(world, client):
    hall = directory.halls(["H1"])["H1"]
    day = months.months_ago(world, 1)
    at = months.key(worlds.ITEM, day, FactKind.REVIEW, 1, Provenance.ACTIVE_SELF)._replace(hall_id=hall.id)
    insight.count(Counter({at: 3, at._replace(level=5): 97}))

    found = context(client, "hall", "H1")

    expected = queries.measures(Place(hall_id=hall.id), found["period"])
    shown = {value.name: value.made_of for value in found["values"]}
    assert shown == {one.name: one.made_of for one in expected if one.name in shown}
    assert shown["bad_reviews"] == 3
    assert {"cases", "completed_cases", "average_days_taken"}.isdisjoint(shown)
    assert [one.href.split("#")[1] for one in found["headlines"]][3] == "occurrences"
    assert found["reviews"] is None
    assert found["whole"].code == worlds.COUNTY


def test_single_reviews_stand_without_words_that_nobody_released(told, client):
    html = page(client, "agency", worlds.AGENCY)

    assert "The newest reviews" in html
    assert WORDS not in html
    assert f"/reviews?agency={worlds.AGENCY}" in html
    assert f"/reasons?agency={worlds.AGENCY}" in html


def test_neither_windows_nor_persons_are_named_in_public(told, client):
    for kind, code in (("agency", worlds.AGENCY), ("hall", "H1")):
        html = page(client, kind, code, "zh")
        assert "综合窗口1" not in html
        assert "王芳" not in html


@pytest.mark.parametrize(
    ("kind", "code"),
    [("division", worlds.CITY), ("agency", worlds.AGENCY), ("item", worlds.ITEM), ("hall", "H1")],
)
def test_the_page_of_the_unit_leads_here_once(world, client, kind, code):
    address = reverse(f"{kind}_profile", args=[code])

    assert client.get(reverse(kind, args=[code])).content.decode().count(f'"{address}"') == 1


@pytest.mark.parametrize("kind", ["division", "agency", "item", "hall"])
def test_nobody_has_no_profile(world, client, kind):
    assert client.get(reverse(f"{kind}_profile", args=["nobody"])).status_code == 404


@everywhere
def test_the_page_costs_the_same_for_everybody(compared, client, kind, code):
    assert len(questions(client, reverse(f"{kind}_profile", args=[code]))) <= MOST_QUERIES


def test_who_is_among_many_costs_no_more(compared, client):
    like = ComparedUnit.objects.filter(
        comparison__kind="division", comparison__division__code=worlds.PROVINCE
    )[0]
    for n in range(300):
        like.pk, like.unit_id = None, 10_000_000 + n
        like.save(force_insert=True)

    address = reverse("division_profile", args=[worlds.CITY])
    assert len(questions(client, address)) <= MOST_QUERIES
    found = context(client, "division", worlds.CITY)["beside"]
    assert sum(pile.n for pile in found.piles) == 302


@everywhere
def test_it_is_complete_in_chinese(compared, client, kind, code):
    html = page(client, kind, code, "zh-hans")

    for english in (
        "Beside its like",
        "Twelve",
        "What lies within",
        "Profile",
        "single cases",
        "All figures",
    ):
        assert english not in html

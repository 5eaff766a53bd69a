"""The directory of the fictional province: as large as promised, and nothing in it exists."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest

from haochaping.directory.queries import national_divisions
from haochaping.directory.rules import division_level, is_item_code, parent_division_code
from haochaping.directory.terms import DivisionLevel, Kind
from haochaping.doors.demo import names, places, province, texts
from haochaping.doors.demo.making import Maker, weight_of
from haochaping.kernel.periods import BEIJING
from haochaping.reviews.rules import is_bad

DONE = datetime(2026, 6, 1, 10, 0, tzinfo=BEIJING)
CODES = {5: ["510", "511", "517"], 4: ["406", "407"], 3: ["307", "309"]}


def maker(seed: int = 1) -> Maker:
    return Maker(random.Random(seed), "T", places.offers(), CODES)  # noqa: S311 - a seed is the point


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        (Kind.AGENCIES, 60 + len(names.OFFICES)),
        (Kind.HALLS, 12),
        (Kind.WINDOWS, 150),
        (Kind.STAFF, 600),
        (Kind.PLATFORMS, 7),
    ],
)
def test_directory_is_as_large_as_promised(kind, count):
    assert len(places.rows()[kind]) == count


def test_four_hundred_items_some_with_handling_items_of_their_own():
    items = places.rows()[Kind.ITEMS]

    assert sum(1 for row in items if not row.get("parent")) == 400
    assert sum(1 for row in items if row.get("parent")) > 40
    assert all(is_item_code(row["code"]) for row in items)
    assert max(Counter(row["code"] for row in items).values()) == 1


def test_divisions_reach_down_to_villages_and_lie_in_the_unused_range():
    codes = dict(places.divisions())

    assert {division_level(code) for code in codes} == set(DivisionLevel) - {DivisionLevel.NATIONAL}
    assert all(code.startswith("99") for code in codes)
    above = {parent_division_code(code) for code in codes if code != names.PROVINCE[0]}
    assert above <= codes.keys()
    assert len(names.VILLAGES) == 63


def test_no_division_is_called_like_a_real_one():
    real = {row["name"] for row in national_divisions()}

    assert not real & {name for _, name in places.divisions()}


def test_every_trouble_belongs_to_an_item_and_a_theme():
    troubled = [offer for offer in places.offers() if offer.theme]

    assert len(troubled) == len(places.TROUBLED)
    assert {offer.theme for offer in troubled} <= texts.THEMES.keys()
    assert any(offer.agency == names.CLERK_AGENCY for offer in troubled)
    hall, window = places.TROUBLED_WINDOW
    assert any(
        window in spot.windows and spot.hall == hall for offer in places.offers() for spot in offer.spots
    )


def test_same_seed_makes_the_same_cases_and_reviews():
    def told(seed: int) -> list[object]:
        mine = maker(seed)
        cases = mine.cases(DONE.date(), 300, until=DONE + timedelta(hours=10))
        return [[one.fields for one in cases], [said.raw.fields for said in mine.reviews(cases)]]

    assert told(1) == told(1)
    assert told(1) != told(2)


def test_a_fifth_of_the_people_speak_and_few_of_them_badly():
    mine = maker()
    cases = mine.cases(DONE.date(), 20_000, until=DONE + timedelta(hours=10))

    said = [one.raw.fields for one in mine.reviews(cases)]

    assert 0.17 < len(said) / len(cases) < 0.23
    bad = [fields for fields in said if is_bad(int(str(fields["rating_value"])))]
    assert 0.003 < len(bad) / len(said) < 0.008
    assert all(str(fields["indicator_codes"]).startswith(f"['{fields['rating_value']}") for fields in bad)
    assert len({fields["claimed_provenance"] for fields in said}) >= 4


def test_hardly_two_texts_are_alike():
    dice = random.Random(1)  # noqa: S311 - a seed is the point
    written = [texts.praise(dice, "不动产查询") for _ in range(300)]
    written += [texts.complaint(dice, theme, "不动产查询") for theme in texts.THEMES for _ in range(20)]

    assert len(set(written)) > 0.85 * len(written)
    assert not any("{" in text for text in written)


def test_weekends_and_holidays_are_quiet():
    monday, sunday, holiday = (weight_of(DONE.date() + timedelta(days=n), 0) for n in (0, 6, 122))

    assert sunday < monday / 5
    assert holiday < monday / 5


def test_the_case_of_the_walk_is_always_that_of_somebody_to_call(now):
    told = [province.a_case(now)["applicant"] for _ in range(60)]

    assert [one for one in told if not (isinstance(one, dict) and one.get("phone"))] == []


def test_the_demo_has_supervisors_of_two_organisations():
    """To exclude a review takes two; the second review lies above both of the city."""
    remits = [place["division_code"] for _, _, role, place in names.ACCOUNTS if role == "supervisor"]

    assert set(remits) == {names.CITY[0], names.PROVINCE[0]}

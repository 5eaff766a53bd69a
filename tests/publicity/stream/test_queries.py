"""评价流: every review that stands and is sought, once, newest first, however little is read at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.directory import queries as directory
from haochaping.insight.terms import Place
from haochaping.kernel.identifiers import uuid7
from haochaping.publicity.stream import queries
from haochaping.publicity.stream.terms import LEVELS, Effort, Sought
from haochaping.rectification.models import SolutionAnswer, WorkOrder
from tests import worlds
from tests.publicity.stream.conftest import ELSEWHERE, HERE
from tests.publicity.test_actions import answered, bad_review

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from haochaping.reviews.models import Review

pytestmark = pytest.mark.django_db
EVERYWHERE = Place()
CITY = Place(division_path=f"{worlds.PROVINCE}.{worlds.CITY}.")
PROVINCE = Place(division_path=f"{worlds.PROVINCE}.")
AGENCY = Place(agency_path=f"{worlds.AGENCY}.")
# A page of everything at once, and such as see a few rows of each way only; one that takes every place for a large one.
EFFORTS = [Effort(), Effort(rows=7), Effort(rows=7, few=0), Effort(rows=30, few=1)]


def item() -> Place:
    return Place(item_id=directory.items([worlds.ITEM])[worlds.ITEM].id)


def seen(sought: Sought, *, limit: int = 6, effort: Effort = EFFORTS[0]) -> list[UUID]:
    """The ids of all pages, one after the other."""
    ids, after = [], None
    for _ in range(300):
        page = queries.page(sought, after=after, limit=limit, effort=effort)
        assert len(page.reviews) <= limit
        ids += [one.shown.id for one in page.reviews]
        after = page.after
        if after is None:
            return ids
    raise AssertionError("the list has no end")


def ids(reviews: Iterable[Review]) -> list[UUID]:
    return [one.pk for one in reviews if one.status == "effective"]


@pytest.mark.parametrize("effort", EFFORTS)
def test_all_pages_together_hold_each_review_that_is_sought_once(crowd, effort):
    county = directory.divisions([worlds.COUNTY])[worlds.COUNTY].id
    here = [one for one in crowd if one.division_id == county]
    places = [
        (EVERYWHERE, crowd),
        (PROVINCE, crowd),
        (CITY, here),
        (AGENCY, here),
        (item(), here),
        (Place(CITY.division_path, AGENCY.agency_path), here),
        (Place(CITY.division_path, AGENCY.agency_path, item().item_id), here),
    ]

    for place, there in places:
        for levels in (LEVELS, frozenset({1, 2}), frozenset({4})):
            found = seen(Sought(place, levels=levels), effort=effort)

            expected = ids(one for one in there if one.level in levels)
            assert found == expected, (place, levels)
            assert expected


@pytest.mark.parametrize("effort", EFFORTS)
def test_reason_channel_and_time_narrow_it(crowd, now, effort):
    begin, end = now - timedelta(hours=25), now - timedelta(hours=5)

    found = seen(
        Sought(CITY, reason="512", channel="mobile", begin=begin, end=end, levels=frozenset({5})),
        effort=effort,
    )

    county = directory.divisions([worlds.COUNTY])[worlds.COUNTY].id
    expected = ids(
        one
        for one in crowd
        if one.division_id == county
        and "512" in one.indicator_codes
        and one.channel == "mobile"
        and begin <= one.assessed_at < end
    )
    assert found == expected
    assert expected


def test_places_that_do_not_meet_have_nothing_in_common(crowd):
    other = directory.agencies([worlds.OTHER_AGENCY])[worlds.OTHER_AGENCY]

    assert seen(Sought(Place(CITY.division_path, other.path))) == []
    assert seen(Sought(Place(CITY.division_path, other.path, item().item_id))) == []


def test_levels_that_exclude_each_other_ask_the_database_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert seen(Sought(EVERYWHERE, levels=frozenset())) == []


def test_a_page_that_found_nothing_says_where_to_go_on(given, now):
    for n in range(30):
        given(level=5, at=now - timedelta(minutes=n))
    rare = given(level=4, at=now - timedelta(hours=1))

    page = queries.page(Sought(EVERYWHERE, levels=frozenset({4})), limit=6, effort=Effort(rows=7))

    assert page.reviews == []
    assert page.after is not None
    assert seen(Sought(EVERYWHERE, levels=frozenset({4})), effort=Effort(rows=7)) == [rare.pk]


def test_what_is_listed_says_where_how_and_why(given, now):
    given(level=2, at=now, codes=("213",), channel="qr_code")
    given(level=5, at=now - timedelta(hours=1), place=ELSEWHERE)

    bad, good = queries.page(Sought(EVERYWHERE)).reviews

    assert (bad.channel, bad.indicator_codes) == ("qr_code", ["213"])
    assert (bad.division_code, bad.agency_code, bad.item_code) == HERE
    assert (good.division_code, good.agency_code, good.item_code) == ELSEWHERE
    assert (bad.division_name, bad.shown.agency_name) == ("河湾区", "河湾区行政审批局")
    assert bad.solved is None


def test_the_last_word_of_the_reviewer_stands(db, now):
    worlds.build(now)
    review = bad_review("C1", now)
    answered(review, now + timedelta(hours=1))
    order = WorkOrder.objects.get(review_id=review)
    for n, solved in enumerate(("no", "yes")):
        at = now + timedelta(hours=2 + n)
        SolutionAnswer.objects.create(
            id=uuid7(at), order=order, solved=solved, answered_at=at, changeable_until=at
        )

    [listed] = queries.page(Sought(EVERYWHERE)).reviews

    assert listed.solved == "yes"
    assert (listed.shown.has_reply, listed.shown.reply) == (True, None)


def test_a_page_asks_three_questions_at_most_four(crowd, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        queries.page(Sought(CITY))

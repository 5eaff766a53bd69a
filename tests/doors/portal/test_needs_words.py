"""上海: a bad rating without words counts and makes no order; where words can still be said, there is a form for them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from haochaping.rectification import queries as orders
from haochaping.reviews.models import Review
from haochaping.ui.moments import moment
from tests import worlds
from tests.doors.portal.pages import text_of

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.doors.portal.urls")]
PROMISED = "承办单位须核实整改并答复您"
COMPLAINT = f'/voices/new?kind=complaint&amp;item={worlds.ITEM}"'
DAY = timedelta(days=1)


def given(now: datetime, **rules: str) -> str:
    """The status address of a rating without words that a system of the hall has sent."""
    worlds.build(now)
    worlds.follow(worlds.CITY, now, **{"bad_needs_text": "yes"} | rules)
    worlds.take_case("YC-1", now)
    outcome = worlds.give("YC-1", 1, now)
    assert outcome.receipt
    return f"/status/{outcome.receipt}"


def look(address: str) -> str:
    return Client().get(address).content.decode()


def test_in_the_change_window_the_form_stands_below_the_sentence(citizen, clock):
    worlds.follow(worlds.CITY, clock, bad_needs_text="yes")
    citizen.tap(1)

    page = text_of(citizen.look())

    assert PROMISED in page
    assert 'name="comment_text"' in page
    assert COMPLAINT not in page


def test_what_came_by_interface_is_followed_up_and_the_words_make_the_order(db):
    address = given(timezone.now() - DAY)
    until = Review.objects.get().changeable_until + timedelta(days=7)

    page = look(address)
    assert PROMISED in page
    assert moment(until) in page
    assert f'href="{address}/follow-up"' in page

    there = Client().post(f"{address}/follow-up", {"level": "1"}).headers["Location"]
    assert 'name="comment_text"' in look(there)
    Client().post(f"{there}/reasons", {"comment_text": "材料清单没写的证明也要交。"})
    second = Review.objects.get(assess_no=2)
    order = orders.order_of_review(second.pk)
    assert order
    assert order.state == "dispatched"
    assert PROMISED not in look(address)


@pytest.mark.parametrize(("age", "rules"), [(8 * DAY, {}), (DAY, {"follow_up_reviews": "0"})])
def test_where_nothing_can_be_added_it_promises_nothing_and_names_the_ways_that_are_left(db, age, rules):
    page = look(given(timezone.now() - age, **rules))

    assert PROMISED not in page
    assert "/follow-up" not in page
    assert COMPLAINT in page
    assert "12345" in page


def test_a_bad_rating_with_an_order_still_waits_for_its_answer(db):
    now = timezone.now() - DAY
    worlds.build(now)
    worlds.take_case("YC-1", now)
    outcome = worlds.give("YC-1", 1, now)

    assert "/follow-up" not in look(f"/status/{outcome.receipt}")

"""`/reviews`: the list as a page and as a feed; nothing that was not released, and never on which day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given as drawn
from hypothesis import strategies as st

from haochaping.doors.board import position
from haochaping.doors.board.position import opened, sealed
from haochaping.flows.receive_reviews import recount, units_of
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day, monday_of
from haochaping.publicity.stream.terms import Position
from haochaping.publicity.terms import Decision, Part
from haochaping.reviews import actions as reviews
from haochaping.reviews.models import Review
from haochaping.reviews.terms import ReasonClass
from tests import worlds
from tests.doors.board.conftest import REPLY, WORDS

if TYPE_CHECKING:
    from uuid import UUID

PAGE, FEED = "/reviews", "/reviews.atom"
SECRETS = (WORDS, REPLY, "13912345678", "窗口让我", "已改为", "内部", "张小满", "YC-00000001")


def shown(client, address: str = PAGE, *, status: int = 200, **query: Any) -> str:
    answer = client.get(address, query, headers={"accept-language": "en"})
    assert answer.status_code == status
    return str(answer.content.decode())


def release(told) -> None:
    for part in Part:
        worlds.decide(told.review_id, part, Decision.RELEASED, by=worlds.PUBLISHER, now=told.at)


@pytest.mark.parametrize("address", [PAGE, FEED])
def test_unreleased_words_are_nowhere(told, client, address):
    html = shown(client, address)

    assert "食品经营许可" in html
    for secret in SECRETS:
        assert secret not in html


@pytest.mark.parametrize("address", [PAGE, FEED])
def test_released_words_stand_with_reasons_and_reply(told, client, address):
    release(told)

    html = shown(client, address)

    assert "窗口让我第三次跑，电话＊＊＊" in html
    assert "已改为一次办结" in html
    assert "Sent from window to window" in html
    assert "13912345678" not in html


def test_a_review_leads_to_its_item_agency_and_division(told, client):
    html = shown(client)

    for name, code in (("item", worlds.ITEM), ("agency", worlds.AGENCY), ("division", worlds.COUNTY)):
        assert f'href="{reverse(name, args=[code])}"' in html


@pytest.mark.parametrize("address", [PAGE, FEED])
def test_the_week_is_told_and_neither_moment_nor_name(told, client, address):
    review = Review.objects.get(id=told.review_id)
    day = local_day(review.assessed_at)
    if day == monday_of(day):
        Review.objects.filter(id=review.pk).update(assessed_at=review.assessed_at - timedelta(days=3))
        day -= timedelta(days=3)

    html = shown(client, address)

    listed = html.split('id="reviews"')[1].split("</section>")[0] if address == PAGE else html
    assert day.isoformat() not in listed
    assert str(review.pk) not in html
    assert review.assessed_at.strftime("%H:%M") not in listed
    if address == PAGE:
        assert f"Week of {monday_of(day).day} {monday_of(day):%b %Y}" in listed
    else:
        assert f"<updated>{monday_of(day)}T00:00:00+08:00</updated>" in listed


@pytest.mark.parametrize(
    ("name", "value", "other"),
    [
        ("level", "1", "5"),
        ("level", "bad", "4"),
        ("reason", "113", "114"),
        ("channel", "mobile", "phone"),
        ("division", worlds.CITY, worlds.OTHER_CITY),
        ("agency", worlds.AGENCY, worlds.OTHER_AGENCY),
        ("item", worlds.ITEM, worlds.OTHER_ITEM),
    ],
)
def test_each_filter_lets_the_one_through_and_not_the_other(told, client, name, value, other):
    assert "review-head" in shown(client, **{name: value})
    for address, mark in ((PAGE, "review-head"), (FEED, "<entry>")):
        assert mark not in shown(client, address, **{name: other})
    assert "No reviews like these" in shown(client, **{name: other})


def test_a_level_and_a_reason_of_another_level_have_nothing_in_common(told, client):
    assert "No reviews like these" in shown(client, level="2", reason="113")


def test_days_stand_for_their_whole_weeks(told, client):
    given = local_day(Review.objects.get(id=told.review_id).assessed_at)
    monday = monday_of(given)
    other = monday + timedelta(days=(given.weekday() + 3) % 7)
    inside: dict[str, Any] = {"from": other, "to": other}
    outside: dict[str, Any] = {"from": monday - timedelta(days=7), "to": monday - timedelta(days=1)}

    assert "review-head" in shown(client, **inside)
    assert "review-head" not in shown(client, **outside)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("level", "6"),
        ("level", "none"),
        ("reason", "999"),
        ("channel", "pigeon"),
        ("division", "000"),
        ("agency", "nobody"),
        ("item", "\x00"),
        ("from", "yesterday"),
        ("after", "here"),
        ("after", "é"),
    ],
)
def test_what_cannot_be_asked_is_said_and_nothing_is_listed(told, client, name, value):
    html = shown(client, status=422, **{name: value})

    assert "There is a problem" in html
    assert "review-head" not in html
    if name != "after":
        assert shown(client, FEED, status=422, **{name: value})


def test_excluded_reviews_are_counted_and_not_listed(told, client):
    before = units_of([told.review_id])
    reviews.exclude(told.review_id, reason_class=ReasonClass.MISTAKEN, by=SYSTEM, now=timezone.now())
    recount(before, [told.review_id])

    answer = client.get(PAGE)

    assert answer.context["weeks"] == []
    counts = {figure.href.partition("#")[2]: figure.count for figure in answer.context["figures"]}
    assert counts == {"bad_reviews": 0, "active_reviews": 0, "excluded_reviews": 1}


def test_the_next_page_goes_on_where_this_one_ends_and_keeps_what_is_asked(told, client):
    row = Review.objects.get(id=told.review_id)
    for n in range(24):
        worlds.take_case(f"N{n}", told.at)
        worlds.give(f"N{n}", 5, told.at + timedelta(minutes=n))

    first = client.get(PAGE, {"division": worlds.CITY})
    older = first.context["older"]
    second = client.get(PAGE + older)

    assert f"division={worlds.CITY}" in older
    assert str(row.pk) not in older
    listed = [sum(len(rows) for _, rows in page.context["weeks"]) for page in (first, second)]
    assert listed == [20, 5]
    assert second.context["older"] == ""
    assert second.context["newest"] == f"?division={worlds.CITY}"


def test_one_can_go_down_and_up_again_without_script(told, client):
    def choices(**query: str) -> dict[str, list[str]]:
        selects = client.get(PAGE, query).context["selects"]
        return {one.name: [value for _, options in one.groups for value, _ in options] for one in selects}

    assert choices()["division"] == [worlds.PROVINCE, worlds.CITY, worlds.OTHER_CITY]
    assert choices(division=worlds.CITY)["division"] == [worlds.PROVINCE, worlds.CITY, worlds.COUNTY]
    assert choices(division=worlds.COUNTY)["agency"] == [worlds.AGENCY]
    assert choices(agency=worlds.AGENCY)["item"] == [worlds.ITEM]
    assert choices(item=worlds.ITEM)["item"] == [worlds.ITEM]


def test_a_retired_reason_is_offered_only_when_it_is_asked_for(told, client):
    def offered(**query: str) -> set[str]:
        [select] = [one for one in client.get(PAGE, query).context["selects"] if one.name == "reason"]
        return {value for _, options in select.groups for value, _ in options}

    assert "106" not in offered()
    assert "106" in offered(reason="106")
    assert len(offered()) == 40


@pytest.mark.parametrize(
    "query",
    [
        {},
        {
            "division": worlds.COUNTY,
            "agency": worlds.AGENCY,
            "level": "bad",
            "reason": "113",
            "channel": "pc",
        },
        {"division": worlds.COUNTY, "agency": worlds.AGENCY, "item": worlds.ITEM, "from": "2026-01-01"},
    ],
)
def test_the_page_asks_few_questions(told, client, django_assert_max_num_queries, query):
    client.get(PAGE)
    # Twelve, and what opening a transaction within that of a test takes.
    with django_assert_max_num_queries(12 + 3):
        client.get(PAGE, query)


def test_an_empty_house_says_so(db, client):
    assert "No reviews like these" in shown(client)


def test_a_feed_names_a_review_the_same_each_time(told, client):
    def named() -> list[str]:
        return [part.split("</id>")[0] for part in shown(client, FEED).split("<id>urn:uuid:")[1:]]

    assert len(named()) == 1
    assert named() == named() != [str(told.review_id)]


@drawn(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_position_comes_back_as_it_was_and_says_nothing(at: datetime, review_id: UUID):
    one = Position(at, review_id)

    assert opened(sealed(one)) == one
    assert sealed(one) != sealed(one)
    assert len(sealed(one)) == 72


def test_a_position_is_read_whole_or_not_at_all():
    text = sealed(Position(datetime(2026, 11, 24, tzinfo=UTC), uuid7(datetime(2026, 11, 24, tzinfo=UTC))))

    assert position.opened(text[:-4]) is None
    assert position.opened("A" + text[1:] if text[0] != "A" else "B" + text[1:]) is None
    assert position.opened("") is None

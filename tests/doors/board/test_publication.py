"""The public page about publication: what waits, what was kept back and why, and words without a place; and notes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.directory import queries as directory
from haochaping.doors.board.publication import named
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.periods import local_day
from haochaping.publicity import actions as publicity
from haochaping.publicity.models import Undecided
from haochaping.publicity.rules import quarter_of
from haochaping.publicity.terms import Decision, Part, week_of
from haochaping.reviews import actions as reviews
from haochaping.reviews.terms import ReasonClass
from haochaping.ui import moments
from tests import worlds

ENGLISH = {"accept-language": "en"}


def page(client, code: str = worlds.CITY, **query: str) -> str:
    answer = client.get(reverse("publication", args=[code]), query, headers=ENGLISH)
    assert answer.status_code == 200
    return str(answer.content.decode())


def place(client, name: str = "division", code: str = worlds.CITY) -> str:
    return str(client.get(reverse(name, args=[code]), headers=ENGLISH).content.decode())


def down(told, part: Part) -> None:
    for decision in (Decision.RELEASED, Decision.TAKEN_DOWN):
        worlds.decide(told.review_id, part, decision, reason="写有姓名", now=told.at)


def test_what_waits_and_what_is_overdue_is_told_by_division(told, client):
    worlds.offer(told.at)
    publicity.count_waiting(now=told.at + timedelta(days=8))

    answer = client.get(reverse("publication", args=[worlds.CITY]), headers=ENGLISH)

    assert answer.context["waiting"].overdue == 2
    [row] = answer.context["waiting_rows"]
    assert (row[0].text, row[1:]) == ("河湾区", [2, 2, 0])
    assert "of these beyond the deadline: 2" in place(client)
    assert "beyond the deadline" not in place(client, "agency", worlds.AGENCY)


def test_decisions_are_told_by_ground_and_agency_and_never_by_reason(told, client):
    worlds.decide(told.review_id, Part.TEXT, Decision.HELD, reason="写有姓名", now=told.at)
    down(told, Part.REPLY)
    quarter = named(quarter_of(local_day(told.at)))

    answer = client.get(reverse("publication", args=[worlds.CITY]), {"quarter": quarter}, headers=ENGLISH)

    assert answer.context["grounds"] == [["Personal privacy", 1, 1, "–"]]
    [row] = answer.context["organisations"]
    assert (row[0].text, row[1:]) == ("河湾区行政审批局", [1, 1, 1, 0, 0])
    assert "写有姓名" not in answer.content.decode()
    assert f"{quarter}: 1 held back, 1 taken down." in place(client, "agency", worlds.AGENCY)


def test_restored_words_and_excluded_reviews_are_told_too(told, client):
    worlds.decide(told.review_id, Part.TEXT, Decision.HELD, reason="写有姓名", now=told.at)
    worlds.decide(told.review_id, Part.TEXT, Decision.RESTORED, now=told.at)

    answer = client.get(
        reverse("publication", args=[worlds.COUNTY]),
        {"quarter": named(quarter_of(local_day(told.at)))},
        headers=ENGLISH,
    )

    assert ["Without ground any more", "–", "–", 1] in answer.context["grounds"]
    [row] = answer.context["organisations"]
    assert row[0].href == reverse("agency", args=[worlds.AGENCY])


@pytest.mark.parametrize("quarter", ["x", "2026-Q5", "1999-Q1", "\x00"])
def test_another_quarter_is_no_quarter(told, client, quarter):
    answer = client.get(reverse("publication", args=[worlds.CITY]), {"quarter": quarter}, headers=ENGLISH)

    assert answer.status_code == 422
    assert "is not a quarter" in answer.content.decode()


def test_an_unknown_division_is_not_found(told, client):
    assert client.get(reverse("publication", args=["000"])).status_code == 404


def test_words_of_a_small_cell_stand_under_their_division_and_not_at_their_item(told, client):
    county = directory.divisions([worlds.COUNTY])[worlds.COUNTY]
    worlds.offer(told.at)
    Undecided.objects.update(raised_to_id=county.id)
    for part in Part:
        worlds.decide(told.review_id, part, Decision.RELEASED, now=told.at)

    shown = page(client, worlds.COUNTY)

    assert "窗口让我第三次跑，电话＊＊＊" in shown
    assert "已改为一次办结" in shown
    assert "食品经营许可" not in shown
    assert "窗口让我" not in page(client)
    for name, code in (("division", worlds.COUNTY), ("agency", worlds.AGENCY), ("item", worlds.ITEM)):
        html = place(client, name, code)
        assert "窗口让我" not in html
        assert "已改为一次办结" not in html
        assert "standing without item and agency" in html


def test_words_that_are_taken_down_leave_a_note_where_they_stood(told, client):
    for part in Part:
        down(told, part)

    html = place(client, "item", worlds.ITEM)

    day = local_day(told.at)
    with_day = f"Text taken down on {moments.day(day)} because:"
    assert with_day.split(" on ", maxsplit=1)[0] in html
    assert "Reply taken down on" in html
    assert html.count("Personal privacy") == 2
    assert "写有姓名" not in html


def test_a_review_that_is_excluded_leaves_a_note_without_its_level_and_words(told, client):
    worlds.decide(told.review_id, Part.TEXT, Decision.RELEASED, now=told.at)
    reviews.exclude(told.review_id, reason_class=ReasonClass.MISTAKEN, by=SYSTEM, now=timezone.now())

    html = place(client)

    assert "A review stood here; it was excluded after an appeal: mistaken." in html
    assert "窗口让我" not in html


def test_of_a_review_with_words_the_week_is_shown(told, client):
    html = place(client)

    assert f'datetime="{week_of(told.at).isoformat()}"' in html
    assert "week of" in html


def test_the_page_asks_at_most_twelve_questions(told, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        client.get(reverse("publication", args=[worlds.CITY]))

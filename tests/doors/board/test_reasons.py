"""`/reasons`: what people name most, of which reviews, with a way to them and words that were released."""

from __future__ import annotations

import pytest

from haochaping.publicity.terms import Decision, Part
from tests import worlds
from tests.doors.board.conftest import WORDS

PAGE = "/reasons"


def shown(client, status: int = 200, **query: str) -> str:
    answer = client.get(PAGE, query, headers={"accept-language": "en"})
    assert answer.status_code == status
    return str(answer.content.decode())


def test_a_reason_says_of_how_many_and_leads_to_its_reviews(told, client):
    html = shown(client, division=worlds.CITY)

    assert "Of the newest 1 reviews that people gave themselves here" in html
    assert f'href="/reviews?reason=113&amp;division={worlds.CITY}"' in html
    assert "Sent from window to window" in html
    assert "Not enough data" in html
    assert "No such reviews yet." in html


def test_words_stand_beside_it_once_they_are_released(told, client):
    assert "None published" in shown(client)
    worlds.decide(told.review_id, Part.TEXT, Decision.RELEASED, by=worlds.PUBLISHER, now=told.at)

    html = shown(client)

    assert "<q>窗口让我第三次跑，电话＊＊＊</q>" in html
    assert WORDS not in html


def test_other_places_and_weeks_have_nothing(told, client):
    assert "Sent from window" not in shown(client, division=worlds.OTHER_CITY)
    assert "Sent from window" not in shown(client, to="2020-01-01")


@pytest.mark.parametrize(("name", "value"), [("division", "000"), ("agency", "x"), ("from", "soon")])
def test_what_cannot_be_asked_is_said(told, client, name, value):
    html = shown(client, status=422, **{name: value})

    assert "There is a problem" in html
    assert "Sent from window" not in html


def test_level_and_channel_are_no_question_here(told, client):
    assert "Sent from window" in shown(client, level="5", channel="pc")


@pytest.mark.parametrize(
    "query", [{}, {"division": worlds.COUNTY, "agency": worlds.AGENCY}, {"division": worlds.CITY}]
)
def test_the_page_asks_few_questions(told, client, django_assert_max_num_queries, query):
    client.get(PAGE)
    # Twelve, and what opening a transaction within that of a test takes.
    with django_assert_max_num_queries(12 + 3):
        client.get(PAGE, query)

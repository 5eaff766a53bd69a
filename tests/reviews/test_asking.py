"""短信邀评 as a rule: every reason not to ask, in order, and when to ask again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import BEIJING
from haochaping.reviews.rules import asking, first_ask
from haochaping.reviews.terms import Asking, AskingEnd, ToAsk
from haochaping.rulebook.rules import is_quiet
from tests import worlds

NOW = datetime(2026, 6, 1, 10, tzinfo=BEIJING)
DAY = timedelta(days=1)
TERMS = worlds.terms()


_DUE = ToAsk(
    id=uuid7(NOW),
    occurrence_id=uuid7(NOW),
    ask_at=NOW,
    asked=0,
    expires_at=NOW + 90 * DAY,
    person_id=uuid7(NOW),
    division_path="",
    reviewed=False,
    case_over=False,
)


def due(**changes: Any) -> ToAsk:
    return replace(_DUE, **changes)


@pytest.mark.parametrize(
    ("changes", "messaged", "ended"),
    [
        ({"reviewed": True}, 0, AskingEnd.REVIEWED),
        ({"reviewed": True, "case_over": True}, None, AskingEnd.REVIEWED),
        ({"case_over": True}, 0, AskingEnd.CASE_OVER),
        ({"expires_at": NOW}, 0, AskingEnd.EXPIRED),
        ({"ask_at": NOW - 8 * DAY}, 0, AskingEnd.MISSED),
        ({"asked": 2}, 0, AskingEnd.ASKED_OUT),
        ({}, None, AskingEnd.NO_PHONE),
    ],
)
def test_reasons_to_ask_no_more(changes, messaged, ended):
    assert asking(due(**changes), TERMS, messaged=messaged, now=NOW) == Asking(ended=ended)


def test_whose_owner_refuses_is_not_asked_even_a_first_time():
    assert asking(due(), TERMS, messaged=0, refused=True, now=NOW) == Asking(ended=AskingEnd.OPTED_OUT)


def test_the_first_time_leads_to_a_second_and_the_second_to_none():
    assert asking(due(), TERMS, messaged=0, now=NOW) == Asking(send=True, at=NOW + 3 * DAY)
    assert asking(due(asked=1), TERMS, messaged=0, now=NOW) == Asking(send=True, ended=AskingEnd.ASKED_OUT)


def test_whoever_was_written_to_today_is_asked_tomorrow_when_the_night_is_over():
    morning = datetime(2026, 6, 2, 8, tzinfo=BEIJING)

    assert asking(due(), TERMS, messaged=1, now=NOW) == Asking(at=morning)
    assert asking(due(), worlds.terms(messages_a_day=2), messaged=1, now=NOW).send


@given(
    st.timedeltas(timedelta(), 2 * DAY).map(lambda after: NOW + after),
    st.integers(0, 3),
    st.integers(0, 2),
)
def test_nobody_is_asked_at_night_or_too_often_and_what_waits_waits_for_a_later_moment(
    moment, asked, messaged
):
    found = asking(due(ask_at=moment, asked=asked), TERMS, messaged=messaged, now=moment)

    if found.send:
        assert not is_quiet(moment, TERMS.quiet_from, TERMS.quiet_until)
        assert asked < TERMS.invitations_at_most
        assert messaged < TERMS.messages_a_day
    assert found.at is None or found.at > moment
    assert (found.at is None) == (found.ended is not None)


@pytest.mark.parametrize(
    ("terms", "served", "first"),
    [
        (TERMS, NOW, NOW),
        (worlds.terms(invitation_after=3 * DAY), NOW, NOW + 3 * DAY),
        (TERMS, NOW - 7 * DAY, NOW - 7 * DAY),
        (TERMS, NOW - 7 * DAY - timedelta(seconds=1), None),
        (worlds.terms(invitation_channels=frozenset({"phone"})), NOW, None),
        (worlds.terms(invitations_at_most=0), NOW, None),
    ],
)
def test_when_somebody_is_asked_first(terms, served, first):
    assert first_ask(served, terms, NOW) == first

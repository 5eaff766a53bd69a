"""邀评 as a rule: every reason not to ask, in order, when to ask again, by which channel, and where it stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import BEIJING
from haochaping.reviews.asking.rules import asking, fallen_back, first_ask, state_of
from haochaping.reviews.asking.terms import Asking, InvitationFacts, InvitationState, ToAsk
from haochaping.reviews.terms import AskingEnd
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
    failed=0,
    expires_at=NOW + 90 * DAY,
    person_id=uuid7(NOW),
    division_path="",
    reviewed=False,
    case_over=False,
    division_id=1,
    agency_id=1,
    item_id=1,
    staff_id=None,
)
BY_PHONE, BOTH = (
    worlds.terms(invitation_channels=frozenset(channels)) for channels in (("phone",), ("sms", "phone"))
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
        ({"asked": 1, "failed": 1}, 0, AskingEnd.ASKED_OUT),
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
        (BY_PHONE, NOW, NOW),
        (worlds.terms(invitation_channels=frozenset({"page"})), NOW, None),
        (worlds.terms(invitations_at_most=0), NOW, None),
    ],
)
def test_when_somebody_is_asked_first(terms, served, first):
    assert first_ask(served, terms, NOW) == first


@pytest.mark.parametrize(
    ("changes", "messaged", "refused", "ended"),
    [
        ({}, 0, False, AskingEnd.BY_PHONE),
        ({}, 5, False, AskingEnd.BY_PHONE),
        ({}, None, False, AskingEnd.NO_PHONE),
        ({}, 0, True, AskingEnd.OPTED_OUT),
        ({"reviewed": True}, 0, False, AskingEnd.REVIEWED),
    ],
)
def test_where_the_rules_ask_by_phone_they_are_called_at_whatever_hour_it_is_found_out(
    changes, messaged, refused, ended
):
    """Whether it is night the caller is told."""
    for moment in (NOW, NOW + 13 * timedelta(hours=1)):
        found = asking(due(**changes), BY_PHONE, messaged=messaged, refused=refused, now=moment)

        assert found == Asking(ended=ended)
        assert found.call == (ended == AskingEnd.BY_PHONE)


def test_where_the_rules_know_both_a_message_comes_first():
    assert asking(due(), BOTH, messaged=0, now=NOW).send
    assert asking(
        due(), worlds.terms(invitation_channels=frozenset({"page"})), messaged=0, now=NOW
    ) == Asking(ended=AskingEnd.NO_SMS)


@pytest.mark.parametrize(
    ("terms", "changes", "has_number", "refused", "found"),
    [
        (BOTH, {}, True, False, Asking(ended=AskingEnd.BY_PHONE)),
        (BOTH, {"ask_at": None}, True, False, Asking(ended=AskingEnd.BY_PHONE)),
        (BOTH, {}, False, False, Asking(ended=AskingEnd.NO_PHONE)),
        (BOTH, {}, True, True, Asking(ended=AskingEnd.OPTED_OUT)),
        (BOTH, {"reviewed": True}, True, False, Asking(ended=AskingEnd.REVIEWED)),
        (BOTH, {"case_over": True}, True, False, Asking(ended=AskingEnd.CASE_OVER)),
        (BOTH, {"expires_at": NOW}, True, False, Asking(ended=AskingEnd.EXPIRED)),
        (TERMS, {"ask_at": NOW + DAY}, True, False, Asking(at=NOW + DAY)),
        (TERMS, {"ask_at": None, "asked": 1}, True, False, Asking(ended=AskingEnd.NOT_SENT)),
        (TERMS, {"ask_at": None, "asked": 2}, True, False, Asking(ended=AskingEnd.ASKED_OUT)),
    ],
)
def test_whose_message_failed_is_passed_to_the_next_channel(terms, changes, has_number, refused, found):
    failed = due(**{"asked": 1} | changes)

    assert fallen_back(failed, terms, has_number=has_number, refused=refused, now=NOW) == found


_FACTS = InvitationFacts(1, None, 0, 0, waits=False, ended=None, expires_at=NOW + DAY, reviewed=False)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"ask_at": NOW}, InvitationState.SCHEDULED),
        ({"ask_at": NOW, "asked": 1, "waits": True}, InvitationState.ON_ITS_WAY),
        ({"ask_at": NOW, "asked": 1}, InvitationState.DELIVERED),
        ({"asked": 2, "ended": AskingEnd.ASKED_OUT}, InvitationState.DELIVERED),
        ({"failed": 1, "ended": AskingEnd.BY_PHONE}, InvitationState.FALLBACK),
        ({"ended": AskingEnd.BY_PHONE}, InvitationState.BY_PHONE),
        ({"failed": 1, "ended": AskingEnd.NOT_SENT}, InvitationState.SUPPRESSED),
        ({"ended": AskingEnd.NO_PHONE}, InvitationState.SUPPRESSED),
        ({"asked": 1, "reviewed": True, "expires_at": NOW}, InvitationState.REVIEWED),
        ({"asked": 1, "expires_at": NOW}, InvitationState.EXPIRED),
        ({}, InvitationState.SUPPRESSED),
    ],
)
def test_where_an_invitation_stands(changes, state):
    assert state_of(replace(_FACTS, **changes), NOW) == state

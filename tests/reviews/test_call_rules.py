"""电话邀评 as a rule: when somebody may be called, which call a result belongs to, what may be written down, when it ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from haochaping.kernel.periods import BEIJING
from haochaping.reviews.asking.rules import (
    call_behind,
    call_complaint,
    called_until,
    heard_complaint,
    state_after,
)
from haochaping.reviews.asking.terms import AskingCallResult, AskingCallState, CallMade
from tests import worlds

NOW = datetime(2026, 6, 1, 10, 30, tzinfo=BEIJING)
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
TERMS = worlds.terms()
ME, OTHER = "staff:1", "staff:2"


def made(number: int, at: datetime, *, by: str = ME, connected: bool = True) -> CallMade:
    return CallMade(UUID(int=number), by, at, connected)


@pytest.mark.parametrize(
    ("moment", "called", "code"),
    [
        (NOW, [], None),
        (NOW, [NOW - HOUR], None),
        (NOW, [NOW - 20 * MINUTE], "called_this_hour"),
        (NOW, [NOW - DAY + 20 * MINUTE], "called_this_hour"),
        (NOW.replace(hour=21), [], "asking_quiet_hours"),
        (NOW.replace(hour=7, minute=59), [], "asking_quiet_hours"),
        (NOW.replace(hour=8, minute=0), [], None),
    ],
)
def test_when_somebody_may_be_called(moment, called, code):
    found = call_complaint([made(n, at) for n, at in enumerate(called)], TERMS, moment)

    assert (found.code if found else None) == code


SAID = [result for result in AskingCallResult if result != AskingCallResult.NO_ANSWER]


@pytest.mark.parametrize("result", SAID)
@pytest.mark.parametrize(
    ("calls", "recorded", "behind"),
    [
        ([made(1, NOW - MINUTE)], [], 1),
        ([made(1, NOW - 59 * MINUTE), made(2, NOW - MINUTE)], [], 2),
        ([made(1, NOW - MINUTE)], [1], None),
        ([made(1, NOW - MINUTE, by=OTHER)], [], None),
        ([made(1, NOW - HOUR)], [], 1),
        ([made(1, NOW - HOUR - MINUTE)], [], None),
        ([made(1, NOW - MINUTE, connected=False)], [], None),
        ([], [], None),
    ],
)
def test_what_somebody_said_was_said_in_ones_own_call_within_the_hour(result, calls, recorded, behind):
    found = call_behind(result, calls, [UUID(int=n) for n in recorded], by=ME, now=NOW)

    assert (found.id.int if found else None) == behind


@pytest.mark.parametrize(
    ("calls", "behind"),
    [
        ([made(1, NOW - DAY, connected=False)], 1),
        ([made(1, NOW - DAY)], 1),
        ([made(1, NOW - MINUTE, by=OTHER)], None),
    ],
)
def test_that_nobody_answered_may_be_said_later(calls, behind):
    found = call_behind(AskingCallResult.NO_ANSWER, calls, [], by=ME, now=NOW)

    assert (found.id.int if found else None) == behind


@pytest.mark.parametrize(
    ("level", "words", "code"),
    [
        ("5", "", None),
        ("3", "", None),
        ("2", "", "bad_words_missing"),
        ("1", "等了两个小时。", None),
        ("", "很好", "level_out_of_range"),
        ("0", "", "level_out_of_range"),
        ("6", "", "level_out_of_range"),
        ("5 ", "", "level_out_of_range"),
        ("4", "字" * 501, "comment_too_long"),
        ("4", "a\x07", "forbidden_characters"),
    ],
)
def test_what_may_be_written_down_as_said(level, words, code):
    found = heard_complaint(level, words)

    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("result", "hours", "state"),
    [
        ("rated", [10], "heard"),
        ("declined", [10], "declined"),
        ("opted_out", [10], "opted_out"),
        ("wrong_number", [10], "wrong_number"),
        ("no_answer", [9, 10], "to_call"),
        ("later", [9, 10], "to_call"),
        ("no_answer", [9, 10, 10, 9], "to_call"),
        ("no_answer", [9, 10, 15], "not_reached"),
        ("later", [9, 10, 15], "not_reached"),
    ],
)
def test_where_somebody_stands_after_a_call(result, hours, state):
    called = [NOW.replace(hour=hour) for hour in hours]

    assert state_after(AskingCallResult(result), called, 3) == AskingCallState(state)


def test_nobody_is_called_longer_than_a_week_or_the_invitation():
    assert called_until(NOW + 90 * DAY, NOW) == NOW + 7 * DAY
    assert called_until(NOW + DAY, NOW) == NOW + DAY

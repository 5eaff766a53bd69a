from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from haochaping.kernel.periods import BEIJING
from haochaping.rectification.terms import Alarm
from haochaping.rulebook.rules import WorkingCalendar, due_after
from haochaping.rulebook.terms import Key, Unit
from haochaping.voices.rules import (
    alarm_of,
    answer_limit,
    at_office,
    gives_reason,
    is_quoted,
    move_label,
    number_on_badge,
    receipt_hash,
    state_label,
)
from haochaping.voices.terms import OFFICE_KINDS, VoiceKind, VoiceMove, VoiceRow, VoiceState
from tests import worlds

MONDAY = datetime(2026, 6, 1, 10, 0, tzinfo=BEIJING)
WEEKS = {day: day.weekday() < 5 for day in (date(2026, 6, 1) + timedelta(days=n) for n in range(60))}
CALENDAR = WorkingCalendar(WEEKS, time(9), time(17, 30))


@pytest.mark.parametrize(
    ("kind", "day", "rule"),
    [
        (VoiceKind.AFTER_SALES, date(2026, 6, 8), Key.AFTER_SALES_LIMIT),
        (VoiceKind.COMPLAINT, date(2026, 6, 22), Key.COMPLAINT_LIMIT),
        (VoiceKind.SUGGESTION, date(2026, 7, 13), Key.SUGGESTION_LIMIT),
    ],
)
def test_each_kind_has_its_limit_in_working_days(kind, day, rule):
    number, unit, by = answer_limit(kind, worlds.terms())

    assert due_after(MONDAY, number, unit, CALENDAR) == datetime.combine(day, time(17, 30), BEIJING)
    assert by == rule


def test_a_limit_may_be_one_in_days_of_the_calendar_and_the_office_has_the_one_it_gives():
    terms = worlds.terms(complaint_days=6, complaint_unit=Unit.DAYS)

    assert answer_limit(VoiceKind.COMPLAINT, terms) == (6, Unit.DAYS, Key.COMPLAINT_LIMIT)
    assert answer_limit(VoiceKind.HANDLING, terms) == (
        terms.supervision_answer_days,
        terms.supervision_answer_unit,
        Key.SUPERVISION_ANSWER_LIMIT,
    )
    assert answer_limit(VoiceKind.OWN_DATA, worlds.terms(personal_data_days=20)) == (
        20,
        Unit.WORKING_DAYS,
        Key.PERSONAL_DATA_REQUEST_LIMIT,
    )


def voice(**changes: Any) -> VoiceRow:
    """A complaint that is due on Friday and near its end from Thursday on."""
    given: dict[str, Any] = dict.fromkeys(field.name for field in fields(VoiceRow)) | {
        "kind": VoiceKind.COMPLAINT,
        "state": VoiceState.SIGNED,
        "due_at": MONDAY + timedelta(days=4),
        "amber_at": MONDAY + timedelta(days=3),
    }
    return VoiceRow(**given | changes)


@pytest.mark.parametrize(
    ("days", "changes", "alarm"),
    [
        (3, {}, Alarm.NONE),
        (3.1, {}, Alarm.AMBER),
        (4, {}, Alarm.AMBER),
        (4.1, {}, Alarm.RED),
        (4.1, {"state": VoiceState.ESCALATED}, Alarm.RED),
        (9, {"state": VoiceState.ANSWERED}, Alarm.NONE),
        (9, {"state": VoiceState.CLOSED}, Alarm.NONE),
        (9, {"due_at": None, "amber_at": None}, Alarm.NONE),
        (3.1, {"amber_at": None}, Alarm.NONE),
    ],
)
def test_amber_and_red_follow_from_the_clock_that_runs(days, changes, alarm):
    assert alarm_of(voice(**changes), MONDAY + timedelta(days=days)) == alarm


@pytest.mark.parametrize(
    ("changes", "office"),
    [
        ({}, False),
        ({"state": VoiceState.CLOSED}, False),
        ({"state": VoiceState.ESCALATED}, True),
        ({"kind": VoiceKind.HANDLING}, True),
        ({"kind": VoiceKind.OWN_DATA}, True),
    ],
)
def test_the_office_has_what_is_about_a_handling_and_what_stayed_unsolved(changes, office):
    assert at_office(voice(**changes)) is office


@pytest.mark.parametrize(
    ("quote", "stands"),
    [("标识 不清", True), ("标识\n不清", True), ("标识清楚", False), ("", True)],
)
def test_a_quotation_stands_whatever_the_line_breaks(quote, stands):
    assert is_quoted(quote, "服务很好，就是标识\n不清。") is stands


def test_a_receipt_of_a_voice_is_not_one_of_a_review():
    from haochaping.reviews.rules import receipt_hash as of_review

    assert receipt_hash("0" * 26) != of_review("0" * 26)


@pytest.mark.parametrize("typed", ["S1", "s1号", " 工号：S 1 ", "工号Ｓ１"])
def test_a_number_is_read_as_people_write_it(typed):
    assert number_on_badge(typed) == "S1"


@pytest.mark.parametrize("kind", list(VoiceKind))
def test_of_what_no_agency_ever_has_no_agency_is_spoken_of(kind):
    said = [state_label(VoiceState.TRANSFERRED, kind), state_label(VoiceState.SIGNED, kind)]
    said += [move_label(VoiceMove.SIGN_FOR, kind)]

    assert all("supervisory office" in words for words in said) is (kind in OFFICE_KINDS)
    assert state_label(VoiceState.CLOSED, kind) == "Closed"


@pytest.mark.parametrize(
    ("text", "gives"),
    [
        ("不采纳", False),
        ("不予采纳。", False),
        ("经研究，您的建议暂不采纳，感谢您的支持！", False),
        ("Not adopted.", False),
        ("……", False),
        ("本年度预算未列，明年再报。", True),
        ("不采纳：场地所限。", True),
        ("The law wants the original.", True),
    ],
)
def test_a_refusal_says_more_than_that_it_is_one(text, gives):
    assert gives_reason(text) is gives

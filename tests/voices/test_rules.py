from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from haochaping.kernel.periods import BEIJING
from haochaping.rulebook.rules import WorkingCalendar
from haochaping.rulebook.terms import Unit
from haochaping.voices.rules import answer_due, is_quoted, receipt_hash
from haochaping.voices.terms import VoiceKind
from tests import worlds

MONDAY = datetime(2026, 6, 1, 10, 0, tzinfo=BEIJING)
WEEKS = {day: day.weekday() < 5 for day in (date(2026, 6, 1) + timedelta(days=n) for n in range(60))}
CALENDAR = WorkingCalendar(WEEKS, time(9), time(17, 30))


@pytest.mark.parametrize(
    ("kind", "day"),
    [
        (VoiceKind.AFTER_SALES, date(2026, 6, 8)),
        (VoiceKind.COMPLAINT, date(2026, 6, 22)),
        (VoiceKind.SUGGESTION, date(2026, 7, 13)),
    ],
)
def test_each_kind_has_its_limit_in_working_days(kind, day):
    assert answer_due(kind, MONDAY, worlds.terms(), CALENDAR) == datetime.combine(day, time(17, 30), BEIJING)


def test_a_limit_in_days_of_the_calendar_runs_through_weekends():
    terms = worlds.terms(complaint_days=6, complaint_unit=Unit.DAYS)

    due = answer_due(VoiceKind.COMPLAINT, MONDAY, terms, CALENDAR)

    assert due is not None
    assert due.date() == date(2026, 6, 7)


def test_past_the_end_of_the_calendar_no_deadline_is_guessed():
    terms = worlds.terms(suggestion_days=60)

    assert answer_due(VoiceKind.SUGGESTION, MONDAY, terms, CALENDAR) is None


@pytest.mark.parametrize(
    ("quote", "stands"),
    [("标识 不清", True), ("标识\n不清", True), ("标识清楚", False), ("", True)],
)
def test_a_quotation_stands_whatever_the_line_breaks(quote, stands):
    assert is_quoted(quote, "服务很好，就是标识\n不清。") is stands


def test_a_receipt_of_a_voice_is_not_one_of_a_review():
    from haochaping.reviews.rules import receipt_hash as of_review

    assert receipt_hash("0" * 26) != of_review("0" * 26)

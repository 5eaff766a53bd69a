"""How cases were handled: promises by table, working days as the calendar held them, and counters that follow every change."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from haochaping.cases import queries
from haochaping.cases.actions.worked import days_worked
from haochaping.cases.models import Case
from haochaping.cases.rules import begun_and_completed, handled, promise_kept
from haochaping.cases.terms import CaseStatus, Handled
from haochaping.directory import queries as directory
from haochaping.exchange.terms import Raw
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.insight import queries as insight
from haochaping.insight.rules import OF_HANDLING
from haochaping.insight.terms import Place
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.periods import BEIJING, Period
from haochaping.reviews.terms import Entrance
from haochaping.rulebook.models import CalendarDay
from tests import worlds

# Monday to Friday, and the Monday after.
MONDAY, FRIDAY, NEXT_MONDAY = date(2026, 6, 1), date(2026, 6, 5), date(2026, 6, 8)


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("limit", "span", "worked", "kept"),
    [
        ("", (MONDAY, FRIDAY), 4, None),
        ("5 working_day", (MONDAY, NEXT_MONDAY), 5, True),
        ("4 working_day", (MONDAY, NEXT_MONDAY), 5, False),
        ("4 working_day", (MONDAY, NEXT_MONDAY), None, None),
        ("0 working_day", (MONDAY, MONDAY), 0, True),
        ("7 day", (MONDAY, NEXT_MONDAY), None, True),
        ("6 day", (MONDAY, NEXT_MONDAY), 5, False),
        ("1 month", (date(2026, 1, 31), date(2026, 2, 28)), None, True),
        ("1 month", (date(2026, 1, 31), date(2026, 3, 1)), None, False),
        ("13 month", (date(2024, 12, 31), date(2026, 1, 31)), None, True),
        ("1 year", (date(2024, 2, 29), date(2025, 2, 28)), None, True),
        ("1 year", (date(2024, 2, 29), date(2025, 3, 1)), None, False),
        ("9999 year", (MONDAY, NEXT_MONDAY), None, True),
    ],
)
def test_whether_a_promise_was_kept(limit, span, worked, kept):
    assert promise_kept(limit, span, worked) is kept


@pytest.mark.parametrize(
    ("told", "span"),
    [
        ((CaseStatus.COMPLETED, at(MONDAY), None, at(FRIDAY)), (MONDAY, FRIDAY)),
        ((CaseStatus.COMPLETED, at(MONDAY), at(FRIDAY), at(NEXT_MONDAY)), (FRIDAY, NEXT_MONDAY)),
        ((CaseStatus.COMPLETED, None, None, at(FRIDAY)), None),
        ((CaseStatus.COMPLETED, at(MONDAY), None, None), None),
        ((CaseStatus.COMPLETED, at(FRIDAY), None, at(MONDAY)), None),
        ((CaseStatus.ACCEPTED, at(MONDAY), None, at(FRIDAY)), None),
        # In Beijing it is the next day already.
        (
            (CaseStatus.COMPLETED, datetime.fromisoformat("2026-05-31T16:30:00+00:00"), None, at(MONDAY)),
            (MONDAY, MONDAY),
        ),
    ],
)
def test_from_which_day_to_which_a_case_took(told, span):
    assert begun_and_completed(*told) == span


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, Handled(NEXT_MONDAY, 5, 5, kept=True, trips=1, materials=3)),
        ({"promised_limit": ""}, Handled(NEXT_MONDAY, 5, None, kept=None, trips=1, materials=3)),
        ({"promised_limit": "3 day"}, Handled(NEXT_MONDAY, 5, None, kept=False, trips=1, materials=3)),
        ({"worked": None}, Handled(NEXT_MONDAY, None, None, kept=None, trips=1, materials=3)),
    ],
)
def test_what_is_known_of_a_completed_case(changes, found):
    told: Any = {"promised_limit": "5 working_day", "worked": 5, "trips": 1, "materials": 3} | changes

    assert handled(CaseStatus.COMPLETED, at(MONDAY), None, at(NEXT_MONDAY), **told) == found


def test_of_a_case_whose_beginning_nobody_told_the_trips_are_known():
    said: Any = {"promised_limit": "5 working_day", "worked": None, "trips": 2, "materials": None}

    assert handled(CaseStatus.COMPLETED, None, None, at(FRIDAY), **said) == Handled(
        FRIDAY, None, None, kept=None, trips=2, materials=None
    )
    assert handled(CaseStatus.ACCEPTED, at(MONDAY), None, at(FRIDAY), **said) is None


@pytest.fixture
def moment(db: None) -> datetime:
    """A Monday a week after the cases below were begun."""
    now = at(date(2026, 6, 15))
    worlds.build(now)
    return now


def figures(day: date | None = None) -> dict[str, tuple[int, int | None]]:
    values = insight.measures(Place(), Period(day, day), of=OF_HANDLING)
    return {one.name: (one.numerator, one.denominator) for one in values}


def take(case_no: str, now: datetime, **changes: object) -> None:
    said = {"applied_at": at(MONDAY).isoformat(), "completed_at": at(NEXT_MONDAY).isoformat()} | changes
    raw = Raw(worlds.case(case_no, now, **said))
    [outcome] = take_in_cases([raw], entrance=Entrance.CLIENT, by=OPERATOR, now=now)
    assert outcome.id is not None, outcome


def test_days_are_counted_by_the_calendar_of_the_division(moment):
    county = directory.division(worlds.COUNTY)
    assert county is not None

    spans = [(county.id, span) for span in (None, (MONDAY, MONDAY), (MONDAY, NEXT_MONDAY), (MONDAY, FRIDAY))]

    assert days_worked(spans) == [None, 0, 5, 4]
    CalendarDay.objects.filter(day=date(2026, 6, 3)).delete()
    assert days_worked(spans) == [None, 0, None, None]


def test_what_is_done_at_once_asks_for_no_calendar(moment, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert days_worked([(1, (MONDAY, MONDAY)), (1, None)]) == [0, None]


def test_completed_cases_are_counted_on_the_day_of_that(moment):
    take("YC-1", moment, trips=1, materials=3)
    take("YC-2", moment, promised_limit="3 working_day", trips=2)
    take("YC-3", moment, promised_limit="")
    take("YC-4", moment, status="accepted", completed_at=None)

    assert figures(NEXT_MONDAY) == {
        "completed_cases": (3, None),
        "on_time_completion_rate": (1, 2),
        "average_days_promised": (8, 2),
        "average_days_taken": (10, 2),
        "average_trips": (3, 2),
        "one_trip_rate": (1, 2),
        "average_materials": (3, 1),
        "question_on_time_rate": (0, 0),
    }
    assert figures(MONDAY)["completed_cases"] == (0, None)


def test_a_later_version_moves_what_was_counted(moment):
    take("YC-1", moment, trips=1)
    take("YC-1", moment + timedelta(minutes=1), trips=3, completed_at=at(date(2026, 6, 11)).isoformat())

    found = figures(date(2026, 6, 11))
    assert (found["completed_cases"], found["average_trips"]) == ((1, None), (3, 1))
    assert (found["average_days_taken"], found["on_time_completion_rate"]) == ((8, 1), (0, 1))
    assert figures() == found


def test_a_change_of_the_calendar_leaves_what_was_told_before(moment):
    take("YC-1", moment)
    CalendarDay.objects.filter(day=date(2026, 6, 3)).update(is_working=False)

    case = Case.objects.get()
    assert case.worked_days == 5
    assert queries.facts_of([case.id])[case.id].handled == Handled(
        NEXT_MONDAY, 5, 5, kept=True, trips=None, materials=None
    )
    take("YC-2", moment)
    assert Case.objects.get(case_no="YC-2").worked_days == 4


@pytest.mark.parametrize("completed", [None, NEXT_MONDAY])
def test_what_is_given_on_arrival_is_what_stands(moment, completed):
    """A new case is counted as it was given, without reading it back."""
    status = "completed" if completed else "accepted"
    take(
        "YC-1", moment, status=status, completed_at=at(completed).isoformat() if completed else None, trips=1
    )

    [case] = Case.objects.all()
    facts = queries.facts_of([case.id])[case.id]
    assert (facts.handled is not None) == bool(completed)
    assert figures()["average_trips"] == ((1, 1) if completed else (0, 0))

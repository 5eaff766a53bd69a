from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import BEIJING
from haochaping.rectification.rules import Deadlines, deadlines, is_overdue, next_due
from haochaping.rectification.terms import OrderRow, OrderState
from haochaping.rulebook.rules import WorkingCalendar
from haochaping.rulebook.terms import Unit
from tests import worlds

MONDAY = datetime(2026, 6, 1, 10, tzinfo=BEIJING)
SIGN, CONTACT, RECTIFY = (MONDAY + timedelta(days=n) for n in (1, 2, 3))
TERMS = worlds.terms(workday_end=time(17))


def order(state: OrderState) -> OrderRow:
    return OrderRow(
        id=uuid7(MONDAY),
        review_id=uuid7(MONDAY),
        state=state,
        division_id=1,
        agency_id=1,
        item_id=1,
        agency_name="河湾区行政审批局",
        item_name="食品经营许可",
        created_at=MONDAY,
        dispatched_at=MONDAY,
        sign_due_at=SIGN,
        contact_due_at=CONTACT,
        rectify_due_at=RECTIFY,
        deadline_known=True,
        outcome="",
        rectification_text="",
        reply_text="",
        replied_at=None,
        thread_id=None,
    )


def calendar(days: int) -> WorkingCalendar:
    """Monday to Friday from 1 June on, for so many days."""
    known = [date(2026, 6, 1) + timedelta(days=n) for n in range(days)]
    return WorkingCalendar({day: day.weekday() < 5 for day in known}, TERMS.workday_start, TERMS.workday_end)


def test_deadlines_are_the_promises_of_the_rulebook_counted_from_dispatch():
    found = deadlines(MONDAY, TERMS, calendar(30))

    assert found.sign == datetime(2026, 6, 1, 14, tzinfo=BEIJING)
    assert found.contact == datetime(2026, 6, 2, 17, tzinfo=BEIJING)
    assert found.rectify == datetime(2026, 6, 8, 17, tzinfo=BEIJING)
    assert found.known


def test_a_limit_in_days_runs_over_the_weekend_and_needs_no_calendar():
    terms = replace(TERMS, simple_rectify_days=7, simple_rectify_unit=Unit.DAYS, first_contact_unit=Unit.DAYS)

    found = deadlines(datetime(2026, 6, 5, 10, tzinfo=BEIJING), terms, calendar(5))

    assert found.contact == datetime(2026, 6, 6, 17, tzinfo=BEIJING)
    assert found.rectify == datetime(2026, 6, 12, 17, tzinfo=BEIJING)


@pytest.mark.parametrize(("days", "known"), [(0, 0), (1, 1), (7, 2), (8, 3)])
def test_beyond_the_calendar_no_deadline_is_guessed(days, known):
    found = deadlines(MONDAY, TERMS, calendar(days))

    assert [found.sign, found.contact, found.rectify].count(None) == 3 - known
    assert found.known is (known == 3)


def test_deadlines_are_known_when_none_is_missing():
    whole = Deadlines(SIGN, CONTACT, RECTIFY)

    assert whole.known
    for name in ("sign", "contact", "rectify"):
        assert not replace(whole, **{name: None}).known


@pytest.mark.parametrize(
    ("state", "due"),
    [
        (OrderState.CREATED, None),
        (OrderState.DISPATCHED, SIGN),
        (OrderState.SIGNED, CONTACT),
        (OrderState.VERIFIED, RECTIFY),
        (OrderState.RECTIFIED, RECTIFY),
        (OrderState.REPLIED, None),
        (OrderState.CANCELLED, None),
    ],
)
def test_the_open_step_has_its_own_clock(state, due):
    row = order(state)

    assert next_due(row) == due
    assert not is_overdue(row, due or RECTIFY)
    assert is_overdue(row, (due or RECTIFY) + timedelta(seconds=1)) is (due is not None)


def test_an_unknown_deadline_is_never_overdue():
    row = replace(order(OrderState.DISPATCHED), sign_due_at=None)

    assert not is_overdue(row, MONDAY + timedelta(days=1000))

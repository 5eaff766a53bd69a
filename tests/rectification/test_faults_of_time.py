"""Bad input and faults: each gets a sentence and leaves the data right."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from django.utils.translation import override

from haochaping.doors.portal.progress import promise
from haochaping.exchange.terms import Raw
from haochaping.flows import change_review, handle_bad_review
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.kernel.actor import OPERATOR, REVIEWER, SYSTEM
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import Refused
from haochaping.rectification import actions, queries
from haochaping.rectification.actions import opening
from haochaping.rectification.models import WorkOrder
from haochaping.rectification.terms import ClockKind, Move
from haochaping.reviews import queries as reviews
from haochaping.reviews.models import Review
from haochaping.reviews.terms import Entrance
from haochaping.rulebook.models import CalendarDay
from tests import worlds

pytestmark = pytest.mark.django_db


def at(month: int, day: int, hour: int = 10, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=BEIJING)


def end_of(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 17, 30, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("dispatched", "contact", "rectify"),
    [
        # 2026: 9月20日（周日）上班；10月1日至7日放假，10月10日（周六）上班。
        (at(9, 18), end_of(9, 20), end_of(9, 24)),
        (at(9, 30), end_of(10, 8), end_of(10, 13)),
        (at(10, 3), end_of(10, 8), end_of(10, 13)),
    ],
)
def test_deadlines_across_days_that_were_swapped(desk, dispatched, contact, rectify):
    actions.dispatch([desk.order_id], by=SYSTEM, now=dispatched)

    row = desk.row
    assert (row.contact_due_at, row.rectify_due_at) == (contact, rectify)
    assert {
        tick.due_at for tick in queries.recomputed(row.division.path, queries.ticks_of(row.id).answer)
    } >= {
        contact,
        rectify,
    }


def test_a_deadline_beyond_the_calendar_is_not_known_said_so_and_told_when_it_is(desk):
    days = list(CalendarDay.objects.filter(day__gte="2026-06-10"))
    CalendarDay.objects.filter(day__gte="2026-06-10").delete()
    sent = at(6, 9)

    actions.dispatch([desk.order_id], by=SYSTEM, now=sent)

    row = desk.row
    assert (row.state, row.deadline_known, row.rectify_due_at) == ("dispatched", False, None)
    assert actions.promise_late(by=SYSTEM, now=sent) == 0
    desk.now = sent
    desk.step(Move.SIGN_FOR)
    (shown,) = queries.rows([desk.order_id])
    with override("en"):
        assert promise(shown, sent).endswith("The date of the next step is still to be set.")

    CalendarDay.objects.bulk_create(days)
    assert actions.promise_late(by=SYSTEM, now=at(6, 10)) == 1
    row = desk.row
    # Counted from the dispatch, not from when the calendar came.
    assert (row.deadline_known, row.rectify_due_at) == (True, end_of(6, 16))


def test_orders_that_still_cannot_be_promised_do_not_keep_others_waiting(desk, monkeypatch):
    monkeypatch.setattr(opening, "TOGETHER", 1)
    worlds.take_case("YC-2", desk.now)
    given = worlds.give("YC-2", 1, desk.now)
    assert given.id is not None
    order = queries.order_of_review(given.id)
    assert order is not None
    # Of one moment, their numbers are in any order.
    first, second = sorted([desk.order_id, order.id])
    days = list(CalendarDay.objects.filter(day__gte="2026-06-10"))
    CalendarDay.objects.filter(day__gte="2026-06-10").delete()
    actions.dispatch([first], by=SYSTEM, now=at(9, 30))
    actions.dispatch([second], by=SYSTEM, now=at(6, 9))
    assert queries.without_deadline() == [first, second]

    CalendarDay.objects.bulk_create(day for day in days if day.day.month == 6)

    assert actions.promise_late(by=SYSTEM, now=at(6, 10)) == 1
    assert queries.without_deadline() == [first]


def test_a_contact_on_the_day_itself_is_due_when_its_hours_end_or_the_next_day_worked(desk):
    worlds.follow(worlds.CITY, desk.now, first_contact_same_day="yes")

    actions.dispatch([desk.order_id], by=SYSTEM, now=at(6, 10))

    assert desk.row.contact_due_at == end_of(6, 10)
    (tick,) = [one for one in queries.ticks_of(desk.order_id).answer if one.clock == ClockKind.CONTACT]
    assert (tick.number, tick.unit, tick.rule) == (0, "working_days", "first_contact_same_day")
    late = tick._replace(at=at(6, 12, hour=18))
    (told,) = queries.recomputed(desk.row.division.path, [late])
    assert told.due_at == end_of(6, 15)


def test_a_stage_before_the_one_it_follows_is_kept_out_with_its_reason(desk):
    """受理 before 申请: the case waits in quarantine, the order stays as it was."""
    desk.upto(Move.SIGN_FOR)
    before = desk.row.state, desk.moves
    raw = worlds.case("YC-9", desk.now)
    raw |= {"applied_at": "2026-05-30T10:00:00+08:00", "accepted_at": "2026-05-29T10:00:00+08:00"}

    (outcome,) = take_in_cases([Raw(raw)], entrance=Entrance.FILE, by=OPERATOR, now=desk.later())

    assert outcome.kind == "quarantined"
    assert outcome.complaint is not None
    assert outcome.complaint.reason.message
    assert (desk.row.state, desk.moves) == before


def test_a_reviewer_who_withdraws_during_rectification_ends_nothing(desk):
    """The words go, the agency still puts it right: the order is not made to go away."""
    desk.upto(Move.VERIFY)
    # The agency was quick: the reviewer had finished, and may still take the review back.
    Review.objects.filter(id=desk.review_id).update(changeable_until=desk.later())

    change_review.withdraw_review(desk.review_id, by=REVIEWER, now=desk.now)

    assert desk.row.state == "verified"
    assert reviews.reviews([desk.review_id])[desk.review_id].status == "withdrawn"
    desk.step(Move.RECTIFY)
    handle_bad_review.reply(desk.order_id, "已并窗办理。", by=worlds.CLERK, now=desk.later())
    assert desk.row.state == "replied"


def test_whoever_is_rated_cannot_handle_it_whatever_role_they_have(desk):
    WorkOrder.objects.filter(id=desk.order_id).update(staff_id=41)
    desk.upto(Move.SIGN_FOR)
    oneself = replace(worlds.CLERK, staff_ids=frozenset({41}))

    with pytest.raises(Refused) as refused:
        desk.step(Move.VERIFY, oneself)

    assert refused.value.code == "no_such_order"
    assert refused.value.complaint.reason.message
    assert desk.moves == ["open", "dispatch", "sign_for"]
    desk.step(Move.VERIFY)

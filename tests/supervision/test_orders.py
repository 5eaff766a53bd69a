"""督办单: each step with its event and ledger entry, each refusal with the data as they were."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.supervision import actions, queries
from haochaping.supervision.models import Signal, SupervisionOrder
from haochaping.supervision.terms import (
    SUPERVISION_TEXT_LIMIT,
    Alarm,
    NewSignal,
    Rung,
    SignalKind,
    SupervisionState,
)
from tests import worlds

from .conftest import ELSEWHERE, ONE, OTHER, ended, state_of, supervisor

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.django_db
S = SupervisionState


def entries(pk: UUID) -> list[str]:
    return [
        entry.facts["move"]
        for entry in ledger.entries_of("supervision", str(pk))
        if entry.kind == EntryKind.SUPERVISION_MOVED
    ]


def refused(call) -> str:
    with pytest.raises(Refused) as no:
        call()
    return no.value.code


def alarm(watched, rung: Rung) -> Alarm:
    order = watched.order
    return Alarm(order.id, None, None, order.division_id, order.agency_id, watched.now, rung)


def signal(watched, **changes) -> NewSignal:
    order = watched.order
    asked: dict[str, Any] = {
        "kind": SignalKind.ESCALATED,
        "subject": str(order.id),
        "day": watched.now.date(),
    } | changes
    return NewSignal(division_id=order.division_id, agency_id=order.agency_id, **asked)


def test_the_whole_way_leaves_an_event_and_an_entry_per_step(watched):
    pk = watched.upto(S.CHECKED)
    actions.lift(pk, text="已到位。", by=ONE, now=watched.now)

    moves = ["open", "notify", "respond", "check", "lift"]
    assert state_of(pk) == "lifted"
    assert entries(pk) == moves
    assert [event.move for event in queries.timeline(pk)] == moves
    assert [event.by for event in queries.timeline(pk)] == [str(ONE)] * 2 + [str(worlds.CLERK)] + [
        str(ONE)
    ] * 2


def test_an_answer_is_due_after_working_days(watched):
    pk = watched.upto(S.NOTIFIED)

    # A Monday morning; the rulebook gives three working days.
    due = SupervisionOrder.objects.get(id=pk).due_at
    assert due is not None
    assert (due.date() - watched.now.date()).days == 3


@pytest.mark.parametrize(
    ("step", "begin"),
    [
        ("notify", S.NOTIFIED),
        ("respond", S.OPENED),
        ("respond", S.RESPONDED),
        ("check", S.OPENED),
        ("check", S.CHECKED),
        ("lift", S.RESPONDED),
    ],
)
def test_a_step_that_the_state_does_not_allow_changes_nothing(watched, step, begin):
    pk = watched.upto(begin)
    before = entries(pk)
    by = worlds.CLERK if step == "respond" else ONE
    words = {} if step == "notify" else {"text": "再来一次。"}

    assert (
        refused(partial(getattr(actions, step), pk, **words, by=by, now=watched.now))
        == "wrong_supervision_state"
    )

    assert (state_of(pk), entries(pk)) == (begin, before)


@pytest.mark.parametrize("step", ["notify", "check", "lift"])
@pytest.mark.parametrize(("by", "code"), [(worlds.CLERK, "not_allowed"), (ELSEWHERE, "out_of_scope")])
def test_who_does_not_supervise_here_does_not_move_it(watched, step, by, code):
    pk = watched.upto(S.CHECKED if step == "lift" else S.RESPONDED if step == "check" else S.OPENED)
    words = {} if step == "notify" else {"text": "说明"}

    assert refused(partial(getattr(actions, step), pk, **words, by=by, now=watched.now)) == code


def test_a_supervisor_does_not_answer_for_the_agency(watched):
    pk = watched.upto(S.NOTIFIED)

    assert refused(lambda: actions.respond(pk, text="好", by=ONE, now=watched.now)) == "not_allowed"


def test_what_is_not_there_is_not_moved(watched):
    assert (
        refused(lambda: actions.notify(uuid7(watched.now), by=ONE, now=watched.now)) == "no_such_supervision"
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("  ", "text_missing"),
        ("长" * (SUPERVISION_TEXT_LIMIT + 1), "text_too_long"),
        ("a\x00", "forbidden_characters"),
    ],
)
def test_a_text_has_to_be_one(watched, text, code):
    pk = watched.upto(S.NOTIFIED)

    assert refused(lambda: actions.respond(pk, text=text, by=worlds.CLERK, now=watched.now)) == code
    assert state_of(pk) == "notified"


def test_a_silent_agency_is_checked_once_its_time_has_passed(watched):
    pk = watched.upto(S.NOTIFIED)
    due = SupervisionOrder.objects.get(id=pk).due_at
    assert due is not None

    assert refused(lambda: actions.check(pk, text="逾期未反馈", by=ONE, now=due)) == "answer_not_due"
    actions.check(pk, text="逾期未反馈", by=ONE, now=due + timedelta(seconds=1))

    assert state_of(pk) == "checked"


def test_the_same_form_sent_twice_opens_one_letter(watched):
    key = uuid7(watched.now)
    form: dict[str, Any] = {
        "agency_code": worlds.AGENCY,
        "work_order_id": None,
        "signal_id": None,
        "text": "请说明",
        "key": key,
    }

    first, second = (actions.open_letter(**form, by=ONE, now=watched.now) for _ in range(2))

    assert first == second
    assert entries(first) == ["open"]


def test_two_supervisors_do_not_write_two_letters_about_one_order(watched):
    watched.letter()

    assert refused(lambda: watched.letter(by=OTHER)) == "supervision_open"
    assert SupervisionOrder.objects.count() == 1


def test_once_a_letter_is_lifted_there_may_be_another(watched):
    pk = watched.upto(S.CHECKED)
    actions.lift(pk, text="已到位。", by=ONE, now=watched.now)

    assert watched.letter() != pk


@pytest.mark.parametrize(
    ("changes", "by", "code"),
    [
        ({"agency_code": "none"}, ONE, "unknown_addressee"),
        ({"agency_code": worlds.AGENCY}, ELSEWHERE, "out_of_scope"),
        ({"agency_code": worlds.AGENCY}, worlds.CLERK, "not_allowed"),
        ({"agency_code": worlds.AGENCY, "text": ""}, ONE, "text_missing"),
    ],
)
def test_a_letter_needs_an_agency_of_ones_own(watched, changes, by, code):
    form: dict[str, Any] = {
        "work_order_id": None,
        "signal_id": None,
        "text": "请说明",
        "key": uuid7(watched.now),
    } | changes

    assert refused(lambda: actions.open_letter(**form, by=by, now=watched.now)) == code
    assert not SupervisionOrder.objects.exists()


def test_a_signal_is_taken_up_once(watched):
    (pk,) = actions.raise_signals([signal(watched)], by=SYSTEM, now=watched.now)
    form: dict[str, Any] = {"agency_code": "", "work_order_id": None, "signal_id": pk, "text": "请说明"}

    letter = actions.open_letter(**form, key=uuid7(watched.now), by=ONE, now=watched.now)

    assert Signal.objects.get().supervision_id == letter
    again = partial(actions.open_letter, **form, key=uuid7(watched.now), by=OTHER, now=watched.now)
    assert refused(again) == "signal_taken"
    elsewhere = partial(actions.open_letter, **form, key=uuid7(watched.now), by=ELSEWHERE, now=watched.now)
    assert refused(elsewhere) == "out_of_scope"
    none = partial(actions.open_letter, **form | {"signal_id": uuid7(watched.now)}, key=uuid7(watched.now))
    assert refused(partial(none, by=ONE, now=watched.now)) == "no_such_signal"


def test_a_signal_is_raised_once_and_recorded_once(watched):
    other = signal(watched, kind=SignalKind.REOPENED)

    first = actions.raise_signals([signal(watched)], by=SYSTEM, now=watched.now)
    second = actions.raise_signals([signal(watched), other], by=SYSTEM, now=watched.now)

    assert len(first) == len(second) == 1
    recorded = [entry.kind for pk in first + second for entry in ledger.entries_of("signal", str(pk))]
    assert recorded == [EntryKind.SIGNAL_RAISED] * 2
    assert actions.raise_signals([], by=SYSTEM, now=watched.now) == []


def test_an_alarm_is_answered_once(watched):
    reminder, warning = alarm(watched, Rung.REMINDER), alarm(watched, Rung.WARNING)

    (first,) = actions.open_automatic([reminder], by=SYSTEM, now=watched.now)
    (second,) = actions.open_automatic([reminder, warning], by=SYSTEM, now=watched.now)

    assert entries(first) == entries(second) == ["notify"]
    rows = {row.rung: row for row in SupervisionOrder.objects.all()}
    assert rows.keys() == {"reminder", "warning"}
    assert all(row.state == "notified" and row.due_at for row in rows.values())
    assert actions.open_automatic([], by=SYSTEM, now=watched.now) == []


def test_settling_leaves_letters_and_what_was_checked(watched):
    letter = watched.upto(S.NOTIFIED)
    (first,) = actions.open_automatic([alarm(watched, Rung.REMINDER)], by=SYSTEM, now=watched.now)
    (second,) = actions.open_automatic([alarm(watched, Rung.WARNING)], by=SYSTEM, now=watched.now)
    actions.respond(second, text="已整改。", by=worlds.CLERK, now=watched.now)
    actions.check(second, text="属实。", by=ONE, now=watched.now)

    assert actions.settle([letter, first, second], by=SYSTEM, now=watched.now) == [first]

    assert [state_of(pk) for pk in (letter, first, second)] == ["notified", "lifted", "checked"]
    assert entries(first) == ["notify", "settle"]


@pytest.mark.parametrize("about", ["agency", "order"])
def test_an_agency_that_has_ended_gets_no_letter(watched, about):
    ended(watched)
    form: dict[str, Any] = {
        "agency_code": worlds.AGENCY if about == "agency" else "",
        "work_order_id": watched.order_id if about == "order" else None,
        "signal_id": None,
        "text": "请说明",
    }

    letter = partial(actions.open_letter, **form, key=uuid7(watched.now), by=ONE, now=watched.now)

    assert refused(letter) == "agency_ended"
    assert not SupervisionOrder.objects.exists()


def test_a_signal_about_an_agency_that_has_ended_is_taken_up_with_whoever_goes_on(watched):
    by = supervisor("province", f"{worlds.PROVINCE}.")
    new = signal(watched, kind=SignalKind.AGENCY_ENDED, subject=f"voice:{uuid7(watched.now)}")
    (pk,) = actions.raise_signals([new], by=SYSTEM, now=watched.now)
    ended(watched)
    letter = partial(
        actions.open_letter, work_order_id=None, signal_id=pk, text="请接办并说明", by=by, now=watched.now
    )

    assert refused(partial(letter, agency_code="", key=uuid7(watched.now))) == "agency_ended"
    made = letter(agency_code=worlds.OTHER_AGENCY, key=uuid7(watched.now))

    assert SupervisionOrder.objects.get(id=made).agency.code == worlds.OTHER_AGENCY
    assert Signal.objects.get(id=pk).supervision_id == made


def test_a_signal_about_an_agency_that_goes_on_is_taken_up_with_no_other(watched):
    by = supervisor("province", f"{worlds.PROVINCE}.")
    (pk,) = actions.raise_signals([signal(watched)], by=SYSTEM, now=watched.now)

    made = actions.open_letter(
        agency_code=worlds.OTHER_AGENCY,
        work_order_id=None,
        signal_id=pk,
        text="请说明",
        key=uuid7(watched.now),
        by=by,
        now=watched.now,
    )

    assert SupervisionOrder.objects.get(id=made).agency.code == worlds.AGENCY

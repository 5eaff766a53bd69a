"""对办理的投诉: from the reviewer to the supervisory office and back; the agency learns nothing of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from haochaping.directory import queries as directory
from haochaping.flows import change_review, handle_bad_review, handle_voices
from haochaping.kernel.actor import REVIEWER, SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.refused import Refused
from haochaping.notices.models import Delivery, StaffNotice
from haochaping.rectification.models import WorkOrder
from haochaping.reviews.models import Review
from haochaping.supervision.models import Signal
from haochaping.voices import actions, queries
from haochaping.voices.models import Voice
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

pytestmark = pytest.mark.usefixtures("world")
OFFICE = Actor(
    ActorKind.STAFF,
    "office",
    powers=frozenset({"order.view", "order.supervise", "order.dispatch", "order.handle"}),
    scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.CITY}."),
)
SECOND = replace(OFFICE, id="second")
TEXT = "窗口的人打电话要我改评价，电话13912345678。"


def complain(review_id: UUID, now: datetime, matter: str = "not_answered", text: str = TEXT) -> UUID:
    return handle_voices.complain_of_handling(review_id, matter=matter, text=text, by=REVIEWER, now=now)


@pytest.fixture
def bad(now: datetime) -> UUID:
    """A bad review whose order has gone out."""
    review_id = worlds.give("YC-1", 1, now).id
    assert review_id is not None
    change_review.finish_review(review_id, ["113"], "三次未办成", by=REVIEWER, now=now)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    return review_id


def code_of(action) -> str:
    with pytest.raises(Refused) as refused:
        action()
    return refused.value.code


def test_it_goes_to_the_office_with_a_promise_and_the_answer_comes_back(bad, now):
    complaint = complain(bad, now)

    (row,) = queries.office(OFFICE)
    assert (row.id, row.state, row.matter, row.text) == (complaint, "transferred", "not_answered", TEXT)
    # Three working days, the time that supervision gives to others: Monday to Thursday.
    assert row.due_at is not None
    assert row.due_at.date().isoformat() == "2026-06-04"
    actions.sign_for(complaint, by=OFFICE, now=now)
    handle_voices.answer(complaint, outcome="settled", text="已责成改正", by=OFFICE, now=now)

    (told,) = queries.about_handling(bad).answer
    assert (told.state, told.answer) == ("answered", "已责成改正")
    assert "voice_answered" in Delivery.objects.values_list("template", flat=True)


def test_the_agency_sees_hears_and_does_nothing_of_it(bad, now):
    complaint = complain(bad, now)

    assert not queries.inbox(worlds.CLERK)
    assert queries.open_count(worlds.CLERK) == 0
    assert not queries.of_review(bad).answer
    assert not queries.taken_up([bad])
    assert code_of(lambda: queries.voice(complaint, by=worlds.CLERK)) == "no_such_voice"
    assert code_of(lambda: queries.at_office(complaint, by=worlds.CLERK)) == "not_allowed"
    handler = replace(OFFICE, scope=worlds.CLERK.scope)
    assert code_of(lambda: queries.at_office(complaint, by=handler)) == "no_such_voice"
    assert code_of(lambda: actions.sign_for(complaint, by=handler, now=now)) == "no_such_voice"
    notice = StaffNotice.objects.get(kind="voice_at_office")
    assert (notice.agency_id, notice.subject_kind) == (None, "office_voice")
    assert TEXT not in str(notice.facts)


def test_nobody_passes_it_on(bad, now):
    complaint = complain(bad, now)

    passing = lambda: actions.transfer(complaint, agency=worlds.AGENCY, note="", by=OFFICE, now=now)  # noqa: E731
    assert code_of(passing) == "no_such_voice"


def test_a_supervisor_whom_the_review_names_finds_nothing(bad, now):
    agency = directory.agencies([worlds.AGENCY])[worlds.AGENCY]
    staff_id = directory.staff([(agency.id, "S1")])[agency.id, "S1"].id
    Review.objects.filter(id=bad).update(staff_id=staff_id)
    WorkOrder.objects.filter(review_id=bad).update(staff_id=staff_id)
    named = replace(OFFICE, staff_ids=frozenset({staff_id}))
    complaint = complain(bad, now)

    assert not queries.office(named)
    assert code_of(lambda: actions.sign_for(complaint, by=named, now=now)) == "no_such_voice"
    assert StaffNotice.objects.get(kind="voice_at_office").staff_id == staff_id


@pytest.mark.parametrize(("matter", "signals"), [("pressed", ["pressed"]), ("rude_call", [])])
def test_whoever_was_pressed_makes_a_signal(bad, now, matter, signals):
    complain(bad, now, matter)

    assert list(Signal.objects.values_list("kind", flat=True)) == signals


def test_one_at_a_time_and_another_once_it_is_closed(bad, now):
    complaint = complain(bad, now)
    assert code_of(lambda: complain(bad, now)) == "voice_complaint_waits"
    with pytest.raises(IntegrityError), transaction.atomic():
        Voice.objects.create(
            **Voice.objects.filter(id=complaint).values().get() | {"id": bad, "receipt_hash": b"x" * 32}
        )

    actions.sign_for(complaint, by=OFFICE, now=now)
    handle_voices.answer(complaint, outcome="explained", text="已说明", by=OFFICE, now=now)
    handle_voices.say_word(complaint, solved="yes", text="", by=REVIEWER, now=now)
    complain(bad, now + timedelta(minutes=1), "contacted")

    assert [row.state for row in queries.about_handling(bad).answer] == ["transferred", "closed"]


def test_unsolved_twice_it_is_decided_by_somebody_who_did_not_answer(bad, now):
    complaint = complain(bad, now)
    for _ in range(2):
        actions.sign_for(complaint, by=OFFICE, now=now)
        handle_voices.answer(complaint, outcome="explained", text="已说明", by=OFFICE, now=now)
        handle_voices.say_word(complaint, solved="no", text="", by=REVIEWER, now=now)

    assert code_of(lambda: handle_voices.end(complaint, text="x", by=OFFICE, now=now)) == "answerer_decides"
    handle_voices.end(complaint, text="经复核，处理属实", by=SECOND, now=now)
    assert queries.about_handling(bad).answer[0].decision == "经复核，处理属实"
    assert "voice_decided" in Delivery.objects.values_list("template", flat=True)
    assert StaffNotice.objects.filter(kind="voice_at_office").count() == 3


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"matter": "next_item"}, "unknown_voice_choice"),
        ({"matter": ""}, "unknown_voice_choice"),
        ({"text": " "}, "voice_text_missing"),
        ({"text": "长" * 2001}, "voice_text_too_long"),
    ],
)
def test_what_is_no_complaint_is_refused(bad, now, said, code):
    assert code_of(lambda: complain(bad, now, **said)) == code
    assert not Voice.objects.exists()


def test_before_an_agency_has_it_there_is_no_handling_to_complain_of(now):
    worlds.take_case("YC-2", now)
    review_id = worlds.give("YC-2", 1, now).id
    assert review_id is not None

    assert code_of(lambda: complain(review_id, now)) == "voice_not_handled"


def test_whoever_took_the_review_back_because_of_it_can_still_say_so(bad, now):
    change_review.withdraw_review(bad, by=REVIEWER, now=now)

    complain(bad, now, "pressed")

    assert Signal.objects.filter(kind="pressed").exists()

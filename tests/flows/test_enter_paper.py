"""A paper slip from two hands to one review: nobody alone, never about oneself, nothing lost on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from haochaping.accounts import actions as accounts
from haochaping.accounts import queries as people
from haochaping.accounts.terms import Role
from haochaping.directory import queries as directory
from haochaping.flows import enter_paper
from haochaping.flows.enter_paper import TypedSlip
from haochaping.kernel.actor import OPERATOR, REVIEWER, SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import queries as orders
from haochaping.reviews.models import PaperEntry, PaperSlip, Review
from haochaping.reviews.paper import actions, queries
from haochaping.reviews.paper.terms import SlipField, SlipState
from haochaping.reviews.terms import Entrance
from tests import worlds
from tests.flows.truth import assert_counters_exact

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
POWERS = frozenset({"paper.enter"})
HERE = Scope(agency_path=f"{worlds.AGENCY}.")
MINUTE = timedelta(minutes=1)
FIRST, SECOND, THIRD = (Actor(ActorKind.STAFF, str(n), POWERS, HERE) for n in (901, 902, 903))


def slip(now: datetime, **changes: object) -> TypedSlip:
    typed = TypedSlip("YC-1", "", None, 2, "209 213", "排队两小时，无人管。", local_day(now))
    return replace(typed, **changes)  # type: ignore[arg-type]


def begun(now: datetime, *, by: Actor = FIRST, **changes: object) -> int:
    return enter_paper.begin(slip(now, **changes), by=by, now=now)


def read(slip_id: int, now: datetime, *, by: Actor = SECOND, **changes: object) -> SlipState:
    return enter_paper.read(slip_id, slip(now, **changes), by=by, now=now + MINUTE)


def refusal(call) -> tuple[str, str]:
    with pytest.raises(Refused) as refused, transaction.atomic():
        call()
    return refused.value.code, refused.value.complaint.field


def moved() -> list[tuple[str, dict[str, str]]]:
    entries = Entry.objects.filter(kind=EntryKind.PAPER_MOVED).order_by("recorded_at", "id")
    return [(entry.actor, entry.facts) for entry in entries]


def state(slip_id: int) -> str:
    return PaperSlip.objects.get(id=slip_id).state


def test_what_two_persons_read_alike_becomes_an_active_review_with_its_order(now):
    slip_id = begun(now)
    assert not Review.objects.exists()

    assert read(slip_id, now, codes="213，209", words="排队两小时,无人管") == SlipState.AGREED
    assert not Review.objects.exists()
    enter_paper.take(slip_id, by=SYSTEM, now=now)

    review = Review.objects.get()
    assert (review.provenance, review.channel, review.level) == ("active_paper_entered", "hall_terminal", 2)
    assert (review.indicator_codes, review.comment_text) == (["209", "213"], "排队两小时，无人管。")
    assert local_day(review.assessed_at) == local_day(now)
    row = PaperSlip.objects.get()
    assert (row.state, row.review_id) == ("taken", review.id)
    assert not PaperEntry.objects.exists()
    assert orders.order_of_review(review.id) is not None
    assert moved() == [
        ("staff:901", {"entry": "first", "state": "waiting"}),
        ("staff:902", {"entry": "second", "state": "agreed"}),
    ]
    assert_counters_exact()


def test_a_slip_is_taken_once(now):
    slip_id = begun(now)
    read(slip_id, now)

    for _ in range(2):
        enter_paper.take(slip_id, by=SYSTEM, now=now)

    assert Review.objects.count() == 1
    assert Entry.objects.filter(kind=EntryKind.REVIEW_ACCEPTED).count() == 1


def test_one_entry_alone_is_never_taken(now):
    slip_id = begun(now)

    enter_paper.take(slip_id, by=SYSTEM, now=now)

    assert (state(slip_id), Review.objects.exists()) == ("waiting", False)


def test_entries_that_differ_say_in_what_and_become_a_review_when_corrected(now):
    slip_id = begun(now, level=1, codes="")

    assert read(slip_id, now, codes="") == SlipState.DIFFERING
    enter_paper.take(slip_id, by=SYSTEM, now=now)
    assert not Review.objects.exists()
    assert queries.differences(queries.slip(slip_id, by=THIRD)) == (SlipField.LEVEL,)
    own = queries.own_reading(slip_id, by=FIRST)
    assert own is not None
    assert own.level == 1
    assert queries.own_reading(slip_id, by=THIRD) is None

    assert read(slip_id, now + MINUTE, by=FIRST, codes="") == SlipState.AGREED
    enter_paper.take(slip_id, by=SYSTEM, now=now)
    assert Review.objects.get().level == 2
    assert [who for who, _ in moved()] == ["staff:901", "staff:902", "staff:901"]


def test_the_first_person_may_take_the_slip_to_another_case(now):
    worlds.take_case("YC-2", now)
    slip_id = begun(now, case_no="YC-2")
    assert read(slip_id, now) == SlipState.DIFFERING
    assert queries.differences(queries.slip(slip_id, by=SECOND)) == (SlipField.CASE,)

    assert read(slip_id, now, by=FIRST) == SlipState.AGREED

    enter_paper.take(slip_id, by=SYSTEM, now=now)
    assert Review.objects.get().occurrence.case.case_no == "YC-1"


def test_the_first_person_is_not_the_second(now):
    slip_id = begun(now)

    assert read(slip_id, now, by=FIRST) == SlipState.WAITING

    assert PaperSlip.objects.get().second_by == ""
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperSlip.objects.update(second_by=str(FIRST), second_at=now)


def test_another_account_of_the_first_person_is_not_the_second(now):
    agency = directory.agencies([worlds.AGENCY])[worlds.AGENCY]
    member = directory.staff([(agency.id, "S1")])[agency.id, "S1"].id
    made = accounts.create_staff(
        username="wang-fang",
        display_name="王芳",
        role=Role.CLERK,
        agency_code=worlds.AGENCY,
        password="a quiet river at dusk",
        by=OPERATOR,
        now=now,
    )
    accounts.bind_staff_member(
        user_id=made, agency_code=worlds.AGENCY, staff_number="S1", by=OPERATOR, now=now
    )
    first = people.standing_of_user(made).actor
    slip_id = begun(now, by=first)

    other_account = replace(SECOND, staff_ids=frozenset({member}))

    assert refusal(lambda: read(slip_id, now, by=other_account))[0] == "same_typist"
    assert (
        refusal(lambda: actions.set_aside(slip_id, "重复", by=other_account, now=now))[0] == "not_the_first"
    )
    assert read(slip_id, now, by=replace(SECOND, staff_ids=frozenset({member + 1}))) == SlipState.AGREED


def test_a_third_person_does_not_type(now):
    slip_id = begun(now, level=1, codes="")
    read(slip_id, now)

    assert refusal(lambda: read(slip_id, now, by=THIRD))[0] == "two_have_typed"


def test_whom_a_slip_rates_neither_types_nor_sees_it(now):
    agency = directory.agencies([worlds.AGENCY])[worlds.AGENCY]
    member = directory.staff([(agency.id, "S1")])[agency.id, "S1"].id
    worlds.take_case("YC-3", now, occurrences=[worlds.occurrence(1, now) | {"staff": "S1"}])
    rated = replace(SECOND, staff_ids=frozenset({member}))

    assert refusal(lambda: begun(now, by=rated, case_no="YC-3"))[0] == "rated_oneself"

    slip_id = begun(now, case_no="YC-3")
    assert refusal(lambda: read(slip_id, now, by=rated, case_no="YC-3"))[0] == "no_such_slip"
    assert queries.slips(rated, done=False, limit=9) == []
    assert [row.id for row in queries.slips(SECOND, done=False, limit=9)] == [slip_id]


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (replace(FIRST, powers=frozenset()), "not_allowed"),
        (replace(FIRST, scope=Scope(agency_path=f"{worlds.OTHER_AGENCY}.")), "out_of_scope"),
    ],
)
def test_power_and_place_are_asked_for(now, by, code):
    assert refusal(lambda: begun(now, by=by))[0] == code
    slip_id = begun(now)
    assert refusal(lambda: read(slip_id, now, by=by))[0] == {"out_of_scope": "no_such_slip"}.get(code, code)
    assert [who for who, _ in moved()] == ["staff:901"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"case_no": "YC-9"}, ("no_such_case", "case_no")),
        ({"case_no": "YC-2"}, ("which_service", "occurrence_no")),
        ({"case_no": "YC-2", "occurrence_no": 3}, ("service_not_in_case", "occurrence_no")),
        ({"occurrence_no": 2}, ("service_not_in_case", "occurrence_no")),
        ({"level": 7}, ("level_out_of_range", "level")),
        ({"codes": "999"}, ("unknown_indicator", "codes")),
    ],
)
def test_what_is_wrong_on_a_slip_is_said_at_its_field(now, changes, said):
    worlds.take_case("YC-2", now, occurrences=[worlds.occurrence(no, now) for no in (1, 2)])

    assert refusal(lambda: begun(now, **changes)) == said
    assert not PaperSlip.objects.exists()


def test_a_service_is_chosen_among_several(now):
    worlds.take_case("YC-2", now, occurrences=[worlds.occurrence(no, now) for no in (1, 2)])

    begun(now, case_no="YC-2", occurrence_no=2)

    assert PaperSlip.objects.get().occurrence.no == 2


def test_a_slip_that_came_too_late_by_the_rules_of_the_place_is_told_so(now):
    worlds.follow(worlds.COUNTY, now, review_window="1")
    later = now + timedelta(days=9)

    assert refusal(lambda: begun(later)) == ("review_window_over", "given_on")
    # It was given in time, and is typed late.
    assert begun(later, given_on=local_day(now))


def test_a_service_that_is_reviewed_or_typed_already_is_not_typed_again(now):
    slip_id = begun(now)
    assert refusal(lambda: begun(now, by=SECOND)) == ("slip_waits", "case_no")

    worlds.give("YC-1", 5, now, entrance=Entrance.TOKEN)
    assert refusal(lambda: begun(now, by=SECOND)) == ("already_reviewed", "case_no")
    assert refusal(lambda: read(slip_id, now)) == ("already_reviewed", "case_no")


def test_a_review_that_came_in_between_stands_and_the_slip_says_so(now):
    slip_id = begun(now)
    read(slip_id, now)
    worlds.give("YC-1", 5, now, entrance=Entrance.TOKEN)

    enter_paper.take(slip_id, by=SYSTEM, now=now)

    assert Review.objects.get().provenance == "active_self"
    row = queries.slip(slip_id, by=FIRST)
    assert (row.state, row.refusal) == (SlipState.NOT_TAKEN, "conflict")
    assert PaperEntry.objects.count() == 2


def test_a_slip_is_set_aside_by_a_second_person_with_a_reason(now):
    slip_id = begun(now)

    assert refusal(lambda: actions.set_aside(slip_id, "重复", by=FIRST, now=now))[0] == "not_the_first"
    assert refusal(lambda: actions.set_aside(slip_id, "  ", by=SECOND, now=now)) == ("note_missing", "note")
    actions.set_aside(slip_id, "同一张单子录了两次", by=SECOND, now=now + MINUTE)

    row = queries.slip(slip_id, by=FIRST)
    assert (row.state, row.ended_by, row.ended_note) == ("set_aside", "staff:902", "同一张单子录了两次")
    assert moved()[-1] == ("staff:902", {"state": "set_aside"})
    assert refusal(lambda: read(slip_id, now))[0] == "slip_over"
    assert [one.id for one in queries.slips(FIRST, done=True, limit=9)] == [slip_id]
    # What it is about can be typed anew.
    assert begun(now) != slip_id


def test_a_program_that_says_it_typed_a_slip_is_not_believed(now):
    worlds.give("YC-1", 5, now, claimed_provenance="active_paper_entered")

    review = Review.objects.get()
    assert (review.provenance, review.claimed_provenance) == ("unverified", "active_paper_entered")


def test_the_reviewer_does_not_become_whoever_typed(now):
    slip_id = begun(now)
    read(slip_id, now)
    enter_paper.take(slip_id, by=SYSTEM, now=now)

    review = Review.objects.get()
    assert review.person_id is None
    assert review.sent_by == str(SYSTEM) != str(REVIEWER)

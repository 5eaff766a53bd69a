"""Several people at the same moment, in transactions that really commit."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from haochaping.cases import actions as cases
from haochaping.cases.models import Case
from haochaping.exchange import queries as exchange
from haochaping.exchange.rules import judge_case
from haochaping.exchange.terms import Raw
from haochaping.flows import change_review, handle_bad_review, handle_voices
from haochaping.flows.invite import invite_case
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.retry_records import retry_records
from haochaping.flows.send_invitations import send_due_invitations
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.kernel.actor import OPERATOR, REVIEWER, SYSTEM
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.notices import queries as notices
from haochaping.notices.terms import Side
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.models import WorkOrder
from haochaping.reviews.models import Invitation, Review
from haochaping.reviews.terms import Entrance, Level
from haochaping.voices.models import Voice
from tests import worlds
from tests.cut_off import cut_off
from tests.flows.conftest import at_once, heard, order_of, stored, until_waiting
from tests.flows.test_receive_reviews import ALL_TABLES
from tests.flows.truth import assert_counters_exact, findings, rows_of
from tests.voices.conftest import GIVEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.outcomes import Outcome

pytestmark = pytest.mark.usefixtures("committed_world")
MINUTE = timedelta(minutes=1)


def kinds(outcomes: Iterable[Outcome]) -> list[str]:
    return sorted(str(outcome.kind) for outcome in outcomes)


def tapped(now: datetime, level: int = 1) -> UUID:
    outcome = worlds.give("YC-1", level, now, entrance=Entrance.TOKEN)
    assert outcome.id is not None
    return outcome.id


def started(call: Callable[[], object]) -> threading.Thread:
    """A call that goes on in a thread with a connection of its own."""

    def run() -> None:
        try:
            call()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_eight_times_the_same_review_is_one_review(now):
    outcomes = at_once([partial(worlds.give, "YC-1", 1, now)] * 8)

    assert kinds(outcomes) == ["accepted", *["duplicate"] * 7]
    assert len({outcome.id for outcome in outcomes}) == 1
    assert ledger.count(EntryKind.REVIEW_ACCEPTED) == Review.objects.count() == 1
    assert WorkOrder.objects.count() == 1
    assert_counters_exact()
    assert findings(now) == []


def test_eight_different_reviews_of_one_service_are_one_review_and_seven_conflicts(now):
    texts = [f"第{n}次" for n in range(8)]

    outcomes = at_once([partial(worlds.give, "YC-1", 1, now, comment_text=text) for text in texts])

    assert kinds(outcomes) == ["accepted", *["refused"] * 7]
    assert WorkOrder.objects.count() == Review.objects.count() == 1
    assert_counters_exact()


def test_eight_reviews_of_eight_cases_are_all_accepted(now):
    for n in range(8):
        worlds.take_case(f"P-{n}", now)

    outcomes = at_once([partial(worlds.give, f"P-{n}", 1 + n % 5, now) for n in range(8)])

    assert kinds(outcomes) == ["accepted"] * 8
    assert ledger.count(EntryKind.REVIEW_ACCEPTED) == Review.objects.count() == 8
    assert_counters_exact()
    assert findings(now) == []


def sent(now: datetime, status: str) -> None:
    row = worlds.case("W-1", now, status=status, completed_at="")
    take_in_cases([Raw(row)], entrance=Entrance.CLIENT, by=OPERATOR, now=now)


def test_a_review_that_is_being_given_while_its_case_is_withdrawn_is_counted_as_void(now):
    sent(now, "in_process")
    with transaction.atomic():
        worlds.give("W-1", 4, now)
        thread = started(partial(sent, now + MINUTE, "withdrawn"))
        until_waiting(1)
    thread.join()

    assert Review.objects.count() == 1
    assert Case.objects.get(case_no="W-1").status == "withdrawn"
    assert_counters_exact()


def test_a_review_waits_for_the_case_that_is_being_withdrawn(now):
    sent(now, "in_process")
    with transaction.atomic():
        sent(now + MINUTE, "withdrawn")
        thread = started(partial(worlds.give, "W-1", 4, now))
        until_waiting(1)
    thread.join()

    assert Review.objects.count() == 1
    assert Case.objects.get(case_no="W-1").status == "withdrawn"
    assert_counters_exact()


@pytest.mark.parametrize("first", ["invited", "withdrawn"])
def test_who_is_invited_and_whose_case_is_withdrawn_take_turns(now, first):
    sent(now, "in_process")
    calls: dict[str, Callable[[], object]] = {
        "invited": partial(invite_case, worlds.SOURCE, "W-1", by=OPERATOR, now=now),
        "withdrawn": partial(sent, now + MINUTE, "withdrawn"),
    }
    with transaction.atomic():
        calls.pop(first)()
        [second] = calls.values()
        thread = started(second)
        until_waiting(1)
    thread.join()

    assert Case.objects.get(case_no="W-1").status == "withdrawn"
    assert Invitation.objects.filter(occurrence__case__case_no="W-1").count() == 1
    assert_counters_exact()


def moved(now: datetime) -> None:
    """The platform corrects at which stage the service of YC-1 was, and where."""
    told = worlds.case("YC-1", now)
    told["occurrences"] = [worlds.occurrence(1, now) | {"stage": "intake", "hall": ""}]
    take_in_cases([Raw(told)], entrance=Entrance.CLIENT, by=OPERATOR, now=now + MINUTE)


def test_a_service_that_is_moved_waits_for_who_asks_about_it(now, settings):
    settings.SMS_GATEWAY = "demo"
    with transaction.atomic():
        assert send_due_invitations(by=SYSTEM, now=now) == 1
        thread = started(partial(moved, now))
        until_waiting(1)
    thread.join()

    assert Invitation.objects.get().asked == 1
    assert_counters_exact()


def test_who_asks_leaves_out_a_service_that_is_being_moved(now, settings):
    settings.SMS_GATEWAY = "demo"
    with transaction.atomic():
        moved(now)
        [asked] = at_once([partial(send_due_invitations, by=SYSTEM, now=now)])

    assert asked == 0
    assert send_due_invitations(by=SYSTEM, now=now + MINUTE) == 1
    assert_counters_exact()


def test_two_batches_of_the_same_reviews_in_opposite_order_do_not_wait_in_a_circle(now):
    numbers = [f"B-{n}" for n in range(3)]
    for number in numbers:
        worlds.take_case(number, now)
    there = [Raw(worlds.review(number, 4, now)) for number in numbers]
    answers = []

    def post(batch: list[Raw]) -> None:
        answers.append(receive_reviews(batch, entrance=Entrance.CLIENT, by=OPERATOR, now=now))

    with transaction.atomic():
        worlds.give("B-1", 4, now)
        threads = [started(partial(post, batch)) for batch in (there, there[::-1])]
        until_waiting(2)
        transaction.set_rollback(True)
    for thread in threads:
        thread.join()

    assert sorted(map(kinds, answers)) == [["accepted"] * 3, ["duplicate"] * 3]
    assert_counters_exact()


def test_two_sweeps_at_once_dispatch_every_order_once(now):
    for n in range(30):
        worlds.take_case(f"D-{n}", now)
        worlds.give(f"D-{n}", 1, now)

    sent = at_once([partial(handle_bad_review.dispatch_due, by=SYSTEM, now=now + MINUTE)] * 4)

    assert sum(sent) == 30
    assert ledger.count(EntryKind.ORDER_DISPATCHED) == 30
    assert_counters_exact()


def test_a_second_sweep_leaves_what_the_first_has_at_hand(now):
    worlds.give("YC-1", 1, now)

    with transaction.atomic():
        assert handle_bad_review.dispatch_due(by=SYSTEM, now=now + MINUTE) == 1
        [second] = at_once([partial(handle_bad_review.dispatch_due, by=SYSTEM, now=now + MINUTE)])

    assert second == 0
    assert_counters_exact()


def test_what_one_sweep_has_found_due_no_other_finds(now):
    worlds.give("YC-1", 1, now)

    @transaction.atomic
    def due() -> list[UUID]:
        return orders.due_for_dispatch(now, limit=10)

    with transaction.atomic():
        assert len(orders.due_for_dispatch(now, limit=10)) == 1
        assert at_once([due]) == [[]]
    assert len(due()) == 1


def test_of_two_taps_at_once_the_counters_follow_both(now):
    review_id = tapped(now, 5)
    taps = [
        partial(change_review.change_level, review_id, level, by=REVIEWER, now=now + MINUTE)
        for level in (Level.VERY_DISSATISFIED, Level.DISSATISFIED)
    ]

    with transaction.atomic():
        Review.objects.select_for_update().get(id=review_id)
        threads = [started(tap) for tap in taps]
        until_waiting(2)
    for thread in threads:
        thread.join()

    assert Review.objects.get().level in {1, 2}
    assert WorkOrder.objects.count() == 1
    assert_counters_exact()


def test_the_reviewer_finishes_while_the_sweep_dispatches(now):
    review_id = tapped(now)
    row = stored(review_id)
    last = row.changeable_until

    with transaction.atomic():
        assert handle_bad_review.dispatch_due(by=SYSTEM, now=last) == 1
        thread = started(
            partial(change_review.finish_review, review_id, ["101"], "慢", by=REVIEWER, now=last)
        )
        until_waiting(1)
    thread.join()

    assert ledger.count(EntryKind.ORDER_DISPATCHED) == 1
    assert stored(review_id).comment_text == "慢"
    assert_counters_exact()


def test_the_sweep_comes_while_the_reviewer_finishes(now):
    review_id = tapped(now)
    row = stored(review_id)

    with transaction.atomic():
        change_review.finish_review(review_id, ["101"], "慢", by=REVIEWER, now=row.changeable_until)
        [sent] = at_once([partial(handle_bad_review.dispatch_due, by=SYSTEM, now=row.changeable_until)])

    assert sent == 0
    assert ledger.count(EntryKind.ORDER_DISPATCHED) == 1
    assert_counters_exact()


def test_the_reviewer_withdraws_while_the_sweep_dispatches(now):
    review_id = tapped(now)
    row = stored(review_id)
    last = row.changeable_until

    with transaction.atomic():
        handle_bad_review.dispatch_due(by=SYSTEM, now=last)
        thread = started(partial(change_review.withdraw_review, review_id, by=REVIEWER, now=last))
        until_waiting(1)
    thread.join()

    order = order_of(review_id)
    assert order.state == "cancelled"
    assert_counters_exact()


def test_the_reviewer_changes_the_level_while_the_agency_replies(now):
    review_id = tapped(now)
    change_review.finish_review(review_id, ["101"], "", by=REVIEWER, now=now + MINUTE)
    order = order_of(review_id)
    rectification.sign_for(order.id, by=worlds.CLERK, now=now + MINUTE)
    heard(
        order.id,
        result="answered",
        is_true=True,
        is_reasonable=True,
        note="属实",
        by=worlds.CLERK,
        now=now + MINUTE,
    )
    rectification.rectify(
        order.id, outcome="immediate_rectified", text="已改", by=worlds.CLERK, now=now + MINUTE
    )
    step = partial(handle_bad_review.reply, order.id, "谢谢", by=worlds.CLERK, now=now + 2 * MINUTE)
    with transaction.atomic():
        change_review.change_level(review_id, Level.VERY_SATISFIED, by=REVIEWER, now=now + 2 * MINUTE)
        thread = started(step)
        until_waiting(1)
    thread.join()

    assert order_of(review_id).state == "replied"
    assert_counters_exact()


def test_two_clerks_sign_once(now):
    worlds.give("YC-1", 1, now)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    order_id = WorkOrder.objects.get().id
    refused = []

    def sign() -> None:
        try:
            rectification.sign_for(order_id, by=worlds.CLERK, now=now + MINUTE)
        except Refused as no:
            refused.append(no.code)

    with transaction.atomic():
        WorkOrder.objects.select_for_update().get()
        threads = [started(sign) for _ in range(4)]
        until_waiting(4)
    for thread in threads:
        thread.join()

    assert refused == ["wrong_state"] * 3
    assert ledger.count(EntryKind.ORDER_SIGNED_FOR) == 1


def test_the_same_case_from_four_senders_is_one_case(now):
    raw = [Raw(worlds.case("YC-7", now))]

    answers = at_once([partial(take_in_cases, raw, entrance=Entrance.CLIENT, by=OPERATOR, now=now)] * 4)

    assert kinds(outcome for answer in answers for outcome in answer) == ["accepted", *["duplicate"] * 3]
    assert_counters_exact()


def test_two_retries_at_once_take_an_orphan_once(now):
    worlds.give("YC-7", 1, now)
    with transaction.atomic():
        [outcome] = take_in_cases(
            [Raw(worlds.case("YC-7", now))], entrance=Entrance.CLIENT, by=OPERATOR, now=now + MINUTE
        )
        # The record is in the hands of the one who brought the case: the other does not wait for it.
        started(partial(retry_records, None, by=OPERATOR, now=now + MINUTE)).join()

    assert outcome.kind == OutcomeKind.ACCEPTED
    assert exchange.waiting_count() == 0
    assert ledger.count(EntryKind.QUARANTINE_RETRIED) == 1
    assert Review.objects.count() == ledger.count(EntryKind.REVIEW_ACCEPTED) == 1
    assert_counters_exact()


def test_a_crash_in_the_middle_leaves_nothing_for_anybody(now):
    before = rows_of(*ALL_TABLES)

    with pytest.raises(RuntimeError), cut_off():
        worlds.give("YC-1", 1, now)

    assert rows_of(*ALL_TABLES) == before
    assert worlds.give("YC-1", 1, now).kind == OutcomeKind.ACCEPTED
    assert findings(now) == []


def test_four_retries_at_once_settle_a_record_once(now):
    worlds.give("YC-7", 1, now)
    cases.take_in([judge_case(Raw(worlds.case("YC-7", now)))], by=OPERATOR, now=now)
    assert exchange.waiting_count() == 1

    at_once([partial(retry_records, None, by=OPERATOR, now=now + timedelta(minutes=1))] * 4)

    assert Review.objects.count() == ledger.count(EntryKind.REVIEW_ACCEPTED) == 1
    assert ledger.count(EntryKind.QUARANTINE_RETRIED) == 1


def test_a_form_of_a_complaint_sent_twice_at_the_same_moment_is_one(now):
    receipts = at_once([partial(handle_voices.give_voice, **GIVEN, by=REVIEWER, now=now)] * 4)

    assert receipts == [GIVEN["receipt"]] * 4
    assert Voice.objects.count() == 1


def test_the_same_words_to_the_agency_sent_twice_at_the_same_moment_are_said_once(now):
    review_id = tapped(now)
    order = order_of(review_id)
    rectification.dispatch([order.id], by=SYSTEM, now=now)
    rectification.sign_for(order.id, by=worlds.CLERK, now=now)
    handle_bad_review.write_to_reviewer(order.id, "请问是哪一天？", by=worlds.CLERK, now=now)
    say = partial(handle_bad_review.answer_agency, review_id, by=REVIEWER, now=now)

    assert at_once([partial(say, "周三")] * 4) == [None] * 4
    say("周四")
    say("周三")

    assert [row.text for row in notices.messages(thread_of(review_id), for_side=Side.REVIEWER)[1:]] == [
        "周三",
        "周四",
        "周三",
    ]


def thread_of(review_id: UUID) -> UUID:
    thread = order_of(review_id).thread_id
    assert thread is not None
    return thread

"""Answers and cases that could not be taken, and how they are taken at last."""

from __future__ import annotations

from datetime import timedelta

import pytest

from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.exchange import actions as exchange
from haochaping.exchange import queries as quarantine
from haochaping.exchange.models import QuarantinedRecord
from haochaping.exchange.terms import Raw
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.retry_quarantine import retry_reviews, sender_of
from haochaping.flows.retry_records import retry_records
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import queries as orders
from haochaping.reviews import queries as reviews
from haochaping.reviews.models import Review
from haochaping.reviews.terms import Entrance
from tests import worlds
from tests.flows.conftest import services
from tests.flows.test_receive_reviews import CANARY, find_everywhere
from tests.flows.truth import assert_counters_exact, findings

pytestmark = pytest.mark.usefixtures("world")
LATER = timedelta(minutes=5)


def test_an_orphan_is_accepted_when_its_case_arrives(now):
    orphan = worlds.give("YC-2", 1, now)
    assert (orphan.kind, orphan.receipt is not None) == (OutcomeKind.QUARANTINED, True)

    worlds.take_case("YC-2", now + LATER)

    assert orphan.receipt is not None
    row = reviews.review_by_receipt(orphan.receipt)
    assert (row.level, row.status) == (1, "effective")
    assert orders.order_of_review(row.id) is not None
    record = QuarantinedRecord.objects.get()
    assert (record.state, record.result_id, record.settled_at) == ("taken", row.id, now + LATER)
    assert [entry.kind for entry in ledger.entries_of("quarantine", str(record.id))] == [
        EntryKind.QUARANTINE_TAKEN_IN,
        EntryKind.QUARANTINE_RETRIED,
    ]
    assert_counters_exact()
    assert findings(now + LATER) == []


def test_the_receipt_of_a_waiting_review_finds_it_waiting(now):
    orphan = worlds.give("YC-2", 1, now)

    assert orphan.receipt is not None
    waiting = quarantine.by_receipt(orphan.receipt)
    assert waiting is not None
    assert (waiting.id, waiting.code) == (orphan.id, "orphan")


def test_an_accepted_orphan_sent_again_is_a_duplicate(now):
    first = worlds.review("YC-2", 1, now, reviewer=CANARY)
    receive_reviews([Raw(first)], entrance=Entrance.CLIENT, by=worlds.CLIENT, now=now)
    worlds.take_case("YC-2", now + LATER)

    [again] = receive_reviews([Raw(dict(first))], entrance=Entrance.CLIENT, by=worlds.CLIENT, now=now + LATER)

    assert (again.kind, again.id) == (OutcomeKind.DUPLICATE, Review.objects.get().id)
    assert find_everywhere("甲探针乙", "13911112222") == []


def test_an_orphan_sent_twice_becomes_one_review(now):
    for _ in range(2):
        worlds.give("YC-2", 1, now)

    worlds.take_case("YC-2", now + LATER)

    assert Review.objects.count() == 1
    assert quarantine.waiting_count() == 0
    assert set(QuarantinedRecord.objects.values_list("result_id", flat=True)) == {Review.objects.get().id}


def test_of_two_orphans_that_contradict_the_first_is_taken_and_the_other_stays_listed(now):
    worlds.give("YC-2", 5, now)
    worlds.give("YC-2", 1, now + LATER)

    worlds.take_case("YC-2", now + 2 * LATER)

    assert Review.objects.get().level == 5
    [waiting] = quarantine.waiting()
    assert (waiting.code, waiting.attempts) == ("conflict", 1)


def test_an_orphan_of_a_service_waits_for_that_service(now):
    worlds.give("YC-1", 4, now, occurrence_no=2)

    take_in_cases(
        [Raw(worlds.case("YC-1", now, occurrences=services(now, 2)))],
        entrance=Entrance.CLIENT,
        by=OPERATOR,
        now=now + LATER,
    )

    assert Review.objects.count() == 1
    assert quarantine.waiting_count() == 0
    assert_counters_exact()


def test_a_retry_has_the_senders_rights_and_no_others(now):
    other = {"division": worlds.OTHER_CITY, "agency": worlds.OTHER_AGENCY, "item": worlds.OTHER_ITEM}
    [orphan] = receive_reviews(
        [Raw(worlds.review("SG-1", 1, now))], entrance=Entrance.CLIENT, by=worlds.CLIENT, now=now
    )

    worlds.take_case("SG-1", now + LATER, **other)

    assert not Review.objects.exists()
    [waiting] = quarantine.waiting()
    assert (waiting.id, waiting.code) == (orphan.id, "out_of_scope")
    assert (sender_of(waiting).kind, sender_of(waiting).id) == (worlds.CLIENT.kind, worlds.CLIENT.id)
    assert sender_of(waiting).scope.division_path == worlds.CLIENT.scope.division_path
    assert not sender_of(waiting).powers


def test_a_review_that_still_cannot_be_taken_stays_with_its_newest_reason(now):
    worlds.give("YC-1", 5, now, indicator_codes=["101"])
    before = quarantine.waiting()

    [outcome] = retry_reviews(before, now=now + LATER)

    assert outcome.kind == OutcomeKind.QUARANTINED
    [waiting] = quarantine.waiting()
    assert (waiting.id, waiting.code, waiting.attempts) == (before[0].id, "indicator_of_other_level", 1)
    assert QuarantinedRecord.objects.count() == 1


def test_text_that_could_not_be_stored_is_not_taken_mended(now):
    worlds.give("YC-1", 1, now, comment_text="慢\0得很")

    assert retry_records(None, by=OPERATOR, now=now + LATER) == (0, 1)
    [waiting] = quarantine.waiting()
    # What was said of it when it came: the record itself holds them as damaged ones.
    assert (waiting.code, waiting.attempts) == ("control_characters", 1)


def test_a_case_waits_for_the_directory_and_takes_its_reviews_along(now):
    new_item = "9901020000000000000000000000002"
    raw = Raw(worlds.case("YC-3", now, item=new_item, applicant=CANARY))
    [aside] = take_in_cases([raw], entrance=Entrance.CLIENT, by=worlds.CLIENT, now=now)
    assert (aside.kind, aside.complaint and aside.complaint.code) == (OutcomeKind.QUARANTINED, "unknown_item")
    orphan = worlds.give("YC-3", 2, now)
    assert find_everywhere("甲探针乙", "13911112222") == []
    row = {"code": new_item, "name": "小餐饮登记", "item_type": "01", "agency": worlds.AGENCY}
    directory.put(Kind.ITEMS, [row], by=OPERATOR, now=now)

    assert retry_records(None, by=OPERATOR, now=now + LATER) == (2, 0)

    assert orphan.receipt is not None
    assert reviews.review_by_receipt(orphan.receipt).level == 2
    assert QuarantinedRecord.objects.get(kind="case").state == "taken"
    assert_counters_exact()
    assert find_everywhere("甲探针乙", "13911112222") == []


def test_a_case_that_still_cannot_be_taken_stays(now):
    raw = Raw(worlds.case("YC-3", now, item="0"))
    take_in_cases([raw], entrance=Entrance.CLIENT, by=worlds.CLIENT, now=now)
    [waiting] = quarantine.waiting()

    assert retry_records([str(waiting.id)], by=OPERATOR, now=now + LATER) == (0, 1)

    [still] = quarantine.waiting()
    assert (still.id, still.code, still.attempts) == (waiting.id, "unknown_item", 1)


def test_only_the_named_records_are_retried(now):
    for n in (2, 3):
        worlds.give(f"YC-{n}", 4, now, indicator_codes=["101"])
    first, second = quarantine.waiting()

    assert retry_records([str(second.id)], by=OPERATOR, now=now + LATER) == (0, 1)

    assert [row.attempts for row in quarantine.waiting_by_id([first.id, second.id])] == [0, 1]
    assert retry_records([], by=OPERATOR, now=now + LATER) == (0, 0)


def test_a_case_that_waits_is_put_aside_once_however_often_it_is_sent(now):
    raw = Raw(worlds.case("YC-3", now, item="0"))
    sent = [
        take_in_cases([raw], entrance=Entrance.CLIENT, by=worlds.CLIENT, now=now + n * LATER)[0]
        for n in range(2)
    ]

    assert [outcome.kind for outcome in sent] == [OutcomeKind.QUARANTINED] * 2
    assert sent[0].id == sent[1].id
    assert quarantine.waiting_count() == 1


def test_a_case_taken_from_quarantine_and_sent_again_is_a_duplicate(now):
    new_item = "9901020000000000000000000000002"
    raw = Raw(worlds.case("YC-3", now, item=new_item, applicant=CANARY))
    take_in_cases([raw], entrance=Entrance.CLIENT, by=worlds.CLIENT, now=now)
    row = {"code": new_item, "name": "小餐饮登记", "item_type": "01", "agency": worlds.AGENCY}
    directory.put(Kind.ITEMS, [row], by=OPERATOR, now=now)
    assert retry_records(None, by=OPERATOR, now=now + LATER) == (1, 0)

    [again] = take_in_cases([raw], entrance=Entrance.CLIENT, by=worlds.CLIENT, now=now + 2 * LATER)

    assert again.kind == OutcomeKind.DUPLICATE
    assert_counters_exact()


def test_a_case_from_tomorrow_is_taken_when_it_has_come(now):
    tomorrow = now + timedelta(days=1)
    [early] = take_in_cases(
        [Raw(worlds.case("YC-3", tomorrow))], entrance=Entrance.CLIENT, by=worlds.CLIENT, now=now
    )
    assert early.complaint is not None
    assert early.complaint.code == "dated_in_future"

    assert retry_records(None, by=OPERATOR, now=tomorrow) == (1, 0)


def test_what_was_discarded_is_not_retried_and_sent_again_waits_anew(now):
    first = worlds.give("YC-2", 1, now)
    assert first.id is not None
    exchange.discard([first.id], "测试数据", by=OPERATOR, now=now)

    assert retry_records(None, by=OPERATOR, now=now + LATER) == (0, 0)
    again = worlds.give("YC-2", 1, now + LATER)

    assert again.kind == OutcomeKind.QUARANTINED
    assert again.id != first.id
    assert quarantine.waiting_count() == 1

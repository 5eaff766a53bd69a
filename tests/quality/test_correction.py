"""更正往返: a source is told its failing rows with remedy, sends them corrected, and its day says before and after."""

from __future__ import annotations

from datetime import timedelta

import pytest

from haochaping.exchange import actions as exchange
from haochaping.exchange import queries as exchange_queries
from haochaping.exchange.models import QuarantinedRecord
from haochaping.exchange.quality import queries
from haochaping.exchange.quality.rules import corrections
from haochaping.exchange.terms import QuarantineState, Raw
from haochaping.flows import judge_quality
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.retry_records import retry_records
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, Actor, ActorKind
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.reviews.terms import Entrance
from tests import worlds
from tests.quality import clean as clean_world
from tests.quality.clean import DAY, EVENING, _case, _review

pytestmark = pytest.mark.django_db
HALL = worlds.SOURCE
NIGHT = EVENING + timedelta(hours=9)
LATER = EVENING + timedelta(hours=12)
OTHER = Actor(ActorKind.CLIENT, "2", scope=EVERYWHERE)


@pytest.fixture
def clean():
    return clean_world.build()


def _case_said(case_no: str, **changes) -> Raw:
    return Raw(_case(HALL, 7, EVENING, at_window=True) | {"case_no": case_no} | changes)


def _review_said(case_no: str, **changes) -> Raw:
    return Raw(_review(HALL, 7, EVENING, at_window=True) | {"case_no": case_no} | changes)


def _send_case(raw: Raw, *, now=EVENING) -> OutcomeKind:
    return take_in_cases([raw], entrance=Entrance.CLIENT, by=OPERATOR, now=now)[0].kind


def _send_review(raw: Raw, *, now=EVENING, by=OPERATOR):
    return receive_reviews([raw], entrance=Entrance.CLIENT, by=by, now=now)[0]


def _states() -> list[str]:
    return list(QuarantinedRecord.objects.order_by("id").values_list("state", flat=True))


def _settle(now=LATER) -> int:
    return exchange.settle_corrected(by=OPERATOR, now=now + timedelta(minutes=10))


def test_the_whole_round_trip_of_a_case_and_a_review(clean):
    assert _send_case(_case_said("YC-A", item="9" * 31)) == OutcomeKind.QUARANTINED
    _send_case(_case_said("YC-B"))
    assert _send_review(_review_said("YC-B", rating_value=6)).kind == OutcomeKind.QUARANTINED
    judge_quality.judge_due(by=OPERATOR, now=NIGHT)
    first = queries.history(HALL, DAY, EVERYWHERE)[0]
    assert {one.rule: one.failing for one in first.findings} == {"DQ-05": 1, "DQ-12": 1}
    assert first.score is not None
    assert first.score < 100

    assert _send_case(_case_said("YC-A"), now=LATER) == OutcomeKind.ACCEPTED
    assert _send_review(_review_said("YC-B"), now=LATER).kind == OutcomeKind.ACCEPTED
    judge_quality.judge_due(by=OPERATOR, now=NIGHT + timedelta(days=1))

    newest, *former = said = queries.history(HALL, DAY, EVERYWHERE)
    assert (newest.score, newest.findings, newest.sent.cases_aside) == (100.0, (), 0)
    assert [card.score for card in former] == [first.score]
    told = [(one.rule, one.most, one.left, one.found_at, one.corrected_at) for one in corrections(said)]
    assert told == [
        ("DQ-05", 1, 0, NIGHT, NIGHT + timedelta(days=1)),
        ("DQ-12", 1, 0, NIGHT, NIGHT + timedelta(days=1)),
    ]
    assert _states() == [QuarantineState.CORRECTED] * 2
    entries = Entry.objects.filter(kind=EntryKind.QUARANTINE_CORRECTED)
    assert {entry.subject_id for entry in entries} == {
        str(one) for one in QuarantinedRecord.objects.values_list("id", flat=True)
    }
    assert all(entry.facts["result"] for entry in entries)


def test_what_is_still_wrong_waits_and_is_not_put_right(clean):
    _send_case(_case_said("YC-A", item="9" * 31))
    _send_case(_case_said("YC-A", item="8" * 31), now=LATER)

    assert _settle() == 0
    assert _states() == [QuarantineState.WAITING] * 2


def test_another_senders_review_corrects_nobody_elses(clean):
    _send_case(_case_said("YC-B"))
    _send_review(_review_said("YC-B", rating_value=6))
    assert _send_review(_review_said("YC-B"), now=LATER, by=OTHER).kind == OutcomeKind.ACCEPTED

    assert _settle() == 0


def test_another_service_or_an_earlier_review_corrects_nothing(clean):
    _send_case(_case_said("YC-B"))
    _send_review(_review_said("YC-B"))
    at = (EVENING - timedelta(minutes=1)).isoformat()
    follow_up = {"assess_no": 2, "rating_value": 6, "assessed_at": at}
    _send_review(_review_said("YC-B", **follow_up), now=LATER)
    _send_review(_review_said("YC-C"), now=LATER)

    assert _settle() == 0
    assert _states() == [QuarantineState.WAITING] * 2


def test_what_was_taken_out_of_quarantine_says_nothing_of_what_came_after_it(clean):
    """Two versions wait for their item; the first is retried alone: the second is news, not corrected."""
    _send_case(_case_said("YC-A", item="9" * 31))
    _send_case(_case_said("YC-A", item="9" * 31, trips=2), now=LATER)
    first = QuarantinedRecord.objects.order_by("id")[0]
    QuarantinedRecord.objects.filter(id=first.pk).update(fields=first.fields | {"item": worlds.ITEM})
    assert retry_records([str(first.pk)], by=OPERATOR, now=LATER + timedelta(hours=1)) == (1, 0)

    assert _settle(LATER + timedelta(hours=2)) == 0
    assert _states() == [QuarantineState.TAKEN, QuarantineState.WAITING]


@pytest.mark.parametrize("settled", [False, True])
def test_the_receipt_of_a_corrected_review_leads_to_the_one_that_replaced_it(clean, client, settled):
    _send_case(_case_said("YC-B"))
    receipt = _send_review(_review_said("YC-B", rating_value=6)).receipt
    words = "等了两小时才办完"
    _send_review(_review_said("YC-B", rating_value=2, indicator_codes=[], comment_text=words), now=LATER)
    if settled:
        assert _settle() == 1

    answer = client.get(f"/status/{receipt}", headers={"Accept-Language": "en"})
    page = answer.content.decode()
    assert answer.status_code == 200, page
    assert words in page
    assert receipt in page
    assert "is kept" not in page


def test_the_receipt_of_one_corrected_before_receipts_led_on_says_so(clean, client):
    _send_case(_case_said("YC-B"))
    receipt = _send_review(_review_said("YC-B", rating_value=6)).receipt
    _send_review(_review_said("YC-B"), now=LATER)
    assert _settle() == 1
    QuarantinedRecord.objects.update(result_id=None)

    found = exchange_queries.by_receipt(receipt)
    assert found
    assert found.state == QuarantineState.CORRECTED
    page = client.get(f"/status/{receipt}", headers={"Accept-Language": "en"}).content.decode()
    assert "has sent it again, corrected" in page
    assert "could not be counted" not in page

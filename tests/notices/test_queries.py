from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from haochaping.kernel.actor import SYSTEM
from haochaping.notices import actions, queries
from haochaping.notices.models import Delivery
from haochaping.notices.terms import DeliveryState, Side, Template
from tests.notices.conftest import CLERK, NOW, PERSON, REVIEWER

pytestmark = pytest.mark.django_db


def test_a_thread_is_found_by_its_id_and_its_subject(thread_id):
    row = queries.thread_of("work_order", "42")

    assert row is not None
    assert row == queries.thread(thread_id)
    assert (row.id, row.person, row.opened_at) == (thread_id, PERSON, NOW)
    assert queries.thread_of("work_order", "43") is None
    assert queries.thread(uuid4()) is None


def test_the_reviewer_reads_a_side_and_no_name(thread_id):
    actions.write(thread_id, Side.AGENCY, "您好", by=CLERK, now=NOW)
    actions.write(thread_id, Side.REVIEWER, "你好", by=REVIEWER, now=NOW + timedelta(minutes=1))

    seen_by_reviewer = queries.messages(thread_id, for_side=Side.REVIEWER)
    seen_by_agency = queries.messages(thread_id, for_side=Side.AGENCY)

    assert [(m.side, m.author, m.text) for m in seen_by_reviewer] == [
        (Side.AGENCY, "", "您好"),
        (Side.REVIEWER, "", "你好"),
    ]
    assert [m.author for m in seen_by_agency] == [str(CLERK), str(REVIEWER)]


def test_unread_counts_what_the_others_wrote(thread_id):
    quiet = actions.open_thread("work_order", "43", person=None, by=CLERK, now=NOW)
    for _ in range(2):
        actions.write(thread_id, Side.AGENCY, "您好", by=CLERK, now=NOW)

    assert queries.unread([thread_id, quiet], for_side=Side.REVIEWER).answer == {thread_id: 2}
    assert queries.unread([thread_id, quiet], for_side=Side.AGENCY).answer == {}


def test_notices_are_listed_by_person(db):
    first, second = (
        actions.queue_sms(
            PERSON, Template.INVITATION, {"link": "/r/a"}, by=SYSTEM, now=NOW + timedelta(seconds=n)
        )
        for n in range(2)
    )

    assert [row.id for row in queries.deliveries_to(PERSON)] == [second, first]
    assert queries.deliveries_to(uuid4()) == []
    assert queries.delivery(uuid4()) is None


def test_what_failed_or_is_unclear_is_lost_oldest_first(db):
    made = {
        state: actions.queue_sms(
            PERSON, Template.INVITATION, {"link": "/r/a"}, by=SYSTEM, now=NOW - timedelta(seconds=n)
        )
        for n, state in enumerate(DeliveryState)
    }
    for state, delivery in made.items():
        Delivery.objects.filter(id=delivery).update(state=state)

    lost = [made[DeliveryState.UNCLEAR], made[DeliveryState.FAILED]]
    assert [row.id for row in queries.lost_deliveries()] == lost
    assert [row.id for row in queries.lost_deliveries(limit=1)] == lost[:1]
    assert queries.lost_deliveries_count() == len(lost)

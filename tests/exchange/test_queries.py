from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.exchange import actions, queries
from haochaping.exchange.terms import RecordKind
from haochaping.kernel.actor import OPERATOR
from tests.exchange.test_actions import RECEIPT, RECORD

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(now: datetime) -> list[UUID]:
    """Two reviews of two cases and one case, a minute apart."""
    records = [
        RECORD,
        replace(RECORD, fields={"source": "yc-hall", "case_no": "YC-2"}, receipt_hash=None),
        replace(RECORD, kind=RecordKind.CASE, receipt_hash=None),
    ]
    return [
        actions.quarantine([record], by=OPERATOR, now=now + timedelta(minutes=n))[0]
        for n, record in enumerate(records)
    ]


def test_waiting_records_come_oldest_first_in_pages(three):
    assert [row.id for row in queries.waiting()] == three
    assert [row.id for row in queries.waiting(limit=1, offset=1)] == three[1:2]
    assert queries.waiting_count() == 3


def test_chosen_records_that_still_wait(three, now):
    actions.settle(three[0], None, by=OPERATOR, now=now)

    assert [row.id for row in queries.waiting_by_id(three[:2])] == three[1:2]


def test_reviews_that_wait_for_a_case(three):
    assert [row.id for row in queries.waiting_for_cases([("yc-hall", "YC-1")])] == three[:1]
    assert [row.id for row in queries.waiting_for_cases([("yc-hall", "YC-2"), ("yc-hall", "YC-1")])] == three[
        :2
    ]
    assert queries.waiting_for_cases([("other", "YC-1")]) == []
    assert queries.waiting_for_cases([]) == []


def test_waiting_record_of_a_receipt(three, now):
    found = queries.by_receipt(RECEIPT)
    assert found is not None
    assert found.id == three[0]
    assert queries.by_receipt("0" * 26) is None

    actions.settle(three[0], None, by=OPERATOR, now=now)

    assert queries.by_receipt(RECEIPT) is None


def test_answer_of_another_client_or_key_is_none(now):
    actions.remember_answer(7, "k", b"h" * 32, b"a", now=now)

    assert queries.given_answer(8, "k") is None
    assert queries.given_answer(7, "l") is None

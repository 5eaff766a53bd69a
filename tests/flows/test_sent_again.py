"""An answer sent again while it waits: one record, one receipt, and one review when its case arrives."""

from __future__ import annotations

from datetime import timedelta

import pytest

from haochaping.cases import actions as cases
from haochaping.exchange import queries as exchange
from haochaping.exchange.rules import judge_case
from haochaping.exchange.terms import Raw
from haochaping.flows.retry_quarantine import retry_orphans
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.reviews import queries as reviews
from tests import worlds

pytestmark = pytest.mark.django_db


def test_an_orphan_sent_again_waits_once_and_keeps_its_first_receipt(now):
    worlds.build(now)
    first = worlds.give("YC-9", 4, now)

    again = worlds.give("YC-9", 4, now + timedelta(minutes=1), assessed_at=now.isoformat())

    assert (again.kind, again.id, again.receipt) == (OutcomeKind.QUARANTINED, first.id, None)
    assert exchange.waiting_count() == 1
    worlds.take_case("YC-9", now + timedelta(minutes=2))
    assert exchange.waiting_count() == 0
    assert reviews.review_by_receipt(str(first.receipt)).level == 4


def test_an_orphan_with_other_content_waits_beside_it(now):
    worlds.build(now)
    worlds.give("YC-9", 4, now)

    worlds.give("YC-9", 1, now)

    assert exchange.waiting_count() == 2


def test_an_orphan_that_missed_the_arrival_of_its_case_is_taken_by_the_beat(now):
    worlds.build(now)
    orphan = worlds.give("YC-9", 4, now)
    # The case is written by a transaction that does not see the review, and ends after it.
    cases.take_in([judge_case(Raw(worlds.case("YC-9", now)))], by=OPERATOR, now=now)
    assert exchange.waiting_count() == 1

    assert retry_orphans(now=now + timedelta(minutes=1)) == 1

    assert exchange.waiting_count() == 0
    assert reviews.review_by_receipt(str(orphan.receipt)).level == 4
    assert retry_orphans(now=now + timedelta(minutes=2)) == 0

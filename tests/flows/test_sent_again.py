"""An answer sent again while it waits: one record, one receipt, and one review when its case arrives."""

from __future__ import annotations

from datetime import timedelta

import pytest

from haochaping.exchange import queries as exchange
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

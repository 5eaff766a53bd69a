"""What an answer causes is committed with it or not at all: by the flow's own transaction, not by that of a test."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection

from tests import worlds
from tests.flows.test_receive_reviews import ALL_TABLES, CANARY, failing, send
from tests.flows.truth import rows_of


@pytest.mark.parametrize(
    "table", ["rectification_work_order", "insight_fact_delta", "exchange_quarantined_record"]
)
def test_a_table_that_cannot_be_written_takes_back_what_was_written_before(committed_world, now, table):
    before = rows_of(*ALL_TABLES)
    answers = [worlds.review("YC-1", 1, now, reviewer=CANARY), worlds.review("YC-99", 1, now)]
    assert not connection.in_atomic_block

    with pytest.raises(OperationalError, match="disk full"), failing(table):
        send(*answers, now=now)

    assert rows_of(*ALL_TABLES) == before
    outcomes = send(*answers, now=now)
    assert [outcome.kind for outcome in outcomes] == ["accepted", "quarantined"]

"""Many rows of an older system at once: each comes to what it would have come to alone, and costs little."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from haochaping.cases.models import Case
from haochaping.exchange import actions as exchange
from haochaping.exchange import queries as sources
from haochaping.exchange.dialects import shelf
from haochaping.exchange.models import QuarantinedRecord
from haochaping.flows.take_history import take_history
from haochaping.kernel.actor import OPERATOR
from haochaping.reviews.models import Review
from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from haochaping.kernel.outcomes import Outcome

_EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "dialects"
type Import = Callable[[list[dict[str, object]]], list[Outcome]]


@pytest.fixture
def take(db: None, now: datetime, settings) -> Import:
    settings.DIALECTS_DIR = _EXAMPLES
    worlds.build(now)
    exchange.set_source(
        worlds.SOURCE, dialect="old-evaluators", keys={}, unsigned=True, history=True, by=OPERATOR, now=now
    )
    source, dialect = sources.source(worlds.SOURCE), shelf.dialect("old-evaluators", _EXAMPLES)
    assert source
    assert dialect
    return lambda rows: take_history(
        rows, description=dialect, operation=dialect.operations[0], source=source, now=now
    )


def row(n: int, **changes: object) -> dict[str, object]:
    return {
        "办件编号": f"JQ-2019-{n:04}",
        "事项编码": worlds.ITEM,
        "部门编码": worlds.AGENCY,
        "区划代码": worlds.COUNTY,
        "办结时间": "2019/5/6 10:20:00",
        "大厅编号": "H1",
        "窗口编号": "W1",
        "评价等级": "非常满意",
        "评价时间": "2019/5/6 10:21:00",
    } | changes


_ROWS = [
    *(row(n) for n in range(1, 4)),
    row(1),
    row(2, 评价等级="不满意", 评价内容="排队太久"),
    row(4, 事项编码="9" * 31),
    row(4),
    row(5, 办结时间="昨天"),
    row(6, 评价等级="无所谓"),
    row(7, 办件编号=""),
    row(8, 部门编码="nobody"),
    row(8, 部门编码="nobody"),
    row(9, 评价时间="2119/5/6 10:21:00"),
    row(10),
]


def _left() -> list[object]:
    """What stands in the tables afterwards."""
    return [
        list(Case.objects.order_by("case_no").values_list("case_no", "item__code", "verified")),
        list(
            Review.objects.order_by("occurrence__case__case_no").values_list(
                "occurrence__case__case_no", "level"
            )
        ),
        sorted(QuarantinedRecord.objects.values_list("case_no", "kind", "code", "field")),
    ]


def test_rows_come_to_the_same_together_and_one_by_one(take):
    with transaction.atomic():
        alone = [(outcome.kind, outcome.complaint) for one in _ROWS for outcome in take([one])]
        stood = _left()
        transaction.set_rollback(True)

    together = [(outcome.kind, outcome.complaint) for outcome in take(_ROWS)]

    assert together == alone
    assert _left() == stood
    assert [kind for kind, _ in together].count("accepted") >= 4


def test_a_row_among_many_asks_the_database_less_than_a_row_alone(take):
    with CaptureQueriesContext(connection) as one:
        take([row(9_999)])
    with CaptureQueriesContext(connection) as many:
        take([row(n) for n in range(1, 101)])

    assert Review.objects.count() == 101
    assert len(many) / 100 < len(one) / 4, (len(many), len(one))

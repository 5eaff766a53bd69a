"""评价后十二个月: whether whoever gave a bad review fared worse with its agency afterwards than everybody else."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from haochaping.cases.models import Case
from haochaping.flows import supervise
from haochaping.supervision import queries
from haochaping.supervision.models import Signal
from haochaping.supervision.rules import is_beyond_chance
from tests import worlds

from .conftest import ONE, SERVED, dispatched

DAY = timedelta(days=1)
LATER = SERVED + 40 * DAY
REVIEWER = {"name": "张小满", "phone": "13900000001", "certificate_type": "111", "certificate_no": "X1"}
_numbers = count()


def somebody() -> dict[str, str]:
    n = next(_numbers)
    return REVIEWER | {"phone": f"139000{n:05}", "certificate_no": f"Y{n}"}


@pytest.fixture
def order(world):
    """A bad review of the one who applied; afterwards forty others come with the same item."""
    pk = dispatched("YC-1", SERVED)
    for _ in range(40):
        comes(somebody(), materials=3)
    return pk


def comes(
    applicant: dict[str, str], after: timedelta = 10 * DAY, took: timedelta = DAY, **changes: object
) -> None:
    begun = SERVED + after
    worlds.take_case(
        f"later-{next(_numbers)}",
        begun + took,
        applicant=applicant,
        applied_at=begun.isoformat(),
        completed_at=(begun + took - timedelta(hours=1)).isoformat(),
        **changes,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("worse", [{"took": 9 * DAY}, {"materials": "9"}, {"status": "rejected"}])
def test_who_fares_worse_is_seen_once_and_by_supervisors_only(order, worse):
    for _ in range(2):
        comes(REVIEWER, **worse)

    assert supervise.watch_reviewers(LATER) == 1
    assert supervise.watch_reviewers(LATER + DAY) == 0

    (signal,) = Signal.objects.all()
    assert (signal.kind, signal.work_order_id, signal.facts) == ("fared_worse", order, {"cases": "2"})
    assert [row.id for row in queries.signals(ONE)] == [signal.id]


@pytest.mark.django_db
@pytest.mark.parametrize("case", ["like everybody", "before", "a year later", "somebody else"])
def test_what_is_no_sign_raises_nothing(order, case):
    given = {
        "like everybody": (REVIEWER, 10 * DAY, DAY),
        "before": (REVIEWER, -30 * DAY, 9 * DAY),
        "a year later": (REVIEWER, 370 * DAY, 9 * DAY),
        "somebody else": (somebody(), 10 * DAY, 9 * DAY),
    }
    who, after, took = given[case]
    for _ in range(2):
        comes(who, after, took)

    assert supervise.watch_reviewers(LATER + 400 * DAY) == 0
    assert Case.objects.count() == 43


@pytest.mark.parametrize(
    ("everybody", "own", "worse", "worse_own", "seen"),
    [
        (42, 2, 2, 2, True),  # 1 of 861
        (42, 2, 4, 2, True),  # 6 of 861
        (42, 2, 5, 2, False),  # 10 of 861
        (42, 2, 2, 0, False),
        (3, 1, 1, 1, False),
        (101, 1, 1, 1, True),  # 1 of 101
        (100, 1, 1, 1, False),
    ],
)
def test_beyond_chance_is_less_than_one_in_a_hundred(everybody, own, worse, worse_own, seen):
    assert is_beyond_chance(everybody, own, worse, worse_own) is seen

"""`interview_after_months`: a window that was the last of its hall month after month is shown to the supervisors."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

import pytest

from haochaping.directory.models import Hall, Window
from haochaping.flows import supervise
from haochaping.kernel.periods import BEIJING
from haochaping.reviews.models import Review
from haochaping.supervision.models import Signal
from tests import worlds

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 9, 3, tzinfo=BEIJING)
APRIL, MAY = datetime(2026, 4, 10, 10, tzinfo=BEIJING), datetime(2026, 5, 10, 10, tzinfo=BEIJING)


@pytest.fixture
def hall(db) -> dict[str, Window]:
    """A hall with three windows, in a city whose rules say two months; each has ten good reviews a month."""
    worlds.build(APRIL)
    hall = Hall.objects.get(code="H1")
    found = {"W1": Window.objects.get(code="W1")}
    for code in ("W2", "W3"):
        found[code] = Window.objects.create(code=code, name=f"综合窗口{code[1]}", hall=hall)
    worlds.follow(worlds.CITY, APRIL, interview_after_months="2")
    for n, moment in enumerate((APRIL, MAY)):
        for each in range(10):
            for code, window in found.items():
                given(window, 5, moment + timedelta(minutes=each), f"{n}-{each}-{code}")
    return found


_numbers = count()


def given(window: Window, level: int, at: datetime, case_no: str = "", **changes: object) -> None:
    case_no = case_no or f"more-{next(_numbers)}"
    worlds.take_case(case_no, at)
    outcome = worlds.give(case_no, level, at)
    assert outcome.id is not None
    Review.objects.filter(id=outcome.id).update(hall_id=window.hall_id, window_id=window.id, **changes)


def seen() -> list[tuple[str, dict[str, str]]]:
    supervise.watch_windows(NOW)
    return [(signal.subject, signal.facts) for signal in Signal.objects.filter(kind="window_last")]


def test_last_in_every_month_is_seen_once(hall):
    given(hall["W2"], 1, APRIL)
    given(hall["W2"], 2, MAY)

    (one,) = seen()
    assert one == (
        f"window:{hall['W2'].id}",
        {"hall": "河湾区政务服务中心", "window": "综合窗口2", "months": "2"},
    )
    assert supervise.watch_windows(NOW + timedelta(days=1)) == 0
    signal = Signal.objects.get()
    assert (signal.agency.code, signal.division.code, signal.day.isoformat()) == (
        worlds.AGENCY,
        worlds.COUNTY,
        "2026-06-01",
    )


def test_last_in_one_month_only_is_not(hall):
    given(hall["W2"], 1, MAY)
    given(hall["W3"], 1, APRIL)

    assert seen() == []


def test_two_as_bad_as_each_other_are_not_last(hall):
    for code in ("W2", "W3"):
        for at in (APRIL, MAY):
            given(hall[code], 1, at)

    assert seen() == []


@pytest.mark.parametrize(
    "changes", [{"status": "excluded"}, {"status": "withdrawn"}, {"provenance": "default_system"}]
)
def test_what_does_not_count_makes_nobody_last(hall, changes):
    for at in (APRIL, MAY):
        given(hall["W2"], 1, at, **changes)

    assert seen() == []


def test_few_reviews_say_nothing(hall):
    given(hall["W2"], 1, APRIL)
    given(hall["W2"], 1, MAY)
    gone = Review.objects.filter(window_id=hall["W3"].id, level=5, assessed_at=APRIL).values_list(
        "id", flat=True
    )
    Review.objects.filter(id__in=list(gone)[:1]).update(window_id=None)

    assert seen() == []


def test_where_the_rules_say_nothing_nobody_is_named(hall):
    worlds.follow(worlds.COUNTY, APRIL, interview_after_months="0")
    given(hall["W2"], 1, APRIL)
    given(hall["W2"], 1, MAY)

    assert seen() == []

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import Refused
from haochaping.rectification.rules import (
    next_call_from,
    of_this_round,
    plan_of,
    retold,
    standing,
    was_heard,
)
from haochaping.rectification.terms import (
    CallResult,
    ClockKind,
    ClockTick,
    SolutionRow,
    Solved,
    Tick,
)
from haochaping.rulebook.rules import WorkingCalendar, working_time_between
from haochaping.rulebook.terms import Unit
from tests import worlds

MONDAY = datetime(2026, 6, 1, 10, tzinfo=BEIJING)
TERMS = worlds.terms(workday_end=time(17))


def calendar(days: int = 90, free: tuple[date, ...] = ()) -> WorkingCalendar:
    """Monday to Friday from 1 June on, for so many days, but for some."""
    known = [date(2026, 6, 1) + timedelta(days=n) for n in range(days)]
    working = {day: day.weekday() < 5 and day not in free for day in known}
    return WorkingCalendar(working, TERMS.workday_start, TERMS.workday_end)


def at(day: int, hour: int = 10, month: int = 6) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=BEIJING)


def start(number: int, unit: Unit, begun: datetime = MONDAY) -> ClockTick:
    return ClockTick(ClockKind.RECTIFY, Tick.START, begun, number, unit)


def tick(kind: Tick, when: datetime, number: int = 0, unit: str = "") -> ClockTick:
    return ClockTick(ClockKind.RECTIFY, kind, when, number, unit)


def last_due(*ticks: ClockTick, known: WorkingCalendar | None = None) -> datetime | None:
    return retold(ticks, known or calendar(), 80)[-1].due_at


@pytest.mark.parametrize(
    ("number", "unit", "due"),
    [
        (4, Unit.WORKING_HOURS, at(1, 14)),
        (1, Unit.WORKING_DAYS, at(2, 17)),
        (5, Unit.WORKING_DAYS, at(8, 17)),
        (7, Unit.DAYS, at(8, 17)),
    ],
)
def test_a_limit_counts_from_its_start_in_its_unit(number, unit, due):
    assert last_due(start(number, unit)) == due


@pytest.mark.parametrize("days", range(8))
def test_beyond_the_calendar_no_deadline_is_guessed(days):
    assert last_due(start(5, Unit.WORKING_DAYS), known=calendar(days)) is None


def test_another_limit_counts_from_the_first_start():
    assert last_due(start(5, Unit.WORKING_DAYS), tick(Tick.LIMIT, at(3), 15, Unit.WORKING_DAYS)) == at(22, 17)


def test_more_time_follows_the_last_day():
    assert last_due(start(5, Unit.WORKING_DAYS), tick(Tick.EXTEND, at(3), 10, Unit.WORKING_DAYS)) == at(
        22, 17
    )


def test_a_pause_leaves_nothing_due():
    assert last_due(start(5, Unit.WORKING_DAYS), tick(Tick.PAUSE, at(3))) is None


@pytest.mark.parametrize(
    ("number", "unit", "paused", "resumed", "due"),
    [
        (5, Unit.WORKING_DAYS, at(3), at(3, 16), at(8, 17)),
        (5, Unit.WORKING_DAYS, at(3), at(5), at(10, 17)),
        (5, Unit.WORKING_DAYS, at(5), at(8), at(9, 17)),
        (7, Unit.DAYS, at(3), at(8), at(13, 17)),
        (4, Unit.WORKING_HOURS, at(1, 11), at(1, 13), at(1, 16)),
        (4, Unit.WORKING_HOURS, at(1, 16), at(2, 9), at(1, 15)),
    ],
    ids=["the same day", "two days", "over a weekend", "days of the calendar", "hours", "hours over night"],
)
def test_a_pause_moves_the_end_by_the_working_time_it_took(number, unit, paused, resumed, due):
    assert last_due(start(number, unit), tick(Tick.PAUSE, paused), tick(Tick.RESUME, resumed)) == due


def test_a_day_off_that_the_calendar_learns_moves_the_end():
    assert last_due(start(5, Unit.WORKING_DAYS), known=calendar(free=(date(2026, 6, 3),))) == at(9, 17)


def test_a_clock_that_stopped_has_nothing_due():
    told = retold([start(5, Unit.WORKING_DAYS), tick(Tick.STOP, at(4))], calendar(), 80)

    assert [one.due_at for one in told] == [at(8, 17), None]


def test_a_new_start_forgets_what_was_before():
    ticks = [
        start(5, Unit.WORKING_DAYS),
        tick(Tick.EXTEND, at(2), 10, Unit.WORKING_DAYS),
        tick(Tick.STOP, at(4)),
        start(5, Unit.WORKING_DAYS, at(8)),
    ]

    assert last_due(*ticks) == at(15, 17)


def test_clocks_do_not_disturb_each_other():
    sign = ClockTick(ClockKind.SIGN, Tick.START, MONDAY, 4, Unit.WORKING_HOURS)
    told = retold([sign, start(5, Unit.WORKING_DAYS), tick(Tick.PAUSE, at(2))], calendar(), 80)

    assert standing(told)[ClockKind.SIGN].due_at == at(1, 14)
    assert standing(told)[ClockKind.RECTIFY].due_at is None


@pytest.mark.parametrize(
    ("number", "unit", "amber"),
    [
        (4, Unit.WORKING_HOURS, at(1, 13) + timedelta(minutes=12)),
        (5, Unit.WORKING_DAYS, at(5, 15) + timedelta(minutes=36)),
        (10, Unit.DAYS, at(9, 11) + timedelta(hours=4, minutes=36)),
    ],
)
def test_amber_comes_when_four_fifths_of_the_time_are_used(number, unit, amber):
    assert retold([start(number, unit)], calendar(), 80)[-1].amber_at == amber


@given(
    number=st.integers(1, 15),
    pauses=st.lists(st.integers(0, 6), max_size=4),
    percent=st.integers(1, 100),
)
def test_whatever_pauses_there_were_the_end_never_comes_earlier(number, pauses, percent):
    ticks, moment = [start(number, Unit.WORKING_DAYS)], MONDAY
    for days in pauses:
        ticks.append(tick(Tick.PAUSE, moment))
        moment += timedelta(days=days)
        ticks.append(tick(Tick.RESUME, moment))

    told = [one for one in retold(ticks, calendar(), percent) if one.due_at is not None]

    ends = [one.due_at for one in told if one.due_at]
    assert ends == sorted(ends)
    for one in told:
        assert one.amber_at is not None
        assert one.due_at is not None
        assert MONDAY <= one.amber_at <= one.due_at


@given(st.integers(0, 30 * 24 * 60), st.timedeltas(timedelta(), timedelta(days=9)))
def test_working_time_adds_up(minutes, span):
    known = calendar()
    begun = MONDAY.astimezone(UTC) + timedelta(minutes=minutes)
    middle, ended = begun + span / 3, begun + span

    parts = [working_time_between(a, b, known) for a, b in ((begun, middle), (middle, ended))]

    assert None not in parts
    assert sum(filter(None, parts), timedelta()) == working_time_between(begun, ended, known)


HEARD = [
    ([], 3, (False, 0)),
    ([("answered", at(1))], 3, (True, 1)),
    ([("declined", at(1))], 3, (True, 1)),
    ([("not_possible", at(1))], 3, (True, 1)),
    ([("not_reached", at(1, 9)), ("not_reached", at(1, 10))], 3, (False, 2)),
    ([("not_reached", at(1, 9) + timedelta(minutes=n)) for n in (0, 20, 40)], 3, (False, 1)),
    ([("not_reached", at(1, hour)) for hour in (9, 11, 15)], 3, (True, 3)),
    ([("not_reached", at(day, 9)) for day in (1, 2, 3)], 3, (True, 3)),
]


@pytest.mark.parametrize(("calls", "needed", "found"), HEARD)
def test_the_reviewer_was_heard_or_tried_at_different_hours(calls, needed, found):
    assert {result for result, _ in calls} <= set(CallResult)
    assert was_heard(calls, needed) == found


def test_a_plan_is_lines_with_a_day_each():
    plan = plan_of("2026-06-03 换窗口指示牌\n\n 2026-06-08  培训 \n")

    assert plan == [(date(2026, 6, 3), "换窗口指示牌"), (date(2026, 6, 8), "培训")]


@pytest.mark.parametrize("line", ["换窗口指示牌", "2026-06-03", "03.06.2026 换"])
def test_a_line_without_a_day_is_named(line):
    with pytest.raises(Refused) as refused:
        plan_of(f"2026-06-03 好\n{line}")

    assert refused.value.code == "no_plan"
    assert refused.value.complaint.params["line"] == 2


def test_a_day_that_no_calendar_has_is_named():
    with pytest.raises(Refused) as refused:
        plan_of("2026-06-03 好\n2026-02-31 换")

    assert refused.value.code == "no_such_day"
    assert refused.value.complaint.params == {"line": 2, "value": "2026-02-31"}


def test_a_word_about_an_earlier_reply_does_not_count_for_this_one():
    said = SolutionRow(Solved.NO, "", MONDAY, MONDAY)

    assert of_this_round(said, MONDAY) == said
    assert of_this_round(said, MONDAY + timedelta(seconds=1)) is None
    assert of_this_round(said, None) is None
    assert of_this_round(None, MONDAY) is None


@pytest.mark.parametrize(
    ("calls", "waiting", "expected"),
    [
        ([], [], None),
        ([("not_reached", "09:00")], [], "10:00"),
        ([("not_reached", "08:59")], [], None),
        ([], ["09:29"], "10:00"),
        ([("not_reached", "08:10")], ["09:00"], "10:00"),
        ([("not_reached", "09:00"), ("answered", "09:10")], [], None),
        ([("not_possible", "09:10")], ["09:20"], None),
    ],
)
def test_a_call_counts_once_an_hour_while_nobody_was_heard(calls, waiting, expected):
    def at(text: str) -> datetime:
        return datetime.fromisoformat(f"2026-06-01T{text}:00+08:00")

    made = [(result, at(when)) for result, when in calls]
    found = next_call_from(made, [at(when) for when in waiting], at("09:30"))

    assert found == (at(expected) if expected else None)

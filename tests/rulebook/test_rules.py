"""工作时间: deadlines by table where a clause or a holiday says so, and against a minute-by-minute count."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.refused import Refused
from haochaping.rulebook.rules import (
    WorkingCalendar,
    add_working_days,
    after_share_of_time,
    after_working_time,
    due_after,
    due_after_working_days,
    due_after_working_hours,
    is_quiet,
    overlaid,
    quiet_ends,
    review_window_ends,
    terms_of,
    value_complaint,
    working_days_between,
    working_time_between,
    year_of_notice,
    years_incomplete,
)
from haochaping.rulebook.terms import CHOICES, NO_RULES, NOT_READ, RULES, Key, Unit
from tests import worlds

FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
OPENS, CLOSES = time(9), time(17, 30)
REAL = WorkingCalendar(
    {day: chinese_calendar.is_workday(day) for day in chinese_calendar.get_dates(FIRST, LAST)}, OPENS, CLOSES
)
VALUES: dict[str, str] = {
    Key.CHANGE_WINDOW_MINUTES: "10",
    Key.INVITATION_DAYS: "90",
    Key.SIGN_LIMIT_WORKING_HOURS: "4",
    Key.FIRST_CONTACT_LIMIT: "1",
    Key.FIRST_CONTACT_SAME_DAY: "no",
    Key.REFORM_ANSWER_LIMIT: "15",
    Key.REFORM_CHANGE_LIMIT: "60",
    Key.DISPATCH_VIA: "agency",
    Key.DISPATCH_MINUTES: "10",
    Key.RECTIFICATION_LEVELS: "3",
    Key.INTERVIEW_AFTER_MONTHS: "0",
    Key.SIMPLE_RECTIFY_LIMIT: "5",
    Key.COMPLEX_RECTIFY_LIMIT: "15",
    Key.QUALITY_CHECK_LIMIT: "2",
    Key.EXTENSIONS_AT_MOST: "1",
    Key.EXTENSION_LIMIT: "10",
    Key.RETURNS_AT_MOST: "1",
    Key.RETURN_NEEDS_APPROVAL: "yes",
    Key.REOPENINGS_AT_MOST: "1",
    Key.AMBER_THRESHOLD: "80",
    Key.REPORT_LATE_DAYS: "1",
    Key.REPORT_VERY_LATE_DAYS: "7",
    Key.SAME_REVIEW_SHARE: "80",
    Key.SAME_MOMENT_SHARE: "5",
    Key.DEFAULT_VALUE_SHARE: "30",
    Key.FIGURE_EXPLAIN_LIMIT: "3",
    Key.TEXT_RELEASE_AFTER: "7",
    Key.TEXT_RELEASE_LIMIT: "5",
    Key.TEXT_CELL: "10",
    Key.CALL_ATTEMPTS: "3",
    Key.CALL_ATTEMPTS_WITHIN_DAYS: "2",
    Key.WORKDAY_START: "09:00",
    Key.WORKDAY_END: "17:30",
    Key.BAD_NEEDS_TEXT: "no",
    Key.REVIEW_WINDOW: "unlimited",
    Key.FOLLOW_UP_REVIEWS: "1",
    Key.RATING_WINDOW_DAYS: "7",
    Key.INVITATION_AFTER_DAYS: "0",
    Key.SECOND_INVITATION_AFTER_DAYS: "3",
    Key.INVITATIONS_AT_MOST: "2",
    Key.INVITATION_CHANNEL: "sms",
    Key.QUIET_FROM: "21:00",
    Key.QUIET_UNTIL: "08:00",
    Key.MESSAGES_A_DAY: "1",
    Key.AMBER_THRESHOLD: "80",
    Key.SUPERVISION_ANSWER_LIMIT: "3",
    Key.REPEAT_OFFENDER_ORDERS: "3",
    Key.REPEAT_OFFENDER_DAYS: "30",
    Key.SAMPLE_BAD_CLOSED: "5",
    Key.SAMPLE_GOOD: "1",
    Key.SAMPLE_AT_LEAST: "30",
    Key.SAMPLE_HALF_WIDTH: "5",
    Key.SAMPLE_EXPECTED_SHARE: "95",
    Key.SAMPLE_ANSWER_DAYS: "7",
    Key.SAMPLE_CHANNEL: "sms",
    Key.UNREAD_LIMIT_WORKING_HOURS: "4",
    Key.COMPLAINT_LIMIT: "15",
    Key.SUGGESTION_LIMIT: "30",
    Key.AFTER_SALES_LIMIT: "5",
    Key.PERSONAL_DATA_REQUEST_LIMIT: "15",
    Key.APPEAL_WINDOW: "5",
    Key.APPEAL_DECISION_LIMIT: "5",
    Key.APPEAL_PAUSES_DEADLINE: "yes",
    Key.MALICIOUS_IS_INVALID: "yes",
    Key.CONCEALMENT: "handler",
    Key.HOTLINE_CLOCK: "ours",
}


_FIRST_CELL = re.compile(r"^\| ([`a-z_ ]+) \|", re.MULTILINE)


class Recording(dict[str, str]):
    """Values that remember which of them were read."""

    def __init__(self, values: dict[str, str]) -> None:
        super().__init__(values)
        self.seen: set[str] = set()

    def __getitem__(self, key: str) -> str:
        self.seen.add(key)
        return super().__getitem__(key)


def keys_of(table: str) -> set[str]:
    """What stands in the first column of a table, without its heading."""
    return set(" ".join(cell for cell in _FIRST_CELL.findall(table) if "`" in cell).replace("`", "").split())


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("begun", "days", "due"),
    [
        ("2026-06-01T10:00", 1, "2026-06-02T17:30"),
        ("2026-06-01T23:59", 1, "2026-06-02T17:30"),
        ("2026-06-05T10:00", 1, "2026-06-08T17:30"),
        ("2026-06-06T10:00", 1, "2026-06-08T17:30"),
        ("2026-06-01T10:00", 5, "2026-06-08T17:30"),
        ("2026-06-01T10:00", 0, "2026-06-01T17:30"),
    ],
)
def test_working_days_begin_on_the_day_after(begun: str, days: int, due: str):
    assert due_after_working_days(at(begun), days, REAL) == at(due)


@pytest.mark.parametrize(
    ("begun", "days", "due"),
    [
        # 2024 国庆: 9月29日（周日）上班, 10月1日至7日放假, 10月12日（周六）上班.
        ("2024-09-27T10:00", 1, "2024-09-29T17:30"),
        ("2024-09-30T10:00", 1, "2024-10-08T17:30"),
        ("2024-09-30T10:00", 5, "2024-10-12T17:30"),
        # 2025 春节: 1月26日（周日）上班, 1月28日至2月4日放假, 2月8日（周六）上班.
        ("2025-01-24T10:00", 1, "2025-01-26T17:30"),
        ("2025-01-27T10:00", 1, "2025-02-05T17:30"),
        ("2025-02-07T10:00", 1, "2025-02-08T17:30"),
        # 2025 国庆中秋: 9月28日（周日）上班, 10月1日至8日放假, 10月11日（周六）上班.
        ("2025-09-26T10:00", 15, "2025-10-23T17:30"),
    ],
)
def test_adjusted_working_days_count_and_holidays_do_not(begun: str, days: int, due: str):
    """调休: 国务院办公厅关于2024年、2025年部分节假日安排的通知."""
    assert due_after_working_days(at(begun), days, REAL) == at(due)


@pytest.mark.parametrize(
    ("begun", "hours", "due"),
    [
        ("2026-06-01T10:00", 4, "2026-06-01T14:00"),
        ("2026-06-01T07:00", 4, "2026-06-01T13:00"),
        ("2026-06-01T13:30", 4, "2026-06-01T17:30"),
        ("2026-06-01T13:31", 4, "2026-06-02T09:01"),
        ("2026-06-01T17:30", 4, "2026-06-02T13:00"),
        ("2026-06-01T22:00", 4, "2026-06-02T13:00"),
        ("2026-06-05T16:30", 4, "2026-06-08T12:00"),
        ("2026-06-06T12:00", 4, "2026-06-08T13:00"),
        ("2024-09-27T17:00", 1, "2024-09-29T09:30"),
        ("2026-06-01T10:00", 17, "2026-06-03T10:00"),
        ("2026-06-01T10:00", 0, "2026-06-01T10:00"),
    ],
)
def test_working_hours_run_while_the_office_is_open(begun: str, hours: int, due: str):
    assert due_after_working_hours(at(begun), hours, REAL) == at(due)


@pytest.mark.parametrize(
    "begun", ["2026-12-31T17:00", "2026-12-31T18:00", "2027-01-04T10:00", "2030-01-01T10:00"]
)
def test_beyond_the_calendar_there_is_no_deadline(begun: str):
    assert due_after_working_days(at(begun), 1, REAL) is None
    assert due_after_working_hours(at(begun), 4, REAL) is None


def test_a_calendar_says_nothing_about_a_day_it_does_not_know():
    assert REAL.is_working(date(2026, 6, 1)) is True
    assert REAL.is_working(date(2026, 6, 6)) is False
    assert REAL.is_working(date(2027, 1, 1)) is None


@st.composite
def _calendars(draw: st.DrawFn) -> WorkingCalendar:
    """Three weeks from 2026-06-01, any of them worked, some not known, with any office hours."""
    known = draw(st.integers(1, 21))
    worked = draw(st.lists(st.booleans(), min_size=known, max_size=known))
    opens = draw(st.integers(0, 22 * 60))
    closes = draw(st.integers(opens + 30, 23 * 60 + 59))
    return WorkingCalendar(
        {date(2026, 6, 1) + timedelta(days=n): works for n, works in enumerate(worked)},
        time(*divmod(opens, 60)),
        time(*divmod(closes, 60)),
    )


_BEGUN = st.integers(0, 21 * 24 * 60).map(lambda minutes: at("2026-06-01T00:00") + timedelta(minutes=minutes))
_MINUTE = timedelta(minutes=1)


def _counted_hours(begun: datetime, hours: int, calendar: WorkingCalendar) -> datetime | None:
    """Count working minutes one by one, as a clerk with a watch would."""
    moment, left = begun, hours * 60
    while True:
        works = calendar.is_working(local_day(moment))
        if works is None:
            return None
        if works and calendar.start <= moment.time() < calendar.end:
            left -= 1
            if left == 0:
                return moment + _MINUTE
        moment += _MINUTE


@given(_calendars(), _BEGUN, st.integers(1, 30))
def test_working_hours_against_counting_minutes(calendar: WorkingCalendar, begun: datetime, hours: int):
    assert due_after_working_hours(begun, hours, calendar) == _counted_hours(begun, hours, calendar)


@given(_calendars(), _BEGUN, st.integers(1, 15))
def test_working_days_against_a_list_of_them(calendar: WorkingCalendar, begun: datetime, days: int):
    due = due_after_working_days(begun, days, calendar)

    after = [day for day in sorted(calendar.working) if day > local_day(begun)]
    worked = [day for day in after if calendar.working[day]]
    known = bool(after) and after[0] == local_day(begun) + timedelta(days=1)
    if known and len(worked) >= days:
        assert due == datetime.combine(worked[days - 1], calendar.end, BEIJING)
    else:
        assert due is None


@st.composite
def _broken_calendars(draw: st.DrawFn) -> WorkingCalendar:
    """As `_calendars`, with days in between that are not known, and offices that may close before they open."""
    worked = draw(st.lists(st.booleans(), min_size=26, max_size=26))
    holes = draw(st.sets(st.integers(0, 25), max_size=2))
    known = {date(2026, 6, 1) + timedelta(days=n): works for n, works in enumerate(worked) if n not in holes}
    return WorkingCalendar(known, draw(st.times()), draw(st.times()))


_MOMENTS = st.builds(
    lambda passed, zone: (at("2026-05-31T00:00") + passed).astimezone(zone),
    st.timedeltas(timedelta(), timedelta(days=27)),
    st.sampled_from([UTC, BEIJING]),
)


def _hours(day: date, calendar: WorkingCalendar) -> tuple[datetime, datetime]:
    opens, closes = (datetime.combine(day, clock, BEIJING) for clock in (calendar.start, calendar.end))
    return opens, closes


def _day_by_day(begun: datetime, span: timedelta, calendar: WorkingCalendar) -> datetime | None:
    """Use up a span of working time, one day after the other."""
    begun = begun.astimezone(BEIJING)
    day = begun.date()
    while (works := calendar.is_working(day)) is not None:
        opens, closes = _hours(day, calendar)
        begin = max(begun, opens)
        if works and begin < closes:
            if closes - begin >= span:
                return begin + span
            span -= closes - begin
        day += timedelta(days=1)
    return None


def _added_up(begun: datetime, ended: datetime, calendar: WorkingCalendar) -> timedelta | None:
    """Add up the working time between two moments, one day after the other."""
    begun, ended = begun.astimezone(BEIJING), ended.astimezone(BEIJING)
    whole, day = timedelta(), begun.date()
    while begun < ended and day <= ended.date():
        works = calendar.is_working(day)
        if works is None:
            return None
        opens, closes = _hours(day, calendar)
        whole += max(min(ended, closes) - max(begun, opens), timedelta()) if works else timedelta()
        day += timedelta(days=1)
    return whole


@given(_broken_calendars(), _MOMENTS, st.timedeltas(timedelta(), timedelta(days=9)))
def test_working_time_that_passes_against_walking_from_day_to_day(
    calendar: WorkingCalendar, begun: datetime, span: timedelta
):
    for passes in (span, timedelta(), timedelta.resolution):
        assert after_working_time(begun, passes, calendar) == _day_by_day(begun, passes, calendar)
    # What is over when an office closes is not over when the next day begins.
    closes = _hours(local_day(begun), calendar)[1]
    if left := _added_up(begun, closes, calendar):
        assert after_working_time(begun, left, calendar) == closes


@given(_broken_calendars(), _MOMENTS, _MOMENTS, st.integers(0, 100))
def test_working_time_between_and_its_share_against_walking_from_day_to_day(
    calendar: WorkingCalendar, begun: datetime, ended: datetime, percent: int
):
    whole = _added_up(begun, ended, calendar)

    assert working_time_between(begun, ended, calendar) == whole
    share = None if whole is None else _day_by_day(begun, whole * percent / 100, calendar)
    assert after_share_of_time(begun, ended, percent, calendar) == share


@given(_broken_calendars(), _MOMENTS, st.integers(0, 12))
def test_working_days_against_walking_from_day_to_day(calendar: WorkingCalendar, begun: datetime, days: int):
    day: date | None = local_day(begun)
    for _ in range(days):
        works: bool | None = False
        while day is not None and not works:
            day += timedelta(days=1)
            works = calendar.is_working(day)
            day = None if works is None else day

    assert add_working_days(local_day(begun), days, calendar) == day


@given(_BEGUN, st.integers(0, 40))
def test_a_longer_limit_is_never_due_earlier(begun: datetime, limit: int):
    for due in (due_after_working_days, due_after_working_hours):
        sooner, later = due(begun, limit, REAL), due(begun, limit + 1, REAL)
        assert sooner is not None
        assert later is not None
        assert begun <= later
        assert sooner < later


def test_the_zone_of_the_caller_does_not_matter():
    begun = at("2026-06-01T10:00").astimezone(tz=None)

    assert due_after_working_hours(begun, 4, REAL) == at("2026-06-01T14:00")
    assert due_after_working_days(begun, 1, REAL) == at("2026-06-02T17:30")


def test_terms_of_reads_every_value():
    assert terms_of("cn-base", VALUES, date(2026, 6, 1)) == worlds.terms()
    other = VALUES | {Key.REVIEW_WINDOW: "5", Key.BAD_NEEDS_TEXT: "yes", Key.INVITATION_CHANNEL: "sms,page"}

    assert terms_of("cn-base", other, date(2026, 6, 1)) == worlds.terms(
        review_window_days=5, bad_needs_text=True, invitation_channels=frozenset({"sms", "page"})
    )


def test_the_rooms_readme_tells_which_values_act_and_which_do_not_yet():
    """Nobody shall believe of a value that it acts because it can be set."""
    told = resources.files("haochaping.rulebook").joinpath("README.md").read_text(encoding="utf-8")
    acting, later = told.split("## What acts", 1)[1].split("### Not yet", 1)
    read = Recording(VALUES)
    terms_of("cn-base", read, date(2026, 6, 1))
    fixed = {key for key, rule in RULES.items() if rule.choices and len(rule.choices) == 1}

    assert keys_of(acting) == read.seen | fixed
    assert keys_of(later.split("## ", 1)[0]) == NOT_READ == set(Key) - keys_of(acting)


@pytest.mark.parametrize("key", VALUES)
def test_terms_of_names_the_value_that_is_missing(key: Key):
    day = date(2019, 1, 1)

    with pytest.raises(Refused) as refused:
        terms_of("cn-base", {k: v for k, v in VALUES.items() if k != key}, day)

    assert refused.value.complaint.reason is NO_RULES
    assert refused.value.complaint.params == {"key": key, "day": day}


@given(_calendars(), st.integers(0, 20), st.integers(0, 15))
def test_adding_working_days_and_counting_them_are_inverse(calendar: WorkingCalendar, start: int, days: int):
    day = date(2026, 6, 1) + timedelta(days=start)
    found = add_working_days(day, days, calendar)

    if found is not None:
        assert working_days_between(day, found, calendar) == days
        assert working_days_between(found, day, calendar) == -days
        assert days == 0 or calendar.is_working(found)


@given(_broken_calendars(), st.integers(0, 22), st.integers(0, 22))
def test_working_days_between_against_counting_them(calendar: WorkingCalendar, one: int, other: int):
    first, last = (date(2026, 6, 1) + timedelta(days=n) for n in sorted((one, other)))
    count: int | None = 0
    day = first
    while day < last and count is not None:
        day += timedelta(days=1)
        working = calendar.is_working(day)
        count = None if working is None else count + working

    assert working_days_between(first, last, calendar) == count


def _known_day(day: date, days: int) -> date:
    """The `days`-th working day after `day`, where the real calendar reaches that far."""
    found = add_working_days(day, days, REAL)
    assert found is not None
    return found


@given(st.integers(0, 900), st.integers(0, 40), st.integers(0, 40))
def test_working_days_grow_with_days_and_with_the_start(start: int, days: int, more: int):
    day = FIRST + timedelta(days=start)
    sooner, later = _known_day(day, days), _known_day(day, days + more)
    moved = _known_day(day + timedelta(days=1), days)

    assert sooner <= later
    assert sooner <= moved
    assert (more > 0) is (sooner < later)
    assert _known_day(sooner, more) == later


_DAYS = st.integers(0, 20).map(lambda n: date(2026, 6, 1) + timedelta(days=n))
_CODES = ("province", "city", "county")
_SAID = st.lists(st.tuples(st.sampled_from(_CODES), _DAYS, st.sampled_from([True, False, None])), max_size=12)


@given(_calendars(), _SAID, _DAYS)
def test_the_overlay_against_asking_each_division_in_turn(calendar: WorkingCalendar, said, day: date):
    """The nearest division that has said something and not taken it back, else the calendar."""
    answer = calendar.is_working(day)
    for code in reversed(_CODES):
        words = [works for who, when, works in said if (who, when) == (code, day)]
        if words and words[-1] is not None:
            answer = words[-1]
            break

    assert overlaid(calendar.working, said, _CODES).get(day) is answer


@given(_DAYS, st.integers(0, 8), st.sets(_DAYS, max_size=6))
def test_days_off_by_overlay_are_skipped(day: date, days: int, off: set[date]):
    working = overlaid(REAL.working, [("city", free, False) for free in off], ("city",))
    found = add_working_days(day, days, WorkingCalendar(working, OPENS, CLOSES))

    assert found is not None
    assert days == 0 or found not in off
    assert found >= _known_day(day, days)


@given(_BEGUN, st.integers(0, 30))
def test_a_limit_in_days_asks_no_calendar(begun: datetime, limit: int):
    empty = WorkingCalendar({}, OPENS, CLOSES)

    assert due_after(begun, limit, Unit.DAYS, empty) == datetime.combine(
        local_day(begun) + timedelta(days=limit), CLOSES, BEIJING
    )
    assert due_after(begun, limit, Unit.WORKING_DAYS, REAL) == due_after_working_days(begun, limit, REAL)


def test_years_with_a_hole_are_named():
    known = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 3)]

    assert years_incomplete(known, date(2026, 12, 31), date(2027, 1, 1)) == []
    assert years_incomplete(known, date(2026, 12, 30), date(2027, 1, 3)) == [2026, 2027]


@pytest.mark.parametrize(
    ("key", "value", "unit"),
    [
        ("nothing", "1", "count"),
        ("levels", "five", "count"),
        ("levels", "٥", "count"),
        ("levels", "5", "points"),
        ("levels", "5", "none of these"),
        ("amber_threshold", "101", "percent"),
        ("quiet_from", "24:00", "clock"),
        ("bad_levels", "0,1", "levels"),
        ("level_scores", "10,8,6,3", "points"),
        ("item_score", "true", "yes_no"),
        ("dispatch_via", "pigeon", "choice"),
        ("review_stages", "intake,", "choice"),
        ("review_window", "5", "choice"),
        ("indicator_set", "A B", "code"),
        # What the program cannot follow nobody can set.
        ("levels", "3", "count"),
        ("bad_levels", "1", "levels"),
        ("indicator_set", "national-2031", "code"),
        ("automatic_order", "no", "yes_no"),
        ("bad_needs_reason", "no", "yes_no"),
        ("default_marked", "no", "yes_no"),
        ("follow_up_reviews", "2", "count"),
    ],
)
def test_a_value_that_its_rule_does_not_know_is_complained_of(key: str, value: str, unit: str):
    assert value_complaint(key, value, unit) is not None


@pytest.mark.parametrize(
    ("key", "value", "unit"),
    [
        ("review_window", "unlimited", "choice"),
        ("review_window", "5", "working_days"),
        ("review_stages", "intake,delivery", "choice"),
        ("level_scores", "10,8,6,3,0", "points"),
        ("amber_threshold", "100", "percent"),
        ("quiet_from", "23:59", "clock"),
    ],
)
def test_a_value_as_its_rule_writes_it(key: str, value: str, unit: str):
    assert value_complaint(key, value, unit) is None


@pytest.mark.parametrize(
    ("served", "days", "unit", "ends"),
    [
        # 5 working days (赣州): Monday's service until the end of the next Monday.
        ("2026-06-01T10:00", 5, Unit.WORKING_DAYS, "2026-06-09T00:00"),
        ("2026-06-05T23:59", 1, Unit.WORKING_DAYS, "2026-06-09T00:00"),
        # National Day 2026: the seven free days do not count, the worked Saturday does.
        ("2026-09-30T10:00", 2, Unit.WORKING_DAYS, "2026-10-10T00:00"),
        ("2026-06-05T10:00", 7, Unit.DAYS, "2026-06-13T00:00"),
        ("2026-06-01T10:00", None, Unit.WORKING_DAYS, None),
        # Beyond the calendar nobody is shut out by a guess.
        ("2026-12-30T10:00", 5, Unit.WORKING_DAYS, None),
    ],
)
def test_until_when_a_service_may_be_reviewed(served: str, days: int | None, unit: Unit, ends: str | None):
    terms = worlds.terms(review_window_days=days, review_window_unit=unit)

    assert review_window_ends(at(served), terms, REAL) == (at(ends) if ends else None)


@pytest.mark.parametrize(
    ("moment", "quiet", "ends"),
    [
        ("2026-06-01T20:59", False, "2026-06-02T08:00"),
        ("2026-06-01T21:00", True, "2026-06-02T08:00"),
        ("2026-06-02T00:00", True, "2026-06-02T08:00"),
        ("2026-06-02T07:59", True, "2026-06-02T08:00"),
        ("2026-06-02T08:00", False, "2026-06-03T08:00"),
    ],
)
def test_quiet_hours_pass_midnight(moment: str, quiet: bool, ends: str):
    assert is_quiet(at(moment), time(21), time(8)) is quiet
    assert quiet_ends(at(moment), time(8)) == at(ends)


def test_quiet_hours_may_lie_within_a_day():
    assert [is_quiet(at(f"2026-06-01T{clock}"), time(12), time(14)) for clock in ("11:59", "13:00", "14:00")] == [
        False, True, False,
    ]  # fmt: skip


def _row(
    first: str, last: str = "", working: str = "no", name: str = "元旦 春节 清明 劳动 端午 中秋 国庆"
) -> dict[str, str]:
    return {"from": first, "to": last, "working": working, "name": name}


def test_a_notice_speaks_only_of_exceptions():
    days, complaints = year_of_notice(
        2027, [_row("2026-12-31", "2027-01-02"), _row("2027-01-09", working="yes")]
    )

    assert complaints == []
    assert len(days) == 365 + 1
    assert not days[date(2026, 12, 31)][0]
    assert days[date(2027, 1, 9)][0]
    assert (days[date(2027, 1, 4)], days[date(2027, 1, 10)]) == ((True, ""), (False, ""))


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        (_row(""), "missing_value", "from"),
        (_row("2027-01-01", name=""), "missing_value", "name"),
        (_row("2027-01-01", working=""), "missing_value", "working"),
        (_row("2027-01-01", working="maybe"), "not_a_choice", "working"),
        (_row("2027-01-01", name="节" * 61), "too_long", "name"),
        (_row("2027-01-01", name="节\0"), "control_characters", "name"),
        (_row("1/1/2027"), "bad_day", "from"),
        (_row("2027-01-01", "2027-01-32"), "bad_day", "to"),
        (_row("2027-01-03", "2027-01-01"), "long_holiday", "to"),
        (_row("2027-10-01", "2027-11-07"), "long_holiday", "to"),
        (_row("2026-11-30"), "outside_year", "from"),
        (_row("2027-12-31", "2028-01-02"), "outside_year", "from"),
        (_row("2027-01-04", working="yes"), "worked_anyway", "from"),
    ],
)
def test_a_row_of_a_notice_that_cannot_be_read_is_named(row: dict[str, str], code: str, field: str):
    _, complaints = year_of_notice(2027, [_row("2027-05-01"), row])

    assert [(n, found.code, found.field) for n, found in complaints] == [(1, code, field)]


def test_a_day_named_twice_is_complained_of():
    _, complaints = year_of_notice(2027, [_row("2027-10-01", "2027-10-07"), _row("2027-10-07")])

    assert [(n, found.code) for n, found in complaints] == [(1, "day_twice")]


def test_half_a_notice_is_refused():
    with pytest.raises(Refused, match="holiday_missing") as refused:
        year_of_notice(2027, [_row("2027-01-01", name="元旦")])

    assert refused.value.complaint.params["names"] == "春节、清明、劳动、端午、中秋、国庆"


def test_the_years_of_the_library_come_out_of_their_notices():
    """A notice made of what the library knows of 2025 gives the library's year again."""
    year = list(chinese_calendar.get_dates(date(2025, 1, 1), date(2025, 12, 31)))
    odd = [day for day in year if chinese_calendar.is_workday(day) is not (day.weekday() < 5)]
    rows = [_row(day.isoformat(), working="yes" if chinese_calendar.is_workday(day) else "no") for day in odd]

    days, complaints = year_of_notice(2025, rows)

    assert complaints == []
    assert {day: works for day, (works, _) in days.items()} == {
        day: chinese_calendar.is_workday(day) for day in year
    }


def test_every_choice_of_a_rule_has_its_words():
    chosen = {
        one for rule in RULES.values() if {Unit.CHOICE, Unit.YES_NO} & {*rule.units} for one in rule.choices
    }

    assert CHOICES.keys() == chosen | {"yes", "no"}

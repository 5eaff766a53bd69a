"""规则库 rules: reading a profile's rows, arithmetic in working time, and what a notice of holidays says.

A deadline counted in days begins on the day after the event and ends with the last working hour of the last day. A
day without a row in the calendar has no answer: no guessed deadline.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from haochaping.directory.terms import BAD_LENGTH, CONTROL_CHARACTERS, MISSING_VALUE, NOT_A_CHOICE
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.refused import Complaint, Refused
from haochaping.kernel.text import has_forbidden_control
from haochaping.rulebook.terms import (
    BAD_DAY,
    BAD_PROFILE_CODE,
    BAD_VALUE,
    CHOICES,
    DAY_HAS_BEGUN,
    DAY_TWICE,
    FIXED_HOLIDAYS,
    HISTORICAL_ONLY,
    HOLIDAY_MISSING,
    HOLIDAYS,
    IN_THE_PAST,
    LONG_HOLIDAY,
    NO_RULES,
    OUTSIDE_YEAR,
    RULES,
    SILENCE_IS_NO_REVIEW,
    UNKNOWN_RULE,
    WORKED_ANYWAY,
    Key,
    Terms,
    Unit,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from haochaping.rulebook.terms import ProfileRow, Rule

_WRITTEN = {
    Unit.MINUTES: r"[0-9]{1,5}",
    Unit.WORKING_HOURS: r"[0-9]{1,4}",
    Unit.WORKING_DAYS: r"[0-9]{1,3}",
    Unit.DAYS: r"[0-9]{1,4}",
    Unit.MONTHS: r"[0-9]{1,2}",
    Unit.COUNT: r"[0-9]{1,4}",
    Unit.PERCENT: r"100|[0-9]{1,2}",
    Unit.CLOCK: r"(?:[01][0-9]|2[0-3]):[0-5][0-9]",
    Unit.LEVELS: r"[1-5](?:,[1-5])*",
    Unit.POINTS: r"[0-9]{1,3}(?:,[0-9]{1,3}){4}",
    Unit.YES_NO: r"yes|no",
    Unit.CODE: r"[a-z0-9][a-z0-9-]{0,39}",
}
UNLIMITED, NO_DEFAULT = "unlimited", "none"
_SATURDAY = 5
# The longest so far had nine days (2026); a month mistyped is found by this.
_LONGEST_HOLIDAY = 15
_NAME_LENGTH = 60
_DAY = timedelta(days=1)
_OWN_CODE = re.compile(r"own-[a-z0-9-]{1,36}")

type Row = Mapping[str, str]
type NoticeDays = dict[date, tuple[bool, str]]


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days are worked (调休 included) and from when to when, in Beijing time."""

    working: Mapping[date, bool]
    start: time
    end: time

    def is_working(self, day: date) -> bool | None:
        """Whether the day is worked; None when the calendar does not reach it."""
        return self.working.get(day)


def add_working_days(day: date, days: int, calendar: WorkingCalendar) -> date | None:
    """The `days`-th working day after `day`, `day` itself for 0; None beyond the calendar."""
    while days > 0:
        day += _DAY
        working = calendar.is_working(day)
        if working is None:
            return None
        days -= working
    return day


def working_days_between(day: date, later: date, calendar: WorkingCalendar) -> int | None:
    """How many working days lie after `day` up to `later`; negative when `later` is earlier, None beyond the calendar."""
    if later < day:
        back = working_days_between(later, day, calendar)
        return None if back is None else -back
    found = [calendar.is_working(day + timedelta(days=n)) for n in range(1, (later - day).days + 1)]
    return None if None in found else sum(filter(None, found))


def due_after(begun: datetime, limit: int, unit: Unit, calendar: WorkingCalendar) -> datetime | None:
    """The end of a limit in working days, or in days of the calendar, which no calendar need know."""
    if unit == Unit.DAYS:
        return datetime.combine(local_day(begun) + timedelta(days=limit), calendar.end, BEIJING)
    return due_after_working_days(begun, limit, calendar)


def due_after_working_days(begun: datetime, days: int, calendar: WorkingCalendar) -> datetime | None:
    """The end of the `days`-th working day after the day of `begun`; None beyond the calendar."""
    day = add_working_days(local_day(begun), days, calendar)
    return None if day is None else datetime.combine(day, calendar.end, BEIJING)


def due_same_day(begun: datetime, calendar: WorkingCalendar) -> datetime | None:
    """The end of the day of `begun`, or of the next one that is worked when its hours are over; None beyond the calendar."""
    first = after_working_time(begun, timedelta.resolution, calendar)
    return None if first is None else datetime.combine(first.date(), calendar.end, BEIJING)


def due_after_working_hours(begun: datetime, hours: int, calendar: WorkingCalendar) -> datetime | None:
    """The moment when `hours` working hours have passed since `begun`; None beyond the calendar."""
    return after_working_time(begun, timedelta(hours=hours), calendar)


def after_working_time(begun: datetime, span: timedelta, calendar: WorkingCalendar) -> datetime | None:
    """The moment when so much working time has passed since `begun`; None beyond the calendar."""
    left = span
    moment = begun.astimezone(BEIJING)
    while True:
        day = moment.date()
        working = calendar.is_working(day)
        if working is None:
            return None
        opens = datetime.combine(day, calendar.start, BEIJING)
        closes = datetime.combine(day, calendar.end, BEIJING)
        begin = max(moment, opens)
        if working and begin < closes:
            if closes - begin >= left:
                return begin + left
            left -= closes - begin
        moment = datetime.combine(day + _DAY, time(0), BEIJING)


def working_time_between(begun: datetime, ended: datetime, calendar: WorkingCalendar) -> timedelta | None:
    """How much working time lies between two moments, 0 when the second is earlier; None beyond the calendar."""
    begun, ended = begun.astimezone(BEIJING), ended.astimezone(BEIJING)
    passed, day = timedelta(), begun.date()
    while day <= ended.date():
        working = calendar.is_working(day)
        if working is None:
            return None
        if working:
            first = max(begun, datetime.combine(day, calendar.start, BEIJING))
            last = min(ended, datetime.combine(day, calendar.end, BEIJING))
            passed += max(last - first, timedelta())
        day += _DAY
    return passed


def overlaid(
    known: Mapping[date, bool], said: Iterable[tuple[str, date, bool | None]], codes: Sequence[str]
) -> dict[date, bool]:
    """The calendar of a division: what the nearest of `codes` (top first) says of a day, else what is known.

    `said` is (division, day, worked or None for “as above again”), older versions first.
    """
    newest = {(code, day): works for code, day, works in said}
    days = dict(known)
    for (_, day), works in sorted(newest.items(), key=lambda found: codes.index(found[0][0])):
        if works is not None:
            days[day] = works
    return days


def years_incomplete(known: Iterable[date], first: date, last: date) -> list[int]:
    """The years of which a day between `first` and `last` is not known."""
    days = {first + timedelta(days=n) for n in range((last - first).days + 1)}
    return sorted({day.year for day in days - set(known)})


def sample_days(first: date, last: date) -> dict[date, bool]:
    """A made-up calendar for what is made up itself: Monday to Friday, but for the holidays whose date is fixed by law.

    Neither holidays by the moon nor 调休 are in it, which the State Council tells year by year: no office may go by it.
    """
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return {day: day.weekday() < _SATURDAY and (day.month, day.day) not in FIXED_HOLIDAYS for day in days}


def terms_of(
    profile: str,
    values: Mapping[str, str],
    day: date,
    *,
    units: Mapping[str, str] | None = None,
    division_path: str = "",
) -> Terms:
    """Make the frozen terms from a profile's rows; raise `Refused(NO_RULES)` naming the missing value."""
    said = units or {}

    def value(key: Key) -> str:
        if key not in values:
            raise Refused(NO_RULES, key=key, day=day)
        return values[key]

    def unit(key: Key) -> Unit:
        return Unit(said.get(key, Unit.WORKING_DAYS))

    def days(key: Key) -> timedelta:
        return timedelta(days=int(value(key)))

    window = value(Key.REVIEW_WINDOW)
    return Terms(
        profile=profile,
        change_window=timedelta(minutes=int(value(Key.CHANGE_WINDOW_MINUTES))),
        invitation_valid=days(Key.INVITATION_DAYS),
        sign_limit_hours=int(value(Key.SIGN_LIMIT_WORKING_HOURS)),
        first_contact_days=int(value(Key.FIRST_CONTACT_LIMIT)),
        first_contact_unit=unit(Key.FIRST_CONTACT_LIMIT),
        simple_rectify_days=int(value(Key.SIMPLE_RECTIFY_LIMIT)),
        simple_rectify_unit=unit(Key.SIMPLE_RECTIFY_LIMIT),
        complex_rectify_days=int(value(Key.COMPLEX_RECTIFY_LIMIT)),
        complex_rectify_unit=unit(Key.COMPLEX_RECTIFY_LIMIT),
        quality_check_days=int(value(Key.QUALITY_CHECK_LIMIT)),
        quality_check_unit=unit(Key.QUALITY_CHECK_LIMIT),
        extensions_at_most=int(value(Key.EXTENSIONS_AT_MOST)),
        extension_days=int(value(Key.EXTENSION_LIMIT)),
        extension_unit=unit(Key.EXTENSION_LIMIT),
        returns_at_most=int(value(Key.RETURNS_AT_MOST)),
        return_needs_approval=value(Key.RETURN_NEEDS_APPROVAL) == "yes",
        reopenings_at_most=int(value(Key.REOPENINGS_AT_MOST)),
        amber_threshold=int(value(Key.AMBER_THRESHOLD)),
        report_late=days(Key.REPORT_LATE_DAYS),
        report_very_late=days(Key.REPORT_VERY_LATE_DAYS),
        same_review_share=int(value(Key.SAME_REVIEW_SHARE)),
        same_moment_share=int(value(Key.SAME_MOMENT_SHARE)),
        default_value_share=int(value(Key.DEFAULT_VALUE_SHARE)),
        call_attempts=int(value(Key.CALL_ATTEMPTS)),
        call_attempts_within=timedelta(days=int(value(Key.CALL_ATTEMPTS_WITHIN_DAYS))),
        workday_start=time.fromisoformat(value(Key.WORKDAY_START)),
        workday_end=time.fromisoformat(value(Key.WORKDAY_END)),
        division_path=division_path,
        bad_needs_text=value(Key.BAD_NEEDS_TEXT) == "yes",
        review_window_days=None if window == UNLIMITED else int(window),
        review_window_unit=unit(Key.REVIEW_WINDOW),
        follow_up_reviews=int(value(Key.FOLLOW_UP_REVIEWS)),
        rating_window=days(Key.RATING_WINDOW_DAYS),
        invitation_after=days(Key.INVITATION_AFTER_DAYS),
        second_invitation_after=days(Key.SECOND_INVITATION_AFTER_DAYS),
        invitations_at_most=int(value(Key.INVITATIONS_AT_MOST)),
        invitation_channels=frozenset(value(Key.INVITATION_CHANNEL).split(",")),
        quiet_from=time.fromisoformat(value(Key.QUIET_FROM)),
        quiet_until=time.fromisoformat(value(Key.QUIET_UNTIL)),
        interview_after_months=int(value(Key.INTERVIEW_AFTER_MONTHS)),
        dispatched_by_hotline=value(Key.DISPATCH_VIA) == "hotline_12345",
        dispatch_time=timedelta(minutes=int(value(Key.DISPATCH_MINUTES))),
        first_contact_same_day=value(Key.FIRST_CONTACT_SAME_DAY) == "yes",
        rectification_levels=int(value(Key.RECTIFICATION_LEVELS)),
        messages_a_day=int(value(Key.MESSAGES_A_DAY)),
        supervision_answer_days=int(value(Key.SUPERVISION_ANSWER_LIMIT)),
        supervision_answer_unit=unit(Key.SUPERVISION_ANSWER_LIMIT),
        reform_answer_days=int(value(Key.REFORM_ANSWER_LIMIT)),
        reform_answer_unit=unit(Key.REFORM_ANSWER_LIMIT),
        reform_change_days=int(value(Key.REFORM_CHANGE_LIMIT)),
        reform_change_unit=unit(Key.REFORM_CHANGE_LIMIT),
        repeat_offender_orders=int(value(Key.REPEAT_OFFENDER_ORDERS)),
        repeat_offender_days=int(value(Key.REPEAT_OFFENDER_DAYS)),
        sample_bad_closed=int(value(Key.SAMPLE_BAD_CLOSED)),
        sample_good=int(value(Key.SAMPLE_GOOD)),
        sample_at_least=int(value(Key.SAMPLE_AT_LEAST)),
        sample_half_width=int(value(Key.SAMPLE_HALF_WIDTH)),
        sample_expected_share=int(value(Key.SAMPLE_EXPECTED_SHARE)),
        sample_answer_within=days(Key.SAMPLE_ANSWER_DAYS),
        samples_by_phone="ivr" in value(Key.SAMPLE_CHANNEL).split(","),
        unread_limit_hours=int(value(Key.UNREAD_LIMIT_WORKING_HOURS)),
        complaint_days=int(value(Key.COMPLAINT_LIMIT)),
        complaint_unit=unit(Key.COMPLAINT_LIMIT),
        suggestion_days=int(value(Key.SUGGESTION_LIMIT)),
        suggestion_unit=unit(Key.SUGGESTION_LIMIT),
        after_sales_days=int(value(Key.AFTER_SALES_LIMIT)),
        after_sales_unit=unit(Key.AFTER_SALES_LIMIT),
        personal_data_days=int(value(Key.PERSONAL_DATA_REQUEST_LIMIT)),
        personal_data_unit=unit(Key.PERSONAL_DATA_REQUEST_LIMIT),
        appeal_days=int(value(Key.APPEAL_WINDOW)),
        appeal_unit=unit(Key.APPEAL_WINDOW),
        appeal_decision_days=int(value(Key.APPEAL_DECISION_LIMIT)),
        appeal_decision_unit=unit(Key.APPEAL_DECISION_LIMIT),
        appeal_pauses_deadline=value(Key.APPEAL_PAUSES_DEADLINE) == "yes",
        malicious_is_invalid=value(Key.MALICIOUS_IS_INVALID) == "yes",
        conceals_reviewer=value(Key.CONCEALMENT) == "full",
        hotline_clock_rules=value(Key.HOTLINE_CLOCK) == "theirs",
    )


def check_no_default(profile: ProfileRow, key: str, value: str) -> None:
    """Raise `Refused(SILENCE_IS_NO_REVIEW)`: only an old law that explains imported records says otherwise."""
    if key == Key.DEFAULT_ON_EXPIRY and value != NO_DEFAULT and profile.may_choose:
        raise Refused(SILENCE_IS_NO_REVIEW, field="value")


def review_window_ends(served_at: datetime, terms: Terms, calendar: WorkingCalendar) -> datetime | None:
    """Until when a service may be reviewed: the end of the last day, office open or not.

    None where there is no limit, and where the calendar does not reach: nobody is shut out by a guess.
    """
    if terms.review_window_days is None:
        return None
    served = local_day(served_at)
    if terms.review_window_unit == Unit.DAYS:
        last: date | None = served + timedelta(days=terms.review_window_days)
    else:
        last = add_working_days(served, terms.review_window_days, calendar)
    return None if last is None else datetime.combine(last + _DAY, time(0), BEIJING)


def is_quiet(moment: datetime, quiet_from: time, quiet_until: time) -> bool:
    """Whether nobody is to be disturbed; hours that begin later than they end pass midnight."""
    clock = moment.astimezone(BEIJING).time()
    if quiet_from <= quiet_until:
        return quiet_from <= clock < quiet_until
    return clock >= quiet_from or clock < quiet_until


def quiet_ends(moment: datetime, quiet_until: time) -> datetime:
    """The next moment at which quiet hours end."""
    ends = datetime.combine(local_day(moment), quiet_until, BEIJING)
    return ends if ends > moment else ends + _DAY


def check_may_follow(profile: ProfileRow, field: str = "profile") -> None:
    """Raise `Refused(HISTORICAL_ONLY)` for a profile that only explains old records."""
    if not profile.may_choose:
        raise Refused(HISTORICAL_ONLY, field=field, value=profile.code)


def check_own_code(code: str) -> None:
    """Raise `Refused(BAD_PROFILE_CODE)` unless the code can be that of a profile made here.

    It begins as no shipped one does, so that no later version of the program brings another profile of that code.
    """
    if not _OWN_CODE.fullmatch(code):
        raise Refused(BAD_PROFILE_CODE, field="code", value=code)


def check_not_past(day: date, now: datetime, field: str) -> None:
    """Raise `Refused(IN_THE_PAST)`: what held on a day that is over stays as it was."""
    today = local_day(now)
    if day < today:
        raise Refused(IN_THE_PAST, field=field, day=day, today=today)


def check_ahead(day: date, now: datetime, field: str) -> None:
    """Raise `Refused(DAY_HAS_BEGUN)` unless the day is yet to come (trust.md C47).

    What happened earlier today has its deadlines by the rules of today, and pages explain it by them: another value for
    today would reach back. Nothing needs one: a new installation goes by the shipped values until its own begin.
    """
    today = local_day(now)
    if day <= today:
        raise Refused(DAY_HAS_BEGUN, field=field, day=day, first=today + _DAY)


def value_complaint(key: str, value: str, unit: str) -> Complaint | None:
    """What is wrong with a value: an unknown rule, a unit the rule does not use, text that is none of that unit."""
    if key not in set(Key):
        return Complaint(UNKNOWN_RULE, "key", {"value": key})
    rule = RULES[Key(key)]
    if unit in rule.units and _is_written(value, Unit(unit), rule):
        return None
    params = {
        "key": rule,
        "value": value,
        "unit": Unit(unit) if unit in set(Unit) else unit,
        "units": rule.units,
        "choices": tuple(CHOICES.get(one, one) for one in rule.choices) or "-",
    }
    return Complaint(BAD_VALUE, "value", params)


def text_complaint(field: str, text: str, limit: int) -> Complaint | None:
    """What is wrong with a line that somebody typed: empty, overlong, or with characters that cannot be seen."""
    if not text.strip():
        return Complaint(MISSING_VALUE, field)
    if len(text) > limit:
        return Complaint(BAD_LENGTH, field, {"length": len(text), "limit": limit})
    return Complaint(CONTROL_CHARACTERS, field) if has_forbidden_control(text) else None


def _is_written(value: str, unit: Unit, rule: Rule) -> bool:
    if unit == Unit.CHOICE:
        said = value.split(",")
        return set(said) <= set(rule.choices) and (
            len(said) == 1 or (rule.several and len({*said}) == len(said))
        )
    if rule.choices and Unit.CHOICE not in rule.units and value not in rule.choices:
        return False
    return re.fullmatch(_WRITTEN[unit], value) is not None


def year_of_notice(year: int, rows: Sequence[Row]) -> tuple[NoticeDays, list[tuple[int, Complaint]]]:
    """Every day of a year, worked or not, from a State Council notice on holidays and 调休.

    Weekends are free and other days worked unless a row says otherwise. A notice may name days of the December
    before. Rows have the columns of `NOTICE_COLUMNS`; complaints carry the row's number from 0, and no day is to be
    believed when there is one.

    Raises:
        Refused: HOLIDAY_MISSING when a holiday of every year is not named.
    """
    named: NoticeDays = {}
    complaints: list[tuple[int, Complaint]] = []
    for n, row in enumerate(rows):
        found = _days_of(year, row)
        if isinstance(found, Complaint):
            complaints.append((n, found))
        elif twice := named.keys() & found.keys():
            complaints.append((n, Complaint(DAY_TWICE, "from", {"day": min(twice)})))
        else:
            named |= found
    names = " ".join(row.get("name", "") for row in rows)
    missing = [holiday for holiday in HOLIDAYS if holiday not in names]
    if missing and not complaints:
        raise Refused(HOLIDAY_MISSING, field="name", year=year, names="、".join(missing))
    new_year = date(year, 1, 1)
    days = (new_year + timedelta(days=n) for n in range((date(year, 12, 31) - new_year).days + 1))
    return {day: (day.weekday() < _SATURDAY, "") for day in days} | named, complaints


def _days_of(year: int, row: Row) -> NoticeDays | Complaint:
    empty = next((column for column in ("from", "working", "name") if not row.get(column)), None)
    if empty:
        return Complaint(MISSING_VALUE, empty)
    if row["working"] not in {"yes", "no"}:
        params = {"value": row["working"], "field": "working", "choices": "yes, no"}
        return Complaint(NOT_A_CHOICE, "working", params)
    return text_complaint("name", row["name"], _NAME_LENGTH) or _named_days(year, row)


def _named_days(year: int, row: Row) -> NoticeDays | Complaint:
    ends = [_day(row["from"], "from"), _day(row.get("to") or row["from"], "to")]
    wrong = next((end for end in ends if isinstance(end, Complaint)), None)
    if wrong:
        return wrong
    first, last = (end for end in ends if isinstance(end, date))
    if complaint := _span_complaint(year, first, last):
        return complaint
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    worked = row["working"] == "yes"
    weekday = next((day for day in days if worked and day.weekday() < _SATURDAY), None)
    if weekday:
        return Complaint(WORKED_ANYWAY, "from", {"day": weekday})
    return dict.fromkeys(days, (worked, row["name"]))


def _day(text: str, field: str) -> date | Complaint:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return Complaint(BAD_DAY, field, {"value": text})


def _span_complaint(year: int, first: date, last: date) -> Complaint | None:
    days = (last - first).days + 1
    if not 1 <= days <= _LONGEST_HOLIDAY:
        params = {"first": first, "last": last, "days": days, "limit": _LONGEST_HOLIDAY}
        return Complaint(LONG_HOLIDAY, "to", params)
    outside = next(
        (day for day in (first, last) if not date(year - 1, 12, 1) <= day <= date(year, 12, 31)), None
    )
    return Complaint(OUTSIDE_YEAR, "from", {"day": outside, "year": year}) if outside else None

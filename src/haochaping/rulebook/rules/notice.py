"""What a State Council notice of holidays and 调休 says of the days of a year."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from haochaping.directory.terms import MISSING_VALUE, NOT_A_CHOICE
from haochaping.kernel.refused import Complaint, Refused
from haochaping.rulebook.rules.working_time import SATURDAY
from haochaping.rulebook.rules.written import text_complaint
from haochaping.rulebook.terms import (
    BAD_DAY,
    DAY_TWICE,
    HOLIDAY_MISSING,
    HOLIDAYS,
    LONG_HOLIDAY,
    OUTSIDE_YEAR,
    WORKED_ANYWAY,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# The longest so far had nine days (2026); a month mistyped is found by this.
_LONGEST_HOLIDAY = 15
_NAME_LENGTH = 60

type Row = Mapping[str, str]
type NoticeDays = dict[date, tuple[bool, str]]


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
    return {day: (day.weekday() < SATURDAY, "") for day in days} | named, complaints


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
    weekday = next((day for day in days if worked and day.weekday() < SATURDAY), None)
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

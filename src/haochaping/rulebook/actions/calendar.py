"""The working calendar, and what divisions say of its days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.rulebook.access import EVERYWHERE, check_edit
from haochaping.rulebook.actions.steps import division_of, lock, next_version, record, record_of, refuse
from haochaping.rulebook.models import CalendarDay, CalendarOverlay
from haochaping.rulebook.rules import check_not_past, sample_days, text_complaint, year_of_notice
from haochaping.rulebook.terms import (
    IN_THE_PAST,
    NO_SAMPLE_HERE,
    NOTHING_TO_WITHDRAW,
    SAMPLE_DIVISIONS,
    DayChange,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from haochaping.kernel.actor import Actor
    from haochaping.kernel.refused import Complaint
    from haochaping.rulebook.rules import Row
    from haochaping.rulebook.terms import DaySaid, YearSaid

_REASON_LENGTH = 100


def say_of_day(said: DaySaid, *, by: Actor, now: datetime) -> None:
    """Say that a division and all below it work on a day, or do not, or take back what it said.

    What was taken back holds again as above it. Deadlines already promised stay as they are.

    Raises:
        Refused: UNKNOWN_CODE, NO_POWER, IN_THE_PAST, NOTHING_TO_WITHDRAW, or what is wrong with the reason.
    """
    place = division_of(said.division)
    check_edit(by, place.path)
    before = CalendarOverlay.objects.filter(division_id=place.id, day=said.day).order_by("-version")
    if said.is_working is None:
        last = before.values_list("is_working", flat=True).first()
        if last is None:
            raise Refused(NOTHING_TO_WITHDRAW, field="day", day=said.day)
    refuse(text_complaint("reason", said.reason, _REASON_LENGTH))
    check_not_past(said.day, now, "day")
    lock()
    CalendarOverlay.objects.create(
        division_id=place.id,
        day=said.day,
        is_working=said.is_working,
        reason=said.reason,
        version=next_version(before.aggregate(last=Max("version"))),
    )
    record(said, by=by, now=now, fields={"reason": said.reason})


@transaction.atomic
def assume_days(*, division: str, until: date, reason: str, by: Actor, now: datetime) -> int:
    """Let a made-up division and all below it work on sample days wherever the calendar knows none; how many days.

    A day that is known, or was ever spoken of there, stays. For a demo, whose orders need their deadlines whatever day it
    is begun on; an installation that serves people waits for the notice.

    Raises:
        Refused: UNKNOWN_CODE, NO_POWER, NO_SAMPLE_HERE, or what is wrong with the reason.
    """
    place = division_of(division)
    check_edit(by, place.path)
    if not place.code.startswith(SAMPLE_DIVISIONS):
        raise Refused(NO_SAMPLE_HERE, field="division", value=place.code)
    refuse(text_complaint("reason", reason, _REASON_LENGTH))
    lock()
    known = set(CalendarDay.objects.filter(day__lte=until).values_list("day", flat=True))
    said = set(CalendarOverlay.objects.filter(division_id=place.id).values_list("day", flat=True))
    first = min(known, default=local_day(now))
    missing = {day: works for day, works in sample_days(first, until).items() if day not in known | said}
    CalendarOverlay.objects.bulk_create(
        [
            CalendarOverlay(division_id=place.id, day=day, is_working=works, reason=reason, version=1)
            for day, works in missing.items()
        ]
    )
    if missing:
        facts = {"days": str(len(missing)), "to": max(missing).isoformat(), "says": "sample"}
        record_of(f"division:{place.code}", by=by, now=now, facts=facts, fields={"reason": reason})
    return len(missing)


def put_year(said: YearSaid, *, by: Actor, now: datetime) -> None:
    """Put a year into the working calendar that two persons have read the notice of.

    Raises:
        Refused: as `import_year`, or the first complaint about a row of the notice.
    """
    _, complaints = import_year(year=said.year, rows=said.rows, by=by, now=now)
    refuse(complaints[0][1] if complaints else None)


@transaction.atomic
def import_year(
    *, year: int, rows: Sequence[Row], by: Actor, now: datetime, dry_run: bool = False
) -> tuple[list[DayChange], list[tuple[int, Complaint]]]:
    """Put a year into the working calendar from the rows of a State Council notice, all of it or nothing.

    Returns the days that are new or changed, and the complaints as (row number from 0, complaint); when there is a
    complaint, or on a dry run, nothing was written. A day not known so far may be past; a known one that is past stays.

    Raises:
        Refused: NO_POWER, HOLIDAY_MISSING, or IN_THE_PAST when the notice contradicts a day that is over.
    """
    check_edit(by, EVERYWHERE)
    notice, complaints = year_of_notice(year, rows)
    if complaints:
        return [], complaints
    lock()
    known = dict(CalendarDay.objects.filter(day__in=notice).values_list("day", "is_working"))
    changed = [
        DayChange(day, known.get(day), works, name)
        for day, (works, name) in sorted(notice.items())
        if known.get(day) is not works
    ]
    today = local_day(now)
    bent = next((one.day for one in changed if one.before is not None and one.day < today), None)
    if bent:
        raise Refused(IN_THE_PAST, day=bent, today=today)
    if changed and not dry_run:
        CalendarDay.objects.bulk_create(
            [CalendarDay(day=one.day, is_working=one.works, note=one.name) for one in changed],
            update_conflicts=True,
            unique_fields=["day"],
            update_fields=["is_working", "note"],
        )
        facts = {
            "days": str(len(changed)),
            # Only days that said something else before; the others were unknown.
            "changed": " ".join(
                f"{one.day}:{'working' if one.works else 'off'}" for one in changed if one.before is not None
            ),
        }
        record_of(f"calendar:{year}", by=by, now=now, facts=facts)
    return changed, []

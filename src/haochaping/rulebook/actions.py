"""规则库 writes: profiles, who follows which, the calendar and its overlay. Rows are added, none is overwritten.

Only the days of the national calendar change in place, and only those to come: the ledger keeps what they said.
"""

from __future__ import annotations

import tomllib
from datetime import date
from importlib import resources
from typing import TYPE_CHECKING

import chinese_calendar
from django.db import transaction
from django.db.models import Max

from haochaping.directory import queries as directory
from haochaping.directory.terms import UNKNOWN_CODE
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.rulebook import queries
from haochaping.rulebook.access import EVERYWHERE, check_edit
from haochaping.rulebook.models import (
    CalendarDay,
    CalendarOverlay,
    Profile,
    ProfileChoice,
    RuleConfirmation,
    RuleValue,
)
from haochaping.rulebook.rules import (
    check_may_follow,
    check_no_default,
    check_not_past,
    sample_days,
    text_complaint,
    value_complaint,
    year_of_notice,
)
from haochaping.rulebook.terms import (
    ENDS_BEFORE_IT_BEGINS,
    IN_THE_PAST,
    NO_SAMPLE_HERE,
    NOTHING_TO_CONFIRM,
    NOTHING_TO_WITHDRAW,
    SAMPLE_DIVISIONS,
    VALUES_ADDED,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from haochaping.directory.terms import DivisionRef
    from haochaping.kernel.actor import Actor
    from haochaping.kernel.refused import Complaint
    from haochaping.rulebook.rules import Row
    from haochaping.rulebook.terms import Verified

_SOURCE_LENGTH, _REASON_LENGTH = 300, 100


@transaction.atomic
def install(*, by: Actor, now: datetime) -> int:
    """Add the shipped rows that are not there yet; what an administrator changed stays. Returns how many were new."""
    added = _install_profiles() + _install_calendar()
    if added:
        _record("shipped", by=by, now=now, facts={"rows": str(added)})
    return added


def _install_profiles() -> int:
    text = resources.files("haochaping.rulebook").joinpath("data/profiles.toml").read_text(encoding="utf-8")
    before = RuleValue.objects.count()
    made: dict[str, Profile] = {}
    for code, shipped in tomllib.loads(text).items():
        made[code], _ = Profile.objects.update_or_create(
            code=code,
            defaults={
                "name": shipped["name"],
                # A parent stands before its children in the file, so that no profile comes from itself.
                "parent": made[shipped["parent"]] if "parent" in shipped else None,
                "jurisdiction": shipped["jurisdiction"],
                "historical_only": shipped.get("historical_only", False),
            },
        )
        since = {"effective_from": shipped["effective_from"]}
        RuleValue.objects.bulk_create(
            [RuleValue(profile=made[code], **since | term) for term in shipped["terms"]],
            ignore_conflicts=True,
        )
    return RuleValue.objects.count() - before


def _install_calendar() -> int:
    before = CalendarDay.objects.count()
    published = chinese_calendar.holidays.keys() | chinese_calendar.workdays.keys()
    years = {day.year for day in published}
    days = chinese_calendar.get_dates(date(min(years), 1, 1), date(max(years), 12, 31))
    CalendarDay.objects.bulk_create(
        [
            CalendarDay(
                day=day,
                is_working=chinese_calendar.is_workday(day),
                note=chinese_calendar.holidays.get(day) or chinese_calendar.workdays.get(day) or "",
            )
            for day in days
        ],
        ignore_conflicts=True,
        batch_size=2000,
    )
    return CalendarDay.objects.count() - before


@transaction.atomic
def assign_profile(*, division: str, profile: str, effective_from: date, by: Actor, now: datetime) -> None:
    """Let a division and all below it follow a profile from a day on; said again for the same day, the newer one holds.

    Raises:
        Refused: UNKNOWN_CODE, UNKNOWN_PROFILE, HISTORICAL_ONLY, NO_POWER, or IN_THE_PAST.
    """
    place = _division(division)
    check_edit(by, place.path)
    check_may_follow(queries.profile(profile))
    check_not_past(effective_from, now, "effective_from")
    _lock()
    said = ProfileChoice.objects.filter(division_id=place.id, effective_from=effective_from)
    ProfileChoice.objects.create(
        division_id=place.id,
        profile=Profile.objects.get(code=profile),
        effective_from=effective_from,
        version=_next(said.aggregate(last=Max("version"))),
    )
    facts = {"profile": profile, "from": effective_from.isoformat()}
    _record(f"division:{place.code}", by=by, now=now, facts=facts)


@transaction.atomic
def set_value(
    *,
    profile: str,
    key: str,
    value: str,
    unit: str,
    source: str,
    verified: Verified,
    effective_from: date,
    effective_to: date | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Add a value to a profile from a day on; the rows before it stay, and on that day the newest version holds.

    Raises:
        Refused: NO_POWER unless the actor answers for the whole country of this installation, UNKNOWN_PROFILE,
            UNKNOWN_RULE, BAD_VALUE, SILENCE_IS_NO_REVIEW, IN_THE_PAST, ENDS_BEFORE_IT_BEGINS, or what is wrong with the source.
    """
    check_edit(by, EVERYWHERE)
    check_no_default(queries.profile(profile), key, value)
    _refuse(value_complaint(key, value, unit) or text_complaint("source", source, _SOURCE_LENGTH))
    check_not_past(effective_from, now, "effective_from")
    if effective_to and effective_to < effective_from:
        raise Refused(ENDS_BEFORE_IT_BEGINS, field="effective_to", first=effective_from, last=effective_to)
    _lock()
    was_confirmed = not queries.confirmation(profile).waiting
    found = Profile.objects.get(code=profile)
    said = RuleValue.objects.filter(profile=found, key=key, effective_from=effective_from)
    row = RuleValue.objects.create(
        profile=found,
        key=key,
        value=value,
        unit=unit,
        source=source,
        verified=verified,
        effective_from=effective_from,
        effective_to=effective_to,
        version=_next(said.aggregate(last=Max("version"))),
    )
    facts = {
        "key": key,
        "value": value,
        "unit": unit,
        "from": effective_from.isoformat(),
        "version": str(row.version),
    }
    _record(f"profile:{profile}", by=by, now=now, facts=facts, fields={"source": source})
    if was_confirmed:
        # Whoever adds a value to a checked profile has checked it.
        RuleConfirmation.objects.create(profile=found, last_value=row.pk, at=now, actor=str(by))


@transaction.atomic
def confirm_profile(*, profile: str, newest: int, by: Actor, now: datetime) -> None:
    """Say that every value of a profile was checked against the law of the place.

    `newest` is that of the `ConfirmationRow` the person saw.

    Raises:
        Refused: NO_POWER, UNKNOWN_PROFILE, NOTHING_TO_CONFIRM, or VALUES_ADDED when there are newer values.
    """
    check_edit(by, EVERYWHERE)
    queries.profile(profile)
    _lock()
    found = queries.confirmation(profile)
    if not found.waiting:
        raise Refused(NOTHING_TO_CONFIRM, field="profile")
    if found.newest != newest:
        raise Refused(VALUES_ADDED, field="profile")
    RuleConfirmation.objects.create(
        profile=Profile.objects.get(code=profile), last_value=newest, at=now, actor=str(by)
    )
    _record(f"profile:{profile}", by=by, now=now, facts={"confirmed": str(found.waiting)})


@transaction.atomic
def declare_day(*, division: str, day: date, is_working: bool, reason: str, by: Actor, now: datetime) -> None:
    """Say that a division and all below it work on a day, or do not. Deadlines already promised stay as they are.

    Raises:
        Refused: UNKNOWN_CODE, NO_POWER, IN_THE_PAST, or what is wrong with the reason.
    """
    place = _division(division)
    check_edit(by, place.path)
    _say_of_day(place, day, is_working, reason, by=by, now=now)


@transaction.atomic
def withdraw_day(*, division: str, day: date, reason: str, by: Actor, now: datetime) -> None:
    """Take back what a division said of a day: it holds again what holds above it.

    Raises:
        Refused: as `declare_day`, and NOTHING_TO_WITHDRAW.
    """
    place = _division(division)
    check_edit(by, place.path)
    _lock()
    newest = CalendarOverlay.objects.filter(division_id=place.id, day=day).order_by("-version").first()
    if newest is None or newest.is_working is None:
        raise Refused(NOTHING_TO_WITHDRAW, field="day", day=day)
    _say_of_day(place, day, None, reason, by=by, now=now)


def _say_of_day(
    place: DivisionRef, day: date, is_working: bool | None, reason: str, *, by: Actor, now: datetime
) -> None:
    _refuse(text_complaint("reason", reason, _REASON_LENGTH))
    check_not_past(day, now, "day")
    _lock()
    said = CalendarOverlay.objects.filter(division_id=place.id, day=day)
    CalendarOverlay.objects.create(
        division_id=place.id,
        day=day,
        is_working=is_working,
        reason=reason,
        version=_next(said.aggregate(last=Max("version"))),
    )
    word = {True: "working", False: "off", None: "withdrawn"}[is_working]
    facts = {"day": day.isoformat(), "says": word}
    _record(f"division:{place.code}", by=by, now=now, facts=facts, fields={"reason": reason})


@transaction.atomic
def assume_days(*, division: str, until: date, reason: str, by: Actor, now: datetime) -> int:
    """Let a made-up division and all below it work on sample days wherever the calendar knows none; how many days.

    A day that is known, or was ever spoken of there, stays. For a demo, whose orders need their deadlines whatever day it
    is begun on; an installation that serves people waits for the notice.

    Raises:
        Refused: UNKNOWN_CODE, NO_POWER, NO_SAMPLE_HERE, or what is wrong with the reason.
    """
    place = _division(division)
    check_edit(by, place.path)
    if not place.code.startswith(SAMPLE_DIVISIONS):
        raise Refused(NO_SAMPLE_HERE, field="division", value=place.code)
    _refuse(text_complaint("reason", reason, _REASON_LENGTH))
    _lock()
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
        _record(f"division:{place.code}", by=by, now=now, facts=facts, fields={"reason": reason})
    return len(missing)


@transaction.atomic
def import_year(
    *, year: int, rows: Sequence[Row], by: Actor, now: datetime, dry_run: bool = False
) -> tuple[list[date], list[tuple[int, Complaint]]]:
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
    _lock()
    known = dict(CalendarDay.objects.filter(day__in=notice).values_list("day", "is_working"))
    changed = sorted(day for day, (works, _) in notice.items() if known.get(day) is not works)
    today = local_day(now)
    bent = next((day for day in changed if day in known and day < today), None)
    if bent:
        raise Refused(IN_THE_PAST, day=bent, today=today)
    if changed and not dry_run:
        CalendarDay.objects.bulk_create(
            [CalendarDay(day=day, is_working=notice[day][0], note=notice[day][1]) for day in changed],
            update_conflicts=True,
            unique_fields=["day"],
            update_fields=["is_working", "note"],
        )
        facts = {
            "days": str(len(changed)),
            # Only days that said something else before; the others were unknown.
            "changed": " ".join(
                f"{day}:{'off' if known[day] else 'working'}" for day in changed if day in known
            ),
        }
        _record(f"calendar:{year}", by=by, now=now, facts=facts)
    return changed, []


def _division(code: str) -> DivisionRef:
    found = directory.division(code)
    if found is None:
        raise Refused(UNKNOWN_CODE, field="division", value=code)
    return found


def _refuse(complaint: Complaint | None) -> None:
    if complaint:
        raise Refused(complaint.reason, field=complaint.field, **complaint.params)


def _lock() -> None:
    """One change of the rulebook at a time, so that versions count up; readers never wait."""
    Profile.objects.select_for_update(no_key=True).get(code=queries.BASE)


def _next(found: Mapping[str, int | None]) -> int:
    return (found["last"] or 0) + 1


def _record(
    subject: str,
    *,
    by: Actor,
    now: datetime,
    facts: Mapping[str, str],
    fields: Mapping[str, str] | None = None,
) -> None:
    entry = NewEntry(EntryKind.RULEBOOK_CHANGED, "rulebook", subject, fields=fields or {}, facts=facts)
    ledger.append([entry], by=by, now=now)

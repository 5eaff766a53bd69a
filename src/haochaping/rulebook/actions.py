"""规则库 writes: the shipped profiles and the calendar become rows; a value is never overwritten."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib import resources
from typing import TYPE_CHECKING

import chinese_calendar
from django.db import transaction

from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.rulebook.models import CalendarDay, Profile, RuleValue

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor


@transaction.atomic
def install(*, by: Actor, now: datetime) -> int:
    """Add the shipped rows that are not there yet; what an administrator changed stays. Returns how many were new."""
    added = _install_profiles() + _install_calendar()
    if added:
        entry = NewEntry(EntryKind.RULEBOOK_CHANGED, "rulebook", "shipped", facts={"rows": str(added)})
        ledger.append([entry], by=by, now=now)
    return added


def _install_profiles() -> int:
    text = resources.files("haochaping.rulebook").joinpath("data/profiles.toml").read_text(encoding="utf-8")
    before = RuleValue.objects.count()
    for code, shipped in tomllib.loads(text).items():
        profile, _ = Profile.objects.get_or_create(code=code, defaults={"name": shipped["name"]})
        RuleValue.objects.bulk_create(
            [RuleValue(profile=profile, **term) for term in shipped["terms"]], ignore_conflicts=True
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

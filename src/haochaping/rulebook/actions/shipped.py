"""What comes with the program: profiles and calendar."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib import resources
from typing import TYPE_CHECKING

import chinese_calendar
from django.db import transaction

from haochaping.rulebook.actions.steps import record_of
from haochaping.rulebook.models import CalendarDay, Profile, RuleValue

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor


@transaction.atomic
def install(*, by: Actor, now: datetime) -> int:
    """Add the shipped rows that are not there yet; what an administrator changed stays. Returns how many were new."""
    added = _install_profiles() + _install_calendar()
    if added:
        record_of("shipped", by=by, now=now, facts={"rows": str(added)})
    return added


def _install_profiles() -> int:
    # Where a place has made rules of its own, those hold; what is shipped for it can be assigned.
    own = set(Profile.objects.exclude(source="").values_list("jurisdiction", flat=True))
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
                "jurisdiction": "" if shipped["jurisdiction"] in own else shipped["jurisdiction"],
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

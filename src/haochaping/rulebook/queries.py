"""规则库 reads: the terms that hold for a division on a day and why, the working calendar, and what the console shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from importlib import resources
from typing import TYPE_CHECKING, Any

from django.db import connection

from haochaping.directory import queries as directory
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.rulebook.models import CalendarDay, CalendarOverlay, Profile, ProfileChoice, RuleValue
from haochaping.rulebook.rules import WorkingCalendar, overlaid, terms_of, years_incomplete
from haochaping.rulebook.terms import (
    UNKNOWN_PROFILE,
    ChoiceRow,
    OverlayRow,
    ProfileRow,
    ValueRow,
    Verified,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from haochaping.rulebook.terms import Terms

BASE = "cn-base"
# The longest deadline is 15 working days; a span of long holidays and weekends fits well within this.
_REACH = timedelta(days=90)
# Long enough for the longest deadline in all but the rarest weeks, and short enough that the State Council has spoken.
_AHEAD = timedelta(days=30)
_IN_FORCE = resources.files("haochaping.rulebook").joinpath("sql/in_force.sql").read_text(encoding="utf-8")
_VALUE = (
    "profile__code",
    "key",
    "value",
    "unit",
    "source",
    "verified",
    "effective_from",
    "effective_to",
    "version",
)


def terms_for(division_path: str, day: date) -> Terms:
    """The terms in force for a division: the nearest profile up its path, filled from its parents up to the base.

    Raises:
        Refused: NO_RULES when a value is missing.
    """
    followed, rows = _in_force(division_path, day)
    return terms_of(
        followed,
        {row.key: row.value for row in rows},
        day,
        units={row.key: row.unit for row in rows},
        division_path=division_path,
    )


def terms_for_division(division_id: int, day: date) -> Terms:
    """The same, by the division's id."""
    return terms_for(directory.division_by_id(division_id).path, day)


def terms_for_divisions(division_ids: Iterable[int], day: date) -> dict[int, Terms]:
    """The terms of several divisions, by their ids."""
    return terms_for_paths({pk: ref.path for pk, ref in directory.divisions_by_id(division_ids).items()}, day)


def terms_for_paths[K](paths: Mapping[K, str], day: date) -> dict[K, Terms]:
    """The same, by their paths: asked once for all whom no profile tells apart."""
    if len(paths) == 1:
        return {key: terms_for(path, day) for key, path in paths.items()}
    heard = _heard_of({code for path in paths.values() for code in _codes(path)})
    found: dict[tuple[str, ...], Terms] = {}
    terms = {}
    for key, path in paths.items():
        told_apart_by = tuple(code for code in _codes(path) if code in heard)
        if told_apart_by not in found:
            found[told_apart_by] = terms_for(path, day)
        terms[key] = replace(found[told_apart_by], division_path=path)
    return terms


def _heard_of(codes: Collection[str]) -> set[str]:
    """Those of the divisions that the rulebook has ever heard of: the others hold what is above them."""
    chosen = ProfileChoice.objects.filter(division__code__in=codes).values_list("division__code", flat=True)
    named = Profile.objects.filter(jurisdiction__in=codes).values_list("jurisdiction", flat=True)
    return {*chosen, *named}


def explain(division_path: str, day: date) -> list[ValueRow]:
    """The rows behind `terms_for`, one a key: which profile each comes from, by which division that profile holds."""
    return _in_force(division_path, day)[1]


def _in_force(division_path: str, day: date) -> tuple[str, list[ValueRow]]:
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE, {"codes": _codes(division_path), "day": day, "base": BASE})
        found = cursor.fetchall()
    followed = found[0][-1] if found else None
    return followed or BASE, [_value(row[:-1]) for row in found]


def _value(row: Sequence[Any]) -> ValueRow:
    *said, verified, first, last, version, through = row
    profile, key, value, unit, source = said
    return ValueRow(profile, key, value, unit, source, Verified(verified), first, last, version, through)


def _codes(division_path: str) -> list[str]:
    return [code for code in division_path.split(".") if code]


def calendar(terms: Terms, begun: date) -> WorkingCalendar:
    """The working calendar of the terms' division from a day on, far enough for every deadline."""
    last = begun + _REACH
    known = dict(CalendarDay.objects.filter(day__range=(begun, last)).values_list("day", "is_working"))
    if codes := _codes(terms.division_path):
        said = CalendarOverlay.objects.filter(division__code__in=codes, day__range=(begun, last))
        rows = said.order_by("version").values_list("division__code", "day", "is_working")
        known = overlaid(known, rows, codes)
    return WorkingCalendar(known, terms.workday_start, terms.workday_end)


def last_calendar_day() -> date | None:
    """The last day the calendar knows."""
    return CalendarDay.objects.order_by("-day").values_list("day", flat=True).first()


def years_missing(now: datetime) -> list[int]:
    """The years that a deadline begun today is likely to reach and of which the calendar lacks a day."""
    first = local_day(now)
    last = first + _AHEAD
    known = CalendarDay.objects.filter(day__range=(first, last)).values_list("day", flat=True)
    return years_incomplete(known, first, last)


def is_installed() -> bool:
    """Whether the national base is there."""
    return Profile.objects.filter(code=BASE).exists()


def profiles() -> list[ProfileRow]:
    """Every profile, the base first."""
    rows = Profile.objects.order_by("id").values_list(
        "code", "name", "parent__code", "jurisdiction", "historical_only"
    )
    return [
        ProfileRow(code, name, parent or "", jurisdiction, may_choose=not historical)
        for code, name, parent, jurisdiction, historical in rows
    ]


def profile(code: str) -> ProfileRow:
    """One profile; raises `Refused(UNKNOWN_PROFILE)` naming those that can be chosen."""
    known = {row.code: row for row in profiles()}
    if code not in known:
        choices = ", ".join(row.code for row in known.values() if row.may_choose)
        raise Refused(UNKNOWN_PROFILE, field="profile", value=code, choices=choices)
    return known[code]


def values(profile_code: str) -> list[ValueRow]:
    """Every row of a profile, also those no longer or not yet in force: by key, the newest first."""
    rows = (
        RuleValue.objects.filter(profile__code=profile_code)
        .order_by("key", "-effective_from", "-version")
        .values_list(*_VALUE)
    )
    return [_value((*row, "")) for row in rows]


def choices() -> list[ChoiceRow]:
    """Every assignment of a profile to a division, also replaced ones: by division, the newest first."""
    rows = ProfileChoice.objects.order_by("division__code", "-effective_from", "-version")
    return [
        ChoiceRow(*row)
        for row in rows.values_list("division__code", "profile__code", "effective_from", "version")
    ]


def overlay(year: int) -> list[OverlayRow]:
    """What divisions have said of days of a year, also replaced and withdrawn: by day and division, the newest first."""
    rows = CalendarOverlay.objects.filter(day__year=year).order_by("day", "division__code", "-version")
    return [
        OverlayRow(*row)
        for row in rows.values_list("division__code", "day", "is_working", "reason", "version")
    ]

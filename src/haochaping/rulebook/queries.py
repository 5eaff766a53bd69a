"""规则库 reads: the terms that hold for a division on a day, and the working calendar."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from haochaping.directory import queries as directory
from haochaping.rulebook.models import CalendarDay, Profile, ProfileChoice, RuleValue
from haochaping.rulebook.rules import WorkingCalendar, terms_of

if TYPE_CHECKING:
    from datetime import date

    from haochaping.rulebook.terms import Terms

BASE = "cn-base"
# The longest deadline is 15 working days; a span of long holidays and weekends fits well within this.
_REACH = timedelta(days=90)


def terms_for(division_path: str, day: date) -> Terms:
    """The terms in force for a division: the nearest profile up its path, over the national base.

    Raises:
        Refused: NO_RULES when a value is missing.
    """
    codes = division_path.rstrip(".").split(".")
    chosen = (
        ProfileChoice.objects.filter(division__code__in=codes, effective_from__lte=day)
        .order_by("-division__level", "-effective_from")
        .values_list("profile__code", flat=True)
        .first()
    )
    profiles = [BASE, chosen] if chosen else [BASE]
    values: dict[str, str] = {}
    for profile in profiles:
        rows = RuleValue.objects.filter(profile__code=profile, effective_from__lte=day).order_by(
            "effective_from"
        )
        values |= dict(rows.values_list("key", "value"))
    return terms_of(chosen or BASE, values, day)


def terms_for_division(division_id: int, day: date) -> Terms:
    """The same, by the division's id."""
    return terms_for(directory.division_by_id(division_id).path, day)


def calendar(terms: Terms, begun: date) -> WorkingCalendar:
    """The working calendar from a day on, far enough for every deadline."""
    rows = CalendarDay.objects.filter(day__gte=begun, day__lte=begun + _REACH)
    return WorkingCalendar(
        dict(rows.values_list("day", "is_working")), terms.workday_start, terms.workday_end
    )


def last_calendar_day() -> date | None:
    """The last day the calendar knows."""
    return CalendarDay.objects.order_by("-day").values_list("day", flat=True).first()


def is_installed() -> bool:
    """Whether the national base is there."""
    return Profile.objects.filter(code=BASE).exists()

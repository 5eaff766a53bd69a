"""Moments, days and spans as people read them: Beijing time, in the active language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.dateformat import format as set_date
from django.utils.translation import gettext, ngettext

from haochaping.kernel.periods import BEIJING

if TYPE_CHECKING:
    from datetime import date, datetime, timedelta

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


def moment(when: datetime) -> str:
    """Set an aware date-time: `2026年11月24日 18:00`, `24 Nov 2026, 18:00`."""
    # Translators: a date-time in Django's format letters; keep the letters.
    return str(set_date(when.astimezone(BEIJING), gettext("j M Y, H:i")))


def day(when: date) -> str:
    """Set a day; a date-time is first brought to Beijing time."""
    local = when.astimezone(BEIJING) if hasattr(when, "astimezone") else when
    # Translators: a day in Django's format letters; keep the letters.
    return str(set_date(local, gettext("j M Y")))


def iso(when: date) -> str:
    """Set a date-time (with +08:00) or a day for machines: the `datetime` attribute of `<time>`."""
    if hasattr(when, "astimezone"):
        return str(when.astimezone(BEIJING).isoformat(timespec="minutes"))
    return when.isoformat()


def working_span(length: timedelta) -> str:
    """Say working time in whole hours, and below one hour in minutes; sign is dropped. How long a day is, a place decides."""
    minutes = int(abs(length.total_seconds())) // _MINUTE
    hours = minutes * _MINUTE // _HOUR
    if hours:
        return ngettext("{n} working hour", "{n} working hours", hours).format(n=hours)
    return ngettext("{n} working minute", "{n} working minutes", minutes).format(n=minutes)


def span(length: timedelta) -> str:
    """Say a length of time in its two largest units, cut down: `2 days 3 hours`; sign is dropped."""
    seconds = int(abs(length.total_seconds()))
    days, hours, minutes = seconds // _DAY, seconds % _DAY // _HOUR, seconds % _HOUR // _MINUTE
    if days:
        large = ngettext("{n} day", "{n} days", days).format(n=days)
        small = ngettext("{n} hour", "{n} hours", hours).format(n=hours) if hours else ""
    elif hours:
        large = ngettext("{n} hour", "{n} hours", hours).format(n=hours)
        small = ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes) if minutes else ""
    else:
        return ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)
    # Translators: two parts of a length of time, such as "2 days" and "3 hours".
    return gettext("{large} {small}").format(large=large, small=small) if small else large

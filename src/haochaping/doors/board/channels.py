"""The reviews of a place by the way they were given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.doors.board import figures
from haochaping.doors.period import last_days
from haochaping.doors.quality import why_withheld
from haochaping.insight import queries as insight
from haochaping.insight.rules import BY_NAME, figures_of
from haochaping.insight.terms import Place
from haochaping.kernel.periods import Period
from haochaping.reviews.terms import CHANNEL_LABELS, ReviewChannel
from haochaping.ui.shapes import Figure, Levels

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from haochaping.insight.terms import Tally
    from haochaping.postgres.together import Asked

# Of agencies, items and halls only days tell channels apart, and those are many; of divisions months do too.
_LAST_DAYS = 30
_BAD = (BY_NAME["bad_rate"],)


@dataclass(frozen=True, slots=True)
class Channels:
    """Of each channel the share of bad reviews, and the levels; of reviews that people gave themselves, from day to day."""

    days: Period
    bad: list[Figure]
    levels: list[Levels]


def channels(place: Place, period: Period, today: date, withheld: Mapping[str, str]) -> Channels | None:
    """In the order of the wire format; None where nobody reviewed anything."""
    days = days_of(place, period, today)
    return None if days is None else told(days, asked_channels(place, days, today).answer, withheld)


def days_of(place: Place, period: Period, today: date) -> Period | None:
    """Of which days channels are told apart: of a division of the whole period, else of the last thirty of it."""
    days = last_days(period, today, most=_LAST_DAYS)
    is_division = place == Place(division_path=place.division_path)
    return Period(period.start, days.end) if days and is_division else days


def asked_channels(place: Place, days: Period, today: date) -> Asked[dict[str, Tally]]:
    """What is told of the channels, to be asked together with others."""
    # Up to today is all there is: a period without an end is the shortest to add up.
    whole = Period(days.start, None if days.end == today else days.end)
    return insight.asked_channels(place, whole, of=_BAD)


def told(days: Period, found: Mapping[str, Tally], withheld: Mapping[str, str]) -> Channels | None:
    """What was found, in the order of the wire format; None where nobody reviewed anything."""
    given = [(channel, found[channel]) for channel in ReviewChannel if channel in found]
    bad = [
        figure
        for channel, tally in given
        if (figure := _bad(gettext(CHANNEL_LABELS[channel]), tally, withheld)) is not None
    ]
    if not bad:
        return None
    shown = [] if bad[0].withheld else given
    levels = [
        Levels(gettext(CHANNEL_LABELS[channel]), figures.levels(tally, active=True))
        for channel, tally in shown
    ]
    return Channels(days, bad, [row for row in levels if any(row.counts.values())])


def _bad(label: str, tally: Tally, withheld: Mapping[str, str]) -> Figure | None:
    """The share of bad reviews; None where people gave none themselves."""
    (bad,) = figures_of(tally, withheld, _BAD)
    return Figure(label, bad.made_of, withheld=why_withheld(bad.withheld)) if bad.denominator else None

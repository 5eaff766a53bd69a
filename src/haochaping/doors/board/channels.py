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
    """In the order of the wire format; None where nobody reviewed anything.

    Of a division the whole period, else the last thirty days of it.
    """
    days = last_days(period, today, most=_LAST_DAYS)
    if days is None:
        return None
    if place == Place(division_path=place.division_path):
        days = Period(period.start, days.end)
    found = insight.tally_of_channels(place, days, of=_BAD)
    told = [(channel, found[channel]) for channel in ReviewChannel if channel in found]
    bad = [
        figure
        for channel, tally in told
        if (figure := _bad(gettext(CHANNEL_LABELS[channel]), tally, withheld)) is not None
    ]
    if not bad:
        return None
    shown = [] if bad[0].withheld else told
    levels = [
        Levels(gettext(CHANNEL_LABELS[channel]), figures.levels(tally, active=True))
        for channel, tally in shown
    ]
    return Channels(days, bad, [row for row in levels if any(row.counts.values())])


def _bad(label: str, tally: Tally, withheld: Mapping[str, str]) -> Figure | None:
    """The share of bad reviews; None where people gave none themselves."""
    (bad,) = figures_of(tally, withheld, _BAD)
    return Figure(label, bad.made_of, withheld=why_withheld(bad.withheld)) if bad.denominator else None

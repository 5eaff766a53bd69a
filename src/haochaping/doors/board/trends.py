"""The months of a place as charts: how many were dissatisfied, what became of it, how many spoke, of how many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.doors.board import figures
from haochaping.doors.period import months
from haochaping.insight import queries as insight
from haochaping.insight.rules import BY_NAME, published
from haochaping.kernel.periods import Period

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from haochaping.insight.terms import MeasureValue, Place
    from haochaping.postgres.together import Asked
    from haochaping.ui.shapes import Figure

DRAWN = tuple(BY_NAME[name] for name in ("bad_reviews", "rectification_rate", "participation_rate", "cases"))
MOST_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Trend:
    """A measure month by month; `name` is its id on the page, `href` leads to its definition."""

    name: str
    caption: str
    href: str
    figures: list[Figure]


def months_to(period: Period, today: date) -> dict[date, Period]:
    """The twelve months up to that of a period's last day, each of them whole, so that facts of months are enough."""
    each = months(Period(), min(period.end or today, today), most=MOST_MONTHS)
    return dict(sorted(each.items()))


def trends(
    place: Place, each: Mapping[date, Period], today: date, withheld: Mapping[str, str]
) -> list[Trend]:
    """The measures of a place month by month."""
    return drawn(asked_months(place, each).answer if each else {}, today, withheld)


def asked_months(place: Place, each: Mapping[date, Period]) -> Asked[dict[date, list[MeasureValue]]]:
    """What is drawn of a place, to be asked together with others; of one month at least."""
    # No case stands at a hall.
    of = DRAWN if place.hall_id is None else (*DRAWN[:-1], BY_NAME["occurrences"])
    return insight.asked_months(place, each, of=of)


def drawn(
    found: Mapping[date, Sequence[MeasureValue]], today: date, withheld: Mapping[str, str]
) -> list[Trend]:
    """Measures month by month.

    What is withheld anywhere in these months is withheld in each of them: which days are at fault, what is withheld does not
    say.
    """
    values = [(_label(first, today), published(of_month, withheld)) for first, of_month in found.items()]
    return [
        Trend(
            f"by-month-{measure.name}",
            gettext(measure.label),
            figures.defined_at(measure.name),
            [figures.figure(of_month[at], label=label) for label, of_month in values],
        )
        for at, measure in enumerate(values[0][1] if values else ())
    ]


def _label(first: date, today: date) -> str:
    """A month by its name; the running one says that it is not over."""
    month = f"{first:%Y-%m}"
    if first != today.replace(day=1):
        return month
    return gettext("{month} so far").format(month=month)

"""The period that a page of figures is asked for: two days of the address, or everything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.utils.translation import gettext

from haochaping.kernel.periods import Period
from haochaping.kernel.refused import N_, Complaint, Reason
from haochaping.ui.sentences import say
from haochaping.ui.shapes import Link

if TYPE_CHECKING:
    from django.http import QueryDict

    from haochaping.ui.sentences import Sentence

FIELD_LABELS = {"from": N_("First day"), "to": N_("Last day")}

BAD_DAY = Reason("bad_day", N_("“{value}” under “{label}” is not a day."), N_("Write it as 2026-11-24."))
PERIOD_REVERSED = Reason(
    "period_reversed",
    N_("The first day, {start}, comes after the last day, {end}."),
    N_("Exchange the two days."),
)

_LAST_DAYS = 30
_SHOWN = 40
_ISO = len("2026-11-24")
# Nobody reviewed anything before, and the calendar does not reach much further back.
_EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form holds as typed, the period it means (None when it means none), and what is wrong with it."""

    start: str
    end: str
    period: Period | None
    sentences: tuple[Sentence, ...]
    quick: tuple[Link, ...]

    @property
    def fields(self) -> list[dict[str, object]]:
        """The two inputs of the form, each with whether it is wrong."""
        wrong = {sentence.field for sentence in self.sentences}
        return [
            {"name": name, "label": gettext(FIELD_LABELS[name]), "value": value, "wrong": name in wrong}
            for name, value in (("from", self.start), ("to", self.end))
        ]

    @property
    def days(self) -> dict[str, str]:
        """The days that are named, as fields of an address; none of a period that means none."""
        given = {"from": self.start, "to": self.end} if self.period else {}
        return {name: day for name, day in given.items() if day}

    @property
    def query(self) -> str:
        """The period as the query of a link to another place; "" when there is none."""
        return _query(self.start, self.end) if self.period and (self.start or self.end) else ""


def asked(query: QueryDict, today: date) -> Asked:
    """Read the fields `from` and `to`; an empty one is open."""
    typed = {name: query.get(name, "").strip()[:_SHOWN] for name in ("from", "to")}
    days: dict[str, date | None] = {}
    wrong = []
    for name, text in typed.items():
        try:
            days[name] = _day(text)
        except ValueError:
            wrong.append(Complaint(BAD_DAY, name, {"value": text, "label": gettext(FIELD_LABELS[name])}))
    start, end = days.get("from"), days.get("to")
    if start and end and start > end:
        wrong.append(Complaint(PERIOD_REVERSED, "from", {"start": start, "end": end}))
    return Asked(
        typed["from"],
        typed["to"],
        None if wrong else Period(start, end),
        tuple(say(complaint) for complaint in wrong),
        _quick(typed["from"], typed["to"], today),
    )


def months(period: Period, today: date, *, most: int) -> dict[date, Period]:
    """The months of a period by their first days, the latest first and so many at most; none after today's."""
    last = min(period.end or today, today)
    found: dict[date, Period] = {}
    if last < _EARLIEST:
        return found
    first = last.replace(day=1)
    while len(found) < most and not (period.start and first < period.start.replace(day=1)):
        end = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        found[first] = Period(max(first, period.start or first), min(end, period.end or end))
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def last_days(period: Period, today: date, *, most: int) -> Period | None:
    """The last days of a period, so many at most and none after today; None where there are none."""
    last = min(period.end or today, today)
    first = max(period.start or _EARLIEST, _EARLIEST)
    return None if last < first else Period(max(last - timedelta(days=most - 1), first), last)


def _day(text: str) -> date | None:
    if text and len(text) != _ISO:
        raise ValueError(text)
    return date.fromisoformat(text) if text else None


def _quick(start: str, end: str, today: date) -> tuple[Link, ...]:
    """Periods people ask for most; the one that is shown has no address."""
    offers = (
        (gettext("Everything"), "", ""),
        (gettext("This year"), f"{today.year}-01-01", ""),
        (gettext("Last 30 days"), (today - timedelta(days=_LAST_DAYS - 1)).isoformat(), ""),
    )
    return tuple(
        Link(text, "" if (begin, close) == (start, end) else _query(begin, close) or "?")
        for text, begin, close in offers
    )


def _query(start: str, end: str) -> str:
    given = {name: value for name, value in (("from", start), ("to", end)) if value}
    return f"?{urlencode(given)}" if given else ""

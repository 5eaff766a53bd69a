"""监督: what stands out among all agencies, items and halls, or is not heard of, for a supervisor to look at.

A signal says “perhaps out of the ordinary”, never more: chance alone puts some units on the list, and how many is stated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.directory import queries as directory
from haochaping.insight import queries as figures
from haochaping.insight import unit_queries as units
from haochaping.insight.comparison.risk import DRAWN, risks
from haochaping.insight.comparison.silence import LISTENED, Blind, perhaps_uninvited, silent
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.periods import local_day, months_after
from haochaping.reviews import queries as reviews
from haochaping.reviews.asking import queries as asking
from haochaping.supervision import actions as supervision
from haochaping.supervision import queries
from haochaping.supervision.rules import begins, last_month
from haochaping.supervision.terms import NewSignal, SignalKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from haochaping.insight.comparison.risk import Risk, Series
    from haochaping.insight.comparison.silence import Heard


def watch_risks(now: datetime) -> int:
    """A signal for each unit whose last whole month stands out, once for unit and month; returns how many are new.

    Not while what an older version counted is counted anew: it would look like nothing.
    """
    if figures.recounting():
        return 0
    today = local_day(now)
    last = last_month(today)
    found = units.series(versions(last), today)
    standing_out = [one for alike in found.values() for one in risks(alike, last)]
    halls = _halls([one.unit for one in standing_out], last, this=today.replace(day=1))
    signals = [_risk(one, halls) for one in standing_out]
    with transaction.atomic():
        return len(supervision.raise_signals(signals, by=SYSTEM, now=now))


def watch_silence(now: datetime) -> int:
    """A signal for each unit that is not heard of, not again within as many months as it is listened to; how many are new.

    Nor this one then.
    """
    if figures.recounting():
        return 0
    today = local_day(now)
    this = today.replace(day=1)
    middle, first = months_after(this, -LISTENED), months_after(this, -2 * LISTENED)
    heard = units.heard(first, middle, this, today)
    found = [*silent(heard), *((unit, Blind.NO_INVITATIONS) for unit in _uninvited(heard, middle))]
    told = queries.subjects_since(SignalKind.BLIND_SPOT, middle + timedelta(days=1))
    halls = _halls([unit for unit, _ in found], first, this=months_after(this, 1))
    signals = [_blind(unit, why, middle, this, halls) for unit, why in found]
    with transaction.atomic():
        fresh = [signal for signal in signals if signal.subject not in told]
        return len(supervision.raise_signals(fresh, by=SYSTEM, now=now))


def _uninvited(heard: Iterable[Heard], since: date) -> list[Heard]:
    perhaps = perhaps_uninvited(heard)
    asked = {by: [unit.id for unit in perhaps if unit.by == by] for by in ("item", "agency")}
    invited = asking.invited_units(asked["item"], asked["agency"], since=begins(since))
    # Of halls the facts know all invitations there are: what was counted before them stands at no hall, services neither.
    return [unit for unit in perhaps if (unit.by, unit.id) not in invited]


def versions(last: date) -> dict[date, str]:
    """The months that are drawn up to `last`, each with the day since which the national indicators are what they were in it."""
    changed = {
        day
        for one in reviews.indicators().values()
        for day in (one.effective_from, one.effective_to)
        if day is not None
    }
    months = [months_after(last, -n) for n in range(DRAWN)]
    return {
        first: max((f"{day}" for day in changed if day < months_after(first, 1)), default="")
        for first in months
    }


@dataclass(frozen=True, slots=True)
class _Hall:
    """A hall as a signal names it, with the agency that serves most there: a signal is somebody's to answer."""

    code: str
    name: str
    agency_id: int


def _halls(found: Iterable[Series | Heard], first: date, *, this: date) -> dict[int, _Hall]:
    """The halls among some units, by what served there from a day to before another."""
    ids = {unit.id for unit in found if unit.by == "hall"}
    agencies, named = units.serving(ids, first, this), directory.halls_by_id(ids) if ids else {}
    return {pk: _Hall(named[pk].code, named[pk].name, agencies[pk]) for pk in agencies}


def _risk(one: Risk, halls: Mapping[int, _Hall]) -> NewSignal:
    facts = {
        "unit": one.unit.by,
        "month": f"{one.month.first:%Y-%m}",
        "bad": str(one.month.bad),
        "n": str(one.month.n),
        "above_limit": "yes" if one.above_limit else "",
        "limit": f"{one.limit:.6f}",
        "adds_up": "yes" if one.adds_up else "",
        "expected": "" if one.expected is None else f"{one.expected:.6f}",
        "false_alarm_months": "" if one.false_alarm_months is None else f"{one.false_alarm_months:.0f}",
        "looked_at": str(one.looked_at),
    }
    agency_id, named = _named(one.unit, halls)
    subject, day = _subject(one.unit), one.month.first
    return NewSignal(
        SignalKind.RISK_POINT, one.unit.division_id, agency_id, subject, day, facts=named | facts
    )


def _blind(unit: Heard, why: Blind, since: date, this: date, halls: Mapping[int, _Hall]) -> NewSignal:
    facts = {
        "unit": unit.by,
        "missing": str(why),
        "services": str(unit.services),
        "from": since.isoformat(),
        "to": (this - timedelta(days=1)).isoformat(),
    }
    agency_id, named = _named(unit, halls)
    subject = f"{why}:{_subject(unit)}"
    return NewSignal(SignalKind.BLIND_SPOT, unit.division_id, agency_id, subject, this, facts=named | facts)


def _named(unit: Series | Heard, halls: Mapping[int, _Hall]) -> tuple[int, dict[str, str]]:
    """The agency whose matter a unit is, and how the unit is named."""
    if unit.by == "hall":
        hall = halls[unit.id]
        return hall.agency_id, {"hall": hall.name, "hall_code": hall.code}
    return unit.agency_id, {"item": str(unit.id)} if unit.by == "item" else {}


def _subject(unit: Series | Heard) -> str:
    return f"{unit.by}:{unit.id}"

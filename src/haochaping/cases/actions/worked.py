"""How many working days cases took, by the calendars of their divisions as they stand when the cases are told."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

from haochaping.directory import queries as directory
from haochaping.rulebook import queries as rulebook
from haochaping.rulebook.rules import WorkingCalendar, working_days_between

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

type Span = tuple[date, date]


def days_worked(spans: Sequence[tuple[int, Span | None]]) -> list[int | None]:
    """Of each (division, first and last day) the working days after the first, in order; None where nobody knows.

    What is done on the day it begins takes none, and asks for no calendar.
    """
    far = [(division_id, *span) for division_id, span in spans if span and span[0] != span[1]]
    calendars = _calendars(far) if far else {}
    return [
        None
        if span is None
        else 0
        if span[0] == span[1]
        else working_days_between(*span, calendars[division_id])
        for division_id, span in spans
    ]


def _calendars(far: Sequence[tuple[int, date, date]]) -> dict[int, WorkingCalendar]:
    places = directory.divisions_by_id({division_id for division_id, _, _ in far})
    first, last = min(begun for _, begun, _ in far), max(done for _, _, done in far)
    known = rulebook.Calendars([place.path for place in places.values()], first, last)
    # The hours of a day play no part where days are counted.
    return {
        pk: WorkingCalendar(known.working(place.path), time.min, time.max) for pk, place in places.items()
    }

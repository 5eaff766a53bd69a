"""Days and periods as the public reads them: in Beijing time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import date, datetime

BEIJING = ZoneInfo("Asia/Shanghai")
# Clocks of halls differ by minutes; a larger gap is a wrong time.
CLOCK_LEEWAY = timedelta(minutes=10)


def local_day(moment: datetime) -> date:
    """The calendar day of a moment in Beijing time."""
    return moment.astimezone(BEIJING).date()


def in_beijing(moment: datetime) -> str:
    """A moment to the second as a complaint writes it, so that two in one sentence can be compared."""
    return moment.astimezone(BEIJING).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, both included; None is open."""

    start: date | None = None
    end: date | None = None

"""专项整改 rules: how long the effect of a change is watched before its project is closed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from haochaping.kernel.periods import local_day
from haochaping.rectification.terms import COMPARED_DAYS

if TYPE_CHECKING:
    from datetime import date, datetime


def effect_counted_on(changed_at: datetime) -> date:
    """The first day on which as many days since a change are counted as before it."""
    return local_day(changed_at) + timedelta(days=COMPARED_DAYS)

"""How a value is written, and how sure we are of it."""

from __future__ import annotations

from enum import StrEnum

from haochaping.kernel.refused import N_


class Verified(StrEnum):
    """How sure we are that the value stands in the text named as its source."""

    YES = "yes"
    SECONDARY = "secondary"
    NO = "no"


VERIFIED_LABELS: dict[Verified, str] = {
    Verified.YES: N_("Read in the text itself"),
    Verified.SECONDARY: N_("Read in a page about the text"),
    Verified.NO: N_("A choice of this system"),
}


class Unit(StrEnum):
    """How the text of a value is to be read."""

    MINUTES = "minutes"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    DAYS = "days"
    MONTHS = "months"
    COUNT = "count"
    PERCENT = "percent"
    CLOCK = "clock"
    LEVELS = "levels"
    """Levels of a review, joined by commas."""
    POINTS = "points"
    """Five numbers joined by commas, that of the best level first."""
    YES_NO = "yes_no"
    CHOICE = "choice"
    """One or more of the rule's choices, joined by commas."""
    CODE = "code"
    """The code of something that is defined elsewhere."""

    @property
    def label(self) -> str:
        """As people read it, to be translated."""
        return UNIT_LABELS[self]


UNIT_LABELS: dict[Unit, str] = {
    Unit.MINUTES: N_("minutes"),
    Unit.WORKING_HOURS: N_("working hours"),
    Unit.WORKING_DAYS: N_("working days"),
    Unit.DAYS: N_("days"),
    Unit.MONTHS: N_("months"),
    Unit.COUNT: N_("a number"),
    Unit.PERCENT: N_("per cent"),
    Unit.CLOCK: N_("a time of day"),
    Unit.LEVELS: N_("levels"),
    Unit.POINTS: N_("points"),
    Unit.YES_NO: N_("yes or no"),
    Unit.CHOICE: N_("a choice"),
    Unit.CODE: N_("a code"),
}

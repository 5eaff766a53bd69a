"""规则库 vocabulary: what a jurisdiction decides, as one frozen object."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from datetime import time, timedelta


class Verified(StrEnum):
    """How sure we are that the value stands in the text named as its source."""

    YES = "yes"
    SECONDARY = "secondary"
    NO = "no"


class Key(StrEnum):
    """The values a profile may set. `docs/reference` explains each."""

    CHANGE_WINDOW_MINUTES = "change_window_minutes"
    INVITATION_DAYS = "invitation_days"
    SIGN_LIMIT_WORKING_HOURS = "sign_limit_working_hours"
    FIRST_CONTACT_WORKING_DAYS = "first_contact_working_days"
    SIMPLE_RECTIFY_WORKING_DAYS = "simple_rectify_working_days"
    COMPLEX_RECTIFY_WORKING_DAYS = "complex_rectify_working_days"
    WORKDAY_START = "workday_start"
    WORKDAY_END = "workday_end"


@dataclass(frozen=True, slots=True)
class Terms:
    """The rulebook as it holds for one division on one day."""

    profile: str
    change_window: timedelta
    invitation_valid: timedelta
    sign_limit_hours: int
    first_contact_days: int
    simple_rectify_days: int
    complex_rectify_days: int
    workday_start: time
    workday_end: time


NO_RULES = Reason(
    "no_rules",
    N_("The rulebook has no value “{key}” for {day}."),
    N_("Run “haochaping migrate”, or add the value to the profile."),
)

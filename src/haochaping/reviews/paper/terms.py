"""纸质评价 vocabulary: a slip, what each of two persons reads on it, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID


class SlipState(StrEnum):
    """评价单状态: how far the double entry of a paper slip has come."""

    WAITING = "waiting"
    DIFFERING = "differing"
    AGREED = "agreed"
    """Both read the same; the worker makes the review of it, for no desk may write one."""
    TAKEN = "taken"
    NOT_TAKEN = "not_taken"
    SET_ASIDE = "set_aside"


STATE_LABELS = {
    SlipState.WAITING: N_("Waits for a second person"),
    SlipState.DIFFERING: N_("The two entries differ"),
    SlipState.AGREED: N_("Both entries agree"),
    SlipState.TAKEN: N_("Taken as a review"),
    SlipState.NOT_TAKEN: N_("Could not be taken"),
    SlipState.SET_ASIDE: N_("Slip set aside"),
}
# What may still be typed, and what is still on its way.
TYPED_IN = frozenset({SlipState.WAITING, SlipState.DIFFERING})
OPEN_SLIPS = TYPED_IN | {SlipState.AGREED}


class SlipField(StrEnum):
    """评价单栏目: what two readings of one slip can differ in."""

    CASE = "case"
    LEVEL = "level"
    REASONS = "reasons"
    WORDS = "words"
    DAY = "day"


FIELD_LABELS = {
    SlipField.CASE: N_("case number or number of the service"),
    SlipField.LEVEL: N_("rating"),
    SlipField.REASONS: N_("ticked reasons"),
    SlipField.WORDS: N_("the person’s words"),
    SlipField.DAY: N_("day of the slip"),
}


@dataclass(frozen=True, slots=True)
class SlipReading:
    """What one person reads on a slip; `words` cleaned, `codes` of the national set."""

    occurrence_id: UUID
    level: int
    codes: tuple[str, ...]
    words: str
    given_on: date


@dataclass(frozen=True, slots=True)
class SlipRow:
    """A slip as pages show it; `first_by` and `second_by` are `kind:id`, "" where there is nobody."""

    id: int
    state: SlipState
    division_id: int
    agency_id: int
    item_id: int
    staff_id: int | None
    first_by: str
    first_at: datetime
    second_by: str
    second_at: datetime | None
    ended_by: str
    ended_at: datetime | None
    ended_note: str
    refusal: str
    review_id: UUID | None


NO_SUCH_SLIP = Reason(
    "no_such_slip",
    N_("There is no slip with this number in your remit."),
    N_("Check the number that is written on the paper."),
)
SLIP_OVER = Reason(
    "slip_over",
    N_("Nothing more is typed for this slip."),
    N_("Look at what became of it."),
)
TWO_HAVE_TYPED = Reason(
    "two_have_typed",
    N_("Two persons have typed this slip; only they correct what they typed."),
    N_("Ask one of them, or set the slip aside with the reason and begin again."),
)
SAME_TYPIST = Reason(
    "same_typist",
    N_(
        "You, under this account or another, were the first to type this slip; the second entry is somebody else’s."
    ),
    N_("Give the paper to a colleague."),
)
RATED_ONESELF = Reason(
    "rated_oneself",
    N_("This slip rates you."),
    N_("Give it, unread, to two colleagues."),
)
SLIP_WAITS = Reason(
    "slip_waits",
    N_("A slip for this service is being typed already: number {slip}."),
    N_("If it is the same paper, open that slip and type what it says there."),
)
ALREADY_REVIEWED = Reason(
    "already_reviewed",
    N_("This service already has a review."),
    N_("Keep the paper: a review is changed by its reviewer only."),
)
SERVICE_NOT_IN_CASE = Reason(
    "service_not_in_case",
    N_("The case {case_no} has no service {occurrence_no}; it has: {numbers}."),
    N_("Take the number of the service from the slip."),
)
WHICH_SERVICE = Reason(
    "which_service",
    N_("The case {case_no} has several services: {numbers}."),
    N_("Say which of them the slip is about."),
)
SLIP_IN_FUTURE = Reason(
    "slip_in_future",
    N_("The day {day} has not come yet."),
    N_("Type the day that is written on the slip; where there is none, the day on which it was taken in."),
)
SLIP_BEFORE_SERVICE = Reason(
    "slip_before_service",
    N_("The day {day} lies before the service of {served}."),
    N_("Check day and case number on the slip."),
)
NOT_THE_FIRST = Reason(
    "not_the_first",
    N_("Who typed a slip first does not set it aside."),
    N_("Ask a colleague to look at the paper and to decide."),
)
NOTE_MISSING = Reason(
    "note_missing", N_("The reason is missing."), N_("Write why nothing becomes of this paper.")
)
NOTE_LIMIT = 300

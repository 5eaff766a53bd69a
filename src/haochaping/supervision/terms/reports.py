"""评价人权益保护 vocabulary: reports of disadvantage."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


class ReportState(StrEnum):
    """评价人权益保护: how far the supervisory office is with a report."""

    OPEN = "open"
    LOOKED_INTO = "looked_into"
    CLOSED = "closed"


REPORT_LABELS = {
    ReportState.OPEN: N_("New"),
    ReportState.LOOKED_INTO: N_("Being looked into"),
    ReportState.CLOSED: N_("Closed"),
}


class ReportMove(StrEnum):
    """What is done with a report."""

    LOOK_INTO = "look_into"
    CLOSE = "close"
    NOTE = "note"


REPORT_MOVE_LABELS = {
    ReportMove.LOOK_INTO: N_("Look into it"),
    ReportMove.CLOSE: N_("Close it"),
    ReportMove.NOTE: N_("Note"),
}


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report of a disadvantage as its office sees it; who gave it nobody sees, the review says what it was about."""

    id: UUID
    review_id: UUID
    division_name: str
    agency_name: str
    item_name: str
    state: ReportState
    text: str
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class ReportEventRow:
    """One thing that was done with a report."""

    move: ReportMove
    at: datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class ReportAnswer:
    """A report for whoever holds its number: how far it is, and `answer`, the office's words, once it is closed.

    Neither what was written nor what it is about: whoever has got hold of the number learns nothing of either.
    """

    division_name: str
    state: ReportState
    reported_at: datetime
    answered_at: datetime | None
    answer: str


NO_SUCH_REPORT = Reason("no_such_report", N_("There is no such report."), N_("Go back to the list."))


REPORT_WAITS = Reason(
    "report_waits",
    N_("A report about this review is already with the supervisory office."),
    N_("Wait until it has been dealt with; you can call the office with your number."),
)


WRONG_REPORT_STATE = Reason(
    "wrong_report_state",
    N_("The report is no longer in a state that allows this."),
    N_("See how it stands now."),
)


REPORT_RECEIPT_UNKNOWN = Reason(
    "report_receipt_unknown",
    N_("No report of a disadvantage has this number."),
    N_("Check it letter by letter: it has 26 letters and digits."),
)


REPORT_ASKED_TOO_OFTEN = Reason(
    "report_asked_too_often",
    N_("Too many numbers were asked about from here within an hour."),
    N_("Try again later."),
)

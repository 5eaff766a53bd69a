"""The work list of a desk: how much time is left, what is asked of the list, who deals with an order, what was chosen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.refused import Complaint
    from haochaping.rectification.terms.rows import OrderRow

# Bounds of the page, no regulation's: what one form may carry, one person may keep.
BULK_AT_MOST = 100
FILTERS_AT_MOST = 12
FILTER_NAME_LIMIT = 40
WORDS_LIMIT = 60


class TimeLeft(StrEnum):
    """剩余时间: in which group an order stands by the clock that runs."""

    OVERDUE = "overdue"
    TODAY = "today"
    THIS_WEEK = "week"
    LATER = "later"
    PAUSED = "paused"
    UNKNOWN = "unknown"


TIME_LEFT_LABELS = {
    TimeLeft.OVERDUE: N_("Overdue"),
    TimeLeft.TODAY: N_("Due today"),
    TimeLeft.THIS_WEEK: N_("Due this week"),
    TimeLeft.LATER: N_("Due later"),
    TimeLeft.PAUSED: N_("The clock stands while an appeal is pending"),
    TimeLeft.UNKNOWN: N_("Without a deadline"),
}


class ClockColour(StrEnum):
    """时限颜色 of the clock that runs: amber when most of its time is used, red when it is over."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


COLOUR_LABELS = {
    ClockColour.GREEN: N_("Green: time enough"),
    ClockColour.AMBER: N_("Amber: soon due"),
    ClockColour.RED: N_("Red: overdue"),
}


class Assigned(StrEnum):
    """专人 of an order, seen from whoever looks at the list."""

    ME = "me"
    NOBODY = "nobody"


ASSIGNED_LABELS = {
    Assigned.ME: N_("To me"),
    Assigned.NOBODY: N_("To nobody"),
}


class AgencyPart(StrEnum):
    """承办方式: whether one's agency leads or helps with an order."""

    LEAD = "lead"
    HELP = "help"


AGENCY_PART_LABELS = {
    AgencyPart.LEAD: N_("Ours to answer"),
    AgencyPart.HELP: N_("We help"),
}


@dataclass(frozen=True, slots=True)
class ListAsked:
    """What somebody wants to see of their list; empty is no condition. `agency` takes what lies below it too."""

    done: bool = False
    left: str = ""
    state: str = ""
    colour: str = ""
    agency: str = ""
    item: str = ""
    category: str = ""
    urgency: str = ""
    assigned: str = ""
    part: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class ListPlace:
    """From where a list goes on: after the order that stands there, or back from it."""

    due: datetime | None
    id: UUID
    back: bool = False


@dataclass(frozen=True, slots=True)
class ListRow:
    """An order on somebody's list: whether something happened since they looked, and who deals with it, "" for nobody.

    `sent_on` is how often it went to another agency. `helps`: their agency helps with it, and the order's clock is that of
    its part.
    """

    order: OrderRow
    unread: bool
    handler: str
    mine: bool
    categories: tuple[str, ...]
    sent_on: int
    helps: bool = False


@dataclass(frozen=True, slots=True)
class ListCounts:
    """How many open orders there are: all, one's own, by time left as asked, and of each saved filter.

    `helped`: those one's agency helps with, which are among all.
    """

    all: int
    mine: int
    helped: int
    left: Mapping[TimeLeft, int]
    saved: Mapping[int, int]

    @property
    def asked(self) -> int:
        """How many the list as asked has."""
        return sum(self.left.values())


@dataclass(frozen=True, slots=True)
class SavedFilterRow:
    """A way to look at one's list that somebody keeps under a name."""

    id: int
    name: str
    asked: ListAsked


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What became of one of several orders: done, done before by the same person, or refused with the reason."""

    order_id: UUID
    item: str
    already: bool = False
    complaint: Complaint | None = None


NOTHING_CHOSEN = Reason(
    "nothing_chosen", N_("No order is chosen."), N_("Tick at least one order of the list.")
)

TOO_MANY_CHOSEN = Reason(
    "too_many_chosen", N_("{count} orders are chosen; {limit} are taken at once."), N_("Choose fewer orders.")
)

# One sentence for both: who is not told whom a review names must not find it out by trying.
NO_HANDLER_THERE = Reason(
    "no_handler_there",
    N_("This person cannot deal with this order."),
    N_("Choose somebody of the order’s agency who handles orders and whom the review does not concern."),
)

FILTER_NAME_BAD = Reason(
    "filter_name_bad",
    N_("A filter needs a name of 1 to {limit} characters."),
    N_("Write a short name."),
)

FILTER_NAME_TAKEN = Reason(
    "filter_name_taken", N_("You have a filter named “{value}” already."), N_("Choose another name.")
)

FILTERS_FULL = Reason(
    "filters_full", N_("{limit} filters are kept for one person."), N_("Remove one that you do not need.")
)

NO_SUCH_FILTER = Reason("no_such_filter", N_("There is no such filter."), N_("Go back to the list."))

NO_CONDITION = Reason(
    "no_condition", N_("This filter has no condition."), N_("Choose at least one, then keep it.")
)

UNKNOWN_FORMAT = Reason(
    "unknown_format", N_("“{value}” is no format of this list."), N_("Choose CSV or XLSX.")
)

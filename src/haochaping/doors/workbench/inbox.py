"""The inbox: orders in the order of their one clock, in groups that say how much time is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.accounts.access import may
from haochaping.accounts.terms import Power
from haochaping.doors.paging import page_number
from haochaping.doors.workbench.words import excerpt, state_tone, tag_labels
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import N_
from haochaping.notices import queries as notices
from haochaping.notices.terms import Side
from haochaping.publicity.rules import redacted
from haochaping.rectification import queries as orders
from haochaping.rectification.terms import SOLVED_LABELS, STATE_LABELS
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import ReviewStatus

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from django.http import QueryDict

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import OrderRow
    from haochaping.reviews.terms import Indicator, ReviewRow

ON_PAGE = 30
_SUNDAY = 6


# The groups by time left, each by its title.
OVERDUE = N_("Overdue")
TODAY = N_("Due today")
THIS_WEEK = N_("Due this week")
LATER = N_("Due later")
NO_DEADLINE = N_("Without a deadline: the working calendar does not reach so far")
DONE = N_("Done")
GROUPS = (OVERDUE, TODAY, THIS_WEEK, LATER, NO_DEADLINE, DONE)


@dataclass(frozen=True, slots=True)
class Line:
    """One order as a row; `words` is empty where the reader may not see them or there are none."""

    id: UUID
    item: str
    agency: str
    level: int
    tags: list[str]
    words: str
    reason_missing: bool
    state: str
    tone: str
    due: datetime | None
    late: bool
    ended_at: datetime | None
    unread: int
    solved: str


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that have about the same time left."""

    title: str
    late: bool
    lines: list[Line]


def left(order: OrderRow, now: datetime, *, done: bool = False) -> str:
    """In which group an order stands: by the calendar days of Beijing, the week ending on Sunday."""
    return left_until(order.due_at, now, done=done)


def left_until(due: datetime | None, now: datetime, *, done: bool = False) -> str:
    """The same for any deadline."""
    if done or due is None:
        return DONE if done else NO_DEADLINE
    if due < now:
        return OVERDUE
    today, day = local_day(now), local_day(due)
    if day == today:
        return TODAY
    return THIS_WEEK if day <= today + timedelta(days=_SUNDAY - today.weekday()) else LATER


def inbox_page(by: Actor, query: QueryDict, *, now: datetime) -> dict[str, object]:
    """Everything the inbox shows, for one page of open or done orders."""
    done = query.get("list") == "done"
    number = page_number(query.get("page", ""))
    found = orders.inbox(by, done=done, limit=ON_PAGE + 1, offset=(number - 1) * ON_PAGE)
    groups = _groups(found[:ON_PAGE], by, now, done=done)
    start = "?list=done&page=" if done else "?page="
    return {
        "groups": groups,
        "done": done,
        "open_count": orders.open_count(by),
        "now": now,
        "page": number,
        "previous": f"{start}{number - 1}" if number > 1 else "",
        "next": f"{start}{number + 1}" if len(found) > ON_PAGE else "",
    }


def _groups(found: list[OrderRow], by: Actor, now: datetime, *, done: bool) -> list[Group]:
    given = reviews.reviews(order.review_id for order in found)
    labels = _labels(given.values())
    unread = notices.unread([order.thread_id for order in found if order.thread_id], for_side=Side.AGENCY)
    solutions = orders.solutions_of(order.id for order in found) if done else {}
    reads = may(by, Power.REVIEW_VIEW_TEXT)
    lines: dict[str, list[Line]] = {}
    for order in found:
        said = solutions.get(order.id)
        solved = gettext(SOLVED_LABELS[said.solved]) if said else ""
        line = _line(order, given[order.review_id], labels, unread, now, reads=reads, solved=solved)
        lines.setdefault(left(order, now, done=done), []).append(line)
    return [Group(gettext(group), group == OVERDUE, lines[group]) for group in GROUPS if group in lines]


def _line(
    order: OrderRow,
    review: ReviewRow,
    labels: dict[str, dict[str, Indicator]],
    unread: dict[UUID, int],
    now: datetime,
    *,
    reads: bool,
    solved: str,
) -> Line:
    due = order.due_at
    shown = reads and review.status != ReviewStatus.WITHDRAWN
    return Line(
        id=order.id,
        item=order.item_name,
        agency=order.agency_name,
        level=review.level,
        tags=tag_labels(review, labels[review.indicator_set]),
        words=excerpt(redacted(review.comment_text)) if shown else "",
        reason_missing=review.reason_missing,
        state=gettext(STATE_LABELS[order.state]),
        tone=state_tone(order.state),
        due=due,
        late=due is not None and due < now,
        ended_at=order.replied_at or order.closed_at,
        unread=unread.get(order.thread_id, 0) if order.thread_id else 0,
        solved=solved,
    )


def _labels(given: Iterable[ReviewRow]) -> dict[str, dict[str, Indicator]]:
    return {name: reviews.indicators(name) for name in {review.indicator_set for review in given}}

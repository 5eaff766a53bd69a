"""The inbox: orders in the order of their one clock, in groups that say how much time is left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.utils.translation import gettext

from haochaping.accounts import queries as accounts
from haochaping.accounts.access import may
from haochaping.accounts.terms import Power
from haochaping.doors.fields import left_out
from haochaping.doors.paging import page_number
from haochaping.doors.sheets import EXPORT_AT_MOST
from haochaping.doors.workbench.inbox_forms import FilterForm, NameForm
from haochaping.doors.workbench.words import excerpt, state_tone, state_words, tag_labels
from haochaping.doors.workbench.working_time import WorkingTime
from haochaping.flows.conceal import ConcealedAmong
from haochaping.kernel.refused import N_
from haochaping.notices import queries as notices
from haochaping.notices.terms import Side
from haochaping.postgres.together import together
from haochaping.publicity.rules import for_handlers
from haochaping.rectification import queries as orders
from haochaping.rectification.queries import worklist
from haochaping.rectification.rules import (
    list_asked,
    list_query,
    list_unknown,
    place_from,
    place_text,
    time_left,
)
from haochaping.rectification.terms import (
    AGENCY_PART_LABELS,
    SOLVED_LABELS,
    TIME_LEFT_LABELS,
    AgencyPart,
    Assigned,
    ListAsked,
    TimeLeft,
)
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import CHANNEL_LABELS, ReviewChannel, ReviewStatus
from haochaping.rulebook.queries import asked_once

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    from django.http import QueryDict

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import (
        ListCounts,
        ListRow,
        OrderRow,
        SavedFilterRow,
        SolutionRow,
    )
    from haochaping.reviews.terms import Indicator, ReviewRow

ON_PAGE = 30
# So many people of an agency are offered to be named.
_COLLEAGUES = 200

# The groups by time left, each by its title; finished orders are one.
OVERDUE = TIME_LEFT_LABELS[TimeLeft.OVERDUE]
DONE = N_("Done")
GROUPS = (*TIME_LEFT_LABELS.values(), DONE)


@dataclass(frozen=True, slots=True)
class Line:
    """One order as a row; `words` is empty where the reader may not see them or there are none.

    `channel` is empty where the case is hidden from the reader (全隐): a channel that few use tells who used it.

    `beyond`: its deadline lies where the working calendar does not reach; another one without a deadline has none.
    `working` is the working time left or overdue, where it is known; `sent_on` how often another agency got the order.
    """

    id: UUID
    item: str
    agency: str
    channel: str
    level: int
    tags: list[str]
    words: str
    reason_missing: bool
    state: str
    tone: str
    due: datetime | None
    working: timedelta | None
    beyond: bool
    late: bool
    soon: bool
    ended_at: datetime | None
    new: bool
    messages: int
    handler: str
    mine: bool
    helps: bool
    sent_on: int
    solved: str


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that have about the same time left; `count` is of the whole list, not of the page."""

    title: str
    late: bool
    lines: list[Line]
    count: int


@dataclass(frozen=True, slots=True)
class Tab:
    """A way to look at the list, as a link; `count` is None where nobody counts."""

    title: str
    href: str
    here: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of the list: which page it is, as far as links were followed, and the links on and back, "" for none."""

    rows: list[ListRow]
    number: int
    previous: str
    next: str


def left_until(due: datetime | None, now: datetime, *, done: bool = False) -> str:
    """The title of the group in which a deadline stands: by the days of Beijing, the week ending on Sunday."""
    return DONE if done else TIME_LEFT_LABELS[time_left(due, now)]


def _left(order: OrderRow, now: datetime) -> TimeLeft:
    return time_left(order.due_at, now, paused=order.paused_at is not None)


def inbox_page(by: Actor, query: QueryDict, *, now: datetime) -> dict[str, object]:
    """Everything the inbox shows, for one page of open or done orders."""
    asked = list_asked(query.dict())
    shown = _page(by, asked, query, now)
    handles = may(by, Power.ORDER_HANDLE) and not asked.done
    kept = worklist.saved_filters(by)
    colleagues = accounts.colleagues(by, Power.ORDER_HANDLE, limit=_COLLEAGUES)
    together(kept, *([colleagues] if handles else []))
    saved = kept.answer
    counts = worklist.counts(by, replace(asked, left=""), saved=saved, now=now)
    form = FilterForm(list_query(asked), auto_id="filter_%s", done=asked.done)
    unknown = list_unknown(query.dict())
    current = next((row for row in saved if row.asked == asked), None)
    return {
        "groups": _groups(shown.rows, by, counts, now, done=asked.done),
        "done": asked.done,
        "tabs": _tabs(asked, saved, counts, handles=may(by, Power.ORDER_HANDLE)),
        "times": [] if asked.done else _times(asked, counts),
        "form": form,
        "left_out": left_out(
            form[one].label if one in form.fields else gettext("Time left") for one in unknown
        ),
        "narrowed": replace(asked, left="", done=False) != ListAsked(),
        "kept": list_query(asked),
        "back": urlencode(list_query(asked)),
        "current": current,
        "name": NameForm(initial={"name": current.name} if current else None, auto_id="keep_%s"),
        "keeps": not asked.done and asked != ListAsked() and current is None,
        "handles": handles,
        "colleagues": colleagues.answer if handles else [],
        "exports": may(by, Power.ORDER_EXPORT),
        "exported": EXPORT_AT_MOST,
        "now": now,
        "page": shown.number,
        "previous": shown.previous,
        "next": shown.next,
    }


def _page(by: Actor, asked: ListAsked, query: QueryDict, now: datetime) -> Page:
    """The rows after the place that an address names, or before it, and the ways on and back."""
    after, before = (
        place_from(query.get("after", ""), back=False),
        place_from(query.get("before", ""), back=True),
    )
    place = after or before
    found = worklist.work_list(by, asked, now=now, limit=ON_PAGE + 1, place=place)
    is_more, back = len(found) > ON_PAGE, place is not None and place.back
    rows = found[-ON_PAGE:] if back else found[:ON_PAGE]
    begins = place is None or (back and not is_more) or not rows
    number = 1 if begins else max(page_number(query.get("page", "")), 2)
    first, last = (place_text(row.order) for row in (rows[0], rows[-1])) if rows else ("", "")
    return Page(
        rows,
        number,
        previous="" if begins else address(asked, before=first, page=str(number - 1)),
        next=address(asked, after=last, page=str(number + 1)) if rows and (is_more or back) else "",
    )


def address(asked: ListAsked, **more: str) -> str:
    """The list as asked, as a link on its page."""
    return f"?{urlencode(list_query(asked) | more)}"


def _tabs(
    asked: ListAsked, saved: Sequence[SavedFilterRow], counts: ListCounts, *, handles: bool
) -> list[Tab]:
    own = [(gettext("Open"), ListAsked(), counts.all)]
    if handles:
        own.append((gettext("Assigned to me"), ListAsked(assigned=Assigned.ME), counts.mine))
    helped = ListAsked(part=AgencyPart.HELP)
    if counts.helped or asked == helped:
        own.append((gettext(AGENCY_PART_LABELS[AgencyPart.HELP]), helped, counts.helped))
    kept = [(row.name, row.asked, counts.saved[row.id]) for row in saved]
    tabs = [Tab(title, address(one), one == asked, count) for title, one, count in (*own, *kept)]
    return [*tabs, Tab(gettext("Done"), address(ListAsked(done=True)), asked.done)]


def _times(asked: ListAsked, counts: ListCounts) -> list[Tab]:
    """The groups that have orders, and the one that is chosen, each with how many; all of them first."""
    shown = [
        Tab(gettext(TIME_LEFT_LABELS[one]), address(replace(asked, left=one)), one == asked.left, count)
        for one, count in counts.left.items()
        if count or one == asked.left
    ]
    return [
        Tab(gettext("All"), address(replace(asked, left="")), not asked.left, counts.asked),
        *shown,
    ]


@asked_once()
def _groups(found: list[ListRow], by: Actor, counts: ListCounts, now: datetime, *, done: bool) -> list[Group]:
    given = reviews.reviews(row.order.review_id for row in found)
    labels = _labels(given.values())
    threads = [row.order.thread_id for row in found if row.order.thread_id]
    messages = notices.unread(threads, for_side=Side.AGENCY)
    solutions = orders.solutions_of(row.order.id for row in found if done)
    clocks = WorkingTime((row.order for row in found if not done), now)
    concealed = ConcealedAmong((row.order for row in found), by)
    together(messages, solutions, *clocks.asked, concealed.asked)
    reads = may(by, Power.REVIEW_VIEW_TEXT)
    lines: dict[TimeLeft | None, list[Line]] = {}
    for row in found:
        order = row.order
        said = solutions.answer.get(order.id)
        line = _line(
            row,
            given[order.review_id],
            labels,
            messages.answer,
            now,
            reads=reads,
            said=said,
            working=clocks.left(order),
            concealed=order in concealed,
        )
        lines.setdefault(None if done else _left(order, now), []).append(line)
    if done:
        return [Group(gettext(DONE), late=False, lines=lines[None], count=0)] if lines else []
    return [
        Group(gettext(TIME_LEFT_LABELS[one]), one == TimeLeft.OVERDUE, lines[one], counts.left[one])
        for one in TimeLeft
        if one in lines
    ]


def _line(
    row: ListRow,
    review: ReviewRow,
    labels: dict[str, dict[str, Indicator]],
    messages: dict[UUID, int],
    now: datetime,
    *,
    reads: bool,
    said: SolutionRow | None,
    working: timedelta | None,
    concealed: bool,
) -> Line:
    order = row.order
    due = order.due_at
    shown = reads and review.status != ReviewStatus.WITHDRAWN
    late = due is not None and due < now
    return Line(
        id=order.id,
        item=order.item_name,
        agency=order.agency_name,
        channel="" if concealed else gettext(CHANNEL_LABELS[ReviewChannel(review.channel)]),
        level=review.level,
        tags=tag_labels(review, labels[review.indicator_set]),
        words=excerpt(for_handlers(review.comment_text)) if shown else "",
        reason_missing=review.reason_missing,
        state=state_words(order, said),
        tone=state_tone(order.state),
        due=due,
        working=working,
        beyond=due is None and not order.deadline_known,
        late=late,
        soon=not late and due is not None and order.amber_at is not None and order.amber_at <= now,
        ended_at=order.replied_at or order.closed_at,
        new=row.unread,
        messages=messages.get(order.thread_id, 0) if order.thread_id and not row.helps else 0,
        handler=row.handler,
        mine=row.mine,
        helps=row.helps,
        sent_on=row.sent_on,
        solved=gettext(SOLVED_LABELS[said.solved]) if said else "",
    )


def _labels(given: Iterable[ReviewRow]) -> dict[str, dict[str, Indicator]]:
    return {name: reviews.indicators(name) for name in {review.indicator_set for review in given}}

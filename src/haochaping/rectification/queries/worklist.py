"""工作清单 reads: the orders of a desk by time left, as somebody asks for them, with counts; their saved filters."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, F, Q, Value, When
from django.db.models.expressions import RawSQL

from haochaping.accounts.rules import told_apart
from haochaping.directory.rules import path_range
from haochaping.kernel.actor import ActorKind
from haochaping.postgres.together import Asked, together
from haochaping.rectification import access
from haochaping.rectification.models import SavedFilter, WorkOrder
from haochaping.rectification.queries.columns import Belongs, Happened, IsMeant, LiesIn
from haochaping.rectification.queries.help import parts_of
from haochaping.rectification.queries.orders import ORDER_COLUMNS, order_row, waits_for
from haochaping.rectification.rules import URGENT_CATEGORIES, ends_of, list_asked, numbers_from
from haochaping.rectification.terms import (
    AgencyPart,
    Assigned,
    ClockColour,
    ClockKind,
    ListAsked,
    ListCounts,
    ListRow,
    SavedFilterRow,
    TimeLeft,
    Urgency,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from uuid import UUID

    from django.db.models import QuerySet

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.models import CoHandler
    from haochaping.rectification.terms import ListPlace, OrderRow

# Of an agency's name as typed so many agencies are looked at, each with all below it.
_AGENCIES = 50
# Sub-selects that depend on no order: the server works each out once for a statement, as a hash table.
_BELOW = f"""
    SELECT below.id
      FROM (SELECT path FROM directory_agency WHERE code = %s OR strpos(name, %s) > 0
             ORDER BY path LIMIT {_AGENCIES}) AS found
      JOIN directory_agency AS below ON below.path >= found.path AND below.path < left(found.path, -1) || '/'
"""  # noqa: S608 - a number of ours


def is_handled() -> Q:
    """Orders that somebody deals with: who was named, still handles at the agency, and is not whom the review names."""
    belongs = Q(Belongs(F("assignee_id"), F("agency_id")))
    meant = Q(staff_id__isnull=False) & Q(IsMeant(F("assignee_id"), F("staff_id")))
    return Q(assignee__isnull=False) & belongs & ~meant


def handler_of(order_id: UUID) -> Asked[int | None]:
    """The account of whoever was named to deal with an order and still does; None when it is nobody's."""
    rows = WorkOrder.objects.filter(is_handled(), id=order_id).values_list("assignee_id")
    return Asked(rows, lambda found: next((account for (account,) in found), None))


def account_of(by: Actor) -> int | None:
    """The account of whoever looks; programs and the shell have none."""
    return int(by.id) if by.kind == ActorKind.STAFF and by.id.isascii() and by.id.isdecimal() else None


def _counted_orders(by: Actor) -> Q:
    """The same orders as `access.visible_orders`, said so that all of a province are counted fast.

    Joined with their divisions, they would be read by several processes, which takes longer; but few of them in order are
    found sooner that way.
    """
    if by.scope.division_path is None:
        return access.visible_orders(by)
    low, high = path_range(by.scope.division_path)
    divisions = RawSQL("ARRAY(SELECT id FROM directory_division WHERE path >= %s AND path < %s)", (low, high))
    return Q(LiesIn(F("division_id"), divisions)) & access.not_named(by)


def _mine(by: Actor) -> Q:
    account = account_of(by)
    return Q(pk__in=[]) if account is None else Q(assignee=account)


def _in_group(left: TimeLeft, now: datetime, paused: str = "paused_at") -> Q:
    today, week = ends_of(now)
    match left:
        case TimeLeft.OVERDUE:
            return Q(due_at__lt=now)
        case TimeLeft.TODAY:
            return Q(due_at__gte=now, due_at__lt=today)
        case TimeLeft.THIS_WEEK:
            return Q(due_at__gte=today, due_at__lt=week)
        case TimeLeft.LATER:
            return Q(due_at__gte=week)
        case TimeLeft.PAUSED:
            return Q(due_at__isnull=True, **{f"{paused}__isnull": False})
    return Q(due_at__isnull=True, **{f"{paused}__isnull": True})


def _coloured(colour: str, now: datetime) -> Q:
    if colour == ClockColour.RED:
        return Q(due_at__lt=now)
    amber = Q(due_at__gte=now, amber_at__lte=now)
    return amber if colour == ClockColour.AMBER else Q(due_at__gte=now) & ~Q(amber_at__lte=now)


def _narrowed(asked: ListAsked, by: Actor, now: datetime) -> Q:
    """The conditions of a list as asked, besides whether it is of open orders or of finished ones."""
    if asked.part == AgencyPart.HELP:
        return Q(pk__in=[])
    return _by_clock(asked, now) & _by_order(asked) & _by_handler(asked.assigned, by)


def _narrowed_parts(asked: ListAsked, now: datetime) -> Q:
    """The same of parts of helping agencies, whose clocks are their own; who deals with one nobody has named."""
    if asked.part == AgencyPart.LEAD or asked.assigned or (asked.done and (asked.left or asked.colour)):
        return Q(pk__in=[])
    return _by_clock(asked, now, "order__paused_at") & _of_order(_by_order(asked))


def _of_order(condition: Q) -> Q:
    """A condition of orders as one of what belongs to an order."""
    return _renamed(condition, lambda name: f"order__{name}")


def _renamed(condition: Q, named: Callable[[str], str]) -> Q:
    """The same condition of columns with other names."""
    children: list[Any] = condition.children
    parts = [_renamed(one, named) if isinstance(one, Q) else (named(one[0]), one[1]) for one in children]
    return Q(*parts, _connector=condition.connector, _negated=condition.negated)


def _by_clock(asked: ListAsked, now: datetime, paused: str = "paused_at") -> Q:
    found = _in_group(TimeLeft(asked.left), now, paused) if asked.left else Q()
    return found & _coloured(asked.colour, now) if asked.colour else found


def _by_order(asked: ListAsked) -> Q:
    found = Q(state=asked.state) if asked.state else Q()
    return found & _by_place(asked) & _by_reason(asked.category, asked.urgency) & _by_number(asked.number)


def _by_place(asked: ListAsked) -> Q:
    found = Q()
    if asked.agency:
        found &= Q(agency_id__in=RawSQL(_BELOW, (asked.agency, asked.agency)))  # noqa: S611 - a parameter
    if asked.item:
        found &= Q(item__code=asked.item) | Q(item__name__contains=asked.item)
    return found


def _by_reason(category: str, urgency: str) -> Q:
    found = Q(categories__contains=[category]) if category else Q()
    if not urgency:
        return found
    urgent = Q(categories__overlap=sorted(URGENT_CATEGORIES))
    return found & (urgent if urgency == Urgency.URGENT else Q(categories__isnull=True) | ~urgent)


def _by_handler(assigned: str, by: Actor) -> Q:
    if assigned == Assigned.ME:
        return _mine(by)
    return Q(assignee__isnull=True) | ~is_handled() if assigned == Assigned.NOBODY else Q()


def _by_number(text: str) -> Q:
    if not text:
        return Q()
    numbers = numbers_from(text)
    return Q(id__range=numbers) if numbers else Q(pk__in=[])


def _listed(by: Actor, *, done: bool) -> QuerySet[WorkOrder]:
    """The orders of a list. What was never dispatched is nobody's business."""
    rows = WorkOrder.objects.filter(access.visible_orders(by), dispatched_at__isnull=False)
    waits = waits_for(by)
    return rows.exclude(state__in=waits) if done else rows.filter(state__in=waits)


def work_list(
    by: Actor, asked: ListAsked, *, now: datetime, limit: int, place: ListPlace | None = None
) -> list[ListRow]:
    """The orders somebody may see, as asked: open ones by time left, finished ones newest first.

    Among them those their agency helps with, by the time that its part has left. From a place on, however far down it is,
    the same few rows of an index are read. Which orders is found first, what stands on them afterwards: nothing is looked
    up in vain.
    """
    back = place is not None and place.back
    # Numbers of orders go with the time, so that the newest need no index of their own. No deadline stands last.
    order = ("id" if back else "-id",) if asked.done else ("-due_at", "-id") if back else ("due_at", "id")
    page = _listed(by, done=asked.done).filter(_narrowed(asked, by, now)).order_by(*order)
    helped = parts_of(by, done=asked.done)
    found: list[ListRow] = []
    for part in _beyond(place, done=asked.done):
        if len(found) < limit:
            left = limit - len(found)
            own = _rows(
                WorkOrder.objects.filter(id__in=page.filter(part).values("id")[:left]).order_by(*order), by
            )
            some = [own]
            if helped is not None:
                where = _narrowed_parts(asked, now) & _of_part(part)
                rows = helped.filter(where).order_by(*(_PART_ORDER[name] for name in order))
                some.append(_part_rows(rows[:left], by, done=asked.done))
            together(*some)
            found += _merged([one.answer for one in some], back=back, done=asked.done)[:left]
    return found[::-1] if back else found


# By what parts of helping agencies stand in the order of their orders.
_PART_ORDER = {
    "due_at": "due_at",
    "-due_at": "-due_at",
    "id": "order_id",
    "-id": "-order_id",
}


def _of_part(condition: Q) -> Q:
    """What lies beyond a place, said of parts: by their own time, and the number of their order."""
    return _renamed(condition, lambda name: f"order_{name}" if name.startswith("id") else name)


def _merged(some: list[list[ListRow]], *, back: bool, done: bool) -> list[ListRow]:
    """Rows that each stand in order already, as one list."""
    if len(some) == 1:
        return some[0]

    def key(row: ListRow) -> tuple[bool, datetime, UUID]:
        due = None if done else row.order.due_at
        return due is None, due or never, row.order.id

    never = datetime.min.replace(tzinfo=UTC)
    return sorted(chain.from_iterable(some), key=key, reverse=back != done)


def _beyond(place: ListPlace | None, *, done: bool) -> list[Q]:
    """What lies beyond a place, in parts that each are one stretch of the index: what has no deadline stands last."""
    if place is None:
        return [Q()]
    further = Q(id__lt=place.id) if done != place.back else Q(id__gt=place.id)
    if done:
        return [further]
    none = Q(due_at__isnull=True)
    if place.due is None:
        return [none & further, ~none] if place.back else [none & further]
    if place.back:
        return [Q(due_at__lte=place.due) & (Q(due_at__lt=place.due) | further)]
    return [Q(due_at__gte=place.due) & (Q(due_at__gt=place.due) | further), none]


def _rows(found: QuerySet[WorkOrder], by: Actor) -> Asked[list[ListRow]]:
    rows = found.annotate(
        told=_told(by, "id"),
        handled=Case(When(is_handled(), then=F("assignee_id"))),
    ).values_list(
        "told",
        "handled",
        "assignee__display_name",
        "assignee__username",
        "categories",
        *ORDER_COLUMNS,
    )
    account = account_of(by)

    def read(values: Iterable[tuple[Any, ...]]) -> list[ListRow]:
        found = list(values)
        names = told_apart({row[1]: (row[2], row[3]) for row in found if row[1] is not None})
        return [
            ListRow(
                order_row(tuple(columns)),
                unread=new > 0,
                handler=names.get(handled, ""),
                mine=handled is not None and handled == account,
                categories=tuple(categories or ()),
                sent_on=sent,
            )
            for (sent, new), handled, _, _, categories, *columns in found
        ]

    return Asked(rows, read)


def _part_rows(found: QuerySet[CoHandler], by: Actor, *, done: bool) -> Asked[list[ListRow]]:
    """Orders that one’s agency helps with, each with the clock of its part as long as that is open."""
    columns = [f"order__{name}" for name in ORDER_COLUMNS]
    rows = found.annotate(told=_told(by, "order_id")).values_list(
        "told", "due_at", "amber_at", "order__categories", *columns
    )

    def read(values: Iterable[tuple[Any, ...]]) -> list[ListRow]:
        return [
            ListRow(
                order_row(tuple(columns)) if done else _with_clock(order_row(tuple(columns)), due, amber),
                unread=new > 0,
                handler="",
                mine=False,
                categories=tuple(categories or ()),
                sent_on=sent,
                helps=True,
            )
            for (sent, new), due, amber, categories, *columns in values
        ]

    return Asked(rows, read)


def _told(by: Actor, order_id: str) -> Happened:
    return Happened(order_id, by=str(by), account=account_of(by) or 0)


def _with_clock(order: OrderRow, due: datetime | None, amber: datetime | None) -> OrderRow:
    known = due is not None or order.paused_at is not None
    return replace(order, clock=ClockKind.HELP, due_at=due, amber_at=amber, deadline_known=known)


def counts(by: Actor, asked: ListAsked, *, saved: Iterable[SavedFilterRow] = (), now: datetime) -> ListCounts:
    """How many open orders there are, in one statement: all, one's own, by time left as asked, of each saved filter.

    Those one's agency helps with are among them, by the time that its part has left.
    """
    filters = list(saved)
    own = _counted(
        WorkOrder.objects.filter(_counted_orders(by), dispatched_at__isnull=False, state__in=waits_for(by)),
        [
            Q(),
            _mine(by),
            *(_narrowed(asked, by, now) & _in_group(left, now) for left in TimeLeft),
            *(_narrowed(row.asked, by, now) for row in filters),
        ],
    )
    helped = parts_of(by, done=False)
    some = [own]
    if helped is not None:
        within = _narrowed_parts(asked, now)
        groups = [within & _in_group(left, now, "order__paused_at") for left in TimeLeft]
        some.append(
            _counted(
                helped, [Q(), Q(pk__in=[]), *groups, *(_narrowed_parts(row.asked, now) for row in filters)]
            )
        )
    together(*some)
    all_, mine, *rest = map(sum, zip(*(one.answer for one in some), strict=True))
    kept = {row.id: count for row, count in zip(filters, rest[len(TimeLeft) :], strict=True)}
    left = dict(zip(TimeLeft, rest, strict=False))
    return ListCounts(all_, mine, some[1].answer[0] if helped is not None else 0, left, kept)


def _counted(rows: QuerySet[Any], conditions: Sequence[Q]) -> Asked[list[int]]:
    """How many rows there are on each condition, in its place."""
    counted = {f"n{n}": Count("pk", filter=one) if one else Count("*") for n, one in enumerate(conditions)}
    # Everything is one group, and none where there is nothing.
    found = rows.order_by().annotate(whole=Value(1)).values("whole").annotate(**counted).values_list(*counted)
    return Asked(found, lambda lines: next((list(line) for line in lines), [0] * len(counted)))


def saved_filters(by: Actor) -> Asked[list[SavedFilterRow]]:
    """The filters that somebody keeps, in the order in which they were kept."""
    rows = (
        SavedFilter.objects.filter(user_id=account_of(by) or 0)
        .order_by("id")
        .values_list("id", "name", "asked")
    )
    return Asked(
        rows, lambda found: [SavedFilterRow(pk, name, list_asked(asked)) for pk, name, asked in found]
    )


def visible_rows(order_ids: Iterable[UUID], *, by: Actor) -> Mapping[UUID, OrderRow]:
    """Those of some orders that somebody may see."""
    rows = WorkOrder.objects.filter(access.visible_orders(by), id__in=list(order_ids))
    return {row.id: row for row in map(order_row, rows.values_list(*ORDER_COLUMNS))}

"""Orders as they stand: a desk's inbox, one order, the order of a review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Exists, OuterRef, Q, Subquery

from haochaping.accounts.access import check_power, check_scope, may, may_reach
from haochaping.accounts.terms import OUT_OF_SCOPE, Power
from haochaping.kernel.refused import Refused
from haochaping.postgres.together import Asked
from haochaping.rectification import access
from haochaping.rectification.models import Evidence, SolutionAnswer, WorkOrder
from haochaping.rectification.queries.past import SOLUTION_COLUMNS, beside
from haochaping.rectification.states import ANSWERED, WORKED_ON
from haochaping.rectification.terms import NO_SUCH_ORDER, OrderRow, OrderState, SolutionRow, Solved

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date
    from uuid import UUID

    from django.db.models import QuerySet

    from haochaping.kernel.actor import Actor

ORDER_COLUMNS = (
    "id",
    "review_id",
    "state",
    "division_id",
    "division__path",
    "agency_id",
    "agency__name",
    "item_id",
    "item__name",
    "created_at",
    "dispatched_at",
    "sign_due_at",
    "contact_due_at",
    "rectify_due_at",
    "deadline_known",
    "round",
    "clock",
    "due_at",
    "amber_at",
    "paused_at",
    "outcome",
    "rectification_text",
    "reply_text",
    "replied_at",
    "rating_until",
    "closed_at",
    "merged_into_id",
    "thread_id",
    "staff_id",
    "agency__valid_to",
    "agency__path",
)


def order_row(values: tuple[object, ...]) -> OrderRow:
    """An order as its columns, in the order of ORDER_COLUMNS, say it."""
    columns = dict(zip((name.replace("__", "_") for name in ORDER_COLUMNS), values, strict=True))
    columns["state"] = OrderState(str(columns["state"]))
    return OrderRow(**columns)  # type: ignore[arg-type]


def inbox(by: Actor, *, done: bool = False, limit: int = 50, offset: int = 0) -> list[OrderRow]:
    """The orders somebody may see: open ones by time left, finished ones newest first.

    What was never dispatched is nobody's business: a mis-tap changed back leaves no trace at the agency.
    """
    rows = WorkOrder.objects.filter(access.visible_orders(by), dispatched_at__isnull=False)
    mine = waits_for(by)
    # What has no deadline stands last.
    rows = rows.exclude(state__in=mine).order_by("-created_at") if done else _by_time_left(rows, mine)
    return [order_row(values) for values in rows.values_list(*ORDER_COLUMNS)[offset : offset + limit]]


def _by_time_left(rows: QuerySet[WorkOrder], states: frozenset[OrderState]) -> QuerySet[WorkOrder]:
    return rows.filter(state__in=states).order_by("due_at", "id")


def waits_for(by: Actor) -> frozenset[OrderState]:
    """The states in which an order waits for somebody like the actor."""
    waits = set(WORKED_ON)
    if may(by, Power.ORDER_DISPATCH):
        waits |= {OrderState.REPLIED}
    if may(by, Power.ORDER_SUPERVISE):
        waits |= {OrderState.REPLIED, OrderState.ESCALATED}
    return frozenset(waits)


def order(order_id: UUID, *, by: Actor) -> OrderRow:
    """One order; raises `Refused` when it is not there or not the actor's to see."""
    return orders_each([order_id], by=by)[order_id]


def orders_each(order_ids: Collection[UUID], *, by: Actor) -> dict[UUID, OrderRow]:
    """Several orders; raises `Refused` when one is not there or not the actor's to see."""
    check_power(by, Power.ORDER_VIEW)
    found = {row.id: row for row in rows(order_ids)}
    for order_id in order_ids:
        row = found.get(order_id)
        if row is None:
            raise Refused(NO_SUCH_ORDER)
        access.check_not_named(by, row.staff_id)
        _check_view(by, order_id, row.division_path, row.agency_path)
    return found


def _check_view(by: Actor, order_id: UUID, division_path: str, agency_path: str) -> None:
    """Raise `Refused` unless the order is the actor's to see: by its place, or because their agency helps with it."""
    try:
        access.check_view(by, division_path=division_path, agency_path=agency_path)
    except Refused as refused:
        if refused.code != OUT_OF_SCOPE.code or not any(
            may_reach(by, division_path="-", agency_path=one.agency_path)
            for one in beside(order_id).co_handlers
        ):
            raise


def order_with_solution(order_id: UUID, *, by: Actor) -> tuple[OrderRow, SolutionRow | None]:
    """One order with what its reviewer said last about it, asked together; raises `Refused` as `order`."""
    check_power(by, Power.ORDER_VIEW)
    newest = SolutionAnswer.objects.filter(order_id=OuterRef("id")).order_by("-answered_at", "-id")
    said = {f"said_{name}": Subquery(newest.values(name)[:1]) for name in SOLUTION_COLUMNS}
    found = (
        WorkOrder.objects.filter(id=order_id)
        .annotate(**said)
        .values_list("division__path", "agency__path", *said, *ORDER_COLUMNS)
        .first()
    )
    if found is None:
        raise Refused(NO_SUCH_ORDER)
    division_path, agency_path, solved, *words = found
    row = order_row(tuple(words[len(said) - 1 :]))
    access.check_not_named(by, row.staff_id)
    _check_view(by, order_id, division_path, agency_path)
    return row, SolutionRow(Solved(solved), *words[: len(said) - 1]) if solved else None


def order_to_handle(order_id: UUID, *, by: Actor) -> OrderRow:
    """One order for somebody whose agency answers for it; raises `Refused` as `order`, and without the power to handle it.

    Whose agency only helps is refused: OUT_OF_SCOPE.
    """
    row = order(order_id, by=by)
    check_power(by, Power.ORDER_HANDLE)
    check_scope(by, division_path=row.division_path, agency_path=row.agency_path)
    return row


def rows(order_ids: Iterable[UUID]) -> list[OrderRow]:
    """Orders by id, for flows."""
    return asked_rows(order_ids).answer


def asked_rows(order_ids: Iterable[UUID]) -> Asked[list[OrderRow]]:
    """The same, to be asked with other reads."""
    found = WorkOrder.objects.filter(id__in=list(order_ids)).values_list(*ORDER_COLUMNS)
    return Asked(found, lambda rows: [order_row(values) for values in rows])


def order_of_review(review_id: UUID) -> OrderRow | None:
    """The order of a review, for the reviewer's own page."""
    values = WorkOrder.objects.filter(review_id=review_id).values_list(*ORDER_COLUMNS).first()
    return order_row(values) if values else None


def order_of_own_review(review_id: UUID) -> tuple[OrderRow | None, SolutionRow | None, bool]:
    """The order of a review for the reviewer's own page, with what they said last about it, and whether it shows evidence."""
    newest = SolutionAnswer.objects.filter(order_id=OuterRef("id")).order_by("-answered_at", "-id")
    said = {f"said_{name}": Subquery(newest.values(name)[:1]) for name in SOLUTION_COLUMNS}
    shows = Exists(Evidence.objects.filter(order_id=OuterRef("id"), shown=True, removed_at=None))
    rows = WorkOrder.objects.filter(review_id=review_id).annotate(**said, shows=shows)
    found = rows.values_list("shows", *said, *ORDER_COLUMNS).first()
    if found is None:
        return None, None, False
    shown, solved, *words = found
    row = order_row(tuple(words[len(said) - 1 :]))
    return row, SolutionRow(Solved(solved), *words[: len(said) - 1]) if solved else None, shown


def orders_of_reviews(review_ids: Iterable[UUID]) -> dict[UUID, OrderRow]:
    """Orders by review."""
    rows = WorkOrder.objects.filter(review_id__in=list(review_ids)).values_list(*ORDER_COLUMNS)
    return {row.review_id: row for row in map(order_row, rows)}


def has_ended(order_id: UUID, day: date) -> Asked[bool]:
    """Whether the agency of an order is none on a day."""
    ended = Q(agency__valid_to__lt=day) | Q(agency__valid_from__gt=day)
    return Asked(
        WorkOrder.objects.filter(ended, id=order_id).values_list("id"), lambda rows: any(True for _ in rows)
    )


def answered_with(review_id: UUID, *, by: Actor | None = None) -> Asked[list[OrderRow]]:
    """The orders that are answered with the order of this review (并单), oldest first: all, or those the actor may see."""
    seen = access.visible_orders(by) if by else Q()
    rows = WorkOrder.objects.filter(seen, merged_into__review_id=review_id).order_by("id")
    return Asked(rows.values_list(*ORDER_COLUMNS), lambda found: [order_row(values) for values in found])


def answers_for_others(order_id: UUID) -> bool:
    """Whether any order is answered with this one, also one that the asker does not see (doors/tables.py)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT haochaping_answers_for_others(%s)", [order_id])
        [(found,)] = cursor.fetchall()
    return bool(found)


def leads_without_answer(*, limit: int) -> list[UUID]:
    """The reviews of orders that others are to be answered with, and that will give no answer."""
    rows = WorkOrder.objects.filter(merged_into__isnull=False)
    left = rows.exclude(merged_into__state__in=WORKED_ON | ANSWERED).order_by("merged_into__review_id")
    return list(left.values_list("merged_into__review_id", flat=True).distinct()[:limit])

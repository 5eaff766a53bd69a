"""责任划分 and 改革建议 reads: what faults lie in, who decides about an item, proposals of reforms with their timelines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.kernel.refused import Refused
from haochaping.postgres.together import Asked
from haochaping.rectification import access
from haochaping.rectification.models import Callback, Fault, Reform, ReformEvent
from haochaping.rectification.states import REFORM_FINAL
from haochaping.rectification.terms import (
    NO_SUCH_REFORM,
    FaultRow,
    LateReform,
    ReformEventRow,
    ReformMove,
    ReformPart,
    ReformRow,
    ReformState,
    Responsibility,
)

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor

_REFORM = (
    "id",
    "order_id",
    "item_id",
    "item__name",
    "agency_id",
    "agency__name",
    "agency__path",
    "division__path",
    "from_agency__name",
    "from_agency__path",
    "from_division__path",
    "state",
    "text",
    "parts",
    "change_text",
    "drafted_at",
    "due_at",
    "staff_id",
)


def was_found_true(order_id: UUID) -> bool:
    """Whether a call-back came to the finding that what the review says is true."""
    return Callback.objects.filter(order_id=order_id, is_true=True).exists()


def faults_of(order_id: UUID) -> Asked[list[FaultRow]]:
    """What the fault of an order was found to lie in, in the order in which it was said."""
    rows = Fault.objects.filter(order_id=order_id).order_by("at", "id")
    return Asked(
        rows.values_list("responsibility", "note", "by", "at"),
        lambda found: [FaultRow(Responsibility(kind), *rest) for kind, *rest in found],
    )


def reforms(by: Actor, *, done: bool = False, limit: int = 50, offset: int = 0) -> list[ReformRow]:
    """Proposals from orders of one's remit, and to agencies of it, the newest first: those that go on, or the others."""
    check_power(by, Power.ORDER_VIEW)
    rows = Reform.objects.filter(access.visible_reforms(by))
    rows = rows.filter(state__in=REFORM_FINAL) if done else rows.exclude(state__in=REFORM_FINAL)
    found = rows.order_by("-drafted_at", "-id").values_list(*_REFORM)[offset : offset + limit]
    return [_row(row) for row in found]


def reform(reform_id: UUID, *, by: Actor) -> ReformRow:
    """One proposal; raises `Refused(NO_SUCH_REFORM)` when it is not there or not the actor's to see."""
    check_power(by, Power.ORDER_VIEW)
    row = Reform.objects.filter(access.visible_reforms(by), id=reform_id).values_list(*_REFORM).first()
    if row is None:
        raise Refused(NO_SUCH_REFORM)
    return _row(row)


def reform_of(order_id: UUID) -> Asked[ReformRow | None]:
    """The proposal that an order led to, for who may see the order, and for its reviewer."""
    rows = Reform.objects.filter(order_id=order_id).order_by("id").values_list(*_REFORM)
    return Asked(rows, lambda found: next(map(_row, found), None))


def reform_events(reform_id: UUID) -> list[ReformEventRow]:
    """Everything that happened to a proposal, oldest first."""
    rows = ReformEvent.objects.filter(reform_id=reform_id).order_by("at", "id")
    return [
        ReformEventRow(ReformMove(move), at, by, note)
        for move, at, by, note in rows.values_list("move", "at", "by", "note")
    ]


def last_reform_author(reform_id: UUID, move: ReformMove) -> str:
    """Who made a move of a proposal last; "" when nobody did."""
    rows = ReformEvent.objects.filter(reform_id=reform_id, move=move).order_by("-at", "-id")
    return rows.values_list("by", flat=True).first() or ""


def late_reforms(now: datetime, *, limit: int) -> list[LateReform]:
    """Proposals whose answer or change is overdue, the latest day first."""
    rows = Reform.objects.filter(due_at__lt=now).order_by("due_at", "id")
    found = rows.values_list("id", "order_id", "division_id", "agency_id", "due_at")[:limit]
    return [
        LateReform(pk, order_id, division_id, agency_id, due_at)
        for pk, order_id, division_id, agency_id, due_at in found
        if due_at is not None
    ]


def reforms_without_deadline(limit: int = 100) -> dict[UUID, datetime]:
    """Proposals whose addressee owes an answer or a change by no date, as the working calendar does not reach; since when."""
    owed = Reform.objects.filter(state__in=[ReformState.SENT, ReformState.ACCEPTED], due_at=None)
    begun = ReformEvent.objects.filter(
        reform_id=OuterRef("id"), move__in=[ReformMove.SEND, ReformMove.ACCEPT, ReformMove.SEND_BACK]
    )
    rows = owed.annotate(since=Subquery(begun.order_by("-at", "-id").values("at")[:1])).order_by("drafted_at")
    return {pk: since for pk, since in rows.values_list("id", "since")[:limit] if since}


def of_ended_addressees(day: date, *, limit: int) -> list[UUID]:
    """Proposals that go on although the agency they are addressed to ended before a day."""
    rows = Reform.objects.filter(agency__valid_to__lt=day).exclude(state__in=REFORM_FINAL)
    return list(rows.order_by("id").values_list("id", flat=True)[:limit])


def _row(row: tuple[Any, ...]) -> ReformRow:
    columns = dict(zip((name.replace("__", "_") for name in _REFORM), row, strict=True))
    parts = tuple(ReformPart(part) for part in columns["parts"])
    return ReformRow(**columns | {"state": ReformState(columns["state"]), "parts": parts})

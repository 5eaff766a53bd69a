"""Signals, supervision orders, proposals, urgings and figures, each for whom they are for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q, Value
from django.db.models.functions import Coalesce

from haochaping.accounts.access import check_power, check_scope, may, may_any
from haochaping.accounts.terms import NOT_ALLOWED, Power
from haochaping.kernel.refused import Refused
from haochaping.postgres.together import Asked
from haochaping.supervision import access
from haochaping.supervision.models import Proposal, Signal, SupervisionEvent, SupervisionOrder, Urging
from haochaping.supervision.states import FINAL
from haochaping.supervision.terms import (
    NO_SUCH_PROPOSAL,
    NO_SUCH_SIGNAL,
    NO_SUCH_SUPERVISION,
    NO_SUCH_URGING,
    Hearing,
    ProposalRow,
    ProposalState,
    Rung,
    SignalKind,
    SignalRow,
    SupervisionEventRow,
    SupervisionMove,
    SupervisionRow,
    SupervisionState,
    UrgingRow,
    Waiting,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from django.db.models import QuerySet

    from haochaping.kernel.actor import Actor

_PARTIES = (Power.ORDER_SUPERVISE, Power.ORDER_HANDLE)
_SIGNAL = (
    "id",
    "kind",
    "division__name",
    "agency__name",
    "agency__code",
    "subject",
    "work_order_id",
    "facts",
    "day",
    "raised_at",
    "supervision_id",
)
_SUPERVISION = (
    "id",
    "rung",
    "state",
    "division__name",
    "division__path",
    "agency__name",
    "agency__path",
    "work_order_id",
    "part_id",
    "voice_id",
    "text",
    "response",
    "opened_at",
    "opened_by",
    "due_at",
    Coalesce("work_order__item__name", "voice__item__name", Value("")),
)
_PROPOSAL = (
    "id",
    "supervision_id",
    "work_order_id",
    "staff__code",
    "supervision__agency__name",
    "staff__agency__name",
    "division__path",
    "rung",
    "state",
    "reason",
    "proposed_by",
    "proposed_at",
    "decision",
    "decided_by",
    "decided_at",
    "heard",
    "heard_by",
    "heard_at",
    "heard_before",
    "outcome",
    "done_by",
    "done_at",
)
_URGING = (
    "id",
    "division__name",
    "division__path",
    "agency__name",
    "agency__path",
    "work_order_id",
    "text",
    "urged_by",
    "urged_at",
    "due_at",
    "answer",
    "answered_by",
    "answered_at",
    "upward",
)


def signals(
    by: Actor, *, kind: SignalKind | None = None, taken: bool = False, limit: int = 50, offset: int = 0
) -> list[SignalRow]:
    """The signals of one's divisions, newest first: those nobody has taken up, or the others; of one kind or of all."""
    check_power(by, Power.ORDER_SUPERVISE)
    open_one = Q(supervision=None, measure_id=None)
    rows = Signal.objects.filter(access.signalled(by), ~open_one if taken else open_one)
    if kind:
        rows = rows.filter(kind=kind)
    found = rows.order_by("-raised_at", "-id").values_list(*_SIGNAL)[offset : offset + limit]
    return [SignalRow(row[0], SignalKind(row[1]), *row[2:]) for row in found]


def signal(signal_id: UUID, *, by: Actor) -> SignalRow:
    """One signal; raises `Refused` when it is not there or not the actor's to see."""
    check_power(by, Power.ORDER_SUPERVISE)
    row = Signal.objects.filter(access.signalled(by), id=signal_id).values_list(*_SIGNAL).first()
    if row is None:
        raise Refused(NO_SUCH_SIGNAL)
    return SignalRow(row[0], SignalKind(row[1]), *row[2:])


def supervisions(by: Actor, *, done: bool = False, limit: int = 50, offset: int = 0) -> list[SupervisionRow]:
    """The supervision orders that somebody may know of, newest first: those that go on, or the others."""
    _check_party(by)
    rows = SupervisionOrder.objects.filter(access.supervised(by))
    rows = rows.filter(state__in=FINAL) if done else rows.exclude(state__in=FINAL)
    found = rows.order_by("-opened_at", "-id").values_list(*_SUPERVISION)[offset : offset + limit]
    return [_supervision(row) for row in found]


def supervision(supervision_id: UUID, *, by: Actor) -> SupervisionRow:
    """One supervision order; raises `Refused` when it is not there, or not the actor's to know of."""
    _check_party(by)
    row = SupervisionOrder.objects.filter(id=supervision_id).values_list(*_SUPERVISION).first()
    if row is None:
        raise Refused(NO_SUCH_SUPERVISION)
    shown = _supervision(row)
    check_scope(by, division_path=shown.division_path, agency_path=shown.agency_path)
    if not SupervisionOrder.objects.filter(access.supervised(by), id=supervision_id).exists():
        raise Refused(NO_SUCH_SUPERVISION)
    return shown


def timeline(supervision_id: UUID) -> list[SupervisionEventRow]:
    """Everything that happened to a supervision order, oldest first; of proposals it knows nothing."""
    rows = SupervisionEvent.objects.filter(supervision_id=supervision_id).order_by("at", "id")
    return [
        SupervisionEventRow(SupervisionMove(move), at, by, note)
        for move, at, by, note in rows.values_list("move", "at", "by", "note")
    ]


def proposals(
    by: Actor,
    *,
    supervision_id: UUID | None = None,
    done: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> list[ProposalRow]:
    """Proposals of one's divisions, newest first, those that wait or the others.

    Of one supervision order all.

    Nobody else is told that there are any: without the power the list is empty.
    """
    if not may(by, Power.SUPERVISION_DECIDE):
        return []
    rows = Proposal.objects.filter(access.proposed(by))
    if supervision_id is not None:
        rows = rows.filter(supervision_id=supervision_id)
    else:
        # A measure about a person that was adopted is still to be carried out.
        waits = Q(state=ProposalState.WAITING) | Q(state=ProposalState.ADOPTED, staff__isnull=False)
        rows = rows.exclude(waits) if done else rows.filter(waits)
    found = rows.order_by("-proposed_at", "-id").values_list(*_PROPOSAL)[offset : offset + limit]
    return [_proposal(row) for row in found]


def measures(work_order_id: UUID, *, by: Actor) -> Asked[list[ProposalRow]]:
    """Proposals about persons after one work order, newest first; nobody else is told that there are any."""
    rows = Proposal.objects.filter(access.proposed(by), work_order_id=work_order_id)
    rows = rows if may(by, Power.SUPERVISION_DECIDE) else rows.none()
    return Asked(
        rows.order_by("-proposed_at", "-id").values_list(*_PROPOSAL)[:50],
        lambda found: [_proposal(one) for one in found],
    )


def proposal(proposal_id: UUID, *, by: Actor) -> ProposalRow:
    """One proposal; raises `Refused` when it is not there, or not the actor's to know of."""
    check_power(by, Power.SUPERVISION_DECIDE)
    row = Proposal.objects.filter(access.proposed(by), id=proposal_id).values_list(*_PROPOSAL).first()
    if row is None:
        raise Refused(NO_SUCH_PROPOSAL)
    return _proposal(row)


def was_talked_to(work_order_id: UUID) -> bool:
    """Whether a measure about somebody who served was carried out after a review: all that its reviewer is told of it."""
    return Proposal.objects.filter(work_order_id=work_order_id, state=ProposalState.DONE).exists()


def urgings(by: Actor, *, done: bool = False, limit: int = 50, offset: int = 0) -> list[UrgingRow]:
    """The urgings of one's remit, newest first: those that wait for an answer, or the others."""
    _check_party(by)
    rows = Urging.objects.filter(access.urged(by), answered_at__isnull=not done)
    found = rows.order_by("-urged_at", "-id").values_list(*_URGING)[offset : offset + limit]
    return [_urging(row) for row in found]


def urging(urging_id: UUID, *, by: Actor) -> UrgingRow:
    """One urging; raises `Refused` when it is not there or not the actor's to see."""
    _check_party(by)
    row = Urging.objects.filter(access.urged(by), id=urging_id).values_list(*_URGING).first()
    if row is None:
        raise Refused(NO_SUCH_URGING)
    return _urging(row)


def unanswered(ids: Collection[UUID]) -> set[UUID]:
    """Those of these letters, reminders, warnings and urgings that nobody has answered, for flows."""
    sent = SupervisionOrder.objects.filter(id__in=ids, state=SupervisionState.NOTIFIED)
    urged = Urging.objects.filter(id__in=ids, answered_at=None)
    return {*sent.values_list("id", flat=True), *urged.values_list("id", flat=True)}


def waiting(by: Actor) -> Waiting:
    """How much waits for a supervisor, besides what the map of work orders says."""
    open_ones = SupervisionOrder.objects.filter(access.supervised(by)).exclude(state__in=FINAL)
    decides = may(by, Power.SUPERVISION_DECIDE)
    undecided = Proposal.objects.filter(access.proposed(by), state=ProposalState.WAITING)
    return Waiting(
        signals=Signal.objects.filter(access.signalled(by), supervision=None, measure_id=None).count(),
        supervisions=open_ones.count(),
        urgings=Urging.objects.filter(access.urged(by), answered_at=None).count(),
        proposals=undecided.count() if decides else 0,
    )


def _check_party(by: Actor) -> None:
    if not may_any(by, _PARTIES):
        raise Refused(NOT_ALLOWED)


def supervision_rows(rows: QuerySet[SupervisionOrder]) -> list[SupervisionRow]:
    """Supervision orders that were found, in their order."""
    return [_supervision(row) for row in rows.values_list(*_SUPERVISION)]


def _supervision(row: tuple[Any, ...]) -> SupervisionRow:
    return SupervisionRow(row[0], Rung(row[1]), SupervisionState(row[2]), *row[3:])


def _proposal(row: tuple[Any, ...]) -> ProposalRow:
    pk, supervision_id, order_id, code, supervised, employed, path, rung, state, *rest = row
    *decided, heard, heard_by, heard_at, before, outcome, done_by, done_at = rest
    agency = supervised or employed or ""
    earlier = [Hearing(one["text"], one["by"], datetime.fromisoformat(one["at"])) for one in before]
    last = [] if heard_at is None else [Hearing(heard, heard_by, heard_at)]
    return ProposalRow(
        pk,
        supervision_id,
        order_id,
        code or "",
        agency,
        path,
        Rung(rung),
        ProposalState(state),
        *(*decided, heard_at, (*earlier, *last), outcome, done_by, done_at),
    )


def _urging(row: tuple[Any, ...]) -> UrgingRow:
    return UrgingRow(row[0], row[1], row[2], row[3] or "", row[4] or "", *row[5:])

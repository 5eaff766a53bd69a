"""督办单: opened by the program or a person, sent, answered, checked, lifted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.directory import queries as directory
from haochaping.directory.rules import check_goes_on
from haochaping.directory.terms import Kind
from haochaping.kernel.identifiers import uuid7, uuids7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.postgres import writes
from haochaping.rectification import queries as work_orders
from haochaping.rectification.access import not_named
from haochaping.rectification.actions.steps import checked_text
from haochaping.supervision.access import ABOUT, check_supervise
from haochaping.supervision.actions.steps import answers_due, record, step
from haochaping.supervision.models import Proposal, Signal, SupervisionOrder
from haochaping.supervision.states import after
from haochaping.supervision.terms import (
    ANSWER_NOT_DUE,
    AUTOMATIC,
    NO_SUCH_SIGNAL,
    PROPOSAL_WAITS,
    SIGNAL_TAKEN,
    SUPERVISION_OPEN,
    SUPERVISION_TEXT_LIMIT,
    UNKNOWN_ADDRESSEE,
    ProposalState,
    Rung,
    SignalKind,
    SupervisionMove,
    SupervisionState,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.directory.terms import Ref
    from haochaping.kernel.actor import Actor
    from haochaping.supervision.terms import Alarm, LeftBehind


@transaction.atomic
def open_automatic(alarms: Sequence[Alarm], *, by: Actor, now: datetime) -> list[UUID]:
    """Open and send a reminder or warning for each alarm that has none yet; returns the new ones."""
    if not alarms:
        return []
    due = answers_due((alarm.division_id for alarm in alarms), now)
    rows = [
        SupervisionOrder(
            id=pk,
            key=pk,
            rung=alarm.rung,
            state=SupervisionState.NOTIFIED,
            division_id=alarm.division_id,
            agency_id=alarm.agency_id,
            work_order_id=alarm.work_order_id,
            part_id=alarm.part_id,
            voice_id=alarm.voice_id,
            opened_at=now,
            opened_by=str(by),
            due_at=due[alarm.division_id],
        )
        for pk, alarm in zip(uuids7(now, len(alarms)), alarms, strict=True)
    ]
    SupervisionOrder.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    ids = [row.id for row in rows]
    there = set(SupervisionOrder.objects.filter(id__in=ids).values_list("id", flat=True))
    new = [row for row in rows if row.id in there]
    # Nobody drafts these: that they are sent is all that happens.
    record(new, SupervisionMove.NOTIFY, by=by, now=now)
    return [row.id for row in new]


@transaction.atomic
def open_letter(
    *,
    agency_code: str,
    work_order_id: UUID | None,
    signal_id: UUID | None,
    text: str,
    key: UUID,
    by: Actor,
    now: datetime,
) -> UUID:
    """Draft a supervision letter about a signal, a work order or an agency, the first of them that is given.

    A signal about an agency that has ended is taken up with the one that `agency_code` names.
    `key` is the form's own: the same form sent twice drafts one letter. The agency knows nothing until it is sent.

    Raises:
        Refused: NOT_ALLOWED, OUT_OF_SCOPE, TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS, UNKNOWN_ADDRESSEE,
            AGENCY_ENDED, AGENCY_NOT_BEGUN, NO_SUCH_ORDER, NO_SUCH_SIGNAL, SIGNAL_TAKEN, SUPERVISION_OPEN.
    """
    text = checked_text(text, "text", limit=SUPERVISION_TEXT_LIMIT)
    if made := _made_with(key, by):
        return made
    signal = _signal(signal_id, by) if signal_id else None
    if signal is not None:
        work_order_id = signal.work_order_id
        has_ended = not directory.held_on(Kind.AGENCIES, [signal.agency_id], local_day(now))
        agency_code = (has_ended and agency_code) or signal.agency.code
    agency_id, division_id = _place(agency_code, work_order_id, by)
    if signal is not None and signal.kind == SignalKind.HELP_LATE:
        # Not to who leads the order: to who is late.
        agency_id = signal.agency_id
    check_goes_on(directory.agency_by_id(agency_id), local_day(now))
    row = SupervisionOrder(
        id=uuid7(now),
        key=key,
        rung=Rung.LETTER,
        state=SupervisionState.OPENED,
        division_id=division_id,
        agency_id=agency_id,
        work_order_id=work_order_id,
        text=text,
        opened_at=now,
        opened_by=str(by),
    )
    # The table knows of a letter that somebody else opened a moment ago.
    SupervisionOrder.objects.bulk_create([row], ignore_conflicts=True)
    if not SupervisionOrder.objects.filter(id=row.id).exists():
        if made := _made_with(key, by):
            return made
        raise Refused(SUPERVISION_OPEN)
    if signal is not None:
        signal.supervision_id = row.id
        signal.save(update_fields=["supervision"])
    record([row], SupervisionMove.OPEN, by=by, now=now, note=text)
    return row.id


def _made_with(key: UUID, by: Actor) -> UUID | None:
    rows = SupervisionOrder.objects.filter(key=key, opened_by=str(by))
    return rows.values_list("id", flat=True).first()


def _signal(signal_id: UUID, by: Actor) -> Signal:
    rows = Signal.objects.select_for_update(of=("self",)).select_related("agency", "division")
    signal = rows.filter(not_named(by, ABOUT), not_named(by), id=signal_id).first()
    if signal is None:
        raise Refused(NO_SUCH_SIGNAL)
    check_supervise(by, division_path=signal.division.path)
    if signal.supervision_id is not None or signal.measure_id is not None:
        raise Refused(SIGNAL_TAKEN)
    return signal


def _place(agency_code: str, work_order_id: UUID | None, by: Actor) -> tuple[int, int]:
    """Agency and division that a letter is for; raises unless the actor supervises there."""
    if work_order_id is not None:
        about = work_orders.order(work_order_id, by=by)
        agency_id, division_id = about.agency_id, about.division_id
    else:
        agency = directory.agencies([agency_code]).get(agency_code)
        if agency is None:
            raise Refused(UNKNOWN_ADDRESSEE, field="agency", value=agency_code[:40])
        agency_id, division_id = agency.id, agency.division_id
    check_supervise(by, division_path=directory.division_by_id(division_id).path)
    return agency_id, division_id


@transaction.atomic
def notify(supervision_id: UUID, *, by: Actor, now: datetime) -> None:
    """Send a letter to its agency; from now on it knows, and has so long to answer.

    Raises:
        Refused: NO_SUCH_SUPERVISION, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_SUPERVISION_STATE.
    """
    row = step(supervision_id, SupervisionMove.NOTIFY, by)
    row.due_at = answers_due([row.division_id], now)[row.division_id]
    row.save(update_fields=["state", "due_at"])
    record([row], SupervisionMove.NOTIFY, by=by, now=now)


@transaction.atomic
def respond(supervision_id: UUID, *, text: str, by: Actor, now: datetime) -> None:
    """The agency says what it has done and why it came to this.

    Raises:
        Refused: as `notify`, and TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    text = checked_text(text, "text", limit=SUPERVISION_TEXT_LIMIT)
    row = step(supervision_id, SupervisionMove.RESPOND, by)
    row.response = text
    row.save(update_fields=["state", "response"])
    record([row], SupervisionMove.RESPOND, by=by, now=now, note=text)


@transaction.atomic
def check(supervision_id: UUID, *, text: str, by: Actor, now: datetime) -> None:
    """A supervisor says what they found; without an answer only once its time has passed.

    Raises:
        Refused: as `respond`, and ANSWER_NOT_DUE.
    """
    text = checked_text(text, "text", limit=SUPERVISION_TEXT_LIMIT)
    row = step(supervision_id, SupervisionMove.CHECK, by)
    if not row.response and row.due_at is not None and now <= row.due_at:
        raise Refused(ANSWER_NOT_DUE, until=row.due_at)
    row.save(update_fields=["state"])
    record([row], SupervisionMove.CHECK, by=by, now=now, note=text)


@transaction.atomic
def lift(supervision_id: UUID, *, text: str, by: Actor, now: datetime) -> None:
    """A supervisor ends the supervision and says why; not while a proposal about it waits.

    Raises:
        Refused: as `respond`, and PROPOSAL_WAITS.
    """
    text = checked_text(text, "text", limit=SUPERVISION_TEXT_LIMIT)
    row = step(supervision_id, SupervisionMove.LIFT, by)
    if Proposal.objects.filter(supervision_id=row.id, state=ProposalState.WAITING).exists():
        raise Refused(PROPOSAL_WAITS)
    row.save(update_fields=["state"])
    record([row], SupervisionMove.LIFT, by=by, now=now, note=text)


@transaction.atomic
def hold_interview(supervision_id: UUID, *, text: str, by: Actor, now: datetime) -> None:
    """The agency was interviewed: when, with whom, and what came of it; that ends the supervision.

    Raises:
        Refused: as `respond`.
    """
    text = checked_text(text, "text", limit=SUPERVISION_TEXT_LIMIT)
    row = step(supervision_id, SupervisionMove.HOLD_INTERVIEW, by)
    row.save(update_fields=["state"])
    record([row], SupervisionMove.HOLD_INTERVIEW, by=by, now=now, note=text)


@transaction.atomic
def hand_on(left: Iterable[LeftBehind], *, by: Actor, now: datetime) -> None:
    """What has been left behind, and is locked, waits for the agency that has the matter now, as long as was promised."""
    by_agency: dict[Ref, list[SupervisionOrder]] = {}
    for one in left:
        row = SupervisionOrder(id=one.id, rung=one.reached.rung, state=SupervisionState.NOTIFIED)
        by_agency.setdefault(one.agency, []).append(row)
    for agency, rows in by_agency.items():
        writes.change(SupervisionOrder.objects.filter(id__in=[row.id for row in rows]), agency_id=agency.id)
        record(rows, SupervisionMove.HAND_ON, by=by, now=now, note=agency.name, agency=agency.code)


@transaction.atomic
def settle(supervision_ids: Sequence[UUID], *, by: Actor, now: datetime) -> list[UUID]:
    """Lift reminders and warnings that are about nothing any more; one that has moved on is left."""
    rows = SupervisionOrder.objects.select_for_update().filter(id__in=supervision_ids, rung__in=AUTOMATIC)
    settled = []
    for row in rows.order_by("id"):
        state = after(SupervisionState(row.state), SupervisionMove.SETTLE)
        if state is not None:
            row.state = state
            settled.append(row)
    SupervisionOrder.objects.bulk_update(settled, ["state"], batch_size=500)
    record(settled, SupervisionMove.SETTLE, by=by, now=now)
    return [row.id for row in settled]

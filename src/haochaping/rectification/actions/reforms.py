"""改革建议: drafted from an order, sent, answered by the agency that decides, carried out, checked."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.accounts.access import check_scope, may_any
from haochaping.accounts.terms import NOT_ALLOWED
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import TEXT_FIELD, EntryKind, NewEntry
from haochaping.rectification import access
from haochaping.rectification.actions.steps import checked_text
from haochaping.rectification.models import Reform, ReformEvent
from haochaping.rectification.queries import faults as fault_queries
from haochaping.rectification.states import BY_ADDRESSEE, REFORM_FIRED_BY, reform_after
from haochaping.rectification.terms import (
    NO_PART,
    NO_SUCH_REFORM,
    OWN_CHANGE,
    WRONG_REFORM_STATE,
    ReformMove,
    ReformPart,
    ReformState,
)
from haochaping.rulebook import queries as rulebook
from haochaping.rulebook.rules import due_after

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from haochaping.directory.terms import AgencyRef
    from haochaping.kernel.actor import Actor
    from haochaping.rectification.models import WorkOrder


def draft(order: WorkOrder, addressee: AgencyRef, text: str, *, by: Actor, now: datetime) -> UUID:
    """Draft a proposal from an order, which the caller has locked; the addressee knows nothing until it is sent."""
    reform = Reform.objects.create(
        id=uuid7(now),
        order=order,
        item_id=order.item_id,
        from_division_id=order.division_id,
        from_agency_id=order.agency_id,
        staff_id=order.staff_id,
        division_id=addressee.division_id,
        agency_id=addressee.id,
        state=ReformState.DRAFTED,
        text=text,
        drafted_at=now,
    )
    _record(reform, ReformMove.DRAFT, text, by=by, now=now)
    return reform.id


@transaction.atomic
def send_reform(reform_id: UUID, *, by: Actor, now: datetime) -> None:
    """Send a proposal to the agency that decides: it has so long to answer as the rules of its division give.

    Raises:
        Refused: NO_SUCH_REFORM, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_REFORM_STATE.
    """
    reform = _moved(reform_id, ReformMove.SEND, by)
    reform.due_at = _owed(reform, now)
    reform.save(update_fields=["state", "due_at"])
    _record(reform, ReformMove.SEND, "", by=by, now=now)


@transaction.atomic
def drop_reform(reform_id: UUID, *, reason: str, by: Actor, now: datetime) -> None:
    """A proposal is not sent, with the reason. Raises as `send_reform`, and for the text."""
    reason = checked_text(reason, "text")
    reform = _moved(reform_id, ReformMove.DROP, by)
    reform.save(update_fields=["state"])
    _record(reform, ReformMove.DROP, reason, by=by, now=now)


@transaction.atomic
def answer_reform(reform_id: UUID, *, accept: bool, reason: str, by: Actor, now: datetime) -> None:
    """The deciding agency accepts the proposal, and has time to carry it out, or declines; with a reason either way.

    Raises:
        Refused: as `send_reform`, and TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    reason = checked_text(reason, "text")
    move = ReformMove.ACCEPT if accept else ReformMove.DECLINE
    reform = _moved(reform_id, move, by)
    reform.due_at = _owed(reform, now) if accept else None
    reform.save(update_fields=["state", "due_at"])
    _record(reform, move, reason, by=by, now=now)


@transaction.atomic
def carry_out_reform(reform_id: UUID, *, parts: Collection[str], text: str, by: Actor, now: datetime) -> None:
    """The deciding agency says what it has changed. Raises as `answer_reform`, and NO_PART."""
    changed = [part for part in ReformPart if part in parts]
    if not changed:
        raise Refused(NO_PART, field="parts")
    text = checked_text(text, "text")
    reform = _moved(reform_id, ReformMove.CARRY_OUT, by)
    reform.parts, reform.change_text, reform.due_at = changed, text, None
    reform.save(update_fields=["state", "parts", "change_text", "due_at"])
    _record(reform, ReformMove.CARRY_OUT, text, by=by, now=now, parts=",".join(changed))


@transaction.atomic
def check_reform(reform_id: UUID, *, there: bool, text: str, by: Actor, now: datetime) -> None:
    """Somebody of the office that sent it looks whether the change is there; if not it goes back, with time anew.

    Raises:
        Refused: as `answer_reform`, and OWN_CHANGE for whoever recorded the change.
    """
    text = checked_text(text, "text")
    move = ReformMove.CHECK if there else ReformMove.SEND_BACK
    reform = _moved(reform_id, move, by)
    if fault_queries.last_reform_author(reform.id, ReformMove.CARRY_OUT) == str(by):
        raise Refused(OWN_CHANGE)
    if not there:
        reform.due_at = _owed(reform, now)
    reform.save(update_fields=["state", "due_at"])
    _record(reform, move, text, by=by, now=now)


@transaction.atomic
def promise_reforms(*, by: Actor, now: datetime) -> int:
    """Give proposals the date by which the addressee owes something, where the calendar could not tell it; how many."""
    owed = fault_queries.reforms_without_deadline()
    promised = []
    for reform in Reform.objects.select_for_update(skip_locked=True).filter(id__in=owed, due_at=None):
        reform.due_at = _owed(reform, owed[reform.id])
        if reform.due_at is not None:
            promised.append(reform)
    Reform.objects.bulk_update(promised, ["due_at"])
    if promised:
        entries = [NewEntry(EntryKind.DEADLINE_SET, "reform", str(one.id)) for one in promised]
        ledger.append(entries, by=by, now=now)
    return len(promised)


def _moved(reform_id: UUID, move: ReformMove, by: Actor) -> Reform:
    """The proposal, locked and in its next state (not saved)."""
    rows = Reform.objects.select_for_update(of=("self",)).select_related(
        "division", "agency", "from_division", "from_agency"
    )
    reform = rows.filter(access.not_named(by), id=reform_id).first()
    if reform is None:
        raise Refused(NO_SUCH_REFORM)
    if not may_any(by, REFORM_FIRED_BY[move]):
        raise Refused(NOT_ALLOWED)
    asked = move in BY_ADDRESSEE
    division, agency = (
        (reform.division, reform.agency) if asked else (reform.from_division, reform.from_agency)
    )
    check_scope(by, division_path=division.path, agency_path=agency.path)
    state = reform_after(ReformState(reform.state), move)
    if state is None:
        raise Refused(WRONG_REFORM_STATE)
    reform.state = state
    return reform


def _owed(reform: Reform, since: datetime) -> datetime | None:
    """When the answer or the change is due that has been owed since; None beyond the calendar."""
    day = local_day(since)
    terms = rulebook.terms_for_division(reform.division_id, day)
    number, unit = (
        (terms.reform_answer_days, terms.reform_answer_unit)
        if reform.state == ReformState.SENT
        else (terms.reform_change_days, terms.reform_change_unit)
    )
    # So many days further than a calendar is usually asked for: a change may take months.
    calendar = rulebook.calendar(terms, day, to=day + timedelta(days=number))
    return due_after(since, number, unit, calendar)


def _record(reform: Reform, move: ReformMove, text: str, *, by: Actor, now: datetime, **facts: str) -> None:
    ReformEvent.objects.create(id=uuid7(now), reform=reform, move=move, by=str(by), at=now, note=text)
    fields = {TEXT_FIELD: sha256(text.encode()).hexdigest()} if text else {}
    told = {"move": str(move), "state": str(reform.state)} | facts
    ledger.append([NewEntry(EntryKind.REFORM_MOVED, "reform", str(reform.id), fields, told)], by=by, now=now)

"""双人: one administrator proposes a change of the rules or of a day, another one of the same place or above confirms it."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

import msgspec
from django.db import transaction

from haochaping.kernel.actor import ActorKind
from haochaping.kernel.refused import Refused
from haochaping.kernel.two_persons import TwoPersonState, check_second
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.rulebook import queries
from haochaping.rulebook.access import EVERYWHERE, check_edit
from haochaping.rulebook.actions.calendar import put_year, say_of_day
from haochaping.rulebook.actions.profiles import assign_profile, make_profile, set_value
from haochaping.rulebook.actions.steps import division_of, refuse, told
from haochaping.rulebook.models import RuleProposal
from haochaping.rulebook.rules import text_complaint
from haochaping.rulebook.terms import (
    NO_POWER,
    NO_SUCH_CHANGE,
    Assignment,
    DaySaid,
    NewProfile,
    NewValue,
    YearSaid,
)

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor
    from haochaping.rulebook.terms import Change

_REASON_LENGTH = 300


@transaction.atomic
def propose(change: Change, *, by: Actor, now: datetime) -> int:
    """Propose a change; nothing of it holds before a second person confirms it. Returns the proposal's number.

    It is carried out and taken back: what cannot be is refused before anybody is asked to confirm it.

    Raises:
        Refused: as `set_value`, `assign_profile`, `make_profile`, `say_of_day` or `put_year`.
    """
    with transaction.atomic():
        _carry_out(change, by=by, now=now)
        transaction.set_rollback(True)
    row = RuleProposal.objects.create(
        division_path=_division_path(change),
        said=msgspec.to_builtins(change),
        state=TwoPersonState.PROPOSED,
        proposed_by=str(by),
        proposed_staff=sorted(by.staff_ids),
        proposed_at=now,
    )
    _record(row, by=by, now=now)
    return row.pk


@transaction.atomic
def confirm_change(proposal_id: int, *, by: Actor, now: datetime) -> Change:
    """Confirm what somebody else proposed, which carries it out. A day that has begun meanwhile begins no rule any more.

    Raises:
        Refused: NO_SUCH_CHANGE, NO_POWER, ONE_PERSON, and as `propose`.
    """
    row = _waiting(proposal_id, by)
    change = queries.change_of(row.said)
    _carry_out(change, by=by, now=now)
    _end(row, TwoPersonState.CONFIRMED, by=by, now=now)
    return change


@transaction.atomic
def refuse_change(proposal_id: int, *, reason: str, by: Actor, now: datetime) -> Change:
    """Refuse what somebody else proposed.

    Raises:
        Refused: NO_SUCH_CHANGE, NO_POWER, ONE_PERSON, or what is wrong with the reason.
    """
    row = _waiting(proposal_id, by)
    refuse(text_complaint("reason", reason, _REASON_LENGTH))
    _end(row, TwoPersonState.REFUSED, refusal=reason, by=by, now=now)
    _record(row, by=by, now=now)
    return queries.change_of(row.said)


@transaction.atomic
def withdraw_change(proposal_id: int, *, by: Actor, now: datetime) -> Change:
    """Take back what one has proposed oneself.

    Raises:
        Refused: NO_SUCH_CHANGE.
    """
    row = _locked(proposal_id)
    if row.proposed_by != str(by):
        raise Refused(NO_SUCH_CHANGE)
    _end(row, TwoPersonState.WITHDRAWN, by=by, now=now)
    _record(row, by=by, now=now)
    return queries.change_of(row.said)


def _locked(proposal_id: int) -> RuleProposal:
    open_ = RuleProposal.objects.select_for_update().filter(id=proposal_id, state=TwoPersonState.PROPOSED)
    row = open_.first()
    if row is None:
        raise Refused(NO_SUCH_CHANGE)
    return row


def _waiting(proposal_id: int, by: Actor) -> RuleProposal:
    """A proposal that waits, locked, for an actor who can be the second person: the program and the shell are none."""
    row = _locked(proposal_id)
    if by.kind != ActorKind.STAFF:
        raise Refused(NO_POWER)
    check_edit(by, row.division_path)
    check_second(by, row.proposed_by, row.proposed_staff)
    return row


def _carry_out(change: Change, *, by: Actor, now: datetime) -> None:
    match change:
        case NewValue():
            set_value(change, by=by, now=now)
        case Assignment():
            assign_profile(change, by=by, now=now)
        case NewProfile():
            make_profile(change, by=by, now=now)
        case DaySaid():
            say_of_day(change, by=by, now=now)
        case YearSaid():
            put_year(change, by=by, now=now)
        case _:
            assert_never(change)


def _division_path(change: Change) -> str:
    if isinstance(change, YearSaid):
        return EVERYWHERE
    if isinstance(change, NewValue):
        return queries.place_of(queries.profile(change.profile))
    return division_of(change.division).path


def _end(row: RuleProposal, state: TwoPersonState, *, refusal: str = "", by: Actor, now: datetime) -> None:
    row.state, row.refusal = state, refusal
    row.decided_by, row.decided_staff, row.decided_at = str(by), sorted(by.staff_ids), now
    row.save(update_fields=["state", "refusal", "decided_by", "decided_staff", "decided_at"])


def _record(row: RuleProposal, *, by: Actor, now: datetime) -> None:
    """An entry of what is proposed, and of what became of it where it is not carried out."""
    subject, facts = told(queries.change_of(row.said))
    facts["state"] = str(row.state)
    ledger.append([NewEntry(EntryKind.RULE_PROPOSED, "rulebook", subject, facts=facts)], by=by, now=now)

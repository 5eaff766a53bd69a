"""What the agency does with an order: sign for, hear the reviewer, plan, put right, reply."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.accounts.terms import Power
from haochaping.kernel.actor import ActorKind
from haochaping.kernel.identifiers import uuid7, uuids7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.postgres import writes
from haochaping.rectification import access, queries
from haochaping.rectification.actions import clocks
from haochaping.rectification.actions.steps import checked_text, own_words, record, step
from haochaping.rectification.models import LINE_LEFT, Callback, Milestone, WorkOrder
from haochaping.rectification.queries import appeals as appeal_queries
from haochaping.rectification.rules import kept, plan_of, was_heard, was_unreached
from haochaping.rectification.terms import (
    AGENCY_OUTCOMES,
    FINDING_DIFFERS,
    FINDING_MISSING,
    NO_CALL_BEHIND,
    NO_OWN_SWITCHBOARD,
    NO_SUCH_MILESTONE,
    NOT_HEARD,
    NOT_LEDGERED,
    NOT_UNREACHED,
    OWN_REFERENCE_MISSING,
    OWN_REFERENCE_USED,
    PLAN_LEFT,
    PLAN_PASSED,
    UNKNOWN_CHOICE,
    WRITTEN_NOT_CALLED,
    CallResult,
    Contact,
    HandlingOutcome,
    Means,
    Move,
)
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import Doubt
    from haochaping.rulebook.terms import Terms

_RECORDING_LIMIT = 60
_MILESTONE_LIMIT = 200


@transaction.atomic
def sign_for(order_id: UUID, *, by: Actor, now: datetime) -> UUID:
    """The agency takes the order; returns the review it is about.

    Raises:
        Refused: NO_SUCH_ORDER, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_STATE.
    """
    order = step(order_id, Move.SIGN_FOR, by)
    order.signed_at = now
    order.appeal_until = appeal_queries.appeal_until(now, division_path=order.division.path)
    clocks.pass_on(order, now)
    writes.update(order, "state", "signed_at", "appeal_until", *clocks.COLUMNS)
    record([order], Move.SIGN_FOR, by=by, now=now)
    return order.review_id


@transaction.atomic
def verify_by_callback(
    order_id: UUID,
    *,
    result: str,
    is_true: bool | None,
    is_reasonable: bool | None,
    note: str,
    contact: str = "",
    recording: str = "",
    power: Power = Power.ORDER_HANDLE,
    by: Actor,
    now: datetime,
) -> None:
    """Record one attempt to hear the reviewer, and what was found.

    An outcome that claims one belongs to one call of the relay or message of the reviewer (`contact`, see `Contact.key`;
    the oldest call that waits for its outcome when it is empty), or, where `contact` is `Means.OWN`, to a call from the
    switchboard of a hotline or office, whose reference `recording` then is; otherwise it names the record of the call.
    `power` is that of whoever hears a reviewer who is concealed from the agency.

    Raises:
        Refused: as `sign_for`, and UNKNOWN_CHOICE, TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS, NO_CALL_BEHIND,
            WRITTEN_NOT_CALLED, NO_OWN_SWITCHBOARD, OWN_REFERENCE_MISSING, OWN_REFERENCE_USED.
    """
    note = own_words(note, "note")
    recording = checked_text(recording, "recording", limit=_RECORDING_LIMIT, required=False)
    if result not in set(CallResult):
        raise Refused(UNKNOWN_CHOICE, field="result", value=result)
    order = step(order_id, Move.VERIFY, by, power)
    behind = None
    if result != CallResult.NOT_POSSIBLE:
        own = contact == Means.OWN
        behind = _own_call(order, recording, power, by, now) if own else _waiting(order, contact, result)
        recording = "" if own else recording
    made = Callback(
        id=uuid7(now),
        order=order,
        round=order.round,
        result=result,
        is_true=is_true,
        is_reasonable=is_reasonable,
        note=note,
        recording=recording,
        means=behind.means if behind else "",
        contact=behind.ref if behind else "",
        called_at=behind.at if behind else None,
        by=str(by),
        at=now,
    )
    writes.insert([made])
    if order.verified_at is None:
        order.contact_kept = _contact_kept(order, behind.at if behind else now)
        order.verified_at = now
    clocks.pass_on(order, now)
    writes.update(order, "state", "verified_at", "contact_kept", *clocks.COLUMNS)
    call = {"means": behind.means.value, "contact": behind.ref} if behind else {}
    record([order], Move.VERIFY, by=by, now=now, note=note, result=result, **call)


def _contact_kept(order: WorkOrder, called_at: datetime) -> bool | None:
    """Whether the promise of first contact was kept, by when the reviewer was called and not by when that is written down."""
    was, missed = order.contact_kept, order.contact_missed_at
    if missed is not None and order.dispatched_at is not None and missed >= order.dispatched_at:
        # Counted as broken since this promise ran out; before, it was not.
        was = None
    paused = order.paused_at is not None and called_at >= order.paused_at
    return kept(was, order.contact_due_at, paused=paused, now=called_at)


def _waiting(order: WorkOrder, contact: str, result: str) -> Contact:
    """The call or message that an outcome belongs to; the oldest call when none is named."""
    waiting = queries.contacts_waiting(order.id)
    named = [one for one in waiting if (one.key == contact if contact else one.means == Means.RELAY)]
    if not named:
        raise Refused(NO_CALL_BEHIND, field="contact" if waiting else "")
    if named[0].means == Means.MESSAGE and result == CallResult.NOT_REACHED:
        raise Refused(WRITTEN_NOT_CALLED, field="result")
    return named[0]


def _own_call(order: WorkOrder, reference: str, power: Power, by: Actor, now: datetime) -> Contact:
    """A call that only whoever made it can show: a hotline, or an office that calls for the agency."""
    if by.kind != ActorKind.SYSTEM and power == Power.ORDER_HANDLE:
        raise Refused(NO_OWN_SWITCHBOARD, field="contact")
    if not reference:
        raise Refused(OWN_REFERENCE_MISSING, field="recording")
    if queries.is_reference_used(order.id, reference):
        raise Refused(OWN_REFERENCE_USED, field="recording", reference=reference)
    return Contact(Means.OWN, reference, now)


@transaction.atomic
def enter_in_ledger(order_id: UUID, *, reason: str, plan: str, by: Actor, now: datetime) -> UUID:
    """限期整改: the matter is complex; it gets the longer limit, and a plan of lines with a day each.

    Returns the review it is about.

    Raises:
        Refused: as `sign_for`, and NOT_HEARD, NO_PLAN, PLAN_PASSED, TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    reason = checked_text(reason, "reason")
    lines = plan_of(own_words(plan, "plan"))
    order = step(order_id, Move.LEDGER, by)
    terms = rulebook.terms_for(order.division.path, local_day(now))
    _check_heard(order, terms)
    clocks.pass_on(order, now, clocks.complex_limit(terms, now))
    _check_within(lines, order, now)
    writes.update(order, "state", *clocks.COLUMNS)
    writes.insert(
        [
            Milestone(id=pk, order=order, due_on=day, text=words[:_MILESTONE_LIMIT])
            for pk, (day, words) in zip(uuids7(now, len(lines)), lines, strict=True)
        ]
    )
    record([order], Move.LEDGER, by=by, now=now, note=reason)
    return order.review_id


def _check_within(lines: list[tuple[date, str]], order: WorkOrder, now: datetime) -> None:
    last = local_day(order.due_at) if order.due_at else local_day(now) + timedelta(days=365)
    for n, (day, _) in enumerate(lines, start=1):
        if not local_day(now) <= day <= last:
            raise Refused(PLAN_PASSED, field="plan", line=n, day=day, due=last)


@transaction.atomic
def reach_milestone(order_id: UUID, *, milestone_id: UUID, note: str, by: Actor, now: datetime) -> None:
    """A line of the plan is done.

    Raises:
        Refused: as `sign_for`, and NO_SUCH_MILESTONE, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    note = checked_text(note, "note", required=False)
    order = step(order_id, Move.MILESTONE, by)
    line = _line_left(order, milestone_id)
    line.note, line.done_by, line.done_at = note, str(by), now
    writes.update(line, "note", "done_by", "done_at")
    record([order], Move.MILESTONE, by=by, now=now, note=f"{line.text}\n{note}".strip())


@transaction.atomic
def drop_milestone(order_id: UUID, *, milestone_id: UUID, reason: str, by: Actor, now: datetime) -> None:
    """A line of the plan is not to be done any more; the reviewer reads why.

    Raises:
        Refused: as `sign_for`, and NO_SUCH_MILESTONE, TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    reason = checked_text(reason, "reason")
    order = step(order_id, Move.MILESTONE, by)
    line = _line_left(order, milestone_id)
    line.note, line.done_by, line.dropped_at = reason, str(by), now
    writes.update(line, "note", "done_by", "dropped_at")
    record([order], Move.MILESTONE, by=by, now=now, note=f"{line.text}\n{reason}", dropped="yes")


def _line_left(order: WorkOrder, milestone_id: UUID) -> Milestone:
    line = Milestone.objects.filter(LINE_LEFT, order=order, id=milestone_id).first()
    if line is None:
        raise Refused(NO_SUCH_MILESTONE, field="milestone")
    return line


@transaction.atomic
def rectify(order_id: UUID, *, outcome: str, text: str, by: Actor, now: datetime) -> None:
    """Record what was put right, or why it could not be; the reviewer must have been heard, or tried often enough.

    What was promised by a plan is done before, or dropped with its reason.

    Raises:
        Refused: as `sign_for`, and UNKNOWN_CHOICE, NOT_HEARD, FINDING_MISSING, FINDING_DIFFERS, NOT_LEDGERED,
            NOT_UNREACHED, PLAN_LEFT, TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    text = own_words(text, "text")
    if outcome not in AGENCY_OUTCOMES:
        raise Refused(UNKNOWN_CHOICE, field="outcome", value=outcome)
    order = step(order_id, Move.RECTIFY, by)
    terms = rulebook.terms_for(order.division.path, local_day(now))
    _check_heard(order, terms)
    _check_outcome(order, outcome, terms)
    _check_plan_kept(order)
    order.outcome, order.rectification_text, order.rectified_at = outcome, text, now
    clocks.pass_on(order, now)
    writes.update(order, "state", "outcome", "rectification_text", "rectified_at", *clocks.COLUMNS)
    record([order], Move.RECTIFY, by=by, now=now, note=text, outcome=outcome)


def _check_outcome(order: WorkOrder, outcome: str, terms: Terms) -> None:
    """Raise `Refused` for an outcome that what was found out, or done, does not bear."""
    if outcome == HandlingOutcome.NOT_UPHELD and not queries.was_found_untrue(order.id):
        raise Refused(FINDING_MISSING, field="outcome")
    if outcome == HandlingOutcome.EXPLAINED and queries.was_found_true_and_reasonable(order.id, order.round):
        raise Refused(FINDING_DIFFERS, field="outcome")
    if outcome == HandlingOutcome.TIME_LIMITED_RECTIFIED and not queries.events_count(
        order.id, Move.LEDGER, since=order.dispatched_at
    ):
        raise Refused(NOT_LEDGERED, field="outcome")
    if outcome == HandlingOutcome.UNREACHABLE_CLOSED:
        needed = terms.call_attempts
        if not was_unreached(queries.calls_of(order.id, order.round).answer, needed):
            raise Refused(NOT_UNREACHED, field="outcome", needed=needed)


def _check_plan_kept(order: WorkOrder) -> None:
    left = tuple(
        Milestone.objects.filter(LINE_LEFT, order=order)
        .order_by("due_on", "id")
        .values_list("text", flat=True)
    )
    if left:
        raise Refused(PLAN_LEFT, lines=left)


def _check_heard(order: WorkOrder, terms: Terms) -> None:
    heard, attempts = was_heard(queries.calls_of(order.id, order.round).answer, terms.call_attempts)
    if not heard:
        raise Refused(NOT_HEARD, attempts=attempts, needed=terms.call_attempts)


@transaction.atomic
def reply(order_id: UUID, *, text: str, warned: Collection[Doubt] = (), by: Actor, now: datetime) -> UUID:
    """Answer the reviewer, who has the rulebook's days to say whether it is solved; returns the review's id.

    `warned` are the doubts that whoever sends it was shown and sends it all the same.

    Raises:
        Refused: as `sign_for`, and TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    text = own_words(text, "text")
    order = step(order_id, Move.REPLY, by)
    terms = rulebook.terms_for(order.division.path, local_day(now))
    order.rectify_kept = kept(order.rectify_kept, order.rectify_due_at, paused=False, now=now)
    order.reply_text, order.replied_at, order.rating_until = text, now, now + terms.rating_window
    order.first_replied_at = order.first_replied_at or now
    clocks.pass_on(order, now, clocks.check_limit(terms, now))
    writes.update(
        order,
        "state",
        "reply_text",
        "replied_at",
        "rating_until",
        "rectify_kept",
        "first_replied_at",
        *clocks.COLUMNS,
    )
    record([order], Move.REPLY, by=by, now=now, note=text, warned=" ".join(warned))
    return order.review_id


@transaction.atomic
def write_note(order_id: UUID, *, text: str, by: Actor, now: datetime) -> None:
    """Leave a note on the timeline for whoever handles, checks or supervises the order; its reviewer never reads it.

    Raises:
        Refused: as `sign_for`, and TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    text = checked_text(text, "text")
    order = step(order_id, Move.NOTE, by, access.shared_power(by))
    record([order], Move.NOTE, by=by, now=now, note=text)


@transaction.atomic
def link_thread(order_id: UUID, thread_id: UUID) -> None:
    """Remember the message thread in which agency and reviewer talk about this order."""
    writes.change(WorkOrder.objects.filter(id=order_id), thread_id=thread_id)

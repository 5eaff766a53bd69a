"""申诉: the agency files it, the reviewer is heard, time runs out, there is nothing left to decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean, has_forbidden_control
from haochaping.postgres import writes
from haochaping.rectification import access
from haochaping.rectification.actions.appeal_steps import locked, moved, note_move, set_clock
from haochaping.rectification.actions.appealed import resume
from haochaping.rectification.actions.steps import checked_text, held
from haochaping.rectification.models import Appeal
from haochaping.rectification.queries import appeals as appeal_queries
from haochaping.rectification.rules import may_contest
from haochaping.rectification.states import appeal_after
from haochaping.rectification.terms import (
    ALREADY_APPEALED,
    APPEAL_CAME_IN_TIME,
    APPEAL_WINDOW_OVER,
    FACT_NEEDED,
    NOT_AGAINST_YOU,
    NOT_SIGNED,
    REFERENCE_LIMIT,
    UNKNOWN_CHOICE,
    AppealMove,
    AppealRefusal,
    AppealState,
    Ground,
    OrderState,
    ProvenFact,
)
from haochaping.reviews.terms import FORBIDDEN_CHARACTERS

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor

_SHOWN = 20


@transaction.atomic
def file_appeal(
    order_id: UUID, *, ground: str, fact: str, text: str, reference: str, by: Actor, now: datetime
) -> UUID:
    """The handling agency appeals within the time after signing; returns the appeal's id.

    A time that the calendar cannot tell shuts nobody out: the deciders may still refuse what comes late.

    Raises:
        Refused: NO_SUCH_ORDER, NOT_ALLOWED, OUT_OF_SCOPE, UNKNOWN_CHOICE, FACT_NEEDED, TEXT_MISSING, TEXT_TOO_LONG,
            FORBIDDEN_CHARACTERS, NOT_SIGNED, ALREADY_APPEALED, APPEAL_WINDOW_OVER.
    """
    order = held(order_id)
    access.check_not_named(by, order.staff_id)
    access.check_file(by, division_path=order.division.path, agency_path=order.agency.path)
    text = checked_text(text, "text")
    reference = _checked_reference(reference)
    fact = _checked_ground(ground, fact)
    if order.signed_at is None or order.state == OrderState.CANCELLED:
        raise Refused(NOT_SIGNED)
    before = appeal_queries.appeal_of_order(order_id)
    # It goes with the question for the rules.
    before.wait()
    appeal = Appeal(
        id=uuid7(now),
        order=order,
        division=order.division,
        agency=order.agency,
        state=AppealState.FILED,
        ground=ground,
        fact=fact,
        text=text,
        reference=reference,
        filed_by=str(by),
        filed_at=now,
    )
    set_clock(appeal, now)
    if before.answer is not None:
        raise Refused(ALREADY_APPEALED)
    if order.appeal_until is not None and now > order.appeal_until:
        raise Refused(APPEAL_WINDOW_OVER, until=order.appeal_until)
    writes.insert([appeal])
    note_move(appeal, AppealMove.FILE, note=text, by=by, now=now, ground=ground)
    return appeal.id


@transaction.atomic
def accept_appeal(appeal_id: UUID, *, by: Actor, now: datetime) -> None:
    """A decider finds that a ground is shown: the reviewer is asked. Raises as `refuse_appeal`, for what both can be."""
    appeal = locked(appeal_id, by)
    _check_decide(appeal, by)
    appeal.accepted_at = now
    moved(appeal, AppealMove.ACCEPT, now, "accepted_at")
    note_move(appeal, AppealMove.ACCEPT, by=by, now=now)


@transaction.atomic
def refuse_appeal(appeal_id: UUID, *, refusal: str, by: Actor, now: datetime) -> None:
    """A decider finds it late or without a ground: the review counts, and nobody is asked.

    Late is what the calendar says, where it can tell, and never the word of one person.

    Raises:
        Refused: NO_SUCH_APPEAL, NOT_ALLOWED, OUT_OF_SCOPE, OWN_APPEAL, UNKNOWN_CHOICE, APPEAL_CAME_IN_TIME,
            WRONG_APPEAL_STATE.
    """
    appeal = locked(appeal_id, by)
    _check_decide(appeal, by)
    if refusal not in set(AppealRefusal):
        raise Refused(UNKNOWN_CHOICE, field="refusal", value=refusal[:_SHOWN])
    if refusal == AppealRefusal.LATE:
        _check_late(appeal)
    appeal.refusal = refusal
    moved(appeal, AppealMove.REFUSE, now, "refusal")
    note_move(appeal, AppealMove.REFUSE, by=by, now=now, refusal=refusal)


@transaction.atomic
def answer_appeal(appeal_id: UUID, *, agrees: bool, text: str, by: Actor, now: datetime) -> None:
    """The reviewer says whether it is as the agency says, and what they have to say.

    Raises:
        Refused: WRONG_APPEAL_STATE once their time is over, and for the text.
    """
    text = checked_text(text, "text")
    appeal = locked(appeal_id, by)
    appeal.agrees, appeal.answer, appeal.answered_at = agrees, text, now
    moved(appeal, AppealMove.ANSWER, now, "agrees", "answer", "answered_at")
    note_move(appeal, AppealMove.ANSWER, by=by, now=now)


@transaction.atomic
def withdraw_appeal(appeal_id: UUID, *, by: Actor, now: datetime) -> None:
    """The agency takes its appeal back, until a decision is proposed."""
    appeal = locked(appeal_id, by)
    access.check_file(by, division_path=appeal.division.path, agency_path=appeal.agency.path)
    moved(appeal, AppealMove.WITHDRAW, now)
    note_move(appeal, AppealMove.WITHDRAW, by=by, now=now)


@transaction.atomic
def contest_appeal(appeal_id: UUID, *, text: str, reviewer: bool, by: Actor, now: datetime) -> None:
    """Whoever lost asks for the second review, once, within the time after the decision.

    Raises:
        Refused: NO_SUCH_APPEAL, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_APPEAL_STATE, NOT_AGAINST_YOU, and for the text.
    """
    text = checked_text(text, "text")
    appeal = locked(appeal_id, by)
    if not reviewer:
        access.check_file(by, division_path=appeal.division.path, agency_path=appeal.agency.path)
    before = appeal_queries.decided(appeal_id)
    if before is not None and not may_contest(before.verdict, reviewer=reviewer):
        raise Refused(NOT_AGAINST_YOU)
    appeal.objection, appeal.contested_by, appeal.contested_at = text, str(by), now
    moved(appeal, AppealMove.CONTEST, now, "objection", "contested_by", "contested_at")
    note_move(appeal, AppealMove.CONTEST, by=by, now=now, side="reviewer" if reviewer else "agency")


@transaction.atomic
def lapse_appeal(appeal_id: UUID, *, by: Actor, now: datetime) -> AppealState:
    """The time to answer, or to ask for the second review, is over; silence means nothing but that. Returns the state."""
    appeal = locked(appeal_id, by)
    if appeal.due_at is not None and now < appeal.due_at:
        return AppealState(appeal.state)
    moved(appeal, AppealMove.LAPSE, now)
    note_move(appeal, AppealMove.LAPSE, by=by, now=now)
    return AppealState(appeal.state)


@transaction.atomic
def drop_appeal(review_id: UUID, *, by: Actor, now: datetime) -> bool:
    """End the appeal against a review that its reviewer has taken back or changed for the better; False where none is open.

    What the agency has begun it finishes: its clock runs again.
    """
    found = Appeal.objects.filter(order__review_id=review_id).values_list("id", flat=True).first()
    if found is None:
        return False
    appeal = locked(found, by)
    if appeal_after(AppealState(appeal.state), AppealMove.DROP) is None:
        return False
    moved(appeal, AppealMove.DROP, now)
    note_move(appeal, AppealMove.DROP, by=by, now=now)
    resume(appeal.order_id, by=by, now=now)
    return True


@transaction.atomic
def time_appeals() -> int:
    """Give appeals the time that the calendar could not tell before, counted from when it began; how many."""
    timed = 0
    rows = Appeal.objects.select_for_update(skip_locked=True).filter(id__in=appeal_queries.without_due())
    for appeal in rows:
        set_clock(appeal, appeal.since)
        if appeal.due_at is not None:
            appeal.save(update_fields=["since", "due_at"])
            timed += 1
    return timed


def _check_late(appeal: Appeal) -> None:
    order = appeal.order
    until = order.appeal_until
    if until is None and order.signed_at is not None:
        # The calendar may have come since it was signed for.
        until = appeal_queries.appeal_until(order.signed_at, division_path=appeal.division.path)
    if until is not None and appeal.filed_at <= until:
        raise Refused(APPEAL_CAME_IN_TIME, field="refusal", until=until)


def _check_decide(appeal: Appeal, by: Actor) -> None:
    access.check_decide(
        by,
        division_path=appeal.division.path,
        agency_path=appeal.agency.path,
        filed_by=appeal.filed_by,
    )


def _checked_ground(ground: str, fact: str) -> str:
    if ground not in set(Ground):
        raise Refused(UNKNOWN_CHOICE, field="ground", value=ground[:_SHOWN])
    if ground != Ground.MALICIOUS:
        return ""
    if fact not in set(ProvenFact):
        raise Refused(FACT_NEEDED, field="fact")
    return fact


def _checked_reference(reference: str) -> str:
    reference = clean(reference)[:REFERENCE_LIMIT]
    if has_forbidden_control(reference):
        raise Refused(FORBIDDEN_CHARACTERS, field="reference")
    return reference

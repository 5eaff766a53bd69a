"""公开 writes: one publisher proposes what becomes of a text, another one confirms or refuses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean
from haochaping.kernel.two_persons import TwoPersonState, check_second
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.publicity import queries
from haochaping.publicity.access import check_publisher
from haochaping.publicity.models import Release
from haochaping.publicity.terms import (
    ALREADY_DECIDED,
    ALREADY_PROPOSED,
    APPEARING,
    HOLD_NEEDS_REASON,
    NOT_PROPOSED,
    NOTHING_TO_RELEASE,
    REFUSAL_NEEDS_REASON,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.kernel.refused import Reason
    from haochaping.publicity.terms import ProposedRelease, Wanted

_REASON_LENGTH = 300


@transaction.atomic
def propose(wanted: Sequence[Wanted], *, by: Actor, now: datetime) -> list[UUID]:
    """The first publisher says what should become of texts; nothing of it is public before a second one confirms it.

    All of it is proposed or nothing. Returns the proposals' ids, in order.

    Raises:
        Refused: NOT_ALLOWED, HOLD_NEEDS_REASON, NOTHING_TO_RELEASE, ALREADY_PROPOSED, ALREADY_DECIDED.
    """
    check_publisher(by)
    there = queries.words_of(wanted, by, now=now)
    rows = [_proposal(one, there, by=by, now=now) for one in wanted]
    try:
        with transaction.atomic():
            Release.objects.bulk_create(rows)
    except IntegrityError:
        raise Refused(ALREADY_PROPOSED) from None
    _record(EntryKind.RELEASE_PROPOSED, rows, TwoPersonState.PROPOSED, by=by, now=now)
    return [row.id for row in rows]


@transaction.atomic
def confirm(proposal_ids: Collection[UUID], *, by: Actor, now: datetime) -> int:
    """The second publisher confirms what waits of these proposals; returns how many: others were ended meanwhile.

    Raises:
        Refused: NOT_ALLOWED, NOT_PROPOSED where none of them waits, ONE_PERSON where one is the actor's own.
    """
    check_publisher(by)
    waiting = _waiting(proposal_ids, by)
    _end(waiting, TwoPersonState.CONFIRMED, by=by, now=now)
    _record(EntryKind.RELEASE_DECIDED, waiting, TwoPersonState.CONFIRMED, by=by, now=now)
    return len(waiting)


@transaction.atomic
def refuse(proposal_id: UUID, *, reason: str, by: Actor, now: datetime) -> None:
    """The second publisher does not agree: the text waits again as if nobody had proposed anything.

    Raises:
        Refused: as `confirm`, and REFUSAL_NEEDS_REASON.
    """
    check_publisher(by)
    reason = _reason(reason, REFUSAL_NEEDS_REASON)
    waiting = _waiting([proposal_id], by)
    _end(waiting, TwoPersonState.REFUSED, refusal=reason, by=by, now=now)
    _record(EntryKind.RELEASE_PROPOSED, waiting, TwoPersonState.REFUSED, by=by, now=now)


@transaction.atomic
def withdraw(proposal_id: UUID, *, by: Actor, now: datetime) -> None:
    """Whoever proposed takes it back.

    Raises:
        Refused: NOT_ALLOWED, NOT_PROPOSED unless it is the actor's own and waits.
    """
    check_publisher(by)
    open_ = Release.objects.select_for_update().filter(
        id=proposal_id, state=TwoPersonState.PROPOSED, proposed_by=str(by)
    )
    own = list(open_)
    if not own:
        raise Refused(NOT_PROPOSED)
    _end(own, TwoPersonState.WITHDRAWN, by=by, now=now)
    _record(EntryKind.RELEASE_PROPOSED, own, TwoPersonState.WITHDRAWN, by=by, now=now)


def _reason(text: str, missing: Reason) -> str:
    text = clean(text)[:_REASON_LENGTH]
    if not text:
        raise Refused(missing, field="reason")
    return text


def _proposal(one: Wanted, there: queries.Words, *, by: Actor, now: datetime) -> Release:
    reason = "" if one.decision in APPEARING else _reason(one.reason, HOLD_NEEDS_REASON)
    words = there.get((one.review_id, one.part, one.decision))
    if words is None:
        raise Refused(_why_not(one))
    return Release(
        id=uuid7(now),
        review_id=one.review_id,
        part=one.part,
        written_at=words.written_at,
        turn=words.turn,
        decision=one.decision,
        text=words.redacted if one.decision in APPEARING else "",
        reason=reason,
        state=TwoPersonState.PROPOSED,
        proposed_by=str(by),
        proposed_staff=sorted(by.staff_ids),
        proposed_at=now,
    )


def _why_not(one: Wanted) -> Reason:
    """Why there is nothing to propose about a text: the newest that was said of it, else that it is none."""
    said = Release.objects.filter(
        review_id=one.review_id, part=one.part, state__in=[TwoPersonState.PROPOSED, TwoPersonState.CONFIRMED]
    ).order_by("-written_at", "-turn")
    state = said.values_list("state", flat=True).first()
    if state is None:
        return NOTHING_TO_RELEASE
    return ALREADY_PROPOSED if state == TwoPersonState.PROPOSED else ALREADY_DECIDED


def _waiting(proposal_ids: Collection[UUID], by: Actor) -> list[ProposedRelease]:
    """The proposals that still wait, locked, all of them another person's."""
    open_ = Release.objects.select_for_update().filter(id__in=proposal_ids, state=TwoPersonState.PROPOSED)
    locked = list(open_.order_by("id").values_list("id", flat=True))
    waiting = queries.proposals(by, ids=locked, limit=len(locked))
    if not waiting:
        raise Refused(NOT_PROPOSED)
    for one in waiting:
        check_second(by, one.proposed_by, one.proposed_staff)
    return waiting


def _end(
    rows: Iterable[Release | ProposedRelease],
    state: TwoPersonState,
    *,
    refusal: str = "",
    by: Actor,
    now: datetime,
) -> None:
    Release.objects.filter(id__in=[row.id for row in rows]).update(
        state=state,
        refusal=refusal,
        decided_by=str(by),
        decided_staff=sorted(by.staff_ids),
        decided_at=now,
    )


def _record(
    kind: EntryKind,
    rows: Iterable[Release | ProposedRelease],
    state: TwoPersonState,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """An entry for each text: what is proposed for it, and what became of the proposal."""
    entries = [
        NewEntry(
            kind,
            "review",
            str(row.review_id),
            facts={"part": str(row.part), "decision": str(row.decision), "state": str(state)},
        )
        for row in rows
    ]
    ledger.append(entries, by=by, now=now)

"""邀评 writes: what became of who was due and of messages; the list of those who are called, and what calls brought."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.kernel.identifiers import uuids7
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import TEXT_FIELD, EntryKind, NewEntry
from haochaping.reviews.asking import queries
from haochaping.reviews.asking.rules import call_behind, called_until, heard_complaint, state_after
from haochaping.reviews.asking.terms import (
    CALL_SETTLED,
    NOT_IN_A_CALL,
    UNKNOWN_RESULT,
    AskingCallResult,
    AskingCallState,
    CalledFor,
    Heard,
)
from haochaping.reviews.models import AskingAttempt, AskingCall, Invitation

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.reviews.asking.terms import Asking, ToAsk


@transaction.atomic
def settle_asking(
    settled: Sequence[tuple[ToAsk, Asking]], *, messages: Mapping[UUID, UUID], by: Actor, now: datetime
) -> None:
    """Write down what became of invitations that were due (`queries.to_ask` has locked them).

    `messages` gives the delivery of each that was sent one, by the invitation's id.
    """
    what = {due.id: asking for due, asking in settled}
    rows = list(Invitation.objects.filter(id__in=list(what)))
    for row in rows:
        asking = what[row.id]
        row.ask_at, row.asking_ended = asking.at, asking.ended or ""
        row.asked += asking.send
        row.message = messages.get(row.id, row.message)
    Invitation.objects.bulk_update(rows, ["ask_at", "asked", "asking_ended", "message"])
    called = [due for due, asking in settled if asking.call]
    _put_on_the_list(called, CalledFor.RULES, now)
    _count(EntryKind.INVITATION_ISSUED, "asked", sorted(messages), by=by, now=now)
    _count(EntryKind.INVITATION_ISSUED, "to_call", [due.id for due in called], by=by, now=now)


@transaction.atomic
def settle_outcomes(
    sent: Collection[UUID], failed: Sequence[tuple[ToAsk, Asking]], *, by: Actor, now: datetime
) -> None:
    """Write down what became of text messages: who got none was not asked, and each has an entry that says what follows.

    `sent` are the deliveries that went out.
    """
    Invitation.objects.filter(message__in=list(sent)).update(message=None)
    what = {due.id: asking for due, asking in failed}
    rows = list(Invitation.objects.filter(id__in=list(what)).order_by("id"))
    for row in rows:
        asking = what[row.id]
        row.ask_at, row.asking_ended, row.message = asking.at, asking.ended or "", None
        row.asked, row.failed = row.asked - 1, row.failed + 1
    Invitation.objects.bulk_update(rows, ["ask_at", "asked", "failed", "asking_ended", "message"])
    _put_on_the_list([due for due, asking in failed if asking.call], CalledFor.NOT_SENT, now)
    entries = [
        NewEntry(
            EntryKind.INVITATION_FELL_BACK,
            "invitation",
            str(row.id),
            facts={"channel": "sms", "then": row.asking_ended or "again"},
        )
        for row in rows
    ]
    if entries:
        ledger.append(entries, by=by, now=now)


@transaction.atomic
def record_call(
    call_id: UUID, *, result: str, level: str, words: str, attempts: int, by: Actor, now: datetime
) -> AskingCallState:
    """Record what one call of the relay brought, made by whoever records it; returns where the person stands then.

    A rating is taken down in the person's words and becomes a review by the worker. A call is recorded once, so that nobody
    writes down what no call has brought. `attempts` without an answer, at different hours, are enough.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_CALL, CALL_SETTLED, UNKNOWN_RESULT, NOT_IN_A_CALL, and of a rating NONE_OF_THE_FIVE,
            COMMENT_TOO_LONG, FORBIDDEN_CHARACTERS, WORDS_MISSING.
    """
    queries.call_of(call_id, by=by)
    row = AskingCall.objects.select_for_update().get(id=call_id)
    if row.state != AskingCallState.TO_CALL or row.until <= now:
        raise Refused(CALL_SETTLED)
    if result not in set(AskingCallResult):
        raise Refused(UNKNOWN_RESULT, field="result", value=result[:20])
    brought = AskingCallResult(result)
    heard = _heard(level, words) if brought == AskingCallResult.RATED else None
    before = queries.attempts(call_id)
    made = queries.calls_made(call_id)
    behind = call_behind(brought, made, {one.call for one in before}, by=str(by), now=now)
    if behind is None:
        raise Refused(NOT_IN_A_CALL, field="result")
    AskingAttempt.objects.create(
        call=behind.id, asking=row, called_at=behind.at, result=brought, by=str(by), at=now
    )
    row.state = state_after(brought, [behind.at, *(one.called_at for one in before)], attempts)
    row.level, row.words = (heard.level, heard.words) if heard else (None, "")
    _keep(row, now)
    told = {"result": brought.value, "call": str(behind.id), "state": str(row.state)}
    _record(row, _committed(heard), told, by=by, now=now)
    return AskingCallState(row.state)


@transaction.atomic
def settle_heard(call_id: UUID, *, refusal: str, by: Actor, now: datetime) -> None:
    """Say what became of a rating by phone: a review, or why none. What was said is not kept a second time."""
    row = AskingCall.objects.select_for_update().get(id=call_id, state=AskingCallState.HEARD)
    row.state = AskingCallState.NOT_TAKEN if refusal else AskingCallState.TAKEN
    row.level, row.words, row.refusal = None, "", refusal
    _keep(row, now)
    _record(row, {}, {"state": str(row.state), "refusal": refusal}, by=by, now=now)


@transaction.atomic
def lapse_calls(call_ids: Collection[UUID], *, by: Actor, now: datetime) -> int:
    """Take people off the list who are not to be called any more; returns how many."""
    rows = AskingCall.objects.filter(id__in=list(call_ids), state=AskingCallState.TO_CALL)
    ids = list(rows.select_for_update(skip_locked=True).order_by("id").values_list("id", flat=True))
    AskingCall.objects.filter(id__in=ids).update(state=AskingCallState.LAPSED, settled_at=now)
    _count(EntryKind.INVITATION_CALLED, AskingCallState.LAPSED.value, ids, by=by, now=now)
    return len(ids)


def _put_on_the_list(called: Sequence[ToAsk], why: CalledFor, now: datetime) -> None:
    """Have people called; whoever is on the list already stays as they are."""
    AskingCall.objects.bulk_create(
        [
            AskingCall(
                id=call_id,
                invitation_id=due.id,
                division_id=due.division_id,
                agency_id=due.agency_id,
                item_id=due.item_id,
                staff_id=due.staff_id,
                why=why,
                state=AskingCallState.TO_CALL,
                since=now,
                until=called_until(due.expires_at, now),
            )
            for call_id, due in zip(uuids7(now, len(called)), called, strict=True)
        ],
        ignore_conflicts=True,
    )


def _heard(level: str, words: str) -> Heard:
    words = clean(words)
    if complaint := heard_complaint(level, words):
        raise Refused(complaint.reason, field=complaint.field, **complaint.params)
    return Heard(int(level), words)


def _keep(row: AskingCall, now: datetime) -> None:
    is_open = row.state in {AskingCallState.TO_CALL, AskingCallState.HEARD}
    row.settled_at = None if is_open else now
    row.save(update_fields=["state", "level", "words", "refusal", "settled_at"])


def _committed(heard: Heard | None) -> dict[str, str]:
    """What the ledger can later be shown to have been written down: the words under a salt of their own."""
    if heard is None:
        return {}
    text = {TEXT_FIELD: sha256(heard.words.encode()).hexdigest()} if heard.words else {}
    return {"score": str(heard.level), **text}


def _record(
    row: AskingCall, fields: Mapping[str, str], facts: Mapping[str, str], *, by: Actor, now: datetime
) -> None:
    said = {name: value for name, value in facts.items() if value}
    entry = NewEntry(EntryKind.INVITATION_CALLED, "asking_call", str(row.id), fields, said)
    ledger.append([entry], by=by, now=now)


def _count(kind: EntryKind, what: str, ids: Sequence[UUID], *, by: Actor, now: datetime) -> None:
    """One entry for many: how many of them, and the first."""
    if ids:
        subject = "invitations" if kind == EntryKind.INVITATION_ISSUED else "asking_calls"
        ledger.append([NewEntry(kind, subject, str(ids[0]), facts={what: str(len(ids))})], by=by, now=now)

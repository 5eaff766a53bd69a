"""抽样 writes: draw, ask, take what is said, record calls, end a round."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.kernel.identifiers import uuid7, uuids7
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean, has_forbidden_control
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import TEXT_FIELD, EntryKind, NewEntry
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import Level
from haochaping.supervision import rules
from haochaping.supervision.models import SampleCall, SampleDraw, SampledReview, SampleList
from haochaping.supervision.queries import samples as queries
from haochaping.supervision.terms import (
    NO_CALL_MADE,
    NO_SUCH_SAMPLE,
    NOT_A_LEVEL,
    NOT_SAID,
    SAMPLE_SETTLED,
    SAMPLE_WORDS_CONTROLS,
    SAMPLE_WORDS_LIMIT,
    SAMPLE_WORDS_TOO_LONG,
    UNKNOWN_CALL_RESULT,
    AnsweredBy,
    DidRate,
    DrawMethod,
    Said,
    SampleCallResult,
    SampleState,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.supervision.terms import Lot, SampleAsking, SampleKind


@transaction.atomic
def draw(
    division_id: int,
    division_code: str,
    month: date,
    kind: SampleKind,
    *,
    lot: Lot,
    by: Actor,
    now: datetime,
) -> UUID:
    """Draw the sample of a division, month and kind, or find the one that is drawn; returns its id.

    The list stays, and the ledger keeps seed, size and its hash, so that whoever has the list can draw again.
    """
    digest = rules.population_digest(lot.tickets)
    made = SampleDraw(
        id=uuid7(now),
        division_id=division_id,
        month=month,
        kind=kind,
        head=lot.head,
        head_index=lot.head_index,
        population=len(lot.tickets),
        list_hash=digest,
        size=lot.size,
        method=DrawMethod.BY_TICKET,
        drawn_at=now,
        drawn_by=str(by),
    )
    SampleDraw.objects.bulk_create([made], ignore_conflicts=True)
    where = {"division_id": division_id, "month": month, "kind": kind}
    stands = SampleDraw.objects.values_list("id", flat=True).get(**where)
    if stands != made.id:
        return stands
    listed = b"".join(map(bytes.fromhex, sorted(lot.tickets)))
    SampleList.objects.create(draw=made, tickets=listed)
    chosen = rules.drawn(rules.seed(lot.head, division_code, month), lot.tickets, lot.size)
    found = reviews.reviews(lot.tickets[ticket] for ticket in chosen)
    SampledReview.objects.bulk_create(
        SampledReview(
            id=sample_id,
            draw=made,
            division_id=division_id,
            review_id=lot.tickets[ticket],
            rank=rank,
            ticket=ticket,
            reported_level=found[lot.tickets[ticket]].level,
            state=SampleState.TO_ASK,
            due_at=now,
        )
        for rank, (sample_id, ticket) in enumerate(
            zip(uuids7(now, len(chosen)), chosen, strict=True), start=1
        )
    )
    _record(
        EntryKind.SAMPLE_DRAWN,
        made,
        by=by,
        now=now,
        kind=kind.value,
        division=division_code,
        month=f"{month:%Y-%m}",
        head=lot.head,
        index=str(lot.head_index),
        population=str(made.population),
        list=digest,
        size=str(lot.size),
        method=str(int(DrawMethod.BY_TICKET)),
    )
    return made.id


@transaction.atomic
def settle_sample_asking(settled: Mapping[UUID, SampleAsking], *, by: Actor, now: datetime) -> None:
    """Write down what became of those who were due (`queries.due_to_ask` has locked them)."""
    rows = list(SampledReview.objects.filter(id__in=list(settled)).order_by("id"))
    for row in rows:
        asking = settled[row.id]
        row.due_at = asking.due
        row.state = SampleState.ASKED if asking.send else asking.ended or row.state
        row.settled_at = None if row.state in rules.OPEN else now
    SampledReview.objects.bulk_update(rows, ["due_at", "state", "settled_at"])
    asked = [row for row in rows if row.state == SampleState.ASKED]
    if asked:
        _record(EntryKind.SAMPLE_ASKED, asked[0], by=by, now=now, asked=str(len(asked)))
    unreached = [row for row in rows if row.state == SampleState.NOT_REACHED]
    if unreached:
        state, n = SampleState.NOT_REACHED.value, str(len(unreached))
        _record(EntryKind.SAMPLE_SETTLED, unreached[0], by=by, now=now, state=state, rows=n)


@transaction.atomic
def pass_to_callers(*, by: Actor, now: datetime) -> int:
    """Put those who have not answered in time on the list of a caller; returns how many."""
    late = SampledReview.objects.filter(state=SampleState.ASKED, due_at__lte=now)
    rows = list(late.select_for_update().order_by("id"))
    ids = [row.id for row in rows]
    SampledReview.objects.filter(id__in=ids).update(state=SampleState.TO_CALL, due_at=None)
    if rows:
        _record(EntryKind.SAMPLE_ASKED, rows[0], by=by, now=now, to_call=str(len(rows)))
    return len(rows)


@transaction.atomic
def answer(
    sample_id: UUID,
    *,
    did_rate: str,
    level: str,
    words: str,
    through: AnsweredBy = AnsweredBy.PAGE,
    by: Actor,
    now: datetime,
) -> Said:
    """Take what somebody says on the page, or by keys to an automatic call; what was said first stands.

    Raises:
        Refused: NO_SUCH_SAMPLE, SAMPLE_SETTLED, NOT_SAID, NOT_A_LEVEL, SAMPLE_WORDS_TOO_LONG, SAMPLE_WORDS_CONTROLS.
    """
    said = _said(did_rate, level, words)
    _settle_answer(_open(sample_id), said, through, by, now)
    return said


@transaction.atomic
def decline(sample_id: UUID, *, by: Actor, now: datetime) -> None:
    """Somebody does not want to be asked: nobody calls them any more.

    Raises:
        Refused: NO_SUCH_SAMPLE, SAMPLE_SETTLED.
    """
    _settle(_open(sample_id), SampleState.REFUSED, by, now)


@transaction.atomic
def record_call(
    sample_id: UUID,
    *,
    result: str,
    did_rate: str = "",
    level: str = "",
    words: str = "",
    attempts: int,
    by: Actor,
    now: datetime,
) -> Said | None:
    """Record what one call of the relay brought; returns what was said, if anything.

    After `attempts` calls at different hours somebody is not reached, not before. A result is recorded once for each
    call, so that nobody can write down a call that was never made.

    Raises:
        Refused: as `answer`, and NOT_ALLOWED, OUT_OF_SCOPE, OWN_REVIEWS, UNKNOWN_CALL_RESULT, NO_CALL_MADE.
    """
    queries.sample_to_call(sample_id, by=by)
    if result not in set(SampleCallResult):
        raise Refused(UNKNOWN_CALL_RESULT, field="result", value=result)
    brought = SampleCallResult(result)
    said = _said(did_rate, level, words) if brought == SampleCallResult.ANSWERED else None
    row = _open(sample_id)
    if row.state != SampleState.TO_CALL:
        raise Refused(SAMPLE_SETTLED)
    recorded = set(SampleCall.objects.filter(sample=row).values_list("call", flat=True))
    waiting = [call for call in queries.calls_over(sample_id) if call[0] not in recorded]
    if not waiting:
        raise Refused(NO_CALL_MADE)
    call, called_at = waiting[0]
    SampleCall.objects.create(
        id=uuid7(now), sample=row, call=call, called_at=called_at, result=brought, by=str(by), at=now
    )
    _record(EntryKind.SAMPLE_CALLED, row, by=by, now=now, result=brought.value)
    if said:
        _settle_answer(row, said, AnsweredBy.CALL, by, now)
    elif brought == SampleCallResult.DECLINED:
        _settle(row, SampleState.REFUSED, by, now)
    elif brought == SampleCallResult.WRONG_NUMBER or _tried_enough(row, attempts):
        _settle(row, SampleState.NOT_REACHED, by, now)
    return said


@transaction.atomic
def close_rounds(*, by: Actor, now: datetime) -> int:
    """End the rounds whose time is over: what is open then has lapsed, and the results are published; returns how many."""
    running = SampleDraw.objects.filter(closed_at__isnull=True).select_for_update().order_by("id")
    over = [one for one in running if now >= rules.round_ends(one.month)]
    for one in over:
        lapsed = SampledReview.objects.filter(draw=one, state__in=sorted(rules.OPEN)).update(
            state=SampleState.LAPSED, due_at=None, settled_at=now
        )
        SampleDraw.objects.filter(id=one.id).update(closed_at=now)
        state = SampleState.LAPSED.value
        _record(EntryKind.SAMPLE_SETTLED, one, by=by, now=now, state=state, rows=str(lapsed))
    return len(over)


def _said(did_rate: str, level: str, words: str) -> Said:
    words = clean(words)
    if did_rate not in set(DidRate):
        raise Refused(NOT_SAID, field="did_rate")
    if level and level not in {str(int(one)) for one in Level}:
        raise Refused(NOT_A_LEVEL, field="level", value=level)
    if len(words) > SAMPLE_WORDS_LIMIT:
        raise Refused(SAMPLE_WORDS_TOO_LONG, field="words", length=len(words), limit=SAMPLE_WORDS_LIMIT)
    if has_forbidden_control(words):
        raise Refused(SAMPLE_WORDS_CONTROLS, field="words")
    return Said(DidRate(did_rate), int(level) if level else None, words)


def _open(sample_id: UUID) -> SampledReview:
    """The row, locked, while an answer is still taken."""
    row = SampledReview.objects.select_for_update().filter(id=sample_id).first()
    if row is None:
        raise Refused(NO_SUCH_SAMPLE)
    if row.state not in rules.OPEN:
        raise Refused(SAMPLE_SETTLED)
    return row


def _settle_answer(row: SampledReview, said: Said, through: AnsweredBy, by: Actor, now: datetime) -> None:
    row.did_rate, row.level, row.words, row.answered_by = said.did_rate, said.level, said.words, through
    _settle(row, SampleState.ANSWERED, by, now)


def _settle(row: SampledReview, state: SampleState, by: Actor, now: datetime) -> None:
    row.state, row.due_at, row.settled_at = state, None, now
    row.save(update_fields=["state", "due_at", "settled_at", "did_rate", "level", "words", "answered_by"])
    # What was said is committed and not readable in the ledger.
    fields = {"did_rate": row.did_rate, "level": str(row.level or "")} if row.did_rate else {}
    if row.words:
        fields[TEXT_FIELD] = sha256(row.words.encode()).hexdigest()
    entry = NewEntry(
        EntryKind.SAMPLE_SETTLED, "sample", str(row.id), fields=fields, facts={"state": state.value}
    )
    ledger.append([entry], by=by, now=now)


def _tried_enough(row: SampledReview, attempts: int) -> bool:
    calls = SampleCall.objects.filter(sample=row, result=SampleCallResult.NOT_REACHED)
    return rules.tried_enough(list(calls.values_list("called_at", flat=True)), attempts)


def _record(
    what: EntryKind, row: SampledReview | SampleDraw, /, *, by: Actor, now: datetime, **facts: str
) -> None:
    subject = "sample" if isinstance(row, SampledReview) else "sample_draw"
    ledger.append([NewEntry(what, subject, str(row.pk), facts=facts)], by=by, now=now)
